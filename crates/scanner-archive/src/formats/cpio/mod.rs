//! cpio: the portable ASCII forms, new and old, and the binary form of old systems in both byte orders.

pub(crate) mod header;

use self::header::header;
use super::ar::pass;
use super::compressed::rest;
use crate::outcome::Fault;
use crate::source::{Limited, Source, take_bytes};
use crate::walker::{Meta, Walker};

/// The name behind the last entry.
const TRAILER: &[u8] = b"TRAILER!!!";
/// The longest name that is read.
const NAME_BYTES_MAX: u64 = 1 << 17;

/// Reads an archive.
pub(crate) fn read(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    let mut at = 0_u64;
    loop {
        let header = header(source)?;
        at += header.bytes;
        if header.name_bytes > NAME_BYTES_MAX {
            return Err(Fault::Damaged);
        }
        let mut name = take_bytes(source, header.name_bytes as usize)?;
        name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
        at = align(source, at + header.name_bytes, header.align)?;
        if name == TRAILER {
            // Initial file systems of Linux go on with another archive, often a compressed one.
            return rest(walker, source);
        }
        if header.mode & 0o170_000 == 0o100_000 {
            let modified = i64::try_from(header.modified).ok();
            let meta = Meta { name: &name, modified, size: Some(header.size) };
            let mut data = Limited::new(source, at, header.size);
            walker.entry(&meta, &mut data)?;
            let left = data.left();
            pass(source, left)?;
        } else {
            walker.without_data()?;
            pass(source, header.size)?;
        }
        at = align(source, at + header.size, header.align)?;
    }
}

/// Steps to the next multiple; at the end of the archive it may be missing.
fn align(source: &mut dyn Source, at: u64, align: u64) -> Result<u64, Fault> {
    let next = at.next_multiple_of(align);
    source.skip(next - at)?;
    Ok(next)
}
