//! The other parts of a credential of several parts.

use regex_automata::{Input, meta::Regex};

use super::{Candidate, Stage, Verdict};
use crate::confirm::compile;
use crate::rule::CompanionCompiled;

/// Whether each companion matches within the gate's distance of the match, outside the secret itself.
pub(crate) fn passes(gate: &CompanionCompiled, candidate: &Candidate<'_>) -> Verdict {
    let around = candidate.around(gate.distance as usize);
    let all = gate.regexes.iter().zip(&gate.patterns).all(|(lazy, pattern)| {
        let regex: &Regex = lazy.get_or_init(|| compile(pattern));
        let mut at = around.start;
        while at < around.end {
            let input = Input::new(candidate.bytes).range(at..around.end);
            let Some(found) = regex.search(&input) else { return false };
            if found.end() <= candidate.secret_start || found.start() >= candidate.secret_end {
                return true;
            }
            at = found.start() + 1;
        }
        false
    });
    if all { Ok(()) } else { Err(Stage::Companion) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::with;
    use super::*;
    use crate::rule::LazyRegex;

    #[test]
    fn a_companion_must_stand_nearby_and_outside() {
        let gate = CompanionCompiled {
            patterns: vec!["id_[0-9]{4}".into()].into_boxed_slice(),
            regexes: vec![LazyRegex::new()].into_boxed_slice(),
            distance: 20,
        };
        for (text, ok) in [
            ("id_1234 key «abcdef»", true),
            ("«abcdef» for id_1234", true),
            ("id_1234 and some more text in between «abcdef»", false),
            ("«id_1234»", false),
        ] {
            assert_eq!(with(text, |c| passes(&gate, c)).is_ok(), ok, "{text}");
        }
    }
}
