//! `AtomicBitSet`: bits that several threads set, each bit won by exactly one of them.
//!
//! For "has anybody taken this index yet": of all calls of [`AtomicBitSet::test_and_set`] for one
//! index, exactly one returns `true`. All accesses are `Relaxed`: the set orders nothing but
//! itself, so it must not be used to publish other data. A length of 0 is legal and empty. An index
//! at or over the length is our own mistake and panics. One bit per index, as `DynamicBitSet`.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::bitset::WORD_BITS;

/// Bits that several threads set; see the module's text.
///
/// ```
/// use scanner_stdx::AtomicBitSet;
/// let seen = AtomicBitSet::empty(10);
/// assert!(seen.test_and_set(3));
/// assert!(!seen.test_and_set(3));
/// ```
#[derive(Debug)]
pub struct AtomicBitSet {
    words: Box<[AtomicU64]>,
    bit_length: usize,
}

const _: () = assert!(size_of::<AtomicBitSet>() == 24);

impl AtomicBitSet {
    /// `bit_length` bits, none set.
    pub fn empty(bit_length: usize) -> Self {
        let words = (0..bit_length.div_ceil(WORD_BITS)).map(|_| AtomicU64::new(0)).collect();
        Self { words, bit_length }
    }

    /// Number of bits, set or not.
    #[inline]
    pub const fn bit_length(&self) -> usize {
        self.bit_length
    }

    /// Sets bit `index` and says whether this call was the one that set it.
    ///
    /// # Panics
    /// When `index` is not below the length.
    #[inline]
    pub fn test_and_set(&self, index: usize) -> bool {
        let (word, mask) = self.locate(index);
        // A plain load first: bits already set are the common case, and a load shares the cache
        // line where a read-modify-write takes it away from the other threads.
        word.load(Ordering::Relaxed) & mask == 0
            && word.fetch_or(mask, Ordering::Relaxed) & mask == 0
    }

    /// Whether bit `index` is set; another thread may set it a moment later.
    ///
    /// # Panics
    /// When `index` is not below the length.
    #[inline]
    pub fn is_set(&self, index: usize) -> bool {
        let (word, mask) = self.locate(index);
        word.load(Ordering::Relaxed) & mask != 0
    }

    /// Number of set bits; exact once the writers are done.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.load(Ordering::Relaxed).count_ones() as usize).sum()
    }

    /// Clears every bit.
    pub fn clear(&mut self) {
        for word in &mut self.words {
            *word.get_mut() = 0;
        }
    }

    #[inline]
    fn locate(&self, index: usize) -> (&AtomicU64, u64) {
        assert!(index < self.bit_length, "bit {index} of {}", self.bit_length);
        (&self.words[index / WORD_BITS], 1 << (index % WORD_BITS))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::panic::catch_unwind;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_like_btree_set(
            bit_length in 1_usize..200,
            indices in prop::collection::vec(any::<usize>(), 0..80),
        ) {
            let mut real = AtomicBitSet::empty(bit_length);
            let mut model = BTreeSet::new();
            for index in indices {
                let index = index % bit_length;
                prop_assert_eq!(real.test_and_set(index), model.insert(index));
            }
            prop_assert_eq!(real.count(), model.len());
            for index in 0..bit_length {
                prop_assert_eq!(real.is_set(index), model.contains(&index));
            }
            real.clear();
            prop_assert_eq!(real.count(), 0);
        }
    }

    #[test]
    fn length_zero_is_empty() {
        let mut set = AtomicBitSet::empty(0);
        assert_eq!((set.bit_length(), set.count()), (0, 0));
        set.clear();
        assert!(catch_unwind(move || set.is_set(0)).is_err());
    }

    #[test]
    fn each_bit_has_one_winner_among_threads() {
        const BITS: usize = 500;
        let set = AtomicBitSet::empty(BITS);
        let run = || (0..BITS).filter(|&index| set.test_and_set(index)).count();
        let won: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!((won, set.count()), (BITS, BITS));
    }
}
