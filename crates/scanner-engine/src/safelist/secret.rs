//! Second tier: the bare value.

use regex_automata::meta::Regex;

/// Share of a value that one repeated or sequential run may take, in percent.
const RUN_PERCENT_MAX: usize = 50;

/// Length of a run from which it counts as a sequence at all.
const RUN_MIN: usize = 6;

/// Whether the value is a placeholder, a mask, a repetition or a sequence.
pub(super) fn is_placeholder(patterns: &Regex, secret: &[u8]) -> bool {
    // Blocks of several lines are judged by their own structure.
    if secret.len() > 1024 || secret.contains(&b'\n') {
        return false;
    }
    patterns.is_match(secret)
        || is_repetitive(secret)
        || is_sequential(secret)
        || counts_in_bytes(secret)
}

/// Whether most of the value is one byte repeated, or the whole of it is one short piece repeated.
fn is_repetitive(secret: &[u8]) -> bool {
    let mut longest = 0;
    let mut run = 0;
    let mut last = None;
    for byte in secret {
        run = if last == Some(byte) { run + 1 } else { 1 };
        longest = longest.max(run);
        last = Some(byte);
    }
    if longest >= RUN_MIN && longest * 100 > secret.len() * RUN_PERCENT_MAX {
        return true;
    }
    secret.len() >= 2 * RUN_MIN && (1..=4).any(|period| repeats(secret, period))
        || secret.len() >= 16 && (5..=8).any(|period| repeats(secret, period))
}

/// Whether the whole value is one piece of `period` bytes over and over.
fn repeats(secret: &[u8], period: usize) -> bool {
    secret.iter().skip(period).zip(secret).all(|(a, b)| a == b)
}

/// Whether the value is hexadecimal and its bytes count in equal steps: `000102…0f`, `00112233…ff`.
fn counts_in_bytes(secret: &[u8]) -> bool {
    let digits = secret.strip_prefix(b"0x").unwrap_or(secret);
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| Some(digit(pair[0])? * 16 + digit(pair[1])?);
    if digits.len() < 16 || !digits.len().is_multiple_of(2) {
        return false;
    }
    let mut bytes = digits.chunks_exact(2).map(byte);
    let (Some(Some(first)), Some(Some(second))) = (bytes.next(), bytes.next()) else {
        return false;
    };
    let step = (second + 256 - first) % 256;
    let mut last = second;
    bytes.all(|byte| {
        let counts = byte.is_some_and(|byte| (byte + 256 - last) % 256 == step);
        last = byte.unwrap_or(last);
        counts
    })
}

/// Whether most of the value counts up or down by one (`12345678`, `abcdefgh`).
fn is_sequential(secret: &[u8]) -> bool {
    let mut covered = 0;
    for step in [1i16, -1] {
        let mut run = 1;
        for pair in secret.windows(2) {
            if i16::from(pair[1]) - i16::from(pair[0]) == step && pair[0].is_ascii_alphanumeric() {
                run += 1;
            } else {
                covered += if run >= RUN_MIN { run } else { 0 };
                run = 1;
            }
        }
        covered += if run >= RUN_MIN { run } else { 0 };
    }
    covered * 100 > secret.len() * RUN_PERCENT_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_count() {
        for (text, want) in [
            ("000102030405060708090a0b0c0d0e0f", true),
            ("00112233445566778899AABBCCDDEEFF", true),
            ("0x0f0e0d0c0b0a09080706050403020100", true),
            ("404142434445464748494a4b4c4d4e4f", true),
            ("000102030405060708090a0b0c0d0e10", false),
            ("0a1b2c", false),
            ("4dc1a7b62f90e3584dc1a7b62f90e359", false),
        ] {
            assert_eq!(counts_in_bytes(text.as_bytes()), want, "{text}");
        }
        assert!(is_repetitive(b"deadbeefdeadbeefdeadbeef"));
        assert!(!is_repetitive(b"deadbeefdeadbeefdeadbee5"));
    }

    #[test]
    fn repetitions_and_sequences() {
        for (text, ok) in [
            ("xxxxxxxxxxxxxxxxxx", true),
            ("sk_xxxxxxxxxxxxxxxx", true),
            ("abcabcabcabcabc", true),
            ("0123456789abcdef", true),
            ("9876543210zyxwvu", true),
            ("abcdefghijklmnop", true),
            ("k3Jd81mQz0Lp4Xa7", false),
            ("aab1c2d3e4f5", false),
            ("112233445566778899k3Jd81mQ", false),
        ] {
            let got = is_repetitive(text.as_bytes()) || is_sequential(text.as_bytes());
            assert_eq!(got, ok, "{text}");
        }
    }
}
