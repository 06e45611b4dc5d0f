//! `SetAssocCache`: a 4-way set-associative cache of byte strings in slots of one fixed size.
//!
//! A key hashes to one set of four slots; within the set the CLOCK rule (second chance) picks what
//! to evict. All slots lie in one page-aligned allocation made up front, whose untouched pages cost
//! nothing; the number of sets is the largest power of two that fits the byte budget. Values longer
//! than a slot are not cached.
//!
//! A hit is a [`Pinned`] handle: it reads the slot without copying, keeps the storage alive, and the
//! slot is not evicted or rewritten while any handle to it exists. When all four slots of a set are
//! pinned, an insert is refused; nothing waits and nothing grows.
//!
//! Who may do what: the cache has one owner (`&mut self` to look up and insert) and can move between
//! threads; handles can be cloned, sent and dropped anywhere. Cached bytes are not wiped when evicted.

use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::num::{pow2_at_most, try_u32, u32_from_usize};
use crate::pages::ZeroedPages;

/// Slots per set.
pub const WAYS: usize = 4;

/// More sets than any budget buys; keeps slot numbers within the 32 bits of a handle.
const SETS_MAX: usize = 1 << 29;

/// Keys of a [`SetAssocCache`].
pub trait CacheKey: Copy + Eq {
    /// A hash whose every bit depends on the whole key. It picks the set, so keys that share it
    /// compete for four slots; equality decides about a hit.
    fn cache_hash(&self) -> u64;
}

impl CacheKey for u64 {
    #[inline]
    fn cache_hash(&self) -> u64 {
        mix(*self)
    }
}

impl CacheKey for u128 {
    #[inline]
    fn cache_hash(&self) -> u64 {
        mix(*self as u64 ^ mix((*self >> 64) as u64))
    }
}

/// The finalizer of `MurmurHash3`: a bijection in which every input bit reaches every output bit.
const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    word = (word ^ (word >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    word ^ (word >> 33)
}

/// Why a cache could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheError {
    /// A slot of no bytes, or of more than 4 GiB - 1.
    SlotBytes {
        /// The size asked for.
        slot_bytes: usize,
    },
    /// The allocator has no block for all slots.
    OutOfMemory {
        /// Size of that block in bytes.
        bytes: usize,
    },
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SlotBytes { slot_bytes } => write!(f, "slots of {slot_bytes} bytes"),
            Self::OutOfMemory { bytes } => write!(f, "no memory for a cache of {bytes} bytes"),
        }
    }
}

impl Error for CacheError {}

/// What [`SetAssocCache::insert`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insertion {
    /// The value is in the cache now.
    Stored,
    /// The value is in the cache now, and another was evicted for it.
    Evicted,
    /// The key was there already; its old value stays. Values are a function of their key.
    Present,
    /// The value is longer than a slot.
    TooLarge,
    /// All slots where it could go are pinned, or the cache has none.
    NoSlot,
}

/// Counts since the cache was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Lookups that found their key.
    pub hits: u64,
    /// Lookups that did not.
    pub misses: u64,
    /// Values stored.
    pub stores: u64,
    /// Values evicted to store others.
    pub evictions: u64,
    /// Values refused: too large, or no slot free.
    pub refusals: u64,
}

/// A cache of byte strings in fixed-size slots; see the module's text.
///
/// ```
/// use scanner_stdx::{Insertion, SetAssocCache};
/// let mut cache = SetAssocCache::<u64>::new(64 * 1024, 4096)?;
/// assert_eq!(cache.insert(7, b"seven"), Insertion::Stored);
/// let seven = cache.get(7).expect("just stored");
/// cache.clear();
/// assert_eq!(&*seven, b"seven"); // pinned bytes stay
/// assert!(cache.get(7).is_none());
/// # Ok::<(), scanner_stdx::CacheError>(())
/// ```
pub struct SetAssocCache<K> {
    sets: Box<[Set<K>]>,
    storage: Arc<Storage>,
    stats: CacheStats,
}

/// What is known about four slots. Way `w` of set `s` is slot `s * WAYS + w`.
#[derive(Clone)]
struct Set<K> {
    /// `None` while the slot holds nothing that can be found.
    keys: [Option<K>; WAYS],
    lens: [u32; WAYS],
    /// Bit `w`: way `w` was used since the hand last passed it.
    used: u8,
    /// The way that the CLOCK looks at next.
    hand: u8,
}

/// Bytes and pins of all slots, shared by the cache and its handles.
///
/// The bytes of a slot are written by the cache only, and only while its pin count is 0; they are
/// read through handles only, each of which holds one pin. The count rises from 0 only through
/// `SetAssocCache`, which is borrowed mutably to do so.
struct Storage {
    pages: ZeroedPages,
    pins: Box<[AtomicU32]>,
    slot_bytes: usize,
}

impl<K: CacheKey> SetAssocCache<K> {
    /// A cache of at most `budget_bytes` bytes of values, in slots of `slot_bytes` each.
    ///
    /// The number of sets is rounded down to a power of two. A budget too small for one set of four
    /// slots gives a cache that stores nothing.
    pub fn new(budget_bytes: usize, slot_bytes: usize) -> Result<Self, CacheError> {
        if slot_bytes == 0 || try_u32(slot_bytes).is_none() {
            return Err(CacheError::SlotBytes { slot_bytes });
        }
        let sets = pow2_at_most(budget_bytes / slot_bytes / WAYS).unwrap_or(0).min(SETS_MAX);
        let bytes = sets * WAYS * slot_bytes;
        let pages = ZeroedPages::try_new(bytes).ok_or(CacheError::OutOfMemory { bytes })?;
        let pins = (0..sets * WAYS).map(|_| AtomicU32::new(0)).collect();
        let empty = Set { keys: [None; WAYS], lens: [0; WAYS], used: 0, hand: 0 };
        Ok(Self {
            sets: vec![empty; sets].into(),
            storage: Arc::new(Storage { pages, pins, slot_bytes }),
            stats: CacheStats::default(),
        })
    }

    /// The value of `key`, pinned while the handle lives.
    pub fn get(&mut self, key: K) -> Option<Pinned> {
        let Some((set, way)) = self.find(key) else {
            self.stats.misses += 1;
            return None;
        };
        self.stats.hits += 1;
        self.sets[set].used |= 1 << way;
        let len = self.sets[set].lens[way];
        Some(Pinned::new(&self.storage, set * WAYS + way, len))
    }

    /// Whether `key` is in the cache; counts as no use of it.
    pub fn contains(&self, key: K) -> bool {
        self.find(key).is_some()
    }

    /// Stores a copy of `value` under `key`.
    pub fn insert(&mut self, key: K, value: &[u8]) -> Insertion {
        let copy = |slot: &mut [u8]| -> Result<(), std::convert::Infallible> {
            slot.copy_from_slice(value);
            Ok(())
        };
        match self.insert_with(key, value.len(), copy) {
            Ok(insertion) => insertion,
            Err(never) => match never {},
        }
    }

    /// Stores under `key` a value of `len` bytes that `fill` writes straight into the slot.
    ///
    /// `fill` is called only when the value can be stored. The slot it gets holds arbitrary bytes of
    /// the past, and it must write all of it. When it fails, its error is returned and the key is
    /// not in the cache (what was evicted is gone).
    pub fn insert_with<E>(
        &mut self,
        key: K,
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<Insertion, E> {
        if self.find(key).is_some() {
            return Ok(Insertion::Present);
        }
        if len > self.storage.slot_bytes {
            self.stats.refusals += 1;
            return Ok(Insertion::TooLarge);
        }
        let Some((set, way)) = self.choose_victim(key) else {
            self.stats.refusals += 1;
            return Ok(Insertion::NoSlot);
        };
        let evicted = self.sets[set].keys[way].take().is_some();
        self.stats.evictions += u64::from(evicted);
        fill(self.slot_mut(set * WAYS + way, len))?;
        let chosen = &mut self.sets[set];
        chosen.keys[way] = Some(key);
        // Fits: `len <= slot_bytes`, which `new` checked.
        chosen.lens[way] = len as u32;
        chosen.used |= 1 << way;
        self.stats.stores += 1;
        Ok(if evicted { Insertion::Evicted } else { Insertion::Stored })
    }

    /// Forgets all keys. Slots that are pinned keep their bytes until the handles are dropped.
    pub fn clear(&mut self) {
        for set in &mut self.sets {
            set.keys = [None; WAYS];
            set.used = 0;
        }
    }

    /// Largest value that can be stored, in bytes.
    pub fn slot_bytes(&self) -> usize {
        self.storage.slot_bytes
    }

    /// Number of values that can be stored.
    pub fn slots(&self) -> usize {
        self.storage.pins.len()
    }

    /// Counts since the cache was made.
    pub const fn stats(&self) -> CacheStats {
        self.stats
    }

    /// The set for `key`; meaningless without sets.
    #[inline]
    fn set_of(&self, key: K) -> usize {
        key.cache_hash() as usize & self.sets.len().wrapping_sub(1)
    }

    #[inline]
    fn find(&self, key: K) -> Option<(usize, usize)> {
        let index = self.set_of(key);
        let way = self.sets.get(index)?.keys.iter().position(|&other| other == Some(key))?;
        Some((index, way))
    }

    /// The slot where `key` goes: one that nobody can find any more, else by the CLOCK rule.
    fn choose_victim(&mut self, key: K) -> Option<(usize, usize)> {
        let index = self.set_of(key);
        let set = self.sets.get_mut(index)?;
        let pins = self.storage.pins[index * WAYS..].first_chunk::<WAYS>()?;
        let free = pins.each_ref().map(is_unpinned);
        let vacant = (0..WAYS).find(|&way| free[way] && set.keys[way].is_none());
        let way = vacant.or_else(|| set.advance_clock(free))?;
        Some((index, way))
    }

    /// The first `len` bytes of a slot that [`Self::choose_victim`] has just chosen.
    fn slot_mut(&mut self, slot: usize, len: usize) -> &mut [u8] {
        let storage = &*self.storage;
        assert!(len <= storage.slot_bytes && is_unpinned(&storage.pins[slot]));
        let start = storage.pages.at(slot * storage.slot_bytes);
        #[expect(unsafe_code, reason = "writes one slot while handles read others")]
        // SAFETY: slot and length are inside the block: `pins` has one entry per slot. Nobody reads
        // the slot: its pin count is 0, and only we could raise it, being borrowed mutably. Earlier
        // readers are done: `is_unpinned` acquires what their drop released.
        unsafe {
            std::slice::from_raw_parts_mut(start.as_ptr(), len)
        }
    }
}

#[inline]
fn is_unpinned(pins: &AtomicU32) -> bool {
    // Acquire: pairs with the Release of the handle that dropped the last pin.
    pins.load(Ordering::Acquire) == 0
}

impl<K> Set<K> {
    /// Moves the hand to the first free way that was not used since the hand passed it last, taking
    /// the mark from those that were; `None` when no way is free.
    fn advance_clock(&mut self, free: [bool; WAYS]) -> Option<usize> {
        // Two turns suffice: the first takes all marks of free ways.
        for _ in 0..2 * WAYS {
            let way = usize::from(self.hand);
            self.hand = (self.hand + 1) % WAYS as u8;
            if !free[way] {
                continue;
            }
            if self.used & (1 << way) == 0 {
                return Some(way);
            }
            self.used &= !(1 << way);
        }
        None
    }
}

impl<K> fmt::Debug for SetAssocCache<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetAssocCache")
            .field("slots", &self.storage.pins.len())
            .field("slot_bytes", &self.storage.slot_bytes)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}

/// A value of a [`SetAssocCache`], held in place; dereferences to its bytes.
pub struct Pinned {
    storage: Arc<Storage>,
    slot: u32,
    len: u32,
}

const _: () = assert!(size_of::<Pinned>() == 16);

impl Pinned {
    fn new(storage: &Arc<Storage>, slot: usize, len: u32) -> Self {
        let slot = u32_from_usize(slot); // below SETS_MAX * WAYS
        storage.pin(slot);
        Self { storage: Arc::clone(storage), slot, len }
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        let start = self.storage.pages.at(self.slot as usize * self.storage.slot_bytes);
        #[expect(unsafe_code, reason = "reads one slot while the cache writes others")]
        // SAFETY: `slot` and `len` came from the cache, so they are inside the block, which
        // `storage` keeps alive; the bytes are initialized (zeros at first). Nobody writes them
        // while we hold a pin.
        unsafe {
            std::slice::from_raw_parts(start.as_ptr(), self.len as usize)
        }
    }
}

impl Storage {
    /// Counts one more handle. Relaxed: whoever calls this can already see the bytes.
    fn pin(&self, slot: u32) {
        let before = self.pins[slot as usize].fetch_add(1, Ordering::Relaxed);
        // Far below the overflow at which the count would read 0 with handles alive.
        assert!(before < u32::MAX / 2, "two thousand million handles to one slot");
    }
}

impl Clone for Pinned {
    fn clone(&self) -> Self {
        self.storage.pin(self.slot);
        Self { storage: Arc::clone(&self.storage), slot: self.slot, len: self.len }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // Release: our reads are over before the cache can see the count fall to 0.
        self.storage.pins[self.slot as usize].fetch_sub(1, Ordering::Release);
    }
}

impl Deref for Pinned {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

/// Shows the length only: the bytes may hold a secret.
impl fmt::Debug for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pinned").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The bytes that belong to a key, so that every hit can be checked.
    fn value(key: u64, slot_bytes: usize) -> Vec<u8> {
        let len = mix(key) as usize % (slot_bytes + 2);
        (0..len as u64).map(|index| mix(key + index) as u8).collect()
    }

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u64),
        FailToFill(u64),
        Get { key: u64, hold: bool },
        Release(usize),
        Clear,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            12 => (0_u64..40).prop_map(Step::Insert),
            1 => (0_u64..40).prop_map(Step::FailToFill),
            12 => (0_u64..40, any::<bool>()).prop_map(|(key, hold)| Step::Get { key, hold }),
            6 => any::<usize>().prop_map(Step::Release),
            1 => Just(Step::Clear),
        ]
    }

    /// Naive model: for each set, the keys in it. It does not know which key is evicted, but that
    /// exactly one is, from a full set, and none that is pinned.
    #[derive(Default)]
    struct Model {
        sets: BTreeMap<usize, Vec<u64>>,
        held: Vec<(u64, Pinned)>,
        /// Handles from before the last clear; their slots are taken, their keys forgotten.
        orphans: usize,
    }

    impl Model {
        fn insert(&mut self, cache: &mut SetAssocCache<u64>, key: u64) {
            let value = value(key, cache.slot_bytes());
            let set = cache.set_of(key);
            let keys = self.sets.entry(set).or_default();
            let before = keys.clone();
            let insertion = cache.insert(key, &value);
            let still_there: Vec<u64> =
                before.iter().copied().filter(|&key| cache.contains(key)).collect();
            match insertion {
                Insertion::Present => assert!(before.contains(&key)),
                Insertion::TooLarge => assert!(value.len() > cache.slot_bytes()),
                Insertion::NoSlot => {
                    let pinned = |key: &u64| self.held.iter().any(|(held, _)| held == key);
                    let all_pinned = before.iter().all(pinned);
                    let orphaned = self.orphans > 0;
                    assert!(cache.slots() == 0 || all_pinned && (before.len() == WAYS || orphaned));
                }
                Insertion::Stored => assert_eq!(still_there, before),
                Insertion::Evicted => assert_eq!(still_there.len() + 1, before.len()),
            }
            let stored = matches!(insertion, Insertion::Stored | Insertion::Evicted);
            assert_eq!(cache.contains(key), stored || insertion == Insertion::Present);
            *keys = still_there;
            keys.extend(stored.then_some(key));
            assert!(keys.len() <= WAYS);
        }

        fn get(&mut self, cache: &mut SetAssocCache<u64>, key: u64, hold: bool) {
            let expected = self.sets.get(&cache.set_of(key)).is_some_and(|set| set.contains(&key));
            let found = cache.get(key);
            assert_eq!(found.is_some(), expected);
            let Some(pinned) = found else { return };
            assert_eq!(*pinned, value(key, cache.slot_bytes()));
            if hold {
                self.held.push((key, pinned));
            }
        }

        fn clear(&mut self, cache: &mut SetAssocCache<u64>) {
            cache.clear();
            self.sets.clear();
            self.orphans = self.held.len();
        }

        fn check_held(&self, cache: &SetAssocCache<u64>) {
            for (key, pinned) in &self.held {
                assert_eq!(**pinned, value(*key, cache.slot_bytes()));
            }
            for (key, _) in &self.held[self.orphans..] {
                assert!(cache.contains(*key), "pinned key {key} was evicted");
            }
        }
    }

    proptest! {
        #[test]
        fn behaves_like_sets_of_four(
            sets in 0_usize..4,
            slot_bytes in 1_usize..40,
            steps in prop::collection::vec(step(), 0..150),
        ) {
            let mut cache = SetAssocCache::<u64>::new(sets * WAYS * slot_bytes, slot_bytes).unwrap();
            let mut model = Model::default();
            for step in steps {
                match step {
                    Step::Insert(key) => model.insert(&mut cache, key),
                    Step::FailToFill(key) => {
                        // Evicts the key's set by the rules but must not make the key findable.
                        let present = cache.contains(key);
                        let outcome = cache.insert_with(key, 1, |_| Err(()));
                        prop_assert_eq!(cache.contains(key), present);
                        prop_assert!(outcome.is_err() || present || outcome == Ok(Insertion::NoSlot));
                        for keys in model.sets.values_mut() {
                            keys.retain(|&key| cache.contains(key));
                        }
                    }
                    Step::Get { key, hold } => model.get(&mut cache, key, hold),
                    Step::Release(pick) if !model.held.is_empty() => {
                        let pick = pick % model.held.len();
                        model.held.remove(pick);
                        model.orphans -= usize::from(pick < model.orphans);
                    }
                    Step::Release(_) => {}
                    Step::Clear => model.clear(&mut cache),
                }
                model.check_held(&cache);
            }
        }
    }

    fn one_set() -> SetAssocCache<u128> {
        SetAssocCache::new(4 * 16, 16).unwrap()
    }

    #[test]
    fn unused_values_go_first() {
        let mut cache = one_set();
        for key in 0..4 {
            assert_eq!(cache.insert(key, b"value"), Insertion::Stored);
        }
        // All are marked: the hand takes every mark and evicts where it began.
        assert_eq!(cache.insert(4, b"value"), Insertion::Evicted);
        assert!(!cache.contains(0));
        // 1 gets its second chance, 2 does not.
        assert!(cache.get(1).is_some());
        assert_eq!(cache.insert(5, b"value"), Insertion::Evicted);
        assert!(cache.contains(1) && !cache.contains(2));
    }

    #[test]
    fn pinned_slots_are_skipped_and_a_pinned_set_refuses() {
        let mut cache = one_set();
        let mut pins = Vec::new();
        for key in 0..4_u128 {
            assert_eq!(cache.insert(key, &key.to_le_bytes()), Insertion::Stored);
            pins.push(cache.get(key).unwrap());
        }
        assert_eq!(cache.insert(9, b"nine"), Insertion::NoSlot);
        let third = pins.remove(2);
        let copy = third.clone();
        drop(third);
        assert_eq!(cache.insert(9, b"nine"), Insertion::NoSlot, "the clone pins too");
        drop(copy);
        assert_eq!(cache.insert(9, b"nine"), Insertion::Evicted);
        assert!(!cache.contains(2) && cache.contains(0) && cache.contains(1) && cache.contains(3));
        assert_eq!(*pins[0], 0_u128.to_le_bytes());
    }

    #[test]
    fn set_count_is_rounded_down_to_a_power_of_two() {
        let slots = |budget| SetAssocCache::<u64>::new(budget, 4096).unwrap().slots();
        assert_eq!(slots(0), 0);
        assert_eq!(slots(4 * 4096 - 1), 0);
        assert_eq!(slots(4 * 4096), 4);
        assert_eq!(slots(7 * 4 * 4096), 16);
    }

    /// Looking for a victim among no sets once computed a slot number that overflowed.
    #[test]
    fn cache_without_sets_refuses_everything() {
        let mut cache = SetAssocCache::<u64>::new(0, 16).unwrap();
        assert_eq!(cache.insert(4, b"four"), Insertion::NoSlot);
        assert!(cache.get(4).is_none());
        cache.clear();
        assert_eq!(cache.stats(), CacheStats { misses: 1, refusals: 1, ..CacheStats::default() });
    }

    // Miri stops at an allocation that cannot succeed, where an allocator returns null.
    #[cfg(not(miri))]
    #[test]
    fn impossible_caches_are_errors() {
        let made = |budget, slot| SetAssocCache::<u64>::new(budget, slot).map(drop);
        assert_eq!(made(100, 0), Err(CacheError::SlotBytes { slot_bytes: 0 }));
        assert_eq!(made(100, usize::MAX), Err(CacheError::SlotBytes { slot_bytes: usize::MAX }));
        let large = 1 << 31;
        assert!(matches!(made(usize::MAX, large), Err(CacheError::OutOfMemory { .. })));
    }

    #[test]
    fn handles_outlive_the_cache_and_cross_threads() {
        let mut cache = one_set();
        assert_eq!(cache.insert(1, b"one"), Insertion::Stored);
        let pinned = cache.get(1).unwrap();
        drop(cache);
        let read = std::thread::spawn(move || pinned.to_vec()).join().unwrap();
        assert_eq!(read, b"one");
    }

    /// Readers on another thread check and drop handles while the owner rewrites what they let go.
    #[test]
    fn owner_never_rewrites_what_another_thread_reads() {
        let mut cache = SetAssocCache::<u64>::new(2 * 4 * 32, 32).unwrap();
        let (sender, receiver) = std::sync::mpsc::sync_channel::<(u64, Pinned)>(6);
        let reader = std::thread::spawn(move || {
            receiver.iter().filter(|(key, pinned)| **pinned == [*key as u8; 32]).count()
        });
        let mut sent = 0;
        for round in 0..5000_u64 {
            let key = mix(round) % 64;
            let _refused_or_not = cache.insert(key, &[key as u8; 32]);
            if let Some(pinned) = cache.get(key) {
                sender.send((key, pinned)).unwrap();
                sent += 1;
            }
        }
        drop(sender);
        assert_eq!(reader.join().unwrap(), sent);
        let stats = cache.stats();
        assert_eq!((stats.hits, stats.hits + stats.misses), (sent as u64, 5000));
        assert!(stats.evictions > 0);
    }
}
