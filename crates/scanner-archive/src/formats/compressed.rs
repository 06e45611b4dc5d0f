//! Formats that are one compressed stream and nothing else: what comes out of them is one entry, or an archive.

use super::gzip::Gzip;
use crate::decoded::{Codec, Decoded};
use crate::detect::Format;
use crate::driver::{Meta, Walker};
use crate::outcome::Fault;
use crate::source::Source;

/// The name of bytes that follow what an archive accounts for.
pub(crate) const REST_NAME: &[u8] = b"~rest";

/// Reads a compressed stream.
pub(crate) fn read(
    walker: &mut Walker<'_>,
    format: Format,
    source: &mut dyn Source,
) -> Result<(), Fault> {
    match format {
        Format::Gzip => run(walker, source, Gzip::default()),
        _ => Err(Fault::Unsupported),
    }
}

fn run(walker: &mut Walker<'_>, source: &mut dyn Source, codec: impl Codec) -> Result<(), Fault> {
    let (budget, buffers) = (walker.budget, walker.buffers);
    let mut decoded = Decoded::new(source, codec, budget, buffers.take());
    walker.compressed_content(&mut decoded)?;
    if decoded.ended_well() {
        drop(decoded);
        return rest(walker, source);
    }
    budget.check()
}

/// Hands over what stands behind the end, unless it is padding.
pub(crate) fn rest(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    loop {
        let lent = source.fill(1)?;
        if lent.is_empty() {
            return Ok(());
        }
        let zeros = lent.iter().take_while(|&&byte| byte == 0).count();
        if zeros < lent.len() {
            source.consume(zeros);
            return walker.entry(&Meta { name: REST_NAME, ..Meta::default() }, source);
        }
        source.consume(zeros);
    }
}
