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

/// Everything that an engine is made of, apart from the prefilter.
#[derive(Debug, Default)]
pub(crate) struct Built {
    pub(crate) rules_hot: Vec<RuleCompiled>,
    pub(crate) rules_cold: Vec<RuleCold>,
    pub(crate) gates: GatePools,
    pub(crate) reach: Vec<RuleReach>,
    pub(crate) anchors: Vec<(RuleId, Literal, AnchorClass)>,
}

/// The required literals of all rules, without any class that leaves some of them out.
pub(crate) fn plain_anchors(
    specs: &[RuleSpec],
) -> Result<Vec<(RuleId, Literal, AnchorClass)>, EngineError> {
    let mut all = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let literals = rule::plain_literals(spec)?;
        let id = RuleId::new(index as u32);
        all.extend(literals.into_iter().map(|(literal, class)| (id, literal, class)));
    }
    Ok(all)
}

/// Compiles all rules, in the order given.
pub(crate) fn build(specs: &[RuleSpec]) -> Result<Built, EngineError> {
    if specs.len() > DEDUP_RULE_ID_MAX as usize {
        return Err(EngineError::TooManyRules { count: specs.len() });
    }
    let mut ids = BTreeSet::new();
    let mut built = Built::default();
    for (index, spec) in specs.iter().enumerate() {
        if !ids.insert(spec.id.as_str()) {
            return Err(EngineError::DuplicateId { rule: spec.id.clone() });
        }
        rule::compile_rule(spec, RuleId::new(index as u32), &mut built)?;
    }
    Ok(built)
}
