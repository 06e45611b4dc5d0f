//! Every limit of the walk, checked when the crate is compiled.
//!
//! Reaching a limit never loses a file silently: the field's comment says what happens instead.

/// Bytes of one read of a folder's entries.
pub(crate) const LISTING_BYTES: usize = 32 * 1024;

/// The shortest record that the kernel writes for an entry: header, one letter, NUL, padded to eight.
const LISTING_RECORD_BYTES_MIN: usize = 24;

/// Bytes of names that one [`FileTable`](crate::file_table::FileTable) holds.
pub(crate) const TABLE_BYTES: usize = 2 * LISTING_BYTES;

/// Entries that one table holds.
pub(crate) const TABLE_ENTRIES: usize = 2 * LISTING_BYTES / LISTING_RECORD_BYTES_MIN;

/// Files larger than this are announced to the kernel as read from front to back; smaller ones are in one read,
/// where the call would only cost.
pub(crate) const ADVISE_BYTES_MIN: u64 = 256 * 1024;

/// While a worker visits a file of this size or more, the others of its batch can be stolen. Below it a visit is
/// over before that pays.
pub(crate) const SHARE_BYTES_MIN: u64 = 16 * 1024;

/// Tables that a worker keeps for reuse.
pub(crate) const SPARE_TABLES: usize = 4;

/// Stack of a worker's thread.
pub(crate) const WORKER_STACK_BYTES: usize = 4 * 1024 * 1024;

/// Limits that tests reach with smaller numbers.
#[expect(clippy::struct_field_names, reason = "unit and qualifier come last, as everywhere")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Threads of a walk. A request for more gets these.
    pub(crate) workers_max: usize,
    /// Bytes of a path below its root. A longer one is counted as a read error ("file name too long").
    pub(crate) path_bytes_max: usize,
    /// Bytes of one ignore file. A larger one is not applied: more is scanned, not less.
    pub(crate) ignore_file_bytes_max: u64,
    /// Folders whose listing is suspended with an open handle. Above it, listings are carried through at once.
    pub(crate) suspended_folders_max: usize,
    /// Bytes of paths of hard-linked files that wait for the end of the walk. Above it, such a file is
    /// visited under the name that came first.
    pub(crate) linked_path_bytes_max: usize,
    /// Hard-linked files that are told apart. Above it, one may be visited once for each of its names.
    pub(crate) linked_files_max: usize,
}

impl Limits {
    /// What the product runs with.
    pub(crate) const DEFAULT: Self = Self {
        workers_max: 1024,
        path_bytes_max: 4095,
        ignore_file_bytes_max: 256 * 1024,
        suspended_folders_max: 256,
        linked_path_bytes_max: 64 * 1024 * 1024,
        linked_files_max: 4 * 1024 * 1024,
    };

    const fn is_valid(&self) -> bool {
        // The kernel takes no path of PATH_MAX (4096, with its NUL) and more; rules nest no deeper than paths,
        // which keeps the drop of their chain shallow.
        self.workers_max > 0
            && self.path_bytes_max > 0
            && self.path_bytes_max < 4096
            && self.ignore_file_bytes_max > 0
            && self.suspended_folders_max > 0
            && self.suspended_folders_max <= 512
            && self.linked_files_max > 0
    }
}

const _: () = assert!(Limits::DEFAULT.is_valid());
// A table that has room for one more read of entries takes all of it.
const _: () = assert!(TABLE_BYTES >= LISTING_BYTES && TABLE_BYTES <= u32::MAX as usize);
const _: () = assert!(TABLE_ENTRIES * LISTING_RECORD_BYTES_MIN <= TABLE_BYTES);
