//! `ScanScratch`: everything that one worker changes while it scans, made once and reused.
//!
//! After warm-up a scan allocates nothing: buffers are cleared and keep their room, and what does not fit is
//! counted.

use scanner_core::{Chunk, DecodeKind, FileId, StepId};
use scanner_stdx::FixedSet128;

use crate::decode::DecodeSlab;
use crate::engine::Engine;
use crate::findings::FindingBuf;
use crate::memory::{Derivation, Inherited, Memo, Stretches};
use crate::pass::PassScratch;
use crate::worker::{TraceEvent, WorkerCounters};

/// Sizing factor of the set of seen findings over the findings kept: each has one key in it at a time.
pub const FINDING_DEDUPE_MULTIPLIER: usize = 1;

/// One worker's scratch.
#[derive(Debug)]
pub struct ScanScratch {
    /// Of one pass over the chunk, or over something decoded from it.
    pub(crate) pass: PassScratch,
    /// Findings seen in this chunk.
    pub(crate) seen: FixedSet128,
    /// Order in which overlapping findings are looked at.
    pub(crate) order: Vec<u32>,
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
        let findings = engine.tuning().findings_per_chunk_max as usize;
        Self {
            pass: PassScratch::new(engine),
            seen: FixedSet128::with_capacity(findings * FINDING_DEDUPE_MULTIPLIER),
            order: Vec::with_capacity(findings),
            slab: DecodeSlab::default(),
            inherited: Vec::new(),
            derivation: Derivation::default(),
            memo: Memo::default(),
            stretches: Stretches::default(),
            file_id: FileId::default(),
        }
    }

    /// Starts an object.
    pub fn begin_object(&mut self, facts: &ObjectFacts<'_>) {
        self.pass.path.clear();
        self.pass.path.extend_from_slice(facts.path);
        self.pass.has_path = true;
        self.pass.worker.file_kind = None;
        self.pass.is_binary = facts.is_binary;
        self.file_id = facts.file_id;
    }

    /// Starts an object whose path is not known yet. Rules that are limited to some paths all apply; whoever learns the
    /// path asks [`Engine::applies_to_path`] about each finding.
    pub fn begin_nameless_object(&mut self, file_id: FileId, is_binary: bool) {
        self.begin_object(&ObjectFacts { file_id, path: b"", is_binary });
        self.pass.has_path = false;
    }

    /// Findings of the last chunk.
    pub fn findings(&self) -> &FindingBuf {
        &self.pass.findings
    }

    /// The encodings undone for a finding of the last chunk, outermost first; UTF-16 is told by its variant.
    pub fn decode_chain(&self, step: StepId) -> Vec<DecodeKind> {
        self.slab.chain(step)
    }

    /// Counts of this worker since it was made.
    pub fn counters(&self) -> &WorkerCounters {
        &self.pass.worker.counters
    }

    /// Records what happens to every window and candidate from now on (`explain`).
    pub fn start_trace(&mut self) {
        self.pass.worker.start_trace();
    }

    /// What was recorded since the trace was started.
    pub fn take_trace(&mut self) -> Vec<TraceEvent> {
        self.pass.worker.take_trace()
    }

    /// Forgets the last chunk, in time proportional to what it touched; gives the bytes of this one.
    pub(crate) fn begin_scan(&mut self, chunk: &Chunk<'_>) -> u32 {
        let bytes = u32::try_from(chunk.data.len()).expect("chunks are smaller than 4 GiB");
        self.pass.hits.reset();
        self.pass.findings.clear();
        self.seen.clear();
        self.pass.worker.begin_chunk();
        self.pass.runs.forget();
        bytes
    }
}
