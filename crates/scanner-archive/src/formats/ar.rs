//! ar, which is what Debian packages and static libraries are: a line of text in front of each member.

use crate::outcome::Fault;
use crate::source::{Limited, Source, take, take_bytes};
use crate::walker::{Meta, Walker};

/// The line at the beginning.
const MAGIC_BYTES: u64 = 8;
/// Bytes of a header.
const HEADER_BYTES: usize = 60;

/// Reads an archive.
pub(crate) fn read(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    let mut at = source.skip(MAGIC_BYTES)?;
    let mut long_names = Vec::new();
    loop {
        if at % 2 == 1 {
            at += source.skip(1)?;
        }
        if source.fill(1)?.is_empty() {
            return Ok(());
        }
        let header: [u8; HEADER_BYTES] = take(source)?;
        at += HEADER_BYTES as u64;
        let (Some(size), true) = (decimal(&header[48..58]), header.ends_with(b"`\n")) else {
            return Err(Fault::Damaged);
        };
        let short = header[..16].trim_ascii_end();
        let mut name_bytes = 0_u64;
        let name = match short {
            // Tables of symbols, and of the names that did not fit.
            b"/" | b"/SYM64/" | b"__.SYMDEF" | b"__.SYMDEF SORTED" => Vec::new(),
            b"//" => {
                let kept = size.min(walker.budget.limits.header_bytes_max);
                long_names = take_bytes(source, kept as usize)?;
                pass(source, size - kept)?;
                at += size;
                continue;
            }
            _ if short.starts_with(b"#1/") => {
                let stated = decimal(&short[3..]).filter(|&len| len <= size.min(1 << 16));
                name_bytes = stated.ok_or(Fault::Damaged)?;
                take_bytes(source, name_bytes as usize)?
            }
            _ => name_of(short, &long_names),
        };
        let name = name.split(|&byte| byte == 0).next().unwrap_or(&name);
        if short.starts_with(b"/") && name.is_empty() {
            pass(source, size)?;
            walker.without_data()?;
        } else {
            let modified = decimal(&header[16..28]).and_then(|time| i64::try_from(time).ok());
            let size = size - name_bytes;
            let mut data = Limited::new(source, at + name_bytes, size);
            walker.entry(&Meta { name, modified, size: Some(size) }, &mut data)?;
            let left = data.left();
            pass(source, left)?;
        }
        at += size;
    }
}

/// Steps over bytes that have to be there.
pub(crate) fn pass(source: &mut dyn Source, count: u64) -> Result<(), Fault> {
    if source.skip(count)? < count { Err(Fault::Truncated) } else { Ok(()) }
}

/// A name as it stands, or a place in the table of long ones.
fn name_of(short: &[u8], long_names: &[u8]) -> Vec<u8> {
    let long = short.strip_prefix(b"/").and_then(decimal).and_then(|at| {
        let rest = long_names.get(usize::try_from(at).ok()?..)?;
        let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        Some(&rest[..end])
    });
    let name = long.unwrap_or(short);
    name.strip_suffix(b"/").unwrap_or(name).to_vec()
}

fn decimal(field: &[u8]) -> Option<u64> {
    let digits = field.trim_ascii();
    super::tar::decimal(if digits.is_empty() { b"0" } else { digits })
}
