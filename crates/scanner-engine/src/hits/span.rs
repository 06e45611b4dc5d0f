//! A compact half-open window with the place of the anchor that made it.

/// A window of a chunk. Invariant: `start <= anchor_hint <= end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
pub struct SpanU32 {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Where the first anchor of the window begins; the regex may start its search near it.
    pub anchor_hint: u32,
}

impl SpanU32 {
    /// A window whose hint is clamped into it.
    pub const fn new(start: u32, end: u32, anchor_hint: u32) -> Self {
        let end = if end < start { start } else { end };
        let hint = if anchor_hint < start {
            start
        } else if anchor_hint > end {
            end
        } else {
            anchor_hint
        };
        Self { start, end, anchor_hint: hint }
    }

    /// The smallest window that covers both, with the earlier hint. It only widens.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            start: if self.start < other.start { self.start } else { other.start },
            end: if self.end > other.end { self.end } else { other.end },
            anchor_hint: if self.anchor_hint < other.anchor_hint {
                self.anchor_hint
            } else {
                other.anchor_hint
            },
        }
    }

    /// Whether the gap between the two is at most `gap` bytes (overlapping ones have none).
    pub const fn is_near(self, other: Self, gap: u32) -> bool {
        self.start <= other.end.saturating_add(gap) && other.start <= self.end.saturating_add(gap)
    }
}
