//! Proofs that need more than the bytes around a candidate: the clock, and the rest of the object.
//!
//! The engine knows neither, so that its findings depend on nothing but a bounded stretch of text. What is
//! decided here changes how sure a finding is, never whether it is one. A file that a store remembers keeps
//! what was decided when it was scanned: a token that has expired since is told as it was.

use std::io::Read as _;

use scanner_core::{Confidence, FindingRec, SecretBytes, Validation};
use scanner_rules::checksum::{
    PublicHalf, certificate_end, holds_public_half, jwt_exp, public_half,
};

use scanner_engine::rescore;

use crate::chunk::{ByteSource, SourceReader};
use crate::storing::Judged;

/// Bytes of an object that are searched for the public halves of its private keys. A key and its certificates
/// are some kilobytes.
const SEARCHED_BYTES_MAX: u64 = 1024 * 1024;

/// Where the scores of certain findings begin.
const CERTAIN_SCORE_MIN: f32 = 0.95;

/// Makes possible what says itself that its time was over at `now`, in seconds since 1970.
pub(crate) fn expire(rec: &mut FindingRec, secret: &SecretBytes, now: u64) {
    let might_expire = matches!(rec.validation, Validation::StructureOk | Validation::None);
    // Exposed to read the claims of a token.
    if might_expire && jwt_exp(secret.expose()).is_some_and(|end| end < now) {
        rec.validation = Validation::Expired;
        rec.score = rescore(rec.score, rec.confidence, Confidence::Possible);
        rec.confidence = Confidence::Possible;
    }
}

/// Makes certain the private keys whose public half stands in the same object, and tells those whose certificates there
/// have ended before `now`: an ended certificate makes no key harmless. A source that cannot be read again leaves them as
/// they are.
pub(crate) fn pair(findings: &mut [Judged], source: &mut dyn ByteSource, now: u64) {
    let half = |judged: &Judged| -> Option<PublicHalf> {
        let finding = &judged.0;
        let is_read =
            matches!(finding.validation, Validation::StructureOk | Validation::ChecksumOk);
        let is_open = is_read && finding.decode.is_empty();
        // Exposed to read the public half that a private key repeats.
        if is_open { public_half(finding.secret.expose()) } else { None }
    };
    let halves: Vec<Option<PublicHalf>> = findings.iter().map(half).collect();
    if halves.iter().all(Option::is_none) || !source.rewind() {
        return;
    }
    let mut text = Vec::new();
    // What cannot be read is not searched; the scan itself has told of it.
    let _ = SourceReader(source).take(SEARCHED_BYTES_MAX).read_to_end(&mut text);
    for ((finding, _), half) in findings.iter_mut().zip(&halves) {
        let Some(half) = half else { continue };
        if holds_public_half(&text, half) {
            let has_ended = certificate_end(&text, half).is_some_and(|end| end < now);
            finding.validation =
                if has_ended { Validation::PairExpired } else { Validation::PairOk };
            finding.confidence = Confidence::Certain;
            finding.score = finding.score.max(CERTAIN_SCORE_MIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_over_after_its_last_second() {
        // The example of RFC 7515, appendix A.1, expires at 1300819380.
        let token = [
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
            ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9",
            "leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
            ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ]
        .concat();
        for (now, validation, confidence, score) in [
            (1_300_819_380, Validation::StructureOk, Confidence::Likely, 74),
            (1_300_819_381, Validation::Expired, Confidence::Possible, 34),
        ] {
            let mut rec = FindingRec {
                file_id: scanner_core::FileId::new(0),
                rule_id: scanner_core::RuleId::new(0),
                span: scanner_core::Span::new(0, 1),
                root: scanner_core::RootSpan { start: 0, end: 1 },
                root_match: scanner_core::RootSpan { start: 0, end: 1 },
                step_id: scanner_core::StepId::ROOT,
                variant: scanner_core::Variant::Raw,
                confidence: Confidence::Likely,
                validation: Validation::StructureOk,
                score: 74,
            };
            expire(&mut rec, &SecretBytes::new(token.as_bytes()), now);
            assert_eq!(
                (rec.validation, rec.confidence, rec.score),
                (validation, confidence, score)
            );
        }
    }
}
