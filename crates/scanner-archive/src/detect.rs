//! What a file is, by its first bytes. Names are never asked.
//!
//! Only the first [`HEAD_BYTES`] are looked at. Every magic number is checked as far as its format allows, so
//! that text which happens to begin like an archive stays text: a gzip member needs a known method and no
//! reserved flag, a bzip2 stream the digits of pi, a tar header a checksum that is right.

use crate::formats::tar::header;

/// How many bytes of the beginning [`detect`] makes use of.
pub const HEAD_BYTES: usize = 512;

/// A kind of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// tar: v7, ustar, pax, GNU.
    Tar,
    /// gzip, one or more members.
    Gzip,
}

impl Format {
    /// The word used in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::Gzip => "gzip",
        }
    }

    /// Whether it is one compressed stream, which holds one file or one archive.
    pub const fn is_stream(self) -> bool {
        matches!(self, Self::Gzip)
    }
}

/// The format of a file that begins with `head`, of which the first [`HEAD_BYTES`] are enough.
///
/// ```
/// use scanner_archive::{Format, detect};
/// assert_eq!(detect(b"\x1f\x8b\x08\0"), Some(Format::Gzip));
/// assert_eq!(detect(b"PK means primary key"), None);
/// ```
pub fn detect(head: &[u8]) -> Option<Format> {
    let format = match head.first()? {
        0x1f => gzip(head).then_some(Format::Gzip),
        _ => None,
    };
    format.or_else(|| header::is_header(head).then_some(Format::Tar))
}

fn gzip(head: &[u8]) -> bool {
    matches!(head, [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &[u8], expected: Option<Format>) {
        assert_eq!(detect(head), expected, "{:?}", head.escape_ascii().to_string());
    }

    #[test]
    fn magic_numbers() {
        check(b"\x1f\x8b\x08\0", Some(Format::Gzip));
    }

    #[test]
    fn text_that_begins_alike_is_text() {
        check(b"", None);
        check(b"PK", None);
        check(b"PKCS7 certificate", None);
        check(b"BZh9 is how bzip2 begins", None);
        check(b"070701 is a number", None);
        check(b"\x1f\x8b\x08\xff", None);
        check(b"\x1f\x8b\x07\0", None);
        check(b"7z is an archiver", None);
        check(&[b' '; 512], None);
        check(&[0; 512], None);
    }
}
