//! Everything that we may decline to scan, as a closed list, counted in every summary.
//!
//! A *policy skip* is what the user asked for or would expect (ignored paths, devices). A *failure* is
//! something that should have been scanned and was not: it makes the run incomplete.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why bytes were not scanned, or not completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Excluded by a path rule of the configuration or a flag.
    ExcludedPath,
    /// Over `--max-file-size`.
    FileTooLarge,
    /// A socket, fifo or device.
    NotARegularFile,
    /// A symbolic link; links are not followed.
    Symlink,
    /// The same file was reached by another name (hard link).
    DuplicateFile,
    /// The path does not exist or went away before it was opened.
    Vanished,
    /// The system refused access.
    PermissionDenied,
    /// Any other error of the system while opening, reading or listing.
    ReadError,
    /// The file's size changed while it was read; what was read has been scanned.
    ChangedWhileRead,
    /// The run's time was over.
    Timeout,
    /// The user interrupted the run.
    Interrupted,
    /// More findings in one chunk than a scan keeps; the surplus is counted here.
    FindingsDropped,
    /// The regex engine gave up on a window.
    RegexGaveUp,
    /// A UTF-16 window was longer than the engine decodes.
    Utf16WindowTooLong,
    /// The decode budget of a chunk was used up.
    DecodeBudget,
    /// A result could not be written to one of the outputs.
    SinkFailed,
    /// A finding could not be kept in the store.
    StoreFailed,
    /// The memory ceiling left no room.
    MemoryBudget,
    /// A worker failed on an object; the object is not completely scanned.
    WorkerFailed,
    /// A git object whose stored form is wrong: compression, size, delta, header.
    GitObjectDamaged,
    /// A git object that is referred to and not there: partial clone, absent delta base.
    GitObjectMissing,
    /// A git object larger than any that is decoded.
    GitObjectTooLarge,
    /// A pack, or an index of packs, that could not be used as a whole.
    GitPackDamaged,
    /// References, a reflog, an index or a configuration of git that could not be read.
    GitFileDamaged,
    /// The history ends at the border of a shallow clone.
    GitHistoryCut,
    /// A tree or path deeper, longer or more frequent than attribution follows.
    GitPathsCut,
    /// An archive, or an entry of one, that is encrypted.
    ArchiveEncrypted,
    /// An entry in a compression method or form that is not read.
    ArchiveUnsupported,
    /// An archive, or an entry of one, that is cut off, contradicts itself or fails its checksum.
    ArchiveDamaged,
    /// An archive nested deeper than archives are opened; its raw bytes were scanned.
    ArchiveTooDeep,
    /// An archive with more entries than are read.
    ArchiveTooManyEntries,
    /// An entry longer than entries are read; its beginning was scanned.
    ArchiveEntryTooLarge,
    /// An archive that yields more bytes than are read from one.
    ArchiveTooLarge,
    /// The run's budget of bytes out of archives was used up.
    ArchiveRunBudget,
    /// Data that expands more than honest data does.
    ArchiveExpansion,
    /// An archive that took longer than an archive may.
    ArchiveTime,
    /// An entry whose decoder wants more memory than decoders get.
    ArchiveMemory,
    /// An archive that has to be copied to be read, and the copy is too large or failed.
    ArchiveSpool,
}

impl SkipReason {
    /// Whether the user would expect it: such skips leave a run complete.
    pub const fn is_policy(self) -> bool {
        matches!(
            self,
            Self::ExcludedPath
                | Self::FileTooLarge
                | Self::NotARegularFile
                | Self::Symlink
                | Self::DuplicateFile
                | Self::ArchiveEncrypted
        )
    }

    /// The key used in summaries.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ExcludedPath => "excluded_path",
            Self::FileTooLarge => "file_too_large",
            Self::NotARegularFile => "not_a_regular_file",
            Self::Symlink => "symlink",
            Self::DuplicateFile => "duplicate_file",
            Self::Vanished => "vanished",
            Self::PermissionDenied => "permission_denied",
            Self::ReadError => "read_error",
            Self::ChangedWhileRead => "changed_while_read",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::FindingsDropped => "findings_dropped",
            Self::RegexGaveUp => "regex_gave_up",
            Self::Utf16WindowTooLong => "utf16_window_too_long",
            Self::DecodeBudget => "decode_budget",
            Self::SinkFailed => "sink_failed",
            Self::StoreFailed => "store_failed",
            Self::MemoryBudget => "memory_budget",
            Self::WorkerFailed => "worker_failed",
            Self::GitObjectDamaged => "git_object_damaged",
            Self::GitObjectMissing => "git_object_missing",
            Self::GitObjectTooLarge => "git_object_too_large",
            Self::GitPackDamaged => "git_pack_damaged",
            Self::GitFileDamaged => "git_file_damaged",
            Self::GitHistoryCut => "git_history_cut",
            Self::GitPathsCut => "git_paths_cut",
            Self::ArchiveEncrypted => "archive_encrypted",
            Self::ArchiveUnsupported => "archive_unsupported",
            Self::ArchiveDamaged => "archive_damaged",
            Self::ArchiveTooDeep => "archive_too_deep",
            Self::ArchiveTooManyEntries => "archive_too_many_entries",
            Self::ArchiveEntryTooLarge => "archive_entry_too_large",
            Self::ArchiveTooLarge => "archive_too_large",
            Self::ArchiveRunBudget => "archive_run_budget",
            Self::ArchiveExpansion => "archive_expansion",
            Self::ArchiveTime => "archive_time",
            Self::ArchiveMemory => "archive_memory",
            Self::ArchiveSpool => "archive_spool",
        }
    }

    /// For people: "3 files could not be read: …".
    pub const fn explain(self) -> &'static str {
        match self {
            Self::ExcludedPath => "excluded by path rules",
            Self::FileTooLarge => "larger than --max-file-size",
            Self::NotARegularFile => "sockets, fifos and devices",
            Self::Symlink => "symbolic links, not followed",
            Self::DuplicateFile => "hard links to a file already scanned",
            Self::Vanished => "gone before they could be read",
            Self::PermissionDenied => "permission denied",
            Self::ReadError => "read errors",
            Self::ChangedWhileRead => "changed while being read",
            Self::Timeout => "left when the time was over",
            Self::Interrupted => "left when the scan was interrupted",
            Self::FindingsDropped => "findings over the limit of one chunk",
            Self::RegexGaveUp => "windows on which a pattern gave up",
            Self::Utf16WindowTooLong => "UTF-16 passages longer than the limit",
            Self::DecodeBudget => "chunks whose encoded data exceeded the decode budget",
            Self::SinkFailed => "results that could not be written",
            Self::StoreFailed => "findings that could not be stored",
            Self::MemoryBudget => "left for want of memory",
            Self::WorkerFailed => "objects on which a worker failed",
            Self::GitObjectDamaged => "git objects that are damaged",
            Self::GitObjectMissing => {
                "git objects that are missing (partial clone or broken store)"
            }
            Self::GitObjectTooLarge => "git objects too large to decode",
            Self::GitPackDamaged => "git packs or pack indexes that are damaged",
            Self::GitFileDamaged => "git references, logs or indexes that could not be read",
            Self::GitHistoryCut => "places where a shallow clone cuts off history",
            Self::GitPathsCut => "paths of git objects beyond the limits of attribution",
            Self::ArchiveEncrypted => "encrypted archives or entries",
            Self::ArchiveUnsupported => "archive entries in a form that is not read",
            Self::ArchiveDamaged => "damaged archives or entries",
            Self::ArchiveTooDeep => "archives nested too deeply, scanned without opening",
            Self::ArchiveTooManyEntries => "archives with too many entries",
            Self::ArchiveEntryTooLarge => "archive entries cut off for their length",
            Self::ArchiveTooLarge => "archives that hold too many bytes",
            Self::ArchiveRunBudget => "archives left because the run's budget for them was used up",
            Self::ArchiveExpansion => "archives that expand suspiciously much",
            Self::ArchiveTime => "archives left because they took too long",
            Self::ArchiveMemory => "archive entries whose decoder needs too much memory",
            Self::ArchiveSpool => "archives that could not be copied to be read",
        }
    }
}

/// How often each reason occurred. Ordered, so that outputs are stable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkipCounts(BTreeMap<SkipReason, u64>);

impl SkipCounts {
    /// Counts one more.
    pub fn add(&mut self, reason: SkipReason) {
        self.add_many(reason, 1);
    }

    /// Counts `count` more; none is no entry.
    pub fn add_many(&mut self, reason: SkipReason, count: u64) {
        if count > 0 {
            *self.0.entry(reason).or_default() += count;
        }
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        for (reason, count) in &other.0 {
            self.add_many(*reason, *count);
        }
    }

    /// How often `reason` occurred.
    pub fn get(&self, reason: SkipReason) -> u64 {
        self.0.get(&reason).copied().unwrap_or(0)
    }

    /// Skips by policy, in order.
    pub fn skipped(&self) -> impl Iterator<Item = (SkipReason, u64)> + '_ {
        self.0.iter().filter(|(r, _)| r.is_policy()).map(|(r, n)| (*r, *n))
    }

    /// Failures, in order.
    pub fn failed(&self) -> impl Iterator<Item = (SkipReason, u64)> + '_ {
        self.0.iter().filter(|(r, _)| !r.is_policy()).map(|(r, n)| (*r, *n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_and_failure_are_counted_apart() {
        let mut counts = SkipCounts::default();
        counts.add(SkipReason::Symlink);
        counts.add_many(SkipReason::ReadError, 2);
        counts.add_many(SkipReason::Vanished, 0);
        assert_eq!(counts.skipped().collect::<Vec<_>>(), [(SkipReason::Symlink, 1)]);
        assert_eq!(counts.failed().collect::<Vec<_>>(), [(SkipReason::ReadError, 2)]);
    }
}
