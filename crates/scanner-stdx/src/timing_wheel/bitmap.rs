//! Which buckets of a wheel are occupied, and which one comes next.
//!
//! Two levels: one bit per bucket, and above it one bit per 64-bit word that is not zero. Finding
//! the next occupied bucket of 65 536 looks at 16 summary words at most. The number of buckets is a
//! power of two and at least 1; indices at or above it are our own mistake and panic.

const WORD_BITS: usize = u64::BITS as usize;

pub(super) struct Bitmap {
    words: Box<[u64]>,
    /// Bit `w` is set exactly when `words[w]` is not zero.
    summary: Box<[u64]>,
    buckets: usize,
}

impl Bitmap {
    pub(super) fn new(buckets: usize) -> Self {
        assert!(buckets.is_power_of_two(), "{buckets} buckets is not a power of two");
        let words = buckets.div_ceil(WORD_BITS);
        Self {
            words: vec![0; words].into(),
            summary: vec![0; words.div_ceil(WORD_BITS)].into(),
            buckets,
        }
    }

    pub(super) const fn buckets(&self) -> usize {
        self.buckets
    }

    #[inline]
    pub(super) fn is_set(&self, bucket: usize) -> bool {
        self.words[bucket / WORD_BITS] & bit(bucket) != 0
    }

    #[inline]
    pub(super) fn set(&mut self, bucket: usize) {
        debug_assert!(bucket < self.buckets, "bucket {bucket} of {}", self.buckets);
        let word = bucket / WORD_BITS;
        self.words[word] |= bit(bucket);
        self.summary[word / WORD_BITS] |= bit(word);
    }

    #[inline]
    pub(super) fn unset(&mut self, bucket: usize) {
        let word = bucket / WORD_BITS;
        self.words[word] &= !bit(bucket);
        if self.words[word] == 0 {
            self.summary[word / WORD_BITS] &= !bit(word);
        }
    }

    /// How many buckets one has to walk from `from`, around the end, to reach one that is set; 0
    /// when `from` itself is.
    #[inline]
    pub(super) fn distance_to_set(&self, from: usize) -> Option<usize> {
        let found = self.first_set_from(from).or_else(|| self.first_set_from(0))?;
        Some(found.wrapping_sub(from) & (self.buckets - 1))
    }

    fn first_set_from(&self, from: usize) -> Option<usize> {
        let word = from / WORD_BITS;
        let rest = self.words[word] & (u64::MAX << (from % WORD_BITS));
        if rest != 0 {
            return Some(word * WORD_BITS + rest.trailing_zeros() as usize);
        }
        let word = self.first_word_from(word + 1)?;
        Some(word * WORD_BITS + self.words[word].trailing_zeros() as usize)
    }

    /// The first word at or behind `from` that is not zero; `from` may be one past the end.
    fn first_word_from(&self, from: usize) -> Option<usize> {
        let first = from / WORD_BITS;
        let rest = self.summary.get(first)? & (u64::MAX << (from % WORD_BITS));
        if rest != 0 {
            return Some(first * WORD_BITS + rest.trailing_zeros() as usize);
        }
        let skipped = self.summary[first + 1..].iter().position(|&word| word != 0)?;
        let index = first + 1 + skipped;
        Some(index * WORD_BITS + self.summary[index].trailing_zeros() as usize)
    }
}

const fn bit(index: usize) -> u64 {
    1 << (index % WORD_BITS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// The naive answer: first of the set at or behind `from`, else the first of all.
    fn distance(model: &BTreeSet<usize>, from: usize, buckets: usize) -> Option<usize> {
        let found = model.range(from..).next().or_else(|| model.first())?;
        Some((found + buckets - from) % buckets)
    }

    proptest! {
        #[test]
        fn agrees_with_btree_set(
            log in 0_u32..15,
            steps in prop::collection::vec((any::<bool>(), any::<usize>(), any::<usize>()), 1..60),
        ) {
            let buckets = 1 << log;
            let mut real = Bitmap::new(buckets);
            let mut model = BTreeSet::new();
            for (set, bucket, from) in steps {
                let (bucket, from) = (bucket % buckets, from % buckets);
                if set {
                    real.set(bucket);
                    model.insert(bucket);
                } else {
                    let victim = model.range(bucket..).next().copied().unwrap_or(bucket);
                    real.unset(victim);
                    model.remove(&victim);
                }
                prop_assert_eq!(real.is_set(bucket), model.contains(&bucket));
                for from in [from, 0, buckets - 1] {
                    prop_assert_eq!(real.distance_to_set(from), distance(&model, from, buckets));
                }
            }
        }
    }

    #[test]
    fn one_bucket_is_enough() {
        let mut bitmap = Bitmap::new(1);
        assert_eq!(bitmap.distance_to_set(0), None);
        bitmap.set(0);
        assert_eq!((bitmap.distance_to_set(0), bitmap.buckets()), (Some(0), 1));
    }
}
