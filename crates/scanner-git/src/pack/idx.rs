//! Pack indexes (`.idx`), versions 1 and 2: which object lies where in a pack.
//!
//! Opening checks what later reads rely on (sizes, fan-out); [`Idx::check_order`] checks the rest. Whatever the bytes
//! say, no read goes out of bounds: a lying index gives wrong answers, which the pack then contradicts.

use thiserror::Error;

use crate::mapped::{FileBytes, be_u32, be_u64};
use crate::oid::{ObjectFormat, Oid};

const MAGIC: [u8; 4] = [0xff, b't', b'O', b'c'];
const FANOUT_BYTES: usize = 256 * 4;

/// Why an index cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdxError {
    /// The file is shorter than its own tables.
    #[error("{have} bytes where {need} are needed")]
    Truncated {
        /// Bytes of the file.
        have: u64,
        /// Bytes its tables need.
        need: u64,
    },
    /// A version that we do not know.
    #[error("version {version} is not known")]
    Version {
        /// The version.
        version: u32,
    },
    /// The fan-out table decreases.
    #[error("the fan-out decreases at {byte:#04x}")]
    FanOut {
        /// The first byte of the ids concerned.
        byte: usize,
    },
    /// The ids are not sorted, or lie under another's fan-out.
    #[error("the ids are out of order at {position}")]
    Order {
        /// Position of the first wrong id.
        position: u32,
    },
}

/// An open index.
#[derive(Debug)]
pub struct Idx {
    bytes: FileBytes,
    format: ObjectFormat,
    layout: Layout,
    count: u32,
}

/// Where the tables begin.
#[derive(Clone, Copy, Debug)]
enum Layout {
    /// Pairs of offset and id.
    V1,
    /// Ids, checksums, offsets, large offsets.
    V2 { offsets: usize, large: usize, large_count: usize },
}

impl Idx {
    /// Reads the head of an index.
    ///
    /// # Errors
    /// See [`IdxError`].
    pub(crate) fn new(bytes: FileBytes, format: ObjectFormat) -> Result<Self, IdxError> {
        let v2 = bytes.starts_with(&MAGIC);
        let fanout = if v2 { 8 } else { 0 };
        let short =
            |need: usize| IdxError::Truncated { have: bytes.len() as u64, need: need as u64 };
        if bytes.len() < fanout + FANOUT_BYTES {
            return Err(short(fanout + FANOUT_BYTES));
        }
        if v2 {
            let version = be_u32(&bytes, 4).unwrap_or(0);
            if version != 2 {
                return Err(IdxError::Version { version });
            }
        }
        let count = check_fanout(&bytes[fanout..fanout + FANOUT_BYTES])?;
        let objects = count as usize;
        let id = format.bytes();
        let tables = fanout + FANOUT_BYTES;
        let trailer = 2 * id;
        let (layout, need) = if v2 {
            let offsets = tables + objects * (id + 4);
            let large = offsets + objects * 4;
            let large_count = bytes.len().saturating_sub(large + trailer) / 8;
            (Layout::V2 { offsets, large, large_count }, large + trailer)
        } else {
            (Layout::V1, tables + objects * (4 + id) + trailer)
        };
        if bytes.len() < need {
            return Err(short(need));
        }
        Ok(Self { bytes, format, layout, count })
    }

    /// How many objects.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The bytes of the id at a position below [`Idx::count`].
    #[inline]
    pub fn id_bytes(&self, position: u32) -> &[u8] {
        let id = self.format.bytes();
        let at = match self.layout {
            Layout::V1 => FANOUT_BYTES + position as usize * (4 + id) + 4,
            Layout::V2 { .. } => 8 + FANOUT_BYTES + position as usize * id,
        };
        &self.bytes[at..at + id]
    }

    /// The id at a position below [`Idx::count`].
    pub fn oid(&self, position: u32) -> Oid {
        Oid::from_bytes(self.format, self.id_bytes(position)).expect("the slice has the length")
    }

    /// The offset in the pack of the object at `position`; `None` if the index contradicts itself.
    #[inline]
    pub fn offset(&self, position: u32) -> Option<u64> {
        match self.layout {
            Layout::V1 => {
                let at = FANOUT_BYTES + position as usize * (4 + self.format.bytes());
                be_u32(&self.bytes, at).map(u64::from)
            }
            Layout::V2 { offsets, large, large_count } => {
                let small = be_u32(&self.bytes, offsets + position as usize * 4)?;
                if small & 0x8000_0000 == 0 {
                    return Some(u64::from(small));
                }
                let index = (small & 0x7fff_ffff) as usize;
                (index < large_count).then(|| be_u64(&self.bytes, large + index * 8))?
            }
        }
    }

    /// The position of an id.
    pub fn find(&self, oid: &Oid) -> Option<u32> {
        if oid.format() != self.format {
            return None;
        }
        let wanted = oid.as_bytes();
        let first = usize::from(wanted[0]);
        let mut low = if first == 0 { 0 } else { self.fanout(first - 1) };
        let mut high = self.fanout(first);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id_bytes(middle).cmp(wanted) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The positions of ids that begin with `byte`.
    pub(crate) fn positions_of(&self, byte: u8) -> std::ops::Range<u32> {
        let start = if byte == 0 { 0 } else { self.fanout(usize::from(byte) - 1) };
        start..self.fanout(usize::from(byte)).max(start)
    }

    fn fanout(&self, byte: usize) -> u32 {
        let start = if matches!(self.layout, Layout::V1) { 0 } else { 8 };
        be_u32(&self.bytes, start + byte * 4).map_or(0, |count| count.min(self.count))
    }

    /// Checks that the ids ascend and lie where the fan-out says.
    ///
    /// # Errors
    /// [`IdxError::Order`].
    pub fn check_order(&self) -> Result<(), IdxError> {
        let mut position = 0;
        let (mut before, mut rest_before): (u64, &[u8]) = (0, &[]);
        for byte in 0..256 {
            let end = self.fanout(byte);
            while position < end {
                // Nearly all ids are told apart by their first bytes, and numbers compare sooner than slices.
                let (first, rest) = self
                    .id_bytes(position)
                    .split_first_chunk()
                    .expect("an id has 20 bytes or more");
                let first = u64::from_be_bytes(*first);
                let ascends =
                    first > before || (first == before && (position == 0 || rest > rest_before));
                if first >> 56 != byte as u64 || !ascends {
                    return Err(IdxError::Order { position });
                }
                (before, rest_before) = (first, rest);
                position += 1;
            }
        }
        Ok(())
    }

    /// An index of version 2 made from sorted ids and offsets, for packs that have none.
    pub(crate) fn build(format: ObjectFormat, objects: &[(Oid, u64)]) -> Self {
        let mut bytes = Vec::with_capacity(8 + FANOUT_BYTES + objects.len() * 36 + 64);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&2_u32.to_be_bytes());
        for byte in 0..=255_u8 {
            let count = objects.partition_point(|(oid, _)| oid.as_bytes()[0] <= byte);
            bytes.extend_from_slice(&(count as u32).to_be_bytes());
        }
        for (oid, _) in objects {
            bytes.extend_from_slice(oid.as_bytes());
        }
        bytes.resize(bytes.len() + objects.len() * 4, 0);
        let mut large = Vec::new();
        for (_, offset) in objects {
            let small = u32::try_from(*offset).ok().filter(|small| small >> 31 == 0);
            let stored = small.unwrap_or_else(|| {
                large.extend_from_slice(&offset.to_be_bytes());
                0x8000_0000 | (large.len() / 8 - 1) as u32
            });
            bytes.extend_from_slice(&stored.to_be_bytes());
        }
        bytes.extend_from_slice(&large);
        bytes.resize(bytes.len() + 2 * format.bytes(), 0);
        Self::new(FileBytes::Owned(bytes), format).expect("built with the sizes that are read")
    }
}

/// The number of objects, if the fan-out never decreases.
pub(crate) fn check_fanout(fanout: &[u8]) -> Result<u32, IdxError> {
    let mut last = 0;
    for byte in 0..256 {
        let count = be_u32(fanout, byte * 4).unwrap_or(0);
        if count < last {
            return Err(IdxError::FanOut { byte });
        }
        last = count;
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::ObjectKind;

    fn sample() -> Vec<(Oid, u64)> {
        let mut objects: Vec<_> = (0..300_u64)
            .map(|n| {
                let oid = ObjectFormat::Sha1.hash_object(ObjectKind::Blob, &n.to_le_bytes());
                (oid, if n % 7 == 0 { n << 33 } else { n })
            })
            .collect();
        objects.sort();
        objects
    }

    fn bytes_of(idx: &Idx) -> Vec<u8> {
        idx.bytes.to_vec()
    }

    fn reopened(bytes: Vec<u8>) -> Result<Idx, IdxError> {
        Idx::new(FileBytes::Owned(bytes), ObjectFormat::Sha1)
    }

    #[test]
    fn what_was_built_is_found() {
        let objects = sample();
        let idx = Idx::build(ObjectFormat::Sha1, &objects);
        assert_eq!(idx.count(), 300);
        idx.check_order().unwrap();
        for (position, (oid, offset)) in objects.iter().enumerate() {
            assert_eq!(idx.find(oid), Some(position as u32));
            assert_eq!(idx.offset(position as u32), Some(*offset));
            assert!(idx.positions_of(oid.as_bytes()[0]).contains(&(position as u32)));
        }
        let absent = ObjectFormat::Sha1.hash_object(ObjectKind::Blob, b"absent");
        assert_eq!(idx.find(&absent), None);
    }

    #[test]
    fn version_1_is_read() {
        let objects = sample();
        let mut bytes = Vec::new();
        for byte in 0..=255_u8 {
            let count = objects.iter().filter(|(oid, _)| oid.as_bytes()[0] <= byte).count();
            bytes.extend_from_slice(&(count as u32).to_be_bytes());
        }
        for (position, (oid, _)) in objects.iter().enumerate() {
            bytes.extend_from_slice(&(position as u32 * 3).to_be_bytes());
            bytes.extend_from_slice(oid.as_bytes());
        }
        bytes.extend_from_slice(&[0; 40]);
        let idx = reopened(bytes).unwrap();
        idx.check_order().unwrap();
        assert_eq!(idx.find(&objects[17].0), Some(17));
        assert_eq!(idx.offset(17), Some(51));
    }

    #[test]
    fn lies_are_told() {
        let good = bytes_of(&Idx::build(ObjectFormat::Sha1, &sample()));
        let mut version = good.clone();
        version[7] = 9;
        assert_eq!(reopened(version).unwrap_err(), IdxError::Version { version: 9 });
        let mut fanout = good.clone();
        fanout[8 + 4 * 100] = 0xff;
        assert_eq!(reopened(fanout).unwrap_err(), IdxError::FanOut { byte: 101 });
        let short = good[..good.len() - 400].to_vec();
        assert!(matches!(reopened(short), Err(IdxError::Truncated { .. })));
        let mut order = good;
        let at = 8 + FANOUT_BYTES + 20 * 150;
        order.copy_within(at..at + 20, at + 20);
        assert!(matches!(reopened(order).unwrap().check_order(), Err(IdxError::Order { .. })));
    }

    #[test]
    fn any_byte_may_be_wrong() {
        let objects = sample();
        let good = bytes_of(&Idx::build(ObjectFormat::Sha1, &objects));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x81;
            let Ok(idx) = reopened(bad) else { continue };
            let _ = idx.check_order();
            for position in (0..idx.count().min(300)).step_by(50) {
                let _ = (idx.offset(position), idx.oid(position));
            }
            let _ = idx.find(&objects[40].0);
        }
    }
}
