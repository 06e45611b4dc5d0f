//! Where UTF-16 text may stand in a buffer.
//!
//! Three ASCII characters in a row put three zero bytes two apart, with text between. Every anchor has at least three
//! characters, so an anchor lies where that pattern is, and most of a binary file, which is full of zero bytes, need not
//! be looked at.

use std::ops::Range;

use crate::prefilter::Locality;

/// Bytes that are looked at together.
const STRETCH: usize = 256;

/// Bytes behind a stretch that are read with it: a vector.
const BEHIND: usize = 32;

/// Stands for bytes behind the buffer: neither zero nor text.
const NOTHING: u8 = 0xff;

/// The stretches of a buffer that hold the pattern, by the parity of the places of its zero bytes.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    /// A byte for each stretch: bit 0 for even places, bit 1 for odd ones.
    stretches: Vec<u8>,
    /// The union of them.
    any: u8,
    /// Bytes of the buffer.
    len: usize,
}

impl Regions {
    /// Looks at a buffer. Returns whether there may be such text.
    pub(crate) fn find(&mut self, bytes: &[u8]) -> bool {
        self.stretches.clear();
        (self.any, self.len) = (0, bytes.len());
        // Most files hold no zero byte at all.
        let Some(first) = memchr::memchr(0, bytes) else { return false };
        let first = first / STRETCH;
        self.stretches.resize(first, 0);
        for at in (first * STRETCH..bytes.len()).step_by(STRETCH) {
            let found = match bytes[at..].first_chunk() {
                Some(whole) => look_at(whole),
                None => look_at(&padded(&bytes[at..])),
            };
            self.stretches.push(found);
            self.any |= found;
        }
        self.any != 0
    }

    /// Whether there is such text with its zero bytes at places of this parity.
    pub(crate) fn has(&self, parity: usize) -> bool {
        self.any >> parity & 1 != 0
    }

    /// The regions of one parity in order, apart from one another: each holds all bytes that decide about the anchors in
    /// it, or the whole buffer where any byte may decide. They begin at even places.
    pub(crate) fn each(
        &self,
        parity: usize,
        locality: Option<Locality>,
        mut take: impl FnMut(Range<usize>),
    ) {
        if !self.has(parity) {
            return;
        }
        let Some(locality) = locality else { return take(0..self.len) };
        // Two bytes a unit, and the units at the edges of a stretch whose pattern ends in the next.
        let before = 2 * locality.before as usize + BEHIND;
        let behind = 2 * locality.behind as usize + BEHIND;
        let mut open: Option<Range<usize>> = None;
        for (index, found) in self.stretches.iter().enumerate() {
            if found >> parity & 1 == 0 {
                continue;
            }
            let from = (index * STRETCH).saturating_sub(before) & !1;
            let to = ((index + 1) * STRETCH + behind).min(self.len);
            match &mut open {
                Some(region) if from <= region.end => region.end = to,
                _ => {
                    if let Some(region) = open.replace(from..to) {
                        take(region);
                    }
                }
            }
        }
        if let Some(region) = open {
            take(region);
        }
    }
}

/// The last bytes of a buffer as a stretch with what is read behind it.
fn padded(rest: &[u8]) -> [u8; STRETCH + BEHIND] {
    let mut whole = [NOTHING; STRETCH + BEHIND];
    whole[..rest.len()].copy_from_slice(rest);
    whole
}

/// Whether the pattern begins in a stretch: bit 0 at an even place, bit 1 at an odd one.
fn look_at(bytes: &[u8; STRETCH + BEHIND]) -> u8 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor was just asked.
        #[expect(unsafe_code, reason = "the same code, compiled for vectors of 256 bits")]
        return unsafe { look_at_avx2(bytes) };
    }
    pattern(bytes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn look_at_avx2(bytes: &[u8; STRETCH + BEHIND]) -> u8 {
    pattern(bytes)
}

/// Written so that compilers make vectors of it: no branch, and each lane on its own.
#[inline(always)]
fn pattern(bytes: &[u8; STRETCH + BEHIND]) -> u8 {
    let mut zero = [0u8; STRETCH + BEHIND];
    let mut text = [0u8; STRETCH + BEHIND];
    for (at, byte) in bytes.iter().enumerate() {
        zero[at] = u8::from(*byte == 0);
        text[at] = u8::from(is_text(*byte));
    }
    let mut lanes = [0u8; BEHIND];
    for from in (0..STRETCH).step_by(BEHIND) {
        for (lane, seen) in lanes.iter_mut().enumerate() {
            let at = from + lane;
            *seen |= zero[at] & text[at + 1] & zero[at + 2] & text[at + 3] & zero[at + 4];
        }
    }
    let (pairs, _) = lanes.as_chunks::<2>();
    pairs.iter().fold(0, |found, [even, odd]| found | even | odd << 1)
}

#[inline(always)]
fn is_text(byte: u8) -> bool {
    byte.wrapping_sub(0x20) < 0x5f || byte.wrapping_sub(b'\t') < 2 || byte == b'\r'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parities(bytes: &[u8]) -> [bool; 2] {
        let mut regions = Regions::default();
        regions.find(bytes);
        [regions.has(0), regions.has(1)]
    }

    fn listed(bytes: &[u8], parity: usize, locality: Option<Locality>) -> Vec<Range<usize>> {
        let (mut regions, mut all) = (Regions::default(), Vec::new());
        regions.find(bytes);
        regions.each(parity, locality, |region| all.push(region));
        all
    }

    /// The pattern, place by place.
    fn slow_parities(bytes: &[u8]) -> [bool; 2] {
        let text = |byte: u8| (0x20..0x7f).contains(&byte) || b"\t\n\r".contains(&byte);
        let mut found = [false; 2];
        for (at, p) in bytes.windows(5).enumerate() {
            found[at & 1] |= p[0] == 0 && text(p[1]) && p[2] == 0 && text(p[3]) && p[4] == 0;
        }
        found
    }

    #[test]
    fn alternating_zeros_are_seen_at_either_parity() {
        let le: Vec<u8> = "abc".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "abc".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(parities(&le), [false, true]);
        assert_eq!(parities(&be), [true, false]);
        assert_eq!(parities(&[b"x".as_slice(), &le].concat()), [true, false]);
        assert_eq!(parities(b"a\0\0\0b\0\0\0"), [false, false]);
        assert_eq!(parities(&[[0; 37].as_slice(), b"a\0b\0c\0"].concat()), [true, false]);
        assert_eq!(parities(&[0; 1000]), [false, false]);
        assert_eq!(parities(b"plain"), [false, false]);
        assert_eq!(parities(b""), [false, false]);
    }

    #[test]
    fn text_across_two_stretches_is_seen() {
        for at in STRETCH - 8..STRETCH + 8 {
            let mut bytes = vec![1; 3 * STRETCH];
            bytes[at..at + 6].copy_from_slice(b"a\0b\0c\0");
            let mut expected = [false; 2];
            expected[(at + 1) & 1] = true;
            assert_eq!(parities(&bytes), expected, "at {at}");
        }
    }

    #[test]
    fn regions_reach_as_far_as_bytes_decide() {
        let locality = Some(Locality { before: 10, behind: 100 });
        let mut bytes = vec![1; 16 * STRETCH];
        for at in [5 * STRETCH, 12 * STRETCH, 13 * STRETCH] {
            bytes[at..at + 6].copy_from_slice(b"a\0b\0c\0");
        }
        let (before, behind) = (20 + BEHIND, 200 + BEHIND);
        let expected = [
            5 * STRETCH - before..6 * STRETCH + behind,
            12 * STRETCH - before..14 * STRETCH + behind,
        ];
        assert_eq!(listed(&bytes, 1, locality), expected);
        assert!(listed(&bytes, 0, locality).is_empty());
        assert_eq!(listed(&bytes, 1, None), vec![0..bytes.len()]);
    }

    proptest! {
        #[test]
        fn the_pattern_is_seen_wherever_it_is(
            bytes in proptest::collection::vec(prop_oneof![4 => Just(0u8), 3 => b'a'..b'd', 1 => any::<u8>()], 0..1200),
        ) {
            prop_assert_eq!(parities(&bytes), slow_parities(&bytes));
        }
    }
}
