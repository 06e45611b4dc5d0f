//! Many byte strings in one allocation.

use crate::contains::contains;

/// Immutable list of byte strings: string `i` is `bytes[offsets[i]..offsets[i + 1]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedPatterns {
    bytes: Box<[u8]>,
    offsets: Box<[u32]>,
}

const _: () = assert!(size_of::<PackedPatterns>() == 32);

impl PackedPatterns {
    /// Packs the strings in the given order.
    ///
    /// # Panics
    ///
    /// The strings have 4 GiB or more in total.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut bytes = Vec::new();
        let mut offsets = vec![0];
        for pattern in patterns {
            bytes.extend_from_slice(pattern);
            offsets.push(u32::try_from(bytes.len()).expect("patterns are far below 4 GiB"));
        }
        Self { bytes: bytes.into_boxed_slice(), offsets: offsets.into_boxed_slice() }
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The string at `index`.
    pub fn get(&self, index: usize) -> &[u8] {
        &self.bytes[self.offsets[index] as usize..self.offsets[index + 1] as usize]
    }

    /// All strings in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Whether any of the strings stands in `haystack`.
    pub fn any_in(&self, haystack: &[u8]) -> bool {
        self.iter().any(|pattern| contains(haystack, pattern))
    }

    /// Whether all of the strings stand in `haystack`.
    pub fn all_in(&self, haystack: &[u8]) -> bool {
        self.iter().all(|pattern| contains(haystack, pattern))
    }

    /// Whether any of the strings, which must be lower-case, stands in `haystack` in any ASCII case.
    pub fn any_in_ignoring_case(&self, haystack: &[u8]) -> bool {
        self.iter().any(|pattern| contains_ignoring_case(haystack, pattern))
    }
}

/// Whether lower-case `needle` stands in `haystack` in any ASCII case. Jumps from one occurrence of the
/// needle's first byte, in either case, to the next.
fn contains_ignoring_case(haystack: &[u8], needle: &[u8]) -> bool {
    let Some(&first) = needle.first() else {
        return true;
    };
    if haystack.len() < needle.len() {
        return false;
    }
    let starts = &haystack[..=haystack.len() - needle.len()];
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), starts)
        .any(|at| haystack[at..at + needle.len()].eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back_in_order() {
        let packed = PackedPatterns::new([b"ab".as_slice(), b"", b"cde"]);
        assert_eq!(packed.iter().collect::<Vec<_>>(), [b"ab".as_slice(), b"", b"cde"]);
        assert_eq!(packed.len(), 3);
    }

    #[test]
    fn searching_any_and_all() {
        let packed = PackedPatterns::new([b"ab".as_slice(), b"cd"]);
        assert!(packed.any_in(b"xxcd") && !packed.all_in(b"xxcd"));
        assert!(packed.all_in(b"abcd") && !packed.any_in(b"xx"));
        assert!(packed.any_in_ignoring_case(b"xCD") && !packed.any_in_ignoring_case(b"c d"));
        assert!(contains_ignoring_case(b"x", b"") && !contains_ignoring_case(b"", b"x"));
    }
}
