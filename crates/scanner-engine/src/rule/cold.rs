//! The cold half of a rule: what only a finding, or the first window, needs.

use std::sync::Arc;

use globset::GlobSet;
use scanner_core::{Confidence, RuleInfo};
use scanner_rules::Shape;

use crate::confirm::AssignmentSearch;

/// The cold half of a rule, at the same index as the hot one.
#[derive(Debug)]
pub struct RuleCold {
    /// For outputs.
    pub info: Arc<RuleInfo>,
    /// The pattern's text, compiled at the first window.
    pub pattern: Box<str>,
    /// What finds the pattern without a regex.
    pub(crate) assignment: Option<Box<AssignmentSearch>>,
    /// Paths that the rule is limited to.
    pub paths: Option<Box<GlobSet>>,
    /// Least confidence signals.
    pub min_confidence: i8,
    /// Base confidence.
    pub confidence: Confidence,
    /// What it was written as.
    pub shape: Shape,
    /// Whether it finds what many services use, so that any rule of one service goes before it.
    pub is_generic: bool,
    /// Whether binary data is left out.
    pub text_only: bool,
    /// Whether the judge of generic credentials has a say.
    pub is_judged: bool,
}

const _: () = assert!(size_of::<RuleCold>() <= 64);
