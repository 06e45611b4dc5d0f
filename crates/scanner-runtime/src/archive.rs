//! Archives on their way to the object scanner: whatever begins like one is opened, wherever it came from.
//!
//! The first chunk is read as for any object; only if its first bytes are those of an archive does the driver of
//! `scanner-archive` take over, from the start. Each entry is then an object with a virtual path, and all of them
//! belong to the outermost object, between its `open` and its `close`.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use scanner_archive::{
    Allowance, ArchiveReport, ArchiveScanner, Entry, EntryReader, EntrySink, Format, Halt, Input,
    Limits, Outer, RunBudget, Watch, detect,
};
use scanner_core::{ObjectPath, SkipReason, SourceKind};

use crate::chunk::{ByteSource, ReadSource, SourceReader};
use crate::config::Source;
use crate::control::Stop;
use crate::entry_paths::EntryPaths;
use crate::object::{Object, ObjectScanner};
use crate::pipeline::NAMED_FAILURES_MAX;
use crate::share::Sharing;

/// How archives are read.
#[derive(Debug)]
pub struct ArchiveOptions {
    /// What a single archive may cost.
    pub limits: Limits,
    /// The time that one outermost archive may take.
    pub time_max: Duration,
    /// The folder for copies of archives that cannot be read in place; they have no name there.
    pub spool: PathBuf,
    /// What all archives of the run may yield.
    pub run: RunBudget,
    /// Which entries are scanned; all where there are no globs.
    pub paths: Option<EntryPaths>,
}

impl ArchiveOptions {
    /// The time that an archive gets unless told otherwise.
    pub const TIME_DEFAULT: Duration = Duration::from_hours(1);

    /// Options with these limits and this folder for copies.
    pub fn new(limits: Limits, spool: PathBuf) -> Self {
        let run = RunBudget::new(limits.run_bytes_max);
        Self { limits, time_max: Self::TIME_DEFAULT, spool, run, paths: None }
    }
}

/// The reader of archives that a worker has, made when it meets the first one.
#[derive(Debug, Default)]
pub(crate) struct Archives(Option<ArchiveScanner>);

/// What is known of an object that turned out to be an archive.
struct Found {
    format: Format,
    /// The bytes that were read to find out, where they cannot be read again.
    head: Vec<u8>,
}

impl ObjectScanner<'_> {
    /// Scans an object, or if it is an archive all that is in it. `Break` means that the run is over.
    ///
    /// This is the way for bytes of every origin: files, streams, objects of repositories. Entries have the path
    /// of the object, a `!` and their name; what could not be read is counted in `counts.skips`.
    pub(crate) fn scan_opening(
        &mut self,
        object: &Object<'_>,
        source: &mut dyn ByteSource,
    ) -> ControlFlow<()> {
        if self.request.archives.is_none() {
            return self.scan(object, source);
        }
        let mut found = None;
        let can_go_back = source.seekable().is_some();
        let flow = self.scan_unless(object, source, &mut |head| {
            let Some(format) = detect(head) else { return false };
            let head = if can_go_back { Vec::new() } else { head.to_vec() };
            found = Some(Found { format, head });
            true
        });
        match found {
            Some(found) => self.scan_archive(object, source, &found),
            None => flow,
        }
    }

    fn scan_archive(
        &mut self,
        object: &Object<'_>,
        source: &mut dyn ByteSource,
        found: &Found,
    ) -> ControlFlow<()> {
        let Some(options) = &self.request.archives else { return ControlFlow::Continue(()) };
        let mut archives = self
            .archives
            .0
            .take()
            .unwrap_or_else(|| ArchiveScanner::new(options.limits, options.spool.clone()));
        let watch = Clock::new(self.stop, options);
        let allowance = Allowance { run: &options.run, watch: &watch };
        let outer = Outer { path: object.path.as_bytes(), format: found.format };
        let kind = match object.source {
            SourceKind::Fs | SourceKind::Stdin => SourceKind::Archive,
            other => other,
        };
        let sharing = self.pool.map(|pool| Sharing::new(pool, kind, self.found()));
        let chosen = options.paths.as_ref().map(|paths| Chosen {
            paths,
            outer: object.path.as_bytes().len(),
            is_target: is_target(&self.request.source, object.path),
        });
        let mut entries = Entries { scanner: self, kind, sharing, chosen };
        let report = if let Some(reader) = source.seekable() {
            archives.scan(outer, Input::Seekable(reader), allowance, &mut entries)
        } else {
            let reader = &mut SourceReader(source);
            let input = Input::Stream { head: &found.head, reader };
            archives.scan(outer, input, allowance, &mut entries)
        };
        if let Some(sharing) = entries.sharing.take() {
            sharing.finish(self);
        }
        self.archives.0 = Some(archives);
        self.note(object, &report);
        if self.stop.interrupted() || self.stop.out_of_time() {
            self.forget();
            return ControlFlow::Break(());
        }
        if report.is_unread() && source.rewind() {
            // Something that only begins like an archive, or a broken one: its bytes are all there is.
            return self.scan(object, source);
        }
        self.counts.files += 1;
        self.counts.archives += 1;
        self.stop.control.progress.files.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Continue(())
    }

    /// Counts what could not be read, and names the archive.
    fn note(&mut self, object: &Object<'_>, report: &ArchiveReport) {
        self.counts.skips.merge(&report.skips());
        let failed = report.faults().find(|(fault, _)| !fault.skip_reason().is_policy());
        if let Some((fault, _)) = failed
            && self.counts.failures.len() < NAMED_FAILURES_MAX
        {
            self.counts.failures.push(format!("{}: {fault}", object.path));
        }
    }
}

/// Scans the entries of one archive.
struct Entries<'s, 'a> {
    scanner: &'s mut ObjectScanner<'a>,
    kind: SourceKind,
    /// Where other workers may help.
    sharing: Option<Sharing<'a>>,
    /// Which entries are scanned.
    chosen: Option<Chosen<'a>>,
}

/// The user's globs, and what they are applied to.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    paths: &'a EntryPaths,
    outer: usize,
    is_target: bool,
}

/// Whether the user has named the object, so that no glob has chosen it.
fn is_target(source: &Source, path: &ObjectPath) -> bool {
    match source {
        Source::Files { roots, .. } | Source::WorkTree { roots, .. } => {
            let plain = |path: &[u8]| path.strip_prefix(b"./").unwrap_or(path).to_vec();
            let path = plain(path.as_bytes());
            roots.iter().any(|root| plain(root.as_os_str().as_encoded_bytes()) == path)
        }
        Source::Git(_) => false,
        Source::Image { .. } | Source::Stream { .. } => true,
    }
}

impl EntrySink for Entries<'_, '_> {
    fn entry(&mut self, entry: &Entry<'_>, bytes: &mut EntryReader<'_>) -> ControlFlow<()> {
        self.scanner.counts.archive_entries += 1;
        if let Some(Chosen { paths, outer, is_target }) = self.chosen
            && !paths.take(entry.path, outer, is_target)
        {
            self.scanner.counts.skips.add(SkipReason::ExcludedPath);
            return ControlFlow::Continue(());
        }
        let path = ObjectPath::new(entry.path);
        if self.kind == SourceKind::Image {
            let name = entry.path.rsplit(|&b| matches!(b, b'/' | b'!')).next().unwrap_or_default();
            self.scanner.counts.whiteouts += u64::from(name.starts_with(b".wh."));
        }
        if let Some(sharing) = &mut self.sharing {
            return sharing.entry(self.scanner, (&path, entry), bytes);
        }
        let object = Object { path: &path, source: self.kind, modified: entry.modified };
        self.scanner.scan(&object, &mut ReadSource(bytes))
    }
}

/// Ends an archive when the run ends or the archive's own time is over.
pub(crate) struct Clock<'a> {
    stop: Stop<'a>,
    until: Option<Instant>,
}

impl<'a> Clock<'a> {
    /// Begins the time of an archive.
    pub(crate) fn new(stop: Stop<'a>, options: &ArchiveOptions) -> Self {
        Self { stop, until: Instant::now().checked_add(options.time_max) }
    }
}

impl Watch for Clock<'_> {
    fn poll(&self) -> Option<Halt> {
        if self.stop.interrupted() || self.stop.out_of_time() {
            Some(Halt::Stop)
        } else {
            self.until.filter(|&until| Instant::now() >= until).map(|_| Halt::Time)
        }
    }
}
