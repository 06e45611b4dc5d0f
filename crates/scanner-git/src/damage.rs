//! What can be wrong with one object, as data: counted by kind, and never the end of a scan.

use std::collections::BTreeMap;

use scanner_core::{SkipCounts, SkipReason};

use crate::oid::Oid;

/// Why one object could not be given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Damage {
    /// The compressed bytes are no zlib stream, or its checksum is wrong.
    CorruptZlib,
    /// The inflated size is not the one that the header tells.
    WrongSize,
    /// The header of a pack entry or loose object makes no sense.
    BadHeader,
    /// The bytes end before the object does.
    Truncated,
    /// The base of a delta is not an object of the pack.
    WrongBase,
    /// The base of a delta is nowhere to be found.
    BaseMissing,
    /// The base of a delta is damaged itself.
    BaseDamaged,
    /// The base of a delta has another size than the delta was made for.
    WrongBaseSize,
    /// Deltas that need each other, or a chain longer than the limit.
    DeltaCycle,
    /// A delta copies from beyond its base or writes beyond its result.
    DeltaOutOfBounds,
    /// The index points outside of the pack.
    OffsetOutOfBounds,
    /// A known id without an object (partial clones, broken repositories).
    Missing,
    /// Larger than any object that we decode.
    TooLarge,
    /// No room for the temporary file of a large object.
    SpillFailed,
    /// A tree whose entries make no sense; what came before is used.
    BadTree,
    /// A commit without the lines it must have.
    BadCommit,
    /// The file that holds it could not be read.
    ReadError,
}

impl Damage {
    /// The key used in summaries.
    pub const fn key(self) -> &'static str {
        match self {
            Self::CorruptZlib => "corrupt_zlib",
            Self::WrongSize => "wrong_size",
            Self::BadHeader => "bad_header",
            Self::Truncated => "truncated",
            Self::WrongBase => "wrong_base",
            Self::BaseMissing => "base_missing",
            Self::BaseDamaged => "base_damaged",
            Self::WrongBaseSize => "wrong_base_size",
            Self::DeltaCycle => "delta_cycle",
            Self::DeltaOutOfBounds => "delta_out_of_bounds",
            Self::OffsetOutOfBounds => "offset_out_of_bounds",
            Self::Missing => "missing",
            Self::TooLarge => "too_large",
            Self::SpillFailed => "spill_failed",
            Self::BadTree => "bad_tree",
            Self::BadCommit => "bad_commit",
            Self::ReadError => "read_error",
        }
    }

    /// The reason under which the run's summary counts it.
    pub const fn skip_reason(self) -> SkipReason {
        match self {
            Self::Missing | Self::BaseMissing => SkipReason::GitObjectMissing,
            Self::TooLarge => SkipReason::GitObjectTooLarge,
            Self::SpillFailed => SkipReason::MemoryBudget,
            Self::ReadError => SkipReason::ReadError,
            _ => SkipReason::GitObjectDamaged,
        }
    }
}

/// The objects that could not be given out, each with its reason; ordered, so that it is the same for every number
/// of workers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DamageReport {
    objects: BTreeMap<Oid, Damage>,
}

impl DamageReport {
    /// Notes an object. The first reason given stays, unless the new one is smaller: the result does not depend on
    /// the order of calls.
    pub fn add(&mut self, oid: Oid, damage: Damage) {
        self.objects.entry(oid).and_modify(|known| *known = (*known).min(damage)).or_insert(damage);
    }

    /// Adds another's objects.
    pub fn merge(&mut self, other: Self) {
        for (oid, damage) in other.objects {
            self.add(oid, damage);
        }
    }

    /// Takes back an object that was found elsewhere.
    pub fn heal(&mut self, oid: &Oid) {
        self.objects.remove(oid);
    }

    /// Forgets the objects that `keep` does not want.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Oid) -> bool) {
        self.objects.retain(|oid, _| keep(oid));
    }

    /// The objects and what is wrong with them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&Oid, Damage)> {
        self.objects.iter().map(|(oid, damage)| (oid, *damage))
    }

    /// What is wrong with `oid`.
    pub fn get(&self, oid: &Oid) -> Option<Damage> {
        self.objects.get(oid).copied()
    }

    /// How many objects are damaged.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The counts by kind.
    pub fn by_kind(&self) -> BTreeMap<Damage, u64> {
        let mut counts = BTreeMap::new();
        for damage in self.objects.values() {
            *counts.entry(*damage).or_default() += 1;
        }
        counts
    }

    /// The counts under the reasons of the run's summary.
    pub fn skip_counts(&self) -> SkipCounts {
        let mut counts = SkipCounts::default();
        for (damage, count) in self.by_kind() {
            counts.add_many(damage.skip_reason(), count);
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::{ObjectFormat, ObjectKind};

    #[test]
    fn the_report_does_not_depend_on_order() {
        let oid = ObjectFormat::Sha1.hash_object(ObjectKind::Blob, b"x");
        let mut one = DamageReport::default();
        one.add(oid, Damage::WrongSize);
        one.add(oid, Damage::CorruptZlib);
        let mut two = DamageReport::default();
        two.add(oid, Damage::CorruptZlib);
        two.add(oid, Damage::WrongSize);
        assert_eq!(one, two);
        assert_eq!(one.skip_counts().get(SkipReason::GitObjectDamaged), 1);
        one.heal(&oid);
        assert!(one.is_empty());
    }
}
