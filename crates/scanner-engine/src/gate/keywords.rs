//! Words of which one must stand near the match.

use super::{Candidate, Stage, Verdict};
use crate::rule::NearCompiled;

/// Whether one of the words stands within the gate's distance of the match, in any case.
pub(crate) fn passes(gate: &NearCompiled, candidate: &Candidate<'_>) -> Verdict {
    let around = candidate.around(gate.distance as usize);
    if gate.words.any_in_ignoring_case(&candidate.bytes[around]) {
        Ok(())
    } else {
        Err(Stage::Keywords)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::with;
    use super::*;
    use crate::packed::PackedPatterns;

    #[test]
    fn words_count_within_the_distance() {
        let gate =
            |distance| NearCompiled { words: PackedPatterns::new([b"azure".as_slice()]), distance };
        let text = "AZURE key: «abcdef»";
        with(text, |c| {
            assert_eq!(passes(&gate(16), c), Ok(()));
            assert_eq!(passes(&gate(5), c), Err(Stage::Keywords));
        });
    }
}
