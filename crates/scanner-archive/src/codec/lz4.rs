//! lz4 frames. The decoder asks for its input itself.

use std::cell::Cell;
use std::io::{self, Read};

use lz4_flex::frame::FrameDecoder;

use crate::decoded::Codec;
use crate::outcome::Fault;
use crate::source::Source;

/// Memory of a decoder: two blocks of 4 MiB, packed and not, and what they refer to.
pub(crate) const LZ4_BYTES: u64 = 13 << 20;

/// A source as a reader that keeps the fault which ended it.
struct Feed<'a> {
    source: &'a mut dyn Source,
    fault: &'a Cell<Option<Fault>>,
    /// The bytes taken last: at the end of a frame the mark of four zeros, and perhaps a checksum.
    last: [u8; 8],
}

impl Read for Feed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.source.fill(1) {
            Ok(lent) => {
                let count = lent.len().min(into.len());
                into[..count].copy_from_slice(&lent[..count]);
                self.source.consume(count);
                for &byte in &into[count.saturating_sub(8)..count] {
                    self.last.rotate_left(1);
                    self.last[7] = byte;
                }
                Ok(count)
            }
            Err(fault) => {
                self.fault.set(Some(fault));
                Err(io::ErrorKind::Other.into())
            }
        }
    }
}

/// Decodes frames, one behind the other.
pub(crate) struct Lz4<'a> {
    decoder: FrameDecoder<Feed<'a>>,
    fault: &'a Cell<Option<Fault>>,
}

impl<'a> Lz4<'a> {
    /// A decoder of `source`; `fault` is empty.
    pub(crate) fn new(source: &'a mut dyn Source, fault: &'a Cell<Option<Fault>>) -> Self {
        Self { decoder: FrameDecoder::new(Feed { source, fault, last: [0; 8] }), fault }
    }

    /// Whether what follows is another frame.
    fn goes_on(&mut self) -> Result<bool, Fault> {
        let feed = self.decoder.get_mut();
        // The decoder takes an end in front of a block for one.
        if !feed.last.starts_with(&[0; 4]) && !feed.last.ends_with(&[0; 4]) {
            return Err(Fault::Truncated);
        }
        let lent = feed.source.fill(4)?;
        Ok(lent.starts_with(b"\x04\x22\x4d\x18"))
    }
}

impl Codec for Lz4<'_> {
    fn read(&mut self, _input: &mut dyn Source, output: &mut [u8]) -> Result<usize, Fault> {
        loop {
            match self.decoder.read(output) {
                Ok(0) if self.goes_on()? => {}
                Ok(count) => return Ok(count),
                Err(error) => {
                    let is_cut = error.kind() == io::ErrorKind::UnexpectedEof;
                    let own = if is_cut { Fault::Truncated } else { Fault::Damaged };
                    return Err(self.fault.take().unwrap_or(own));
                }
            }
        }
    }
}

/// Stands where a codec has its input elsewhere.
pub(crate) struct Nothing;

impl Source for Nothing {
    fn fill(&mut self, _at_least: usize) -> Result<&[u8], Fault> {
        Ok(&[])
    }

    fn consume(&mut self, _count: usize) {}
}
