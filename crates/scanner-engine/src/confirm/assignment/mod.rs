//! Finds generic assignments without a regex: the same matches as the pattern that
//! [`scanner_rules::shape::assignment`] writes, at a thirtieth of its cost.
//!
//! The pattern's counted repetitions make a lazily built automaton grow with nearly every key it sees. Here the
//! words of keys are looked for with three table look-ups a byte, and what stands behind one is read by hand
//! ([`tail`]). The pattern stays the definition: a property test holds both against each other, and the
//! reference scanner knows only the pattern.

mod tail;

use std::ops::Range;

/// A match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where the word of the key begins.
    pub(crate) start: usize,
    /// Where the value begins; four of its bytes belong to the match.
    pub(crate) value: usize,
}

/// Bytes of a value that belong to a match.
pub(crate) const VALUE_LEN: usize = tail::VALUE_LEN;

/// The words of a rule.
#[derive(Debug)]
pub(crate) struct AssignmentSearch {
    /// In lower case, in the order of the pattern.
    words: Box<[Box<[u8]>]>,
    /// For the first three bytes of a word: the words (by index modulo 32) that a byte may stand in.
    tables: Box<[[u32; 256]; 3]>,
}

impl AssignmentSearch {
    /// A search for keys that hold one of `words`, each at least three ASCII characters.
    pub(crate) fn new(words: &[String]) -> Self {
        let words: Box<[Box<[u8]>]> =
            words.iter().map(|word| word.to_ascii_lowercase().into_bytes().into()).collect();
        let mut tables = Box::new([[0u32; 256]; 3]);
        for (index, word) in words.iter().enumerate() {
            for (table, byte) in tables.iter_mut().zip(word.iter()) {
                for cased in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                    table[usize::from(cased)] |= 1 << (index % 32);
                }
            }
        }
        Self { words, tables }
    }

    /// The leftmost match inside `range`; of several words at one place, that of the first.
    pub(crate) fn find(&self, bytes: &[u8], range: Range<usize>) -> Option<Found> {
        let text = &bytes[..range.end];
        let [first, second, third] = &*self.tables;
        for (at, three) in text.get(range.start..)?.windows(3).enumerate() {
            let mask = first[usize::from(three[0])]
                & second[usize::from(three[1])]
                & third[usize::from(three[2])];
            if mask != 0
                && let Some(found) = self.at(text, range.start + at)
            {
                return Some(found);
            }
        }
        None
    }

    /// A match that begins at `start`.
    fn at(&self, text: &[u8], start: usize) -> Option<Found> {
        self.words.iter().find_map(|word| {
            let end = start + word.len();
            let is_there = text.get(start..end)?.eq_ignore_ascii_case(word);
            let value = is_there.then(|| tail::value(text, end)).flatten()?;
            Some(Found { start, value })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confirm::compile;
    use proptest::prelude::*;
    use regex_automata::meta::Regex;
    use scanner_rules::{RuleSpec, builtin};
    use std::sync::LazyLock;

    /// What the pattern finds: the definition.
    fn by_pattern(regex: &Regex, bytes: &[u8], at: usize) -> Option<Found> {
        let mut captures = regex.create_captures();
        regex.captures(regex_automata::Input::new(bytes).range(at..), &mut captures);
        let whole = captures.get_match()?;
        let value = captures.get_group(1)?;
        assert_eq!((whole.end(), value.len()), (value.end, VALUE_LEN));
        Some(Found { start: whole.start(), value: value.start })
    }

    /// Pieces of which keys, operators and values are made.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => prop::sample::select(vec![
                "token", "Token", "passw", "_pass", "pass ", "PWD ", "_key", "apiKey", "x", "_name", ".a-b", "abc",
                "value", "Value", "default", "b", "@", "EOT", "$(cat ", "<<", "strip(", "get(", "os.env[", "i18n.t(", "&str", "&'static ", "[u8;4]", "hunter2horse", "s3cr",
            ]),
            4 => prop::sample::select(vec![
                "=", ":", ":=", "=>", "==", "===", "!=", "!==", "||", "??", "->", ">", "<", ",", "(", "[", "{", ")",
                "]", "}", "-", "|", "|-", "+", ";", "&", "*", "$", ": string =", ": Vec<u8>  =", "{ get; set; }",
            ]),
            4 => prop::sample::select(vec![
                "\"", "'", "`", "\\\"", "\\", "\"\"\"", "'''", "\n", "\r\n", "\\\n", "\t", " ", "  ", "    ",
                "          ", " value=\"", " Content = '", "\u{b}", "\u{c}", "[0]", "[MAX_LEN]",
            ]),
            1 => prop::sample::select(vec![
                "                         ", "abcdefghijklmnopqrstuvwxyz", "\u{e9}", "\0",
            ]),
        ];
        prop::collection::vec(piece, 1..16).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16 * ProptestConfig::default().cases))]
        #[test]
        fn finds_what_the_pattern_finds(bytes in text(), prefix in 0..3_usize) {
            let bytes = [[b"token".as_slice(), b"_pass", b""][prefix], &bytes].concat();
            for (regex, search) in &*RULES {
                let mut at = 0;
                while let Some(wanted) = by_pattern(regex, &bytes, at) {
                    prop_assert_eq!(search.find(&bytes, at..bytes.len()), Some(wanted));
                    at = wanted.start + 1;
                }
                prop_assert_eq!(search.find(&bytes, at..bytes.len()), None);
            }
        }
    }

    static RULES: LazyLock<Vec<(Regex, AssignmentSearch)>> = LazyLock::new(|| {
        let mut specs = builtin::specs();
        specs.retain(|spec| ["generic-password", "generic-token"].contains(&spec.id.as_str()));
        let rule = |spec: &RuleSpec| {
            assert!(!spec.assignment_words.is_empty(), "{}", spec.id);
            (compile(&spec.pattern), AssignmentSearch::new(&spec.assignment_words))
        };
        specs.iter().map(rule).collect()
    });

    #[test]
    fn ends_of_the_searched_range_are_hard() {
        let search = AssignmentSearch::new(&["token".into()]);
        let text = b"token = abcd";
        assert_eq!(search.find(text, 0..12), Some(Found { start: 0, value: 8 }));
        assert_eq!(search.find(text, 0..11), None);
        assert_eq!(search.find(text, 1..12), None);
        assert_eq!(search.find(b"to", 0..2), None);
    }
}
