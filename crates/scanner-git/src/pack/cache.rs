//! `PackCache`: decoded objects for reads of single ones, in two sizes of slots.
//!
//! Objects of up to 64 KiB go to the small tier, up to 2 MiB to the large one, larger ones are not kept. Each tier is
//! 4-way set-associative with CLOCK eviction and takes its memory when the first object comes: a reader of loose objects,
//! or of none, takes none.

use scanner_stdx::{Pinned, SetAssocCache};

use crate::limits::StoreLimits;
use crate::oid::ObjectKind;

const SMALL_SLOT_BYTES: usize = 64 * 1024;
const LARGE_SLOT_BYTES: usize = 2 * 1024 * 1024;

/// Bits of the key that hold the offset.
const OFFSET_BITS: u32 = 44;

/// See the module's text.
pub(crate) struct PackCache {
    small: Tier,
    large: Tier,
}

/// One size of slots.
enum Tier {
    /// Nothing came yet; bytes it may take.
    Unused {
        bytes: usize,
        slot_bytes: usize,
    },
    Used(SetAssocCache<u64>),
    /// There was no memory: it keeps nothing.
    Failed,
}

impl Tier {
    fn used(&mut self) -> Option<&mut SetAssocCache<u64>> {
        match self {
            Self::Used(cache) => Some(cache),
            Self::Unused { .. } | Self::Failed => None,
        }
    }

    /// The cache, made if this is its first use.
    fn first_used(&mut self) -> Option<&mut SetAssocCache<u64>> {
        if let Self::Unused { bytes, slot_bytes } = *self {
            *self = SetAssocCache::new(bytes, slot_bytes).map_or(Self::Failed, Self::Used);
        }
        self.used()
    }
}

/// An object in the cache; its slot stays while this lives.
pub(crate) struct Cached {
    pinned: Pinned,
}

impl Cached {
    pub(crate) fn kind(&self) -> ObjectKind {
        match self.pinned.as_slice().first() {
            Some(0) => ObjectKind::Commit,
            Some(1) => ObjectKind::Tree,
            Some(3) => ObjectKind::Tag,
            _ => ObjectKind::Blob,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.pinned.as_slice()[1..]
    }
}

impl PackCache {
    /// A cache within the limits; one that cannot have its memory keeps nothing.
    pub(crate) fn new(limits: &StoreLimits) -> Self {
        let tier = |bytes: u64, slot_bytes| Tier::Unused { bytes: bytes as usize, slot_bytes };
        Self {
            small: tier(limits.cache_small_bytes, SMALL_SLOT_BYTES),
            large: tier(limits.cache_large_bytes, LARGE_SLOT_BYTES),
        }
    }

    /// The object at `offset` of pack number `pack`.
    pub(crate) fn get(&mut self, pack: usize, offset: u64) -> Option<Cached> {
        let key = key(pack, offset)?;
        for tier in [&mut self.small, &mut self.large] {
            if let Some(pinned) = tier.used().and_then(|tier| tier.get(key)) {
                return Some(Cached { pinned });
            }
        }
        None
    }

    /// Keeps a copy of an object.
    pub(crate) fn put(&mut self, pack: usize, offset: u64, kind: ObjectKind, bytes: &[u8]) {
        let Some(key) = key(pack, offset) else { return };
        let len = bytes.len() + 1;
        let tier = if len <= SMALL_SLOT_BYTES { &mut self.small } else { &mut self.large };
        if len > LARGE_SLOT_BYTES {
            return;
        }
        let Some(tier) = tier.first_used() else { return };
        let copy = |slot: &mut [u8]| -> Result<(), std::convert::Infallible> {
            slot[0] = kind as u8;
            slot[1..].copy_from_slice(bytes);
            Ok(())
        };
        match tier.insert_with(key, len, copy) {
            Ok(_) => {}
            Err(never) => match never {},
        }
    }
}

fn key(pack: usize, offset: u64) -> Option<u64> {
    let fits = offset >> OFFSET_BITS == 0 && pack >> (64 - OFFSET_BITS) == 0;
    fits.then_some((pack as u64) << OFFSET_BITS | offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn both_tiers_keep_what_fits() {
        let mut limits = Limits::default().store;
        limits.cache_small_bytes = 1 << 20;
        limits.cache_large_bytes = 8 << 20;
        let mut cache = PackCache::new(&limits);
        cache.put(0, 12, ObjectKind::Tree, b"small");
        cache.put(1, 12, ObjectKind::Blob, &vec![7; 100_000]);
        cache.put(2, 12, ObjectKind::Blob, &vec![7; 3_000_000]);
        let small = cache.get(0, 12).unwrap();
        assert_eq!((small.kind(), small.bytes()), (ObjectKind::Tree, &b"small"[..]));
        assert_eq!(cache.get(1, 12).unwrap().bytes().len(), 100_000);
        assert!(cache.get(2, 12).is_none());
        assert!(cache.get(0, 13).is_none());
        assert!(key(0, 1 << OFFSET_BITS).is_none());
    }
}
