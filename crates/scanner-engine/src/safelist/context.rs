//! First tier: what stands around the secret on its line.

use regex_automata::{Input, meta::Regex};

use crate::gate::Candidate;

/// Bytes of the line looked at on either side of the secret.
const REACH: usize = 64;

/// Whether the surroundings show a redaction or a sample. The secret itself is covered for the judgement only as
/// far as the patterns span it.
pub(super) fn is_placeholder(patterns: &Regex, candidate: &Candidate<'_>) -> bool {
    any(patterns, candidate, |_, _| true)
}

/// Whether the secret is a part of a template, or stands directly beside one. A template elsewhere on the line
/// says nothing: `curl -u ops:… https://{{ host }}/`.
pub(super) fn is_template(patterns: &Regex, candidate: &Candidate<'_>) -> bool {
    any(patterns, candidate, |start, end| {
        start <= candidate.secret_end && end >= candidate.secret_start
    })
}

/// Whether a pattern fits there, at a place that is `wanted`.
fn any(patterns: &Regex, candidate: &Candidate<'_>, wanted: impl Fn(usize, usize) -> bool) -> bool {
    let before = candidate.line_before(REACH).len();
    let behind = candidate.line_behind(REACH).len();
    let range = candidate.secret_start - before..candidate.secret_end + behind;
    let mut at = range.start;
    // A pattern must touch what is not the secret: the secret alone is the second tier's affair.
    while let Some(found) = patterns.search(&Input::new(candidate.bytes).range(at..range.end)) {
        let is_beyond =
            found.start() < candidate.secret_start || found.end() > candidate.secret_end;
        if is_beyond && wanted(found.start(), found.end()) {
            return true;
        }
        at = found.start() + 1;
        if at >= range.end {
            break;
        }
    }
    false
}
