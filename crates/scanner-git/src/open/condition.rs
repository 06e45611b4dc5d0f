//! When `[includeIf "condition"]` holds: where the repository lies, what is checked out, what its remotes are called.
//!
//! Patterns are matched by `gix-glob`. What a condition needs to know is looked up when one is met. Links are resolved in
//! the repository's path, as git does; the name of a link by which a shell came there is known to nobody here.

use std::cell::{Cell, OnceCell};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use gix_config::AsBStr;
use gix_glob::wildmatch::Mode;

use crate::limits::FileLimits;
use crate::open::value::path_of;
use crate::refs;

/// Longest pattern; a longer one holds of nothing.
const PATTERN_BYTES_MAX: usize = 4096;

/// What conditions may ask about a repository.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    git_dir: &'a Path,
    limits: &'a FileLimits,
    real: OnceCell<Option<PathBuf>>,
    branch: OnceCell<Option<Vec<u8>>>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(git_dir: &'a Path, limits: &'a FileLimits) -> Self {
        Self { git_dir, limits, real: OnceCell::new(), branch: OnceCell::new() }
    }

    /// Its folder with links resolved.
    fn real(&self) -> Option<&Path> {
        self.real.get_or_init(|| fs::canonicalize(self.git_dir).ok()).as_deref()
    }

    /// The branch that is checked out, without `refs/heads/`.
    fn branch(&self) -> Option<&[u8]> {
        self.branch.get_or_init(|| refs::head_branch(self.git_dir, self.limits)).as_deref()
    }
}

/// What conditions are judged by.
#[derive(Debug)]
pub(super) struct Conditions<'a> {
    repository: Option<&'a Surroundings<'a>>,
    home: Option<PathBuf>,
    /// Addresses of all remotes, once they are known.
    remotes: Option<Vec<Vec<u8>>>,
    asked_for_remotes: Cell<bool>,
}

impl<'a> Conditions<'a> {
    pub(super) fn of(repository: &'a Surroundings<'a>, home: Option<&Path>) -> Self {
        Self { repository: Some(repository), ..Self::without_repository(home) }
    }

    pub(super) fn without_repository(home: Option<&Path>) -> Self {
        // In patterns, and there only, git resolves links in it.
        let home = home.map(|home| fs::canonicalize(home).unwrap_or_else(|_| home.to_path_buf()));
        Self { repository: None, home, remotes: None, asked_for_remotes: Cell::new(false) }
    }

    /// Whether a condition needed to know remotes and they were not known.
    pub(super) fn asks_for_remotes(&self) -> bool {
        self.asked_for_remotes.get() && self.remotes.is_none()
    }

    pub(super) fn know_remotes(&mut self, remotes: Vec<Vec<u8>>) {
        self.remotes = Some(remotes);
    }

    /// Whether a condition that stands in `file` holds. What git does not know holds never.
    pub(super) fn hold(&self, condition: &[u8], file: &Path) -> bool {
        if condition.len() > PATTERN_BYTES_MAX {
            return false;
        }
        if let Some(pattern) = condition.strip_prefix(b"gitdir:") {
            self.lies_in(pattern, file, Mode::empty())
        } else if let Some(pattern) = condition.strip_prefix(b"gitdir/i:") {
            self.lies_in(pattern, file, Mode::IGNORE_CASE)
        } else if let Some(pattern) = condition.strip_prefix(b"onbranch:") {
            let branch = self.repository.and_then(Surroundings::branch);
            branch.is_some_and(|branch| matches(&with_all_below(pattern), branch, Mode::empty()))
        } else if let Some(pattern) = condition.strip_prefix(b"hasconfig:remote.*.url:") {
            self.asked_for_remotes.set(true);
            let remotes = self.remotes.iter().flatten();
            remotes.into_iter().any(|url| matches(pattern, url, Mode::empty()))
        } else {
            false
        }
    }

    fn lies_in(&self, pattern: &[u8], file: &Path, case: Mode) -> bool {
        let Some(real) = self.repository.and_then(Surroundings::real) else { return false };
        let real = real.as_os_str().as_bytes();
        let expanded = path_of(pattern, self.home.as_deref());
        let pattern = expanded.as_ref().map_or(pattern, |path| path.as_os_str().as_bytes());
        let pattern = with_all_below(pattern);
        if let Some(below) = pattern.strip_prefix(b"./") {
            // The folder of the file is no pattern, whatever it is called.
            let folder = fs::canonicalize(file).ok();
            let folder = folder.as_deref().and_then(Path::parent);
            let rest = folder.and_then(|folder| below_folder(real, folder, case));
            return rest.is_some_and(|rest| matches(below, rest, case));
        }
        let anywhere: &[u8] = if pattern.starts_with(b"/") { b"" } else { b"**/" };
        matches(&with_all_below(&[anywhere, &pattern].concat()), real, case)
    }
}

/// What of `path` is left below a folder.
fn below_folder<'p>(path: &'p [u8], folder: &Path, case: Mode) -> Option<&'p [u8]> {
    let folder = [folder.as_os_str().as_bytes(), b"/"].concat();
    let (start, rest) = path.split_at_checked(folder.len())?;
    let is_same =
        start == folder || case.contains(Mode::IGNORE_CASE) && start.eq_ignore_ascii_case(&folder);
    is_same.then_some(rest)
}

/// A pattern that ends like a folder means everything below it.
fn with_all_below(pattern: &[u8]) -> Vec<u8> {
    let all: &[u8] = if pattern.ends_with(b"/") { b"**" } else { b"" };
    [pattern, all].concat()
}

fn matches(pattern: &[u8], text: &[u8], case: Mode) -> bool {
    gix_glob::wildmatch(pattern.as_bstr(), text.as_bstr(), case | Mode::NO_MATCH_SLASH_LITERAL)
}
