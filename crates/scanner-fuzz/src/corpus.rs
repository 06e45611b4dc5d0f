//! The committed inputs: one file each, below `corpus/<target>/` of this crate.
//!
//! Inputs that once made a target fail are called `crash-…` and stay; what reaches new code may be added by
//! `--keep`. Nothing in them comes from elsewhere: all were made from seeds by mutation.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Target;

/// The folder of a target's inputs.
pub fn folder(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name)
}

/// The seeds and the committed inputs of a target, in the order of the files' names. A target without files has a
/// folder less.
///
/// # Errors
///
/// A file cannot be read.
pub fn inputs(target: &Target) -> io::Result<Vec<Vec<u8>>> {
    let mut inputs = (target.seeds)();
    let folder = folder(target);
    if folder.is_dir() {
        let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
        let mut paths: Vec<PathBuf> = entries?.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        for path in paths {
            inputs.push(fs::read(path)?);
        }
    }
    Ok(inputs)
}

/// Writes an input below the folder of a target.
///
/// # Errors
///
/// It cannot be written.
pub fn keep(target: &Target, prefix: &str, input: &[u8]) -> io::Result<PathBuf> {
    let folder = folder(target);
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{prefix}-{:016x}", fingerprint(input)));
    fs::write(&path, input)?;
    Ok(path)
}

/// FNV-1a: enough to name files.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
