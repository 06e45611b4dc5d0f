//! What a value is made of.

use super::features::{Feature, Features};
use super::{ngrams, words};
use crate::contains::contains;

/// Lengths of the hexadecimal hashes in use.
const HASH_LENGTHS: [usize; 7] = [32, 40, 48, 56, 64, 96, 128];

/// Writes the features of a value.
pub(crate) fn describe(value: &[u8], features: &mut Features) {
    kinds(value, features);
    runs(value, features);
    entropy(value, features);
    likeness(value, features);
    forms(value, features);
    marks(value, features);
}

/// Classes of characters, as counts and shares.
fn kinds(value: &[u8], features: &mut Features) {
    let count = |is: fn(&u8) -> bool| value.iter().filter(|byte| is(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let lower = count(u8::is_ascii_lowercase);
    let upper = count(u8::is_ascii_uppercase);
    let separators = count(|byte| is_separator(*byte));
    let percent = |part: usize| part * 100 / value.len().max(1);
    features.set(Feature::Length, value.len());
    features.set(Feature::Digits, digits);
    features.set(Feature::Lower, lower);
    features.set(Feature::Upper, upper);
    features.set(Feature::Special, count(u8::is_ascii_punctuation) - separators);
    features.set(Feature::Separators, separators);
    features.set(Feature::Spaces, count(|byte| matches!(byte, b' ' | b'\t')));
    features.set(Feature::Foreign, count(|byte| !byte.is_ascii()));
    features.set(Feature::DigitPercent, percent(digits));
    features.set(Feature::LowerPercent, percent(lower));
    features.set(Feature::UpperPercent, percent(upper));
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.' | b'/')
}

/// The class of a byte, as far as changes between classes go.
const fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    }
}

/// Runs and changes.
fn runs(value: &[u8], features: &mut Features) {
    let longest = |is: fn(u8, u8) -> bool, one: fn(u8) -> bool| {
        let (mut best, mut run, mut last) = (0usize, 0usize, None);
        for byte in value {
            run = match last {
                Some(last) if one(*byte) && is(last, *byte) => run + 1,
                _ => usize::from(one(*byte)),
            };
            best = best.max(run);
            last = Some(*byte);
        }
        best
    };
    let any = |_, _| true;
    features.set(Feature::LowerRun, longest(any, |byte| byte.is_ascii_lowercase()));
    features.set(Feature::LetterRun, longest(any, |byte| byte.is_ascii_alphabetic()));
    features.set(Feature::DigitRun, longest(any, |byte| byte.is_ascii_digit()));
    features.set(Feature::RepeatRun, longest(|a, b| a == b, |_| true));
    features.set(Feature::CountRun, longest(|a, b| b == a.wrapping_add(1), |_| true));
    let pairs = || value.windows(2);
    features.set(Feature::Changes, pairs().filter(|p| class(p[0]) != class(p[1])).count());
    let hump = |p: &&[u8]| p[0].is_ascii_lowercase() && p[1].is_ascii_uppercase();
    features.set(Feature::Humps, pairs().filter(hump).count());
}

/// Shannon entropy in hundredths of a bit, and in percent of what the length allows.
fn entropy(value: &[u8], features: &mut Features) {
    let mut counts = [0u16; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let log2 =
        |number: usize| LOG2.get(number).map_or_else(|| log2(number), |log| usize::from(*log));
    let whole = log2(value.len());
    let weighed: usize =
        counts.iter().map(|count| usize::from(*count)).map(|count| count * log2(count)).sum();
    let entropy = whole - (weighed / value.len().max(1)).min(whole);
    features.set(Feature::Distinct, counts.iter().filter(|count| **count > 0).count());
    features.set(Feature::Entropy, entropy);
    features.set(Feature::EntropyPercent, entropy * 100 / whole.max(1));
}

/// [`log2`] of the smallest numbers: of all that a value can count to.
const LOG2: [u16; 513] = {
    let mut table = [0; 513];
    let mut number = 0;
    while number < table.len() {
        table[number] = log2(number) as u16;
        number += 1;
    }
    table
};

/// Binary logarithm in hundredths, rounded down; 0 for 0 and 1. Whole numbers only, so that every machine
/// says the same.
const fn log2(number: usize) -> usize {
    if number < 2 {
        return 0;
    }
    let whole = number.ilog2();
    // The mantissa in [1, 2) with 32 bits behind the point; squaring it shifts out one bit of the logarithm.
    let mut mantissa = ((number as u128) << 32) >> whole;
    let mut fraction = 0;
    let mut bit = 0;
    while bit < 16 {
        mantissa = (mantissa * mantissa) >> 32;
        fraction <<= 1;
        if mantissa >= 2 << 32 {
            mantissa >>= 1;
            fraction |= 1;
        }
        bit += 1;
    }
    whole as usize * 100 + ((fraction * 100) >> 16)
}

/// Likeness to words.
fn likeness(value: &[u8], features: &mut Features) {
    let costs = ngrams::costs(value);
    features.set(Feature::WordCost, costs.mean);
    features.set(Feature::WordCostMax, costs.max);
    features.set(Feature::WordCostMin, costs.min);
    features.set(Feature::Parts, costs.parts);
    features.set(Feature::PartLongest, costs.longest);
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_vowel = |byte: &&u8| b"aeiouAEIOU".contains(byte);
    features
        .set(Feature::VowelPercent, value.iter().filter(is_vowel).count() * 100 / letters.max(1));
    let text = words::Text::new(value);
    features.set(Feature::StandIns, text.count(words::STAND_INS));
    features.set(Feature::CredentialWords, text.count(words::CREDENTIALS));
}

/// Whole forms: hashes, identifiers, paths, base64.
fn forms(value: &[u8], features: &mut Features) {
    let all = |is: fn(&u8) -> bool| value.iter().all(is);
    let is_hex = all(u8::is_ascii_hexdigit);
    features.set_if(Feature::IsHex, is_hex);
    features.set_if(Feature::HashLength, is_hex && HASH_LENGTHS.contains(&value.len()));
    features.set_if(Feature::IsUuid, crate::safelist::is_uuid_format(value));
    let body = value.trim_ascii_end();
    let padding = body.iter().rev().take_while(|byte| **byte == b'=').count();
    let is_body =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    features.set_if(
        Feature::IsBase64,
        padding <= 2 && body[..body.len() - padding].iter().all(is_body),
    );
    features.set(Feature::HasPadding, padding);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let starts_as_name =
        value.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    features.set_if(Feature::IsIdentifier, starts_as_name && value.iter().all(is_name));
    let dotted = value
        .split(|byte| *byte == b'.')
        .all(|part| part.first().is_some_and(u8::is_ascii_alphabetic) && part.iter().all(is_name));
    features.set_if(Feature::IsDotted, value.contains(&b'.') && dotted);
    let is_path = value.starts_with(b"/")
        || value.starts_with(b"./")
        || value.starts_with(b"~/")
        || contains(value, b"://");
    features.set_if(Feature::IsPath, is_path);
    features.set_if(Feature::DecodesToPair, decodes_to_pair(value));
}

/// Whether a value is base64 of `user:password`.
fn decodes_to_pair(value: &[u8]) -> bool {
    let mut pending = (0u32, 0u32);
    let mut colons = 0;
    let mut bytes = 0;
    for byte in value.iter().take_while(|byte| **byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return false,
        };
        pending = (pending.0 << 6 | u32::from(digit), pending.1 + 6);
        if pending.1 >= 8 {
            pending.1 -= 8;
            let decoded = (pending.0 >> pending.1) as u8;
            if !(b' '..=b'~').contains(&decoded) {
                return false;
            }
            colons += usize::from(decoded == b':');
            bytes += 1;
        }
        pending.0 &= 0xffff;
    }
    colons >= 1 && bytes >= 4
}

/// Single characters that mean something.
fn marks(value: &[u8], features: &mut Features) {
    let count = |set: &[u8]| value.iter().filter(|byte| set.contains(byte)).count();
    features.set(Feature::Dollars, count(b"$"));
    features.set(Feature::Braces, count(b"{}[]"));
    features.set(Feature::Angles, count(b"<>"));
    features.set(Feature::Parentheses, count(b"()"));
    features.set(Feature::Percents, count(b"%"));
    features.set(Feature::Backslashes, count(b"\\"));
    features.set(Feature::Slashes, count(b"/"));
    features.set(Feature::Colons, count(b":"));
    features.set(Feature::Commas, count(b",;"));
    features.set(Feature::Ats, count(b"@"));
    features.set(Feature::Equals, count(b"="));
    let first = |is: fn(&u8) -> bool| value.first().is_some_and(is);
    features.set_if(Feature::StartsUpper, first(u8::is_ascii_uppercase));
    features.set_if(Feature::StartsDigit, first(u8::is_ascii_digit));
    features.set_if(Feature::StartsSpecial, first(u8::is_ascii_punctuation));
    let tail = value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    features.set(Feature::EndsDigits, tail);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Features {
        let mut features = Features::default();
        describe(value.as_bytes(), &mut features);
        features
    }

    #[test]
    fn logarithms_are_those_of_whole_numbers() {
        for (number, want) in [(0, 0), (1, 0), (2, 100), (3, 158), (8, 300), (100, 664), (511, 899)]
        {
            assert_eq!(log2(number), want, "{number}");
        }
    }

    #[test]
    fn values_are_described() {
        let features = of("abAB12_!");
        for (feature, want) in [
            (Feature::Length, 8),
            (Feature::Digits, 2),
            (Feature::Lower, 2),
            (Feature::Upper, 2),
            (Feature::Separators, 1),
            (Feature::Special, 1),
            (Feature::Changes, 3),
            (Feature::Distinct, 8),
            (Feature::Entropy, 300),
            (Feature::EntropyPercent, 100),
            (Feature::LetterRun, 4),
        ] {
            assert_eq!(features.number(feature), want, "{feature:?}");
        }
    }

    #[test]
    fn forms_are_told_apart() {
        assert_eq!(of("app.config.name").number(Feature::IsDotted), 1);
        assert_eq!(of("getPassword").number(Feature::IsIdentifier), 1);
        assert_eq!(of("0123456789abcdef0123456789abcdef").number(Feature::HashLength), 1);
        assert_eq!(of("dXNlcjpwYXNzd29yZA==").number(Feature::DecodesToPair), 1);
        assert_eq!(of("passwordpassword").number(Feature::DecodesToPair), 0);
        assert_eq!(of("aaaa1234").number(Feature::RepeatRun), 4);
        assert_eq!(of("aaaa1234").number(Feature::CountRun), 4);
    }
}
