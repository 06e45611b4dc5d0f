//! 7z, property by property.

use liblzma::stream::{Action, Filters, LzmaOptions, Stream};

/// How the files of a folder are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder7z {
    /// As they are.
    Copy,
    /// LZMA.
    Lzma,
    /// LZMA2 behind the filter for x86 code.
    X86Lzma2,
    /// Deflated.
    Deflate,
    /// bzip2.
    Bzip2,
    /// Said to be `PPMd`; the bytes are as they are.
    Ppmd,
    /// Said to be the filter BCJ2, which has four inputs; the bytes are as they are.
    Bcj2,
}

/// Packs with LZMA; properties and bare data with an end marker.
///
/// # Panics
///
/// Never: the options are those of a preset.
pub(super) fn lzma1(content: &[u8]) -> ([u8; 5], Vec<u8>) {
    let mut options = LzmaOptions::new_preset(1).expect("a preset");
    options.dict_size(1 << 16);
    let mut filters = Filters::new();
    filters.lzma1(&options);
    // Literal context 3, position 0, position bits 2; the dictionary.
    ([93, 0, 0, 1, 0], encode(&filters, content))
}

fn encode(filters: &Filters, content: &[u8]) -> Vec<u8> {
    let mut stream = Stream::new_raw_encoder(filters).expect("filters that go together");
    let mut out = Vec::with_capacity(content.len() + content.len() / 2 + 4096);
    loop {
        let at = stream.total_in() as usize;
        let status = stream.process_vec(&content[at..], &mut out, Action::Finish);
        if status.expect("room for all of it") == liblzma::stream::Status::StreamEnd {
            return out;
        }
        out.reserve(1 << 16);
    }
}

/// Coders of a folder, as bytes, what each gives out, and the packed bytes.
fn pack(method: Folder7z, content: &[u8]) -> (Vec<u8>, usize, Vec<u8>) {
    match method {
        Folder7z::Copy => (b"\x01\x01\x00".to_vec(), 1, content.to_vec()),
        Folder7z::Lzma => {
            let (properties, packed) = lzma1(content);
            ([b"\x01\x23\x03\x01\x01\x05".as_slice(), &properties].concat(), 1, packed)
        }
        Folder7z::X86Lzma2 => {
            let mut options = LzmaOptions::new_preset(1).expect("a preset");
            options.dict_size(1 << 16);
            let mut filters = Filters::new();
            filters.x86().lzma2(&options);
            // The filter first; its input is what LZMA2 gives out.
            let coders = b"\x02\x04\x03\x03\x01\x03\x21\x21\x01\x08\x00\x01";
            (coders.to_vec(), 2, encode(&filters, content))
        }
        Folder7z::Deflate => {
            let entry = super::ZipEntry::new("", content, super::ZipMethod::Deflate);
            (b"\x01\x03\x04\x01\x08".to_vec(), 1, entry.packed)
        }
        Folder7z::Bzip2 => (b"\x01\x03\x04\x02\x02".to_vec(), 1, super::bzip2(content)),
        Folder7z::Ppmd => (b"\x01\x23\x03\x04\x01\x05\x06\0\0\0\x01".to_vec(), 1, content.to_vec()),
        Folder7z::Bcj2 => {
            (b"\x01\x14\x03\x03\x01\x1b\x04\x01\0\x01\x02\x03".to_vec(), 1, content.to_vec())
        }
    }
}

/// An archive of one folder.
pub fn sevenz(files: &[(&str, &[u8])], method: Folder7z) -> Vec<u8> {
    let (packed, header) = parts(files, method);
    assemble(&packed, &header)
}

/// The same, and each file was changed at `time`: steps of 100 nanoseconds since 1601.
pub fn sevenz_dated(files: &[(&str, &[u8])], method: Folder7z, time: u64) -> Vec<u8> {
    let (packed, mut header) = parts(files, method);
    // In front of the end of the list of properties and that of the header.
    header.truncate(header.len() - 2);
    header.push(0x14);
    number(&mut header, 2 + 8 * files.len() as u64);
    header.extend_from_slice(&[1, 0]);
    header.extend(files.iter().flat_map(|_| time.to_le_bytes()));
    header.extend_from_slice(&[0, 0]);
    assemble(&packed, &header)
}

/// The same with its header packed.
pub fn sevenz_packed_header(files: &[(&str, &[u8])], method: Folder7z) -> Vec<u8> {
    let (mut packed, header) = parts(files, method);
    let at = packed.len() as u64;
    let (coders, _, body) = pack(Folder7z::Lzma, &header);
    packed.extend_from_slice(&body);
    let mut outer = vec![0x17, 0x06];
    number(&mut outer, at);
    outer.extend_from_slice(&[1, 0x09]);
    number(&mut outer, body.len() as u64);
    outer.extend_from_slice(&[0, 0x07, 0x0b, 1, 0]);
    outer.extend_from_slice(&coders);
    outer.push(0x0c);
    number(&mut outer, header.len() as u64);
    outer.extend_from_slice(&[0, 0]);
    assemble(&packed, &outer)
}

/// An archive whose header needs a password.
pub fn sevenz_encrypted() -> Vec<u8> {
    let header = b"\x17\x06\x00\x01\x09\x10\x00\x07\x0b\x01\x00\x01\x24\x06\xf1\x07\x01\x01\x00\x0c\x10\x00\x00";
    assemble(&[0x5a; 16], header)
}

fn parts(files: &[(&str, &[u8])], method: Folder7z) -> (Vec<u8>, Vec<u8>) {
    let content: Vec<u8> = files.iter().flat_map(|(_, content)| content.to_vec()).collect();
    let (coders, outputs, packed) = pack(method, &content);
    let streams = if method == Folder7z::Bcj2 { 4 } else { 1 };
    let mut header = vec![0x01, 0x04, 0x06, 0, streams, 0x09];
    number(&mut header, packed.len() as u64);
    header.extend((1..streams).map(|_| 0));
    header.extend_from_slice(&[0, 0x07, 0x0b, 1, 0]);
    header.extend_from_slice(&coders);
    header.push(0x0c);
    for _ in 0..outputs {
        number(&mut header, content.len() as u64);
    }
    header.extend_from_slice(&[0, 0x08, 0x0d]);
    number(&mut header, files.len() as u64);
    header.push(0x09);
    for (_, content) in &files[..files.len().saturating_sub(1)] {
        number(&mut header, content.len() as u64);
    }
    header.extend_from_slice(&[0x0a, 1]);
    for (_, content) in files {
        header.extend_from_slice(&crc32fast::hash(content).to_le_bytes());
    }
    header.extend_from_slice(&[0, 0, 0x05]);
    number(&mut header, files.len() as u64);
    let mut names = vec![0];
    for (name, _) in files {
        names.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    }
    header.push(0x11);
    number(&mut header, names.len() as u64);
    header.append(&mut names);
    header.extend_from_slice(&[0, 0]);
    (packed, header)
}

fn number(out: &mut Vec<u8>, value: u64) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        out.push(0xff);
        out.extend_from_slice(&value.to_le_bytes());
    }
}

fn assemble(packed: &[u8], header: &[u8]) -> Vec<u8> {
    let mut start = Vec::new();
    start.extend_from_slice(&(packed.len() as u64).to_le_bytes());
    start.extend_from_slice(&(header.len() as u64).to_le_bytes());
    start.extend_from_slice(&crc32fast::hash(header).to_le_bytes());
    let crc = crc32fast::hash(&start).to_le_bytes();
    [b"7z\xbc\xaf\x27\x1c\x00\x04".as_slice(), &crc, &start, packed, header].concat()
}
