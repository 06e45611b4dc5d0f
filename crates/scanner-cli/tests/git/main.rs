//! `scan git` and hooks from outside, on repositories made by `git`.

mod fixture;
mod hooks;
mod parts;
mod planted;
mod remembered;
