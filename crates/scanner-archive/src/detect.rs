//! What a file is, by its first bytes. Names are never asked.
//!
//! Only the first [`HEAD_BYTES`] are looked at. Every magic number is checked as far as its format allows, so
//! that text which happens to begin like an archive stays text: a gzip member needs a known method and no
//! reserved flag, a bzip2 stream the digits of pi, a tar header a checksum that is right.

use crate::formats::cpio::header::is_binary_header;
use crate::formats::tar::header;

/// How many bytes of the beginning [`detect`] makes use of.
pub const HEAD_BYTES: usize = 512;

/// A kind of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// zip and what is built on it: jar, apk, whl, docx, xlsx, pptx, odt, epub, nupkg.
    Zip,
    /// tar: v7, ustar, pax, GNU.
    Tar,
    /// gzip, one or more members.
    Gzip,
    /// bzip2, one or more streams.
    Bzip2,
    /// xz, one or more streams.
    Xz,
    /// Zstandard, one or more frames.
    Zstd,
    /// lz4, one or more frames.
    Lz4,
    /// 7z.
    SevenZip,
    /// ar, and with it Debian packages and static libraries.
    Ar,
    /// RPM packages.
    Rpm,
    /// cpio: new, with checksums, portable, binary.
    Cpio,
    /// PDF.
    Pdf,
}

impl Format {
    /// The word used in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::SevenZip => "7z",
            Self::Ar => "ar",
            Self::Rpm => "rpm",
            Self::Cpio => "cpio",
            Self::Pdf => "pdf",
        }
    }

    /// Whether it is one compressed stream, which holds one file or one archive.
    pub const fn is_stream(self) -> bool {
        matches!(self, Self::Gzip | Self::Bzip2 | Self::Xz | Self::Zstd | Self::Lz4)
    }
}

/// The format of a file that begins with `head`, of which the first [`HEAD_BYTES`] are enough.
///
/// ```
/// use scanner_archive::{Format, detect};
/// assert_eq!(detect(b"PK\x03\x04\x14\0\0\0\x08\0"), Some(Format::Zip));
/// assert_eq!(detect(b"PK means primary key"), None);
/// ```
pub fn detect(head: &[u8]) -> Option<Format> {
    let format = match head.first()? {
        // The first of the skippable frames of zstd begins with the same letter.
        b'P' if zip(head) => Some(Format::Zip),
        0x1f => gzip(head).then_some(Format::Gzip),
        b'B' => bzip2(head).then_some(Format::Bzip2),
        0xfd => head.starts_with(b"\xfd7zXZ\0").then_some(Format::Xz),
        0x28 => head.starts_with(b"\x28\xb5\x2f\xfd").then_some(Format::Zstd),
        0x50..=0x5f => zstd_behind_skippable(head).then_some(Format::Zstd),
        0x04 => lz4(head).then_some(Format::Lz4),
        b'7' => head.starts_with(b"7z\xbc\xaf\x27\x1c").then_some(Format::SevenZip),
        b'!' => head.starts_with(b"!<arch>\n").then_some(Format::Ar),
        0xed => head.starts_with(b"\xed\xab\xee\xdb").then_some(Format::Rpm),
        b'0' | 0xc7 | 0x71 => cpio_header(head).then_some(Format::Cpio),
        b'%' => head.starts_with(b"%PDF-").then_some(Format::Pdf),
        _ => None,
    };
    format.or_else(|| header::is_header(head).then_some(Format::Tar))
}

fn zip(head: &[u8]) -> bool {
    match head.get(..4) {
        // A local header: its version and flags are small numbers in every archive that tools write.
        Some(b"PK\x03\x04") => head.get(5).is_none_or(|&system| system <= 20),
        Some(b"PK\x05\x06") => head.get(4..8).is_none_or(|disks| disks == [0; 4]),
        Some(b"PK\x07\x08" | b"PK00") => head.get(4..8) == Some(b"PK\x03\x04"),
        _ => false,
    }
}

fn gzip(head: &[u8]) -> bool {
    matches!(head, [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0)
}

fn bzip2(head: &[u8]) -> bool {
    matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', magic @ ..]
        if magic.starts_with(b"\x31\x41\x59\x26\x53\x59")
            || magic.starts_with(b"\x17\x72\x45\x38\x50\x90"))
}

/// A skippable frame is only taken for compressed data if what follows it is in sight and a frame of zstd or
/// lz4; lone ones say nothing about the rest.
fn zstd_behind_skippable(head: &[u8]) -> bool {
    let mut at = 0_usize;
    while let Some([_, 0x2a, 0x4d, 0x18, size @ ..]) = head.get(at..at.saturating_add(8)) {
        let Ok(size) = <[u8; 4]>::try_from(size) else { return false };
        at = at.saturating_add(8).saturating_add(u32::from_le_bytes(size) as usize);
    }
    head.get(at..).is_some_and(|rest| rest.starts_with(b"\x28\xb5\x2f\xfd"))
}

fn lz4(head: &[u8]) -> bool {
    match head {
        // Version 1, reserved bits clear.
        [0x04, 0x22, 0x4d, 0x18, flags, block, ..] => {
            flags >> 6 == 1 && flags & 2 == 0 && block & 0x8f == 0 && block >> 4 >= 4
        }
        _ => false,
    }
}

fn cpio_header(head: &[u8]) -> bool {
    match head {
        [b'0', b'7', b'0', b'7', b'0', b'1' | b'2', rest @ ..] => {
            rest.len() >= 104 && rest[..104].iter().all(u8::is_ascii_hexdigit)
        }
        [b'0', b'7', b'0', b'7', b'0', b'7', rest @ ..] => {
            rest.len() >= 70 && rest[..70].iter().all(|b| matches!(b, b'0'..=b'7'))
        }
        // The binary forms have two bytes of magic only: the name's length has to fit its end.
        [0xc7, 0x71, ..] | [0x71, 0xc7, ..] => is_binary_header(head),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &[u8], expected: Option<Format>) {
        assert_eq!(detect(head), expected, "{:?}", head.escape_ascii().to_string());
    }

    #[test]
    fn magic_numbers() {
        check(b"PK\x03\x04\x14\0\0\0", Some(Format::Zip));
        check(b"PK\x05\x06\0\0\0\0", Some(Format::Zip));
        check(b"\x1f\x8b\x08\0", Some(Format::Gzip));
        check(b"BZh91AY&SY", Some(Format::Bzip2));
        check(b"\xfd7zXZ\0\0\x04", Some(Format::Xz));
        check(b"\x28\xb5\x2f\xfd\0", Some(Format::Zstd));
        check(b"\x50\x2a\x4d\x18\x01\0\0\0x\x28\xb5\x2f\xfd", Some(Format::Zstd));
        check(b"\x04\x22\x4d\x18\x64\x40\xa7", Some(Format::Lz4));
        check(b"7z\xbc\xaf\x27\x1c\0\x04", Some(Format::SevenZip));
        check(b"!<arch>\n", Some(Format::Ar));
        check(b"\xed\xab\xee\xdb\x03\0", Some(Format::Rpm));
        check(b"%PDF-1.7\n", Some(Format::Pdf));
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
