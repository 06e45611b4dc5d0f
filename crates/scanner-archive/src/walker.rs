//! The state of one archive while it is read: depth, path and accounts, and the entries on their way to the sink.
//!
//! Recursion: a format gives its entries to [`Walker::entry`], which looks at their first bytes and either opens
//! them in turn or hands them to the [`EntrySink`]. A fault inside an entry is counted and ends there; a fault of
//! the container itself comes back to whoever opened it, is counted once, and the container around goes on.
//!
//! Which function reads which format is told by the driver: formats know the walker, the walker knows no format.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use crate::budget::{Budget, FrameGuard};
use crate::detect::{Format, HEAD_BYTES, detect};
use crate::outcome::{ArchiveReport, Fault};
use crate::path::{VirtualPath, stem};
use crate::source::{Buffers, Random, Source};
use crate::spool::with_copy;
use crate::time::meaningful;

/// An entry about to be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its virtual path, `outer.tar.gz!dir/file`.
    pub path: &'a [u8],
    /// Seconds since 1970 of its last change, where the archive says so. What was made of an entry (the content of a compressed
    /// file, the text of a document) and has no time of its own has that entry's.
    pub modified: Option<i64>,
    /// Its length, where the archive says so; it may lie.
    pub size: Option<u64>,
}

/// Takes the entries of archives.
pub trait EntrySink {
    /// Takes one entry. It may be left before its end. `Break` ends the archive.
    fn entry(&mut self, entry: &Entry<'_>, bytes: &mut EntryReader<'_>) -> ControlFlow<()>;
}

/// Reads a container of a format and gives its entries to the walker.
pub(crate) type ReadContainer = fn(&mut Walker<'_>, Format, &mut dyn Source) -> Result<(), Fault>;

/// What formats know of an entry.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Meta<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) modified: Option<i64>,
    /// Its length, where that is certain to be no more.
    pub(crate) size: Option<u64>,
}

/// The state of one outermost archive.
pub(crate) struct Walker<'w> {
    pub(crate) budget: &'w Budget<'w>,
    pub(crate) buffers: &'w Buffers,
    spool: &'w Path,
    read: ReadContainer,
    path: VirtualPath,
    report: ArchiveReport,
    sink: &'w mut dyn EntrySink,
    depth: u32,
    /// Whether what is opened next comes out of a compressed stream.
    in_compressed: bool,
    /// The time of the innermost entry that was opened.
    modified: Option<i64>,
    /// The fault counted last, if nothing was read well since: whoever stands around it sees it as well.
    last_fault: Option<Fault>,
}

/// What a walker needs of others.
#[derive(Clone, Copy)]
pub(crate) struct Tools<'w> {
    pub(crate) budget: &'w Budget<'w>,
    pub(crate) buffers: &'w Buffers,
    pub(crate) spool: &'w Path,
    pub(crate) read: ReadContainer,
}

impl<'w> Walker<'w> {
    /// At the start of an outermost archive of this path.
    pub(crate) fn new(tools: Tools<'w>, path: VirtualPath, sink: &'w mut dyn EntrySink) -> Self {
        let Tools { budget, buffers, spool, read } = tools;
        Self {
            budget,
            buffers,
            spool,
            read,
            path,
            report: ArchiveReport::default(),
            sink,
            depth: 0,
            in_compressed: false,
            modified: None,
            last_fault: None,
        }
    }

    /// What became of it, and the path to be used again.
    pub(crate) fn finish(self) -> (ArchiveReport, VirtualPath) {
        (self.report, self.path)
    }

    /// Takes an entry that a format found. Fails only when nothing more can be read of the container.
    pub(crate) fn entry(&mut self, meta: &Meta<'_>, source: &mut dyn Source) -> Result<(), Fault> {
        self.budget.entry()?;
        let mark = self.path.mark();
        self.path.push(meta.name, self.budget.limits.name_bytes_max);
        let around = std::mem::replace(&mut self.in_compressed, false);
        if let Some(format) = self.openable(source) {
            let outer = std::mem::replace(&mut self.modified, meta.modified);
            self.container(format, source, meta.size);
            self.modified = outer;
        } else {
            self.deliver(meta, source);
        }
        self.in_compressed = around;
        self.path.cut(mark);
        self.budget.check()
    }

    /// Takes what came out of a compressed stream: an archive keeps the path of the stream, anything else gets
    /// its name without the ending. `modified` is the time that the stream itself states.
    pub(crate) fn compressed_content(
        &mut self,
        modified: Option<i64>,
        source: &mut dyn Source,
    ) -> Result<(), Fault> {
        self.in_compressed = true;
        let format = self.openable(source);
        if let Some(format) = format {
            self.container(format, source, None);
            return self.budget.check();
        }
        self.budget.entry()?;
        let mark = self.path.mark();
        let last = self.path.last_name();
        let name = stem(last);
        let name = if name.len() == last.len() { b"content" } else { name }.to_vec();
        self.path.push(&name, self.budget.limits.name_bytes_max);
        self.made_of_it(&Meta { modified, ..Meta::default() }, source);
        self.path.cut(mark);
        self.budget.check()
    }

    /// Takes what is made of an entry or of a container: text, metadata. It is never opened.
    pub(crate) fn text(&mut self, meta: &Meta<'_>, source: &mut dyn Source) -> Result<(), Fault> {
        self.budget.entry()?;
        let mark = self.path.mark();
        self.path.push(meta.name, self.budget.limits.name_bytes_max);
        self.made_of_it(meta, source);
        self.path.cut(mark);
        self.budget.check()
    }

    /// Takes the bytes of a container as they are, under its own path.
    pub(crate) fn itself(&mut self, source: &mut dyn Source) -> Result<(), Fault> {
        self.budget.entry()?;
        self.made_of_it(&Meta::default(), source);
        self.budget.check()
    }

    /// Hands over what was made of the entry that is open: it is as old as that, unless it says otherwise.
    fn made_of_it(&mut self, meta: &Meta<'_>, source: &mut dyn Source) {
        let own = meta.modified.and_then(meaningful);
        self.deliver(&Meta { modified: own.or(self.modified), ..*meta }, source);
    }

    /// Counts an entry that cannot be read.
    pub(crate) fn unread(&mut self, fault: Fault) -> Result<(), Fault> {
        self.fault(fault);
        self.budget.entry()
    }

    /// Gives `read` the whole of a source to read in any order, as a copy where that is needed; then with the fault
    /// that cut the copy short, if one did.
    pub(crate) fn with_random(
        &mut self,
        source: &mut dyn Source,
        read: impl FnOnce(&mut Self, &dyn Random, Option<Fault>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if let Some(random) = source.random() {
            return read(self, random, None);
        }
        let (budget, spool) = (self.budget, self.spool);
        with_copy(source, budget, spool, |random, cut| read(self, random, cut))?
    }

    /// Counts an entry without bytes of its own.
    pub(crate) fn without_data(&mut self) -> Result<(), Fault> {
        self.report.without_data += 1;
        self.budget.entry()
    }

    /// Counts a fault.
    pub(crate) fn fault(&mut self, fault: Fault) {
        if fault != Fault::Stopped {
            self.report.add(fault);
        }
        self.last_fault = Some(fault);
    }

    /// The format of what `source` gives, if it is a container that may be opened.
    fn openable(&mut self, source: &mut dyn Source) -> Option<Format> {
        let format = detect(source.fill(HEAD_BYTES).ok()?)?;
        if self.depth + self.cost(format) > self.budget.limits.depth_max {
            self.fault(Fault::Depth);
            return None;
        }
        Some(format)
    }

    /// What a container adds to the depth: `x.tar.gz` is one level, and so is `x.gz`.
    fn cost(&self, format: Format) -> u32 {
        u32::from(self.in_compressed || !format.is_stream())
    }

    /// Opens a container and counts its fault.
    pub(crate) fn container(&mut self, format: Format, source: &mut dyn Source, size: Option<u64>) {
        let depth = self.depth;
        self.depth += self.cost(format);
        let around = std::mem::replace(&mut self.in_compressed, false);
        if let Err(fault) = self.open(format, source, size)
            && self.last_fault != Some(fault)
        {
            self.fault(fault);
        }
        self.in_compressed = around;
        self.depth = depth;
    }

    fn open(
        &mut self,
        format: Format,
        source: &mut dyn Source,
        size: Option<u64>,
    ) -> Result<(), Fault> {
        self.report.containers += 1;
        let budget = self.budget;
        let mut fed = Fed { source, frame: budget.open(size)?, budget };
        (self.read)(self, format, &mut fed)
    }

    fn deliver(&mut self, meta: &Meta<'_>, source: &mut dyn Source) {
        let mut reader = EntryReader {
            source,
            budget: self.budget,
            left: self.budget.limits.entry_bytes_max,
            bytes: 0,
            fault: None,
        };
        let modified = meta.modified.and_then(meaningful);
        let entry = Entry { path: self.path.as_bytes(), modified, size: meta.size };
        let flow = self.sink.entry(&entry, &mut reader);
        let EntryReader { bytes, fault, .. } = reader;
        self.report.entries += 1;
        self.report.bytes += bytes;
        match fault {
            Some(fault) => self.fault(fault),
            None => self.last_fault = None,
        }
        if flow.is_break() {
            self.last_fault = Some(self.budget.end(Fault::Stopped));
        }
    }
}

/// The bytes of one entry. Reading never fails: a fault is the end of the bytes, and is counted.
pub struct EntryReader<'a> {
    source: &'a mut dyn Source,
    budget: &'a Budget<'a>,
    left: u64,
    bytes: u64,
    fault: Option<Fault>,
}

impl EntryReader<'_> {
    fn step(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        let lent = self.source.fill(1)?;
        if lent.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            return Err(Fault::EntryBytes);
        }
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let count = lent.len().min(into.len()).min(left);
        into[..count].copy_from_slice(&lent[..count]);
        self.source.consume(count);
        self.left -= count as u64;
        self.bytes += count as u64;
        self.budget.deliver(count as u64)?;
        Ok(count)
    }
}

impl Read for EntryReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() || self.fault.is_some() {
            return Ok(0);
        }
        match self.step(into) {
            Ok(count) => Ok(count),
            Err(fault) => {
                self.fault = Some(fault);
                Ok(0)
            }
        }
    }
}

/// A container's own bytes: counted, so that a stream earns its allowance, and polled for the end of time.
struct Fed<'a, 's> {
    source: &'a mut dyn Source,
    frame: FrameGuard<'a, 's>,
    budget: &'a Budget<'s>,
}

impl Source for Fed<'_, '_> {
    fn fill(&mut self, at_least: usize) -> Result<&[u8], Fault> {
        self.budget.check()?;
        self.source.fill(at_least)
    }

    fn consume(&mut self, count: usize) {
        self.frame.feed(count as u64);
        // What this finds out is said by the next `fill`.
        let _ended: Result<(), Fault> = self.budget.worked(count as u64);
        self.source.consume(count);
    }

    fn random(&self) -> Option<&dyn Random> {
        self.source.random()
    }

    fn skip(&mut self, count: u64) -> Result<u64, Fault> {
        self.budget.check()?;
        let skipped = self.source.skip(count)?;
        self.frame.feed(skipped);
        Ok(skipped)
    }
}
