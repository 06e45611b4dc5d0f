//! Compressed streams.

use std::io::Write;

/// Why writing into memory cannot fail.
const MEMORY: &str = "memory takes all that is written";

/// One gzip member.
///
/// # Panics
///
/// Never.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect(MEMORY);
    encoder.finish().expect(MEMORY)
}

/// Deflated data in the frame of zlib.
///
/// # Panics
///
/// Never.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect(MEMORY);
    encoder.finish().expect(MEMORY)
}

/// One bzip2 stream.
///
/// # Panics
///
/// Never.
pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).expect(MEMORY);
    encoder.finish().expect(MEMORY)
}

/// One xz stream.
///
/// # Panics
///
/// Never.
pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).expect(MEMORY);
    encoder.finish().expect(MEMORY)
}

/// One zstd frame with a checksum.
///
/// # Panics
///
/// Never.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).expect(MEMORY);
    encoder.include_checksum(true).expect(MEMORY);
    encoder.write_all(bytes).expect(MEMORY);
    encoder.finish().expect(MEMORY)
}

/// One lz4 frame.
///
/// # Panics
///
/// Never.
pub fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).expect(MEMORY);
    encoder.finish().expect(MEMORY)
}
