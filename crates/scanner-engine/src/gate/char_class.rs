//! The mix of characters of a secret.

use scanner_rules::{CharClassSpec, CharClasses};

use super::{Stage, Verdict};

/// Whether the secret has the classes and digits that the gate demands and not too many small letters.
pub(crate) fn passes(gate: CharClassSpec, secret: &[u8]) -> Verdict {
    let mut seen = 0;
    let mut digits = 0usize;
    let mut lower = 0usize;
    for byte in secret {
        let class = CharClasses::of(*byte);
        seen |= class;
        digits += usize::from(class == CharClasses::DIGIT);
        lower += usize::from(class == CharClasses::LOWER);
    }
    let ok = seen & gate.required.0 == gate.required.0
        && digits >= usize::from(gate.digits_min)
        && lower * 100 <= usize::from(gate.lower_percent_max) * secret.len();
    if ok { Ok(()) } else { Err(Stage::CharClass) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_digits_and_share() {
        let gate = |required, digits_min, lower_percent_max| CharClassSpec {
            required: CharClasses(required),
            digits_min,
            lower_percent_max,
        };
        for (spec, secret, ok) in [
            (gate(CharClasses::DIGIT | CharClasses::UPPER, 0, 100), "aB1", true),
            (gate(CharClasses::DIGIT | CharClasses::UPPER, 0, 100), "ab1", false),
            (gate(0, 2, 100), "a1b2", true),
            (gate(0, 2, 100), "a1bc", false),
            (gate(0, 0, 50), "abAB", true),
            (gate(0, 0, 50), "abcA", false),
            (gate(CharClasses::SPECIAL, 0, 100), "a!b", true),
        ] {
            assert_eq!(passes(spec, secret.as_bytes()).is_ok(), ok, "{secret}");
        }
    }
}
