//! What became of an archive and of each entry, as closed lists that are counted.
//!
//! A [`Fault`] is never an error of the program: hostile and damaged archives are normal input. It names why
//! bytes were not read and maps to exactly one [`SkipReason`].

use scanner_core::{SkipCounts, SkipReason};

/// Why an archive, or an entry of one, was not read completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
#[repr(u8)]
pub enum Fault {
    /// Needs a password.
    #[error("encrypted")]
    Encrypted,
    /// A compression method or form that is not read.
    #[error("unsupported method or form")]
    Unsupported,
    /// Structure or compressed data contradict themselves.
    #[error("damaged")]
    Damaged,
    /// The data end too early.
    #[error("cut off")]
    Truncated,
    /// Everything was read, but checksum or size are not those that were promised.
    #[error("checksum or size differ")]
    Checksum,
    /// Entries claim more compressed bytes than the archive has.
    #[error("entries overlap")]
    Overlap,
    /// Nested deeper than [`Limits::depth_max`](crate::Limits::depth_max).
    #[error("nested too deeply")]
    Depth,
    /// More entries than [`Limits::entries_max`](crate::Limits::entries_max).
    #[error("too many entries")]
    Entries,
    /// Longer than [`Limits::entry_bytes_max`](crate::Limits::entry_bytes_max).
    #[error("entry too long")]
    EntryBytes,
    /// More than [`Limits::archive_bytes_max`](crate::Limits::archive_bytes_max) out of one archive.
    #[error("archive yields too many bytes")]
    ArchiveBytes,
    /// The budget of the whole run is used up.
    #[error("the run's budget of archive bytes is used up")]
    RunBytes,
    /// Expands more than [`Limits::ratio_max`](crate::Limits::ratio_max).
    #[error("expands too much")]
    Ratio,
    /// A decoder wants more than [`Limits::decoder_bytes_max`](crate::Limits::decoder_bytes_max).
    #[error("decoder needs too much memory")]
    Memory,
    /// A copy would exceed [`Limits::spool_bytes_max`](crate::Limits::spool_bytes_max), or could not be written.
    #[error("no room for a copy")]
    Spool,
    /// The system failed to read the outermost object.
    #[error("read error")]
    Read,
    /// The caller says that this archive took long enough.
    #[error("took too long")]
    Time,
    /// The caller ended the scan.
    #[error("stopped")]
    Stopped,
}

impl Fault {
    /// How many kinds there are.
    pub const COUNT: usize = Self::Stopped as usize + 1;

    /// All kinds, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Encrypted,
        Self::Unsupported,
        Self::Damaged,
        Self::Truncated,
        Self::Checksum,
        Self::Overlap,
        Self::Depth,
        Self::Entries,
        Self::EntryBytes,
        Self::ArchiveBytes,
        Self::RunBytes,
        Self::Ratio,
        Self::Memory,
        Self::Spool,
        Self::Read,
        Self::Time,
        Self::Stopped,
    ];

    /// The reason under which a summary counts it.
    pub const fn skip_reason(self) -> SkipReason {
        match self {
            Self::Encrypted => SkipReason::ArchiveEncrypted,
            Self::Unsupported => SkipReason::ArchiveUnsupported,
            Self::Damaged | Self::Truncated | Self::Checksum | Self::Overlap => {
                SkipReason::ArchiveDamaged
            }
            Self::Depth => SkipReason::ArchiveTooDeep,
            Self::Entries => SkipReason::ArchiveTooManyEntries,
            Self::EntryBytes => SkipReason::ArchiveEntryTooLarge,
            Self::ArchiveBytes => SkipReason::ArchiveTooLarge,
            Self::RunBytes => SkipReason::ArchiveRunBudget,
            Self::Ratio => SkipReason::ArchiveExpansion,
            Self::Memory => SkipReason::ArchiveMemory,
            Self::Spool => SkipReason::ArchiveSpool,
            Self::Read => SkipReason::ReadError,
            Self::Time => SkipReason::ArchiveTime,
            Self::Stopped => SkipReason::Interrupted,
        }
    }

    /// Whether nothing more can be read out of the outermost archive.
    pub(crate) const fn ends_archive(self) -> bool {
        matches!(self, Self::ArchiveBytes | Self::RunBytes | Self::Time | Self::Stopped)
    }
}

/// What one call of [`ArchiveScanner::scan`](crate::ArchiveScanner::scan) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchiveReport {
    /// Entries whose bytes were handed over, texts and remainders included.
    pub entries: u64,
    /// Bytes handed over.
    pub bytes: u64,
    /// Archives, compressed streams and documents that were opened, the outermost included.
    pub containers: u64,
    /// Entries that the sink declined.
    pub declined: u64,
    /// Entries without bytes of their own: folders, links, devices.
    pub without_data: u64,
    faults: [u64; Fault::COUNT],
}

impl ArchiveReport {
    /// How often `fault` occurred.
    pub fn count(&self, fault: Fault) -> u64 {
        self.faults[fault as usize]
    }

    /// Whether everything could be read.
    pub fn is_complete(&self) -> bool {
        self.faults.iter().all(|&count| count == 0)
    }

    /// Whether nothing at all could be read, so that the raw bytes are worth a look.
    pub fn is_unread(&self) -> bool {
        self.bytes == 0 && self.without_data == 0 && !self.is_complete()
    }

    /// The faults that occurred, each with its count, in order.
    pub fn faults(&self) -> impl Iterator<Item = (Fault, u64)> + '_ {
        Fault::ALL.into_iter().map(|fault| (fault, self.count(fault))).filter(|(_, n)| *n > 0)
    }

    /// The faults as a summary counts them.
    pub fn skips(&self) -> SkipCounts {
        let mut counts = SkipCounts::default();
        for (fault, count) in self.faults() {
            counts.add_many(fault.skip_reason(), count);
        }
        counts
    }

    /// Adds another report's counts.
    pub fn merge(&mut self, other: &Self) {
        self.entries += other.entries;
        self.bytes += other.bytes;
        self.containers += other.containers;
        self.declined += other.declined;
        self.without_data += other.without_data;
        for (mine, theirs) in self.faults.iter_mut().zip(other.faults) {
            *mine += theirs;
        }
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults[fault as usize] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_every_fault_at_its_index() {
        for (index, fault) in Fault::ALL.into_iter().enumerate() {
            assert_eq!(fault as usize, index);
        }
    }

    #[test]
    fn kinds_of_damage_are_one_reason() {
        let mut report = ArchiveReport::default();
        report.add(Fault::Damaged);
        report.add(Fault::Truncated);
        report.add(Fault::Encrypted);
        assert_eq!(report.skips().get(SkipReason::ArchiveDamaged), 2);
        assert_eq!(report.skips().get(SkipReason::ArchiveEncrypted), 1);
        assert!(!report.is_complete());
        assert_eq!(
            report.faults().collect::<Vec<_>>(),
            [(Fault::Encrypted, 1), (Fault::Damaged, 1), (Fault::Truncated, 1)]
        );
    }
}
