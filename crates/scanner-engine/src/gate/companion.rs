//! The other parts of a credential of several parts.

use std::ops::Range;

use regex_automata::{Input, meta::Regex};
use scanner_rules::PARTS_MAX;

use super::{Candidate, Stage, Verdict};
use crate::regexes::compile;
use crate::rule::CompanionCompiled;

/// Whether each companion matches within the gate's distance of the match, outside the secret itself.
pub(crate) fn passes(gate: &CompanionCompiled, candidate: &Candidate<'_>) -> Verdict {
    let around = candidate.around(gate.distance as usize);
    let is_required = |number: usize| gate.parts.get(number).is_none_or(|part| part.required);
    let needed = (0..gate.patterns.len()).filter(|number| is_required(*number));
    let all = needed.map(|number| (&gate.regexes[number], &gate.patterns[number])).all(
        |(lazy, pattern)| {
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
        },
    );
    if all { Ok(()) } else { Err(Stage::Companion) }
}

/// Where each part that findings tell of stands: the match nearest to the secret, of two as near the one before it. Like
/// the gate it looks no farther than the distance, so it is the same however windows and chunks were cut.
pub(crate) fn parts(gate: &CompanionCompiled, candidate: &Candidate<'_>) -> Parts {
    let around = candidate.around(gate.distance as usize);
    let mut parts = Parts::default();
    for (number, slot) in parts.iter_mut().enumerate().take(gate.parts.len()) {
        let regex = gate.regexes[number].get_or_init(|| compile(&gate.patterns[number]));
        *slot = nearest(regex, candidate, around.clone());
    }
    parts
}

/// Places of parts, by their number.
pub(crate) type Parts = [Option<Range<usize>>; PARTS_MAX];

fn nearest(regex: &Regex, candidate: &Candidate<'_>, around: Range<usize>) -> Option<Range<usize>> {
    let (from, to) = (candidate.secret_start, candidate.secret_end);
    let mut nearest: Option<(usize, Range<usize>)> = None;
    let mut at = around.start;
    while at < around.end {
        let input = Input::new(candidate.bytes).range(at..around.end);
        let mut slots = [None; 4];
        if regex.search_slots(&input, &mut slots).is_none() {
            break;
        }
        let span = |first: usize| Some(slots[first]?.get()..slots[first + 1]?.get());
        let Some(whole) = span(0) else { break };
        let is_apart = whole.end <= from || whole.start >= to;
        at = if is_apart { whole.end.max(whole.start + 1) } else { whole.start + 1 };
        let gap = from.saturating_sub(whole.end).max(whole.start.saturating_sub(to));
        if is_apart && nearest.as_ref().is_none_or(|(least, _)| gap < *least) {
            let part = span(2).filter(|part| !part.is_empty()).unwrap_or(whole);
            nearest = Some((gap, part));
        }
    }
    nearest.map(|(_, part)| part)
}

#[cfg(test)]
mod tests {
    use super::super::tests::with;
    use super::*;
    use crate::rule::LazyRegex;

    /// A gate whose first patterns are parts that are required or not.
    fn gate(patterns: &[&str], parts: &[bool], distance: u32) -> CompanionCompiled {
        let part = |required: &bool| scanner_rules::PartSpec {
            name: "id".into(),
            public: true,
            required: *required,
        };
        CompanionCompiled {
            patterns: patterns.iter().map(|pattern| (*pattern).into()).collect(),
            regexes: patterns.iter().map(|_| LazyRegex::new()).collect(),
            parts: parts.iter().map(part).collect(),
            distance,
        }
    }

    #[test]
    fn the_part_is_the_nearest_match_outside_the_secret() {
        let gate = gate(&["id_([0-9]{4})", "zone=[a-z]+"], &[true, false], 24);
        for (text, id, zone) in [
            ("id_1111 id_2222 key «abcdef»", Some("2222"), None),
            ("id_1111 key «abcdef» id_2222", Some("2222"), None),
            ("id_1111 «abcdef» id_2222", Some("1111"), None),
            ("«abcdef» id_1111 zone=eu", Some("1111"), Some("zone=eu")),
            ("zone=eu «id_1234» id_5678", Some("5678"), Some("zone=eu")),
            ("zone=eu «id_1234»", None, Some("zone=eu")),
            ("id_1111 and some more text in between «abcdef»", None, None),
        ] {
            let told = with(text, |c| {
                let of =
                    |place: Range<usize>| String::from_utf8_lossy(&c.bytes[place]).into_owned();
                assert_eq!(passes(&gate, c).is_ok(), id.is_some(), "{text}");
                parts(&gate, c).map(|place| place.map(of))
            });
            assert_eq!(told, [id.map(str::to_owned), zone.map(str::to_owned)], "{text}");
        }
    }

    #[test]
    fn a_companion_must_stand_nearby_and_outside() {
        let gate = gate(&["id_[0-9]{4}"], &[], 20);
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
