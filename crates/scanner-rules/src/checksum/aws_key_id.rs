//! AWS access key ids: a prefix of four letters, then 16 characters of base32.
//!
//! AWS documents the prefixes (IAM User Guide, "IAM identifiers": AKIA, ASIA and others), not the
//! rest. That the rest is base32 and holds the account's number is published analysis: A. Steele,
//! "AWS Access Key ID formats" (2020); T. Be'ery, "A short note on AWS KEY ID" (2023); `WithSecure`
//! Labs, "A bitwise analysis of AWS access key identifiers": the first bit tells the generation,
//! the 40 bits after it are the account in the new one; in the old one (`AKIAI…`, `AKIAJ…`) the
//! account cannot be read.

use super::Verdict;

const PREFIX_BYTES: usize = 4;
const BODY_BYTES: usize = 16;

/// Accounts have twelve decimal digits.
const ACCOUNT_MAX: u64 = 999_999_999_999;

/// Ids of another length are Unknown: AWS allows 16 to 128 characters, though it issues 20.
pub(super) fn verify(secret: &[u8]) -> Verdict {
    if secret.len() != PREFIX_BYTES + BODY_BYTES {
        return Verdict::Unknown;
    }
    let (prefix, body) = secret.split_at(PREFIX_BYTES);
    let filler = body.iter().all(|byte| Some(byte) == body.first());
    let base32 = body.iter().all(|&byte| digit(byte).is_some());
    if prefix.iter().all(u8::is_ascii_uppercase) && base32 && !filler {
        Verdict::Structured
    } else {
        Verdict::Disproven
    }
}

/// The number of the account that owns an AWS access key id; write it with twelve digits.
///
/// None for what is no key id and for ids of the old generation, which do not hold it.
pub fn aws_account_id(secret: &[u8]) -> Option<u64> {
    if verify(secret) != Verdict::Structured {
        return None;
    }
    // Ten characters are 50 bits: generation (1), account (40), and 9 of the rest.
    let mut bits = 0_u64;
    for &byte in secret.iter().skip(PREFIX_BYTES).take(10) {
        bits = bits << 5 | u64::from(digit(byte)?);
    }
    let account = bits >> 9 & 0xff_ffff_ffff;
    (bits >> 49 == 1 && account <= ACCOUNT_MAX).then_some(account)
}

/// RFC 4648 base32.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(prefix: &str, body: &str) -> Vec<u8> {
        [prefix, body].concat().into_bytes()
    }

    #[test]
    fn table() {
        for (prefix, body, expected) in [
            ("AKIA", "Y34FZKBOKMUTVV7A", Verdict::Structured),
            ("ASIA", "IOSFODNN7EXAMPLE", Verdict::Structured),
            ("AKIA", "Y34FZKBOKMUTVV71", Verdict::Disproven),
            ("AKIA", "y34fzkbokmutvv7a", Verdict::Disproven),
            ("akia", "Y34FZKBOKMUTVV7A", Verdict::Disproven),
            ("AKIA", "XXXXXXXXXXXXXXXX", Verdict::Disproven),
            ("AKIA", "Y34FZKBOKMUTVV7", Verdict::Unknown),
            ("AKIA", "Y34FZKBOKMUTVV7AA", Verdict::Unknown),
        ] {
            assert_eq!(verify(&id(prefix, body)), expected, "{prefix} {body}");
        }
    }

    #[test]
    fn accounts_of_the_published_analysis() {
        assert_eq!(aws_account_id(&id("ASIA", "Y34FZKBOKMUTVV7A")), Some(609_629_065_308));
        assert_eq!(aws_account_id(&id("ASIA", "QNZGKIQY56JQ7WML")), Some(29_608_264_753));
        // Old generation, a number past twelve digits, not an id.
        assert_eq!(aws_account_id(&id("AKIA", "IOSFODNN7EXAMPLE")), None);
        assert_eq!(aws_account_id(&id("AKIA", "77777777777777AB")), None);
        assert_eq!(aws_account_id(b"AKIA"), None);
    }

    proptest! {
        #[test]
        fn account_comes_back(account in 0_u64..=ACCOUNT_MAX, rest in 0_u64..1 << 39) {
            let value = u128::from(1_u64 << 40 | account) << 39 | u128::from(rest);
            let body: String = (0..16)
                .rev()
                .map(|at| (value >> (5 * at) & 31) as usize)
                .map(|digit| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[digit]))
                .collect();
            prop_assert_eq!(aws_account_id(&id("AKIA", &body)), Some(account));
        }
    }
}
