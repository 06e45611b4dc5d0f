//! Base64, standard and URL-safe, padded or not, on one line or wrapped.
//!
//! A span is found where groups of four characters decode to ASCII ([`super::masks`]), so its alignment is
//! known wherever its run begins, and text glued to its front does no harm.

use std::ops::Range;

use super::masks::alphabet_run;
use super::{Decoded, Sink};
use crate::prefilter::native::SimdLevel;

/// Characters of a wrapped line, at least: shorter ones are not joined to the next.
const LINE_MIN: usize = 40;

/// Blanks that the next wrapped line may begin with, at most.
const INDENT_MAX: usize = 64;

/// Groups that are looked at together to tell whether a run is text.
const TEXT_GROUPS: usize = 256;

/// Bytes of a character of UTF-8 that is cut, at most.
const CUT_MAX: usize = 3;

/// The six bits of a character; 64 where it is none.
const VALUES: [u8; 256] = {
    let mut table = [64; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b @ b'A'..=b'Z' => b - b'A',
            b @ b'a'..=b'z' => b - b'a' + 26,
            b @ b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => 64,
        };
        byte += 1;
    }
    table
};

/// The six bits of a character of either alphabet.
pub(super) const fn value(byte: u8) -> Option<u8> {
    let value = VALUES[byte as usize];
    if value < 64 { Some(value) } else { None }
}

/// As [`value`], of the standard alphabet: what base64 is noticed by. The `-` and `_` of the other stand in too many
/// names of programs.
pub(super) const fn standard_value(byte: u8) -> Option<u8> {
    if matches!(byte, b'-' | b'_') { None } else { value(byte) }
}

/// The span of whole groups that holds the group at `at`, and whether it is wrapped: all its lines are inside.
pub(super) fn span(level: SimdLevel, bytes: &[u8], at: usize) -> (Range<usize>, bool) {
    let run_len = |from: usize| alphabet_run(level, &bytes[from..]);
    let before = bytes[..at].iter().rev().take_while(|byte| value(**byte).is_some()).count();
    let mut line = at - before;
    let start = at - before / 4 * 4;
    let mut end = at + run_len(at);
    let mut is_wrapped = false;
    while end - line >= LINE_MIN
        && let Some(next) = next_line(bytes, end)
    {
        is_wrapped = true;
        line = next;
        end = next + run_len(next);
    }
    (start..end, is_wrapped)
}

/// Where the line behind the break at `end` goes on with base64.
fn next_line(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = &bytes[end..];
    let break_len = [b"\r\n".as_slice(), b"\n", b"\\r\\n", b"\\n"]
        .into_iter()
        .find(|line_break| rest.starts_with(line_break))?
        .len();
    let indent = rest[break_len..]
        .iter()
        .take(INDENT_MAX)
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let next = end + break_len + indent;
    let first = bytes.get(next..next + 2)?;
    first.iter().all(|byte| value(*byte).is_some()).then_some(next)
}

/// Whether a span holds anything but characters of the alphabet.
pub(super) fn is_wrapped(span: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\\', span).is_some()
}

/// Whether the whole groups of a run are text from end to end: UTF-8 without control characters but tabs and ends of
/// lines. The last character may be cut.
pub(super) fn is_text(level: SimdLevel, run: &[u8]) -> bool {
    // A character that a piece cuts stands in front of the next.
    let mut decoded = [0; CUT_MAX + 3 * TEXT_GROUPS];
    let mut cut = 0;
    for groups in run.as_chunks::<4>().0.chunks(TEXT_GROUPS) {
        let end = cut + 3 * groups.len();
        decode_groups(level, groups, &mut decoded[cut..end]);
        let piece = &decoded[..end];
        if piece.iter().fold(false, |any, byte| any | is_control(*byte)) {
            return false;
        }
        let whole = match std::str::from_utf8(piece) {
            Ok(_) => end,
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return false,
        };
        decoded.copy_within(whole..end, 0);
        cut = end - whole;
    }
    true
}

/// A character that text does not hold.
fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// As [`decode`], of a run without line breaks, whose bytes need no list of where they come from.
pub(super) fn decode_run(run: &[u8], out: &mut Decoded) -> bool {
    let room = out.room.saturating_sub(out.bytes.len());
    let (groups, rest) = run.as_chunks::<4>();
    let fitting = groups.len().min(room / 3);
    let from = out.bytes.len();
    out.bytes.resize(from + 3 * fitting, 0);
    decode_groups(SimdLevel::detect(), &groups[..fitting], &mut out.bytes[from..]);
    if fitting < groups.len() {
        return false;
    }
    if let [first, second, ..] = *rest {
        let third = rest.get(2).map(|byte| VALUES[usize::from(*byte)] & 63);
        let (first, second) = (VALUES[usize::from(first)] & 63, VALUES[usize::from(second)] & 63);
        let last = [first << 2 | second >> 4, second << 4 | third.unwrap_or(0) >> 2];
        let count = if third.is_some() { 2 } else { 1 };
        if out.room.saturating_sub(out.bytes.len()) < count {
            return false;
        }
        out.bytes.extend_from_slice(&last[..count]);
    }
    true
}

/// Three bytes for each group; what is no character of the alphabet counts as zero.
fn decode_groups(level: SimdLevel, groups: &[[u8; 4]], out: &mut [u8]) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if let SimdLevel::Avx2 = level {
        done = decode_avx2(level, groups, out);
    }
    let _ = level;
    let (out, _) = out.as_chunks_mut::<3>();
    for (group, out) in groups.iter().zip(out).skip(done) {
        let [first, second, third, fourth] = group.map(|byte| VALUES[usize::from(byte)] & 63);
        *out = [first << 2 | second >> 4, second << 4 | third >> 2, third << 6 | fourth];
    }
}

/// As many groups as can be decoded with vectors: up to the first eight of which one is not of the alphabet.
#[cfg(target_arch = "x86_64")]
fn decode_avx2(level: SimdLevel, groups: &[[u8; 4]], out: &mut [u8]) -> usize {
    let (words, _) = groups.as_flattened().as_chunks::<32>();
    let (out, _) = out.as_chunks_mut::<24>();
    avx2::decode(level, words, out) * 8
}

/// The bytes of all whole groups, and of a last one of two or three characters. What is no character of the
/// alphabet is passed over: a span holds nothing else than line breaks and indents.
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut impl Sink) -> bool {
    let mut group = [(0u8, 0usize); 4];
    let mut filled = 0;
    let mut at = range.start;
    while at < range.end {
        // The `n` of an escaped line break is no character of the text.
        if bytes[at] == b'\\' {
            at += 2;
            continue;
        }
        if let Some(value) = value(bytes[at]) {
            group[filled] = (value, at);
            filled += 1;
        }
        at += 1;
        if filled == 4 {
            if !emit(&group, 3, out) {
                return false;
            }
            filled = 0;
        }
    }
    filled < 2 || emit(&group, filled - 1, out)
}

/// The first `count` bytes of a group.
fn emit(group: &[(u8, usize); 4], count: usize, out: &mut impl Sink) -> bool {
    out.unit(group[0].1);
    (0..count).all(|index| {
        let ((left, from), (right, to)) = (group[index], group[index + 1]);
        let byte = match index {
            0 => left << 2 | right >> 4,
            1 => left << 4 | right >> 2,
            _ => left << 6 | right,
        };
        out.push(byte, from, to + 1)
    })
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! Eight groups at a time.

    use std::arch::x86_64::{
        __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_madd_epi16,
        _mm256_maddubs_epi16, _mm256_permutevar8x32_epi32, _mm256_set1_epi8, _mm256_set1_epi16,
        _mm256_set1_epi32, _mm256_setr_epi32, _mm256_setzero_si256, _mm256_shuffle_epi8,
        _mm256_srli_epi16, _mm256_storeu_si256, _mm256_testz_si256,
    };

    use super::super::masks::avx2::{alphabets, both_lanes, load};
    use crate::prefilter::native::SimdLevel;

    /// What is added to a character for its value, by high nibble, modulo 256; `-`, `/` and `_` are put right after.
    const OFFSETS: [u8; 16] = {
        let mut offsets = [0; 16];
        offsets[2] = 62 - b'+';
        offsets[3] = 4;
        offsets[4] = 0_u8.wrapping_sub(b'A');
        offsets[5] = offsets[4];
        offsets[6] = 26_u8.wrapping_sub(b'a');
        offsets[7] = offsets[6];
        offsets
    };

    /// The bytes of each group in their order, and those of four groups together.
    const ORDER: [u8; 16] = [2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0x80, 0x80, 0x80, 0x80];

    /// Decodes words up to the first that holds something else than characters; returns how many.
    #[inline(always)]
    #[expect(unsafe_code, reason = "calls a function compiled for AVX2")]
    pub(super) fn decode(level: SimdLevel, words: &[[u8; 32]], out: &mut [[u8; 24]]) -> usize {
        assert!(matches!(level, SimdLevel::Avx2));
        // SAFETY: `Avx2` is only made by `SimdLevel::detect` on a processor that has it.
        unsafe { decode_avx2(words, out) }
    }

    #[target_feature(enable = "avx2")]
    fn decode_avx2(words: &[[u8; 32]], out: &mut [[u8; 24]]) -> usize {
        let mut done = 0;
        for (word, out) in words.iter().zip(out) {
            let bytes = load(word, 0);
            let others = _mm256_cmpeq_epi8(alphabets(bytes), _mm256_setzero_si256());
            if _mm256_testz_si256(others, others) == 0 {
                break;
            }
            let mut decoded = [0; 32];
            store(&mut decoded, decode_word(bytes));
            out.copy_from_slice(&decoded[..24]);
            done += 1;
        }
        done
    }

    /// Eight groups of characters as 24 bytes.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn decode_word(bytes: __m256i) -> __m256i {
        let splat = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), splat(0x0f));
        let put_right =
            |byte: u8, by: u8| _mm256_and_si256(_mm256_cmpeq_epi8(bytes, splat(byte)), splat(by));
        // From what the others of the same high nibble get.
        let minus = put_right(b'-', 0_u8.wrapping_sub(2));
        let slash = put_right(b'/', 0_u8.wrapping_sub(3));
        let line = put_right(b'_', 63_u8.wrapping_sub(b'_').wrapping_sub(OFFSETS[5]));
        let offsets = _mm256_shuffle_epi8(both_lanes(&OFFSETS), high);
        let others = _mm256_add_epi8(_mm256_add_epi8(minus, slash), line);
        let values = _mm256_add_epi8(_mm256_add_epi8(bytes, offsets), others);
        let pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi16(0x0140));
        let groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0001_1000));
        let ordered = _mm256_shuffle_epi8(groups, both_lanes(&ORDER));
        _mm256_permutevar8x32_epi32(ordered, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    #[expect(unsafe_code, reason = "vector store")]
    fn store(out: &mut [u8; 32], vector: __m256i) {
        // SAFETY: the array is 32 writable bytes and the store needs no alignment.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), vector) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn vectors_decode_as_plain_rust_does(
            run in prop::collection::vec(prop::sample::select(b"ABYZabyz0189+/-_".to_vec()), 0..400),
            others in prop::collection::vec((0..400_usize, any::<u8>()), 0..2),
        ) {
            let mut run = run;
            for (at, byte) in others {
                if let Some(place) = run.get_mut(at) {
                    *place = byte;
                }
            }
            let (groups, _) = run.as_chunks::<4>();
            let decoded = |level| {
                let mut out = vec![0; groups.len() * 3];
                decode_groups(level, groups, &mut out);
                out
            };
            prop_assert_eq!(decoded(SimdLevel::detect()), decoded(SimdLevel::Scalar));
        }
    }

    #[test]
    fn a_run_that_is_text_all_the_way_is_told() {
        let long = "Grüße 🙂, wörld\t\n".repeat(300);
        for (text, want) in [
            (long.as_bytes(), true),
            (&long.as_bytes()[1..], true),
            (&long.as_bytes()[3..], false),
            (&long.as_bytes()[..long.len() - 1], true),
            (b"abc\0def", false),
            (b"abc\xffdef", false),
        ] {
            let run = data_encoding::BASE64_NOPAD.encode(text);
            let told = [SimdLevel::detect(), SimdLevel::Scalar].map(|l| is_text(l, run.as_bytes()));
            assert_eq!(told, [want; 2], "{run}");
            let cut =
                (0..run.len()).filter(|end| !is_text(SimdLevel::detect(), &run.as_bytes()[..*end]));
            assert_eq!(cut.count() == 0, want);
        }
        let late = [long.repeat(3).as_bytes(), b"\xe2\x28"].concat();
        let run = data_encoding::BASE64.encode(&late);
        assert!(!is_text(SimdLevel::detect(), run.as_bytes()));
    }
}
