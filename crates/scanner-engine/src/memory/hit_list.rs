//! The hits of an object: what a delta-aware scan of another one starts from.

use scanner_core::RuleId;

use super::KnownSpan;
use crate::prefilter::HitCollector;

/// Hits kept of an object; one with more is no base for a delta-aware scan.
const HITS_MAX: usize = 1 << 16;

/// An anchor of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) rule: RuleId,
    /// How far before and behind `from` the bytes stand by which everything around it was refused; zero behind if it
    /// may lead to something.
    pub(crate) evidence: (u16, u16),
}

impl Hit {
    /// An anchor of which nothing more is known.
    pub(crate) fn new(rule: RuleId, from: u32, to: u32) -> Self {
        Self { from, to, rule, evidence: (0, 0) }
    }

    /// Whether it is known to lead to nothing.
    pub(crate) fn is_quiet(&self) -> bool {
        self.evidence.1 != 0
    }

    /// Whether everything that its refusal depended on lies inside of `clean`.
    pub(crate) fn stays_quiet(&self, clean: (Option<u32>, Option<u32>)) -> bool {
        let (before, behind) = (u32::from(self.evidence.0), u32::from(self.evidence.1));
        let reaches = |start| self.from.checked_sub(before).is_none_or(|first| first < start);
        let passes = |end| self.from.saturating_add(behind) > end;
        self.is_quiet() && !clean.0.is_some_and(reaches) && !clean.1.is_some_and(passes)
    }
}

/// The hits of an object that others may be made from.
#[derive(Clone, Debug, Default)]
pub struct HitList {
    /// Sorted once the scan is over.
    pub(crate) hits: Vec<Hit>,
    /// Encoded text, in order, if it is known what each held.
    pub(crate) spans: Option<Vec<KnownSpan>>,
    /// The memory of `spans` while they are not known.
    pub(crate) spare: Vec<KnownSpan>,
    /// Bytes of the object.
    pub(crate) bytes: u32,
    /// Whether the object holds a zero byte; without one it holds no UTF-16 text.
    pub(crate) has_zero: bool,
    /// What rules were told of the object: they were refused for it, or not.
    is_binary: bool,
    path: Vec<u8>,
    /// Whether something was reported that has no place, or too much.
    pub(crate) is_unusable: bool,
}

impl HitCollector for HitList {
    fn hit(&mut self, rule: RuleId, from: u32, to: u32) {
        self.push(Hit::new(rule, from, to));
    }

    fn whole(&mut self) {
        self.is_unusable = true;
    }
}

impl HitList {
    /// How many hits there are.
    pub fn len(&self) -> usize {
        self.hits.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.hits.clear();
        if let Some(spans) = self.spans.take() {
            self.spare = spans;
        }
        self.spare.clear();
        self.bytes = 0;
        self.has_zero = false;
        self.is_unusable = false;
    }

    pub(super) fn push(&mut self, hit: Hit) {
        if self.hits.len() < HITS_MAX {
            self.hits.push(hit);
        } else {
            self.is_unusable = true;
        }
    }

    /// Ends the list of an object of so many bytes; with what rules are told of it.
    pub(crate) fn close(&mut self, bytes: u32, (is_binary, path): (bool, &[u8])) {
        self.bytes = bytes;
        self.is_binary = is_binary;
        self.path.clear();
        self.path.extend_from_slice(path);
        self.hits.sort_unstable();
        self.hits.dedup_by_key(|hit| (hit.from, hit.to, hit.rule));
    }

    /// Takes over hits of the base, where their bytes stand now. Those that are quiet stay so if nothing changed that
    /// could have mattered.
    pub(crate) fn inherit(&mut self, (base, is_like): (&Self, bool), part: Inherited) {
        let end = part.base + (part.end - part.start);
        let first = base.hits.partition_point(|hit| hit.from < part.base);
        let place = |at: u32| at - part.base + part.start;
        for hit in base.hits[first..].iter().take_while(|hit| hit.from < end) {
            let mut hit = Hit { from: place(hit.from), to: place(hit.to), ..*hit };
            if !is_like || !hit.stays_quiet(part.clean) {
                hit.evidence = (0, 0);
            }
            self.push(hit);
        }
    }

    /// Whether rules that are told this of an object apply to it as they did to this one.
    pub(crate) fn is_like(&self, (is_binary, path): (bool, &[u8])) -> bool {
        self.is_binary == is_binary && self.path == path
    }
}

/// Hits of the base whose anchors begin in `base..base + (end - start)` are hits of the object at `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inherited {
    pub(crate) base: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where the unchanged bytes around begin and end; none where both objects do.
    pub(crate) clean: (Option<u32>, Option<u32>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_full_is_no_base() {
        let mut list = HitList::default();
        for at in 0..=HITS_MAX as u32 {
            list.push(Hit::new(RuleId::new(0), at, at + 1));
        }
        assert!(list.is_unusable && list.len() == HITS_MAX);
        list.clear();
        assert!(!list.is_unusable && list.is_empty());
    }
}
