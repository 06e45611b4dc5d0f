//! The configuration file: `.scanner.toml`. It adds to the built-in rules; unknown keys are errors that name
//! file and line.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use scanner_runtime::RuleAllow;
use scanner_runtime::rules::error::from_toml;
use scanner_runtime::rules::schema::DetectorToml;
use scanner_runtime::rules::{FileDefaults, LoadedDetector, load_detector};
use serde::Deserialize;

/// The name looked for in the scanned root.
pub(crate) const FILE_NAME: &str = ".scanner.toml";

/// Configuration files of other tools, which are not read yet.
const FOREIGN_NAMES: [&str; 2] = [".betterleaks.toml", ".gitleaks.toml"];

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
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// As `--max-file-size`.
    pub(crate) max_file_size: Option<String>,
    /// As `--max-decode-depth`.
    pub(crate) max_decode_depth: Option<u32>,
    /// As `--max-memory`.
    pub(crate) max_memory: Option<String>,
    /// As `--timeout`.
    pub(crate) timeout: Option<String>,
    /// As `--min-confidence`.
    pub(crate) min_confidence: Option<String>,
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
    /// The user's own detectors.
    pub(crate) detectors: Vec<LoadedDetector>,
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
            detectors: Vec::new(),
        }
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
    let own = root.join(FILE_NAME);
    if own.is_file() {
        return read(&own);
    }
    for name in FOREIGN_NAMES {
        if root.join(name).is_file() {
            tracing::warn!("{name} in the scanned folder is not read yet; write a {FILE_NAME}");
        }
    }
    Ok(Config::default())
}

/// Reads a configuration file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Config> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the configuration {name} cannot be read"))?;
    let parsed: ConfigToml =
        toml::from_str(&text).map_err(|error| from_toml(&name, &text, &error))?;
    let defaults = FileDefaults { service: CUSTOM_SERVICE, reference: "", remediation: "" };
    let mut detectors = Vec::new();
    for spanned in parsed.detector {
        let line = text[..text.floor_char_boundary(spanned.span().start)].matches('\n').count() + 1;
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
        detectors,
    })
}
