//! Ignore files: which entries `.ignore`, `.gitignore` and git's exclude files leave out.
//!
//! The `ignore` crate matches single files; here is who asks whom: the nearest folder's rules first, `.ignore`
//! above `.gitignore` above `.git/info/exclude` above the global excludes, git's files only inside a work tree
//! and never beyond the border of a repository. As in git, what is outside of a repository has no `.gitignore`.
//!
//! Ignore files are read without following links, up to a limit, and only where they are regular files. One
//! that cannot be read, or a line that does not parse, ignores nothing: more is scanned, not less. The
//! `info/exclude` of linked work trees and submodules (where `.git` is a file) is not read.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};
use rustix::fs::{AtFlags, CWD, FileType, statat};

use crate::limits::Limits;
use crate::read::{open_file, open_folder_by_path};

/// The rules of one folder that has some, and those of the folders around it.
#[derive(Debug)]
pub(crate) struct IgnoreRules {
    outer: Option<Arc<Self>>,
    /// Bytes of this folder's absolute path with its slash: what is cut off before matching.
    prefix_bytes: usize,
    ignore: Gitignore,
    git_ignore: Gitignore,
    git_exclude: Gitignore,
    /// Whether a `.git` stands in this folder.
    has_git: bool,
    /// The same, or in a folder around it.
    inside_git: bool,
}

/// Which of the names that matter stand in a folder; `None` where nobody has looked yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleFiles {
    pub(crate) ignore: bool,
    pub(crate) git_ignore: bool,
    pub(crate) git: bool,
}

impl RuleFiles {
    /// Asks the file system.
    pub(crate) fn probe(folder: BorrowedFd<'_>) -> Self {
        let exists = |name: &CStr| statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok();
        Self { ignore: exists(c".ignore"), git_ignore: exists(c".gitignore"), git: exists(c".git") }
    }

    const fn any(self) -> bool {
        self.ignore || self.git_ignore || self.git
    }
}

impl IgnoreRules {
    /// The rules for the entries of `folder`: its own on top of `outer`, or just `outer` where it has none.
    pub(crate) fn enter(
        outer: Option<Arc<Self>>,
        folder: BorrowedFd<'_>,
        prefix_bytes: usize,
        files: RuleFiles,
        limits: &Limits,
    ) -> Option<Arc<Self>> {
        if !files.any() {
            return outer;
        }
        let read = |wanted: bool, name: &CStr| {
            if wanted { read_rules(folder, name, limits) } else { Gitignore::empty() }
        };
        let inside_git = files.git || outer.as_ref().is_some_and(|rules| rules.inside_git);
        Some(Arc::new(Self {
            prefix_bytes,
            ignore: read(files.ignore, c".ignore"),
            // Outside of a work tree it would never be asked.
            git_ignore: read(files.git_ignore && inside_git, c".gitignore"),
            git_exclude: read(files.git, c".git/info/exclude"),
            has_git: files.git,
            inside_git,
            outer,
        }))
    }

    /// The rules that the folders around the root with the absolute path `base` impose on it.
    pub(crate) fn around(base: &Path, limits: &Limits) -> Option<Arc<Self>> {
        let mut outer = None;
        let mut around: Vec<&Path> = base.ancestors().skip(1).collect();
        around.reverse();
        for folder in around {
            // A folder that may be passed but not listed can still be asked for names.
            if let Ok(handle) = open_folder_by_path(folder) {
                let bytes = folder.as_os_str().as_bytes();
                let prefix_bytes = bytes.len() + usize::from(!bytes.ends_with(b"/"));
                let files = RuleFiles::probe(handle.as_fd());
                outer = Self::enter(outer, handle.as_fd(), prefix_bytes, files, limits);
            }
        }
        outer
    }

    /// Whether the entry with this absolute path is left out.
    pub(crate) fn ignores(&self, global: &Gitignore, path: &[u8], is_folder: bool) -> bool {
        let mut by_ignore = Match::None;
        let mut by_git_ignore = Match::None;
        let mut by_git_exclude = Match::None;
        let mut by_global = Match::None;
        let mut in_repository = self.inside_git;
        let mut level = Some(self);
        while let Some(rules) = level {
            let rel = as_path(&path[rules.prefix_bytes..]);
            ask(&mut by_ignore, &rules.ignore, rel, is_folder);
            if by_ignore.is_ignore() || by_ignore.is_whitelist() {
                break;
            }
            if in_repository {
                ask(&mut by_git_ignore, &rules.git_ignore, rel, is_folder);
                ask(&mut by_git_exclude, &rules.git_exclude, rel, is_folder);
                if rules.has_git {
                    ask(&mut by_global, global, rel, is_folder);
                    in_repository = false;
                }
            }
            level = rules.outer.as_deref();
        }
        by_ignore.or(by_git_ignore).or(by_git_exclude).or(by_global).is_ignore()
    }
}

/// Asks `rules` where nobody nearer has answered yet.
fn ask<'a>(answer: &mut Match<&'a Glob>, rules: &'a Gitignore, rel: &Path, is_folder: bool) {
    if answer.is_none() && !rules.is_empty() {
        *answer = rules.matched(rel, is_folder);
    }
}

/// The path with these bytes.
pub(crate) fn as_path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// The user's global excludes; empty where they cannot be read.
pub(crate) fn read_global_excludes(path: &Path, limits: &Limits) -> Gitignore {
    // The user's own file may well be a link.
    std::fs::canonicalize(path)
        .ok()
        .and_then(|path| std::ffi::CString::new(path.as_os_str().as_bytes()).ok())
        .map_or_else(Gitignore::empty, |path| read_rules(CWD, &path, limits))
}

fn read_rules(folder: BorrowedFd<'_>, name: &CStr, limits: &Limits) -> Gitignore {
    let Ok((file, stat)) = open_file(folder, name) else { return Gitignore::empty() };
    let is_regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    if !is_regular || u64::try_from(stat.st_size).unwrap_or(0) > limits.ignore_file_bytes_max {
        return Gitignore::empty();
    }
    let mut bytes = Vec::new();
    if File::from(file).take(limits.ignore_file_bytes_max).read_to_end(&mut bytes).is_err() {
        return Gitignore::empty();
    }
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut builder = GitignoreBuilder::new("");
    for line in text.lines() {
        // Like git, a line that is no glob is passed over.
        let _: Result<_, ignore::Error> = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
