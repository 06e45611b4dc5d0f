//! Reading a folder's entries piece by piece, so that a folder of millions never sits in memory.
//!
//! On Linux the kernel writes entries into the worker's own buffer; elsewhere the C library does its part.
//! Either way the type of an entry comes with its name where the file system knows it: nothing is asked again.

use std::ffi::CStr;
use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::FileType;

use crate::file_table::{EntryKind, FileTable};

#[cfg(target_os = "linux")]
pub(crate) use self::kernel::EntryReader;
#[cfg(not(target_os = "linux"))]
pub(crate) use self::portable::EntryReader;

fn kind_of(file_type: FileType) -> EntryKind {
    match file_type {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Folder,
        FileType::Symlink => EntryKind::Symlink,
        FileType::Unknown => EntryKind::Unknown,
        _ => EntryKind::Special,
    }
}

fn push(table: &mut FileTable, name: &CStr, file_type: FileType) -> io::Result<()> {
    if name == c"." || name == c".." {
        return Ok(());
    }
    table
        .try_push(name, kind_of(file_type))
        .map_err(|_| io::Error::other("the system returned more entries than it was asked for"))
}

#[cfg(target_os = "linux")]
mod kernel {
    use rustix::fs::RawDir;
    use rustix::io::Errno;

    use super::{BorrowedFd, FileTable, io, push};
    use crate::limits::LISTING_BYTES;

    /// Reads entries; the place in the folder is that of its handle.
    #[derive(Debug, Default)]
    pub(crate) struct EntryReader {
        at_end: bool,
    }

    impl EntryReader {
        /// Of a folder whose entries are known.
        pub(crate) fn finished() -> Self {
            Self { at_end: true }
        }

        /// Whether the folder has no more entries.
        pub(crate) fn at_end(&self) -> bool {
            self.at_end
        }

        /// Reads entries until the table might not take the next ones. After an error there are no more.
        pub(crate) fn read(
            &mut self,
            folder: BorrowedFd<'_>,
            buffer: &mut Vec<u8>,
            table: &mut FileTable,
        ) -> io::Result<()> {
            self.at_end = true;
            buffer.clear();
            buffer.reserve_exact(LISTING_BYTES);
            let mut entries =
                RawDir::new(folder, &mut buffer.spare_capacity_mut()[..LISTING_BYTES]);
            while !entries.is_buffer_empty() || table.has_room_for_a_read() {
                match entries.next() {
                    None => return Ok(()),
                    Some(Ok(entry)) => push(table, entry.file_name(), entry.file_type())?,
                    Some(Err(Errno::INTR)) => {}
                    Some(Err(errno)) => return Err(errno.into()),
                }
            }
            self.at_end = false;
            Ok(())
        }
    }
}

#[cfg(any(test, not(target_os = "linux")))]
mod portable {
    use rustix::fs::Dir;
    use rustix::io::Errno;

    use super::{BorrowedFd, FileTable, io, push};

    /// Reads entries through a second handle on the folder, which knows the place.
    #[derive(Debug, Default)]
    pub(crate) struct EntryReader {
        dir: Option<Dir>,
        at_end: bool,
    }

    impl EntryReader {
        /// Of a folder whose entries are known.
        #[cfg(not(target_os = "linux"))]
        pub(crate) fn finished() -> Self {
            Self { at_end: true, ..Self::default() }
        }

        /// Whether the folder has no more entries.
        pub(crate) fn at_end(&self) -> bool {
            self.at_end
        }

        /// Reads entries until the table might not take the next ones. After an error there are no more.
        pub(crate) fn read(
            &mut self,
            folder: BorrowedFd<'_>,
            _buffer: &mut Vec<u8>,
            table: &mut FileTable,
        ) -> io::Result<()> {
            self.at_end = true;
            let dir = match &mut self.dir {
                Some(dir) => dir,
                none => none.insert(Dir::read_from(folder)?),
            };
            while table.has_room_for_a_read() {
                match dir.read() {
                    None => return Ok(()),
                    Some(Ok(entry)) => push(table, entry.file_name(), entry.file_type())?,
                    Some(Err(Errno::INTR)) => {}
                    Some(Err(errno)) => return Err(errno.into()),
                }
            }
            self.at_end = false;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::fd::AsFd;

    use super::*;
    use crate::limits::TABLE_ENTRIES;
    use crate::read::open_folder_by_path;

    fn made_folder(files: usize) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for index in 0..files {
            std::fs::write(folder.path().join(format!("file-{index}")), b"").unwrap();
        }
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::os::unix::fs::symlink("sub", folder.path().join("link")).unwrap();
        folder
    }

    macro_rules! check_reader {
        ($reader:ty) => {
            let made = made_folder(5_000);
            let handle = open_folder_by_path(made.path()).unwrap();
            let mut reader = <$reader>::default();
            let (mut buffer, mut table) = (Vec::new(), FileTable::new());
            let (mut seen, mut reads) = (BTreeSet::new(), 0);
            loop {
                reader.read(handle.as_fd(), &mut buffer, &mut table).unwrap();
                assert!(table.len() <= TABLE_ENTRIES);
                reads += 1;
                table.retain(|name, kind| seen.insert((name.to_owned(), format!("{kind:?}"))));
                table.clear();
                if reader.at_end() {
                    break;
                }
            }
            assert_eq!(seen.len(), 5_002);
            assert!(seen.contains(&(c"sub".to_owned(), "Folder".into())));
            assert!(seen.contains(&(c"link".to_owned(), "Symlink".into())));
            assert!(seen.contains(&(c"file-4999".to_owned(), "File".into())));
            assert!(reads > 1, "the folder came in one piece");
        };
    }

    #[test]
    fn a_large_folder_comes_in_bounded_pieces() {
        check_reader!(EntryReader);
    }

    #[test]
    fn the_portable_reader_says_the_same() {
        check_reader!(portable::EntryReader);
    }
}
