//! Every object through the engine, where it lies: no byte is copied, and what is found is kept as small records.
//!
//! An object's line numbers and inline markers are looked up here, while its bytes are at hand; its path is not known yet.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use scanner_core::{
    Chunk, FileId, FindingRec, Location, NormHash, SecretBytes, SkipReason, Variant,
};
use scanner_engine::{CopyRange, HitList, ObjectFacts, ScanScratch};
use scanner_git::{
    BaseSlot, Blob, BlobSink, CommitInfo, DamageReport, GitCounters, Introductions, KindSet,
    ObjectKind, OdbRequest, Oid, Repository, SeenBlobs, scan_listed, scan_objects,
};
use scanner_report::LineCounter;

use super::dropped::{DroppedAll, LeftOut};
use super::opened::{Inner, Opener};
use super::select::Work;
use super::{GitRun, SeenObjects, note_damage};
use crate::allow::AroundFacts;
use crate::chunk::cut_slice;
use crate::ledger::DroppedBy;
use crate::markers;
use crate::object::{Counts, around, in_chunk, text_facts};
use crate::pipeline::Total;

/// Records kept in a run. What is more is counted: a repository made of secrets must not take all memory.
const OCCURRENCES_MAX: usize = 1 << 20;

/// Objects that are read one by one; of more, packs are walked in their order.
const SINGLE_READS_MAX: usize = 2000;

/// Listed objects that one worker takes before another is started.
const OBJECTS_PER_WORKER_MIN: usize = 32;

/// Objects above are cut into chunks, and not scanned along their deltas.
const RELATED_BYTES_MAX: usize = 4 << 20;

/// Commits that a worker keeps in mind; of more, all are read again where they are needed. About 40 MiB.
const COMMITS_MAX: usize = 1 << 18;

/// Objects told to [`SeenObjects`] at a time.
const SEEN_BATCH: usize = 4096;

/// A secret in an object.
#[derive(Clone, Debug)]
pub(super) struct Occurrence {
    pub(super) oid: Oid,
    pub(super) kind: ObjectKind,
    pub(super) rec: FindingRec,
    pub(super) hash: NormHash,
    pub(super) location: Location,
    /// What allow lists said of its match and lines.
    pub(super) around: AroundFacts,
    /// The entry that has the secret, if the object is an archive.
    pub(super) inner: Option<Arc<Inner>>,
}

impl Occurrence {
    /// What stands behind the object's own path.
    pub(super) fn inner_path(&self) -> &[u8] {
        self.inner.as_ref().map_or(b"", |inner| &inner.path)
    }
}

/// Secrets by their hash.
pub(super) type Secrets = HashMap<NormHash, SecretBytes>;

/// What all workers have found.
#[derive(Default)]
pub(super) struct Detected {
    pub(super) occurrences: Vec<Occurrence>,
    pub(super) secrets: Secrets,
    pub(super) counts: Counts,
    /// What was dropped, where somebody asks for it.
    pub(super) dropped: DroppedAll,
    /// The commits of the repository, if these are all of them.
    pub(super) commits: Option<Vec<CommitInfo>>,
}

/// Objects that are to be scanned again, with their paths.
pub(super) type Named = BTreeMap<Oid, Vec<u8>>;

/// Scans the objects of `work`.
pub(super) fn detect(
    run: &GitRun<'_>,
    repository: &Repository,
    work: &Work,
    total: &mut Total,
) -> Detected {
    let kept = AtomicUsize::new(0);
    let workers = work.listed.as_ref().map_or(run.workers(), |listed| workers_for(run, listed));
    let mut sinks = detectors(run, workers, &kept, None);
    let Some(listed) = &work.listed else {
        let seen = &Seen::new(run.seen);
        for sink in &mut sinks {
            sink.found.commits = Some(Vec::new());
        }
        let request = OdbRequest { kinds: KindSet::CONTENT, seen };
        let (sinks, is_whole) = give_store(repository, &request, sinks, total);
        let found = gather(sinks);
        let is_whole = is_whole && !seen.has_declined.load(Ordering::Relaxed);
        return Detected { commits: found.commits.filter(|_| is_whole), ..found };
    };
    gather(give_listed(repository, listed, sinks, total))
}

/// Scans objects whose paths are known by now.
pub(super) fn detect_named(run: &GitRun<'_>, repository: &Repository, named: &Named) -> Detected {
    let kept = AtomicUsize::new(0);
    let sinks = detectors(run, run.workers(), &kept, Some(named));
    let oids: Vec<Oid> = named.keys().copied().collect();
    // Damage was counted when they were scanned first.
    let (sinks, _, _) = scan_listed(repository.store(), &oids, sinks);
    Detected { counts: Counts::default(), ..gather(sinks) }
}

/// A worker for a few objects costs more to start than it saves.
fn workers_for(run: &GitRun<'_>, listed: &Introductions) -> usize {
    let objects = listed.blobs.len() + listed.commits.len();
    run.workers().min(objects.div_ceil(OBJECTS_PER_WORKER_MIN)).max(1)
}

fn detectors<'a>(
    run: &GitRun<'a>,
    workers: usize,
    kept: &'a AtomicUsize,
    named: Option<&'a Named>,
) -> Vec<Detector<'a>> {
    (0..workers).map(|_| Detector::new(*run, kept, named)).collect()
}

/// The sinks, and whether they were given all that was asked for.
fn give_store<'a>(
    repository: &Repository,
    request: &OdbRequest<'_>,
    sinks: Vec<Detector<'a>>,
    total: &mut Total,
) -> (Vec<Detector<'a>>, bool) {
    let (sinks, report) = scan_objects(repository.store(), request, sinks);
    note_damage(&report.damage, total);
    total.counts.skips.add_many(SkipReason::GitFileDamaged, report.unlisted);
    (sinks, report.damage.is_empty() && report.unlisted == 0 && !report.stopped)
}

/// The blobs of a list, and the messages of its commits.
fn give_listed<'a>(
    repository: &Repository,
    listed: &Introductions,
    sinks: Vec<Detector<'a>>,
    total: &mut Total,
) -> Vec<Detector<'a>> {
    let mut oids: Vec<Oid> = listed.commits.iter().map(|commit| commit.oid).collect();
    let mut sinks = sinks;
    if listed.blobs.len() > SINGLE_READS_MAX {
        let mut left: HashSet<Oid> = listed.blobs.iter().map(|blob| blob.oid).collect();
        let seen = &AllBut(&left);
        let kinds = KindSet::of(&[ObjectKind::Blob]);
        (sinks, _) = give_store(repository, &OdbRequest { kinds, seen }, sinks, total);
        left.retain(|oid| !repository.store().contains(oid));
        oids.extend(left);
    } else {
        oids.extend(listed.blobs.iter().map(|blob| blob.oid));
    }
    let (sinks, damage, _): (_, DamageReport, GitCounters) =
        scan_listed(repository.store(), &oids, sinks);
    note_damage(&damage, total);
    sinks
}

/// What earlier runs have seen, and whether anything was left out for it.
pub(super) struct Seen<'a> {
    seen: &'a dyn SeenObjects,
    has_declined: AtomicBool,
}

impl<'a> Seen<'a> {
    pub(super) fn new(seen: &'a dyn SeenObjects) -> Self {
        Self { seen, has_declined: AtomicBool::new(false) }
    }

    fn note(&self, is_seen: bool) -> bool {
        if is_seen {
            self.has_declined.store(true, Ordering::Relaxed);
        }
        is_seen
    }
}

impl SeenBlobs for Seen<'_> {
    fn contains(&self, oid: &Oid) -> bool {
        self.note(self.seen.contains(oid))
    }

    fn contains_pack(&self, checksum: &Oid) -> bool {
        self.note(self.seen.contains_pack(checksum))
    }
}

/// Everything counts as seen but these.
struct AllBut<'a>(&'a HashSet<Oid>);

impl SeenBlobs for AllBut<'_> {
    fn contains(&self, oid: &Oid) -> bool {
        !self.0.contains(oid)
    }
}

fn gather(sinks: Vec<Detector<'_>>) -> Detected {
    let mut all = Detected { commits: Some(Vec::new()), ..Detected::default() };
    for sink in sinks {
        let found = sink.finish();
        match (&mut all.commits, found.commits) {
            (Some(commits), Some(found)) => commits.extend(found),
            _ => all.commits = None,
        }
        all.occurrences.extend(found.occurrences);
        all.secrets.extend(found.secrets);
        all.counts.merge(found.counts);
        all.dropped.merge(found.dropped);
    }
    all
}

fn new_scratch(run: &GitRun<'_>) -> ScanScratch {
    let mut scratch = ScanScratch::new(&run.request.engine);
    if run.request.ledger.is_some() {
        scratch.start_trace();
    }
    scratch
}

/// One worker.
pub(super) struct Detector<'a> {
    pub(super) run: GitRun<'a>,
    /// Records kept by all workers.
    kept: &'a AtomicUsize,
    pub(super) named: Option<&'a Named>,
    pub(super) scratch: ScanScratch,
    pub(super) lines: LineCounter,
    pub(super) opener: Option<Box<Opener>>,
    next_id: u32,
    pub(super) found: Detected,
    /// Scanned objects without findings, and with some.
    scanned: [Vec<Oid>; 2],
    bases: Bases,
}

/// What changes when an object holds something to tell, or was not scanned completely.
#[derive(Clone, Copy)]
struct Tally {
    /// Findings, and those that were silenced.
    told: u64,
    left_out: u64,
}

/// Hits of the objects that later ones are made from.
#[derive(Default)]
struct Bases {
    by_slot: Vec<Option<HitList>>,
    spare: Vec<HitList>,
}

impl Bases {
    fn get(&self, slot: BaseSlot) -> Option<&HitList> {
        self.by_slot.get(slot.0 as usize)?.as_ref()
    }

    fn put(&mut self, slot: BaseSlot, hits: HitList) {
        let index = slot.0 as usize;
        if self.by_slot.len() <= index {
            self.by_slot.resize_with(index + 1, || None);
        }
        self.by_slot[index] = Some(hits);
    }

    fn remove(&mut self, slot: BaseSlot) {
        let hits = self.by_slot.get_mut(slot.0 as usize).and_then(Option::take);
        self.spare.extend(hits);
    }

    fn blank(&mut self) -> HitList {
        self.spare.pop().unwrap_or_default()
    }
}

impl<'a> Detector<'a> {
    fn new(run: GitRun<'a>, kept: &'a AtomicUsize, named: Option<&'a Named>) -> Self {
        Self {
            run,
            kept,
            named,
            scratch: new_scratch(&run),
            lines: LineCounter::new(Variant::Raw),
            opener: None,
            next_id: 0,
            found: Detected::default(),
            scanned: <[Vec<Oid>; 2]>::default(),
            bases: Bases::default(),
        }
    }

    fn finish(mut self) -> Detected {
        self.tell_seen();
        self.take_counters();
        self.found
    }

    /// The engine's counts go with the scratch that holds them.
    fn take_counters(&mut self) {
        let counters = *self.scratch.counters();
        let skips = &mut self.found.counts.skips;
        skips.add_many(SkipReason::FindingsDropped, counters.findings_dropped);
        skips.add_many(SkipReason::RegexGaveUp, counters.regex_gave_up);
        skips.add_many(SkipReason::DecodeBudget, counters.decode_gave_up);
    }

    pub(super) fn next_file_id(&mut self) -> FileId {
        let id = FileId::new(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        id
    }

    fn scan(&mut self, blob: &Blob<'_>) {
        if self.open(blob) {
            return;
        }
        let file_id = self.next_file_id();
        let (encoding, is_binary) = text_facts(blob.bytes);
        match self.named.and_then(|named| named.get(&blob.oid)) {
            Some(path) => {
                self.scratch.begin_object(&ObjectFacts { file_id, path, is_binary });
            }
            None => self.scratch.begin_nameless_object(file_id, is_binary),
        }
        self.lines.reset(encoding);
        let request = self.run.request;
        let sizes = (request.chunk_bytes, request.engine.required_overlap());
        // What is the same as in a base is not looked at again, and the ledger would not hear of it.
        let may_relate = blob.bytes.len() <= RELATED_BYTES_MAX && request.ledger.is_none();
        if may_relate && (blob.keep.is_some() || blob.delta.is_some()) {
            return self.scan_related(file_id, blob);
        }
        let _ = cut_slice(file_id, blob.bytes, sizes, &mut |chunk, keep| {
            request.engine.scan_chunk_into(chunk, &mut self.scratch);
            self.take_findings(blob, None, chunk);
            if !chunk.is_last {
                self.lines.advance(&chunk.data[..chunk.data.len() - keep]);
            }
            ControlFlow::Continue(())
        });
    }

    /// Scans an object that was made from another, or of which others are made, in one chunk.
    fn scan_related(&mut self, file_id: FileId, blob: &Blob<'_>) {
        let engine = &self.run.request.engine;
        let chunk = Chunk::whole(file_id, blob.bytes);
        let mut record = self.bases.blank();
        let delta = blob.delta.as_ref().filter(|_| self.run.source.delta_aware);
        match delta.and_then(|delta| Some((self.bases.get(delta.base)?, delta))) {
            Some((base, delta)) => {
                let copies = delta.long.iter().map(|copy| CopyRange {
                    base_offset: copy.base_offset as u64,
                    offset: copy.offset as u64,
                    len: copy.len as u64,
                });
                engine.scan_delta_into(&chunk, (base, copies), &mut self.scratch, &mut record);
            }
            None => engine.scan_recorded_into(&chunk, &mut self.scratch, &mut record),
        }
        match blob.keep {
            Some(slot) => self.bases.put(slot, record),
            None => self.bases.spare.push(record),
        }
        self.take_findings(blob, None, &chunk);
    }

    pub(super) fn take_findings(
        &mut self,
        blob: &Blob<'_>,
        inner: Option<&Arc<Inner>>,
        chunk: &Chunk<'_>,
    ) {
        self.keep_refused(blob, inner, chunk);
        let findings = self.scratch.findings();
        if findings.is_empty() {
            return;
        }
        let mut left_out = Vec::new();
        let mut order: Vec<usize> = (0..findings.len()).collect();
        order.sort_by_key(|index| {
            let rec = findings.get(*index).rec;
            (rec.root, rec.rule_id)
        });
        let filters = &self.run.request.filters;
        let context_bytes = self.run.request.engine.context_bytes();
        let Detected { occurrences, secrets, counts, .. } = &mut self.found;
        for index in order {
            let found = findings.get(index);
            let place = in_chunk(chunk, found.rec.root_match);
            let reach = (context_bytes * found.rec.variant.scale()) as usize;
            let silenced = filters.inline_markers
                && markers::silences(chunk.data, place.start, place.end, reach);
            if silenced || found.rec.confidence < filters.min_confidence {
                counts.suppressed += 1;
                if self.run.request.ledger.is_some() {
                    let by = if silenced { DroppedBy::Marker } else { DroppedBy::MinConfidence };
                    let redacted = SecretBytes::new(found.secret).redacted();
                    let location = self.lines.locate(chunk.data, found.rec.root);
                    let rule = found.rec.rule_id;
                    left_out.push(LeftOut { inner, location, rule, by, redacted });
                }
                continue;
            }
            if self.kept.fetch_add(1, Ordering::Relaxed) >= OCCURRENCES_MAX {
                counts.skips.add(SkipReason::FindingsDropped);
                continue;
            }
            let hash = found.norm_hash;
            secrets.entry(hash).or_insert_with(|| SecretBytes::new(found.secret));
            let location = self.lines.locate(chunk.data, found.rec.root);
            let (oid, kind) = (blob.oid, blob.kind);
            let around = if filters.allow.looks_at_lines() {
                let (matched, line) = around(chunk.data, &place, reach);
                filters.allow.ask(&matched, &line)
            } else {
                AroundFacts::default()
            };
            let (rec, inner) = (*found.rec, inner.cloned());
            occurrences.push(Occurrence { oid, kind, rec, hash, location, around, inner });
        }
        for of in left_out {
            self.keep_left_out(blob, of);
        }
    }

    /// Keeps what a commit tells of itself, so that it need not be read again when findings ask where they come from.
    fn keep_commit(&mut self, blob: &Blob<'_>) {
        if let Some(commits) = &mut self.found.commits
            && blob.kind == ObjectKind::Commit
        {
            match CommitInfo::parse(blob.oid, blob.bytes) {
                Some(commit) if commits.len() < COMMITS_MAX => commits.push(commit),
                _ => self.found.commits = None,
            }
        }
    }

    fn tally(&self) -> Tally {
        let counters = self.scratch.counters();
        let counts = &self.found.counts;
        let dropped = counts.skips.get(SkipReason::FindingsDropped);
        Tally {
            told: self.found.occurrences.len() as u64 + counts.suppressed,
            left_out: counters.findings_dropped
                + counters.regex_gave_up
                + counters.decode_gave_up
                + dropped,
        }
    }

    fn tell_seen(&mut self) {
        for (found, scanned) in [false, true].into_iter().zip(&mut self.scanned) {
            if !scanned.is_empty() {
                self.run.seen.scanned(scanned, found);
                scanned.clear();
            }
        }
    }
}

impl BlobSink for Detector<'_> {
    type Carry = HitList;

    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
        if self.run.is_over() {
            return ControlFlow::Break(());
        }
        self.keep_commit(blob);
        let bytes = blob.bytes.len() as u64;
        if bytes > self.run.source.max_object_bytes {
            self.found.counts.skips.add(SkipReason::FileTooLarge);
            return ControlFlow::Continue(());
        }
        let before = self.tally();
        if catch_unwind(AssertUnwindSafe(|| self.scan(blob))).is_err() {
            self.found.counts.skips.add(SkipReason::WorkerFailed);
            self.take_counters();
            self.scratch = new_scratch(&self.run);
        } else if self.named.is_none() && self.run.seen.is_recording() {
            let after = self.tally();
            if after.left_out == before.left_out {
                let scanned = &mut self.scanned[usize::from(after.told > before.told)];
                scanned.push(blob.oid);
            }
            if self.scanned.iter().any(|scanned| scanned.len() >= SEEN_BATCH) {
                self.tell_seen();
            }
        }
        let counts = &mut self.found.counts;
        counts.files += 1;
        counts.git_objects += 1;
        counts.bytes += bytes;
        let progress = &self.run.stop.control.progress;
        progress.files.fetch_add(1, Ordering::Relaxed);
        progress.bytes.fetch_add(bytes, Ordering::Relaxed);
        ControlFlow::Continue(())
    }

    fn leave(&mut self, slot: BaseSlot) {
        self.bases.remove(slot);
    }

    fn hand_over(&mut self, slot: BaseSlot) -> Option<HitList> {
        self.bases.get(slot).cloned()
    }

    fn take_over(&mut self, slot: BaseSlot, carry: HitList) {
        self.bases.put(slot, carry);
    }
}
