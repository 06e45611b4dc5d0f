//! Which runs are alive: each holds a lock on a small file beside the database for as long as its process lives.
//!
//! The system lets go of the lock when the process dies, however it dies, so a run whose lock is free has ended;
//! process numbers, clocks and heartbeats are not needed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::beside::{path_of, tokens};

/// Stands between the store's name and the run's token.
const MARK: &str = "-run-";

/// A held lock; the file goes when it is dropped.
#[derive(Debug)]
pub(crate) struct RunLock {
    path: PathBuf,
    _file: File,
}

impl RunLock {
    /// Takes the lock of a new run.
    pub(crate) fn take(store: &Path, token: &str) -> io::Result<Self> {
        let path = path_of(store, MARK, token);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _file: file }),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether the run's process lives. Removes the file of one that does not.
    pub(crate) fn is_alive(store: &Path, token: &str) -> bool {
        let path = path_of(store, MARK, token);
        let Ok(file) = OpenOptions::new().write(true).open(&path) else { return false };
        match file.try_lock() {
            Ok(()) => {
                // A file that stays behind is only litter.
                let _ = std::fs::remove_file(&path);
                false
            }
            Err(_) => true,
        }
    }

    /// Removes locks that nobody holds, as processes leave them that die while they begin a run. Called only by who has
    /// the right to write, so that nobody is about to take one.
    pub(crate) fn sweep(store: &Path) {
        for token in tokens(store, MARK) {
            // Asking removes what nobody holds.
            Self::is_alive(store, &token);
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_alive_while_its_lock_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.db");
        assert!(!RunLock::is_alive(&store, "a"));
        let lock = RunLock::take(&store, "a").unwrap();
        assert!(RunLock::is_alive(&store, "a"));
        drop(lock);
        assert!(!RunLock::is_alive(&store, "a"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
