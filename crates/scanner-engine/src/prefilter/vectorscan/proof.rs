//! What the build has proven about an anchor's surroundings, looked at where the anchor was found: most hits of
//! short key words stand in front of nothing that could be their secret, and make no window.
//!
//! The native prefilter looks for the surroundings first and for the word then; the condition is the same
//! ([`AnchorClass`]). What is not looked at here is admitted.

use memchr::memmem;

use crate::anchors::{
    ALNUM_RUN_MIN, AnchorClass, Neighbour, PLAIN_RUN_MIN, SCHEME_END, TOKEN_RUN_MIN, WORD_RUN_MIN,
    is_gap_byte, is_operator_byte,
};

/// Bytes beyond an anchor and its reach that are looked at, at most.
pub(super) const JUDGED_BYTES: u32 = 48;

const _: () = assert!(JUDGED_BYTES > PLAIN_RUN_MIN + 2 && JUDGED_BYTES > TOKEN_RUN_MIN);

/// Whether an anchor of this class at `from..to` may belong to a match.
pub(super) fn admits(class: AnchorClass, bytes: &[u8], from: usize, to: usize) -> bool {
    match class {
        AnchorClass::Sampled | AnchorClass::Everywhere => true,
        AnchorClass::TokenStart => begins_token(bytes, from),
        AnchorClass::Near { reach, neighbour } => {
            let last = from.saturating_add(reach as usize).min(bytes.len());
            match neighbour {
                Neighbour::Value => has_value(bytes, (from, to), last),
                Neighbour::Scheme => {
                    let first = from.saturating_sub(SCHEME_END.len());
                    memmem::find(&bytes[first..last.max(first)], SCHEME_END).is_some()
                }
                Neighbour::Base64 => true,
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn begins_token(bytes: &[u8], from: usize) -> bool {
    let continues = from > 0 && is_word(bytes[from - 1]);
    let run = bytes[from..].iter().take(TOKEN_RUN_MIN as usize);
    let run = run.take_while(|byte| is_word(**byte) || matches!(**byte, b'-' | b'.')).count();
    !continues && run == TOKEN_RUN_MIN as usize
}

/// Whether a value begins at a place behind the anchor, on its line, up to `last`.
fn has_value(bytes: &[u8], (from, to): (usize, usize), last: usize) -> bool {
    // An operator may be the end of the anchor itself.
    let first = to.saturating_sub(JUDGED_BYTES as usize - 8);
    let gap = bytes[first..to].iter().rev().take_while(|byte| is_gap_byte(**byte));
    let mut behind_operator = gap.copied().any(is_operator_byte);
    if bytes[from..to].contains(&b'\n') {
        return false;
    }
    for place in to..=last {
        if behind_operator && begins_value(&bytes[place..]) {
            return true;
        }
        match bytes.get(place) {
            None | Some(b'\n') => return false,
            Some(byte) if is_gap_byte(*byte) => behind_operator |= is_operator_byte(*byte),
            Some(_) => behind_operator = false,
        }
    }
    false
}

/// Whether the bytes begin with a run that a value has.
fn begins_value(bytes: &[u8]) -> bool {
    let bytes = &bytes[..bytes.len().min(PLAIN_RUN_MIN as usize)];
    let run = |inside: fn(u8) -> bool| bytes.iter().take_while(|byte| inside(**byte)).count();
    let has_digit = |len: usize| bytes[..len].iter().any(u8::is_ascii_digit);
    let word = run(|byte| is_word(byte) || byte == b'-');
    let alnum = run(|byte| byte.is_ascii_alphanumeric());
    let base64 = run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    word >= PLAIN_RUN_MIN as usize
        || base64 >= PLAIN_RUN_MIN as usize
        || word >= WORD_RUN_MIN as usize && has_digit(word)
        || alnum >= ALNUM_RUN_MIN as usize && has_digit(alnum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(reach: u32, neighbour: Neighbour) -> AnchorClass {
        AnchorClass::Near { reach, neighbour }
    }

    fn check(class: AnchorClass, text: &str, anchor: &str) -> bool {
        let from = text.find(anchor).unwrap();
        admits(class, text.as_bytes(), from, from + anchor.len())
    }

    #[test]
    fn what_cannot_be_a_match_makes_no_window() {
        let value = near(40, Neighbour::Value);
        let run = "k3Jd81mQz0Lp4Xa7";
        for (class, text, anchor, want) in [
            (AnchorClass::Everywhere, "token", "token", true),
            (AnchorClass::TokenStart, "x ghp_abcdefgh", "ghp_", true),
            (AnchorClass::TokenStart, "x ghp_abcdefg", "ghp_", false),
            (AnchorClass::TokenStart, "xghp_abcdefghij", "ghp_", false),
            (value, &format!("acme_key = \"{run}\""), "acme", true),
            (value, &format!("acme={run}"), "acme=", true),
            (value, &format!("acme {run}"), "acme", false),
            (value, &format!("acme =\n{run}"), "acme", false),
            (value, "acme = abcdefghijklmnop", "acme", false),
            (value, &format!("acme = {}", "a".repeat(32)), "acme", true),
            (value, &format!("acme {} = {run}", "x".repeat(60)), "acme", false),
            (near(9, Neighbour::Scheme), "mongodb://x", "mongodb", false),
            (near(10, Neighbour::Scheme), "mongodb://x", "mongodb", true),
            (near(5, Neighbour::Base64), "AIoT", "AIoT", true),
        ] {
            assert_eq!(check(class, text, anchor), want, "{class:?} {text}");
        }
    }
}
