//! `TimingWheel`: items that wait for a point in time, delivered exactly and in order.
//!
//! "Time" is any number that only grows; decoding uses the count of bytes decoded so far, so a
//! window of the stream waits for its own right edge. A hashed wheel: bucket `time / G` modulo the
//! number of buckets, with a two-level bitmap over the buckets so that an advance over empty time
//! costs next to nothing.
//!
//! Invariants:
//! - exact: an item for time `t` is delivered by the first advance to `now >= t`, exactly once,
//!   never early, whatever the granularity `G`;
//! - ordered: deliveries have non-decreasing times, and items of equal time come out as they went in;
//! - bounded: at most `capacity` items wait, none further ahead than `horizon`. What does not fit
//!   comes back to the caller in a [`Refused`] that says why;
//! - the allocator is called when the wheel is made, never later.
//!
//! Memory is one node per item of capacity and 8 bytes per `G` units of horizon. With `G` = 1 every
//! operation is constant-time per item; a larger `G` needs fewer buckets and pays with a walk
//! through the items of one bucket when they arrive out of order.
//!
//! Files: `wheel.rs` the wheel, `bitmap.rs` the search for the next occupied bucket.

mod bitmap;
mod wheel;

pub use wheel::{Refused, TimingWheel};
