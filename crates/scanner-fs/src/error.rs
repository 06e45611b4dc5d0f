//! Errors that end a walk, and the reason under which the others are counted.
//!
//! What goes wrong with one file or folder is no error of the walk: the visitor is told and the walk goes on.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;
use scanner_core::SkipReason;

/// A walk that could not start, or whose workers failed outside of any file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FsError {
    /// The request names nothing to walk.
    #[error("nothing to scan was named")]
    NoRoots,
    /// None of the roots exists; this is the first of them.
    #[error("{} does not exist", path.display())]
    MissingRoot {
        /// As the request named it.
        path: PathBuf,
    },
    /// None of the roots can be looked at; this is the first of them.
    #[error("cannot read {}", path.display())]
    UnreadableRoot {
        /// As the request named it.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A glob of the policy does not parse.
    #[error("bad path glob `{glob}`")]
    BadGlob {
        /// As the policy has it.
        glob: String,
        /// Where it is wrong.
        source: ignore::Error,
    },
    /// The caller's visitor could not be made, or failed while it was told of a skip.
    #[error("worker {worker} failed outside of any file")]
    WorkerPanicked {
        /// Which one.
        worker: u32,
    },
}

/// The reason under which an error of opening, listing or reading is counted.
pub fn skip_reason(error: &io::Error) -> SkipReason {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        // A link (LOOP) or something else (NOTDIR) may stand where the listing had a file or a folder: what
        // was listed is gone, and nobody has scanned it.
        Some(Errno::NOENT | Errno::NOTDIR | Errno::STALE | Errno::LOOP) => SkipReason::Vanished,
        Some(Errno::ACCESS | Errno::PERM) => SkipReason::PermissionDenied,
        // Opening a socket, or a device that no driver serves.
        Some(Errno::NXIO | Errno::NODEV) => SkipReason::NotARegularFile,
        Some(_) => SkipReason::ReadError,
        None => match error.kind() {
            io::ErrorKind::NotFound => SkipReason::Vanished,
            io::ErrorKind::PermissionDenied => SkipReason::PermissionDenied,
            _ => SkipReason::ReadError,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_the_system_has_its_reason() {
        let cases = [
            (Errno::NOENT, SkipReason::Vanished),
            (Errno::NOTDIR, SkipReason::Vanished),
            (Errno::STALE, SkipReason::Vanished),
            (Errno::ACCESS, SkipReason::PermissionDenied),
            (Errno::PERM, SkipReason::PermissionDenied),
            (Errno::LOOP, SkipReason::Vanished),
            (Errno::NXIO, SkipReason::NotARegularFile),
            (Errno::IO, SkipReason::ReadError),
            (Errno::MFILE, SkipReason::ReadError),
            (Errno::NAMETOOLONG, SkipReason::ReadError),
        ];
        for (errno, reason) in cases {
            assert_eq!(skip_reason(&errno.into()), reason, "{errno}");
        }
    }

    #[test]
    fn errors_without_a_number_go_by_their_kind() {
        let reason = |kind: io::ErrorKind| skip_reason(&io::Error::from(kind));
        assert_eq!(reason(io::ErrorKind::NotFound), SkipReason::Vanished);
        assert_eq!(reason(io::ErrorKind::PermissionDenied), SkipReason::PermissionDenied);
        assert_eq!(reason(io::ErrorKind::UnexpectedEof), SkipReason::ReadError);
    }
}
