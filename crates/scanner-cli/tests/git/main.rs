//! `scan git` and hooks from outside, on repositories made by `git`.

mod boxed;
mod equal;
mod fixture;
mod hooks;
mod hostile;
mod ledger;
mod parts;
mod planted;
mod remembered;
