//! The scan of a chunk; [`Engine::scan_chunk_into`] reads as a table of contents.

use scanner_core::Chunk;

use crate::counters::EngineStats;
use crate::decode;
use crate::engine::Engine;
use crate::finish;
use crate::prefilter::{BytesOf, HitSink};
use crate::scratch::ScanScratch;

impl Engine {
    /// Scans a chunk. Findings whose evidence was complete in the chunk before, or is not complete in this
    /// one, are left to that one: each is reported by exactly one chunk.
    ///
    /// # Panics
    ///
    /// The chunk has 4 GiB or more; the reader's chunks are far smaller.
    pub fn scan_chunk_into(&self, chunk: &Chunk<'_>, scratch: &mut ScanScratch) {
        let bytes = scratch.begin_scan(chunk);
        let mut sink = HitSink::raw(&mut scratch.pass.hits, self.reach(), bytes);
        scratch.pass.prefilter.runs.forget();
        self.prefilter().scan_block(chunk.data, &mut scratch.pass.prefilter, &mut sink);
        std::mem::swap(&mut scratch.pass.runs, &mut scratch.pass.prefilter.runs);
        self.seed_utf16(chunk.data, BytesOf::Object, &mut scratch.pass);
        self.finish_scan(chunk, scratch);
    }

    /// Everything behind the prefilter.
    fn finish_scan(&self, chunk: &Chunk<'_>, scratch: &mut ScanScratch) {
        let windows_before = scratch.pass.worker.counters.windows;
        self.confirm_windows(chunk, &mut scratch.pass);
        decode::scan_encoded(self, chunk, (&mut scratch.slab, &mut scratch.pass));
        self.conclude(chunk, scratch, windows_before);
    }

    /// Everything behind confirming and decoding.
    pub(crate) fn conclude(
        &self,
        chunk: &Chunk<'_>,
        scratch: &mut ScanScratch,
        windows_before: u64,
    ) {
        EngineStats::record(&EngineStats {
            chunks: 1,
            bytes: chunk.data.len() as u64,
            pairs: scratch.pass.hits.touched().len() as u64,
            windows: scratch.pass.worker.counters.windows - windows_before,
        });
        finish::finish(self, chunk, scratch);
    }
}
