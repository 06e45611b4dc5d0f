//! Tokens that end in the CRC32 of their own body: in base62 GitHub's `ghp_` and its kin, npm's
//! `npm_` and many others', in hexadecimal digits Grafana's `glsa_`, Cloudflare's `cfut_` and others'.
//!
//! The layout is GitHub's: "Behind GitHub's new authentication token formats" (github.blog, 5 April
//! 2021) states prefix, 30 characters, and a CRC32 in base62 padded with zeros to 6; "Announcing
//! npm's new access token format" (github.blog, 23 September 2021) takes the same for npm. Neither
//! states the order of the alphabet nor whether the prefix is covered: both are known from the
//! specimen tokens published with the `base62-token.js` project, revoked by their owner (digits,
//! upper case, lower case; prefix not covered).
//!
//! Grafana's (`pkg/components/satokengen` of its source): the last eight characters are the CRC32 of all
//! that stands before the underscore, prefix included, low byte first, in lower-case digits. Those of a
//! stated payload (Cloudflare, Zuplo, Cashfree) have the high byte first and leave the prefix out.
//!
//! Linear in the secret; one longer than [`COVERED_MAX`] is Unknown.

use super::{DigitOrder, Verdict, encode_radix};

/// The digits of base62 in GitHub's order.
const UPPER_FIRST: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The digits of base62 in the order of those who begin with the small letters.
const LOWER_FIRST: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Longest text that a checksum without a stated payload covers.
const COVERED_MAX: usize = 512;

/// Fewest base62 digits that hold every CRC32 (62⁵ < 2³² < 62⁶).
const CHECK_MIN: u8 = 6;

/// Unknown for sizes that make no sense and for a secret shorter than they say.
pub(super) fn verify(payload: u8, check: u8, order: DigitOrder, secret: &[u8]) -> Verdict {
    if check < CHECK_MIN {
        return Verdict::Unknown;
    }
    let Some((head, check_text)) = split_tail(secret, check) else { return Verdict::Unknown };
    let Some(covered) = covered_by(payload, head) else { return Verdict::Unknown };
    match decode(check_text, order) {
        Some(value) if value == u64::from(crc32fast::hash(covered)) => Verdict::Proven,
        _ => Verdict::Disproven,
    }
}

pub(super) fn fill(payload: u8, check: u8, order: DigitOrder, text: &[u8]) -> Option<String> {
    if check < CHECK_MIN {
        return None;
    }
    let covered = covered_by(payload, text)?;
    let alphabet = match order {
        DigitOrder::UpperFirst => UPPER_FIRST,
        DigitOrder::LowerFirst => LOWER_FIRST,
    };
    encode_radix(u64::from(crc32fast::hash(covered)), alphabet, usize::from(check))
}

/// The last `payload` bytes of `head`; all of it where none is stated.
fn covered_by(payload: u8, head: &[u8]) -> Option<&[u8]> {
    if payload == 0 {
        return (1..=COVERED_MAX).contains(&head.len()).then_some(head);
    }
    split_tail(head, payload).map(|(_, covered)| covered)
}

/// Characters of a CRC32 in hexadecimal digits.
const HEX_CHARS: u8 = 8;

pub(super) fn verify_hex(payload: u8, secret: &[u8]) -> Verdict {
    let Some((head, check)) = split_tail(secret, HEX_CHARS) else { return Verdict::Unknown };
    match hex_of(payload, head) {
        Some(text) if text.as_slice() == check => Verdict::Proven,
        Some(_) => Verdict::Disproven,
        None => Verdict::Unknown,
    }
}

pub(super) fn fill_hex(payload: u8, text: &[u8]) -> Option<String> {
    String::from_utf8(hex_of(payload, text)?.to_vec()).ok()
}

/// The checksum that belongs behind `head`: Grafana's, or that of the stated payload, which an underscore may end.
fn hex_of(payload: u8, head: &[u8]) -> Option<[u8; HEX_CHARS as usize]> {
    let before = head.strip_suffix(b"_");
    if payload == 0 {
        let covered = covered_by(0, before?)?;
        return Some(hex(crc32fast::hash(covered).to_le_bytes()));
    }
    let covered = covered_by(payload, before.unwrap_or(head))?;
    Some(hex(crc32fast::hash(covered).to_be_bytes()))
}

fn hex(bytes: [u8; 4]) -> [u8; HEX_CHARS as usize] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; HEX_CHARS as usize];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    text
}

fn split_tail(text: &[u8], tail_bytes: u8) -> Option<(&[u8], &[u8])> {
    text.len().checked_sub(usize::from(tail_bytes)).and_then(|at| text.split_at_checked(at))
}

/// None for another character or a value that cannot be a CRC32.
fn decode(digits: &[u8], order: DigitOrder) -> Option<u64> {
    let (upper, lower) = match order {
        DigitOrder::UpperFirst => (10, 36),
        DigitOrder::LowerFirst => (36, 10),
    };
    let mut value = 0_u64;
    for &byte in digits {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + upper,
            b'a'..=b'z' => byte - b'a' + lower,
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

    const UPPER: DigitOrder = DigitOrder::UpperFirst;

    fn check(token: &str, expected: Verdict) {
        assert_eq!(verify(30, 6, UPPER, token.as_bytes()), expected, "{token}");
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
            assert_eq!(fill(30, 6, UPPER, body.as_bytes()).unwrap(), sum);
            check(&["ghp_", body, sum].concat(), Verdict::Proven);
            check(&["npm_", body, sum].concat(), Verdict::Proven);
            check(&["ghp_", body, &sum.to_ascii_uppercase()].concat(), Verdict::Disproven);
        }
    }

    #[test]
    fn grafana() {
        // The token of the tests in Grafana's source.
        let token = ["glsa_", "iNValIdinValiDinvalidinvalidinva", "_", "5b582697"];
        assert_eq!(verify_hex(0, token.concat().as_bytes()), Verdict::Proven);
        assert_eq!(fill_hex(0, token[..3].concat().as_bytes()).as_deref(), Some(token[3]));
        assert_eq!(verify_hex(0, token.concat().to_uppercase().as_bytes()), Verdict::Disproven);
        assert_eq!(verify_hex(0, token.concat().replace('V', "W").as_bytes()), Verdict::Disproven);
        assert_eq!(verify_hex(0, b"5b582697"), Verdict::Unknown);
        assert_eq!(verify_hex(0, b"-5b582697"), Verdict::Unknown);
        assert_eq!(fill_hex(0, b"glsa"), None);
    }

    #[test]
    fn hex_of_a_stated_payload() {
        // The check value of CRC-32/ISO-HDLC is that of the nine digits.
        let check = |text: &[u8], expected| assert_eq!(verify_hex(9, text), expected);
        assert_eq!(fill_hex(9, b"x_123456789").as_deref(), Some("cbf43926"));
        assert_eq!(fill_hex(9, b"x_123456789_").as_deref(), Some("cbf43926"));
        check(b"x_123456789cbf43926", Verdict::Proven);
        check(b"x_123456789_cbf43926", Verdict::Proven);
        check(b"x_123456788cbf43926", Verdict::Disproven);
        check(b"x_123456789CBF43926", Verdict::Disproven);
        check(b"12345678cbf43926", Verdict::Unknown);
    }

    #[test]
    fn all_that_stands_before_and_either_order_of_digits() {
        let lower = DigitOrder::LowerFirst;
        for order in [UPPER, lower] {
            let sum = fill(0, 6, order, b"123456789").unwrap();
            let whole = format!("123456789{sum}");
            assert_eq!(verify(0, 6, order, whole.as_bytes()), Verdict::Proven);
            assert_eq!(verify(9, 6, order, whole.as_bytes()), Verdict::Proven);
            assert_eq!(verify(0, 6, order, format!("x{whole}").as_bytes()), Verdict::Disproven);
            let other = if order == UPPER { lower } else { UPPER };
            assert_eq!(verify(0, 6, other, whole.as_bytes()), Verdict::Disproven);
        }
        let long = "a".repeat(COVERED_MAX + 1);
        assert_eq!(fill(0, 6, UPPER, long.as_bytes()), None);
        assert_eq!(verify(0, 6, UPPER, format!("{long}000000").as_bytes()), Verdict::Unknown);
    }

    #[test]
    fn sizes_and_characters() {
        let body = "a1".repeat(15);
        let sum = fill(30, 6, UPPER, body.as_bytes()).unwrap();
        check(&[body.as_str(), sum.as_str()].concat(), Verdict::Proven);
        check(&[&body[1..], sum.as_str()].concat(), Verdict::Unknown);
        check(&sum, Verdict::Unknown);
        check("", Verdict::Unknown);
        check(&[body.as_str(), "zzzzzz"].concat(), Verdict::Disproven);
        check(&[body.as_str(), "00-000"].concat(), Verdict::Disproven);
        assert_eq!(verify(0, 6, UPPER, b"000000"), Verdict::Unknown);
        assert_eq!(verify(1, 5, UPPER, b"a00000"), Verdict::Unknown);
        assert_eq!(fill(1, 5, UPPER, b"a"), None);
        assert_eq!(fill(2, 6, UPPER, b"a"), None);
        // A wider field is padded further, and still read.
        let wide = fill(30, 200, UPPER, body.as_bytes()).unwrap();
        let whole = [body.as_str(), &wide].concat();
        assert_eq!(verify(30, 200, UPPER, whole.as_bytes()), Verdict::Proven);
    }

    proptest! {
        #[test]
        fn one_changed_character_is_disproven(
            body in "[0-9A-Za-z]{30}", at in 4_usize..40, other in "[0-9A-Za-z]",
        ) {
            let mut token = format!("ghp_{body}").into_bytes();
            let sum = fill(30, 6, UPPER, &token).unwrap();
            token.extend_from_slice(sum.as_bytes());
            prop_assert_eq!(verify(30, 6, UPPER, &token), Verdict::Proven);
            let other = other.as_bytes()[0];
            prop_assume!(token[at] != other);
            token[at] = other;
            prop_assert_eq!(verify(30, 6, UPPER, &token), Verdict::Disproven);
        }
    }
}
