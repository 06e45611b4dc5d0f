//! What a run did and did not do: the last word of every output.

use std::time::Duration;

use serde::Serialize;

use crate::SkipCounts;

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything that should be scanned was.
    #[default]
    Complete,
    /// Something that should have been scanned was not; the counts say what.
    Incomplete,
    /// The user stopped it.
    Interrupted,
}

impl Status {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Facts of a run that are known before it starts.
#[derive(Clone, Debug, Default)]
pub struct RunInfo {
    /// The tool's version.
    pub version: String,
    /// The command line's targets, for people.
    pub targets: Vec<String>,
    /// Rules that took part.
    pub rules: Vec<std::sync::Arc<crate::RuleInfo>>,
    /// Start, as seconds since 1970 (UTC).
    pub started_unix: u64,
    /// Whether `secret_hash` and `occurrence_id` can be compared with other runs.
    pub stable_identities: bool,
}

/// What was scanned, found, skipped and missed.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How it ended.
    pub status: Status,
    /// Rules that took part.
    pub rules: u64,
    /// Objects scanned.
    pub files: u64,
    /// Of these, objects of git repositories.
    pub git_objects: u64,
    /// Of these, entries of archives, also of such as lie in git repositories.
    pub archive_entries: u64,
    /// Bytes scanned, each once.
    pub bytes: u64,
    /// Findings reported.
    pub findings: u64,
    /// Findings that a baseline, an ignore file or an inline marker silenced.
    pub suppressed: u64,
    /// Objects among `files` that an earlier run had scanned and that have not changed since.
    pub reused: u64,
    /// What was not scanned, by reason.
    pub skips: SkipCounts,
    /// Wall-clock time.
    pub elapsed: Duration,
    /// Warnings for people: one sentence each.
    pub warnings: Vec<String>,
}

impl Summary {
    /// Whether there was nothing to look at: not a byte, or no rule to look for. No findings then say nothing.
    pub fn looked_at_nothing(&self) -> bool {
        (self.bytes == 0 && self.reused == 0) || self.rules == 0
    }
}
