//! Reftables: sorted tables of references and logs in blocks with shared prefixes; later tables override earlier ones.
//!
//! Tables are read from front to back; indexes inside of them are not needed for that.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use flate2::{Decompress, FlushDecompress};

use crate::mapped::{be_u64, read_file};
use crate::oid::{ObjectFormat, Oid};
use crate::refs::{Gathered, RefStore, Value};

/// Longest name of a reference.
const NAME_BYTES_MAX: usize = 64 * 1024;

/// Reads the stack of tables in `dir`; names get `prefix`.
pub(super) fn read_stack(store: &RefStore<'_>, dir: &Path, prefix: &[u8], gathered: &mut Gathered) {
    let folder = dir.join("reftable");
    let list = folder.join("tables.list");
    let text = match read_file(&list, store.limits.small_file_bytes_max) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => return gathered.warn(&list, error),
    };
    for name in text.split(|byte| *byte == b'\n').filter(|name| !name.is_empty()) {
        if name.contains(&b'/') {
            gathered.warn(&list, "a table outside of its folder");
            continue;
        }
        let path = folder.join(OsStr::from_bytes(name));
        let bytes = match read_file(&path, store.limits.large_file_bytes_max) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                gathered.warn(&path, "absent");
                continue;
            }
            Err(error) => {
                gathered.warn(&path, error);
                continue;
            }
        };
        if read_table(&bytes, prefix, store, gathered).is_none() {
            gathered.warn(&path, "not a table, damaged, or with more ids than the limit: what came before that was used");
        }
    }
}

/// The parts of a table.
struct Table<'a> {
    bytes: &'a [u8],
    format: ObjectFormat,
    header: usize,
    block_bytes: usize,
    /// Where the footer begins.
    end: usize,
    log_start: usize,
}

impl<'a> Table<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(b"REFT") {
            return None;
        }
        let (header, footer, format) = match *bytes.get(4)? {
            1 => (24, 68, ObjectFormat::Sha1),
            2 => {
                let format = match bytes.get(24..28)? {
                    b"sha1" => ObjectFormat::Sha1,
                    b"s256" => ObjectFormat::Sha256,
                    _ => return None,
                };
                (28, 72, format)
            }
            _ => return None,
        };
        let end = bytes.len().checked_sub(footer).filter(|end| *end >= header)?;
        let log_start = be_u64(bytes, end + header + 24)? as usize;
        Some(Self { bytes, format, header, block_bytes: be_u24(bytes, 5)?, end, log_start })
    }
}

fn read_table(
    bytes: &[u8],
    prefix: &[u8],
    store: &RefStore<'_>,
    gathered: &mut Gathered,
) -> Option<()> {
    let table = Table::new(bytes)?;
    if table.format != store.format {
        return None;
    }
    let mut at = 0;
    loop {
        let start = if at == 0 { table.header } else { at };
        if start >= table.end || table.bytes[start] != b'r' {
            break;
        }
        // The length of the first block counts the header of the file.
        let block_end = at.checked_add(be_u24(table.bytes, start + 1)?)?;
        let block = table.bytes.get(start + 4..block_end)?;
        read_refs(block, prefix, &table, store, gathered)?;
        let next =
            if table.block_bytes == 0 { block_end } else { at.checked_add(table.block_bytes)? };
        if next <= at {
            return None;
        }
        at = next;
    }
    read_logs(&table, store, gathered)
}

/// The records of a block, without the table of restarts at its end.
fn records(block: &[u8]) -> Option<&[u8]> {
    let count_at = block.len().checked_sub(2)?;
    let restarts = usize::from(u16::from_be_bytes([block[count_at], block[count_at + 1]]));
    block.get(..count_at.checked_sub(restarts * 3)?)
}

fn read_refs(
    block: &[u8],
    prefix: &[u8],
    table: &Table<'_>,
    store: &RefStore<'_>,
    gathered: &mut Gathered,
) -> Option<()> {
    let mut input = Input(records(block)?);
    let mut name = Vec::new();
    while !input.0.is_empty() {
        let kind = input.key(&mut name)?;
        input.number()?;
        let value = match kind {
            0 => None,
            1 => Some(Value::Oid(input.oid(table.format)?)),
            2 => {
                let oid = input.oid(table.format)?;
                input.oid(table.format)?;
                Some(Value::Oid(oid))
            }
            3 => {
                let len = input.number()? as usize;
                Some(Value::Symbolic(input.take(len)?.to_vec()))
            }
            _ => return None,
        };
        let full = [prefix, &name].concat();
        match value {
            Some(value) if gathered.values.len() < store.limits.refs_max as usize => {
                gathered.values.insert(full, value);
            }
            Some(_) => {}
            None => {
                gathered.values.remove(&full);
            }
        }
    }
    Some(())
}

/// Gathers the ids of the log blocks.
fn read_logs(table: &Table<'_>, store: &RefStore<'_>, gathered: &mut Gathered) -> Option<()> {
    let only_logs = table.bytes.get(table.header) == Some(&b'g') && table.header < table.end;
    let mut at = if only_logs { table.header } else { table.log_start };
    if at == 0 {
        return Some(());
    }
    let mut inflate = Decompress::new(true);
    while at < table.end && table.bytes[at] == b'g' {
        let mut size = be_u24(table.bytes, at + 1)?.checked_sub(4)?;
        if at == table.header {
            size = size.checked_sub(table.header)?;
        }
        let mut block = vec![0; size];
        inflate.reset(true);
        let input = table.bytes.get(at + 4..table.end)?;
        inflate.decompress(input, &mut block, FlushDecompress::Finish).ok()?;
        if inflate.total_out() != size as u64 {
            return None;
        }
        read_log(&block, table, store, gathered)?;
        at += 4 + inflate.total_in() as usize;
    }
    Some(())
}

fn read_log(
    block: &[u8],
    table: &Table<'_>,
    store: &RefStore<'_>,
    gathered: &mut Gathered,
) -> Option<()> {
    let mut input = Input(records(block)?);
    let mut key = Vec::new();
    while !input.0.is_empty() {
        if input.key(&mut key)? == 0 {
            continue;
        }
        let (before, after) = (input.oid(table.format)?, input.oid(table.format)?);
        if !gathered.log(before, store.limits) || !gathered.log(after, store.limits) {
            return None;
        }
        for _ in 0..2 {
            let len = input.number()? as usize;
            input.take(len)?;
        }
        input.number()?;
        input.take(2)?;
        let len = input.number()? as usize;
        input.take(len)?;
    }
    Some(())
}

/// What is left of a block.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn oid(&mut self, format: ObjectFormat) -> Option<Oid> {
        Oid::from_bytes(format, self.take(format.bytes())?)
    }

    /// A number in the encoding of offset deltas.
    fn number(&mut self) -> Option<u64> {
        let mut byte = self.take(1)?[0];
        let mut value = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            value = value.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
        }
        Some(value)
    }

    /// Reads a key that shares a prefix with the one before; gives the kind of the value.
    fn key(&mut self, key: &mut Vec<u8>) -> Option<u8> {
        let shared = self.number()? as usize;
        let rest = self.number()?;
        let suffix = self.take((rest >> 3) as usize)?;
        if shared > key.len() || shared + suffix.len() > NAME_BYTES_MAX {
            return None;
        }
        key.truncate(shared);
        key.extend_from_slice(suffix);
        Some((rest & 7) as u8)
    }
}

fn be_u24(bytes: &[u8], at: usize) -> Option<usize> {
    let three = bytes.get(at..at.checked_add(3)?)?;
    Some(usize::from(three[0]) << 16 | usize::from(three[1]) << 8 | usize::from(three[2]))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;
    use crate::limits::Limits;

    /// A table with blocks of logs in which every entry has new ids.
    fn logs(blocks: u32, entries: u32) -> Vec<u8> {
        let head = [&b"REFT\x01\0\0\0"[..], &[0; 16]].concat();
        let mut table = head.clone();
        for block in 0..blocks {
            let mut records = Vec::new();
            for entry in 0..entries {
                let number = (block * entries + entry).to_be_bytes();
                records.extend_from_slice(&[0, 5 << 3 | 1, b'H']);
                records.extend_from_slice(&number);
                records.extend_from_slice(&[&number[..], &[1; 16], &number, &[2; 16]].concat());
                records.extend_from_slice(&[0, 0, 0, 0, 0, 0]);
            }
            records.extend_from_slice(&[0, 0]);
            let start = if block == 0 { head.len() } else { 0 };
            let length = (start + 4 + records.len()) as u32;
            let mut deflate =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            deflate.write_all(&records).unwrap();
            table.push(b'g');
            table.extend_from_slice(&length.to_be_bytes()[1..]);
            table.extend(deflate.finish().unwrap());
        }
        table.extend_from_slice(&[&head[..], &[0; 44]].concat());
        table
    }

    #[test]
    fn logs_are_bounded() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("reftable")).unwrap();
        fs::write(dir.path().join("reftable/tables.list"), "a\n").unwrap();
        let limits = Limits::from_memory(crate::MEMORY_BYTES_MIN, 1).file;
        let store = RefStore {
            git_dir: dir.path(),
            common_dir: dir.path(),
            format: ObjectFormat::Sha1,
            reftable: true,
            limits: &limits,
        };
        for (blocks, is_whole) in [(2, true), (40, false)] {
            fs::write(dir.path().join("reftable/a"), logs(blocks, 10_000)).unwrap();
            let mut gathered = Gathered::default();
            read_stack(&store, dir.path(), b"", &mut gathered);
            assert_eq!(gathered.warnings.is_empty(), is_whole, "{:?}", gathered.warnings);
            assert_eq!(gathered.logged.len() == blocks as usize * 20_000, is_whole);
            assert!(gathered.logged.len() <= limits.refs_max as usize);
        }
    }
}
