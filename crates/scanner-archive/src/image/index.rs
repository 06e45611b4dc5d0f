//! Where the files of a tar are, so that a part of it can be read on its own.

use std::collections::BTreeMap;

use crate::formats::tar::header::{BLOCK, Header};
use crate::source::{Buffers, ReadSeek, SeekRandom, Source, Window};
use crate::time::meaningful;

/// Files of an index, at most.
const FILES_MAX: usize = 1 << 18;

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
    links: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl TarIndex {
    /// Reads the headers of a tar as far as they are right; `None` if not even the first is.
    pub fn read(reader: &mut dyn ReadSeek) -> Option<Self> {
        let random = SeekRandom::new(reader).ok()?;
        let buffers = Buffers::default();
        let mut window = Window::new(&random, 0, u64::MAX, buffers.take());
        let mut index = Self::default();
        let mut name = Vec::new();
        let mut is_tar = false;
        while let Ok(block) = window.fill(BLOCK)
            && let Some(header) = block.get(..BLOCK).and_then(Header::parse)
            && let Some(size) = header.size()
            && index.files.len() < FILES_MAX
        {
            is_tar = true;
            header.name(&mut name);
            let (kind, link) = (header.kind(), header.link().to_vec());
            let modified = header.modified().and_then(meaningful);
            window.consume(BLOCK);
            let place = TarPlace { at: window.position(), size, modified };
            let key = name.strip_prefix(b"./").unwrap_or(&name).to_vec();
            match kind {
                b'0' | 0 => drop(index.files.insert(key, place)),
                b'1' | b'2' => drop(index.links.insert(key, link)),
                _ => {}
            }
            let padded = size.checked_next_multiple_of(BLOCK as u64)?;
            if window.skip(padded).ok()? < padded {
                break;
            }
        }
        is_tar.then_some(index)
    }

    /// Where a file is.
    pub fn get(&self, name: &str) -> Option<TarPlace> {
        let name = name.as_bytes();
        self.files.get(name).copied().or_else(|| {
            let target = self.links.get(name)?;
            let folder =
                name.iter().rposition(|&byte| byte == b'/').map_or(&b""[..], |at| &name[..at]);
            let target = match target.strip_prefix(b"../") {
                Some(rest) => {
                    let up = folder.iter().rposition(|&byte| byte == b'/');
                    [up.map_or(&b""[..], |at| &folder[..=at]), rest].concat()
                }
                None => target.clone(),
            };
            self.files.get(&target).copied()
        })
    }
}
