//! Zstandard frames.

use std::io;

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::{Step, Stepwise};
use crate::outcome::Fault;

/// What a decoder takes beside its window.
const OWN_BYTES: u64 = 1 << 20;
/// Magic of a frame.
pub(crate) const MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";
/// The window that is assumed of data whose first frame is not at hand.
const WINDOW_DEFAULT: u64 = 8 << 20;

/// Decodes frames, one behind the other.
pub(crate) struct Zstd {
    decoder: Decoder<'static>,
    at_start: bool,
}

impl Zstd {
    /// A decoder for data that begin with `head`, and the memory that it takes at most.
    pub(crate) fn new(head: &[u8], bytes_max: u64) -> Result<(Self, u64), Fault> {
        let window = window(head).unwrap_or(WINDOW_DEFAULT).max(1 << 17);
        let log = u64::BITS - (window - 1).leading_zeros();
        let bytes = 1_u64.checked_shl(log).unwrap_or(u64::MAX).saturating_add(OWN_BYTES);
        if bytes > bytes_max || log > 31 {
            return Err(Fault::Memory);
        }
        let mut decoder = Decoder::new().map_err(|_| Fault::Memory)?;
        decoder.set_parameter(DParameter::WindowLogMax(log)).map_err(|_| Fault::Memory)?;
        Ok((Self { decoder, at_start: true }, bytes))
    }
}

/// The window that the first frame asks for.
fn window(head: &[u8]) -> Option<u64> {
    let rest = head.strip_prefix(MAGIC)?;
    let descriptor = *rest.first()?;
    if descriptor & 0x20 == 0 {
        let window = *rest.get(1)?;
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = rest.get(1 + dictionary..)?;
    Some(match descriptor >> 6 {
        0 => u64::from(*size.first()?),
        1 => u64::from(u16::from_le_bytes(size.get(..2)?.try_into().ok()?)) + 256,
        2 => u64::from(u32::from_le_bytes(size.get(..4)?.try_into().ok()?)),
        _ => u64::from_le_bytes(size.get(..8)?.try_into().ok()?),
    })
}

impl Stepwise for Zstd {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        if self.at_start && !begins_frame(input) {
            return Ok(Step { taken: 0, given: 0, done: true });
        }
        let status = self.decoder.run_on_buffers(input, output).map_err(|error| fault(&error))?;
        self.at_start = status.remaining == 0;
        Ok(Step { taken: status.bytes_read, given: status.bytes_written, done: false })
    }
}

/// Whether another frame follows; one that is skipped counts. A magic number that is cut is none.
fn begins_frame(input: &[u8]) -> bool {
    matches!(input, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

fn fault(error: &io::Error) -> Fault {
    let message = error.to_string();
    if message.contains("memory") {
        Fault::Memory
    } else if message.contains("checksum") {
        Fault::Checksum
    } else {
        Fault::Damaged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_of_first_frames() {
        assert_eq!(window(b"\x28\xb5\x2f\xfd\x00\x58"), Some(1 << 21));
        assert_eq!(window(b"\x28\xb5\x2f\xfd\x20\x05"), Some(5));
        assert_eq!(window(b"\x28\xb5\x2f\xfd\x60\x00\x01"), Some(512));
        assert_eq!(window(b"\x28\xb5\x2f\xfd\xe0\xff\xff\xff\xff\xff\xff\xff\xff"), Some(u64::MAX));
        assert_eq!(window(b"\x28\xb5\x2f\xfd"), None);
        assert!(matches!(
            Zstd::new(b"\x28\xb5\x2f\xfd\xe0\xff\xff\xff\xff\xff\xff\xff\xff", 1 << 40),
            Err(Fault::Memory)
        ));
    }
}
