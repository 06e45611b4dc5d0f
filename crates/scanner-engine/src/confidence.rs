//! From signals to a score, and from a score to a tier.
//!
//! The seeds' signals decide whether a candidate is emitted at all (a rule with keyword and entropy gates
//! demands both); the score orders what is emitted.

use scanner_core::{Confidence, Validation};
use scanner_rules::{GateSpecs, Shape};

/// A word of the rule stands nearby.
pub(crate) const KEYWORD_PRESENT: i8 = 1;
/// The entropy gate was passed.
pub(crate) const ENTROPY_PASS: i8 = 2;
/// An assignment operator stands before the secret.
pub(crate) const ASSIGNMENT_SHAPE: i8 = 2;

/// The least sum of signals that a rule demands: what it states, else what its gates imply.
pub(crate) fn derive_min_confidence(gates: &GateSpecs) -> i8 {
    if let Some(stated) = gates.min_signals {
        return stated;
    }
    if gates.near.is_some() && gates.entropy_min.is_some() {
        return KEYWORD_PRESENT + ENTROPY_PASS;
    }
    if gates.assignment_shape { ASSIGNMENT_SHAPE } else { 0 }
}

/// The tier of a finding: the rule's own, raised by proof and lowered by expiry.
pub(crate) fn tier(base: Confidence, validation: Validation) -> Confidence {
    match validation {
        Validation::ChecksumOk | Validation::PairOk | Validation::PairExpired => {
            Confidence::Certain
        }
        Validation::StructureOk | Validation::Encrypted | Validation::Canary => {
            base.max(Confidence::Likely)
        }
        Validation::Expired => Confidence::Possible,
        _ => base,
    }
}

/// A score of the tier `from`, moved into that of `to`.
pub fn rescore(score: u8, from: Confidence, to: Confidence) -> u8 {
    base(to).saturating_add(score.saturating_sub(base(from))).min(99)
}

/// Where the scores of a tier begin.
const fn base(tier: Confidence) -> u8 {
    match tier {
        Confidence::Certain => 95,
        Confidence::Likely => 70,
        Confidence::Possible => 30,
    }
}

/// 0 to 100: the tier's range, and within it the shape and the signals.
pub(crate) fn score(tier: Confidence, shape: Shape, signals: i8) -> u8 {
    let shape: u8 = match shape {
        Shape::Token | Shape::Block => 4,
        Shape::Regex | Shape::Uri => 2,
        Shape::Keyed => 1,
        Shape::Assignment => 0,
    };
    let signals =
        if tier == Confidence::Certain { 0 } else { signals.clamp(0, 5).unsigned_abs() * 3 };
    (base(tier) + shape + signals).min(99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_rules::NearSpec;

    #[test]
    fn the_cascade_of_least_signals() {
        let near = Some(NearSpec { any: vec!["x".into()], distance: 9 });
        let gates = |near, entropy_min, assignment_shape, min_signals| GateSpecs {
            near,
            entropy_min,
            assignment_shape,
            min_signals,
            ..GateSpecs::default()
        };
        assert_eq!(derive_min_confidence(&gates(near.clone(), Some(3.0), true, Some(1))), 1);
        assert_eq!(derive_min_confidence(&gates(near.clone(), Some(3.0), true, None)), 3);
        assert_eq!(derive_min_confidence(&gates(near, None, true, None)), 2);
        assert_eq!(derive_min_confidence(&gates(None, Some(3.0), false, None)), 0);
    }

    #[test]
    fn scores_stay_inside_their_tier() {
        for signals in -5..=9 {
            for shape in [Shape::Token, Shape::Assignment] {
                assert!(score(Confidence::Possible, shape, signals) < 60);
                assert!((60..95).contains(&score(Confidence::Likely, shape, signals)));
                assert!(score(Confidence::Certain, shape, signals) >= 95);
                let likely = score(Confidence::Likely, shape, signals);
                assert!(rescore(likely, Confidence::Likely, Confidence::Certain) >= 95);
                assert!(rescore(likely, Confidence::Likely, Confidence::Possible) < 60);
            }
        }
    }

    #[test]
    fn proof_raises_and_expiry_lowers() {
        assert_eq!(tier(Confidence::Possible, Validation::ChecksumOk), Confidence::Certain);
        assert_eq!(tier(Confidence::Likely, Validation::Expired), Confidence::Possible);
        assert_eq!(tier(Confidence::Likely, Validation::None), Confidence::Likely);
    }
}
