//! Every limit of this crate, in one tree that derives from a memory ceiling.
//!
//! Limits bound memory and work on hostile repositories; what is reached is counted, never silent. Values that do not
//! fit together are refused when the tree is made, and the defaults are checked at compile time.

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// The least ceiling that the derived limits respect.
pub const MEMORY_BYTES_MIN: u64 = 32 * MIB;

/// The ceiling that [`Limits::default`] takes.
pub const MEMORY_BYTES_DEFAULT: u64 = 512 * MIB;

/// Decoding of packs, for each worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackLimits {
    /// An object above this is decoded into a mapped temporary file.
    pub object_bytes_in_memory: u64,
    /// Bases and objects that one worker holds in memory; above it everything goes to mapped files.
    pub worker_bytes_in_memory: u64,
    /// An object above this is not decoded: [`Damage::TooLarge`](crate::Damage::TooLarge).
    pub object_bytes_max: u64,
    /// Longest delta chain followed when one object is read by itself.
    pub delta_depth_max: u32,
}

/// Reading single objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreLimits {
    /// Bytes of the cache for objects of up to 64 KiB.
    pub cache_small_bytes: u64,
    /// Bytes of the cache for objects of up to 2 MiB.
    pub cache_large_bytes: u64,
}

/// Trees and paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeLimits {
    /// Folders inside folders that a walk follows.
    pub depth_max: u32,
    /// Longest path built; longer ones are cut off and counted.
    pub path_bytes_max: u32,
    /// Paths told for one blob.
    pub paths_per_blob_max: u32,
    /// Edges between trees kept for attribution.
    pub edges_max: u64,
}

/// Small files: refs, configuration, alternates, index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Size of an alternates file or list of reftables.
    pub small_file_bytes_max: u64,
    /// Size of a configuration with all that it includes; parsed it takes up to 110 times as much.
    pub config_bytes_max: u64,
    /// Configuration files read, includes among them.
    pub config_files_max: u32,
    /// Size of a reflog, packed-refs, reftable, shallow or index file, which is read whole.
    pub large_file_bytes_max: u64,
    /// Object stores reached through alternates.
    pub alternates_max: u32,
    /// Links from alternate to alternate.
    pub alternates_depth_max: u32,
    /// References kept, about 230 bytes each, and ids of reflogs.
    pub refs_max: u32,
    /// Symbolic references followed in a row.
    pub symref_depth_max: u32,
}

/// All limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Decoding of packs, for each worker.
    pub pack: PackLimits,
    /// Reading single objects.
    pub store: StoreLimits,
    /// Trees and paths.
    pub tree: TreeLimits,
    /// Small files.
    pub file: FileLimits,
}

const _: () = assert!(Limits::from_memory(MEMORY_BYTES_MIN, 64).is_valid());
const _: () = assert!(Limits::from_memory(MEMORY_BYTES_DEFAULT, 4).is_valid());
const _: () = assert!(Limits::from_memory(64 * GIB, 1).is_valid());

impl Limits {
    /// Limits whose sum over `workers` stays under `memory_bytes` (at least [`MEMORY_BYTES_MIN`]).
    ///
    /// Half goes to the workers' objects, a sixteenth to the cache of single reads, a quarter to edges.
    pub const fn from_memory(memory_bytes: u64, workers: usize) -> Self {
        let memory = if memory_bytes < MEMORY_BYTES_MIN { MEMORY_BYTES_MIN } else { memory_bytes };
        let workers = if workers == 0 { 1 } else { workers as u64 };
        let worker_bytes = clamp(memory / 2 / workers, 64 * KIB, 512 * MIB);
        Self {
            pack: PackLimits {
                object_bytes_in_memory: clamp(worker_bytes / 4, 16 * KIB, 64 * MIB),
                worker_bytes_in_memory: worker_bytes,
                object_bytes_max: 64 * GIB,
                delta_depth_max: 10_000,
            },
            store: StoreLimits {
                cache_small_bytes: clamp(memory / 32, MIB, 64 * MIB),
                cache_large_bytes: clamp(memory / 32, MIB, 64 * MIB),
            },
            tree: TreeLimits {
                depth_max: 20_000,
                path_bytes_max: 4096,
                paths_per_blob_max: 64,
                edges_max: memory / 4 / 8,
            },
            file: FileLimits {
                small_file_bytes_max: 4 * MIB,
                config_bytes_max: 512 * KIB,
                config_files_max: 64,
                large_file_bytes_max: clamp(memory / 2, 16 * MIB, 4 * GIB),
                alternates_max: 64,
                alternates_depth_max: 5,
                refs_max: clamp(memory / 256, 64 * KIB, 20_000_000) as u32,
                symref_depth_max: 10,
            },
        }
    }

    /// Whether the limits fit together.
    pub const fn is_valid(&self) -> bool {
        self.pack.object_bytes_in_memory > 0
            && self.pack.object_bytes_in_memory <= self.pack.worker_bytes_in_memory
            && self.pack.object_bytes_in_memory <= self.pack.object_bytes_max
            && self.pack.delta_depth_max > 0
            && self.tree.path_bytes_max > 0
            && self.tree.depth_max > 0
            && self.file.small_file_bytes_max <= self.file.large_file_bytes_max
            && self.file.config_files_max > 0
            && self.file.alternates_max > 0
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::from_memory(MEMORY_BYTES_DEFAULT, 4)
    }
}

const fn clamp(value: u64, least: u64, most: u64) -> u64 {
    if value < least {
        least
    } else if value > most {
        most
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ceiling_gives_valid_limits_within_it() {
        for shift in 20..40 {
            for workers in [0, 1, 3, 16, 200] {
                let limits = Limits::from_memory(1 << shift, workers);
                assert!(limits.is_valid());
                let ceiling = (1_u64 << shift).max(MEMORY_BYTES_MIN);
                let sum = limits.pack.worker_bytes_in_memory * workers as u64
                    + limits.store.cache_small_bytes
                    + limits.store.cache_large_bytes
                    + limits.tree.edges_max * 8;
                assert!(sum <= ceiling, "{sum} for {workers} workers of {ceiling}");
            }
        }
    }
}
