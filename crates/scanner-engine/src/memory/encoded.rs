//! Encoded text along a delta: what the base held in copied ranges is not looked for again, and what led to nothing is
//! not decoded again.
//!
//! Where an encoded span begins and ends depends on its own bytes and a short stretch around it
//! ([`AROUND_BYTES`]), and what is found in it on nothing else. Spans that overlap or touch depend on each other and are
//! taken over together or not at all. What is not taken over is searched, from the begin of the first span that a
//! change may have reached to the end of the last.

use std::ops::Range;

use super::Inherited;
use crate::transform::find::Search;
use crate::transform::{EncodedSpan, SIDE_MAX};

/// Bytes around a span, or around a place that shows one, that decide about it: an escape that near would be one span
/// with it. A wrapped line's break and indent are less.
const AROUND_BYTES: usize = SIDE_MAX + 128;

/// Bytes around a place that decide whether it shows something encoded, without any that follow from what it shows: a
/// softly broken line is the farthest, 77 bytes before.
pub(super) const SHOW_BYTES: usize = 96;

/// A shorter part that is known to show nothing is searched with what is around it.
const SILENT_BYTES_MIN: usize = 256;

// What begins to show itself that near to an end of a copy cannot touch what is taken over.
const _: () = assert!(SHOW_BYTES + SIDE_MAX < AROUND_BYTES);

/// An encoded span of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownSpan {
    pub(crate) span: EncodedSpan,
    /// Whether nothing was found in it.
    pub(crate) is_quiet: bool,
    /// What it decoded to, with everything inside: pieces and bytes.
    pub(crate) pieces: u32,
    pub(crate) bytes: u32,
}

impl KnownSpan {
    pub(crate) fn new(span: EncodedSpan) -> Self {
        Self { span, is_quiet: false, pieces: 0, bytes: 0 }
    }

    fn moved(&self, from: usize, to: usize) -> Self {
        let Range { start, end } = self.span.range();
        let range = start - from + to..end - from + to;
        Self { span: EncodedSpan::new(self.span.kind, range), ..self.clone() }
    }
}

/// What is known of an object before it is searched.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known<'a> {
    /// Spans of the base, and whether quiet ones stay so.
    pub(crate) base: &'a [KnownSpan],
    pub(crate) is_like: bool,
    /// What was copied from the base.
    pub(crate) parts: &'a [Inherited],
    /// Parts of the object in which nothing shows itself, in order.
    pub(crate) silent: &'a [Range<u32>],
}

/// Spans of the base that overlap or touch.
#[derive(Clone, Debug)]
struct Cluster {
    members: Range<usize>,
    start: usize,
    end: usize,
}

/// Buffers of [`Derivation::derive`], kept from object to object.
#[derive(Debug, Default)]
pub(crate) struct Derivation {
    clusters: Vec<Cluster>,
    found: Vec<EncodedSpan>,
}

/// A stretch whose spans are those of the base.
#[derive(Debug)]
struct Zone {
    /// In the object.
    start: usize,
    end: usize,
    /// Numbers of the clusters that are taken over.
    clusters: Range<usize>,
    /// Where the stretch begins in the base.
    base: usize,
}

impl Derivation {
    /// Gives the spans of an object as a search of the whole would.
    pub(crate) fn derive(
        &mut self,
        search: &mut Search<'_>,
        known: Known<'_>,
        out: &mut Vec<KnownSpan>,
    ) {
        let Known { base, is_like, parts, silent } = known;
        out.clear();
        self.found.clear();
        self.clusters.clear();
        self.clusters.extend(clusters_of(base));
        let bytes = search.len();
        let mut at = 0;
        for part in parts {
            let Some(mut zone) = self.zone_of(part, bytes).filter(|zone| zone.start >= at) else {
                continue;
            };
            self.search_until(search, silent, at, &mut zone);
            for cluster in &self.clusters[zone.clusters] {
                let known = base[cluster.members.clone()].iter();
                out.extend(known.map(|known| {
                    let mut known = known.moved(zone.base, zone.start);
                    known.is_quiet &= is_like;
                    known
                }));
            }
            at = zone.end;
        }
        self.search(search, silent, at..bytes);
        out.extend(self.found.drain(..).map(KnownSpan::new));
        out.sort_unstable_by_key(|known| known.span);
    }

    /// The stretch of a copy that no change can reach, and what lies in it. Where nothing encoded is near an end of the
    /// copy, a change can only reach as far as places may show something new; how far that then reaches, the search
    /// tells.
    fn zone_of(&self, part: &Inherited, bytes: usize) -> Option<Zone> {
        let (clean_start, clean_end) = part.clean;
        let shift = |at: usize| (at + part.start as usize).checked_sub(part.base as usize);
        let mut start = clean_start.map_or(0, |at| at as usize + AROUND_BYTES);
        let mut end = clean_end.map_or(bytes, |at| (at as usize).saturating_sub(AROUND_BYTES));
        let begins_behind = |cluster: &Cluster, at: usize| shift(cluster.start) >= Some(at);
        // Sorted, and they neither overlap nor touch: those that reach over the begin come first.
        let first = self.clusters.partition_point(|c| {
            shift(c.end).is_none_or(|last| last < clean_start.unwrap_or(0) as usize)
        });
        let mut members = first..first;
        let mut is_end_near = false;
        if let Some(clean) = clean_start
            && self.clusters.get(first).is_none_or(|cluster| begins_behind(cluster, start))
        {
            start = clean as usize + SHOW_BYTES;
        }
        for cluster in &self.clusters[first..] {
            let last = shift(cluster.end).unwrap_or(0);
            is_end_near |= last > end && shift(cluster.start) <= clean_end.map(|at| at as usize);
            if !begins_behind(cluster, start) {
                start = start.max(last);
                members = members.start + 1..members.end + 1;
            } else if last <= end {
                members.end += 1;
            } else {
                end = end.min(shift(cluster.start).unwrap_or(0));
                break;
            }
        }
        if let Some(clean) = clean_end.filter(|_| !is_end_near) {
            end = (clean as usize).saturating_sub(SHOW_BYTES);
        }
        let base = (start + part.base as usize).checked_sub(part.start as usize)?;
        (start < end).then_some(Zone { start, end, clusters: members, base })
    }

    /// Searches what lies between `from` and a zone, and as much of the zone as what is found reaches into: clusters
    /// reached are searched for, not taken over.
    fn search_until(
        &mut self,
        search: &mut Search<'_>,
        silent: &[Range<u32>],
        from: usize,
        zone: &mut Zone,
    ) {
        let (mut start, mut end) = (from, zone.start);
        let shift = zone.start.wrapping_sub(zone.base);
        loop {
            self.search(search, silent, start..end);
            let reached = search.reached();
            let mut next = reached;
            for cluster in &self.clusters[zone.clusters.clone()] {
                if reached == 0 || cluster.start.wrapping_add(shift) > reached {
                    break;
                }
                zone.clusters.start += 1;
                next = next.max(cluster.end.wrapping_add(shift));
            }
            let next = next.min(zone.end);
            if next <= end {
                return;
            }
            (start, end) = (end, next);
        }
    }
}

impl Derivation {
    /// Searches `places`, but for what is known to show nothing.
    fn search(&mut self, search: &mut Search<'_>, silent: &[Range<u32>], places: Range<usize>) {
        let Range { start: mut at, end } = places;
        let first = silent.partition_point(|part| part.end as usize <= at);
        for part in &silent[first..] {
            let (from, to) = (at.max(part.start as usize), end.min(part.end as usize));
            if from >= end {
                break;
            }
            if to - from >= SILENT_BYTES_MIN {
                if at < from {
                    search.find(at..from, &mut self.found);
                }
                at = to;
            }
        }
        if at < end {
            search.find(at..end, &mut self.found);
        }
    }
}

/// Groups of spans that overlap or touch, in order.
fn clusters_of(spans: &[KnownSpan]) -> impl Iterator<Item = Cluster> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let Range { start, mut end } = spans.get(at)?.span.range();
        let from = at;
        at += 1;
        while let Some(next) = spans.get(at).filter(|next| next.span.range().start <= end) {
            end = end.max(next.span.range().end);
            at += 1;
        }
        Some(Cluster { members: from..at, start, end })
    })
}
