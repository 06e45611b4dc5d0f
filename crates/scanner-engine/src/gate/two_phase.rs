//! A narrow look around the anchor before the wide window is searched.

use super::{Stage, Verdict};
use crate::rule::TwoPhaseCompiled;

/// Whether one of the literals stands within the radius of the anchor at `hint`.
pub(crate) fn passes(
    gate: &TwoPhaseCompiled,
    bytes: &[u8],
    hint: usize,
    window_end: usize,
) -> Verdict {
    let radius = gate.seed_radius as usize;
    let from = hint.saturating_sub(radius);
    // A merged window holds several anchors and remembers the first, so its whole tail is near one.
    let to = hint.saturating_add(radius).max(window_end).min(bytes.len());
    if gate.confirm.any_in(&bytes[from.min(to)..to]) { Ok(()) } else { Err(Stage::TwoPhase) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packed::PackedPatterns;

    #[test]
    fn a_literal_near_the_anchor_passes() {
        let confirm = PackedPatterns::new([b"KEY".as_slice()]);
        let gate = TwoPhaseCompiled { confirm, seed_radius: 9 };
        assert_eq!(passes(&gate, b"KEY 1234 anchor", 9, 15), Ok(()));
        assert_eq!(passes(&gate, b"KEY 1234567890 anchor", 15, 21), Err(Stage::TwoPhase));
    }
}
