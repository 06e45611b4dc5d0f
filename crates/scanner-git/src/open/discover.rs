//! From a path to the folders of a repository. `gix-discover` says what is one, and where `.git` files lead; `gix-sec`
//! says whose it is, with git's own exception: who became the administrator by `sudo` may read what was theirs before.
//!
//! `gix-discover` reads `HEAD` whole and waits for named pipes, so what it will open is looked at first. It also refuses a
//! `HEAD` that is a symbolic link to a branch that is packed or unborn, which git does not.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use gix_discover::path::{from_gitdir_file, from_plain_file};
use gix_sec::identity::is_path_owned_by_current_user;

use crate::error::OpenError;

/// Longest `HEAD`, `.git` file or `commondir`.
const LINK_BYTES_MAX: u64 = 64 * 1024;

/// Which repositories of other users to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those of the current user, and these folders: what `safe.directory` lists. `*` trusts all, a path that ends in
    /// `/*` everything below it.
    Listed(Vec<PathBuf>),
    /// All, with a warning.
    All,
}

/// The folders of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folders {
    /// Where `HEAD` and the index are.
    pub(crate) git_dir: PathBuf,
    /// Where objects and references are.
    pub(crate) common_dir: PathBuf,
    /// The folder that has the `.git`.
    pub(crate) work_tree: Option<PathBuf>,
}

/// Finds the repository that `path` belongs to: itself, or the nearest folder above.
pub(crate) fn discover(path: &Path) -> Result<Folders, OpenError> {
    let none = || OpenError::NotARepository { path: path.into() };
    let start =
        fs::canonicalize(path).map_err(|source| OpenError::Io { path: path.into(), source })?;
    if start.is_file() {
        let git_dir = linked(&start).ok_or_else(none)?;
        return Ok(folders(git_dir, start.parent().map(Path::to_path_buf)));
    }
    for folder in start.ancestors() {
        let dot_git = folder.join(".git");
        if is_repository(&dot_git) {
            return Ok(folders(dot_git, Some(folder.into())));
        }
        if dot_git.is_file() {
            let git_dir = linked(&dot_git).ok_or_else(none)?;
            return Ok(folders(git_dir, Some(folder.into())));
        }
        if is_repository(folder) {
            return Ok(folders(folder.into(), None));
        }
    }
    Err(none())
}

fn folders(git_dir: PathBuf, work_tree: Option<PathBuf>) -> Folders {
    let common_dir = common_dir(&git_dir).unwrap_or_else(|| git_dir.clone());
    Folders { git_dir, common_dir, work_tree }
}

/// The folder that a `.git` file names.
fn linked(file: &Path) -> Option<PathBuf> {
    if !is_small(file) {
        return None;
    }
    let real = fs::canonicalize(from_gitdir_file(file).ok()?).ok()?;
    is_repository(&real).then_some(real)
}

fn common_dir(git_dir: &Path) -> Option<PathBuf> {
    let file = git_dir.join("commondir");
    let named = if is_small(&file) { from_plain_file(&file)?.ok()? } else { return None };
    fs::canonicalize(git_dir.join(named)).ok()
}

/// Whether a folder is a repository's own.
fn is_repository(folder: &Path) -> bool {
    let head = folder.join("HEAD");
    if fs::read_link(&head).is_ok_and(|to| to.starts_with("refs")) {
        return folder.join("objects").is_dir() && folder.join("refs").is_dir();
    }
    let may_be_read = |name: &str| {
        let file = folder.join(name);
        is_small(&file) || file.symlink_metadata().is_err()
    };
    is_small(&head)
        && may_be_read("commondir")
        && may_be_read("gitdir")
        && gix_discover::is_git(folder).is_ok()
}

/// Whether it is a regular file that can be read whole.
fn is_small(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() <= LINK_BYTES_MAX)
}

/// Checks who owns the folders; gives the first that belongs to another user and is trusted all the same.
pub(crate) fn check_owner(folders: &Folders, trust: &Trust) -> Result<Option<PathBuf>, OpenError> {
    let mut other = None;
    let all = [Some(&folders.git_dir), Some(&folders.common_dir), folders.work_tree.as_ref()];
    for folder in all.into_iter().flatten() {
        let io = |source| OpenError::Io { path: folder.clone(), source };
        // What counts is the folder, not who made a link to it.
        let real = fs::canonicalize(folder).map_err(io)?;
        if is_path_owned_by_current_user(&real).map_err(io)? {
            continue;
        }
        if !is_trusted(folders, trust) {
            let owner = fs::metadata(&real).map_err(io)?.uid();
            return Err(OpenError::NotTrusted { path: folder.clone(), owner });
        }
        other.get_or_insert_with(|| folder.clone());
    }
    Ok(other)
}

fn is_trusted(folders: &Folders, trust: &Trust) -> bool {
    let Trust::Listed(listed) = trust else { return true };
    let named = folders.work_tree.as_ref().unwrap_or(&folders.git_dir);
    listed.iter().any(|pattern| {
        if pattern.as_os_str() == "*" {
            return true;
        }
        if pattern.file_name().is_some_and(|last| last == "*") {
            let above = pattern.parent().and_then(|above| fs::canonicalize(above).ok());
            return above.is_some_and(|above| named.starts_with(above));
        }
        fs::canonicalize(pattern).is_ok_and(|path| path == *named || path == folders.git_dir)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_given_by_path() {
        let dir = tempfile::tempdir().unwrap();
        let repo = fs::canonicalize(dir.path()).unwrap().join("repo");
        fs::create_dir(&repo).unwrap();
        let folders = Folders {
            git_dir: repo.join(".git"),
            common_dir: repo.join(".git"),
            work_tree: Some(repo.clone()),
        };
        let trusts = |paths: &[PathBuf]| is_trusted(&folders, &Trust::Listed(paths.to_vec()));
        assert!(!trusts(&[]));
        assert!(!trusts(&[repo.join("deeper")]));
        assert!(trusts(&["*".into()]));
        assert!(trusts(std::slice::from_ref(&repo)));
        assert!(trusts(&[dir.path().join("*")]));
        assert!(is_trusted(&folders, &Trust::All));
    }

    #[test]
    fn links_that_lead_nowhere_are_no_repositories() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["gitdir: /nowhere", "gitdir:", "", "gitdir: ."] {
            fs::write(dir.path().join(".git"), text).unwrap();
            let error = discover(dir.path()).unwrap_err();
            assert!(matches!(error, OpenError::NotARepository { .. }), "{text}");
        }
    }
}
