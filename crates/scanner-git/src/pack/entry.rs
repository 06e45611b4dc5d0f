//! Headers of pack entries: type, size, and for deltas where the base is.

use crate::damage::Damage;
use crate::oid::{ObjectFormat, ObjectKind, Oid};

/// How an entry stores its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// Whole.
    Whole(ObjectKind),
    /// As a delta against the entry at this offset of the same pack.
    OffsetDelta(u64),
    /// As a delta against the object of this id, wherever it is.
    RefDelta(Oid),
}

/// The header of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryHeader {
    /// How the object is stored.
    pub(crate) kind: EntryKind,
    /// Inflated size of what is stored: the object, or the delta.
    pub(crate) size: u64,
    /// Where the compressed bytes begin, from the start of the header.
    pub(crate) header_bytes: u32,
}

/// Reads the header at the start of `bytes`, an entry that begins at `offset` of its pack.
///
/// # Errors
/// [`Damage::BadHeader`] for types and sizes that do not exist, [`Damage::Truncated`] at the end of the bytes, and
/// [`Damage::WrongBase`] for a base that would lie before the pack.
pub(crate) fn parse_entry(
    bytes: &[u8],
    offset: u64,
    format: ObjectFormat,
) -> Result<EntryHeader, Damage> {
    let first = *bytes.first().ok_or(Damage::Truncated)?;
    let mut size = u64::from(first & 0x0f);
    let mut at = 1;
    let mut shift = 4;
    let mut last = first;
    while last & 0x80 != 0 {
        last = *bytes.get(at).ok_or(Damage::Truncated)?;
        let part = u64::from(last & 0x7f);
        if shift > 63 || (part << shift) >> shift != part {
            return Err(Damage::BadHeader);
        }
        size |= part << shift;
        shift += 7;
        at += 1;
    }
    let kind = match first >> 4 & 7 {
        1 => EntryKind::Whole(ObjectKind::Commit),
        2 => EntryKind::Whole(ObjectKind::Tree),
        3 => EntryKind::Whole(ObjectKind::Blob),
        4 => EntryKind::Whole(ObjectKind::Tag),
        6 => {
            let (distance, length) = parse_distance(&bytes[at..])?;
            at += length;
            let base = offset.checked_sub(distance).filter(|_| distance > 0);
            EntryKind::OffsetDelta(base.ok_or(Damage::WrongBase)?)
        }
        7 => {
            let id = bytes.get(at..at + format.bytes()).ok_or(Damage::Truncated)?;
            at += format.bytes();
            EntryKind::RefDelta(Oid::from_bytes(format, id).ok_or(Damage::BadHeader)?)
        }
        _ => return Err(Damage::BadHeader),
    };
    Ok(EntryHeader { kind, size, header_bytes: at as u32 })
}

/// The distance back to the base of an offset delta, and how many bytes it took.
fn parse_distance(bytes: &[u8]) -> Result<(u64, usize), Damage> {
    let mut distance = 0_u64;
    for (index, byte) in bytes.iter().enumerate() {
        let part = u64::from(byte & 0x7f);
        distance = if index == 0 {
            part
        } else {
            let next = distance.checked_add(1).ok_or(Damage::BadHeader)?;
            if next >> 57 != 0 {
                return Err(Damage::BadHeader);
            }
            next << 7 | part
        };
        if byte & 0x80 == 0 {
            return Ok((distance, index + 1));
        }
    }
    Err(Damage::Truncated)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA1: ObjectFormat = ObjectFormat::Sha1;

    #[test]
    fn whole_objects() {
        let header = parse_entry(&[0b1011_0101, 0b0000_0001], 12, SHA1).unwrap();
        assert_eq!(header.kind, EntryKind::Whole(ObjectKind::Blob));
        assert_eq!((header.size, header.header_bytes), (5 + 16, 2));
    }

    #[test]
    fn offset_deltas_count_back() {
        let header = parse_entry(&[0b0110_0011, 0x80, 0x00], 1000, SHA1).unwrap();
        assert_eq!(header.kind, EntryKind::OffsetDelta(1000 - 128));
        assert_eq!(parse_entry(&[0b0110_0011, 0x05], 4, SHA1), Err(Damage::WrongBase));
        assert_eq!(parse_entry(&[0b0110_0011, 0x00], 4, SHA1), Err(Damage::WrongBase));
        assert_eq!(parse_entry(&[0b0110_0011, 0x85], 4, SHA1), Err(Damage::Truncated));
    }

    #[test]
    fn ref_deltas_name_their_base() {
        let mut bytes = vec![0b0111_0001];
        bytes.extend_from_slice(&[9; 20]);
        let oid = Oid::from_bytes(SHA1, &[9; 20]).unwrap();
        let header = parse_entry(&bytes, 0, SHA1).unwrap();
        assert_eq!((header.kind, header.header_bytes), (EntryKind::RefDelta(oid), 21));
        assert_eq!(parse_entry(&bytes[..20], 0, SHA1), Err(Damage::Truncated));
    }

    #[test]
    fn nonsense_is_told() {
        assert_eq!(parse_entry(&[], 0, SHA1), Err(Damage::Truncated));
        assert_eq!(parse_entry(&[0b0000_0001], 0, SHA1), Err(Damage::BadHeader));
        assert_eq!(parse_entry(&[0b0101_0001], 0, SHA1), Err(Damage::BadHeader));
        assert_eq!(parse_entry(&[0xff; 12], 0, SHA1), Err(Damage::BadHeader));
        assert_eq!(parse_entry(&[0b1110_0000; 40], 0, SHA1), Err(Damage::BadHeader));
    }
}
