//! A definition: what is measured on which corpus, what must come out, and which bars it is held to.
//!
//! `benchmarks/definitions/<name>.toml`. Unknown keys are errors, and so is whatever could make a
//! run meaningless: a bar against an engine that does not run, no runs at all.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

/// Counts that an engine reports, or that a corpus has; `None` where it does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) files: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) findings: Option<u64>,
}

/// How an engine is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The whole command, from its start to its end.
    Process,
    /// The command times itself and reports bytes and seconds; throughput counts.
    Engine,
}

/// What of a run is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Metric {
    /// Milliseconds from start to end.
    WallMs,
    /// Milliseconds of processor time, user and system, all threads.
    CpuMs,
    /// Peak resident memory in MiB.
    RssMib,
    /// Bytes per nanosecond as the engine reports them; more is better.
    GbPerS,
    /// Milliseconds as the engine reports them, for what is only a part of its work.
    OwnMs,
}

impl Metric {
    /// The unit as printed behind a figure.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::WallMs | Self::CpuMs | Self::OwnMs => "ms",
            Self::RssMib => "MiB",
            Self::GbPerS => "GB/s",
        }
    }

    /// The word for it in a table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::WallMs => "wall",
            Self::CpuMs => "cpu",
            Self::RssMib => "peak rss",
            Self::GbPerS => "throughput",
            Self::OwnMs => "own",
        }
    }
}

/// A mark that an engine must keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bar {
    pub(crate) engine: String,
    pub(crate) metric: Metric,
    /// The ratio to this engine counts; without it the figure itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) against: Option<String>,
    /// Missed when above. Exactly one of this and `at_least` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_most: Option<f64>,
    /// Missed when below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_least: Option<f64>,
    /// Further marks to go for, the nearest first. They never fail a run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) next: Vec<f64>,
}

/// What must come out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// Regular files of the corpus and their bytes, counted before the first run.
    #[serde(default)]
    pub(crate) corpus: Counts,
    /// What each engine must report, by name.
    #[serde(default)]
    pub(crate) engine: BTreeMap<String, Counts>,
}

/// One definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// Why this is measured, in a sentence.
    pub(crate) about: String,
    pub(crate) kind: Kind,
    /// A folder of the data folder.
    pub(crate) corpus: String,
    /// Workers, for `{jobs}`.
    #[serde(default = "one")]
    pub(crate) jobs: u32,
    /// Measured runs of each engine.
    #[serde(default = "five")]
    pub(crate) runs: u32,
    /// Runs before those, not counted.
    #[serde(default = "one")]
    pub(crate) warmup: u32,
    /// Processors to stay on, as `taskset` reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pin: Option<String>,
    /// A run that takes longer is ended and counts as failed.
    #[serde(default = "ten_minutes")]
    pub(crate) timeout_seconds: u64,
    /// Names of `engines.toml`, in the order in which they take turns.
    pub(crate) engines: Vec<String>,
    /// The engine that ratios are taken against.
    pub(crate) floor: String,
    #[serde(default)]
    pub(crate) expect: Expect,
    #[serde(default, rename = "bar", skip_serializing_if = "Vec::is_empty")]
    pub(crate) bars: Vec<Bar>,
}

fn one() -> u32 {
    1
}

fn five() -> u32 {
    5
}

fn ten_minutes() -> u64 {
    600
}

impl Definition {
    /// Reads one definition.
    ///
    /// # Errors
    /// It is not TOML of this shape, or contradicts itself.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let definition: Self = toml::from_str(text)?;
        definition.check().with_context(|| definition.name.clone())?;
        Ok(definition)
    }

    fn check(&self) -> Result<()> {
        ensure!(self.runs > 0, "runs = 0 measures nothing");
        ensure!(self.jobs > 0, "jobs = 0 does nothing");
        let folder_name = |name: &str| !name.is_empty() && !name.contains(['/', '\\', '.']);
        ensure!(folder_name(&self.corpus), "corpus = {:?} is no plain folder name", self.corpus);
        self.knows(&self.floor, "floor")?;
        for name in self.expect.engine.keys() {
            self.knows(name, "expect.engine")?;
        }
        for bar in &self.bars {
            self.knows(&bar.engine, "bar.engine")?;
            if let Some(name) = &bar.against {
                self.knows(name, "bar.against")?;
                ensure!(*name != bar.engine, "a bar of {name} against itself");
            }
            if bar.at_most.is_some() == bar.at_least.is_some() {
                bail!("a bar of {} needs one of at_most and at_least", bar.engine);
            }
        }
        Ok(())
    }

    fn knows(&self, engine: &str, key: &str) -> Result<()> {
        ensure!(
            self.engines.iter().any(|name| name == engine),
            "{key} names {engine}, which is not in engines"
        );
        Ok(())
    }
}

/// Every definition of `folder`, by name.
///
/// # Errors
/// One of them cannot be read or has another name than its file.
pub(crate) fn read_all(folder: &Path) -> Result<Vec<Definition>> {
    let mut definitions = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(&path).with_context(|| shown.clone())?;
        let definition = Definition::parse(&text).with_context(|| shown.clone())?;
        let stem = path.file_stem().unwrap_or_default();
        ensure!(stem == &*definition.name, "{shown} calls itself {}", definition.name);
        definitions.push(definition);
    }
    definitions.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(definitions)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SMALL: &str = r#"
name = "small"
about = "Two engines on a folder."
kind = "process"
corpus = "made"
engines = ["ours", "floor"]
floor = "floor"
"#;

    #[test]
    fn defaults_are_filled_in() {
        let definition = Definition::parse(SMALL).unwrap();
        assert_eq!((definition.runs, definition.warmup, definition.jobs), (5, 1, 1));
        assert_eq!(definition.timeout_seconds, 600);
        assert_eq!(definition.expect, Expect::default());
        assert!(definition.bars.is_empty());
    }

    #[test]
    fn counts_and_bars_are_read() {
        let text = format!(
            "{SMALL}pin = \"0-3\"\n[expect.corpus]\nfiles = 2\n[expect.engine.ours]\nfindings = 1\n\
             [[bar]]\nengine = \"ours\"\nagainst = \"floor\"\nmetric = \"wall-ms\"\nat_most = 3.0\n\
             next = [2.0, 1.5]\n[[bar]]\nengine = \"ours\"\nmetric = \"gb-per-s\"\nat_least = 2.0\n"
        );
        let definition = Definition::parse(&text).unwrap();
        assert_eq!(definition.expect.corpus.files, Some(2));
        assert_eq!(definition.expect.engine["ours"].findings, Some(1));
        assert_eq!(definition.bars[0].next, [2.0, 1.5]);
        assert_eq!(definition.bars[1].metric, Metric::GbPerS);
    }

    #[test]
    fn contradictions_are_errors() {
        for added in [
            "surprise = 1",
            "runs = 0",
            "jobs = 0",
            "[expect.engine.absent]\nfiles = 1",
            "[[bar]]\nengine = \"ours\"\nmetric = \"wall-ms\"",
            "[[bar]]\nengine = \"ours\"\nmetric = \"wall-ms\"\nat_most = 1.0\nat_least = 1.0",
            "[[bar]]\nengine = \"absent\"\nmetric = \"wall-ms\"\nat_most = 1.0",
            "[[bar]]\nengine = \"ours\"\nagainst = \"ours\"\nmetric = \"wall-ms\"\nat_most = 1.0",
        ] {
            assert!(Definition::parse(&format!("{SMALL}{added}\n")).is_err(), "{added}");
        }
        let other_floor = SMALL.replace("floor = \"floor\"", "floor = \"absent\"");
        assert!(Definition::parse(&other_floor).is_err());
        let outside = SMALL.replace("\"made\"", "\"../made\"");
        assert!(Definition::parse(&outside).is_err());
    }

    #[test]
    fn a_definition_has_the_name_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("small.toml"), SMALL).unwrap();
        std::fs::write(folder.path().join("notes.md"), "no definition").unwrap();
        assert_eq!(read_all(folder.path()).unwrap().len(), 1);
        std::fs::write(folder.path().join("other.toml"), SMALL).unwrap();
        assert!(read_all(folder.path()).is_err());
    }

    #[test]
    fn the_committed_definitions_are_sound_and_name_engines_that_exist() {
        let root = crate::place::repository();
        let engines = super::super::engines::Engines::read(root).unwrap();
        let definitions = read_all(&root.join("benchmarks/definitions")).unwrap();
        assert!(!definitions.is_empty());
        for definition in definitions {
            for name in &definition.engines {
                assert!(engines.engine(name).is_ok(), "{} names {name}", definition.name);
            }
        }
    }
}
