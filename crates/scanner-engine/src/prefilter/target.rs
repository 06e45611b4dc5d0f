//! Which rule, in which encoding, a pattern of the prefilter stands for.

use scanner_core::{RuleId, Variant};

/// A rule (30 bits) and a variant (2 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(u32);

impl Target {
    /// Most rules that a target can tell apart.
    pub const RULES_MAX: u32 = 1 << 30;

    /// Packs the two.
    ///
    /// # Panics
    ///
    /// The rule's number needs more than 30 bits; an engine refuses so many rules.
    pub const fn new(rule: RuleId, variant: Variant) -> Self {
        assert!(rule.raw() < Self::RULES_MAX);
        Self(rule.raw() << 2 | variant as u32)
    }

    /// The rule.
    pub const fn rule(self) -> RuleId {
        RuleId::new(self.0 >> 2)
    }

    /// The variant.
    pub const fn variant(self) -> Variant {
        Variant::ALL[(self.0 & 3) as usize]
    }

    /// The pair's index: `rule * 3 + variant`.
    pub const fn pair(self) -> u32 {
        (self.0 >> 2) * 3 + (self.0 & 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_and_variant_come_back() {
        for variant in Variant::ALL {
            let target = Target::new(RuleId::new(12345), variant);
            assert_eq!((target.rule(), target.variant()), (RuleId::new(12345), variant));
            assert_eq!(target.pair(), 12345 * 3 + variant.idx() as u32);
        }
    }
}
