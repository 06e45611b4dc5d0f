//! Standard input that ends when the user or the clock says so, also while nothing comes.
//!
//! A read of a terminal or a pipe waits for as long as nobody writes. So it is asked first whether there is something to read,
//! and the answer is looked for again and again; the run itself then finds out why it ended.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use scanner_runtime::Control;

/// Time between two looks at what the user wants.
#[cfg(unix)]
const LOOK: rustix::time::Timespec = rustix::time::Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Standard input of a scan.
pub(crate) struct Stdin {
    control: Arc<Control>,
    deadline: Option<Instant>,
}

impl Stdin {
    /// Nothing is read yet.
    pub(crate) fn open(control: &Arc<Control>, timeout: Option<Duration>) -> Self {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Self { control: Arc::clone(control), deadline }
    }

    fn is_over(&self) -> bool {
        self.control.cancel.load(Ordering::Relaxed)
            || self.deadline.is_some_and(|deadline| Instant::now() > deadline + MARGIN)
    }

    /// Whether there is something to read, an end included; `false` if the run is over.
    #[cfg(unix)]
    fn wait(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, poll};
        let stdin = io::stdin();
        while !self.is_over() {
            let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
            match poll(&mut asked, Some(&LOOK)) {
                // Nothing yet, or a signal: perhaps the one that ends the run.
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // What cannot be asked is read, which says why.
                Ok(_) | Err(_) => return true,
            }
        }
        false
    }

    #[cfg(not(unix))]
    fn wait(&self) -> bool {
        !self.is_over()
    }
}

/// The run measures its time itself, from a little later on.
const MARGIN: Duration = Duration::from_millis(20);

impl Read for Stdin {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.wait() {
            return Ok(0);
        }
        read(into)
    }
}

/// Past the buffer of the standard library, in which bytes would wait that nobody can ask for.
#[cfg(unix)]
fn read(into: &mut [u8]) -> io::Result<usize> {
    Ok(rustix::io::read(io::stdin(), into)?)
}

#[cfg(not(unix))]
fn read(into: &mut [u8]) -> io::Result<usize> {
    io::stdin().read(into)
}
