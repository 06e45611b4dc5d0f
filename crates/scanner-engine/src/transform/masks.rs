//! Marks of where something encoded may begin: a bit for each of 64 bytes.
//!
//! Every block gets the cheap marks ([`Hints`]); only where these show a long run do the others follow
//! ([`Marks`]). Both have a vector form and a scalar one that must mark the same (tested).

use std::ops::Range;

use super::base64;
use crate::prefilter::native::SimdLevel;

/// Marks of 64 bytes that every block gets, the first byte at bit 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Characters of the standard alphabet of base64: `-` and `_` of the other stand in too many names.
    pub(super) run: u64,
    /// May begin an escape of some kind.
    pub(super) escape: u64,
}

/// Marks of 64 bytes with long runs, the first byte at bit 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// May begin four characters of standard base64 whose first byte is ASCII.
    pub(super) first: u64,
    /// May stand second in four whose second byte is ASCII.
    pub(super) second: u64,
    /// May stand third in four whose third byte is ASCII.
    pub(super) third: u64,
    /// Character of standard base64.
    pub(super) fourth: u64,
    /// First digit of a pair that is ASCII text.
    pub(super) hex_high: u64,
    /// Hexadecimal digit.
    pub(super) hex: u64,
    /// Begins what base64 of compressed data begins with.
    pub(super) zip: u64,
}

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;

/// The marks of the block at `at`. Bytes past the end have none.
#[inline]
pub(super) fn marks(level: SimdLevel, bytes: &[u8], at: usize) -> Marks {
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level
        && let Some(seen) = bytes.get(at..at + BLOCK + 1)
        && let Ok(seen) = seen.try_into()
    {
        return avx2::marks(level, seen);
    }
    let _ = level;
    scalar(bytes, at)
}

impl Hints {
    /// Whether a run of 24 characters may begin in the block: it fills two neighbouring eighths of 64 bytes.
    #[inline(always)]
    fn may_hold_run(self, next: Self) -> bool {
        let four = self.run & self.run >> 4;
        let two = four & four >> 2;
        let eighths = two & two >> 1 & 0x0101_0101_0101_0101;
        let across = eighths >> 56 != 0 && next.run & 0xff == 0xff;
        eighths & eighths >> 8 != 0 || across || next.run & 0xffff == 0xffff
    }
}

/// Gives every block of `places` that is worth a closer look: where it begins, whether a long run may begin in it, and
/// where escapes may. The last block may reach beyond `places`.
pub(super) fn scan_hints(
    level: SimdLevel,
    bytes: &[u8],
    places: Range<usize>,
    found: &mut impl FnMut(usize, bool, u64),
) {
    if places.is_empty() {
        return;
    }
    let mut before: Option<(usize, Hints)> = None;
    let mut take = |at: usize, hints: Hints| {
        if let Some((at, before)) = before.replace((at, hints)) {
            let run = before.may_hold_run(hints);
            if run || before.escape != 0 {
                found(at, run, before.escape);
            }
        }
    };
    // Each block is given once the one behind it is known.
    let (mut at, end) = (places.start, places.end + BLOCK);
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level {
        at = avx2::scan_hints(level, bytes, at..end, &mut take);
    }
    let _ = level;
    while at < end {
        take(at, scalar_hints(bytes, at));
        at += BLOCK;
    }
}

/// The bytes of a block with the one behind each, and the bit of each.
fn pairs(bytes: &[u8], at: usize) -> impl Iterator<Item = (usize, u8, u8)> {
    let block = at.min(bytes.len())..(at + BLOCK).min(bytes.len());
    let next = |place: usize| bytes.get(place + 1).copied().unwrap_or(0);
    block.enumerate().map(move |(bit, place)| (bit, bytes[place], next(place)))
}

fn scalar(bytes: &[u8], at: usize) -> Marks {
    let mut marks = Marks::default();
    for (bit, byte, next) in pairs(bytes, at) {
        let set = |mask: &mut u64, is_set: bool| *mask |= u64::from(is_set) << bit;
        if let Some(value) = base64::standard_value(byte) {
            set(&mut marks.first, value & 0b10_0000 == 0);
            set(&mut marks.second, value & 0b00_1000 == 0);
            set(&mut marks.third, value & 0b00_0010 == 0);
            set(&mut marks.fourth, true);
        }
        set(&mut marks.hex_high, (b'2'..=b'7').contains(&byte));
        set(&mut marks.hex, byte.is_ascii_hexdigit());
        let zlib = byte == b'e' && matches!(next, b'J' | b'N');
        set(&mut marks.zip, zlib || (byte, next) == (b'H', b'4'));
    }
    marks
}

fn scalar_hints(bytes: &[u8], at: usize) -> Hints {
    let mut hints = Hints::default();
    for (bit, byte, next) in pairs(bytes, at) {
        let class = class_of(byte, &CLASSES);
        let is_escape = class & class_of(next, &FOLLOWERS) & ESCAPES != 0 && next != b'=';
        hints.run |= u64::from(class & !ESCAPES != 0) << bit;
        hints.escape |= u64::from(is_escape) << bit;
    }
    hints
}

/// Bits of classes of bytes, by low and by high nibble: a byte has those that both have. Bytes that are not ASCII
/// have none. In vectors each half is one look-up.
type Classes = ([u8; 16], [u8; 16]);

/// The bits of [`CLASSES`] that begin escapes; the others are characters of base64.
const ESCAPES: u8 = 0xf0;

const CLASSES: Classes = classes(&[
    (0x01, "3", "0123456789"),
    (0x02, "46", "123456789abcdef"),
    (0x04, "57", "0123456789a"),
    (0x08, "2", "bf"),
    // `%`, `\`, `&`, `=`.
    (0x10, "2", "5"),
    (0x20, "5", "c"),
    (0x40, "2", "6"),
    (0x80, "3", "d"),
]);

/// What may stand behind each beginning of an escape, under the same bit, and a little more: only products of
/// nibbles can be told. Behind `=` that is another `=`, which is excluded by itself.
const FOLLOWERS: Classes = classes(&[
    (0x10, "346", "0123456789"),
    (0x20, "57", "58"),
    (0x40, "267", "137ce"),
    (0x80, "03", "3ad"),
]);

/// Classes from their bits with the high and the low nibbles of their bytes.
const fn classes(rows: &[(u8, &str, &str)]) -> Classes {
    const fn set(table: &mut [u8; 16], digits: &str, bit: u8) {
        let digits = digits.as_bytes();
        let mut index = 0;
        while index < digits.len() {
            let digit = digits[index];
            let nibble = if digit <= b'9' { digit - b'0' } else { digit - b'a' + 10 };
            table[nibble as usize] |= bit;
            index += 1;
        }
    }
    let mut classes = ([0; 16], [0; 16]);
    let mut row = 0;
    while row < rows.len() {
        let (bit, high, low) = rows[row];
        set(&mut classes.0, low, bit);
        set(&mut classes.1, high, bit);
        row += 1;
    }
    classes
}

const fn class_of(byte: u8, (by_low, by_high): &Classes) -> u8 {
    if byte < 0x80 { by_low[(byte & 15) as usize] & by_high[(byte >> 4) as usize] } else { 0 }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! The marks of a block with 256-bit vectors.

    use std::arch::x86_64::{
        __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_andnot_si256, _mm256_cmpeq_epi8,
        _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    use std::ops::Range;

    use super::super::base64;
    use super::{BLOCK, CLASSES, Classes, ESCAPES, FOLLOWERS, Hints, Marks};
    use crate::prefilter::native::SimdLevel;

    /// Characters of base64 one of whose bits is zero, by nibbles: a bit for each high nibble that has some,
    /// and by low nibble the bits of the high ones that it is one with.
    const fn nibbles(bit: u8) -> ([u8; 16], [u8; 16]) {
        let (mut by_low, mut by_high) = ([0u8; 16], [0u8; 16]);
        let mut next = 1u8;
        let mut high = 0;
        while high < 16 {
            let mut low = 0;
            while low < 16 {
                if let Some(value) = base64::standard_value(high << 4 | low)
                    && value & bit == 0
                {
                    by_low[low as usize] |= next;
                    by_high[high as usize] = next;
                }
                low += 1;
            }
            if by_high[high as usize] != 0 {
                next <<= 1;
            }
            high += 1;
        }
        (by_low, by_high)
    }

    const FIRST: ([u8; 16], [u8; 16]) = nibbles(0b10_0000);
    const SECOND: ([u8; 16], [u8; 16]) = nibbles(0b00_1000);
    const THIRD: ([u8; 16], [u8; 16]) = nibbles(0b00_0010);
    const FOURTH: ([u8; 16], [u8; 16]) = nibbles(0);

    /// The marks of a block; the byte behind it is looked at too.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn marks(level: SimdLevel, seen: &[u8; BLOCK + 1]) -> Marks {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { marks_avx2(seen) }
    }

    #[target_feature(enable = "avx2")]
    fn marks_avx2(seen: &[u8; BLOCK + 1]) -> Marks {
        let low = half(load(seen, 0), load(seen, 1));
        let high = half(load(seen, 32), load(seen, 33));
        let wide = |index: usize| u64::from(low[index]) | u64::from(high[index]) << 32;
        Marks {
            first: wide(0),
            second: wide(1),
            third: wide(2),
            fourth: wide(3),
            hex_high: wide(4),
            hex: wide(5),
            zip: wide(6),
        }
    }

    /// Masks of 32 bytes, in the order of [`Marks`]; `next` are the bytes one further.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn half(bytes: __m256i, next: __m256i) -> [u32; 7] {
        let splat = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let mask = |vector: __m256i| _mm256_movemask_epi8(vector).cast_unsigned();
        let is = |byte: u8| _mm256_cmpeq_epi8(bytes, splat(byte));
        let then = |byte: u8| _mm256_cmpeq_epi8(next, splat(byte));
        let (or, and) = (_mm256_or_si256, _mm256_and_si256);
        let nibble = splat(0x0f);
        let low = and(bytes, nibble);
        let high = and(_mm256_srli_epi16::<4>(bytes), nibble);
        let none = |(by_low, by_high): &([u8; 16], [u8; 16])| {
            let allowed = and(
                _mm256_shuffle_epi8(both_lanes(by_low), low),
                _mm256_shuffle_epi8(both_lanes(by_high), high),
            );
            mask(_mm256_cmpeq_epi8(allowed, _mm256_setzero_si256()))
        };
        let hex = or(within(bytes, b'0', b'9'), within(or(bytes, splat(0x20)), b'a', b'f'));
        let zip = or(and(is(b'e'), or(then(b'J'), then(b'N'))), and(is(b'H'), then(b'4')));
        [
            !none(&FIRST),
            !none(&SECOND),
            !none(&THIRD),
            !none(&FOURTH),
            mask(within(bytes, b'2', b'7')),
            mask(hex),
            mask(zip),
        ]
    }

    /// Gives the hints of as many blocks as have a byte behind them; returns where it stopped.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn scan_hints(
        level: SimdLevel,
        bytes: &[u8],
        places: Range<usize>,
        take: &mut impl FnMut(usize, Hints),
    ) -> usize {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { scan_hints_avx2(bytes, places, take) }
    }

    #[target_feature(enable = "avx2")]
    fn scan_hints_avx2(
        bytes: &[u8],
        places: Range<usize>,
        take: &mut impl FnMut(usize, Hints),
    ) -> usize {
        let mut at = places.start;
        while at < places.end
            && let Some(Ok(seen)) = bytes.get(at..at + BLOCK + 1).map(TryInto::try_into)
        {
            take(at, hints_avx2(seen));
            at += BLOCK;
        }
        at
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn hints_avx2(seen: &[u8; BLOCK + 1]) -> Hints {
        let low = half_hints(load(seen, 0), load(seen, 1));
        let high = half_hints(load(seen, 32), load(seen, 33));
        let wide = |index: usize| u64::from(low[index]) | u64::from(high[index]) << 32;
        Hints { run: wide(0), escape: wide(1) }
    }

    /// Masks of 32 bytes, in the order of [`Hints`]; `next` are the bytes one further.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn half_hints(bytes: __m256i, next: __m256i) -> [u32; 2] {
        let splat = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let class = classes(bytes, &CLASSES);
        let escape = _mm256_andnot_si256(
            _mm256_cmpeq_epi8(next, splat(b'=')),
            _mm256_and_si256(class, classes(next, &FOLLOWERS)),
        );
        let none = |vector: __m256i, bits: u8| {
            let bits = _mm256_and_si256(vector, splat(bits));
            _mm256_movemask_epi8(_mm256_cmpeq_epi8(bits, _mm256_setzero_si256())).cast_unsigned()
        };
        [!none(class, !ESCAPES), !none(escape, ESCAPES)]
    }

    /// The classes of 32 bytes. A shuffle gives zero where the highest bit is set: such bytes have none.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn classes(bytes: __m256i, (by_low, by_high): &Classes) -> __m256i {
        let nibble = _mm256_set1_epi8(0x0f);
        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
        _mm256_and_si256(
            _mm256_shuffle_epi8(both_lanes(by_low), bytes),
            _mm256_shuffle_epi8(both_lanes(by_high), high),
        )
    }

    /// Bytes of a range: it is moved to the top of the signed range, where one comparison tells it.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn within(vector: __m256i, first: u8, last: u8) -> __m256i {
        let splat = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let moved = _mm256_add_epi8(vector, splat(0x7f_u8.wrapping_sub(last)));
        _mm256_cmpgt_epi8(moved, splat(0x7f - (last - first) - 1))
    }

    /// A table of sixteen bytes in both halves of a vector.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn both_lanes(table: &[u8; 16]) -> __m256i {
        let mut both = [0; BLOCK + 1];
        both[..16].copy_from_slice(table);
        both[16..32].copy_from_slice(table);
        load(&both, 0)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    #[expect(unsafe_code, reason = "vector load")]
    fn load(bytes: &[u8; BLOCK + 1], at: usize) -> __m256i {
        let seen = &bytes[at..at + 32];
        // SAFETY: the slice is 32 readable bytes and the load needs no alignment.
        unsafe { _mm256_loadu_si256(seen.as_ptr().cast()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8 * ProptestConfig::default().cases))]
        #[test]
        fn vector_marks_are_those_of_plain_rust(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"eJNH4%\\uUx&#=3\n\r09afgz+/-_".to_vec())], 66..130),
            run in prop::collection::vec(prop::sample::select(b"eJNH4%09afgz+/-_".to_vec()), 0..64),
            place in 0..60_usize,
        ) {
            let bytes = [&bytes[..place], &run, &bytes[place..]].concat();
            prop_assert_eq!(marks(SimdLevel::detect(), &bytes, 0), scalar(&bytes, 0));
            let found = |level| {
                let mut found = Vec::new();
                let all = 0..bytes.len();
                scan_hints(level, &bytes, all, &mut |at, run, escape| found.push((at, run, escape)));
                found
            };
            prop_assert_eq!(found(SimdLevel::detect()), found(SimdLevel::Scalar));
        }
    }
}
