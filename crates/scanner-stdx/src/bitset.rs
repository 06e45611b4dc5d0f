//! `DynamicBitSet`: one bit per index, the number of indices fixed when it is made.
//!
//! An index at or over the length is our own mistake and panics in every build; a length of 0 is
//! legal. Bits of the last word beyond the length are always 0, so counting and iterating need no
//! special case. For several threads there is `AtomicBitSet`.

/// Bits per word.
pub(crate) const WORD_BITS: usize = u64::BITS as usize;

/// A set of indices below a fixed length; see the module's text.
///
/// ```
/// use scanner_stdx::DynamicBitSet;
/// let mut free = DynamicBitSet::full(3);
/// free.unset(0);
/// assert_eq!(free.first_set(), Some(1));
/// assert_eq!(free.iter_set().collect::<Vec<_>>(), [1, 2]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DynamicBitSet {
    words: Box<[u64]>,
    bit_length: usize,
}

const _: () = assert!(size_of::<DynamicBitSet>() == 24);

impl DynamicBitSet {
    /// `bit_length` bits, none set.
    pub fn empty(bit_length: usize) -> Self {
        Self { words: vec![0; bit_length.div_ceil(WORD_BITS)].into(), bit_length }
    }

    /// `bit_length` bits, all set.
    pub fn full(bit_length: usize) -> Self {
        let mut set = Self::empty(bit_length);
        set.set_all();
        set
    }

    /// Number of bits, set or not.
    #[inline]
    pub const fn bit_length(&self) -> usize {
        self.bit_length
    }

    /// Whether bit `index` is set.
    ///
    /// # Panics
    /// When `index` is not below the length.
    #[inline]
    pub fn is_set(&self, index: usize) -> bool {
        let (word, mask) = self.locate(index);
        self.words[word] & mask != 0
    }

    /// Sets bit `index`.
    ///
    /// # Panics
    /// When `index` is not below the length.
    #[inline]
    pub fn set(&mut self, index: usize) {
        let (word, mask) = self.locate(index);
        self.words[word] |= mask;
    }

    /// Clears bit `index`.
    ///
    /// # Panics
    /// When `index` is not below the length.
    #[inline]
    pub fn unset(&mut self, index: usize) {
        let (word, mask) = self.locate(index);
        self.words[word] &= !mask;
    }

    /// Sets bit `index` and says whether it was not set before.
    ///
    /// # Panics
    /// When `index` is not below the length.
    #[inline]
    pub fn test_and_set(&mut self, index: usize) -> bool {
        let (word, mask) = self.locate(index);
        let newly_set = self.words[word] & mask == 0;
        self.words[word] |= mask;
        newly_set
    }

    /// Sets every bit.
    pub fn set_all(&mut self) {
        self.words.fill(u64::MAX);
        if let Some(last) = self.words.last_mut() {
            *last = last_word_mask(self.bit_length);
        }
    }

    /// Clears every bit.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Number of set bits.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no bit is set.
    pub fn none_set(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The lowest set bit.
    #[inline]
    pub fn first_set(&self) -> Option<usize> {
        let word = self.words.iter().position(|&word| word != 0)?;
        Some(word * WORD_BITS + self.words[word].trailing_zeros() as usize)
    }

    /// The set bits, in ascending order.
    pub fn iter_set(&self) -> IterSet<'_> {
        IterSet { words: &self.words, next_word: 0, current: 0 }
    }

    #[inline]
    fn locate(&self, index: usize) -> (usize, u64) {
        assert!(index < self.bit_length, "bit {index} of {}", self.bit_length);
        (index / WORD_BITS, 1 << (index % WORD_BITS))
    }
}

/// The bits that exist in the last word of a set of `bit_length > 0` bits.
const fn last_word_mask(bit_length: usize) -> u64 {
    u64::MAX >> (bit_length.wrapping_neg() % WORD_BITS)
}

/// Iterator over set bits; see [`DynamicBitSet::iter_set`].
#[derive(Debug, Clone)]
pub struct IterSet<'a> {
    words: &'a [u64],
    next_word: usize,
    /// What remains of word `next_word - 1`.
    current: u64,
}

impl Iterator for IterSet<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.current == 0 {
            self.current = *self.words.get(self.next_word)?;
            self.next_word += 1;
        }
        let bit = self.current.trailing_zeros() as usize;
        self.current &= self.current - 1;
        Some((self.next_word - 1) * WORD_BITS + bit)
    }
}

impl std::iter::FusedIterator for IterSet<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use proptest::prelude::*;

    use super::*;

    fn check(real: &DynamicBitSet, model: &BTreeSet<usize>) {
        assert_eq!(real.iter_set().collect::<BTreeSet<_>>(), *model);
        assert!(real.iter_set().is_sorted());
        assert_eq!(real.count(), model.len());
        assert_eq!(real.first_set(), model.first().copied());
        assert_eq!(real.none_set(), model.is_empty());
        for index in 0..real.bit_length() {
            assert_eq!(real.is_set(index), model.contains(&index));
        }
    }

    proptest! {
        #[test]
        fn behaves_like_btree_set(
            bit_length in 1_usize..200,
            steps in prop::collection::vec((0_u8..3, any::<usize>()), 0..80),
        ) {
            let mut real = DynamicBitSet::empty(bit_length);
            let mut model = BTreeSet::new();
            for (kind, index) in steps {
                let index = index % bit_length;
                match kind {
                    0 => {
                        real.set(index);
                        model.insert(index);
                    }
                    1 => {
                        real.unset(index);
                        model.remove(&index);
                    }
                    _ => prop_assert_eq!(real.test_and_set(index), model.insert(index)),
                }
            }
            check(&real, &model);
            real.clear();
            check(&real, &BTreeSet::new());
            real.set_all();
            check(&real, &(0..bit_length).collect());
        }
    }

    #[test]
    fn every_length_up_to_two_words_fills_exactly() {
        for bit_length in 0..=130 {
            assert_eq!(DynamicBitSet::full(bit_length).count(), bit_length);
        }
    }

    #[test]
    fn index_beyond_length_panics_even_inside_the_last_word() {
        let mut set = DynamicBitSet::empty(65);
        assert!(catch_unwind(AssertUnwindSafe(|| set.set(65))).is_err());
        assert!(catch_unwind(|| DynamicBitSet::empty(0).is_set(0)).is_err());
    }
}
