//! The object database of a repository: all packs and loose objects, those of alternates included.
//!
//! The store is opened once and stays as it was: packs are mapped, so that a `gc` or `repack` that removes files while
//! we read does not disturb us. What was packed after opening is found by whoever looks again
//! ([`ObjectStore::look_again`]): an object that lay loose before may be nowhere else. [`ObjectStore::reader`] reads
//! single objects, [`crate::odb_blob`] gives out all of them.

mod alternates;
mod dedupe;
mod loose;
mod reader;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::error::{OpenError, Warning};
use crate::limits::Limits;
use crate::mapped::FileBytes;
use crate::midx::Midx;
use crate::oid::{ObjectFormat, Oid};
use crate::pack::{Pack, PackError};

pub(crate) use dedupe::shadowed;
pub(crate) use loose::LooseObjects;
pub(crate) use reader::SharedReader;
pub use reader::{Object, Reader};

/// All places where objects lie.
#[derive(Debug)]
pub struct ObjectStore {
    format: ObjectFormat,
    packs: Vec<Pack>,
    /// Of each object folder that has one.
    midxs: Vec<Midx>,
    loose: LooseObjects,
    limits: Limits,
    spill_dir: PathBuf,
    warnings: Vec<Warning>,
    /// Packs that appeared since the store was opened, once somebody has looked for them.
    late: OnceLock<Option<Box<Self>>>,
}

impl ObjectStore {
    /// Opens the object folder `objects` and all alternates it names.
    ///
    /// Packs that cannot be used become [`warnings`](Self::warnings). Temporary files go to `spill_dir`.
    ///
    /// # Errors
    /// [`OpenError::Io`] if `objects` itself cannot be listed.
    pub fn open(
        objects: &Path,
        format: ObjectFormat,
        limits: &Limits,
        spill_dir: &Path,
    ) -> Result<Self, OpenError> {
        Self::open_all(&[objects.to_path_buf()], format, limits, spill_dir)
    }

    /// As [`Self::open`], with further object folders beside the first.
    ///
    /// # Errors
    /// [`OpenError::Io`] if the first folder cannot be listed.
    pub(crate) fn open_all(
        objects: &[PathBuf],
        format: ObjectFormat,
        limits: &Limits,
        spill_dir: &Path,
    ) -> Result<Self, OpenError> {
        let mut warnings = Vec::new();
        let folders = alternates::object_folders(objects, &limits.file, &mut warnings);
        let mut packs = Vec::new();
        for (index, folder) in folders.iter().enumerate() {
            let path = folder.join("pack");
            match open_packs(&path, (format, &|_| false), &mut warnings) {
                Ok(opened) => packs.extend(opened),
                Err(source) if index == 0 => return Err(OpenError::Io { path, source }),
                Err(source) => {
                    warnings.push(Warning::Unreadable { path, reason: source.to_string() });
                }
            }
        }
        let loose = LooseObjects::new(folders.clone(), format);
        let mut store = Self::assemble(format, packs, loose, limits, spill_dir);
        store.warnings.extend(warnings);
        store.open_midxs(&folders);
        Ok(store)
    }

    /// A store of one pack without a repository, such as a bundle.
    pub(crate) fn of_pack(pack: Pack, limits: &Limits, spill_dir: &Path) -> Self {
        let format = pack.format();
        let loose = LooseObjects::new(Vec::new(), format);
        Self::assemble(format, vec![pack], loose, limits, spill_dir)
    }

    fn assemble(
        format: ObjectFormat,
        mut packs: Vec<Pack>,
        loose: LooseObjects,
        limits: &Limits,
        spill_dir: &Path,
    ) -> Self {
        // The largest first: most objects are found at once, and the order does not depend on the folder's.
        packs.sort_by(|a, b| {
            b.idx().count().cmp(&a.idx().count()).then_with(|| a.path().cmp(b.path()))
        });
        let mut warnings = Vec::new();
        for pack in &packs {
            let path = pack.path().to_path_buf();
            if let Some(error) = pack.rebuilt() {
                warnings
                    .push(Warning::IndexRebuilt { path: path.clone(), reason: error.to_string() });
            }
            if pack.nameless() > 0 {
                warnings.push(Warning::Nameless { path, count: pack.nameless() });
            }
        }
        let spill_dir = spill_dir.into();
        Self {
            format,
            packs,
            midxs: Vec::new(),
            loose,
            limits: *limits,
            spill_dir,
            warnings,
            late: OnceLock::new(),
        }
    }

    /// Looks for packs that appeared since the store was opened, as a repack or gc leaves them; the first call looks, later
    /// ones know. Single objects are read from them too from then on.
    pub(crate) fn look_again(&self) -> Option<&Self> {
        let late = self.late.get_or_init(|| {
            let is_known = |path: &Path| self.packs.iter().any(|known| known.path() == path);
            let mut warnings = Vec::new();
            let mut packs = Vec::new();
            for folder in self.loose.folders() {
                // A folder that cannot be listed now was told of when the store was opened, or is gone.
                let folder = folder.join("pack");
                let opened = open_packs(&folder, (self.format, &is_known), &mut warnings);
                packs.extend(opened.unwrap_or_default());
            }
            let loose = LooseObjects::new(Vec::new(), self.format);
            warnings.retain(|warning| !self.warnings.contains(warning));
            let mut late = Self::assemble(self.format, packs, loose, &self.limits, &self.spill_dir);
            late.warnings.extend(warnings);
            let is_new = !late.packs.is_empty() || !late.warnings.is_empty();
            is_new.then(|| Box::new(late))
        });
        late.as_deref()
    }

    /// The packs that appeared later, if somebody looked.
    pub(crate) fn late(&self) -> Option<&Self> {
        self.late.get()?.as_deref()
    }

    fn open_midxs(&mut self, folders: &[PathBuf]) {
        for folder in folders.iter().map(|folder| folder.join("pack")) {
            let path = folder.join("multi-pack-index");
            let Ok(bytes) = FileBytes::map(&path) else { continue };
            let number = |name: &[u8]| {
                let pack = folder.join(OsStr::from_bytes(name)).with_extension("pack");
                self.packs.iter().position(|known| known.path() == pack).map(|n| n as u32)
            };
            if let Some(midx) = Midx::new(bytes, self.format, number) {
                self.midxs.push(midx);
            } else {
                let reason = "not a multi-pack index".to_owned();
                self.warnings.push(Warning::Unreadable { path, reason });
            }
        }
    }

    /// Where an object lies in the packs: the first place known, and for damaged ones all others in order.
    pub(crate) fn places<'a>(&'a self, oid: &'a Oid) -> impl Iterator<Item = (usize, u64)> + 'a {
        let hinted = self.midxs.iter().filter_map(|midx| {
            let number = midx.find(oid)?;
            Some((number, self.packs[number].offset_of(oid)?))
        });
        let own = self.packs.iter().enumerate();
        hinted.chain(own.filter_map(|(number, pack)| Some((number, pack.offset_of(oid)?))))
    }

    /// The hash function of its ids.
    pub fn format(&self) -> ObjectFormat {
        self.format
    }

    /// The packs, the one with most objects first.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// Whether absent objects can be had from elsewhere: a partial clone.
    pub fn is_partial(&self) -> bool {
        self.packs.iter().any(Pack::is_promisor)
    }

    /// What could not be used, or not as it was.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Whether the object is there at all.
    pub fn contains(&self, oid: &Oid) -> bool {
        let is_late = || self.late().is_some_and(|late| late.contains(oid));
        self.places(oid).next().is_some() || self.loose.contains(oid) || is_late()
    }

    /// Reads single objects.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    pub(crate) fn loose(&self) -> &LooseObjects {
        &self.loose
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn spill_dir(&self) -> &Path {
        &self.spill_dir
    }
}

/// Times that a folder is listed while it changes.
const LISTINGS_MAX: u32 = 6;

/// Opens the packs of a folder but those that are known. A repack may take packs away and put others there while the folder is listed, and a listing
/// may then show neither: it is listed until two listings in a row bring nothing new.
fn open_packs(
    folder: &Path,
    (format, is_known): (ObjectFormat, &dyn Fn(&Path) -> bool),
    warnings: &mut Vec<Warning>,
) -> std::io::Result<Vec<Pack>> {
    let mut packs: Vec<Pack> = Vec::new();
    let mut quiet = 0;
    for listing in 1..=LISTINGS_MAX {
        let (paths, orphans) = pack_paths(folder)?;
        let mut failed = Vec::new();
        let before = packs.len();
        for path in paths {
            if is_known(&path) || packs.iter().any(|known| known.path() == path) {
                continue;
            }
            match Pack::open(&path, format) {
                Ok(pack) => packs.push(pack),
                Err(error) => failed.push((path, error)),
            }
        }
        let has_vanished = |(_, error): &(PathBuf, PackError)| matches!(error, PackError::Io { source, .. } if crate::mapped::is_absent(source));
        let is_quiet = packs.len() == before && !failed.iter().any(has_vanished);
        quiet = if is_quiet { quiet + 1 } else { 0 };
        if quiet == 2 || listing == LISTINGS_MAX || (listing == 2 && packs.len() == before) {
            let failed = failed.into_iter().map(|(path, error)| (path, error.to_string()));
            let alone = "its index is there, the pack is not";
            let orphans = orphans.into_iter().map(|path| (path, alone.to_owned()));
            warnings
                .extend(failed.chain(orphans).map(|(path, reason)| Warning::Pack { path, reason }));
            break;
        }
    }
    Ok(packs)
}

/// The `.pack` files of a folder, sorted, and those of which only the index is there; an absent folder has none.
fn pack_paths(folder: &Path) -> std::io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => return Err(error),
    };
    let (mut paths, mut indexed) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry?.path();
        match path.extension().and_then(OsStr::to_str) {
            Some("pack") => paths.push(path),
            Some("idx") => indexed.push(path.with_extension("pack")),
            _ => {}
        }
    }
    paths.sort();
    indexed.sort();
    indexed.retain(|path| paths.binary_search(path).is_err());
    Ok((paths, indexed))
}
