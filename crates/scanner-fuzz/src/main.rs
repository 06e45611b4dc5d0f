//! `scanner-fuzz [--seconds N] [--jobs N] [--target NAME]... [--seed N|random] [--keep] [--list]`: runs the
//! targets for a while, each for its share of the time. Ends with 1 when one fails; the input that did it is kept below
//! `corpus`.
//!
//! With `--jobs` each target is a process of its own, so many at a time (0: one for each processor), for a minute at most.
//! A target fails by a panic, by an input that takes too long, and by taking more memory than [`MEMORY_MAX`].

#![expect(clippy::print_stdout, reason = "a command that talks to a terminal")]

use std::num::NonZeroUsize;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use scanner_fuzz::Target;
use scanner_fuzz::coverage::Coverage;
use scanner_fuzz::run::{Plan, Until, run};
use scanner_fuzz::targets::TARGETS;

/// The time of a target where several run beside each other, at most.
const EACH_MAX_SECONDS: f64 = 60.0;

/// Memory that a process of one target may take: the limits of all decoders together, several times.
const MEMORY_MAX: u64 = 1 << 30;

#[derive(Debug, Default)]
struct Options {
    seconds: f64,
    jobs: Option<usize>,
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
            "--jobs" => options.jobs = Some(value()?.parse().context("--jobs N")?),
            "--target" => options.names.push(value()?),
            "--seed" => options.seed = seed_of(&value()?)?,
            "--keep" => options.keep = true,
            "--list" => options.list = true,
            other => bail!("no option is called {other}"),
        }
    }
    Ok(options)
}

/// A seed as a number, or one that nobody has chosen.
fn seed_of(word: &str) -> Result<u64> {
    if word != "random" {
        return word.parse().context("--seed N|random");
    }
    let now = SystemTime::UNIX_EPOCH.elapsed().context("a clock before 1970")?;
    Ok(u64::from(now.subsec_nanos()) << 20 ^ now.as_secs())
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
    if let Some(jobs) = options.jobs {
        return run_beside(&options, &targets, jobs);
    }
    let count = u32::try_from(targets.len().max(1)).context("too many targets")?;
    let share = Duration::try_from_secs_f64(options.seconds)? / count;
    let mut is_well = true;
    for target in targets {
        is_well &= run_one(&options, target, share)?;
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs a target for its share of the time; whether all went well.
fn run_one(options: &Options, target: &Target, share: Duration) -> Result<bool> {
    let until = Until::Time(Instant::now() + share);
    let outcome = run(target, &Plan { until, seed: options.seed, keep: options.keep })?;
    println!(
        "{:16} {:9} runs, {:5} inputs, {:6} edges, slowest {:.1?}, seed {}",
        target.name, outcome.runs, outcome.inputs, outcome.reached, outcome.slowest, options.seed
    );
    if let Some(path) = outcome.failed {
        println!("{:16} FAILED: {}", target.name, path.display());
        return Ok(false);
    }
    let peak = peak_memory();
    if peak.is_some_and(|peak| peak > MEMORY_MAX) {
        println!("{:16} FAILED: {peak:?} bytes of memory", target.name);
        return Ok(false);
    }
    Ok(true)
}

/// The most memory that this process has had, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Runs each target in a process of its own, so many at a time.
fn run_beside(options: &Options, targets: &[&'static Target], jobs: usize) -> Result<ExitCode> {
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let jobs = if jobs == 0 { processors } else { jobs }.clamp(1, targets.len().max(1));
    let rounds = targets.len().div_ceil(jobs);
    let each = u32::try_from(rounds).map_or(1.0, |rounds| options.seconds / f64::from(rounds));
    let each = each.clamp(1.0, EACH_MAX_SECONDS);
    println!(
        "{} targets, {jobs} at a time, {each:.0} seconds each, seed {}",
        targets.len(),
        options.seed
    );
    let program = std::env::current_exe()?;
    let (next, is_well) = (AtomicUsize::new(0), AtomicBool::new(true));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut command = Command::new(&program);
                    command.args(["--target", target.name, "--seconds", &each.to_string()]);
                    command.args(["--seed", &options.seed.to_string()]);
                    command.args(options.keep.then_some("--keep"));
                    if !command.status().is_ok_and(|status| status.success()) {
                        println!("{:16} FAILED", target.name);
                        is_well.store(false, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    Ok(if is_well.into_inner() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
