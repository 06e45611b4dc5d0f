//! The workers: each takes tasks, finds files, opens them and hands them to its own visitor.
//!
//! Owner-compute: whoever opens a file also reads and scans it, with buffers that nobody else touches. Finding
//! files is work like any other, done by whoever is free; there is no thread that only lists folders and no queue
//! between it and the workers that could grow. A worker gives away half of its files whenever somebody sleeps,
//! and leaves all others for the taking while it is busy with a large one.
//!
//! The calling thread is the first worker; where the system refuses more threads, the walk goes on with fewer.

use std::ffi::CStr;
use std::io;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_deque::Worker;
use rustix::fs::{FileType, Stat};
use scanner_core::{ObjectPath, SkipReason, WorkerId};

use crate::discover::{Batch, Folder, Listing, Scout, Task};
use crate::error::{FsError, skip_reason};
use crate::file_table::FileTable;
use crate::injector::{Injector, LocalQueue};
use crate::limits::{Limits, SHARE_BYTES_MIN, WORKER_STACK_BYTES};
use crate::linked::{Inode, LinkedFile, LinkedFiles, Offer};
use crate::policy::{CompiledPolicy, WalkPolicy};
use crate::read::{FileFacts, OpenFile, open_file, open_file_below, open_file_by_path, stat_entry};
use crate::roots::{RootKind, Roots};
use crate::visit::{Cancel, FileVisitor};

/// Files that waited for the end of the walk and are visited by one task.
const LINKED_FILES_PER_TASK: usize = 64;

/// What to walk, and how.
#[derive(Clone, Debug)]
pub struct FsRequest {
    /// Files and folders. A root that is a link is followed; nothing below it is.
    pub roots: Vec<PathBuf>,
    /// What is taken.
    pub policy: WalkPolicy,
    /// Threads, the calling one among them; more than 1,024 are not started.
    pub workers: NonZeroUsize,
}

/// What all workers see.
struct Walk<'a> {
    roots: Roots,
    policy: CompiledPolicy,
    limits: Limits,
    linked: LinkedFiles,
    cancel: &'a dyn Cancel,
    /// Listings that wait in the queue with an open handle.
    suspended: AtomicUsize,
}

/// Visits every file of `request` once and returns the visitors, in the order of their workers.
///
/// Which worker gets which file, and in which order, is open; the set of files, the paths they are shown under
/// and the skips are not: they are the same for any number of workers. When `cancel` says so or a visitor breaks,
/// the walk ends early without an error.
///
/// # Errors
///
/// [`FsError`]: nothing was walked, save for [`FsError::WorkerPanicked`].
pub fn walk_files<V: FileVisitor>(
    request: &FsRequest,
    make_visitor: impl Fn(WorkerId) -> V + Sync,
    cancel: &dyn Cancel,
) -> Result<Vec<V>, FsError> {
    walk_with_limits(request, make_visitor, cancel, Limits::DEFAULT)
}

pub(crate) fn walk_with_limits<V: FileVisitor>(
    request: &FsRequest,
    make_visitor: impl Fn(WorkerId) -> V + Sync,
    cancel: &dyn Cancel,
    limits: Limits,
) -> Result<Vec<V>, FsError> {
    let walk = Walk {
        roots: Roots::resolve(&request.roots)?,
        policy: CompiledPolicy::new(&request.policy, &limits)?,
        limits,
        linked: LinkedFiles::new(limits),
        cancel,
        suspended: AtomicUsize::new(0),
    };
    let workers = request.workers.get().min(limits.workers_max);
    let first = (0..walk.roots.len()).map(Task::Root);
    let (injector, own) = Injector::new(workers, first);
    let run = |index: usize, own: Worker<Task>| -> Result<V, FsError> {
        let worker = u32::try_from(index).unwrap_or(u32::MAX);
        catch_unwind(AssertUnwindSafe(|| {
            let visitor = make_visitor(WorkerId::new(worker));
            Owner::new(&walk, &injector, injector.local(index, own), visitor).run()
        }))
        .map_err(|_panic| {
            // The others would wait for this worker's tasks for ever.
            injector.stop();
            FsError::WorkerPanicked { worker }
        })
    };
    let mut own = own.into_iter().enumerate();
    let (_, first_own) = own.next().expect("the number of workers is not zero");
    std::thread::scope(|scope| {
        let run = &run;
        let others: Vec<_> = own
            .map_while(|(index, own)| {
                std::thread::Builder::new()
                    .name(format!("scan-{index}"))
                    .stack_size(WORKER_STACK_BYTES)
                    .spawn_scoped(scope, move || run(index, own))
                    .ok()
            })
            .collect();
        let mut visitors = vec![run(0, first_own)];
        visitors.extend(others.into_iter().enumerate().map(|(index, other)| {
            let worker = u32::try_from(index + 1).unwrap_or(u32::MAX);
            other.join().unwrap_or(Err(FsError::WorkerPanicked { worker }))
        }));
        visitors.into_iter().collect()
    })
}

/// One worker.
struct Owner<'a, V> {
    walk: &'a Walk<'a>,
    injector: &'a Injector<Task>,
    queue: LocalQueue<'a, Task>,
    scout: Scout<'a>,
    visitor: V,
    /// The shown path of the file at hand; lent to each [`OpenFile`].
    path: Vec<u8>,
}

impl<'a, V: FileVisitor> Owner<'a, V> {
    fn new(
        walk: &'a Walk<'a>,
        injector: &'a Injector<Task>,
        queue: LocalQueue<'a, Task>,
        visitor: V,
    ) -> Self {
        let scout = Scout::new(&walk.roots, &walk.policy, &walk.limits);
        Self { walk, injector, queue, scout, visitor, path: Vec::new() }
    }

    fn run(mut self) -> V {
        self.visitor.meet(&self.injector.colleagues());
        loop {
            let Self { queue, visitor, .. } = &mut self;
            let Some(task) = queue.next(&mut || visitor.help()) else { break };
            if !self.must_stop() {
                self.run_task(task);
            }
            if self.queue.holds_the_last() {
                self.queue_linked();
            }
            self.queue.finished();
        }
        self.visitor
    }

    /// Whether the walk ends early; asks the caller, and tells the others.
    fn must_stop(&self) -> bool {
        if self.walk.cancel.is_cancelled() {
            self.injector.stop();
        }
        self.injector.is_stopped()
    }

    fn run_task(&mut self, task: Task) {
        match task {
            Task::Root(index) => self.start_root(index),
            Task::Folder { around, name } => {
                let entered = self.scout.enter(&around, &name, &mut self.visitor);
                if let Some((listing, table)) = entered {
                    self.walk_folder(listing, table);
                }
            }
            Task::Rest(mut listing) => {
                self.walk.suspended.fetch_sub(1, Ordering::Relaxed);
                let table = self.scout.read_more(&mut listing, &mut self.visitor);
                self.walk_folder(listing, table);
            }
            Task::Files(batch) => self.visit_files(batch),
            Task::Linked(files) => self.visit_linked(&files),
        }
    }

    fn start_root(&mut self, index: usize) {
        let root = self.walk.roots.get(index);
        let shown = root.shown();
        let name = shown.rsplit(|&byte| byte == b'/').next().unwrap_or(shown);
        match root.kind {
            RootKind::File if self.walk.policy.is_excluded(name, false) => {
                self.visitor.skipped(&ObjectPath::new(shown), SkipReason::ExcludedPath, None);
            }
            RootKind::File => {
                self.path.clear();
                self.path.extend_from_slice(shown);
                match open_file_by_path(&root.path) {
                    Ok((file, stat)) => self.visit_if_wanted(file, &stat),
                    Err(error) => self.skip(skip_reason(&error), Some(&error)),
                }
            }
            RootKind::SameFile => {
                self.visitor.skipped(&ObjectPath::new(shown), SkipReason::DuplicateFile, None);
            }
            RootKind::Folder | RootKind::Broken => {
                if let Some((listing, table)) = self.scout.enter_root(index, &mut self.visitor) {
                    self.walk_folder(listing, table);
                }
            }
        }
    }

    /// Queues what lies below a folder and visits its files. What is left of the listing goes to the queue first,
    /// so that it comes out last.
    fn walk_folder(&mut self, mut listing: Listing, mut table: FileTable) {
        loop {
            let folder = Arc::clone(&listing.folder);
            let rest = if listing.at_end() || !self.may_suspend() {
                Some(listing)
            } else {
                self.queue.push(Task::Rest(listing));
                None
            };
            let queue = &self.queue;
            self.scout.sift(&folder, &mut table, &mut self.visitor, |name| {
                queue.push(Task::Folder { around: Arc::clone(&folder.place), name: name.into() });
            });
            let range = 0..table.len();
            self.visit_files(Batch { folder, table: Arc::new(table), range });
            listing = match rest {
                Some(rest) if !rest.at_end() && !self.must_stop() => rest,
                _ => return,
            };
            table = self.scout.read_more(&mut listing, &mut self.visitor);
        }
    }

    /// Whether one more listing may wait with its handle open; counts it if so.
    fn may_suspend(&self) -> bool {
        let max = self.walk.limits.suspended_folders_max;
        let may = self.walk.suspended.fetch_add(1, Ordering::Relaxed) < max;
        if !may {
            self.walk.suspended.fetch_sub(1, Ordering::Relaxed);
        }
        may
    }

    fn visit_files(&mut self, batch: Batch) {
        let Batch { folder, table, mut range } = batch;
        while !range.is_empty() && !self.must_stop() {
            if range.len() > 1 && self.queue.somebody_is_idle() {
                let middle = range.start + range.len() / 2;
                self.give_away(&folder, &table, middle..range.end);
                range.end = middle;
            }
            let index = range.start;
            range.start += 1;
            let Some((file, stat)) = self.open_entry(&folder, &table, index) else { continue };
            if !range.is_empty() && is_large(&stat) {
                // Somebody may become idle while this one is read; whoever comes first takes the rest.
                self.give_away(&folder, &table, range.clone());
                range.start = range.end;
            }
            self.visit_if_wanted(file, &stat);
        }
        self.scout.recycle(table);
    }

    fn give_away(&self, folder: &Arc<Folder>, table: &Arc<FileTable>, range: Range<usize>) {
        self.queue.push(Task::Files(Batch {
            folder: Arc::clone(folder),
            table: Arc::clone(table),
            range,
        }));
    }

    /// Opens a file, unless it is visited elsewhere or at another time.
    fn open_entry(
        &mut self,
        folder: &Folder,
        table: &FileTable,
        index: usize,
    ) -> Option<(OwnedFd, Stat)> {
        let place = &*folder.place;
        let name = table.name(index);
        self.path.clear();
        self.path.extend_from_slice(&place.root.shown);
        self.path.extend_from_slice(&place.rel);
        self.path.extend_from_slice(name.to_bytes());
        if self.visitor.asks_first() && self.is_known(folder, name) {
            return None;
        }
        let (file, stat) = match open_file(folder.handle.as_fd(), name) {
            Ok(opened) => opened,
            Err(error) => {
                self.skip(skip_reason(&error), Some(&error));
                return None;
            }
        };
        if self.walk.roots.has_file(Inode::of(&stat)) {
            return None;
        }
        let waits = stat.st_nlink > 1
            && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
            && !self.take_linked(&stat, place.root.index, place.root.shown.len());
        (!waits).then_some((file, stat))
    }

    /// Whether the visitor knows the file at `self.path` without opening it. Files with several names, roots of their own
    /// and what is no file or too large go the usual way.
    fn is_known(&mut self, folder: &Folder, name: &CStr) -> bool {
        let Ok(stat) = stat_entry(folder.handle.as_fd(), name) else { return false };
        let facts = FileFacts::of(&stat);
        FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
            && stat.st_nlink == 1
            && facts.len <= self.walk.policy.max_file_size
            && !self.walk.roots.has_file(Inode::of(&stat))
            && self.visitor.knows(&self.path, &facts)
    }

    /// Notes a name of a file that has several. Returns whether to visit it now.
    fn take_linked(&mut self, stat: &Stat, root: usize, rel_start: usize) -> bool {
        let file = LinkedFile { shown: self.path.as_slice().into(), rel_start, root };
        match self.walk.linked.offer(Inode::of(stat), file) {
            Offer::VisitNow => return true,
            Offer::Waits => {}
            Offer::Duplicate => self.skip(SkipReason::DuplicateFile, None),
            Offer::Replaces(other) => {
                let other = ObjectPath::new(&other.shown);
                self.visitor.skipped(&other, SkipReason::DuplicateFile, None);
            }
        }
        false
    }

    /// Queues the files that waited. Called when nothing else is left to do.
    fn queue_linked(&self) {
        let waiting = self.walk.linked.take();
        for same_root in waiting.chunk_by(|a, b| a.root == b.root) {
            for files in same_root.chunks(LINKED_FILES_PER_TASK) {
                self.queue.push(Task::Linked(files.to_vec()));
            }
        }
    }

    fn visit_linked(&mut self, files: &[LinkedFile]) {
        let Some(first) = files.first() else { return };
        let root = self.scout.open_root(first.root);
        for file in files {
            if self.must_stop() {
                return;
            }
            self.path.clear();
            self.path.extend_from_slice(&file.shown);
            let opened = match &root {
                Ok(root) => open_file_below(root.handle.as_fd(), &file.shown[file.rel_start..]),
                Err(error) => Err(error.kind().into()),
            };
            match opened {
                Ok((handle, stat)) => self.visit_if_wanted(handle, &stat),
                Err(error) => self.skip(skip_reason(&error), Some(&error)),
            }
        }
    }

    /// Visits the file at `self.path`, unless it is none or too large.
    fn visit_if_wanted(&mut self, file: OwnedFd, stat: &Stat) {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {}
            // A folder where the listing had a file.
            FileType::Directory => return self.skip(SkipReason::Vanished, None),
            _ => return self.skip(SkipReason::NotARegularFile, None),
        }
        let mut file = OpenFile::new(file, stat, std::mem::take(&mut self.path));
        if file.len() > self.walk.policy.max_file_size {
            self.visitor.skipped(file.path(), SkipReason::FileTooLarge, None);
        } else {
            match catch_unwind(AssertUnwindSafe(|| self.visitor.visit(&mut file))) {
                Ok(flow) if flow.is_continue() => {}
                Ok(_break) => self.injector.stop(),
                Err(_panic) => self.visitor.skipped(file.path(), SkipReason::WorkerFailed, None),
            }
        }
        self.path = file.into_path_bytes();
    }

    fn skip(&mut self, reason: SkipReason, error: Option<&io::Error>) {
        self.visitor.skipped(&ObjectPath::new(&self.path), reason, error);
    }
}

/// Whether a file is worth sharing out those after it.
fn is_large(stat: &Stat) -> bool {
    u64::try_from(stat.st_size).is_ok_and(|bytes| bytes >= SHARE_BYTES_MIN)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::path::Path;

    use super::*;
    use crate::visit::NeverCancel;

    #[derive(Default)]
    struct Names(Vec<String>, Vec<SkipReason>);

    impl FileVisitor for Names {
        fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()> {
            let path = file.path().lossy().into_owned();
            self.0.push(path.rsplit('/').next().unwrap_or_default().to_owned());
            ControlFlow::Continue(())
        }

        fn skipped(&mut self, _: &ObjectPath, reason: SkipReason, _: Option<&io::Error>) {
            self.1.push(reason);
        }
    }

    fn walk(root: &Path, workers: usize, limits: Limits) -> Names {
        let request = FsRequest {
            roots: vec![root.into()],
            policy: WalkPolicy::default(),
            workers: workers.try_into().unwrap(),
        };
        let visitors =
            walk_with_limits(&request, |_| Names::default(), &NeverCancel, limits).unwrap();
        let mut all = Names::default();
        for visitor in visitors {
            all.0.extend(visitor.0);
            all.1.extend(visitor.1);
        }
        all.0.sort();
        all
    }

    #[test]
    fn without_room_to_suspend_a_large_folder_is_carried_through() {
        let made = tempfile::tempdir().unwrap();
        for index in 0..6_000 {
            std::fs::write(made.path().join(index.to_string()), b"").unwrap();
        }
        for workers in [1, 3] {
            let limits = Limits { suspended_folders_max: 0, ..Limits::DEFAULT };
            let seen = walk(made.path(), workers, limits);
            assert_eq!((seen.0.len(), seen.1.len()), (6_000, 0));
        }
    }

    #[test]
    fn no_more_workers_are_made_than_the_limit() {
        let made = tempfile::tempdir().unwrap();
        let request = FsRequest {
            roots: vec![made.path().into()],
            policy: WalkPolicy::default(),
            workers: NonZeroUsize::MAX,
        };
        let limits = Limits { workers_max: 3, ..Limits::DEFAULT };
        let visitors = walk_with_limits(&request, |_| Names::default(), &NeverCancel, limits);
        assert_eq!(visitors.unwrap().len(), 3);
    }

    #[test]
    fn an_ignore_file_over_the_limit_is_not_applied() {
        let made = tempfile::tempdir().unwrap();
        std::fs::write(made.path().join(".ignore"), b"a\n").unwrap();
        std::fs::write(made.path().join("a"), b"").unwrap();
        assert_eq!(walk(made.path(), 1, Limits::DEFAULT).0, [".ignore"]);
        let limits = Limits { ignore_file_bytes_max: 1, ..Limits::DEFAULT };
        assert_eq!(walk(made.path(), 1, limits).0, [".ignore", "a"]);
    }

    #[test]
    fn a_path_over_the_limit_is_a_read_error() {
        let made = tempfile::tempdir().unwrap();
        std::fs::create_dir(made.path().join("abc")).unwrap();
        std::fs::write(made.path().join("abc/d"), b"").unwrap();
        let limits = Limits { path_bytes_max: 4, ..Limits::DEFAULT };
        let seen = walk(made.path(), 1, limits);
        assert_eq!((seen.0.len(), seen.1), (0, vec![SkipReason::ReadError]));
    }
}
