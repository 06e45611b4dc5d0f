//! Tokens that end in the CRC32 of their own body: in base62 GitHub's `ghp_` and its kin and npm's
//! `npm_`, in hexadecimal digits Grafana's `glsa_`.
//!
//! The layout is GitHub's: "Behind GitHub's new authentication token formats" (github.blog, 5 April
//! 2021) states prefix, 30 characters, and a CRC32 in base62 padded with zeros to 6; "Announcing
//! npm's new access token format" (github.blog, 23 September 2021) takes the same for npm. Neither
//! states the order of the alphabet nor whether the prefix is covered: both are known from the
//! specimen tokens published with the `base62-token.js` project, revoked by their owner (digits,
//! upper case, lower case; prefix not covered).
//!
//! Grafana's (`pkg/components/satokengen` of its source): the last eight characters are the CRC32 of all
//! that stands before the underscore, prefix included, low byte first, in lower-case digits.
//!
//! Linear in `payload + check`, hence at most 510 bytes.

use super::{Verdict, encode_radix};

/// The digits of base62 in GitHub's order.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Fewest base62 digits that hold every CRC32 (62⁵ < 2³² < 62⁶).
const CHECK_MIN: u8 = 6;

/// Unknown for sizes that make no sense and for a secret shorter than they say.
pub(super) fn verify(payload: u8, check: u8, secret: &[u8]) -> Verdict {
    if payload == 0 || check < CHECK_MIN {
        return Verdict::Unknown;
    }
    let Some((head, check_text)) = split_tail(secret, check) else { return Verdict::Unknown };
    let Some((_, covered)) = split_tail(head, payload) else { return Verdict::Unknown };
    match decode(check_text) {
        Some(value) if value == u64::from(crc32fast::hash(covered)) => Verdict::Proven,
        _ => Verdict::Disproven,
    }
}

pub(super) fn fill(payload: u8, check: u8, text: &[u8]) -> Option<String> {
    if payload == 0 || check < CHECK_MIN {
        return None;
    }
    let (_, covered) = split_tail(text, payload)?;
    encode_radix(u64::from(crc32fast::hash(covered)), BASE62, usize::from(check))
}

/// Characters of a CRC32 in hexadecimal digits.
const HEX_CHARS: u8 = 8;

pub(super) fn verify_hex(secret: &[u8]) -> Verdict {
    let Some((head, check)) = split_tail(secret, HEX_CHARS) else { return Verdict::Unknown };
    let Some((covered, b"_")) = split_tail(head, 1) else { return Verdict::Unknown };
    if hex(covered).as_slice() == check { Verdict::Proven } else { Verdict::Disproven }
}

pub(super) fn fill_hex(text: &[u8]) -> Option<String> {
    let (covered, _) = split_tail(text, 1).filter(|(_, last)| *last == b"_")?;
    String::from_utf8(hex(covered).to_vec()).ok()
}

fn hex(covered: &[u8]) -> [u8; HEX_CHARS as usize] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; HEX_CHARS as usize];
    for (pair, byte) in text.chunks_exact_mut(2).zip(crc32fast::hash(covered).to_le_bytes()) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    text
}

fn split_tail(text: &[u8], tail_bytes: u8) -> Option<(&[u8], &[u8])> {
    text.len().checked_sub(usize::from(tail_bytes)).and_then(|at| text.split_at_checked(at))
}

/// None for another character or a value that cannot be a CRC32.
fn decode(digits: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for &byte in digits {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        value = value * 62 + u64::from(digit);
        if value > u64::from(u32::MAX) {
            return None;
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(token: &str, expected: Verdict) {
        assert_eq!(verify(30, 6, token.as_bytes()), expected, "{token}");
    }

    #[test]
    fn published_specimens() {
        // Revoked specimens of github.com/therootcompany/base62-token.js; they settle the
        // alphabet's order.
        for (body, sum) in [
            ("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"),
            ("adE7dp8rHP6gUTuPwxLTZjZdtya3sV", "0UQzQM"),
            ("H3xbiBdlzffNx7Y56iNsPw3joObj7U", "2nO29h"),
        ] {
            assert_eq!(fill(30, 6, body.as_bytes()).unwrap(), sum);
            check(&["ghp_", body, sum].concat(), Verdict::Proven);
            check(&["npm_", body, sum].concat(), Verdict::Proven);
            check(&["ghp_", body, &sum.to_ascii_uppercase()].concat(), Verdict::Disproven);
        }
    }

    #[test]
    fn grafana() {
        // The token of the tests in Grafana's source.
        let token = ["glsa_", "iNValIdinValiDinvalidinvalidinva", "_", "5b582697"];
        assert_eq!(verify_hex(token.concat().as_bytes()), Verdict::Proven);
        assert_eq!(fill_hex(token[..3].concat().as_bytes()).as_deref(), Some(token[3]));
        assert_eq!(verify_hex(token.concat().to_uppercase().as_bytes()), Verdict::Disproven);
        assert_eq!(verify_hex(token.concat().replace('V', "W").as_bytes()), Verdict::Disproven);
        assert_eq!(verify_hex(b"5b582697"), Verdict::Unknown);
        assert_eq!(verify_hex(b"-5b582697"), Verdict::Unknown);
        assert_eq!(fill_hex(b"glsa"), None);
    }

    #[test]
    fn sizes_and_characters() {
        let body = "a1".repeat(15);
        let sum = fill(30, 6, body.as_bytes()).unwrap();
        check(&[body.as_str(), sum.as_str()].concat(), Verdict::Proven);
        check(&[&body[1..], sum.as_str()].concat(), Verdict::Unknown);
        check(&sum, Verdict::Unknown);
        check("", Verdict::Unknown);
        check(&[body.as_str(), "zzzzzz"].concat(), Verdict::Disproven);
        check(&[body.as_str(), "00-000"].concat(), Verdict::Disproven);
        assert_eq!(verify(0, 6, b"000000"), Verdict::Unknown);
        assert_eq!(verify(1, 5, b"a00000"), Verdict::Unknown);
        assert_eq!(fill(1, 5, b"a"), None);
        assert_eq!(fill(2, 6, b"a"), None);
        // A wider field is padded further, and still read.
        let wide = fill(30, 200, body.as_bytes()).unwrap();
        assert_eq!(verify(30, 200, [body.as_str(), &wide].concat().as_bytes()), Verdict::Proven);
    }

    proptest! {
        #[test]
        fn one_changed_character_is_disproven(
            body in "[0-9A-Za-z]{30}", at in 4_usize..40, other in "[0-9A-Za-z]",
        ) {
            let mut token = format!("ghp_{body}").into_bytes();
            let sum = fill(30, 6, &token).unwrap();
            token.extend_from_slice(sum.as_bytes());
            prop_assert_eq!(verify(30, 6, &token), Verdict::Proven);
            let other = other.as_bytes()[0];
            prop_assume!(token[at] != other);
            token[at] = other;
            prop_assert_eq!(verify(30, 6, &token), Verdict::Disproven);
        }
    }
}
