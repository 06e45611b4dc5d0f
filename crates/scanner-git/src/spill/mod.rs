//! Memory for objects: reused heap buffers, and mapped temporary files for what does not fit.
//!
//! A [`BufferPool`] belongs to one worker. It hands out [`Buffer`]s of an exact length whose content is undefined (old
//! bytes of other objects), so that nothing is zeroed twice. What is above the limit of one object, or above the limit
//! of all buffers of the worker, lies in a temporary file that has no name: the kernel can write such pages away.
//! Blocks of the file are reserved before it is mapped, so a full disk is an error here and not a signal later.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use memmap2::MmapMut;
use rustix::fs::{FallocateFlags, fallocate};

use crate::damage::Damage;
use crate::limits::PackLimits;

/// Buffers smaller than this share one size class.
const CLASS_BYTES_MIN: usize = 4096;

/// Free buffers of one class that are kept.
const FREE_PER_CLASS_MAX: usize = 8;

/// The bytes of one object.
pub(crate) struct Buffer {
    store: Store,
    len: usize,
}

enum Store {
    Heap(Box<[u8]>),
    Mapped(MmapMut),
}

impl Buffer {
    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.store {
            Store::Heap(bytes) => &bytes[..self.len],
            Store::Mapped(map) => &map[..self.len],
        }
    }

    /// The bytes, to be written.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.store {
            Store::Heap(bytes) => &mut bytes[..self.len],
            Store::Mapped(map) => &mut map[..self.len],
        }
    }
}

/// The buffers of one worker.
pub(crate) struct BufferPool {
    free: Vec<Vec<Box<[u8]>>>,
    held_bytes: u64,
    in_memory_max: u64,
    worker_max: u64,
    object_max: u64,
    spill_dir: PathBuf,
    /// Objects that went to a temporary file.
    pub(crate) spilled: u64,
}

impl BufferPool {
    pub(crate) fn new(limits: &PackLimits, spill_dir: PathBuf) -> Self {
        Self {
            free: Vec::new(),
            held_bytes: 0,
            in_memory_max: limits.object_bytes_in_memory,
            worker_max: limits.worker_bytes_in_memory,
            object_max: limits.object_bytes_max,
            spill_dir,
            spilled: 0,
        }
    }

    /// A pool whose buffers need not come back: only single large objects go to files.
    pub(crate) fn uncounted(limits: &PackLimits, spill_dir: PathBuf) -> Self {
        Self { worker_max: u64::MAX, ..Self::new(limits, spill_dir) }
    }

    /// A buffer of `len` bytes of undefined content.
    pub(crate) fn take(&mut self, len: u64) -> Result<Buffer, Damage> {
        if len > self.object_max {
            return Err(Damage::TooLarge);
        }
        let size = usize::try_from(len).map_err(|_| Damage::TooLarge)?;
        let class = class_of(size);
        if let Some(bytes) = self.free.get_mut(class).and_then(Vec::pop) {
            return Ok(Buffer { store: Store::Heap(bytes), len: size });
        }
        let capacity = class_bytes(class);
        if len > self.in_memory_max || !self.make_room(capacity as u64) {
            self.spilled += 1;
            return Ok(Buffer { store: Store::Mapped(self.map_file(len)?), len: size });
        }
        self.held_bytes = self.held_bytes.saturating_add(capacity as u64);
        Ok(Buffer { store: Store::Heap(vec![0; capacity].into_boxed_slice()), len: size })
    }

    /// Gives a buffer back.
    pub(crate) fn give(&mut self, buffer: Buffer) {
        let Store::Heap(bytes) = buffer.store else { return };
        let class = class_of(bytes.len());
        if self.free.len() <= class {
            self.free.resize_with(class + 1, Vec::new);
        }
        if self.free[class].len() < FREE_PER_CLASS_MAX {
            self.free[class].push(bytes);
        } else {
            self.held_bytes = self.held_bytes.saturating_sub(bytes.len() as u64);
        }
    }

    /// Takes over the account of a buffer made by another worker.
    pub(crate) fn adopt(&mut self, buffer: &Buffer) {
        if let Store::Heap(bytes) = &buffer.store {
            self.held_bytes += bytes.len() as u64;
        }
    }

    /// Takes a buffer that another worker will give back off the account.
    pub(crate) fn disown(&mut self, buffer: &Buffer) {
        if let Store::Heap(bytes) = &buffer.store {
            self.held_bytes = self.held_bytes.saturating_sub(bytes.len() as u64);
        }
    }

    /// Frees unused buffers of other classes until `bytes` more fit.
    fn make_room(&mut self, bytes: u64) -> bool {
        let max = self.worker_max;
        for class in self.free.iter_mut().rev() {
            while self.held_bytes.saturating_add(bytes) > max {
                let Some(unused) = class.pop() else { break };
                self.held_bytes -= unused.len() as u64;
            }
        }
        self.held_bytes.saturating_add(bytes) <= max
    }

    fn map_file(&self, len: u64) -> Result<MmapMut, Damage> {
        spill_map(&self.spill_dir, len).map_err(|_| Damage::SpillFailed)
    }
}

/// A nameless temporary file of `len` reserved bytes in `dir`, mapped.
fn spill_map(dir: &std::path::Path, len: u64) -> io::Result<MmapMut> {
    let file: File = tempfile::tempfile_in(dir)?;
    let len = len.max(1);
    match fallocate(&file, FallocateFlags::empty(), 0, len) {
        Ok(()) => {}
        // A file system that cannot reserve: take it as it is.
        Err(rustix::io::Errno::OPNOTSUPP) => file.set_len(len)?,
        Err(error) => return Err(error.into()),
    }
    map_private_file(&file)
}

#[expect(unsafe_code, reason = "mapping a file is unsafe for what others may do to it")]
fn map_private_file(file: &File) -> io::Result<MmapMut> {
    // SAFETY: the file was made by `tempfile_in`, has no name and no other handle: nobody else can write or cut it.
    unsafe { MmapMut::map_mut(file) }
}

/// Class `n` holds buffers of `CLASS_BYTES_MIN << n` bytes.
fn class_of(len: usize) -> usize {
    let units = len.max(1).div_ceil(CLASS_BYTES_MIN);
    units.next_power_of_two().trailing_zeros() as usize
}

fn class_bytes(class: usize) -> usize {
    CLASS_BYTES_MIN << class
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn pool(in_memory: u64, worker: u64) -> BufferPool {
        let mut limits = Limits::default().pack;
        limits.object_bytes_in_memory = in_memory;
        limits.worker_bytes_in_memory = worker;
        limits.object_bytes_max = 1 << 30;
        BufferPool::new(&limits, std::env::temp_dir())
    }

    #[test]
    fn classes_hold_what_they_are_asked_for() {
        for len in [0, 1, 4095, 4096, 4097, 8192, 8193, 1 << 20, (1 << 20) + 1] {
            assert!(class_bytes(class_of(len)) >= len);
            assert_eq!(class_of(class_bytes(class_of(len))), class_of(len));
        }
    }

    #[test]
    fn buffers_are_reused_and_counted() {
        let mut pool = pool(1 << 20, 1 << 20);
        let one = pool.take(5000).unwrap();
        assert_eq!(one.bytes().len(), 5000);
        assert_eq!(pool.held_bytes, 8192);
        pool.give(one);
        let again = pool.take(8000).unwrap();
        assert_eq!((again.bytes().len(), pool.held_bytes, pool.spilled), (8000, 8192, 0));
    }

    #[test]
    fn large_objects_and_full_pools_spill() {
        let mut pool = pool(10_000, 16_384);
        let mut large = pool.take(20_000).unwrap();
        large.bytes_mut()[19_999] = 7;
        assert_eq!((large.bytes()[19_999], pool.spilled), (7, 1));
        let held: Vec<_> = (0..4).map(|_| pool.take(4096).unwrap()).collect();
        assert_eq!(pool.spilled, 1);
        let fifth = pool.take(4096).unwrap();
        assert_eq!((fifth.bytes().len(), pool.spilled), (4096, 2));
        for buffer in held {
            pool.give(buffer);
        }
        assert!(pool.take(8192).is_ok());
        assert_eq!((pool.spilled, pool.held_bytes), (2, 16_384));
    }

    #[test]
    fn more_than_the_largest_object_is_refused() {
        assert_eq!(pool(1, 1).take((1 << 30) + 1).err(), Some(Damage::TooLarge));
    }
}
