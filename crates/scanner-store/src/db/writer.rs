//! The writer of a run: one thread with the only connection that writes, behind a bounded queue.
//!
//! Workers write their findings as entries into a shared buffer and go on. A full buffer becomes a record of the run's
//! journal (`journal/mod.rs`), and so does a buffer that is not full after [`WAIT`]; only when the writer is far behind do workers
//! wait. A record that cannot be written is counted and ends the writing of this run: the scan goes on without the store.
//! The run's end makes rows of a small journal; a large one waits for whoever opens the store next (`fold.rs`). Nothing is
//! remembered as scanned after a loss, nor before what was found is on its way to the disk.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use rusqlite::{Transaction, TransactionBehavior, params};
use scanner_core::{
    FileState, ObjectBatch, RuleInfo, RunInfo, SkipReason, Status, StoreLosses, StoreProducer,
    Summary,
};

use super::clean_files::put_clean_files;
use super::fold::Folder;
use super::folders::{FolderEntries, put_folders};
use super::insert::{Inserter, put_rules, root_id, rule_set_id, signed};
use super::journal::{Journal, KnownRules, Part, RECORD_HEAD_BYTES, write_object};
use super::lock::RunLock;
use super::open::Store;
use super::remembered::trim_rule_sets;
use super::watermark::{SeenIds, compact_seen_blobs, put_history, put_seen_blobs};
use crate::keys::random_bytes;
use crate::limits::{
    BATCH_FINDINGS_MAX, FOLD_AT_END_FINDINGS_MAX, PAGE_BYTES, QUEUE_RECORDS, RECORD_BYTES,
};
use crate::{Keys, RuleSetHash, StoreError};

/// How often a transaction is tried while another process holds the lock, each time as long as `busy_timeout`.
const BUSY_ATTEMPTS: u32 = 2;

/// How long a finding waits for others before it is written. Waking the writer costs more than what it writes then.
const WAIT: Duration = Duration::from_millis(20);

/// What is scanned: a kind of source and a name that tells one from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootName {
    /// `fs`, `git`, `image`, `stdin`.
    pub kind: String,
    /// The absolute path, or whatever names it.
    pub name: String,
}

/// What a run is, before it begins.
#[derive(Clone, Copy, Debug)]
pub struct RunStart<'a> {
    /// As sinks get it.
    pub info: &'a RunInfo,
    /// What is scanned.
    pub root: &'a RootName,
    /// What decides about findings.
    pub rule_set: &'a RuleSetHash,
}

/// How far the references of a repository have been scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Which references the run began from (`--branch`, `--since`); marks of other sets are left alone.
    pub start_set: String,
    /// Each reference with the object that it named. Not looked at where the history is the same.
    pub refs: Vec<(String, Vec<u8>)>,
    /// One hash of everything that makes the history, by which a later run knows that it is the same.
    pub hash: [u8; 32],
}

/// What is known of a history when its scan is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryEnd {
    /// What its references name.
    pub marks: Marks,
    /// Checksums of packs of which every object was looked at.
    pub packs: Vec<Vec<u8>>,
    /// Findings that the rules silenced.
    pub suppressed: u64,
    /// Whether its findings were told as an earlier run had stored them.
    pub is_same: bool,
}

/// What is written when the run ends.
#[derive(Debug, Default)]
struct Ending {
    clean: Option<Vec<FileState>>,
    folders: Option<FolderEntries>,
    history: Option<HistoryEnd>,
}

enum Message {
    /// A full buffer.
    Full(Buffer),
    /// The buffer is not empty any more, and nobody looks after it.
    Begun,
    Seen(SeenIds),
    Lost(u64),
    Flush(SyncSender<StoreLosses>),
    End(Box<Summary>, Ending, SyncSender<StoreLosses>),
}

/// A record that is being filled.
#[derive(Debug)]
struct Buffer {
    bytes: Vec<u8>,
    findings: u64,
    /// Whether the writer will look at it of its own accord, so that it need not be woken.
    is_watched: bool,
}

impl Default for Buffer {
    fn default() -> Self {
        let mut bytes = Vec::with_capacity(RECORD_BYTES + RECORD_BYTES / 4);
        bytes.resize(RECORD_HEAD_BYTES, 0);
        Self { bytes, findings: 0, is_watched: false }
    }
}

impl Buffer {
    fn is_empty(&self) -> bool {
        self.bytes.len() == RECORD_HEAD_BYTES
    }
}

/// Takes the findings of one run into a store. The number of the run is known from the start.
#[derive(Debug)]
pub struct SqliteStoreProducer {
    sender: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
    keys: Arc<Keys>,
    known_rules: KnownRules,
    buffer: Arc<Mutex<Buffer>>,
    ending: Mutex<Ending>,
    unsent: AtomicU64,
    run: i64,
}

impl Store {
    /// Begins a run and starts its writer, which takes the connection along.
    ///
    /// # Errors
    ///
    /// The run cannot be written down; then none was begun.
    pub fn begin_run(mut self, start: &RunStart<'_>) -> Result<SqliteStoreProducer, StoreError> {
        let path = self.options.path.clone();
        let fail = |source| StoreError::File { path: path.clone(), source };
        let token = random_bytes::<8>().map_err(|e| fail(std::io::Error::other(e)))?;
        let token = HEXLOWER.encode(&token);
        let Begun { inserter, lock, knows_rules } = begin(&mut self, start, &token)?;
        let run = inserter.run;
        let rules = if knows_rules { Vec::new() } else { start.info.rules.clone() };
        let keys = Arc::clone(&self.keys);
        let (sender, receiver) = sync_channel(QUEUE_RECORDS);
        let buffer = Arc::<Mutex<Buffer>>::default();
        let bytes_max =
            self.options.pages_max.map_or(u64::MAX, |pages| u64::from(pages) * PAGE_BYTES);
        let writer = Writer {
            journal: Journal::new(&path, &token, keys.journals(), bytes_max),
            token,
            buffer: Arc::clone(&buffer),
            findings: 0,
            store: self,
            inserter,
            lock,
            losses: StoreLosses::default(),
            rules,
        };
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.work(&receiver))
            .map_err(fail)?;
        Ok(SqliteStoreProducer {
            sender,
            thread: Mutex::new(Some(thread)),
            keys,
            known_rules: KnownRules::of(&start.info.rules),
            buffer,
            ending: Mutex::default(),
            unsent: AtomicU64::new(0),
            run,
        })
    }
}

/// A run that is written down.
struct Begun {
    inserter: Inserter,
    lock: RunLock,
    /// Whether the rules of its rule set are written down, too. It takes as long as all else to do it for the first time, so
    /// the writer does it while the scan begins, before anything else.
    knows_rules: bool,
}

/// Writes the run down and takes its lock, all while nobody else can write: so whoever looks for locks that nobody
/// holds, and can write, sees none that is about to be taken.
fn begin(store: &mut Store, start: &RunStart<'_>, token: &str) -> Result<Begun, StoreError> {
    let path = store.options.path.clone();
    let fail = |source| StoreError::database(&path, source);
    let transaction =
        store.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
    let (inserter, knows_rules) = put_run(&transaction, start, token).map_err(fail)?;
    let lock = RunLock::take(&path, token)
        .map_err(|source| StoreError::File { path: path.clone(), source })?;
    transaction.commit().map_err(fail)?;
    Ok(Begun { inserter, lock, knows_rules })
}

fn put_run(
    transaction: &Transaction<'_>,
    start: &RunStart<'_>,
    token: &str,
) -> rusqlite::Result<(Inserter, bool)> {
    let root = root_id(transaction, &start.root.kind, &start.root.name)?;
    let (rule_set, knows_rules) = rule_set_id(transaction, start.rule_set, start.info.rules.len())?;
    let started = signed(start.info.started_unix);
    let sql = "INSERT INTO runs (token, root_id, rule_set_id, status, version, targets, started, rules, journal) \
               VALUES (?1, ?2, ?3, 'running', ?4, ?5, ?6, ?7, 1)";
    let targets = serde_json::to_string(&start.info.targets).unwrap_or_default();
    let rules = signed(start.info.rules.len() as u64);
    let version = &start.info.version;
    transaction.execute(sql, params![token, root, rule_set, version, targets, started, rules])?;
    Ok((Inserter::new(transaction.last_insert_rowid(), root, rule_set, started), knows_rules))
}

impl SqliteStoreProducer {
    /// The number of the run.
    pub fn run(&self) -> i64 {
        self.run
    }

    /// Notes git objects as scanned; what was found in them (`found`) was emitted before. `oids` holds ids of
    /// `oid_bytes` bytes, one after the other.
    pub fn emit_seen(&self, oid_bytes: usize, oids: Vec<u8>, found: bool) {
        // A writer that is gone has lost them; then they are scanned again.
        let _ = self.sender.send(Message::Seen(SeenIds { oid_bytes, oids, found }));
    }

    /// Files that were scanned completely and have nothing to report. Replaces what was remembered for the root and
    /// rule set when the run ends complete; without it that stays.
    pub fn remember_clean(&self, states: Vec<FileState>) {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).clean = Some(states);
    }

    /// Entries of folders, by what the folders are recognised by. Replaces and stays as above.
    pub fn remember_folders(&self, folders: FolderEntries) {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).folders = Some(folders);
    }

    /// How far a history is scanned; written at the end, and only if the run is complete.
    pub fn set_watermarks(&self, history: HistoryEnd) {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).history = Some(history);
    }

    /// Adds whole entries to the buffer, and hands it on when it is full. It is handed on while it is locked, so that
    /// records come in order, and nobody fills another one while the writer is behind.
    fn put(&self, entries: &[u8], findings: u64) {
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.bytes.extend_from_slice(entries);
        buffer.findings += findings;
        if buffer.bytes.len() >= RECORD_BYTES {
            let full = std::mem::take(&mut *buffer);
            let findings = full.findings;
            // Whoever writes the full one looks at this one next.
            buffer.is_watched = true;
            if self.sender.send(Message::Full(full)).is_err() {
                self.unsent.fetch_add(findings, Ordering::Relaxed);
            }
        } else if !buffer.is_watched {
            buffer.is_watched = true;
            // Where the queue is full the writer looks at the buffer when it has emptied it.
            let _ = self.sender.try_send(Message::Begun);
        }
    }

    /// Ends the run as [`StoreProducer::end_run`] does, and does something else meanwhile: the writer takes its time.
    pub fn end_run_beside(&self, summary: &Summary, meanwhile: impl FnOnce()) -> StoreLosses {
        let ending =
            std::mem::take(&mut *self.ending.lock().unwrap_or_else(PoisonError::into_inner));
        let end = |reply| Message::End(Box::new(summary.clone()), ending, reply);
        let losses = self.ask(end, meanwhile);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            let error = Some(StoreError::WriterGone.to_string());
            return StoreLosses { error, ..losses };
        }
        losses
    }

    fn ask(
        &self,
        message: impl FnOnce(SyncSender<StoreLosses>) -> Message,
        meanwhile: impl FnOnce(),
    ) -> StoreLosses {
        let (reply, answer) = sync_channel(1);
        let sent = self.sender.send(message(reply));
        meanwhile();
        let mut losses = match sent.ok().and_then(|()| answer.recv().ok()) {
            Some(losses) => losses,
            None => StoreLosses { findings: 0, error: Some(StoreError::WriterGone.to_string()) },
        };
        losses.findings += self.unsent.load(Ordering::Relaxed);
        losses
    }
}

impl StoreProducer for SqliteStoreProducer {
    fn emit_batch(&self, batch: &ObjectBatch<'_>) {
        let mut entries =
            Vec::with_capacity(256 + 256 * batch.findings.len().min(BATCH_FINDINGS_MAX));
        let (mut lost, mut from) = (0, 0);
        loop {
            let to = batch.findings.len().min(from + BATCH_FINDINGS_MAX);
            let is_last = to == batch.findings.len();
            entries.clear();
            let part = Part { findings: from..to, closes: is_last && lost == 0 };
            let lost_here =
                write_object(&mut entries, batch, &part, (&self.keys, &self.known_rules));
            lost += lost_here;
            self.put(&entries, (to - from) as u64 - lost_here);
            if is_last {
                break;
            }
            from = to;
        }
        self.record_loss(lost);
    }

    fn record_loss(&self, findings: u64) {
        if findings > 0 && self.sender.send(Message::Lost(findings)).is_err() {
            self.unsent.fetch_add(findings, Ordering::Relaxed);
        }
    }

    fn flush(&self) -> StoreLosses {
        self.ask(Message::Flush, || ())
    }

    fn end_run(&self, summary: &Summary) -> StoreLosses {
        self.end_run_beside(summary, || ())
    }
}

impl Drop for SqliteStoreProducer {
    /// A run that was not ended stays as it is; the next one to open the store marks it as failed.
    fn drop(&mut self) {
        let (unused, _) = sync_channel(0);
        self.sender = unused;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// The thread's side.
struct Writer {
    store: Store,
    inserter: Inserter,
    lock: RunLock,
    losses: StoreLosses,
    journal: Journal,
    token: String,
    buffer: Arc<Mutex<Buffer>>,
    /// Findings in the journal.
    findings: u64,
    /// Rules that are still to be written down.
    rules: Vec<Arc<RuleInfo>>,
}

impl Writer {
    fn work(mut self, receiver: &Receiver<Message>) {
        self.write_rules();
        // When what is in the buffer is written at the latest.
        let mut due: Option<Instant> = None;
        loop {
            let message = match due {
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => receiver.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match message {
                Ok(Message::Begun) => due = due.or_else(|| Some(Instant::now() + WAIT)),
                Ok(Message::Full(full)) => {
                    self.write(full);
                    due = Some(Instant::now() + WAIT);
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.drain();
                    due = None;
                }
                // The run was not ended; the next one to open the store marks it as failed.
                Err(RecvTimeoutError::Disconnected) => return self.drain(),
                Ok(Message::Lost(findings)) => self.lose(findings, None),
                Ok(Message::Seen(ids)) => {
                    self.drain();
                    self.write_seen(&ids);
                }
                Ok(Message::Flush(reply)) => {
                    self.drain();
                    drop(reply.send(self.losses.clone()));
                    // Reports are written now, which takes longer than the disk.
                    self.sync_large();
                }
                Ok(Message::End(summary, ending, reply)) => {
                    self.drain();
                    self.end(&summary, ending);
                    let losses = self.close();
                    drop(reply.send(losses));
                    return;
                }
            }
        }
    }

    /// Writes the rules of a rule set that is new, before any finding that names one.
    fn write_rules(&mut self) {
        let rules = std::mem::take(&mut self.rules);
        if rules.is_empty() {
            return;
        }
        let keys = Arc::clone(&self.store.keys);
        let outcome = self.transact(|inserter, transaction| {
            put_rules(transaction, &keys, inserter.rule_set, rules.iter().map(|rule| &**rule))
        });
        if let Err(error) = outcome {
            return self.lose(0, Some(&error));
        }
        // What would be moved to its place at the end, while somebody waits. Best effort.
        let _ = self.store.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    }

    /// Waits until a journal that will be left is on the disk.
    fn sync_large(&mut self) {
        if self.findings > FOLD_AT_END_FINDINGS_MAX
            && let Err(error) = self.journal.sync()
        {
            self.lose(0, Some(&error));
        }
    }

    /// Writes what is in the buffer.
    fn drain(&mut self) {
        let waiting = {
            let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
            buffer.is_watched = false;
            if buffer.is_empty() {
                return;
            }
            std::mem::take(&mut *buffer)
        };
        self.write(waiting);
    }

    fn write(&mut self, mut buffer: Buffer) {
        if self.losses.error.is_some() {
            return self.lose(buffer.findings, None);
        }
        match self.journal.append(&mut buffer.bytes) {
            Ok(()) => self.findings += buffer.findings,
            Err(error) => self.lose(buffer.findings, Some(&error)),
        }
    }

    /// Whether something of the run is not in the store.
    fn has_lost(&self) -> bool {
        self.losses.findings > 0 || self.losses.error.is_some()
    }

    fn lose(&mut self, findings: u64, error: Option<&dyn std::error::Error>) {
        self.losses.findings += findings;
        if let (None, Some(error)) = (&self.losses.error, error) {
            let path = self.store.path().display();
            self.losses.error = Some(format!("the store {path}: {error}"));
        }
    }

    fn write_seen(&mut self, ids: &SeenIds) {
        if self.has_lost() {
            return;
        }
        let outcome = self.transact(|inserter, transaction| {
            put_seen_blobs(transaction, (inserter.root, inserter.rule_set), inserter.run, ids)
        });
        if let Err(error) = outcome {
            self.lose(0, Some(&error));
        }
    }

    /// Runs `write` in a transaction of its own, again while another process holds the lock.
    fn transact(
        &mut self,
        mut write: impl FnMut(&mut Inserter, &Transaction<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut attempt = 1;
        loop {
            let inserter = &mut self.inserter;
            let connection = &mut self.store.connection;
            let outcome = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .and_then(|transaction| {
                    write(inserter, &transaction)?;
                    transaction.commit()
                });
            let Err(error) = outcome else { return Ok(()) };
            inserter.forget();
            if attempt == BUSY_ATTEMPTS || !StoreError::is_busy(&error) {
                return Err(error);
            }
            attempt += 1;
        }
    }

    /// Sees to it that all findings are kept before anything says so: as rows, or in a journal on the disk. Tells
    /// whether the journal waits to be folded.
    fn settle(&mut self) -> bool {
        if self.journal.bytes() == 0 {
            return false;
        }
        if self.findings > FOLD_AT_END_FINDINGS_MAX {
            self.sync_large();
            return true;
        }
        let store = self.store.options.path.clone();
        let folder = Folder { store, keys: Arc::clone(&self.store.keys), keeps_files: true };
        let (token, bytes) = (self.token.clone(), self.journal.bytes());
        let outcome = self.transact(|inserter, transaction| {
            folder.fold_own(transaction, inserter, (&token, bytes))
        });
        if let Err(error) = &outcome {
            self.lose(0, Some(error));
        }
        outcome.is_err()
    }

    /// The run's own row, and what later runs may leave out: in one transaction after all data.
    fn end(&mut self, summary: &Summary, ending: Ending) {
        let waits = self.settle();
        let lost = self.losses.findings;
        let has_lost = self.has_lost();
        let journal = (waits, self.journal.bytes(), self.findings);
        let Ending { clean, folders, history } = ending;
        let keys = Arc::clone(&self.store.keys);
        let outcome = self.transact(|inserter, transaction| {
            put_summary(transaction, inserter.run, summary, (lost, has_lost))?;
            put_journal(transaction, inserter.run, journal)?;
            let scope = (inserter.root, inserter.rule_set);
            compact_seen_blobs(transaction, scope, inserter.run)?;
            if !has_lost && summary.status == Status::Complete {
                if let Some(clean) = &clean {
                    put_clean_files(transaction, scope, clean)?;
                }
                if let Some(folders) = &folders {
                    put_folders(transaction, &keys, scope, folders)?;
                }
                if let Some(history) = &history {
                    put_history(transaction, scope, inserter.run, history)?;
                }
            }
            trim_rule_sets(transaction, inserter.root)
        });
        match outcome {
            Ok(()) if !waits => self.journal.remove(),
            Ok(()) => {}
            Err(error) => self.lose(0, Some(&error)),
        }
    }

    /// Lets go of the database before the caller learns that the run has ended.
    fn close(self) -> StoreLosses {
        let Self { store, lock, losses, .. } = self;
        // Planning statistics go stale slowly; the database decides whether it is time. Best effort.
        let _ = store.connection.execute_batch("PRAGMA optimize");
        drop(store);
        drop(lock);
        losses
    }
}

/// What there is of a journal, and whether it waits to be folded.
fn put_journal(
    transaction: &Transaction<'_>,
    run: i64,
    (waits, bytes, findings): (bool, u64, u64),
) -> rusqlite::Result<()> {
    let sql =
        "UPDATE runs SET journal = ?2, journal_bytes = ?3, journal_findings = ?4 WHERE id = ?1";
    transaction.execute(sql, params![run, waits, signed(bytes), signed(findings)])?;
    Ok(())
}

fn put_summary(
    transaction: &Transaction<'_>,
    run: i64,
    summary: &Summary,
    (lost, has_lost): (u64, bool),
) -> rusqlite::Result<()> {
    let skips: std::collections::BTreeMap<_, _> = summary
        .skips
        .skipped()
        .chain(summary.skips.failed())
        .map(|(reason, count)| (reason.key(), count))
        .collect();
    let sql = "UPDATE runs SET status = ?2, elapsed_ms = ?3, files = ?4, bytes = ?5, findings = ?6, \
               suppressed = ?7, reused = ?8, lost = ?9, interrupted = ?10, skips = ?11, warnings = ?12, \
               rules = ?13, git_objects = ?14, archive_entries = ?15 WHERE id = ?1";
    transaction.execute(
        sql,
        params![
            run,
            status(summary, has_lost),
            signed(u64::try_from(summary.elapsed.as_millis()).unwrap_or(u64::MAX)),
            signed(summary.files),
            signed(summary.bytes),
            signed(summary.findings),
            signed(summary.suppressed),
            signed(summary.reused),
            signed(lost),
            summary.status == Status::Interrupted,
            serde_json::to_string(&skips).unwrap_or_default(),
            serde_json::to_string(&summary.warnings).unwrap_or_default(),
            signed(summary.rules),
            signed(summary.git_objects),
            signed(summary.archive_entries),
        ],
    )?;
    Ok(())
}

/// The word for how a run ended.
fn status(summary: &Summary, has_lost: bool) -> &'static str {
    let limits = [SkipReason::FileTooLarge, SkipReason::ArchiveEncrypted];
    match summary.status {
        Status::Complete if has_lost => "incomplete",
        Status::Complete if limits.iter().any(|reason| summary.skips.get(*reason) > 0) => "limited",
        Status::Complete => "complete",
        Status::Incomplete | Status::Interrupted => "incomplete",
    }
}
