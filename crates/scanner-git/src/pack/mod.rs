//! Packs: opening, planning and decoding them.
//!
//! [`Pack`] is a mapped pack with its index; `map` reads the headers of its entries and `plan`
//! makes of them a forest of deltas of which only what is wanted is kept; `exec` decodes forests in parallel and hands objects to sinks; `cache` and [`crate::store`] read single
//! objects. Hostile packs give a [`Damage`](crate::Damage) per object.

pub(crate) mod cache;
pub(crate) mod entry;
pub(crate) mod exec;
mod file;
pub(crate) mod idx;
pub(crate) mod index_pack;
pub(crate) mod inflate;
pub(crate) mod map;
pub(crate) mod plan;
mod queue;

pub use file::{Pack, PackError};
