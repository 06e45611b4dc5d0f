//! Delta-aware scanning: an object that was made from another by copies and inserts is scanned where it differs.
//!
//! Nearly all of a scan is the prefilter, and whether it reports an anchor depends on a short stretch around that place
//! ([`Locality`]). So the *hits* of the base are kept, not its findings: hits inside of copied ranges move along, and only
//! inserted bytes and the places where copies meet are prefiltered, widened by that stretch. Everything behind the
//! prefilter (windows, confirmation, gates, duplicates) then runs on the whole object as in any scan. The findings are
//! those of a full scan because every window is.
//!
//! Most windows lead to nothing, over and over in each version. So a hit remembers what its refusal depended on
//! ([`crate::evidence`]); where all of that moved along unchanged, the same would be refused again and the window is left out.
//! Encoded text is treated alike ([`crate::memory`]): where it stands moves along, and what held nothing is not decoded again.
//!
//! UTF-16 text is looked for in the whole object, as in any scan; whether there is a zero byte at all is known of the base.
//! A new stage that looks at all bytes in another way belongs behind [`Engine::conclude`] and sees the whole object too.

use scanner_core::{Chunk, RuleId};

use crate::decode;
use crate::engine::Engine;
use crate::memory::{HitList, Inherited, Known};
use crate::prefilter::{BytesOf, HitSink, Locality};
use crate::rule::NO_GATE;
use crate::scratch::ScanScratch;
use crate::transform::find::Search;

/// A shorter stretch of unchanged bytes is scanned again: it costs less than starting the prefilter twice.
const INHERITED_BYTES_MIN: u32 = 256;

/// `len` bytes of the base from `base_offset` on stand at `offset` of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyRange {
    /// Where in the base.
    pub base_offset: u64,
    /// Where in the object.
    pub offset: u64,
    /// How many bytes.
    pub len: u64,
}

/// The parts of an object whose hits are those of its base, in order. What lies between them is prefiltered.
///
/// Copies must be in order of `offset`; what makes no sense inherits nothing.
fn plan(
    (bytes, base_bytes): (u32, u32),
    copies: impl Iterator<Item = CopyRange>,
    locality: Locality,
    parts: &mut Vec<Inherited>,
) {
    parts.clear();
    let mut open: Option<CopyRange> = None;
    let mut close = |copy: CopyRange| {
        if copy.len < u64::from(INHERITED_BYTES_MIN) {
            return;
        }
        let (Ok(base), Ok(start), Ok(len)) =
            (u32::try_from(copy.base_offset), u32::try_from(copy.offset), u32::try_from(copy.len))
        else {
            return;
        };
        let fits = |from: u32, all: u32| from.checked_add(len).is_some_and(|end| end <= all);
        if !fits(start, bytes) || !fits(base, base_bytes) {
            return;
        }
        // Where both begin, or both end, nothing else stands before or behind.
        let begins = start == 0 && base == 0;
        let ends = start + len == bytes && base + len == base_bytes;
        let before = if begins { 0 } else { locality.before };
        let behind = if ends { 0 } else { locality.behind };
        let (from, to) = (u64::from(start) + u64::from(before), u64::from(start + len));
        let to = to.saturating_sub(u64::from(behind));
        if to >= from + u64::from(INHERITED_BYTES_MIN) {
            let clean = ((!begins).then_some(start), (!ends).then_some(start + len));
            let (start, end) = (from as u32, to as u32);
            parts.push(Inherited { base: base + before, start, end, clean });
        }
    };
    for copy in copies {
        match &mut open {
            Some(last)
                if last.offset + last.len == copy.offset
                    && last.base_offset + last.len == copy.base_offset =>
            {
                last.len += copy.len;
            }
            Some(last) => {
                close(*last);
                *last = copy;
            }
            None => open = Some(copy),
        }
    }
    if let Some(last) = open {
        close(last);
    }
}

impl Engine {
    /// As [`Engine::scan_chunk_into`] for a whole object in one chunk, and keeps its hits for
    /// [`Engine::scan_delta_into`].
    pub fn scan_recorded_into(
        &self,
        chunk: &Chunk<'_>,
        scratch: &mut ScanScratch,
        record: &mut HitList,
    ) {
        let bytes = scratch.begin_scan(chunk);
        scratch.stretches.begin();
        record.clear();
        if self.prefilter().locality().is_some() {
            self.collect_hits(chunk.data, (0, bytes), scratch, record);
            self.file_hits(chunk, scratch, record);
        } else {
            let mut sink = HitSink::raw(&mut scratch.pass.hits, self.reach(), bytes);
            self.prefilter().scan_block(chunk.data, &mut scratch.pass.prefilter, &mut sink);
            record.has_zero = memchr::memchr(0, chunk.data).is_some();
            record.is_unusable = true;
        }
        self.find_spans(chunk, scratch, None, record);
        self.confirm_and_learn(chunk, scratch, record);
    }

    /// Makes windows of the hits that are not known to lead to nothing.
    fn file_hits(&self, chunk: &Chunk<'_>, scratch: &mut ScanScratch, record: &mut HitList) {
        let bytes = chunk.data.len() as u32;
        let like = scratch.pass.told();
        record.close(bytes, like);
        scratch.memo.begin(like);
        let mut sink = HitSink::raw(&mut scratch.pass.hits, self.reach(), bytes);
        for hit in record.hits.iter_mut().filter(|hit| !hit.is_quiet()) {
            scratch.memo.recall(chunk.data, hit);
            if !hit.is_quiet() {
                sink.hit(hit.rule, hit.from, hit.to);
            }
        }
        if record.is_unusable {
            // Too many hits to keep: the windows must come from somewhere.
            self.prefilter().scan_block(chunk.data, &mut scratch.pass.prefilter, &mut sink);
        }
    }

    /// Lists the encoded text of an object; of what was copied it is known.
    fn find_spans(
        &self,
        chunk: &Chunk<'_>,
        scratch: &mut ScanScratch,
        base: Option<(&HitList, bool)>,
        record: &mut HitList,
    ) {
        if self.tuning().decode_depth_max == 0 {
            return;
        }
        let mut search = Search::new(self.level(), chunk.data);
        let ScanScratch { derivation, inherited, stretches, .. } = scratch;
        let silent = stretches.silent();
        let known = match base {
            Some((HitList { spans: Some(base), .. }, is_like)) => {
                Known { base, is_like, parts: inherited, silent }
            }
            _ => Known { silent, ..Known::default() },
        };
        derivation.derive(&mut search, known, &mut record.spare);
        stretches.learn_silent(&record.spare);
    }

    fn confirm_and_learn(
        &self,
        chunk: &Chunk<'_>,
        scratch: &mut ScanScratch,
        record: &mut HitList,
    ) {
        let counters = scratch.pass.worker.counters;
        if record.has_zero {
            self.seed_utf16(chunk.data, BytesOf::Object, &mut scratch.pass);
        }
        scratch.pass.worker.witnesses.watch(scratch.memo.facts());
        self.confirm_windows(chunk, &mut scratch.pass);
        scratch.pass.worker.witnesses.close();
        if decode::scan_known(
            self,
            chunk,
            (&mut scratch.slab, &mut scratch.pass),
            &mut record.spare,
        ) {
            record.spans = Some(std::mem::take(&mut record.spare));
        }
        self.conclude(chunk, scratch, counters.windows);
        if scratch.pass.worker.counters.regex_gave_up == counters.regex_gave_up {
            self.learn(chunk.data, scratch, record);
        }
    }

    /// Notes which hits led to nothing, once the windows of the others are confirmed.
    fn learn(&self, bytes: &[u8], scratch: &mut ScanScratch, record: &mut HitList) {
        let (worker, memo) = (&scratch.pass.worker, &mut scratch.memo);
        for hit in record.hits.iter_mut().filter(|hit| !hit.is_quiet()) {
            if self.may_be_quiet(hit.rule) {
                let reach = self.reach()[hit.rule.index()];
                let evidence = worker.witnesses.evidence(hit.rule, reach, (hit.from, hit.to));
                hit.evidence = evidence.unwrap_or_default();
                if hit.is_quiet() && !record.is_unusable {
                    memo.learn(bytes, hit);
                }
            }
        }
    }

    /// Whether what a rule decides about a window depends on that window and the bytes around it alone.
    fn may_be_quiet(&self, rule: RuleId) -> bool {
        self.rule(rule).two_phase == NO_GATE
    }

    /// Scans a whole object in one chunk that was made from another, of which `base` has the hits. Finds exactly what
    /// [`Engine::scan_chunk_into`] finds. `record` keeps the hits of this object.
    ///
    /// `copies` are in the order of the object. They must tell the truth about its bytes: findings depend on them.
    pub fn scan_delta_into(
        &self,
        chunk: &Chunk<'_>,
        (base, copies): (&HitList, impl Iterator<Item = CopyRange>),
        scratch: &mut ScanScratch,
        record: &mut HitList,
    ) {
        let locality = self.prefilter().locality().filter(|_| !base.is_unusable);
        let Some(locality) = locality else {
            return self.scan_recorded_into(chunk, scratch, record);
        };
        let bytes = scratch.begin_scan(chunk);
        scratch.stretches.begin();
        record.clear();
        let mut parts = std::mem::take(&mut scratch.inherited);
        plan((bytes, base.bytes), copies, locality, &mut parts);
        let is_like = base.is_like(scratch.pass.told());
        let mut at = 0;
        for part in &parts {
            self.collect_hits(chunk.data, (at, part.start), scratch, record);
            record.inherit((base, is_like), *part);
            at = part.end;
        }
        self.collect_hits(chunk.data, (at, bytes), scratch, record);
        record.has_zero |= base.has_zero && memchr::memchr(0, chunk.data).is_some();
        scratch.inherited = parts;
        self.file_hits(chunk, scratch, record);
        self.find_spans(chunk, scratch, Some((base, is_like)), record);
        self.confirm_and_learn(chunk, scratch, record);
    }

    /// Lists the anchors that begin at `from..to`.
    fn collect_hits(
        &self,
        bytes: &[u8],
        (from, to): (u32, u32),
        scratch: &mut ScanScratch,
        record: &mut HitList,
    ) {
        let locality = self.prefilter().locality().filter(|_| from < to);
        let Some(locality) = locality else { return };
        let first = from.saturating_sub(locality.before) as usize;
        let last = to.saturating_add(locality.behind).min(bytes.len() as u32) as usize;
        record.has_zero |= memchr::memchr(0, &bytes[first..last]).is_some();
        // What is not known is prefiltered together as far as it lies together.
        let (mut rest, mut at) = (from..to, from);
        while !rest.is_empty() {
            let (stretch, behind) = scratch.stretches.cut(bytes, rest.clone(), locality);
            if scratch.stretches.recall(&stretch, record) {
                self.prefilter_places(bytes, (at, rest.start), scratch, record);
                at = behind.start;
            }
            rest = behind;
        }
        self.prefilter_places(bytes, (at, to), scratch, record);
    }

    /// Prefilters the places `from..to` for anchors that begin there.
    fn prefilter_places(
        &self,
        bytes: &[u8],
        (from, to): (u32, u32),
        scratch: &mut ScanScratch,
        record: &mut HitList,
    ) {
        let locality = self.prefilter().locality().filter(|_| from < to);
        let Some(locality) = locality else { return };
        let first = from.saturating_sub(locality.before);
        let last = to.saturating_add(locality.behind).min(bytes.len() as u32);
        let before = record.hits.len();
        let mut sink = HitSink::collecting(record, from..to);
        let places = first as usize..last as usize;
        self.prefilter().scan_places(bytes, places, &mut scratch.pass.prefilter, &mut sink);
        if record.is_unusable {
            scratch.stretches.give_up();
        } else {
            scratch.stretches.learn(&mut record.hits[before..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCALITY: Locality = Locality { before: 10, behind: 100 };

    fn planned(sizes: (u32, u32), copies: &[(u64, u64, u64)]) -> Vec<(u32, u32, u32)> {
        let copies = copies.iter().map(|(base_offset, offset, len)| CopyRange {
            base_offset: *base_offset,
            offset: *offset,
            len: *len,
        });
        let mut parts = Vec::new();
        plan(sizes, copies, LOCALITY, &mut parts);
        parts.iter().map(|part| (part.base, part.start, part.end)).collect()
    }

    #[test]
    fn what_is_far_enough_from_every_change_is_inherited() {
        for (sizes, copies, want) in [
            // The same object.
            ((5000, 5000), &[(0, 0, 5000)][..], &[(0, 0, 5000)][..]),
            // In two copies that are one.
            ((5000, 5000), &[(0, 0, 2000), (2000, 2000, 3000)], &[(0, 0, 5000)]),
            // An insert of ten bytes.
            (
                (5010, 5000),
                &[(0, 0, 2000), (2000, 2010, 3000)],
                &[(0, 0, 1900), (2010, 2020, 5010)],
            ),
            // A cut: copies meet.
            (
                (4000, 5000),
                &[(0, 0, 2000), (3000, 2000, 2000)],
                &[(0, 0, 1900), (3010, 2010, 4000)],
            ),
            // The end of one is not the end of the other.
            ((2000, 5000), &[(0, 0, 2000)], &[(0, 0, 1900)]),
            ((2000, 5000), &[(3000, 0, 2000)], &[(3010, 10, 2000)]),
            // Too short to be worth it.
            ((5000, 5000), &[(700, 1000, 300)], &[]),
            // What cannot be.
            ((5000, 5000), &[(4000, 0, 2000), (0, 4000, 2000), (u64::MAX, 0, 5)], &[]),
            ((0, 0), &[], &[]),
        ] {
            assert_eq!(planned(sizes, copies), want, "{sizes:?} {copies:?}");
        }
    }
}
