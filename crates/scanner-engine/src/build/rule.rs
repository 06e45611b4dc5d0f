//! One rule: its hot and its cold half.

use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use scanner_core::RuleId;
use scanner_rules::{RuleSpec, Shape};

use super::analysis::{Analysis, Refusal, STATES_PLAIN};
use super::{Built, gates};
use crate::anchors::LITERAL_LEN_MIN;
use crate::assignment::AssignmentSearch;
use crate::confidence::derive_min_confidence;
use crate::error::EngineError;
use crate::prefilter::RuleReach;
use crate::regexes::try_compile;
use crate::rule::{LazyRegex, PathLimit, RuleCold, RuleCompiled, RuleMeta};

/// The error that names a rule whose pattern cannot be used.
pub(super) fn refused(spec: &RuleSpec, refusal: Refusal) -> EngineError {
    let rule = spec.id.clone();
    match refusal {
        Refusal::Pattern(message) => EngineError::Pattern { rule, message },
        Refusal::NoAnchor => EngineError::NoAnchor { rule, least: LITERAL_LEN_MIN },
        Refusal::Unbounded => EngineError::Unbounded { rule },
    }
}

/// Compiles what is so large that compiling may fail, which is found out here and not at the first match.
pub(super) fn check_size(spec: &RuleSpec, analysis: &Analysis) -> Result<(), EngineError> {
    if analysis.states <= STATES_PLAIN {
        return Ok(());
    }
    let companions = spec.gates.companion.iter().flat_map(|companion| &companion.patterns);
    for pattern in std::iter::once(&spec.pattern).chain(companions) {
        try_compile(pattern).map_err(|_| EngineError::TooLarge { rule: spec.id.clone() })?;
    }
    Ok(())
}

/// Compiles one rule into `built`.
pub(super) fn compile_rule(
    spec: &RuleSpec,
    id: RuleId,
    analysis: Analysis,
    built: &mut Built,
) -> Result<(), EngineError> {
    let Analysis { width_min, width_max, anchors, implied, aside, states: _ } = analysis;
    if anchors.is_empty() {
        built.everywhere.push(id);
    }
    let literals = anchors.iter().map(|(literal, _)| literal.bytes.as_slice());
    let before = if aside == 0 { before_anchors(spec, literals) } else { u32::MAX };
    built.reach.push(RuleReach { width: width_max.saturating_add(aside), before });
    built.anchors.extend(anchors.into_iter().map(|(literal, class)| (id, literal, class)));
    let pooled = gates::pool(spec, &implied, &mut built.gates);
    let gates = &spec.gates;
    built.rules_hot.push(RuleCompiled {
        re: LazyRegex::new(),
        width_max,
        width_min,
        rule_meta: RuleMeta::new(spec.secret_group, gates.assignment_shape, gates.uuid)
            .with_as_written(spec.as_written),
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

/// How far before an anchor a match may begin: those of generic assignments begin with the key's word, which is what
/// is looked for.
fn before_anchors<'a>(spec: &RuleSpec, mut anchors: impl Iterator<Item = &'a [u8]>) -> u32 {
    let words: Vec<String> =
        spec.assignment_words.iter().map(|word| word.to_ascii_lowercase()).collect();
    let place = |anchor: &[u8]| {
        let anchor = std::str::from_utf8(anchor).ok()?.to_ascii_lowercase();
        words.iter().filter_map(|word| word.rfind(&anchor)).max()
    };
    let farthest = anchors.try_fold(0, |known: usize, anchor| Some(known.max(place(anchor)?)));
    let farthest = farthest.filter(|_| !words.is_empty());
    farthest.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX)
}

/// What limits a rule to some paths.
fn paths(spec: &RuleSpec) -> Result<Option<Box<PathLimit>>, EngineError> {
    let fail = |error: Box<regex_automata::meta::BuildError>| EngineError::Pattern {
        rule: spec.id.clone(),
        message: error.to_string(),
    };
    let pattern = spec.gates.path_pattern.as_deref().map(try_compile).transpose().map_err(fail)?;
    let globs = globs(spec)?;
    let is_limited = globs.is_some() || pattern.is_some();
    Ok(is_limited.then(|| Box::new(PathLimit { globs, pattern })))
}

fn globs(spec: &RuleSpec) -> Result<Option<GlobSet>, EngineError> {
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
    Ok(Some(set))
}
