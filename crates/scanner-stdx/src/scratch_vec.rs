//! `ScratchVec`: a page-aligned vector of fixed capacity that never grows by itself.
//!
//! Scratch memory of a scan is sized once, from limits, and reused for every chunk. Whoever is full
//! hears about it (`Full`) and counts it; nothing on the scan path calls the allocator.
//!
//! Invariants:
//! - the storage starts on a 4096-byte boundary and never moves, except in [`ScratchVec::ensure_capacity`];
//! - `len <= capacity`, and the first `len` items are initialized;
//! - pages that no item was ever written to are never touched, so generous capacity costs address
//!   space, not memory.
//!
//! Items are `Copy`, so clearing is one store. Does not shrink, and `clear` does not wipe the bytes.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::error::Error;
use std::fmt;
use std::num::NonZero;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Alignment of the storage: one page on the machines we build for.
pub const SCRATCH_ALIGN: usize = 4096;

/// A page-aligned vector of fixed capacity; see the module's text.
///
/// ```
/// use scanner_stdx::{Full, ScratchVec};
/// let mut spans = ScratchVec::with_capacity(2);
/// spans.push(1_u32);
/// assert_eq!(spans.try_push(2), Ok(()));
/// assert_eq!(spans.try_push(3), Err(Full));
/// assert_eq!(spans.as_slice(), [1, 2]);
/// ```
pub struct ScratchVec<T: Copy> {
    /// Start of the storage; dangling (but aligned) when `capacity` is 0.
    ptr: NonNull<T>,
    len: usize,
    capacity: usize,
}

const _: () = assert!(size_of::<ScratchVec<u64>>() == 24);

/// The container holds as much as it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fixed capacity is used up")
    }
}

impl Error for Full {}

impl<T: Copy> ScratchVec<T> {
    /// Room for exactly `capacity` items. No page of it is touched.
    ///
    /// # Panics
    /// When the size in bytes overflows; an allocator without memory ends the process, as with `Vec`.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { ptr: allocate(capacity), len: 0, capacity }
    }

    /// Number of items.
    #[inline]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no items.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of items there is room for in total.
    #[inline]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Number of items that can still be added.
    #[inline]
    pub const fn remaining(&self) -> usize {
        self.capacity - self.len
    }

    /// Whether the next push would be refused.
    #[inline]
    pub const fn is_full(&self) -> bool {
        self.len == self.capacity
    }

    /// Adds `item` at the end, or leaves everything as it was.
    #[inline]
    pub fn try_push(&mut self, item: T) -> Result<(), Full> {
        if self.is_full() {
            return Err(Full);
        }
        #[expect(unsafe_code, reason = "storage beyond `len` is uninitialized")]
        // SAFETY: `len < capacity` was checked, so the slot lies inside our allocation.
        let slot = unsafe { self.ptr.add(self.len) };
        #[expect(unsafe_code, reason = "storage beyond `len` is uninitialized")]
        // SAFETY: `slot` is aligned, inside our allocation, and borrowed by nobody: we hold `&mut`.
        unsafe {
            slot.write(item);
        }
        self.len += 1;
        Ok(())
    }

    /// Adds `item` where a limit has already made sure of the space.
    ///
    /// # Panics
    /// When full: a limit was computed wrong. Use [`Self::try_push`] where input decides.
    #[inline]
    pub fn push(&mut self, item: T) {
        assert!(self.try_push(item).is_ok(), "push into a full ScratchVec");
    }

    /// Adds all of `items` at the end, or none of them.
    #[inline]
    pub fn extend_from_slice(&mut self, items: &[T]) -> Result<(), Full> {
        if items.len() > self.remaining() {
            return Err(Full);
        }
        #[expect(unsafe_code, reason = "storage beyond `len` is uninitialized")]
        // SAFETY: `len <= capacity`, so the slot is inside our allocation or one past its end.
        let end = unsafe { self.ptr.add(self.len) };
        #[expect(unsafe_code, reason = "storage beyond `len` is uninitialized")]
        // SAFETY: `items.len()` slots from `end` are inside our allocation (checked above), and
        // `items` cannot overlap storage we hold `&mut`.
        unsafe {
            end.copy_from_nonoverlapping(NonNull::from(items).cast(), items.len());
        }
        self.len += items.len();
        Ok(())
    }

    /// Removes and returns the last item.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let last = self.as_slice().last().copied()?;
        self.len -= 1;
        Some(last)
    }

    /// Removes all items; capacity stays.
    #[inline]
    pub const fn clear(&mut self) {
        self.len = 0;
    }

    /// Keeps the first `len` items; no effect when there are fewer.
    #[inline]
    pub const fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.len = len;
        }
    }

    /// Removes and returns item `index`, moving the last item into its place.
    ///
    /// # Panics
    /// When `index` is out of bounds.
    #[inline]
    pub fn swap_remove(&mut self, index: usize) -> T {
        let removed = self[index];
        let last = self.pop().expect("indexing proved that there is an item");
        if index < self.len {
            self[index] = last;
        }
        removed
    }

    /// Keeps the items for which `keep` is true, in order.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let mut kept = 0;
        for index in 0..self.len {
            let item = self[index];
            if keep(&item) {
                self[kept] = item;
                kept += 1;
            }
        }
        self.len = kept;
    }

    /// The items.
    #[inline]
    pub const fn as_slice(&self) -> &[T] {
        #[expect(unsafe_code, reason = "views the initialized part of the storage")]
        // SAFETY: the first `len` items are initialized and inside one allocation; `&self` keeps
        // writers away.
        unsafe {
            std::slice::from_raw_parts(self.ptr.as_ptr(), self.len)
        }
    }

    /// The items, to be changed in place.
    #[inline]
    pub const fn as_mut_slice(&mut self) -> &mut [T] {
        #[expect(unsafe_code, reason = "views the initialized part of the storage")]
        // SAFETY: the first `len` items are initialized and inside one allocation; `&mut self`
        // keeps everyone else away.
        unsafe {
            std::slice::from_raw_parts_mut(self.ptr.as_ptr(), self.len)
        }
    }

    /// Makes room for at least `capacity` items in total, moving the storage when it must.
    ///
    /// Calls the allocator; meant for the time between scans, never inside one. Never shrinks.
    ///
    /// # Panics
    /// As [`Self::with_capacity`].
    pub fn ensure_capacity(&mut self, capacity: usize) {
        if capacity <= self.capacity {
            return;
        }
        let mut larger = Self::with_capacity(capacity);
        larger.extend_from_slice(self).expect("the new capacity is larger than the old");
        *self = larger;
    }
}

fn layout_of<T>(capacity: usize) -> Layout {
    const {
        assert!(size_of::<T>() > 0, "items without size need no storage");
        assert!(align_of::<T>() <= SCRATCH_ALIGN, "items are aligned to a page at most");
    }
    Layout::array::<T>(capacity)
        .and_then(|layout| layout.align_to(SCRATCH_ALIGN))
        .expect("scratch capacity in bytes fits the address space")
}

fn allocate<T>(capacity: usize) -> NonNull<T> {
    let layout = layout_of::<T>(capacity);
    if capacity == 0 {
        // Never dereferenced; page-aligned like every other storage.
        return NonNull::without_provenance(
            const { NonZero::new(SCRATCH_ALIGN).expect("a page has bytes") },
        );
    }
    #[expect(unsafe_code, reason = "page alignment is not to be had from Vec")]
    // SAFETY: the layout's size is not zero: `capacity > 0` and items have a size.
    let ptr = unsafe { alloc(layout) };
    NonNull::new(ptr.cast()).unwrap_or_else(|| handle_alloc_error(layout))
}

impl<T: Copy> Drop for ScratchVec<T> {
    fn drop(&mut self) {
        if self.capacity == 0 {
            return;
        }
        #[expect(unsafe_code, reason = "page alignment is not to be had from Vec")]
        // SAFETY: `ptr` came from `allocate` with this very capacity, and nobody uses it after us.
        unsafe {
            dealloc(self.ptr.as_ptr().cast(), layout_of::<T>(self.capacity));
        }
    }
}

#[expect(unsafe_code, reason = "a raw pointer hides that the storage is owned")]
// SAFETY: the storage is owned like a `Vec`'s; sending the vector sends the items.
unsafe impl<T: Copy + Send> Send for ScratchVec<T> {}
#[expect(unsafe_code, reason = "a raw pointer hides that the storage is owned")]
// SAFETY: `&ScratchVec` gives out nothing but `&T`.
unsafe impl<T: Copy + Sync> Sync for ScratchVec<T> {}

impl<T: Copy> Deref for ScratchVec<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: Copy> DerefMut for ScratchVec<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

impl<'a, T: Copy> IntoIterator for &'a ScratchVec<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T: Copy> IntoIterator for &'a mut ScratchVec<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// An empty vector without capacity.
impl<T: Copy> Default for ScratchVec<T> {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

/// Shows the sizes only: the items may be bytes of a secret.
impl<T: Copy> fmt::Debug for ScratchVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScratchVec")
            .field("len", &self.len)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Push(u32),
        Extend(Vec<u32>),
        Pop,
        Truncate(usize),
        SwapRemove(usize),
        Retain(u32),
        Sort,
        Ensure(usize),
        Clear,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => any::<u32>().prop_map(Step::Push),
            3 => prop::collection::vec(any::<u32>(), 0..9).prop_map(Step::Extend),
            2 => Just(Step::Pop),
            1 => (0_usize..20).prop_map(Step::Truncate),
            2 => any::<usize>().prop_map(Step::SwapRemove),
            1 => (1_u32..4).prop_map(Step::Retain),
            1 => Just(Step::Sort),
            1 => (0_usize..40).prop_map(Step::Ensure),
            1 => Just(Step::Clear),
        ]
    }

    fn apply(step: Step, real: &mut ScratchVec<u32>, model: &mut Vec<u32>) {
        let room = real.capacity() - model.len();
        match step {
            Step::Push(item) => {
                assert_eq!(real.try_push(item).is_ok(), room > 0);
                model.extend((room > 0).then_some(item));
            }
            Step::Extend(items) => {
                assert_eq!(real.extend_from_slice(&items).is_ok(), items.len() <= room);
                if items.len() <= room {
                    model.extend(items);
                }
            }
            Step::Pop => assert_eq!(real.pop(), model.pop()),
            Step::Truncate(len) => {
                real.truncate(len);
                model.truncate(len);
            }
            Step::SwapRemove(index) if !model.is_empty() => {
                let index = index % model.len();
                assert_eq!(real.swap_remove(index), model.swap_remove(index));
            }
            Step::SwapRemove(_) => {}
            Step::Retain(modulus) => {
                real.retain(|item| item % modulus == 0);
                model.retain(|item| item % modulus == 0);
            }
            Step::Sort => {
                real.sort_unstable();
                model.sort_unstable();
            }
            Step::Ensure(capacity) => {
                let before = real.capacity();
                real.ensure_capacity(capacity);
                assert_eq!(real.capacity(), before.max(capacity));
            }
            Step::Clear => {
                real.clear();
                model.clear();
            }
        }
    }

    proptest! {
        #[test]
        fn behaves_like_vec(
            capacity in 0_usize..24,
            steps in prop::collection::vec(step(), 0..60),
        ) {
            let mut real = ScratchVec::with_capacity(capacity);
            let mut model = Vec::new();
            for step in steps {
                apply(step, &mut real, &mut model);
                prop_assert_eq!(real.as_slice(), model.as_slice());
                prop_assert_eq!(real.is_full(), model.len() == real.capacity());
                prop_assert_eq!(real.as_ptr().addr() % SCRATCH_ALIGN, 0);
            }
        }
    }

    #[test]
    fn push_into_full_panics_and_changes_nothing() {
        let mut full = ScratchVec::with_capacity(1);
        full.push(1_u8);
        assert!(catch_unwind(AssertUnwindSafe(|| full.push(2))).is_err());
        assert_eq!(full.as_slice(), [1]);
    }

    #[test]
    fn swap_remove_out_of_bounds_panics() {
        let mut items = ScratchVec::with_capacity(4);
        assert!(catch_unwind(AssertUnwindSafe(|| items.swap_remove(0))).is_err());
        items.push(1_u64);
        assert!(catch_unwind(AssertUnwindSafe(|| items.swap_remove(1))).is_err());
        assert_eq!(items.swap_remove(0), 1);
    }

    #[test]
    fn capacity_that_overflows_is_refused() {
        assert!(catch_unwind(|| ScratchVec::<u64>::with_capacity(usize::MAX / 2)).is_err());
    }

    /// 1 GiB of capacity is 262 144 pages; other tests of this process touch far fewer meanwhile.
    #[cfg(all(target_os = "linux", not(miri)))]
    #[test]
    fn untouched_capacity_costs_no_memory() {
        let resident_pages = || -> usize {
            let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
            statm.split(' ').nth(1).unwrap().parse().unwrap()
        };
        let before = resident_pages();
        let mut large = ScratchVec::<u64>::with_capacity(1 << 27);
        large.push(1);
        let grown = resident_pages().saturating_sub(before);
        assert!(grown < 1 << 16, "1 GiB of capacity made {grown} pages resident");
    }

    #[test]
    fn debug_shows_no_items() {
        let mut bytes = ScratchVec::with_capacity(4);
        bytes.push(77_u8);
        assert_eq!(format!("{bytes:?}"), "ScratchVec { len: 1, capacity: 4, .. }");
    }
}
