//! One rule: its hot and its cold half.

use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use scanner_core::RuleId;
use scanner_rules::{RuleSpec, Shape};

use super::analysis::{Analysis, Refusal};
use super::anchors::LITERAL_LEN_MIN;
use super::{Built, gates};
use crate::confidence::derive_min_confidence;
use crate::confirm::AssignmentSearch;
use crate::error::EngineError;
use crate::prefilter::RuleReach;
use crate::rule::{LazyRegex, RuleCold, RuleCompiled, RuleMeta};

/// The error that names a rule whose pattern cannot be used.
pub(super) fn refused(spec: &RuleSpec, refusal: Refusal) -> EngineError {
    let rule = spec.id.clone();
    match refusal {
        Refusal::Pattern(message) => EngineError::Pattern { rule, message },
        Refusal::NoAnchor => EngineError::NoAnchor { rule, least: LITERAL_LEN_MIN },
        Refusal::Unbounded => EngineError::Unbounded { rule },
    }
}

/// Compiles one rule into `built`.
pub(super) fn compile_rule(
    spec: &RuleSpec,
    id: RuleId,
    analysis: Analysis,
    built: &mut Built,
) -> Result<(), EngineError> {
    let Analysis { width_min, width_max, anchors, implied } = analysis;
    built.anchors.extend(anchors.into_iter().map(|(literal, class)| (id, literal, class)));
    built.reach.push(RuleReach { width: width_max });
    let pooled = gates::pool(spec, &implied, &mut built.gates);
    let gates = &spec.gates;
    built.rules_hot.push(RuleCompiled {
        re: LazyRegex::new(),
        width_max,
        width_min,
        rule_meta: RuleMeta::new(spec.secret_group, gates.assignment_shape, gates.uuid),
        must_contain: pooled.must_contain,
        implied: pooled.implied,
        confirm_all: pooled.confirm_all,
        keywords: pooled.keywords,
        value_suppressors: pooled.value_suppressors,
        entropy: pooled.entropy,
        char_class: pooled.char_class,
        local_context: pooled.local_context,
        two_phase: pooled.two_phase,
        offline_validation: pooled.offline_validation,
        companion: pooled.companion,
    });
    built.rules_cold.push(RuleCold {
        info: Arc::new(spec.info()),
        pattern: spec.pattern.as_str().into(),
        assignment: (!spec.assignment_words.is_empty())
            .then(|| Box::new(AssignmentSearch::new(&spec.assignment_words))),
        paths: paths(spec)?,
        min_confidence: derive_min_confidence(gates),
        confidence: spec.confidence,
        shape: spec.shape,
        is_generic: spec.shape == Shape::Assignment || spec.tags.iter().any(|tag| tag == "generic"),
        text_only: gates.text_only,
        is_judged: gates.generic_value,
    });
    Ok(())
}

/// The globs of a rule that is limited to some paths.
fn paths(spec: &RuleSpec) -> Result<Option<Box<GlobSet>>, EngineError> {
    if spec.gates.paths.is_empty() {
        return Ok(None);
    }
    let fail = |glob: &str, error: &globset::Error| EngineError::Glob {
        rule: spec.id.clone(),
        glob: glob.to_owned(),
        message: error.to_string(),
    };
    let mut set = GlobSetBuilder::new();
    for glob in &spec.gates.paths {
        let built = GlobBuilder::new(glob).literal_separator(true).build();
        set.add(built.map_err(|error| fail(glob, &error))?);
    }
    let set = set.build().map_err(|error| fail("", &error))?;
    Ok(Some(Box::new(set)))
}
