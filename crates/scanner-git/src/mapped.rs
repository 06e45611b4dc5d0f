//! Files as slices: packs, indexes and whatever else is read in many places.
//!
//! A mapped file that somebody cuts while it is mapped raises a signal on access. Git never changes a pack or index in
//! place (it writes new files and unlinks old ones, which does not disturb a mapping), so only files of that kind are
//! mapped; refs, configuration and logs are read with a size limit instead.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Deref;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use memmap2::Mmap;
use rustix::fs::OFlags;

/// The bytes of a file, mapped or owned.
#[derive(Debug)]
pub(crate) enum FileBytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl FileBytes {
    /// Maps the file at `path`; an empty file is an empty slice.
    pub(crate) fn map(path: &Path) -> io::Result<Self> {
        let file = open_regular(path)?;
        if file.metadata()?.len() == 0 {
            return Ok(Self::Owned(Vec::new()));
        }
        map(&file).map(Self::Mapped)
    }
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

#[expect(unsafe_code, reason = "mapping a file is unsafe for what others may do to it")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is read-only and shared. Git replaces such files by renaming and never writes to them in
    // place; every reader here treats the bytes as untrusted and bounds-checks them, so that a concurrent change can
    // give wrong bytes, which are then counted as damage.
    unsafe { Mmap::map(file) }
}

/// Opens a regular file. A named pipe is refused like a device; nobody waits for its other end.
///
/// # Errors
/// What the system says; what is no regular file is [`io::ErrorKind::InvalidData`].
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file"));
    }
    Ok(file)
}

/// Reads a file of at most `max` bytes; `None` if there is no such file.
///
/// # Errors
/// What the system says; a file above `max` or not a regular file is [`io::ErrorKind::InvalidData`].
pub(crate) fn read_file(path: &Path, max: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match open_regular(path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let expected = file.metadata()?.len().min(max);
    // One byte more than there are, so that the end is met without asking for more room.
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).saturating_add(1));
    file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "larger than the limit"));
    }
    Ok(Some(bytes))
}

/// Whether an error says that there is no such file.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Big-endian number of four bytes at `at`.
pub(crate) fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

/// Big-endian number of eight bytes at `at`.
pub(crate) fn be_u64(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_be_bytes(eight.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_within_their_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        assert!(read_file(&path, 9).unwrap().is_none());
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read_file(&path, 5).unwrap().unwrap(), b"12345");
        assert!(read_file(&path, 4).is_err());
        assert!(read_file(dir.path(), 4).is_err());
        assert_eq!(&*FileBytes::map(&path).unwrap(), b"12345");
        std::fs::write(&path, b"").unwrap();
        assert_eq!(&*FileBytes::map(&path).unwrap(), b"");
        assert!(FileBytes::map(dir.path()).is_err());
    }
}
