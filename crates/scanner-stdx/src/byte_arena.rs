//! `ByteArena`: byte strings one after the other in one slab, referred to by 8-byte ranges.
//!
//! Append-only: a [`ByteRef`] stays valid, and the bytes stay where they are, until the arena is
//! cleared. Capacity is fixed when the arena is made; a push that does not fit is refused whole, so
//! hostile input cannot make it grow. Pages beyond what was written are not touched.
//!
//! A reference from before a `clear_keep_capacity` is stale: it reads other bytes or none, never
//! memory outside the arena.

use std::fmt;

use crate::num::u32_saturating;
use crate::scratch_vec::Full;

/// Where a byte string lies in its [`ByteArena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ByteRef {
    offset: u32,
    len: u32,
}

const _: () = assert!(size_of::<ByteRef>() == 8);

impl ByteRef {
    /// The empty string, valid in every arena.
    pub const EMPTY: Self = Self { offset: 0, len: 0 };

    /// Offset of the first byte in the arena.
    pub const fn offset(self) -> u32 {
        self.offset
    }

    /// Length in bytes.
    pub const fn len(self) -> u32 {
        self.len
    }

    /// Whether it is the empty string.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Append-only slab of byte strings; see the module's text.
///
/// ```
/// use scanner_stdx::{ByteArena, Full};
/// let mut paths = ByteArena::with_capacity(8);
/// let main = paths.try_push(b"main.rs")?;
/// assert_eq!(paths.try_push(b"lib.rs"), Err(Full));
/// assert_eq!(paths.get(main), b"main.rs");
/// # Ok::<(), Full>(())
/// ```
pub struct ByteArena {
    bytes: Vec<u8>,
    /// At most `u32::MAX`; `Vec` may have reserved more.
    capacity: u32,
}

impl ByteArena {
    /// Room for `capacity` bytes in total, at most 4 GiB - 1 (a larger wish is cut to that).
    pub fn with_capacity(capacity: usize) -> Self {
        let capacity = u32_saturating(capacity);
        Self { bytes: Vec::with_capacity(capacity as usize), capacity }
    }

    /// Appends `data`, or refuses it whole.
    pub fn try_push(&mut self, data: &[u8]) -> Result<ByteRef, Full> {
        if data.len() > self.remaining() {
            return Err(Full);
        }
        // Both fit 32 bits: they are at most `capacity`.
        let place = ByteRef { offset: self.bytes.len() as u32, len: data.len() as u32 };
        self.bytes.extend_from_slice(data);
        Ok(place)
    }

    /// The string at `place`.
    ///
    /// # Panics
    /// When `place` is not of this arena, or from before it was cleared.
    #[inline]
    pub fn get(&self, place: ByteRef) -> &[u8] {
        self.try_get(place).expect("the reference was given out by this arena since it was cleared")
    }

    /// The string at `place`, or `None` when it reaches beyond what was pushed.
    #[inline]
    pub fn try_get(&self, place: ByteRef) -> Option<&[u8]> {
        self.bytes.get(place.offset as usize..)?.get(..place.len as usize)
    }

    /// Forgets all strings; the memory stays.
    pub fn clear_keep_capacity(&mut self) {
        self.bytes.clear();
    }

    /// Number of bytes pushed.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether no bytes were pushed.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Number of bytes there is room for in total.
    pub const fn capacity(&self) -> usize {
        self.capacity as usize
    }

    /// Number of bytes that can still be pushed.
    pub fn remaining(&self) -> usize {
        self.capacity() - self.bytes.len()
    }
}

/// Shows the sizes only.
impl fmt::Debug for ByteArena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteArena")
            .field("len", &self.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn strings_stay_where_they_are(
            capacity in 0_usize..120,
            strings in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..20),
        ) {
            let mut arena = ByteArena::with_capacity(capacity);
            let base = arena.bytes.as_ptr();
            for _round in 0..2 {
                let mut stored: Vec<(ByteRef, &[u8])> = Vec::new();
                for string in &strings {
                    let used: usize = stored.iter().map(|(_, string)| string.len()).sum();
                    prop_assert_eq!((arena.len(), arena.remaining()), (used, capacity - used));
                    match arena.try_push(string) {
                        Ok(place) => stored.push((place, string)),
                        Err(Full) => prop_assert!(string.len() > capacity - used),
                    }
                    for &(place, string) in &stored {
                        prop_assert_eq!(arena.get(place), string);
                    }
                }
                arena.clear_keep_capacity();
                prop_assert_eq!((arena.bytes.as_ptr(), arena.capacity()), (base, capacity));
            }
        }
    }

    #[test]
    fn stale_references_never_leave_the_arena() {
        let mut arena = ByteArena::with_capacity(10);
        let place = arena.try_push(b"0123456789").unwrap();
        arena.clear_keep_capacity();
        assert_eq!(arena.try_get(place), None);
        assert_eq!(arena.get(ByteRef::EMPTY), b"");
        assert!(catch_unwind(AssertUnwindSafe(|| arena.get(place).len())).is_err());
    }
}
