//! The wheel itself: buckets of linked nodes from one pool.
//!
//! A bucket is a singly linked list in delivery order: ascending time, and first come first served
//! among equal times. Nodes that are not in a bucket are in the free list. All waiting items lie
//! between `next` (the first time not delivered yet) and `next + horizon`, and there are more
//! buckets than that span covers; so a bucket never holds two different turns of the wheel.

use std::error::Error;
use std::fmt;

use super::bitmap::Bitmap;
use crate::num::{pow2_at_least, try_u32, usize_saturating};

/// No node: the end of a list.
const NONE: u32 = u32::MAX;

/// Items that wait for a time, in buckets `G` units wide; see the module's text.
///
/// ```
/// use scanner_stdx::{Refused, TimingWheel};
/// let mut wheel = TimingWheel::<&str, 1>::new(100, 8);
/// wheel.push(30, "later")?;
/// wheel.push(20, "sooner")?;
/// assert_eq!(wheel.push(101, "far"), Err(Refused::BeyondHorizon("far")));
///
/// let mut out = Vec::new();
/// wheel.advance_and_drain(30, |item| out.push(item));
/// assert_eq!(out, ["sooner", "later"]);
/// assert_eq!(wheel.push(30, "late"), Err(Refused::Due("late")));
/// # Ok::<(), Refused<&str>>(())
/// ```
pub struct TimingWheel<T, const G: u64> {
    occupied: Bitmap,
    /// First and last node of each bucket; meaningless while the bucket's bit is not set.
    lists: Box<[[u32; 2]]>,
    nodes: Vec<Node<T>>,
    /// First of the nodes that were used before and are free now.
    free: u32,
    capacity: u32,
    len: u32,
    horizon: u64,
    /// Everything before this time has been delivered.
    next: u64,
}

struct Node<T> {
    at: u64,
    next: u32,
    /// `None` exactly while the node is in the free list.
    item: Option<T>,
}

/// Why an item may not wait in the wheel; each gives the item back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused<T> {
    /// Its time has been delivered already: handle it now.
    Due(T),
    /// Its time is more than the horizon ahead.
    BeyondHorizon(T),
    /// As many items wait as the wheel was made for.
    Full(T),
}

impl<T> Refused<T> {
    /// The item that was refused.
    pub fn into_item(self) -> T {
        match self {
            Self::Due(item) | Self::BeyondHorizon(item) | Self::Full(item) => item,
        }
    }
}

impl<T> fmt::Display for Refused<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Due(_) => "time of the item has passed",
            Self::BeyondHorizon(_) => "time of the item is beyond the horizon",
            Self::Full(_) => "timing wheel is full",
        })
    }
}

impl<T: fmt::Debug> Error for Refused<T> {}

impl<T, const G: u64> TimingWheel<T, G> {
    /// A wheel at time 0 for at most `capacity` items, none more than `horizon` ahead.
    ///
    /// # Panics
    /// When `capacity` does not fit 32 bits, or there is no memory for `horizon / G` buckets.
    pub fn new(horizon: u64, capacity: usize) -> Self {
        const { assert!(G > 0, "a bucket spans at least one unit of time") };
        let capacity = try_u32(capacity).filter(|&capacity| capacity < NONE);
        let capacity = capacity.expect("number of waiting items is limited to 32 bits");
        // A span of `horizon` that starts in the middle of a bucket reaches one bucket further.
        let buckets = pow2_at_least(usize_saturating(horizon.div_ceil(G)).saturating_add(1));
        Self {
            occupied: Bitmap::new(buckets),
            lists: vec![[0; 2]; buckets].into(),
            nodes: Vec::with_capacity(capacity as usize),
            free: NONE,
            capacity,
            len: 0,
            horizon,
            next: 0,
        }
    }

    /// Lets `item` wait for time `at`.
    ///
    /// Times that were delivered, times beyond the horizon and items beyond the capacity are
    /// refused, checked in this order.
    #[inline]
    pub fn push(&mut self, at: u64, item: T) -> Result<(), Refused<T>> {
        let Some(ahead) = at.checked_sub(self.next) else { return Err(Refused::Due(item)) };
        if ahead > self.horizon {
            return Err(Refused::BeyondHorizon(item));
        }
        if self.len == self.capacity {
            return Err(Refused::Full(item));
        }
        let node = self.take_node(at, item);
        self.link(self.bucket_of(at), node, at);
        self.len += 1;
        Ok(())
    }

    /// Moves time to `now` and gives every item whose time is at most `now` to `deliver`, in order.
    ///
    /// Afterwards those times are over: pushing them is [`Refused::Due`]. Time never goes back; an
    /// earlier `now` does nothing. Should `deliver` panic, the items it has not been given are kept
    /// and come with the next advance.
    pub fn advance_and_drain(&mut self, now: u64, mut deliver: impl FnMut(T)) {
        while let Some((bucket, node)) = self.earliest().filter(|&(_, node)| self.at(node) <= now) {
            let item = self.unlink_first(bucket, node);
            deliver(item);
        }
        self.next = self.next.max(now.saturating_add(1));
    }

    /// The time of the earliest waiting item.
    pub fn next_due(&self) -> Option<u64> {
        self.earliest().map(|(_, node)| self.at(node))
    }

    /// Drops all waiting items and starts again at time 0; memory stays.
    pub fn clear(&mut self) {
        if self.len > 0 {
            while let Some(bucket) = self.occupied.distance_to_set(0) {
                self.occupied.unset(bucket);
            }
        }
        self.nodes.clear();
        self.free = NONE;
        self.len = 0;
        self.next = 0;
    }

    /// Number of waiting items.
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether nothing waits.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of items that can wait at once.
    pub const fn capacity(&self) -> usize {
        self.capacity as usize
    }

    /// How far ahead of the first undelivered time an item may lie.
    pub const fn horizon(&self) -> u64 {
        self.horizon
    }

    #[inline]
    fn at(&self, node: u32) -> u64 {
        self.nodes[node as usize].at
    }

    #[inline]
    fn bucket_of(&self, at: u64) -> usize {
        // Truncation is harmless: only the low bits count.
        (at / G) as usize & (self.occupied.buckets() - 1)
    }

    /// The first bucket with items, counted from the present, and its first node.
    #[inline]
    fn earliest(&self) -> Option<(usize, u32)> {
        if self.len == 0 {
            return None;
        }
        let present = self.bucket_of(self.next);
        let distance = self.occupied.distance_to_set(present)?;
        let bucket = (present + distance) & (self.occupied.buckets() - 1);
        Some((bucket, self.lists[bucket][0]))
    }

    /// A node with this content, in no list.
    #[inline]
    fn take_node(&mut self, at: u64, item: T) -> u32 {
        let node = Node { at, next: NONE, item: Some(item) };
        if self.free == NONE {
            // Below `capacity`, which fits: no node is free, so all `nodes` wait, `len` of them.
            self.nodes.push(node);
            return self.len;
        }
        let index = self.free;
        let reused = &mut self.nodes[index as usize];
        self.free = reused.next;
        *reused = node;
        index
    }

    /// Puts `node` into `bucket` behind the last one that is not later.
    #[inline]
    fn link(&mut self, bucket: usize, node: u32, at: u64) {
        if !self.occupied.is_set(bucket) {
            self.occupied.set(bucket);
            self.lists[bucket] = [node, node];
            return;
        }
        let [first, last] = self.lists[bucket];
        if self.at(last) <= at {
            self.nodes[last as usize].next = node;
            self.lists[bucket][1] = node;
        } else if at < self.at(first) {
            self.nodes[node as usize].next = first;
            self.lists[bucket][0] = node;
        } else {
            self.link_inside(first, node, at);
        }
    }

    /// Puts `node` behind the last one that is not later, where `first` is such a one and the last
    /// of the list is not. Reached only with `G` > 1.
    #[cold]
    fn link_inside(&mut self, first: u32, node: u32, at: u64) {
        let mut before = first;
        let mut after = self.nodes[before as usize].next;
        while self.at(after) <= at {
            before = after;
            after = self.nodes[before as usize].next;
        }
        self.nodes[node as usize].next = after;
        self.nodes[before as usize].next = node;
    }

    /// Takes `node`, the first of `bucket`, out and frees it.
    #[inline]
    fn unlink_first(&mut self, bucket: usize, node: u32) -> T {
        let taken = &mut self.nodes[node as usize];
        let item = taken.item.take().expect("nodes in a bucket have an item");
        let follower = std::mem::replace(&mut taken.next, self.free);
        self.free = node;
        self.len -= 1;
        self.lists[bucket][0] = follower;
        if follower == NONE {
            self.occupied.unset(bucket);
        }
        item
    }
}

impl<T, const G: u64> fmt::Debug for TimingWheel<T, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimingWheel")
            .field("granularity", &G)
            .field("len", &self.len)
            .field("capacity", &self.capacity)
            .field("horizon", &self.horizon)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::*;

    /// The obviously right wheel: items by time and order of arrival.
    struct Model {
        waiting: BTreeMap<(u64, u32), u32>,
        next: u64,
        horizon: u64,
        capacity: usize,
    }

    impl Model {
        fn push(&mut self, at: u64, item: u32) -> Result<(), Refused<u32>> {
            if at < self.next {
                return Err(Refused::Due(item));
            }
            if at - self.next > self.horizon {
                return Err(Refused::BeyondHorizon(item));
            }
            if self.waiting.len() == self.capacity {
                return Err(Refused::Full(item));
            }
            self.waiting.insert((at, item), item);
            Ok(())
        }

        fn advance(&mut self, now: u64) -> Vec<u32> {
            let later = now.checked_add(1).map(|time| self.waiting.split_off(&(time, 0)));
            let due = std::mem::replace(&mut self.waiting, later.unwrap_or_default());
            self.next = self.next.max(now.saturating_add(1));
            due.into_values().collect()
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        /// Ahead of the present; may reach into the past and beyond the horizon.
        Push(i64),
        Advance(i64),
        Clear,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            40 => (-4_i64..90).prop_map(Step::Push),
            12 => (-3_i64..40).prop_map(Step::Advance),
            1 => (100_i64..10_000).prop_map(Step::Advance),
            1 => Just(Step::Clear),
        ]
    }

    fn check<const G: u64>(start: u64, horizon: u64, capacity: usize, steps: &[Step]) {
        let mut real = TimingWheel::<u32, G>::new(horizon, capacity);
        let mut model = Model { waiting: BTreeMap::new(), next: 0, horizon, capacity };
        real.advance_and_drain(start, |_| unreachable!("nothing waits yet"));
        model.advance(start);
        for (item, step) in (0..).zip(steps) {
            match *step {
                Step::Push(ahead) => {
                    let at = model.next.saturating_add_signed(ahead);
                    assert_eq!(real.push(at, item), model.push(at, item));
                }
                Step::Advance(by) => {
                    let now = model.next.saturating_add_signed(by);
                    let mut delivered = Vec::new();
                    real.advance_and_drain(now, |item| delivered.push(item));
                    assert_eq!(delivered, model.advance(now));
                }
                Step::Clear => {
                    real.clear();
                    model.waiting.clear();
                    model.next = 0;
                }
            }
            assert_eq!(real.len(), model.waiting.len());
            assert_eq!(real.next_due(), model.waiting.keys().next().map(|&(at, _)| at));
        }
        let mut rest = Vec::new();
        real.advance_and_drain(u64::MAX, |item| rest.push(item));
        assert_eq!(rest, model.advance(u64::MAX));
        assert!(real.is_empty() && real.nodes.len() <= capacity);
    }

    proptest! {
        #[test]
        fn behaves_like_btree_map(
            start in prop_oneof![Just(0), 0_u64..1000, u64::MAX - 200..=u64::MAX],
            horizon in 0_u64..80,
            capacity in 0_usize..30,
            steps in prop::collection::vec(step(), 0..120),
        ) {
            check::<1>(start, horizon, capacity, &steps);
            check::<2>(start, horizon, capacity, &steps);
            check::<7>(start, horizon, capacity, &steps);
            check::<64>(start, horizon, capacity, &steps);
            check::<{ u64::MAX }>(start, horizon, capacity, &steps);
        }

        /// Horizons wide enough for the second level of the bitmap.
        #[test]
        fn wide_wheels_deliver_in_order(
            times in prop::collection::vec(0_u64..70_000, 0..200),
            cut in 0_u64..70_000,
        ) {
            let mut wheel = TimingWheel::<(u64, usize), 1>::new(70_000, times.len());
            for (arrival, &at) in times.iter().enumerate() {
                wheel.push(at, (at, arrival)).unwrap();
            }
            let mut expected: Vec<_> =
                times.iter().enumerate().map(|(arrival, &at)| (at, arrival)).collect();
            expected.sort_unstable();
            let mut delivered = Vec::new();
            wheel.advance_and_drain(cut, |item| delivered.push(item));
            prop_assert!(delivered.iter().all(|&(at, _)| at <= cut));
            prop_assert!(wheel.next_due().is_none_or(|at| at > cut));
            wheel.advance_and_drain(70_000, |item| delivered.push(item));
            prop_assert_eq!(delivered, expected);
        }
    }

    #[test]
    fn memory_is_taken_once() {
        let mut wheel = TimingWheel::<u64, 1>::new(50, 16);
        let base = wheel.nodes.as_ptr();
        for now in 0..1000 {
            while wheel.push(now + 1 + now % 50, now).is_ok() {}
            wheel.advance_and_drain(now, drop);
        }
        assert_eq!((wheel.nodes.as_ptr(), wheel.nodes.len()), (base, 16));
    }

    #[test]
    fn items_are_dropped_once() {
        let token = Rc::new(());
        let mut wheel = TimingWheel::<Rc<()>, 4>::new(50, 16);
        for at in 0..10 {
            wheel.push(at, Rc::clone(&token)).unwrap();
        }
        wheel.advance_and_drain(4, drop);
        assert_eq!(Rc::strong_count(&token), 6);
        wheel.clear();
        assert_eq!(Rc::strong_count(&token), 1);
        wheel.push(0, Rc::clone(&token)).unwrap();
        drop(wheel);
        assert_eq!(Rc::strong_count(&token), 1);
    }

    #[test]
    fn panic_in_delivery_loses_only_the_item_in_hand() {
        let mut wheel = TimingWheel::<u32, 1>::new(50, 16);
        for at in 0..3 {
            wheel.push(u64::from(at), at).unwrap();
        }
        let panics = |item| assert_ne!(item, 1, "the second is refused");
        let drain = AssertUnwindSafe(|| wheel.advance_and_drain(10, panics));
        assert!(catch_unwind(drain).is_err());
        let mut rest = Vec::new();
        wheel.advance_and_drain(10, |item| rest.push(item));
        assert_eq!(rest, [2]);
    }

    #[test]
    fn refusals_give_the_item_back() {
        let mut wheel = TimingWheel::<String, 1>::new(5, 0);
        let refused = wheel.push(0, "kept".to_owned()).unwrap_err();
        assert_eq!(refused.to_string(), "timing wheel is full");
        assert_eq!(refused.into_item(), "kept");
    }
}
