//! First tier: what stands around the secret on its line.

use regex_automata::{Input, meta::Regex};

use crate::gate::Candidate;

/// Bytes of the line looked at on either side of the secret.
const REACH: usize = 64;

/// Whether the surroundings show a template, a redaction or a sample. The secret itself is covered for the
/// judgement only as far as the patterns span it.
pub(super) fn is_placeholder(patterns: &Regex, candidate: &Candidate<'_>) -> bool {
    let before = candidate.line_before(REACH).len();
    let behind = candidate.line_behind(REACH).len();
    let range = candidate.secret_start - before..candidate.secret_end + behind;
    let mut at = range.start;
    // A pattern must touch what is not the secret: the secret alone is the second tier's affair.
    while let Some(found) = patterns.search(&Input::new(candidate.bytes).range(at..range.end)) {
        if found.start() < candidate.secret_start || found.end() > candidate.secret_end {
            return true;
        }
        at = found.start() + 1;
        if at >= range.end {
            break;
        }
    }
    false
}
