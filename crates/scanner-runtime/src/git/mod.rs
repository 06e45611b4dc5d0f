//! The git driver: which objects, what is in them, and where they come from.
//!
//! | file | what it does |
//! |---|---|
//! | `select.rs` | what the user asked for becomes a list of objects, or everything |
//! | `detect.rs` | one [`scanner_git::BlobSink`] a worker: every object through the engine, findings kept as small records |
//! | `dropped.rs` | what the ledger hears of all that was dropped, where somebody asks for it |
//! | `opened.rs` | the entries of blobs that are archives, through the same engine |
//! | `origin.rs` | commits and paths of the objects that have findings, and only of those |
//! | `fold.rs` | records of one secret at one path become one place, places of one secret one finding |
//! | `render.rs` | the one object that stands for each finding is read again, as any file would be |
//! | `seen.rs` | which objects an earlier run has dealt with |
//! | `resume.rs` | whether nothing has changed since an earlier run, and what it had found |
//!
//! Objects are scanned before anybody knows their paths. What depends on a path (allow lists, globs, rules that are
//! limited to some paths) is decided afterwards; where a rule is dropped for its path, the object is scanned again with
//! its path known, because that finding may have stood in the way of another.
//!
//! What has no path in any commit is told under `.git/`, which no tree of git can hold: `.git/commit/<id>` for messages
//! and names, `.git/tag/<id>`, `.git/blob/<id>`.

mod detect;
mod dropped;
mod fold;
mod opened;
mod origin;
mod render;
mod resume;
mod seen;
mod select;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use scanner_core::SkipReason;
use scanner_fs::PathFilter;
use scanner_git::{
    DamageReport, OpenError, OpenOptions, Repository, Warning, is_all_seen, missing_objects,
};

use crate::collect::Collector;
use crate::config::ScanRequest;
use crate::control::Stop;
use crate::pipeline::{NAMED_FAILURES_MAX, RuntimeError, Total};

use detect::{Detected, detect, detect_named};
use fold::Places;
use render::render;
use select::Work;

pub use seen::{MemorySeen, NothingSeenYet, SeenObjects};

/// How objects are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GitMode {
    /// Every object of the store, each once, in the order of the packs; reachable or not.
    #[default]
    OdbBlob,
    /// What commits bring, one after the other.
    DiffHistory,
}

/// Which part of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GitSelection {
    /// Everything.
    #[default]
    All,
    /// What the index has and `HEAD` does not.
    Staged,
    /// `A..B`, `A...B`, or one name; the first of them whose names the repository knows.
    Ranges(Vec<String>),
    /// What is newer than a commit, on one branch or on all.
    SinceRevision {
        /// The commit.
        revision: String,
        /// The branch.
        branch: Option<String>,
    },
    /// What was committed at this time (seconds since 1970) or later, on one branch or on all.
    SinceTime {
        /// The time.
        unix: i64,
        /// The branch.
        branch: Option<String>,
    },
    /// The whole history of a branch.
    Branch(String),
    /// What git tells a `pre-push` hook on its standard input, and the name of the remote.
    PrePush {
        /// The input.
        input: Vec<u8>,
        /// The remote; all remotes where it is not known.
        remote: Option<String>,
    },
    /// What git tells a `pre-receive` hook on its standard input.
    PreReceive {
        /// The input.
        input: Vec<u8>,
    },
}

/// Repositories and what of them is to be scanned.
#[derive(Clone, Debug)]
pub struct GitSource {
    /// Work trees, git folders, bundles.
    pub repositories: Vec<PathBuf>,
    /// What stands before the paths of each repository in reports; as many as there are repositories.
    pub prefixes: Vec<Vec<u8>>,
    /// Which part.
    pub selection: GitSelection,
    /// How objects are found.
    pub mode: GitMode,
    /// Whether names of authors are told.
    pub show_authors: bool,
    /// Whether every path of an object is told, or those in its first commit.
    pub all_paths: bool,
    /// Whether an object that is stored as a delta is scanned where it differs from its base. The findings are the same
    /// either way; for tests and measurements.
    pub delta_aware: bool,
    /// How repositories are opened.
    pub options: OpenOptions,
    /// Include and exclude globs.
    pub paths: Arc<PathFilter>,
    /// Objects above are counted and not scanned.
    pub max_object_bytes: u64,
    /// What need not be scanned again, and who is told what was.
    pub seen: Arc<dyn SeenObjects>,
    /// The repositories, if they were opened before the run began.
    pub ahead: Arc<OpenedAhead>,
}

impl GitSource {
    /// Opens the repositories, so that the run finds them open: for who has something else to do beside.
    pub fn open_ahead(&self) {
        let mut opened = Vec::with_capacity(self.repositories.len());
        for path in &self.repositories {
            opened.push(Repository::open(path, &self.options));
            if opened.last().is_some_and(Result::is_err) {
                break;
            }
        }
        *self.ahead.0.lock().unwrap_or_else(PoisonError::into_inner) = opened;
    }
}

/// Repositories that were opened before a run began: those of a source in their order, up to the first that cannot be.
#[derive(Debug, Default)]
pub struct OpenedAhead(Mutex<Vec<Result<Repository, OpenError>>>);

impl OpenedAhead {
    fn take(&self) -> Vec<Result<Repository, OpenError>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What all stages of a run over one repository need.
#[derive(Clone, Copy)]
pub(crate) struct GitRun<'a> {
    request: &'a ScanRequest,
    source: &'a GitSource,
    prefix: &'a [u8],
    stop: Stop<'a>,
    collector: &'a Mutex<Collector>,
    seen: &'a dyn SeenObjects,
}

impl GitRun<'_> {
    fn workers(&self) -> usize {
        self.request.jobs.get()
    }

    /// Whether the user or the clock wants the run to end.
    fn is_over(&self) -> bool {
        self.stop.interrupted() || self.stop.out_of_time()
    }
}

/// Scans all repositories of `source`, one after the other.
pub(crate) fn scan_git(
    request: &ScanRequest,
    source: &GitSource,
    stop: Stop<'_>,
    collector: &Mutex<Collector>,
) -> Result<Total, RuntimeError> {
    // All are opened before the first is scanned: a wrong name is wrong use, whatever stands before it.
    let mut opened = Vec::with_capacity(source.repositories.len());
    let mut ahead = source.ahead.take().into_iter();
    for path in &source.repositories {
        let repository = ahead.next().unwrap_or_else(|| Repository::open(path, &source.options))?;
        let work = Work::new(&repository, source, request.jobs.get())?;
        opened.push((repository, work));
    }
    let mut total = Total::default();
    let resumes = opened.iter().all(|(_, work)| work.is_everything());
    let seen: &dyn SeenObjects = match &request.store {
        Some(store) if resumes => store,
        _ => &*source.seen,
    };
    let run = GitRun { request, source, prefix: &[], stop, collector, seen };
    let repositories: Vec<&Repository> = opened.iter().map(|(repository, _)| repository).collect();
    let mut silenced = 0;
    let store = request.store.as_ref().filter(|_| resumes);
    let marks = store.map(|store| (store, resume::marks(&repositories)));
    if let Some((store, marks)) = &marks {
        let (known, silenced_before) = resume::tell_known(&run, store, (&repositories, marks));
        silenced += silenced_before;
        total.merge(known);
    }
    let is_unchanged = |(repository, work): &(Repository, Work)| {
        let seen = &detect::Seen::new(seen);
        work.is_everything() && is_all_seen(repository.store(), seen)
    };
    let unchanged: Vec<bool> = opened.iter().map(is_unchanged).collect();
    if unchanged.contains(&false) {
        request.engine.make().map_err(RuntimeError::Engine)?;
    }
    for (index, (repository, work)) in opened.iter().enumerate() {
        let prefix = source.prefixes.get(index).map_or(&[][..], Vec::as_slice);
        let run = GitRun { prefix, ..run };
        let (counts, silenced_here) = scan_repository(&run, repository, (work, unchanged[index]));
        silenced += silenced_here;
        total.merge(counts);
    }
    if let Some((store, marks)) = marks {
        store.set_marks(marks, || resume::refs(&repositories), total.counts.suppressed);
    }
    total.counts.suppressed += silenced;
    Ok(total)
}

/// What was done, and how many places were silenced by somebody's decision. Where the repository is as it was
/// (`is_unchanged`), nothing in it is looked at.
fn scan_repository(
    run: &GitRun<'_>,
    repository: &Repository,
    (work, is_unchanged): (&Work, bool),
) -> (Total, u64) {
    let mut total = Total::default();
    for warning in repository.warnings() {
        // Where history ends does not matter to whom no history was asked of.
        if work.is_everything() || !matches!(warning, Warning::Shallow { .. }) {
            note_warning(warning, &mut total);
        }
    }
    if work.is_everything() {
        for submodule in repository.submodules() {
            // Not a failure: it has a history of its own, and is named on its own.
            total.fail(format!("{} is a repository of its own", submodule.display()));
        }
    }
    let cut = repository.shallow().len();
    if work.is_range() && cut > 0 {
        total.fail(format!(
            "a shallow clone: history ends at {cut} commit{}, of which all counts as new; fetch the whole \
             history to tell what is new",
            if cut == 1 { "" } else { "s" },
        ));
    }
    note_damage(&work.damage, &mut total);
    if work.is_everything() && repository.is_partial() {
        // Nobody else would miss what is not there, because only what is there is scanned.
        note_damage(&missing_objects(repository.store(), run.workers()), &mut total);
    }
    let silenced = if is_unchanged { 0 } else { scan_work(run, repository, work, &mut total) };
    if total.counts.skips.failed().next().is_none() && !run.is_over() {
        if total.counts.skips.skipped().next().is_none() {
            resume::note_packs(run, repository);
        }
        run.seen.finish();
    }
    (total, silenced)
}

/// Scans the objects of `work`, and tells where what is found comes from.
fn scan_work(run: &GitRun<'_>, repository: &Repository, work: &Work, total: &mut Total) -> u64 {
    total.counts.skips.add_many(SkipReason::GitPathsCut, work.paths_cut);
    let Detected { occurrences, secrets, counts, dropped, commits } =
        detect(run, repository, work, total);
    total.add(counts, Vec::new());
    let wanted = (&*occurrences, &*dropped.records);
    let homes = origin::homes(run, repository, (work, commits), wanted, total);
    dropped::tell(run, &homes, dropped);
    let mut places = Places::new(run, &homes, secrets);
    places.add(&occurrences);
    let refused = places.take_refused();
    if !refused.is_empty() {
        let again = detect_named(run, repository, &refused);
        places.add_named(again, &refused);
    }
    let silenced = places.silenced;
    let (found, counts) = places.finish();
    total.add(counts, Vec::new());
    render(run, repository, &found, total);
    silenced
}

/// Counts and names a part of a repository that was not used.
fn note_warning(warning: &Warning, total: &mut Total) {
    if let Some((reason, count)) = warning.skip_reason() {
        total.counts.skips.add_many(reason, count);
        total.fail(warning.to_string());
    }
}

/// Counts and names objects that could not be read.
fn note_damage(damage: &DamageReport, total: &mut Total) {
    total.counts.skips.merge(&damage.skip_counts());
    for (oid, damage) in damage.iter().take(NAMED_FAILURES_MAX) {
        total.fail(format!("object {oid}: {}", damage.key().replace('_', " ")));
    }
}
