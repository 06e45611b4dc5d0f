//! The wiring: many threads over files, or one thread over a stream, with the same scanner in both.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Instant;

use scanner_core::{EventSink, ObjectPath, ScanEvent, SkipReason, SourceKind, Status, Summary};
use scanner_fs::{Colleagues, FileFacts, FileVisitor, FsError, FsRequest, OpenFile, walk_files};

use crate::chunk::{ByteSource, ReadSource};
use crate::collect::Collector;
use crate::config::{ScanRequest, Source};
use crate::control::{Control, Stop};
use crate::git::scan_git;
use crate::image::scan_images;
use crate::object::{Counts, Object, ObjectScanner};
use crate::run_engine::NoEngine;
use crate::share::{CloseAtEnd, EntryPool};

/// Paths that failed, named in the summary at most.
pub(crate) const NAMED_FAILURES_MAX: usize = 10;

/// A run that could not start or not end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The walk could not start, or a worker was lost.
    #[error(transparent)]
    Files(#[from] FsError),
    /// A repository cannot be opened.
    #[error(transparent)]
    Git(#[from] scanner_git::OpenError),
    /// A name leads to no commit.
    #[error(transparent)]
    Revision(#[from] scanner_git::RevisionError),
    /// The input of a hook makes no sense.
    #[error(transparent)]
    Protocol(#[from] scanner_git::ProtocolError),
    /// What is staged cannot be read.
    #[error("{0}")]
    GitIndex(String),
    /// The engine was put off, and cannot be made.
    #[error("{0}")]
    Engine(NoEngine),
    /// A stream is to be scanned and none was given.
    #[error("there is no input to scan")]
    NoInput,
}

/// Runs a scan. Findings go to the sinks as they are found and, sorted, at the end; what was done and what was
/// not comes back and goes to the sinks as the last event.
///
/// # Errors
///
/// The run could not start. Whatever goes wrong later is counted in the summary.
pub fn scan(
    request: &ScanRequest,
    input: Option<&mut (dyn Read + Send)>,
    sinks: Vec<Box<dyn EventSink>>,
    control: &Control,
) -> Result<Summary, RuntimeError> {
    let started = Instant::now();
    let deadline = request.timeout.and_then(|timeout| started.checked_add(timeout));
    let stop = Stop { control, deadline };
    let collector = Mutex::new(Collector::new(sinks, request.filters.dedup));
    let lock = || collector.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    lock().tell(&ScanEvent::Started(&request.run_info()));
    let outcome = match &request.source {
        Source::Files { roots, policy } => {
            let walk =
                FsRequest { roots: roots.clone(), policy: policy.clone(), workers: request.jobs };
            scan_files(request, &walk, stop, &collector)
        }
        Source::Git(source) => scan_git(request, source, stop, &collector),
        Source::WorkTree { roots, policy, git } => {
            let walk =
                FsRequest { roots: roots.clone(), policy: policy.clone(), workers: request.jobs };
            scan_files(request, &walk, stop, &collector).map(|mut total| {
                match scan_git(request, git, stop, &collector) {
                    Ok(history) => total.merge(history),
                    // The files are scanned all the same.
                    Err(error) => {
                        total.counts.skips.add(SkipReason::GitFileDamaged);
                        total.fail(error.to_string());
                    }
                }
                total
            })
        }
        Source::Image { images, exclude_layers } => {
            Ok(scan_images(request, (images, exclude_layers), stop, &collector))
        }
        Source::Stream { name } => match input {
            Some(input) => Ok(scan_stream(request, name, input, stop, &collector)),
            None => Err(RuntimeError::NoInput),
        },
    };
    let mut total = outcome?;
    let met = std::mem::take(&mut total.counts.met);
    let mut summary = summary(request, total, stop);
    summary.elapsed = started.elapsed();
    if let Some(store) = &request.store {
        store.flush(&mut summary, met);
        settle(&mut summary, stop);
    }
    lock().finish(&mut summary);
    settle(&mut summary, stop);
    if let Some(store) = &request.store {
        // To let go of a hundred thousand findings takes about as long as to end a run.
        store.end(&mut summary, || drop(collector));
        settle(&mut summary, stop);
    }
    Ok(summary)
}

/// The parallel driver: one scanner a worker, for as long as the run lasts.
fn scan_files(
    request: &ScanRequest,
    walk: &FsRequest,
    stop: Stop<'_>,
    collector: &Mutex<Collector>,
) -> Result<Total, RuntimeError> {
    let pool = shared_pool(request);
    let make = |_| Visitor {
        scanner: ObjectScanner::in_pool(request, stop, collector, pool.as_ref()),
        failures: Vec::new(),
    };
    let visitors = walk_files(walk, make, &stop)?;
    let mut total = Total::default();
    for visitor in visitors {
        total.add(visitor.scanner.into_counts(), visitor.failures);
    }
    Ok(total)
}

/// The pool in which workers share the entries of archives, where there are several workers and archives are opened.
pub(crate) fn shared_pool(request: &ScanRequest) -> Option<EntryPool> {
    let workers = request.jobs.get();
    (workers > 1 && request.archives.is_some()).then(|| EntryPool::new(workers))
}

/// The driver of a stream: one thread reads; others scan entries if it turns out to be an archive.
fn scan_stream(
    request: &ScanRequest,
    name: &str,
    input: &mut (dyn Read + Send),
    stop: Stop<'_>,
    collector: &Mutex<Collector>,
) -> Total {
    let pool = shared_pool(request);
    let make = || ObjectScanner::in_pool(request, stop, collector, pool.as_ref());
    let help = |pool: &EntryPool| {
        // Made for the first batch: most streams are no archives.
        let mut scanner = None;
        pool.serve(|batch| scanner.get_or_insert_with(make).scan_batch(batch, pool));
        scanner.map_or_else(Counts::default, ObjectScanner::into_counts)
    };
    let mut runtime = ScannerRuntime { scanner: make() };
    let path = ObjectPath::new(name.as_bytes());
    let mut total = Total::default();
    std::thread::scope(|scope| {
        let mut helpers = Vec::new();
        if let Some(pool) = &pool {
            helpers.extend((1..request.jobs.get()).map(|_| scope.spawn(|| help(pool))));
        }
        let at_end = pool.as_ref().map(CloseAtEnd);
        runtime.scanner.open(None);
        runtime.scan(&path, SourceKind::Stdin, &mut ReadSource(input));
        runtime.scanner.close(&path);
        drop(at_end);
        for helper in helpers {
            total.add(helper.join().unwrap_or_else(|_| Counts::of_lost_worker()), Vec::new());
        }
    });
    total.add(runtime.scanner.into_counts(), Vec::new());
    total
}

/// The seeds' single-threaded runtime: the deterministic twin of the parallel driver, for streams and tests.
struct ScannerRuntime<'a> {
    scanner: ObjectScanner<'a>,
}

impl ScannerRuntime<'_> {
    fn scan(&mut self, path: &ObjectPath, source: SourceKind, bytes: &mut dyn ByteSource) {
        let _ = self.scanner.scan_opening(&Object { path, source, modified: None }, bytes);
    }
}

/// What one worker of the file walk does.
struct Visitor<'a> {
    scanner: ObjectScanner<'a>,
    failures: Vec<String>,
}

impl FileVisitor for Visitor<'_> {
    fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()> {
        let state = self.scanner.state_of(file.path_bytes(), &file.facts());
        if state.is_some_and(|state| self.scanner.knows(file.path_bytes(), state, file.len())) {
            return ControlFlow::Continue(());
        }
        file.advise_sequential();
        let path = file.path().clone();
        self.scanner.open(state);
        let object = Object { path: &path, source: SourceKind::Fs, modified: None };
        let before = self.scanner.counts.archives;
        let flow = self.scanner.scan_opening(&object, file);
        // An archive is not read from front to back.
        let was_archive = self.scanner.counts.archives > before;
        let was_read = file.position() == file.len() || file.is_empty() || was_archive;
        if flow.is_continue() && !was_read {
            self.scanner.counts.skips.add(SkipReason::ChangedWhileRead);
        }
        self.scanner.close(&path);
        flow
    }

    fn meet(&mut self, colleagues: &Colleagues) {
        if let Some(pool) = self.scanner.pool {
            pool.meet(colleagues);
        }
    }

    fn help(&mut self) -> bool {
        self.scanner.pool.is_some_and(|pool| pool.help(&mut self.scanner))
    }

    fn asks_first(&self) -> bool {
        self.scanner.knows_any()
    }

    fn knows(&mut self, path: &[u8], facts: &FileFacts) -> bool {
        let state = self.scanner.state_of(path, facts);
        state.is_some_and(|state| self.scanner.knows(path, state, facts.len))
    }

    fn remembers_folders(&self) -> bool {
        self.scanner.request.store.is_some()
    }

    fn entries(&mut self, path: &[u8], facts: &FileFacts) -> Option<&[u8]> {
        let state = self.scanner.state_of(path, facts)?;
        self.scanner.entries(&state)
    }

    fn listed(&mut self, path: &[u8], facts: &FileFacts, entries: &[u8]) {
        if let Some(state) = self.scanner.state_of(path, facts) {
            self.scanner.listed(state, entries);
        }
    }

    fn skipped(&mut self, path: &ObjectPath, reason: SkipReason, error: Option<&io::Error>) {
        self.scanner.counts.skips.add(reason);
        if !reason.is_policy() && self.failures.len() < NAMED_FAILURES_MAX {
            let why = error.map_or_else(|| reason.explain().to_owned(), ToString::to_string);
            self.failures.push(format!("{path}: {why}"));
        }
    }
}

/// The counts of all workers.
#[derive(Default)]
pub(crate) struct Total {
    pub(crate) counts: Counts,
    failures: Vec<String>,
}

impl Total {
    pub(crate) fn add(&mut self, counts: Counts, failures: Vec<String>) {
        self.counts.merge(counts);
        self.failures.extend(failures);
        self.failures.append(&mut self.counts.failures);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.add(other.counts, other.failures);
    }

    /// Names something that was not scanned.
    pub(crate) fn fail(&mut self, what: String) {
        self.failures.push(what);
    }
}

fn summary(request: &ScanRequest, total: Total, stop: Stop<'_>) -> Summary {
    let Total { counts, mut failures } = total;
    failures.sort();
    failures.truncate(NAMED_FAILURES_MAX);
    let mut summary = Summary {
        status: Status::Complete,
        rules: request.engine.rule_infos().len() as u64,
        files: counts.files,
        git_objects: counts.git_objects,
        archive_entries: counts.archive_entries,
        bytes: counts.bytes,
        findings: 0,
        suppressed: counts.suppressed,
        reused: counts.reused,
        skips: counts.skips,
        elapsed: std::time::Duration::ZERO,
        warnings: failures,
    };
    if stop.interrupted() {
        summary.skips.add(SkipReason::Interrupted);
    } else if stop.out_of_time() {
        summary.skips.add(SkipReason::Timeout);
    }
    settle(&mut summary, stop);
    summary
}

/// The status that follows from the counts.
fn settle(summary: &mut Summary, stop: Stop<'_>) {
    summary.status = if stop.interrupted() {
        Status::Interrupted
    } else if summary.skips.failed().next().is_some() {
        Status::Incomplete
    } else {
        Status::Complete
    };
}
