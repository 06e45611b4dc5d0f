//! The only place that reads the environment.

#![expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]

use std::path::PathBuf;

/// What the environment says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `SCANNER_CONFIG`: a configuration file.
    pub(crate) config: Option<PathBuf>,
    /// `SCANNER_SECRET_KEY`: base64 of 32 bytes; makes hashes comparable between runs.
    pub(crate) secret_key: Option<String>,
    /// `NO_COLOR` is set and not empty.
    pub(crate) no_color: bool,
    /// `COLUMNS`, where it is a number.
    pub(crate) columns: Option<usize>,
    /// `TERM` is `dumb`.
    pub(crate) dumb_terminal: bool,
    /// Git's global excludes file, by its default place.
    pub(crate) git_excludes: Option<PathBuf>,
}

impl Environment {
    /// Reads it once.
    pub(crate) fn read() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let config_home = set("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".config")));
        Self {
            config: set("SCANNER_CONFIG").map(PathBuf::from),
            secret_key: std::env::var("SCANNER_SECRET_KEY").ok(),
            no_color: set("NO_COLOR").is_some(),
            columns: set("COLUMNS").and_then(|v| v.to_str()?.parse().ok()),
            dumb_terminal: set("TERM").is_some_and(|term| term == "dumb"),
            git_excludes: config_home
                .map(|home| home.join("git").join("ignore"))
                .filter(|path| path.is_file()),
        }
    }
}
