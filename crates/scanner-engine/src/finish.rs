//! The end of a chunk's scan: duplicates out, the specific rule before the generic one, and only what this
//! chunk is responsible for.

use scanner_core::{Chunk, FindingRec, RootSpan, Variant};
use scanner_rules::Shape;
use scanner_stdx::{Inserted, hash128};

use crate::decode::DecodeSlab;
use crate::dedupe::DedupKey;
use crate::engine::Engine;
use crate::findings::FindingBuf;
use crate::gate::Stage;
use crate::pass::PassScratch;
use crate::scratch::ScanScratch;

/// Cleans up the findings of a chunk.
pub(crate) fn finish(engine: &Engine, chunk: &Chunk<'_>, scratch: &mut ScanScratch) {
    drop_repeats(scratch);
    drop_mirrored_utf16(scratch);
    drop_less_specific(engine, scratch);
    keep_own(chunk, &mut scratch.pass.findings);
    scratch.pass.worker.counters.findings_dropped += scratch.pass.findings.dropped();
}

/// The same rule at the same place in the same encoding, found in overlapping pieces.
fn drop_repeats(scratch: &mut ScanScratch) {
    let ScanScratch { pass: PassScratch { findings, .. }, seen, .. } = scratch;
    findings.retain(|_, rec, _| seen.insert(DedupKey::new(rec).fingerprint()) != Inserted::Present);
}

/// Text of ASCII characters reads the same in both byte orders, a byte apart. The order in which the low
/// bytes stand at even places (little endian) or odd ones (big endian) is kept; it is the one of text that
/// is aligned.
fn drop_mirrored_utf16(scratch: &mut ScanScratch) {
    let ScanScratch { pass: PassScratch { findings, .. }, seen, .. } = scratch;
    // There is room for one key a finding.
    seen.clear();
    // Decoded text has an alignment of its own.
    let place = |rec: &FindingRec| {
        if rec.step_id.is_root() {
            (rec.root.start, rec.root.len())
        } else {
            (u64::from(rec.span.start), u64::from(rec.span.len()))
        }
    };
    let low_byte = |rec: &FindingRec| place(rec).0 + u64::from(rec.variant == Variant::Utf16Be);
    let key = |rec: &FindingRec| {
        let mut bytes = [0xffu8; 24];
        bytes[..4].copy_from_slice(&rec.rule_id.raw().to_le_bytes());
        bytes[4..8].copy_from_slice(&rec.step_id.raw().to_le_bytes());
        bytes[8..16].copy_from_slice(&low_byte(rec).to_le_bytes());
        bytes[16..].copy_from_slice(&place(rec).1.to_le_bytes());
        hash128(&bytes)
    };
    let is_aligned =
        |rec: &FindingRec| low_byte(rec) & 1 == u64::from(rec.variant == Variant::Utf16Be);
    for rec in findings.iter().map(|f| f.rec).filter(|r| r.variant != Variant::Raw) {
        if is_aligned(rec) {
            let _ = seen.insert(key(rec));
        }
    }
    findings.retain(|_, rec, _| {
        rec.variant == Variant::Raw || is_aligned(rec) || !seen.contains(key(rec))
    });
}

/// How specific a finding is; more wins. Of a value that goes on in another literal, the whole.
fn rank(engine: &Engine, slab: &DecodeSlab, rec: &FindingRec) -> (bool, u8, u8, u8, bool, u64) {
    let cold = engine.cold(rec.rule_id);
    let shape = match cold.shape {
        Shape::Token | Shape::Block => 4,
        Shape::Regex => 3,
        // A name of one word beside another detector's name of several: `key` in `api_key`.
        Shape::Keyed if cold.is_generic => 0,
        Shape::Keyed => 2,
        Shape::Uri => 1,
        Shape::Assignment => 0,
    };
    (
        !cold.is_generic,
        rec.confidence as u8,
        shape,
        if shape == 0 { 0 } else { rec.score },
        slab.is_joined_only(rec.step_id),
        rec.root.len(),
    )
}

/// Of findings whose secrets overlap only the most specific is kept; of equals the first rule.
fn drop_less_specific(engine: &Engine, scratch: &mut ScanScratch) {
    let ScanScratch { pass, order, slab, .. } = scratch;
    let PassScratch { findings, worker, .. } = pass;
    if findings.len() < 2 {
        return;
    }
    let rec = |index: u32| *findings.get(index as usize).rec;
    order.clear();
    order.extend(0..findings.len() as u32);
    order.sort_unstable_by_key(|index| (rec(*index).root, rec(*index).rule_id, *index));
    // Findings that overlap stand next to each other: groups are judged one at a time.
    let mut from = 0;
    while from < order.len() {
        let mut end = rec(order[from]).root.end;
        let mut to = from + 1;
        while to < order.len() && rec(order[to]).root.start < end {
            end = end.max(rec(order[to]).root.end);
            to += 1;
        }
        let group = &mut order[from..to];
        group.sort_unstable_by_key(|index| {
            let rec = rec(*index);
            (std::cmp::Reverse(rank(engine, slab, &rec)), rec.rule_id, rec.root)
        });
        mark_overlapped(group, |index| rec(index).root);
        from = to;
    }
    order.sort_unstable();
    findings.retain(|index, rec, _| {
        let kept = order.binary_search(&(index as u32)).is_ok();
        if !kept {
            worker.refuse(rec.rule_id, Stage::MoreSpecific, rec.root);
        }
        kept
    });
}

/// Replaces by `u32::MAX` the members of a ranked group that overlap a better one that is kept.
fn mark_overlapped(group: &mut [u32], root: impl Fn(u32) -> RootSpan) {
    for at in 1..group.len() {
        let span = root(group[at]);
        let covered =
            group[..at].iter().any(|kept| *kept != u32::MAX && root(*kept).overlaps(span));
        if covered {
            group[at] = u32::MAX;
        }
    }
}

/// Leaves out what the chunk before has reported and what the next one will.
fn keep_own(chunk: &Chunk<'_>, findings: &mut FindingBuf) {
    let (from, to) = (chunk.payload_offset(), chunk.end_offset());
    let is_first = chunk.prefix_len == 0;
    findings.retain(|_, _, drop_hint_end| {
        (is_first || drop_hint_end > from) && (chunk.is_last || drop_hint_end <= to)
    });
}
