//! The loop: take an input, change it, run it, keep it where it reaches new code.
//!
//! An input that makes the target panic, or that takes longer than [`SLOW`], ends the run and is kept as a file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::Target;
use crate::corpus;
use crate::coverage::Coverage;
use crate::mutate::{Material, Random, mutate};

/// An input may take this long: far more than any should, on a machine that is busy and with every check on.
pub const SLOW: Duration = Duration::from_secs(20);

/// When a run is over.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// So many mutations were run.
    Count(u64),
    /// This moment has come.
    Time(Instant),
}

/// How a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// When it is over.
    pub until: Until,
    /// What everything random follows from.
    pub seed: u64,
    /// Whether inputs that reach new code are written to the corpus.
    pub keep: bool,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Inputs run.
    pub runs: u64,
    /// Inputs at hand in the end.
    pub inputs: usize,
    /// Counters of code reached; 0 where none is counted.
    pub reached: usize,
    /// The longest time of an input.
    pub slowest: Duration,
    /// The input that made the target fail.
    pub failed: Option<PathBuf>,
}

/// Runs a target over its inputs and mutations of them.
///
/// # Errors
///
/// The corpus cannot be read or written.
pub fn run(target: &Target, plan: &Plan) -> std::io::Result<Outcome> {
    let mut pool = corpus::inputs(target)?;
    let mut session = Session::new(*target);
    for input in &pool {
        if let Some(failed) = session.one(input)? {
            return Ok(session.end(pool.len(), Some(failed)));
        }
        session.coverage.take_new();
    }
    let mut random = Random::new(plan.seed);
    while !is_over(plan.until, session.outcome.runs) {
        let mut input = random.one(&pool).cloned().unwrap_or_default();
        let material = Material { words: target.words, others: &pool, bytes_max: target.bytes_max };
        mutate(&mut input, &mut random, &material);
        if let Some(failed) = session.one(&input)? {
            return Ok(session.end(pool.len(), Some(failed)));
        }
        if session.coverage.take_new() > 0 {
            if plan.keep {
                corpus::keep(target, "new", &input)?;
            }
            pool.push(input);
        }
    }
    Ok(session.end(pool.len(), None))
}

fn is_over(until: Until, runs: u64) -> bool {
    match until {
        Until::Count(count) => runs >= count,
        Until::Time(end) => Instant::now() >= end,
    }
}

/// A run that is under way.
#[derive(Debug)]
struct Session {
    target: Target,
    coverage: Coverage,
    outcome: Outcome,
    watch: Watch,
}

impl Session {
    fn new(target: Target) -> Self {
        let (coverage, outcome) = (Coverage::default(), Outcome::default());
        Self { target, coverage, outcome, watch: Watch::new(target) }
    }

    /// Runs one input; where it fails, the file that it was written to.
    fn one(&mut self, input: &[u8]) -> std::io::Result<Option<PathBuf>> {
        self.watch.begin(input);
        Coverage::begin();
        let started = Instant::now();
        let run = self.target.run;
        let result = catch_unwind(AssertUnwindSafe(|| run(input)));
        let elapsed = started.elapsed();
        self.watch.end();
        self.outcome.slowest = self.outcome.slowest.max(elapsed);
        self.outcome.runs += 1;
        if result.is_err() {
            return corpus::keep(&self.target, "crash", input).map(Some);
        }
        Ok(None)
    }

    fn end(mut self, inputs: usize, failed: Option<PathBuf>) -> Outcome {
        self.outcome.inputs = inputs;
        self.outcome.reached = self.coverage.reached();
        self.outcome.failed = failed;
        self.outcome
    }
}

/// A thread that ends the process when an input takes too long: nothing else can stop a loop.
#[derive(Debug)]
struct Watch {
    input: Arc<Mutex<Vec<u8>>>,
    signal: SyncSender<bool>,
}

impl Watch {
    fn new(target: Target) -> Self {
        let (signal, signals) = sync_channel(2);
        let input = Arc::new(Mutex::new(Vec::new()));
        let watched = Arc::clone(&input);
        std::thread::spawn(move || {
            while let Ok(is_running) = signals.recv() {
                if is_running && signals.recv_timeout(SLOW) == Err(RecvTimeoutError::Timeout) {
                    let input = watched.lock().map(|input| input.clone()).unwrap_or_default();
                    let kept = corpus::keep(&target, "slow", &input);
                    fail(&target, &kept);
                }
            }
        });
        Self { input, signal }
    }

    fn begin(&self, input: &[u8]) {
        if let Ok(mut kept) = self.input.lock() {
            kept.clear();
            kept.extend_from_slice(input);
        }
        // The thread lives as long as the sender.
        let _ = self.signal.send(true);
    }

    fn end(&self) {
        let _ = self.signal.send(false);
    }
}

#[expect(clippy::print_stderr, clippy::exit, reason = "the run hangs and nobody else can say so")]
fn fail(target: &Target, kept: &std::io::Result<PathBuf>) -> ! {
    eprintln!("{}: an input takes longer than {SLOW:?}: {kept:?}", target.name);
    std::process::exit(1);
}
