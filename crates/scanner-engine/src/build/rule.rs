//! One rule: its widths, its anchors, its hot and cold halves.

use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex_syntax::hir::Hir;
use scanner_core::RuleId;
use scanner_rules::lint::parse_pattern;
use scanner_rules::{RuleSpec, Shape};

use super::anchors::{self, AnchorClass, LITERAL_LEN_MIN, Literal, RunProof};
use super::{Built, gates};
use crate::confidence::derive_min_confidence;
use crate::error::EngineError;
use crate::prefilter::RuleReach;
use crate::rule::{LazyRegex, PackedPatterns, RuleCold, RuleCompiled, RuleMeta};

/// What the syntax of a rule's pattern says: all that is needed of it until its first window.
#[derive(Debug)]
pub(super) struct Analysis {
    width_min: u32,
    width_max: u32,
    anchors: Vec<(Literal, AnchorClass)>,
    implied: Option<PackedPatterns>,
}

/// Reads the pattern of a rule. This is most of the time that building an engine takes, and independent of
/// all other rules.
pub(super) fn analyse(spec: &RuleSpec, shortcuts: bool) -> Result<Analysis, EngineError> {
    let hir = parse(spec)?;
    let (width_min, width_max) = widths(spec, &hir)?;
    let proof = RunProof {
        secret_group: u32::from(spec.secret_group.unwrap_or(1)),
        digits_min: spec.gates.char_class.digits_min,
    };
    let plan = if shortcuts { anchors::plan(&hir, proof) } else { anchors::plan_plain(&hir) };
    let anchors = plan.ok_or_else(|| no_anchor(spec))?;
    Ok(Analysis { width_min, width_max, anchors, implied: gates::implied(&hir) })
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
    let pooled = gates::pool(spec, implied, &mut built.gates)?;
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
        paths: paths(spec)?,
        min_confidence: derive_min_confidence(gates),
        confidence: spec.confidence,
        shape: spec.shape,
        is_generic: spec.shape == Shape::Assignment || spec.tags.iter().any(|tag| tag == "generic"),
        text_only: gates.text_only,
    });
    Ok(())
}

fn parse(spec: &RuleSpec) -> Result<Hir, EngineError> {
    parse_pattern(&spec.pattern)
        .map_err(|error| EngineError::Pattern { rule: spec.id.clone(), message: error.to_string() })
}

fn no_anchor(spec: &RuleSpec) -> EngineError {
    EngineError::NoAnchor { rule: spec.id.clone(), least: LITERAL_LEN_MIN }
}

/// Shortest and widest match.
fn widths(spec: &RuleSpec, hir: &Hir) -> Result<(u32, u32), EngineError> {
    if let Some(cap) = spec.width_cap {
        return Ok((cap.min, cap.max));
    }
    let properties = hir.properties();
    let narrow = |width: usize| u32::try_from(width).ok();
    let min = properties.minimum_len().and_then(narrow).unwrap_or(0);
    let max = properties.maximum_len().and_then(narrow);
    let max = max.ok_or_else(|| EngineError::Unbounded { rule: spec.id.clone() })?;
    Ok((min, max))
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
