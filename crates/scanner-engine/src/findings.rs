//! `FindingBuf`: findings of a chunk with everything that goes with each, kept in step by having one owner.
//!
//! The seeds keep three parallel arrays (`out`, `norm_hash`, `drop_hint_end`) and warn that every push and
//! truncation must keep them aligned; here nobody else can touch them.

use std::ops::Range;

use scanner_core::{FindingRec, NormHash, RootSpan};
use scanner_rules::PARTS_MAX;
use scanner_stdx::ScratchVec;

/// The place of a secret's bytes in the buffer's arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SecretRange {
    start: u32,
    end: u32,
}

/// Another part of the credential, as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartRef<'a> {
    /// Where it (or what encodes it) stands in the object.
    pub root: RootSpan,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// For findings without parts.
const NO_PARTS: u16 = u16::MAX;

/// The same with its bytes in the arena.
#[derive(Clone, Copy, Debug)]
struct PartRec {
    root: RootSpan,
    bytes: SecretRange,
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
    /// The other parts of the credential, by their number in the rule.
    pub parts: [Option<PartRef<'a>>; PARTS_MAX],
}

/// Findings of one chunk. Capacity is fixed: what does not fit is counted.
#[derive(Debug)]
pub struct FindingBuf {
    out: ScratchVec<FindingRec>,
    norm_hash: ScratchVec<NormHash>,
    drop_hint_end: ScratchVec<u64>,
    secret: ScratchVec<SecretRange>,
    /// Where in `told` the parts of each stand; [`NO_PARTS`] for most.
    parts: ScratchVec<u16>,
    told: ScratchVec<[Option<PartRec>; PARTS_MAX]>,
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
            parts: ScratchVec::with_capacity(findings),
            told: ScratchVec::with_capacity((findings / 8).clamp(1, usize::from(NO_PARTS))),
            bytes: ScratchVec::with_capacity(secret_bytes),
            dropped: 0,
        }
    }

    /// Adds a finding, or counts it as dropped where there is no room.
    pub fn push(
        &mut self,
        rec: FindingRec,
        drop_hint_end: u64,
        secret: &[u8],
        parts: [Option<PartRef<'_>>; PARTS_MAX],
    ) {
        if self.out.is_full() || self.bytes.remaining() < secret.len() {
            self.dropped += 1;
            return;
        }
        let secret_range = self.keep(secret);
        let needed: usize = parts.iter().flatten().map(|part| part.bytes.len()).sum();
        let has_room = !self.told.is_full() && self.bytes.remaining() >= needed;
        // A secret is worth more than what it goes with: without room for the parts it is told alone.
        if has_room && parts.iter().any(Option::is_some) {
            let told = parts.map(|part| {
                part.map(|part| PartRec { root: part.root, bytes: self.keep(part.bytes) })
            });
            self.parts.push(self.told.len() as u16);
            self.told.push(told);
        } else {
            self.parts.push(NO_PARTS);
        }
        self.out.push(rec);
        self.norm_hash.push(NormHash(*blake3::hash(secret).as_bytes()));
        self.drop_hint_end.push(drop_hint_end);
        self.secret.push(secret_range);
    }

    fn keep(&mut self, bytes: &[u8]) -> SecretRange {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes).expect("the room was looked at");
        SecretRange { start, end: start + bytes.len() as u32 }
    }

    fn kept(&self, range: SecretRange) -> &[u8] {
        &self.bytes[Range { start: range.start as usize, end: range.end as usize }]
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
        FindingRef {
            rec: &self.out[index],
            norm_hash: self.norm_hash[index],
            drop_hint_end: self.drop_hint_end[index],
            secret: self.kept(self.secret[index]),
            parts: self.parts_of(index),
        }
    }

    fn parts_of(&self, index: usize) -> [Option<PartRef<'_>>; PARTS_MAX] {
        if self.parts[index] == NO_PARTS {
            return [None; PARTS_MAX];
        }
        let part = |part: PartRec| PartRef { root: part.root, bytes: self.kept(part.bytes) };
        self.told[usize::from(self.parts[index])].map(|told| told.map(part))
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
                self.parts.as_mut_slice().swap(kept, index);
                kept += 1;
            }
        }
        self.out.truncate(kept);
        self.norm_hash.truncate(kept);
        self.drop_hint_end.truncate(kept);
        self.secret.truncate(kept);
        self.parts.truncate(kept);
    }

    /// Changes the places of the parts of every finding from `index` on.
    pub fn move_parts_from(&mut self, index: usize, mut change: impl FnMut(RootSpan) -> RootSpan) {
        for told in self.parts[index..].iter().filter(|told| **told != NO_PARTS) {
            for part in self.told.as_mut_slice()[usize::from(*told)].iter_mut().flatten() {
                part.root = change(part.root);
            }
        }
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
        self.parts.clear();
        self.told.clear();
        self.bytes.clear();
        self.dropped = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_core::{Confidence, FileId, RootSpan, RuleId, Span, StepId, Validation, Variant};

    const ALONE: [Option<PartRef<'static>>; PARTS_MAX] = [None; PARTS_MAX];

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
            buf.push(rec(rule), u64::from(rule), format!("secret{rule}").as_bytes(), ALONE);
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
    fn parts_stay_with_their_finding_and_move_with_what_they_are_encoded_in() {
        let mut buf = FindingBuf::new(16, 64);
        let part =
            |start: u64, bytes| Some(PartRef { root: RootSpan { start, end: start + 2 }, bytes });
        buf.push(rec(0), 0, b"a", [part(10, b"xy"), None]);
        buf.push(rec(1), 0, b"b", ALONE);
        buf.push(rec(2), 0, b"c", [None, part(20, b"zz")]);
        buf.move_parts_from(2, |span| RootSpan { start: span.start + 100, end: span.end + 100 });
        buf.retain(|_, rec, _| rec.rule_id.raw() > 0);
        assert_eq!(buf.get(0).parts, ALONE);
        assert_eq!(buf.get(1).parts, [None, part(120, b"zz")]);
        buf.clear();
        for rule in 0..3 {
            buf.push(rec(rule), 0, b"a", [part(1, b"xy"), None]);
        }
        assert_eq!(
            (buf.len(), buf.dropped()),
            (3, 0),
            "there is room for the parts of every eighth"
        );
        assert_eq!([1, 2].map(|index| buf.get(index).parts == ALONE), [false, true]);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut buf = FindingBuf::new(2, 10);
        buf.push(rec(0), 0, b"12345678", ALONE);
        buf.push(rec(1), 0, b"12345678", ALONE);
        buf.push(rec(2), 0, b"1", ALONE);
        buf.push(rec(3), 0, b"", ALONE);
        assert_eq!((buf.len(), buf.dropped()), (2, 2));
        buf.clear();
        assert_eq!((buf.len(), buf.dropped()), (0, 0));
    }
}
