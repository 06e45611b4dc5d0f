//! Where things lie: the repository, and the folder outside it that holds corpora and peers.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Names the folder of corpora and peers when no `--data` is given.
const DATA_VARIABLE: &str = "SCANNER_BENCH_DATA";

/// The root of the repository: the folder above this crate's.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate lies one folder below the root of the repository")
}

/// The folder of corpora and peers: `given`, else the environment's, else one in the cache folder.
///
/// # Errors
/// Neither is given and there is no home folder.
#[expect(clippy::disallowed_methods, reason = "a chore has no configuration but its environment")]
pub(crate) fn data(given: Option<&str>) -> Result<PathBuf> {
    let chosen =
        given.map(PathBuf::from).or_else(|| std::env::var_os(DATA_VARIABLE).map(Into::into));
    let folder = match chosen {
        Some(folder) => folder,
        None => PathBuf::from(std::env::var_os("HOME").context("no HOME: give --data DIR")?)
            .join(".cache/scanner-rs-bench"),
    };
    std::path::absolute(&folder).with_context(|| format!("{} is no path", folder.display()))
}

/// The first executable file called `name` on the search path.
#[expect(clippy::disallowed_methods, reason = "the search path is the environment's to give")]
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}
