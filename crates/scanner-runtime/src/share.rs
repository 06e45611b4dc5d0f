//! Entries of one archive shared out among workers.
//!
//! Only one worker can read a stream, but whoever has nothing to do can scan what came out of it. The reader copies entries
//! into batches while somebody is idle and there is room in the queue; otherwise it scans them itself, without a copy. What
//! the others find comes back in the order of the entries, with what they counted, so that an archive is told of as if one
//! worker had done it all.
//!
//! Formats are the archive driver's business, budgets too: here are only bytes and paths. A batch is scanned to its end and
//! waits for nothing, so whoever waits for its own batches cannot wait for ever; one that panics is counted.

use std::collections::VecDeque;
use std::io::Read;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use scanner_archive::Entry;
use scanner_core::{ObjectPath, SkipReason, SourceKind};
use scanner_fs::Colleagues;

use crate::chunk::ReadSource;
use crate::object::{Object, ObjectScanner, Tally};
use crate::storing::Judged;

/// Bytes of a batch from which on it is handed over.
const BATCH_BYTES: usize = 256 * 1024;
/// Entries of a batch, at most.
const BATCH_ENTRIES_MAX: usize = 256;
/// The longest entry that is copied; the reader scans longer ones as they come.
const ENTRY_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of batches that wait, for each worker; one batch more may be on its way.
const QUEUED_BYTES_MAX: usize = 1024 * 1024;

const _: () = assert!(BATCH_BYTES <= ENTRY_BYTES_MAX && ENTRY_BYTES_MAX <= QUEUED_BYTES_MAX);

/// Batches that wait for a worker.
pub(crate) struct EntryPool {
    queue: Mutex<Queue>,
    work: Condvar,
    /// Bytes in the queue, to be read without its lock.
    queued_bytes: AtomicUsize,
    bytes_max: usize,
    /// Workers that wait in [`Self::wait`], and those that scan what is another's.
    helpers: AtomicUsize,
    /// Workers that sleep elsewhere and can be woken.
    colleagues: OnceLock<Colleagues>,
}

#[derive(Default)]
struct Queue {
    batches: VecDeque<Batch>,
    /// Buffers to be used again.
    spare: Vec<Vec<u8>>,
    is_closed: bool,
}

/// Entries with their bytes.
pub(crate) struct Batch {
    source: SourceKind,
    entries: Vec<BatchEntry>,
    bytes: Vec<u8>,
    share: Arc<Share>,
}

/// An entry of a batch.
struct BatchEntry {
    /// Its number among those of the archive.
    number: u64,
    path: ObjectPath,
    modified: Option<i64>,
    /// Where in the bytes of the batch.
    range: Range<usize>,
}

/// What becomes of the batches of one archive.
#[derive(Default)]
struct Share {
    state: Mutex<ShareState>,
    over: Condvar,
}

#[derive(Default)]
struct ShareState {
    outstanding: usize,
    /// By the number of their entry.
    findings: Vec<(u64, Vec<Judged>)>,
    tally: Tally,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl EntryPool {
    /// A pool for so many workers.
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            queue: Mutex::default(),
            work: Condvar::new(),
            queued_bytes: AtomicUsize::new(0),
            bytes_max: workers.saturating_mul(QUEUED_BYTES_MAX),
            helpers: AtomicUsize::new(0),
            colleagues: OnceLock::new(),
        }
    }

    /// Learns of workers that can be woken.
    pub(crate) fn meet(&self, colleagues: &Colleagues) {
        let _known_already = self.colleagues.set(colleagues.clone());
    }

    /// Whether somebody has time and there is room.
    fn wants(&self) -> bool {
        let idle = self.helpers.load(Ordering::Relaxed)
            + self.colleagues.get().map_or(0, Colleagues::idle);
        idle > 0 && self.queued_bytes.load(Ordering::Relaxed) < self.bytes_max
    }

    fn push(&self, batch: Batch) {
        lock(&batch.share.state).outstanding += 1;
        self.queued_bytes.fetch_add(batch.bytes.len(), Ordering::Relaxed);
        lock(&self.queue).batches.push_back(batch);
        self.work.notify_one();
        if let Some(colleagues) = self.colleagues.get() {
            colleagues.wake();
        }
    }

    fn taken(&self, batch: Option<Batch>) -> Option<Batch> {
        if let Some(batch) = &batch {
            self.queued_bytes.fetch_sub(batch.bytes.len(), Ordering::Relaxed);
        }
        batch
    }

    fn pop(&self) -> Option<Batch> {
        let batch = lock(&self.queue).batches.pop_front();
        self.taken(batch)
    }

    /// Waits for a batch; `None` once the pool is closed.
    fn wait(&self) -> Option<Batch> {
        let mut queue = lock(&self.queue);
        loop {
            if let Some(batch) = queue.batches.pop_front() {
                return self.taken(Some(batch));
            }
            if queue.is_closed {
                return None;
            }
            queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// No more batches come: whoever waits goes home.
    pub(crate) fn close(&self) {
        lock(&self.queue).is_closed = true;
        self.work.notify_all();
    }

    fn buffer(&self) -> Vec<u8> {
        lock(&self.queue).spare.pop().unwrap_or_default()
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut queue = lock(&self.queue);
        if queue.spare.len() < self.bytes_max / QUEUED_BYTES_MAX * 2 {
            queue.spare.push(buffer);
        }
    }

    /// Gives batches to `scan` until the pool is closed.
    pub(crate) fn serve(&self, mut scan: impl FnMut(Batch)) {
        self.helpers.fetch_add(1, Ordering::Relaxed);
        while let Some(batch) = self.wait() {
            scan(batch);
        }
        self.helpers.fetch_sub(1, Ordering::Relaxed);
    }

    /// Scans one batch if there is one.
    pub(crate) fn help(&self, scanner: &mut ObjectScanner<'_>) -> bool {
        let Some(batch) = self.pop() else { return false };
        self.helpers.fetch_add(1, Ordering::Relaxed);
        scanner.scan_batch(batch, self);
        self.helpers.fetch_sub(1, Ordering::Relaxed);
        true
    }
}

/// Closes a pool when whoever may fill it ends, however it ends.
pub(crate) struct CloseAtEnd<'p>(pub(crate) &'p EntryPool);

impl Drop for CloseAtEnd<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl ObjectScanner<'_> {
    /// Scans what another worker read.
    pub(crate) fn scan_batch(&mut self, batch: Batch, pool: &EntryPool) {
        let own = self.go_aside();
        let mut found = Vec::new();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for BatchEntry { number, path, modified, range } in &batch.entries {
                let object = Object { path, source: batch.source, modified: *modified };
                let flow = self.scan(&object, &mut ReadSource(&batch.bytes[range.clone()]));
                let findings = self.take_found(0);
                if !findings.is_empty() {
                    found.push((*number, findings));
                }
                if flow.is_break() {
                    break;
                }
            }
        }));
        if outcome.is_err() {
            self.counts.skips.add(SkipReason::WorkerFailed);
        }
        let tally = self.come_back(own);
        let Batch { bytes, share, .. } = batch;
        pool.give_back(bytes);
        let mut state = lock(&share.state);
        state.outstanding -= 1;
        state.findings.append(&mut found);
        state.tally.add(tally);
        share.over.notify_all();
    }
}

/// The reader's side: what of one archive is given away.
pub(crate) struct Sharing<'p> {
    pool: &'p EntryPool,
    source: SourceKind,
    share: Arc<Share>,
    batch: Option<Batch>,
    /// Entries so far.
    number: u64,
    /// Findings of the object from before the archive.
    known: usize,
    /// What the reader found itself.
    own: Vec<(u64, Vec<Judged>)>,
}

impl<'p> Sharing<'p> {
    pub(crate) fn new(pool: &'p EntryPool, source: SourceKind, known: usize) -> Self {
        let share = Arc::default();
        Self { pool, source, share, batch: None, number: 0, known, own: Vec::new() }
    }

    /// Gives an entry away or has `scanner` scan it.
    pub(crate) fn entry(
        &mut self,
        scanner: &mut ObjectScanner<'_>,
        (path, entry): (&ObjectPath, &Entry<'_>),
        bytes: &mut dyn Read,
    ) -> ControlFlow<()> {
        self.number += 1;
        let is_short = entry.size.is_none_or(|size| size <= ENTRY_BYTES_MAX as u64);
        let mut head = Vec::new();
        if is_short && self.pool.wants() {
            match self.take((path, entry.modified), bytes) {
                Some(begun) => head = begun,
                None => return ControlFlow::Continue(()),
            }
        }
        let object = Object { path, source: self.source, modified: entry.modified };
        let flow = if head.is_empty() {
            scanner.scan(&object, &mut ReadSource(bytes))
        } else {
            scanner.scan(&object, &mut ReadSource(head.as_slice().chain(bytes)))
        };
        let findings = scanner.take_found(self.known);
        if !findings.is_empty() {
            self.own.push((self.number, findings));
        }
        flow
    }

    /// Copies an entry into the batch; gives back what was read of one that is too long.
    fn take(
        &mut self,
        (path, modified): (&ObjectPath, Option<i64>),
        bytes: &mut dyn Read,
    ) -> Option<Vec<u8>> {
        let batch = self.batch.get_or_insert_with(|| Batch {
            source: self.source,
            entries: Vec::new(),
            bytes: self.pool.buffer(),
            share: Arc::clone(&self.share),
        });
        let from = batch.bytes.len();
        // Reading an entry never fails: a fault is its end, and the driver's to count.
        let _never_fails = bytes.take(ENTRY_BYTES_MAX as u64 + 1).read_to_end(&mut batch.bytes);
        if batch.bytes.len() - from > ENTRY_BYTES_MAX {
            return Some(batch.bytes.split_off(from));
        }
        let range = from..batch.bytes.len();
        let (number, path) = (self.number, path.clone());
        batch.entries.push(BatchEntry { number, path, modified, range });
        if batch.bytes.len() >= BATCH_BYTES || batch.entries.len() >= BATCH_ENTRIES_MAX {
            self.hand_over();
        }
        None
    }

    fn hand_over(&mut self) {
        if let Some(batch) = self.batch.take() {
            self.pool.push(batch);
        }
    }

    /// Waits for all that was given away and puts what was found in its place.
    pub(crate) fn finish(mut self, scanner: &mut ObjectScanner<'_>) {
        self.hand_over();
        while lock(&self.share.state).outstanding > 0 {
            if let Some(batch) = self.pool.pop() {
                scanner.scan_batch(batch, self.pool);
                continue;
            }
            let mut state = lock(&self.share.state);
            while state.outstanding > 0 {
                state = self.share.over.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        let state = std::mem::take(&mut *lock(&self.share.state));
        let mut findings = state.findings;
        findings.append(&mut self.own);
        findings.sort_by_key(|(number, _)| *number);
        let findings = findings.into_iter().flat_map(|(_, findings)| findings);
        scanner.add_found(findings, state.tally);
    }
}
