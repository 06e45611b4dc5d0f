//! What can go wrong with a store.

use std::path::{Path, PathBuf};

/// A store that cannot be used, or a question that it cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no store at this place.
    #[error("there is no store {}; `scanner-rs store init` makes one", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Another program's file.
    #[error("{} is not a store of scanner-rs and is left as it is", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// Written by a newer program.
    #[error(
        "the store {} has version {found} and this program knows {known}; use a newer scanner-rs",
        path.display()
    )]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// Its identities were made with another key.
    #[error(
        "the store {} was made with another key (its id is {stored}, yours {ours}); \
         set SCANNER_SECRET_KEY or use another store",
        path.display()
    )]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// Id of the key that it was made with.
        stored: String,
        /// Id of the key at hand.
        ours: String,
    },
    /// Without a lasting key identities mean nothing to the next run.
    #[error("a store needs a key that lasts: {problem}")]
    NoLastingKey {
        /// Why there is none.
        problem: crate::KeyProblem,
    },
    /// The system refuses the file, its folder or its lock.
    #[error("the store {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database refuses.
    #[error("the store {}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
    /// What was read cannot have been written by us.
    #[error("the store {} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// There is no such run.
    #[error("there is no run {run} (`scanner-rs store runs` lists them)")]
    NoSuchRun {
        /// What was asked for.
        run: i64,
    },
    /// There is no run at all.
    #[error("the store holds no finished run")]
    NoRuns,
    /// No secret has this hash.
    #[error("no secret of the store begins with `{prefix}`")]
    NoSuchSecret {
        /// What was asked for.
        prefix: String,
    },
    /// Several secrets have this beginning.
    #[error("`{prefix}` is the beginning of several secrets; give more digits")]
    AmbiguousSecret {
        /// What was asked for.
        prefix: String,
    },
    /// The writer's thread could not be started or has gone.
    #[error("the store's writer is gone")]
    WriterGone,
}

impl StoreError {
    /// The database's error, told by its kind.
    pub(crate) fn database(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotAStore { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, what: source.to_string() },
            _ => Self::Database { path, source },
        }
    }

    /// Whether another process holds the lock, so that trying again may help.
    pub(crate) fn is_busy(source: &rusqlite::Error) -> bool {
        use rusqlite::ErrorCode;
        matches!(
            source.sqlite_error_code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
    }
}
