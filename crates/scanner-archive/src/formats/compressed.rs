//! Formats that are one compressed stream and nothing else: what comes out of them is one entry, or an archive.

use std::cell::Cell;

use super::gzip::Gzip;
use crate::codec::block::{BZIP2_BYTES, Bzip2};
use crate::codec::lz4::{LZ4_BYTES, Lz4, Nothing};
use crate::codec::lzma::{Lzma, XZ_MAGIC, xz_memory};
use crate::codec::zstd::Zstd;
use crate::codec::{Repeated, Stepped};
use crate::decoded::{Codec, Decoded};
use crate::detect::{Format, HEAD_BYTES};
use crate::outcome::Fault;
use crate::source::Source;
use crate::walker::{Meta, Walker};

/// The name of bytes that follow what an archive accounts for.
pub(crate) const REST_NAME: &[u8] = b"~rest";

/// Reads a compressed stream.
pub(crate) fn read(
    walker: &mut Walker<'_>,
    format: Format,
    source: &mut dyn Source,
) -> Result<(), Fault> {
    let budget = walker.budget;
    let mut loan = budget.lend();
    match format {
        Format::Gzip => {
            let modified = Gzip::modified(source.fill(HEAD_BYTES)?);
            if content(walker, (source, modified), Gzip::default())? {
                rest(walker, source)
            } else {
                budget.check()
            }
        }
        Format::Bzip2 => {
            loan.resize(BZIP2_BYTES)?;
            run(walker, source, Repeated::new(b"BZh", || Ok(Bzip2::new()))?)
        }
        Format::Xz => {
            let bytes = xz_memory(source.fill(HEAD_BYTES)?);
            loan.resize(bytes)?;
            run(walker, source, Repeated::new(XZ_MAGIC, move || Lzma::xz(bytes))?)
        }
        Format::Zstd => {
            let (zstd, bytes) = Zstd::new(source.fill(HEAD_BYTES)?, budget.memory_left())?;
            loan.resize(bytes)?;
            run(walker, source, Stepped::new(zstd))
        }
        Format::Lz4 => {
            loan.resize(LZ4_BYTES)?;
            let fault = Cell::new(None);
            let ended_well = content(walker, (&mut Nothing, None), Lz4::new(source, &fault))?;
            if ended_well { rest(walker, source) } else { budget.check() }
        }
        _ => Err(Fault::Unsupported),
    }
}

fn run(walker: &mut Walker<'_>, source: &mut dyn Source, codec: impl Codec) -> Result<(), Fault> {
    if content(walker, (source, None), codec)? {
        rest(walker, source)
    } else {
        walker.budget.check()
    }
}

/// Hands over what comes out, with the time that the stream states, and says whether all of it did.
fn content(
    walker: &mut Walker<'_>,
    (source, modified): (&mut dyn Source, Option<i64>),
    codec: impl Codec,
) -> Result<bool, Fault> {
    let (budget, buffers) = (walker.budget, walker.buffers);
    let mut decoded = Decoded::new(source, codec, budget, buffers.take());
    walker.compressed_content(modified, &mut decoded)?;
    Ok(decoded.ended_well())
}

/// Hands over what stands behind the end, unless it is padding.
pub(crate) fn rest(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    loop {
        let lent = source.fill(1)?;
        if lent.is_empty() {
            return Ok(());
        }
        let zeros = lent.iter().take_while(|&&byte| byte == 0).count();
        let is_padding = zeros == lent.len();
        source.consume(zeros);
        if !is_padding {
            return walker.entry(&Meta { name: REST_NAME, ..Meta::default() }, source);
        }
    }
}
