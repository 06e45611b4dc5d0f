//! Loose objects: one zlib-compressed file each, in 256 folders by the first byte of the id.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use flate2::{Decompress, FlushDecompress};

use crate::damage::Damage;
use crate::mapped::{FileBytes, is_absent};
use crate::oid::{ObjectFormat, ObjectKind, Oid};
use crate::pack::inflate::{Inflater, is_possible};
use crate::spill::{Buffer, BufferPool};

/// Longest header: kind, blank, twenty digits, NUL.
const HEADER_BYTES_MAX: usize = 32;

/// The loose objects of several object folders.
#[derive(Debug)]
pub(crate) struct LooseObjects {
    folders: Vec<PathBuf>,
    format: ObjectFormat,
}

/// The first bytes of ids for which `folder` has a folder; all where it cannot be listed, for what lies below may be
/// listed all the same.
fn first_bytes(folder: &Path) -> Vec<u8> {
    let of_name = |entry: io::Result<fs::DirEntry>| -> io::Result<Option<u8>> {
        let name = entry?.file_name();
        let hex = name.to_str().filter(|name| name.len() == 2);
        Ok(hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()))
    };
    let listed = fs::read_dir(folder)
        .and_then(|entries| entries.map(of_name).filter_map(io::Result::transpose).collect());
    let mut bytes: Vec<u8> = listed.unwrap_or_else(|_| (0..=255).collect());
    bytes.sort_unstable();
    bytes.dedup();
    bytes
}

/// A loose object: header and bytes.
pub(crate) struct LooseObject {
    pub(crate) kind: ObjectKind,
    pub(crate) buffer: Buffer,
    /// Where the bytes begin.
    pub(crate) start: usize,
}

impl LooseObjects {
    pub(crate) fn new(folders: Vec<PathBuf>, format: ObjectFormat) -> Self {
        Self { folders, format }
    }

    /// Where they lie.
    pub(crate) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Ids of all loose objects, sorted, each once; folders that cannot be listed are in the second part.
    pub(crate) fn list(&self) -> (Vec<Oid>, Vec<(PathBuf, io::Error)>) {
        let mut oids = Vec::new();
        let mut failed = Vec::new();
        for folder in &self.folders {
            for byte in first_bytes(folder) {
                let path = folder.join(format!("{byte:02x}"));
                if let Err(error) = self.list_folder(&path, byte, &mut oids)
                    && !is_absent(&error)
                {
                    failed.push((path, error));
                }
            }
        }
        oids.sort_unstable();
        oids.dedup();
        (oids, failed)
    }

    fn list_folder(&self, path: &Path, byte: u8, oids: &mut Vec<Oid>) -> io::Result<()> {
        for entry in fs::read_dir(path)? {
            let name = entry?.file_name();
            let hex = format!("{byte:02x}{}", name.to_string_lossy());
            // Temporary files of git have other names.
            oids.extend(Oid::from_hex(hex.as_bytes()).filter(|oid| oid.format() == self.format));
        }
        Ok(())
    }

    /// Whether there is a file for it.
    pub(crate) fn contains(&self, oid: &Oid) -> bool {
        self.paths(oid).any(|path| path.exists())
    }

    /// Reads an object; [`Damage::Missing`] if there is no file for it.
    pub(crate) fn read(
        &self,
        oid: &Oid,
        inflater: &mut Inflater,
        pool: &mut BufferPool,
    ) -> Result<LooseObject, Damage> {
        let mut worst = Damage::Missing;
        for path in self.paths(oid) {
            let object = match FileBytes::map(&path) {
                Ok(file) => inflated(&file, inflater, pool),
                Err(error) if is_absent(&error) => continue,
                Err(_) => Err(Damage::ReadError),
            };
            match object {
                Ok(object) => return Ok(object),
                Err(damage) => worst = damage,
            }
        }
        Err(worst)
    }

    /// Kind of an object, from its header.
    pub(crate) fn kind(&self, oid: &Oid) -> Option<ObjectKind> {
        self.paths(oid).find_map(|path| {
            let file = FileBytes::map(&path).ok()?;
            header(&file).ok().map(|header| header.kind)
        })
    }

    fn paths(&self, oid: &Oid) -> impl Iterator<Item = PathBuf> {
        let hex = oid.to_string();
        self.folders.iter().map(move |folder| folder.join(&hex[..2]).join(&hex[2..]))
    }
}

struct Header {
    kind: ObjectKind,
    size: u64,
    /// Length of the header itself.
    bytes: usize,
}

fn header(file: &[u8]) -> Result<Header, Damage> {
    let mut start = [0; HEADER_BYTES_MAX];
    let mut inflate = Decompress::new(true);
    inflate.decompress(file, &mut start, FlushDecompress::None).map_err(|_| Damage::CorruptZlib)?;
    let start = &start[..inflate.total_out() as usize];
    let end = start.iter().position(|byte| *byte == 0).ok_or(Damage::BadHeader)?;
    let mut words = start[..end].splitn(2, |byte| *byte == b' ');
    let kind = words.next().and_then(ObjectKind::from_name).ok_or(Damage::BadHeader)?;
    let digits = words.next().filter(|digits| digits.iter().all(u8::is_ascii_digit));
    let size = digits
        .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
        .ok_or(Damage::BadHeader)?;
    Ok(Header { kind, size, bytes: end + 1 })
}

fn inflated(
    file: &[u8],
    inflater: &mut Inflater,
    pool: &mut BufferPool,
) -> Result<LooseObject, Damage> {
    let Header { kind, size, bytes } = header(file)?;
    let total = size.checked_add(bytes as u64).ok_or(Damage::BadHeader)?;
    if !is_possible(file.len(), total) {
        return Err(Damage::WrongSize);
    }
    let mut buffer = pool.take(total)?;
    match inflater.inflate(file, buffer.bytes_mut()) {
        Ok(()) => Ok(LooseObject { kind, buffer, start: bytes }),
        Err(damage) => {
            pool.give(buffer);
            Err(damage)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::limits::Limits;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(file: &[u8]) -> Result<(ObjectKind, Vec<u8>), Damage> {
        let mut pool = BufferPool::new(&Limits::default().pack, std::env::temp_dir());
        let object = inflated(file, &mut Inflater::new(), &mut pool)?;
        Ok((object.kind, object.buffer.bytes()[object.start..].to_vec()))
    }

    #[test]
    fn headers_are_believed_only_if_true() {
        assert_eq!(read(&deflated(b"blob 3\0abc")), Ok((ObjectKind::Blob, b"abc".to_vec())));
        assert_eq!(read(&deflated(b"tag 0\0")), Ok((ObjectKind::Tag, Vec::new())));
        assert_eq!(read(&deflated(b"blob 4\0abc")), Err(Damage::WrongSize));
        assert_eq!(read(&deflated(b"blob 2\0abc")), Err(Damage::WrongSize));
        assert_eq!(read(&deflated(b"blob 99999999999\0abc")), Err(Damage::WrongSize));
        assert_eq!(read(&deflated(b"blub 3\0abc")), Err(Damage::BadHeader));
        assert_eq!(read(&deflated(b"blob +3\0abc")), Err(Damage::BadHeader));
        assert_eq!(read(&deflated(b"blob 3")), Err(Damage::BadHeader));
        assert_eq!(read(b"blob 3\0abc"), Err(Damage::CorruptZlib));
        assert_eq!(read(b""), Err(Damage::BadHeader));
    }

    #[test]
    fn any_byte_may_be_wrong() {
        let good = deflated(b"blob 40\0abcdefghijabcdefghijabcdefghij0123456789");
        for at in 0..good.len() {
            for flip in [1, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= flip;
                let _ = read(&bad);
                let _ = read(&bad[..at]);
            }
        }
    }
}
