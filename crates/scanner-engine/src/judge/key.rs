//! What the key is called.

use super::features::{Feature, Features};
use super::words;
use crate::gate::Candidate;
use crate::gate::local_context::is_quote;

/// Bytes of a key on either side of its word.
pub(crate) const REACH: usize = 48;

/// Parts of names of hashes, which are no secrets though their keys say `secret`.
const HASHES: &[&[u8]] =
    &[b"hash", b"sha1", b"sha256", b"sha512", b"md5", b"digest", b"checksum", b"fingerprint"];

/// Whether the key, from `start` to `end`, is the name of a hash.
pub(crate) fn names_hash(candidate: &Candidate<'_>, end: usize) -> bool {
    let start = candidate.start.saturating_sub(REACH).min(end);
    let text = &candidate.bytes[start..end];
    let from = text.iter().rposition(|byte| !is_name(*byte)).map_or(0, |at| at + 1);
    words::count_parts(HASHES, &text[from..]) > 0
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// Kinds of key words, by how they begin; the first that fits counts.
const KINDS: [&[u8]; 13] = [
    b"passphrase",
    b"passw",
    b"pass",
    b"pwd",
    b"secret",
    b"token",
    b"credential",
    b"bearer",
    b"basic",
    b"identified",
    b"oauth",
    b"auth",
    b"key",
];

/// Writes the features of the key and returns where it ends.
pub(crate) fn describe(candidate: &Candidate<'_>, features: &mut Features) -> usize {
    let bytes = candidate.bytes;
    let matched = &bytes[candidate.start..candidate.secret_start];
    let skipped = matched.iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let word = candidate.start + skipped;
    let before = &bytes[word.saturating_sub(REACH)..word];
    let start = word - before.iter().rev().take_while(|byte| is_name(**byte)).count();
    let behind = &bytes[word..candidate.secret_start.min(word + REACH)];
    let end = word + behind.iter().take_while(|byte| is_name(**byte)).count();
    let text = &bytes[start..end];
    let (kind, len) = kind(&bytes[word..end]);
    features.set(Feature::KeyWord, kind);
    features.set(Feature::KeyLength, text.len());
    features.set(Feature::KeyBefore, word - start);
    features.set(Feature::KeyAfter, (end - word).saturating_sub(len));
    features.set(Feature::KeyOther, words::count_parts(words::KEY_OTHER, text));
    features.set(Feature::KeyStrong, words::count_parts(words::KEY_STRONG, text));
    let any = |is: fn(&u8) -> bool| text.iter().any(is);
    let upper = any(u8::is_ascii_uppercase);
    let lower = any(u8::is_ascii_lowercase);
    features.set_if(Feature::KeyUpper, upper && !lower);
    features.set_if(Feature::KeyCamel, upper && lower);
    features.set_if(Feature::KeyQuoted, bytes.get(end).is_some_and(|byte| is_quote(*byte)));
    features.set_if(Feature::KeyDashed, text.starts_with(b"-"));
    features.set(Feature::KeyShared, shared(text, candidate.secret()));
    end
}

/// The kind of the key's word, from 1, and the length of the word as far as it is known.
fn kind(text: &[u8]) -> (usize, usize) {
    let begins =
        |word: &&[u8]| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    match KINDS.iter().position(begins) {
        // `password` and `passwd` are one kind; what is behind them is the rest of the key.
        Some(1) => (2, if text.len() >= 8 && text[5].eq_ignore_ascii_case(&b'o') { 8 } else { 6 }),
        Some(index) => (index + 1, KINDS[index].len()),
        // Compounds such as `api_key`: all of the first words.
        None => (0, text.len().min(7)),
    }
}

/// Letters of the longest text that stands in both, ignoring case.
fn shared(key: &[u8], value: &[u8]) -> usize {
    const PART: usize = 40;
    let (key, value) = (&key[..key.len().min(PART)], &value[..value.len().min(PART)]);
    let mut best = 0;
    for from in 0..key.len() {
        for at in 0..value.len() {
            let pairs = key[from..].iter().zip(&value[at..]);
            let same = |(a, b): &(&u8, &u8)| a.is_ascii_alphabetic() && a.eq_ignore_ascii_case(b);
            best = best.max(pairs.take_while(same).count());
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::super::gate::tests::with_match;
    use super::*;

    fn of(text: &str) -> Features {
        let mut features = Features::default();
        with_match(text, |c| describe(c, &mut features));
        features
    }

    #[test]
    fn keys_are_described() {
        let features = of("  MY_DB_‹PASSWORD_FILE = «abcdef»");
        for (feature, want) in [
            (Feature::KeyWord, 2),
            (Feature::KeyLength, 19),
            (Feature::KeyBefore, 6),
            (Feature::KeyAfter, 5),
            (Feature::KeyOther, 1),
            (Feature::KeyStrong, 1),
            (Feature::KeyUpper, 1),
            (Feature::KeyQuoted, 0),
        ] {
            assert_eq!(features.number(feature), want, "{feature:?}");
        }
        assert_eq!(of("'‹token': '«MyTokenX»'").number(Feature::KeyShared), 5);
    }
}
