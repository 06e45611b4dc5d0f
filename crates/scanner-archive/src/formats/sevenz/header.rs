//! The header of a 7z: which packed streams there are, how folders of coders turn them into bytes, and which files
//! those bytes are.
//!
//! Every count is compared with what is left of the header before memory is taken for it.

use crate::outcome::Fault;
use crate::time;

/// Files, packed streams, or files in folders, of one archive.
const COUNT_MAX: usize = 1 << 20;
/// Folders of one archive; each takes some hundred bytes.
const FOLDERS_MAX: usize = 1 << 18;

/// A header, with nothing looked up yet.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) streams: Streams,
    pub(crate) files: Vec<File>,
}

/// Packed streams and what they become.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    /// Where the first packed stream begins, behind the first 32 bytes.
    pub(crate) pack_at: u64,
    pub(crate) pack_sizes: Vec<u64>,
    pub(crate) folders: Vec<Folder>,
}

/// Coders in a chain, one solid stream of bytes.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    pub(crate) coders: Vec<Coder>,
    /// Input and output that are joined.
    pub(crate) pairs: Vec<(u64, u64)>,
    /// Packed streams that it takes.
    pub(crate) packed: usize,
    /// What each coder gives out.
    pub(crate) sizes: Vec<u64>,
    pub(crate) crc: Option<u32>,
    /// The files in it.
    pub(crate) parts: Vec<Part>,
}

/// One file's share of a folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) size: u64,
    pub(crate) crc: Option<u32>,
}

/// A method and its properties.
#[derive(Debug, Default)]
pub(crate) struct Coder {
    pub(crate) method: Vec<u8>,
    pub(crate) inputs: u64,
    pub(crate) outputs: u64,
    pub(crate) properties: Vec<u8>,
}

/// A file of the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    pub(crate) name: Vec<u8>,
    pub(crate) has_data: bool,
    pub(crate) modified: Option<i64>,
}

impl Folder {
    /// Bytes that come out of it.
    pub(crate) fn size(&self) -> Option<u64> {
        // The output that no pair uses.
        if self.coders.iter().any(|coder| coder.outputs != 1) {
            return None;
        }
        let is_joined = |own: u64| self.pairs.iter().any(|&(_, output)| output == own);
        let own = (0..self.coders.len()).find(|&own| !is_joined(own as u64))?;
        self.sizes.get(own).copied()
    }
}

/// What a header turned out to be.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// The header.
    Plain(Header),
    /// It is itself packed: these streams hold it.
    Packed(Streams),
}

/// Reads a header.
pub(crate) fn parse(bytes: &[u8]) -> Result<Parsed, Fault> {
    let mut reader = Reader(bytes);
    match reader.byte()? {
        0x01 => reader.header().map(Parsed::Plain),
        0x17 => reader.streams().map(Parsed::Packed),
        _ => Err(Fault::Damaged),
    }
}

/// What is left of a header.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, count: u64) -> Result<&[u8], Fault> {
        let count = usize::try_from(count).map_err(|_| Fault::Damaged)?;
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Fault::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        Ok(self.take(1)?[0])
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A number whose first byte says how many follow.
    fn number(&mut self) -> Result<u64, Fault> {
        let first = self.byte()?;
        let mut value = 0;
        for index in 0..8 {
            let mask = 0x80 >> index;
            if first & mask == 0 {
                let high = u64::from(first & (mask - 1));
                return Ok(value | high << (8 * index));
            }
            value |= u64::from(self.byte()?) << (8 * index);
        }
        Ok(value)
    }

    /// A number of things that each take a bit of the header at least.
    fn count(&mut self) -> Result<usize, Fault> {
        let count = self.number()?;
        if count > self.0.len() as u64 * 8 {
            return Err(Fault::Damaged);
        }
        usize::try_from(count).ok().filter(|&count| count <= COUNT_MAX).ok_or(Fault::Entries)
    }

    fn header(&mut self) -> Result<Header, Fault> {
        let mut header = Header::default();
        loop {
            match self.byte()? {
                0x00 => return Ok(header),
                0x02 => {
                    // Properties of the archive: of no use here.
                    while self.byte()? != 0 {
                        let size = self.number()?;
                        self.take(size)?;
                    }
                }
                // Streams that only the header needs.
                0x03 => drop(self.streams()?),
                0x04 => header.streams = self.streams()?,
                0x05 => header.files = self.files()?,
                _ => return Err(Fault::Damaged),
            }
        }
    }

    fn streams(&mut self) -> Result<Streams, Fault> {
        let mut streams = Streams::default();
        let mut has_parts = false;
        loop {
            match self.byte()? {
                0x00 => break,
                0x06 => self.pack_info(&mut streams)?,
                0x07 => streams.folders = self.folders()?,
                0x08 => {
                    self.parts(&mut streams.folders)?;
                    has_parts = true;
                }
                _ => return Err(Fault::Damaged),
            }
        }
        if !has_parts {
            for folder in &mut streams.folders {
                let size = folder.size().ok_or(Fault::Unsupported)?;
                folder.parts = vec![Part { size, crc: folder.crc }];
            }
        }
        Ok(streams)
    }

    fn pack_info(&mut self, streams: &mut Streams) -> Result<(), Fault> {
        streams.pack_at = self.number()?;
        let count = self.count()?;
        loop {
            match self.byte()? {
                0x00 => return Ok(()),
                0x09 => {
                    for _ in 0..count {
                        streams.pack_sizes.push(self.number()?);
                    }
                }
                0x0a => drop(self.digests(count)?),
                _ => return Err(Fault::Damaged),
            }
        }
    }

    fn folders(&mut self) -> Result<Vec<Folder>, Fault> {
        if self.byte()? != 0x0b {
            return Err(Fault::Damaged);
        }
        let count = self.count()?;
        if count > FOLDERS_MAX {
            return Err(Fault::Entries);
        }
        if self.byte()? != 0 {
            return Err(Fault::Unsupported);
        }
        let mut folders = Vec::new();
        for _ in 0..count {
            folders.push(self.folder()?);
        }
        loop {
            match self.byte()? {
                0x00 => return Ok(folders),
                0x0c => {
                    for folder in &mut folders {
                        for _ in 0..folder.coders.iter().map(|coder| coder.outputs).sum() {
                            folder.sizes.push(self.number()?);
                        }
                    }
                }
                0x0a => {
                    let digests = self.digests(folders.len())?;
                    for (folder, crc) in folders.iter_mut().zip(digests) {
                        folder.crc = crc;
                    }
                }
                _ => return Err(Fault::Damaged),
            }
        }
    }

    fn folder(&mut self) -> Result<Folder, Fault> {
        /// More than this no program writes.
        const CODERS_MAX: usize = 32;
        let mut folder = Folder::default();
        let count = self.count()?;
        if count == 0 || count > CODERS_MAX {
            return Err(Fault::Unsupported);
        }
        let (mut inputs, mut outputs) = (0_u64, 0_u64);
        for _ in 0..count {
            let flags = self.byte()?;
            let mut coder = Coder { inputs: 1, outputs: 1, ..Coder::default() };
            coder.method = self.take(u64::from(flags & 0x0f))?.to_vec();
            if flags & 0x10 != 0 {
                (coder.inputs, coder.outputs) = (self.number()?, self.number()?);
            }
            if flags & 0x20 != 0 {
                let size = self.number()?;
                coder.properties = self.take(size)?.to_vec();
            }
            if flags & 0x80 != 0 || coder.inputs > 32 || coder.outputs > 32 {
                return Err(Fault::Unsupported);
            }
            inputs += coder.inputs;
            outputs += coder.outputs;
            folder.coders.push(coder);
        }
        let pairs = outputs.checked_sub(1).ok_or(Fault::Damaged)?;
        for _ in 0..pairs {
            folder.pairs.push((self.number()?, self.number()?));
        }
        let packed = inputs.checked_sub(pairs).ok_or(Fault::Damaged)?;
        if packed > 1 {
            for _ in 0..packed {
                self.number()?;
            }
        }
        folder.packed = packed as usize;
        Ok(folder)
    }

    fn parts(&mut self, folders: &mut [Folder]) -> Result<(), Fault> {
        let mut counts = vec![1_usize; folders.len()];
        let mut id = self.byte()?;
        if id == 0x0d {
            let mut left = COUNT_MAX;
            for count in &mut counts {
                *count = self.count()?;
                left = left.checked_sub(*count).ok_or(Fault::Entries)?;
            }
            id = self.byte()?;
        }
        for (folder, &count) in folders.iter_mut().zip(&counts) {
            let mut left = folder.size().ok_or(Fault::Unsupported)?;
            for index in 0..count {
                let is_last = index + 1 == count;
                let size = if is_last || id != 0x09 { left } else { self.number()? };
                left = left.checked_sub(size).ok_or(Fault::Damaged)?;
                folder.parts.push(Part { size, crc: None });
            }
        }
        if id == 0x09 {
            id = self.byte()?;
        }
        // A folder that is one file has its checksum already.
        for folder in folders.iter_mut() {
            if let ([part], Some(crc)) = (&mut folder.parts[..], folder.crc) {
                part.crc = Some(crc);
            }
        }
        while id != 0 {
            if id == 0x0a {
                let missing: Vec<&mut Part> = folders
                    .iter_mut()
                    .flat_map(|folder| &mut folder.parts)
                    .filter(|part| part.crc.is_none())
                    .collect();
                let digests = self.digests(missing.len())?;
                for (part, crc) in missing.into_iter().zip(digests) {
                    part.crc = crc;
                }
            } else {
                let size = self.number()?;
                self.take(size)?;
            }
            id = self.byte()?;
        }
        Ok(())
    }

    fn digests(&mut self, count: usize) -> Result<Vec<Option<u32>>, Fault> {
        let stated = if self.byte()? == 0 { self.bits(count)? } else { vec![true; count] };
        if stated.len() > self.0.len() * 8 {
            return Err(Fault::Damaged);
        }
        stated.into_iter().map(|is| if is { self.u32().map(Some) } else { Ok(None) }).collect()
    }

    fn bits(&mut self, count: usize) -> Result<Vec<bool>, Fault> {
        let bytes = self.take(count.div_ceil(8) as u64)?;
        Ok((0..count).map(|index| bytes[index / 8] & (0x80 >> (index % 8)) != 0).collect())
    }

    fn files(&mut self) -> Result<Vec<File>, Fault> {
        let count = self.count()?;
        let mut files = vec![File { has_data: true, ..File::default() }; count];
        loop {
            let id = self.byte()?;
            if id == 0 {
                return Ok(files);
            }
            let size = self.number()?;
            let mut property = Reader(self.take(size)?);
            match id {
                0x0e => {
                    for (file, is_empty) in files.iter_mut().zip(property.bits(count)?) {
                        file.has_data = !is_empty;
                    }
                }
                0x11 => property.names(&mut files)?,
                0x14 => property.times(&mut files)?,
                _ => {}
            }
        }
    }

    fn names(&mut self, files: &mut [File]) -> Result<(), Fault> {
        if self.byte()? != 0 {
            return Err(Fault::Unsupported);
        }
        let mut units = self.0.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        for file in files {
            let name: Vec<u16> = units.by_ref().take_while(|&unit| unit != 0).collect();
            file.name = String::from_utf16_lossy(&name).into_bytes();
        }
        Ok(())
    }

    fn times(&mut self, files: &mut [File]) -> Result<(), Fault> {
        let stated =
            if self.byte()? == 0 { self.bits(files.len())? } else { vec![true; files.len()] };
        if self.byte()? != 0 {
            return Ok(());
        }
        for (file, is) in files.iter_mut().zip(stated) {
            if is {
                let (low, high) = (self.u32()?, self.u32()?);
                file.modified = time::of_windows(u64::from(high) << 32 | u64::from(low));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let number = |bytes: &[u8]| Reader(bytes).number();
        assert_eq!(number(b"\x7f"), Ok(0x7f));
        assert_eq!(number(b"\x80\x80"), Ok(0x80));
        assert_eq!(number(b"\xc1\x02\x03"), Ok(0x01_0302));
        assert_eq!(number(b"\xff\x01\x02\x03\x04\x05\x06\x07\x08"), Ok(0x0807_0605_0403_0201));
        assert_eq!(number(b"\xff\x01"), Err(Fault::Damaged));
    }

    #[test]
    fn counts_beyond_the_header_take_no_memory() {
        assert!(parse(b"\x01\x05\xff\xff\xff\xff\xff\xff\xff\xff\x0f\x00").is_err());
        assert!(parse(b"\x17\x06\x00\xff\xff\xff\xff\xff\xff\xff\xff\x0f\x09").is_err());
        assert!(parse(b"").is_err());
    }
}
