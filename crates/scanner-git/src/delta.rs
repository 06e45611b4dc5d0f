//! Deltas: a list of copies from a base and of inserted bytes.
//!
//! [`DeltaHeader::parse`] reads the two sizes, [`apply`] writes the result and checks every bound. [`check`] does the
//! checks alone: for large results, so that memory is only taken for what will be filled.

use crate::damage::Damage;

/// Copies up to this many bytes are made with two vector moves where there is room, not with a call.
const SHORT: usize = 32;

/// One instruction of a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeltaOp {
    /// `len` bytes of the base from `base_offset` stand at `offset` of the result.
    Copy {
        /// Where in the base.
        base_offset: u64,
        /// Where in the result.
        offset: u64,
        /// How many bytes.
        len: u64,
    },
    /// `len` new bytes stand at `offset` of the result.
    Insert {
        /// Where in the result.
        offset: u64,
        /// How many bytes.
        len: u64,
    },
}

/// The sizes at the head of a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeltaHeader {
    pub(crate) base_bytes: u64,
    pub(crate) result_bytes: u64,
    /// Where the instructions begin.
    pub(crate) instructions: usize,
}

impl DeltaHeader {
    pub(crate) fn parse(delta: &[u8]) -> Result<Self, Damage> {
        let (base_bytes, first) = parse_size(delta)?;
        let (result_bytes, second) = parse_size(&delta[first..])?;
        Ok(Self { base_bytes, result_bytes, instructions: first + second })
    }
}

fn parse_size(bytes: &[u8]) -> Result<(u64, usize), Damage> {
    let mut size = 0_u64;
    for (index, byte) in bytes.iter().enumerate() {
        let part = u64::from(byte & 0x7f);
        let shift = 7 * index as u32;
        if shift > 63 || (part << shift) >> shift != part {
            return Err(Damage::BadHeader);
        }
        size |= part << shift;
        if byte & 0x80 == 0 {
            return Ok((size, index + 1));
        }
    }
    Err(Damage::Truncated)
}

/// An instruction as stored: what it does, and how many bytes it takes itself.
enum Stored {
    Copy { from: usize, len: usize, bytes: usize },
    Insert { len: usize },
}

/// Reads the instruction at the start of `code`, which is not empty.
#[inline(always)]
fn read(code: &[u8]) -> Result<Stored, Damage> {
    let command = code[0];
    if command & 0x80 == 0 {
        return match command {
            0 => Err(Damage::DeltaOutOfBounds),
            len => Ok(Stored::Insert { len: usize::from(len) }),
        };
    }
    // Fast path: with eight bytes at hand the seven possible operands need no bounds checks.
    let mut raw = [0_u8; 8];
    if let Some(eight) = code.get(..8) {
        raw.copy_from_slice(eight);
    } else {
        raw[..code.len()].copy_from_slice(code);
    }
    let mut at = 1;
    let mut from = 0_usize;
    for bit in 0..4 {
        if command & 1 << bit != 0 {
            from |= usize::from(raw[at]) << (8 * bit);
            at += 1;
        }
    }
    let mut len = 0_usize;
    for bit in 0..3 {
        if command & 0x10 << bit != 0 {
            len |= usize::from(raw[at & 7]) << (8 * bit);
            at += 1;
        }
    }
    if at > code.len() {
        return Err(Damage::Truncated);
    }
    if len == 0 {
        len = 0x10000;
    }
    Ok(Stored::Copy { from, len, bytes: at })
}

/// Results above this are checked before memory is taken for them; below, [`apply`] finds out itself (a second pass
/// over the instructions costs 6 % of all decoding).
const UNCHECKED_BYTES_MAX: u64 = 4 << 20;

/// [`check`], where the result is large enough to be worth it.
pub(crate) fn check_large(code: &[u8], header: &DeltaHeader) -> Result<(), Damage> {
    if header.result_bytes <= UNCHECKED_BYTES_MAX {
        return Ok(());
    }
    check(code, header.base_bytes, header.result_bytes)
}

/// Verifies that `code` gives exactly `result_bytes` bytes out of a base of `base_bytes`.
pub(crate) fn check(mut code: &[u8], base_bytes: u64, result_bytes: u64) -> Result<(), Damage> {
    let mut written = 0_u64;
    while !code.is_empty() {
        match read(code)? {
            Stored::Copy { from, len, bytes } => {
                if (from as u64) + (len as u64) > base_bytes {
                    return Err(Damage::DeltaOutOfBounds);
                }
                written += len as u64;
                code = &code[bytes..];
            }
            Stored::Insert { len } => {
                written += len as u64;
                code = code.get(1 + len..).ok_or(Damage::Truncated)?;
            }
        }
    }
    if written == result_bytes { Ok(()) } else { Err(Damage::DeltaOutOfBounds) }
}

/// Copies that are listed are at least that long.
pub const LISTED_BYTES_MIN: usize = 128;

/// A copy of at least [`LISTED_BYTES_MIN`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongCopy {
    /// Where in the base.
    pub base_offset: usize,
    /// Where in the result.
    pub offset: usize,
    /// How many bytes.
    pub len: usize,
}

/// Fills `result` with what `code` makes of `base`, and lists the long copies: one in ten, which hold nearly all bytes.
pub(crate) fn apply(
    mut code: &[u8],
    base: &[u8],
    result: &mut [u8],
    long: &mut Vec<LongCopy>,
) -> Result<(), Damage> {
    long.clear();
    let all = result.len();
    let mut rest = result;
    while !code.is_empty() {
        let (source, wide, len, used) = match read(code)? {
            Stored::Copy { from, len, bytes } => {
                let source = base.get(from..from + len).ok_or(Damage::DeltaOutOfBounds)?;
                if len >= LISTED_BYTES_MIN {
                    long.push(LongCopy { base_offset: from, offset: all - rest.len(), len });
                }
                (source, base[from..].first_chunk::<SHORT>(), len, bytes)
            }
            Stored::Insert { len } => {
                let source = code.get(1..=len).ok_or(Damage::Truncated)?;
                (source, code[1..].first_chunk::<SHORT>(), len, 1 + len)
            }
        };
        if len <= SHORT
            && let (Some(wide), Some(target)) = (wide, rest.first_chunk_mut::<SHORT>())
        {
            // Bytes beyond `len` are overwritten by what follows: the result has room for them.
            *target = *wide;
            rest = &mut rest[len..];
        } else {
            let (target, after) = rest.split_at_mut_checked(len).ok_or(Damage::DeltaOutOfBounds)?;
            target.copy_from_slice(source);
            rest = after;
        }
        code = &code[used..];
    }
    if rest.is_empty() { Ok(()) } else { Err(Damage::DeltaOutOfBounds) }
}

/// The instructions of a delta that was applied without error.
#[derive(Clone, Debug)]
pub struct DeltaOps<'a> {
    code: &'a [u8],
    offset: u64,
}

impl<'a> DeltaOps<'a> {
    /// The instructions in `code`, without the sizes before them.
    pub(crate) fn new(code: &'a [u8]) -> Self {
        Self { code, offset: 0 }
    }
}

impl Iterator for DeltaOps<'_> {
    type Item = DeltaOp;

    fn next(&mut self) -> Option<DeltaOp> {
        if self.code.is_empty() {
            return None;
        }
        let offset = self.offset;
        let (op, used, len) = match read(self.code).ok()? {
            Stored::Copy { from, len, bytes } => {
                let len = len as u64;
                (DeltaOp::Copy { base_offset: from as u64, offset, len }, bytes, len)
            }
            Stored::Insert { len } => {
                let bytes = len as u64;
                (DeltaOp::Insert { offset, len: bytes }, 1 + len, bytes)
            }
        };
        self.code = self.code.get(used..)?;
        self.offset += len;
        Some(op)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn long_copy(op: DeltaOp) -> Option<LongCopy> {
        let DeltaOp::Copy { base_offset, offset, len } = op else { return None };
        let [base_offset, offset, len] = [base_offset, offset, len].map(|n| n as usize);
        Some(LongCopy { base_offset, offset, len })
    }

    fn applied(code: &[u8], base: &[u8], len: usize) -> Result<Vec<u8>, Damage> {
        let mut result = vec![0; len];
        let checked = check(code, base.len() as u64, len as u64);
        let mut long = Vec::new();
        let done = apply(code, base, &mut result, &mut long);
        if done.is_ok() {
            let is_long = |copy: &LongCopy| copy.len >= LISTED_BYTES_MIN;
            let listed: Vec<_> =
                DeltaOps::new(code).filter_map(long_copy).filter(is_long).collect();
            assert_eq!(long, listed);
        }
        assert_eq!(checked.is_ok(), done.is_ok(), "{checked:?} {done:?}");
        done.map(|()| result)
    }

    #[test]
    fn copies_and_inserts() {
        let code = [0x90, 3, 2, b'x', b'y', 0x91, 4, 2];
        assert_eq!(applied(&code, b"abcdefg", 7).unwrap(), b"abcxyef");
        let ops: Vec<_> = DeltaOps::new(&code).collect();
        assert_eq!(
            ops,
            [
                DeltaOp::Copy { base_offset: 0, offset: 0, len: 3 },
                DeltaOp::Insert { offset: 3, len: 2 },
                DeltaOp::Copy { base_offset: 4, offset: 5, len: 2 },
            ]
        );
    }

    #[test]
    fn a_copy_of_no_length_is_64_kib() {
        let base = vec![7; 0x10000];
        assert_eq!(applied(&[0x80], &base, 0x10000).unwrap(), base);
        assert_eq!(applied(&[0x80], &base[1..], 0x10000), Err(Damage::DeltaOutOfBounds));
    }

    #[test]
    fn every_bound_is_checked() {
        assert_eq!(applied(&[0x90, 8], b"abcdefg", 8), Err(Damage::DeltaOutOfBounds));
        assert_eq!(applied(&[0x90, 3], b"abc", 2), Err(Damage::DeltaOutOfBounds));
        assert_eq!(applied(&[0x90, 3], b"abc", 4), Err(Damage::DeltaOutOfBounds));
        assert_eq!(applied(&[0], b"abc", 0), Err(Damage::DeltaOutOfBounds));
        assert_eq!(applied(&[3, b'a'], b"", 3), Err(Damage::Truncated));
        assert_eq!(applied(&[0xff, 1, 1], b"abc", 3), Err(Damage::Truncated));
        assert_eq!(DeltaHeader::parse(&[0x80]), Err(Damage::Truncated));
        assert_eq!(DeltaHeader::parse(&[0xff; 11]), Err(Damage::BadHeader));
    }

    proptest! {
        #[test]
        fn any_bytes_are_handled(code in prop::collection::vec(any::<u8>(), 0..40), len in 0_usize..99) {
            let _ = applied(&code, &vec![1; 70_000], len);
            let _ = DeltaOps::new(&code).count();
            let _ = DeltaHeader::parse(&code);
        }
    }
}
