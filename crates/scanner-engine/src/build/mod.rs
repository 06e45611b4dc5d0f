//! From rule specs to an engine: each rule compiled, its gates pooled, its anchors derived.

pub(crate) mod anchors;
mod gates;
mod rule;

use std::collections::BTreeSet;

use scanner_core::RuleId;
use scanner_rules::RuleSpec;

use crate::error::EngineError;
use crate::prefilter::RuleReach;
use crate::rule::{GatePools, RuleCold, RuleCompiled};
use crate::scratch::DEDUP_RULE_ID_MAX;
use anchors::{AnchorClass, Literal};
use rule::Analysis;

/// Everything that an engine is made of, apart from the prefilter.
#[derive(Debug, Default)]
pub(crate) struct Built {
    pub(crate) rules_hot: Vec<RuleCompiled>,
    pub(crate) rules_cold: Vec<RuleCold>,
    pub(crate) gates: GatePools,
    pub(crate) reach: Vec<RuleReach>,
    pub(crate) anchors: Vec<(RuleId, Literal, AnchorClass)>,
}

/// Rules whose patterns one thread reads, at least: fewer are not worth a thread.
const RULES_PER_THREAD: usize = 64;

/// Threads that read patterns, at most.
const THREADS_MAX: usize = 8;

/// Compiles all rules, in the order given. Without `shortcuts` no anchor is left out because of what its
/// class proves.
pub(crate) fn build(specs: &[RuleSpec], shortcuts: bool) -> Result<Built, EngineError> {
    if specs.len() > DEDUP_RULE_ID_MAX as usize {
        return Err(EngineError::TooManyRules { count: specs.len() });
    }
    let mut ids = BTreeSet::new();
    let mut built = Built::default();
    let analyses = analyse_all(specs, shortcuts);
    for (index, (spec, analysis)) in specs.iter().zip(analyses).enumerate() {
        if !ids.insert(spec.id.as_str()) {
            return Err(EngineError::DuplicateId { rule: spec.id.clone() });
        }
        rule::compile_rule(spec, RuleId::new(index as u32), analysis?, &mut built)?;
    }
    Ok(built)
}

/// Reads the patterns of all rules, on several threads; the result does not depend on how many.
fn analyse_all(specs: &[RuleSpec], shortcuts: bool) -> Vec<Result<Analysis, EngineError>> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = processors.min(THREADS_MAX).min(specs.len() / RULES_PER_THREAD).max(1);
    let read = |specs: &[RuleSpec]| -> Vec<Result<Analysis, EngineError>> {
        specs.iter().map(|spec| rule::analyse(spec, shortcuts)).collect()
    };
    let mut shares = specs.chunks(specs.len().div_ceil(threads).max(1));
    std::thread::scope(|scope| {
        let first = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| scope.spawn(|| read(share))).collect();
        let mut all = read(first);
        for other in others {
            all.extend(other.join().expect("reading a pattern does not panic"));
        }
        all
    })
}
