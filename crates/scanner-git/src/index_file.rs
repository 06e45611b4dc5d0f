//! The index (`.git/index`), versions 2 to 4: which blob is staged at which path.
//!
//! `gix-index` is not used: it reads extensions that say nothing of blobs by recursion, so that an index of 120 KB whose
//! cached tree is 20,000 folders deep overflows the stack and ends the program; and the paths of version 4, each
//! of which may repeat the one before, without a bound.

use std::path::Path;

use crate::error::Warning;
use crate::limits::FileLimits;
use crate::mapped::{be_u32, read_file};
use crate::oid::{ObjectFormat, Oid};

/// Fixed part of an entry before its id.
const STAT_BYTES: usize = 40;

/// Flag of entries that git shall add later: there is no blob yet.
const INTENT_TO_ADD: u16 = 0x2000;

/// Bytes of paths for each byte of the file. A path of version 4 may repeat all of the one before in two bytes.
const PATH_BYTES_PER_BYTE: usize = 16;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexEntry {
    /// Path in the work tree, separated by slashes.
    pub path: Vec<u8>,
    /// The blob, or the commit of a submodule.
    pub oid: Oid,
    /// Mode as in trees.
    pub mode: u32,
    /// 0, or the side of a merge conflict.
    pub stage: u8,
}

impl IndexEntry {
    /// Whether it is a file or link, so that its id is a blob's.
    pub fn is_blob(&self) -> bool {
        matches!(self.mode & 0o170_000, 0o100_000 | 0o120_000)
    }
}

/// Reads the index `path`, with the shared one beside it that it may be split from.
pub(crate) fn read_index(
    path: &Path,
    format: ObjectFormat,
    limits: &FileLimits,
) -> Result<Vec<IndexEntry>, Warning> {
    let warn = |path: &Path, reason: &str| Warning::Unreadable {
        path: path.into(),
        reason: reason.into(),
    };
    let read = |path: &Path| {
        read_file(path, limits.large_file_bytes_max).map_err(|e| warn(path, &e.to_string()))
    };
    let Some(bytes) = read(path)? else { return Ok(Vec::new()) };
    let mut index = parse(&bytes, format).ok_or_else(|| warn(path, "not an index"))?;
    if let Some(shared) = index.shared {
        let path = path.with_file_name(format!("sharedindex.{shared}"));
        let bytes = read(&path)?.ok_or_else(|| warn(&path, "absent"))?;
        let base = parse(&bytes, format).ok_or_else(|| warn(&path, "not an index"))?;
        // Entries that the split one replaces or deletes stay: more is given out than is staged, never less.
        index.entries.extend(base.entries);
    }
    index.entries.sort();
    index.entries.dedup();
    Ok(index.entries)
}

struct Index {
    entries: Vec<IndexEntry>,
    shared: Option<Oid>,
}

fn parse(bytes: &[u8], format: ObjectFormat) -> Option<Index> {
    if !bytes.starts_with(b"DIRC") {
        return None;
    }
    let version = be_u32(bytes, 4).filter(|version| (2..=4).contains(version))?;
    let count = be_u32(bytes, 8)?;
    let end = bytes.len().checked_sub(format.bytes())?;
    let bytes = &bytes[..end];
    let mut entries = Vec::new();
    let mut at = 12;
    let mut path = Vec::new();
    let mut path_bytes = 0;
    for _ in 0..count {
        let entry = read_entry(bytes.get(at..)?, version, format, &mut path)?;
        at += entry.bytes;
        path_bytes += path.len();
        if path_bytes > bytes.len() * PATH_BYTES_PER_BYTE {
            return None;
        }
        if !entry.intended && !path.is_empty() {
            let Read { mode, oid, stage, .. } = entry;
            entries.push(IndexEntry { path: path.clone(), oid, mode, stage });
        }
    }
    Some(Index { entries, shared: shared_index(bytes, at, format) })
}

/// One entry as read.
struct Read {
    mode: u32,
    oid: Oid,
    stage: u8,
    intended: bool,
    bytes: usize,
}

fn read_entry(
    bytes: &[u8],
    version: u32,
    format: ObjectFormat,
    path: &mut Vec<u8>,
) -> Option<Read> {
    let mode = be_u32(bytes, 24)?;
    let id_end = STAT_BYTES + format.bytes();
    let oid = Oid::from_bytes(format, bytes.get(STAT_BYTES..id_end)?)?;
    let be_u16 = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let flags = be_u16(id_end)?;
    let mut at = id_end + 2;
    let mut intended = false;
    if version >= 3 && flags & 0x4000 != 0 {
        intended = be_u16(at)? & INTENT_TO_ADD != 0;
        at += 2;
    }
    if version == 4 {
        let (strip, length) = prefix_number(bytes.get(at..)?)?;
        at += length;
        path.truncate(path.len().checked_sub(strip)?);
    } else {
        path.clear();
    }
    let rest = bytes.get(at..)?;
    let length = rest.iter().position(|byte| *byte == 0)?;
    path.extend_from_slice(&rest[..length]);
    at += length + 1;
    // Entries before version 4 are padded to a multiple of eight bytes.
    let bytes = if version == 4 { at } else { at.next_multiple_of(8) };
    Some(Read { mode, oid, stage: (flags >> 12 & 3) as u8, intended, bytes })
}

/// A number in the encoding of offset deltas, and its length.
fn prefix_number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (at, byte) in bytes.iter().enumerate() {
        value |= usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
        value = value.checked_add(1)?.checked_mul(128)?;
    }
    None
}

/// The index that this one is split from, told by the extension `link`.
fn shared_index(bytes: &[u8], mut at: usize, format: ObjectFormat) -> Option<Oid> {
    loop {
        let signature = bytes.get(at..at.checked_add(4)?)?;
        let size = be_u32(bytes, at + 4)? as usize;
        if signature == b"link" {
            let id = bytes.get(at + 8..at + 8 + format.bytes())?;
            return Oid::from_bytes(format, id).filter(|oid| !oid.is_zero());
        }
        at = at.checked_add(8)?.checked_add(size)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of version 4 in which each path is the one before and one letter more.
    fn growing(paths: u32, first: usize) -> Vec<u8> {
        let mut bytes = b"DIRC\0\0\0\x04".to_vec();
        bytes.extend_from_slice(&paths.to_be_bytes());
        for number in 0..paths {
            bytes.extend_from_slice(&[0; 24]);
            bytes.extend_from_slice(&0o100_644_u32.to_be_bytes());
            bytes.extend_from_slice(&[7; 32]);
            bytes.extend_from_slice(&[0, 1, 0]);
            bytes.resize(bytes.len() + if number == 0 { first } else { 1 }, b'a');
            bytes.push(0);
        }
        bytes.extend_from_slice(&[0; 20]);
        bytes
    }

    #[test]
    fn paths_that_repeat_one_another_are_bounded() {
        let paths =
            |bytes: &[u8]| parse(bytes, ObjectFormat::Sha1).map(|index| index.entries.len());
        assert_eq!(paths(&growing(1000, 200)), Some(1000));
        assert_eq!(
            paths(&growing(10_000, 1 << 20)),
            None,
            "ten gigabytes of paths in two megabytes"
        );
    }

    #[test]
    fn extensions_of_any_depth_are_passed_over() {
        let mut bytes = growing(1, 1);
        bytes.truncate(bytes.len() - 20);
        let tree = b"\0-1 1\n".repeat(200_000);
        bytes.extend_from_slice(b"TREE");
        bytes.extend_from_slice(&(tree.len() as u32).to_be_bytes());
        bytes.extend_from_slice(&tree);
        bytes.extend_from_slice(&[0; 20]);
        assert_eq!(parse(&bytes, ObjectFormat::Sha1).unwrap().entries.len(), 1);
    }

    #[test]
    fn damaged_indexes_are_refused() {
        let mut good = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
        good.extend_from_slice(&[0; 24]);
        good.extend_from_slice(&0o100_644_u32.to_be_bytes());
        good.extend_from_slice(&[0; 12]);
        good.extend_from_slice(&[7; 20]);
        good.extend_from_slice(&[0, 1, b'a', 0]);
        while !(good.len() - 12).is_multiple_of(8) {
            good.push(0);
        }
        good.extend_from_slice(&[0; 20]);
        let index = parse(&good, ObjectFormat::Sha1).unwrap();
        assert_eq!(index.entries[0].path, b"a");
        assert!(index.entries[0].is_blob());
        for at in 0..good.len() {
            let _ = parse(&good[..at], ObjectFormat::Sha1);
            let mut bad = good.clone();
            bad[at] ^= 0xff;
            let _ = parse(&bad, ObjectFormat::Sha1);
        }
        good[11] = 2;
        assert!(parse(&good, ObjectFormat::Sha1).is_none());
    }
}
