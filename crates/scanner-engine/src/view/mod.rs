//! A window as the confirm function sees it: text, the range to search, and the way back to the object.

use std::ops::Range;

use scanner_core::{FileId, RootSpan, Variant};

mod raw;
mod utf16;

pub(crate) use raw::raw_view;
use utf16::units_before;
pub(crate) use utf16::{decode_window, utf16_view};

/// Where the text of a view comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// It is the chunk, which begins at this offset of the object.
    Raw {
        /// Offset of the text's first byte.
        base: u64,
    },
    /// It was decoded from these UTF-16 units.
    Utf16 {
        /// Offset of the first unit in the object.
        base: u64,
        /// The units.
        units: &'a [u8],
        /// Byte order.
        big_endian: bool,
    },
}

/// A window.
#[derive(Clone, Debug)]
pub(crate) struct WindowView<'a> {
    /// The text; more of it than is searched, so that gates see what stands around a match.
    pub(crate) bytes: &'a [u8],
    /// Where matches may lie.
    pub(crate) search: Range<usize>,
    /// Where the first anchor stands.
    pub(crate) hint: usize,
    /// The encoding.
    pub(crate) variant: Variant,
    /// The way back.
    pub(crate) origin: Origin<'a>,
    /// The object.
    pub(crate) file_id: FileId,
}

impl WindowView<'_> {
    /// A range of the text, in the object.
    pub(crate) fn root(&self, range: Range<usize>) -> RootSpan {
        match self.origin {
            Origin::Raw { base } => {
                RootSpan { start: base + range.start as u64, end: base + range.end as u64 }
            }
            Origin::Utf16 { base, units, big_endian } => {
                let start = units_before(units, big_endian, range.start);
                let end = units_before(units, big_endian, range.end);
                RootSpan { start: base + 2 * start as u64, end: base + 2 * end as u64 }
            }
        }
    }
}
