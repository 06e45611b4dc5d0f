//! Decoded bytes go round again: each span is decoded once, scanned like a chunk, searched for further encodings,
//! breadth first, until one of three budgets ends it: depth, items, bytes.
//!
//! Findings are then led back: their spans become those of the encoded text in the object, and they remember the
//! chain of decoders.

mod slab;

use scanner_core::{Chunk, DecodeKind, DecodeStep, RootSpan, Span, StepId};
use scanner_stdx::hash128;

pub(crate) use slab::DecodeSlab;
use slab::WorkItem;

use crate::delta::KnownSpan;
use crate::engine::Engine;
use crate::scratch::ScanScratch;
use crate::transform::{self, EncodedSpan, Origin, find::find, inflate};

/// Decodes what is encoded in a chunk and adds what is found in it to the chunk's findings.
pub(crate) fn scan_encoded(engine: &Engine, chunk: &Chunk<'_>, scratch: &mut ScanScratch) {
    if engine.tuning().decode_depth_max == 0 {
        return;
    }
    let mut slab = std::mem::take(&mut scratch.slab);
    slab.begin(Budget::new(engine, chunk));
    expand(engine, chunk.data, None, &mut slab);
    scan_items(engine, chunk, &mut slab, scratch, &mut |_, _, _| {});
    scratch.slab = slab;
}

/// As [`scan_encoded`], for spans that are known already. Those that are quiet are left out; of the others is noted
/// what they held. Whether that is all there is: a budget may have ended it.
pub(crate) fn scan_known(
    engine: &Engine,
    chunk: &Chunk<'_>,
    scratch: &mut ScanScratch,
    known: &mut [KnownSpan],
) -> bool {
    let all = Budget::new(engine, chunk);
    if known.iter().all(|known| known.is_quiet) && all.without(known).is_some() {
        scratch.slab.begin(all);
        return true;
    }
    let (before, counters) = (scratch.findings.len(), scratch.worker.counters);
    let mut slab = std::mem::take(&mut scratch.slab);
    let mut is_whole = false;
    if let Some(budget) = all.without(known) {
        scan_loud(engine, chunk, (&mut slab, budget), scratch, known);
        is_whole = !slab.gave_up;
    }
    if !is_whole {
        // Which piece a budget cuts off depends on all the others.
        scratch.worker.counters = counters;
        scratch.findings.retain(|index, _, _| index < before);
        for known in known.iter_mut() {
            known.is_quiet = false;
        }
        scan_loud(engine, chunk, (&mut slab, all), scratch, known);
        is_whole = !slab.gave_up;
    }
    scratch.slab = slab;
    is_whole
}

/// Decodes and scans the spans that are not quiet, and notes what they held.
fn scan_loud(
    engine: &Engine,
    chunk: &Chunk<'_>,
    (slab, budget): (&mut DecodeSlab, Budget),
    scratch: &mut ScanScratch,
    known: &mut [KnownSpan],
) {
    slab.begin(budget);
    for (number, known) in known.iter_mut().enumerate().filter(|(_, known)| !known.is_quiet) {
        (known.is_quiet, known.pieces, known.bytes) = (true, 0, 0);
        if !slab.has_room() {
            break;
        }
        slab.decode(chunk.data, &known.span, Parent::Chunk(number));
    }
    scan_items(engine, chunk, slab, scratch, &mut |number, bytes, found| {
        let known = &mut known[number];
        known.pieces += 1;
        known.bytes += bytes as u32;
        known.is_quiet &= !found;
    });
}

/// Scans all pieces and what is encoded in them. `note` hears of each: the number of its span in the chunk, its size,
/// and whether anything was found.
fn scan_items(
    engine: &Engine,
    chunk: &Chunk<'_>,
    slab: &mut DecodeSlab,
    scratch: &mut ScanScratch,
    note: &mut dyn FnMut(usize, usize, bool),
) {
    let mut next = 0;
    while next < slab.items.len() {
        let found = scan_item(engine, chunk, next, slab, scratch);
        let item = &slab.items[next];
        note(item.span, item.bytes.len(), found);
        if item.depth < engine.tuning().decode_depth_max {
            // The slab grows while the parent is read.
            let mut text = std::mem::take(&mut slab.parent);
            text.clear();
            text.extend_from_slice(&slab.decoded.bytes[item.bytes.clone()]);
            expand(engine, &text, Some(next), slab);
            slab.parent = text;
        }
        next += 1;
    }
    scratch.worker.counters.decode_gave_up += u64::from(slab.gave_up);
    scratch.worker.counters.decoded_bytes += slab.decoded.bytes.len() as u64;
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
        let bytes = chunk.data.len().max(tuning.decode_bytes_min as usize);
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

/// Decodes everything encoded in `bytes`, which are the chunk or what item `parent` decoded to.
fn expand(engine: &Engine, bytes: &[u8], parent: Option<usize>, slab: &mut DecodeSlab) {
    let mut spans = std::mem::take(&mut slab.spans);
    spans.clear();
    match parent.and_then(|parent| Some((parent, inflate::detect(bytes)?))) {
        Some((parent, (kind, from))) => slab.inflate(bytes, from, kind, Parent::Item(parent)),
        None => find(engine.level(), bytes, &mut spans),
    }
    for (number, span) in spans.iter().enumerate() {
        if !slab.has_room() {
            break;
        }
        slab.decode(bytes, span, parent.map_or(Parent::Chunk(number), Parent::Item));
    }
    slab.spans = spans;
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
    scratch: &mut ScanScratch,
) -> bool {
    let item = &slab.items[index];
    let text = Chunk::whole(chunk.file_id, &slab.decoded.bytes[item.bytes.clone()]);
    let (before, dropped) = (scratch.findings.len(), scratch.findings.dropped());
    let gave_up = scratch.worker.counters.regex_gave_up;
    scratch.worker.mute(true);
    engine.scan_decoded(&text, scratch);
    scratch.worker.mute(false);
    let context = u64::from(engine.context_bytes());
    let len = text.data.len() as u64;
    scratch.findings.change_from(before, |rec, hint| {
        let decoded = rec.root_match;
        rec.span = Span::new(rec.root.start as u32, rec.root.end as u32);
        rec.root = slab.root(chunk, index, rec.root);
        rec.root_match = slab.root(chunk, index, decoded);
        rec.step_id = slab.items[index].step;
        // Evidence that would lie behind the end of the encoded text lies behind it in the object too.
        let evidence = (decoded.end + context * u64::from(rec.variant.scale())).min(len);
        let beyond = (decoded.end + context).saturating_sub(len);
        *hint = slab.root(chunk, index, RootSpan { start: evidence, end: evidence }).end + beyond;
    });
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

    /// Decodes one span into a new item.
    fn decode(&mut self, bytes: &[u8], span: &EncodedSpan, parent: Parent) {
        let from = self.decoded.bytes.len();
        let (origin, whole) = transform::decode(bytes, span, &mut self.decoded);
        self.gave_up |= !whole;
        self.add(from, origin, span, parent);
    }

    /// Inflates all of `bytes` behind `from` into a new item.
    fn inflate(&mut self, bytes: &[u8], from: usize, kind: DecodeKind, parent: Parent) {
        let start = self.decoded.bytes.len();
        let room = self.decoded.room.saturating_sub(start);
        let whole =
            inflate::inflate(&bytes[from..], &mut self.inflater, &mut self.decoded.bytes, room);
        self.gave_up |= !whole;
        let span = EncodedSpan { kind, range: 0..bytes.len() };
        self.add(start, Origin::All(bytes.len()), &span, parent);
    }

    /// Adds what was decoded from `from` on, unless it was decoded before.
    fn add(&mut self, from: usize, origin: Origin, span: &EncodedSpan, parent: Parent) {
        let EncodedSpan { kind, range } = span;
        let bytes = from..self.decoded.bytes.len();
        let (parent, parent_step, depth, number) = match parent {
            Parent::Chunk(number) => (None, StepId::ROOT, 1, number),
            Parent::Item(parent) => {
                let WorkItem { step, depth, span, .. } = &self.items[parent];
                (Some(parent), *step, depth + 1, *span)
            }
        };
        let mut key = [0u8; 32];
        key[..16].copy_from_slice(&hash128(&self.decoded.bytes[bytes.clone()]).to_le_bytes());
        key[16..24].copy_from_slice(&(range.start as u64).to_le_bytes());
        key[24..28].copy_from_slice(&parent_step.raw().to_le_bytes());
        if bytes.is_empty() || !self.is_new(hash128(&key)) {
            self.decoded.bytes.truncate(from);
            if let Origin::Listed(first) = origin {
                self.decoded.origin.truncate(first);
            }
            return;
        }
        let step = StepId::new(self.steps.len() as u32);
        let parent_span = Span::new(range.start as u32, range.end as u32);
        self.steps.push(DecodeStep { parent: parent_step, kind: *kind, parent_span });
        self.items.push(WorkItem { bytes, origin, parent, depth, step, span: number });
    }

    /// A range of what an item decoded to, in the object.
    fn root(&self, chunk: &Chunk<'_>, index: usize, range: RootSpan) -> RootSpan {
        let (mut start, mut end) = (range.start as usize, range.end as usize);
        let mut item = Some(index);
        while let Some(index) = item {
            let is_empty = end <= start;
            let last = end.saturating_sub(1).max(start);
            (start, end) = (self.origin(index, start).0, self.origin(index, last).1);
            if is_empty {
                start = end;
            }
            item = self.items[index].parent;
        }
        RootSpan { start: chunk.base_offset + start as u64, end: chunk.base_offset + end as u64 }
    }

    /// The encoded bytes that byte `at` of an item comes from, in its parent.
    fn origin(&self, index: usize, at: usize) -> (usize, usize) {
        let WorkItem { bytes, origin, .. } = &self.items[index];
        origin.of(at.min(bytes.len() - 1), &self.decoded)
    }
}
