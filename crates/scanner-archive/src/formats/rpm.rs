//! RPM packages: a lead, two headers, and a compressed cpio. The headers hold the package's scripts, so they are handed
//! over too.

use super::ar::pass;
use crate::outcome::Fault;
use crate::source::{Limited, Source, take};
use crate::walker::{Meta, Walker};

/// Bytes of the lead.
const LEAD_BYTES: u64 = 96;
/// The name of a header's text.
const HEADER_NAME: &[u8] = b"~header";

/// Reads a package. What it holds has the package's own path.
pub(crate) fn read(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    pass(source, LEAD_BYTES)?;
    let signature = size(source)?;
    pass(source, signature.next_multiple_of(8))?;
    let at = LEAD_BYTES + 16 + signature.next_multiple_of(8) + 16;
    let header = size(source)?;
    let mut text = Limited::new(source, at, header);
    walker.text(&Meta { name: HEADER_NAME, size: Some(header), ..Meta::default() }, &mut text)?;
    let left = text.left();
    pass(source, left)?;
    walker.compressed_content(None, source)
}

/// Bytes that follow the beginning of a header.
fn size(source: &mut dyn Source) -> Result<u64, Fault> {
    let fixed: [u8; 16] = take(source)?;
    if !fixed.starts_with(b"\x8e\xad\xe8\x01") {
        return Err(Fault::Damaged);
    }
    let number = |at: usize| {
        u64::from(u32::from_be_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]))
    };
    Ok(number(8) * 16 + number(12))
}
