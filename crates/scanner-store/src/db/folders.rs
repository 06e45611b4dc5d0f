//! Entries of folders, in 64 rows by the first bits of the folder's state.
//!
//! A row is sealed: names of files that have nothing to report are nobody's business but the key's owner's, and a name that
//! damage takes away would be a file that is never scanned. The seal is a keyed hash of what is sealed, which is also what
//! the stream that hides it depends on, so the same entries make the same row, and a row that is the same is not written.
//! One that does not open is none: its folders are read again.
//!
//! Sealed is, for each folder in the order of their states: state, number of bytes, entries as the walk writes them.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, Transaction, params};
use scanner_core::FileState;

use super::insert::signed;
use super::open::Store;
use crate::Keys;
use crate::limits::{FOLDER_BYTES_MAX, FOLDERS_MAX};

const PARTS: usize = 64;

const SEAL_BYTES: usize = 16;

/// A state and the number of bytes behind it.
const HEAD_BYTES: usize = 16 + 4;

/// Folders by their states, with their entries, in one piece of memory.
#[derive(Debug, Default)]
pub struct FolderEntries {
    bytes: Vec<u8>,
    /// Where each folder begins in `bytes`.
    heads: Vec<usize>,
}

impl FolderEntries {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Adds a folder. One whose entries are larger than all entries may be is left out.
    pub fn push(&mut self, state: &FileState, entries: &[u8]) {
        let Some(count) =
            u32::try_from(entries.len()).ok().filter(|_| entries.len() <= FOLDER_BYTES_MAX)
        else {
            return;
        };
        self.heads.push(self.bytes.len());
        self.bytes.extend_from_slice(&state.0);
        self.bytes.extend_from_slice(&count.to_le_bytes());
        self.bytes.extend_from_slice(entries);
    }

    /// Adds all of `other`, which is empty then.
    pub fn append(&mut self, other: &mut Self) {
        let start = self.bytes.len();
        self.bytes.append(&mut other.bytes);
        self.heads.extend(other.heads.drain(..).map(|head| start + head));
    }

    /// The folder of this number.
    ///
    /// # Panics
    ///
    /// None has it.
    pub fn get(&self, number: usize) -> (FileState, &[u8]) {
        let (state, entries, _) =
            split(&self.bytes[self.heads[number]..]).expect("only whole folders have numbers");
        (state, entries)
    }

    /// Adds the folders of an opened row.
    fn add_row(&mut self, row: &[u8]) {
        let mut at = self.bytes.len();
        self.bytes.extend_from_slice(row);
        while let Some((.., bytes)) = split(&self.bytes[at..]) {
            self.heads.push(at);
            at += bytes;
        }
        self.bytes.truncate(at);
    }
}

/// Folders that can be looked up.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    pub(crate) all: FolderEntries,
    numbers: HashMap<FileState, usize>,
}

impl Folders {
    fn new(all: FolderEntries) -> Self {
        let numbers = (0..all.len()).map(|number| (all.get(number).0, number)).collect();
        Self { all, numbers }
    }

    pub(crate) fn find(&self, state: &FileState) -> Option<(usize, &[u8])> {
        let number = *self.numbers.get(state)?;
        Some((number, self.all.get(number).1))
    }
}

/// The first folder: its state, its entries, and all its bytes.
fn split(bytes: &[u8]) -> Option<(FileState, &[u8], usize)> {
    let (state, rest) = bytes.split_first_chunk()?;
    let (count, rest) = rest.split_first_chunk()?;
    let count = u32::from_le_bytes(*count) as usize;
    Some((FileState(*state), rest.get(..count)?, HEAD_BYTES + count))
}

impl Store {
    pub(super) fn folders(&self, scope: (i64, i64)) -> rusqlite::Result<Folders> {
        let sql =
            "SELECT entries FROM folders WHERE root_id = ?1 AND rule_set_id = ?2 ORDER BY part";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query(scope)?;
        let mut folders = FolderEntries::default();
        let mut opened = Vec::new();
        while let Some(row) = rows.next()? {
            if open(&self.keys, row.get_ref(0)?.as_blob()?, &mut opened).is_some() {
                folders.add_row(&opened);
            }
        }
        Ok(Folders::new(folders))
    }
}

/// Replaces all folders; rows that are the same are not written.
pub(super) fn put_folders(
    transaction: &Transaction<'_>,
    keys: &Keys,
    (root, rule_set): (i64, i64),
    folders: &FolderEntries,
) -> rusqlite::Result<()> {
    let mut sorted: Vec<_> = (0..folders.len()).map(|number| folders.get(number)).collect();
    sorted.sort_unstable_by_key(|(state, _)| *state);
    sorted.dedup_by_key(|(state, _)| *state);
    sorted.truncate(FOLDERS_MAX);
    let known =
        "SELECT entries = ?4 FROM folders WHERE root_id = ?1 AND rule_set_id = ?2 AND part = ?3";
    let put = "INSERT INTO folders (root_id, rule_set_id, part, entries) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT DO UPDATE SET entries = excluded.entries";
    let mut known = transaction.prepare_cached(known)?;
    let mut put = transaction.prepare_cached(put)?;
    let (mut from, mut room) = (0, FOLDER_BYTES_MAX);
    for part in 0..PARTS {
        let bytes = vec![0; SEAL_BYTES];
        let mut part_folders = FolderEntries { bytes, heads: Vec::new() };
        while let Some((state, entries)) =
            sorted.get(from).filter(|(state, _)| part_of(state) == part)
        {
            from += 1;
            if entries.len() <= room {
                room -= entries.len();
                part_folders.push(state, entries);
            }
        }
        let FolderEntries { mut bytes, .. } = part_folders;
        let is_empty = bytes.len() == SEAL_BYTES;
        seal(keys, &mut bytes);
        let values = params![root, rule_set, signed(part as u64), bytes];
        let is_same: Option<bool> = known.query_row(values, |row| row.get(0)).optional()?;
        if is_same == Some(true) || (is_same.is_none() && is_empty) {
            continue;
        }
        put.execute(values)?;
    }
    Ok(())
}

fn part_of(state: &FileState) -> usize {
    usize::from(state.0[0]) * PARTS / 256
}

/// Seals what stands behind the room for the seal.
fn seal(keys: &Keys, bytes: &mut [u8]) {
    let (seal, content) = bytes.split_at_mut(SEAL_BYTES);
    seal.copy_from_slice(&keys.folder_seal(content));
    keys.hide_folders(seal, content);
}

/// Opens a row into `opened`; `None` where it is not as it was sealed.
fn open(keys: &Keys, row: &[u8], opened: &mut Vec<u8>) -> Option<()> {
    let (seal, content) = row.split_at_checked(SEAL_BYTES)?;
    opened.clear();
    opened.extend_from_slice(content);
    keys.hide_folders(seal, opened);
    (keys.folder_seal(opened) == *seal).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::from_bytes(&[5; 32])
    }

    #[test]
    fn a_sealed_row_opens_and_shows_no_name() {
        let mut row = vec![0; SEAL_BYTES];
        row.extend_from_slice(b"fname-of-a-file\0");
        seal(&keys(), &mut row);
        assert!(!row.windows(4).any(|window| window == b"name"));
        let mut again = [&[0; SEAL_BYTES], b"fname-of-a-file\0".as_slice()].concat();
        seal(&keys(), &mut again);
        assert_eq!(row, again);
        let mut opened = vec![1, 2];
        open(&keys(), &row, &mut opened).unwrap();
        assert_eq!(opened, b"fname-of-a-file\0");
    }

    #[test]
    fn a_row_that_is_altered_or_cut_or_of_another_key_does_not_open() {
        let mut row = vec![0; SEAL_BYTES];
        row.extend_from_slice(b"fname-of-a-file\0");
        seal(&keys(), &mut row);
        let mut opened = Vec::new();
        for at in 0..row.len() {
            let mut altered = row.clone();
            altered[at] ^= 1;
            assert!(open(&keys(), &altered, &mut opened).is_none(), "{at}");
            assert!(open(&keys(), &row[..at], &mut opened).is_none(), "{at}");
        }
        assert!(open(&Keys::from_bytes(&[6; 32]), &row, &mut opened).is_none());
    }

    #[test]
    fn folders_are_found_by_their_state() {
        let folder = |state: u8, entries: &[u8]| {
            let count = u32::try_from(entries.len()).unwrap().to_le_bytes();
            [[state; 16].as_slice(), &count, entries].concat()
        };
        let mut all = FolderEntries::default();
        all.add_row(&[folder(1, b"fa\0"), folder(2, b"")].concat());
        let mut more = FolderEntries::default();
        more.add_row(&[folder(3, b"fb\0dc\0"), vec![9; 19]].concat());
        all.append(&mut more);
        assert!(more.is_empty());
        let folders = Folders::new(all);
        assert_eq!(folders.all.len(), 3);
        assert_eq!(folders.find(&FileState([1; 16])), Some((0, b"fa\0".as_slice())));
        assert_eq!(folders.find(&FileState([2; 16])), Some((1, b"".as_slice())));
        assert_eq!(folders.find(&FileState([3; 16])), Some((2, b"fb\0dc\0".as_slice())));
        assert_eq!(folders.find(&FileState([4; 16])), None);
        assert_eq!(folders.all.get(2), (FileState([3; 16]), b"fb\0dc\0".as_slice()));
    }
}
