//! tar, header by header.

/// Writes a tar. Every header can be bent before it goes out.
#[derive(Clone, Debug, Default)]
pub struct Tar {
    bytes: Vec<u8>,
}

/// Bytes of a tar block.
const BLOCK: usize = 512;

/// A header of `kind` that announces `size` bytes; its checksum is right.
pub fn tar_header(kind: u8, name: &[u8], size: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let len = name.len().min(100);
    block[..len].copy_from_slice(&name[..len]);
    block[100..108].copy_from_slice(b"0000644\0");
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[136..148].copy_from_slice(b"14371573200\0");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    tar_checksum(&mut block);
    block
}

/// Makes the checksum of a header right.
pub fn tar_checksum(block: &mut [u8; BLOCK]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

impl Tar {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; a name over 100 bytes stands in a GNU entry of its own.
    #[must_use]
    pub fn file(self, name: &str, content: &[u8]) -> Self {
        let long = name.len() > 100;
        let tar = if long { self.member(b'L', b"././@LongLink", name.as_bytes()) } else { self };
        tar.member(b'0', name.as_bytes(), content)
    }

    /// Adds an entry of any kind.
    #[must_use]
    pub fn member(self, kind: u8, name: &[u8], content: &[u8]) -> Self {
        self.raw(&tar_header(kind, name, content.len() as u64)).padded(content)
    }

    /// Adds an extended header with these records.
    #[must_use]
    pub fn pax(self, records: &[(&str, &str)]) -> Self {
        let mut text = Vec::new();
        for (key, value) in records {
            let rest = format!(" {key}={value}\n");
            let mut len = rest.len() + 1;
            while len != rest.len() + len.to_string().len() {
                len = rest.len() + len.to_string().len();
            }
            text.extend_from_slice(format!("{len}{rest}").as_bytes());
        }
        self.member(b'x', b"PaxHeaders/x", &text)
    }

    /// Adds bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Adds bytes and fills the block.
    #[must_use]
    pub fn padded(self, bytes: &[u8]) -> Self {
        let mut tar = self.raw(bytes);
        let len = tar.bytes.len().next_multiple_of(BLOCK);
        tar.bytes.resize(len, 0);
        tar
    }

    /// The archive without an end.
    pub fn unfinished(self) -> Vec<u8> {
        self.bytes
    }

    /// The archive with two blocks of zeros.
    pub fn finish(self) -> Vec<u8> {
        self.raw(&[0; 2 * BLOCK]).bytes
    }
}
