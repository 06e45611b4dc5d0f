//! From an anchor to the window that holds every match it can belong to: pure, saturating arithmetic.

use super::RuleReach;
use crate::hits::SpanU32;

/// The window for an anchor at `from..to` in a buffer of `len` bytes, for a rule whose matches reach so far: any match
/// that contains the anchor lies inside. `radius` bytes are added on either side.
///
/// The seeds' form is `lo = to - (width + radius)`, `hi = to + radius` with a radius that covers what lies
/// behind the anchor; here what lies behind is `width` too.
pub const fn window(from: u32, to: u32, reach: RuleReach, radius: u32, len: u32) -> SpanU32 {
    let width = reach.width.saturating_add(radius);
    let before = from.saturating_sub(reach.before.saturating_add(radius));
    let lo = to.saturating_sub(width);
    let lo = if before > lo { before } else { lo };
    let hi = from.saturating_add(width);
    let hi = if hi > len { len } else { hi };
    let lo = if lo > hi { hi } else { lo };
    SpanU32::new(lo, hi, from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_match_around_the_anchor_lies_inside(
            start in 0u32..10_000,
            width in 1u32..500,
            inside in 0u32..499,
            radius in 0u32..100,
            tail in 0u32..1000,
        ) {
            // A match of `width` bytes at `start`, with an anchor of one byte inside it.
            let from = start + inside % width;
            let len = start + width + tail;
            let before = if tail % 2 == 0 { u32::MAX } else { inside % width };
            let window = window(from, from + 1, RuleReach { width, before }, radius, len);
            prop_assert!(tail % 2 == 0 || window.start + before + radius >= from);
            prop_assert!(window.start <= start);
            prop_assert!(window.end >= (start + width).min(len));
            prop_assert!(window.end <= len);
            prop_assert!(window.anchor_hint == from);
        }

        #[test]
        fn nothing_overflows(from in any::<u32>(), width in any::<u32>(), before in any::<u32>(), radius in any::<u32>(), len in any::<u32>()) {
            let reach = RuleReach { width, before };
            let window = window(from, from.saturating_add(3), reach, radius, len);
            prop_assert!(window.start <= window.end && window.end <= len.max(window.start));
        }
    }
}
