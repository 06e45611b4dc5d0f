//! Where the store and its key are: what the command line says, else the user's own folder for such things.
//!
//! One key serves all stores of a user, so that the same secret has the same hash in each of them. The environment's
//! key goes before the file's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use scanner_runtime::store::{KeyProblem, Keys, Store, StoreError, StoreOptions, create_key_file};

use crate::args::StoreUse;
use crate::env::Environment;
use crate::messages;

/// The folder below the user's state folder.
const FOLDER: &str = "scanner-rs";

/// Names in it.
const STORE_FILE: &str = "findings.db";
const KEY_FILE: &str = "key";

/// Where a command's store is.
#[derive(Clone, Debug)]
pub(crate) struct StorePlace {
    /// The store; `None` where none is used.
    pub(crate) store: Option<PathBuf>,
    /// The key file, whether it is there or not; `None` where the user has no folder for it.
    pub(crate) key: Option<PathBuf>,
    /// Whether the user asked for the store, so that a key is made for it.
    wanted: bool,
}

impl StorePlace {
    /// The place of a scan: what `--store` says; else the default one if `store init` has made it.
    pub(crate) fn of_scan(args: &StoreUse, environment: &Environment) -> Self {
        let place = Self::of(args.store.as_deref(), environment);
        let is_used =
            !args.no_store && (place.wanted || place.store.as_ref().is_some_and(|p| p.is_file()));
        Self { store: place.store.filter(|_| is_used), ..place }
    }

    /// The place of a command about the store itself.
    pub(crate) fn of(stated: Option<&Path>, environment: &Environment) -> Self {
        let folder = environment.state_home.as_ref().map(|home| home.join(FOLDER));
        let default = folder.as_ref().map(|folder| folder.join(STORE_FILE));
        Self {
            store: stated.map(Path::to_owned).or(default),
            key: folder.map(|folder| folder.join(KEY_FILE)),
            wanted: stated.is_some(),
        }
    }

    /// The keys of identities. A store that was asked for gets a lasting key: one is made where there is none.
    pub(crate) fn keys(
        &self,
        environment: &Environment,
        roots: &[PathBuf],
    ) -> anyhow::Result<Keys> {
        if environment.secret_key.is_some() {
            let keys = Keys::from_secret_key(environment.secret_key.as_deref())?;
            // Who sets one wants the same hashes tomorrow.
            if let Some(problem) = keys.problem().filter(|p| *p != KeyProblem::Missing) {
                anyhow::bail!(
                    "SCANNER_SECRET_KEY: {problem}; `head -c 32 /dev/urandom | base64` makes one"
                );
            }
            return Ok(keys);
        }
        match &self.key {
            Some(key) if key.exists() => Ok(Keys::from_key_file(key)?),
            Some(key) if self.wanted && self.store.is_some() => {
                let roots: Vec<&Path> = roots.iter().map(PathBuf::as_path).collect();
                match create_key_file(key, &roots) {
                    Ok(keys) => {
                        messages::note(&format!(
                            "made a key, {}: keep a copy, without it the store is of no use",
                            key.display()
                        ));
                        Ok(keys)
                    }
                    Err(error) => {
                        tracing::warn!("{error}");
                        Ok(Keys::from_secret_key(None)?)
                    }
                }
            }
            _ => Ok(Keys::from_secret_key(None)?),
        }
    }

    /// Opens the store that a command is about.
    pub(crate) fn open(&self, environment: &Environment) -> anyhow::Result<Store> {
        let path = self.store.clone().ok_or(NoPlace)?;
        if !path.is_file() {
            return Err(StoreError::Missing { path }.into());
        }
        let keys = Arc::new(Self { wanted: false, ..self.clone() }.keys(environment, &[])?);
        Ok(Store::open(&StoreOptions::at(&path), keys)?)
    }

    /// Globs that leave the store's own files out of a walk over a folder that holds them.
    pub(crate) fn globs_below(&self, roots: &[PathBuf]) -> Vec<String> {
        let mut globs = Vec::new();
        for file in self.store.iter().chain(&self.key) {
            let Ok(real) = file.canonicalize() else { continue };
            for root in roots.iter().filter_map(|root| root.canonicalize().ok()) {
                if let Ok(below) = real.strip_prefix(&root)
                    && !below.as_os_str().is_empty()
                {
                    // The log, the shared memory and the locks of runs stand beside the database.
                    let plain = escaped(&below.to_string_lossy());
                    globs.extend([format!("/{plain}"), format!("/{plain}-*")]);
                }
            }
        }
        globs
    }
}

/// Neither the command line nor the environment says where.
#[derive(Debug, thiserror::Error)]
#[error("there is no place for a store: give --store FILE, or set XDG_STATE_HOME or HOME")]
pub(crate) struct NoPlace;

fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '!' | '#' | ' ') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_inside_the_scanned_folder_is_left_out_of_the_scan() {
        let made = tempfile::tempdir().unwrap();
        let store = made.path().join("a [b]/f.db");
        std::fs::create_dir_all(store.parent().unwrap()).unwrap();
        std::fs::write(&store, "").unwrap();
        let place = StorePlace { store: Some(store), key: None, wanted: true };
        let globs = place.globs_below(&[made.path().to_owned()]);
        assert_eq!(globs, ["/a\\ \\[b\\]/f.db", "/a\\ \\[b\\]/f.db-*"]);
        assert!(place.globs_below(&[made.path().join("a [b]/f.db")]).is_empty());
    }
}
