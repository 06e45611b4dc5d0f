//! An open pack and its index.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use thiserror::Error;

use crate::damage::Damage;
use crate::mapped::{FileBytes, be_u32};
use crate::oid::{ObjectFormat, Oid};
use crate::pack::entry::{EntryHeader, parse_entry};
use crate::pack::idx::{Idx, IdxError};
use crate::pack::index_pack::{Indexed, index_pack};
use crate::pack::map::{ExternalKind, PackMap};

/// Length of the head of a pack: magic, version, number of objects.
pub(crate) const PACK_HEAD_BYTES: u64 = 12;

/// Why a pack cannot be used as a whole.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PackError {
    /// The system could not give the file.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file does not begin as packs do.
    #[error("{path} is not a pack of version 2 or 3")]
    NotAPack {
        /// The file.
        path: PathBuf,
    },
}

/// A pack, mapped, with its index.
#[derive(Debug)]
pub struct Pack {
    path: PathBuf,
    bytes: FileBytes,
    /// Where the pack begins in the file: not 0 in bundles.
    start: usize,
    format: ObjectFormat,
    idx: Idx,
    /// What was wrong with the index file, if it had to be made anew.
    rebuilt: Option<IdxError>,
    /// Entries that got no id when the index was made anew.
    nameless: u64,
    /// Whether a `.promisor` file stands beside it: objects that it refers to may be absent by design.
    promisor: bool,
    /// What its headers say, once somebody asked.
    map: OnceLock<PackMap>,
}

impl Pack {
    /// Opens the pack at `path` (ending in `.pack`) and the index beside it.
    ///
    /// An index that is absent or contradicts itself is made anew in memory by reading the whole pack.
    ///
    /// # Errors
    /// [`PackError`], if the pack itself cannot be used.
    pub fn open(path: &Path, format: ObjectFormat) -> Result<Self, PackError> {
        let bytes = map_file(path)?;
        check_head(path, &bytes)?;
        let idx = FileBytes::map(&path.with_extension("idx"))
            .map_err(|_| IdxError::Truncated { have: 0, need: 0 })
            .and_then(|idx| Idx::new(idx, format))
            .and_then(|idx| idx.check_order().map(|()| idx));
        let promisor = fs::exists(path.with_extension("promisor")).unwrap_or(false);
        let (made, rebuilt) = match idx {
            Ok(idx) => (Indexed { idx, nameless: 0 }, None),
            Err(error) => (index_pack(&bytes, format, Vec::new()), Some(error)),
        };
        Ok(Self::assemble(path, (bytes, 0), format, made).with(rebuilt, promisor))
    }

    /// The pack that begins at `start` of a file without index, such as a bundle.
    ///
    /// Deltas against objects outside of the pack get no id: [`Pack::nameless`] counts them.
    ///
    /// # Errors
    /// [`PackError`].
    pub fn open_bare(path: &Path, start: usize, format: ObjectFormat) -> Result<Self, PackError> {
        let bytes = map_file(path)?;
        let pack = bytes.get(start..).unwrap_or_default();
        check_head(path, pack)?;
        let made = index_pack(pack, format, Vec::new());
        Ok(Self::assemble(path, (bytes, start), format, made))
    }

    /// The same pack with an index made by reading it: what to try when objects are not where the index says.
    pub(crate) fn salvaged(&self) -> Option<Self> {
        let bytes = FileBytes::map(&self.path).ok()?;
        let hints = (0..self.idx.count()).filter_map(|position| self.idx.offset(position));
        let made = index_pack(bytes.get(self.start..)?, self.format, hints.collect());
        let salvaged = Self::assemble(&self.path, (bytes, self.start), self.format, made);
        Some(salvaged.with(None, self.promisor))
    }

    fn assemble(
        path: &Path,
        (bytes, start): (FileBytes, usize),
        format: ObjectFormat,
        made: Indexed,
    ) -> Self {
        let Indexed { idx, nameless } = made;
        let path = path.into();
        let map = OnceLock::new();
        Self { path, bytes, start, format, idx, rebuilt: None, nameless, promisor: false, map }
    }

    fn with(self, rebuilt: Option<IdxError>, promisor: bool) -> Self {
        Self { rebuilt, promisor, ..self }
    }

    /// Where it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its index.
    pub fn idx(&self) -> &Idx {
        &self.idx
    }

    /// The hash function of its ids.
    pub fn format(&self) -> ObjectFormat {
        self.format
    }

    /// What was wrong with the index file, if it was made anew.
    pub fn rebuilt(&self) -> Option<&IdxError> {
        self.rebuilt.as_ref()
    }

    /// How many entries got no id when the index was made anew.
    pub fn nameless(&self) -> u64 {
        self.nameless
    }

    /// Whether absent objects that it refers to can be had from elsewhere.
    pub fn is_promisor(&self) -> bool {
        self.promisor
    }

    /// How many objects the head of the pack promises.
    pub fn promised_count(&self) -> u32 {
        be_u32(self.data(), 8).unwrap_or(0)
    }

    /// The checksum of the whole pack, by which it is told from others; `None` where its index was made anew.
    pub fn checksum(&self) -> Option<Oid> {
        let end = usize::try_from(self.end()).ok()?;
        let bytes = self.data().get(end..end + self.format.bytes())?;
        Oid::from_bytes(self.format, bytes).filter(|_| self.rebuilt.is_none())
    }

    /// Where the objects end and the checksum begins.
    pub(crate) fn end(&self) -> u64 {
        (self.data().len() as u64).saturating_sub(self.format.bytes() as u64)
    }

    /// The bytes of the pack.
    pub(crate) fn data(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// The header of the entry at `offset`.
    pub(crate) fn entry(&self, offset: u64) -> Result<EntryHeader, Damage> {
        if offset < PACK_HEAD_BYTES || offset >= self.end() {
            return Err(Damage::OffsetOutOfBounds);
        }
        parse_entry(&self.data()[offset as usize..self.end() as usize], offset, self.format)
    }

    /// The stored bytes of the entry at `offset`, from behind its header to the end of the objects.
    pub(crate) fn stored(&self, offset: u64, header: &EntryHeader) -> &[u8] {
        let from = offset as usize + header.header_bytes as usize;
        self.data().get(from..self.end() as usize).unwrap_or_default()
    }

    /// The offset of an object.
    pub(crate) fn offset_of(&self, oid: &Oid) -> Option<u64> {
        self.idx.offset(self.idx.find(oid)?)
    }

    /// What the headers of its entries say, read by up to `threads` threads when first asked for.
    pub(crate) fn map(&self, external: ExternalKind<'_>, threads: usize) -> &PackMap {
        self.map.get_or_init(|| PackMap::read(self, external, threads))
    }

    /// Tells the system that the whole pack is going to be read soon.
    pub(crate) fn advise_needed(&self) {
        if let FileBytes::Mapped(map) = &self.bytes {
            // Advice only: that the system does not take it changes nothing.
            let _ = map.advise(memmap2::Advice::WillNeed);
        }
    }
}

fn map_file(path: &Path) -> Result<FileBytes, PackError> {
    FileBytes::map(path).map_err(|source| PackError::Io { path: path.into(), source })
}

fn check_head(path: &Path, pack: &[u8]) -> Result<(), PackError> {
    let known = pack.starts_with(b"PACK") && matches!(be_u32(pack, 4), Some(2 | 3));
    if known && pack.len() as u64 >= PACK_HEAD_BYTES {
        Ok(())
    } else {
        Err(PackError::NotAPack { path: path.into() })
    }
}
