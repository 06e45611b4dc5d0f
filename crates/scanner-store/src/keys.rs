//! Key bootstrap: one secret key in, three subkeys out, made once at start-up.
//!
//! With a valid key the mode is *persistent*: identities can be compared between runs and machines. Without
//! one (or with one that is no key) a random key is made for this run only, the mode is *ephemeral*, and
//! [`Keys::note`] is the sentence that the summary shows.
//!
//! Keys are never shown: `Debug` prints the mode. This file reads no environment; the command line passes
//! the value of `SCANNER_SECRET_KEY`, which wins over a key file.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// Contexts of the three subkeys; changing one changes every identity.
const CONTEXT_IDENTITY: &str = "scanner.store.keys.v1.identity";
const CONTEXT_SECRET: &str = "scanner.store.keys.v1.secret";
const CONTEXT_METADATA: &str = "scanner.store.keys.v1.metadata";
/// What the key's own id is a hash of.
const KEY_ID_DOMAIN: &[u8] = b"scanner.store.keys.v1.id";
/// What the key of file states is a hash of.
const FILE_STATE_DOMAIN: &[u8] = b"scanner.store.keys.v1.file_state";
/// What the key of journals is a hash of.
const JOURNAL_DOMAIN: &[u8] = b"scanner.store.keys.v1.journal";
/// What the keys are hashes of that seal and hide entries of folders.
const FOLDER_SEAL_DOMAIN: &[u8] = b"scanner.store.keys.v1.folder_seal";
const FOLDER_STREAM_DOMAIN: &[u8] = b"scanner.store.keys.v1.folder_stream";
/// A key file has one short line; more is not read.
const KEY_FILE_BYTES_MAX: u64 = 4096;

/// Whether identities made with the keys can be compared with those of other runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMode {
    /// The user's key.
    Persistent,
    /// A random key of this run.
    Ephemeral,
}

/// Why a key could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// No key was given.
    #[error("no key is set")]
    Missing,
    /// The text is not base64.
    #[error("the key is not base64")]
    NotBase64,
    /// It is, but of another length.
    #[error("the key has {bytes} bytes, not 32")]
    WrongLength {
        /// Bytes that it has.
        bytes: usize,
    },
}

/// What can go wrong with keys and key files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The system gave no randomness.
    #[error("the system gave no random bytes: {0}")]
    NoRandomness(getrandom::Error),
    /// The file cannot be read or written.
    #[error("key file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is a file already; a key that is overwritten is lost for good.
    #[error("key file {} exists already and is left as it is", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file would be found by the scan, and be committed by mistake.
    #[error("key file {} would be inside {}, which is scanned", path.display(), root.display())]
    InsideScannedTree {
        /// The file.
        path: PathBuf,
        /// The tree.
        root: PathBuf,
    },
    /// Others may read the file.
    #[error("key file {} can be read by others (mode {mode:03o}); make it 600", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds no key.
    #[error("key file {}: {problem}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        problem: KeyProblem,
    },
}

/// The three subkeys.
#[derive(Clone)]
pub struct Keys {
    mode: KeyMode,
    problem: Option<KeyProblem>,
    identity: [u8; KEY_BYTES],
    secret: [u8; KEY_BYTES],
    metadata: [u8; KEY_BYTES],
}

impl Keys {
    /// Keys from the text of `SCANNER_SECRET_KEY` (base64 of 32 bytes, padded or not, either alphabet).
    /// Missing or invalid text gives ephemeral keys; [`Keys::problem`] tells why.
    ///
    /// # Errors
    ///
    /// Only where a random key is needed and the system gives none.
    pub fn from_secret_key(text: Option<&str>) -> Result<Self, KeyError> {
        match text.map_or(Err(KeyProblem::Missing), decode_key) {
            Ok(key) => Ok(Self::from_bytes(&key)),
            Err(problem) => {
                let key = random_bytes().map_err(KeyError::NoRandomness)?;
                let keys = Self::from_bytes(&key);
                Ok(Self { mode: KeyMode::Ephemeral, problem: Some(problem), ..keys })
            }
        }
    }

    /// Persistent keys from 32 bytes.
    pub fn from_bytes(key: &[u8; KEY_BYTES]) -> Self {
        Self {
            mode: KeyMode::Persistent,
            problem: None,
            identity: blake3::derive_key(CONTEXT_IDENTITY, key),
            secret: blake3::derive_key(CONTEXT_SECRET, key),
            metadata: blake3::derive_key(CONTEXT_METADATA, key),
        }
    }

    /// Persistent keys from a key file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, others may read it, or it holds no key. A broken key file is an error and
    /// not a reason for ephemeral keys: the user said where the key is.
    pub fn from_key_file(path: &Path) -> Result<Self, KeyError> {
        let file_error = |source| KeyError::File { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(file_error)?;
        refuse_too_open(path, &file)?;
        let mut text = String::new();
        file.take(KEY_FILE_BYTES_MAX).read_to_string(&mut text).map_err(file_error)?;
        let key = decode_key(&text)
            .map_err(|problem| KeyError::Invalid { path: path.to_owned(), problem })?;
        Ok(Self::from_bytes(&key))
    }

    /// Persistent or ephemeral.
    pub const fn mode(&self) -> KeyMode {
        self.mode
    }

    /// Whether identities can be compared with those of other runs (`RunInfo::stable_identities`).
    pub fn is_persistent(&self) -> bool {
        self.mode == KeyMode::Persistent
    }

    /// Why the keys are ephemeral; `None` where they are not.
    pub const fn problem(&self) -> Option<KeyProblem> {
        self.problem
    }

    /// The sentence for the summary; `None` in persistent mode.
    pub fn note(&self) -> Option<String> {
        self.problem.map(|problem| {
            format!(
                "identities hold for this run only and cannot be compared with others: {problem}"
            )
        })
    }

    /// A name for the key that tells nothing about it: stores record which key made their identities.
    pub fn id(&self) -> String {
        let hash = blake3::keyed_hash(&self.metadata, KEY_ID_DOMAIN);
        HEXLOWER.encode(&hash.as_bytes()[..8])
    }

    /// The key of what unchanged files are recognised by: without it nobody makes a file that is taken for another.
    pub fn file_states(&self) -> [u8; 16] {
        let hash = blake3::keyed_hash(&self.metadata, FILE_STATE_DOMAIN);
        let (key, _) = hash.as_bytes().as_chunks();
        key[0]
    }

    /// The key of the records of journals: without it nobody makes one that is taken for ours.
    pub(crate) fn journals(&self) -> [u8; KEY_BYTES] {
        *blake3::keyed_hash(&self.metadata, JOURNAL_DOMAIN).as_bytes()
    }

    /// What seals the entries of folders.
    pub(crate) fn folder_seal(&self, entries: &[u8]) -> [u8; 16] {
        let key = blake3::keyed_hash(&self.metadata, FOLDER_SEAL_DOMAIN);
        let hash = blake3::keyed_hash(key.as_bytes(), entries);
        let (seal, _) = hash.as_bytes().as_chunks();
        seal[0]
    }

    /// Hides entries of folders, or shows them again: adds them to a stream that depends on the key and their seal, and so
    /// is not used for other entries.
    pub(crate) fn hide_folders(&self, seal: &[u8], entries: &mut [u8]) {
        let key = blake3::keyed_hash(&self.metadata, FOLDER_STREAM_DOMAIN);
        let mut stream = blake3::Hasher::new_keyed(key.as_bytes()).update(seal).finalize_xof();
        let mut block = [0; 1024];
        for entries in entries.chunks_mut(block.len()) {
            stream.fill(&mut block);
            entries.iter_mut().zip(&block).for_each(|(entry, byte)| *entry ^= byte);
        }
    }

    /// A secret's unkeyed hash, so that only the holder of the key reads it: added to a stream that depends on the
    /// key and on the secret alone, and so is never used for two hashes. Sealing twice opens.
    pub(crate) fn seal(&self, hash: &[u8; 32], of_secret: &[u8; 32]) -> [u8; 32] {
        let stream = blake3::keyed_hash(&self.metadata, of_secret);
        std::array::from_fn(|index| hash[index] ^ stream.as_bytes()[index])
    }

    /// Key of rule fingerprints and occurrence ids.
    pub(crate) const fn identity(&self) -> &[u8; KEY_BYTES] {
        &self.identity
    }

    /// Key of secret hashes.
    pub(crate) const fn secret(&self) -> &[u8; KEY_BYTES] {
        &self.secret
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({:?})", self.mode)
    }
}

/// Makes a key file with a new random key, readable by its owner only, and the folders above it.
///
/// # Errors
///
/// The file exists, it would stand inside one of `scanned_roots`, or the system refuses.
pub fn create_key_file(path: &Path, scanned_roots: &[&Path]) -> Result<Keys, KeyError> {
    if let Some(root) = containing_root(path, scanned_roots) {
        return Err(KeyError::InsideScannedTree { path: path.to_owned(), root: root.to_owned() });
    }
    let file_error = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
        _ => KeyError::File { path: path.to_owned(), source },
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(file_error)?;
    }
    let key: [u8; KEY_BYTES] = random_bytes().map_err(KeyError::NoRandomness)?;
    let mut file = private_new_file(path).map_err(file_error)?;
    let line = format!("{}\n", BASE64.encode(&key));
    if let Err(source) = file.write_all(line.as_bytes()).and_then(|()| file.sync_all()) {
        // Half a key is worse than none. That removing may fail as well changes nothing for the caller.
        drop(file);
        let _ = std::fs::remove_file(path);
        return Err(KeyError::File { path: path.to_owned(), source });
    }
    Ok(Keys::from_bytes(&key))
}

/// Whichever of `roots` holds `path`, compared by real paths as far as they exist.
pub fn containing_root<'a>(path: &Path, roots: &[&'a Path]) -> Option<&'a Path> {
    let path = real_path(path);
    roots.iter().copied().find(|root| path.starts_with(real_path(root)))
}

/// The path with links resolved as far as it exists, and without `.` and `..` behind that.
fn real_path(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut existing = absolute.as_path();
    loop {
        if let Ok(real) = existing.canonicalize() {
            let rest = absolute.strip_prefix(existing).unwrap_or(Path::new(""));
            return rest.components().fold(real, |mut whole, part| {
                match part {
                    Component::ParentDir => drop(whole.pop()),
                    Component::Normal(name) => whole.push(name),
                    _ => {}
                }
                whole
            });
        }
        match existing.parent() {
            Some(parent) => existing = parent,
            None => return absolute,
        }
    }
}

fn decode_key(text: &str) -> Result<[u8; KEY_BYTES], KeyProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(KeyProblem::Missing);
    }
    let plain = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let bytes = BASE64_NOPAD.decode(plain.as_bytes()).map_err(|_| KeyProblem::NotBase64)?;
    <[u8; KEY_BYTES]>::try_from(bytes.as_slice())
        .map_err(|_| KeyProblem::WrongLength { bytes: bytes.len() })
}

/// Bytes of the system's randomness.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(unix)]
fn private_new_file(path: &Path) -> io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_new_file(path: &Path) -> io::Result<std::fs::File> {
    std::fs::OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn refuse_too_open(path: &Path, file: &std::fs::File) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata =
        file.metadata().map_err(|source| KeyError::File { path: path.to_owned(), source })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::TooOpen { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_too_open(_: &Path, _: &std::fs::File) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_text() -> String {
        BASE64.encode(&std::array::from_fn::<u8, KEY_BYTES, _>(|i| i as u8))
    }

    #[test]
    fn the_same_key_gives_the_same_subkeys_and_three_different_ones() {
        let a = Keys::from_secret_key(Some(&key_text())).unwrap();
        let b = Keys::from_secret_key(Some(&key_text())).unwrap();
        assert_eq!(a.mode(), KeyMode::Persistent);
        assert_eq!((a.identity, a.secret, a.metadata), (b.identity, b.secret, b.metadata));
        assert!(a.identity != a.secret && a.secret != a.metadata && a.identity != a.metadata);
        assert_eq!(a.note(), None);
    }

    #[test]
    fn subkeys_are_known() {
        let keys = Keys::from_secret_key(Some(&key_text())).unwrap();
        let known = [HEXLOWER.encode(&keys.identity), HEXLOWER.encode(&keys.secret), keys.id()];
        assert_eq!(
            known,
            [
                "f3934b0b1cb26328f9391988de54623a11182b37b51e43f21ab17d3fb69b66dd",
                "5e9c4ac0439c95e58aff36b41664c2d1f8e6ef89ed8efe310c3173945fb80bf4",
                "025bd257f96c0003"
            ]
        );
    }

    #[test]
    fn missing_and_invalid_keys_are_ephemeral_and_say_so() {
        let short = BASE64.encode(&[7; 31]);
        let cases = [
            (None, KeyProblem::Missing),
            (Some("  "), KeyProblem::Missing),
            (Some("not base64!"), KeyProblem::NotBase64),
            (Some(short.as_str()), KeyProblem::WrongLength { bytes: 31 }),
        ];
        for (text, problem) in cases {
            let keys = Keys::from_secret_key(text).unwrap();
            assert_eq!((keys.mode(), keys.problem()), (KeyMode::Ephemeral, Some(problem)));
            assert!(keys.note().unwrap().contains("this run only"));
        }
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_only() {
        let (a, b) = (Keys::from_bytes(&[1; KEY_BYTES]), Keys::from_bytes(&[2; KEY_BYTES]));
        let (hash, secret) = ([3; 32], [4; 32]);
        let sealed = a.seal(&hash, &secret);
        assert_ne!(sealed, hash);
        assert_eq!(a.seal(&sealed, &secret), hash);
        assert_ne!(b.seal(&sealed, &secret), hash);
        assert_ne!(a.seal(&hash, &[5; 32]), sealed);
    }

    #[test]
    fn two_ephemeral_keys_differ() {
        let a = Keys::from_secret_key(None).unwrap();
        let b = Keys::from_secret_key(None).unwrap();
        assert_ne!(a.identity, b.identity);
    }

    #[test]
    fn unpadded_and_url_safe_keys_are_read() {
        let bytes = [0xfb; KEY_BYTES];
        let text = BASE64.encode(&bytes);
        let url = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
        assert_ne!(text, url);
        let keys = Keys::from_secret_key(Some(&format!("{url}\n"))).unwrap();
        assert_eq!(keys.identity, Keys::from_bytes(&bytes).identity);
    }

    #[test]
    fn debug_does_not_show_keys() {
        let keys = Keys::from_bytes(&[7; KEY_BYTES]);
        assert_eq!(format!("{keys:?}"), "Keys(Persistent)");
    }

    #[test]
    fn a_key_file_is_private_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/key");
        let made = create_key_file(&path, &[]).unwrap();
        let read = Keys::from_key_file(&path).unwrap();
        assert_eq!(made.identity, read.identity);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
            let error = Keys::from_key_file(&path).unwrap_err();
            assert!(matches!(error, KeyError::TooOpen { mode: 0o640, .. }), "{error}");
        }
    }

    #[test]
    fn a_key_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let made = create_key_file(&path, &[]).unwrap();
        assert!(matches!(create_key_file(&path, &[]), Err(KeyError::Exists { .. })));
        assert_eq!(Keys::from_key_file(&path).unwrap().identity, made.identity);
    }

    #[test]
    fn a_key_file_is_not_made_inside_the_scanned_tree() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/../sub/key");
        let error = create_key_file(&path, &[folder.path()]).unwrap_err();
        assert!(matches!(error, KeyError::InsideScannedTree { .. }), "{error}");
        assert!(containing_root(&folder.path().join("../key"), &[folder.path()]).is_none());
    }

    #[test]
    fn a_file_without_a_key_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        private_new_file(&path).unwrap().write_all(b"hello").unwrap();
        let error = Keys::from_key_file(&path).unwrap_err();
        assert!(matches!(error, KeyError::Invalid { .. }), "{error}");
    }
}
