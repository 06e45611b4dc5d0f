//! Takes anchors from a prefilter and files their windows in the pool, in the coordinates of the chunk.

use scanner_core::{RuleId, Variant};

use super::window::window;
use crate::hits::{HitAccPool, SpanU32};
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
    /// They are UTF-16 units narrowed to a byte each; the first unit stands at `base`, `len` is the chunk's.
    Utf16 { variant: Variant, base: u32, len: u32 },
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

    /// A sink for hits in UTF-16 text that was narrowed to one byte a unit: narrowed byte `i` is the unit at
    /// `base + 2 * i` of a chunk of `len` bytes.
    pub fn utf16(
        pool: &'a mut HitAccPool,
        reach: &'a [RuleReach],
        variant: Variant,
        base: u32,
        len: u32,
    ) -> Self {
        Self { pool, reach, frame: Frame::Utf16 { variant, base, len } }
    }

    /// Files the whole buffer as a window of `rule`.
    pub fn whole(&mut self, rule: RuleId) {
        let (variant, len) = match self.frame {
            Frame::Raw { len } => (Variant::Raw, len),
            Frame::Utf16 { variant, len, .. } => (variant, len),
        };
        self.pool.push(Target::new(rule, variant).pair(), SpanU32::new(0, len, 0));
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
            Frame::Utf16 { variant, base, len } => {
                let place = |at: u32| base.saturating_add(at.saturating_mul(2));
                let wide = width.saturating_mul(2);
                let window = window(place(from), place(to), wide, 2 * RADIUS, len);
                self.pool.push(Target::new(rule, variant).pair(), window);
            }
        }
    }
}
