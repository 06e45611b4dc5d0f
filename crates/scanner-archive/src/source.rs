//! How bytes travel between a reader and the formats: views into buffers, not copies.
//!
//! A [`Source`] lends what it has in its buffer; who uses bytes of it says how many. A tar inside a file
//! therefore hands its entries to the sink out of the one buffer that the file was read into. A [`Random`]
//! reads at any offset, for formats that begin at their end.

use std::cell::{Cell, RefCell};
use std::io::{ErrorKind, Read, Seek, SeekFrom};

use crate::outcome::Fault;

/// The most that [`Source::fill`] may be asked for at once.
const FILL_MAX: usize = 1024;
/// Bytes of every buffer.
pub(crate) const BUFFER_BYTES: usize = 128 << 10;
const _: () = assert!(FILL_MAX < BUFFER_BYTES);

/// A stream of bytes that lends its buffer.
pub(crate) trait Source {
    /// The next bytes. Fewer than `at_least` (at most [`FILL_MAX`]) are lent only when the end, or a fault that
    /// the next call will report, is that near; none means the end. The same bytes come again until consumed.
    fn fill(&mut self, at_least: usize) -> Result<&[u8], Fault>;

    /// Steps over the first `count` of the bytes lent last.
    fn consume(&mut self, count: usize);

    /// The whole of what this source reads, from its beginning, where it can be read at any offset.
    fn random(&self) -> Option<&dyn Random> {
        None
    }

    /// Steps over up to `count` bytes and says how many there were.
    fn skip(&mut self, count: u64) -> Result<u64, Fault> {
        let mut left = count;
        while left > 0 {
            let step = (self.fill(1)?.len() as u64).min(left);
            if step == 0 {
                break;
            }
            self.consume(step as usize);
            left -= step;
        }
        Ok(count - left)
    }
}

/// Bytes that can be read at any offset.
pub(crate) trait Random {
    /// How many there are.
    fn len(&self) -> u64;

    /// Reads at `offset`; 0 only at the end.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, Fault>;

    /// Reads until `into` is full.
    fn read_exact_at(&self, mut offset: u64, into: &mut [u8]) -> Result<(), Fault> {
        let mut done = 0;
        while done < into.len() {
            let got = self.read_at(offset, &mut into[done..])?;
            if got == 0 {
                return Err(Fault::Truncated);
            }
            done += got;
            offset += got as u64;
        }
        Ok(())
    }
}

/// A pool of equal buffers, so that entries do not allocate.
#[derive(Debug, Default)]
pub(crate) struct Buffers(RefCell<Vec<Vec<u8>>>);

impl Buffers {
    pub(crate) fn take(&self) -> Buffer<'_> {
        let bytes = self.0.borrow_mut().pop().unwrap_or_else(|| vec![0; BUFFER_BYTES]);
        Buffer { bytes, start: 0, end: 0, pool: self }
    }
}

/// A window that slides over a stream. Goes back to its pool when dropped.
#[derive(Debug)]
pub(crate) struct Buffer<'p> {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    pool: &'p Buffers,
}

impl Buffer<'_> {
    pub(crate) fn data(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(crate) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.len());
        self.start = (self.start + count).min(self.end);
    }

    pub(crate) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Room behind the data, never empty as long as less than [`FILL_MAX`] is in the buffer.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        &mut self.bytes[self.end..]
    }

    /// Makes the first `count` bytes of the room part of the data.
    pub(crate) fn grown(&mut self, count: usize) {
        self.end = (self.end + count).min(self.bytes.len());
    }
}

impl Drop for Buffer<'_> {
    fn drop(&mut self) {
        self.pool.0.borrow_mut().push(std::mem::take(&mut self.bytes));
    }
}

/// Reads again when a signal interrupted the system call.
pub(crate) fn read_retrying(
    reader: &mut (impl Read + ?Sized),
    into: &mut [u8],
) -> Result<usize, Fault> {
    loop {
        match reader.read(into) {
            Ok(got) => return Ok(got.min(into.len())),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(Fault::Read),
        }
    }
}

/// A reader that cannot seek, behind bytes that were already read from it.
pub(crate) struct ReaderSource<'a> {
    head: &'a [u8],
    reader: &'a mut dyn Read,
    buffer: Buffer<'a>,
}

impl<'a> ReaderSource<'a> {
    pub(crate) fn new(head: &'a [u8], reader: &'a mut dyn Read, buffer: Buffer<'a>) -> Self {
        Self { head, reader, buffer }
    }
}

impl Source for ReaderSource<'_> {
    fn fill(&mut self, at_least: usize) -> Result<&[u8], Fault> {
        while self.buffer.len() < at_least {
            let held = self.buffer.len();
            let space = self.buffer.space();
            let got = if self.head.is_empty() {
                match read_retrying(self.reader, space) {
                    Err(fault) if held == 0 => return Err(fault),
                    Err(_) => break,
                    Ok(got) => got,
                }
            } else {
                let got = self.head.len().min(space.len());
                space[..got].copy_from_slice(&self.head[..got]);
                self.head = &self.head[got..];
                got
            };
            if got == 0 {
                break;
            }
            self.buffer.grown(got);
        }
        Ok(self.buffer.data())
    }

    fn consume(&mut self, count: usize) {
        self.buffer.consume(count);
    }
}

/// Bytes in memory.
pub(crate) struct SliceRandom<'a>(pub(crate) &'a [u8]);

impl Random for SliceRandom<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.0.get(at..)).unwrap_or(&[]);
        let got = rest.len().min(into.len());
        into[..got].copy_from_slice(&rest[..got]);
        Ok(got)
    }
}

/// A reader that can seek.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek + ?Sized> ReadSeek for T {}

/// A file, or anything like one.
pub(crate) struct SeekRandom<'a> {
    reader: RefCell<&'a mut dyn ReadSeek>,
    at: Cell<Option<u64>>,
    len: u64,
}

impl<'a> SeekRandom<'a> {
    pub(crate) fn new(reader: &'a mut dyn ReadSeek) -> Result<Self, Fault> {
        let len = reader.seek(SeekFrom::End(0)).map_err(|_| Fault::Read)?;
        Ok(Self { reader: RefCell::new(reader), at: Cell::new(None), len })
    }
}

impl Random for SeekRandom<'_> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        let mut reader = self.reader.borrow_mut();
        if self.at.replace(None) != Some(offset) {
            reader.seek(SeekFrom::Start(offset)).map_err(|_| Fault::Read)?;
        }
        let got = read_retrying(&mut **reader, into)?;
        self.at.set(Some(offset + got as u64));
        Ok(got)
    }
}

/// A part of a [`Random`], read in order, and itself a `Random`.
pub(crate) struct Window<'a> {
    random: &'a dyn Random,
    base: u64,
    /// Where the bytes behind those in the buffer are.
    next: u64,
    end: u64,
    buffer: Buffer<'a>,
}

impl<'a> Window<'a> {
    /// The bytes from `start` up to `end`, or to where `random` ends.
    pub(crate) fn new(random: &'a dyn Random, start: u64, end: u64, buffer: Buffer<'a>) -> Self {
        let end = end.min(random.len());
        let start = start.min(end);
        Self { random, base: start, next: start, end, buffer }
    }

    /// The offset, in the whole, of the byte that comes next.
    pub(crate) fn position(&self) -> u64 {
        self.next - self.buffer.len() as u64
    }
}

impl Source for Window<'_> {
    fn fill(&mut self, at_least: usize) -> Result<&[u8], Fault> {
        while self.buffer.len() < at_least && self.next < self.end {
            let held = self.buffer.len();
            let left = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
            let space = self.buffer.space();
            let room = space.len().min(left);
            match self.random.read_at(self.next, &mut space[..room]) {
                Err(fault) if held == 0 => return Err(fault),
                Err(_) | Ok(0) => break,
                Ok(got) => {
                    self.buffer.grown(got);
                    self.next += got as u64;
                }
            }
        }
        Ok(self.buffer.data())
    }

    fn consume(&mut self, count: usize) {
        self.buffer.consume(count);
    }

    fn random(&self) -> Option<&dyn Random> {
        Some(self)
    }

    fn skip(&mut self, count: u64) -> Result<u64, Fault> {
        let step = count.min(self.end - self.position());
        let held = self.buffer.len() as u64;
        if step < held {
            self.buffer.consume(step as usize);
        } else {
            self.buffer.clear();
            self.next += step - held;
        }
        Ok(step)
    }
}

impl Random for Window<'_> {
    fn len(&self) -> u64 {
        self.end - self.base
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        let left = Random::len(self).saturating_sub(offset);
        let room = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if room == 0 {
            return Ok(0);
        }
        self.random.read_at(self.base + offset, &mut into[..room])
    }
}

/// The next `total` bytes of another source, as tar and its like store entries.
pub(crate) struct Limited<'a> {
    inner: &'a mut dyn Source,
    /// Offset of the first byte in the inner source, where that can be read at any offset.
    base: u64,
    total: u64,
    left: u64,
}

impl<'a> Limited<'a> {
    pub(crate) fn new(inner: &'a mut dyn Source, base: u64, total: u64) -> Self {
        Self { inner, base, total, left: total }
    }

    /// Bytes that have not been consumed.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }
}

impl Source for Limited<'_> {
    fn fill(&mut self, at_least: usize) -> Result<&[u8], Fault> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let lent = self.inner.fill(at_least.min(left))?;
        if lent.is_empty() {
            return Err(Fault::Truncated);
        }
        Ok(&lent[..lent.len().min(left)])
    }

    fn consume(&mut self, count: usize) {
        self.left -= (count as u64).min(self.left);
        self.inner.consume(count);
    }

    fn random(&self) -> Option<&dyn Random> {
        self.inner.random().map(|_| self as &dyn Random)
    }

    fn skip(&mut self, count: u64) -> Result<u64, Fault> {
        let stepped = self.inner.skip(count.min(self.left))?;
        self.left -= stepped;
        Ok(stepped)
    }
}

impl Random for Limited<'_> {
    fn len(&self) -> u64 {
        let whole = self.inner.random().map_or(0, Random::len);
        self.total.min(whole.saturating_sub(self.base))
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        let left = Random::len(self).saturating_sub(offset);
        let room = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match self.inner.random() {
            Some(random) if room > 0 => random.read_at(self.base + offset, &mut into[..room]),
            _ => Ok(0),
        }
    }
}

/// Compares what is read with the checksum and the length that the archive promised.
///
/// Bytes are hashed when they are lent for the first time; that they come again until they are consumed is
/// what every source promises.
pub(crate) struct Verified<'a> {
    inner: &'a mut dyn Source,
    hasher: crc32fast::Hasher,
    crc: Option<u32>,
    len: Option<u64>,
    /// Bytes consumed, and of those lent behind them how many are hashed.
    seen: u64,
    ahead: usize,
}

impl<'a> Verified<'a> {
    pub(crate) fn new(inner: &'a mut dyn Source, crc: Option<u32>, len: Option<u64>) -> Self {
        Self { inner, hasher: crc32fast::Hasher::new(), crc, len, seen: 0, ahead: 0 }
    }
}

impl Source for Verified<'_> {
    fn fill(&mut self, at_least: usize) -> Result<&[u8], Fault> {
        let lent = self.inner.fill(at_least)?;
        if lent.is_empty() {
            let right = self.len.is_none_or(|len| len == self.seen)
                && self.crc.is_none_or(|crc| crc == self.hasher.clone().finalize());
            return if right { Ok(&[]) } else { Err(Fault::Checksum) };
        }
        if self.crc.is_some() && lent.len() > self.ahead {
            self.hasher.update(&lent[self.ahead..]);
            self.ahead = lent.len();
        }
        Ok(lent)
    }

    fn consume(&mut self, count: usize) {
        self.ahead = self.ahead.saturating_sub(count);
        self.seen += count as u64;
        self.inner.consume(count);
    }

    fn random(&self) -> Option<&dyn Random> {
        self.inner.random()
    }
}

/// The next bytes, as an array.
pub(crate) fn take<const N: usize>(input: &mut dyn Source) -> Result<[u8; N], Fault> {
    let lent = input.fill(N)?;
    let bytes = lent.get(..N).and_then(|bytes| bytes.try_into().ok()).ok_or(Fault::Truncated)?;
    input.consume(N);
    Ok(bytes)
}

/// The next `count` bytes; memory grows with what is really there.
pub(crate) fn take_bytes(source: &mut dyn Source, count: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let lent = source.fill(1)?;
        let step = lent.len().min(count - bytes.len());
        if step == 0 {
            return Err(Fault::Truncated);
        }
        bytes.extend_from_slice(&lent[..step]);
        source.consume(step);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(source: &mut dyn Source) -> Result<Vec<u8>, Fault> {
        let mut all = Vec::new();
        loop {
            let lent = source.fill(1)?;
            if lent.is_empty() {
                return Ok(all);
            }
            all.extend_from_slice(lent);
            let count = lent.len();
            source.consume(count);
        }
    }

    #[test]
    fn a_window_reads_its_part_and_narrows() {
        let buffers = Buffers::default();
        let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let random = SliceRandom(&bytes);
        let mut window = Window::new(&random, 10, 299_000, buffers.take());
        assert_eq!(window.fill(1024).expect("memory")[0], 10);
        window.consume(5);
        assert_eq!(window.position(), 15);
        assert_eq!(window.skip(100_000), Ok(100_000));
        assert_eq!(drain(&mut window).expect("memory"), bytes[100_015..299_000]);
        let mut four = [0; 4];
        assert_eq!(window.read_at(298_988, &mut four), Ok(2));
        assert_eq!(&four[..2], &bytes[298_998..299_000]);
    }

    #[test]
    fn limited_tells_a_cut() {
        let buffers = Buffers::default();
        let mut reader: &[u8] = b"cdef";
        let mut source = ReaderSource::new(b"ab", &mut reader, buffers.take());
        let mut part = Limited::new(&mut source, 0, 3);
        assert_eq!(drain(&mut part), Ok(b"abc".to_vec()));
        let mut part = Limited::new(&mut source, 0, 9);
        assert_eq!(drain(&mut part), Err(Fault::Truncated));
        assert_eq!(part.left(), 6);
    }

    #[test]
    fn verified_compares_at_the_end() {
        let buffers = Buffers::default();
        let crc = crc32fast::hash(b"hello");
        for (crc, len, expected) in [
            (Some(crc), Some(5), Ok(b"hello".to_vec())),
            (None, None, Ok(b"hello".to_vec())),
            (Some(crc ^ 1), Some(5), Err(Fault::Checksum)),
            (Some(crc), Some(6), Err(Fault::Checksum)),
        ] {
            let mut reader: &[u8] = b"hello";
            let mut source = ReaderSource::new(b"", &mut reader, buffers.take());
            assert_eq!(drain(&mut Verified::new(&mut source, crc, len)), expected);
        }
    }
}
