//! The writer of a run: one thread with the only connection that writes, behind a bounded queue.
//!
//! Workers copy their findings into the queue and go on; only when the writer is far behind do they wait. The writer
//! takes what is waiting into one `BEGIN IMMEDIATE … COMMIT`, so that a fast scan costs few transactions and a slow one
//! commits each object at once. A transaction that fails is lost as a whole, is counted, and ends the writing of this
//! run: the scan goes on without the store. Nothing is remembered as scanned after a loss.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use data_encoding::HEXLOWER;
use rusqlite::{Transaction, TransactionBehavior, params};
use scanner_core::{
    FileState, ObjectBatch, RunInfo, SkipReason, Status, StoreLosses, StoreProducer, Summary,
};

use super::clean_files::put_clean_files;
use super::insert::{Inserter, root_id, rule_set_id, signed};
use super::lock::RunLock;
use super::open::Store;
use super::records::{OwnedObject, copy_batch};
use super::remembered::trim_rule_sets;
use super::watermark::{SeenIds, compact_seen_blobs, put_history, put_seen_blobs};
use crate::keys::random_bytes;
use crate::limits::{BATCH_FINDINGS_MAX, GROUP_FINDINGS_MAX, GROUP_OBJECTS_MAX, QUEUE_BATCHES};
use crate::{Keys, RuleSetHash, StoreError};

/// How often a transaction is tried while another process holds the lock, each time as long as `busy_timeout`.
const BUSY_ATTEMPTS: u32 = 2;

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
    /// Each reference with the object that it named.
    pub refs: Vec<(String, Vec<u8>)>,
}

/// What is known of a history when its scan is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryEnd {
    /// What its references name.
    pub marks: Marks,
    /// Findings that the rules silenced.
    pub suppressed: u64,
    /// Whether its findings were told as an earlier run had stored them.
    pub is_same: bool,
}

/// What is written when the run ends.
#[derive(Debug, Default)]
struct Ending {
    clean: Option<Vec<FileState>>,
    history: Option<HistoryEnd>,
}

enum Message {
    Object(OwnedObject),
    Seen(SeenIds),
    Lost(u64),
    Flush(SyncSender<StoreLosses>),
    End(Box<Summary>, Ending, SyncSender<StoreLosses>),
}

/// Takes the findings of one run into a store. The number of the run is known from the start.
#[derive(Debug)]
pub struct SqliteStoreProducer {
    sender: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
    keys: Arc<Keys>,
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
        let (inserter, lock) = begin(&mut self, start, &token)?;
        let run = inserter.run;
        let keys = Arc::clone(&self.keys);
        let (sender, receiver) = sync_channel(QUEUE_BATCHES);
        let writer = Writer { store: self, inserter, lock, losses: StoreLosses::default() };
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.work(&receiver))
            .map_err(fail)?;
        Ok(SqliteStoreProducer {
            sender,
            thread: Mutex::new(Some(thread)),
            keys,
            ending: Mutex::default(),
            unsent: AtomicU64::new(0),
            run,
        })
    }
}

/// Writes the run down and takes its lock, all while nobody else can write: so whoever looks for locks that nobody
/// holds, and can write, sees none that is about to be taken.
fn begin(
    store: &mut Store,
    start: &RunStart<'_>,
    token: &str,
) -> Result<(Inserter, RunLock), StoreError> {
    let (path, keys) = (store.options.path.clone(), Arc::clone(&store.keys));
    let fail = |source| StoreError::database(&path, source);
    let transaction =
        store.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
    let inserter = put_run(&transaction, &keys, start, token).map_err(fail)?;
    let lock = RunLock::take(&path, token)
        .map_err(|source| StoreError::File { path: path.clone(), source })?;
    transaction.commit().map_err(fail)?;
    Ok((inserter, lock))
}

fn put_run(
    transaction: &Transaction<'_>,
    keys: &Keys,
    start: &RunStart<'_>,
    token: &str,
) -> rusqlite::Result<Inserter> {
    let root = root_id(transaction, &start.root.kind, &start.root.name)?;
    let rules = start.info.rules.iter().map(|rule| &**rule);
    let rule_set = rule_set_id(transaction, keys, start.rule_set, rules)?;
    let started = signed(start.info.started_unix);
    let sql = "INSERT INTO runs (token, root_id, rule_set_id, status, version, targets, started, rules) \
               VALUES (?1, ?2, ?3, 'running', ?4, ?5, ?6, ?7)";
    let targets = serde_json::to_string(&start.info.targets).unwrap_or_default();
    let rules = signed(start.info.rules.len() as u64);
    let version = &start.info.version;
    transaction.execute(sql, params![token, root, rule_set, version, targets, started, rules])?;
    Ok(Inserter::new(transaction.last_insert_rowid(), root, rule_set, started))
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

    /// How far a history is scanned; written at the end, and only if the run is complete.
    pub fn set_watermarks(&self, history: HistoryEnd) {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner).history = Some(history);
    }

    fn ask(&self, message: impl FnOnce(SyncSender<StoreLosses>) -> Message) -> StoreLosses {
        let (reply, answer) = sync_channel(1);
        let sent = self.sender.send(message(reply));
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
        let (parts, lost) = copy_batch(batch, &self.keys, BATCH_FINDINGS_MAX);
        self.record_loss(lost);
        for part in parts {
            let findings = part.findings.len() as u64;
            if self.sender.send(Message::Object(part)).is_err() {
                self.unsent.fetch_add(findings, Ordering::Relaxed);
            }
        }
    }

    fn record_loss(&self, findings: u64) {
        if findings > 0 && self.sender.send(Message::Lost(findings)).is_err() {
            self.unsent.fetch_add(findings, Ordering::Relaxed);
        }
    }

    fn flush(&self) -> StoreLosses {
        self.ask(Message::Flush)
    }

    fn end_run(&self, summary: &Summary) -> StoreLosses {
        let ending =
            std::mem::take(&mut *self.ending.lock().unwrap_or_else(PoisonError::into_inner));
        let losses = self.ask(|reply| Message::End(Box::new(summary.clone()), ending, reply));
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            let error = Some(StoreError::WriterGone.to_string());
            return StoreLosses { error, ..losses };
        }
        losses
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
}

impl Writer {
    fn work(mut self, receiver: &Receiver<Message>) {
        let mut group = Vec::new();
        while let Ok(first) = receiver.recv() {
            let next = gather(&mut group, first, receiver);
            self.write_group(&mut group);
            match next {
                None | Some(Message::Object(_)) => {}
                Some(Message::Seen(ids)) => self.write_seen(&ids),
                Some(Message::Lost(findings)) => self.lose(findings, None),
                Some(Message::Flush(reply)) => drop(reply.send(self.losses.clone())),
                Some(Message::End(summary, ending, reply)) => {
                    self.end(&summary, ending);
                    let losses = self.close();
                    drop(reply.send(losses));
                    return;
                }
            }
        }
    }

    /// Whether something of the run is not in the store.
    fn has_lost(&self) -> bool {
        self.losses.findings > 0 || self.losses.error.is_some()
    }

    fn lose(&mut self, findings: u64, error: Option<&rusqlite::Error>) {
        self.losses.findings += findings;
        if let (None, Some(error)) = (&self.losses.error, error) {
            let path = self.store.path().display();
            self.losses.error = Some(format!("the store {path}: {error}"));
        }
    }

    fn write_group(&mut self, group: &mut Vec<OwnedObject>) {
        if group.is_empty() {
            return;
        }
        let findings = group.iter().map(|object| object.findings.len() as u64).sum();
        if self.losses.error.is_some() {
            self.lose(findings, None);
        } else {
            let keys = Arc::clone(&self.store.keys);
            let outcome = self.transact(|inserter, transaction| {
                group.iter().try_for_each(|object| inserter.object(transaction, &keys, object))
            });
            if let Err(error) = outcome {
                self.lose(findings, Some(&error));
            }
        }
        group.clear();
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

    /// The run's own row, and what later runs may leave out: in one transaction after all data.
    fn end(&mut self, summary: &Summary, ending: Ending) {
        let lost = self.losses.findings;
        let has_lost = self.has_lost();
        let Ending { clean, history } = ending;
        let outcome = self.transact(|inserter, transaction| {
            put_summary(transaction, inserter.run, summary, (lost, has_lost))?;
            let scope = (inserter.root, inserter.rule_set);
            compact_seen_blobs(transaction, scope, inserter.run)?;
            if !has_lost && summary.status == Status::Complete {
                if let Some(clean) = &clean {
                    put_clean_files(transaction, scope, clean)?;
                }
                if let Some(history) = &history {
                    put_history(transaction, scope, inserter.run, history)?;
                }
            }
            trim_rule_sets(transaction, inserter.root)
        });
        if let Err(error) = outcome {
            self.lose(0, Some(&error));
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

/// Collects what is waiting; returns the first message that is no object, or none.
fn gather(
    group: &mut Vec<OwnedObject>,
    first: Message,
    receiver: &Receiver<Message>,
) -> Option<Message> {
    let mut findings = 0;
    let mut next = first;
    loop {
        let Message::Object(object) = next else { return Some(next) };
        findings += object.findings.len();
        group.push(object);
        if findings >= GROUP_FINDINGS_MAX || group.len() >= GROUP_OBJECTS_MAX {
            return None;
        }
        next = match receiver.try_recv() {
            Ok(message) => message,
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => return None,
        };
    }
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
