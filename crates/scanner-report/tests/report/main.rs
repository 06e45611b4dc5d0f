//! The crate from outside: every format over shared made-up findings.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod formats;
mod no_secret;
mod sample;
