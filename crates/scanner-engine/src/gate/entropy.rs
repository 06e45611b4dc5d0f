//! Shannon entropy of the secret's bytes.

use super::EntropyScratch;
use super::{Stage, Verdict};
use crate::rule::EntropyCompiled;

/// Whether the secret has the entropy that the gate demands.
pub(crate) fn passes(
    gate: EntropyCompiled,
    secret: &[u8],
    scratch: &mut EntropyScratch,
) -> Verdict {
    if bits_per_byte(secret, scratch) >= gate.bits_min { Ok(()) } else { Err(Stage::Entropy) }
}

/// Entropy in bits per byte; 0 for nothing.
#[expect(clippy::cast_precision_loss, reason = "secrets are far shorter than 16 MiB")]
pub(crate) fn bits_per_byte(bytes: &[u8], scratch: &mut EntropyScratch) -> f32 {
    if bytes.is_empty() {
        return 0.0;
    }
    let total = bytes.len() as f32;
    scratch
        .counts(bytes)
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = *count as f32 / total;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_entropies() {
        let mut scratch = EntropyScratch::default();
        for (text, want) in [("", 0.0), ("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0), ("aabc", 1.5)]
        {
            let got = bits_per_byte(text.as_bytes(), &mut scratch);
            assert!((got - want).abs() < 1e-6, "{text}: {got}");
        }
    }

    #[test]
    fn the_limit_is_inclusive() {
        let mut scratch = EntropyScratch::default();
        let gate = EntropyCompiled { bits_min: 1.0 };
        assert_eq!(passes(gate, b"abab", &mut scratch), Ok(()));
        assert_eq!(passes(gate, b"aaab", &mut scratch), Err(Stage::Entropy));
    }
}
