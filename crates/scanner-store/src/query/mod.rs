//! Listings: filters, pages, and the difference of two runs.
//!
//! A page begins behind the row that the page before ended with, so that it costs the same wherever it is. A filter that
//! matches little is where the search begins; one that matches much is checked on the way. Which is which is counted
//! first, but never further than [`DRIVER_ROWS_MAX`](crate::limits::DRIVER_ROWS_MAX).

mod diff;
mod findings;
mod secrets;

pub use diff::{Change, DiffRow};
pub use findings::{FindingFilter, FindingRow, RunScope};
pub use secrets::{SecretFilter, SecretRow};

use serde::Serialize;

/// A piece of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` where this is the last.
    pub next: Option<i64>,
}

/// A glob as the database reads it, and the range of texts that share its literal beginning.
pub(crate) struct GlobRange {
    pub(crate) glob: String,
    pub(crate) low: Vec<u8>,
    /// Exclusive; `None` where there is no upper end.
    pub(crate) high: Option<Vec<u8>>,
}

impl GlobRange {
    /// `*` and `?` as usual; text without them stands for itself and everything below it as a folder.
    pub(crate) fn of_path(text: &str) -> Self {
        let is_plain = !text.contains(['*', '?', '[']);
        let literal = text.split(['*', '?', '[']).next().unwrap_or_default();
        let low = literal.as_bytes().to_vec();
        let mut high = low.clone();
        while high.last() == Some(&u8::MAX) {
            high.pop();
        }
        let high = high.pop().map(|last| {
            high.push(last + 1);
            high
        });
        let glob =
            if is_plain { format!("{}*", text.trim_end_matches('/')) } else { text.to_owned() };
        Self { glob, low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_have_the_range_of_their_beginning() {
        let range = GlobRange::of_path("src/*.rs");
        assert_eq!(
            (range.low.as_slice(), range.high.as_deref()),
            (&b"src/"[..], Some(&b"src0"[..]))
        );
        let range = GlobRange::of_path("*.rs");
        assert_eq!((range.low.as_slice(), range.high), (&b""[..], None));
        assert_eq!(GlobRange::of_path("src/a").glob, "src/a*");
    }
}
