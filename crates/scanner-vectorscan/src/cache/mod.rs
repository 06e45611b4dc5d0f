//! `VsDbCache`: compiled databases as files, so that only the first start compiles.
//!
//! Nothing ever depends on it: what cannot be read is compiled, what cannot be written is compiled again next
//! time. A file is believed only after magic, length, key and MAC have been verified, in this order; one that
//! fails is deleted. Files appear whole, by renaming, so readers never see half of one, whoever writes, crashes or is
//! killed beside them.
//!
//! The MAC's key follows from the cache's key, which is no secret: it finds what disks and programs break. Against
//! people the folder stands: it belongs to the user alone ([`dir`]), or there is no cache.

pub mod dir;
pub mod format;
mod key;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use rustix::buffer::spare_capacity;
use rustix::fs::OFlags;
use rustix::io::retry_on_intr;

pub use dir::{CacheDir, CachePlaces, DirError};
pub use key::{CacheKey, CacheKeyInput, PlatformFacts};

use crate::limits::{CACHE_FILE_BYTES_MAX, CACHE_FILES_MAX};

/// What names of whole files end with.
const WHOLE: &str = "hsdb";

/// What names of files end with that are being written.
const PARTIAL: &str = "tmp";

/// Names of partial files carry the process, so within one only one is written at a time.
static WRITING: Mutex<()> = Mutex::new(());

/// Bytes that were written by a cache for this key and have not changed since.
#[derive(Debug)]
pub struct Verified {
    bytes: Vec<u8>,
}

impl Verified {
    /// What was stored.
    pub fn payload(&self) -> &[u8] {
        format::payload(&self.bytes)
    }
}

/// What became of something that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is there now.
    Written,
    /// It was there already.
    Present,
    /// It could not be written, and nothing was left behind. The next start compiles again.
    Failed,
}

/// A file of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Whether it is what a writer left that did not finish, or has not yet.
    pub is_partial: bool,
}

/// The files of one folder.
#[derive(Clone, Debug)]
pub struct VsDbCache {
    dir: CacheDir,
}

impl VsDbCache {
    /// The cache in this folder.
    pub fn new(dir: CacheDir) -> Self {
        Self { dir }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// What is stored under the key. A file that is not exactly what was stored is deleted and is not there.
    pub fn load(&self, key: &CacheKey) -> Option<Verified> {
        let path = self.file(key);
        match read(&path) {
            Ok(bytes) if format::verify(&bytes, key).is_ok() => Some(Verified { bytes }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            _ => {
                self.delete(key);
                None
            }
        }
    }

    /// Deletes what is stored under the key: the library does not take it.
    pub fn delete(&self, key: &CacheKey) {
        // Whoever deletes it first, it is gone; what cannot be deleted is refused again next time.
        let _ = fs::remove_file(self.file(key));
    }

    /// Stores bytes under the key, unless something is there. Never fails loudly.
    pub fn try_store(&self, key: &CacheKey, payload: &[u8]) -> Stored {
        let path = self.file(key);
        let _one_at_a_time = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        if path.symlink_metadata().is_ok() {
            return Stored::Present;
        }
        let partial = self.dir.path().join(format!("{key}.{}.{PARTIAL}", std::process::id()));
        let written = write(&partial, &format::encode(key, payload))
            .and_then(|()| fs::rename(&partial, &path));
        if written.is_err() {
            let _ = fs::remove_file(&partial);
            return Stored::Failed;
        }
        self.drop_oldest();
        Stored::Written
    }

    /// The files that are there, by name.
    pub fn files(&self) -> Vec<CacheFile> {
        let mut files: Vec<CacheFile> = self.entries().map(|(file, _, _)| file).collect();
        files.sort_by(|left, right| left.name.cmp(&right.name));
        files
    }

    /// Deletes all files; gives those that it deleted.
    pub fn clear(&self) -> Vec<CacheFile> {
        let deleted = self.entries().filter(|(_, path, _)| fs::remove_file(path).is_ok());
        deleted.map(|(file, _, _)| file).collect()
    }

    fn file(&self, key: &CacheKey) -> PathBuf {
        self.dir.path().join(format!("{key}.{WHOLE}"))
    }

    /// Our files, and nobody else's.
    fn entries(&self) -> impl Iterator<Item = (CacheFile, PathBuf, SystemTime)> {
        let entries = fs::read_dir(self.dir.path()).into_iter().flatten().flatten();
        entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let facts = entry.metadata().ok()?;
            let (key, rest) = name.split_once('.')?;
            let is_partial = rest.ends_with(PARTIAL);
            if !CacheKey::is_key(key) || !(is_partial || rest == WHOLE) || facts.is_dir() {
                return None;
            }
            let changed = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            Some((CacheFile { name, bytes: facts.len(), is_partial }, entry.path(), changed))
        })
    }

    /// Deletes the oldest files where there are too many: rules change, and nobody asks for the old ones again.
    fn drop_oldest(&self) {
        let mut files: Vec<_> = self.entries().map(|(_, path, changed)| (changed, path)).collect();
        if files.len() > CACHE_FILES_MAX {
            files.sort();
            files[..files.len() - CACHE_FILES_MAX].iter().for_each(|(_, path)| {
                let _ = fs::remove_file(path);
            });
        }
    }
}

/// Reads a file of the cache: a regular one, of our own, of a size that may be.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let no_follow = OFlags::NOFOLLOW.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(no_follow).open(path)?;
    let facts = file.metadata()?;
    let is_ours = facts.uid() == rustix::process::geteuid().as_raw() && facts.mode() & 0o022 == 0;
    if !facts.is_file() || !is_ours || facts.len() > CACHE_FILE_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // Room for all of it: one call reads it, another sees its end. Should it have grown since, what is read is not as long
    // as it says.
    let mut bytes = Vec::with_capacity(facts.len() as usize + 1);
    while bytes.len() < bytes.capacity() {
        if retry_on_intr(|| rustix::io::read(&file, spare_capacity(&mut bytes)))? == 0 {
            break;
        }
    }
    Ok(bytes)
}

/// Writes a new file. One of the same name is what another process of our number left when it was killed.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let create = || -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
    };
    let mut file = match create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create()?
        }
        other => other?,
    };
    file.write_all(bytes)
}
