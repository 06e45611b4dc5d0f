//! The cold half of a rule: what only a finding, or the first window, needs.

use std::sync::Arc;

use globset::GlobSet;
use regex_automata::meta::Regex;
use scanner_core::{Confidence, RuleInfo};
use scanner_rules::Shape;

use crate::assignment::AssignmentSearch;

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
    pub paths: Option<Box<PathLimit>>,
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

/// Paths that a rule is limited to.
#[derive(Debug)]
pub struct PathLimit {
    /// Globs of which one must match; all paths where there are none.
    pub globs: Option<GlobSet>,
    /// Pattern that must match somewhere.
    pub pattern: Option<Regex>,
}

impl PathLimit {
    /// Whether a path is inside the limit. An entry of an archive (`.m2/settings.xml.gz!settings.xml`) is also known by its
    /// path inside of it, and by that below the folder of the archive.
    pub fn admits(&self, path: &[u8]) -> bool {
        let is_match =
            |globs: &GlobSet, path: &[u8]| globs.is_match(&*String::from_utf8_lossy(path));
        let admits_entry = |globs: &GlobSet| {
            let at = path.iter().rposition(|byte| *byte == b'!')?;
            let (archive, entry) = (&path[..at], &path[at + 1..]);
            let folder = archive.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
            let beside = [&archive[..folder], entry].concat();
            Some(is_match(globs, entry) || is_match(globs, &beside))
        };
        let admits =
            |globs: &GlobSet| is_match(globs, path) || admits_entry(globs).unwrap_or(false);
        self.globs.as_ref().is_none_or(admits)
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(path))
    }
}
