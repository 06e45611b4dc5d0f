//! Scanning one object: chunks through the engine, records into findings. One scanner a worker, reused for
//! every object; both drivers (many threads over files, one thread over a stream) use this and nothing else.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use scanner_core::{
    Chunk, DecodeKind, FileId, FileState, Finding, FindingRec, Location, NormHash, ObjectPath,
    RootSpan, RuleId, SecretBytes, SkipCounts, SkipReason, SourceKind, Variant,
};
use scanner_engine::{FindingRef, ObjectFacts, ScanScratch};
use scanner_fs::FileFacts;
use scanner_report::{LineCounter, LineHasher, Mark, context_line, line_window};

use crate::allow::{AllowSubject, Around};
use crate::archive::Archives;
use crate::chunk::{ByteSource, Chunker};
use crate::collect::Collector;
use crate::config::ScanRequest;
use crate::control::Stop;
use crate::identity::{Candidate, Identities};
use crate::ledger::{self, Dropped, DroppedBy};
use crate::markers;
use crate::parts;
use crate::proof;
use crate::share::EntryPool;
use crate::storing::{Judged, MetFiles, StateScratch, StoreSession, judge, shown_under};

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
    /// Outermost archives among them.
    pub(crate) archives: u64,
    /// Marks in layers of images that delete files of layers below.
    pub(crate) whiteouts: u64,
    /// And entries of archives.
    pub(crate) archive_entries: u64,
    pub(crate) bytes: u64,
    pub(crate) suppressed: u64,
    /// Objects among `files` that had not changed since an earlier run.
    pub(crate) reused: u64,
    /// What a later run need not look at again.
    pub(crate) met: MetFiles,
    pub(crate) skips: SkipCounts,
    /// Objects that were not scanned completely and why, some of them.
    pub(crate) failures: Vec<String>,
}

impl Counts {
    /// Those of a worker that panicked.
    pub(crate) fn of_lost_worker() -> Self {
        let mut lost = Self::default();
        lost.skips.add(SkipReason::WorkerFailed);
        lost
    }

    pub(crate) fn merge(&mut self, mut other: Self) {
        self.files += other.files;
        self.git_objects += other.git_objects;
        self.archives += other.archives;
        self.whiteouts += other.whiteouts;
        self.archive_entries += other.archive_entries;
        self.bytes += other.bytes;
        self.suppressed += other.suppressed;
        self.reused += other.reused;
        self.met.merge(&mut other.met);
        self.skips.merge(&other.skips);
        self.failures.append(&mut other.failures);
    }
}

/// Scans objects, one after the other.
pub(crate) struct ObjectScanner<'a> {
    pub(crate) request: &'a ScanRequest,
    pub(crate) stop: Stop<'a>,
    collector: &'a Mutex<Collector>,
    scratch: ScanScratch,
    chunker: Chunker,
    lines: LineCounter,
    next_id: u32,
    /// Reused for what each file is recognised by.
    states: StateScratch,
    open: Open,
    pub(crate) archives: Archives,
    pub(crate) counts: Counts,
    /// Where findings go instead of to the collector, and the key of the object that they belong to.
    pub(crate) capture: Option<Capture>,
    /// Where entries of archives are shared out.
    pub(crate) pool: Option<&'a EntryPool>,
}

/// Findings of an object that is told of elsewhere.
#[derive(Default)]
pub(crate) struct Capture {
    pub(crate) key: ObjectPath,
    pub(crate) findings: Vec<Finding>,
}

/// The outermost object at hand: it may be scanned in several passes, and is told of as a whole.
#[derive(Default)]
pub(crate) struct Open {
    state: Option<FileState>,
    findings: Vec<Judged>,
    /// What was counted for other objects.
    before: Tally,
}

/// What a worker has counted of some objects. Differences of two may wrap on the way and are right in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    bytes: u64,
    suppressed: u64,
    /// How much was not scanned as it should have been.
    failures: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.bytes = self.bytes.wrapping_add(other.bytes);
        self.suppressed = self.suppressed.wrapping_add(other.suppressed);
        self.failures = self.failures.wrapping_add(other.failures);
    }

    fn without(mut self, other: Self) -> Self {
        self.bytes = self.bytes.wrapping_sub(other.bytes);
        self.suppressed = self.suppressed.wrapping_sub(other.suppressed);
        self.failures = self.failures.wrapping_sub(other.failures);
        self
    }
}

/// An object about to be scanned.
pub(crate) struct Object<'a> {
    pub(crate) path: &'a ObjectPath,
    pub(crate) source: SourceKind,
    /// When it last changed, where an archive says so.
    pub(crate) modified: Option<i64>,
}

/// A record with its secret, copied out of the scratch.
struct Found {
    rec: FindingRec,
    hash: NormHash,
    secret: SecretBytes,
    decode: Vec<DecodeKind>,
    /// What each part is, where it stands, what is shown of it.
    parts: Vec<(String, RootSpan, String)>,
}

/// What is carried from chunk to chunk of an object.
struct Passage {
    encoding: Variant,
    findings: Vec<Judged>,
    first: bool,
}

impl<'a> ObjectScanner<'a> {
    pub(crate) fn new(
        request: &'a ScanRequest,
        stop: Stop<'a>,
        collector: &'a Mutex<Collector>,
    ) -> Self {
        let mut scratch = ScanScratch::new(&request.engine);
        if request.ledger.is_some() {
            scratch.start_trace();
        }
        Self {
            request,
            stop,
            collector,
            scratch,
            chunker: Chunker::new(request.chunk_bytes, request.engine.required_overlap()),
            lines: LineCounter::new(Variant::Raw),
            next_id: 0,
            states: StateScratch::default(),
            open: Open::default(),
            archives: Archives::default(),
            counts: Counts::default(),
            capture: None,
            pool: None,
        }
    }

    /// As [`Self::new`], one of the workers of a pool.
    pub(crate) fn in_pool(
        request: &'a ScanRequest,
        stop: Stop<'a>,
        collector: &'a Mutex<Collector>,
        pool: Option<&'a EntryPool>,
    ) -> Self {
        Self { pool, ..Self::new(request, stop, collector) }
    }

    /// Begins an outermost object. A later run recognises it by `state`.
    pub(crate) fn open(&mut self, state: Option<FileState>) {
        self.open = Open { state, findings: Vec::new(), before: self.tally() };
    }

    /// Begins work on another worker's object; gives what is needed to come back.
    pub(crate) fn go_aside(&mut self) -> Open {
        let aside = Open { before: self.tally(), ..Open::default() };
        std::mem::replace(&mut self.open, aside)
    }

    /// Goes on with the own object; what was counted meanwhile is the other's.
    pub(crate) fn come_back(&mut self, own: Open) -> Tally {
        let aside = std::mem::replace(&mut self.open, own);
        let counted = self.tally().without(aside.before);
        self.open.before.add(counted);
        counted
    }

    /// How many findings the object at hand has.
    pub(crate) fn found(&self) -> usize {
        self.open.findings.len()
    }

    /// Takes out those behind the first `known`.
    pub(crate) fn take_found(&mut self, known: usize) -> Vec<Judged> {
        self.open.findings.split_off(known.min(self.open.findings.len()))
    }

    /// Adds what was found and counted of the object elsewhere.
    pub(crate) fn add_found(&mut self, findings: impl Iterator<Item = Judged>, tally: Tally) {
        self.open.findings.extend(findings);
        self.open.before = self.open.before.without(tally);
    }

    fn tally(&self) -> Tally {
        let Counts { bytes, suppressed, .. } = self.counts;
        Tally { bytes, suppressed, failures: self.failures() }
    }

    /// Whether the store may know any file.
    pub(crate) fn knows_any(&self) -> bool {
        self.request.store.as_ref().is_some_and(StoreSession::knows_any)
    }

    /// What a later run recognises a file by, where findings are stored.
    pub(crate) fn state_of(&mut self, path: &[u8], facts: &FileFacts) -> Option<FileState> {
        let paths = &self.request.identities.paths;
        self.request.store.as_ref()?.state_of(paths, (path, facts), &mut self.states)
    }

    /// The entries of a folder of this state, where an earlier run has stored them.
    pub(crate) fn entries(&mut self, state: &FileState) -> Option<&[u8]> {
        let (number, entries) = self.request.store.as_ref()?.folder(state)?;
        self.counts.met.folders.known.push(number);
        Some(entries)
    }

    /// Remembers the entries of a folder.
    pub(crate) fn listed(&mut self, state: FileState, entries: &[u8]) {
        if self.request.store.as_ref().is_some_and(|store| store.takes_entries(entries.len())) {
            self.counts.met.folders.new.push(&state, entries);
        }
    }

    /// Ends it: its findings go to the store and to the sinks. What was not scanned completely is not remembered.
    pub(crate) fn close(&mut self, path: &ObjectPath) {
        let open = std::mem::take(&mut self.open);
        let silenced = open.findings.iter().filter(|(_, silenced)| *silenced).count() as u64;
        let counted = self.tally().without(open.before);
        let state = open.state.filter(|_| counted.failures == 0);
        self.tell((path, state), (counted.bytes, counted.suppressed - silenced), open.findings);
    }

    fn tell(
        &mut self,
        (path, state): (&ObjectPath, Option<FileState>),
        (bytes, suppressed): (u64, u64),
        findings: Vec<Judged>,
    ) {
        let has_nothing = findings.is_empty() && suppressed == 0;
        match (&self.request.store, state) {
            (None, _) => {}
            (Some(_), Some(state)) if has_nothing => self.counts.met.clean.new.push(state),
            (Some(_), None) if findings.is_empty() => {}
            (Some(store), state) => {
                let paths = &self.request.identities.paths;
                store.emit(paths, (path, state), (bytes, suppressed), &findings);
            }
        }
        self.pass_on(findings);
    }

    /// Whether the store knows the object of this state, so that it need not be read; then it is told as it was.
    pub(crate) fn knows(&mut self, path: &[u8], state: FileState, bytes: u64) -> bool {
        let Some(store) = &self.request.store else { return false };
        let bytes = if let Some(number) = store.clean(&state) {
            self.counts.met.clean.known.push(number);
            bytes
        } else {
            let path = ObjectPath::new(path);
            let key = self.request.identities.paths.of(&path);
            let Some(object) = store.object(&key, &state, self.request.line_hashes) else {
                return false;
            };
            let mut findings = Vec::with_capacity(object.findings.len());
            for mut finding in object.findings.iter().cloned() {
                let silenced = judge(&self.request.identities, &mut finding);
                self.counts.suppressed += u64::from(silenced);
                finding.path = shown_under(&finding.path, &key, &path);
                findings.push((finding, silenced));
            }
            self.counts.suppressed += object.suppressed;
            self.tell((&path, Some(state)), (object.bytes, object.suppressed), findings);
            object.bytes
        };
        self.counts.files += 1;
        self.counts.reused += 1;
        self.counts.bytes += bytes;
        let progress = &self.stop.control.progress;
        progress.files.fetch_add(1, Ordering::Relaxed);
        progress.bytes.fetch_add(bytes, Ordering::Relaxed);
        true
    }

    /// How much was not scanned as it should have been.
    pub(crate) fn failures(&self) -> u64 {
        let counters = self.scratch.counters();
        let skips: u64 = self.counts.skips.failed().map(|(_, count)| count).sum();
        skips + counters.findings_dropped + counters.regex_gave_up + counters.decode_gave_up
    }

    /// Takes care that no later run takes the object at hand for scanned.
    pub(crate) fn forget(&mut self) {
        self.open.state = None;
    }

    /// Scans an object, as it is. `Break` means that the run is over.
    pub(crate) fn scan(
        &mut self,
        object: &Object<'_>,
        source: &mut dyn ByteSource,
    ) -> ControlFlow<()> {
        self.scan_unless(object, source, &mut |_| false)
    }

    /// Scans an object unless `is_other` says of its first chunk that it is for somebody else: then nothing has
    /// happened but that the chunk was read.
    pub(crate) fn scan_unless(
        &mut self,
        object: &Object<'_>,
        source: &mut dyn ByteSource,
        is_other: &mut dyn FnMut(&[u8]) -> bool,
    ) -> ControlFlow<()> {
        let file_id = FileId::new(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let mut passage = Passage { encoding: Variant::Raw, findings: Vec::new(), first: true };
        if self.chunker.is_spent() {
            let overlap = self.request.engine.required_overlap();
            self.chunker = Chunker::new(self.request.chunk_bytes, overlap);
        }
        let mut chunker = std::mem::replace(&mut self.chunker, Chunker::new(0, 0));
        let mut is_others = false;
        let cut = chunker.cut(file_id, source, &mut |chunk, keep| {
            if passage.first && is_other(chunk.data) {
                is_others = true;
                return ControlFlow::Break(());
            }
            self.scan_chunk(object, chunk, keep, &mut passage);
            let progress = &self.stop.control.progress;
            progress.bytes.fetch_add(chunk.payload().len() as u64, Ordering::Relaxed);
            let over = self.stop.interrupted() || self.stop.out_of_time();
            if over && !chunk.is_last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.chunker = chunker;
        if is_others {
            return ControlFlow::Continue(());
        }
        self.counts.files += 1;
        self.counts.bytes += cut.bytes;
        self.stop.control.progress.files.fetch_add(1, Ordering::Relaxed);
        if let Some(error) = &cut.error {
            self.counts.skips.add(scanner_fs::skip_reason(error));
        }
        let mut findings = passage.findings;
        proof::pair(&mut findings, source, self.request.started_unix);
        let findings = self.with_line_hashes(findings, source);
        match &mut self.capture {
            Some(capture) => capture.findings.extend(findings.into_iter().map(|(f, _)| f)),
            None => self.open.findings.extend(findings),
        }
        if cut.stopped {
            self.forget();
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
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
        if self.request.ledger.is_some() && self.capture.is_none() {
            self.write_refused(object, chunk);
        }
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
        let engine = &self.request.engine;
        let copy = |f: FindingRef<'_>| Found {
            rec: *f.rec,
            hash: f.norm_hash,
            secret: SecretBytes::new(f.secret),
            decode: Vec::new(),
            parts: parts::told(engine.rule_parts(f.rec.rule_id), &f),
        };
        let mut found: Vec<Found> = self.scratch.findings().iter().map(copy).collect();
        for found in &mut found {
            found.decode = self.scratch.decode_chain(found.rec.step_id);
            found.decode.extend(found.rec.variant.decode_kind());
        }
        found.sort_by_key(|f| (f.rec.root, f.rec.rule_id));
        for found in &mut found {
            proof::expire(&mut found.rec, &found.secret, self.request.started_unix);
        }
        let mut dropped: Vec<(Location, RuleId, DroppedBy, String)> = Vec::new();
        for index in 0..found.len() {
            let location = self.lines.locate(chunk.data, found[index].rec.root);
            let here = &found[index];
            if let Some(by) = self.suppressed_by(object, chunk, here) {
                self.counts.suppressed += 1;
                dropped.push((location, here.rec.rule_id, by, here.secret.redacted()));
                continue;
            }
            let silenced = self.is_silenced(object, here, location.line);
            self.counts.suppressed += u64::from(silenced);
            if silenced {
                let by = DroppedBy::Decision;
                dropped.push((location, here.rec.rule_id, by, here.secret.redacted()));
            }
            if silenced && self.request.store.is_none() {
                continue;
            }
            let rule = self.request.engine.rule_info(here.rec.rule_id).clone();
            let key = self.capture.as_ref().map_or(object.path, |capture| &capture.key);
            let about = (object.source, key);
            let identities = &self.request.identities;
            let hashes = identities.hashes(&rule, (&here.rec, &here.decode), &here.hash, about);
            let finding = Finding {
                confidence: here.rec.confidence,
                score: f32::from(here.rec.score) / 100.0,
                validation: here.rec.validation,
                path: object.path.clone(),
                source: object.source,
                location,
                modified: object.modified,
                decode: here.decode.clone(),
                secret: here.secret.clone(),
                norm_hash: here.hash,
                secret_hash: hashes.secret,
                occurrence_id: hashes.occurrence,
                ignore_id: identities.ignores.ignore_id(&rule.id, &here.hash),
                context: context(chunk, &found, index, passage.encoding),
                line_hash: String::new(),
                git: None,
                places: Vec::new(),
                parts: parts::located(&found[index].parts, |at| self.lines.locate(chunk.data, at)),
                rule,
            };
            passage.findings.push((finding, silenced));
        }
        self.write_down(object, dropped);
    }

    /// Tells the ledger, where there is one.
    fn write_down(&self, object: &Object<'_>, dropped: Vec<(Location, RuleId, DroppedBy, String)>) {
        let Some(ledger) = self.request.ledger.as_ref().filter(|_| !dropped.is_empty()) else {
            return;
        };
        let line =
            |(location, rule, by, redacted): (Location, RuleId, DroppedBy, String)| Dropped {
                path: object.path.clone(),
                line: location.line,
                column: location.column,
                rule: self.request.engine.rule_info(rule).id.clone(),
                by,
                redacted,
            };
        ledger.add(dropped.into_iter().map(line).collect());
    }

    /// Writes down the candidates of a chunk that the engine refused.
    fn write_refused(&mut self, object: &Object<'_>, chunk: &Chunk<'_>) {
        let trace = self.scratch.take_trace();
        self.scratch.start_trace();
        let refused = ledger::refused(trace, chunk, self.request.engine.context_bytes());
        let mut dropped = Vec::with_capacity(refused.len());
        for (place, rule, stage) in refused {
            let location = self.lines.locate(chunk.data, place);
            let redacted = ledger::redacted(chunk, place);
            dropped.push((location, rule, DroppedBy::Stage(stage), redacted));
        }
        self.write_down(object, dropped);
    }

    /// Whether someone has decided about the secret.
    fn is_silenced(&self, object: &Object<'_>, found: &Found, line: u64) -> bool {
        let Identities { ignores, paths, .. } = &self.request.identities;
        ignores.silences(&Candidate {
            rule: &self.request.engine.rule_info(found.rec.rule_id).id,
            hash: &found.hash,
            secret: &found.secret,
            path: &paths.of(object.path),
            line,
            commit: None,
        })
    }

    /// Who of the scan's own settings leaves the finding out.
    fn suppressed_by(
        &self,
        object: &Object<'_>,
        chunk: &Chunk<'_>,
        found: &Found,
    ) -> Option<DroppedBy> {
        let filters = &self.request.filters;
        let rule = &self.request.engine.rule_info(found.rec.rule_id).id;
        if found.rec.confidence < filters.min_confidence {
            return Some(DroppedBy::MinConfidence);
        }
        let place = in_chunk(chunk, found.rec.root_match);
        let reach = (self.request.engine.context_bytes() * found.rec.variant.scale()) as usize;
        if self.is_allowed(object, (chunk, place.clone(), reach), rule, found) {
            return Some(DroppedBy::AllowList);
        }
        let is_marked =
            filters.inline_markers && markers::silences(chunk.data, place.start, place.end, reach);
        is_marked.then_some(DroppedBy::Marker)
    }

    /// Whether an allow list takes the finding that was matched at a place of the chunk.
    fn is_allowed(
        &self,
        object: &Object<'_>,
        (chunk, place, reach): (&Chunk<'_>, Range<usize>, usize),
        rule: &str,
        found: &Found,
    ) -> bool {
        let allow = &self.request.filters.allow;
        let below = self.request.identities.paths.of(object.path);
        let mut subject = AllowSubject {
            rule,
            paths: [object.path.as_bytes(), below.as_bytes()],
            // Exposed to be compared with the user's allow list.
            secret: found.secret.expose(),
            around: Around::Unknown,
            commit: None,
        };
        if !allow.looks_at_lines() {
            return allow.allows(&subject);
        }
        let (matched, line) = around(chunk.data, &place, reach);
        subject.around = Around::Text { matched: &matched, line: &line };
        allow.allows(&subject)
    }

    /// Hands the findings of an object to the collector.
    fn pass_on(&mut self, findings: Vec<Judged>) {
        let told = findings.iter().filter(|(_, silenced)| !silenced).count() as u64;
        if told == 0 {
            return;
        }
        let progress = &self.stop.control.progress;
        progress.findings.fetch_add(told, Ordering::Relaxed);
        let mut collector =
            self.collector.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (finding, silenced) in findings {
            if !silenced {
                collector.add(finding);
            }
        }
    }

    /// Adds the line hashes, for which the object is read once more from the start. A source that cannot be
    /// read again leaves them empty.
    fn with_line_hashes(
        &mut self,
        mut findings: Vec<Judged>,
        source: &mut dyn ByteSource,
    ) -> Vec<Judged> {
        if findings.is_empty() || !self.request.line_hashes || !source.rewind() {
            return findings;
        }
        let lines: Vec<u64> = findings.iter().map(|(finding, _)| finding.location.line).collect();
        let mut hasher = LineHasher::new();
        self.chunker.cut(FileId::default(), source, &mut |chunk, _| {
            hasher.feed(chunk.payload());
            ControlFlow::Continue(())
        });
        let mut hashes = hasher.finish(&lines);
        for (finding, _) in &mut findings {
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
        self.counts.skips.add_many(SkipReason::DecodeBudget, counters.decode_gave_up);
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

/// What stands at a place, and the lines that it touches, at most `reach` bytes to either side of it.
pub(crate) fn around<'a>(
    text: &'a [u8],
    place: &Range<usize>,
    reach: usize,
) -> (Cow<'a, [u8]>, Cow<'a, [u8]>) {
    (narrow(&text[place.clone()]), narrow(&text[lines_around(text, place, reach)]))
}

/// The lines that a place touches, at most `reach` bytes to either side of it.
fn lines_around(text: &[u8], place: &Range<usize>, reach: usize) -> Range<usize> {
    let from = place.start.saturating_sub(reach);
    let start = memchr::memrchr(b'\n', &text[from..place.start]).map_or(from, |at| from + at + 1);
    let to = place.end.saturating_add(reach).min(text.len());
    let end = memchr::memchr(b'\n', &text[place.end..to]).map_or(to, |at| place.end + at);
    start..end
}

/// Text without the zero bytes of UTF-16.
fn narrow(text: &[u8]) -> Cow<'_, [u8]> {
    if text.contains(&0) {
        Cow::Owned(text.iter().copied().filter(|byte| *byte != 0).collect())
    } else {
        Cow::Borrowed(text)
    }
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
