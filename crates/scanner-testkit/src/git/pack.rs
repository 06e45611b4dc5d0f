//! Packs and their indexes written by hand: what git would never write, and what needs no git to be written.
//!
//! Nothing is checked: sizes, bases and ids are what the caller says.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha1::{Digest as _, Sha1};

/// A pack under way.
#[derive(Clone, Debug)]
pub struct PackMaker {
    bytes: Vec<u8>,
    count: u32,
}

impl Default for PackMaker {
    fn default() -> Self {
        Self { bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(), count: 0 }
    }
}

impl PackMaker {
    /// Appends an entry: its kind as packs number them, the size it claims, what names its base, and what is stored. Gives
    /// its offset.
    pub fn entry(&mut self, kind: u8, size: u64, base: &[u8], stored: &[u8]) -> u64 {
        let offset = self.bytes.len() as u64;
        let mut first = kind << 4 | (size & 15) as u8;
        let mut rest = size >> 4;
        while rest > 0 {
            self.bytes.push(first | 0x80);
            first = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.bytes.push(first);
        self.bytes.extend_from_slice(base);
        self.bytes.extend(zlib(stored, Compression::fast()));
        self.count += 1;
        offset
    }

    /// How far back a base lies, as an entry writes it.
    pub fn distance(mut back: u64) -> Vec<u8> {
        let mut digits = vec![(back & 0x7f) as u8];
        while back > 0x7f {
            back = (back >> 7) - 1;
            digits.push((back & 0x7f) as u8 | 0x80);
        }
        digits.reverse();
        digits
    }

    /// Where the next entry will lie.
    pub fn end(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The pack with its checksum.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes[8..12].copy_from_slice(&self.count.to_be_bytes());
        let sum = Sha1::digest(&self.bytes);
        self.bytes.extend_from_slice(&sum);
        self.bytes
    }
}

/// An index of version 2 that gives these ids to these offsets.
pub fn idx(mut ids: Vec<(Vec<u8>, u64)>) -> Vec<u8> {
    ids.sort();
    let mut idx = b"\xfftOc\0\0\0\x02".to_vec();
    idx.extend(fan_out(&ids));
    idx.extend(ids.iter().flat_map(|(id, _)| id));
    idx.resize(idx.len() + ids.len() * 4, 0);
    idx.extend(ids.iter().flat_map(|(_, at)| (*at as u32).to_be_bytes()));
    idx.resize(idx.len() + 40, 0);
    idx
}

/// An index of version 1 that does.
pub fn idx_v1(mut ids: Vec<(Vec<u8>, u64)>) -> Vec<u8> {
    ids.sort();
    let mut idx = fan_out(&ids);
    for (id, at) in &ids {
        idx.extend((*at as u32).to_be_bytes());
        idx.extend(id);
    }
    idx.resize(idx.len() + 40, 0);
    idx
}

/// A multi-pack index over one pack, whose index has this name.
pub fn midx(name: &[u8], mut ids: Vec<(Vec<u8>, u64)>) -> Vec<u8> {
    ids.sort();
    let mut names = [name, b"\0"].concat();
    names.resize(names.len().next_multiple_of(4), 0);
    let offsets = ids.iter().flat_map(|(_, at)| [0, *at as u32]);
    let chunks = [
        (*b"PNAM", names),
        (*b"OIDF", fan_out(&ids)),
        (*b"OIDL", ids.iter().flat_map(|(id, _)| id.clone()).collect()),
        (*b"OOFF", offsets.flat_map(u32::to_be_bytes).collect()),
    ];
    let mut midx = b"MIDX\x01\x01\x04\0\0\0\0\x01".to_vec();
    let mut at = (midx.len() + 12 * (chunks.len() + 1)) as u64;
    for (name, bytes) in &chunks {
        midx.extend_from_slice(name);
        midx.extend(at.to_be_bytes());
        at += bytes.len() as u64;
    }
    midx.extend([0; 4]);
    midx.extend(at.to_be_bytes());
    midx.extend(chunks.into_iter().flat_map(|(_, bytes)| bytes));
    midx.resize(midx.len() + 20, 0);
    midx
}

fn fan_out(ids: &[(Vec<u8>, u64)]) -> Vec<u8> {
    let below = |byte: u8| ids.iter().filter(|(id, _)| id[0] <= byte).count() as u32;
    (0..=255).flat_map(|byte| below(byte).to_be_bytes()).collect()
}

/// A zlib stream, as loose objects and entries of packs are stored.
pub fn zlib(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
