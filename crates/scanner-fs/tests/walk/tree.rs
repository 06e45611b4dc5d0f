//! A made tree, and a visitor that notes what a walk over it visits and skips.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use scanner_core::{ObjectPath, SkipReason};
use scanner_fs::{FileVisitor, FsRequest, NeverCancel, OpenFile, WalkPolicy, walk_files};

/// A temporary folder with files.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    /// Makes the files, each with its own path as contents.
    pub(crate) fn new(files: &[&str]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for file in files {
            tree.write(file, file);
        }
        tree
    }

    /// A tree that is a git work tree.
    pub(crate) fn git(files: &[&str]) -> Self {
        let tree = Self::new(files);
        tree.write(".git/HEAD", "ref: refs/heads/main");
        tree
    }

    pub(crate) fn write(&self, path: &str, contents: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.0.path().into() } else { self.0.path().join(path) }
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// Walks the whole tree with one worker.
    pub(crate) fn walk(&self, policy: &WalkPolicy) -> Seen {
        self.walk_with(policy, 1)
    }

    pub(crate) fn walk_with(&self, policy: &WalkPolicy, workers: usize) -> Seen {
        self.walk_roots(&[""], policy, workers)
    }

    /// Walks from roots below the tree; paths come back relative to the tree.
    pub(crate) fn walk_roots(&self, roots: &[&str], policy: &WalkPolicy, workers: usize) -> Seen {
        let roots = roots.iter().map(|root| self.path(root)).collect();
        let visitors =
            walk_files(&request(roots, policy, workers), |_| Seen::default(), &NeverCancel);
        Seen::merged(visitors.unwrap(), self.root())
    }
}

pub(crate) fn request(roots: Vec<PathBuf>, policy: &WalkPolicy, workers: usize) -> FsRequest {
    FsRequest { roots, policy: policy.clone(), workers: workers.try_into().unwrap() }
}

/// What a walk saw, sorted. Paths are lossy text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) files: Vec<String>,
    pub(crate) skips: Vec<(String, SkipReason)>,
    pub(crate) bytes: u64,
}

impl Seen {
    /// What all workers saw, with `root` cut off the paths.
    pub(crate) fn merged(visitors: Vec<Self>, root: &Path) -> Self {
        let root = format!("{}/", root.display());
        let cut = |path: String| path.strip_prefix(&root).map(Into::into).unwrap_or(path);
        let mut merged = Self::default();
        for seen in visitors {
            merged.files.extend(seen.files.into_iter().map(cut));
            merged.skips.extend(seen.skips.into_iter().map(|(path, reason)| (cut(path), reason)));
            merged.bytes += seen.bytes;
        }
        merged.files.sort();
        merged.skips.sort();
        merged
    }

    pub(crate) fn note_skip(&mut self, path: &ObjectPath, reason: SkipReason) {
        self.skips.push((path.lossy().into_owned(), reason));
    }

    /// Asserts which files were visited.
    pub(crate) fn saw(&self, files: &[&str]) -> &Self {
        assert_eq!(self.files, files);
        self
    }

    /// Asserts what was skipped.
    pub(crate) fn skipped(&self, skips: &[(&str, SkipReason)]) -> &Self {
        let seen: Vec<(&str, SkipReason)> =
            self.skips.iter().map(|(path, reason)| (path.as_str(), *reason)).collect();
        assert_eq!(seen, skips);
        self
    }
}

impl FileVisitor for Seen {
    fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()> {
        let mut contents = Vec::new();
        file.read_to_end(&mut contents).unwrap();
        assert_eq!(file.len(), contents.len() as u64);
        assert_eq!(file.path().as_bytes(), file.path_bytes());
        assert!(file.modified().is_some());
        self.bytes += contents.len() as u64;
        self.files.push(file.path().lossy().into_owned());
        ControlFlow::Continue(())
    }

    fn skipped(&mut self, path: &ObjectPath, reason: SkipReason, _: Option<&std::io::Error>) {
        self.note_skip(path, reason);
    }
}
