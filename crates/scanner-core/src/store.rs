//! What a run tells a store while it goes on: one batch an object, then its end.
//!
//! A batch is borrowed and copied before the call returns. Errors never come back through these calls, for a
//! store that fails must not end a scan: they are counted, and [`StoreProducer::flush`] tells of them.

use crate::{Finding, ObjectPath, Summary};

/// What a later run recognises an unchanged object by: a hash over its size, times and number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileState(pub [u8; 16]);

/// A finding on its way to a store.
#[derive(Clone, Copy, Debug)]
pub struct StoredFinding<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Its path as identities see it: below the root of the repository, or else of what was scanned.
    pub path: &'a ObjectPath,
    /// Whether an ignore file, a baseline or a decision keeps it out of the reports.
    pub silenced: bool,
}

/// All findings of one object.
#[derive(Clone, Copy, Debug)]
pub struct ObjectBatch<'a> {
    /// The outermost object: the file, or what a source calls a blob.
    pub object: &'a ObjectPath,
    /// What a later run recognises it by; `None` where it has to be scanned again in any case.
    pub state: Option<FileState>,
    /// Bytes that were scanned, those of archive entries included.
    pub bytes: u64,
    /// Findings that the rules of the scan itself silenced (tier, allow list, inline marker); they are not here.
    pub suppressed: u64,
    /// The others.
    pub findings: &'a [StoredFinding<'a>],
}

/// What a store could not take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreLosses {
    /// Findings that are not in the store.
    pub findings: u64,
    /// What went wrong first; `None` where nothing did.
    pub error: Option<String>,
}

/// Takes what a run finds. Called by all workers at once.
pub trait StoreProducer: Send + Sync {
    /// Takes the findings of an object. May wait while the store is behind.
    fn emit_batch(&self, batch: &ObjectBatch<'_>);

    /// Notes findings that the caller itself could not hand over.
    fn record_loss(&self, findings: u64);

    /// Waits until everything that was taken is stored or lost.
    fn flush(&self) -> StoreLosses;

    /// Ends the run. Nothing is taken after it.
    fn end_run(&self, summary: &Summary) -> StoreLosses;
}
