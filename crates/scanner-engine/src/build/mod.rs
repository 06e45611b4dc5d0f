//! From rule specs to an engine: each rule compiled, its gates pooled, its anchors derived.

mod analysis;
mod embedded;
mod gates;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

use scanner_core::RuleId;
use scanner_rules::RuleSpec;

use crate::anchors::{AnchorClass, Literal};
use crate::dedupe::DEDUP_RULE_ID_MAX;
use crate::error::EngineError;
use crate::prefilter::RuleReach;
use crate::rule::{GatePools, RuleCold, RuleCompiled};
use analysis::{Analysis, Key};

/// Everything that an engine is made of, apart from the prefilter.
#[derive(Debug, Default)]
pub(crate) struct Built {
    pub(crate) rules_hot: Vec<RuleCompiled>,
    pub(crate) rules_cold: Vec<RuleCold>,
    pub(crate) gates: GatePools,
    pub(crate) reach: Vec<RuleReach>,
    pub(crate) anchors: Vec<(RuleId, Literal, AnchorClass)>,
    /// Rules that are tried everywhere.
    pub(crate) everywhere: Vec<RuleId>,
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

/// Reads the patterns of all rules that the build has not read, on several threads; the result does not depend
/// on how many.
fn analyse_all(specs: &[RuleSpec], shortcuts: bool) -> Vec<Result<Analysis, EngineError>> {
    let mut known = if shortcuts { embedded::analyses() } else { BTreeMap::new() };
    let mut all: Vec<Option<_>> = specs.iter().map(|spec| take(&mut known, spec)).collect();
    let unread: Vec<usize> = (0..specs.len()).filter(|index| all[*index].is_none()).collect();
    let read = |share: &[usize]| -> Vec<Result<Analysis, EngineError>> {
        let analyse = |index: &usize| {
            let spec = &specs[*index];
            let analysis = analysis::analyse(spec, shortcuts);
            let analysis = analysis.map_err(|refusal| rule::refused(spec, refusal))?;
            rule::check_size(spec, &analysis)?;
            Ok(analysis)
        };
        share.iter().map(analyse).collect()
    };
    for (index, result) in unread.iter().zip(on_threads(&unread, read)) {
        all[*index] = Some(result);
    }
    all.into_iter().flatten().collect()
}

/// What the build knows of a rule. Rules that share all an analysis depends on are rare: the second is read.
fn take(
    known: &mut BTreeMap<Key, Analysis>,
    spec: &RuleSpec,
) -> Option<Result<Analysis, EngineError>> {
    if known.is_empty() {
        return None;
    }
    known.remove(&analysis::key(spec)).map(Ok)
}

/// Does `work` on shares of the items, on several threads where it pays; results come in order.
fn on_threads<T: Send>(items: &[usize], work: impl Fn(&[usize]) -> Vec<T> + Sync) -> Vec<T> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = processors.min(THREADS_MAX).min(items.len() / RULES_PER_THREAD).max(1);
    let mut shares = items.chunks(items.len().div_ceil(threads).max(1));
    std::thread::scope(|scope| {
        let first = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| scope.spawn(|| work(share))).collect();
        let mut all = work(first);
        for other in others {
            all.extend(other.join().expect("reading a pattern does not panic"));
        }
        all
    })
}
