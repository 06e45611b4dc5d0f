//! What stops a repository from being opened, and what is told beside a result.

use std::fmt;
use std::path::PathBuf;

use scanner_core::SkipReason;
use thiserror::Error;

/// Why a repository cannot be scanned at all.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no repository.
    #[error("{path} is not a git repository")]
    NotARepository {
        /// What was asked for.
        path: PathBuf,
    },
    /// The repository belongs to another user and is not trusted.
    #[error("{path} belongs to another user; trust it with safe.directory")]
    NotTrusted {
        /// The repository.
        path: PathBuf,
        /// The user it belongs to.
        owner: u32,
    },
    /// The repository needs something that we do not know.
    #[error("{path} needs the extension {extension}, which is not known")]
    Extension {
        /// The configuration that says so.
        path: PathBuf,
        /// The extension, with its value.
        extension: String,
    },
    /// A bundle whose head makes no sense.
    #[error("{path} is not a bundle that can be read: {reason}")]
    Bundle {
        /// The bundle.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file that everything depends on cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Something that is wrong with a part of a repository: the rest was used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A pack that cannot be used.
    Pack {
        /// The pack.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An index of a pack that was absent or wrong; it was made anew by reading the pack.
    IndexRebuilt {
        /// The pack.
        path: PathBuf,
        /// What was wrong.
        reason: String,
    },
    /// Entries of a pack without index that could not be given an id.
    Nameless {
        /// The pack.
        path: PathBuf,
        /// How many.
        count: u64,
    },
    /// An alternate that is absent, or one too many.
    Alternate {
        /// Its path.
        path: PathBuf,
    },
    /// A file of the repository that could not be read or makes no sense.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The repository is a shallow clone: its history ends at this many commits.
    Shallow {
        /// How many.
        count: u64,
    },
    /// The repository is a partial clone: objects may be absent by design.
    Partial,
    /// The repository belongs to another user; it was opened because the caller said so.
    OtherOwner {
        /// The repository.
        path: PathBuf,
    },
}

impl Warning {
    /// How the run's summary counts it, and how often; `None` if it takes nothing away from the run.
    pub fn skip_reason(&self) -> Option<(SkipReason, u64)> {
        match self {
            Self::Pack { .. } => Some((SkipReason::GitPackDamaged, 1)),
            Self::Nameless { count, .. } => Some((SkipReason::GitObjectDamaged, *count)),
            Self::Alternate { .. } | Self::Unreadable { .. } => {
                Some((SkipReason::GitFileDamaged, 1))
            }
            Self::Shallow { count } => Some((SkipReason::GitHistoryCut, *count)),
            Self::IndexRebuilt { .. } | Self::Partial | Self::OtherOwner { .. } => None,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pack { path, reason } => write!(f, "pack {} not used: {reason}", path.display()),
            Self::IndexRebuilt { path, reason } => {
                write!(f, "index of {} made anew: {reason}", path.display())
            }
            Self::Nameless { path, count } => {
                write!(f, "{count} entries of {} have no id", path.display())
            }
            Self::Alternate { path } => write!(f, "alternate {} not used", path.display()),
            Self::Unreadable { path, reason } => write!(f, "{}: {reason}", path.display()),
            Self::Shallow { count } => {
                let commits = if *count == 1 { "commit" } else { "commits" };
                write!(f, "shallow clone: history ends at {count} {commits}")
            }
            Self::Partial => write!(f, "partial clone: objects may be absent"),
            Self::OtherOwner { path } => {
                write!(f, "{} belongs to another user", path.display())
            }
        }
    }
}
