//! Names of a folder's entries in one block of memory that is reused.
//!
//! Invariants: a name ends with NUL and holds no other, so that it goes to the kernel as it lies; the table
//! never grows past the capacity it was made with. It does not know which folder the names belong to.

use std::ffi::CStr;

use crate::limits::{LISTING_BYTES, TABLE_BYTES, TABLE_ENTRIES};

/// What the listing says that an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Folder,
    Symlink,
    /// Socket, fifo or device.
    Special,
    /// The file system does not say; somebody has to look.
    Unknown,
}

/// A name did not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TableFull;

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    /// With the NUL.
    len: u16,
    kind: EntryKind,
}

/// Entries of one folder, or of a part of it.
#[derive(Debug)]
pub(crate) struct FileTable {
    names: Vec<u8>,
    entries: Vec<Entry>,
}

impl FileTable {
    /// An empty table with its whole capacity.
    pub(crate) fn new() -> Self {
        Self { names: Vec::with_capacity(TABLE_BYTES), entries: Vec::with_capacity(TABLE_ENTRIES) }
    }

    /// Adds an entry.
    pub(crate) fn try_push(&mut self, name: &CStr, kind: EntryKind) -> Result<(), TableFull> {
        let bytes = name.to_bytes_with_nul();
        let len = u16::try_from(bytes.len()).map_err(|_| TableFull)?;
        let start = u32::try_from(self.names.len()).map_err(|_| TableFull)?;
        if self.names.len() + bytes.len() > TABLE_BYTES || self.entries.len() == TABLE_ENTRIES {
            return Err(TableFull);
        }
        self.names.extend_from_slice(bytes);
        self.entries.push(Entry { start, len, kind });
        Ok(())
    }

    /// Whether one more read of a folder fits, whatever it brings.
    pub(crate) fn has_room_for_a_read(&self) -> bool {
        self.names.len() + LISTING_BYTES <= TABLE_BYTES
            && self.entries.len() + TABLE_ENTRIES / 2 <= TABLE_ENTRIES
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The name of entry `index`.
    pub(crate) fn name(&self, index: usize) -> &CStr {
        name_of(&self.names, self.entries[index])
    }

    /// Keeps the entries for which `keep` says so, in order.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&CStr, EntryKind) -> bool) {
        let Self { names, entries } = self;
        entries.retain(|entry| keep(name_of(names, *entry), entry.kind));
    }

    /// Whether there is an entry of this name.
    pub(crate) fn contains(&self, name: &CStr) -> bool {
        self.entries.iter().any(|entry| name_of(&self.names, *entry) == name)
    }

    /// Writes all entries down as [`decode`](Self::decode) reads them.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(self.names.len() + self.entries.len());
        for entry in &self.entries {
            out.push(mark_of(entry.kind));
            out.extend_from_slice(name_of(&self.names, *entry).to_bytes_with_nul());
        }
    }

    /// Takes entries that were written down, into a table without any. `None`, and no entry, where they are not such.
    pub(crate) fn decode(&mut self, mut entries: &[u8]) -> Option<()> {
        while let [mark, rest @ ..] = entries {
            let name = CStr::from_bytes_until_nul(rest).ok();
            let name = name.filter(|name| is_entry_name(name.to_bytes()));
            let pushed =
                name.zip(kind_of_mark(*mark)).map(|(name, kind)| self.try_push(name, kind));
            let (Some(name), Some(Ok(()))) = (name, pushed) else {
                self.clear();
                return None;
            };
            entries = &rest[name.count_bytes() + 1..];
        }
        Some(())
    }

    pub(crate) fn clear(&mut self) {
        self.names.clear();
        self.entries.clear();
    }
}

const fn mark_of(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::File => b'f',
        EntryKind::Folder => b'd',
        EntryKind::Symlink => b'l',
        EntryKind::Special => b's',
        EntryKind::Unknown => b'?',
    }
}

const fn kind_of_mark(mark: u8) -> Option<EntryKind> {
    Some(match mark {
        b'f' => EntryKind::File,
        b'd' => EntryKind::Folder,
        b'l' => EntryKind::Symlink,
        b's' => EntryKind::Special,
        b'?' => EntryKind::Unknown,
        _ => return None,
    })
}

/// Whether a folder can have an entry of this name, other than itself and the one around it.
fn is_entry_name(name: &[u8]) -> bool {
    !name.is_empty() && name != b"." && name != b".." && !name.contains(&b'/')
}

fn name_of(names: &[u8], entry: Entry) -> &CStr {
    let start = entry.start as usize;
    CStr::from_bytes_with_nul(&names[start..start + usize::from(entry.len)])
        .expect("a name was pushed from a C string and is never written again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_pushed() {
        let mut table = FileTable::new();
        table.try_push(c"a", EntryKind::File).unwrap();
        table.try_push(c"b\xff", EntryKind::Folder).unwrap();
        assert_eq!(table.name(0), c"a");
        assert_eq!(table.name(1), c"b\xff");
        assert!(table.contains(c"a") && !table.contains(c"c"));
        table.retain(|_, kind| kind == EntryKind::Folder);
        assert_eq!((table.len(), table.name(0)), (1, c"b\xff"));
    }

    #[test]
    fn entries_that_were_written_down_are_read_back() {
        let kinds = [
            EntryKind::File,
            EntryKind::Folder,
            EntryKind::Symlink,
            EntryKind::Special,
            EntryKind::Unknown,
        ];
        let mut table = FileTable::new();
        for (number, kind) in kinds.into_iter().enumerate() {
            let name = std::ffi::CString::new(format!("n\u{e9}-{number}")).unwrap();
            table.try_push(&name, kind).unwrap();
        }
        let mut bytes = Vec::new();
        table.encode(&mut bytes);
        let mut read = FileTable::new();
        read.decode(&bytes).unwrap();
        let mut all = Vec::new();
        read.retain(|name, kind| {
            all.push((name.to_owned(), kind));
            true
        });
        assert_eq!(all.iter().map(|(_, kind)| *kind).collect::<Vec<_>>(), kinds);
        assert!((0..5).all(|index| read.name(index) == table.name(index)));
        read.clear();
        assert!(read.decode(b"").is_some() && read.len() == 0);
    }

    #[test]
    fn what_is_no_listing_gives_no_entries() {
        let long = [b"fa\0f".as_slice(), &vec![b'n'; 70_000], b"\0"].concat();
        for bytes in
            [b"fa".as_slice(), b"f\0", b"f.\0", b"f..\0", b"fa/b\0", b"xa\0", b"fa\0f", &long]
        {
            let mut table = FileTable::new();
            assert!(table.decode(bytes).is_none(), "{}", bytes.escape_ascii());
            assert_eq!(table.len(), 0);
        }
    }

    #[test]
    fn a_full_table_refuses_and_keeps_what_it_has() {
        let mut table = FileTable::new();
        let mut pushed = 0;
        while table.try_push(c"x", EntryKind::File).is_ok() {
            pushed += 1;
        }
        assert_eq!((pushed, table.len()), (TABLE_ENTRIES, TABLE_ENTRIES));
        table.clear();
        let long = std::ffi::CString::new(vec![b'n'; 255]).unwrap();
        while table.try_push(&long, EntryKind::File).is_ok() {}
        assert_eq!(table.len(), TABLE_BYTES / 256);
        assert!(!table.has_room_for_a_read());
        assert_eq!(table.names.capacity(), TABLE_BYTES);
    }

    #[test]
    fn room_for_a_read_holds_for_the_shortest_and_the_longest_names() {
        for name_bytes in [1, 2, 7, 100, 255] {
            let name = std::ffi::CString::new(vec![b'n'; name_bytes]).unwrap();
            // The kernel's record: 19 bytes of header, the name, its NUL, rounded up to eight.
            let per_read = LISTING_BYTES / (19 + name_bytes + 1).next_multiple_of(8);
            let mut table = FileTable::new();
            while table.has_room_for_a_read() {
                for _ in 0..per_read {
                    table.try_push(&name, EntryKind::File).expect("there was room");
                }
            }
        }
    }
}
