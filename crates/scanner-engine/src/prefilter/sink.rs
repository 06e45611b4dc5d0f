//! Takes anchors from a prefilter and files their windows in the pool, in the coordinates of the chunk.

use std::ops::Range;

use scanner_core::{RuleId, Variant};

use super::Target;
use super::stream::StreamHits;
use super::window::window;
use crate::hits::{HitAccPool, SpanU32};

/// How far a rule's matches reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleReach {
    /// Widest match in bytes of text.
    pub width: u32,
    /// How far before an anchor a match may begin; [`u32::MAX`] where only the width says it.
    pub before: u32,
}

impl RuleReach {
    /// The same in text of two bytes a character.
    const fn doubled(self) -> Self {
        Self { width: self.width.saturating_mul(2), before: self.before.saturating_mul(2) }
    }
}

/// Bytes added to either side of a window, so that what stands next to a match is inside.
pub(crate) const RADIUS: u32 = 8;

/// Where the bytes that a prefilter sees stand in the chunk.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// They are the chunk.
    Raw { len: u32 },
    /// They are the chunk; anchors that begin at `from..to` are listed.
    Collect { from: u32, to: u32 },
    /// They are UTF-16 units narrowed to a byte each; the first unit stands at `base`, `len` is the chunk's.
    Utf16 { variant: Variant, base: u32, len: u32 },
    /// They are part of a stream and only listed; in UTF-16 they are units narrowed to a byte each.
    Stream { variant: Variant },
}

/// Takes anchors by their places.
pub trait HitCollector: std::fmt::Debug {
    /// Takes an anchor of `rule` at `from..to`.
    fn hit(&mut self, rule: RuleId, from: u32, to: u32);

    /// A rule may match everywhere.
    fn whole(&mut self);
}

/// Files hits as windows.
#[derive(Debug)]
pub struct HitSink<'a> {
    /// Where windows go; none where hits are only listed.
    pool: Option<&'a mut HitAccPool>,
    reach: &'a [RuleReach],
    frame: Frame,
    list: Option<&'a mut dyn HitCollector>,
    stream: Option<&'a mut StreamHits>,
}

impl<'a> HitSink<'a> {
    /// A sink for hits in the chunk's own bytes.
    pub fn raw(pool: &'a mut HitAccPool, reach: &'a [RuleReach], len: u32) -> Self {
        Self { pool: Some(pool), reach, frame: Frame::Raw { len }, list: None, stream: None }
    }

    /// A sink that lists hits and makes no windows: those of anchors that begin at `places` of the chunk.
    pub fn collecting(list: &'a mut dyn HitCollector, places: Range<u32>) -> Self {
        let frame = Frame::Collect { from: places.start, to: places.end };
        Self { pool: None, reach: &[], frame, list: Some(list), stream: None }
    }

    /// A sink that lists hits by their places in the bytes that the prefilter sees, which are part of a stream.
    pub(super) fn stream(hits: &'a mut StreamHits, variant: Variant) -> Self {
        let frame = Frame::Stream { variant };
        Self { pool: None, reach: &[], frame, list: None, stream: Some(hits) }
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
        let frame = Frame::Utf16 { variant, base, len };
        Self { pool: Some(pool), reach, frame, list: None, stream: None }
    }

    /// Files the whole buffer as a window of `rule`.
    pub fn whole(&mut self, rule: RuleId) {
        if let Some(list) = &mut self.list {
            list.whole();
        }
        let (variant, len) = match self.frame {
            Frame::Raw { len } => (Variant::Raw, len),
            Frame::Utf16 { variant, len, .. } => (variant, len),
            Frame::Collect { .. } => return,
            Frame::Stream { .. } => {
                if let Some(hits) = &mut self.stream {
                    hits.is_everywhere = true;
                }
                return;
            }
        };
        self.push(Target::new(rule, variant), SpanU32::new(0, len, 0));
    }

    /// Files an anchor of `rule` at `from..to` of the bytes that the prefilter sees.
    #[inline]
    pub fn hit(&mut self, rule: RuleId, from: u32, to: u32) {
        match self.frame {
            Frame::Raw { len } => {
                let window = window(from, to, self.reach[rule.index()], RADIUS, len);
                self.push(Target::new(rule, Variant::Raw), window);
            }
            Frame::Utf16 { variant, base, len } => {
                let place = |at: u32| base.saturating_add(at.saturating_mul(2));
                let reach = self.reach[rule.index()].doubled();
                let window = window(place(from), place(to), reach, 2 * RADIUS, len);
                self.push(Target::new(rule, variant), window);
            }
            Frame::Stream { variant } => {
                if let Some(hits) = &mut self.stream {
                    hits.list.push((rule, variant, from, to));
                }
            }
            Frame::Collect { from: first, to: last } => {
                if let Some(list) = self.list.as_mut().filter(|_| (first..last).contains(&from)) {
                    list.hit(rule, from, to);
                }
            }
        }
    }

    /// Files an anchor of `rule` in UTF-16 text at `from..to` of the chunk itself. Where hits are listed these are not:
    /// such text is looked for in the whole object.
    #[cfg(feature = "vectorscan")]
    pub fn hit_wide(&mut self, rule: RuleId, variant: Variant, from: u32, to: u32) {
        let Frame::Raw { len } = self.frame else { return };
        let window = window(from, to, self.reach[rule.index()].doubled(), 2 * RADIUS, len);
        self.push(Target::new(rule, variant), window);
    }

    /// Files a window that a prefilter has made itself, cut to the chunk.
    #[cfg(feature = "vectorscan")]
    pub fn window(&mut self, rule: RuleId, variant: Variant, span: SpanU32) {
        let Frame::Raw { len } = self.frame else { return };
        let (start, end) = (span.start.min(len), span.end.min(len));
        self.push(Target::new(rule, variant), SpanU32::new(start, end, span.anchor_hint));
    }

    #[inline]
    fn push(&mut self, target: Target, window: SpanU32) {
        if let Some(pool) = &mut self.pool {
            pool.push(target.pair(), window);
        }
    }
}
