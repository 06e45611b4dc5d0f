//! Numbers that end in a Luhn digit (ISO/IEC 7812-1, annex B): payment cards and the like.
//!
//! Single spaces and dashes may stand between digits. One wrong digit is always found, but one
//! random number in ten passes: a detector that uses this needs other gates as well.

use super::Verdict;

/// Longest number, separators included; payment cards have at most 19 digits.
const NUMBER_BYTES_MAX: usize = 128;

pub(super) fn verify(secret: &[u8]) -> Verdict {
    if secret.len() > NUMBER_BYTES_MAX {
        return Verdict::Unknown;
    }
    match sum(secret, false) {
        Some(Sum { total, digits, nonzero: true }) if digits >= 2 && total % 10 == 0 => {
            Verdict::Proven
        }
        _ => Verdict::Disproven,
    }
}

pub(super) fn fill(text: &[u8]) -> Option<String> {
    if text.len() >= NUMBER_BYTES_MAX {
        return None;
    }
    let Sum { total, .. } = sum(text, true).filter(|sum| sum.nonzero)?;
    char::from_digit((10 - total % 10) % 10, 10).map(String::from)
}

struct Sum {
    total: u32,
    digits: u32,
    /// A row of zeros sums to zero as well; it is filler, not a number.
    nonzero: bool,
}

/// None if there is anything but digits with single separators between them. `doubled`: whether the
/// last digit counts twice, that is, whether the check digit is still missing.
fn sum(text: &[u8], mut doubled: bool) -> Option<Sum> {
    let mut sum = Sum { total: 0, digits: 0, nonzero: false };
    let mut after_digit = false;
    for &byte in text.iter().rev() {
        if byte.is_ascii_digit() {
            let digit = u32::from(byte - b'0');
            let twice = digit * 2;
            sum.total += match (doubled, twice > 9) {
                (false, _) => digit,
                (true, false) => twice,
                (true, true) => twice - 9,
            };
            sum.digits += 1;
            sum.nonzero |= digit != 0;
            doubled = !doubled;
            after_digit = true;
        } else if after_digit && (byte == b' ' || byte == b'-') {
            after_digit = false;
        } else {
            return None;
        }
    }
    after_digit.then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn table() {
        for (number, expected) in [
            // The worked example of the standard, and test card numbers that the networks publish.
            ("79927398713", Verdict::Proven),
            ("4111 1111 1111 1111", Verdict::Proven),
            ("5555-5555-5555-4444", Verdict::Proven),
            ("378282246310005", Verdict::Proven),
            ("79927398710", Verdict::Disproven),
            ("4111 1111 1111 1112", Verdict::Disproven),
            ("0000000000000000", Verdict::Disproven),
            ("0", Verdict::Disproven),
            ("4111  1111 1111 1111", Verdict::Disproven),
            ("4111 1111 1111 1111 ", Verdict::Disproven),
            ("-79927398713", Verdict::Disproven),
            ("7992739871x", Verdict::Disproven),
        ] {
            assert_eq!(verify(number.as_bytes()), expected, "{number}");
        }
        assert_eq!(verify(&[b'0'; NUMBER_BYTES_MAX + 1]), Verdict::Unknown);
        assert_eq!(fill(b"7992739871").unwrap(), "3");
        assert_eq!(fill(b"000"), None);
        assert_eq!(fill(b"12a"), None);
        assert_eq!(fill(&[b'1'; NUMBER_BYTES_MAX]), None);
    }

    proptest! {
        #[test]
        fn one_changed_digit_is_disproven(
            number in "[1-9][0-9]{1,17}", at in 0_usize..18, step in 1_u8..10,
        ) {
            let mut text = number.into_bytes();
            let digit = fill(&text).unwrap();
            text.extend_from_slice(digit.as_bytes());
            let at = at % text.len();
            text[at] = b'0' + (text[at] - b'0' + step) % 10;
            prop_assert_eq!(verify(&text), Verdict::Disproven);
        }
    }
}
