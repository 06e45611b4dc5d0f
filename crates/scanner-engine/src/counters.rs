//! Coarse counters of the engine, for profiling: no-ops unless the feature `perf-counters` is on.
//!
//! Relaxed atomics: good for diagnosis, not for accounting, and a snapshot is not one moment. The type's
//! shape does not depend on the feature.

#[cfg(feature = "perf-counters")]
use std::sync::atomic::{AtomicU64, Ordering};

/// A snapshot of the counters; all zero without the feature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Chunks scanned.
    pub chunks: u64,
    /// Bytes scanned, overlaps included.
    pub bytes: u64,
    /// (rule, variant) pairs that had a window.
    pub pairs: u64,
    /// Windows confirmed.
    pub windows: u64,
}

#[cfg(feature = "perf-counters")]
static COUNTERS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

impl EngineStats {
    /// What was counted since the last reset.
    pub fn snapshot() -> Self {
        #[cfg(feature = "perf-counters")]
        {
            let get = |index: usize| COUNTERS[index].load(Ordering::Relaxed);
            Self { chunks: get(0), bytes: get(1), pairs: get(2), windows: get(3) }
        }
        #[cfg(not(feature = "perf-counters"))]
        Self::default()
    }

    /// Sets all counters to zero.
    pub fn reset() {
        #[cfg(feature = "perf-counters")]
        COUNTERS.iter().for_each(|counter| counter.store(0, Ordering::Relaxed));
    }

    /// Adds to the counters.
    pub(crate) fn record(added: &Self) {
        #[cfg(feature = "perf-counters")]
        for (index, value) in
            [added.chunks, added.bytes, added.pairs, added.windows].into_iter().enumerate()
        {
            COUNTERS[index].fetch_add(value, Ordering::Relaxed);
        }
        #[cfg(not(feature = "perf-counters"))]
        let _ = added;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_zero_without_the_feature() {
        EngineStats::reset();
        EngineStats::record(&EngineStats { chunks: 1, ..EngineStats::default() });
        assert_eq!(EngineStats::snapshot().chunks > 0, cfg!(feature = "perf-counters"));
    }
}
