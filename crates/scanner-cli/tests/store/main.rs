//! The store from outside: scans that remember, listings, decisions, and faults of the disk.

mod kit;
mod remember;
