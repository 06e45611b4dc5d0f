//! Who does what: units of roots taken one after the other, then parts of trees given by busy workers to idle ones.
//!
//! The last worker that finds nothing ends the run; a worker that fails (a sink that panics) ends it too, so that no
//! other waits for ever.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Roots of one pack, as a range of its plan's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) job: u32,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

/// Work that a worker got.
pub(crate) enum Work<D> {
    Unit(Unit),
    Donation(D),
}

/// The work of one run; `D` is what workers give to each other.
pub(crate) struct WorkQueue<D> {
    units: Vec<Unit>,
    next: AtomicUsize,
    workers: usize,
    /// Idle workers for which there is no donation yet.
    hungry: AtomicUsize,
    stopped: AtomicBool,
    shared: Mutex<Shared<D>>,
    changed: Condvar,
}

struct Shared<D> {
    donations: Vec<D>,
    idle: usize,
}

impl<D> WorkQueue<D> {
    pub(crate) fn new(units: Vec<Unit>, workers: usize) -> Self {
        Self {
            units,
            next: AtomicUsize::new(0),
            workers,
            hungry: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            shared: Mutex::new(Shared { donations: Vec::new(), idle: 0 }),
            changed: Condvar::new(),
        }
    }

    /// The next work; `None` when there is none left or the run was stopped. Waits for donations.
    pub(crate) fn take(&self) -> Option<Work<D>> {
        if self.is_stopped() {
            return None;
        }
        let unit = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(unit) = self.units.get(unit) {
            return Some(Work::Unit(*unit));
        }
        let mut shared = self.lock();
        shared.idle += 1;
        loop {
            if let Some(donation) = shared.donations.pop() {
                shared.idle -= 1;
                self.tell_hungry(&shared);
                return Some(Work::Donation(donation));
            }
            if shared.idle >= self.workers || self.is_stopped() {
                self.stop();
                return None;
            }
            self.tell_hungry(&shared);
            shared = self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether an idle worker waits for a donation.
    #[inline]
    pub(crate) fn is_hungry(&self) -> bool {
        self.hungry.load(Ordering::Relaxed) > 0
    }

    /// Gives work to an idle worker.
    pub(crate) fn donate(&self, donation: D) {
        let mut shared = self.lock();
        shared.donations.push(donation);
        self.tell_hungry(&shared);
        self.changed.notify_one();
    }

    /// Ends the run for all workers.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    #[inline]
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Ends the run if the worker that holds it panics.
    pub(crate) fn guard(&self) -> PanicGuard<'_, D> {
        PanicGuard { queue: self }
    }

    fn tell_hungry(&self, shared: &Shared<D>) {
        let hungry = shared.idle.saturating_sub(shared.donations.len());
        self.hungry.store(hungry, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Shared<D>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`WorkQueue::guard`].
pub(crate) struct PanicGuard<'a, D> {
    queue: &'a WorkQueue<D>,
}

impl<D> Drop for PanicGuard<'_, D> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Under the lock, so that no worker is between its look at the flag and its wait.
            let shared = self.queue.lock();
            self.queue.stop();
            drop(shared);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn donations_reach_idle_workers_and_the_run_ends() {
        let units = vec![Unit { job: 0, from: 0, to: 1 }];
        let queue = WorkQueue::<u32>::new(units, 3);
        let sum: u32 = thread::scope(|scope| {
            let worker = || {
                let mut sum = 0;
                while let Some(work) = queue.take() {
                    match work {
                        Work::Unit(_) => {
                            for part in 1..=100 {
                                queue.donate(part);
                            }
                        }
                        Work::Donation(part) => sum += part,
                    }
                }
                sum
            };
            let handles: Vec<_> = (0..3).map(|_| scope.spawn(worker)).collect();
            handles.into_iter().map(|handle| handle.join().unwrap()).sum()
        });
        assert_eq!(sum, 5050);
    }

    #[test]
    fn a_panic_frees_the_others() {
        let queue = WorkQueue::<u32>::new(vec![Unit { job: 0, from: 0, to: 1 }], 2);
        thread::scope(|scope| {
            let failing = scope.spawn(|| {
                let _guard = queue.guard();
                let work = queue.take();
                while !queue.is_hungry() {
                    thread::yield_now();
                }
                assert!(work.is_none(), "a made-up failure");
            });
            while queue.next.load(Ordering::Relaxed) == 0 {
                thread::yield_now();
            }
            assert!(queue.take().is_none());
            assert!(failing.join().is_err());
        });
    }
}
