//! What one pass over a text changes.

use crate::engine::Engine;
use crate::findings::FindingBuf;
use crate::hits::{HitAccPool, SpanU32};
use crate::prefilter::utf16::Narrowing;
use crate::prefilter::{PrefilterScratch, RunNotes};
use crate::worker::Worker;

/// Makes what follows begin on a fresh cache line.
#[derive(Debug)]
#[repr(align(64))]
struct CachelineBoundary([u8; 0]);

/// The scratch of passes. Hot fields come first; those that only UTF-16 text and encodings touch begin on a cache line of
/// their own.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct PassScratch {
    /// Windows by (rule, variant).
    pub(crate) hits: HitAccPool,
    /// Merged windows of the pair at hand.
    pub(crate) windows: Vec<SpanU32>,
    /// Findings of the chunk.
    pub(crate) findings: FindingBuf,
    /// Regex caches, counters, trace.
    pub(crate) worker: Worker,
    _cold_boundary: CachelineBoundary,
    /// Decoded text of a UTF-16 window.
    pub(crate) utf16_text: Vec<u8>,
    /// For looking at UTF-16 text.
    pub(crate) narrowing: Narrowing,
    /// What the prefilter writes to.
    pub(crate) prefilter: PrefilterScratch,
    /// Long runs in the bytes that are searched for encoded text next, where the prefilter has noted them.
    pub(crate) runs: RunNotes,
    /// Path of the object, for rules that are limited to some paths.
    pub(crate) path: Vec<u8>,
    /// Whether the path is known; such rules apply where it is not, and the caller asks again later.
    pub(crate) has_path: bool,
    /// Whether the object is binary data.
    pub(crate) is_binary: bool,
}

impl PassScratch {
    /// Scratch for passes with `engine`. Memory that is not used yet is not touched.
    pub(crate) fn new(engine: &Engine) -> Self {
        let tuning = engine.tuning();
        let findings = tuning.findings_per_chunk_max as usize;
        Self {
            hits: HitAccPool::new(
                engine.rule_count() * 3,
                tuning.windows_per_pair_max,
                tuning.merge_gap_bytes,
                tuning.coalesce_gap_bytes,
            )
            .expect("the engine's tuning is valid"),
            windows: Vec::with_capacity(usize::from(tuning.windows_per_pair_max)),
            findings: FindingBuf::new(findings, tuning.secret_bytes_per_chunk_max as usize),
            worker: Worker::new(engine.rule_count()),
            _cold_boundary: CachelineBoundary([]),
            utf16_text: Vec::new(),
            narrowing: Narrowing::default(),
            prefilter: PrefilterScratch::default(),
            runs: RunNotes::default(),
            path: Vec::new(),
            has_path: true,
            is_binary: false,
        }
    }

    /// What rules are told of the object: whether it is binary data, and its path.
    pub(crate) fn told(&self) -> (bool, &[u8]) {
        (self.is_binary, &self.path)
    }
}
