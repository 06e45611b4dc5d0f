//! Half-open byte ranges, and the one place that says which coordinates they are in.
//!
//! [`Span`] counts in the buffer at hand (a chunk, or decoded bytes). [`RootSpan`] counts from the start of
//! the outermost object. Converting needs the chunk's base offset, so it is always visible in the code.

/// A half-open range of the buffer at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`; an end before the start is an empty range at the start.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// Bytes covered.
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether it covers nothing.
    pub const fn is_empty(self) -> bool {
        self.end == self.start
    }

    /// As a range for slicing.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same bytes counted from the start of the object, `base` being the offset of the buffer.
    pub const fn to_root(self, base: u64) -> RootSpan {
        RootSpan { start: base + self.start as u64, end: base + self.end as u64 }
    }
}

/// A half-open range of the outermost object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootSpan {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl RootSpan {
    /// Bytes covered.
    pub const fn len(self) -> u64 {
        self.end - self.start
    }

    /// Whether it covers nothing.
    pub const fn is_empty(self) -> bool {
        self.end == self.start
    }

    /// Whether the two share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_before_the_start_is_empty() {
        assert!(Span::new(5, 3).is_empty());
        assert_eq!(Span::new(5, 3).range(), 5..5);
    }

    #[test]
    fn root_span_adds_the_base() {
        assert_eq!(Span::new(2, 6).to_root(100), RootSpan { start: 102, end: 106 });
    }

    #[test]
    fn touching_spans_do_not_overlap() {
        let a = RootSpan { start: 0, end: 4 };
        assert!(!a.overlaps(RootSpan { start: 4, end: 5 }));
        assert!(a.overlaps(RootSpan { start: 3, end: 5 }));
    }
}
