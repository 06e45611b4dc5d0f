//! A run's way to the store: what it may leave out because an earlier run has seen it, and what it writes down.
//!
//! A store that cannot be used ends no scan. Everything is then scanned, the findings reach the other sinks, and the
//! summary counts and names what is missing.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use scanner_core::{
    FileState, Finding, ObjectBatch, ObjectPath, RunInfo, SkipReason, StoreLosses,
    StoreProducer as _, StoredFinding, Summary,
};
use scanner_fs::FileFacts;
use scanner_git::Oid;
use scanner_stdx::DynamicBitSet;
use scanner_stdx::hash::keyed_mac128;
use scanner_store::{
    FOLDER_BYTES_MAX, FolderEntries, History, HistoryEnd, Marks, Remembered, RememberedObject,
    RootName, RuleSetHash, RunStart, SqliteStoreProducer, Store, StoreError,
};

use crate::git::SeenObjects;
use crate::identity::{Candidate, Identities};
use crate::key_paths::KeyPaths;

/// The store of a run.
#[derive(Debug)]
pub struct StoreSession {
    producer: Result<SqliteStoreProducer, StoreError>,
    remembered: Remembered,
    states: FileStates,
    replays: bool,
    started: i64,
    history: History,
    start_set: String,
    /// Bytes of entries of folders that this run wants to remember.
    entry_bytes: AtomicUsize,
    /// Whether the history is as it was, so that its findings were told as stored.
    is_same_history: AtomicBool,
    /// Ids of objects without and with findings, until the scan of their repository is complete.
    scanned: [Mutex<Vec<Oid>>; 2],
    /// Checksums of packs that were seen whole.
    packs: Mutex<Vec<Oid>>,
}

/// What a run is, as far as it decides what earlier runs may tell it.
#[derive(Clone, Debug)]
pub struct RunScope {
    /// What is scanned.
    pub root: RootName,
    /// What decides about findings.
    pub rule_set: RuleSetHash,
    /// What of a history is looked at, and how; what is known holds for the same only. `None` where objects of a
    /// repository take no part.
    pub start_set: Option<String>,
}

/// What earlier runs know.
#[derive(Debug, Default)]
pub struct Recalled {
    remembered: Remembered,
    history: History,
}

impl Recalled {
    /// Whether an earlier run has told the whole history.
    pub fn knows_history(&self) -> bool {
        self.history.marks.is_some()
    }

    /// Reads what earlier runs of the same scope know.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn of(store: &Store, scope: &RunScope) -> Result<Self, StoreError> {
        let RunScope { root, rule_set, start_set } = scope;
        Ok(Self {
            remembered: store.remembered(root, rule_set)?,
            history: match start_set {
                Some(start_set) => store.history(root, rule_set, start_set)?,
                None => History::default(),
            },
        })
    }
}

/// What a run has met of one kind and a later run need not look at again.
#[derive(Debug, Default)]
pub(crate) struct Met<T> {
    /// What a later run recognises those by that are new.
    pub(crate) new: T,
    /// Numbers of those that an earlier run knew.
    pub(crate) known: Vec<usize>,
}

impl<T> Met<T> {
    /// Those that were met of `len` that were known; `None` where nothing has come or gone.
    fn changed(&self, is_any_new: bool, len: usize) -> Option<DynamicBitSet> {
        let mut met = DynamicBitSet::empty(len);
        for number in &self.known {
            met.set(*number);
        }
        (is_any_new || met.count() != len).then_some(met)
    }
}

/// Files without findings, and folders with their entries.
#[derive(Debug, Default)]
pub(crate) struct MetFiles {
    pub(crate) clean: Met<Vec<FileState>>,
    pub(crate) folders: Met<FolderEntries>,
}

impl MetFiles {
    pub(crate) fn merge(&mut self, other: &mut Self) {
        self.clean.new.append(&mut other.clean.new);
        self.clean.known.append(&mut other.clean.known);
        self.folders.new.append(&mut other.folders.new);
        self.folders.known.append(&mut other.folders.known);
    }
}

/// A finding, and whether something decided keeps it out of the reports.
pub(crate) type Judged = (Finding, bool);

impl StoreSession {
    /// Begins a run. Whatever fails is counted and named in the summary.
    ///
    /// Findings of unchanged objects are told as stored where it `replays`: not where secrets are shown or have to be known.
    pub fn begin(
        store: Result<(Store, Recalled), StoreError>,
        info: &RunInfo,
        scope: RunScope,
        replays: bool,
    ) -> Self {
        let RunScope { root, rule_set, start_set } = scope;
        let mut states = [0; 16];
        let mut recalled = Recalled::default();
        let producer = store.and_then(|(store, known)| {
            states = store.keys().file_states();
            recalled = known;
            store.begin_run(&RunStart { info, root: &root, rule_set: &rule_set })
        });
        Self {
            producer,
            remembered: recalled.remembered,
            states: FileStates(states),
            replays,
            started: i64::try_from(info.started_unix).unwrap_or(i64::MAX),
            history: recalled.history,
            start_set: start_set.unwrap_or_default(),
            entry_bytes: AtomicUsize::new(0),
            is_same_history: AtomicBool::new(false),
            scanned: <[Mutex<Vec<Oid>>; 2]>::default(),
            packs: Mutex::default(),
        }
    }

    /// The number of the run, if it could begin.
    pub fn run(&self) -> Option<i64> {
        self.producer.as_ref().ok().map(SqliteStoreProducer::run)
    }

    /// Whether any file may be known.
    pub(crate) fn knows_any(&self) -> bool {
        !self.remembered.is_empty()
    }

    /// What a later run recognises a file by; `None` where it changed so lately that it may change again without its
    /// times telling: file systems count in steps of up to two seconds.
    pub(crate) fn state_of(
        &self,
        paths: &KeyPaths,
        (shown, facts): (&[u8], &FileFacts),
        scratch: &mut StateScratch,
    ) -> Option<FileState> {
        let latest = facts.changed.0.max(facts.modified.0);
        let is_settled = latest < self.started.saturating_sub(1);
        is_settled.then(|| self.states.state_of(paths, shown, facts, scratch))
    }

    /// The number of a file of this state, if it was scanned and has nothing to report.
    pub(crate) fn clean(&self, state: &FileState) -> Option<usize> {
        self.remembered.clean(state)
    }

    /// The entries of a folder of this state, and its number.
    pub(crate) fn folder(&self, state: &FileState) -> Option<(usize, &[u8])> {
        self.remembered.folder(state)
    }

    /// Whether so many more bytes of entries of folders may be remembered; counts them if so.
    pub(crate) fn takes_entries(&self, bytes: usize) -> bool {
        self.producer.is_ok()
            && self.entry_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= FOLDER_BYTES_MAX
    }

    /// What an unchanged object had to report, if that may be told as stored.
    pub(crate) fn object(
        &self,
        key: &ObjectPath,
        state: &FileState,
        line_hashes: bool,
    ) -> Option<&RememberedObject> {
        let object = self.remembered.object(key.as_bytes()).filter(|o| o.state == *state)?;
        let is_whole = !line_hashes || object.findings.iter().all(|f| !f.line_hash.is_empty());
        (self.replays && is_whole).then_some(object)
    }

    /// Writes an object's findings down.
    pub(crate) fn emit(
        &self,
        paths: &KeyPaths,
        (object, state): (&ObjectPath, Option<FileState>),
        (bytes, suppressed): (u64, u64),
        findings: &[Judged],
    ) {
        let Ok(producer) = &self.producer else { return };
        let key = &paths.of(object);
        // Nearly all findings stand in the object itself and not in an entry of it.
        let entries: Vec<Option<ObjectPath>> = findings
            .iter()
            .map(|(finding, _)| (finding.path != *object).then(|| paths.of(&finding.path)))
            .collect();
        let findings: Vec<StoredFinding<'_>> = findings
            .iter()
            .zip(&entries)
            .map(|((finding, silenced), entry)| {
                let path = entry.as_ref().unwrap_or(key);
                StoredFinding { finding, path, silenced: *silenced }
            })
            .collect();
        let object = key;
        producer.emit_batch(&ObjectBatch { object, state, bytes, suppressed, findings: &findings });
    }

    /// What is known of the history.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// Whether the findings of a history are told as stored, which `is_same` allows.
    pub(crate) fn decide_history(&self, is_same: bool) -> bool {
        let is_same = is_same && self.replays;
        self.is_same_history.store(is_same, Ordering::Relaxed);
        is_same
    }

    /// Notes how far references are scanned; `refs` is asked for them where they are not those that are known.
    pub(crate) fn set_marks(
        &self,
        hash: [u8; 32],
        refs: impl FnOnce() -> Vec<(String, Vec<u8>)>,
        suppressed: u64,
    ) {
        let Ok(producer) = &self.producer else { return };
        let is_same = self.is_same_history.load(Ordering::Relaxed);
        let refs = if is_same { Vec::new() } else { refs() };
        let marks = Marks { start_set: self.start_set.clone(), refs, hash };
        let packs = std::mem::take(&mut *self.packs.lock().unwrap_or_else(PoisonError::into_inner));
        let packs = packs.iter().map(|checksum| checksum.as_bytes().to_vec()).collect();
        producer.set_watermarks(HistoryEnd { marks, packs, suppressed, is_same });
    }

    /// Waits until all is stored, and adds what is not to the summary.
    pub(crate) fn flush(&self, summary: &mut Summary, met: MetFiles) {
        match &self.producer {
            Ok(producer) => {
                self.remember(producer, met);
                tell(summary, producer.flush());
            }
            Err(error) => {
                tell(summary, StoreLosses { findings: 0, error: Some(error.to_string()) });
            }
        }
    }

    /// Hands over what later runs need not look at again, where it is not what the store knows.
    fn remember(&self, producer: &SqliteStoreProducer, met: MetFiles) {
        let known = &self.remembered;
        let MetFiles { mut clean, mut folders } = met;
        if let Some(met) = clean.changed(!clean.new.is_empty(), known.clean_len()) {
            clean.new.extend(met.iter_set().map(|number| known.clean_state(number)));
            producer.remember_clean(clean.new);
        }
        let all = known.folders();
        if let Some(met) = folders.changed(!folders.new.is_empty(), all.len()) {
            for number in met.iter_set() {
                let (state, entries) = all.get(number);
                folders.new.push(&state, entries);
            }
            producer.remember_folders(folders.new);
        }
    }

    /// Ends the run, and does something else meanwhile.
    pub(crate) fn end(&self, summary: &mut Summary, meanwhile: impl FnOnce()) {
        let Ok(producer) = &self.producer else { return meanwhile() };
        let before = summary.skips.get(SkipReason::StoreFailed);
        let losses = producer.end_run_beside(summary, meanwhile);
        if before == 0 {
            tell(summary, losses);
        }
    }
}

impl SeenObjects for StoreSession {
    fn contains(&self, oid: &Oid) -> bool {
        let oid = oid.as_bytes();
        let is_same = self.is_same_history.load(Ordering::Relaxed);
        self.history.clean.contains(oid) || (is_same && self.history.found.contains(oid))
    }

    fn contains_pack(&self, checksum: &Oid) -> bool {
        let checksum = checksum.as_bytes();
        self.is_same_history.load(Ordering::Relaxed)
            && self.history.packs.iter().any(|known| known == checksum)
    }

    fn is_recording(&self) -> bool {
        self.producer.is_ok()
    }

    fn scanned(&self, oids: &[Oid], found: bool) {
        let list = &self.scanned[usize::from(found)];
        list.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(oids);
    }

    fn scanned_packs(&self, checksums: &[Oid]) {
        let mut packs = self.packs.lock().unwrap_or_else(PoisonError::into_inner);
        packs.extend_from_slice(checksums);
    }

    fn finish(&self) {
        let Ok(producer) = &self.producer else { return };
        for (found, list) in [false, true].into_iter().zip(&self.scanned) {
            let mut oids =
                std::mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner));
            // What is known already is not written again.
            oids.retain(|oid| found || !self.history.clean.contains(oid.as_bytes()));
            let Some(first) = oids.first() else { continue };
            let bytes = first.as_bytes().len();
            let of_size = oids.iter().map(Oid::as_bytes).filter(|oid| oid.len() == bytes);
            producer.emit_seen(bytes, of_size.collect::<Vec<_>>().concat(), found);
        }
    }
}

/// Whether something decided keeps a stored finding out of the reports; also gives it today's ignore entry. Its path is
/// still as identities see it.
pub(crate) fn judge(identities: &Identities, finding: &mut Finding) -> bool {
    let ignores = &identities.ignores;
    finding.ignore_id = ignores.ignore_id(&finding.rule.id, &finding.norm_hash);
    ignores.silences(&Candidate {
        rule: &finding.rule.id,
        hash: &finding.norm_hash,
        secret: &finding.secret,
        path: &finding.path,
        line: finding.location.line,
        commit: finding.git.as_ref().and_then(|git| git.commit.as_deref()),
    })
}

/// The path of a stored finding as this run shows it: `path` stands for the object that identities see as `key`, and
/// entries of archives follow it.
pub(crate) fn shown_under(stored: &ObjectPath, key: &ObjectPath, path: &ObjectPath) -> ObjectPath {
    let below = stored.as_bytes().strip_prefix(key.as_bytes()).unwrap_or(b"");
    ObjectPath::new(&[path.as_bytes(), below].concat())
}

fn tell(summary: &mut Summary, losses: StoreLosses) {
    if let Some(error) = losses.error {
        summary.skips.add_many(SkipReason::StoreFailed, losses.findings.max(1));
        summary.warnings.push(error);
    } else {
        summary.skips.add_many(SkipReason::StoreFailed, losses.findings);
    }
}

/// A worker's memory for states, so that nothing is allocated for a file.
#[derive(Debug, Default)]
pub(crate) struct StateScratch {
    hashed: Vec<u8>,
    /// The folder of the last file, with its slash, and what stands for it in states.
    folder: Vec<u8>,
    folder_tag: Option<[u8; FOLDER_TAG_BYTES]>,
}

/// Bytes at the front of a state that all files of a folder share. States are sorted, so whoever looks the files of a
/// folder up finds all of them near each other; hashes alone would be a miss of the cache for each file.
const FOLDER_TAG_BYTES: usize = 3;

/// How files are recognised: by their facts and path, under a key.
#[derive(Debug)]
struct FileStates([u8; 16]);

impl FileStates {
    fn state_of(
        &self,
        paths: &KeyPaths,
        shown: &[u8],
        facts: &FileFacts,
        scratch: &mut StateScratch,
    ) -> FileState {
        let buffer = &mut scratch.hashed;
        let folder = memchr::memrchr(b'/', shown).map_or(0, |slash| slash + 1);
        let known = scratch.folder_tag.filter(|_| scratch.folder == shown[..folder]);
        let folder_tag = known.unwrap_or_else(|| {
            scratch.folder.clear();
            scratch.folder.extend_from_slice(&shown[..folder]);
            let (key, rest) = paths.split(&scratch.folder).unwrap_or((b"", &scratch.folder));
            buffer.clear();
            buffer.extend_from_slice(key);
            buffer.extend_from_slice(rest);
            let hash = keyed_mac128(&self.0, buffer).to_le_bytes();
            std::array::from_fn(|index| hash[index])
        });
        scratch.folder_tag = Some(folder_tag);
        let numbers = [
            facts.len,
            facts.inode,
            facts.modified.0.cast_unsigned(),
            facts.modified.1,
            facts.changed.0.cast_unsigned(),
            facts.changed.1,
        ];
        buffer.clear();
        buffer.extend_from_slice(numbers.map(u64::to_le_bytes).as_flattened());
        // Rules may look at the path, so an inode that moved is another file.
        let (key, rest) = paths.split(shown).unwrap_or((b"", shown));
        buffer.extend_from_slice(key);
        buffer.extend_from_slice(rest);
        let mut state = keyed_mac128(&self.0, buffer).to_le_bytes();
        state[..FOLDER_TAG_BYTES].copy_from_slice(&folder_tag);
        FileState(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_and_the_path_make_another_state() {
        let (paths, states) = (KeyPaths::default(), FileStates([7; 16]));
        let state_of = |shown: &[u8], facts: &FileFacts| {
            states.state_of(&paths, shown, facts, &mut StateScratch::default())
        };
        let facts = FileFacts { len: 1, inode: 2, modified: (3, 4), changed: (5, 6) };
        let base = state_of(b"a", &facts);
        assert_eq!(state_of(b"a", &facts), base);
        for other in [
            FileFacts { len: 9, ..facts },
            FileFacts { inode: 9, ..facts },
            FileFacts { modified: (9, 4), ..facts },
            FileFacts { modified: (3, 9), ..facts },
            FileFacts { changed: (9, 6), ..facts },
            FileFacts { changed: (5, 9), ..facts },
        ] {
            assert_ne!(state_of(b"a", &other), base, "{other:?}");
        }
        assert_ne!(state_of(b"b", &facts), base);
        let mut scratch = StateScratch::default();
        let other_key = FileStates([8; 16]).state_of(&paths, b"a", &facts, &mut scratch);
        assert_ne!(other_key, base);
    }

    #[test]
    fn files_of_a_folder_lie_together_whatever_was_asked_before() {
        let (paths, states) = (KeyPaths::default(), FileStates([7; 16]));
        let facts = FileFacts { len: 1, inode: 2, modified: (3, 4), changed: (5, 6) };
        let alone =
            |path: &[u8]| states.state_of(&paths, path, &facts, &mut StateScratch::default());
        let mut scratch = StateScratch::default();
        for path in [b"a".as_slice(), b"x/a", b"x/b", b"x/y/a", b"x/y/b", b"x/c", b"b"] {
            assert_eq!(states.state_of(&paths, path, &facts, &mut scratch), alone(path));
        }
        let tag = |path: &[u8]| alone(path).0[..FOLDER_TAG_BYTES].to_vec();
        assert_eq!((tag(b"x/a"), tag(b"a")), (tag(b"x/b"), tag(b"b")));
        assert!(tag(b"x/a") != tag(b"a") && tag(b"x/a") != tag(b"x/y/a"));
    }
}
