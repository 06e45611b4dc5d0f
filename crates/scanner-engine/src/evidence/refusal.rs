//! Candidates that were refused before with the same bytes around them: where a window is looked at again because of one
//! change, most of its candidates stand far enough from it.
//!
//! Kept for rules whose judge is asked, which costs many times what a fingerprint does. It is taken of all bytes that a
//! decision may read ([`super`]), under a [`SecretKey`]. The table has a fixed size; a new refusal takes the
//! place of what stood there.

use scanner_core::RuleId;

use crate::gate::{Candidate, Stage};
use crate::secret_key::SecretKey;

/// Refusals that are remembered; a power of two.
const ENTRIES: usize = 1 << 13;

/// Refused candidates.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    key: SecretKey,
    /// None until the first candidate is looked for.
    entries: Vec<Option<(Likeness, Stage)>>,
}

/// All that a decision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Likeness {
    /// Of the bytes that may be read.
    fingerprint: u128,
    /// What the object is.
    facts: u64,
    rule: RuleId,
    /// Where the match and the secret begin and end, from the first byte read on.
    places: [u16; 4],
    /// Bytes that would be read too, were they there.
    cut: [u16; 2],
}

impl Refusals {
    /// What tells a candidate from all that are judged otherwise; `None` where that is too much. `from..to` is what may be
    /// read, which may lie beyond the text.
    pub(super) fn likeness(
        &mut self,
        rule: RuleId,
        facts: u64,
        candidate: &Candidate<'_>,
        (from, to): (i64, i64),
    ) -> Option<Likeness> {
        if self.entries.is_empty() {
            self.entries = vec![None; ENTRIES];
        }
        let to = usize::try_from(to).ok()?;
        let first = usize::try_from(from.max(0)).ok()?;
        let last = to.min(candidate.bytes.len());
        let before = u16::try_from(from.min(0).unsigned_abs()).ok()?;
        let cut = [before, u16::try_from(to - last).ok()?];
        let place = |at: usize| u16::try_from(at.checked_sub(first)?).ok();
        let Candidate { start, end, secret_start, secret_end, .. } = *candidate;
        let places = [place(start)?, place(end)?, place(secret_start)?, place(secret_end)?];
        let fingerprint = self.key.fingerprint(candidate.bytes.get(first..last)?);
        Some(Likeness { fingerprint, facts, rule, places, cut })
    }

    /// By which stage such a candidate was refused.
    pub(super) fn recall(&self, likeness: &Likeness) -> Option<Stage> {
        let (known, stage) = self.entries[slot(likeness)].as_ref()?;
        (known == likeness).then_some(*stage)
    }

    /// Remembers a refusal.
    pub(super) fn learn(&mut self, likeness: Likeness, stage: Stage) {
        self.entries[slot(&likeness)] = Some((likeness, stage));
    }
}

fn slot(likeness: &Likeness) -> usize {
    likeness.fingerprint as usize % ENTRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_alike_in_everything_is_recalled() {
        let text: Vec<u8> = (0..400_u32).map(|n| ((n * 7919) >> 3) as u8).collect();
        let mut refusals = Refusals::default();
        let mut like = |bytes: &[u8], start: usize, facts: u64, range: (i64, i64)| {
            let (end, secret_start, secret_end) = (start + 20, start + 8, start + 18);
            let candidate = Candidate { bytes, start, end, secret_start, secret_end };
            refusals.likeness(RuleId::new(3), facts, &candidate, range).unwrap()
        };
        let known = like(&text, 200, 7, (100, 300));
        assert_eq!(like(&text[50..], 150, 7, (50, 250)), known, "wherever it stands");
        let mut other = text.clone();
        other[299] ^= 1;
        for (bytes, start, facts, range) in [
            (&other[..], 200, 7, (100, 300)),
            (&text, 201, 7, (100, 300)),
            (&text, 200, 8, (100, 300)),
            (&text[100..], 100, 7, (-1, 200)),
            (&text[..300], 200, 7, (100, 301)),
        ] {
            assert_ne!(like(bytes, start, facts, range), known, "{start} {facts} {range:?}");
        }
        refusals.learn(known, Stage::GenericValue);
        assert_eq!(refusals.recall(&known), Some(Stage::GenericValue));
        assert_eq!(refusals.recall(&Likeness { facts: 8, ..known }), None);
    }
}
