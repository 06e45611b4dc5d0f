//! `benchmarks/engines.toml`: the programs that are measured, how each is found, and how it is
//! called and read.
//!
//! A *program* is a file to run; an *engine* is one way to call it. A program that cannot be found
//! is told to the caller as `None`: a peer may be absent, the run goes on without it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::{place, tool};

const FILE: &str = "benchmarks/engines.toml";

/// Everything the file says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Engines {
    program: BTreeMap<String, Program>,
    engine: BTreeMap<String, Engine>,
}

/// A file to run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    /// Arguments that make it tell its version; none when it has no such.
    #[serde(default)]
    version: Vec<String>,
    /// Places to look, in order.
    find: Vec<Find>,
}

/// A place where a program may be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Find {
    /// Relative to the data folder.
    Data(String),
    /// A name on the search path.
    Path(String),
    /// Built from this workspace.
    Cargo(CargoTarget),
}

/// A binary or an example of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CargoTarget {
    package: String,
    bin: Option<String>,
    example: Option<String>,
    profile: String,
    /// Features of the package to build it with.
    #[serde(default)]
    features: Vec<String>,
    /// Packages that are selected with it, so that what all depend on has the same features and is built once.
    #[serde(default)]
    together: Vec<String>,
}

/// One way to call a program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Engine {
    pub(crate) program: String,
    /// May hold `{corpus}`, `{jobs}`, `{out}`, `{fresh}` (a folder that is empty at each start) and, as a word of its
    /// own, `{detectors:N}`.
    pub(crate) args: Vec<String>,
    /// Exit codes of a run that worked.
    pub(crate) exit_codes: Vec<i32>,
    /// How to read what it reports; without it only time and memory are taken.
    #[serde(default)]
    pub(crate) counts: Option<CountsSource>,
}

/// Where an engine's own figures are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountsSource {
    pub(crate) from: ReportPlace,
    /// JSON pointers to numbers; a pointer to a list counts its entries. `lines` counts lines.
    #[serde(default)]
    pub(crate) files: Option<String>,
    #[serde(default)]
    pub(crate) bytes: Option<String>,
    #[serde(default)]
    pub(crate) findings: Option<String>,
    /// Seconds of the engine's own clock.
    #[serde(default)]
    pub(crate) seconds: Option<String>,
}

/// Which of an engine's outputs holds its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ReportPlace {
    /// The file given as `{out}`.
    Out,
    /// Standard output.
    Stdout,
}

/// How programs are found in this run.
#[derive(Debug, Clone)]
pub(crate) struct Finder {
    pub(crate) root: PathBuf,
    pub(crate) data: PathBuf,
    /// Replaces the profile of programs built here.
    pub(crate) profile: Option<String>,
    /// Files given by hand, by the program's name.
    pub(crate) given: BTreeMap<String, PathBuf>,
}

/// A program that was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) file: PathBuf,
    pub(crate) version: String,
}

impl Engines {
    /// Reads the file of the repository at `root`.
    ///
    /// # Errors
    /// It cannot be read, or contradicts itself.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(root.join(FILE)).context(FILE)?;
        Self::parse(&text).context(FILE)
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        let engines: Self = toml::from_str(text)?;
        for (name, engine) in &engines.engine {
            ensure!(
                engines.program.contains_key(&engine.program),
                "engine {name} calls program {}, which is not described",
                engine.program
            );
            ensure!(!engine.exit_codes.is_empty(), "engine {name} accepts no exit code");
        }
        Ok(engines)
    }

    /// The engine called `name`.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn engine(&self, name: &str) -> Result<&Engine> {
        self.engine.get(name).with_context(|| format!("{FILE} has no engine {name}"))
    }

    /// Looks for the program of `engine`; `None` when it is nowhere.
    ///
    /// # Errors
    /// A program of this workspace does not build.
    pub(crate) fn find(&self, engine: &Engine, finder: &Finder) -> Result<Option<Found>> {
        let program = &self.program[&engine.program];
        let given = finder.given.get(&engine.program).cloned();
        let file = match given {
            Some(file) => Some(file),
            None => first_found(&program.find, finder)?,
        };
        let Some(file) = file else { return Ok(None) };
        let version = version(&file, &program.version);
        Ok(Some(Found { file, version }))
    }
}

fn first_found(places: &[Find], finder: &Finder) -> Result<Option<PathBuf>> {
    for one in places {
        let file = match one {
            Find::Data(relative) => Some(finder.data.join(relative)).filter(|file| file.is_file()),
            Find::Path(name) => place::on_path(name),
            Find::Cargo(target) => Some(build(target, finder)?),
        };
        if file.is_some() {
            return Ok(file);
        }
    }
    Ok(None)
}

/// The first line of what a program says about its version.
fn version(file: &Path, arguments: &[String]) -> String {
    if arguments.is_empty() {
        return "-".to_owned();
    }
    let answer = tool::answer_text(Command::new(file).args(arguments)).unwrap_or_default();
    answer.lines().next().map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

/// Builds a target of the workspace and asks cargo where it put it. What is built with features is copied beside, since
/// the next build without them replaces it.
fn build(target: &CargoTarget, finder: &Finder) -> Result<PathBuf> {
    let profile = finder.profile.as_ref().unwrap_or(&target.profile);
    let mut command = Command::new("cargo");
    command.current_dir(&finder.root).args(["build", "--quiet", "--package", &target.package]);
    command.args(target.together.iter().flat_map(|package| ["--package", package]));
    command.args(["--profile", profile, "--message-format", "json-render-diagnostics"]);
    if !target.features.is_empty() {
        command.args(["--features", &target.features.join(",")]);
    }
    let wanted = match (&target.bin, &target.example) {
        (Some(bin), None) => {
            command.args(["--bin", bin]);
            bin
        }
        (None, Some(example)) => {
            command.args(["--example", example]);
            example
        }
        _ => bail!("{}: give one of bin and example", target.package),
    };
    let messages = tool::answer_text(&mut command).with_context(|| format!("building {wanted}"))?;
    let file = executable(&messages, wanted).with_context(|| format!("cargo built no {wanted}"))?;
    if target.features.is_empty() {
        return Ok(file);
    }
    let beside = file.with_file_name(format!("{wanted}-with-{}", target.features.join("-")));
    std::fs::copy(&file, &beside).with_context(|| beside.display().to_string())?;
    Ok(beside)
}

/// The file of the artifact called `name` among cargo's messages, one JSON value a line.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message.pointer("/target/name").is_some_and(|found| found == name))
        .find_map(|message| message.pointer("/executable")?.as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
[program.sh]
version = ["-c", "echo made 1.0; echo more"]
find = [{ data = "nowhere/sh" }, { path = "sh" }]
[program.none]
find = [{ path = "surely-no-such-program" }]
[engine.echo]
program = "sh"
args = ["-c", "echo {corpus}"]
exit_codes = [0]
counts = { from = "stdout", findings = "lines" }
[engine.absent]
program = "none"
args = []
exit_codes = [0]
"#;

    fn finder(data: &Path) -> Finder {
        Finder {
            root: place::repository().to_owned(),
            data: data.to_owned(),
            profile: None,
            given: BTreeMap::new(),
        }
    }

    #[test]
    fn places_are_tried_in_order_and_absence_is_no_error() {
        let data = tempfile::tempdir().unwrap();
        let engines = Engines::parse(TWO).unwrap();
        let found =
            engines.find(engines.engine("echo").unwrap(), &finder(data.path())).unwrap().unwrap();
        assert_eq!(found.version, "made 1.0");
        assert!(found.file.ends_with("sh"));
        let absent = engines.engine("absent").unwrap();
        assert!(engines.find(absent, &finder(data.path())).unwrap().is_none());
    }

    #[test]
    fn a_program_given_by_hand_wins() {
        let data = tempfile::tempdir().unwrap();
        let engines = Engines::parse(TWO).unwrap();
        let mut finder = finder(data.path());
        finder.given.insert("none".to_owned(), PathBuf::from("given"));
        let absent = engines.engine("absent").unwrap();
        assert_eq!(engines.find(absent, &finder).unwrap().unwrap().file, PathBuf::from("given"));
    }

    #[test]
    fn engines_need_a_program_and_an_exit_code() {
        for (from, to) in [
            ("program = \"sh\"", "program = \"absent\""),
            ("exit_codes = [0]", "exit_codes = []"),
            ("args = []", "args = []\nsurprise = 1"),
        ] {
            assert!(Engines::parse(&TWO.replace(from, to)).is_err(), "{to}");
        }
        assert!(Engines::parse(TWO).unwrap().engine("nobody").is_err());
    }

    #[test]
    fn a_target_may_name_features() {
        let target = |more: &str| {
            let text = format!(
                "[program.p]\nfind = [{{ cargo = {{ package = \"a\", bin = \"b\", \
                 profile = \"dist\"{more} }} }}]\n[engine]\n"
            );
            let engines = Engines::parse(&text).unwrap();
            let Find::Cargo(target) = &engines.program["p"].find[0] else { unreachable!() };
            target.features.clone()
        };
        assert!(target("").is_empty());
        assert_eq!(target(", features = [\"c\", \"d\"]"), ["c", "d"]);
    }

    #[test]
    fn cargo_tells_where_it_put_the_file() {
        let messages = "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"dep\"},\"executable\":null}\n\
                        {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"tool\"},\"executable\":\"out/tool\"}\n\
                        {\"reason\":\"build-finished\",\"success\":true}";
        assert_eq!(executable(messages, "tool"), Some(PathBuf::from("out/tool")));
        assert_eq!(executable(messages, "dep"), None);
    }
}
