//! Objects that lie in several packs are given out once: from the first pack that has them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use scanner_stdx::AtomicBitSet;

use crate::pack::Pack;

/// For each pack, the positions of its index whose objects an earlier pack has too.
pub(crate) fn shadowed(packs: &[Pack], threads: usize) -> Vec<AtomicBitSet> {
    let sets: Vec<_> =
        packs.iter().map(|pack| AtomicBitSet::empty(pack.idx().count() as usize)).collect();
    if packs.len() < 2 {
        return sets;
    }
    let buckets = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut bucket = Vec::new();
                loop {
                    let first = buckets.fetch_add(1, Ordering::Relaxed);
                    if first > 255 {
                        break;
                    }
                    shadow_bucket(packs, first as u8, &mut bucket, &sets);
                }
            });
        }
    });
    sets
}

/// Marks the ids that begin with `first`.
fn shadow_bucket<'a>(
    packs: &'a [Pack],
    first: u8,
    bucket: &mut Vec<(&'a [u8], u32, u32)>,
    sets: &[AtomicBitSet],
) {
    bucket.clear();
    for (number, pack) in packs.iter().enumerate() {
        for position in pack.idx().positions_of(first) {
            bucket.push((pack.idx().id_bytes(position), number as u32, position));
        }
    }
    bucket.sort_unstable();
    for pair in bucket.windows(2) {
        if pair[0].0 == pair[1].0 {
            sets[pair[1].1 as usize].test_and_set(pair[1].2 as usize);
        }
    }
}
