//! zip, record by record.

use std::io::Write;

/// How an entry is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZipMethod {
    /// As it is.
    Stored,
    /// Deflated.
    Deflate,
    /// bzip2.
    Bzip2,
    /// LZMA.
    Lzma,
    /// Zstandard.
    Zstd,
    /// xz.
    Xz,
}

/// An entry as it stands in the archive; every field can be bent.
#[derive(Clone, Debug)]
pub struct ZipEntry {
    /// Its name.
    pub name: Vec<u8>,
    /// Flags: 1 for encrypted, 8 for sizes behind the data.
    pub flags: u16,
    /// The number of its method.
    pub method: u16,
    /// The checksum of its content.
    pub crc: u32,
    /// Its packed bytes.
    pub packed: Vec<u8>,
    /// The length of its content.
    pub size: u64,
    /// Whether its sizes stand in the long form.
    pub long: bool,
    /// Further fields of its record.
    pub extra: Vec<u8>,
}

impl ZipEntry {
    /// An honest entry.
    ///
    /// # Panics
    ///
    /// Never.
    pub fn new(name: &str, content: &[u8], method: ZipMethod) -> Self {
        let (number, packed) = match method {
            ZipMethod::Stored => (0, content.to_vec()),
            ZipMethod::Deflate => {
                let mut encoder =
                    flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(content).expect("memory takes it");
                (8, encoder.finish().expect("memory takes it"))
            }
            ZipMethod::Bzip2 => (12, super::bzip2(content)),
            ZipMethod::Lzma => (14, lzma(content)),
            ZipMethod::Zstd => (93, super::zstd(content)),
            ZipMethod::Xz => (95, super::xz(content)),
        };
        Self {
            name: name.as_bytes().to_vec(),
            flags: 0,
            method: number,
            crc: crc32fast::hash(content),
            packed,
            size: content.len() as u64,
            long: false,
            extra: Vec::new(),
        }
    }

    fn fields(&self) -> Vec<u8> {
        let (packed, size) = if self.long {
            (u32::MAX, u32::MAX)
        } else {
            (self.packed.len() as u32, self.size as u32)
        };
        let known = self.flags & 8 == 0;
        let mut out = Vec::new();
        for word in [if self.long { 45 } else { 20 }, self.flags, self.method, 0x6d32, 0x5234] {
            out.extend_from_slice(&u16::to_le_bytes(word));
        }
        for long in [self.crc, packed, size] {
            out.extend_from_slice(&if known { long } else { 0 }.to_le_bytes());
        }
        out.extend_from_slice(&(self.name.len() as u16).to_le_bytes());
        out
    }

    fn extra(&self) -> Vec<u8> {
        if !self.long {
            return self.extra.clone();
        }
        let mut out = vec![1, 0, 16, 0];
        out.extend_from_slice(&self.size.to_le_bytes());
        out.extend_from_slice(&(self.packed.len() as u64).to_le_bytes());
        out.extend_from_slice(&self.extra);
        out
    }
}

/// Bare LZMA with the header of zip.
fn lzma(content: &[u8]) -> Vec<u8> {
    let (properties, packed) = super::sevenz::lzma1(content);
    [&[9, 4, 5, 0][..], &properties, &packed].concat()
}

/// Writes a zip.
#[derive(Clone, Debug, Default)]
pub struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u64,
    comment: Vec<u8>,
    long: bool,
}

impl Zip {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Adds a deflated file.
    #[must_use]
    pub fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(&ZipEntry::new(name, content, ZipMethod::Deflate))
    }

    /// Adds a file with this method.
    #[must_use]
    pub fn with(self, name: &str, content: &[u8], method: ZipMethod) -> Self {
        self.entry(&ZipEntry::new(name, content, method))
    }

    /// Adds an entry as it is.
    #[must_use]
    pub fn entry(mut self, entry: &ZipEntry) -> Self {
        let at = self.bytes.len() as u64;
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&entry.fields());
        self.bytes.extend_from_slice(&(entry.extra().len() as u16).to_le_bytes());
        self.bytes.extend_from_slice(&entry.name);
        self.bytes.extend_from_slice(&entry.extra());
        self.bytes.extend_from_slice(&entry.packed);
        if entry.flags & 8 != 0 {
            self.bytes.extend_from_slice(b"PK\x07\x08");
            for value in [entry.crc, entry.packed.len() as u32, entry.size as u32] {
                self.bytes.extend_from_slice(&value.to_le_bytes());
            }
        }
        self.record(entry, at)
    }

    /// Adds a record to the directory for data that are at `at` already.
    #[must_use]
    pub fn record(mut self, entry: &ZipEntry, at: u64) -> Self {
        let known = ZipEntry { flags: entry.flags & !8, ..entry.clone() };
        let mut fields = known.fields();
        fields[2..4].copy_from_slice(&entry.flags.to_le_bytes());
        self.directory.extend_from_slice(b"PK\x01\x02\x14\0");
        self.directory.extend_from_slice(&fields);
        self.directory.extend_from_slice(&(entry.extra().len() as u16).to_le_bytes());
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&(at as u32).to_le_bytes());
        self.directory.extend_from_slice(&entry.name);
        self.directory.extend_from_slice(&entry.extra());
        self.entries += 1;
        self
    }

    /// Sets the comment.
    #[must_use]
    pub fn comment(mut self, text: &[u8]) -> Self {
        self.comment = text.to_vec();
        self
    }

    /// Ends with the record of archives over 4 GiB.
    #[must_use]
    pub fn long(mut self) -> Self {
        self.long = true;
        self
    }

    /// The archive without a directory.
    pub fn unfinished(self) -> Vec<u8> {
        self.bytes
    }

    /// The archive.
    pub fn finish(mut self) -> Vec<u8> {
        let (at, size) = (self.bytes.len() as u64, self.directory.len() as u64);
        self.bytes.append(&mut self.directory);
        if self.long {
            let end = self.bytes.len() as u64;
            self.bytes.extend_from_slice(b"PK\x06\x06");
            for value in [44, 0x002d_002d, 0, self.entries, self.entries, size, at] {
                let bytes = u64::to_le_bytes(value);
                let width = if value == 0x002d_002d { 4 } else { 8 };
                self.bytes.extend_from_slice(&bytes[..width]);
            }
            self.bytes.extend_from_slice(b"PK\x06\x07\0\0\0\0");
            self.bytes.extend_from_slice(&end.to_le_bytes());
            self.bytes.extend_from_slice(&[1, 0, 0, 0]);
        }
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        let count = if self.long { u16::MAX } else { self.entries as u16 };
        let (size, at) = if self.long { (u32::MAX, u32::MAX) } else { (size as u32, at as u32) };
        self.bytes.extend_from_slice(&count.to_le_bytes());
        self.bytes.extend_from_slice(&count.to_le_bytes());
        self.bytes.extend_from_slice(&size.to_le_bytes());
        self.bytes.extend_from_slice(&at.to_le_bytes());
        self.bytes.extend_from_slice(&(self.comment.len() as u16).to_le_bytes());
        self.bytes.append(&mut self.comment);
        self.bytes
    }
}
