//! A run's way to the store: what it may leave out because an earlier run has seen it, and what it writes down.
//!
//! A store that cannot be used ends no scan. Everything is then scanned, the findings reach the other sinks, and the
//! summary counts and names what is missing.

use std::sync::atomic::{AtomicBool, Ordering};
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
    History, HistoryEnd, Marks, Remembered, RememberedObject, RootName, RuleSetHash, RunStart,
    SqliteStoreProducer, Store, StoreError,
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
    /// Whether the history is as it was, so that its findings were told as stored.
    is_same_history: AtomicBool,
    /// Ids of objects without and with findings, until the scan of their repository is complete.
    scanned: [Mutex<Vec<Oid>>; 2],
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

/// Files without findings that a run has met.
#[derive(Debug, Default)]
pub(crate) struct Clean {
    /// What a later run recognises those by that were scanned.
    pub(crate) new: Vec<FileState>,
    /// Numbers of those that an earlier run had scanned.
    pub(crate) known: Vec<usize>,
}

impl Clean {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.new.extend_from_slice(&other.new);
        self.known.extend_from_slice(&other.known);
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
            is_same_history: AtomicBool::new(false),
            scanned: <[Mutex<Vec<Oid>>; 2]>::default(),
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
        buffer: &mut Vec<u8>,
    ) -> Option<FileState> {
        let latest = facts.changed.0.max(facts.modified.0);
        let is_settled = latest < self.started.saturating_sub(1);
        is_settled.then(|| self.states.state_of(paths, shown, facts, buffer))
    }

    /// The number of a file of this state, if it was scanned and has nothing to report.
    pub(crate) fn clean(&self, state: &FileState) -> Option<usize> {
        self.remembered.clean(state)
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

    /// Notes how far references are scanned.
    pub(crate) fn set_marks(&self, refs: Vec<(String, Vec<u8>)>, suppressed: u64) {
        let Ok(producer) = &self.producer else { return };
        let marks = Marks { start_set: self.start_set.clone(), refs };
        let is_same = self.is_same_history.load(Ordering::Relaxed);
        producer.set_watermarks(HistoryEnd { marks, suppressed, is_same });
    }

    /// Waits until all is stored, and adds what is not to the summary.
    pub(crate) fn flush(&self, summary: &mut Summary, clean: Clean) {
        match &self.producer {
            Ok(producer) => {
                if let Some(clean) = self.changed_clean(clean) {
                    producer.remember_clean(clean);
                }
                tell(summary, producer.flush());
            }
            Err(error) => {
                tell(summary, StoreLosses { findings: 0, error: Some(error.to_string()) });
            }
        }
    }

    /// All files without findings; `None` where they are those that the store knows.
    fn changed_clean(&self, clean: Clean) -> Option<Vec<FileState>> {
        let Clean { mut new, known } = clean;
        let mut met = DynamicBitSet::empty(self.remembered.clean_len());
        for number in known {
            met.set(number);
        }
        if new.is_empty() && met.count() == self.remembered.clean_len() {
            return None;
        }
        new.extend(met.iter_set().map(|number| self.remembered.clean_state(number)));
        Some(new)
    }

    /// Ends the run.
    pub(crate) fn end(&self, summary: &mut Summary) {
        let Ok(producer) = &self.producer else { return };
        let before = summary.skips.get(SkipReason::StoreFailed);
        let losses = producer.end_run(summary);
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
        self.is_same_history.load(Ordering::Relaxed)
            && self.history.clean.contains(checksum.as_bytes())
    }

    fn is_recording(&self) -> bool {
        self.producer.is_ok()
    }

    fn scanned(&self, oids: &[Oid], found: bool) {
        let list = &self.scanned[usize::from(found)];
        list.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(oids);
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

/// How files are recognised: by their facts and path, under a key.
#[derive(Debug)]
struct FileStates([u8; 16]);

impl FileStates {
    /// `buffer` is the caller's, so that nothing is allocated for a file.
    fn state_of(
        &self,
        paths: &KeyPaths,
        shown: &[u8],
        facts: &FileFacts,
        buffer: &mut Vec<u8>,
    ) -> FileState {
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
        FileState(keyed_mac128(&self.0, buffer).to_le_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_and_the_path_make_another_state() {
        let (paths, states) = (KeyPaths::default(), FileStates([7; 16]));
        let state_of = |shown: &[u8], facts: &FileFacts| {
            states.state_of(&paths, shown, facts, &mut Vec::new())
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
        let other_key = FileStates([8; 16]).state_of(&paths, b"a", &facts, &mut Vec::new());
        assert_ne!(other_key, base);
    }
}
