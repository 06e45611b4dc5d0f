//! `ScanScratch`: everything that one worker changes while it scans, made once and reused.
//!
//! Hot fields come first, fields that only findings or UTF-16 text touch begin on a cache line of their own.
//! After warm-up a scan allocates nothing: buffers are cleared and keep their room, and what does not fit is
//! counted.

use scanner_core::{Chunk, DecodeKind, FileId, StepId};
use scanner_stdx::FixedSet128;

use crate::decode::DecodeSlab;
use crate::delta::{Derivation, Inherited, Memo, Stretches};
use crate::engine::Engine;
use crate::findings::FindingBuf;
use crate::hits::{HitAccPool, SpanU32};
use crate::prefilter::utf16::Narrowing;
use crate::prefilter::{PrefilterScratch, RunNotes};
use crate::worker::{TraceEvent, Worker, WorkerCounters};

/// Sizing factor of the set of seen findings over the findings kept: each has one key in it at a time.
pub const FINDING_DEDUPE_MULTIPLIER: usize = 1;

/// Makes what follows begin on a fresh cache line.
#[derive(Debug)]
#[repr(align(64))]
struct CachelineBoundary([u8; 0]);

/// One worker's scratch.
#[derive(Debug)]
#[repr(C)]
pub struct ScanScratch {
    /// Windows by (rule, variant).
    pub(crate) hits: HitAccPool,
    /// Merged windows of the pair at hand.
    pub(crate) windows: Vec<SpanU32>,
    /// Findings of the chunk.
    pub(crate) findings: FindingBuf,
    /// Regex caches, counters, trace.
    pub(crate) worker: Worker,
    _cold_boundary: CachelineBoundary,
    /// Findings seen in this chunk.
    pub(crate) seen: FixedSet128,
    /// Decoded text of a UTF-16 window.
    pub(crate) utf16_text: Vec<u8>,
    /// For looking at UTF-16 text.
    pub(crate) narrowing: Narrowing,
    /// What the prefilter writes to.
    pub(crate) prefilter: PrefilterScratch,
    /// Long runs in the bytes that are searched for encoded text next, where the prefilter has noted them.
    pub(crate) runs: RunNotes,
    /// Decoded bytes of the chunk.
    pub(crate) slab: DecodeSlab,
    /// Parts of an object whose hits are those of its base.
    pub(crate) inherited: Vec<Inherited>,
    /// For the encoded text of such an object.
    pub(crate) derivation: Derivation,
    /// What was refused in objects before.
    pub(crate) memo: Memo,
    /// What was prefiltered in objects before.
    pub(crate) stretches: Stretches,
    /// Order in which overlapping findings are looked at.
    pub(crate) order: Vec<u32>,
    /// Path of the object, for rules that are limited to some paths.
    pub(crate) path: Vec<u8>,
    /// Whether the path is known; such rules apply where it is not, and the caller asks again later.
    pub(crate) has_path: bool,
    /// Whether the object is binary data.
    pub(crate) is_binary: bool,
    /// The object.
    pub(crate) file_id: FileId,
}

/// What a scan needs to know of an object before its first chunk.
#[derive(Clone, Copy, Debug)]
pub struct ObjectFacts<'a> {
    /// A number that no other object of this worker has.
    pub file_id: FileId,
    /// The path, for rules that are limited to some.
    pub path: &'a [u8],
    /// Whether it is binary data.
    pub is_binary: bool,
}

impl ScanScratch {
    /// Scratch for scans with `engine`. Memory that is not used yet is not touched.
    pub fn new(engine: &Engine) -> Self {
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
            seen: FixedSet128::with_capacity(findings * FINDING_DEDUPE_MULTIPLIER),
            utf16_text: Vec::new(),
            narrowing: Narrowing::default(),
            prefilter: PrefilterScratch::default(),
            runs: RunNotes::default(),
            slab: DecodeSlab::default(),
            inherited: Vec::new(),
            derivation: Derivation::default(),
            memo: Memo::default(),
            stretches: Stretches::default(),
            order: Vec::with_capacity(findings),
            path: Vec::new(),
            has_path: true,
            is_binary: false,
            file_id: FileId::default(),
        }
    }

    /// Starts an object.
    pub fn begin_object(&mut self, facts: &ObjectFacts<'_>) {
        self.path.clear();
        self.path.extend_from_slice(facts.path);
        self.has_path = true;
        self.worker.file_kind = None;
        self.is_binary = facts.is_binary;
        self.file_id = facts.file_id;
    }

    /// Starts an object whose path is not known yet. Rules that are limited to some paths all apply; whoever learns the
    /// path asks [`Engine::applies_to_path`] about each finding.
    pub fn begin_nameless_object(&mut self, file_id: FileId, is_binary: bool) {
        self.begin_object(&ObjectFacts { file_id, path: b"", is_binary });
        self.has_path = false;
    }

    /// Findings of the last chunk.
    pub fn findings(&self) -> &FindingBuf {
        &self.findings
    }

    /// The encodings undone for a finding of the last chunk, outermost first; UTF-16 is told by its variant.
    pub fn decode_chain(&self, step: StepId) -> Vec<DecodeKind> {
        self.slab.chain(step)
    }

    /// Counts of this worker since it was made.
    pub fn counters(&self) -> &WorkerCounters {
        &self.worker.counters
    }

    /// Records what happens to every window and candidate from now on (`explain`).
    pub fn start_trace(&mut self) {
        self.worker.start_trace();
    }

    /// What was recorded since the trace was started.
    pub fn take_trace(&mut self) -> Vec<TraceEvent> {
        self.worker.take_trace()
    }

    /// Forgets the last chunk, in time proportional to what it touched; gives the bytes of this one.
    pub(crate) fn begin_scan(&mut self, chunk: &Chunk<'_>) -> u32 {
        let bytes = u32::try_from(chunk.data.len()).expect("chunks are smaller than 4 GiB");
        self.hits.reset();
        self.findings.clear();
        self.seen.clear();
        self.worker.begin_chunk();
        self.runs.forget();
        bytes
    }
}
