//! Decoded bytes go round again: each span is decoded once, scanned like a chunk, searched for further encodings,
//! breadth first, until one of three budgets ends it: depth, items, bytes.
//!
//! Few pieces wait at a time: where more would, those decoded last are scanned at once and forgotten, with all that is
//! encoded in them, so that memory does not grow with what a chunk decodes to.
//!
//! Findings are then led back: their spans become those of the encoded text in the object, and they remember the
//! chain of decoders.

mod joined;
mod slab;
mod steps;
mod stream;

use std::ops::Range;

use scanner_core::{Chunk, DecodeKind, DecodeStep, RootSpan, Span, StepId};
use scanner_stdx::hash128;

pub(crate) use slab::DecodeSlab;
use slab::{Level, WorkItem};
use stream::{End, Source, SpanStream, Stretch};

use crate::engine::Engine;
use crate::judge::FileKind;
use crate::memory::KnownSpan;
use crate::pass::PassScratch;
use crate::prefilter::RunNotes;
use crate::transform::{self, EncodedSpan, Origin, find::find, inflate};

/// Decodes what is encoded in a chunk and adds what is found in it to the chunk's findings.
pub(crate) fn scan_encoded(
    engine: &Engine,
    chunk: &Chunk<'_>,
    (slab, scratch): (&mut DecodeSlab, &mut PassScratch),
) {
    if engine.tuning().decode_depth_max == 0 {
        return;
    }
    slab.begin(Budget::new(engine, chunk));
    let mut spans = std::mem::take(&mut slab.chunk_spans);
    find_encoded(engine, chunk.data, (true, &scratch.runs), &mut spans);
    let level = slab.level();
    let mut pass = Pass { engine, chunk, scratch, note: &mut |_, _, _| {} };
    for (number, span) in spans.iter().enumerate() {
        if !slab.has_room() {
            break;
        }
        slab.decode(engine, chunk.data, span, Parent::Chunk(number));
        if slab.is_full_above(&level) {
            pass.scan_above(&level, slab);
        }
    }
    pass.scan_above(&level, slab);
    scratch.worker.counters.decode_gave_up += u64::from(slab.gave_up);
    slab.chunk_spans = spans;
}

/// As [`scan_encoded`], for spans that are known already. Those that are quiet are left out; of the others is noted
/// what they held. Whether that is all there is: a budget may have ended it.
pub(crate) fn scan_known(
    engine: &Engine,
    chunk: &Chunk<'_>,
    (slab, scratch): (&mut DecodeSlab, &mut PassScratch),
    known: &mut [KnownSpan],
) -> bool {
    let all = Budget::new(engine, chunk);
    if known.iter().all(|known| known.is_quiet) && all.without(known).is_some() {
        slab.begin(all);
        return true;
    }
    let (before, counters) = (scratch.findings.len(), scratch.worker.counters);
    let mut is_whole = false;
    if let Some(budget) = all.without(known) {
        scan_loud(engine, chunk, (slab, budget), scratch, known);
        is_whole = !slab.gave_up;
    }
    if !is_whole {
        // Which piece a budget cuts off depends on all the others.
        scratch.worker.counters = counters;
        scratch.findings.retain(|index, _, _| index < before);
        for known in known.iter_mut() {
            known.is_quiet = false;
        }
        scan_loud(engine, chunk, (slab, all), scratch, known);
        is_whole = !slab.gave_up;
    }
    is_whole
}

/// Decodes and scans the spans that are not quiet, and notes what they held.
fn scan_loud(
    engine: &Engine,
    chunk: &Chunk<'_>,
    (slab, budget): (&mut DecodeSlab, Budget),
    scratch: &mut PassScratch,
    known: &mut [KnownSpan],
) {
    slab.begin(budget);
    let level = slab.level();
    for (number, known) in known.iter_mut().enumerate().filter(|(_, known)| !known.is_quiet) {
        (known.is_quiet, known.pieces, known.bytes) = (true, 0, 0);
        if !slab.has_room() {
            break;
        }
        slab.decode(engine, chunk.data, &known.span, Parent::Chunk(number));
    }
    let note = &mut |number: usize, bytes: usize, found: bool| {
        let known: &mut KnownSpan = &mut known[number];
        known.pieces += 1;
        known.bytes += bytes as u32;
        known.is_quiet &= !found;
    };
    Pass { engine, chunk, scratch, note }.scan_above(&level, slab);
    scratch.worker.counters.decode_gave_up += u64::from(slab.gave_up);
}

/// What scanning the pieces of a chunk needs. `note` hears of each: the number of its span in the chunk, its size, and
/// whether anything was found.
struct Pass<'p, 'c> {
    engine: &'p Engine,
    chunk: &'p Chunk<'c>,
    scratch: &'p mut PassScratch,
    note: &'p mut dyn FnMut(usize, usize, bool),
}

impl Pass<'_, '_> {
    /// Scans all pieces above `level` and what is encoded in them, breadth first, and makes room for others.
    fn scan_above(&mut self, level: &Level, slab: &mut DecodeSlab) {
        let findings = self.scratch.findings.len();
        let mut next = level.items;
        while next < slab.items.len() {
            let found = scan_item(self.engine, self.chunk, next, slab, self.scratch);
            let item = &slab.items[next];
            (self.note)(item.span, item.charged, found);
            if item.depth < self.engine.tuning().decode_depth_max {
                self.expand(next, slab);
            }
            next += 1;
        }
        let charged: usize = slab.items[level.items..].iter().map(|item| item.charged).sum();
        self.scratch.worker.counters.decoded_bytes += charged as u64;
        self.scratch.worker.counters.decode_streams += std::mem::take(&mut slab.streams);
        slab.release(level, self.scratch.findings.len() > findings);
    }

    /// Decodes everything encoded in what item `index` decoded to, whose long runs are noted. What does not wait in the slab
    /// is scanned at once.
    fn expand(&mut self, index: usize, slab: &mut DecodeSlab) {
        let mut spans = std::mem::take(&mut slab.spans);
        let WorkItem { bytes, is_cut, .. } = &slab.items[index];
        let ((cut_before, cut_behind), bytes) = (*is_cut, bytes.clone());
        let text = &slab.decoded.bytes[bytes.clone()];
        find_encoded(self.engine, text, (!cut_before, &self.scratch.runs), &mut spans);
        // What is cut lies whole in another stretch of the same text.
        let reach = stream::AROUND_BYTES - 4;
        spans.retain(|span| {
            (!cut_before || span.range().start >= reach)
                && (!cut_behind || span.range().end + reach <= text.len())
        });
        if !spans.is_empty() {
            // The slab grows while the parent is read.
            let mut text = std::mem::take(&mut slab.parent);
            text.clear();
            text.extend_from_slice(&slab.decoded.bytes[bytes]);
            let level = slab.level();
            for span in &spans {
                if !slab.has_room() {
                    break;
                }
                slab.decode(self.engine, &text, span, Parent::Item(index));
                if slab.is_full_above(&level) {
                    self.scan_above(&level, slab);
                }
            }
            slab.parent = text;
        }
        slab.spans = spans;
    }
}

/// Finds what is encoded in `bytes`, of which `runs` are noted; compressed data only where they begin with what they are
/// part of.
fn find_encoded(
    engine: &Engine,
    bytes: &[u8],
    (is_begin, runs): (bool, &RunNotes),
    spans: &mut Vec<EncodedSpan>,
) {
    spans.clear();
    match inflate::detect(bytes).filter(|_| is_begin) {
        Some((kind, _)) => spans.push(EncodedSpan::new(kind, 0..bytes.len())),
        None => find(engine.level(), bytes, runs.blocks(bytes.len()), spans),
    }
}

/// What one chunk may decode to.
#[derive(Clone, Copy, Debug)]
struct Budget {
    bytes: usize,
    items: usize,
}

impl Budget {
    fn new(engine: &Engine, chunk: &Chunk<'_>) -> Self {
        let tuning = engine.tuning();
        // Two alignments of one run may both decode to text; and there is what is encoded in them.
        let bytes = (2 * chunk.data.len()).max(tuning.decode_bytes_min as usize);
        Self { bytes, items: tuning.decode_items_max as usize }
    }

    /// What is left of it when quiet spans are taken as decoded; `None` if that is more than there is.
    fn without(self, known: &[KnownSpan]) -> Option<Self> {
        known.iter().filter(|known| known.is_quiet).try_fold(self, |left, known| {
            let bytes = left.bytes.checked_sub(known.bytes as usize)?;
            Some(Self { bytes, items: left.items.checked_sub(known.pieces as usize)? })
        })
    }
}

/// What a piece was encoded in.
#[derive(Clone, Copy, Debug)]
enum Parent {
    /// The chunk; with the number of its span.
    Chunk(usize),
    /// Another piece.
    Item(usize),
}

/// Scans what an item decoded to; whether anything was found, or a limit reached.
fn scan_item(
    engine: &Engine,
    chunk: &Chunk<'_>,
    index: usize,
    slab: &DecodeSlab,
    scratch: &mut PassScratch,
) -> bool {
    let item = &slab.items[index];
    if item.bytes.is_empty() {
        scratch.runs.forget();
        return false;
    }
    let (start, is_cut) = (item.start as u64, item.is_cut);
    let data = &slab.decoded.bytes[item.bytes.clone()];
    let text = Chunk { base_offset: start, ..Chunk::whole(chunk.file_id, data) };
    let (before, dropped) = (scratch.findings.len(), scratch.findings.dropped());
    let gave_up = scratch.worker.counters.regex_gave_up;
    scratch.worker.mute(true);
    engine.scan_decoded(&text, scratch);
    scratch.worker.mute(false);
    let context = u64::from(engine.context_bytes());
    let len = data.len() as u64;
    if is_cut != (false, false) {
        scratch.findings.retain(|index, rec, _| {
            let margin = u64::from(rec.variant.scale()) * stream::margin(engine, rec.rule_id);
            let is_near = (is_cut.0 && rec.root_match.start < start + margin)
                || (is_cut.1 && rec.root_match.end + margin > start + len);
            index < before || !is_near
        });
    }
    let within = |span: RootSpan| RootSpan { start: span.start - start, end: span.end - start };
    if scratch.findings.len() > before && slab.steps.any(item.step, DecodeKind::Join) {
        let kind = *scratch.worker.file_kind.get_or_insert_with(|| FileKind::of(&scratch.path));
        let text = (chunk.data, kind.separates_literals());
        scratch.findings.retain(|at, rec, _| {
            let RootSpan { start, end } = within(rec.root_match);
            at < before || slab.is_whole(text, index, start as usize..end as usize)
        });
    }
    scratch.findings.change_from(before, |rec, hint| {
        let decoded = within(rec.root_match);
        rec.span = Span::new(rec.root.start as u32, rec.root.end as u32);
        rec.root = slab.root(chunk, index, within(rec.root));
        rec.root_match = slab.root(chunk, index, decoded);
        rec.step_id = slab.items[index].step;
        // Evidence that would lie behind the end of the encoded text lies behind it in the object too.
        let evidence = (decoded.end + context * u64::from(rec.variant.scale())).min(len);
        let beyond = (decoded.end + context).saturating_sub(len);
        *hint = slab.root(chunk, index, RootSpan { start: evidence, end: evidence }).end + beyond;
    });
    scratch.findings.move_parts_from(before, |part| slab.root(chunk, index, within(part)));
    let has_reached_limit =
        scratch.findings.dropped() > dropped || scratch.worker.counters.regex_gave_up > gave_up;
    scratch.findings.len() > before || has_reached_limit
}

impl DecodeSlab {
    /// Whether another piece may be decoded; that it may not is noted.
    fn has_room(&mut self) -> bool {
        let has_room = self.items.len() < self.items_max;
        self.gave_up |= !has_room;
        has_room
    }

    /// Decodes one span into a new item, or, where it is long, what of it is to be scanned into some.
    fn decode(&mut self, engine: &Engine, bytes: &[u8], span: &EncodedSpan, parent: Parent) {
        if span.range().len() < stream::LONG_BYTES || !self.stream(engine, bytes, span, parent) {
            self.decode_whole(bytes, span, parent);
        }
    }

    fn decode_whole(&mut self, bytes: &[u8], span: &EncodedSpan, parent: Parent) {
        let from = self.decoded.bytes.len();
        let is_deflated = matches!(span.kind, DecodeKind::Gzip | DecodeKind::Zlib);
        let (origin, whole) = match inflate::detect(&bytes[span.range()]) {
            Some((_, header)) if is_deflated => {
                let room = self.decoded.room.saturating_sub(from);
                let stream = &bytes[span.range().start + header..span.range().end];
                let whole =
                    inflate::inflate(stream, &mut self.inflater, &mut self.decoded.bytes, room);
                (Origin::All(span.range().len()), whole)
            }
            _ => transform::decode(bytes, span, &mut self.decoded),
        };
        self.gave_up |= !whole;
        let charged = self.decoded.bytes.len() - from;
        let stretch = Stretch { start: 0, origin, is_cut: (false, false) };
        self.add(from, stretch, charged, (span, parent));
    }

    /// Decodes a long span piece by piece; false where it has to be decoded as a whole.
    fn stream(
        &mut self,
        engine: &Engine,
        bytes: &[u8],
        span: &EncodedSpan,
        parent: Parent,
    ) -> bool {
        let mut stream = self.stream.take().unwrap_or_else(|| Box::new(SpanStream::new(engine)));
        let (items, steps) = (self.items.len(), self.steps.len());
        let (from, marks) = (self.decoded.bytes.len(), self.decoded.marks.len());
        let room = self.decoded.room.saturating_sub(from);
        let depth = self.depth_in(parent);
        let is_searched = depth < engine.tuning().decode_depth_max;
        let source = Source { bytes, span, room, is_searched };
        let mut out = std::mem::take(&mut self.decoded);
        let end = stream.run(engine, source, &mut out, &mut |out, from, stretch| {
            std::mem::swap(&mut self.decoded, out);
            self.add(from, stretch, 0, (span, parent));
            std::mem::swap(&mut self.decoded, out);
        });
        self.decoded = out;
        self.stream = Some(stream);
        let done = match end {
            End::Whole(done) => done,
            End::NoRoom => {
                self.gave_up = true;
                room
            }
            End::ForceFull => {
                self.items.truncate(items);
                self.steps.truncate(steps);
                self.decoded.bytes.truncate(from);
                self.decoded.marks.truncate(marks);
                return false;
            }
        };
        // The budget pays for what was decoded, not for what is kept.
        let kept = self.decoded.bytes.len() - from;
        self.decoded.room = (self.decoded.room + kept).saturating_sub(done);
        let here = self.decoded.bytes.len();
        self.streams += 1;
        let rest = Stretch { start: done, origin: Origin::All(0), is_cut: (true, true) };
        self.push(here..here, rest, done, (span, parent));
        true
    }

    /// Encodings undone for a piece in `parent`.
    fn depth_in(&self, parent: Parent) -> u32 {
        match parent {
            Parent::Chunk(_) => 1,
            Parent::Item(parent) => self.items[parent].depth + 1,
        }
    }

    /// Adds what was decoded from `from` on, unless it was decoded before.
    fn add(
        &mut self,
        from: usize,
        stretch: Stretch,
        charged: usize,
        (span, parent): (&EncodedSpan, Parent),
    ) {
        let bytes = from..self.decoded.bytes.len();
        let parent_step = match parent {
            Parent::Chunk(_) => StepId::ROOT,
            Parent::Item(parent) => self.items[parent].step,
        };
        let mut key = [0u8; 40];
        key[..16].copy_from_slice(&hash128(&self.decoded.bytes[bytes.clone()]).to_le_bytes());
        key[16..24].copy_from_slice(&(span.range().start as u64).to_le_bytes());
        key[24..28].copy_from_slice(&parent_step.raw().to_le_bytes());
        key[28..36].copy_from_slice(&(stretch.start as u64).to_le_bytes());
        if bytes.is_empty() || !self.is_new(hash128(&key)) {
            self.decoded.bytes.truncate(from);
            self.decoded.forget(&stretch.origin);
            return;
        }
        self.push(bytes, stretch, charged, (span, parent));
    }

    fn push(
        &mut self,
        bytes: Range<usize>,
        stretch: Stretch,
        charged: usize,
        (encoded, parent): (&EncodedSpan, Parent),
    ) {
        let depth = self.depth_in(parent);
        let (parent, parent_step, span) = match parent {
            Parent::Chunk(number) => (None, StepId::ROOT, number),
            Parent::Item(parent) => {
                let item = &self.items[parent];
                (Some(parent), item.step, item.span)
            }
        };
        let EncodedSpan { kind, start, end } = *encoded;
        let parent_span = Span::new(start, end);
        let step = self.steps.push(DecodeStep { parent: parent_step, kind, parent_span });
        let Stretch { start, origin, is_cut } = stretch;
        self.items.push(WorkItem {
            bytes,
            start,
            is_cut,
            charged,
            origin,
            parent,
            depth,
            step,
            span,
        });
    }

    /// A range of what an item decoded to, in the object.
    fn root(&self, chunk: &Chunk<'_>, index: usize, range: RootSpan) -> RootSpan {
        let (mut start, mut end) = (range.start as usize, range.end as usize);
        let mut item = Some(index);
        while let Some(index) = item {
            let is_empty = end <= start;
            let last = end.saturating_sub(1).max(start);
            (start, end) =
                (self.origin(chunk.data, index, start).0, self.origin(chunk.data, index, last).1);
            if is_empty {
                start = end;
            }
            item = self.items[index].parent;
        }
        RootSpan { start: chunk.base_offset + start as u64, end: chunk.base_offset + end as u64 }
    }

    /// The encoded bytes that byte `at` of an item comes from, in its parent.
    fn origin(&self, chunk: &[u8], index: usize, at: usize) -> (usize, usize) {
        let WorkItem { bytes, origin, parent, .. } = &self.items[index];
        let encoded = match parent {
            None => chunk,
            Some(parent) => &self.decoded.bytes[self.items[*parent].bytes.clone()],
        };
        origin.of(at.min(bytes.len() - 1), &self.decoded, encoded)
    }
}
