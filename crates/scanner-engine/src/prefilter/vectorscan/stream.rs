//! `VsStreamDb`: patterns and anchors of all rules, over decoded bytes that arrive in pieces. Windows are in the
//! coordinates of the decoded bytes.

use std::ops::ControlFlow;
use std::sync::Arc;

use scanner_core::{RuleId, Variant};
use scanner_vectorscan::{
    Database, Flags, Match, Pattern, Scanned, Scratch, Stream, Streaming, VsError, expression_width,
};

use super::anchors::{Anchor, AnchorHit, AnchorTable};
use super::builder::{Builder, VsDbError};
use super::slots::fresh;
use crate::prefilter::RADIUS;

const KIND: &str = "vs-stream-db:stream";

/// A rule for a stream.
#[derive(Clone, Copy, Debug)]
pub struct StreamRule<'a> {
    /// Its pattern in the library's syntax; `None` where only its anchors are looked for.
    pub expression: Option<&'a str>,
    /// Its widest match; `None` to ask the library.
    pub width: Option<u32>,
}

/// A window of decoded bytes in which a rule may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct VsStreamWindow {
    /// Its first byte.
    pub lo: u64,
    /// Behind its last byte; may lie beyond what has been decoded yet.
    pub hi: u64,
    /// Where to begin to look.
    pub anchor_hint: u64,
    /// The rule.
    pub rule_id: u32,
    /// `Variant::idx()`.
    pub variant_idx: u8,
    /// The rule has no bound: all decoded bytes are the window.
    pub force_full: bool,
}

const _: () = assert!(size_of::<VsStreamWindow>() == 32);

impl VsStreamWindow {
    /// The window of a match that ends at `to`: `width` bytes and `radius` before, `radius` behind.
    pub(super) fn behind(target: (RuleId, Variant), from: u64, to: u64, reach: (u64, u64)) -> Self {
        let (lo, hi) = (to.saturating_sub(reach.0), to.saturating_add(reach.1));
        Self {
            lo,
            hi,
            anchor_hint: from.clamp(lo, hi),
            rule_id: target.0.raw(),
            variant_idx: target.1.idx() as u8,
            force_full: false,
        }
    }

    /// The encoding.
    pub fn variant(&self) -> Variant {
        Variant::ALL[usize::from(self.variant_idx).min(2)]
    }
}

/// What the database finds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// A match of a pattern that ends at this place.
    Pattern(VsStreamMeta, u64),
    /// An anchor that ends at this place.
    Anchor(AnchorHit, u64),
}

/// What is known of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct VsStreamMeta {
    pub(super) rule_id: RuleId,
    max_width: u32,
    pub(super) whole_buffer_on_hit: bool,
}

/// Patterns and anchors, in stream mode.
#[derive(Debug)]
pub struct VsStreamDb {
    database: Arc<Database<Streaming>>,
    raw: Vec<VsStreamMeta>,
    anchors: AnchorTable,
    /// By rule.
    widths: Vec<VsStreamMeta>,
}

impl VsStreamDb {
    /// A database of the rules. A rule without a greatest width has `max_decoded_cap`, and where that is 0 the whole of
    /// what is decoded becomes its window.
    ///
    /// # Errors
    ///
    /// There are no rules, or one is refused: its anchors must then be asked for instead.
    pub fn try_new_stream(
        rules: &[StreamRule<'_>],
        anchors: &[Anchor],
        max_decoded_cap: u32,
        builder: &Builder,
    ) -> Result<Self, VsDbError> {
        let mut widths = Vec::with_capacity(rules.len());
        let mut raw = Vec::new();
        let mut patterns = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let mut width = rule.width;
            if let Some(expression) = rule.expression {
                let pattern = Pattern::new(raw.len() as u32, Flags::PREFILTER, expression)?;
                if width.is_none() {
                    width = expression_width(&pattern)?.max();
                }
                patterns.push(pattern);
            }
            let max_width = width.unwrap_or(max_decoded_cap);
            let rule_id = RuleId::new(index as u32);
            let meta = VsStreamMeta { rule_id, max_width, whole_buffer_on_hit: max_width == 0 };
            widths.push(meta);
            if rule.expression.is_some() {
                raw.push(meta);
            }
        }
        let is_wanted = |anchor: &&Anchor| {
            rules.get(anchor.rule().index()).is_some_and(|rule| rule.expression.is_none())
        };
        let anchors = AnchorTable::new(raw.len() as u32, anchors.iter().filter(is_wanted));
        patterns.extend(anchors.patterns(Flags::NONE)?);
        let mut built = builder.single::<Streaming>(KIND, &patterns)?;
        let nothing = VsDbError::Nothing { kind: "stream", refused: Vec::new() };
        if !built.refused.is_empty() || built.databases.len() > 1 {
            return Err(nothing);
        }
        let database = Arc::new(built.databases.pop().ok_or(nothing)?);
        Ok(Self { database, raw, anchors, widths })
    }

    /// A stream that has seen nothing, in a slot that keeps it for the next time.
    ///
    /// # Errors
    ///
    /// There is no memory.
    pub fn open_stream<'s>(
        &self,
        slot: &'s mut Option<Stream>,
        scratch: &mut Scratch,
    ) -> Result<&'s mut Stream, VsError> {
        fresh(slot, &self.database, scratch)
    }

    /// Scans the next piece; `on_event` is told of each window.
    ///
    /// # Errors
    ///
    /// The piece has 4 GiB or more, or the library fails.
    pub fn scan_stream(
        &self,
        stream: &mut Stream,
        piece: &[u8],
        scratch: &mut Scratch,
        mut on_event: impl FnMut(VsStreamWindow),
    ) -> Result<Scanned, VsError> {
        self.scan_found(stream, piece, scratch, |found| match found {
            Found::Pattern(meta, to) => {
                let reach = (u64::from(meta.max_width) + u64::from(RADIUS), u64::from(RADIUS));
                on_event(meta.window(Variant::Raw, to.saturating_sub(1), to, reach));
            }
            Found::Anchor(hit, to) => self.around(hit, to).into_iter().for_each(&mut on_event),
        })
    }

    /// As [`Self::scan_stream`], but what is found is no window yet.
    pub(super) fn scan_found(
        &self,
        stream: &mut Stream,
        piece: &[u8],
        scratch: &mut Scratch,
        mut told: impl FnMut(Found),
    ) -> Result<Scanned, VsError> {
        stream.scan(piece, scratch, |Match { id, to }| {
            match self.raw.get(id as usize) {
                Some(meta) => told(Found::Pattern(*meta, to)),
                None => self.anchors.hits(id).for_each(|hit| told(Found::Anchor(hit, to))),
            }
            ControlFlow::Continue(())
        })
    }

    /// The window of an anchor that ends at `to`: the match may begin before it and end behind it.
    fn around(&self, AnchorHit { len, target, .. }: AnchorHit, to: u64) -> Option<VsStreamWindow> {
        let meta = self.widths.get(target.rule().index())?;
        let reach = u64::from(meta.max_width) + u64::from(RADIUS);
        let from = to.saturating_sub(u64::from(len));
        Some(meta.window(target.variant(), from, to, (reach, reach)))
    }
}

impl VsStreamMeta {
    fn window(&self, variant: Variant, from: u64, to: u64, reach: (u64, u64)) -> VsStreamWindow {
        let window = VsStreamWindow::behind((self.rule_id, variant), from, to, reach);
        VsStreamWindow { force_full: self.whole_buffer_on_hit, ..window }
    }
}
