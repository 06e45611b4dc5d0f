//! Making an index by reading a pack: for bundles, and for packs whose index is absent or lies.
//!
//! Entries are found by inflating one after the other; where one is damaged, reading goes on at the next offset that
//! the damaged index hints at. Ids come from hashing, so this is much slower than using an index, and it is done only
//! where there is none. Deltas against objects outside of the pack (thin packs) get no id here.

use std::collections::HashMap;

use flate2::{Decompress, FlushDecompress, Status};

use crate::damage::Damage;
use crate::delta::{self, DeltaHeader};
use crate::oid::{ObjectFormat, Oid};
use crate::pack::entry::{EntryKind, parse_entry};
use crate::pack::idx::Idx;
use crate::pack::inflate::{Inflater, is_possible};

/// Largest object that is held to be hashed; ids of larger ones stay unknown.
const OBJECT_BYTES_MAX: u64 = 1 << 30;

/// What reading a pack found.
#[derive(Debug)]
pub(crate) struct Indexed {
    pub(crate) idx: Idx,
    /// Entries that have no id: damaged, or deltas whose base is not here.
    pub(crate) nameless: u64,
}

/// One entry found.
struct Found {
    offset: u64,
    kind: EntryKind,
    size: u64,
    /// Where its compressed bytes lie.
    stored: std::ops::Range<usize>,
}

/// Reads `pack`; `hints` are offsets at which entries may begin.
pub(crate) fn index_pack(pack: &[u8], format: ObjectFormat, mut hints: Vec<u64>) -> Indexed {
    hints.sort_unstable();
    let found = find_entries(pack, format, &hints);
    let total = found.len();
    let mut naming = Naming { pack, format, inflater: Inflater::new(), objects: Vec::new() };
    naming.name_all(&found);
    let mut objects = naming.objects;
    objects.sort_unstable();
    objects.dedup_by_key(|(oid, _)| *oid);
    let nameless = total.saturating_sub(objects.len()) as u64;
    Indexed { idx: Idx::build(format, &objects), nameless }
}

/// Walks over the pack by inflating.
fn find_entries(pack: &[u8], format: ObjectFormat, hints: &[u64]) -> Vec<Found> {
    let end = pack.len().saturating_sub(format.bytes());
    let mut inflate = Decompress::new(true);
    let mut sink = vec![0; 64 * 1024];
    let mut found = Vec::new();
    let mut at = 12_usize;
    while at < end {
        let next = read_entry(&pack[..end], at, format).and_then(|mut entry| {
            let length =
                skip_stream(&mut inflate, &pack[entry.stored.start..end], entry.size, &mut sink)?;
            entry.stored.end = entry.stored.start + length;
            Ok(entry)
        });
        if let Ok(entry) = next {
            at = entry.stored.end;
            found.push(entry);
        } else {
            let Some(hint) = hints.get(hints.partition_point(|hint| *hint <= at as u64)) else {
                break;
            };
            at = *hint as usize;
        }
    }
    found
}

fn read_entry(pack: &[u8], at: usize, format: ObjectFormat) -> Result<Found, Damage> {
    let header = parse_entry(&pack[at..], at as u64, format)?;
    let from = at + header.header_bytes as usize;
    Ok(Found { offset: at as u64, kind: header.kind, size: header.size, stored: from..from })
}

/// How many bytes a zlib stream takes that must inflate to `size` bytes.
fn skip_stream(
    inflate: &mut Decompress,
    input: &[u8],
    size: u64,
    sink: &mut [u8],
) -> Result<usize, Damage> {
    inflate.reset(true);
    loop {
        let (read, written) = (inflate.total_in(), inflate.total_out());
        let rest = &input[read as usize..];
        let status = inflate
            .decompress(rest, sink, FlushDecompress::None)
            .map_err(|_| Damage::CorruptZlib)?;
        if inflate.total_out() > size {
            return Err(Damage::WrongSize);
        }
        if status == Status::StreamEnd {
            let exact = inflate.total_out() == size;
            return if exact { Ok(inflate.total_in() as usize) } else { Err(Damage::WrongSize) };
        }
        if inflate.total_in() == read && inflate.total_out() == written {
            return Err(Damage::Truncated);
        }
    }
}

/// Hashes what was found, bases before their deltas.
struct Naming<'a> {
    pack: &'a [u8],
    format: ObjectFormat,
    inflater: Inflater,
    objects: Vec<(Oid, u64)>,
}

impl Naming<'_> {
    fn name_all(&mut self, found: &[Found]) {
        let mut by_offset: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut by_oid: HashMap<Oid, Vec<usize>> = HashMap::new();
        for (index, entry) in found.iter().enumerate() {
            match entry.kind {
                EntryKind::Whole(_) => {}
                EntryKind::OffsetDelta(base) => by_offset.entry(base).or_default().push(index),
                EntryKind::RefDelta(base) => by_oid.entry(base).or_default().push(index),
            }
        }
        for root in found {
            let EntryKind::Whole(kind) = root.kind else { continue };
            let Ok(bytes) = self.inflate(root) else { continue };
            let mut stack = vec![(root.offset, bytes)];
            while let Some((offset, bytes)) = stack.pop() {
                let oid = self.format.hash_object(kind, &bytes);
                self.objects.push((oid, offset));
                // Each entry has one base, and removing it here makes sure that it is named once.
                let mut children = by_offset.remove(&offset).unwrap_or_default();
                children.extend(by_oid.remove(&oid).unwrap_or_default());
                for child in children {
                    if let Ok(result) = self.undelta(&found[child], &bytes) {
                        stack.push((found[child].offset, result));
                    }
                }
            }
        }
    }

    fn inflate(&mut self, entry: &Found) -> Result<Vec<u8>, Damage> {
        let stored = &self.pack[entry.stored.clone()];
        if entry.size > OBJECT_BYTES_MAX || !is_possible(stored.len(), entry.size) {
            return Err(Damage::TooLarge);
        }
        let mut bytes = vec![0; entry.size as usize];
        self.inflater.inflate(stored, &mut bytes)?;
        Ok(bytes)
    }

    fn undelta(&mut self, entry: &Found, base: &[u8]) -> Result<Vec<u8>, Damage> {
        let delta = self.inflate(entry)?;
        let header = DeltaHeader::parse(&delta)?;
        if header.base_bytes != base.len() as u64 {
            return Err(Damage::WrongBaseSize);
        }
        let code = &delta[header.instructions..];
        delta::check(code, header.base_bytes, header.result_bytes)?;
        if header.result_bytes > OBJECT_BYTES_MAX {
            return Err(Damage::TooLarge);
        }
        let mut result = vec![0; header.result_bytes as usize];
        delta::apply(code, base, &mut result, &mut Vec::new())?;
        Ok(result)
    }
}
