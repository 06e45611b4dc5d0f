//! Words that a real secret does not contain.

use super::{Stage, Verdict};
use crate::packed::PackedPatterns;

/// Whether the secret contains none of the (lower-case) words.
pub(crate) fn passes(words: &PackedPatterns, secret: &[u8]) -> Verdict {
    if words.any_in_ignoring_case(secret) { Err(Stage::ValueSuppressor) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_any_case_refuses() {
        let words = PackedPatterns::new([b"example".as_slice()]);
        assert_eq!(passes(&words, b"k3yEXAMPLEk3y"), Err(Stage::ValueSuppressor));
        assert_eq!(passes(&words, b"k3yexampk3y"), Ok(()));
    }
}
