//! The facts about the machine that a figure is worth nothing without, and the date.
//!
//! No host name and no path: records are published.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::measure;
use crate::tool;

/// What a record says about where it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) processors: usize,
    pub(crate) memory_gib: u64,
    pub(crate) kernel: String,
    pub(crate) rustc: String,
    /// The commit that was measured; `+` behind it when files were changed since.
    pub(crate) commit: String,
    /// Load of the last minute when the run began.
    pub(crate) load: String,
    /// Whether runs could be pinned to processors.
    pub(crate) pinning: bool,
}

impl Machine {
    /// Asks the machine and the repository at `root`.
    pub(crate) fn ask(root: &Path) -> Self {
        let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let first_word = |text: &str| text.split_whitespace().next().unwrap_or("?").to_owned();
        let kibibytes = field(&file("/proc/meminfo"), "MemTotal").and_then(|v| {
            v.split_whitespace().next().and_then(|number| number.parse::<u64>().ok())
        });
        Self {
            cpu: field(&file("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown".into()),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: kibibytes.unwrap_or(0) >> 20,
            kernel: first_word(&file("/proc/sys/kernel/osrelease")),
            rustc: tool::answer_text(Command::new("rustc").arg("-V")).unwrap_or_default(),
            commit: commit(root),
            load: first_word(&file("/proc/loadavg")),
            pinning: measure::can_pin(),
        }
    }

    /// A name for folders: the processor and how many there are.
    pub(crate) fn slug(&self) -> String {
        let words: String = self
            .cpu
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
            .collect();
        let noise = ["r", "tm", "cpu", "processor", "with", "core"];
        let kept: Vec<&str> =
            words.split_whitespace().filter(|word| !noise.contains(word)).take(4).collect();
        format!("{}-{}", kept.join("-"), self.processors)
    }

    /// The facts as lines of Markdown.
    pub(crate) fn lines(&self) -> String {
        format!(
            "- {} x {}, {} GiB, kernel {}\n- {}, commit {}\n- load at start {}, runs pinned: {}\n",
            self.processors,
            self.cpu,
            self.memory_gib,
            self.kernel,
            self.rustc,
            self.commit,
            self.load,
            if self.pinning { "yes" } else { "no, taskset is missing" },
        )
    }
}

/// The commit of the repository at `root`; `+` behind it when files were changed since.
pub(crate) fn commit(root: &Path) -> String {
    let git = |arguments: &[&str]| {
        tool::answer_text(Command::new("git").current_dir(root).args(arguments))
    };
    let head = git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|_| "unknown".to_owned());
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
    let mark = if changed.is_ok_and(|lines| lines.is_empty()) { "" } else { "+" };
    format!("{head}{mark}")
}

/// The value of the first `name : value` line.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// Today, as `YYYY-MM-DD` in universal time.
///
/// # Errors
/// The clock is before 1970.
pub(crate) fn today() -> Result<String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is wrong")?;
    Ok(civil(since.as_secs() / 86_400))
}

/// Accepts a date given by hand.
///
/// # Errors
/// It is not written as `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Result<String> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        bail!("{text} is no date of the form YYYY-MM-DD");
    }
    Ok(text.to_owned())
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil(days: u64) -> String {
    let mut left = days;
    let mut year = 1970;
    while left >= days_of_year(year) {
        left -= days_of_year(year);
        year += 1;
    }
    let february = if days_of_year(year) == 366 { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    format!("{year:04}-{:02}-{:02}", month + 1, left + 1)
}

fn days_of_year(year: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        for (days, text) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (789, "1972-02-29"),
            (11_016, "2000-02-29"),
            (19_782, "2024-02-29"),
            (20_453, "2025-12-31"),
        ] {
            assert_eq!(civil(days), text);
        }
    }

    #[test]
    fn dates_by_hand_have_one_form() {
        assert!(date("2026-11-21").is_ok());
        for text in ["2026-11-2", "26-11-2100", "2026/11/21", "../../../x"] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_machine_is_called_after_its_processor() {
        let mut machine = Machine::ask(crate::place::repository());
        machine.cpu = "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz".to_owned();
        machine.processors = 8;
        assert_eq!(machine.slug(), "intel-xeon-gold-6338-8");
    }

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let text = "model\t\t: 1\nmodel name\t: AMD EPYC\nmodel name\t: other\n";
        assert_eq!(field(text, "model name").as_deref(), Some("AMD EPYC"));
        assert_eq!(field(text, "cpu"), None);
    }
}
