//! `ZeroedPages`: one page-aligned block of zeros that costs no memory until it is written to.
//!
//! The storage under `NodePool` and `SetAssocCache`, which hand out parts of it by pointer and keep
//! those parts apart themselves. Asking the allocator for aligned zeros makes it write them; so this
//! takes unaligned zeros, which for large blocks are untouched pages of the system, and aligns
//! inside.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// Alignment of the first byte.
pub(crate) const PAGE_BYTES: usize = 4096;

/// An owned block; the bytes are reached through [`ZeroedPages::at`] only.
pub(crate) struct ZeroedPages {
    /// What the allocator gave; dangling when `bytes` is 0.
    base: NonNull<u8>,
    /// The first page boundary at or behind `base`.
    start: NonNull<u8>,
    bytes: usize,
}

impl ZeroedPages {
    /// A block of `bytes` zeros; `None` when there is no memory or no such size.
    pub(crate) fn try_new(bytes: usize) -> Option<Self> {
        if bytes == 0 {
            let dangling = NonNull::dangling();
            return Some(Self { base: dangling, start: dangling, bytes });
        }
        #[expect(
            unsafe_code,
            reason = "a Vec could not fail gracefully on a machine without memory"
        )]
        // SAFETY: the layout's size is not zero, for `bytes` is not.
        let base = NonNull::new(unsafe { alloc_zeroed(layout(bytes)?) })?;
        #[expect(unsafe_code, reason = "aligns inside the block")]
        // SAFETY: at most PAGE_BYTES - 1, and `layout` adds that many bytes behind `bytes`.
        let start = unsafe { base.add(base.align_offset(PAGE_BYTES)) };
        Some(Self { base, start, bytes })
    }

    /// Pointer to byte `offset`, valid for reads and writes of all that follows it in the block.
    ///
    /// # Panics
    /// When `offset` is over the size.
    #[inline]
    pub(crate) fn at(&self, offset: usize) -> NonNull<u8> {
        assert!(offset <= self.bytes, "offset {offset} in a block of {} bytes", self.bytes);
        #[expect(unsafe_code, reason = "address arithmetic inside the block")]
        // SAFETY: `offset <= bytes`, so the result is inside the allocation or one past its end.
        unsafe {
            self.start.add(offset)
        }
    }

    /// The offset for which [`Self::at`] gives `ptr`; `None` when `ptr` is not of this block.
    pub(crate) fn offset_of(&self, ptr: NonNull<u8>) -> Option<usize> {
        let offset = ptr.addr().get().checked_sub(self.start.addr().get())?;
        (offset < self.bytes).then_some(offset)
    }
}

fn layout(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(bytes.checked_add(PAGE_BYTES - 1)?, 1).ok()
}

impl Drop for ZeroedPages {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let layout = layout(self.bytes).expect("the same layout was made in try_new");
        #[expect(unsafe_code, reason = "gives the block back")]
        // SAFETY: `base` came from `alloc_zeroed` with this layout, and the owner is gone.
        unsafe {
            dealloc(self.base.as_ptr(), layout);
        }
    }
}

#[expect(unsafe_code, reason = "a raw pointer hides that the block is owned")]
// SAFETY: the block is owned; bytes have no thread.
unsafe impl Send for ZeroedPages {}
#[expect(unsafe_code, reason = "a raw pointer hides that the block is owned")]
// SAFETY: `&self` gives out pointers only; who reads or writes through them answers for it there.
unsafe impl Sync for ZeroedPages {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_is_aligned_and_zero() {
        for bytes in [1, 4095, 4096, 100_000] {
            let pages = ZeroedPages::try_new(bytes).unwrap();
            assert_eq!(pages.at(0).addr().get() % PAGE_BYTES, 0);
            for offset in [0, bytes / 2, bytes - 1] {
                assert_eq!(pages.offset_of(pages.at(offset)), Some(offset));
                #[expect(unsafe_code, reason = "reads what the block promises")]
                // SAFETY: `offset < bytes`, the block is initialized and nobody else has it.
                let byte = unsafe { pages.at(offset).read() };
                assert_eq!(byte, 0);
            }
            assert_eq!(pages.offset_of(pages.at(bytes)), None);
        }
    }

    // Miri stops at an allocation that cannot succeed, where an allocator returns null.
    #[cfg(not(miri))]
    #[test]
    fn impossible_sizes_are_refused() {
        assert!(ZeroedPages::try_new(usize::MAX).is_none());
        assert!(ZeroedPages::try_new(isize::MAX.cast_unsigned() - 4096).is_none());
        assert!(ZeroedPages::try_new(0).is_some());
    }
}
