//! What stands in front of an entry: two forms in digits, one in binary.

use crate::outcome::Fault;
use crate::source::{Source, take};

/// What a header says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) mode: u64,
    pub(super) modified: u64,
    pub(super) name_bytes: u64,
    pub(super) size: u64,
    /// Bytes of the header itself, and what name and data are padded to.
    pub(super) bytes: u64,
    pub(super) align: u64,
}

/// Whether `head` begins with a header of the binary form: two bytes of magic are little, so its name has to end where
/// the header says and be a name.
pub(crate) fn is_binary_header(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<26>().and_then(binary) else { return false };
    let end = 26 + header.name_bytes as usize;
    let is_sane = (2..=256).contains(&header.name_bytes) && header.mode >> 12 <= 0o14;
    is_sane
        && head.get(26..end).is_some_and(|name| {
            name.ends_with(b"\0") && name[..name.len() - 1].iter().all(|&byte| byte >= b' ')
        })
}

/// Reads a header of any form.
pub(super) fn header(source: &mut dyn Source) -> Result<Header, Fault> {
    let lent = source.fill(6)?;
    match lent {
        [b'0', b'7', b'0', b'7', b'0', b'1' | b'2', ..] => {
            let bytes: [u8; 110] = take(source)?;
            let field = |index: usize| number(&bytes[6 + 8 * index..14 + 8 * index], 16);
            (|| {
                Some(Header {
                    mode: field(1)?,
                    modified: field(5)?,
                    size: field(6)?,
                    name_bytes: field(11)?,
                    bytes: 110,
                    align: 4,
                })
            })()
            .ok_or(Fault::Damaged)
        }
        [b'0', b'7', b'0', b'7', b'0', b'7', ..] => {
            let bytes: [u8; 76] = take(source)?;
            let field = |from: usize, to: usize| number(&bytes[from..to], 8);
            (|| {
                Some(Header {
                    mode: field(18, 24)?,
                    modified: field(48, 59)?,
                    name_bytes: field(59, 65)?,
                    size: field(65, 76)?,
                    bytes: 76,
                    align: 1,
                })
            })()
            .ok_or(Fault::Damaged)
        }
        [0xc7, 0x71, ..] | [0x71, 0xc7, ..] => binary(&take(source)?).ok_or(Fault::Damaged),
        [] | [_] | [_, _] | [_, _, _] | [_, _, _, _] | [_, _, _, _, _] => Err(Fault::Truncated),
        _ => Err(Fault::Damaged),
    }
}

/// The old form: words of 16 bits, long numbers with the high word first.
fn binary(bytes: &[u8; 26]) -> Option<Header> {
    let is_little = bytes.starts_with(&[0xc7, 0x71]);
    let word = |index: usize| {
        let pair = [bytes[2 * index], bytes[2 * index + 1]];
        u64::from(if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    (word(0) == 0o070_707).then(|| Header {
        mode: word(3),
        modified: word(8) << 16 | word(9),
        name_bytes: word(10),
        size: word(11) << 16 | word(12),
        bytes: 26,
        align: 2,
    })
}

fn number(field: &[u8], radix: u32) -> Option<u64> {
    if !field.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(field).ok()?, radix).ok()
}
