//! What the walk starts from: which roots exist, what they are, and which are the same.
//!
//! Invariant: no file is reached from two roots. A root below another root is left to itself (the walk of the
//! outer one does not enter it), so that who visits what does not depend on who comes first.

use std::collections::HashSet;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, stat};

use crate::error::{FsError, skip_reason};
use crate::linked::Inode;

/// The roots of a request, in its order.
#[derive(Debug)]
pub(crate) struct Roots {
    list: Vec<Root>,
    /// Only filled where there is more than one root.
    folders: HashSet<Inode>,
    files: HashSet<Inode>,
}

/// One root.
#[derive(Debug)]
pub(crate) struct Root {
    /// As it was named.
    pub(crate) path: PathBuf,
    pub(crate) kind: RootKind,
}

/// What a root turned out to be before the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootKind {
    Folder,
    /// A file, or something that turns out to be none when it is opened.
    File,
    /// A file that an earlier root is already.
    SameFile,
    /// It cannot be looked at; opening it will tell why.
    Broken,
}

/// A root that is being walked.
#[derive(Debug)]
pub(crate) struct OpenRoot {
    pub(crate) index: usize,
    pub(crate) handle: OwnedFd,
    /// What stands before the paths below it when they are shown; ends with a slash, or is empty.
    pub(crate) shown: Vec<u8>,
    /// The absolute path with its slash; empty where nobody asked for it.
    pub(crate) base: Vec<u8>,
}

impl Roots {
    /// Looks at each root once.
    ///
    /// # Errors
    ///
    /// None of them can be looked at. Where one can, the others are [`RootKind::Broken`].
    pub(crate) fn resolve(paths: &[PathBuf]) -> Result<Self, FsError> {
        let mut roots = Self { list: Vec::new(), folders: HashSet::new(), files: HashSet::new() };
        let mut first_error: Option<(PathBuf, io::Error)> = None;
        let mut has_good_one = false;
        for path in paths {
            let kind = match stat(path) {
                Ok(found) => {
                    has_good_one = true;
                    let inode = Inode::of(&found);
                    if FileType::from_raw_mode(found.st_mode) == FileType::Directory {
                        if !roots.folders.insert(inode) {
                            continue;
                        }
                        RootKind::Folder
                    } else if roots.files.insert(inode) {
                        RootKind::File
                    } else {
                        RootKind::SameFile
                    }
                }
                Err(errno) => {
                    first_error.get_or_insert_with(|| (path.clone(), errno.into()));
                    RootKind::Broken
                }
            };
            roots.list.push(Root { path: path.clone(), kind });
        }
        match first_error {
            Some((path, source)) if !has_good_one => {
                Err(if skip_reason(&source) == scanner_core::SkipReason::Vanished {
                    FsError::MissingRoot { path }
                } else {
                    FsError::UnreadableRoot { path, source }
                })
            }
            _ if roots.list.is_empty() => Err(FsError::NoRoots),
            _ => {
                if roots.list.len() == 1 {
                    roots.folders.clear();
                    roots.files.clear();
                }
                Ok(roots)
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn get(&self, index: usize) -> &Root {
        &self.list[index]
    }

    /// Whether a folder met below some root is a root of its own.
    pub(crate) fn has_folder(&self, inode: Inode) -> bool {
        self.folders.contains(&inode)
    }

    /// Whether a file met below some root is a root of its own.
    pub(crate) fn has_file(&self, inode: Inode) -> bool {
        !self.files.is_empty() && self.files.contains(&inode)
    }
}

impl Root {
    /// The path as shown to people: without the `./` that says nothing.
    pub(crate) fn shown(&self) -> &[u8] {
        let mut shown = self.path.as_os_str().as_bytes();
        while let Some(rest) = shown.strip_prefix(b"./") {
            let start = rest.iter().position(|&byte| byte != b'/').unwrap_or(rest.len());
            shown = &rest[start..];
        }
        if shown.is_empty() { b"." } else { shown }
    }

    /// What stands before the paths below it.
    pub(crate) fn shown_prefix(&self) -> Vec<u8> {
        match self.shown() {
            b"." => Vec::new(),
            shown => with_slash(shown),
        }
    }
}

/// What stands before the paths below `root` when they are shown: nothing for the working folder.
pub fn shown_prefix(root: &Path) -> Vec<u8> {
    Root { path: root.to_path_buf(), kind: RootKind::Folder }.shown_prefix()
}

/// A root as paths below it are shown: without the `./` that says nothing, and with a slash at its end where it is a
/// folder that is shown at all.
pub fn shown_root(path: &Path) -> Vec<u8> {
    let root = Root { path: path.to_owned(), kind: RootKind::Folder };
    if path.is_file() { root.shown().to_vec() } else { root.shown_prefix() }
}

/// The absolute path of a folder without links, with its slash; empty where the system does not tell.
pub(crate) fn absolute_base(path: &Path) -> Vec<u8> {
    std::fs::canonicalize(path)
        .map(|path| with_slash(path.as_os_str().as_bytes()))
        .unwrap_or_default()
}

/// The path with exactly one slash at its end.
fn with_slash(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
    let mut path = path[..end].to_vec();
    path.push(b'/');
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(path: &str) -> String {
        let root = Root { path: path.into(), kind: RootKind::Folder };
        String::from_utf8(root.shown_prefix()).unwrap()
    }

    #[test]
    fn shown_paths_have_no_needless_dots_and_slashes() {
        let cases = [
            (".", ""),
            ("./", ""),
            (".//./", ""),
            ("./a", "a/"),
            ("a//", "a/"),
            ("..", "../"),
            ("/", "/"),
            ("//", "/"),
            ("/a/b", "/a/b/"),
            (".a", ".a/"),
        ];
        for (path, expected) in cases {
            assert_eq!(prefix(path), expected, "{path}");
        }
    }

    #[test]
    fn no_roots_is_an_error_and_so_is_a_missing_one() {
        assert!(matches!(Roots::resolve(&[]), Err(FsError::NoRoots)));
        let missing = PathBuf::from("/nonexistent/for/sure");
        assert!(matches!(
            Roots::resolve(std::slice::from_ref(&missing)),
            Err(FsError::MissingRoot { path }) if path == missing
        ));
        let roots = Roots::resolve(&[missing, "/".into(), "/".into()]).unwrap();
        assert_eq!(roots.len(), 2);
        assert_eq!(roots.get(0).kind, RootKind::Broken);
        assert_eq!(roots.get(1).kind, RootKind::Folder);
    }
}
