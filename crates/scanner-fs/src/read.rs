//! Opening and reading: one open, one stat, as few reads as the buffer allows, one close.
//!
//! Nothing that is opened below a root follows a link, neither at the end of a path nor on the way, so that a
//! folder swapped for a link during the walk leads nowhere. Opening never blocks (a fifo put in the place of a
//! file would). Interrupted calls are repeated.

use std::cell::OnceCell;
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::retry_on_intr;
use scanner_core::ObjectPath;

use crate::holes::Holes;
use crate::limits::ADVISE_BYTES_MIN;

const FILE: OFlags =
    OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::DIRECTORY);

/// A regular file that the walk opened for its visitor.
///
/// Reading and seeking go to the file directly; nothing is buffered here.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    path_bytes: Vec<u8>,
    path: OnceCell<ObjectPath>,
    len: u64,
    modified: Option<SystemTime>,
    facts: FileFacts,
    position: u64,
    /// Where less is on disk than the file is long.
    holes: Option<Holes>,
}

/// What tells whether a file has changed: every change of its content changes one of these, unless the clock that the
/// times come from did not move in between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Bytes.
    pub len: u64,
    /// Its number in its file system.
    pub inode: u64,
    /// Seconds since 1970 and nanoseconds of the last change of its content. Programs can set it back.
    pub modified: (i64, u64),
    /// The same of the last change of its content, name or mode. Programs cannot set it.
    pub changed: (i64, u64),
}

impl FileFacts {
    #[expect(clippy::unnecessary_cast, reason = "the fields have other types on other systems")]
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            len: u64::try_from(stat.st_size).unwrap_or(0),
            inode: stat.st_ino as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as u64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as u64),
        }
    }
}

/// What [`OpenFile::fill`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Bytes at the front of the buffer that were read.
    pub bytes: usize,
    /// Whether the file ends with them.
    pub at_end: bool,
}

impl OpenFile {
    pub(crate) fn new(file: OwnedFd, stat: &Stat, path_bytes: Vec<u8>) -> Self {
        Self {
            file: File::from(file),
            path_bytes,
            path: OnceCell::new(),
            len: u64::try_from(stat.st_size).unwrap_or(0),
            modified: modified(stat),
            facts: FileFacts::of(stat),
            position: 0,
            holes: Holes::of(stat),
        }
    }

    /// Takes the path's memory back for the next file.
    pub(crate) fn into_path_bytes(self) -> Vec<u8> {
        self.path_bytes
    }

    /// The path as shown to people: the root as it was named, and what lies below.
    pub fn path(&self) -> &ObjectPath {
        self.path.get_or_init(|| ObjectPath::new(&self.path_bytes))
    }

    /// The bytes of [`path`](Self::path), without allocating.
    pub fn path_bytes(&self) -> &[u8] {
        &self.path_bytes
    }

    /// The size when the file was opened. A hint: it may change, and some systems say 0 for what has bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether [`len`](Self::len) is 0.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// When the file was changed last, where the system knows.
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// What tells whether the file has changed, as of when it was opened.
    pub fn facts(&self) -> FileFacts {
        self.facts
    }

    /// The offset of the next byte that is read.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The file itself, for what this type does not do (mapping, say). Its position is shared.
    pub fn as_file(&self) -> &File {
        &self.file
    }

    /// Tells the system that the file is read from front to back. Does nothing for small files, where it
    /// costs more than it brings.
    pub fn advise_sequential(&self) {
        if self.len > ADVISE_BYTES_MIN {
            advise_sequential(self.file.as_fd());
        }
    }

    /// Reads until `buf` is full or the file ends.
    ///
    /// A file that ends where it should and fits is one call to the system: the read that would return nothing
    /// is saved when the size announced was reached by a short read.
    ///
    /// # Errors
    ///
    /// What the system says; bytes read before are in the buffer but not counted in the result.
    pub fn fill(&mut self, buf: &mut [u8]) -> io::Result<Filled> {
        let mut bytes = 0;
        while bytes < buf.len() {
            let wanted = buf.len() - bytes;
            let count = self.read(&mut buf[bytes..])?;
            bytes += count;
            let is_short_at_len = count < wanted && self.len > 0 && self.position == self.len;
            if count == 0 || is_short_at_len {
                return Ok(Filled { bytes, at_end: true });
            }
        }
        Ok(Filled { bytes, at_end: false })
    }
}

impl Read for OpenFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let known = self.holes.as_mut();
            let known = known.map(|holes| holes.read(&mut self.file, self.position, buf));
            let read = known.flatten().unwrap_or_else(|| {
                self.holes = None;
                self.file.read(buf)
            });
            match read {
                Ok(count) => {
                    self.position += count as u64;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = self.file.seek(to)?;
        if let Some(holes) = &mut self.holes {
            *holes = Holes::default();
        }
        Ok(self.position)
    }
}

/// Opens the entry `name` of `folder`, not following it if it is a link.
pub(crate) fn open_file(folder: BorrowedFd<'_>, name: &CStr) -> io::Result<(OwnedFd, Stat)> {
    let flags = FILE | OFlags::NOFOLLOW;
    let file = retry_on_intr(|| openat(folder, name, flags, Mode::empty()))?;
    let stat = retry_on_intr(|| fstat(&file))?;
    Ok((file, stat))
}

/// Looks at the entry `name` of `folder` without opening it or following it.
pub(crate) fn stat_entry(folder: BorrowedFd<'_>, name: &CStr) -> io::Result<Stat> {
    Ok(retry_on_intr(|| statat(folder, name, AtFlags::SYMLINK_NOFOLLOW))?)
}

/// Opens a root that is a file; a link is followed, for the user named it.
pub(crate) fn open_file_by_path(path: &Path) -> io::Result<(OwnedFd, Stat)> {
    let file = retry_on_intr(|| openat(CWD, path, FILE, Mode::empty()))?;
    let stat = retry_on_intr(|| fstat(&file))?;
    Ok((file, stat))
}

/// Opens a root that is a folder; a link is followed, for the user named it.
pub(crate) fn open_folder_by_path(path: &Path) -> io::Result<OwnedFd> {
    Ok(retry_on_intr(|| openat(CWD, path, FOLDER, Mode::empty()))?)
}

/// Opens the folder at `rel` below `root`. No link is followed, wherever it stands in `rel`.
pub(crate) fn open_folder_below(root: BorrowedFd<'_>, rel: &[u8]) -> io::Result<OwnedFd> {
    open_below(root, rel, FOLDER | OFlags::NOFOLLOW)
}

/// Opens the file at `rel` below `root`. No link is followed, wherever it stands in `rel`.
pub(crate) fn open_file_below(root: BorrowedFd<'_>, rel: &[u8]) -> io::Result<(OwnedFd, Stat)> {
    let file = open_below(root, rel, FILE | OFlags::NOFOLLOW)?;
    let stat = retry_on_intr(|| fstat(&file))?;
    Ok((file, stat))
}

#[cfg(target_os = "linux")]
fn open_below(root: BorrowedFd<'_>, rel: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
    use rustix::fs::{ResolveFlags, openat2};
    use rustix::io::Errno;

    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    match retry_on_intr(|| openat2(root, rel, flags, Mode::empty(), resolve)) {
        Ok(handle) => Ok(handle),
        // Kernels before 5.6, sandboxes that do not know the call, a rename that raced with us.
        Err(Errno::NOSYS | Errno::PERM | Errno::AGAIN) => open_stepwise(root, rel, flags),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_below(root: BorrowedFd<'_>, rel: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
    open_stepwise(root, rel, flags)
}

/// The same without help of the kernel: one folder after the other.
fn open_stepwise(root: BorrowedFd<'_>, rel: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
    let mut names = rel.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).peekable();
    let mut here: Option<OwnedFd> = None;
    while let Some(name) = names.next() {
        let flags = if names.peek().is_some() { FOLDER | OFlags::NOFOLLOW } else { flags };
        let folder = here.as_ref().map_or(root, AsFd::as_fd);
        here = Some(retry_on_intr(|| openat(folder, name, flags, Mode::empty()))?);
    }
    here.ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn modified(stat: &Stat) -> Option<SystemTime> {
    let seconds = u64::try_from(stat.st_mtime).ok()?;
    let nanos = u32::try_from(stat.st_mtime_nsec).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanos))
}

#[cfg(not(any(target_vendor = "apple", target_os = "openbsd", target_os = "netbsd")))]
fn advise_sequential(file: BorrowedFd<'_>) {
    // Advice: where it is refused the file is read all the same.
    let _: Result<(), _> = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::Sequential);
}

#[cfg(any(target_vendor = "apple", target_os = "openbsd", target_os = "netbsd"))]
fn advise_sequential(_file: BorrowedFd<'_>) {}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn opened(contents: &[u8]) -> (tempfile::NamedTempFile, OpenFile) {
        let mut made = tempfile::NamedTempFile::new().unwrap();
        made.write_all(contents).unwrap();
        let (file, stat) = open_file_by_path(made.path()).unwrap();
        (made, OpenFile::new(file, &stat, b"shown".to_vec()))
    }

    #[test]
    fn fill_says_where_the_file_ends() {
        let (_made, mut file) = opened(b"0123456789");
        let mut buffer = [0; 4];
        assert_eq!(file.fill(&mut buffer).unwrap(), Filled { bytes: 4, at_end: false });
        assert_eq!(file.fill(&mut buffer).unwrap(), Filled { bytes: 4, at_end: false });
        assert_eq!(file.fill(&mut buffer).unwrap(), Filled { bytes: 2, at_end: true });
        assert_eq!((&buffer[..2], file.position()), (&b"89"[..], 10));
        assert_eq!(file.fill(&mut buffer).unwrap(), Filled { bytes: 0, at_end: true });
    }

    #[test]
    fn a_file_as_long_as_the_buffer_needs_one_more_look() {
        let (_made, mut file) = opened(b"0123");
        let mut buffer = [0; 4];
        assert_eq!(file.fill(&mut buffer).unwrap(), Filled { bytes: 4, at_end: false });
        assert_eq!(file.fill(&mut buffer).unwrap(), Filled { bytes: 0, at_end: true });
    }

    #[test]
    fn a_file_that_grew_or_shrank_is_read_to_its_real_end() {
        let (mut made, mut file) = opened(b"0123");
        made.write_all(b"4567").unwrap();
        let mut buffer = [0; 16];
        assert_eq!(file.fill(&mut buffer).unwrap(), Filled { bytes: 8, at_end: true });
        assert_eq!((file.len(), file.position()), (4, 8));
        let (made, mut file) = opened(b"0123");
        made.as_file().set_len(2).unwrap();
        assert_eq!(file.fill(&mut buffer).unwrap(), Filled { bytes: 2, at_end: true });
    }

    /// Holes in front, between and behind; the same bytes in the same order, however much is asked for at a time.
    #[test]
    fn holes_are_zeros() {
        const MIB: u64 = 1 << 20;
        for (len, places) in
            [(8 * MIB, &[2 * MIB + 5, 5 * MIB][..]), (8 * MIB + 3, &[0, 8 * MIB]), (3 * MIB, &[])]
        {
            let mut made = tempfile::NamedTempFile::new().unwrap();
            made.as_file().set_len(len).unwrap();
            for place in places {
                made.seek(SeekFrom::Start(*place)).unwrap();
                made.write_all(b"abc").unwrap();
            }
            let whole = std::fs::read(made.path()).unwrap();
            for step in [4096, 1_000_003, 16 << 20] {
                let (file, stat) = open_file_by_path(made.path()).unwrap();
                let mut file = OpenFile::new(file, &stat, Vec::new());
                let (mut read, mut buffer) = (Vec::new(), vec![7; step]);
                loop {
                    let filled = file.fill(&mut buffer).unwrap();
                    read.extend_from_slice(&buffer[..filled.bytes]);
                    if filled.at_end {
                        break;
                    }
                }
                assert!(read == whole, "{len} {step}");
                assert_eq!(file.position(), len);
                file.seek(SeekFrom::Start(len / 2)).unwrap();
                let mut rest = Vec::new();
                file.read_to_end(&mut rest).unwrap();
                assert!(rest == whole[whole.len() / 2..], "{len} {step}");
            }
        }
    }

    #[test]
    fn a_sparse_file_that_grew_or_shrank_is_read_to_its_real_end() {
        for real in [1 << 20, 9 << 20] {
            let made = tempfile::NamedTempFile::new().unwrap();
            made.as_file().set_len(4 << 20).unwrap();
            let (file, stat) = open_file_by_path(made.path()).unwrap();
            let mut file = OpenFile::new(file, &stat, Vec::new());
            let mut buffer = vec![0; 512 << 10];
            file.fill(&mut buffer).unwrap();
            made.as_file().set_len(real).unwrap();
            let mut rest = Vec::new();
            file.read_to_end(&mut rest).unwrap();
            // What was known to be a hole is one; what came behind it is read.
            let least = if real < 4 << 20 { 0 } else { real - (512 << 10) };
            assert!(rest.len() as u64 >= least && rest.iter().all(|&byte| byte == 0), "{real}");
        }
    }

    #[test]
    fn seeking_moves_the_position() {
        let (_made, mut file) = opened(b"0123456789");
        file.advise_sequential();
        assert_eq!(file.seek(SeekFrom::End(-3)).unwrap(), 7);
        let mut rest = String::new();
        file.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), file.position()), ("789", 10));
    }

    #[test]
    fn the_way_without_the_kernel_leads_to_the_same_places() {
        let made = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(made.path().join("a/b")).unwrap();
        std::fs::write(made.path().join("a/b/file"), b"x").unwrap();
        std::os::unix::fs::symlink("a", made.path().join("link")).unwrap();
        let root = open_folder_by_path(made.path()).unwrap();
        let reasons = |rel: &[u8], flags: OFlags| {
            let flags = flags | OFlags::NOFOLLOW;
            [open_below, open_stepwise].map(|open| {
                open(root.as_fd(), rel, flags).map_err(|error| crate::skip_reason(&error)).err()
            })
        };
        assert_eq!(reasons(b"a/b", FOLDER), [None, None]);
        assert_eq!(reasons(b"a/b/file", FILE), [None, None]);
        assert!(reasons(b"link/b", FOLDER).iter().all(Option::is_some));
        assert!(reasons(b"link", FILE).iter().all(Option::is_some));
        let vanished = Some(scanner_core::SkipReason::Vanished);
        assert_eq!(reasons(b"a/c", FOLDER), [vanished, vanished]);
    }
}
