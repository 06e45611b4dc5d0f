//! What a run and its surroundings tell each other while it runs: stop, and how far it is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use scanner_fs::Cancel;

/// Counters for a progress display; relaxed, for people only.
#[derive(Debug, Default)]
pub struct Progress {
    /// Objects finished.
    pub files: AtomicU64,
    /// Bytes read.
    pub bytes: AtomicU64,
    /// Findings so far, before duplicates are folded.
    pub findings: AtomicU64,
}

/// The two ways between a run and its surroundings.
#[derive(Debug, Default)]
pub struct Control {
    /// Set to end the run early; what was found so far is reported.
    pub cancel: AtomicBool,
    /// How far it is.
    pub progress: Progress,
}

/// Cancelled by the user, or out of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop<'a> {
    pub(crate) control: &'a Control,
    pub(crate) deadline: Option<Instant>,
}

impl Stop<'_> {
    pub(crate) fn interrupted(&self) -> bool {
        self.control.cancel.load(Ordering::Relaxed)
    }

    pub(crate) fn out_of_time(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

impl Cancel for Stop<'_> {
    fn is_cancelled(&self) -> bool {
        self.interrupted() || self.out_of_time()
    }
}
