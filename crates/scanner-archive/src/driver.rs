//! The way in: one outermost archive, from where its bytes are to the reader of its format.

use std::io::Read;
use std::path::PathBuf;

use crate::budget::{Budget, Limits, RunBudget, Watch};
use crate::detect::Format;
use crate::formats::{ar, compressed, cpio, pdf, rpm, sevenz, tar, zip};
use crate::outcome::{ArchiveReport, Fault};
use crate::path::VirtualPath;
use crate::source::{
    Buffers, Random, ReadSeek, ReaderSource, SeekRandom, SliceRandom, Source, Window,
};
use crate::walker::{EntrySink, Tools, Walker};

/// Where the bytes of an outermost archive come from.
pub enum Input<'a> {
    /// A file, or anything like one. It is read from its start, wherever it stands.
    Seekable(&'a mut dyn ReadSeek),
    /// What cannot go back: `head` was read already, `reader` gives the rest.
    Stream {
        /// The first bytes.
        head: &'a [u8],
        /// Those behind them.
        reader: &'a mut dyn Read,
    },
    /// Bytes in memory.
    Bytes(&'a [u8]),
}

/// An outermost archive.
#[derive(Clone, Copy, Debug)]
pub struct Outer<'a> {
    /// Its path; those of its entries begin with it.
    pub path: &'a [u8],
    /// What [`detect()`](crate::detect()) said of its first bytes.
    pub format: Format,
}

/// What a caller allows.
#[derive(Clone, Copy)]
pub struct Allowance<'a> {
    /// The bytes that all archives of the run may yield.
    pub run: &'a RunBudget,
    /// Whether to go on.
    pub watch: &'a dyn Watch,
}

/// Reads archives, one after the other; reuses its buffers.
#[derive(Debug)]
pub struct ArchiveScanner {
    limits: Limits,
    spool: PathBuf,
    buffers: Buffers,
    path: VirtualPath,
}

impl ArchiveScanner {
    /// A scanner within `limits`, which are valid. Files without a name are made in the folder `spool` for
    /// archives that have to be copied.
    pub fn new(limits: Limits, spool: PathBuf) -> Self {
        assert!(limits.is_valid(), "the limits contradict each other");
        Self { limits, spool, buffers: Buffers::default(), path: VirtualPath::default() }
    }

    /// Hands every entry of an archive, at any depth, to `sink`. What could not be read is in the report; there
    /// are no errors.
    pub fn scan(
        &mut self,
        outer: Outer<'_>,
        input: Input<'_>,
        allowance: Allowance<'_>,
        sink: &mut dyn EntrySink,
    ) -> ArchiveReport {
        let budget = Budget::new(&self.limits, allowance.run, allowance.watch);
        self.path.reset(outer.path);
        let tools = Tools { budget: &budget, buffers: &self.buffers, spool: &self.spool, read };
        let mut walker = Walker::new(tools, std::mem::take(&mut self.path), sink);
        outermost(&mut walker, outer.format, input);
        let (report, path) = walker.finish();
        self.path = path;
        report
    }
}

/// The reader of each format.
fn read(walker: &mut Walker<'_>, format: Format, source: &mut dyn Source) -> Result<(), Fault> {
    match format {
        Format::Tar => tar::read(walker, source),
        Format::Zip => zip::read(walker, source),
        Format::SevenZip => sevenz::read(walker, source),
        Format::Ar => ar::read(walker, source),
        Format::Rpm => rpm::read(walker, source),
        Format::Cpio => cpio::read(walker, source),
        Format::Pdf => pdf::read(walker, source),
        _ => compressed::read(walker, format, source),
    }
}

fn outermost(walker: &mut Walker<'_>, format: Format, input: Input<'_>) {
    match input {
        Input::Seekable(reader) => match SeekRandom::new(reader) {
            Ok(random) => outermost_random(walker, format, &random),
            Err(fault) => walker.fault(fault),
        },
        Input::Bytes(bytes) => outermost_random(walker, format, &SliceRandom(bytes)),
        Input::Stream { head, reader } => {
            let mut source = ReaderSource::new(head, reader, walker.buffers.take());
            walker.container(format, &mut source, None);
        }
    }
}

fn outermost_random(walker: &mut Walker<'_>, format: Format, random: &dyn Random) {
    let len = random.len();
    let mut source = Window::new(random, 0, len, walker.buffers.take());
    walker.container(format, &mut source, Some(len));
}
