//! The store as its callers see it: what is written is read back, and what goes wrong is counted and named.

mod faults;
mod journals;
mod kill;
mod kit;
mod queries;
mod rows;
