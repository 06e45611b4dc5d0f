//! The hot half of a rule: what every window needs.

use std::sync::OnceLock;

use regex_automata::meta::Regex;

/// "No such gate" in a gate index. A sentinel keeps an index at four bytes.
pub const NO_GATE: u32 = u32::MAX;

/// A regex that is compiled when its first window is confirmed: compiling costs 60 to 90 microseconds, and
/// most rules never see a window.
pub type LazyRegex = OnceLock<Regex>;

/// Facts of a rule, packed: bits 0..=15 the group of the secret (if bit 17 is set), bit 16 whether the
/// assignment shape is checked, bit 17 whether a group is stated, bit 18 whether secrets are UUIDs by nature, bit 19
/// whether the rule is taken as it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleMeta(u32);

impl RuleMeta {
    const NEEDS_ASSIGNMENT: u32 = 1 << 16;
    const HAS_GROUP: u32 = 1 << 17;
    const UUID_SECRET: u32 = 1 << 18;
    const AS_WRITTEN: u32 = 1 << 19;

    /// Packs the facts.
    #[expect(clippy::fn_params_excessive_bools, reason = "each is one bit of the word")]
    pub const fn new(group: Option<u16>, needs_assignment: bool, uuid_secret: bool) -> Self {
        let mut bits = match group {
            Some(group) => Self::HAS_GROUP | group as u32,
            None => 0,
        };
        if needs_assignment {
            bits |= Self::NEEDS_ASSIGNMENT;
        }
        if uuid_secret {
            bits |= Self::UUID_SECRET;
        }
        Self(bits)
    }

    /// The same facts of a rule that is taken as it is written.
    #[must_use]
    pub const fn with_as_written(self, as_written: bool) -> Self {
        if as_written { Self(self.0 | Self::AS_WRITTEN) } else { self }
    }

    /// Whether nothing but the rule itself decides (`RuleSpec::as_written`).
    pub const fn is_as_written(self) -> bool {
        self.0 & Self::AS_WRITTEN != 0
    }

    /// The stated group of the secret.
    pub const fn secret_group(self) -> Option<u16> {
        if self.0 & Self::HAS_GROUP == 0 { None } else { Some(self.0 as u16) }
    }

    /// Whether `key = value` must be recognisable around the secret.
    pub const fn needs_assignment_shape_check(self) -> bool {
        self.0 & Self::NEEDS_ASSIGNMENT != 0
    }

    /// Whether secrets of this rule are UUIDs by nature.
    pub const fn uuid_format_secret(self) -> bool {
        self.0 & Self::UUID_SECRET != 0
    }
}

/// The hot half of a rule. Gates stand in pools of the engine; an index of [`NO_GATE`] means none.
#[derive(Debug)]
pub struct RuleCompiled {
    /// The pattern.
    pub re: LazyRegex,
    /// Widest match in bytes of text; windows reach this far to either side of an anchor.
    pub width_max: u32,
    /// Shortest match.
    pub width_min: u32,
    /// Packed facts.
    pub rule_meta: RuleMeta,
    /// Literal that the match contains.
    pub must_contain: u32,
    /// Literals that follow from the pattern; looked for before it is run.
    pub implied: u32,
    /// Literals that the match contains.
    pub confirm_all: u32,
    /// Words near the match.
    pub keywords: u32,
    /// Words that a secret does not contain.
    pub value_suppressors: u32,
    /// Least entropy.
    pub entropy: u32,
    /// Characters of the secret.
    pub char_class: u32,
    /// Surroundings of the secret.
    pub local_context: u32,
    /// Narrow look before the wide one.
    pub two_phase: u32,
    /// Offline proof.
    pub offline_validation: u32,
    /// Patterns near the match.
    pub companion: u32,
}

const _: () = assert!(size_of::<RuleCompiled>() <= 88);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_keeps_group_zero_apart_from_none() {
        assert_eq!(RuleMeta::new(None, false, false).secret_group(), None);
        assert_eq!(RuleMeta::new(Some(0), false, false).secret_group(), Some(0));
        assert_eq!(RuleMeta::new(Some(u16::MAX), true, true).secret_group(), Some(u16::MAX));
        assert!(RuleMeta::new(None, true, false).needs_assignment_shape_check());
        assert!(RuleMeta::new(None, false, true).uuid_format_secret());
    }
}
