//! Long spans are decoded piece by piece and never as a whole: the prefilter sees the stream, and only what lies around
//! its windows, and around what is encoded in it again, becomes a piece of the slab.
//!
//! Such a stretch waits in a `TimingWheel` until its right edge has been decoded. Its bytes are then taken from the
//! `ByteRing` of what was decoded last; what fell out of it, or needs the place of each byte, is decoded again. Where
//! stretches would be most of the stream, or a prefilter cannot tell them, all of the span goes into the slab as ever.
//!
//! A stretch reaches so far beyond each window that a match in it is judged as in the whole ([`margin`]). A match that is
//! nearer to a cut edge lies farther inside another stretch and is left to that one.

use std::ops::Range;

use scanner_core::{DecodeKind, RuleId};
use scanner_stdx::{ByteRing, Refused, TimingWheel};

use crate::engine::{BOUNDARY_BYTES, Engine};
use crate::prefilter::{BlockStream, PrefilterScratch, StreamPiece, StreamSink, StreamWindow};
use crate::transform::find::Search;
use crate::transform::stream::{PIECE_BYTES, StreamDecoder};
use crate::transform::{Decoded, EncodedSpan, Origin, SIDE_MAX, inflate};

/// Encoded bytes of a span that is worth it: a shorter one is decoded as a whole, which is quicker.
pub(super) const LONG_BYTES: usize = 128 * 1024;

/// Decoded bytes that are remembered.
const RING_BYTES: usize = 128 * 1024;

/// Stretches that may wait.
const WAITING_MAX: usize = 256;

/// Stretches of a span; one that has more is decoded as a whole.
const STRETCHES_MAX: usize = 64;

/// Bytes of the stream around something encoded in it that decide about it.
pub(super) const AROUND_BYTES: usize = SIDE_MAX + 256;

/// A stretch that waits until its right edge has been decoded: windows of rules that overlap, and what is encoded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PendingWindow {
    lo: u64,
    hi: u64,
}

/// What decoding a span as a stream needs; made when the first long span is met, then kept.
#[derive(Debug)]
pub(crate) struct SpanStream {
    decoder: StreamDecoder,
    ring: ByteRing,
    /// Its buckets are wide because rules may look far; times are exact all the same.
    wheel: TimingWheel<PendingWindow, 64>,
    prefilter: BlockStream,
    /// The prefilter's memory for streams.
    memory: PrefilterScratch,
    windows: Vec<StreamWindow>,
    /// The stretch that later windows may still make longer.
    open: Option<PendingWindow>,
    /// Stretches whose right edge has been decoded.
    due: Vec<PendingWindow>,
    /// The end of the stream so far, searched for encoded text.
    tail: Vec<u8>,
    found: Vec<EncodedSpan>,
    /// Whether something encoded went on at the end of the last piece.
    goes_on: bool,
    /// Behind the last byte of what was found encoded.
    encoded_until: usize,
    /// Bytes in stretches, and their number.
    taken: (usize, usize),
}

/// A stretch of the decoded bytes that is to be scanned, now in the slab.
#[derive(Debug)]
pub(super) struct Stretch {
    /// Its first byte, in the decoded bytes of the span.
    pub(super) start: usize,
    /// Where it comes from.
    pub(super) origin: Origin,
    /// Whether more of the stream lies before it, or behind.
    pub(super) is_cut: (bool, bool),
}

/// What is decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// What the span stands in.
    pub(super) bytes: &'a [u8],
    /// The span.
    pub(super) span: &'a EncodedSpan,
    /// Bytes that it may decode to.
    pub(super) room: usize,
    /// Whether encodings in it are undone too.
    pub(super) is_searched: bool,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Everything was decoded: so many bytes.
    Whole(usize),
    /// There was not room for everything.
    NoRoom,
    /// The span is to be decoded as a whole.
    ForceFull,
}

impl SpanStream {
    pub(super) fn new(engine: &Engine) -> Self {
        let widest = engine.reach().iter().map(|reach| u64::from(reach.width)).max().unwrap_or(0);
        let horizon = 4 * (widest + u64::from(engine.context_bytes() + BOUNDARY_BYTES));
        Self {
            decoder: StreamDecoder::default(),
            ring: ByteRing::with_capacity(RING_BYTES),
            wheel: TimingWheel::new(horizon + 4 * PIECE_BYTES as u64, WAITING_MAX),
            prefilter: BlockStream::default(),
            memory: PrefilterScratch::default(),
            windows: Vec::new(),
            open: None,
            due: Vec::new(),
            tail: Vec::new(),
            found: Vec::new(),
            goes_on: false,
            encoded_until: 0,
            taken: (0, 0),
        }
    }

    /// Decodes a span and puts each stretch that is to be scanned into the slab: `keep` is told of it there.
    pub(super) fn run(
        &mut self,
        engine: &Engine,
        source: Source<'_>,
        out: &mut Decoded,
        keep: &mut dyn FnMut(&mut Decoded, usize, Stretch),
    ) -> End {
        self.begin(source);
        loop {
            let before = self.decoder.done();
            if !self.next_piece(engine, source, before) || self.is_dense() {
                return End::ForceFull;
            }
            let done = self.decoder.done();
            let is_over = done == before || done > source.room;
            self.deliver(is_over);
            for index in 0..self.due.len() {
                let from = out.bytes.len();
                let Some(stretch) = self.copy(source, self.due[index], is_over, out) else {
                    return End::ForceFull;
                };
                self.taken.0 += out.bytes.len() - from;
                self.taken.1 += 1;
                keep(out, from, stretch);
            }
            self.due.clear();
            if is_over {
                return if done > source.room { End::NoRoom } else { End::Whole(done) };
            }
        }
    }

    fn begin(&mut self, source: Source<'_>) {
        self.decoder.begin(source.bytes, source.span);
        self.ring.clear();
        self.wheel.clear();
        self.windows.clear();
        self.open = None;
        self.due.clear();
        self.tail.clear();
        (self.goes_on, self.encoded_until, self.taken) = (false, 0, (0, 0));
    }

    /// Decodes a piece, prefilters it and files what is to be scanned; false where that cannot be told or cannot wait.
    fn next_piece(&mut self, engine: &Engine, source: Source<'_>, before: usize) -> bool {
        let bytes = self.decoder.next(source.bytes);
        let is_first = before == 0;
        let is_last = bytes.is_empty();
        self.ring.push(bytes);
        self.tail.extend_from_slice(bytes);
        let mut sink = StreamSink::new(engine.reach(), &mut self.windows);
        let piece = StreamPiece { bytes, is_first, is_last };
        let memory = (&mut self.prefilter, &mut self.memory);
        engine.prefilter().scan_stream(piece, memory, &mut sink);
        if sink.is_forced_full() || (is_first && inflate::detect(bytes).is_some()) {
            return false;
        }
        self.file_windows(engine) && (!source.is_searched || self.file_encoded(engine, before))
    }

    /// Whether what is scanned apart is so much that the whole span is quicker.
    fn is_dense(&self) -> bool {
        let (bytes, stretches) = self.taken;
        let all = bytes + self.open.map_or(0, |open| (open.hi - open.lo) as usize);
        stretches > STRETCHES_MAX || (all > 4 * PIECE_BYTES && 2 * all > self.decoder.done())
    }

    /// Files the windows of the last piece; false where one cannot wait.
    fn file_windows(&mut self, engine: &Engine) -> bool {
        let mut all_wait = true;
        for index in 0..self.windows.len() {
            let StreamWindow { rule, variant, lo, hi, .. } = self.windows[index];
            let margin = u64::from(variant.scale()) * margin(engine, rule);
            all_wait &= self.add(PendingWindow { lo: lo.saturating_sub(margin), hi: hi + margin });
        }
        self.windows.clear();
        all_wait
    }

    /// Files what is encoded in the last piece, which begins at `before`, and at the end of what came before it.
    fn file_encoded(&mut self, engine: &Engine, before: usize) -> bool {
        let base = self.decoder.done() - self.tail.len();
        let went_on = self.goes_on;
        self.search(engine, before - base);
        let mut all_wait = true;
        for index in 0..self.found.len() {
            let (kind, Range { start, end }) = (self.found[index].kind, self.found[index].range());
            // A run of which the front is nothing that is noticed, and so long that it is not at hand.
            let is_run = matches!(kind, DecodeKind::Base64 | DecodeKind::Hex);
            let is_known = went_on || base + start < self.encoded_until;
            if is_run && start < 4 && base > 0 && !is_known {
                return false;
            }
            self.encoded_until = self.encoded_until.max(base + end);
            let around = AROUND_BYTES as u64;
            let lo = ((base + start) as u64).saturating_sub(around);
            all_wait &= self.add(PendingWindow { lo, hi: (base + end) as u64 + around });
        }
        let kept = self.tail.len().min(AROUND_BYTES);
        self.tail.drain(..self.tail.len() - kept);
        all_wait
    }

    /// Looks for encoded text in the tail, of which what is new begins at `first`.
    fn search(&mut self, engine: &Engine, first: usize) {
        self.found.clear();
        let is_encoded =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=\r\n \t\\".contains(byte);
        if self.goes_on {
            let len = self.tail[first..].iter().take_while(|byte| is_encoded(byte)).count();
            let range = first..first + len;
            self.goes_on = range.end == self.tail.len();
            self.found.push(EncodedSpan::new(DecodeKind::Base64, range));
        }
        let mut search = Search::new(engine.level(), &self.tail);
        search.find(0..self.tail.len(), &mut self.found);
        self.goes_on |= search.reached() == self.tail.len();
    }

    /// Adds a stretch to the open one or lets that one wait; false where it cannot.
    fn add(&mut self, window: PendingWindow) -> bool {
        let Some(open) = self.open else {
            self.open = Some(window);
            return true;
        };
        if window.lo <= open.hi && open.lo <= window.hi {
            let joined = PendingWindow { lo: open.lo.min(window.lo), hi: open.hi.max(window.hi) };
            self.open = Some(joined);
            return true;
        }
        // One that came late waits by itself.
        let (waits, open) = if window.lo > open.hi { (open, window) } else { (window, open) };
        self.open = Some(open);
        // Times that are over are those whose edge has been decoded.
        match self.wheel.push(waits.hi, waits) {
            Ok(()) => true,
            Err(Refused::Due(waits)) => {
                self.due.push(waits);
                true
            }
            Err(_) => false,
        }
    }

    /// Takes out the stretches whose right edge has been decoded.
    fn deliver(&mut self, is_over: bool) {
        let done = self.decoder.done() as u64;
        let Self { wheel, due, open, .. } = self;
        if let Some(last) = open.filter(|open| is_over || open.hi + (AROUND_BYTES as u64) < done) {
            due.push(last);
            *open = None;
        }
        wheel.advance_and_drain(if is_over { u64::MAX } else { done }, |window| due.push(window));
    }

    /// Copies a stretch to the end of `out`: from the ring, or decoded again; nothing where neither can be.
    fn copy(
        &self,
        source: Source<'_>,
        window: PendingWindow,
        is_over: bool,
        out: &mut Decoded,
    ) -> Option<Stretch> {
        let done = self.decoder.done();
        // Groups of base64 are three bytes.
        let start = (window.lo as usize).min(done) / 3 * 3;
        let end = (window.hi as usize).next_multiple_of(3).min(done);
        let is_cut = (start > 0, !is_over || end < done);
        let part = start..end.max(start);
        let origin = match self.decoder.origin_of(&part) {
            Some(origin) if self.take_remembered(&part, &mut out.bytes) => origin,
            _ => self.decoder.again(source.bytes, part, out)?,
        };
        Some(Stretch { start, origin, is_cut })
    }

    fn take_remembered(&self, part: &Range<usize>, out: &mut Vec<u8>) -> bool {
        let Some((first, second)) = self.ring.pieces(part.start as u64..part.end as u64) else {
            return false;
        };
        out.extend_from_slice(first);
        out.extend_from_slice(second);
        true
    }
}

/// Bytes of text around a window of a rule within which its matches are judged as in the whole text: the context, and one
/// more match, which lets the search fall into step.
pub(super) fn margin(engine: &Engine, rule: RuleId) -> u64 {
    let width = engine.rule(rule).width_max.saturating_add(2 * BOUNDARY_BYTES);
    u64::from(width.saturating_add(engine.context_bytes()))
}
