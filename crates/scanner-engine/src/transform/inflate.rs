//! Compressed data inside another encoding: gzip and zlib.

use flate2::{Decompress, FlushDecompress, Status};
use scanner_core::DecodeKind;

/// Compressed data at the front of `bytes`: its kind, and where the raw deflate stream begins.
pub(crate) fn detect(bytes: &[u8]) -> Option<(DecodeKind, usize)> {
    match bytes {
        [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] => {
            gzip_header(*flags, rest).map(|len| (DecodeKind::Gzip, 10 + len))
        }
        [first @ 0x78, second, _, ..]
            if (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 && second & 0x20 == 0 =>
        {
            Some((DecodeKind::Zlib, 2))
        }
        _ => None,
    }
}

/// Length of the optional fields of a gzip header (RFC 1952).
fn gzip_header(flags: u8, rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    if flags & 4 != 0 {
        let len = rest.get(..2)?;
        at += 2 + usize::from(u16::from_le_bytes([len[0], len[1]]));
    }
    for name in [8, 16] {
        if flags & name != 0 {
            at += rest.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
    }
    let len = at + if flags & 2 != 0 { 2 } else { 0 };
    (len <= rest.len()).then_some(len)
}

/// Inflates a raw deflate stream into `out`, `room` bytes at most; a stream that breaks off or is damaged gives
/// what comes before. Whether everything found room.
pub(crate) fn inflate(
    stream: &[u8],
    state: &mut Option<Decompress>,
    out: &mut Vec<u8>,
    room: usize,
) -> bool {
    let state = state.get_or_insert_with(|| Decompress::new(false));
    state.reset(false);
    let limit = out.len() + room;
    loop {
        let (read, have) = (state.total_in() as usize, out.len());
        if have == limit {
            return false;
        }
        out.resize((have + 16 * 1024).min(limit), 0);
        let before = state.total_out();
        let rest = stream.get(read..).unwrap_or_default();
        let status = state.decompress(rest, &mut out[have..], FlushDecompress::None);
        let made = (state.total_out() - before) as usize;
        out.truncate(have + made);
        match status {
            Ok(Status::Ok) if made > 0 || (state.total_in() as usize) > read => {}
            _ => return true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_longer_than_the_data_is_none() {
        let header = |flags: u8, rest: &[u8]| {
            detect(&[&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3], rest].concat()).map(|found| found.1)
        };
        assert_eq!(header(0, b""), Some(10));
        assert_eq!(header(4, b"\x01\0x"), Some(13));
        assert_eq!(header(4, b"\xff\xffx"), None);
        assert_eq!(header(8, b"name without an end"), None);
        assert_eq!(header(2, b"x"), None);
        assert_eq!(header(2, b"xy"), Some(12));
    }
}
