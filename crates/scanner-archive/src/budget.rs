//! Every limit of archive reading, and the accounts that hold one archive to them.
//!
//! Limits are per outermost archive unless they say otherwise, so that nesting cannot multiply them. Two
//! accounts guard against bombs. Each decoder compares what it gives out with what it took in. And each
//! opened container is a *frame*: everything decoded inside it, at any depth, counts against an allowance
//! that grows with the container's own bytes; a container inside one of known size gets at most half of
//! what its parent has left, so that a bomb cannot use up what its neighbours need.
//!
//! Nothing here reads a clock: time is asked of the caller through [`Watch`].

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::outcome::Fault;

/// Levels of nesting that the accounts have room for.
const FRAMES: usize = 2 * DEPTH_CEILING as usize + 2;
/// No limit on depth may be set higher than this.
const DEPTH_CEILING: u32 = 32;
/// Bytes that are handled between two questions to the [`Watch`].
const POLL_BYTES: u64 = 1 << 20;
/// Entries that are handled between two questions to the [`Watch`].
const POLL_ENTRIES: u64 = 256;

/// All limits of archive reading.
///
/// ```
/// use scanner_archive::Limits;
/// let limits = Limits { depth_max: 3, ..Limits::DEFAULT };
/// assert!(limits.is_valid());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers inside each other that are opened; deeper ones are scanned as raw bytes. At most 32.
    pub depth_max: u32,
    /// Entries read out of one outermost archive, nested ones included.
    pub entries_max: u64,
    /// Bytes read of one entry.
    pub entry_bytes_max: u64,
    /// Bytes handed over out of one outermost archive.
    pub archive_bytes_max: u64,
    /// How many times its size data may expand once it exceeds `ratio_floor_bytes`.
    pub ratio_max: u64,
    /// Expansion up to this size is never suspicious.
    pub ratio_floor_bytes: u64,
    /// Bytes handed over out of all archives of a run; given to [`RunBudget::new`].
    pub run_bytes_max: u64,
    /// Memory of all decoders that are active at the same time in one worker (dictionaries, windows).
    pub decoder_bytes_max: u64,
    /// Memory for one structure that has to be held whole: a 7z header, a pax header, an image manifest.
    pub header_bytes_max: u64,
    /// Longest copy of an archive that has to be seekable and is not.
    pub spool_bytes_max: u64,
    /// Longest such copy that is kept in memory; longer ones go to the spool folder.
    pub spool_memory_bytes_max: u64,
    /// Bytes kept of one entry name; longer ones are shortened in the middle.
    pub name_bytes_max: usize,
}

impl Limits {
    /// The limits that a scan has unless told otherwise.
    pub const DEFAULT: Self = Self {
        depth_max: 8,
        entries_max: 1 << 20,
        entry_bytes_max: 8 << 30,
        archive_bytes_max: 64 << 30,
        ratio_max: 200,
        ratio_floor_bytes: 64 << 20,
        run_bytes_max: 1 << 40,
        decoder_bytes_max: 144 << 20,
        header_bytes_max: 16 << 20,
        spool_bytes_max: 2 << 30,
        spool_memory_bytes_max: 1 << 20,
        name_bytes_max: 4096,
    };

    /// Whether the limits make sense together.
    pub const fn is_valid(&self) -> bool {
        self.depth_max >= 1
            && self.depth_max <= DEPTH_CEILING
            && self.entries_max >= 1
            && self.entry_bytes_max >= 1
            && self.archive_bytes_max >= 1
            && self.ratio_max >= 2
            && self.ratio_max <= 1 << 20
            && self.ratio_floor_bytes >= 1 << 16
            && self.decoder_bytes_max >= 1 << 20
            && self.header_bytes_max >= 1 << 12
            && self.spool_memory_bytes_max <= self.spool_bytes_max
            && self.name_bytes_max >= 64
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const _: () = assert!(Limits::DEFAULT.is_valid());

/// The bytes that all archives of a run may yield, shared by its workers.
#[derive(Debug)]
pub struct RunBudget(AtomicU64);

impl RunBudget {
    /// A budget of `bytes`.
    pub fn new(bytes: u64) -> Self {
        Self(AtomicU64::new(bytes))
    }

    /// What is left.
    pub fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: u64) -> bool {
        let taken = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        if taken.is_err() {
            self.0.store(0, Ordering::Relaxed);
        }
        taken.is_ok()
    }
}

/// Why the caller ends the reading of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// This archive took long enough.
    Time,
    /// The whole run ends.
    Stop,
}

/// Asked about once per MiB and once per 256 entries whether to go on. The clock is the caller's.
pub trait Watch {
    /// `Some` ends the archive.
    fn poll(&self) -> Option<Halt>;
}

/// Never ends an archive early.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWatch;

impl Watch for NoWatch {
    fn poll(&self) -> Option<Halt> {
        None
    }
}

#[derive(Debug, Default)]
struct Frame {
    /// Bytes of the container itself: its size where that is known, else what was read of it.
    fed: Cell<u64>,
    sized: Cell<bool>,
    expanded: Cell<u64>,
    cap: Cell<u64>,
}

/// The accounts of one outermost archive.
pub(crate) struct Budget<'s> {
    pub(crate) limits: &'s Limits,
    run: &'s RunBudget,
    watch: &'s dyn Watch,
    frames: [Frame; FRAMES],
    level: Cell<usize>,
    entries: Cell<u64>,
    delivered: Cell<u64>,
    memory: Cell<u64>,
    poll_bytes: Cell<u64>,
    ended: Cell<Option<Fault>>,
}

impl<'s> Budget<'s> {
    pub(crate) fn new(limits: &'s Limits, run: &'s RunBudget, watch: &'s dyn Watch) -> Self {
        Self {
            limits,
            run,
            watch,
            frames: std::array::from_fn(|_| Frame::default()),
            level: Cell::new(0),
            entries: Cell::new(0),
            delivered: Cell::new(0),
            memory: Cell::new(0),
            poll_bytes: Cell::new(0),
            ended: Cell::new(None),
        }
    }

    /// Fails for good once the archive as a whole has come to an end.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        self.ended.get().map_or(Ok(()), Err)
    }

    /// Ends the archive.
    pub(crate) fn end(&self, fault: Fault) -> Fault {
        debug_assert!(fault.ends_archive());
        let first = self.ended.get().unwrap_or(fault);
        self.ended.set(Some(first));
        first
    }

    /// Counts an entry.
    pub(crate) fn entry(&self) -> Result<(), Fault> {
        let entries = self.entries.get() + 1;
        self.entries.set(entries);
        if entries > self.limits.entries_max {
            return Err(Fault::Entries);
        }
        if entries.is_multiple_of(POLL_ENTRIES) { self.poll() } else { self.check() }
    }

    /// Opens the account of a container. `size` is its length where that is known for certain.
    pub(crate) fn open(&self, size: Option<u64>) -> Result<FrameGuard<'_, 's>, Fault> {
        let level = self.level.get();
        let frame = self.frames.get(level).ok_or(Fault::Depth)?;
        let parent = level.checked_sub(1).map(|above| &self.frames[above]);
        let cap = match parent {
            Some(parent) if parent.sized.get() => self.left(parent) / 2,
            _ => u64::MAX,
        };
        frame.fed.set(size.unwrap_or(0));
        frame.sized.set(size.is_some());
        frame.expanded.set(0);
        frame.cap.set(cap);
        self.level.set(level + 1);
        Ok(FrameGuard { budget: self, level })
    }

    fn left(&self, frame: &Frame) -> u64 {
        self.allowance(frame.fed.get()).min(frame.cap.get()).saturating_sub(frame.expanded.get())
    }

    /// What `fed` bytes may become.
    pub(crate) fn allowance(&self, fed: u64) -> u64 {
        fed.saturating_mul(self.limits.ratio_max).max(self.limits.ratio_floor_bytes)
    }

    /// Fails where an open container has used up its allowance.
    pub(crate) fn has_room(&self) -> Result<(), Fault> {
        let is_used_up = |frame: &Frame| {
            frame.expanded.get() >= self.allowance(frame.fed.get()).min(frame.cap.get())
        };
        if self.frames[..self.level.get()].iter().any(is_used_up) {
            Err(Fault::Ratio)
        } else {
            Ok(())
        }
    }

    /// Counts bytes that a decoder gave out, in every open container.
    pub(crate) fn expand(&self, bytes: u64) -> Result<(), Fault> {
        let mut exhausted = false;
        for frame in &self.frames[..self.level.get()] {
            frame.expanded.set(frame.expanded.get().saturating_add(bytes));
            exhausted |=
                frame.expanded.get() > self.allowance(frame.fed.get()).min(frame.cap.get());
        }
        self.worked(bytes)?;
        if exhausted { Err(Fault::Ratio) } else { Ok(()) }
    }

    /// Counts bytes handed to the sink.
    pub(crate) fn deliver(&self, bytes: u64) -> Result<(), Fault> {
        let delivered = self.delivered.get().saturating_add(bytes);
        self.delivered.set(delivered);
        if delivered > self.limits.archive_bytes_max {
            return Err(self.end(Fault::ArchiveBytes));
        }
        if !self.run.take(bytes) {
            return Err(self.end(Fault::RunBytes));
        }
        self.worked(bytes)
    }

    /// Counts work, and asks the caller from time to time whether to go on.
    pub(crate) fn worked(&self, bytes: u64) -> Result<(), Fault> {
        let since = self.poll_bytes.get().saturating_add(bytes);
        if since < POLL_BYTES {
            self.poll_bytes.set(since);
            return self.check();
        }
        self.poll_bytes.set(0);
        self.poll()
    }

    fn poll(&self) -> Result<(), Fault> {
        match self.watch.poll() {
            None => self.check(),
            Some(Halt::Time) => Err(self.end(Fault::Time)),
            Some(Halt::Stop) => Err(self.end(Fault::Stopped)),
        }
    }

    /// Memory that decoders may still take.
    pub(crate) fn memory_left(&self) -> u64 {
        self.limits.decoder_bytes_max.saturating_sub(self.memory.get())
    }

    /// Lends memory to a decoder until the loan is dropped.
    pub(crate) fn lend(&self) -> MemoryLoan<'_, 's> {
        MemoryLoan { budget: self, bytes: 0 }
    }
}

/// An open container; dropping it closes its account.
pub(crate) struct FrameGuard<'b, 's> {
    budget: &'b Budget<'s>,
    level: usize,
}

impl FrameGuard<'_, '_> {
    /// Counts bytes read of a container whose size is not known.
    pub(crate) fn feed(&self, bytes: u64) {
        let frame = &self.budget.frames[self.level];
        if !frame.sized.get() {
            frame.fed.set(frame.fed.get().saturating_add(bytes));
        }
    }
}

impl Drop for FrameGuard<'_, '_> {
    fn drop(&mut self) {
        self.budget.level.set(self.level);
    }
}

/// Memory lent to a decoder.
pub(crate) struct MemoryLoan<'b, 's> {
    budget: &'b Budget<'s>,
    bytes: u64,
}

impl MemoryLoan<'_, '_> {
    /// Makes the loan `bytes` large.
    pub(crate) fn resize(&mut self, bytes: u64) -> Result<(), Fault> {
        if bytes.saturating_sub(self.bytes) > self.budget.memory_left() {
            return Err(Fault::Memory);
        }
        self.budget.memory.set(self.budget.memory.get() - self.bytes + bytes);
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for MemoryLoan<'_, '_> {
    fn drop(&mut self) {
        self.budget.memory.set(self.budget.memory.get() - self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits =
        Limits { ratio_max: 10, ratio_floor_bytes: 1 << 16, entries_max: 2, ..Limits::DEFAULT };

    #[test]
    fn a_nested_container_gets_half_of_what_its_parent_has_left() {
        let run = RunBudget::new(u64::MAX);
        let budget = Budget::new(&SMALL, &run, &NoWatch);
        let _outer = budget.open(Some(10_000)).expect("depth 1");
        {
            let _bomb = budget.open(Some(10_000)).expect("depth 2");
            assert_eq!(budget.expand(50_000), Ok(()));
            assert_eq!(budget.expand(1), Err(Fault::Ratio));
        }
        assert_eq!(budget.expand(40_000), Ok(()));
        assert_eq!(budget.expand(10_000), Err(Fault::Ratio));
    }

    #[test]
    fn a_stream_earns_its_allowance_by_being_read() {
        let run = RunBudget::new(u64::MAX);
        let budget = Budget::new(&SMALL, &run, &NoWatch);
        let frame = budget.open(None).expect("depth 1");
        assert_eq!(budget.expand(1 << 16), Ok(()));
        assert_eq!(budget.expand(1), Err(Fault::Ratio));
        frame.feed(10_000);
        assert_eq!(budget.expand(1), Ok(()));
    }

    #[test]
    fn entries_run_and_memory_have_ends() {
        let run = RunBudget::new(10);
        let budget = Budget::new(&SMALL, &run, &NoWatch);
        assert_eq!(budget.entry(), Ok(()));
        assert_eq!(budget.entry(), Ok(()));
        assert_eq!(budget.entry(), Err(Fault::Entries));
        assert_eq!(budget.deliver(10), Ok(()));
        assert_eq!(budget.deliver(1), Err(Fault::RunBytes));
        assert_eq!(budget.check(), Err(Fault::RunBytes));
        let mut loan = budget.lend();
        assert_eq!(loan.resize(SMALL.decoder_bytes_max), Ok(()));
        assert_eq!(budget.lend().resize(1), Err(Fault::Memory));
        drop(loan);
        assert_eq!(budget.memory_left(), SMALL.decoder_bytes_max);
    }

    #[test]
    fn the_watch_is_asked_and_obeyed() {
        struct Late;
        impl Watch for Late {
            fn poll(&self) -> Option<Halt> {
                Some(Halt::Time)
            }
        }
        let run = RunBudget::new(u64::MAX);
        let budget = Budget::new(&Limits::DEFAULT, &run, &Late);
        assert_eq!(budget.deliver(1), Ok(()));
        assert_eq!(budget.deliver(POLL_BYTES), Err(Fault::Time));
        assert_eq!(budget.entry(), Err(Fault::Time));
    }
}
