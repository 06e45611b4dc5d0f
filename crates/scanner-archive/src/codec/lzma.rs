//! LZMA in its frames: xz streams, and the bare data with their filters that 7z and zip hold.

use liblzma::stream::{Action, Error, Filters, Status, Stream};

use super::{Step, Stepwise};
use crate::outcome::Fault;

/// What a decoder takes beside its dictionary.
const OWN_BYTES: u64 = 1 << 20;
/// The dictionary that is assumed where none is stated in the first bytes.
const DICTIONARY_DEFAULT: u64 = 8 << 20;
/// Magic of an xz stream.
pub(crate) const XZ_MAGIC: &[u8] = b"\xfd7zXZ\0";

/// One stream.
pub(crate) struct Lzma {
    stream: Stream,
    /// Bytes that are still to come, where the data have no end of their own.
    left: Option<u64>,
}

impl Lzma {
    /// One xz stream.
    pub(crate) fn xz(bytes_max: u64) -> Result<Self, Fault> {
        let stream = Stream::new_stream_decoder(bytes_max, 0).map_err(fault)?;
        Ok(Self { stream, left: None })
    }

    /// Bare data behind these filters, `size` bytes once decoded, where that is known.
    pub(crate) fn raw(filters: &Filters, size: Option<u64>) -> Result<Self, Fault> {
        Ok(Self { stream: Stream::new_raw_decoder(filters).map_err(fault)?, left: size })
    }
}

impl Stepwise for Lzma {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        if self.left == Some(0) {
            return Ok(Step { taken: 0, given: 0, done: true });
        }
        let room = self.left.map_or(output.len(), |left| {
            usize::try_from(left).unwrap_or(usize::MAX).min(output.len())
        });
        let (taken, given) = (self.stream.total_in(), self.stream.total_out());
        let action = if input.is_empty() { Action::Finish } else { Action::Run };
        let status = self.stream.process(input, &mut output[..room], action).map_err(fault)?;
        let given = self.stream.total_out() - given;
        self.left = self.left.map(|left| left - given);
        Ok(Step {
            taken: (self.stream.total_in() - taken) as usize,
            given: given as usize,
            done: matches!(status, Status::StreamEnd),
        })
    }
}

fn fault(error: Error) -> Fault {
    match error {
        Error::MemLimit | Error::Mem => Fault::Memory,
        Error::Options => Fault::Unsupported,
        _ => Fault::Damaged,
    }
}

/// The memory that an xz stream beginning with `head` asks for.
pub(crate) fn xz_memory(head: &[u8]) -> u64 {
    xz_dictionary(head).unwrap_or(DICTIONARY_DEFAULT).saturating_add(OWN_BYTES)
}

/// The dictionary that the first block's header states.
fn xz_dictionary(head: &[u8]) -> Option<u64> {
    let block = head.get(12..)?;
    let flags = *block.get(1)?;
    let mut at = 2;
    for bit in [0x40, 0x80] {
        if flags & bit != 0 {
            number(block, &mut at)?;
        }
    }
    for _ in 0..=(flags & 3) {
        let id = number(block, &mut at)?;
        let size = usize::try_from(number(block, &mut at)?).ok()?;
        let properties = block.get(at..at.checked_add(size)?)?;
        at += size;
        if id == 0x21 {
            return lzma2_dictionary(*properties.first()?);
        }
    }
    None
}

/// A number of xz: seven bits a byte, the lowest first.
fn number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// What the property byte of LZMA2 says.
pub(crate) fn lzma2_dictionary(property: u8) -> Option<u64> {
    match property {
        0..40 => Some((2 | u64::from(property & 1)) << (property / 2 + 11)),
        40 => Some(u64::from(u32::MAX)),
        _ => None,
    }
}

/// The memory of a decoder with a dictionary of this size.
pub(crate) const fn memory(dictionary: u64) -> u64 {
    dictionary.saturating_add(OWN_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries() {
        assert_eq!(lzma2_dictionary(0), Some(4096));
        assert_eq!(lzma2_dictionary(22), Some(8 << 20));
        assert_eq!(lzma2_dictionary(41), None);
        let head = b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x1c\0\0\0\x10\xcf\x58\xcc";
        assert_eq!(xz_dictionary(head), Some(64 << 20));
        assert_eq!(xz_dictionary(b"\xfd7zXZ\0"), None);
    }
}
