//! The distinct anchors of all rules and whom each stands for.
//!
//! Patterns are sorted, so that their numbers do not depend on the order of rules; targets fan out through a
//! prefix sum: `targets[offsets[i]..offsets[i + 1]]` are the rules of pattern `i`.

use scanner_core::RuleId;

use super::super::HitSink;
use crate::anchors::{AnchorClass, Literal};
use crate::packed::PackedPatterns;

/// Patterns with their rules.
#[derive(Debug)]
pub(crate) struct PatternTable {
    bytes: PackedPatterns,
    ignore_case: Vec<bool>,
    classes: Vec<AnchorClass>,
    offsets: Vec<u32>,
    targets: Vec<RuleId>,
}

impl PatternTable {
    /// Flattens the anchors. An anchor that several rules share in the same class becomes one pattern.
    pub(crate) fn new(anchors: &[(RuleId, Literal, AnchorClass)]) -> Self {
        let mut all: Vec<(&Literal, AnchorClass, RuleId, u32)> = anchors
            .iter()
            .map(|(rule, literal, class)| {
                (literal, class.with_reach(0), *rule, class.reach().unwrap_or(0))
            })
            .collect();
        all.sort_unstable();
        let mut table = Self {
            bytes: PackedPatterns::new([]),
            ignore_case: Vec::new(),
            classes: Vec::new(),
            offsets: vec![0],
            targets: Vec::new(),
        };
        let mut literals: Vec<&[u8]> = Vec::new();
        for same in all.chunk_by(|left, right| (left.0, left.1) == (right.0, right.1)) {
            let (literal, class, ..) = same[0];
            // The reach of a pattern is the widest of its rules: it may admit too much.
            let reach = same.iter().map(|anchor| anchor.3).max().unwrap_or(0);
            literals.push(&literal.bytes);
            table.ignore_case.push(literal.ignore_case);
            table.classes.push(class.with_reach(reach));
            for of_rule in same.chunk_by(|left, right| left.2 == right.2) {
                table.targets.push(of_rule[0].2);
            }
            table.offsets.push(table.targets.len() as u32);
        }
        table.bytes = PackedPatterns::new(literals);
        table
    }

    /// How many patterns there are.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Numbers of the patterns of the classes for which `wanted` holds.
    pub(crate) fn of_class(&self, wanted: impl Fn(AnchorClass) -> bool) -> Vec<u32> {
        (0..self.len() as u32).filter(|id| wanted(self.classes[*id as usize])).collect()
    }

    /// The bytes of patterns, each with whether its case is ignored.
    pub(crate) fn literals(&self, ids: &[u32]) -> Vec<(&[u8], bool)> {
        ids.iter().map(|id| (self.pattern(*id), self.ignores_case(*id))).collect()
    }

    /// The bytes of a pattern; lower-case where case is ignored.
    pub(crate) fn pattern(&self, id: u32) -> &[u8] {
        self.bytes.get(id as usize)
    }

    /// Whether a pattern ignores ASCII case.
    pub(crate) fn ignores_case(&self, id: u32) -> bool {
        self.ignore_case[id as usize]
    }

    /// The class of a pattern.
    pub(crate) fn class(&self, id: u32) -> AnchorClass {
        self.classes[id as usize]
    }

    /// Distinct patterns by class, in the order A, B, C, D.
    pub(crate) fn class_counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for class in &self.classes {
            counts[class.index()] += 1;
        }
        counts
    }

    /// Class, text and rules of every pattern.
    pub(crate) fn describe(&self) -> Vec<(char, String, Vec<RuleId>)> {
        (0..self.len())
            .map(|id| {
                let class = [b'A', b'B', b'C', b'D'][self.classes[id].index()];
                let text = String::from_utf8_lossy(self.bytes.get(id)).into_owned();
                let rules = &self.targets[self.offsets[id] as usize..self.offsets[id + 1] as usize];
                (char::from(class), text, rules.to_vec())
            })
            .collect()
    }

    /// Files a hit of a pattern for each of its rules.
    #[inline]
    pub(crate) fn report(&self, id: u32, from: usize, sink: &mut HitSink<'_>) {
        let to = from + self.pattern(id).len();
        let range = self.offsets[id as usize] as usize..self.offsets[id as usize + 1] as usize;
        for rule in &self.targets[range] {
            sink.hit(*rule, from as u32, to as u32);
        }
    }
}

/// A pattern copied beside the index that finds it, so that verifying touches one place.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    /// The pattern's number.
    pub(super) id: u32,
    /// Whether ASCII case is ignored.
    pub(super) ignore_case: bool,
    /// The bytes.
    pub(super) bytes: Box<[u8]>,
}

impl Needle {
    /// A copy of pattern `id`.
    pub(super) fn new(table: &PatternTable, id: u32) -> Self {
        Self { id, ignore_case: table.ignores_case(id), bytes: table.pattern(id).into() }
    }

    /// Whether the pattern stands at `at`.
    #[inline]
    pub(super) fn is_at(&self, haystack: &[u8], at: usize) -> bool {
        let Some(text) = haystack.get(at..at + self.bytes.len()) else { return false };
        if self.ignore_case { text.eq_ignore_ascii_case(&self.bytes) } else { text == &*self.bytes }
    }
}

/// Needles by a hash of their first three bytes, case folded: an exact bitmap in front of buckets.
#[derive(Debug)]
pub(super) struct TrigramIndex {
    bitmap: Box<[u64]>,
    offsets: Box<[u32]>,
    needles: Box<[Entry]>,
}

/// A needle where the index finds it.
#[derive(Clone, Debug)]
struct Entry {
    head: Head,
    /// Where in the needle the indexed bytes begin.
    offset: usize,
    needle: Needle,
}

/// The first bytes of a needle, up to eight, case folded: most that share a slot differ in them.
#[derive(Clone, Copy, Debug)]
struct Head {
    bytes: u64,
    mask: u64,
}

impl Head {
    fn of(needle: &Needle) -> Self {
        let len = needle.bytes.len().min(8);
        let mask = u64::MAX >> (8 * (8 - len));
        Self { bytes: (eight_at(&needle.bytes, 0) | FOLD) & mask, mask }
    }

    #[inline]
    fn may_be_at(self, haystack: &[u8], at: usize) -> bool {
        (eight_at(haystack, at) | FOLD) & self.mask == self.bytes
    }
}

/// Makes letters of either case one.
const FOLD: u64 = 0x2020_2020_2020_2020;

impl TrigramIndex {
    /// Bits of the hash, and bits in the part of it that finds the bucket.
    const BITS: u32 = 15;
    const SLOT_BITS: u32 = 9;

    /// Indexes the patterns, each of at least three bytes, by their beginnings.
    pub(super) fn new(table: &PatternTable, ids: &[u32]) -> Self {
        Self::with_offsets(table, ids.iter().map(|id| (*id, 0)))
    }

    /// Indexes patterns by what begins at an offset of each, at least three bytes before its end.
    pub(super) fn with_offsets(
        table: &PatternTable,
        patterns: impl IntoIterator<Item = (u32, usize)>,
    ) -> Self {
        let mut needles: Vec<(usize, Entry)> = patterns
            .into_iter()
            .map(|(id, offset)| {
                let needle = Needle::new(table, id);
                let hash = Self::hash(word_at(&needle.bytes, offset));
                (hash, Entry { head: Head::of(&needle), offset, needle })
            })
            .collect();
        needles.sort_by_key(|(hash, entry)| (*hash, entry.needle.id));
        let mut bitmap = vec![0u64; 1 << (Self::BITS - 6)];
        let mut offsets = vec![0u32; (1 << Self::SLOT_BITS) + 1];
        for (hash, _) in &needles {
            bitmap[hash >> 6] |= 1 << (hash & 63);
            offsets[Self::slot(*hash) + 1] += 1;
        }
        for index in 1..offsets.len() {
            offsets[index] += offsets[index - 1];
        }
        Self {
            bitmap: bitmap.into_boxed_slice(),
            offsets: offsets.into_boxed_slice(),
            needles: needles.into_iter().map(|(_, entry)| entry).collect(),
        }
    }

    /// Whether there are no needles.
    pub(super) fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    #[inline]
    fn hash(word: u32) -> usize {
        let folded = (word | FOLD as u32) & 0x00ff_ffff;
        (folded.wrapping_mul(0x9e37_79b1) >> (32 - Self::BITS)) as usize
    }

    /// The bucket of a hash: its upper bits, so that sorting by hash sorts by bucket.
    #[inline]
    fn slot(hash: usize) -> usize {
        hash >> (Self::BITS - Self::SLOT_BITS)
    }

    /// Whether the bytes at the low end of `word` may begin a needle.
    #[inline]
    pub(super) fn may_begin(&self, word: u32) -> bool {
        let hash = Self::hash(word);
        self.bitmap[hash >> 6] >> (hash & 63) & 1 != 0
    }

    /// Reports the needles that stand at `at`, `word` being the bytes there.
    #[inline]
    pub(super) fn verify(
        &self,
        haystack: &[u8],
        at: usize,
        word: u32,
        report: &mut impl FnMut(u32, usize),
    ) {
        let slot = Self::slot(Self::hash(word));
        let bucket = self.offsets[slot] as usize..self.offsets[slot + 1] as usize;
        for Entry { head, offset, needle } in &self.needles[bucket] {
            if let Some(from) = at.checked_sub(*offset)
                && head.may_be_at(haystack, from)
                && needle.is_at(haystack, from)
            {
                report(needle.id, from);
            }
        }
    }
}

/// Eight bytes at `at`, the missing ones zero.
#[inline]
pub(super) fn eight_at(bytes: &[u8], at: usize) -> u64 {
    if let Some(eight) = bytes.get(at..at + 8) {
        u64::from_le_bytes(eight.try_into().expect("eight bytes"))
    } else {
        let mut word = [0; 8];
        let rest = bytes.get(at..).unwrap_or_default();
        let len = rest.len().min(8);
        word[..len].copy_from_slice(&rest[..len]);
        u64::from_le_bytes(word)
    }
}

/// Up to four bytes at `at`, the missing ones zero.
#[inline]
pub(super) fn word_at(haystack: &[u8], at: usize) -> u32 {
    match haystack.get(at..at + 4) {
        Some(bytes) => u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
        None => haystack
            .iter()
            .skip(at)
            .take(4)
            .enumerate()
            .fold(0, |word, (index, byte)| word | u32::from(*byte) << (8 * index)),
    }
}
