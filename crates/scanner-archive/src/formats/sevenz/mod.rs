//! 7z: a header at the end, folders of coders, each one solid stream of files.
//!
//! Chains of one coder after the other are decoded: LZMA, LZMA2, deflate, bzip2, Zstandard and stored data, with the
//! filters for machine code and delta in front of LZMA. BCJ2 and `PPMd` are not.

mod header;

use liblzma::stream::Filters;

use self::header::{Coder, File, Folder, Header, Parsed, Streams};
use crate::codec::block::{BZIP2_BYTES, Bzip2, DEFLATE64_BYTES, Deflate64};
use crate::codec::inflate::Inflate;
use crate::codec::lzma::{Lzma, lzma2_dictionary, memory};
use crate::codec::zstd::Zstd;
use crate::codec::{Repeated, Stepped};
use crate::decoded::{Codec, Decoded};
use crate::detect::HEAD_BYTES;
use crate::outcome::Fault;
use crate::source::{Limited, Random, Source, Verified, Window, take_bytes};
use crate::walker::{Meta, Walker};

/// Bytes in front of the packed streams.
const SIGNATURE_BYTES: u64 = 32;
/// Headers packed inside each other.
const PACKED_HEADERS_MAX: u32 = 4;

/// What is done with the bytes of a folder.
type Use<'u> = &'u mut dyn FnMut(&mut Walker<'_>, &mut dyn Source) -> Result<(), Fault>;

/// Reads an archive.
pub(crate) fn read(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    walker.with_random(source, |walker, random, cut| {
        if let Some(fault) = cut {
            return Err(fault);
        }
        let header = find_header(walker, random)?;
        files(walker, random, &header)
    })
}

fn find_header(walker: &mut Walker<'_>, random: &dyn Random) -> Result<Header, Fault> {
    let mut start = [0; SIGNATURE_BYTES as usize];
    random.read_exact_at(0, &mut start)?;
    let field = |at: usize| {
        u64::from_le_bytes(start[at..at + 8].try_into().expect("a slice of eight bytes"))
    };
    let (offset, size) = (field(12), field(20));
    if size == 0 {
        return Ok(Header::default());
    }
    let at = SIGNATURE_BYTES.checked_add(offset).ok_or(Fault::Damaged)?;
    if size > walker.budget.limits.header_bytes_max {
        return Err(Fault::Memory);
    }
    if at.checked_add(size).is_none_or(|end| end > random.len()) {
        return Err(Fault::Truncated);
    }
    let mut bytes = vec![0; size as usize];
    random.read_exact_at(at, &mut bytes)?;
    let crc = u32::from_le_bytes(start[28..32].try_into().expect("a slice of four bytes"));
    if crc32fast::hash(&bytes) != crc {
        return Err(Fault::Damaged);
    }
    for _ in 0..PACKED_HEADERS_MAX {
        match header::parse(&bytes)? {
            Parsed::Plain(header) => return Ok(header),
            Parsed::Packed(streams) => bytes = unpack_header(walker, random, &streams)?,
        }
    }
    Err(Fault::Damaged)
}

fn unpack_header(
    walker: &mut Walker<'_>,
    random: &dyn Random,
    streams: &Streams,
) -> Result<Vec<u8>, Fault> {
    let folder = streams.folders.first().ok_or(Fault::Damaged)?;
    let size = folder.size().ok_or(Fault::Unsupported)?;
    if size > walker.budget.limits.header_bytes_max {
        return Err(Fault::Memory);
    }
    let mut bytes = Vec::new();
    with_folder(walker, random, (streams, 0, 0), &mut |_, content| {
        bytes = take_bytes(content, size as usize)?;
        Ok(())
    })?;
    let right = folder.crc.is_none_or(|crc| crc == crc32fast::hash(&bytes));
    if right { Ok(bytes) } else { Err(Fault::Damaged) }
}

/// Hands over all files, folder by folder.
fn files(walker: &mut Walker<'_>, random: &dyn Random, header: &Header) -> Result<(), Fault> {
    let mut files = header.files.iter();
    let mut packed = 0;
    let mut claimed = 0_u64;
    for (index, folder) in header.streams.folders.iter().enumerate() {
        let sizes = header.streams.pack_sizes.get(packed..).unwrap_or(&[]);
        claimed = sizes.iter().take(folder.packed).fold(claimed, |sum, &n| sum.saturating_add(n));
        if claimed > random.len() {
            return Err(Fault::Overlap);
        }
        let own = parts_of(walker, &mut files, folder)?;
        let place = (&header.streams, index, packed);
        let read = with_folder(walker, random, place, &mut |walker, content| {
            entries(walker, content, folder, &own)
        });
        if let Err(fault) = read {
            walker.budget.check()?;
            // Everything in the folder is lost with it, or what is left of it.
            walker.fault(fault);
        }
        packed += folder.packed;
    }
    for file in files.filter(|file| !file.has_data) {
        let _ = file;
        walker.without_data()?;
    }
    Ok(())
}

/// The files that a folder holds, in order; those without data in between are counted.
fn parts_of<'h>(
    walker: &mut Walker<'_>,
    files: &mut std::slice::Iter<'h, File>,
    folder: &Folder,
) -> Result<Vec<Option<&'h File>>, Fault> {
    let mut own = Vec::new();
    for _ in &folder.parts {
        loop {
            match files.next() {
                Some(file) if file.has_data => break own.push(Some(file)),
                Some(_) => walker.without_data()?,
                None => break own.push(None),
            }
        }
    }
    Ok(own)
}

fn entries(
    walker: &mut Walker<'_>,
    content: &mut dyn Source,
    folder: &Folder,
    files: &[Option<&File>],
) -> Result<(), Fault> {
    for (part, file) in folder.parts.iter().zip(files) {
        let mut data = Limited::new(content, 0, part.size);
        {
            let mut checked = Verified::new(&mut data, part.crc, Some(part.size));
            let (name, modified) = file.map_or((&b"content"[..], None), |f| (&f.name, f.modified));
            walker.entry(&Meta { name, modified, size: None }, &mut checked)?;
        }
        let left = data.left();
        if data.skip(left)? < left {
            return Err(Fault::Truncated);
        }
    }
    Ok(())
}

/// Decodes a folder for `each`. `place` is the folder's index and that of its first packed stream.
fn with_folder(
    walker: &mut Walker<'_>,
    random: &dyn Random,
    (streams, index, packed): (&Streams, usize, usize),
    each: Use<'_>,
) -> Result<(), Fault> {
    let folder = streams.folders.get(index).ok_or(Fault::Damaged)?;
    let chain = chain(folder)?;
    let sizes = &streams.pack_sizes;
    let own = *sizes.get(packed).ok_or(Fault::Damaged)?;
    let before = sizes[..packed].iter().fold(streams.pack_at, |sum, &n| sum.saturating_add(n));
    let start = SIGNATURE_BYTES.saturating_add(before);
    let end = start.checked_add(own).filter(|&end| end <= random.len()).ok_or(Fault::Truncated)?;
    let mut window = Window::new(random, start, end, walker.buffers.take());
    decode(walker, &mut window, &chain, each)
}

/// A coder and the bytes that it gives out.
type Link<'f> = (&'f Coder, u64);

/// The coders in the order in which they decode, if they are one chain.
fn chain(folder: &Folder) -> Result<Vec<Link<'_>>, Fault> {
    if folder.coders.iter().any(|coder| coder.method == b"\x06\xf1\x07\x01") {
        return Err(Fault::Encrypted);
    }
    let is_simple = folder.coders.iter().all(|coder| (coder.inputs, coder.outputs) == (1, 1));
    if !is_simple || folder.packed != 1 {
        return Err(Fault::Unsupported);
    }
    // The first coder to decode takes the packed stream: its input is in no pair.
    let mut next = (0..folder.coders.len() as u64)
        .find(|&input| folder.pairs.iter().all(|&(joined, _)| joined != input));
    let mut chain = Vec::new();
    while let Some(coder) = next {
        let index = usize::try_from(coder).map_err(|_| Fault::Damaged)?;
        let (Some(found), Some(&size)) = (folder.coders.get(index), folder.sizes.get(index)) else {
            return Err(Fault::Damaged);
        };
        if chain.len() == folder.coders.len() {
            return Err(Fault::Damaged);
        }
        chain.push((found, size));
        next = folder.pairs.iter().find(|&&(_, output)| output == coder).map(|&(input, _)| input);
    }
    Ok(chain)
}

/// Decodes the first link of a chain, and the rest behind it.
fn decode(
    walker: &mut Walker<'_>,
    packed: &mut dyn Source,
    chain: &[Link<'_>],
    each: Use<'_>,
) -> Result<(), Fault> {
    let Some((&(coder, size), rest)) = chain.split_first() else { return each(walker, packed) };
    let budget = walker.budget;
    let mut loan = budget.lend();
    match &coder.method[..] {
        b"\x00" => decode(walker, packed, rest, each),
        b"\x03\x01\x01" | b"\x21" => {
            // Filters stand behind LZMA in the chain; the library takes both together.
            let used = rest.iter().take_while(|(coder, _)| is_filter(&coder.method)).count();
            let mut filters = Filters::new();
            for (filter, _) in rest[..used].iter().rev() {
                add_filter(&mut filters, filter)?;
            }
            let dictionary = add_lzma(&mut filters, coder)?;
            loan.resize(memory(dictionary))?;
            let size = rest[..used].last().map_or(size, |&(_, size)| size);
            let lzma = Stepped::new(Lzma::raw(&filters, Some(size))?);
            through(walker, packed, lzma, (&rest[used..], each))
        }
        b"\x04\x01\x08" => through(walker, packed, Stepped::new(Inflate::raw()), (rest, each)),
        b"\x04\x01\x09" => {
            loan.resize(DEFLATE64_BYTES)?;
            through(walker, packed, Stepped::new(Deflate64::new()), (rest, each))
        }
        b"\x04\x02\x02" => {
            loan.resize(BZIP2_BYTES)?;
            let bzip2 = Repeated::new(b"BZh", || Ok(Bzip2::new()))?;
            through(walker, packed, bzip2, (rest, each))
        }
        b"\x04\xf7\x11\x01" => {
            let (zstd, bytes) = Zstd::new(packed.fill(HEAD_BYTES)?, budget.memory_left())?;
            loan.resize(bytes)?;
            through(walker, packed, Stepped::new(zstd), (rest, each))
        }
        _ => Err(Fault::Unsupported),
    }
}

fn through(
    walker: &mut Walker<'_>,
    packed: &mut dyn Source,
    codec: impl Codec,
    (rest, each): (&[Link<'_>], Use<'_>),
) -> Result<(), Fault> {
    let (budget, buffers) = (walker.budget, walker.buffers);
    let mut decoded = Decoded::new(packed, codec, budget, buffers.take());
    decode(walker, &mut decoded, rest, each)
}

fn is_filter(method: &[u8]) -> bool {
    matches!(
        method,
        b"\x03"
            | b"\x04"
            | b"\x05"
            | b"\x06"
            | b"\x07"
            | b"\x08"
            | b"\x09"
            | b"\x0a"
            | b"\x03\x03\x01\x03"
            | b"\x03\x03\x02\x05"
            | b"\x03\x03\x04\x01"
            | b"\x03\x03\x05\x01"
            | b"\x03\x03\x07\x01"
            | b"\x03\x03\x08\x05"
    )
}

fn add_filter(filters: &mut Filters, coder: &Coder) -> Result<(), Fault> {
    match &coder.method[..] {
        b"\x03" => {
            filters.delta_properties(&coder.properties).map_err(|_| Fault::Unsupported)?;
        }
        b"\x04" | b"\x03\x03\x01\x03" => drop(filters.x86()),
        b"\x05" | b"\x03\x03\x02\x05" => drop(filters.powerpc()),
        b"\x06" | b"\x03\x03\x04\x01" => drop(filters.ia64()),
        b"\x07" | b"\x03\x03\x05\x01" => drop(filters.arm()),
        b"\x08" | b"\x03\x03\x07\x01" => drop(filters.arm_thumb()),
        b"\x09" | b"\x03\x03\x08\x05" => drop(filters.sparc()),
        b"\x0a" => drop(filters.arm64()),
        _ => return Err(Fault::Unsupported),
    }
    Ok(())
}

/// Adds LZMA or LZMA2 and returns the size of its dictionary.
fn add_lzma(filters: &mut Filters, coder: &Coder) -> Result<u64, Fault> {
    let properties = &coder.properties;
    if coder.method == b"\x21" {
        let dictionary = properties.first().copied().and_then(lzma2_dictionary);
        filters.lzma2_properties(properties).map_err(|_| Fault::Damaged)?;
        return dictionary.ok_or(Fault::Damaged);
    }
    let size = properties.get(1..5).and_then(|bytes| bytes.try_into().ok());
    filters.lzma1_properties(properties).map_err(|_| Fault::Damaged)?;
    size.map(|bytes| u64::from(u32::from_le_bytes(bytes))).ok_or(Fault::Damaged)
}
