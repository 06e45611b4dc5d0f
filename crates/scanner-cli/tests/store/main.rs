//! The store from outside: scans that remember, listings, decisions, and faults of the disk.

mod baselines;
mod faults;
mod history;
mod inside;
mod kit;
mod packed;
mod parts;
mod remember;
mod story;
mod unchanged;
