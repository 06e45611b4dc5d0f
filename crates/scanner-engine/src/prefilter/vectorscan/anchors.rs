//! Anchors as patterns of a database: equal literals once, and for each whom it stands for.

use scanner_core::{RuleId, Variant};
use scanner_vectorscan::{Flags, Pattern, VsError};

use super::proof;
use crate::anchors::{AnchorClass, Literal};
use crate::prefilter::HitSink;
use crate::prefilter::Target;

/// A literal, as it stands in the bytes, that a rule's matches hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    bytes: Vec<u8>,
    ignore_case: bool,
    target: Target,
    class: AnchorClass,
}

impl Anchor {
    /// An anchor that is looked for everywhere.
    pub fn new(rule: RuleId, variant: Variant, bytes: &[u8], ignore_case: bool) -> Self {
        let (target, class) = (Target::new(rule, variant), AnchorClass::Everywhere);
        Self { bytes: encoded(bytes, variant), ignore_case, target, class }
    }

    /// A rule's literal as it is.
    pub(super) fn raw((rule, literal, class): &(RuleId, Literal, AnchorClass)) -> Self {
        let Literal { bytes, ignore_case } = literal;
        Self { class: *class, ..Self::new(*rule, Variant::Raw, bytes, *ignore_case) }
    }

    /// A rule's literal in UTF-16 of either byte order.
    pub(super) fn utf16((rule, literal, _): &(RuleId, Literal, AnchorClass)) -> [Self; 2] {
        let Literal { bytes, ignore_case } = literal;
        [Variant::Utf16Le, Variant::Utf16Be]
            .map(|variant| Self::new(*rule, variant, bytes, *ignore_case))
    }

    /// Whom it stands for.
    pub(super) fn rule(&self) -> RuleId {
        self.target.rule()
    }

    /// In which encoding.
    pub(super) fn variant(&self) -> Variant {
        self.target.variant()
    }
}

/// ASCII bytes in an encoding.
fn encoded(bytes: &[u8], variant: Variant) -> Vec<u8> {
    match variant {
        Variant::Raw => bytes.to_vec(),
        Variant::Utf16Le => bytes.iter().flat_map(|byte| [*byte, 0]).collect(),
        Variant::Utf16Be => bytes.iter().flat_map(|byte| [0, *byte]).collect(),
    }
}

/// Distinct literals, numbered from `base` in the order of their bytes, with a prefix sum over those they stand for.
#[derive(Clone, Debug, Default)]
pub struct AnchorTable {
    base: u32,
    literals: Vec<(Vec<u8>, bool)>,
    offsets: Vec<u32>,
    targets: Vec<(Target, AnchorClass)>,
}

/// What is known of a hit.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnchorHit {
    /// Bytes of the literal.
    pub(super) len: u32,
    /// Whom it stands for.
    pub(super) target: Target,
    /// What stands around it in a match.
    pub(super) class: AnchorClass,
}

impl AnchorTable {
    /// A table whose numbers begin at `base`. Empty literals are left out.
    pub fn new<'a>(base: u32, anchors: impl IntoIterator<Item = &'a Anchor>) -> Self {
        let mut all: Vec<&Anchor> =
            anchors.into_iter().filter(|anchor| !anchor.bytes.is_empty()).collect();
        all.sort_unstable();
        let mut table = Self { base, offsets: vec![0], ..Self::default() };
        let is_same = |left: &&Anchor, right: &&Anchor| {
            (&left.bytes, left.ignore_case) == (&right.bytes, right.ignore_case)
        };
        for same in all.chunk_by(is_same) {
            table.literals.push((same[0].bytes.clone(), same[0].ignore_case));
            let mut targets: Vec<(Target, AnchorClass)> =
                same.iter().map(|anchor| (anchor.target, anchor.class)).collect();
            targets.dedup();
            table.targets.extend(targets);
            table.offsets.push(table.targets.len() as u32);
        }
        table
    }

    /// How many literals there are.
    pub fn len(&self) -> usize {
        self.literals.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.literals.is_empty()
    }

    /// The literals as patterns, each byte written as a number.
    pub(super) fn patterns(&self, flags: Flags) -> Result<Vec<Pattern>, VsError> {
        let pattern = |(index, (bytes, ignore_case)): (usize, &(Vec<u8>, bool))| {
            let case = if *ignore_case { Flags::CASELESS } else { Flags::NONE };
            Pattern::literal(self.base + index as u32, flags | case, bytes)
        };
        self.literals.iter().enumerate().map(pattern).collect()
    }

    /// Whom a pattern of the table stands for; nobody where it is none of the table's.
    #[inline]
    pub(super) fn hits(&self, id: u32) -> impl Iterator<Item = AnchorHit> + '_ {
        let index = id.wrapping_sub(self.base) as usize;
        let len = self.literals.get(index).map_or(0, |(bytes, _)| bytes.len() as u32);
        let range = match (self.offsets.get(index), self.offsets.get(index + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        };
        self.targets[range].iter().map(move |(target, class)| AnchorHit {
            len,
            target: *target,
            class: *class,
        })
    }

    /// Files what ends at `to` of `bytes`; whether any of it is UTF-16.
    #[inline]
    pub(super) fn report(&self, id: u32, to: u64, bytes: &[u8], sink: &mut HitSink<'_>) -> bool {
        let mut saw_utf16 = false;
        for AnchorHit { len, target, class } in self.hits(id) {
            let (from, to) = ((to as u32).saturating_sub(len), to as u32);
            if target.variant() == Variant::Raw {
                if proof::admits(class, bytes, from as usize, to as usize) {
                    sink.hit(target.rule(), from, to);
                }
            } else {
                saw_utf16 = true;
                sink.hit_wide(target.rule(), target.variant(), from, to);
            }
        }
        saw_utf16
    }

    /// Shortest and longest literal, and how many begin with a zero byte.
    pub(super) fn shape(&self) -> (usize, usize, usize) {
        let lens = || self.literals.iter().map(|(bytes, _)| bytes.len());
        let zeros = self.literals.iter().filter(|(bytes, _)| bytes[0] == 0).count();
        (lens().min().unwrap_or(0), lens().max().unwrap_or(0), zeros)
    }
}
