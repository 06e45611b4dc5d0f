//! `FixedSet128`: a set of 128-bit keys with fixed memory and a clear that costs one addition.
//!
//! Open addressing with linear probing over a power-of-two number of slots, at most 7/8 of them
//! used. Each slot carries the generation that wrote it; [`FixedSet128::clear`] starts a new
//! generation, and slots of older ones count as empty. The generation is 64 bits wide, so it does
//! not wrap. Untouched slots are zero pages that the system has not handed out yet.
//!
//! Keys are expected to be hashes already (`hash128`). Other keys work, but can cluster. There is no
//! removal of single keys.

use crate::num::pow2_at_least;

/// Key (low, high) and the generation that wrote it. Plain words, so that the allocator's zero pages
/// can be used as they come: generation 0 is never current.
type Slot = [u64; 3];

const _: () = assert!(size_of::<Slot>() == 24);

/// Set of 128-bit keys with fixed memory; see the module's text.
///
/// ```
/// use scanner_stdx::{FixedSet128, Inserted};
/// let mut seen = FixedSet128::with_capacity(100);
/// assert_eq!(seen.insert(7), Inserted::New);
/// assert_eq!(seen.insert(7), Inserted::Present);
/// seen.clear();
/// assert!(!seen.contains(7));
/// ```
#[derive(Clone)]
pub struct FixedSet128 {
    slots: Box<[Slot]>,
    generation: u64,
    len: usize,
}

/// What [`FixedSet128::insert`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a set that is full has not remembered the key"]
pub enum Inserted {
    /// The key was not in the set and now is.
    New,
    /// The key was in the set before.
    Present,
    /// The key was not in the set, and there is no room to remember it.
    Full,
}

impl FixedSet128 {
    /// A set that holds at least `keys` keys.
    pub fn with_capacity(keys: usize) -> Self {
        // The smallest slot count whose 7/8 are at least `keys`.
        Self::with_slots(keys.saturating_add(keys.div_ceil(7)))
    }

    /// A set of `slots` slots (24 bytes each), rounded up to a power of two and at least 2; holds
    /// [`Self::capacity`] keys.
    pub fn with_slots(slots: usize) -> Self {
        Self { slots: vec![[0; 3]; pow2_at_least(slots.max(2))].into(), generation: 1, len: 0 }
    }

    /// Number of keys the set can hold: 7/8 of its slots, and always fewer than all.
    #[inline]
    pub const fn capacity(&self) -> usize {
        let slots = self.slots.len();
        // The empty slot that remains is what ends every probe.
        if slots < 8 { slots - 1 } else { slots - slots / 8 }
    }

    /// Number of keys in the set.
    #[inline]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the set has no keys.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds `key` unless it is there or there is no room.
    #[inline]
    pub fn insert(&mut self, key: u128) -> Inserted {
        match self.find(key) {
            Ok(_) => Inserted::Present,
            Err(_) if self.len == self.capacity() => Inserted::Full,
            Err(empty) => {
                let (low, high) = halves(key);
                self.slots[empty] = [low, high, self.generation];
                self.len += 1;
                Inserted::New
            }
        }
    }

    /// Whether `key` is in the set.
    #[inline]
    pub fn contains(&self, key: u128) -> bool {
        self.find(key).is_ok()
    }

    /// Forgets all keys without touching the slots.
    #[inline]
    pub const fn clear(&mut self) {
        self.generation += 1;
        self.len = 0;
    }

    /// The slot of `key`, or else the empty slot where it would go.
    #[inline]
    fn find(&self, key: u128) -> Result<usize, usize> {
        let (low, high) = halves(key);
        let mask = self.slots.len() - 1;
        let mut index = (low ^ high.rotate_left(32)) as usize & mask;
        loop {
            let slot = self.slots[index];
            if slot[2] != self.generation {
                return Err(index);
            }
            if slot[0] == low && slot[1] == high {
                return Ok(index);
            }
            index = (index + 1) & mask;
        }
    }
}

const fn halves(key: u128) -> (u64, u64) {
    (key as u64, (key >> 64) as u64)
}

impl std::fmt::Debug for FixedSet128 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FixedSet128")
            .field("len", &self.len)
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u128),
        Contains(u128),
        Clear,
    }

    /// Few distinct keys that differ in one half only, so they repeat and collide.
    fn key() -> impl Strategy<Value = u128> {
        prop_oneof![
            (0_u128..24).prop_map(|low| low * 8),
            (0_u128..24).prop_map(|high| high << 64),
            any::<u128>(),
        ]
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            12 => key().prop_map(Step::Insert),
            4 => key().prop_map(Step::Contains),
            1 => Just(Step::Clear),
        ]
    }

    proptest! {
        #[test]
        fn behaves_like_hash_set(
            slots in 0_usize..70,
            steps in prop::collection::vec(step(), 0..200),
        ) {
            let mut real = FixedSet128::with_slots(slots);
            let mut model = HashSet::new();
            for step in steps {
                match step {
                    Step::Insert(key) => {
                        let expected = if model.contains(&key) {
                            Inserted::Present
                        } else if model.len() == real.capacity() {
                            Inserted::Full
                        } else {
                            model.insert(key);
                            Inserted::New
                        };
                        prop_assert_eq!(real.insert(key), expected);
                    }
                    Step::Contains(key) => {
                        prop_assert_eq!(real.contains(key), model.contains(&key));
                    }
                    Step::Clear => {
                        real.clear();
                        model.clear();
                    }
                }
                prop_assert_eq!(real.len(), model.len());
            }
        }

        #[test]
        fn capacity_is_kept(keys in 0_usize..5000) {
            let set = FixedSet128::with_capacity(keys);
            prop_assert!(set.slots.len().is_power_of_two());
            prop_assert!(set.capacity() >= keys && set.capacity() < set.slots.len());
        }
    }

    /// Zero is a key like any other, although empty slots are zero too.
    #[test]
    fn zero_is_not_in_a_new_set() {
        let mut set = FixedSet128::with_slots(4);
        assert!(!set.contains(0));
        assert_eq!(set.insert(0), Inserted::New);
        assert!(set.contains(0));
    }

    /// The per-file finding set of the sizing model: 32 768 slots are 768 KiB.
    #[test]
    fn size_of_the_finding_set() {
        let set = FixedSet128::with_slots(32_768);
        assert_eq!(size_of_val(&*set.slots), 768 * 1024);
        assert_eq!(set.capacity(), 28_672);
    }
}
