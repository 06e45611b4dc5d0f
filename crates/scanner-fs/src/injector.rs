//! The queue of the workers: one deque each, one shared injector, stealing, and sleep without spinning.
//!
//! A worker takes the newest task of its own deque (so that walks go deep before they go wide and little is
//! queued), then from the injector, then steals the oldest of somebody else's. A task counts as outstanding
//! from its push until [`LocalQueue::finished`]; when none is, the walk is over and every sleeper returns.
//!
//! Waking: a pusher first publishes the task, then looks for sleepers; a worker first says that it sleeps,
//! then looks for tasks once more. With a sequentially consistent fence between the two steps on both sides,
//! one of them sees the other. It does not know what a task is.
//!
//! A worker without a task may be of help with something else: it is asked before it sleeps, and whoever has such work
//! wakes a sleeper through [`Colleagues`].

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crossbeam_deque::{Injector as SharedDeque, Steal, Stealer, Worker};

/// What the workers share.
#[derive(Debug)]
pub(crate) struct Injector<T> {
    shared: SharedDeque<T>,
    stealers: Vec<Stealer<T>>,
    outstanding: AtomicUsize,
    stopped: AtomicBool,
    sleepers: Arc<Sleepers>,
}

/// The workers of a walk that sleep for want of a file.
#[derive(Clone, Debug, Default)]
pub struct Colleagues(Arc<Sleepers>);

impl Colleagues {
    /// How many sleep.
    pub fn idle(&self) -> usize {
        self.0.idle.load(Ordering::Relaxed)
    }

    /// Wakes one that sleeps: its visitor is asked for help.
    pub fn wake(&self) {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        self.0.wake_one();
    }
}

#[derive(Debug, Default)]
struct Sleepers {
    /// Sleepers that nobody has woken yet: a mirror of `parked` that is read without the lock.
    idle: AtomicUsize,
    /// Calls for help so far.
    calls: AtomicUsize,
    parked: Mutex<Parked>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Parked {
    sleeping: usize,
    /// Wake-ups sent and not yet taken; never more than `sleeping`.
    tokens: usize,
}

/// One worker's end of the queue.
#[derive(Debug)]
pub(crate) struct LocalQueue<'a, T> {
    injector: &'a Injector<T>,
    own: Worker<T>,
    index: usize,
}

impl<T> Injector<T> {
    /// A queue for `workers` workers with the first tasks, and the workers' own deques.
    pub(crate) fn new(workers: usize, first: impl Iterator<Item = T>) -> (Self, Vec<Worker<T>>) {
        let own: Vec<Worker<T>> = (0..workers).map(|_| Worker::new_lifo()).collect();
        let shared = SharedDeque::new();
        let mut outstanding = 0;
        for task in first {
            shared.push(task);
            outstanding += 1;
        }
        let injector = Self {
            shared,
            stealers: own.iter().map(Worker::stealer).collect(),
            outstanding: AtomicUsize::new(outstanding),
            stopped: AtomicBool::new(false),
            sleepers: Arc::default(),
        };
        (injector, own)
    }

    /// The end of the queue for worker `index`, which `own` was made for.
    pub(crate) fn local(&self, index: usize, own: Worker<T>) -> LocalQueue<'_, T> {
        LocalQueue { injector: self, own, index }
    }

    /// The sleepers, for visitors.
    pub(crate) fn colleagues(&self) -> Colleagues {
        Colleagues(Arc::clone(&self.sleepers))
    }

    /// Ends the walk early: no worker gets another task.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake_all();
    }

    /// Whether somebody ended the walk early.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn is_over(&self) -> bool {
        self.stopped.load(Ordering::SeqCst) || self.outstanding.load(Ordering::SeqCst) == 0
    }

    fn has_tasks(&self) -> bool {
        !self.shared.is_empty() || self.stealers.iter().any(|stealer| !stealer.is_empty())
    }

    fn wake_all(&self) {
        let _parked = self.sleepers.lock();
        self.sleepers.wake.notify_all();
    }

    /// Sleeps until there may be a task or a call for help behind the first `calls`. Returns `false` when the walk is over.
    fn park(&self, calls: usize) -> bool {
        let sleepers = &*self.sleepers;
        let mut parked = sleepers.lock();
        parked.sleeping += 1;
        sleepers.publish(&parked);
        fence(Ordering::SeqCst);
        if !self.has_tasks() && sleepers.calls.load(Ordering::SeqCst) == calls {
            while parked.tokens == 0 && !self.is_over() {
                parked = sleepers.wake.wait(parked).unwrap_or_else(PoisonError::into_inner);
            }
            parked.tokens = parked.tokens.saturating_sub(1);
        }
        parked.sleeping -= 1;
        sleepers.publish(&parked);
        !self.is_over()
    }
}

impl Sleepers {
    fn lock(&self) -> MutexGuard<'_, Parked> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, parked: &Parked) {
        self.idle.store(parked.sleeping.saturating_sub(parked.tokens), Ordering::SeqCst);
    }

    fn wake_one(&self) {
        fence(Ordering::SeqCst);
        if self.idle.load(Ordering::SeqCst) == 0 {
            return;
        }
        let mut parked = self.lock();
        if parked.sleeping > parked.tokens {
            parked.tokens += 1;
            self.publish(&parked);
            self.wake.notify_one();
        }
    }
}

impl<T> LocalQueue<'_, T> {
    /// Adds a task; somebody who sleeps is woken for it.
    pub(crate) fn push(&self, task: T) {
        self.injector.outstanding.fetch_add(1, Ordering::SeqCst);
        self.own.push(task);
        self.injector.sleepers.wake_one();
    }

    /// The next task; waits for one while others may still add some. `None` when the walk is over. `help` is asked before
    /// the worker sleeps and says whether it did something.
    pub(crate) fn next(&self, help: &mut dyn FnMut() -> bool) -> Option<T> {
        loop {
            if self.injector.is_stopped() {
                return None;
            }
            if let Some(task) = self.find() {
                return Some(task);
            }
            let calls = self.injector.sleepers.calls.load(Ordering::SeqCst);
            if !help() && !self.injector.park(calls) {
                return None;
            }
        }
    }

    /// Says that a task taken from [`next`](Self::next) is done.
    pub(crate) fn finished(&self) {
        if self.injector.outstanding.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.injector.wake_all();
        }
    }

    /// Whether the task at hand is the only one there is. It stays so until the caller pushes or finishes.
    pub(crate) fn holds_the_last(&self) -> bool {
        self.injector.outstanding.load(Ordering::SeqCst) == 1
    }

    /// Whether somebody sleeps for want of a task.
    pub(crate) fn somebody_is_idle(&self) -> bool {
        self.injector.sleepers.idle.load(Ordering::Relaxed) > 0
    }

    fn find(&self) -> Option<T> {
        self.own.pop().or_else(|| {
            loop {
                match self.steal() {
                    Steal::Success(task) => return Some(task),
                    Steal::Empty => return None,
                    Steal::Retry => {}
                }
            }
        })
    }

    /// One try: from the injector, then from each other worker, starting with the neighbour.
    fn steal(&self) -> Steal<T> {
        let stealers = &self.injector.stealers;
        let others =
            (1..stealers.len()).map(|step| &stealers[(self.index + step) % stealers.len()]);
        self.injector.shared.steal().or_else(|| others.map(Stealer::steal).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    /// Each task spawns two smaller ones; every number below `2^depth` is done exactly once.
    fn run_tree(workers: usize, depth: u32, stop_after: u64) -> u64 {
        let (injector, own) = Injector::new(workers, std::iter::once(depth));
        let done = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for (index, own) in own.into_iter().enumerate() {
                let queue = injector.local(index, own);
                let (done, injector) = (&done, &injector);
                scope.spawn(move || {
                    while let Some(depth) = queue.next(&mut || false) {
                        if done.fetch_add(1, Ordering::Relaxed) + 1 == stop_after {
                            injector.stop();
                        }
                        for _ in 0..2 {
                            if depth > 0 {
                                queue.push(depth - 1);
                            }
                        }
                        queue.finished();
                    }
                });
            }
        });
        let parked = injector.sleepers.lock();
        assert_eq!(parked.sleeping, 0);
        done.load(Ordering::Relaxed)
    }

    #[test]
    fn every_task_is_done_once_and_all_workers_return() {
        for workers in [1, 2, 3, 8, 16] {
            for _ in 0..20 {
                assert_eq!(run_tree(workers, 9, u64::MAX), (1 << 10) - 1);
            }
        }
    }

    #[test]
    fn a_chain_of_single_tasks_never_loses_a_wake_up() {
        // One task at a time, so that all but one worker sleep nearly always.
        let (injector, own) = Injector::new(4, std::iter::once(20_000_u32));
        let done = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for (index, own) in own.into_iter().enumerate() {
                let queue = injector.local(index, own);
                let done = &done;
                scope.spawn(move || {
                    while let Some(left) = queue.next(&mut || false) {
                        done.fetch_add(1, Ordering::Relaxed);
                        if left > 0 {
                            queue.push(left - 1);
                        }
                        queue.finished();
                    }
                });
            }
        });
        assert_eq!(done.load(Ordering::Relaxed), 20_001);
    }

    #[test]
    fn a_stopped_queue_hands_out_nothing_more() {
        let done = run_tree(4, 20, 100);
        assert!((100..200).contains(&done), "{done}");
    }

    #[test]
    fn a_queue_without_tasks_is_over_at_once() {
        let (injector, own) = Injector::<u32>::new(1, std::iter::empty());
        for (index, own) in own.into_iter().enumerate() {
            assert!(injector.local(index, own).next(&mut || false).is_none());
        }
    }

    #[test]
    fn who_sleeps_is_asked_for_help_when_somebody_calls() {
        let (injector, own) = Injector::new(2, std::iter::once(0));
        let mut own = own.into_iter();
        let (busy, sleeper) = (own.next().expect("two"), own.next().expect("two"));
        let asked = AtomicU64::new(0);
        std::thread::scope(|scope| {
            let (busy, colleagues) = (injector.local(0, busy), injector.colleagues());
            assert!(busy.next(&mut || false).is_some());
            let queue = injector.local(1, sleeper);
            let asked = &asked;
            scope.spawn(move || {
                let help = &mut || asked.fetch_add(1, Ordering::SeqCst) == u64::MAX;
                assert!(queue.next(help).is_none());
            });
            for calls in 1..=10 {
                colleagues.wake();
                // It is asked at least once more for each call that finds it asleep, however slow the machine.
                while asked.load(Ordering::SeqCst) <= calls {
                    std::thread::yield_now();
                    if colleagues.idle() > 0 {
                        colleagues.wake();
                    }
                }
            }
            busy.finished();
        });
        assert!(asked.load(Ordering::SeqCst) > 10);
    }
}
