//! The prefilter over decoded bytes that arrive piece by piece: what it reports, and how a prefilter of blocks does it.
//!
//! Places are offsets from the beginning of the stream. An anchor becomes a [`StreamWindow`] that holds every match it
//! can belong to, by the same arithmetic as in a chunk; its right edge may lie behind what has arrived.

use std::ops::Range;

use scanner_core::{RuleId, Variant};

use super::{HitSink, RADIUS, RuleReach};
use crate::prefilter::Locality;
use crate::prefilter::utf16;

/// A stretch of a stream in which a rule might match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamWindow {
    /// The rule.
    pub rule: RuleId,
    /// The encoding of the text.
    pub variant: Variant,
    /// Its first byte.
    pub lo: u64,
    /// Behind its last byte, or behind the end of the stream.
    pub hi: u64,
    /// The first byte of the anchor.
    pub anchor_hint: u64,
}

/// Takes windows of a stream.
#[derive(Debug)]
pub struct StreamSink<'a> {
    reach: &'a [RuleReach],
    windows: &'a mut Vec<StreamWindow>,
    force_full: bool,
}

impl<'a> StreamSink<'a> {
    /// A sink that adds to `windows`.
    pub fn new(reach: &'a [RuleReach], windows: &'a mut Vec<StreamWindow>) -> Self {
        Self { reach, windows, force_full: false }
    }

    /// Takes a window.
    pub fn window(&mut self, window: StreamWindow) {
        self.windows.push(window);
    }

    /// Takes an anchor of `rule` at `places`.
    pub fn hit(&mut self, rule: RuleId, variant: Variant, places: Range<u64>) {
        let scale = u64::from(variant.scale());
        let reach = scale * u64::from(self.reach[rule.index()].width.saturating_add(RADIUS));
        self.windows.push(StreamWindow {
            rule,
            variant,
            lo: places.end.saturating_sub(reach),
            hi: places.start.saturating_add(reach),
            anchor_hint: places.start,
        });
    }

    /// Says that windows do not tell where rules might match: all of the stream is to be decoded and scanned as a whole.
    pub fn force_full(&mut self) {
        self.force_full = true;
    }

    /// Whether somebody said so.
    pub fn is_forced_full(&self) -> bool {
        self.force_full
    }
}

/// The next bytes of a stream.
#[derive(Clone, Copy, Debug)]
pub struct StreamPiece<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Whether the stream begins with them.
    pub is_first: bool,
    /// Whether it ends with them.
    pub is_last: bool,
}

/// Hits of a prefilter of blocks, by their places in the bytes it saw.
#[derive(Debug, Default)]
pub(super) struct StreamHits {
    pub(super) list: Vec<(RuleId, Variant, u32, u32)>,
    /// Whether a rule might match everywhere.
    pub(super) is_everywhere: bool,
}

/// What a prefilter remembers of a stream: one of blocks the bytes that may still decide about an anchor.
#[derive(Debug, Default)]
pub struct BlockStream {
    bytes: Vec<u8>,
    /// Place of the first of `bytes`.
    base: u64,
    /// Anchors that begin before this place were reported.
    sure: u64,
    hits: StreamHits,
    narrowing: utf16::Narrowing,
    /// What another engine remembers that has streams of its own.
    #[cfg(feature = "vectorscan")]
    pub(super) live: super::vectorscan::LiveStream,
}

impl BlockStream {
    /// Adds a piece and reports the anchors about which nothing that is still to come can decide. `scan` reports those of
    /// a block. Without locality every byte may decide: then the stream has no windows.
    pub fn scan(
        &mut self,
        piece: StreamPiece<'_>,
        locality: Option<Locality>,
        scan: &mut dyn FnMut(&[u8], &mut HitSink<'_>),
        sink: &mut StreamSink<'_>,
    ) {
        let Some(locality) = locality else { return sink.force_full() };
        if piece.is_first {
            (self.base, self.sure) = (0, 0);
            self.bytes.clear();
        }
        self.bytes.extend_from_slice(piece.bytes);
        let end = self.base + self.bytes.len() as u64;
        // Twice as far, and a unit more: the text may be UTF-16.
        let (before, behind) =
            (2 * u64::from(locality.before) + 2, 2 * u64::from(locality.behind) + 2);
        let sure = if piece.is_last { end } else { end.saturating_sub(behind).max(self.sure) };
        self.collect(locality, scan);
        if self.hits.is_everywhere {
            sink.force_full();
        }
        for (rule, variant, from, to) in self.hits.list.drain(..) {
            let places = self.base + u64::from(from)..self.base + u64::from(to);
            if (self.sure..sure).contains(&places.start) {
                sink.hit(rule, variant, places);
            }
        }
        self.sure = sure;
        let done = (sure.saturating_sub(before).max(self.base) - self.base) as usize;
        self.bytes.drain(..done);
        self.base += done as u64;
    }

    /// Lists the hits in the bytes at hand, in their coordinates.
    fn collect(&mut self, locality: Locality, scan: &mut dyn FnMut(&[u8], &mut HitSink<'_>)) {
        let Self { bytes, hits, narrowing, .. } = self;
        hits.list.clear();
        hits.is_everywhere = false;
        scan(bytes, &mut HitSink::stream(hits, Variant::Raw));
        narrowing.each(bytes, Some(locality), |variant, first, text| {
            let before = hits.list.len();
            scan(text, &mut HitSink::stream(hits, variant));
            for (_, _, from, to) in &mut hits.list[before..] {
                *from = first as u32 + 2 * *from;
                *to = first as u32 + 2 * *to;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, EngineOptions};
    use crate::prefilter::PrefilterScratch;
    use proptest::prelude::*;
    #[cfg(feature = "vectorscan")]
    use scanner_rules::RuleSpec;
    use scanner_rules::builtin;
    use std::sync::OnceLock;

    /// The native engine, and the other one with literals and with patterns where it is built in.
    fn engines() -> &'static [Engine] {
        static ENGINES: OnceLock<Vec<Engine>> = OnceLock::new();
        ENGINES.get_or_init(|| {
            let native = Engine::new(&builtin::specs(), EngineOptions::default());
            let mut engines = vec![native.expect("the rules compile")];
            add_others(&mut engines);
            engines
        })
    }

    #[cfg(feature = "vectorscan")]
    fn add_others(engines: &mut Vec<Engine>) {
        use crate::{VsMode, VsSettings};
        // All of them would be compiled for seconds, and the generic ones have the most anchors.
        let is_taken = |spec: &RuleSpec| {
            let id = spec.id.as_str();
            id.starts_with("generic") || id.starts_with("github") || id.len().is_multiple_of(9)
        };
        let specs: Vec<RuleSpec> = builtin::specs().into_iter().filter(is_taken).collect();
        for mode in [VsMode::AnchorsOnly, VsMode::RegexAndAnchors] {
            let settings = VsSettings { mode, ..VsSettings::default() };
            let engine = Engine::with_vectorscan(&specs, EngineOptions::default(), settings);
            engines.push(engine.expect("the rules compile"));
        }
    }

    #[cfg(not(feature = "vectorscan"))]
    fn add_others(_: &mut Vec<Engine>) {}

    /// Windows of `text` cut at `cuts`.
    fn windows(engine: &Engine, text: &[u8], cuts: &[usize]) -> Vec<StreamWindow> {
        let (mut stream, mut windows) = (BlockStream::default(), Vec::new());
        let mut scratch = PrefilterScratch::default();
        let mut sink = StreamSink::new(engine.reach(), &mut windows);
        let mut at = 0;
        for cut in cuts.iter().chain([&text.len()]) {
            let to = (*cut).clamp(at, text.len());
            let bytes = &text[at..to];
            let piece = StreamPiece { bytes, is_first: at == 0, is_last: false };
            let memory = (&mut stream, &mut scratch);
            engine.prefilter().scan_stream(piece, memory, &mut sink);
            at = to;
        }
        let last = StreamPiece { bytes: b"", is_first: text.is_empty(), is_last: true };
        engine.prefilter().scan_stream(last, (&mut stream, &mut scratch), &mut sink);
        assert!(!sink.is_forced_full());
        windows.sort_unstable();
        windows.dedup();
        windows
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn cuts_between_pieces_change_nothing(
            words in prop::collection::vec(prop_oneof![
                4 => prop::sample::select(vec![
                    "password = \"", "ghp", "_", "sk", "_live_", "AKIA", "api_key: ", "4eC39Hqw8vJtYz6kLmNp2RsT",
                    "0123456789abcdef0123", "https://user:pw@host", "\n", "-----BEGIN PRIVATE KEY-----", "; ",
                ]).prop_map(|word| word.as_bytes().to_vec()),
                1 => prop::collection::vec(any::<u8>(), 0..30),
            ], 0..60),
            wide in any::<bool>(),
            cuts in prop::collection::vec(0usize..3000, 0..12),
        ) {
            let mut text = words.concat();
            if wide {
                text = text.iter().flat_map(|byte| [*byte, 0]).collect();
            }
            let mut cuts = cuts;
            cuts.sort_unstable();
            for engine in engines() {
                let whole = windows(engine, &text, &[]);
                prop_assert_eq!(windows(engine, &text, &cuts), whole, "{}", engine.prefilter_name());
            }
        }
    }

    #[test]
    fn anchors_of_either_encoding_have_windows() {
        let text = ["token = 'gh", "p_0123456789abcdefghijABCDEFGHIJ012345'"].concat();
        let wide: Vec<u8> = text.bytes().flat_map(|byte| [byte, 0]).collect();
        for (bytes, variant) in [(text.as_bytes(), Variant::Raw), (&wide, Variant::Utf16Le)] {
            let place = 9 * u64::from(variant.scale());
            let holds = |w: &StreamWindow| w.variant == variant && w.lo <= place && place < w.hi;
            for engine in engines() {
                let found = windows(engine, bytes, &[3, 12, 13, 14]);
                let name = engine.prefilter_name();
                assert!(found.iter().any(holds), "{name} {variant:?}: {found:?}");
            }
        }
    }
}
