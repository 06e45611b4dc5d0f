//! Sorting and merging the windows of one (rule, variant).

use super::SpanU32;

/// Sorts the windows and makes one of those whose gap is at most `gap` bytes. Returns how many are left; they
/// stand at the front, ascending and disjoint.
pub fn merge_windows(windows: &mut [SpanU32], gap: u32) -> usize {
    if windows.is_empty() {
        return 0;
    }
    windows.sort_unstable();
    let mut last = 0;
    for index in 1..windows.len() {
        let window = windows[index];
        if windows[last].is_near(window, gap) {
            windows[last] = windows[last].union(window);
        } else {
            last += 1;
            windows[last] = window;
        }
    }
    last + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_byte_stays_covered(
            spans in prop::collection::vec((0u32..1000, 0u32..50), 1..40),
            gap in 0u32..80,
        ) {
            let input: Vec<SpanU32> =
                spans.iter().map(|(start, len)| SpanU32::new(*start, start + len, *start)).collect();
            let mut merged = input.clone();
            let count = merge_windows(&mut merged, gap);
            let merged = &merged[..count];
            for window in &input {
                let covered = merged.iter().any(|m| {
                    m.start <= window.start && m.end >= window.end && m.anchor_hint <= window.anchor_hint
                });
                prop_assert!(covered);
            }
            for pair in merged.windows(2) {
                prop_assert!(pair[0].end + gap < pair[1].start);
            }
        }
    }
}
