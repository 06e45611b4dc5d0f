//! AWS access key ids: a prefix of four letters, then 16 characters of base32.
//!
//! AWS documents the prefixes (IAM User Guide, "IAM identifiers": AKIA, ASIA and others), not the
//! rest. That the rest is base32 and holds the account's number is published analysis: A. Steele,
//! "AWS Access Key ID formats" (2020); T. Be'ery, "A short note on AWS KEY ID" (2023); `WithSecure`
//! Labs, "A bitwise analysis of AWS access key identifiers": the first bit tells the generation,
//! the 40 bits after it are the account in the new one; in the old one (`AKIAI…`, `AKIAJ…`) the
//! account cannot be read.

use super::Verdict;
use super::base32::digit;

const PREFIX_BYTES: usize = 4;
const BODY_BYTES: usize = 16;

/// Accounts have twelve decimal digits.
const ACCOUNT_MAX: u64 = 999_999_999_999;

/// Accounts whose keys do nothing but tell that somebody used them: canarytokens.org, as published by several
/// (Truffle Security, "Canaries"; the notes of those who map account numbers to their owners).
const CANARY_ACCOUNTS: [u64; 10] = [
    52_310_077_262,
    171_436_882_533,
    266_735_846_894,
    534_261_010_715,
    595_918_472_158,
    717_712_589_309,
    730_335_385_048,
    819_147_034_852,
    893_192_397_702,
    992_382_622_183,
];

/// Ids of another length are Unknown: AWS allows 16 to 128 characters, though it issues 20. So are ids with digits
/// that base32 has not: somebody altered one.
pub(super) fn verify(secret: &[u8]) -> Verdict {
    if secret.len() != PREFIX_BYTES + BODY_BYTES {
        return Verdict::Unknown;
    }
    let (prefix, body) = secret.split_at(PREFIX_BYTES);
    let filler = body.iter().all(|byte| Some(byte) == body.first());
    let plain = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if !prefix.iter().all(u8::is_ascii_uppercase) || !body.iter().all(plain) || filler {
        return Verdict::Disproven;
    }
    if body.iter().any(|&byte| digit(byte).is_none()) {
        return Verdict::Unknown;
    }
    let is_canary = account(secret).is_some_and(|account| CANARY_ACCOUNTS.contains(&account));
    if is_canary { Verdict::Canary } else { Verdict::Structured }
}

/// The number of the account that owns an AWS access key id; write it with twelve digits.
///
/// None for what is no key id and for ids of the old generation, which do not hold it.
pub fn aws_account_id(secret: &[u8]) -> Option<u64> {
    let is_id = matches!(verify(secret), Verdict::Structured | Verdict::Canary);
    if is_id { account(secret) } else { None }
}

/// The account in the bits of an id.
fn account(secret: &[u8]) -> Option<u64> {
    // Ten characters are 50 bits: generation (1), account (40), and 9 of the rest.
    let mut bits = 0_u64;
    for &byte in secret.iter().skip(PREFIX_BYTES).take(10) {
        bits = bits << 5 | u64::from(digit(byte)?);
    }
    let account = bits >> 9 & 0xff_ffff_ffff;
    (bits >> 49 == 1 && account <= ACCOUNT_MAX).then_some(account)
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
            ("AKIA", "Y34FZKBOKMUTVV71", Verdict::Unknown),
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
    fn canaries_are_told() {
        let body = |account: u64| -> String {
            let value = u128::from(1_u64 << 40 | account) << 39 | 0x12_3456_789a;
            let digit =
                |at: u32| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(value >> (5 * at) & 31) as usize];
            (0..16).rev().map(|at| char::from(digit(at))).collect()
        };
        for account in CANARY_ACCOUNTS {
            let secret = id("AKIA", &body(account));
            assert_eq!(verify(&secret), Verdict::Canary, "{account}");
            assert_eq!(aws_account_id(&secret), Some(account));
            assert_eq!(verify(&id("AKIA", &body(account + 1))), Verdict::Structured);
        }
        assert!(CANARY_ACCOUNTS.is_sorted());
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
