//! Literals that a match contains: single ones and all of several.

use super::{Candidate, Stage, Verdict};
use crate::contains::contains;
use crate::packed::PackedPatterns;

/// Whether all literals stand in the match.
pub(crate) fn passes(all: &PackedPatterns, candidate: &Candidate<'_>) -> Verdict {
    if all.all_in(candidate.matched()) { Ok(()) } else { Err(Stage::ConfirmAll) }
}

/// Whether the literal stands in the match.
pub(crate) fn must_contain(literal: &[u8], candidate: &Candidate<'_>) -> Verdict {
    if contains(candidate.matched(), literal) { Ok(()) } else { Err(Stage::MustContain) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::with;
    use super::*;

    #[test]
    fn all_literals_must_stand_in_the_match() {
        let all = PackedPatterns::new([b"ab".as_slice(), b"yz"]);
        with("«ab--yz»", |c| assert_eq!(passes(&all, c), Ok(())));
        with("«ab--»yz", |c| assert_eq!(passes(&all, c), Err(Stage::ConfirmAll)));
        with("«ab»", |c| assert_eq!(must_contain(b"c", c), Err(Stage::MustContain)));
        with("«ab»", |c| assert_eq!(must_contain(b"b", c), Ok(())));
    }
}
