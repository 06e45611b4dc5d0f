//! What a run is told: fully resolved values, nothing left to default.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use scanner_core::{Confidence, RunInfo};
use scanner_fs::WalkPolicy;

use crate::allow::Allowlists;
use crate::archive::ArchiveOptions;
use crate::git::GitSource;
use crate::identity::Identities;
use crate::ledger::Ledger;
use crate::run_engine::RunEngine;
use crate::storing::StoreSession;

/// Bytes that a worker reads at a time, where nothing else is said. Files up to this size are one read.
pub const CHUNK_BYTES_DEFAULT: usize = 256 * 1024;

/// Smallest and largest chunk.
pub const CHUNK_BYTES: std::ops::RangeInclusive<usize> = 4 * 1024..=8 * 1024 * 1024;

/// Where the bytes come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Files and folders.
    Files {
        /// Roots, as the user named them.
        roots: Vec<PathBuf>,
        /// What is left out.
        policy: WalkPolicy,
    },
    /// Git repositories and bundles.
    Git(GitSource),
    /// A work tree: its files, and the history of its repository.
    WorkTree {
        /// Roots, as the user named them.
        roots: Vec<PathBuf>,
        /// What is left out.
        policy: WalkPolicy,
        /// The repository.
        git: GitSource,
    },
    /// Container images: archives of `docker save`, OCI layouts as folder or archive.
    Image {
        /// The images, as the user named them.
        images: Vec<PathBuf>,
        /// Digests of layers that are left out, `sha256:…`.
        exclude_layers: Vec<String>,
    },
    /// Standard input, or any other single stream, under the given name.
    Stream {
        /// Shown as the path.
        name: String,
    },
}

/// What is reported of what is found.
#[derive(Clone, Debug)]
pub struct Filters {
    /// Findings below are counted as suppressed.
    pub min_confidence: Confidence,
    /// Whether inline markers (`gitleaks:allow` and the like) silence findings.
    pub inline_markers: bool,
    /// Paths and values that are allowed.
    pub allow: Allowlists,
    /// Whether a secret is reported once with all its places.
    pub dedup: bool,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            min_confidence: Confidence::Likely,
            inline_markers: true,
            allow: Allowlists::default(),
            dedup: true,
        }
    }
}

/// A run.
#[derive(Debug)]
pub struct ScanRequest {
    /// The compiled rules.
    pub engine: RunEngine,
    /// Where the bytes come from.
    pub source: Source,
    /// Threads.
    pub jobs: NonZeroUsize,
    /// Bytes read at a time; see [`CHUNK_BYTES`].
    pub chunk_bytes: usize,
    /// How archives are read; `None` scans them as they are.
    pub archives: Option<ArchiveOptions>,
    /// What is reported.
    pub filters: Filters,
    /// Hashes and ignores.
    pub identities: Identities,
    /// Where findings are kept and what earlier runs know; `None` for a run that leaves nothing behind.
    pub store: Option<StoreSession>,
    /// Where everything that is dropped is written down; `None` where nobody asked.
    pub ledger: Option<Arc<Ledger>>,
    /// When to stop.
    pub timeout: Option<Duration>,
    /// The program's version, for reports.
    pub version: String,
    /// The command line's targets, for reports.
    pub targets: Vec<String>,
    /// Start as seconds since 1970, for reports.
    pub started_unix: u64,
    /// Whether an output wants `primaryLocationLineHash`, which costs a second look at the object.
    pub line_hashes: bool,
}

impl ScanRequest {
    /// The run, as sinks get it.
    pub fn run_info(&self) -> RunInfo {
        RunInfo {
            version: self.version.clone(),
            targets: self.targets.clone(),
            rules: self.engine.rule_infos().to_vec(),
            started_unix: self.started_unix,
            stable_identities: self.identities.keys.is_persistent(),
        }
    }
}

/// Jobs and chunk size for a memory ceiling: each worker needs its chunk, the overlap and its scratch.
///
/// Returns `None` where not even one worker with the smallest chunk fits.
pub fn fit_memory(
    ceiling: u64,
    jobs: NonZeroUsize,
    overlap: usize,
) -> Option<(NonZeroUsize, usize)> {
    /// What the program itself takes: code, compiled rules, thread stacks.
    const BASE_BYTES: u64 = 24 * 1024 * 1024;
    /// Scratch and regex caches of a worker.
    const WORKER_BYTES: u64 = 8 * 1024 * 1024;
    let mut jobs = jobs.get();
    loop {
        let each = ceiling.checked_sub(BASE_BYTES)? / jobs as u64;
        // A chunk is held once as bytes and at most half as narrowed UTF-16 text.
        let room = each.saturating_sub(WORKER_BYTES).saturating_sub(2 * overlap as u64) * 2 / 3;
        let chunk = usize::try_from(room).unwrap_or(usize::MAX).min(CHUNK_BYTES_DEFAULT);
        if chunk >= 64 * 1024 || (jobs == 1 && chunk >= *CHUNK_BYTES.start()) {
            return Some((NonZeroUsize::new(jobs)?, chunk));
        }
        if jobs == 1 {
            return None;
        }
        jobs -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_bounds_chunk_and_jobs() {
        let jobs = NonZeroUsize::new(4).unwrap();
        let fit = |mib: u64| fit_memory(mib * 1024 * 1024, jobs, 48 * 1024);
        assert_eq!(fit(1024), Some((jobs, CHUNK_BYTES_DEFAULT)));
        assert_eq!(fit(16), None);
        let (jobs, chunk) = fit(40).unwrap();
        assert!(jobs.get() < 4 && CHUNK_BYTES.contains(&chunk));
    }
}
