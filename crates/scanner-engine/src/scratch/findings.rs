//! `FindingBuf`: findings of a chunk with everything that goes with each, kept in step by having one owner.
//!
//! The seeds keep three parallel arrays (`out`, `norm_hash`, `drop_hint_end`) and warn that every push and
//! truncation must keep them aligned; here nobody else can touch them.

use std::ops::Range;

use scanner_core::{FindingRec, NormHash};
use scanner_stdx::ScratchVec;

/// The place of a secret's bytes in the buffer's arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SecretRange {
    start: u32,
    end: u32,
}

/// One finding with what goes with it.
#[derive(Clone, Copy, Debug)]
pub struct FindingRef<'a> {
    /// The record.
    pub rec: &'a FindingRec,
    /// BLAKE3 of the secret.
    pub norm_hash: NormHash,
    /// Offset in the object from which no byte could have changed the decision.
    pub drop_hint_end: u64,
    /// The secret's bytes.
    pub secret: &'a [u8],
}

/// Findings of one chunk. Capacity is fixed: what does not fit is counted.
#[derive(Debug)]
pub struct FindingBuf {
    out: ScratchVec<FindingRec>,
    norm_hash: ScratchVec<NormHash>,
    drop_hint_end: ScratchVec<u64>,
    secret: ScratchVec<SecretRange>,
    bytes: ScratchVec<u8>,
    dropped: u64,
}

impl FindingBuf {
    /// Room for `findings` findings whose secrets have `secret_bytes` bytes in total.
    pub fn new(findings: usize, secret_bytes: usize) -> Self {
        Self {
            out: ScratchVec::with_capacity(findings),
            norm_hash: ScratchVec::with_capacity(findings),
            drop_hint_end: ScratchVec::with_capacity(findings),
            secret: ScratchVec::with_capacity(findings),
            bytes: ScratchVec::with_capacity(secret_bytes),
            dropped: 0,
        }
    }

    /// Adds a finding, or counts it as dropped where there is no room.
    pub fn push(&mut self, rec: FindingRec, drop_hint_end: u64, secret: &[u8]) {
        if self.out.is_full() || self.bytes.remaining() < secret.len() {
            self.dropped += 1;
            return;
        }
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(secret).expect("the room was looked at");
        self.out.push(rec);
        self.norm_hash.push(NormHash(*blake3::hash(secret).as_bytes()));
        self.drop_hint_end.push(drop_hint_end);
        self.secret.push(SecretRange { start, end: start + secret.len() as u32 });
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// The finding at `index`.
    pub fn get(&self, index: usize) -> FindingRef<'_> {
        let SecretRange { start, end } = self.secret[index];
        FindingRef {
            rec: &self.out[index],
            norm_hash: self.norm_hash[index],
            drop_hint_end: self.drop_hint_end[index],
            secret: &self.bytes[Range { start: start as usize, end: end as usize }],
        }
    }

    /// All findings in order.
    pub fn iter(&self) -> impl Iterator<Item = FindingRef<'_>> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Keeps the findings for which `keep` holds, in order.
    pub fn retain(&mut self, mut keep: impl FnMut(usize, &FindingRec, u64) -> bool) {
        let mut kept = 0;
        for index in 0..self.out.len() {
            if keep(index, &self.out[index], self.drop_hint_end[index]) {
                self.out.as_mut_slice().swap(kept, index);
                self.norm_hash.as_mut_slice().swap(kept, index);
                self.drop_hint_end.as_mut_slice().swap(kept, index);
                self.secret.as_mut_slice().swap(kept, index);
                kept += 1;
            }
        }
        self.out.truncate(kept);
        self.norm_hash.truncate(kept);
        self.drop_hint_end.truncate(kept);
        self.secret.truncate(kept);
    }

    /// Changes record and drop hint of every finding from `index` on.
    pub fn change_from(&mut self, index: usize, mut change: impl FnMut(&mut FindingRec, &mut u64)) {
        let records = self.out.as_mut_slice().iter_mut();
        let hints = self.drop_hint_end.as_mut_slice().iter_mut();
        records.zip(hints).skip(index).for_each(|(rec, hint)| change(rec, hint));
    }

    /// Findings that had no room since the last clear.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.out.clear();
        self.norm_hash.clear();
        self.drop_hint_end.clear();
        self.secret.clear();
        self.bytes.clear();
        self.dropped = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_core::{Confidence, FileId, RootSpan, RuleId, Span, StepId, Validation, Variant};

    fn rec(rule: u32) -> FindingRec {
        FindingRec {
            file_id: FileId::new(0),
            rule_id: RuleId::new(rule),
            span: Span::new(0, 1),
            root: RootSpan::default(),
            root_match: RootSpan::default(),
            step_id: StepId::ROOT,
            variant: Variant::Raw,
            confidence: Confidence::Likely,
            validation: Validation::None,
            score: 0,
        }
    }

    #[test]
    fn retain_keeps_everything_in_step() {
        let mut buf = FindingBuf::new(8, 64);
        for rule in 0..6 {
            buf.push(rec(rule), u64::from(rule), format!("secret{rule}").as_bytes());
        }
        buf.retain(|_, rec, _| rec.rule_id.raw() % 2 == 1);
        let got: Vec<(u32, u64, Vec<u8>)> =
            buf.iter().map(|f| (f.rec.rule_id.raw(), f.drop_hint_end, f.secret.to_vec())).collect();
        assert_eq!(
            got,
            [(1, 1, b"secret1".to_vec()), (3, 3, b"secret3".to_vec()), (5, 5, b"secret5".to_vec())]
        );
        for finding in buf.iter() {
            assert_eq!(finding.norm_hash.0, *blake3::hash(finding.secret).as_bytes());
        }
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut buf = FindingBuf::new(2, 10);
        buf.push(rec(0), 0, b"12345678");
        buf.push(rec(1), 0, b"12345678");
        buf.push(rec(2), 0, b"1");
        buf.push(rec(3), 0, b"");
        assert_eq!((buf.len(), buf.dropped()), (2, 2));
        buf.clear();
        assert_eq!((buf.len(), buf.dropped()), (0, 0));
    }
}
