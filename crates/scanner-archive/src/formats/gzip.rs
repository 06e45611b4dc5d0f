//! gzip: members one behind the other, each with a header, deflated data, checksum and length.

use crate::codec::Stepped;
use crate::codec::inflate::Inflate;
use crate::decoded::Codec;
use crate::outcome::Fault;
use crate::source::{Source, take};

/// The members of a gzip file.
pub(crate) struct Gzip {
    inflate: Stepped<Inflate>,
    state: State,
    crc: crc32fast::Hasher,
    size: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    First,
    Body,
    Trailer,
    Next,
    End,
}

impl Default for Gzip {
    fn default() -> Self {
        let crc = crc32fast::Hasher::new();
        Self { inflate: Stepped::new(Inflate::raw()), state: State::First, crc, size: 0 }
    }
}

impl Codec for Gzip {
    fn read(&mut self, input: &mut dyn Source, output: &mut [u8]) -> Result<usize, Fault> {
        loop {
            match self.state {
                State::First => self.header(input)?,
                State::Next if input.fill(3)?.starts_with(&[0x1f, 0x8b, 8]) => {
                    self.header(input)?;
                }
                State::Next => self.state = State::End,
                State::Body => match self.inflate.read(input, output)? {
                    0 => self.state = State::Trailer,
                    count => {
                        self.crc.update(&output[..count]);
                        self.size = self.size.wrapping_add(count as u32);
                        return Ok(count);
                    }
                },
                State::Trailer => self.trailer(input)?,
                State::End => return Ok(0),
            }
        }
    }
}

impl Gzip {
    /// The time in the header at the beginning of `head`; 0 stands for none.
    pub(crate) fn modified(head: &[u8]) -> Option<i64> {
        let seconds = head.get(4..8)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))?;
        (seconds > 0).then_some(i64::from(seconds))
    }

    fn header(&mut self, input: &mut dyn Source) -> Result<(), Fault> {
        const CHECKSUM: u8 = 2;
        const EXTRA: u8 = 4;
        const NAME: u8 = 8;
        const COMMENT: u8 = 16;
        let fixed: [u8; 10] = take(input)?;
        let flags = fixed[3];
        if !fixed.starts_with(&[0x1f, 0x8b, 8]) || flags & 0xe0 != 0 {
            return Err(Fault::Damaged);
        }
        if flags & EXTRA != 0 {
            let len = u64::from(u16::from_le_bytes(take(input)?));
            if input.skip(len)? < len {
                return Err(Fault::Truncated);
            }
        }
        for flag in [NAME, COMMENT] {
            if flags & flag != 0 {
                skip_text(input)?;
            }
        }
        if flags & CHECKSUM != 0 {
            take::<2>(input)?;
        }
        self.inflate.restart();
        self.crc.reset();
        self.size = 0;
        self.state = State::Body;
        Ok(())
    }

    fn trailer(&mut self, input: &mut dyn Source) -> Result<(), Fault> {
        let crc = u32::from_le_bytes(take(input)?);
        let size = u32::from_le_bytes(take(input)?);
        self.state = State::Next;
        let right = crc == self.crc.clone().finalize() && size == self.size;
        if right { Ok(()) } else { Err(Fault::Checksum) }
    }
}

/// Steps behind the next NUL.
fn skip_text(input: &mut dyn Source) -> Result<(), Fault> {
    loop {
        let lent = input.fill(1)?;
        if lent.is_empty() {
            return Err(Fault::Truncated);
        }
        let end = lent.iter().position(|&byte| byte == 0);
        let count = end.map_or(lent.len(), |at| at + 1);
        input.consume(count);
        if end.is_some() {
            return Ok(());
        }
    }
}
