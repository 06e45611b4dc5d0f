//! Hands texts to an engine in every way that a source might: whole, in chunks, as UTF-16.

use scanner_core::{Chunk, Confidence, DecodeKind, FileId, RootSpan, Variant};
use scanner_engine::{
    CopyRange, Engine, EngineOptions, FindingRef, HitList, ObjectFacts, ScanScratch, WorkerCounters,
};
use scanner_rules::RuleSpec;

/// A finding, reduced to what must not depend on how the text was handed over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where the secret stands.
    pub root: RootSpan,
    /// The rule's id.
    pub rule: String,
    /// The secret.
    pub secret: Vec<u8>,
    /// The encoding.
    pub variant: Variant,
    /// How sure.
    pub confidence: Confidence,
    /// The other parts of the credential, by number.
    pub parts: Vec<(usize, Vec<u8>)>,
}

/// The parts of a finding by their number.
fn parts_of(found: &FindingRef<'_>) -> Vec<(usize, Vec<u8>)> {
    let parts = found.parts.iter().enumerate();
    parts.filter_map(|(number, part)| Some((number, part.as_ref()?.bytes.to_vec()))).collect()
}

/// The native engine for these rules; behind it, where it is built in, the other one with literals and with patterns.
/// All find the same.
///
/// # Panics
///
/// A rule cannot be compiled.
pub fn engines(specs: &[RuleSpec]) -> Vec<Engine> {
    let native = Engine::new(specs, EngineOptions::default());
    let mut engines = vec![native.expect("the rules compile")];
    add_others(specs, &mut engines);
    engines
}

#[cfg(feature = "vectorscan")]
fn add_others(specs: &[RuleSpec], engines: &mut Vec<Engine>) {
    use scanner_engine::{VsMode, VsSettings};
    for mode in [VsMode::AnchorsOnly, VsMode::RegexAndAnchors] {
        let settings = VsSettings { mode, ..VsSettings::default() };
        let engine = Engine::with_vectorscan(specs, EngineOptions::default(), settings);
        engines.push(engine.expect("the rules compile"));
    }
}

#[cfg(not(feature = "vectorscan"))]
fn add_others(_: &[RuleSpec], _: &mut Vec<Engine>) {}

/// An engine with its scratch.
#[derive(Debug)]
pub struct Runner {
    engine: Engine,
    scratch: ScanScratch,
}

impl Runner {
    /// A runner of these rules.
    ///
    /// # Panics
    ///
    /// A rule cannot be compiled.
    pub fn new(specs: &[RuleSpec], options: EngineOptions) -> Self {
        Self::with(Engine::new(specs, options).expect("the rules compile"))
    }

    /// A runner of this engine.
    pub fn with(engine: Engine) -> Self {
        Self { scratch: ScanScratch::new(&engine), engine }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The oracle: every pattern over every byte, no anchors, no windows, no chunks.
    pub fn oracle(specs: &[RuleSpec]) -> Self {
        Self::new(specs, EngineOptions { exhaustive: true, ..EngineOptions::default() })
    }

    /// Scans a text in one piece.
    pub fn whole(&mut self, path: &str, text: &[u8]) -> Vec<Found> {
        self.chunks(path, text, text.len().max(1))
    }

    /// Scans a text in chunks of `payload` new bytes, as the runtime cuts them.
    pub fn chunks(&mut self, path: &str, text: &[u8], payload: usize) -> Vec<Found> {
        let overlap = self.engine.required_overlap();
        let file_id = FileId::new(0);
        self.scratch.begin_object(&ObjectFacts {
            file_id,
            path: path.as_bytes(),
            is_binary: false,
        });
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let end = (at + payload).min(text.len());
            let from = at.saturating_sub(overlap);
            let chunk = Chunk {
                file_id,
                base_offset: from as u64,
                prefix_len: (at - from) as u32,
                is_last: end == text.len(),
                data: &text[from..end],
            };
            self.engine.scan_chunk_into(&chunk, &mut self.scratch);
            found.extend(self.found());
            at = end;
        }
        found.sort();
        found
    }

    /// Scans a text in one piece; with each finding come the encodings that were undone.
    pub fn whole_with_chains(&mut self, path: &str, text: &[u8]) -> Vec<(Found, Vec<DecodeKind>)> {
        self.whole(path, text);
        let chains =
            self.scratch.findings().iter().map(|f| self.scratch.decode_chain(f.rec.step_id));
        self.found().into_iter().zip(chains).collect()
    }

    /// Scans a text in one piece; with each finding comes the place of the whole match.
    pub fn whole_with_matches(&mut self, path: &str, text: &[u8]) -> Vec<(Found, RootSpan)> {
        self.whole(path, text);
        let matches = self.scratch.findings().iter().map(|f| f.rec.root_match);
        self.found().into_iter().zip(matches).collect()
    }

    /// Scans a text in one piece and keeps its hits.
    pub fn recorded(&mut self, text: &[u8], record: &mut HitList) -> Vec<Found> {
        let chunk = self.begin(text);
        self.engine.scan_recorded_into(&chunk, &mut self.scratch, record);
        self.sorted()
    }

    /// Scans a text that was made from another by copies, and keeps its hits.
    pub fn delta(
        &mut self,
        text: &[u8],
        (base, copies): (&HitList, &[CopyRange]),
        record: &mut HitList,
    ) -> Vec<Found> {
        let made = (base, copies.iter().copied());
        let chunk = self.begin(text);
        self.engine.scan_delta_into(&chunk, made, &mut self.scratch, record);
        self.sorted()
    }

    fn begin<'a>(&mut self, text: &'a [u8]) -> Chunk<'a> {
        let file_id = FileId::new(0);
        let path = b"a.txt";
        self.scratch.begin_object(&ObjectFacts { file_id, path, is_binary: false });
        Chunk::whole(file_id, text)
    }

    fn sorted(&self) -> Vec<Found> {
        let mut found = self.found();
        found.sort();
        found
    }

    fn found(&self) -> Vec<Found> {
        let findings = self.scratch.findings().iter();
        findings
            .map(|f| Found {
                root: f.rec.root,
                rule: self.engine.rule_info(f.rec.rule_id).id.clone(),
                secret: f.secret.to_vec(),
                variant: f.rec.variant,
                confidence: f.rec.confidence,
                parts: parts_of(&f),
            })
            .collect()
    }

    /// Scans a text without keeping what is found; for tests that count allocations.
    pub fn scan_only(&mut self, text: &[u8]) {
        self.engine.scan_chunk_into(&Chunk::whole(FileId::new(0), text), &mut self.scratch);
    }

    /// What the engine counted since the runner was made.
    pub fn counters(&self) -> &WorkerCounters {
        self.scratch.counters()
    }

    /// Bytes that chunks overlap.
    pub fn overlap(&self) -> usize {
        self.engine.required_overlap()
    }
}
