//! Runs one command and takes its wall time, processor time, peak memory and exit.
//!
//! The run happens in a small process of its own (`cargo xtask measure`, not for people): the kernel
//! counts the memory of the process that started a command into the command's peak, so the starter
//! must be small and fresh. It is also what `taskset` pins, so that pinning costs the measured
//! command nothing. Memory of children that the command itself started counts only as far as the
//! kernel adds it: the largest single process.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{place, tool};

/// The hidden chore that measures one command.
pub(crate) const CHORE: &str = "measure";

/// One command to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// Standard output goes here, standard error beside it.
    pub(crate) stdout: PathBuf,
    pub(crate) stderr: PathBuf,
    pub(crate) timeout: Duration,
}

/// What a run took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Usage {
    pub(crate) wall: Duration,
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    pub(crate) peak_rss_bytes: u64,
    /// `None` when a signal ended it, the timeout's among them.
    pub(crate) exit_code: Option<i32>,
}

/// Starts the measuring process for `plan` and returns what it took.
///
/// `pin` is a list of processors for `taskset`; it is ignored where there is no `taskset`.
///
/// # Errors
/// The command cannot be started.
pub(crate) fn run(plan: &Plan, pin: Option<&str>) -> Result<Usage> {
    let this = std::env::current_exe().context("where am I?")?;
    let mut command = match pin.filter(|_| can_pin()) {
        Some(processors) => {
            let mut command = Command::new("taskset");
            command.args(["--cpu-list", processors]).arg(this);
            command
        }
        None => Command::new(this),
    };
    command.arg(CHORE).arg(serde_json::to_string(plan)?);
    let answer = tool::answer_text(&mut command)?;
    serde_json::from_str(&answer).context("the measuring process said something else")
}

/// Whether commands can be pinned to processors here.
pub(crate) fn can_pin() -> bool {
    place::on_path("taskset").is_some()
}

/// The hidden chore: a plan as JSON in, what it took as JSON out.
///
/// # Errors
/// The plan is none, or its command cannot be started.
pub(crate) fn command(arguments: &[String]) -> Result<ExitCode> {
    let [plan] = arguments else { bail!("a plan is expected, as JSON") };
    let usage = here(&serde_json::from_str(plan).context("no plan")?)?;
    println!("{}", serde_json::to_string(&usage)?);
    Ok(ExitCode::SUCCESS)
}

/// Runs `plan` as a child of this very process.
///
/// # Errors
/// As [`run`].
pub(crate) fn here(plan: &Plan) -> Result<Usage> {
    let create = |path: &Path| File::create(path).with_context(|| path.display().to_string());
    let mut command = Command::new(&plan.program);
    command.args(&plan.args).stdin(Stdio::null());
    command.stdout(create(&plan.stdout)?).stderr(create(&plan.stderr)?);
    let start = Instant::now();
    let mut child =
        command.spawn().with_context(|| format!("{} did not start", plan.program.display()))?;
    wait_for_end(&mut child, plan.timeout)?;
    let wall = start.elapsed();
    reap(&child, wall).context("the run could not be accounted for")
}

/// Waits until the child has ended, but leaves it to be reaped; ends it when it takes too long.
fn wait_for_end(child: &mut Child, timeout: Duration) -> io::Result<()> {
    let id = child.id();
    let (ended, end) = channel::<()>();
    std::thread::scope(|scope| {
        let watcher = scope.spawn(move || match end.recv_timeout(timeout) {
            Err(RecvTimeoutError::Timeout) => child.kill(),
            _ => Ok(()),
        });
        let waited = wait_unreaped(id);
        drop(ended);
        // The child is still unreaped while the watcher may act, so its id cannot be anyone else's.
        let watched = watcher.join().expect("the watcher does nothing that panics");
        waited.and(watched)
    })
}

#[expect(unsafe_code, reason = "only waitid waits for a child without reaping it")]
fn wait_unreaped(id: u32) -> io::Result<()> {
    loop {
        // SAFETY: `siginfo_t` is plain data for which all bytes zero is a value.
        let mut information: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let flags = libc::WEXITED | libc::WNOWAIT;
        // SAFETY: `information` lives through the call, which writes nothing else.
        let status = unsafe { libc::waitid(libc::P_PID, id, &raw mut information, flags) };
        let error = io::Error::last_os_error();
        if status == 0 {
            return Ok(());
        }
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

#[expect(unsafe_code, reason = "only wait4 tells what one child used")]
fn reap(child: &Child, wall: Duration) -> io::Result<Usage> {
    let id = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    let mut status = 0;
    // SAFETY: `rusage` is plain data for which all bytes zero is a value.
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to locals that live through the call, which writes nothing else.
    let reaped = unsafe { libc::wait4(id, &raw mut status, 0, &raw mut used) };
    if reaped != id {
        return Err(io::Error::last_os_error());
    }
    Ok(Usage {
        wall,
        user: duration(used.ru_utime),
        system: duration(used.ru_stime),
        peak_rss_bytes: u64::try_from(used.ru_maxrss).unwrap_or(0) * RSS_UNIT_BYTES,
        exit_code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
    })
}

/// The unit of `ru_maxrss`.
const RSS_UNIT_BYTES: u64 = if cfg!(target_os = "macos") { 1 } else { 1024 };

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let microseconds = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(microseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(folder: &Path, script: &str, timeout: Duration) -> Usage {
        let plan = Plan {
            program: PathBuf::from("sh"),
            args: vec!["-c".to_owned(), script.to_owned()],
            stdout: folder.join("out"),
            stderr: folder.join("err"),
            timeout,
        };
        here(&plan).unwrap()
    }

    #[test]
    fn exit_output_and_time_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let usage =
            shell(folder.path(), "echo said; echo told >&2; sleep 0.05; exit 3", Duration::MAX);
        assert_eq!(usage.exit_code, Some(3));
        assert!(usage.wall >= Duration::from_millis(50));
        assert!(usage.peak_rss_bytes > 100_000);
        assert_eq!(std::fs::read(folder.path().join("out")).unwrap(), b"said\n");
        assert_eq!(std::fs::read(folder.path().join("err")).unwrap(), b"told\n");
    }

    #[test]
    fn a_run_that_takes_too_long_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let usage = shell(folder.path(), "exec sleep 30", Duration::from_millis(50));
        assert_eq!(usage.exit_code, None);
        assert!(usage.wall < Duration::from_secs(10));
    }

    #[test]
    fn processor_time_counts_work_and_not_sleep() {
        let folder = tempfile::tempdir().unwrap();
        let busy = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
        let work = shell(folder.path(), busy, Duration::MAX);
        let sleep = shell(folder.path(), "sleep 0.2", Duration::MAX);
        assert!(work.user + work.system > sleep.user + sleep.system);
        assert!(sleep.user + sleep.system < Duration::from_millis(150));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan {
            program: folder.path().join("absent"),
            args: Vec::new(),
            stdout: folder.path().join("out"),
            stderr: folder.path().join("err"),
            timeout: Duration::MAX,
        };
        assert!(here(&plan).is_err());
    }
}
