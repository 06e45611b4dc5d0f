//! Every limit of the store, and what happens when it is reached.

/// Batches that wait for the writer. When there are more, workers wait.
pub(crate) const QUEUE_BATCHES: usize = 1024;

/// Findings of one batch. An object with more is sent as several batches.
pub(crate) const BATCH_FINDINGS_MAX: usize = 1024;

/// Findings of one transaction, after which it is committed though more is waiting.
pub(crate) const GROUP_FINDINGS_MAX: usize = 4096;

/// Objects of one transaction.
pub(crate) const GROUP_OBJECTS_MAX: usize = 4096;

/// Ids of each dimension that the writer keeps in memory; when there are more it forgets them all.
pub(crate) const CACHED_IDS_MAX: usize = 128 * 1024;

/// Files that are remembered as unchanged and without findings. Those above it are scanned again.
pub(crate) const CLEAN_FILES_MAX: usize = 4 * 1024 * 1024;

/// Objects with findings that are remembered. Those above it are scanned again.
pub(crate) const OBJECTS_MAX: usize = 1024 * 1024;

/// Ids of git objects that are remembered for a repository.
pub(crate) const SEEN_BLOBS_MAX: usize = 64 * 1024 * 1024;

/// Ids of git objects in one row.
pub(crate) const SEEN_BLOBS_PER_ROW: usize = 64 * 1024;

/// Rule sets of a root for which unchanged files are remembered; the oldest goes first.
pub(crate) const RULE_SETS_PER_ROOT_MAX: usize = 4;

/// Rows of one page of a listing, at most.
pub(crate) const PAGE_ROWS_MAX: u32 = 100_000;

/// Bytes of a baseline or ignore file; a larger one is refused.
pub(crate) const BASELINE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Salts of one baseline, as merging makes them; a file with more is refused.
pub(crate) const BASELINE_SALTS_MAX: usize = 16;

/// Matches up to which a filter is cheap enough to begin a listing with.
pub(crate) const DRIVER_ROWS_MAX: i64 = 20_000;

const _: () = assert!(BATCH_FINDINGS_MAX <= GROUP_FINDINGS_MAX);
const _: () = assert!(QUEUE_BATCHES > 0 && CACHED_IDS_MAX > 0 && SEEN_BLOBS_PER_ROW > 0);
