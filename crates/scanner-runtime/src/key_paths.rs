//! Paths as identities see them: the same wherever the program was started and however the root was written.
//!
//! A path is counted from the root of the repository that holds it, or else from what was scanned, so `scan .`,
//! `scan src` and `scan /the/whole/path` agree, and so do two machines.

use std::path::{Path, PathBuf};

use scanner_core::ObjectPath;
use scanner_fs::shown_root;

/// What stands before shown paths, and what identities see instead. Nothing is changed where nothing fits.
#[derive(Clone, Debug, Default)]
pub struct KeyPaths {
    /// Shown prefix and its replacement, the longest first.
    prefixes: Vec<(Vec<u8>, Vec<u8>)>,
}

impl KeyPaths {
    /// The paths below these roots.
    pub fn new(roots: &[PathBuf]) -> Self {
        let mut prefixes: Vec<_> =
            roots.iter().map(|root| (shown_root(root), key_root(root))).collect();
        prefixes.sort_by_key(|(shown, _)| std::cmp::Reverse(shown.len()));
        Self { prefixes }
    }

    /// The path as identities see it.
    pub fn of(&self, shown: &ObjectPath) -> ObjectPath {
        match self.split(shown.as_bytes()) {
            Some((key, rest)) => ObjectPath::new(&[key, rest].concat()),
            None => shown.clone(),
        }
    }

    /// The same in two parts, without allocating.
    pub(crate) fn split<'a>(&'a self, shown: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let fits = |(prefix, key): &'a (Vec<u8>, Vec<u8>)| {
            shown.strip_prefix(prefix.as_slice()).map(|rest| (key.as_slice(), rest))
        };
        self.prefixes.iter().find_map(fits)
    }
}

/// The root below its repository, with a slash at its end if it is a folder; empty where it is the repository's root
/// or a folder outside any.
fn key_root(root: &Path) -> Vec<u8> {
    let Ok(real) = root.canonicalize() else { return Vec::new() };
    let is_file = real.is_file();
    let base = repository_root(&real).or_else(|| is_file.then(|| real.parent()).flatten());
    let below = base.and_then(|base| real.strip_prefix(base).ok());
    let mut key =
        below.map(|below| ObjectPath::from_path(below).as_bytes().to_vec()).unwrap_or_default();
    if !is_file && !key.is_empty() {
        key.push(b'/');
    }
    key
}

/// The folder above or at `path` that holds a repository.
pub fn repository_root(path: &Path) -> Option<&Path> {
    path.ancestors().find(|folder| folder.join(".git").exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_counted_from_the_repository() {
        let made = tempfile::tempdir().unwrap();
        let root = made.path();
        std::fs::create_dir_all(root.join("src/a")).unwrap();
        std::fs::write(root.join("src/a/b.env"), "").unwrap();
        let key = |scanned: &Path, shown: &Path| {
            let keys = KeyPaths::new(&[scanned.to_owned()]);
            String::from_utf8(keys.of(&ObjectPath::from_path(shown)).as_bytes().to_vec()).unwrap()
        };
        let file = root.join("src/a/b.env");
        assert_eq!(key(root, &file), "src/a/b.env");
        assert_eq!(key(&root.join("src"), &file), "a/b.env");
        assert_eq!(key(&file, &file), "b.env");
        std::fs::create_dir(root.join(".git")).unwrap();
        assert_eq!(key(root, &file), "src/a/b.env");
        assert_eq!(key(&root.join("src"), &file), "src/a/b.env");
        assert_eq!(key(&file, &file), "src/a/b.env");
    }

    #[test]
    fn what_fits_no_root_stays() {
        let path = ObjectPath::new(b"stdin");
        assert_eq!(KeyPaths::default().of(&path), path);
    }
}
