//! Anchors that were refused before among the same bytes: siblings made from one base hold the same changes, and one
//! text stands in many files.
//!
//! An anchor is looked for by its rule and the bytes next to it; what its refusal depended on ([`crate::evidence`]) is
//! compared by a fingerprint under a [`SecretKey`]. The table has a fixed size; a new entry takes the place of what stood
//! there.

use super::Hit;
use crate::secret_key::SecretKey;

/// Anchors that are remembered; a power of two.
const ENTRIES: usize = 1 << 15;

/// Bytes on either side of an anchor that choose its place in the table.
const SLOT_BYTES: u32 = 128;

/// Refused anchors.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    key: SecretKey,
    /// None until the first is remembered.
    entries: Vec<Entry>,
    /// What is known of the object at hand.
    facts: u64,
}

/// An anchor that was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Entry {
    /// Of the bytes that the refusal depended on.
    fingerprint: u128,
    facts: u64,
    rule: u32,
    evidence: (u16, u16),
    /// As much of the evidence as the object has: less only at its begin and end.
    there: (u16, u16),
    /// How long the anchor is.
    len: u32,
    /// Of the bytes next to it: nearly all others are told by them.
    tag: u32,
}

impl Memo {
    /// Begins an object of which rules are told this.
    pub(crate) fn begin(&mut self, (is_binary, path): (bool, &[u8])) {
        if self.entries.is_empty() {
            self.entries = vec![Entry::default(); ENTRIES];
        }
        self.facts = self.key.fingerprint(path) as u64 & !1 | u64::from(is_binary);
    }

    /// What is known of the object at hand, as a number.
    pub(crate) fn facts(&self) -> u64 {
        self.facts
    }

    /// Gives a hit its evidence, if the same was refused before.
    pub(crate) fn recall(&self, bytes: &[u8], hit: &mut Hit) {
        let (slot, tag) = self.slot(bytes, hit);
        let entry = &self.entries[slot];
        if (entry.tag, entry.rule) == (tag, hit.rule.raw())
            && (entry.facts, entry.len) == (self.facts, hit.to - hit.from)
            && there(bytes, hit.from, entry.evidence) == entry.there
            && self.fingerprint(bytes, hit.from, entry.there) == entry.fingerprint
        {
            hit.evidence = entry.evidence;
        }
    }

    /// Remembers a quiet hit.
    pub(crate) fn learn(&mut self, bytes: &[u8], hit: &Hit) {
        let there = there(bytes, hit.from, hit.evidence);
        let fingerprint = self.fingerprint(bytes, hit.from, there);
        let (rule, len) = (hit.rule.raw(), hit.to - hit.from);
        let (facts, evidence) = (self.facts, hit.evidence);
        let (slot, tag) = self.slot(bytes, hit);
        self.entries[slot] = Entry { fingerprint, facts, rule, evidence, there, len, tag };
    }

    /// Where an anchor among these bytes stands in the table: those next to it decide, so that of two versions that
    /// differ farther away the newer takes the place of the older. The second number tells these bytes from others.
    fn slot(&self, bytes: &[u8], hit: &Hit) -> (usize, u32) {
        let first = hit.from.saturating_sub(SLOT_BYTES) as usize;
        let last = (hit.to.saturating_add(SLOT_BYTES) as usize).min(bytes.len());
        let near = self.key.fingerprint(&bytes[first..last]);
        ((near as usize ^ hit.rule.index()) % ENTRIES, (near >> 96) as u32)
    }

    fn fingerprint(&self, bytes: &[u8], from: u32, (before, behind): (u16, u16)) -> u128 {
        let from = from as usize;
        let range = from - usize::from(before)..from + usize::from(behind);
        self.key.fingerprint(&bytes[range])
    }
}

/// As much of some evidence as there is.
fn there(bytes: &[u8], from: u32, (before, behind): (u16, u16)) -> (u16, u16) {
    let rest = bytes.len().saturating_sub(from as usize);
    let least = |have: usize, want: u16| u16::try_from(have).map_or(want, |have| have.min(want));
    (least(from as usize, before), least(rest, behind))
}

#[cfg(test)]
mod tests {
    use scanner_core::RuleId;

    use super::*;

    #[test]
    fn only_the_same_among_the_same_is_recalled() {
        let text: Vec<u8> = (0..2000_u32).map(|n| ((n * 7919) >> 3) as u8).collect();
        let mut memo = Memo::default();
        memo.begin((false, b""));
        let known = Hit { evidence: (300, 200), ..Hit::new(RuleId::new(3), 1000, 1004) };
        memo.learn(&text, &known);
        let recalled = |memo: &Memo, text: &[u8], rule, from| {
            let mut hit = Hit::new(RuleId::new(rule), from, from + 4);
            memo.recall(text, &mut hit);
            hit.evidence
        };
        assert_eq!(recalled(&memo, &text, 3, 1000), (300, 200));
        assert_eq!(recalled(&memo, &text[500..], 3, 500), (300, 200), "wherever it stands");
        assert_eq!(recalled(&memo, &text, 4, 1000), (0, 0), "another rule");
        assert_eq!(recalled(&memo, &text[800..], 3, 200), (0, 0), "not all of it is there");
        let first = Hit { evidence: (300, 200), ..Hit::new(RuleId::new(3), 120, 124) };
        memo.learn(&text, &first);
        assert_eq!(recalled(&memo, &text[..700], 3, 120), (300, 200), "the same begin");
        assert_eq!(recalled(&memo, &text[1..], 3, 119), (0, 0), "another begin");
        let before = [b"x", &text[..]].concat();
        assert_eq!(recalled(&memo, &before, 3, 121), (0, 0), "no begin");
        assert_eq!(recalled(&memo, &text[..300], 3, 120), (0, 0), "another end");
        let mut other = text.clone();
        other[750] ^= 1;
        assert_eq!(recalled(&memo, &other, 3, 1000), (0, 0), "far before, but it was looked at");
        memo.begin((false, b"a.txt"));
        assert_eq!(recalled(&memo, &text, 3, 1000), (0, 0), "a path of its own");
        memo.begin((false, b""));
        assert_eq!(recalled(&memo, &text, 3, 1000), (300, 200));
    }
}
