//! Takes anchors from a prefilter and files their windows in the pool, in the coordinates of the chunk.

use scanner_core::{RuleId, Variant};

use super::window::window;
use crate::hits::HitAccPool;
use crate::rule::Target;

/// How far a rule's matches reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleReach {
    /// Widest match in bytes of text.
    pub width: u32,
}

/// Bytes added to either side of a window, so that what stands next to a match is inside.
const RADIUS: u32 = 8;

/// Where the bytes that a prefilter sees stand in the chunk.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// They are the chunk.
    Raw { len: u32 },
    /// They are the low bytes of UTF-16 units, the first of which stands at `base`; `len` is the chunk's.
    Utf16 { base: u32, len: u32 },
}

/// Files hits as windows.
#[derive(Debug)]
pub struct HitSink<'a> {
    pool: &'a mut HitAccPool,
    reach: &'a [RuleReach],
    frame: Frame,
}

impl<'a> HitSink<'a> {
    /// A sink for hits in the chunk's own bytes.
    pub fn raw(pool: &'a mut HitAccPool, reach: &'a [RuleReach], len: u32) -> Self {
        Self { pool, reach, frame: Frame::Raw { len } }
    }

    /// A sink for hits in UTF-16 text that was narrowed to one byte a unit: narrowed byte `i` is the low
    /// byte at `base + 2 * i` of a chunk of `len` bytes.
    pub fn utf16(pool: &'a mut HitAccPool, reach: &'a [RuleReach], base: u32, len: u32) -> Self {
        Self { pool, reach, frame: Frame::Utf16 { base, len } }
    }

    /// Files an anchor of `rule` at `from..to` of the bytes that the prefilter sees.
    #[inline]
    pub fn hit(&mut self, rule: RuleId, from: u32, to: u32) {
        let width = self.reach[rule.index()].width;
        match self.frame {
            Frame::Raw { len } => {
                let window = window(from, to, width, RADIUS, len);
                self.pool.push(Target::new(rule, Variant::Raw).pair(), window);
            }
            Frame::Utf16 { base, len } => {
                let place = |at: u32| base.saturating_add(at.saturating_mul(2));
                let (from, to) = (place(from), place(to));
                // Either byte order may be meant: the low byte comes first (LE) or second (BE), which shifts
                // the text by one. Confirming decides.
                let wide = width.saturating_mul(2);
                let window = window(from, to, wide, 2 * RADIUS, len);
                self.pool.push(Target::new(rule, Variant::Utf16Le).pair(), window);
                self.pool.push(Target::new(rule, Variant::Utf16Be).pair(), window);
            }
        }
    }
}
