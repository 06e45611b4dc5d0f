//! The configuration file: `.scanner.toml`, or one of gitleaks or betterleaks. It adds to the built-in rules; unknown keys of
//! ours are errors that name file and line, those of theirs are told.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use scanner_runtime::RuleAllow;
use scanner_runtime::rules::error::{Lines, from_toml};
use scanner_runtime::rules::foreign::{self, AllowList, ForeignRule, Imported};
use scanner_runtime::rules::schema::DetectorToml;
use scanner_runtime::rules::{Checked, FileDefaults, LoadedDetector, load_detector};
use serde::Deserialize;

use crate::args::{ARCHIVE_DEPTH_MAX, DECODE_DEPTH_MAX, EngineName, Tier, VectorscanMode};
use crate::values;

/// The name looked for in the scanned root.
pub(crate) const FILE_NAME: &str = ".scanner.toml";

/// Configuration files of other tools, which are read where there is none of ours.
const FOREIGN_NAMES: [&str; 2] = [".betterleaks.toml", ".gitleaks.toml"];

/// Bytes of a configuration, at most. The largest known ones, with all their rules and words, have a tenth.
const CONFIG_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Service of detectors that name none.
const CUSTOM_SERVICE: &str = "custom";

/// A configuration, as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigToml {
    #[serde(default)]
    extend: ExtendToml,
    #[serde(default)]
    scan: ScanToml,
    #[serde(default)]
    allow: AllowToml,
    #[serde(default)]
    detector: Vec<toml::Spanned<DetectorToml>>,
}

/// What it stands on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtendToml {
    /// Whether the built-in rules take part.
    #[serde(default = "yes")]
    use_default: bool,
}

impl Default for ExtendToml {
    fn default() -> Self {
        Self { use_default: true }
    }
}

fn yes() -> bool {
    true
}

/// Settings of a scan; flags of the command line go before them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScanToml {
    /// Threads.
    #[serde(default, deserialize_with = "values::file_threads")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// As `--max-file-size`.
    #[serde(default, deserialize_with = "values::file_bytes")]
    pub(crate) max_file_size: Option<u64>,
    /// As `--max-decode-depth`.
    #[serde(default, deserialize_with = "values::file_depth::<DECODE_DEPTH_MAX, _>")]
    pub(crate) max_decode_depth: Option<u32>,
    /// As `--max-archive-depth`.
    #[serde(default, deserialize_with = "values::file_depth::<ARCHIVE_DEPTH_MAX, _>")]
    pub(crate) max_archive_depth: Option<u32>,
    /// As `--max-memory`.
    #[serde(default, deserialize_with = "values::file_bytes")]
    pub(crate) max_memory: Option<u64>,
    /// As `--timeout`.
    #[serde(default, deserialize_with = "values::file_duration")]
    pub(crate) timeout: Option<Duration>,
    /// As `--engine`.
    pub(crate) engine: Option<EngineName>,
    /// As `--vectorscan-mode`.
    pub(crate) vectorscan_mode: Option<VectorscanMode>,
    /// As `--min-confidence`.
    pub(crate) min_confidence: Option<Tier>,
    /// As `--include`.
    #[serde(default)]
    pub(crate) include: Vec<String>,
    /// As `--exclude`.
    #[serde(default)]
    pub(crate) exclude: Vec<String>,
    /// As `--enable-rule`.
    #[serde(default)]
    pub(crate) enable_rules: Vec<String>,
    /// As `--disable-rule`.
    #[serde(default)]
    pub(crate) disable_rules: Vec<String>,
}

/// What is allowed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowToml {
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    rules: Vec<RuleAllowToml>,
    #[serde(default)]
    lists: Vec<AllowListToml>,
}

/// Whether one criterion of a list is enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ConditionToml {
    #[default]
    Any,
    All,
}

/// A list of several criteria.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowListToml {
    #[serde(default)]
    description: String,
    #[serde(default)]
    condition: ConditionToml,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    commits: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    secrets: Vec<String>,
    #[serde(default)]
    matches: Vec<String>,
    #[serde(default)]
    lines: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
}

impl From<AllowListToml> for AllowList {
    fn from(list: AllowListToml) -> Self {
        Self {
            description: list.description,
            rules: list.rules,
            all: list.condition == ConditionToml::All,
            commits: list.commits.iter().map(|commit| commit.to_ascii_lowercase()).collect(),
            paths: list.paths,
            secrets: list.secrets,
            matches: list.matches,
            lines: list.lines,
            words: list.words,
        }
    }
}

/// What one rule is allowed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleAllowToml {
    id: String,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
}

/// A configuration that was read.
#[derive(Debug)]
pub(crate) struct Config {
    /// Where it was read from.
    pub(crate) path: Option<PathBuf>,
    /// Whether the built-in rules take part.
    pub(crate) use_default: bool,
    /// Settings.
    pub(crate) scan: ScanToml,
    /// Allowed paths.
    pub(crate) allow_paths: Vec<String>,
    /// Allowed values.
    pub(crate) allow_values: Vec<String>,
    /// What single rules are allowed.
    pub(crate) allow_rules: Vec<RuleAllow>,
    /// Lists of several criteria.
    pub(crate) allow_lists: Vec<AllowList>,
    /// The user's own detectors.
    pub(crate) detectors: Vec<LoadedDetector>,
    /// Rules of a file of another tool.
    pub(crate) foreign_rules: Vec<ForeignRule>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: None,
            use_default: true,
            scan: ScanToml::default(),
            allow_paths: Vec::new(),
            allow_values: Vec::new(),
            allow_rules: Vec::new(),
            allow_lists: Vec::new(),
            detectors: Vec::new(),
            foreign_rules: Vec::new(),
        }
    }
}

impl Config {
    /// Its file, in messages.
    pub(crate) fn name(&self) -> String {
        let name = self.path.as_ref().map(|path| path.display().to_string());
        name.unwrap_or_else(|| "configuration".to_owned())
    }
}

/// Reads the configuration of a command: the one stated, else the environment's, else the root's.
pub(crate) fn find(
    stated: Option<&Path>,
    environment: Option<&Path>,
    root: Option<&Path>,
) -> anyhow::Result<Config> {
    if let Some(path) = stated.or(environment) {
        return read(path);
    }
    let Some(root) = root else { return Ok(Config::default()) };
    in_folder(root).map_or_else(|| Ok(Config::default()), |path| read(&path))
}

/// Whether a folder has a configuration file.
pub(crate) fn is_in(folder: &Path) -> bool {
    in_folder(folder).is_some()
}

fn in_folder(folder: &Path) -> Option<PathBuf> {
    let names = std::iter::once(FILE_NAME).chain(FOREIGN_NAMES);
    // A link that leads nowhere, or a folder, is an error when read: who put it there meant something.
    names.map(|name| folder.join(name)).find(|path| path.symlink_metadata().is_ok())
}

/// The text of a configuration, or of another file that people write for a scan.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    use std::io::Read as _;
    let name = path.display();
    let fail = || format!("{name} cannot be read");
    let file = std::fs::File::open(path).with_context(fail)?;
    let mut text = String::new();
    file.take(CONFIG_BYTES_MAX + 1).read_to_string(&mut text).with_context(fail)?;
    if text.len() as u64 > CONFIG_BYTES_MAX {
        bail!(
            "{name} has more than {CONFIG_BYTES_MAX} bytes; is it the right file? \
             Split what it allows into patterns, or its rules among several runs"
        );
    }
    Ok(text)
}

/// Reads a file of gitleaks or betterleaks.
pub(crate) fn import(path: &Path, text: &str) -> Imported {
    let folder = path.parent().unwrap_or(Path::new(""));
    foreign::import(&path.display().to_string(), text, &|name: &str| {
        let beside = folder.join(name);
        // Theirs is looked for where the program was started.
        let place = if beside.is_file() { beside } else { PathBuf::from(name) };
        let text =
            read_text(&place).map_err(|error| std::io::Error::other(format!("{error:#}")))?;
        Ok((place.display().to_string(), text))
    })
}

/// What a file of another tool says, as a configuration.
fn read_foreign(path: &Path, text: &str) -> anyhow::Result<Config> {
    let imported = import(path, text);
    let name = path.display();
    if !imported.errors.is_empty() {
        let errors: Vec<String> = imported.errors.iter().map(ToString::to_string).collect();
        bail!("{name} cannot be used:\n  {}", errors.join("\n  "));
    }
    if !imported.notes.is_empty() {
        let (rules, notes) = (imported.rules.len(), imported.notes.len());
        tracing::warn!(
            "{name}: {rules} rules; {notes} keys were left out or approximated \
             (`scanner-rs rules import {name}` lists them)"
        );
    }
    let scan = ScanToml { disable_rules: imported.disabled, ..ScanToml::default() };
    Ok(Config {
        path: Some(path.to_owned()),
        // What is turned off may not be there at all.
        scan: if imported.use_default { scan } else { ScanToml::default() },
        use_default: imported.use_default,
        allow_lists: imported.allow,
        foreign_rules: imported.rules,
        ..Config::default()
    })
}

/// Reads a configuration file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Config> {
    let text = read_text(path)?;
    if foreign::is_foreign(&text) { read_foreign(path, &text) } else { parse(path, &text) }
}

/// Reads the text of a configuration file of ours.
pub(crate) fn parse(path: &Path, text: &str) -> anyhow::Result<Config> {
    let name = path.display().to_string();
    let parsed: ConfigToml =
        toml::from_str(text).map_err(|error| from_toml(&name, text, &error))?;
    let defaults = FileDefaults {
        service: CUSTOM_SERVICE,
        reference: "",
        remediation: "",
        checked: Checked::Unverified,
    };
    let mut detectors = Vec::new();
    let mut lines = Lines::new(text);
    for spanned in parsed.detector {
        let line = lines.line_of(spanned.span().start);
        detectors.push(load_detector(&name, line, defaults, spanned.into_inner())?);
    }
    let allow_rules = parsed
        .allow
        .rules
        .into_iter()
        .map(|rule| RuleAllow { id: rule.id, paths: rule.paths, values: rule.values })
        .collect();
    Ok(Config {
        path: Some(path.to_owned()),
        use_default: parsed.extend.use_default,
        scan: parsed.scan,
        allow_paths: parsed.allow.paths,
        allow_values: parsed.allow.values,
        allow_rules,
        allow_lists: parsed.allow.lists.into_iter().map(Into::into).collect(),
        detectors,
        ..Config::default()
    })
}
