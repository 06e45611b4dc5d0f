//! Walks over made trees with a visitor that notes what it sees.

#![expect(clippy::unwrap_used, reason = "a failure in a helper is a failure of its test")]

mod hostile;
mod remembered;
mod roots;
mod rules;
mod tree;
mod types;
mod workers;
