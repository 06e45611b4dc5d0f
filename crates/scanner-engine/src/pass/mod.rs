//! One pass over a text, be it a chunk or what was decoded from one: from anchors to windows to findings.

mod scratch;

use scanner_core::{Chunk, RuleId, Variant};

use crate::confirm::confirm_window;
use crate::engine::{BOUNDARY_BYTES, Engine};
use crate::gate::Stage;
use crate::hits::SpanU32;
use crate::judge::FileKind;
use crate::prefilter::{BytesOf, HitSink, utf16};
use crate::view::{decode_window, raw_view, utf16_view};
pub(crate) use scratch::PassScratch;

impl Engine {
    /// Prefilter of UTF-16 text, where there is any.
    pub(crate) fn seed_utf16(&self, bytes: &[u8], of: BytesOf, scratch: &mut PassScratch) {
        let PassScratch { hits, narrowing, prefilter, .. } = scratch;
        let memory = (hits, narrowing, prefilter);
        utf16::scan_block(self.prefilter(), (bytes, of), self.reach(), memory);
    }

    /// Scans decoded bytes; what is found stands in their coordinates.
    pub(crate) fn scan_decoded(&self, text: &Chunk<'_>, scratch: &mut PassScratch) {
        scratch.hits.reset();
        let mut sink = HitSink::raw(&mut scratch.hits, self.reach(), text.data.len() as u32);
        scratch.prefilter.runs.forget();
        self.prefilter().scan_decoded(text.data, &mut scratch.prefilter, &mut sink);
        std::mem::swap(&mut scratch.runs, &mut scratch.prefilter.runs);
        self.seed_utf16(text.data, BytesOf::Decoded, scratch);
        self.confirm_windows(text, scratch);
    }

    /// Confirms the windows of each touched (rule, variant), in order.
    pub(crate) fn confirm_windows(&self, chunk: &Chunk<'_>, scratch: &mut PassScratch) {
        scratch.hits.sort_touched();
        for index in 0..scratch.hits.touched().len() {
            let pair = scratch.hits.touched()[index];
            let rule = RuleId::new(pair / 3);
            let variant = Variant::ALL[(pair % 3) as usize];
            scratch.hits.take_into(pair, &mut scratch.windows);
            if !self.applies(rule, scratch) {
                let place = scratch.windows.first().copied().unwrap_or_default();
                let place =
                    scanner_core::Span::new(place.start, place.end).to_root(chunk.base_offset);
                scratch.worker.refuse(rule, Stage::Path, place);
                continue;
            }
            if self.cold(rule).is_judged && scratch.worker.file_kind.is_none() {
                scratch.worker.file_kind = Some(FileKind::of(&scratch.path));
            }
            for window_index in 0..scratch.windows.len() {
                let window = scratch.windows[window_index];
                scratch.worker.counters.windows += 1;
                if variant == Variant::Raw {
                    let view = raw_view(chunk, window);
                    confirm_window(self, rule, &view, &mut scratch.worker, &mut scratch.findings);
                } else {
                    self.confirm_utf16(chunk, (rule, variant), window, scratch);
                }
            }
        }
    }

    /// Whether the rule applies to the object at all.
    fn applies(&self, rule: RuleId, scratch: &PassScratch) -> bool {
        let cold = self.cold(rule);
        if cold.text_only && scratch.is_binary {
            return false;
        }
        !scratch.has_path || self.applies_to_path(rule, &scratch.path)
    }

    /// A window of UTF-16 text, in overlapping pieces where it is long. Windows of strings that begin at even
    /// and at odd places may have been merged, so both are decoded.
    fn confirm_utf16(
        &self,
        chunk: &Chunk<'_>,
        (rule, variant): (RuleId, Variant),
        window: SpanU32,
        scratch: &mut PassScratch,
    ) {
        let context = 2 * (self.context_bytes() + BOUNDARY_BYTES) as usize;
        let overlap = 2 * (self.rule(rule).width_max + BOUNDARY_BYTES) as usize;
        let piece = (self.tuning().utf16_window_bytes_max as usize).max(2 * overlap);
        let (mut at, end) = (window.start as usize, window.end as usize);
        loop {
            let search = at..(at + piece).min(end);
            for parity in 0..2 {
                let from = search.start.saturating_sub(context);
                // Units begin at places of this parity in the object, not in the chunk.
                let misaligned = (chunk.base_offset as usize + from + parity) & 1;
                let span = from + misaligned..(search.end + context).min(chunk.data.len());
                if span.is_empty() {
                    continue;
                }
                let text = &mut scratch.utf16_text;
                decode_window(&chunk.data[span.clone()], variant == Variant::Utf16Be, text);
                let view = utf16_view(chunk, variant, span, search.clone(), text);
                confirm_window(self, rule, &view, &mut scratch.worker, &mut scratch.findings);
            }
            if search.end == end {
                return;
            }
            at = search.end - overlap;
        }
    }
}
