//! The only place that reads the environment.

#![expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// What hosted CI services say about the commits of a job.
const CI_VARIABLES: &[&str] = &[
    "APPVEYOR",
    "APPVEYOR_PULL_REQUEST_HEAD_COMMIT",
    "APPVEYOR_PULL_REQUEST_NUMBER",
    "APPVEYOR_REPO_BRANCH",
    "APPVEYOR_REPO_COMMIT",
    "BITBUCKET_BUILD_NUMBER",
    "BITBUCKET_COMMIT",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BITBUCKET_PR_DESTINATION_COMMIT",
    "BUILDKITE",
    "BUILDKITE_COMMIT",
    "BUILDKITE_PIPELINE_DEFAULT_BRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "BUILD_SOURCEVERSION",
    "CHANGE_TARGET",
    "CI_COMMIT_BEFORE_SHA",
    "CI_COMMIT_SHA",
    "CI_COMMIT_TARGET_BRANCH",
    "CI_DEFAULT_BRANCH",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "CI_PIPELINE_EVENT",
    "CI_PREV_COMMIT_SHA",
    "CI_REPO_DEFAULT_BRANCH",
    "DRONE",
    "DRONE_COMMIT",
    "DRONE_COMMIT_AFTER",
    "DRONE_COMMIT_BEFORE",
    "DRONE_PULL_REQUEST",
    "DRONE_REPO_BRANCH",
    "DRONE_TARGET_BRANCH",
    "GITHUB_ACTIONS",
    "GITHUB_BASE_REF",
    "GITHUB_EVENT_PATH",
    "GITHUB_SHA",
    "GITLAB_CI",
    "GIT_COMMIT",
    "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
    "JENKINS_URL",
    "SEMAPHORE",
    "SEMAPHORE_GIT_COMMIT_RANGE",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "TF_BUILD",
    "TRAVIS",
    "TRAVIS_COMMIT_RANGE",
];

/// What git says to the hooks that it runs, and where it looks for its own configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct GitVariables {
    /// `GIT_INDEX_FILE`: the index that is about to be committed.
    pub(crate) index_file: Option<OsString>,
    /// `GIT_OBJECT_DIRECTORY`: where a push is kept until it is accepted.
    pub(crate) object_directory: Option<OsString>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`: further folders of objects.
    pub(crate) alternate_objects: Option<OsString>,
    /// Git's configuration files of the system and of the user, in git's order.
    pub(crate) config_files: Vec<PathBuf>,
    /// The user's folder.
    pub(crate) home: Option<PathBuf>,
}

/// What it says about compiled rules of the second engine.
#[cfg(feature = "vectorscan")]
#[derive(Clone, Debug, Default)]
pub(crate) struct VectorscanVariables {
    /// Whether they are kept: unless `SCANNER_VS_DB_CACHE` is `0`, `false`, `off` or `no`. In unit tests only where
    /// `SCANNER_VS_DB_CACHE_TEST` is `1`.
    pub(crate) is_cached: bool,
    /// `SCANNER_VS_DB_CACHE_DIR`: where they are kept.
    pub(crate) cache_dir: Option<PathBuf>,
    /// The system's folder for temporary files.
    pub(crate) temp: PathBuf,
    /// `SCANNER_VS_UTF16_DEBUG` is set: what was compiled is told.
    pub(crate) utf16_debug: bool,
}

#[cfg(feature = "vectorscan")]
impl VectorscanVariables {
    fn read() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let is_off = |value: OsString| {
            let value = value.to_string_lossy().to_ascii_lowercase();
            matches!(value.as_str(), "0" | "false" | "off" | "no")
        };
        let is_test = cfg!(test) && set("SCANNER_VS_DB_CACHE_TEST").is_none_or(|v| v != "1");
        Self {
            is_cached: !is_test && !set("SCANNER_VS_DB_CACHE").is_some_and(is_off),
            cache_dir: set("SCANNER_VS_DB_CACHE_DIR").map(PathBuf::from),
            temp: std::env::temp_dir(),
            utf16_debug: set("SCANNER_VS_UTF16_DEBUG").is_some(),
        }
    }
}

/// What the environment says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `SCANNER_CONFIG`: a configuration file.
    pub(crate) config: Option<PathBuf>,
    /// `SCANNER_SECRET_KEY`: base64 of 32 bytes; makes hashes comparable between runs.
    pub(crate) secret_key: Option<String>,
    /// Where programs keep what they remember: `XDG_STATE_HOME`, or `.local/state` of the home folder.
    pub(crate) state_home: Option<PathBuf>,
    /// `NO_COLOR` is set and not empty.
    pub(crate) no_color: bool,
    /// `COLUMNS`, where it is a number.
    pub(crate) columns: Option<usize>,
    /// `TERM` is `dumb`.
    pub(crate) dumb_terminal: bool,
    /// Git's global excludes file, by its default place.
    pub(crate) git_excludes: Option<PathBuf>,
    /// What git says.
    pub(crate) git: GitVariables,
    /// What it says about the second engine.
    #[cfg(feature = "vectorscan")]
    pub(crate) vectorscan: VectorscanVariables,
    /// What a hosted CI says, by name.
    pub(crate) ci: BTreeMap<&'static str, String>,
}

impl Environment {
    /// Reads it once.
    pub(crate) fn read() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let home = set("HOME").map(PathBuf::from);
        let config_home = set("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| home.as_ref().map(|home| home.join(".config")));
        let mut config_files: Vec<PathBuf> = if let Some(file) = set("GIT_CONFIG_GLOBAL") {
            vec![file.into()]
        } else {
            let own = home.as_ref().map(|home| home.join(".gitconfig"));
            let shared = config_home.as_ref().map(|dir| dir.join("git").join("config"));
            shared.into_iter().chain(own).collect()
        };
        if set("GIT_CONFIG_NOSYSTEM").is_none() {
            let system = set("GIT_CONFIG_SYSTEM").unwrap_or_else(|| "/etc/gitconfig".into());
            config_files.insert(0, PathBuf::from(system));
        }
        let text = |name: &&'static str| Some((*name, set(name)?.into_string().ok()?));
        let state_home = set("XDG_STATE_HOME")
            .map(PathBuf::from)
            .or_else(|| home.as_ref().map(|home| home.join(".local/state")));
        Self {
            state_home: state_home.filter(|path| path.is_absolute()),
            config: set("SCANNER_CONFIG").map(PathBuf::from),
            secret_key: std::env::var("SCANNER_SECRET_KEY").ok(),
            no_color: set("NO_COLOR").is_some(),
            columns: set("COLUMNS").and_then(|v| v.to_str()?.parse().ok()),
            dumb_terminal: set("TERM").is_some_and(|term| term == "dumb"),
            git_excludes: config_home
                .map(|home| home.join("git").join("ignore"))
                .filter(|path| path.is_file()),
            git: GitVariables {
                index_file: set("GIT_INDEX_FILE"),
                object_directory: set("GIT_OBJECT_DIRECTORY"),
                alternate_objects: set("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
                config_files,
                home,
            },
            #[cfg(feature = "vectorscan")]
            vectorscan: VectorscanVariables::read(),
            ci: CI_VARIABLES.iter().filter_map(text).collect(),
        }
    }
}
