//! The folder of the cache: the user's own and nobody else's, or none.
//!
//! A compiled database is a program for the scanner, so whoever may write one here could make it do anything. The
//! folder therefore stands below the user's home or below a temporary folder of the user's own name, is no link,
//! belongs to the user, and nobody else may write to it.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

/// Below the home folder.
const BELOW_HOME: &str = ".cache/scanner-rs/vsdb";

/// Below the temporary folder, with the user's number behind it.
const BELOW_TEMP: &str = "scanner-rs-vsdb-";

/// Nobody but the owner.
const MODE: u32 = 0o700;

/// Others may write.
const WRITABLE: u32 = 0o022;

/// Where a cache may be.
#[derive(Clone, Debug, Default)]
pub struct CachePlaces {
    /// What the user says.
    pub stated: Option<PathBuf>,
    /// The user's home.
    pub home: Option<PathBuf>,
    /// The system's folder for temporary files.
    pub temp: Option<PathBuf>,
}

/// Why a folder is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirError {
    /// Neither the user nor the system says where.
    #[error("there is no place for a cache: neither a home nor a temporary folder is known")]
    NoPlace,
    /// It is not below one of the two places.
    #[error("{path} is neither below the home folder nor below {temp}")]
    Outside {
        /// The folder.
        path: PathBuf,
        /// The other place that it could be below.
        temp: PathBuf,
    },
    /// It is a link.
    #[error("{path} is a symbolic link")]
    Symlink {
        /// The folder.
        path: PathBuf,
    },
    /// It is no folder.
    #[error("{path} is no folder")]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// It belongs to somebody else.
    #[error("{path} belongs to user {owner}")]
    ForeignOwner {
        /// The folder.
        path: PathBuf,
        /// Its owner's number.
        owner: u32,
    },
    /// Others may write to it.
    #[error("others may write to {path} (mode {mode:o}); chmod 700 it, or delete it")]
    Writable {
        /// The folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It can be neither looked at nor made.
    #[error("{path}: {error}")]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// A folder that was found safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheDir(PathBuf);

impl CacheDir {
    /// The folder that the user states, else the one below the home, else the one below the temporary folder. It is
    /// made where it is not there.
    ///
    /// # Errors
    ///
    /// It is not safe, or cannot be made.
    pub fn open(places: &CachePlaces) -> Result<Self, DirError> {
        let path = choose(places)?;
        check(&path).or_else(|error| match error {
            DirError::Io { error, .. } if error.kind() == io::ErrorKind::NotFound => {
                make(&path).and_then(|()| check(&path))
            }
            other => Err(other),
        })?;
        Ok(Self(path))
    }

    /// As [`CacheDir::open`], for a folder that must be there; `None` where it is not.
    ///
    /// # Errors
    ///
    /// It is not safe.
    pub fn find(places: &CachePlaces) -> Result<Option<Self>, DirError> {
        let path = choose(places)?;
        match check(&path) {
            Ok(()) => Ok(Some(Self(path))),
            Err(DirError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// The folder of the user's own below the temporary one.
fn of_user(temp: &Path) -> PathBuf {
    temp.join(format!("{BELOW_TEMP}{}", rustix::process::geteuid().as_raw()))
}

fn choose(places: &CachePlaces) -> Result<PathBuf, DirError> {
    let absolute = |path: &Option<PathBuf>| path.clone().filter(|path| path.is_absolute());
    let (home, temp) = (absolute(&places.home), absolute(&places.temp));
    let Some(stated) = &places.stated else {
        let below_home = home.map(|home| home.join(BELOW_HOME));
        return below_home.or_else(|| temp.as_deref().map(of_user)).ok_or(DirError::NoPlace);
    };
    let temp = of_user(temp.as_deref().unwrap_or(Path::new("/tmp")));
    let real = real(stated);
    let is_below = |place: &Path| real.as_ref().is_some_and(|real| real.starts_with(place));
    let is_home = |home: PathBuf| home.canonicalize().is_ok_and(|home| is_below(&home));
    let below_temp = self::real(&temp).is_some_and(|temp| is_below(&temp));
    if home.is_some_and(is_home) || below_temp {
        Ok(stated.clone())
    } else {
        Err(DirError::Outside { path: stated.clone(), temp })
    }
}

/// The path with its links followed as far as it is there; the last part may itself be a link, which is looked at
/// later. `None` where it is not absolute or goes up.
fn real(path: &Path) -> Option<PathBuf> {
    let goes_up = path.components().any(|part| part == Component::ParentDir);
    if !path.is_absolute() || goes_up {
        return None;
    }
    let mut missing = Vec::new();
    let mut known = path;
    loop {
        missing.push(known.file_name()?);
        known = known.parent()?;
        if let Ok(real) = known.canonicalize() {
            return Some(missing.iter().rev().fold(real, |path, name| path.join(name)));
        }
    }
}

fn check(path: &Path) -> Result<(), DirError> {
    let io = |error| DirError::Io { path: path.to_owned(), error };
    let facts = path.symlink_metadata().map_err(io)?;
    let path = path.to_owned();
    if facts.is_symlink() {
        return Err(DirError::Symlink { path });
    }
    if !facts.is_dir() {
        return Err(DirError::NotADirectory { path });
    }
    if facts.uid() != rustix::process::geteuid().as_raw() {
        return Err(DirError::ForeignOwner { path, owner: facts.uid() });
    }
    let mode = facts.mode() & 0o7777;
    if mode & WRITABLE != 0 {
        return Err(DirError::Writable { path, mode });
    }
    // Others may look into it: harmless, and mended where that is possible (not on a read-only disk).
    if mode & 0o077 != 0 {
        let _ = fs::set_permissions(&path, Permissions::from_mode(MODE));
    }
    Ok(())
}

fn make(path: &Path) -> Result<(), DirError> {
    let made = DirBuilder::new().recursive(true).mode(MODE).create(path);
    made.map_err(|error| DirError::Io { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    fn home() -> TempDir {
        tempfile::tempdir().unwrap()
    }

    fn places(home: &Path, stated: Option<PathBuf>) -> CachePlaces {
        CachePlaces { stated, home: Some(home.to_owned()), temp: Some(home.join("tmp")) }
    }

    #[test]
    fn the_default_is_below_the_home_and_is_the_users_alone() {
        let home = home();
        let dir = CacheDir::open(&places(home.path(), None)).unwrap();
        assert_eq!(dir.path(), home.path().join(".cache/scanner-rs/vsdb"));
        assert_eq!(dir.path().metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(CacheDir::open(&places(home.path(), None)).unwrap(), dir);
    }

    #[test]
    fn without_a_home_the_temporary_folder_carries_the_users_number() {
        let temp = home();
        let all = CachePlaces { stated: None, home: None, temp: Some(temp.path().to_owned()) };
        assert!(matches!(CacheDir::find(&all), Ok(None)));
        let dir = CacheDir::open(&all).unwrap();
        let uid = temp.path().metadata().unwrap().uid();
        assert_eq!(dir.path(), temp.path().join(format!("scanner-rs-vsdb-{uid}")));
        let below = CachePlaces { stated: Some(dir.path().join("a")), ..all };
        assert!(CacheDir::open(&below).is_ok());
        assert!(matches!(CacheDir::open(&CachePlaces::default()), Err(DirError::NoPlace)));
    }

    #[test]
    fn a_stated_folder_must_be_below_one_of_the_two() {
        let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |path: PathBuf| CacheDir::open(&places(home.path(), Some(path)));
        assert!(at(home.path().join("a/b")).is_ok());
        assert!(matches!(at(other.path().join("a")), Err(DirError::Outside { .. })));
        let up = home.path().join("../x");
        assert!(matches!(at(up), Err(DirError::Outside { .. })));
        assert!(matches!(at("relative".into()), Err(DirError::Outside { .. })));
        // A link in the home that leads out of it.
        symlink(other.path(), home.path().join("out")).unwrap();
        assert!(matches!(at(home.path().join("out/a")), Err(DirError::Outside { .. })));
    }

    #[test]
    fn links_files_and_what_others_may_write_are_refused() {
        let home = home();
        let at = |name: &str| CacheDir::open(&places(home.path(), Some(home.path().join(name))));
        fs::create_dir(home.path().join("real")).unwrap();
        symlink(home.path().join("real"), home.path().join("link")).unwrap();
        assert!(matches!(at("link"), Err(DirError::Symlink { .. })));
        fs::write(home.path().join("file"), "").unwrap();
        assert!(matches!(at("file"), Err(DirError::NotADirectory { .. })));
        for mode in [0o777, 0o720, 0o1777] {
            fs::set_permissions(home.path().join("real"), Permissions::from_mode(mode)).unwrap();
            assert!(matches!(at("real"), Err(DirError::Writable { .. })), "{mode:o}");
        }
        fs::set_permissions(home.path().join("real"), Permissions::from_mode(0o755)).unwrap();
        assert!(at("real").is_ok());
        assert_eq!(home.path().join("real").metadata().unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        // Only the superuser can give folders away.
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let home = home();
        let path = home.path().join("a");
        fs::create_dir(&path).unwrap();
        std::os::unix::fs::chown(&path, Some(4321), None).unwrap();
        let open = CacheDir::open(&places(home.path(), Some(path)));
        assert!(matches!(open, Err(DirError::ForeignOwner { owner: 4321, .. })), "{open:?}");
    }
}
