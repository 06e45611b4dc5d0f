//! Offline proof: the candidate's own checksum or structure.

use scanner_core::Validation;
use scanner_rules::ProofSpec;
use scanner_rules::checksum::{Verdict as Proof, verify};

use super::Stage;

/// What the proof says, or the refusal of a disproven candidate. A proof that rests on nothing that was looked at proves, and
/// never refuses.
pub(crate) fn passes(gate: ProofSpec, secret: &[u8]) -> Result<Validation, Stage> {
    match verify(gate.checksum, secret) {
        Proof::Proven => Ok(Validation::ChecksumOk),
        Proof::Structured => Ok(Validation::StructureOk),
        Proof::Encrypted => Ok(Validation::Encrypted),
        Proof::Canary => Ok(Validation::Canary),
        Proof::Disproven if gate.may_disprove() => Err(Stage::Offline),
        Proof::Unknown | Proof::Disproven => Ok(Validation::None),
    }
}

#[cfg(test)]
mod tests {
    use scanner_rules::Checked;
    use scanner_rules::checksum::ChecksumSpec;

    use super::*;

    #[test]
    fn a_wrong_luhn_digit_is_refused() {
        // 79927398713 is the textbook number.
        for checked in [Checked::VendorDocs, Checked::VendorCode, Checked::PublicExamples] {
            let luhn = ProofSpec { checksum: ChecksumSpec::Luhn, checked };
            assert_eq!(passes(luhn, b"79927398713"), Ok(Validation::ChecksumOk));
            assert_eq!(passes(luhn, b"79927398710"), Err(Stage::Offline));
        }
    }

    #[test]
    fn a_supposed_checksum_proves_and_refuses_nothing() {
        let luhn = ProofSpec { checksum: ChecksumSpec::Luhn, checked: Checked::Unverified };
        assert_eq!(passes(luhn, b"79927398713"), Ok(Validation::ChecksumOk));
        assert_eq!(passes(luhn, b"79927398710"), Ok(Validation::None));
    }
}
