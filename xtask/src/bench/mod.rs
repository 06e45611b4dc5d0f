//! `cargo xtask bench`: times the scanner against floors and peers, as definitions say.
//!
//! A definition ([`definition`]) names a corpus and engines ([`engines`]); the engines run in turns
//! ([`rounds`]), each run alone in a measuring process ([`measure`]) and checked against stated
//! counts ([`counts`]); medians are held to bars ([`figures`]), printed ([`table`]) and recorded
//! ([`record`]). Corpora are never made here: `cargo xtask corpora` does that.

mod counts;
mod definition;
mod engines;
mod figures;
pub(crate) mod machine;
pub(crate) mod measure;
mod record;
mod rounds;
mod synthetic;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use self::definition::{Counts, Definition};
use self::engines::{Engines, Finder};
use self::figures::Verdict;
use self::machine::Machine;
use self::record::Record;
use crate::options::Options;
use crate::place;

/// Runs of each engine under `--quick`.
const QUICK_RUNS: u32 = 2;

/// One call of the chore, its command line understood.
struct Session {
    engines: Engines,
    finder: Finder,
    machine: Machine,
    date: String,
    quick: bool,
    /// Where records go; nowhere in a quick run unless a folder was given.
    record: Option<PathBuf>,
}

/// Runs the chore; the exit code is 1 when a count is wrong or a bar is missed.
///
/// # Errors
/// The command line or a definition cannot be understood.
pub(crate) fn command(arguments: &[String]) -> Result<ExitCode> {
    let valued = ["definition", "record", "date", "data", "profile", "program"];
    let options = Options::parse(arguments, &valued, &["quick"])?;
    ensure!(options.operands.is_empty(), "what is {}?", options.operands.join(" "));
    let root = place::repository();
    let all = definition::read_all(&root.join("benchmarks/definitions"))?;
    let wanted = choose(all, options.values("definition"))?;
    let session = Session::new(&options)?;
    print!("{}", session.machine.lines());
    let mut failures = Vec::new();
    for definition in wanted {
        let name = definition.name.clone();
        match session.run(definition) {
            Ok(missed) => failures.extend(missed),
            Err(error) => failures.push(format!("{name}: {error:#}")),
        }
    }
    if failures.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nNot as it should be:");
    for failure in &failures {
        println!("- {failure}");
    }
    Ok(ExitCode::FAILURE)
}

/// The definitions that were named, or all.
fn choose<'a>(
    all: Vec<Definition>,
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<Definition>> {
    let names: Vec<&str> = names.collect();
    for name in &names {
        let known = all.iter().any(|definition| definition.name == *name);
        let known_names: Vec<&str> = all.iter().map(|definition| &*definition.name).collect();
        ensure!(known, "no definition is called {name}: there are {}", known_names.join(", "));
    }
    let is_wanted = |one: &Definition| names.is_empty() || names.contains(&&*one.name);
    Ok(all.into_iter().filter(is_wanted).collect())
}

impl Session {
    fn new(options: &Options) -> Result<Self> {
        let root = place::repository();
        let machine = Machine::ask(root);
        let date = options.value("date").map_or_else(machine::today, machine::date)?;
        let quick = options.has("quick");
        let usual = root.join("benchmarks/record").join(format!("{date}-{}", machine.slug()));
        let record = options.value("record").map(PathBuf::from).or((!quick).then_some(usual));
        let finder = Finder {
            root: root.to_owned(),
            data: place::data(options.value("data"))?,
            profile: options.value("profile").map(str::to_owned),
            given: given(options.values("program"))?,
        };
        Ok(Self { engines: Engines::read(root)?, finder, machine, date, quick, record })
    }

    /// Measures one definition, prints and records it; returns the bars that were missed.
    fn run(&self, mut definition: Definition) -> Result<Vec<String>> {
        println!("\nmeasuring {} ...", definition.name);
        if self.quick {
            definition.runs = definition.runs.min(QUICK_RUNS);
        }
        let outcome = rounds::measure(&definition, &self.engines, &self.finder, &measure::run)?;
        let figures = outcome.figures;
        let record = Record {
            date: self.date.clone(),
            machine: self.machine.clone(),
            quick: self.quick,
            bars: definition.bars.iter().map(|bar| figures::judge(bar, &figures)).collect(),
            definition,
            corpus: outcome.corpus,
            absent: outcome.absent,
            figures,
        };
        println!("\n{}", record.section());
        if let Some(folder) = &self.record {
            record.write(folder)?;
        }
        let missed = record.bars.iter().filter(|bar| bar.verdict == Verdict::Missed && !self.quick);
        Ok(missed.map(|bar| format!("{}: {}", record.definition.name, bar.line())).collect())
    }
}

/// Understands `NAME=PATH` of `--program`.
fn given<'a>(pairs: impl Iterator<Item = &'a str>) -> Result<BTreeMap<String, PathBuf>> {
    pairs
        .map(|pair| {
            let (name, file) =
                pair.split_once('=').with_context(|| format!("{pair}: NAME=PATH"))?;
            let file = std::fs::canonicalize(file).with_context(|| file.to_owned())?;
            Ok((name.to_owned(), file))
        })
        .collect()
}

/// The files and bytes of a corpus, for whoever provides it.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn count(folder: &std::path::Path) -> Result<Counts> {
    rounds::count(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_chosen_by_name() {
        let one = Definition::parse(definition::tests::SMALL).unwrap();
        assert_eq!(choose(vec![one.clone()], std::iter::empty()).unwrap().len(), 1);
        assert_eq!(choose(vec![one.clone()], ["small"].into_iter()).unwrap().len(), 1);
        assert!(choose(vec![one], ["large"].into_iter()).is_err());
    }

    #[test]
    fn programs_are_given_as_pairs() {
        assert!(given(["rg"].into_iter()).is_err());
        assert!(given(["rg=surely/absent"].into_iter()).is_err());
        let folder = tempfile::tempdir().unwrap();
        let pair = format!("rg={}", folder.path().display());
        assert!(given([&*pair].into_iter()).unwrap().contains_key("rg"));
    }
}
