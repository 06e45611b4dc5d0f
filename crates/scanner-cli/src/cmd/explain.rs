//! `explain`: every stage that a text met.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use scanner_runtime::engine::Stage;
use scanner_runtime::{ExplainLine, explain};

use super::{output::print, ruleset};
use crate::args::ExplainArgs;
use crate::config_file;
use crate::env::Environment;
use crate::exit::Exit;

/// Features shown of a judgement.
const WEIGHED_SHOWN: usize = 8;

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let config = config_file::find(args.config.as_deref(), environment.config.as_deref(), None)?;
    let specs = ruleset::all(&config)?;
    let (path, text, line) = match (&args.text, &args.place) {
        (Some(text), _) => ("text".to_owned(), text.clone().into_bytes(), None),
        (None, place) => {
            let (path, line) = split(place.as_deref().unwrap_or_default());
            let text = std::fs::read(path).with_context(|| format!("{path} cannot be read"))?;
            (path.to_owned(), text, line)
        }
    };
    let lines = explain(&specs, &path, &text, line)?;
    print(&render(&path, &lines, args.all))?;
    let found = lines.iter().any(|line| line.refused_by.is_none());
    Ok(if found { Exit::Findings(1) } else { Exit::Clean })
}

/// `FILE:LINE`, where such a file is not there by its whole name.
fn split(place: &str) -> (&str, Option<u64>) {
    if !Path::new(place).exists()
        && let Some((path, line)) = place.rsplit_once(':')
        && let Ok(line) = line.parse()
    {
        return (path, Some(line));
    }
    (place, None)
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
        let _ = writeln!(text, "{hidden} rules have their anchor here but not their form (--all)");
    }
    if text.is_empty() {
        text.push_str("no rule has an anchor here\n");
    }
    text
}
