//! Whether the value of a generic assignment looks like a secret: the first, hand-written form of the judge.
//!
//! Generic rules (`password = …`) match code far more often than secrets. Entropy alone cannot tell
//! `getPassword()` from a password, so this looks at what the value is made of and at what stands around
//! it, and says one of three things: no, perhaps, likely. Everything here looks at a bounded number of bytes.

use scanner_core::Confidence;

use super::local_context::{is_quote, is_quoted};
use super::{Candidate, Stage};
use crate::scratch::EntropyScratch;

/// Bytes of a value, at least and at most.
const LEN: std::ops::RangeInclusive<usize> = 8..=256;

/// Entropy of a value that can be a secret at all, and of one that is likely to be.
const BITS_MIN: f32 = 2.8;
const BITS_LIKELY: f32 = 3.3;

/// Starts and parts of values that are references, templates or code, not values.
const REFERENCES: &[&[u8]] = &[
    b"$",
    b"%",
    b"{{",
    b"<",
    b"@",
    b"&",
    b"process.",
    b"os.",
    b"env.",
    b"self.",
    b"this.",
    b"config.",
    b"settings.",
    b"args.",
    b"options.",
    b"params.",
    b"request.",
    b"http://",
    b"https://",
    b"file:",
    b"./",
    b"../",
    b"~/",
    b"/",
    b"arn:",
    b"data:",
    b"sha256-",
    b"sha512-",
    b"sha384-",
    b"sha1-",
];

/// How sure the judge is, or its refusal.
pub(crate) fn judge(
    candidate: &Candidate<'_>,
    scratch: &mut EntropyScratch,
) -> Result<Confidence, Stage> {
    let value = candidate.secret();
    if !LEN.contains(&value.len()) || is_reference(value) || is_code_around(candidate) {
        return Err(Stage::GenericValue);
    }
    let kinds = Kinds::of(value);
    if kinds.other > 0 || kinds.is_word_like() || is_hash_or_id(value, &kinds) {
        return Err(Stage::GenericValue);
    }
    let bits = super::entropy::bits_per_byte(value, scratch);
    if bits < BITS_MIN || kinds.digits == 0 && kinds.special == 0 {
        return Err(Stage::GenericValue);
    }
    let assigned_in_quotes = is_quoted(candidate);
    let mixed = kinds.digits > 0 && kinds.letters() > 0 && kinds.transitions * 4 >= value.len();
    if assigned_in_quotes && mixed && bits >= BITS_LIKELY && value.len() >= 12 {
        return Ok(Confidence::Likely);
    }
    Ok(Confidence::Possible)
}

fn is_reference(value: &[u8]) -> bool {
    REFERENCES.iter().any(|start| value.starts_with(start))
        || value
            .windows(2)
            .any(|pair| pair == b"${" || pair == b"{{" || pair == b"()" || pair == b"::")
}

/// Whether what stands behind the value shows that it is code: a call, an index, a member, an operator.
fn is_code_around(candidate: &Candidate<'_>) -> bool {
    let before = candidate.secret_start.checked_sub(1).map(|at| candidate.bytes[at]);
    if before.is_some_and(is_quote) {
        return false;
    }
    let behind = candidate.bytes.get(candidate.secret_end).copied();
    matches!(behind, Some(b'(' | b'[' | b'{' | b'<' | b'>'))
}

/// What a value is made of.
#[derive(Debug, Default)]
struct Kinds {
    digits: usize,
    lower: usize,
    upper: usize,
    special: usize,
    /// `_`, `-`, `.` and `/`, which join words.
    separators: usize,
    other: usize,
    hex: usize,
    /// Changes of kind from one byte to the next; an identifier has few, a random value many.
    transitions: usize,
    longest_lower: usize,
}

impl Kinds {
    fn of(value: &[u8]) -> Self {
        let mut kinds = Self::default();
        let mut last = 0;
        let mut lower_run = 0;
        for byte in value {
            let kind = match byte {
                b'0'..=b'9' => 1,
                b'a'..=b'z' => 2,
                b'A'..=b'Z' => 3,
                b'_' | b'-' | b'.' | b'/' => 4,
                b'!'..=b'~' => 5,
                _ => 6,
            };
            match kind {
                1 => kinds.digits += 1,
                2 => kinds.lower += 1,
                3 => kinds.upper += 1,
                4 => kinds.separators += 1,
                5 => kinds.special += 1,
                _ => kinds.other += 1,
            }
            lower_run = if kind == 2 { lower_run + 1 } else { 0 };
            kinds.longest_lower = kinds.longest_lower.max(lower_run);
            kinds.hex += usize::from(byte.is_ascii_hexdigit());
            kinds.transitions += usize::from(last != 0 && last != kind);
            last = kind;
        }
        kinds
    }

    fn letters(&self) -> usize {
        self.lower + self.upper
    }

    /// Identifiers, file names and prose: few changes of kind, long runs of small letters.
    fn is_word_like(&self) -> bool {
        let len = self.letters() + self.digits + self.special + self.separators;
        let mostly_letters = self.digits * 6 < len && self.special * 4 < len;
        mostly_letters && self.longest_lower * 3 >= len || self.transitions * 8 < len
    }
}

/// Hashes, UUIDs, numbers, dates and versions: long hex without other letters, or digits and punctuation.
fn is_hash_or_id(value: &[u8], kinds: &Kinds) -> bool {
    let all_hex = kinds.hex == value.len() && matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128);
    all_hex || kinds.letters() == 0 || crate::safelist::is_uuid_format(value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::with;
    use super::*;

    #[test]
    fn values_that_are_code_are_refused_and_random_ones_are_not() {
        let judge = |text: &str| with(text, |c| judge(c, &mut EntropyScratch::default()));
        for text in [
            "password = «getPassword»()",
            "password = \"«password_field»\"",
            "token: «${GITHUB_TOKEN}»",
            "secret: \"«user.secret.name»\"",
            "token = «process.env.TOKEN1»",
            "secret = \"«aaaaaaaaaaaaaaaa»\"",
            "token = \"«0123456789»\"",
        ] {
            assert_eq!(judge(text), Err(Stage::GenericValue), "{text}");
        }
        assert_eq!(judge("password = \"«tR7x!pQ2vK9m»\""), Ok(Confidence::Likely));
        assert_eq!(judge("password=«tR7x!pQ2»"), Ok(Confidence::Possible));
    }
}
