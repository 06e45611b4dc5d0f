//! `ByteRing`: the most recent bytes of a stream, found again by their position in the stream.
//!
//! For looking back at a window whose right edge has just arrived, without keeping the stream. The
//! ring holds the last `capacity` bytes; positions are absolute `u64` offsets from the start of the
//! stream. What fell out is gone, and asking for it is answered with `false`: the caller decides
//! whether to produce the bytes again. Memory is taken once and never grows; bytes that were cleared
//! or overtaken are not wiped.

use std::fmt;
use std::ops::Range;

use crate::num::u64_from_usize;

/// The last bytes of a stream; see the module's text.
///
/// ```
/// use scanner_stdx::ByteRing;
/// let mut ring = ByteRing::with_capacity(4);
/// ring.push(b"abc");
/// ring.push(b"def");
/// let mut window = Vec::new();
/// assert!(ring.extract(3..6, &mut window));
/// assert_eq!(window, b"def");
/// assert!(!ring.extract(1..3, &mut window)); // "b" fell out
/// ```
#[derive(Clone)]
pub struct ByteRing {
    bytes: Box<[u8]>,
    /// Where in `bytes` the next byte goes.
    head: usize,
    /// Number of bytes held.
    len: usize,
    /// Offset in the stream of the next byte.
    end: u64,
}

const _: () = assert!(size_of::<ByteRing>() == 40);

impl ByteRing {
    /// A ring that remembers `capacity` bytes. Zero is legal and remembers nothing.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: vec![0; capacity].into(), head: 0, len: 0, end: 0 }
    }

    /// Number of bytes the ring remembers at most.
    pub const fn capacity(&self) -> usize {
        self.bytes.len()
    }

    /// Offset in the stream of the oldest byte remembered.
    pub const fn start_offset(&self) -> u64 {
        self.end - u64_from_usize(self.len)
    }

    /// Offset in the stream behind the newest byte: the number of bytes pushed.
    pub const fn end_offset(&self) -> u64 {
        self.end
    }

    /// Forgets everything and begins a new stream at offset 0.
    pub const fn clear(&mut self) {
        self.head = 0;
        self.len = 0;
        self.end = 0;
    }

    /// Appends `data` to the stream.
    ///
    /// # Panics
    /// When the stream grows beyond 2^64 bytes.
    pub fn push(&mut self, data: &[u8]) {
        let capacity = self.bytes.len();
        self.end =
            self.end.checked_add(u64_from_usize(data.len())).expect("no stream is that long");
        let kept = &data[data.len().saturating_sub(capacity)..];
        let (before_wrap, after_wrap) = kept.split_at(kept.len().min(capacity - self.head));
        self.bytes[self.head..][..before_wrap.len()].copy_from_slice(before_wrap);
        self.bytes[..after_wrap.len()].copy_from_slice(after_wrap);
        self.head = wrap(self.head + kept.len(), capacity);
        self.len = (self.len + kept.len()).min(capacity);
    }

    /// The bytes at stream offsets `range`, in at most two pieces; `None` when one of them fell out
    /// or has not been pushed, or when the range runs backwards.
    pub fn pieces(&self, range: Range<u64>) -> Option<(&[u8], &[u8])> {
        let remembered = self.start_offset() <= range.start && range.end <= self.end;
        if !remembered || range.start > range.end {
            return None;
        }
        // Both fit `usize`: they are at most `len`.
        let back = (self.end - range.start) as usize;
        let wanted = (range.end - range.start) as usize;
        let capacity = self.bytes.len();
        let first = wrap(self.head + capacity - back, capacity);
        let before_wrap = wanted.min(capacity - first);
        Some((&self.bytes[first..][..before_wrap], &self.bytes[..wanted - before_wrap]))
    }

    /// Replaces the contents of `out` with the bytes at stream offsets `range`.
    ///
    /// Returns `false`, with `out` empty, where [`Self::pieces`] returns `None`. Does not allocate
    /// when `out` has the capacity.
    #[must_use = "false means that the bytes are not there"]
    pub fn extract(&self, range: Range<u64>, out: &mut Vec<u8>) -> bool {
        out.clear();
        let Some((first, second)) = self.pieces(range) else { return false };
        out.extend_from_slice(first);
        out.extend_from_slice(second);
        true
    }
}

/// `position % capacity` for a position below twice the capacity; 0 without capacity.
const fn wrap(position: usize, capacity: usize) -> usize {
    if position >= capacity { position - capacity } else { position }
}

/// Shows the offsets only: the bytes may hold a secret.
impl fmt::Debug for ByteRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteRing")
            .field("capacity", &self.capacity())
            .field("start_offset", &self.start_offset())
            .field("end_offset", &self.end)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Compares every range of the stream so far, and some beyond it, with the whole stream kept.
    fn check(ring: &ByteRing, stream: &[u8]) {
        let oldest = stream.len().saturating_sub(ring.capacity());
        assert_eq!(ring.start_offset(), oldest as u64);
        assert_eq!(ring.end_offset(), stream.len() as u64);
        let mut out = vec![0xEE];
        for start in oldest.saturating_sub(2)..stream.len() + 2 {
            for end in start.saturating_sub(1)..stream.len() + 2 {
                let found = ring.extract(start as u64..end as u64, &mut out);
                let expected = if start >= oldest { stream.get(start..end) } else { None };
                assert_eq!(found, expected.is_some(), "{start}..{end}");
                assert_eq!(out, expected.unwrap_or_default(), "{start}..{end}");
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_whole_stream(
            capacity in 0_usize..20,
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..30), 0..8),
        ) {
            let mut ring = ByteRing::with_capacity(capacity);
            let mut stream = Vec::new();
            for piece in &pieces {
                ring.push(piece);
                stream.extend_from_slice(piece);
                check(&ring, &stream);
            }
            ring.clear();
            check(&ring, &[]);
            ring.push(b"again");
            check(&ring, b"again");
        }
    }

    #[test]
    fn far_and_backward_ranges_are_refused() {
        let mut ring = ByteRing::with_capacity(8);
        ring.push(b"12345678");
        assert!(ring.pieces(0..u64::MAX).is_none());
        assert!(ring.pieces(u64::MAX..u64::MAX).is_none());
        let backward = Range { start: 5, end: 3 };
        assert!(ring.pieces(backward).is_none());
    }
}
