//! Files of runs beside the database: their names are the store's, a mark that says what they are, and the run's token.

use std::path::{Path, PathBuf};

/// Where the file of a run is.
pub(super) fn path_of(store: &Path, mark: &str, token: &str) -> PathBuf {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(mark);
    name.push(token);
    store.with_file_name(name)
}

/// The tokens of all runs that have such a file; none where the folder cannot be read.
pub(super) fn tokens(store: &Path, mark: &str) -> Vec<String> {
    let mut prefix = store.file_name().unwrap_or_default().to_owned();
    prefix.push(mark);
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = std::fs::read_dir(folder.unwrap_or(Path::new("."))) else {
        return Vec::new();
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    let token = |name: std::ffi::OsString| {
        let token = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes())?;
        Some(std::str::from_utf8(token).ok()?.to_owned())
    };
    names.filter_map(token).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_the_store_and_of_the_mark() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.db");
        for name in ["s.db-run-b", "s.db-run-a", "s.db-findings-c", "other.db-run-d", "s.db"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let mut found = tokens(&store, "-run-");
        found.sort();
        assert_eq!(found, ["a", "b"]);
        assert_eq!(path_of(&store, "-run-", "a"), folder.path().join("s.db-run-a"));
        assert_eq!(tokens(&folder.path().join("gone/s.db"), "-run-"), [""; 0]);
    }
}
