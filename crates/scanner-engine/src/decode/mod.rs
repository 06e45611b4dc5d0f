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

use crate::engine::Engine;
use crate::scratch::ScanScratch;
use crate::transform::{self, EncodedSpan, Origin, find::find, inflate};

/// Decodes what is encoded in a chunk and adds what is found in it to the chunk's findings.
pub(crate) fn scan_encoded(engine: &Engine, chunk: &Chunk<'_>, scratch: &mut ScanScratch) {
    if engine.tuning().decode_depth_max == 0 {
        return;
    }
    let mut slab = std::mem::take(&mut scratch.slab);
    let least = engine.tuning().decode_bytes_min as usize;
    slab.begin(chunk.data.len().max(least));
    expand(engine, chunk.data, None, &mut slab);
    let mut next = 0;
    while next < slab.items.len() {
        scan_item(engine, chunk, next, &slab, scratch);
        if slab.items[next].depth < engine.tuning().decode_depth_max {
            // The slab grows while the parent is read.
            let mut text = std::mem::take(&mut slab.parent);
            text.clear();
            text.extend_from_slice(&slab.decoded.bytes[slab.items[next].bytes.clone()]);
            expand(engine, &text, Some(next), &mut slab);
            slab.parent = text;
        }
        next += 1;
    }
    scratch.worker.counters.decode_gave_up += u64::from(slab.gave_up);
    scratch.worker.counters.decoded_bytes += slab.decoded.bytes.len() as u64;
    scratch.slab = slab;
}

/// Decodes everything encoded in `bytes`, which are the chunk or what item `parent` decoded to.
fn expand(engine: &Engine, bytes: &[u8], parent: Option<usize>, slab: &mut DecodeSlab) {
    let mut spans = std::mem::take(&mut slab.spans);
    spans.clear();
    if let Some((kind, from)) = parent.and_then(|_| inflate::detect(bytes)) {
        slab.inflate(bytes, from, kind, parent);
    } else {
        find(engine.level(), bytes, &mut spans);
    }
    for span in &spans {
        if slab.items.len() >= engine.tuning().decode_items_max as usize {
            slab.gave_up = true;
            break;
        }
        slab.decode(bytes, span, parent);
    }
    slab.spans = spans;
}

/// Scans what an item decoded to.
fn scan_item(
    engine: &Engine,
    chunk: &Chunk<'_>,
    index: usize,
    slab: &DecodeSlab,
    scratch: &mut ScanScratch,
) {
    let item = &slab.items[index];
    let text = Chunk::whole(chunk.file_id, &slab.decoded.bytes[item.bytes.clone()]);
    let before = scratch.findings.len();
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
}

impl DecodeSlab {
    /// Decodes one span into a new item.
    fn decode(&mut self, bytes: &[u8], span: &EncodedSpan, parent: Option<usize>) {
        let from = self.decoded.bytes.len();
        let (origin, whole) = transform::decode(bytes, span, &mut self.decoded);
        self.gave_up |= !whole;
        self.add(from, origin, span, parent);
    }

    /// Inflates all of `bytes` behind `from` into a new item.
    fn inflate(&mut self, bytes: &[u8], from: usize, kind: DecodeKind, parent: Option<usize>) {
        let start = self.decoded.bytes.len();
        let room = self.decoded.room.saturating_sub(start);
        let whole =
            inflate::inflate(&bytes[from..], &mut self.inflater, &mut self.decoded.bytes, room);
        self.gave_up |= !whole;
        let span = EncodedSpan { kind, range: 0..bytes.len() };
        self.add(start, Origin::All(bytes.len()), &span, parent);
    }

    /// Adds what was decoded from `from` on, unless it was decoded before.
    fn add(&mut self, from: usize, origin: Origin, span: &EncodedSpan, parent: Option<usize>) {
        let EncodedSpan { kind, range } = span;
        let bytes = from..self.decoded.bytes.len();
        let parent_step = parent.map_or(StepId::ROOT, |parent| self.items[parent].step);
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
        let depth = parent.map_or(1, |parent| self.items[parent].depth + 1);
        self.items.push(WorkItem { bytes, origin, parent, depth, step });
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
