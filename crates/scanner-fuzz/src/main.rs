//! `scanner-fuzz [--seconds N] [--target NAME]... [--seed N] [--keep] [--list]`: runs the targets for a while, each
//! for its share of the time. Ends with 1 when one fails; the input that did it is kept below `corpus`.

#![expect(clippy::print_stdout, reason = "a command that talks to a terminal")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use scanner_fuzz::Target;
use scanner_fuzz::coverage::Coverage;
use scanner_fuzz::run::{Plan, Until, run};
use scanner_fuzz::targets::TARGETS;

#[derive(Debug, Default)]
struct Options {
    seconds: f64,
    names: Vec<String>,
    seed: u64,
    keep: bool,
    list: bool,
}

fn options() -> Result<Options> {
    let mut options = Options { seconds: 60.0, ..Options::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--seconds" => options.seconds = value()?.parse().context("--seconds N")?,
            "--target" => options.names.push(value()?),
            "--seed" => options.seed = value()?.parse().context("--seed N")?,
            "--keep" => options.keep = true,
            "--list" => options.list = true,
            other => bail!("no option is called {other}"),
        }
    }
    Ok(options)
}

fn chosen(names: &[String]) -> Result<Vec<&'static Target>> {
    if names.is_empty() {
        return Ok(TARGETS.iter().collect());
    }
    let find = |name: &String| {
        let found = TARGETS.iter().find(|target| target.name == name);
        found.with_context(|| format!("no target is called {name}; --list shows all"))
    };
    names.iter().map(find).collect()
}

fn main() -> Result<ExitCode> {
    let options = options()?;
    if options.list {
        for target in TARGETS {
            println!("{:16} {}", target.name, target.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let targets = chosen(&options.names)?;
    if !Coverage::is_there() {
        println!(
            "built without coverage counters: mutations are blind (`cargo xtask fuzz` builds with them)"
        );
    }
    let count = u32::try_from(targets.len().max(1)).context("too many targets")?;
    let share = Duration::try_from_secs_f64(options.seconds)? / count;
    let mut code = ExitCode::SUCCESS;
    for target in targets {
        let until = Until::Time(Instant::now() + share);
        let outcome = run(target, &Plan { until, seed: options.seed, keep: options.keep })?;
        println!(
            "{:16} {:9} runs, {:5} inputs, {:6} edges, slowest {:.1?}",
            target.name, outcome.runs, outcome.inputs, outcome.reached, outcome.slowest
        );
        if let Some(path) = outcome.failed {
            println!("{:16} FAILED: {}", target.name, path.display());
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
