//! `explain`: every stage that a text met.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use scanner_runtime::engine::Stage;
use scanner_runtime::{ExplainLine, explain};

use super::output::print;
use crate::args::ExplainArgs;
use crate::config_file;
use crate::env::Environment;
use crate::exit::Exit;
use crate::ruleset;

/// Features shown of a judgement.
const WEIGHED_SHOWN: usize = 8;

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let subject = match (&args.text, &args.place) {
        (Some(text), _) => Subject::of_text(text),
        (None, place) => Subject::of_place(place.as_deref().unwrap_or_default())?,
    };
    let root = config_folder(subject.file.as_deref());
    let config =
        config_file::find(args.config.as_deref(), environment.config.as_deref(), root.as_deref())?;
    let specs = ruleset::all(&config)?;
    let Subject { path, text, line, .. } = subject;
    let lines = explain(&specs, &path, &text, line)?;
    print(&render(&path, &lines, args.all))?;
    let found = lines.iter().any(|line| line.refused_by.is_none());
    Ok(if found { Exit::Findings(1) } else { Exit::Clean })
}

/// What is to be explained.
struct Subject {
    /// Its name in the answer.
    path: String,
    file: Option<PathBuf>,
    text: Vec<u8>,
    line: Option<u64>,
}

impl Subject {
    fn of_text(text: &str) -> Self {
        Self { path: "text".to_owned(), file: None, text: text.as_bytes().to_vec(), line: None }
    }

    fn of_place(place: &OsStr) -> anyhow::Result<Self> {
        let (file, line) = split(place);
        let path = file.to_string_lossy().into_owned();
        let text = std::fs::read(&file).with_context(|| {
            let hint = "; what was dropped inside of archives and histories is told by \
                        `scanner-rs scan --show-suppressed`";
            let hint = if path.contains('!') || path.starts_with(".git/") { hint } else { "" };
            format!("{path} cannot be read{hint}")
        })?;
        let count = text.split_inclusive(|&byte| byte == b'\n').count().max(1) as u64;
        if let Some(line) = line.filter(|line| !(1..=count).contains(line)) {
            bail!("{path} has no line {line}; its last one is {count}");
        }
        Ok(Self { path, file: Some(file), text, line })
    }
}

/// `FILE:LINE` or `FILE:LINE:COLUMN`, where such a file is not there by its whole name.
fn split(place: &OsStr) -> (PathBuf, Option<u64>) {
    let mut path = PathBuf::from(place);
    let mut line = None;
    // From behind, so that the line comes last.
    for _ in 0..2 {
        let bytes = path.as_os_str().as_encoded_bytes();
        let Some(at) = bytes.iter().rposition(|&byte| byte == b':') else { break };
        let number = str::from_utf8(&bytes[at + 1..]).ok().and_then(|text| text.parse().ok());
        if number.is_none() || path.exists() {
            break;
        }
        line = number;
        // The column falls away with its colon.
        path = prefix(&path, at);
    }
    (path, line)
}

/// The first bytes of a path, up to a colon.
fn prefix(path: &Path, bytes: usize) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        PathBuf::from(OsStr::from_bytes(&path.as_os_str().as_bytes()[..bytes]))
    }
    #[cfg(not(unix))]
    PathBuf::from(&path.to_string_lossy()[..bytes])
}

/// The folder whose configuration a scan of the file will have read: its own or the nearest above it that has one, not above
/// the repository or where the command was started.
fn config_folder(file: Option<&Path>) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let Some(file) = file else { return Some(here) };
    let file = here.join(file);
    let folders = file.ancestors().skip(1);
    for folder in folders {
        if config_file::is_in(folder) {
            return Some(folder.to_owned());
        }
        if folder == here || folder.join(".git").exists() {
            break;
        }
    }
    None
}

fn render(path: &str, lines: &[ExplainLine], all: bool) -> String {
    let mut text = String::new();
    let mut hidden = 0;
    for line in lines {
        if line.refused_by == Some(Stage::Regex) && !all {
            hidden += 1;
            continue;
        }
        let place = format!("{path}:{}:{}", line.line, line.column);
        let what = match line.refused_by {
            None => "accepted".to_owned(),
            Some(stage) => format!("dropped by {}: {}", stage.name(), stage.explain()),
        };
        let shown =
            if line.redacted.is_empty() { String::new() } else { format!("  {}", line.redacted) };
        let _ = writeln!(text, "{place}  {}{shown}\n    {what}", line.rule);
        if let Some(proof) = &line.proof {
            let _ = writeln!(text, "    {proof}");
        }
        for one in line.weighed.iter().take(WEIGHED_SHOWN) {
            let (weight, number) = (f64::from(one.weight) / 1000.0, one.number);
            let _ = writeln!(text, "    {weight:+6.2}  {} ({number})", one.name);
        }
    }
    if hidden > 0 {
        let have = if hidden == 1 { "rule has its" } else { "rules have their" };
        let _ = writeln!(text, "{hidden} {have} anchor here and no match (--all lists them)");
    }
    if text.is_empty() {
        text.push_str("no rule looks for anything that stands here\n");
    }
    text
}
