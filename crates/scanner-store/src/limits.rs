//! Every limit of the store, and what happens when it is reached.

/// Records that wait for the writer. When there are more, workers wait.
pub(crate) const QUEUE_RECORDS: usize = 16;

/// Bytes with which a record of a journal is full.
pub(crate) const RECORD_BYTES: usize = 96 * 1024;

/// Bytes of a record's payload at most. A larger one is lost, and read as damage.
pub(crate) const RECORD_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Findings that are written as one piece. An object with more is written as several.
pub(crate) const BATCH_FINDINGS_MAX: usize = 1024;

/// Findings of a run up to which rows are made of them at its end. Those of larger runs wait in the journal.
pub(crate) const FOLD_AT_END_FINDINGS_MAX: u64 = 1000;

/// Bytes of a journal that are folded in one transaction, and not many more: others who write wait meanwhile.
pub(crate) const STEP_BYTES_MAX: u64 = 1024 * 1024;

/// Bytes of a page of the database.
pub(crate) const PAGE_BYTES: u64 = 4096;

/// Ids of each dimension that the writer keeps in memory; when there are more it forgets them all.
pub(crate) const CACHED_IDS_MAX: usize = 128 * 1024;

/// Files that are remembered as unchanged and without findings. Those above it are scanned again.
pub(crate) const CLEAN_FILES_MAX: usize = 4 * 1024 * 1024;

/// Folders of which the entries are remembered. Those above it are read again.
pub(crate) const FOLDERS_MAX: usize = 1024 * 1024;

/// Bytes of entries that are remembered for a root. Folders above it are read again.
pub const FOLDER_BYTES_MAX: usize = 32 * 1024 * 1024;

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

const _: () = assert!(RECORD_BYTES < RECORD_BYTES_MAX && BATCH_FINDINGS_MAX > 0);
const _: () = assert!(QUEUE_RECORDS > 0 && CACHED_IDS_MAX > 0 && SEEN_BLOBS_PER_ROW > 0);
