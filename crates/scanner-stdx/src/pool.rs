//! `BufferPool`: a fixed number of page-aligned buffers, returned by dropping their handle.
//!
//! All buffers lie in one allocation that `NodePool` cuts into nodes; a bit set says which are free.
//! The pool belongs to one thread (`Rc`), like the reader and the scanner it serves. Buffers are
//! zero when first handed out and afterwards hold what the last user left: who must not see that
//! calls [`BufferHandle::clear`]. When none is free, `try_acquire` says so; nothing grows.
//!
//! The handle keeps the storage alive, so the pool itself may be dropped first.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::rc::Rc;

use crate::bitset::DynamicBitSet;
use crate::num::usize_from_u32;
use crate::pages::{PAGE_BYTES, ZeroedPages};

/// Every buffer starts on a multiple of this.
pub const BUFFER_ALIGN: usize = PAGE_BYTES;

/// The largest buffer a pool gives, in bytes.
pub const BUFFER_LEN_MAX: usize = 8 * 1024 * 1024;

/// Why a pool could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoolError {
    /// A buffer of no bytes, or of more than [`BUFFER_LEN_MAX`].
    BufferLen {
        /// The length asked for.
        bytes: usize,
    },
    /// The allocator has no block for all buffers.
    OutOfMemory {
        /// Number of buffers asked for.
        buffers: u32,
        /// Length of each in bytes.
        bytes: usize,
    },
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferLen { bytes } => {
                write!(f, "buffer length of {bytes} bytes is not within 1 to {BUFFER_LEN_MAX}")
            }
            Self::OutOfMemory { buffers, bytes } => {
                write!(f, "no memory for {buffers} buffers of {bytes} bytes")
            }
        }
    }
}

impl Error for PoolError {}

/// A fixed number of equal, page-aligned buffers; see the module's text.
///
/// ```
/// use scanner_stdx::BufferPool;
/// let pool = BufferPool::new(1, 100)?;
/// let mut buffer = pool.try_acquire().expect("nobody has it");
/// buffer[..5].copy_from_slice(b"bytes");
/// assert!(pool.try_acquire().is_none());
/// drop(buffer);
/// assert_eq!(pool.available(), 1);
/// # Ok::<(), scanner_stdx::PoolError>(())
/// ```
#[derive(Clone)]
pub struct BufferPool {
    inner: Rc<BufferPoolInner>,
}

struct BufferPoolInner {
    nodes: RefCell<NodePool>,
    capacity: u32,
    buffer_bytes: usize,
}

impl BufferPool {
    /// A pool of `capacity` buffers of `buffer_bytes` bytes each.
    pub fn new(capacity: u32, buffer_bytes: usize) -> Result<Self, PoolError> {
        if !(1..=BUFFER_LEN_MAX).contains(&buffer_bytes) {
            return Err(PoolError::BufferLen { bytes: buffer_bytes });
        }
        let nodes = NodePool::try_new(capacity, buffer_bytes)
            .ok_or(PoolError::OutOfMemory { buffers: capacity, bytes: buffer_bytes })?;
        let nodes = RefCell::new(nodes);
        Ok(Self { inner: Rc::new(BufferPoolInner { nodes, capacity, buffer_bytes }) })
    }

    /// A free buffer, or `None` while all are in use.
    pub fn try_acquire(&self) -> Option<BufferHandle> {
        let ptr = self.inner.nodes.borrow_mut().acquire()?;
        Some(BufferHandle { pool: Rc::clone(&self.inner), ptr })
    }

    /// A free buffer where the caller's own accounting proves there is one.
    ///
    /// # Panics
    /// While all are in use.
    pub fn acquire(&self) -> BufferHandle {
        self.try_acquire().expect("the caller keeps fewer handles than the pool has buffers")
    }

    /// Length of each buffer in bytes.
    pub fn buf_len(&self) -> usize {
        self.inner.buffer_bytes
    }

    /// Number of buffers, free or not.
    pub fn capacity(&self) -> u32 {
        self.inner.capacity
    }

    /// Number of buffers that are free now.
    pub fn available(&self) -> u32 {
        self.inner.nodes.borrow().available()
    }
}

impl fmt::Debug for BufferPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferPool")
            .field("capacity", &self.capacity())
            .field("available", &self.available())
            .field("buf_len", &self.buf_len())
            .finish()
    }
}

/// One buffer of a [`BufferPool`], returned to it when dropped.
pub struct BufferHandle {
    pool: Rc<BufferPoolInner>,
    /// A node acquired from the pool, and from no other handle until we return it.
    ptr: NonNull<u8>,
}

const _: () = assert!(size_of::<BufferHandle>() == 16);

impl BufferHandle {
    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        #[expect(unsafe_code, reason = "buffers of one allocation are handed out separately")]
        // SAFETY: the node has `buffer_bytes` initialized bytes, the pool gives it to nobody else
        // before our drop, `pool` keeps it alive, and `&self` keeps our own writers away.
        unsafe {
            std::slice::from_raw_parts(self.ptr.as_ptr(), self.pool.buffer_bytes)
        }
    }

    /// The bytes, to be written.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        #[expect(unsafe_code, reason = "buffers of one allocation are handed out separately")]
        // SAFETY: as in `as_slice`; `&mut self` makes this the only view.
        unsafe {
            std::slice::from_raw_parts_mut(self.ptr.as_ptr(), self.pool.buffer_bytes)
        }
    }

    /// Overwrites the whole buffer with zeros.
    pub fn clear(&mut self) {
        self.as_mut_slice().fill(0);
    }
}

impl Drop for BufferHandle {
    fn drop(&mut self) {
        self.pool.nodes.borrow_mut().release(self.ptr);
    }
}

impl Deref for BufferHandle {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl DerefMut for BufferHandle {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        self.as_mut_slice()
    }
}

/// Shows the length only: the bytes may hold a secret.
impl fmt::Debug for BufferHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferHandle").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// One allocation cut into equal nodes, and which of them are free.
///
/// Nodes start on multiples of [`BUFFER_ALIGN`]. It gives out addresses and never looks at the
/// bytes; [`BufferPool`] makes them safe to use.
pub struct NodePool {
    pages: ZeroedPages,
    node_stride: usize,
    free: DynamicBitSet,
    available: u32,
}

impl NodePool {
    /// `node_count` nodes of `node_bytes` each, all free; `None` when there is no memory for them.
    pub fn try_new(node_count: u32, node_bytes: usize) -> Option<Self> {
        let node_stride = node_bytes.max(1).checked_next_multiple_of(BUFFER_ALIGN)?;
        let count = usize_from_u32(node_count);
        let pages = ZeroedPages::try_new(node_stride.checked_mul(count)?)?;
        let free = DynamicBitSet::full(count);
        Some(Self { pages, node_stride, free, available: node_count })
    }

    /// The free node of the lowest address, or `None`. Its bytes are initialized, and all of them
    /// belong to the caller until [`Self::release`].
    pub fn acquire(&mut self) -> Option<NonNull<u8>> {
        if self.available == 0 {
            return None;
        }
        let index = self.free.first_set()?;
        self.free.unset(index);
        self.available -= 1;
        Some(self.pages.at(index * self.node_stride))
    }

    /// Takes back a node.
    ///
    /// # Panics
    /// When `node` is not a node of this pool that is in use.
    pub fn release(&mut self, node: NonNull<u8>) {
        let offset = self.pages.offset_of(node).expect("node lies in this pool");
        assert!(offset.is_multiple_of(self.node_stride), "pointer into the middle of a node");
        assert!(self.free.test_and_set(offset / self.node_stride), "node released twice");
        self.available += 1;
    }

    /// Number of nodes that are free now.
    pub const fn available(&self) -> u32 {
        self.available
    }
}

impl fmt::Debug for NodePool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodePool")
            .field("node_stride", &self.node_stride)
            .field("available", &self.available)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Every handle keeps the mark written into both ends of its buffer, whatever the others do.
        #[test]
        fn handles_do_not_share_bytes(
            capacity in 0_u32..9,
            buffer_bytes in 1_usize..9000,
            steps in prop::collection::vec((any::<bool>(), any::<usize>()), 0..60),
        ) {
            let pool = BufferPool::new(capacity, buffer_bytes).unwrap();
            let mut held: Vec<(u8, BufferHandle)> = Vec::new();
            for (mark, (acquire, pick)) in (0_u8..=255).cycle().zip(steps) {
                if acquire {
                    let handle = pool.try_acquire();
                    prop_assert_eq!(handle.is_some(), held.len() < capacity as usize);
                    if let Some(mut buffer) = handle {
                        prop_assert_eq!(buffer.as_ptr().addr() % BUFFER_ALIGN, 0);
                        prop_assert_eq!(buffer.len(), buffer_bytes);
                        buffer.fill(mark);
                        held.push((mark, buffer));
                    }
                } else if !held.is_empty() {
                    held.swap_remove(pick % held.len());
                }
                prop_assert_eq!(pool.available() as usize, capacity as usize - held.len());
                for (mark, buffer) in &held {
                    prop_assert!(buffer.iter().all(|byte| byte == mark));
                }
            }
        }
    }

    #[test]
    fn handle_outlives_the_pool() {
        let pool = BufferPool::new(2, 10).unwrap();
        let mut buffer = pool.acquire();
        drop(pool);
        assert_eq!(buffer.as_slice(), [0; 10]);
        buffer[9] = 1;
        buffer.clear();
        assert_eq!(buffer.as_slice(), [0; 10]);
    }

    // Miri stops at an allocation that cannot succeed, where an allocator returns null.
    #[cfg(not(miri))]
    #[test]
    fn impossible_pools_are_errors() {
        let made = |capacity, bytes| BufferPool::new(capacity, bytes).map(drop);
        assert_eq!(made(1, 0), Err(PoolError::BufferLen { bytes: 0 }));
        let bytes = BUFFER_LEN_MAX + 1;
        assert_eq!(made(1, bytes), Err(PoolError::BufferLen { bytes }));
        let all = PoolError::OutOfMemory { buffers: u32::MAX, bytes: BUFFER_LEN_MAX };
        assert_eq!(made(u32::MAX, BUFFER_LEN_MAX), Err(all));
    }

    #[test]
    fn acquire_from_an_empty_pool_panics() {
        let pool = BufferPool::new(0, 1).unwrap();
        assert!(catch_unwind(AssertUnwindSafe(|| pool.acquire())).is_err());
    }

    #[test]
    fn strange_pointers_are_not_released() {
        let mut nodes = NodePool::try_new(2, 5000).unwrap();
        let mut other = NodePool::try_new(1, 5000).unwrap();
        let node = nodes.acquire().unwrap();
        let foreign = other.acquire().unwrap();
        let middle = node.map_addr(|addr| addr.saturating_add(4096));
        let mut refused = |ptr| catch_unwind(AssertUnwindSafe(|| nodes.release(ptr))).is_err();
        assert!(refused(foreign));
        assert!(refused(middle));
        assert!(!refused(node));
        assert!(refused(node), "released twice");
        assert_eq!(nodes.available(), 2);
    }
}
