//! A global allocator that counts, and the guard that asks it: scanning must not allocate after warm-up.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator with a counter for each thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator;

fn count() {
    // A thread that is ending has no counter any more.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

fn add(taken: usize, given_back: usize) {
    let change = taken.cast_signed() - given_back.cast_signed();
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + change);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

#[expect(unsafe_code, reason = "an allocator")]
// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        add(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        add(0, layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`; the memory came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        add(size, layout.size());
        // SAFETY: the caller keeps the contract of `realloc`; the memory came from `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// How often `work` allocates on this thread, where [`CountingAllocator`] is the global allocator.
pub fn allocations_of(work: impl FnOnce()) -> u64 {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

/// What `work` makes, and the bytes that are allocated on this thread since before it and not given back, where
/// [`CountingAllocator`] is the global allocator.
pub fn bytes_of<T>(work: impl FnOnce() -> T) -> (T, isize) {
    let before = LIVE.with(Cell::get);
    let made = work();
    (made, LIVE.with(Cell::get) - before)
}

/// The most bytes that are allocated on this thread at any moment of `work`, beyond those before it, where
/// [`CountingAllocator`] is the global allocator.
pub fn peak_of(work: impl FnOnce()) -> isize {
    let before = LIVE.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    work();
    PEAK.with(Cell::get) - before
}
