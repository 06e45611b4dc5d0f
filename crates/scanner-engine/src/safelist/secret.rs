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
    patterns.is_match(secret) || is_repetitive(secret) || is_sequential(secret)
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
    secret.len() >= 2 * RUN_MIN
        && (1..=4).any(|period| secret.iter().skip(period).zip(secret).all(|(a, b)| a == b))
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
