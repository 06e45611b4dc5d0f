//! `baseline`: a list of known findings, made and kept by scanning.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::bail;
use scanner_core::{EventSink, Finding, ScanEvent, SinkError, Status};
use scanner_runtime::is_date;
use scanner_runtime::store::{BaselineEntry, Decision, NativeBaseline, TriageState};

use super::output::print;
use super::scan::{self, With};
use crate::args::{BaselineArgs, BaselineCommand, Cli, EntryArgs, ScanArgs};
use crate::dates::today;
use crate::env::Environment;
use crate::exit::Exit;
use crate::messages;
use crate::store_place::StorePlace;

/// The file where none is named.
const FILE: &str = ".scanner-baseline";

/// Runs the command.
pub(crate) fn run(
    cli: &Cli,
    args: &BaselineArgs,
    environment: &Environment,
) -> anyhow::Result<Exit> {
    let (BaselineCommand::Create { scan, .. }
    | BaselineCommand::Update { scan, .. }
    | BaselineCommand::Prune { scan, .. }
    | BaselineCommand::Explain { scan }) = &args.command;
    let file = file_of(scan)?;
    let mut baseline = match &args.command {
        BaselineCommand::Create { .. } if file.exists() => {
            bail!("{} is there already; `baseline update` adds to it", file.display());
        }
        BaselineCommand::Create { .. } => NativeBaseline::create()?,
        _ => NativeBaseline::read(&file)?,
    };
    let Some((findings, status)) = findings(cli, scan, environment)? else {
        return Ok(Exit::Nothing);
    };
    match &args.command {
        BaselineCommand::Create { entry, .. } | BaselineCommand::Update { entry, .. } => {
            let decided = decisions(scan, environment);
            let added = add(&mut baseline, &findings, entry, &decided)?;
            baseline.write(&file)?;
            let all = baseline.entries().len();
            print(&format!("{}: {added} added, {all} entries\n", file.display()))?;
        }
        BaselineCommand::Prune { dry_run, .. } => {
            if status != Status::Complete {
                bail!("the scan is not complete, so nothing is dropped");
            }
            prune(&mut baseline, &findings, &file, *dry_run)?;
        }
        BaselineCommand::Explain { .. } => print(&explain(&baseline, &findings))?,
    }
    Ok(if status == Status::Complete { Exit::Clean } else { Exit::Incomplete })
}

fn file_of(scan: &ScanArgs) -> anyhow::Result<PathBuf> {
    match scan.baseline.as_slice() {
        [] => Ok(PathBuf::from(FILE)),
        [one] => Ok(one.clone()),
        _ => bail!("one --baseline at a time"),
    }
}

/// Keeps the findings of a scan.
#[derive(Clone, Default)]
struct Gather(Arc<Mutex<Vec<Finding>>>);

impl EventSink for Gather {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        if let ScanEvent::Report(findings) = event {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = findings.to_vec();
        }
        Ok(())
    }
}

/// What the scan finds, whatever baselines and the store say; `None` where there is no rule.
fn findings(
    cli: &Cli,
    args: &ScanArgs,
    environment: &Environment,
) -> anyhow::Result<Option<(Vec<Finding>, Status)>> {
    let Some(prepared) = scan::prepare(args, environment, With::IgnoreFile)? else {
        return Ok(None);
    };
    let gather = Gather::default();
    let summary = scan::perform(cli, args, &prepared.request, vec![Box::new(gather.clone())])?;
    for warning in &summary.warnings {
        messages::note(&format!("warning: {warning}"));
    }
    let findings = std::mem::take(&mut *gather.0.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Some((findings, summary.status)))
}

/// The last decision about each secret, where there is a store.
fn decisions(args: &ScanArgs, environment: &Environment) -> HashMap<String, Decision> {
    let place = StorePlace::of_scan(&args.store, environment);
    if place.store.is_none() {
        return HashMap::new();
    }
    match place.open(environment).and_then(|store| Ok(store.decisions(None, true)?)) {
        Ok(all) => all.into_iter().map(|decision| (decision.secret.clone(), decision)).collect(),
        Err(error) => {
            messages::note(&format!("warning: decisions are not taken over: {error}"));
            HashMap::new()
        }
    }
}

fn add(
    baseline: &mut NativeBaseline,
    findings: &[Finding],
    args: &EntryArgs,
    decided: &HashMap<String, Decision>,
) -> anyhow::Result<usize> {
    if let Some(date) = args.expires.as_deref().filter(|date| !is_date(date)) {
        bail!("--expires: `{date}` is no date; write it as in 2027-01-31");
    }
    let mut added = 0;
    for finding in findings {
        if baseline.find(&finding.rule.id, &finding.norm_hash).is_some() {
            continue;
        }
        let decision = decided.get(&finding.secret_hash);
        let state = decision.map_or(TriageState::Open, |decision| decision.state);
        let text =
            |of: fn(&Decision) -> &String| decision.map(of).filter(|t| !t.is_empty()).cloned();
        baseline.insert(BaselineEntry {
            hash: baseline.hash(&finding.norm_hash),
            rule: finding.rule.id.clone(),
            state: args.state.clone().unwrap_or_else(|| state.name().to_owned()),
            expires: args.expires.clone().or_else(|| decision.and_then(|d| d.expires.clone())),
            owner: args.owner.clone().or_else(|| text(|decision| &decision.owner)),
            reason: args.reason.clone().or_else(|| text(|d| &d.reason)).unwrap_or_default(),
        });
        added += 1;
    }
    Ok(added)
}

/// The findings of each entry, by the entry's place in the file.
fn by_entry<'a>(
    baseline: &NativeBaseline,
    findings: &'a [Finding],
) -> HashMap<usize, Vec<&'a Finding>> {
    let mut fits: HashMap<usize, Vec<&Finding>> = HashMap::new();
    for finding in findings {
        if let Some(index) = baseline.find(&finding.rule.id, &finding.norm_hash) {
            fits.entry(index).or_default().push(finding);
        }
    }
    fits
}

fn prune(
    baseline: &mut NativeBaseline,
    findings: &[Finding],
    file: &Path,
    dry_run: bool,
) -> anyhow::Result<()> {
    let fits = by_entry(baseline, findings);
    let dropped = baseline.retain(|index| fits.contains_key(&index));
    let mut text = String::new();
    for entry in &dropped {
        let _ =
            writeln!(text, "fits nothing any more: {} {}{}", entry.rule, entry.hash, about(entry));
    }
    let (count, left) = (dropped.len(), baseline.entries().len());
    if dry_run {
        let _ = writeln!(text, "{}: {count} would be dropped, {left} kept", file.display());
    } else {
        if count > 0 {
            baseline.write(file)?;
        }
        let _ = writeln!(text, "{}: {count} dropped, {left} kept", file.display());
    }
    Ok(print(&text)?)
}

fn explain(baseline: &NativeBaseline, findings: &[Finding]) -> String {
    let fits = by_entry(baseline, findings);
    let today = today();
    let mut text = String::new();
    for (index, entry) in baseline.entries().iter().enumerate() {
        let over = entry.expires.as_ref().is_some_and(|day| *day < today);
        let note = if over { ", over: it counts again" } else { "" };
        let _ = writeln!(text, "{} {}{}{note}", entry.rule, entry.hash, about(entry));
        match fits.get(&index) {
            None => text.push_str("  fits nothing any more; `baseline prune` drops it\n"),
            Some(findings) => {
                for finding in findings {
                    let (path, line) = (&finding.path, finding.location.line);
                    let _ = writeln!(text, "  {path}:{line} {}", finding.secret.redacted());
                    for place in &finding.places {
                        let _ = writeln!(text, "  {}:{}", place.path, place.location.line);
                    }
                }
            }
        }
    }
    let new = findings.iter().filter(|f| baseline.find(&f.rule.id, &f.norm_hash).is_none()).count();
    let stale = baseline.entries().len() - fits.len();
    let _ = writeln!(
        text,
        "{} entries, {stale} fit nothing, {new} findings are in none",
        baseline.entries().len()
    );
    text
}

/// What an entry says besides its hash and rule.
fn about(entry: &BaselineEntry) -> String {
    let mut text = format!(" {}", entry.state);
    if let Some(day) = &entry.expires {
        let _ = write!(text, " until {day}");
    }
    if let Some(owner) = &entry.owner {
        let _ = write!(text, " by {owner}");
    }
    if !entry.reason.is_empty() {
        let _ = write!(text, " ({})", entry.reason);
    }
    text
}
