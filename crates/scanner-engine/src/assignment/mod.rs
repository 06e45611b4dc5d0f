//! Finds generic assignments without a regex: the same matches as the pattern that
//! [`scanner_rules::shape::assignment`] writes, at a thirtieth of its cost.
//!
//! The pattern's counted repetitions make a lazily built automaton grow with nearly every key it sees. Here the
//! words of keys are looked for with three table look-ups a byte, and what stands behind one is read by hand
//! ([`tail`]). The pattern stays the definition: a property test holds both against each other, and the
//! reference scanner knows only the pattern.

mod tail;

use std::ops::Range;

use crate::prefilter::native::{Fingerprints, SimdLevel};

/// Bytes that are looked at before what was seen in them is: a match ends the search.
const STRETCH_BYTES: usize = 256;

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
    prints: Fingerprints,
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
        let prints = Fingerprints::of_words(words.iter().map(|word| &**word));
        Self { words, tables, prints }
    }

    /// The leftmost match inside `range`; of several words at one place, that of the first.
    pub(crate) fn find(
        &self,
        level: SimdLevel,
        bytes: &[u8],
        range: Range<usize>,
    ) -> Option<Found> {
        let text = &bytes[..range.end];
        let mut at = range.start;
        while at < range.end {
            let stretch = at..(at + STRETCH_BYTES).min(range.end);
            let mut masks = [0; STRETCH_BYTES / 32];
            let done = self.prints.masks(level, bytes, stretch.clone(), &mut |mask, place| {
                masks[(place - stretch.start) / 32] = mask;
            });
            for (mask, start) in masks.iter_mut().zip((at..).step_by(32)) {
                while *mask != 0 {
                    let place = start + mask.trailing_zeros() as usize;
                    *mask &= *mask - 1;
                    if let Some(found) = self.at(text, place) {
                        return Some(found);
                    }
                }
            }
            let rest = done.min(stretch.end)..stretch.end;
            if let Some(found) = rest.into_iter().find_map(|place| self.at(text, place)) {
                return Some(found);
            }
            at = stretch.end;
        }
        None
    }

    /// A match that begins at `start`.
    #[inline]
    fn at(&self, text: &[u8], start: usize) -> Option<Found> {
        let [first, second, third] = &*self.tables;
        let three = text.get(start..)?.first_chunk::<3>()?;
        let mask = first[usize::from(three[0])]
            & second[usize::from(three[1])]
            & third[usize::from(three[2])];
        if mask == 0 { None } else { self.behind(text, start, mask) }
    }

    /// As [`Self::at`], where `mask` says which words may stand there.
    fn behind(&self, text: &[u8], start: usize, mask: u32) -> Option<Found> {
        let may_stand = |index: &usize| mask >> (index % 32) & 1 != 0;
        (0..self.words.len()).filter(may_stand).find_map(|index| {
            let word = &self.words[index];
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
    use crate::regexes::compile;
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
                "value", "Value", "default", "with", "[]byte(", "[]string{", ", _ ", ", err ", "().", "().decode(", "b", "@", "EOT", "$(cat ", "<<", "strip(", "get(", "os.env[", "i18n.t(", "&str", "&'static ", "[u8;4]", "hunter2horse", "s3cr",
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
                let levels = [SimdLevel::Scalar, SimdLevel::detect()];
                while let Some(wanted) = by_pattern(regex, &bytes, at) {
                    for level in levels {
                        prop_assert_eq!(search.find(level, &bytes, at..bytes.len()), Some(wanted));
                    }
                    at = wanted.start + 1;
                }
                for level in levels {
                    prop_assert_eq!(search.find(level, &bytes, at..bytes.len()), None);
                }
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
        let long = [b"token = abcd", &[b' '; 60][..]].concat();
        for level in [SimdLevel::Scalar, SimdLevel::detect()] {
            for text in [b"token = abcd", &*long] {
                let find = |range| search.find(level, text, range);
                assert_eq!(find(0..12), Some(Found { start: 0, value: 8 }));
                assert_eq!(find(0..11), None);
                assert_eq!(find(1..12), None);
                assert_eq!(find(1..text.len()), None);
            }
            assert_eq!(search.find(level, b"to", 0..2), None);
        }
    }
}
