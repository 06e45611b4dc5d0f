//! Marks of where something encoded may begin: a bit for each of 64 bytes.
//!
//! Every block gets the cheap marks ([`Hints`]); only where these show a long run do the others follow
//! ([`Marks`]). Both have a vector form and a scalar one that must mark the same (tested).

use std::ops::Range;

use super::base64;
use crate::prefilter::native::SimdLevel;

/// What every block gets, of two of them: a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Eighths of the blocks, eight bytes each, that are characters of the standard alphabet of base64 and nothing else:
    /// `-` and `_` of the other stand in too many names.
    pub(super) eighths: u32,
    /// May begin an escape of some kind, a bit for each byte.
    pub(super) escapes: [u64; 2],
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
}

/// What [`Marks`] need at least, of a block and the one behind: two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Leads {
    /// May begin four characters of standard base64 whose first byte is ASCII.
    pub(super) first: u128,
    /// First digit of a pair that is ASCII text.
    pub(super) hex_high: u128,
}

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;

/// Bytes that hints are made for at a time.
const STEP: usize = 2 * BLOCK;

/// The marks of the block at `at`. Bytes past the end have none.
#[inline]
pub(super) fn marks(level: SimdLevel, bytes: &[u8], at: usize) -> Marks {
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level {
        return match bytes.get(at..at + BLOCK).map(TryInto::try_into) {
            Some(Ok(seen)) => avx2::marks(level, seen),
            _ => avx2::marks(level, &padded(bytes, at)),
        };
    }
    let _ = level;
    scalar(bytes, at)
}

/// The leads of the block at `at` and the next. Bytes past the end have none.
#[inline]
pub(super) fn leads(level: SimdLevel, bytes: &[u8], at: usize) -> Leads {
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level {
        return match bytes.get(at..at + STEP).map(TryInto::try_into) {
            Some(Ok(seen)) => avx2::leads(level, seen),
            _ => avx2::leads(level, &padded(bytes, at)),
        };
    }
    let _ = level;
    let (here, behind) = (scalar(bytes, at), scalar(bytes, at + BLOCK));
    let wide = |low: u64, high: u64| u128::from(low) | u128::from(high) << BLOCK;
    Leads { first: wide(here.first, behind.first), hex_high: wide(here.hex_high, behind.hex_high) }
}

/// The bytes of the block at `at` that are characters of the standard alphabet of base64.
#[inline]
pub(super) fn standard(level: SimdLevel, bytes: &[u8], at: usize) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level {
        return match bytes.get(at..at + BLOCK).map(TryInto::try_into) {
            Some(Ok(seen)) => avx2::standard(level, seen),
            _ => avx2::standard(level, &padded(bytes, at)),
        };
    }
    let _ = level;
    let is_one = |byte| u64::from(base64::standard_value(byte).is_some());
    pairs(bytes, at).fold(0, |mask, (bit, byte, _)| mask | is_one(byte) << bit)
}

/// How many bytes at the front are characters of either alphabet of base64.
pub(super) fn alphabet_run(level: SimdLevel, bytes: &[u8]) -> usize {
    let mut known = 0;
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level {
        known = avx2::alphabet_run(level, bytes);
    }
    let _ = level;
    known + bytes[known..].iter().take_while(|byte| base64::value(**byte).is_some()).count()
}

/// The bytes from `at` on, with zeros behind the end: they have no marks.
fn padded<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut seen = [0; N];
    let rest = bytes.get(at..).unwrap_or_default();
    let count = rest.len().min(N);
    seen[..count].copy_from_slice(&rest[..count]);
    seen
}

/// The step before the one at hand: what may begin in its blocks is known when both are.
#[derive(Clone, Copy)]
struct Before {
    at: usize,
    hints: Hints,
}

impl Before {
    /// Gives the blocks that are worth a closer look and begin before `end`. A run of 24 characters fills two neighbouring
    /// eighths, of which the first begins at most at the begin of the block behind the one in which the run does.
    #[inline(always)]
    fn give(&self, next: u32, end: usize, found: &mut impl FnMut(usize, bool, u64)) {
        let joined = self.hints.eighths | next << 16;
        let pairs = joined & joined >> 1 & 0x1_ffff;
        if pairs != 0 || self.hints.escapes != [0; 2] {
            for (half, escapes) in self.hints.escapes.into_iter().enumerate() {
                let at = self.at + half * BLOCK;
                let run = pairs >> (8 * half) & 0x1ff != 0;
                if at < end && (run || escapes != 0) {
                    found(at, run, escapes);
                }
            }
        }
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
    let end = places.end;
    // What begins in the step before the first is not asked for: it stands behind the end.
    let mut before = Before { at: end, hints: Hints::default() };
    let mut take = |at: usize, hints: Hints| {
        before.give(hints.eighths, end, found);
        before = Before { at, hints };
    };
    // The step behind the end is looked at for what may begin before it.
    let places = places.start..end + STEP;
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level {
        return avx2::scan_hints(level, bytes, places, &mut take);
    }
    let _ = level;
    for at in places.step_by(STEP) {
        take(at, scalar_hints(bytes, at));
    }
}

/// As [`scan_hints`] for escapes alone, in all of `bytes`.
pub(super) fn scan_escapes(level: SimdLevel, bytes: &[u8], found: &mut impl FnMut(usize, u64)) {
    let mut take = |at: usize, escapes: [u64; 2]| {
        for (half, escapes) in escapes.into_iter().enumerate() {
            if escapes != 0 {
                found(at + half * BLOCK, escapes);
            }
        }
    };
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level {
        return avx2::scan_escapes(level, bytes, &mut take);
    }
    let _ = level;
    for at in (0..bytes.len()).step_by(STEP) {
        take(at, scalar_hints(bytes, at).escapes);
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
    for (bit, byte, _) in pairs(bytes, at) {
        let set = |mask: &mut u64, is_set: bool| *mask |= u64::from(is_set) << bit;
        if let Some(value) = base64::standard_value(byte) {
            set(&mut marks.first, value & 0b10_0000 == 0);
            set(&mut marks.second, value & 0b00_1000 == 0);
            set(&mut marks.third, value & 0b00_0010 == 0);
            set(&mut marks.fourth, true);
        }
        set(&mut marks.hex_high, (b'2'..=b'7').contains(&byte));
        set(&mut marks.hex, byte.is_ascii_hexdigit());
    }
    marks
}

fn scalar_hints(bytes: &[u8], at: usize) -> Hints {
    let mut hints = Hints::default();
    for (half, escapes) in hints.escapes.iter_mut().enumerate() {
        let mut run = 0_u64;
        for (bit, byte, next) in pairs(bytes, at + half * BLOCK) {
            let class = class_of(byte, &CLASSES);
            run |= u64::from(class & !ESCAPES != 0) << bit;
            let has = |table: &[u8; 16], byte: u8| table[(byte & 15) as usize] == byte;
            let class = class & ESCAPES | if has(&QUOTES, byte) { QUOTE } else { 0 };
            let known = if has(&BEHIND, next) { !0 } else { !EXACT };
            let is_escape = class & follower(next) & known != 0;
            *escapes |= u64::from(is_escape) << bit;
        }
        for eighth in 0..8 {
            let is_full = run >> (8 * eighth) & 0xff == 0xff;
            hints.eighths |= u32::from(is_full) << (8 * half + eighth);
        }
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

/// The characters of both alphabets of base64.
const ALPHABETS: Classes = classes(&[
    (0x01, "3", "0123456789"),
    (0x02, "46", "123456789abcdef"),
    (0x04, "57", "0123456789a"),
    (0x08, "2", "bdf"),
    (0x10, "5", "f"),
]);

/// What may stand behind each beginning of an escape, under the same bit, by low nibble: a closer look follows anyway, and
/// the high nibble would cost half as much again. Only behind `=` and quotes, which are in every line, it is told exactly
/// ([`EXACT`], [`BEHIND`]).
const FOLLOWERS: [u8; 16] = classes(&[
    (0x10, "3", "0123456789"),
    (0x20, "3", "58ad"),
    (0x40, "3", "137ce"),
    (0x80, "3", "3ad"),
    (QUOTE, "3", "069abcde"),
])
.0;

const fn follower(byte: u8) -> u8 {
    if byte < 0x80 { FOLLOWERS[(byte & 15) as usize] } else { 0 }
}

/// The bit of [`LEADERS`] of quotes: of a class of base64 in [`CLASSES`], of which there are none left.
const QUOTE: u8 = 0x08;

/// By low nibble: the byte with it that may begin an escape or a join, or one with another low nibble, which no byte is;
/// and its bit.
const LEADERS: ([u8; 16], [u8; 16]) = {
    let (mut leaders, mut bits) = ([0; 16], [0; 16]);
    leaders[0] = 1;
    let known = [
        (b'%', 0x10),
        (b'\\', 0x20),
        (b'&', 0x40),
        (b'=', 0x80),
        (b'"', QUOTE),
        (b'\'', QUOTE),
        (b'`', QUOTE),
    ];
    let mut index = 0;
    while index < known.len() {
        let (leader, bit) = known[index];
        leaders[(leader & 15) as usize] = leader;
        bits[(leader & 15) as usize] = bit;
        index += 1;
    }
    (leaders, bits)
};

/// By low nibble: the quote with it, or a byte with another low nibble. What closes a literal that goes on elsewhere.
const QUOTES: [u8; 16] = by_low_nibble(b"\"'`");

/// By low nibble: what may stand behind such a quote or behind `=`, or a byte with another low nibble.
const BEHIND: [u8; 16] = by_low_nibble(b" \t\n\r+.&\\3");

/// The bits of those behind which only a byte of [`BEHIND`] may stand.
const EXACT: u8 = 0x80 | QUOTE;

/// A table whose entry at a byte's low nibble is that byte if it is one of `members`, whose low nibbles differ.
const fn by_low_nibble(members: &[u8]) -> [u8; 16] {
    let mut table = [0; 16];
    table[0] = 1;
    let mut index = 0;
    while index < members.len() {
        table[(members[index] & 15) as usize] = members[index];
        index += 1;
    }
    table
}

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
pub(super) mod avx2 {
    //! The marks of a block with 256-bit vectors.

    use std::arch::x86_64::{
        __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_castsi256_pd, _mm256_cmpeq_epi8,
        _mm256_cmpeq_epi64, _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8,
        _mm256_movemask_pd, _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256,
        _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_testz_si256,
    };

    use std::ops::Range;

    use super::super::base64;
    use super::{
        ALPHABETS, BEHIND, BLOCK, CLASSES, Classes, ESCAPES, EXACT, FOLLOWERS, Hints, LEADERS,
        Leads, Marks, QUOTE, QUOTES, STEP, padded,
    };
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

    /// The marks of a block.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn marks(level: SimdLevel, seen: &[u8; BLOCK]) -> Marks {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { marks_avx2(seen) }
    }

    #[target_feature(enable = "avx2")]
    fn marks_avx2(seen: &[u8; BLOCK]) -> Marks {
        let low = half(load(seen, 0));
        let high = half(load(seen, 32));
        let wide = |index: usize| u64::from(low[index]) | u64::from(high[index]) << 32;
        Marks {
            first: wide(0),
            second: wide(1),
            third: wide(2),
            fourth: wide(3),
            hex_high: wide(4),
            hex: wide(5),
        }
    }

    /// The leads of two blocks.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn leads(level: SimdLevel, seen: &[u8; STEP]) -> Leads {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { leads_avx2(seen) }
    }

    #[target_feature(enable = "avx2")]
    fn leads_avx2(seen: &[u8; STEP]) -> Leads {
        let mask = |vector: __m256i| _mm256_movemask_epi8(vector).cast_unsigned();
        let wide = |masks: [u32; 4]| {
            let [a, b, c, d] = masks.map(u128::from);
            a | b << 32 | c << 64 | d << 96
        };
        let quarters = [0, 32, 64, 96].map(|at| load(seen, at));
        let others = quarters
            .map(|bytes| mask(_mm256_cmpeq_epi8(classes(bytes, &FIRST), _mm256_setzero_si256())));
        let high = quarters.map(|bytes| mask(within(bytes, b'2', b'7')));
        Leads { first: !wide(others), hex_high: wide(high) }
    }

    /// Masks of 32 bytes, in the order of [`Marks`].
    #[inline]
    #[target_feature(enable = "avx2")]
    fn half(bytes: __m256i) -> [u32; 6] {
        let splat = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let mask = |vector: __m256i| _mm256_movemask_epi8(vector).cast_unsigned();
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
        [
            !none(&FIRST),
            !none(&SECOND),
            !none(&THIRD),
            !none(&FOURTH),
            mask(within(bytes, b'2', b'7')),
            mask(hex),
        ]
    }

    /// The bytes of a block that are of the standard alphabet.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn standard(level: SimdLevel, seen: &[u8; BLOCK]) -> u64 {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { standard_avx2(seen) }
    }

    #[target_feature(enable = "avx2")]
    fn standard_avx2(seen: &[u8; BLOCK]) -> u64 {
        let [low, high] = [0, 32].map(|at| {
            let class = classes(load(seen, at), &CLASSES);
            let class = _mm256_and_si256(class, _mm256_set1_epi8((!ESCAPES).cast_signed()));
            let others = _mm256_cmpeq_epi8(class, _mm256_setzero_si256());
            u64::from(!_mm256_movemask_epi8(others).cast_unsigned())
        });
        low | high << 32
    }

    /// A count of bytes at the front that are characters of either alphabet: all of them but for the last 31.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn alphabet_run(level: SimdLevel, bytes: &[u8]) -> usize {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { alphabet_run_avx2(bytes) }
    }

    #[target_feature(enable = "avx2")]
    fn alphabet_run_avx2(bytes: &[u8]) -> usize {
        let (words, _) = bytes.as_chunks::<32>();
        let is_full = |word: &[u8; 32]| {
            let others = _mm256_cmpeq_epi8(alphabets(load(word, 0)), _mm256_setzero_si256());
            _mm256_testz_si256(others, others) == 1
        };
        32 * words.iter().take_while(|word| is_full(word)).count()
    }

    /// Gives the hints of every step of `places`.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn scan_hints(
        level: SimdLevel,
        bytes: &[u8],
        places: Range<usize>,
        take: &mut impl FnMut(usize, Hints),
    ) {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { scan_hints_avx2(bytes, places, take) }
    }

    #[target_feature(enable = "avx2")]
    fn scan_hints_avx2(bytes: &[u8], places: Range<usize>, take: &mut impl FnMut(usize, Hints)) {
        let mut at = places.start;
        while at < places.end
            && let Some(Ok(seen)) = bytes.get(at..at + STEP + 1).map(TryInto::try_into)
        {
            take(at, hints_avx2(seen));
            at += STEP;
        }
        while at < places.end {
            let hints =
                if at < bytes.len() { hints_avx2(&padded(bytes, at)) } else { Hints::default() };
            take(at, hints);
            at += STEP;
        }
    }

    /// The escapes of each step that has some.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn scan_escapes(
        level: SimdLevel,
        bytes: &[u8],
        take: &mut impl FnMut(usize, [u64; 2]),
    ) {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { scan_escapes_avx2(bytes, take) }
    }

    #[target_feature(enable = "avx2")]
    fn scan_escapes_avx2(bytes: &[u8], take: &mut impl FnMut(usize, [u64; 2])) {
        let mut at = 0;
        while let Some(Ok(seen)) = bytes.get(at..at + STEP + 1).map(TryInto::try_into) {
            if let Some(escapes) = step_escapes(seen) {
                take(at, escapes);
            }
            at += STEP;
        }
        while at < bytes.len() {
            if let Some(escapes) = step_escapes(&padded(bytes, at)) {
                take(at, escapes);
            }
            at += STEP;
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn step_escapes(seen: &[u8; STEP + 1]) -> Option<[u64; 2]> {
        let (leaders, bits) = &LEADERS;
        masks_of([0, 32, 64, 96].map(|at| {
            let bytes = load(seen, at);
            let is_leader =
                _mm256_cmpeq_epi8(_mm256_shuffle_epi8(both_lanes(leaders), bytes), bytes);
            let class = _mm256_and_si256(_mm256_shuffle_epi8(both_lanes(bits), bytes), is_leader);
            followed(class, load(seen, at + 1))
        }))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn hints_avx2(seen: &[u8; STEP + 1]) -> Hints {
        let quarters = [0, 32, 64, 96].map(|at| quarter_hints(load(seen, at), load(seen, at + 1)));
        let eighths = quarters.map(|(eighths, _)| eighths.cast_unsigned());
        let eighths = eighths[0] | eighths[1] << 4 | eighths[2] << 8 | eighths[3] << 12;
        let escapes = quarters.map(|(_, escapes)| escapes);
        Hints { eighths, escapes: masks_of(escapes).unwrap_or_default() }
    }

    /// The bytes of a step that have a bit of [`ESCAPES`] or [`QUOTE`], if any has.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn masks_of(quarters: [__m256i; 4]) -> Option<[u64; 2]> {
        let bits = _mm256_set1_epi8((ESCAPES | QUOTE).cast_signed());
        let any = _mm256_or_si256(
            _mm256_or_si256(quarters[0], quarters[1]),
            _mm256_or_si256(quarters[2], quarters[3]),
        );
        if _mm256_testz_si256(any, bits) == 1 {
            return None;
        }
        let [a, b, c, d] = quarters.map(|quarter| {
            let none = _mm256_and_si256(quarter, bits);
            let none = _mm256_cmpeq_epi8(none, _mm256_setzero_si256());
            u64::from(!_mm256_movemask_epi8(none).cast_unsigned())
        });
        Some([a | b << 32, c | d << 32])
    }

    /// Keeps those bits of classes that say what may begin with what follows: `next` are the bytes one further.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn followed(class: __m256i, next: __m256i) -> __m256i {
        let followers = _mm256_shuffle_epi8(both_lanes(&FOLLOWERS), next);
        let is_known = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(both_lanes(&BEHIND), next), next);
        let others = _mm256_set1_epi8((!EXACT).cast_signed());
        _mm256_and_si256(_mm256_and_si256(class, followers), _mm256_or_si256(is_known, others))
    }

    /// [`QUOTE`] for each quote.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn quotes(bytes: __m256i) -> __m256i {
        let known = _mm256_shuffle_epi8(both_lanes(&QUOTES), bytes);
        _mm256_and_si256(_mm256_cmpeq_epi8(known, bytes), _mm256_set1_epi8(QUOTE.cast_signed()))
    }

    /// Which eighths of 32 bytes, of which there are four, are of base64; and the bytes where escapes may begin, which
    /// have a bit of [`ESCAPES`]. `next` are the bytes one further.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn quarter_hints(bytes: __m256i, next: __m256i) -> (i32, __m256i) {
        let splat = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let class = classes(bytes, &CLASSES);
        let leaders = _mm256_or_si256(_mm256_and_si256(class, splat(ESCAPES)), quotes(bytes));
        let escapes = followed(leaders, next);
        let zero = _mm256_setzero_si256();
        let others = _mm256_cmpeq_epi8(_mm256_and_si256(class, splat(!ESCAPES)), zero);
        let full = _mm256_castsi256_pd(_mm256_cmpeq_epi64(others, zero));
        (_mm256_movemask_pd(full), escapes)
    }

    /// Not zero for each of 32 bytes that is a character of either alphabet of base64.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(in super::super) fn alphabets(bytes: __m256i) -> __m256i {
        classes(bytes, &ALPHABETS)
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
    pub(in super::super) fn both_lanes(table: &[u8; 16]) -> __m256i {
        let mut both = [0; 32];
        both[..16].copy_from_slice(table);
        both[16..].copy_from_slice(table);
        load(&both, 0)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    #[expect(unsafe_code, reason = "vector load")]
    pub(in super::super) fn load<const N: usize>(bytes: &[u8; N], at: usize) -> __m256i {
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
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"eJNH4%\\uUx&#=3\n\r09afgz+/-_\"'` .".to_vec())], 60..400),
            run in prop::collection::vec(prop::sample::select(b"eJNH4%09afgz+/-_".to_vec()), 0..64),
            (place, from, to) in (0..60_usize, 0..200_usize, 0..400_usize),
        ) {
            let bytes = [&bytes[..place], &run, &bytes[place..]].concat();
            for at in [0, 40, bytes.len() - 30] {
                prop_assert_eq!(marks(SimdLevel::detect(), &bytes, at), scalar(&bytes, at));
                let leads = |level| leads(level, &bytes, at);
                prop_assert_eq!(leads(SimdLevel::detect()), leads(SimdLevel::Scalar));
                let run = |level| (alphabet_run(level, &bytes[at..]), standard(level, &bytes, at));
                prop_assert_eq!(run(SimdLevel::detect()), run(SimdLevel::Scalar));
            }
            let found = |level| {
                let mut found = Vec::new();
                let part = from..to.min(bytes.len());
                scan_hints(level, &bytes, part, &mut |at, run, escape| found.push((at, run, escape)));
                found
            };
            prop_assert_eq!(found(SimdLevel::detect()), found(SimdLevel::Scalar));
            let blocks: Vec<usize> = found(SimdLevel::detect()).iter().map(|(at, ..)| *at).collect();
            prop_assert!(blocks.is_sorted_by(|a, b| a < b), "{:?}", blocks);
            let mut hinted = Vec::new();
            scan_hints(SimdLevel::Scalar, &bytes, 0..bytes.len(), &mut |at, _, escapes| hinted.push((at, escapes)));
            hinted.retain(|(_, escapes)| *escapes != 0);
            for level in [SimdLevel::detect(), SimdLevel::Scalar] {
                let mut escaped = Vec::new();
                scan_escapes(level, &bytes, &mut |at, escapes| escaped.push((at, escapes)));
                prop_assert_eq!(&escaped, &hinted);
            }
        }
    }
}
