//! Where the files of a tar are, so that a part of it can be read on its own.

use std::collections::BTreeMap;

use crate::formats::tar::header::{BLOCK, Header};
use crate::formats::tar::pax::Extended;
use crate::source::{Buffers, ReadSeek, SeekRandom, Source, Window, take_bytes};
use crate::time::meaningful;

/// Files of an index, at most.
const FILES_MAX: usize = 1 << 18;

/// Bytes of a header that says more of the next entry, at most.
const EXTENSION_BYTES_MAX: u64 = 1 << 20;

/// Links that lead to links.
const LINKS_MAX: usize = 8;

/// A file's place in the tar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TarPlace {
    /// Offset of its first byte.
    pub at: u64,
    /// Its length.
    pub size: u64,
    /// Seconds since 1970 of its last change, where the tar says so.
    pub modified: Option<i64>,
}

/// The files of a plain tar by name. Links between layers, which old programs wrote, are resolved.
#[derive(Debug, Default)]
pub struct TarIndex {
    files: BTreeMap<Vec<u8>, TarPlace>,
    /// The full name that a link stands for.
    links: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl TarIndex {
    /// Reads the headers of a tar as far as they are right; `None` if not even the first is.
    pub fn read(reader: &mut dyn ReadSeek) -> Option<Self> {
        let random = SeekRandom::new(reader).ok()?;
        let buffers = Buffers::default();
        let mut window = Window::new(&random, 0, u64::MAX, buffers.take());
        let mut index = Self::default();
        let mut extended = Extended::default();
        let mut is_tar = false;
        while let Ok(lent) = window.fill(BLOCK)
            && let Some(block) = lent.first_chunk::<BLOCK>().copied()
            && let Some(header) = Header::parse(&block)
            && let Some(stated) = header.size()
            && index.files.len() + index.links.len() < FILES_MAX
        {
            is_tar = true;
            window.consume(BLOCK);
            let kind = header.kind();
            let is_extension = matches!(kind, b'x' | b'X' | b'L' | b'K');
            let (mut size, mut taken) = (stated, 0);
            if is_extension && size <= EXTENSION_BYTES_MAX {
                let Ok(bytes) = take_bytes(&mut window, size as usize) else { break };
                extend(&mut extended, kind, &bytes);
                taken = size;
            } else if !is_extension && kind != b'g' {
                size = extended.size.unwrap_or(stated);
                index.add(&header, (window.position(), size), std::mem::take(&mut extended));
            }
            let left = size.checked_next_multiple_of(BLOCK as u64)? - taken;
            if window.skip(left).ok()? < left {
                break;
            }
        }
        is_tar.then_some(index)
    }

    /// Notes an entry whose data are at `place`.
    fn add(&mut self, header: &Header<'_>, place: (u64, u64), extended: Extended) {
        let mut name = Vec::new();
        header.name(&mut name);
        let name = extended.path.unwrap_or(name);
        let Some(key) = joined(b"", &name) else { return };
        let link = extended.link.unwrap_or_else(|| header.link().to_vec());
        let (at, size) = place;
        match header.kind() {
            b'0' | b'7' | 0 => {
                let modified = extended.modified.or(header.modified()).and_then(meaningful);
                self.files.insert(key, TarPlace { at, size, modified });
            }
            // A hard link names an entry, a symbolic one a way from its own folder.
            b'1' => drop(joined(b"", &link).map(|target| self.links.insert(key, target))),
            b'2' => {
                let end = key.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                drop(joined(&key[..end], &link).map(|target| self.links.insert(key, target)));
            }
            _ => {}
        }
    }

    /// Where a file is.
    pub fn get(&self, name: &str) -> Option<TarPlace> {
        let mut name = joined(b"", name.as_bytes())?;
        for _ in 0..=LINKS_MAX {
            if let Some(place) = self.files.get(&name) {
                return Some(*place);
            }
            name.clone_from(self.links.get(&name)?);
        }
        None
    }
}

/// What a header says of the entry behind it.
fn extend(extended: &mut Extended, kind: u8, bytes: &[u8]) {
    let text = || bytes.split(|&byte| byte == 0).next().unwrap_or_default().to_vec();
    match kind {
        b'L' => extended.path = Some(text()),
        b'K' => extended.link = Some(text()),
        // What was read in front of damage counts.
        _ => drop(extended.read(bytes)),
    }
}

/// A path from a folder without `.` and `..`; `None` where it leads out of the archive.
fn joined(folder: &[u8], path: &[u8]) -> Option<Vec<u8>> {
    let from = if path.first() == Some(&b'/') { &b""[..] } else { folder };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in from.split(|&byte| byte == b'/').chain(path.split(|&byte| byte == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join(&b'/'))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A header and its data, padded.
    fn entry(name: &str, kind: u8, link: &str, (stated, data): (u64, &[u8])) -> Vec<u8> {
        let mut block = [0_u8; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{stated:011o}").as_bytes());
        block[148..156].fill(b' ');
        block[156] = kind;
        block[157..157 + link.len()].copy_from_slice(link.as_bytes());
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let mut bytes = block.to_vec();
        bytes.extend_from_slice(data);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        bytes
    }

    fn index(entries: &[Vec<u8>]) -> TarIndex {
        TarIndex::read(&mut Cursor::new(entries.concat())).expect("a tar")
    }

    #[test]
    fn links_lead_from_their_folder_and_hard_ones_from_the_top() {
        let file = |name| entry(name, b'0', "", (3, b"abc"));
        let link = |name, kind, to| entry(name, kind, to, (0, b""));
        let index = index(&[
            file("a/layer.tar"),
            link("b/layer.tar", b'2', "../a/layer.tar"),
            link("c/layer.tar", b'2', "../b/./layer.tar"),
            link("d/layer.tar", b'1', "a/layer.tar"),
            link("a/same.tar", b'2', "layer.tar"),
            link("out.tar", b'2', "../../etc/passwd"),
            link("x", b'2', "y"),
            link("y", b'2', "x"),
        ]);
        let want = index.get("a/layer.tar");
        assert!(want.is_some());
        for name in ["b/layer.tar", "c/layer.tar", "d/layer.tar", "a/same.tar", "./a//layer.tar"] {
            assert_eq!(index.get(name), want, "{name}");
        }
        for name in ["out.tar", "x", "../a/layer.tar", "none"] {
            assert_eq!(index.get(name), None, "{name}");
        }
    }

    /// Go writes the size of what is larger than 8 GiB into an extended header alone.
    #[test]
    fn extended_headers_state_size_and_name() {
        let record = |text: &str| {
            let len = text.len() + 4;
            format!("{len} {text}\n").into_bytes()
        };
        let mut records = record("size=1000");
        records.extend(record(&format!("path=./{}", "n".repeat(80))));
        let length = records.len() as u64;
        let long = "m".repeat(120);
        let index = index(&[
            entry("pax", b'x', "", (length, &records)),
            entry("short", b'0', "", (0, &[b'x'; 1000])),
            entry("././@LongLink", b'L', "", (121, format!("{long}\0").as_bytes())),
            entry("mmm", b'0', "", (2, b"ok")),
        ]);
        let first = index.get(&"n".repeat(80)).expect("the long name");
        assert_eq!((first.at, first.size), (3 * BLOCK as u64, 1000));
        assert_eq!(index.get(&long).map(|place| place.size), Some(2));
        assert_eq!(index.get("short"), None);
    }
}
