//! Blobs that are archives: each entry through the engine, told under the blob's path, a `!` and its own.

use std::ops::ControlFlow;
use std::sync::Arc;

use scanner_archive::{
    Allowance, ArchiveScanner, Entry, EntryReader, EntrySink, Input, Outer, detect,
};
use scanner_core::{FileId, SkipReason};
use scanner_engine::ObjectFacts;
use scanner_git::{Blob, ObjectKind};

use super::detect::Detector;
use crate::archive::{ArchiveOptions, Clock};
use crate::chunk::{Chunker, ReadSource};
use crate::object::text_facts;
use crate::pipeline::NAMED_FAILURES_MAX;

/// What a worker needs for archives; made when it meets the first one.
pub(super) struct Opener {
    archives: ArchiveScanner,
    chunker: Chunker,
}

impl Detector<'_> {
    /// Scans what is in a blob, if that is an archive that can be read; whether it was.
    pub(super) fn open(&mut self, blob: &Blob<'_>) -> bool {
        let request = self.run.request;
        let Some(options) = &request.archives else { return false };
        if blob.kind != ObjectKind::Blob {
            return false;
        }
        let Some(format) = detect(blob.bytes) else { return false };
        let mut opener = self.opener.take().unwrap_or_else(|| Opener::new(self, options));
        let outer = self.named.and_then(|named| named.get(&blob.oid)).cloned();
        let path = outer.as_deref().unwrap_or_default();
        let watch = Clock::new(self.run.stop, options);
        let allowance = Allowance { run: &options.run, watch: &watch };
        let Opener { archives, chunker } = &mut *opener;
        let is_named = outer.is_some();
        let mut entries = Entries { detector: self, chunker, blob, outer: path.len(), is_named };
        let report = archives.scan(
            Outer { path, format },
            Input::Bytes(blob.bytes),
            allowance,
            &mut entries,
        );
        self.opener = Some(opener);
        let counts = &mut self.found.counts;
        if is_named {
            // Counted when it was opened first.
            return !report.is_unread();
        }
        counts.skips.merge(&report.skips());
        let failed = report.faults().find(|(fault, _)| !fault.skip_reason().is_policy());
        if let Some((fault, _)) = failed
            && counts.failures.len() < NAMED_FAILURES_MAX
        {
            counts.failures.push(format!("object {}: {fault}", blob.oid));
        }
        if report.is_unread() {
            return false;
        }
        counts.archives += 1;
        true
    }
}

impl Opener {
    fn new(detector: &Detector<'_>, options: &ArchiveOptions) -> Box<Self> {
        let request = detector.run.request;
        let chunker = Chunker::new(request.chunk_bytes, request.engine.required_overlap());
        Box::new(Self {
            archives: ArchiveScanner::new(options.limits, options.spool.clone()),
            chunker,
        })
    }
}

/// An entry of a blob.
#[derive(Debug)]
pub(super) struct Inner {
    /// What stands behind the blob's own path.
    pub(super) path: Box<[u8]>,
    /// When it last changed, where the archive says so.
    pub(super) modified: Option<i64>,
}

/// Scans the entries of one blob.
struct Entries<'s, 'a> {
    detector: &'s mut Detector<'a>,
    chunker: &'s mut Chunker,
    blob: &'s Blob<'s>,
    /// Bytes of the blob's own path, with which those of entries begin.
    outer: usize,
    is_named: bool,
}

impl Entries<'_, '_> {
    fn begin(&mut self, path: &[u8], head: &[u8], file_id: FileId) {
        let (encoding, is_binary) = text_facts(head);
        let scratch = &mut self.detector.scratch;
        if self.is_named {
            scratch.begin_object(&ObjectFacts { file_id, path, is_binary });
        } else {
            scratch.begin_nameless_object(file_id, is_binary);
        }
        self.detector.lines.reset(encoding);
    }
}

impl EntrySink for Entries<'_, '_> {
    fn entry(&mut self, entry: &Entry<'_>, bytes: &mut EntryReader<'_>) -> ControlFlow<()> {
        let options = self.detector.run.request.archives.as_ref();
        let paths = options.and_then(|options| options.paths.as_ref());
        if paths.is_some_and(|paths| !paths.take(entry.path, self.outer, false)) {
            let skips = &mut self.detector.found.counts.skips;
            skips.add_many(SkipReason::ExcludedPath, u64::from(!self.is_named));
            return ControlFlow::Continue(());
        }
        let path = entry.path.get(self.outer..).unwrap_or_default().into();
        let inner = Arc::new(Inner { path, modified: entry.modified });
        let file_id = self.detector.next_file_id();
        let engine = &self.detector.run.request.engine;
        let mut chunker = std::mem::replace(self.chunker, Chunker::new(0, 0));
        let mut is_first = true;
        let cut = chunker.cut(file_id, &mut ReadSource(bytes), &mut |chunk, keep| {
            if std::mem::take(&mut is_first) {
                self.begin(entry.path, chunk.data, file_id);
            }
            engine.scan_chunk_into(chunk, &mut self.detector.scratch);
            self.detector.take_findings(self.blob, Some(&inner), chunk);
            if !chunk.is_last {
                self.detector.lines.advance(&chunk.data[..chunk.data.len() - keep]);
            }
            let over = self.detector.run.is_over() && !chunk.is_last;
            if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        *self.chunker = chunker;
        let counts = &mut self.detector.found.counts;
        if !self.is_named {
            counts.archive_entries += 1;
            counts.files += 1;
            counts.bytes += cut.bytes;
            if let Some(error) = &cut.error {
                counts.skips.add(scanner_fs::skip_reason(error));
            }
        }
        if self.detector.run.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
