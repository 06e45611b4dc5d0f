//! Cutting a stream into chunks that overlap, in one buffer that is reused for every object.

use std::io::{self, Cursor, Read, Seek};
use std::ops::ControlFlow;

use scanner_archive::ReadSeek;
use scanner_core::{Chunk, FileId};
use scanner_fs::{Filled, OpenFile};

/// Gives bytes from front to back.
pub(crate) trait ByteSource {
    /// Fills the buffer as far as the object reaches.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn fill(&mut self, buf: &mut [u8]) -> io::Result<Filled>;

    /// Goes back to the start; `false` where that cannot be.
    fn rewind(&mut self) -> bool {
        false
    }

    /// The source as something that an archive can be read from out of order.
    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        None
    }
}

/// A source as a plain reader.
pub(crate) struct SourceReader<'a>(pub(crate) &'a mut dyn ByteSource);

impl Read for SourceReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.fill(into).map(|filled| filled.bytes)
    }
}

impl ByteSource for OpenFile {
    fn fill(&mut self, buf: &mut [u8]) -> io::Result<Filled> {
        Self::fill(self, buf)
    }

    fn rewind(&mut self) -> bool {
        Seek::rewind(self).is_ok()
    }

    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        Some(self)
    }
}

/// Any reader as a source.
#[derive(Debug)]
pub(crate) struct ReadSource<R>(pub(crate) R);

impl<R: Read> ByteSource for ReadSource<R> {
    fn fill(&mut self, buf: &mut [u8]) -> io::Result<Filled> {
        let mut bytes = 0;
        while bytes < buf.len() {
            match self.0.read(&mut buf[bytes..]) {
                Ok(0) => return Ok(Filled { bytes, at_end: true }),
                Ok(count) => bytes += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Filled { bytes, at_end: false })
    }
}

/// Bytes that are in memory already.
#[derive(Debug)]
pub(crate) struct SliceSource<'a>(Cursor<&'a [u8]>);

impl<'a> SliceSource<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(Cursor::new(bytes))
    }
}

impl ByteSource for SliceSource<'_> {
    fn fill(&mut self, buf: &mut [u8]) -> io::Result<Filled> {
        let bytes = self.0.read(buf)?;
        Ok(Filled { bytes, at_end: bytes < buf.len() })
    }

    fn rewind(&mut self) -> bool {
        self.0.set_position(0);
        true
    }

    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        Some(&mut self.0)
    }
}

/// Cuts bytes in memory as a [`Chunker`] cuts a stream, and copies none.
pub(crate) fn cut_slice(
    file_id: FileId,
    bytes: &[u8],
    (payload, overlap): (usize, usize),
    each: &mut dyn FnMut(&Chunk<'_>, usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let (mut base, mut prefix) = (0, 0);
    while base + prefix < bytes.len() {
        let end = bytes.len().min(base + payload + overlap);
        let is_last = end == bytes.len();
        let data = &bytes[base..end];
        let base_offset = base as u64;
        let chunk = Chunk { file_id, base_offset, prefix_len: prefix as u32, is_last, data };
        prefix = if is_last { 0 } else { overlap.min(data.len()) };
        each(&chunk, prefix)?;
        base = end - prefix;
    }
    ControlFlow::Continue(())
}

/// The buffer of one worker. The overlap of the chunk before stands in front of what is read next.
#[derive(Debug)]
pub(crate) struct Chunker {
    buf: Vec<u8>,
    overlap: usize,
}

/// What became of a stream.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    /// Bytes read.
    pub(crate) bytes: u64,
    /// The error that ended it early.
    pub(crate) error: Option<io::Error>,
    /// Whether the caller ended it early.
    pub(crate) stopped: bool,
}

impl Chunker {
    /// A buffer for chunks of `payload` new bytes each, with an overlap of a byte at least: a stream that ends
    /// where a chunk is full ends with a chunk of nothing but overlap. Pages that no object reaches are never touched.
    pub(crate) fn new(payload: usize, overlap: usize) -> Self {
        Self { buf: vec![0; payload + overlap], overlap }
    }

    /// Whether this is the stand-in that a panic left behind; it would read nothing.
    pub(crate) fn is_spent(&self) -> bool {
        self.buf.is_empty()
    }

    /// Cuts `source` and hands each chunk to `each`, which also learns how many bytes at the chunk's end the
    /// next one repeats.
    pub(crate) fn cut(
        &mut self,
        file_id: FileId,
        source: &mut dyn ByteSource,
        each: &mut dyn FnMut(&Chunk<'_>, usize) -> ControlFlow<()>,
    ) -> Cut {
        let mut cut = Cut::default();
        let mut prefix = 0;
        let mut base_offset = 0;
        loop {
            let (bytes, is_last) = match source.fill(&mut self.buf[prefix..]) {
                Ok(filled) => (filled.bytes, filled.at_end),
                Err(error) => {
                    cut.error = Some(error);
                    (0, true)
                }
            };
            cut.bytes += bytes as u64;
            let len = prefix + bytes;
            if len == 0 {
                return cut;
            }
            let data = &self.buf[..len];
            let chunk = Chunk { file_id, base_offset, prefix_len: prefix as u32, is_last, data };
            let keep = if is_last { 0 } else { self.overlap.min(len) };
            if each(&chunk, keep).is_break() {
                cut.stopped = true;
                return cut;
            }
            if is_last {
                return cut;
            }
            self.buf.copy_within(len - keep..len, 0);
            base_offset += (len - keep) as u64;
            prefix = keep;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Base offset, prefix, whether it is the last, bytes.
    type Seen = (u64, usize, bool, Vec<u8>);

    fn cut(data: &[u8], payload: usize, overlap: usize) -> (Vec<Seen>, Cut) {
        let mut chunker = Chunker::new(payload, overlap);
        let mut seen = Vec::new();
        let mut source = ReadSource(data);
        let cut = chunker.cut(FileId::new(1), &mut source, &mut |chunk, keep| {
            assert!(keep <= chunk.data.len());
            seen.push((
                chunk.base_offset,
                chunk.prefix_len as usize,
                chunk.is_last,
                chunk.data.to_vec(),
            ));
            ControlFlow::Continue(())
        });
        (seen, cut)
    }

    #[test]
    fn payloads_put_together_are_the_stream() {
        let data: Vec<u8> = (0..2000u32).map(|n| n as u8).collect();
        for payload in [1, 7, 64, 999, 2000, 5000] {
            for overlap in [1, 50] {
                let (chunks, cut) = cut(&data, payload, overlap);
                let joined: Vec<u8> = chunks
                    .iter()
                    .flat_map(|(_, prefix, _, data)| data[*prefix..].to_vec())
                    .collect();
                assert_eq!(joined, data, "{payload} {overlap}");
                assert_eq!(cut.bytes, 2000);
                for (base, _, _, bytes) in &chunks {
                    let base = *base as usize;
                    assert_eq!(&data[base..base + bytes.len()], &bytes[..]);
                }
                assert!(chunks.last().unwrap().2 && chunks.iter().filter(|c| c.2).count() == 1);
            }
        }
    }

    #[test]
    fn a_slice_is_cut_like_a_stream() {
        let data: Vec<u8> = (0..2000u32).map(|n| n as u8).collect();
        for (payload, overlap) in [(7, 3), (64, 50), (999, 1), (1999, 1), (5000, 10)] {
            let mut joined = Vec::new();
            let mut last = 0;
            let _ = cut_slice(FileId::new(1), &data, (payload, overlap), &mut |chunk, keep| {
                let base = chunk.base_offset as usize;
                assert_eq!(chunk.data, &data[base..base + chunk.data.len()]);
                assert_eq!(keep, if chunk.is_last { 0 } else { overlap });
                joined.extend_from_slice(chunk.payload());
                last += usize::from(chunk.is_last);
                ControlFlow::Continue(())
            });
            assert_eq!((joined == data, last), (true, 1), "{payload} {overlap}");
        }
        let never = &mut |_: &Chunk<'_>, _| panic!("there is no chunk");
        let _ = cut_slice(FileId::new(1), b"", (7, 3), never);
        let mut source = SliceSource::new(&data);
        let mut buf = vec![0; 3000];
        let filled = source.fill(&mut buf).unwrap();
        assert_eq!((filled.bytes, filled.at_end, source.rewind()), (2000, true, true));
    }

    #[test]
    fn an_empty_stream_has_no_chunk() {
        assert!(cut(b"", 10, 5).0.is_empty());
    }
}
