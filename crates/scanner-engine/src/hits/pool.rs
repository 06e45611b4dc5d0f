//! `HitAccPool`: the windows of every (rule, variant) pair, in one allocation of fixed stride.
//!
//! The seeds size it for 2,048 windows a pair, which for 3,000 pairs is 73 MiB a worker. Windows arrive in
//! ascending order and mostly next to each other, so they are merged as they arrive and 16 a pair are
//! enough: a pair that needs more coalesces, which only widens. The memory is taken zeroed from the system,
//! so pairs that nobody touches cost no pages, and a reset costs what was touched.

use scanner_stdx::ScratchVec;

use super::{SpanU32, merge_windows};

/// Per-pair metadata, loaded at once: sixteen stand in a cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct PairMeta {
    /// Windows collected.
    len: u16,
    /// Whether windows had to be coalesced.
    coalesced: u8,
    pad: u8,
}

const _: () = assert!(size_of::<PairMeta>() == 4);
const _: () = assert!(size_of::<SpanU32>() == 12);

/// Words of a window in the flat table.
const SPAN_WORDS: usize = 3;

/// A pool cannot be made with these sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// Fewer than two windows a pair: nothing could be coalesced.
    #[error("a pair needs room for at least two windows")]
    TooFewWindows,
    /// The table would not fit in memory.
    #[error("{pairs} pairs of {windows} windows are too many")]
    TooLarge {
        /// Pairs asked for.
        pairs: usize,
        /// Windows a pair.
        windows: u16,
    },
}

/// Collects windows by pair. Invariant: a pair is in `touched` exactly once when its `len` is not 0.
#[derive(Debug)]
pub struct HitAccPool {
    meta: Vec<u32>,
    windows: Vec<u32>,
    touched: ScratchVec<u32>,
    stride: u16,
    merge_gap: u32,
    coalesce_gap: u32,
    coalescings: u64,
}

impl HitAccPool {
    /// A pool for `pairs` pairs of at most `stride` windows.
    ///
    /// # Errors
    ///
    /// The sizes are unusable.
    pub fn new(
        pairs: usize,
        stride: u16,
        merge_gap: u32,
        coalesce_gap: u32,
    ) -> Result<Self, PoolError> {
        if stride < 2 {
            return Err(PoolError::TooFewWindows);
        }
        let too_large = PoolError::TooLarge { pairs, windows: stride };
        let words = pairs
            .checked_mul(usize::from(stride))
            .and_then(|n| n.checked_mul(SPAN_WORDS))
            .filter(|_| u32::try_from(pairs).is_ok())
            .ok_or(too_large)?;
        Ok(Self {
            // Integer vectors come zeroed from the system without being touched.
            meta: vec![0; pairs],
            windows: vec![0; words],
            touched: ScratchVec::with_capacity(pairs),
            stride,
            merge_gap,
            coalesce_gap,
            coalescings: 0,
        })
    }

    /// How many pairs there are.
    pub fn pair_count(&self) -> usize {
        self.meta.len()
    }

    /// The pairs that have windows, in the order of their first window.
    pub fn touched(&self) -> &[u32] {
        self.touched.as_slice()
    }

    /// How often a pair ran out of room since the pool was made.
    pub fn coalescings(&self) -> u64 {
        self.coalescings
    }

    fn meta_of(&self, pair: u32) -> PairMeta {
        let [low, high, coalesced, pad] = self.meta[pair as usize].to_le_bytes();
        PairMeta { len: u16::from_le_bytes([low, high]), coalesced, pad }
    }

    fn set_meta(&mut self, pair: u32, meta: PairMeta) {
        let [low, high] = meta.len.to_le_bytes();
        self.meta[pair as usize] = u32::from_le_bytes([low, high, meta.coalesced, meta.pad]);
    }

    fn slot(&self, pair: u32, index: u16) -> usize {
        (pair as usize * usize::from(self.stride) + usize::from(index)) * SPAN_WORDS
    }

    fn get(&self, pair: u32, index: u16) -> SpanU32 {
        let at = self.slot(pair, index);
        let words = &self.windows[at..at + SPAN_WORDS];
        SpanU32 { start: words[0], end: words[1], anchor_hint: words[2] }
    }

    fn put(&mut self, pair: u32, index: u16, window: SpanU32) {
        let at = self.slot(pair, index);
        let words = &mut self.windows[at..at + SPAN_WORDS];
        words.copy_from_slice(&[window.start, window.end, window.anchor_hint]);
    }

    /// Adds a window to a pair. A window near the pair's last one widens it.
    #[inline]
    pub fn push(&mut self, pair: u32, window: SpanU32) {
        let mut meta = self.meta_of(pair);
        if meta.len == 0 {
            self.touched.push(pair);
        } else {
            let last = self.get(pair, meta.len - 1);
            if last.is_near(window, self.merge_gap) {
                self.put(pair, meta.len - 1, last.union(window));
                return;
            }
        }
        if meta.len == self.stride {
            meta = self.coalesce(pair, meta);
        }
        self.put(pair, meta.len, window);
        meta.len += 1;
        self.set_meta(pair, meta);
    }

    /// Makes room in a full pair: merges at growing gaps until at most half the windows are left. Nothing is
    /// lost; windows become wider.
    #[cold]
    #[inline(never)]
    fn coalesce(&mut self, pair: u32, mut meta: PairMeta) -> PairMeta {
        self.coalescings += 1;
        let mut spans = [SpanU32::default(); 256];
        let mut count = usize::from(meta.len).min(spans.len());
        let kept_whole = count == usize::from(meta.len);
        for (index, span) in spans[..count].iter_mut().enumerate() {
            *span = self.get(pair, index as u16);
        }
        if !kept_whole {
            // A stride over 256 is folded into one window at once.
            for index in count..usize::from(meta.len) {
                spans[0] = spans[0].union(self.get(pair, index as u16));
            }
        }
        let mut gap = self.coalesce_gap;
        loop {
            count = merge_windows(&mut spans[..count], gap);
            if count <= usize::from(self.stride / 2).max(1) {
                break;
            }
            gap = gap.saturating_mul(2);
        }
        for (index, span) in spans[..count].iter().enumerate() {
            self.put(pair, index as u16, *span);
        }
        meta.len = count as u16;
        meta.coalesced = 1;
        meta
    }

    /// Moves the windows of a pair to `out` (cleared first), sorted and merged, and empties the pair. The
    /// pair stays in [`HitAccPool::touched`] until the reset.
    pub fn take_into(&mut self, pair: u32, out: &mut Vec<SpanU32>) {
        let meta = self.meta_of(pair);
        out.clear();
        out.extend((0..meta.len).map(|index| self.get(pair, index)));
        let count = merge_windows(out, self.merge_gap);
        out.truncate(count);
        self.set_meta(pair, PairMeta::default());
    }

    /// Sorts the touched pairs, so that what follows does not depend on the order of hits.
    pub fn sort_touched(&mut self) {
        self.touched.as_mut_slice().sort_unstable();
    }

    /// Empties all pairs in time proportional to those touched.
    pub fn reset(&mut self) {
        for index in 0..self.touched.len() {
            let pair = self.touched.as_slice()[index];
            self.meta[pair as usize] = 0;
        }
        self.touched.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_sizes_are_refused() {
        assert_eq!(HitAccPool::new(3, 1, 64, 128).unwrap_err(), PoolError::TooFewWindows);
        assert!(matches!(
            HitAccPool::new(usize::MAX / 4, 16, 64, 128).unwrap_err(),
            PoolError::TooLarge { .. }
        ));
    }

    #[test]
    fn take_empties_and_reset_forgets() {
        let mut pool = HitAccPool::new(3, 4, 0, 8).unwrap();
        pool.push(2, SpanU32::new(10, 20, 12));
        pool.push(0, SpanU32::new(1, 2, 1));
        assert_eq!(pool.touched(), [2, 0]);
        let mut out = Vec::new();
        pool.take_into(2, &mut out);
        assert_eq!(out, [SpanU32::new(10, 20, 12)]);
        pool.take_into(2, &mut out);
        assert!(out.is_empty());
        pool.reset();
        assert!(pool.touched().is_empty());
        pool.take_into(0, &mut out);
        assert!(out.is_empty());
    }

    proptest! {
        #[test]
        fn nothing_pushed_is_ever_uncovered(
            pushes in prop::collection::vec((0u32..4, 0u32..100_000, 1u32..300), 1..300),
            stride in 2u16..20,
        ) {
            let mut pool = HitAccPool::new(4, stride, 64, 128).unwrap();
            for (pair, start, len) in &pushes {
                pool.push(*pair, SpanU32::new(*start, start + len, *start));
            }
            let mut out = Vec::new();
            for pair in 0..4 {
                pool.take_into(pair, &mut out);
                prop_assert!(out.len() <= usize::from(stride));
                for (_, start, len) in pushes.iter().filter(|(p, _, _)| *p == pair) {
                    let covered = out.iter().any(|w| {
                        w.start <= *start && w.end >= start + len && w.anchor_hint <= *start
                    });
                    prop_assert!(covered);
                }
            }
        }
    }
}
