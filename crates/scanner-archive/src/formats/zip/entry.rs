//! The data of one entry: where they begin, and the decoder that their method asks for.

use liblzma::stream::Filters;

use super::directory::{Record, u16_at, u32_at};
use crate::codec::block::{BZIP2_BYTES, Bzip2, DEFLATE64_BYTES, Deflate64};
use crate::codec::inflate::Inflate;
use crate::codec::lzma::{Lzma, XZ_MAGIC, memory, xz_memory};
use crate::codec::zstd::Zstd;
use crate::codec::{Repeated, Stepped};
use crate::decoded::{Codec, Decoded};
use crate::detect::HEAD_BYTES;
use crate::formats::office::{self, OfficeText};
use crate::outcome::Fault;
use crate::source::{Random, Source, Verified, Window, take};
use crate::walker::{Meta, Walker};

/// What is done with the content of an entry.
type Use<'u> = &'u mut dyn FnMut(&mut Walker<'_>, &mut dyn Source) -> Result<(), Fault>;

/// Where the data begin that the directory speaks of.
pub(crate) fn data_start(random: &dyn Random, base: u64, record: &Record) -> Result<u64, Fault> {
    let at = base.saturating_add(record.offset);
    let mut fixed = [0; 30];
    random.read_exact_at(at, &mut fixed)?;
    if !fixed.starts_with(b"PK\x03\x04") {
        return Err(Fault::Damaged);
    }
    Ok(at + 30 + u64::from(u16_at(&fixed, 26)) + u64::from(u16_at(&fixed, 28)))
}

/// Reads an entry whose length is known.
pub(crate) fn read(
    walker: &mut Walker<'_>,
    random: &dyn Random,
    start: u64,
    record: &Record,
) -> Result<(), Fault> {
    if record.is_folder() {
        return walker.without_data();
    }
    if record.is_encrypted() {
        return walker.unread(Fault::Encrypted);
    }
    // A stored entry can be read in place, in any order; its checksum is then not looked at.
    let size = (record.method == 0).then_some(record.size);
    let meta = Meta { name: &record.name, modified: record.modified, size };
    with_content(walker, random, (start, record), &mut |walker, content| {
        walker.entry(&meta, content)
    })
}

/// Hands over the text of a part of a document, its runs joined.
pub(crate) fn read_text(
    walker: &mut Walker<'_>,
    random: &dyn Random,
    start: u64,
    record: &Record,
) -> Result<(), Fault> {
    if record.is_encrypted() {
        return Ok(());
    }
    let name = [&record.name[..], office::TEXT_SUFFIX].concat();
    let meta = Meta { name: &name, modified: record.modified, size: None };
    let (budget, buffers) = (walker.budget, walker.buffers);
    with_content(walker, random, (start, record), &mut |walker, content| {
        let mut text =
            Decoded::new(content, OfficeText::default(), budget, buffers.take()).uncounted();
        walker.text(&meta, &mut text)
    })
}

/// Decodes an entry for `each`. An entry that cannot be decoded is counted.
fn with_content(
    walker: &mut Walker<'_>,
    random: &dyn Random,
    (start, record): (u64, &Record),
    each: Use<'_>,
) -> Result<(), Fault> {
    let end = start.saturating_add(record.packed);
    if end > random.len() {
        walker.fault(Fault::Truncated);
    }
    let mut packed = Window::new(random, start, end, walker.buffers.take());
    let check = (Some(record.crc), Some(record.size));
    match decode(walker, &mut packed, (record.method, check), each) {
        Err(fault) if walker.budget.check().is_ok() => walker.unread(fault),
        other => other.map(|_| ()),
    }
}

/// Decodes an entry of which only the header in front is known, and returns where the next one begins, if that can be
/// told.
pub(crate) fn read_unmeasured(
    walker: &mut Walker<'_>,
    random: &dyn Random,
    start: u64,
    record: &Record,
) -> Result<Option<u64>, Fault> {
    let is_measured = record.flags & 8 == 0 || record.packed > 0;
    if is_measured {
        read(walker, random, start, record)?;
        return Ok(start.checked_add(record.packed).filter(|&end| end < random.len()));
    }
    if record.is_encrypted() || record.method == 0 {
        walker.unread(if record.method == 0 { Fault::Damaged } else { Fault::Encrypted })?;
        return Ok(None);
    }
    let mut packed = Window::new(random, start, random.len(), walker.buffers.take());
    let meta = Meta { name: &record.name, modified: record.modified, size: None };
    let whole =
        decode(walker, &mut packed, (record.method, (None, None)), &mut |walker, content| {
            walker.entry(&meta, content)
        });
    match whole {
        Ok(true) => Ok(Some(behind_descriptor(&mut packed)?)),
        Ok(false) => walker.budget.check().map(|()| None),
        Err(fault) => walker.unread(fault).map(|()| None),
    }
}

/// Steps behind the sizes that follow data of unknown length; they come in four forms.
fn behind_descriptor(packed: &mut Window<'_>) -> Result<u64, Fault> {
    let at = packed.position();
    let lent = packed.fill(28)?;
    let marked = usize::from(lent.starts_with(b"PK\x07\x08")) * 4;
    let step = [12, 20].into_iter().map(|len| len + marked).find(|&len| {
        let next = lent.get(len..len + 4).map(|next| u32_at(next, 0));
        matches!(next, Some(0x0403_4b50 | 0x0201_4b50))
    });
    Ok(at + step.unwrap_or(12 + marked) as u64)
}

/// Chooses the decoder. Returns whether the data were complete and right.
fn decode(
    walker: &mut Walker<'_>,
    packed: &mut Window<'_>,
    (method, check): (u16, (Option<u32>, Option<u64>)),
    each: Use<'_>,
) -> Result<bool, Fault> {
    let budget = walker.budget;
    let mut loan = budget.lend();
    match method {
        0 => {
            let mut content = Verified::new(packed, check.0, check.1);
            each(walker, &mut content)?;
            Ok(true)
        }
        8 => through(walker, packed, (Stepped::new(Inflate::raw()), check), each),
        9 => {
            loan.resize(DEFLATE64_BYTES)?;
            through(walker, packed, (Stepped::new(Deflate64::new()), check), each)
        }
        12 => {
            loan.resize(BZIP2_BYTES)?;
            through(walker, packed, (Stepped::new(Bzip2::new()), check), each)
        }
        14 => {
            let [_, _, size, zero]: [u8; 4] = take(packed)?;
            let properties: [u8; 5] = take(packed)?;
            if (size, zero) != (5, 0) {
                return Err(Fault::Unsupported);
            }
            loan.resize(memory(u64::from(u32_at(&properties, 1))))?;
            let mut filters = Filters::new();
            filters.lzma1_properties(&properties).map_err(|_| Fault::Damaged)?;
            let lzma = Lzma::raw(&filters, check.1)?;
            through(walker, packed, (Stepped::new(lzma), check), each)
        }
        20 | 93 => {
            let (zstd, bytes) = Zstd::new(packed.fill(HEAD_BYTES)?, budget.memory_left())?;
            loan.resize(bytes)?;
            through(walker, packed, (Stepped::new(zstd), check), each)
        }
        95 => {
            let bytes = xz_memory(packed.fill(HEAD_BYTES)?);
            loan.resize(bytes)?;
            let xz = Repeated::new(XZ_MAGIC, move || Lzma::xz(bytes))?;
            through(walker, packed, (xz, check), each)
        }
        _ => Err(Fault::Unsupported),
    }
}

fn through(
    walker: &mut Walker<'_>,
    packed: &mut dyn Source,
    (codec, check): (impl Codec, (Option<u32>, Option<u64>)),
    each: Use<'_>,
) -> Result<bool, Fault> {
    let (budget, buffers) = (walker.budget, walker.buffers);
    let mut decoded = Decoded::new(packed, codec, budget, buffers.take());
    {
        let mut content = Verified::new(&mut decoded, check.0, check.1);
        each(walker, &mut content)?;
    }
    Ok(decoded.ended_well())
}
