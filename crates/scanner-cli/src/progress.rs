//! The progress bar: bytes, files, rate and findings on stderr, while a scan runs.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use scanner_runtime::Control;

use crate::args::When;

/// Time between two drawings.
const TICK: Duration = Duration::from_millis(100);

/// A bar that draws itself until it is dropped.
pub(crate) struct Bar {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bar {
    /// Starts drawing, where that is wanted.
    pub(crate) fn start(when: When, quiet: bool, control: &Arc<Control>) -> Option<Self> {
        let wanted = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => !quiet && std::io::stderr().is_terminal(),
        };
        if !wanted {
            return None;
        }
        let over = Arc::new(AtomicBool::new(false));
        let (ending, control) = (Arc::clone(&over), Arc::clone(control));
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || draw(&control, &ending))
            .ok();
        Some(Self { over, thread })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

fn draw(control: &Control, over: &AtomicBool) {
    // A scan that is over at once draws nothing.
    std::thread::park_timeout(TICK);
    if over.load(Ordering::Relaxed) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} in {elapsed}") {
        bar.set_style(style);
    }
    while !over.load(Ordering::Relaxed) {
        let bytes = control.progress.bytes.load(Ordering::Relaxed);
        let millis = u64::try_from(bar.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let counted = |number: &AtomicU64, what: &str| {
            let number = number.load(Ordering::Relaxed);
            format!("{} {what}{}", HumanCount(number), if number == 1 { "" } else { "s" })
        };
        bar.set_message(format!(
            "{}, {}, {}/s, {}",
            HumanBytes(bytes),
            counted(&control.progress.files, "file"),
            HumanBytes(bytes.saturating_mul(1000) / millis),
            counted(&control.progress.findings, "finding"),
        ));
        bar.tick();
        std::thread::park_timeout(TICK);
    }
    bar.finish_and_clear();
}
