//! Scanning one object: chunks through the engine, records into findings. One scanner a worker, reused for
//! every object; both drivers (many threads over files, one thread over a stream) use this and nothing else.

use std::ops::{ControlFlow, Range};
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use scanner_core::{
    Chunk, FileId, Finding, FindingRec, NormHash, ObjectPath, RootSpan, SecretBytes, SkipCounts,
    SkipReason, SourceKind, Variant,
};
use scanner_engine::{FindingRef, ObjectFacts, ScanScratch};
use scanner_report::{LineCounter, LineHasher, Mark, context_line, line_window};

use crate::chunk::{ByteSource, Chunker};
use crate::collect::Collector;
use crate::config::ScanRequest;
use crate::control::Stop;
use crate::markers;

/// Bytes at the start of an object that tell binary data from text.
const HEAD_BYTES: usize = 1024;

/// Columns of a finding's context line.
const CONTEXT_WIDTH: usize = 160;

/// What a worker has counted.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) files: u64,
    /// Of these, objects of git repositories.
    pub(crate) git_objects: u64,
    pub(crate) bytes: u64,
    pub(crate) suppressed: u64,
    pub(crate) skips: SkipCounts,
}

impl Counts {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.files += other.files;
        self.git_objects += other.git_objects;
        self.bytes += other.bytes;
        self.suppressed += other.suppressed;
        self.skips.merge(&other.skips);
    }
}

/// Scans objects, one after the other.
pub(crate) struct ObjectScanner<'a> {
    request: &'a ScanRequest,
    stop: Stop<'a>,
    collector: &'a Mutex<Collector>,
    scratch: ScanScratch,
    chunker: Chunker,
    lines: LineCounter,
    next_id: u32,
    pub(crate) counts: Counts,
    /// Where findings go instead of to the collector, and the key of the object that they belong to.
    pub(crate) capture: Option<Capture>,
}

/// Findings of an object that is told of elsewhere.
#[derive(Default)]
pub(crate) struct Capture {
    pub(crate) key: ObjectPath,
    pub(crate) findings: Vec<Finding>,
}

/// An object about to be scanned.
pub(crate) struct Object<'a> {
    pub(crate) path: &'a ObjectPath,
    pub(crate) source: SourceKind,
}

/// A record with its secret, copied out of the scratch.
struct Found {
    rec: FindingRec,
    hash: NormHash,
    secret: SecretBytes,
}

/// What is carried from chunk to chunk of an object.
struct Passage {
    encoding: Variant,
    findings: Vec<Finding>,
    first: bool,
}

impl<'a> ObjectScanner<'a> {
    pub(crate) fn new(
        request: &'a ScanRequest,
        stop: Stop<'a>,
        collector: &'a Mutex<Collector>,
    ) -> Self {
        Self {
            request,
            stop,
            collector,
            scratch: ScanScratch::new(&request.engine),
            chunker: Chunker::new(request.chunk_bytes, request.engine.required_overlap()),
            lines: LineCounter::new(Variant::Raw),
            next_id: 0,
            counts: Counts::default(),
            capture: None,
        }
    }

    /// Scans an object. `Break` means that the run is over.
    pub(crate) fn scan(
        &mut self,
        object: &Object<'_>,
        source: &mut dyn ByteSource,
    ) -> ControlFlow<()> {
        let file_id = FileId::new(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let mut passage = Passage { encoding: Variant::Raw, findings: Vec::new(), first: true };
        if self.chunker.is_spent() {
            let overlap = self.request.engine.required_overlap();
            self.chunker = Chunker::new(self.request.chunk_bytes, overlap);
        }
        let mut chunker = std::mem::replace(&mut self.chunker, Chunker::new(0, 0));
        let cut = chunker.cut(file_id, source, &mut |chunk, keep| {
            self.scan_chunk(object, chunk, keep, &mut passage);
            let progress = &self.stop.control.progress;
            progress.bytes.fetch_add(chunk.payload().len() as u64, Ordering::Relaxed);
            let over = self.stop.interrupted() || self.stop.out_of_time();
            if over && !chunk.is_last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.chunker = chunker;
        self.counts.files += 1;
        self.counts.bytes += cut.bytes;
        self.stop.control.progress.files.fetch_add(1, Ordering::Relaxed);
        if let Some(error) = &cut.error {
            self.counts.skips.add(scanner_fs::skip_reason(error));
        }
        let findings = self.with_line_hashes(passage.findings, source);
        self.pass_on(findings);
        if cut.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn scan_chunk(
        &mut self,
        object: &Object<'_>,
        chunk: &Chunk<'_>,
        keep: usize,
        passage: &mut Passage,
    ) {
        if passage.first {
            passage.first = false;
            self.begin(object, chunk, passage);
        }
        self.request.engine.scan_chunk_into(chunk, &mut self.scratch);
        if !self.scratch.findings().is_empty() {
            self.take_findings(object, chunk, passage);
        }
        if !chunk.is_last {
            self.lines.advance(&chunk.data[..chunk.data.len() - keep]);
        }
    }

    fn begin(&mut self, object: &Object<'_>, chunk: &Chunk<'_>, passage: &mut Passage) {
        let (encoding, is_binary) = text_facts(chunk.data);
        passage.encoding = encoding;
        self.lines.reset(encoding);
        self.scratch.begin_object(&ObjectFacts {
            file_id: chunk.file_id,
            path: object.path.as_bytes(),
            is_binary,
        });
    }

    /// Turns the records of a chunk into findings, in the order of their places.
    fn take_findings(&mut self, object: &Object<'_>, chunk: &Chunk<'_>, passage: &mut Passage) {
        let copy = |f: FindingRef<'_>| Found {
            rec: *f.rec,
            hash: f.norm_hash,
            secret: SecretBytes::new(f.secret),
        };
        let mut found: Vec<Found> = self.scratch.findings().iter().map(copy).collect();
        found.sort_by_key(|f| (f.rec.root, f.rec.rule_id));
        for index in 0..found.len() {
            let location = self.lines.locate(chunk.data, found[index].rec.root);
            let here = &found[index];
            if self.is_suppressed(object, chunk, here, location.line) {
                self.counts.suppressed += 1;
                continue;
            }
            let rule = self.request.engine.rule_info(here.rec.rule_id).clone();
            let key = self.capture.as_ref().map_or(object.path, |capture| &capture.key);
            let about = (object.source, key);
            let identities = &self.request.identities;
            let hashes = identities.hashes(&rule, &here.rec, &here.hash, about);
            passage.findings.push(Finding {
                confidence: here.rec.confidence,
                score: f32::from(here.rec.score) / 100.0,
                validation: here.rec.validation,
                path: object.path.clone(),
                source: object.source,
                location,
                decode: here.rec.variant.decode_kind().into_iter().collect(),
                secret: here.secret.clone(),
                norm_hash: here.hash,
                secret_hash: hashes.secret,
                occurrence_id: hashes.occurrence,
                ignore_id: identities.ignores.ignore_id(&rule.id, &here.hash),
                context: context(chunk, &found, index, passage.encoding),
                line_hash: String::new(),
                git: None,
                places: Vec::new(),
                rule,
            });
        }
    }

    fn is_suppressed(
        &self,
        object: &Object<'_>,
        chunk: &Chunk<'_>,
        found: &Found,
        line: u64,
    ) -> bool {
        let filters = &self.request.filters;
        let rule = &self.request.engine.rule_info(found.rec.rule_id).id;
        if found.rec.confidence < filters.min_confidence {
            return true;
        }
        if filters.allow.allows(rule, object.path.as_bytes(), found.secret.expose()) {
            return true;
        }
        let identities = &self.request.identities;
        if identities.ignores.silences(rule, &found.hash, object.path, line) {
            return true;
        }
        let place = in_chunk(chunk, found.rec.root_match);
        let reach = (self.request.engine.context_bytes() * found.rec.variant.scale()) as usize;
        filters.inline_markers && markers::silences(chunk.data, place.start, place.end, reach)
    }

    /// Hands the findings of an object to the collector.
    fn pass_on(&mut self, findings: Vec<Finding>) {
        if findings.is_empty() {
            return;
        }
        if let Some(capture) = &mut self.capture {
            capture.findings.extend(findings);
            return;
        }
        let progress = &self.stop.control.progress;
        progress.findings.fetch_add(findings.len() as u64, Ordering::Relaxed);
        let mut collector =
            self.collector.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for finding in findings {
            collector.add(finding);
        }
    }

    /// Adds the line hashes, for which the object is read once more from the start. A source that cannot be
    /// read again leaves them empty.
    fn with_line_hashes(
        &mut self,
        mut findings: Vec<Finding>,
        source: &mut dyn ByteSource,
    ) -> Vec<Finding> {
        if findings.is_empty() || !self.request.line_hashes || !source.rewind() {
            return findings;
        }
        let lines: Vec<u64> = findings.iter().map(|finding| finding.location.line).collect();
        let mut hasher = LineHasher::new();
        self.chunker.cut(FileId::default(), source, &mut |chunk, _| {
            hasher.feed(chunk.payload());
            ControlFlow::Continue(())
        });
        let mut hashes = hasher.finish(&lines);
        for finding in &mut findings {
            if let Some(hash) = hashes.get_mut(&finding.location.line) {
                finding.line_hash.clone_from(hash);
            }
        }
        findings
    }

    /// The counts, with those of the engine.
    pub(crate) fn into_counts(mut self) -> Counts {
        let counters = *self.scratch.counters();
        self.counts.skips.add_many(SkipReason::FindingsDropped, counters.findings_dropped);
        self.counts.skips.add_many(SkipReason::RegexGaveUp, counters.regex_gave_up);
        self.counts
    }
}

/// The encoding that a byte order mark tells, and whether the object is binary data, by its first bytes.
pub(crate) fn text_facts(data: &[u8]) -> (Variant, bool) {
    let head = &data[..data.len().min(HEAD_BYTES)];
    let encoding = match head {
        [0xff, 0xfe, ..] => Variant::Utf16Le,
        [0xfe, 0xff, ..] => Variant::Utf16Be,
        _ => Variant::Raw,
    };
    (encoding, encoding == Variant::Raw && memchr::memchr(0, head).is_some())
}

/// Where a span of the object stands in the chunk.
pub(crate) fn in_chunk(chunk: &Chunk<'_>, span: RootSpan) -> Range<usize> {
    let place = |offset: u64| {
        let at = usize::try_from(offset.saturating_sub(chunk.base_offset)).unwrap_or(usize::MAX);
        at.min(chunk.data.len())
    };
    place(span.start)..place(span.end)
}

/// The line of a finding for people. All secrets of the line are covered, reported or not.
fn context(chunk: &Chunk<'_>, found: &[Found], index: usize, encoding: Variant) -> String {
    let encoding = if encoding == Variant::Raw { found[index].rec.variant } else { encoding };
    let this = in_chunk(chunk, found[index].rec.root);
    let window = line_window(chunk.data, &this, encoding, CONTEXT_WIDTH * 4);
    let others = found.iter().enumerate().filter(|(at, f)| {
        let place = in_chunk(chunk, f.rec.root);
        *at != index && place.start < window.end && place.end > window.start
    });
    let marks: Vec<Mark<'_>> = std::iter::once(&found[index])
        .chain(others.map(|(_, f)| f))
        .map(|f| {
            let place = in_chunk(chunk, f.rec.root);
            let shift = |at: usize| at.saturating_sub(window.start);
            Mark { range: shift(place.start)..shift(place.end), secret: &f.secret }
        })
        .collect();
    context_line(&chunk.data[window], &marks, encoding, CONTEXT_WIDTH)
}
