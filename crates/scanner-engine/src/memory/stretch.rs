//! Stretches of bytes that were prefiltered before: three quarters of what deltas insert stood in another version, or in
//! another file.
//!
//! Bytes are cut at blank lines, so that the same text is cut alike wherever it stands. A stretch is known by a
//! fingerprint of its bytes and of those around it that decide about anchors in it ([`Locality`]), under a
//! [`SecretKey`]; what is remembered are its hits, by their distance from its begin, and whether nothing encoded shows
//! itself in it. Stretches with more than a few hits are not remembered. The table has a fixed size; a new stretch takes
//! the place of what stood there.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use scanner_core::RuleId;

use super::encoded::{KnownSpan, SHOW_BYTES};
use super::{Hit, HitList};
use crate::prefilter::Locality;
use crate::secret_key::SecretKey;

/// Stretches that are remembered; a power of two.
const ENTRIES: usize = 1 << 14;

/// Bytes of a stretch, but for the last of a part.
const BYTES_MIN: usize = 192;
const BYTES_MAX: usize = 4096;

/// Hits of a stretch that is remembered, at most.
const HITS_MAX: usize = 3;

const _: () = assert!(BYTES_MAX <= u16::MAX as usize && ENTRIES.is_power_of_two());

static BLANK_LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\n\n"));

/// Known stretches.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    key: SecretKey,
    /// None until the first is looked for.
    entries: Vec<Entry>,
    /// Stretches that wait for their hits.
    open: Vec<Stretch>,
    /// Stretches of the object at hand of which it is not known whether something encoded shows itself.
    asked: Vec<Stretch>,
    /// Parts of the object at hand in which nothing encoded shows itself, in order.
    silent: Vec<Range<u32>>,
}

/// What is known of a stretch.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    fingerprint: u128,
    shape: Shape,
    hits: [KnownHit; HITS_MAX],
    count: u8,
    /// Whether it is known that nothing encoded shows itself.
    is_silent: bool,
}

/// Bytes of a stretch, and of what is there before and behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shape {
    bytes: u16,
    before: u16,
    behind: u16,
}

/// A hit by its distance from the begin of its stretch.
#[derive(Clone, Copy, Debug, Default)]
struct KnownHit {
    from: u16,
    len: u16,
    rule: u16,
}

/// A part of an object, with what it is known by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    start: u32,
    fingerprint: u128,
    shape: Shape,
}

impl Stretch {
    /// One past its last byte.
    fn end(&self) -> u32 {
        self.start + u32::from(self.shape.bytes)
    }
}

impl Stretches {
    /// Begins an object.
    pub(crate) fn begin(&mut self) {
        self.asked.clear();
        self.silent.clear();
    }

    /// The next stretch of `places`, which are not empty.
    pub(crate) fn cut(
        &mut self,
        bytes: &[u8],
        places: Range<u32>,
        locality: Locality,
    ) -> (Stretch, Range<u32>) {
        if self.entries.is_empty() {
            self.entries = vec![Entry::default(); ENTRIES];
        }
        let (start, last) = (places.start as usize, places.end as usize);
        let most = last.min(start + BYTES_MAX);
        let least = most.min(start + BYTES_MIN);
        let end = BLANK_LINE.find(&bytes[least..most]).map_or(most, |at| least + at + 1);
        let (before, behind) = (locality.before as usize, locality.behind as usize);
        let from = start.saturating_sub(before.max(SHOW_BYTES));
        let to = (end + behind.max(SHOW_BYTES)).min(bytes.len());
        let fingerprint = self.key.fingerprint(&bytes[from..to]);
        let shape = Shape {
            bytes: (end - start) as u16,
            before: (start - from) as u16,
            behind: (to - end) as u16,
        };
        (Stretch { start: places.start, fingerprint, shape }, end as u32..places.end)
    }

    /// Lists the hits of a stretch, if they are known. Otherwise they are to be told by [`Self::learn`].
    pub(crate) fn recall(&mut self, stretch: &Stretch, record: &mut HitList) -> bool {
        let entry = &self.entries[slot(stretch)];
        if (entry.fingerprint, entry.shape) != (stretch.fingerprint, stretch.shape) {
            self.open.push(*stretch);
            self.asked.push(*stretch);
            return false;
        }
        match self.silent.last_mut() {
            _ if !entry.is_silent => {}
            Some(last) if last.end == stretch.start => last.end = stretch.end(),
            _ => self.silent.push(stretch.start..stretch.end()),
        }
        for known in &entry.hits[..usize::from(entry.count)] {
            let from = stretch.start + u32::from(known.from);
            let rule = RuleId::new(u32::from(known.rule));
            record.push(Hit::new(rule, from, from + u32::from(known.len)));
        }
        true
    }

    /// Remembers the stretches that were not known: `hits` are those of all of them.
    pub(crate) fn learn(&mut self, hits: &mut [Hit]) {
        hits.sort_unstable();
        let mut rest = &*hits;
        for stretch in self.open.drain(..) {
            let (own, others) = rest.split_at(rest.partition_point(|hit| hit.from < stretch.end()));
            rest = others;
            if let Some(entry) = entry_of(&stretch, own) {
                self.entries[slot(&stretch)] = entry;
            }
        }
    }

    /// Parts of the object at hand in which nothing encoded shows itself, in order.
    pub(crate) fn silent(&self) -> &[Range<u32>] {
        &self.silent
    }

    /// Remembers in which stretches nothing shows itself, now that all encoded text of the object is known: what shows
    /// itself lies in a span.
    pub(crate) fn learn_silent(&mut self, spans: &[KnownSpan]) {
        let mut rest = spans.iter().map(|known| known.span.range()).peekable();
        let mut reached = 0;
        for stretch in self.asked.drain(..) {
            let (start, end) = (stretch.start as usize, stretch.end() as usize);
            while let Some(span) = rest.next_if(|span| span.start < end) {
                reached = reached.max(span.end);
            }
            let entry = &mut self.entries[slot(&stretch)];
            let is_same = (entry.fingerprint, entry.shape) == (stretch.fingerprint, stretch.shape);
            entry.is_silent |= is_same && reached <= start;
        }
    }

    /// Forgets those that wait: not all their hits are there.
    pub(crate) fn give_up(&mut self) {
        self.open.clear();
    }
}

fn slot(stretch: &Stretch) -> usize {
    stretch.fingerprint as usize % ENTRIES
}

/// What is to be remembered; `None` where that is too much.
fn entry_of(stretch: &Stretch, hits: &[Hit]) -> Option<Entry> {
    let mut known = [KnownHit::default(); HITS_MAX];
    for (hit, known) in hits.iter().zip(known.get_mut(..hits.len())?) {
        *known = KnownHit {
            from: u16::try_from(hit.from - stretch.start).ok()?,
            len: u16::try_from(hit.to - hit.from).ok()?,
            rule: u16::try_from(hit.rule.raw()).ok()?,
        };
    }
    let Stretch { fingerprint, shape, .. } = *stretch;
    Some(Entry { fingerprint, shape, hits: known, count: hits.len() as u8, is_silent: false })
}
