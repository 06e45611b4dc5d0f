//! tar: v7, ustar, pax, GNU, with long names and sparse files.
//!
//! A block that should be a header and is none ends the order of things, but not the reading: what is left is
//! handed over as it is. Links are counted, never followed.

pub(crate) mod header;
pub(crate) mod pax;
mod sparse;

use self::header::{BLOCK, Header, sparse_extension};
use self::pax::Extended;
pub(crate) use self::pax::decimal;
use self::sparse::{Holes, Stretches};
use super::compressed::{REST_NAME, rest};
use crate::decoded::Decoded;
use crate::outcome::Fault;
use crate::source::{Limited, Source, take_bytes};
use crate::walker::{Meta, Walker};

/// Bytes taken of a name that stands in an entry of its own.
const LONG_NAME_BYTES: u64 = 1 << 17;

/// Reads an archive.
pub(crate) fn read(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    let mut tar = Tar { offset: 0, name: Vec::new(), extended: Extended::default() };
    let mut ended = false;
    loop {
        let lent = source.fill(BLOCK)?;
        if lent.len() < BLOCK {
            let is_padding = lent.iter().all(|&byte| byte == 0);
            let is_whole = is_padding && tar.extended == Extended::default();
            let count = lent.len();
            source.consume(count);
            // Behind the last bytes there may be a fault.
            source.fill(1)?;
            return if is_whole { Ok(()) } else { Err(Fault::Truncated) };
        }
        let block = &lent[..BLOCK];
        if block.iter().all(|&byte| byte == 0) {
            tar.step(source, BLOCK as u64)?;
            ended = true;
            continue;
        }
        let Some(header) = Header::parse(block).filter(|header| header.size().is_some()) else {
            if ended {
                return rest(walker, source);
            }
            walker.fault(Fault::Damaged);
            return walker.entry(&Meta { name: REST_NAME, ..Meta::default() }, source);
        };
        ended = false;
        let member = tar.member(&header);
        tar.step(source, BLOCK as u64)?;
        tar.read_member(walker, source, member?)?;
    }
}

/// What is carried from header to header.
struct Tar {
    /// Bytes read of the archive.
    offset: u64,
    /// The name of the entry at hand.
    name: Vec<u8>,
    /// What extended headers said of it.
    extended: Extended,
}

/// A header, copied out of the buffer.
struct Member {
    kind: u8,
    size: u64,
    modified: Option<i64>,
    sparse: Option<(Vec<(u64, u64)>, bool)>,
}

impl Tar {
    fn member(&mut self, header: &Header<'_>) -> Result<Member, Fault> {
        header.name(&mut self.name);
        Ok(Member {
            kind: header.kind(),
            size: header.size().ok_or(Fault::Damaged)?,
            modified: header.modified(),
            sparse: (header.kind() == b'S').then(|| header.sparse()),
        })
    }

    /// Steps over bytes; at the end of the archive there may be fewer.
    fn step(&mut self, source: &mut dyn Source, count: u64) -> Result<(), Fault> {
        self.offset += source.skip(count)?;
        Ok(())
    }

    fn read_member(
        &mut self,
        walker: &mut Walker<'_>,
        source: &mut dyn Source,
        member: Member,
    ) -> Result<(), Fault> {
        match member.kind {
            b'x' | b'X' | b'L' => return self.read_extension(walker, source, &member),
            // Global headers, names of links, lists of access rights.
            b'g' | b'K' | b'A' => return self.pass(source, member.size),
            _ => {}
        }
        let extended = std::mem::take(&mut self.extended);
        if let Some(path) = &extended.path {
            self.name.clone_from(path);
        }
        let size = extended.size.unwrap_or(member.size);
        let has_data = match member.kind {
            b'2'..=b'6' | b'V' => false,
            b'1' => size > 0 && !header::is_header(source.fill(BLOCK)?),
            _ => !(self.name.ends_with(b"/") && size == 0),
        };
        if !has_data {
            walker.without_data()?;
            return Ok(());
        }
        let modified = extended.modified.or(member.modified);
        self.read_data(walker, source, (member, extended, Place { size, modified }))
    }

    /// Reads the data of an entry, and what they are padded with.
    fn read_data(
        &mut self,
        walker: &mut Walker<'_>,
        source: &mut dyn Source,
        (member, mut extended, place): (Member, Extended, Place),
    ) -> Result<(), Fault> {
        let mut stretches = std::mem::take(&mut extended.sparse);
        if let Some((first, continues)) = member.sparse {
            stretches.extend(&first);
            self.sparse_blocks(source, &mut stretches, continues)?;
        }
        let start = self.offset;
        let meta = Meta { name: &self.name, modified: place.modified, size: Some(place.size) };
        let mut data = Limited::new(source, start, place.size);
        if extended.sparse_in_data {
            sparse_map(&mut data, &mut stretches)?;
        }
        if stretches.is_empty() {
            walker.entry(&meta, &mut data)?;
        } else {
            let (budget, buffers) = (walker.budget, walker.buffers);
            let holes = Holes::new(stretches);
            let mut whole = Decoded::new(&mut data, holes, budget, buffers.take());
            walker.entry(&Meta { size: None, ..meta }, &mut whole)?;
        }
        let read = place.size - data.left();
        self.offset = start.saturating_add(read);
        let left = padded(place.size).saturating_sub(read);
        let cut = self.offset.saturating_add(place.size - read);
        self.step(source, left)?;
        if self.offset < cut { Err(Fault::Truncated) } else { Ok(()) }
    }

    /// Reads an entry that says something of the next one.
    fn read_extension(
        &mut self,
        walker: &mut Walker<'_>,
        source: &mut dyn Source,
        member: &Member,
    ) -> Result<(), Fault> {
        let is_name = member.kind == b'L';
        let max = if is_name { LONG_NAME_BYTES } else { walker.budget.limits.header_bytes_max };
        if member.size > max && !is_name {
            walker.fault(Fault::Memory);
            return self.pass(source, member.size);
        }
        let wanted = member.size.min(max);
        let mut loan = walker.budget.lend();
        loan.resize(wanted)?;
        let bytes = take_bytes(source, wanted as usize)?;
        self.offset += wanted;
        self.pass_from(source, member.size, wanted)?;
        if is_name {
            let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
            self.extended.path = Some(bytes[..end].to_vec());
        } else if !self.extended.read(&bytes) {
            walker.fault(Fault::Damaged);
        }
        Ok(())
    }

    fn pass(&mut self, source: &mut dyn Source, size: u64) -> Result<(), Fault> {
        self.pass_from(source, size, 0)
    }

    /// Steps behind data and padding of which `read` bytes are read.
    fn pass_from(&mut self, source: &mut dyn Source, size: u64, read: u64) -> Result<(), Fault> {
        let end = self.offset.saturating_add(size - read);
        self.step(source, padded(size).saturating_sub(read))?;
        if self.offset < end { Err(Fault::Truncated) } else { Ok(()) }
    }

    /// The blocks in which an old GNU header continues its list.
    fn sparse_blocks(
        &mut self,
        source: &mut dyn Source,
        stretches: &mut Stretches,
        mut continues: bool,
    ) -> Result<(), Fault> {
        while continues {
            let block = source.fill(BLOCK)?.get(..BLOCK).ok_or(Fault::Truncated)?;
            let (more, again) = sparse_extension(block);
            stretches.extend(&more);
            continues = again;
            self.step(source, BLOCK as u64)?;
        }
        Ok(())
    }
}

/// Size and time that hold for an entry, whoever said so.
struct Place {
    size: u64,
    modified: Option<i64>,
}

fn padded(size: u64) -> u64 {
    size.checked_next_multiple_of(BLOCK as u64).unwrap_or(u64::MAX)
}

/// The list of stretches in front of the data, numbers on lines of their own, filled up to whole blocks.
fn sparse_map(data: &mut Limited<'_>, stretches: &mut Stretches) -> Result<(), Fault> {
    let mut used = 0_u64;
    let count = line(data, &mut used)?;
    for _ in 0..count {
        let offset = line(data, &mut used)?;
        let len = line(data, &mut used)?;
        stretches.push(offset, len);
    }
    data.skip(padded(used) - used)?;
    Ok(())
}

fn line(data: &mut Limited<'_>, used: &mut u64) -> Result<u64, Fault> {
    let lent = data.fill(24)?;
    let end = lent.iter().take(24).position(|&byte| byte == b'\n').ok_or(Fault::Damaged)?;
    let value = decimal(&lent[..end]).ok_or(Fault::Damaged)?;
    data.consume(end + 1);
    *used += end as u64 + 1;
    Ok(value)
}
