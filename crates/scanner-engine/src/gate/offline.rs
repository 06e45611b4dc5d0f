//! Offline proof: the candidate's own checksum or structure.

use scanner_core::Validation;
use scanner_rules::checksum::{ChecksumSpec, Verdict as Proof, verify};

use super::Stage;

/// What the proof says, or the refusal of a disproven candidate.
pub(crate) fn passes(gate: ChecksumSpec, secret: &[u8]) -> Result<Validation, Stage> {
    match verify(gate, secret) {
        Proof::Proven => Ok(Validation::ChecksumOk),
        Proof::Structured => Ok(Validation::StructureOk),
        Proof::Encrypted => Ok(Validation::Encrypted),
        Proof::Canary => Ok(Validation::Canary),
        Proof::Unknown => Ok(Validation::None),
        Proof::Disproven => Err(Stage::Offline),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_luhn_digit_is_refused() {
        // 79927398713 is the textbook number.
        assert_eq!(passes(ChecksumSpec::Luhn, b"79927398713"), Ok(Validation::ChecksumOk));
        assert_eq!(passes(ChecksumSpec::Luhn, b"79927398710"), Err(Stage::Offline));
    }
}
