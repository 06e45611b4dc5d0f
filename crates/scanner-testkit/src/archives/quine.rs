//! A zip that contains itself: its one entry, inflated, is the whole zip again.
//!
//! The deflate stream is a program of two instructions: *print* (a stored block, which prints the bytes that follow) and
//! *repeat* (a block that copies the last bytes printed). Written in the order of [`program`], what the program prints is the
//! header in front of it, the program, and the directory behind it. The checksum that stands inside is found by solving for
//! it: a CRC is linear in the bits of what it is taken of.

use super::{Zip, ZipEntry, ZipMethod};

/// Bytes of each instruction but the last.
const UNIT: usize = 5;
/// Bytes of the last instruction.
const LAST: usize = 6;
const NAME: &str = "quine.zip";

/// The zip.
///
/// # Panics
///
/// Never: the checksum has a solution for this name.
pub fn zip_quine() -> Vec<u8> {
    let base = crc32fast::hash(&with_checksum(0));
    // What each bit of the checksum does to the difference between it and what it should be.
    let bits: Vec<u32> =
        (0..32).map(|bit| crc32fast::hash(&with_checksum(1 << bit)) ^ base ^ (1 << bit)).collect();
    with_checksum(solve(&bits, base).expect("the bits are independent"))
}

/// Those of `bits` that give `wanted` together, as a mask.
fn solve(bits: &[u32], wanted: u32) -> Option<u32> {
    // Each reduced vector with the mask of those that it was made of.
    let mut reduced: Vec<(u32, u32)> = Vec::new();
    let reduce = |reduced: &[(u32, u32)], mut value: u32, mut mask: u32| {
        for (vector, made_of) in reduced {
            if value & (1 << (31 - vector.leading_zeros())) != 0 {
                value ^= vector;
                mask ^= made_of;
            }
        }
        (value, mask)
    };
    for (bit, vector) in bits.iter().enumerate() {
        let (value, mask) = reduce(&reduced, *vector, 1 << bit);
        if value != 0 {
            reduced.push((value, mask));
            reduced.sort_by_key(|(vector, _)| std::cmp::Reverse(*vector));
        }
    }
    let (rest, mask) = reduce(&reduced, wanted, 0);
    (rest == 0).then_some(mask)
}

fn with_checksum(crc: u32) -> Vec<u8> {
    let zip = |packed: Vec<u8>, size: usize| {
        let mut entry = ZipEntry::new(NAME, b"", ZipMethod::Deflate);
        (entry.crc, entry.packed, entry.size) = (crc, packed, size as u64);
        Zip::new().entry(&entry).finish()
    };
    // The lengths are those of any checksum and of any bytes.
    let front = 30 + NAME.len();
    let back = zip(Vec::new(), 0).len() - front;
    let packed = program(&vec![0; front], &vec![0; back]);
    let size = front + packed.len() + back;
    let draft = zip(packed, size);
    zip(program(&draft[..front], &draft[size - back..]), size)
}

/// The instructions that print `front`, themselves, and `back`.
fn program(front: &[u8], back: &[u8]) -> Vec<u8> {
    let print = |count: usize| {
        let count = count as u16;
        [&[0][..], &count.to_le_bytes(), &(!count).to_le_bytes()].concat()
    };
    let (zero, one, four) = (&print(0)[..], &print(UNIT)[..], &print(4 * UNIT)[..]);
    let (begin, end) = (&print(front.len() + UNIT)[..], &print(back.len() + LAST)[..]);
    let again = &repeat(&[10, 10], 4 * UNIT, false)[..];
    let first = &repeat(&[front.len() + UNIT], front.len() + UNIT, true)[..];
    let last = &repeat(&[back.len() + LAST], back.len() + LAST, true)[..];
    // The bit that ends the stream is in the empty block that the last instruction ends with.
    let mut last = last.to_vec();
    last[LAST_BLOCK.0] |= LAST_BLOCK.1;
    assert_eq!((again.len(), first.len(), last.len()), (UNIT, UNIT, LAST));
    [
        begin, front, begin, first, one, first, one, one, four, first, one, one, four, again, four,
        again, four, again, four, again, four, again, zero, zero, end, again, zero, zero, end,
        &last, back, &last,
    ]
    .concat()
}

/// Where the last instruction's second block begins: behind 31 bits.
const LAST_BLOCK: (usize, u8) = (3, 0x80);

/// A block of copies of these lengths from so far back, and an empty one behind it where that is needed to fill the bytes.
fn repeat(lengths: &[usize], distance: usize, is_filled: bool) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.number(0b010, 3);
    for length in lengths {
        let (code, base, extra) = span(*length - 3, 4);
        bits.code(code as u32 + 1, 7);
        bits.number(*length - 3 - base, extra);
        let (code, base, extra) = span(distance - 1, 2);
        bits.code(code as u32, 5);
        bits.number(distance - 1 - base, extra);
    }
    bits.code(0, 7);
    if is_filled {
        bits.number(0b010, 3);
        bits.code(0, 7);
    }
    bits.bytes
}

/// The code of deflate for a value, the least value of that code, and its number of extra bits: codes come in groups of
/// `width`, the first two without extra bits, each next one with one more.
fn span(value: usize, width: usize) -> (usize, usize, u32) {
    let (mut code, mut base, mut extra) = (0, 0, 0);
    while value >= base + (1 << extra) {
        base += 1 << extra;
        code += 1;
        if code >= 2 * width && code % width == 0 {
            extra += 1;
        }
    }
    (code, base, extra)
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn bit(&mut self, bit: bool) {
        if self.count.is_multiple_of(8) {
            self.bytes.push(0);
        }
        let last = self.bytes.len() - 1;
        self.bytes[last] |= u8::from(bit) << (self.count % 8);
        self.count += 1;
    }

    /// A number, its lowest bit first.
    fn number(&mut self, value: usize, bits: u32) {
        (0..bits).for_each(|bit| self.bit(value >> bit & 1 == 1));
    }

    /// A code, its highest bit first.
    fn code(&mut self, code: u32, bits: u32) {
        (0..bits).rev().for_each(|bit| self.bit(code >> bit & 1 == 1));
    }
}
