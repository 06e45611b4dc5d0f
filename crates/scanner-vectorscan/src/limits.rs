//! Everything that is bounded here, and what happens at each bound.

/// Bytes of an expression. A longer one is refused before the library sees it (its own limit is 16,000).
pub const EXPRESSION_BYTES_MAX: usize = 15_000;

/// Bytes of a file of the cache. A larger one is not read and is deleted.
pub const CACHE_FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Files of the cache. Where there are more the oldest are deleted when one is stored.
pub const CACHE_FILES_MAX: usize = 320;

/// Patterns of a shard, about: the seeds' measure. At this size a shard is compiled in a fraction of a second.
pub(crate) const PATTERNS_PER_SHARD: usize = 80;

/// Shards, at most: each is one more pass over every byte that is scanned.
pub(crate) const SHARDS_MAX: usize = 64;

/// What a pattern costs beyond its length.
pub(crate) const PATTERN_COST: u64 = 16;

const _: () = assert!(CACHE_FILES_MAX > 2 * SHARDS_MAX, "a sharded build fits beside another");
const _: () = assert!(PATTERNS_PER_SHARD > 0 && SHARDS_MAX > 0);
