//! Anchors that were refused before among the same bytes: siblings made from one base hold the same changes, and one
//! text stands in many files.
//!
//! An anchor is known by its rule and the bytes of its window; what its refusal depended on ([`super::evidence`]) is
//! compared by a fingerprint under a key that nobody can know beforehand, so that no repository can be made in which a
//! secret passes for something else. The table has a fixed size; a new entry takes the place of what stood there.

use std::hash::{BuildHasher, RandomState};

use scanner_stdx::hash::keyed_mac128;

use crate::delta::Hit;
use crate::engine::BOUNDARY_BYTES;
use crate::prefilter::{RADIUS, RuleReach};
use crate::scratch::ScanScratch;

/// Anchors that are remembered; a power of two.
const ENTRIES: usize = 1 << 13;

/// Refused anchors.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    key: [u8; 16],
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
    /// How long the anchor is.
    len: u32,
}

impl Memo {
    /// Begins an object.
    fn begin(&mut self, path: &[u8], is_binary: bool) {
        if self.entries.is_empty() {
            let random = [RandomState::new().hash_one(0_u64), RandomState::new().hash_one(1_u64)];
            self.key[..8].copy_from_slice(&random[0].to_le_bytes());
            self.key[8..].copy_from_slice(&random[1].to_le_bytes());
            self.entries = vec![Entry::default(); ENTRIES];
        }
        self.facts = keyed_mac128(&self.key, path) as u64 & !1 | u64::from(is_binary);
    }

    /// Gives a hit its evidence, if the same was refused before.
    pub(crate) fn recall(&self, bytes: &[u8], reach: RuleReach, hit: &mut Hit) {
        let Some(slot) = self.slot(bytes, reach, hit) else { return };
        let entry = &self.entries[slot];
        if (entry.rule, entry.facts, entry.len) == (hit.rule.raw(), self.facts, hit.to - hit.from)
            && self.fingerprint(bytes, hit.from, entry.evidence) == Some(entry.fingerprint)
        {
            hit.evidence = entry.evidence;
        }
    }

    /// Remembers a quiet hit.
    pub(crate) fn learn(&mut self, bytes: &[u8], reach: RuleReach, hit: &Hit) {
        let Some(slot) = self.slot(bytes, reach, hit) else { return };
        let Some(fingerprint) = self.fingerprint(bytes, hit.from, hit.evidence) else { return };
        let (rule, len) = (hit.rule.raw(), hit.to - hit.from);
        let (facts, evidence) = (self.facts, hit.evidence);
        self.entries[slot] = Entry { fingerprint, facts, rule, evidence, len };
    }

    /// Where an anchor among these bytes stands in the table; `None` if its window is not all there.
    fn slot(&self, bytes: &[u8], reach: RuleReach, hit: &Hit) -> Option<usize> {
        let around = RADIUS + BOUNDARY_BYTES;
        let wide = hit.to.checked_sub(reach.width.checked_add(around)?);
        let near = hit.from.checked_sub(reach.before.saturating_add(around));
        let first = wide.max(near)? as usize;
        let last = hit.from.checked_add(reach.width)?.checked_add(around)? as usize;
        let tag = keyed_mac128(&self.key, bytes.get(first..last)?);
        Some((tag as usize ^ hit.rule.index()) % ENTRIES)
    }

    fn fingerprint(&self, bytes: &[u8], from: u32, (before, behind): (u16, u16)) -> Option<u128> {
        let first = from.checked_sub(u32::from(before))? as usize;
        let last = from.checked_add(u32::from(behind))? as usize;
        Some(keyed_mac128(&self.key, bytes.get(first..last)?))
    }
}

impl ScanScratch {
    /// Begins to remember refusals of the object at hand.
    pub(super) fn begin_memo(&mut self) {
        self.memo.begin(&self.path, self.is_binary);
    }
}

#[cfg(test)]
mod tests {
    use scanner_core::RuleId;

    use super::*;

    #[test]
    fn only_the_same_among_the_same_is_recalled() {
        let text: Vec<u8> = (0..2000_u32).map(|n| ((n * 7919) >> 3) as u8).collect();
        let reach = RuleReach { width: 40, before: u32::MAX };
        let mut memo = Memo::default();
        memo.begin(b"", false);
        let known = Hit { evidence: (300, 200), ..Hit::new(RuleId::new(3), 1000, 1004) };
        memo.learn(&text, reach, &known);
        let recalled = |memo: &Memo, text: &[u8], rule, from| {
            let mut hit = Hit::new(RuleId::new(rule), from, from + 4);
            memo.recall(text, reach, &mut hit);
            hit.evidence
        };
        assert_eq!(recalled(&memo, &text, 3, 1000), (300, 200));
        assert_eq!(recalled(&memo, &text[500..], 3, 500), (300, 200), "wherever it stands");
        assert_eq!(recalled(&memo, &text, 4, 1000), (0, 0), "another rule");
        assert_eq!(recalled(&memo, &text[800..], 3, 200), (0, 0), "not all of it is there");
        let mut other = text.clone();
        other[750] ^= 1;
        assert_eq!(recalled(&memo, &other, 3, 1000), (0, 0), "far before, but it was looked at");
        memo.begin(b"a.txt", false);
        assert_eq!(recalled(&memo, &text, 3, 1000), (0, 0), "a path of its own");
        memo.begin(b"", false);
        assert_eq!(recalled(&memo, &text, 3, 1000), (300, 200));
    }
}
