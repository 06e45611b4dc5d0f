//! The multi-pack index (`objects/pack/multi-pack-index`): one sorted table of ids for many packs.
//!
//! It makes single look-ups fast where there are many packs. It is a hint and no more: it tells
//! the pack whose own index is asked first; what it does not know is looked up in each pack's own index, and one that is damaged is not used.

use crate::mapped::{FileBytes, be_u32, be_u64};
use crate::oid::{ObjectFormat, Oid};
use crate::pack::idx::check_fanout;

const HEADER_BYTES: usize = 12;

/// Chunks are 12 bytes in the table of contents.
const CHUNK_BYTES: usize = 12;

/// An open multi-pack index.
#[derive(Debug)]
pub(crate) struct Midx {
    bytes: FileBytes,
    format: ObjectFormat,
    /// Our number of each of its packs.
    packs: Vec<Option<u32>>,
    fanout: usize,
    ids: usize,
    offsets: usize,
}

/// Where chunks lie.
struct Chunks {
    names: (usize, usize),
    fanout: usize,
    ids: usize,
    offsets: usize,
}

impl Midx {
    /// Reads the tables; `number` gives our number of the pack of a name (ending in `.idx`). `None` if they contradict
    /// each other.
    pub(crate) fn new(
        bytes: FileBytes,
        format: ObjectFormat,
        number: impl Fn(&[u8]) -> Option<u32>,
    ) -> Option<Self> {
        let expected_hash = match format {
            ObjectFormat::Sha1 => 1,
            ObjectFormat::Sha256 => 2,
        };
        let known = bytes.starts_with(b"MIDX") && matches!(bytes.get(4), Some(1 | 2));
        if !known || bytes.get(5) != Some(&expected_hash) {
            return None;
        }
        let chunks = read_chunks(&bytes)?;
        let objects = check_fanout(bytes.get(chunks.fanout..chunks.fanout + 1024)?).ok()? as usize;
        bytes.get(chunks.ids..chunks.ids.checked_add(objects * format.bytes())?)?;
        bytes.get(chunks.offsets..chunks.offsets.checked_add(objects * 8)?)?;
        let count = be_u32(&bytes, 8)? as usize;
        let names = bytes.get(chunks.names.0..chunks.names.0.checked_add(chunks.names.1)?)?;
        let packs: Vec<_> = names.split(|byte| *byte == 0).take(count).map(number).collect();
        let Chunks { fanout, ids, offsets, .. } = chunks;
        Some(Self { bytes, format, packs, fanout, ids, offsets })
    }

    /// Our number of the pack that has the object.
    pub(crate) fn find(&self, oid: &Oid) -> Option<usize> {
        let wanted = oid.as_bytes();
        let width = self.format.bytes();
        if wanted.len() != width {
            return None;
        }
        let count = |byte: usize| be_u32(&self.bytes, self.fanout + byte * 4);
        let first = usize::from(wanted[0]);
        let mut low = if first == 0 { 0 } else { count(first - 1)? as usize };
        let mut high = count(first)? as usize;
        while low < high {
            let middle = low + (high - low) / 2;
            let at = self.ids + middle * width;
            match self.bytes.get(at..at + width)?.cmp(wanted) {
                std::cmp::Ordering::Equal => return self.pack(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn pack(&self, position: usize) -> Option<usize> {
        let pack = be_u32(&self.bytes, self.offsets + position * 8)? as usize;
        Some((*self.packs.get(pack)?)? as usize)
    }
}

fn read_chunks(bytes: &[u8]) -> Option<Chunks> {
    let count = usize::from(*bytes.get(6)?);
    let mut found = [None; 4];
    for index in 0..count {
        let at = HEADER_BYTES + index * CHUNK_BYTES;
        let start = usize::try_from(be_u64(bytes, at + 4)?).ok()?;
        let end = usize::try_from(be_u64(bytes, at + CHUNK_BYTES + 4)?).ok()?;
        if start > end || end > bytes.len() {
            return None;
        }
        let which = match bytes.get(at..at + 4)? {
            b"PNAM" => 0,
            b"OIDF" => 1,
            b"OIDL" => 2,
            b"OOFF" => 3,
            _ => continue,
        };
        found[which] = Some((start, end - start));
    }
    let [names, fanout, ids, offsets] = found;
    Some(Chunks { names: names?, fanout: fanout?.0, ids: ids?.0, offsets: offsets?.0 })
}
