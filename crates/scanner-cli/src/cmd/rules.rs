//! `rules`: list, show, check, test and import detectors.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use scanner_runtime::engine::{Engine, EngineOptions};
use scanner_runtime::rules::foreign::{self, NoteKind};
use scanner_runtime::rules::lint::{Issue, Level, lint};
use scanner_runtime::rules::{Checked, LoadedDetector, RuleSpec, builtin, load_file};
use scanner_runtime::{costs, test_rules};
use serde_json::json;

use super::output::print;
use crate::args::{RulesArgs, RulesCommand, RulesFormat};
use crate::config_file;
use crate::exit::Exit;
use crate::messages::{self, counted, did_you_mean};
use crate::ruleset;

/// Runs the command.
pub(crate) fn run(args: &RulesArgs) -> anyhow::Result<Exit> {
    match &args.command {
        RulesCommand::List { config, format } => list(&taking_part(config.as_deref())?, *format),
        RulesCommand::Show { id, config } => show(&taking_part(config.as_deref())?, id),
        RulesCommand::Check { file, cost: true } => check_cost(file.as_deref()),
        RulesCommand::Check { file, cost: false } => {
            check(file.as_deref().unwrap_or(Path::new("")))
        }
        RulesCommand::Import { file, output } => import(file, output.as_deref()),
        RulesCommand::Test { file } => test(file.as_deref()),
    }
}

/// The built-in rules, or those that take part in scans with a configuration.
fn taking_part(config: Option<&Path>) -> anyhow::Result<Vec<RuleSpec>> {
    let Some(path) = config else { return Ok(builtin::specs()) };
    let config = config_file::read(path)?;
    let specs = ruleset::all(&config)?;
    ruleset::select(specs, &config.scan.enable_rules, &config.scan.disable_rules)
        .with_context(|| config.name())
}

fn list(specs: &[RuleSpec], format: RulesFormat) -> anyhow::Result<Exit> {
    let text = match format {
        RulesFormat::Table => {
            let width = specs.iter().map(|spec| spec.id.len()).max().unwrap_or(0);
            let mut text = String::new();
            for spec in specs {
                let (severity, shape) = (spec.severity.name(), spec.shape.name());
                let (checked, name) = (spec.checked.name(), &spec.name);
                let _ = writeln!(
                    text,
                    "{:width$}  {severity:8}  {shape:10}  {checked:15}  {name}",
                    spec.id
                );
            }
            text + &format!("{} ({})\n", counted(specs.len(), "rule"), counts_by_check(specs))
        }
        RulesFormat::Json => {
            let rules: Vec<_> = specs.iter().map(as_json).collect();
            serde_json::to_string_pretty(&rules)? + "\n"
        }
    };
    print(&text)?;
    Ok(Exit::Clean)
}

/// How many forms stand on what, as in `3 vendor-docs, 1 unverified`.
fn counts_by_check(specs: &[RuleSpec]) -> String {
    use Checked::{PublicExamples, Unverified, VendorCode, VendorDocs};
    let counts = [VendorDocs, VendorCode, PublicExamples, Unverified].map(|checked| {
        let count = specs.iter().filter(|spec| spec.checked == checked).count();
        format!("{count} {}", checked.name())
    });
    counts.join(", ")
}

fn as_json(spec: &RuleSpec) -> serde_json::Value {
    json!({
        "id": spec.id,
        "name": spec.name,
        "service": spec.service,
        "severity": spec.severity.name(),
        "confidence": spec.confidence.name(),
        "shape": spec.shape.name(),
        "description": spec.description,
        "reference": spec.reference,
        "checked": spec.checked.name(),
        "tags": spec.tags,
    })
}

fn show(specs: &[RuleSpec], id: &str) -> anyhow::Result<Exit> {
    let Some(spec) = specs.iter().find(|spec| spec.id == id) else {
        let hint = did_you_mean(id, specs.iter().map(|spec| spec.id.as_str()));
        bail!("there is no rule `{id}`{hint} (`scanner-rs rules list` lists them)");
    };
    let mut text = format!("{}\n  {}\n\n", spec.id, spec.name);
    for (key, value) in [
        ("service", spec.service.as_str()),
        ("severity", spec.severity.name()),
        ("confidence", spec.confidence.name()),
        ("shape", spec.shape.name()),
        ("reference", spec.reference.as_str()),
        ("checked", spec.checked.name()),
        ("about", spec.description.as_str()),
        ("pattern", spec.pattern.as_str()),
    ] {
        let _ = writeln!(text, "  {key:11} {value}");
    }
    let engine = Engine::new(std::slice::from_ref(spec), EngineOptions::default())?;
    for (class, anchor, _) in engine.anchors() {
        let _ = writeln!(text, "  {:11} {anchor:?} (class {class})", "anchor");
    }
    print(&text)?;
    Ok(Exit::Clean)
}

/// The detectors of a detector file or of a configuration file.
fn load(path: &Path) -> anyhow::Result<Vec<LoadedDetector>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    // A file of detectors states its service at the top; a configuration does not.
    let is_detector_file = text.lines().any(|line| line.trim_start().starts_with("service"))
        && !text.lines().any(|line| matches!(line.trim(), "[extend]" | "[scan]" | "[allow]"));
    if is_detector_file {
        return Ok(load_file(&name, &text)?);
    }
    Ok(config_file::read(path)?.detectors)
}

fn check(path: &Path) -> anyhow::Result<Exit> {
    let text = config_file::read_text(path)?;
    if foreign::is_foreign(&text) {
        return check_foreign(path, &text);
    }
    let detectors = load(path)?;
    let mut issues = lint(&detectors);
    if issues.iter().all(|issue| issue.level != Level::Error) {
        issues.extend(compile_issues(&detectors));
    }
    let mut text = String::new();
    for issue in &issues {
        let _ = writeln!(text, "{issue}");
    }
    let errors = issues.iter().filter(|issue| issue.level == Level::Error).count();
    let warnings = issues.len() - errors;
    let (rules, warnings) = (counted(detectors.len(), "rule"), counted(warnings, "warning"));
    let _ = writeln!(text, "{rules}, {}, {warnings}", counted(errors, "error"));
    print(&text)?;
    Ok(if errors > 0 { Exit::Usage } else { Exit::Clean })
}

/// What each detector costs, the dearest first.
fn check_cost(path: Option<&Path>) -> anyhow::Result<Exit> {
    let detectors = match path {
        Some(path) => load(path)?,
        None => builtin::sources()?,
    };
    let costs = costs(&detectors)?;
    let width = costs.iter().map(|cost| cost.id.len()).max().unwrap_or(0);
    let mut text = format!(
        "{:width$}  windows/MiB  budget  µs/MiB  {:17}  anchors (A B C D)\n",
        "rule", "worst on"
    );
    for cost in &costs {
        let [a, b, c, d] = cost.anchors;
        let (windows, budget, micros) = (cost.windows_per_mib, cost.budget, cost.micros_per_mib);
        let worst = cost.worst;
        let over = if cost.is_within() { "" } else { "  over its budget" };
        let _ = writeln!(
            text,
            "{:width$}  {windows:11}  {budget:6}  {micros:6}  {worst:17}  {a} {b} {c} {d}{over}",
            cost.id
        );
    }
    let over = costs.iter().filter(|cost| !cost.is_within()).count();
    let _ = writeln!(text, "{}, {over} over their budgets", counted(costs.len(), "rule"));
    print(&text)?;
    Ok(if over > 0 { Exit::Usage } else { Exit::Clean })
}

fn check_foreign(path: &Path, text: &str) -> anyhow::Result<Exit> {
    let imported = config_file::import(path, text);
    let mut text = String::new();
    for note in &imported.notes {
        let _ = writeln!(text, "{note}");
    }
    let mut errors: Vec<String> = imported.errors.iter().map(ToString::to_string).collect();
    for rule in &imported.rules {
        let built = Engine::new(std::slice::from_ref(&rule.spec), EngineOptions::default());
        errors.extend(built.err().map(|error| format!("{}:{}: {error}", rule.file, rule.line)));
    }
    for error in &errors {
        let _ = writeln!(text, "error: {error}");
    }
    let (rules, notes) =
        (counted(imported.rules.len(), "rule"), counted(imported.notes.len(), "note"));
    let _ = writeln!(text, "{rules}, {}, {notes}", counted(errors.len(), "error"));
    print(&text)?;
    Ok(if errors.is_empty() { Exit::Clean } else { Exit::Usage })
}

/// Rules that read well and cannot be run.
fn compile_issues(detectors: &[LoadedDetector]) -> Vec<Issue> {
    let compile = |d: &LoadedDetector| {
        Engine::new(std::slice::from_ref(&d.spec), EngineOptions::default()).err()
    };
    detectors
        .iter()
        .filter_map(|detector| {
            compile(detector).map(|error| Issue {
                file: detector.file.clone(),
                line: detector.line,
                id: detector.spec.id.clone(),
                level: Level::Error,
                message: error.to_string(),
            })
        })
        .collect()
}

/// The configuration on stdout or in a file, the report on stderr.
fn import(path: &Path, output: Option<&Path>) -> anyhow::Result<Exit> {
    let imported = config_file::import(path, &config_file::read_text(path)?);
    let mut report = String::new();
    for note in &imported.notes {
        let _ = writeln!(report, "{note}");
    }
    for error in &imported.errors {
        let _ = writeln!(report, "error: {error}");
    }
    let kind = |kind| imported.notes.iter().filter(|note| note.kind == kind).count();
    let (dropped, near) = (kind(NoteKind::Dropped), kind(NoteKind::Approximated));
    let (rules, lists) = (imported.rules.len(), imported.allow.len());
    let errors = imported.errors.len();
    let _ = write!(
        report,
        "{rules} rules and {lists} allow lists taken over; {dropped} keys left out, {near} approximated, \
         {errors} errors; built-in rules {}",
        if imported.use_default { "take part" } else { "are left out" }
    );
    messages::note(&report);
    if errors > 0 {
        return Ok(Exit::Usage);
    }
    let text = foreign::to_toml(&imported);
    match output {
        Some(file) => std::fs::write(file, text)
            .with_context(|| format!("{} cannot be written", file.display()))?,
        None => print(&text)?,
    }
    Ok(Exit::Clean)
}

fn test(path: Option<&Path>) -> anyhow::Result<Exit> {
    let detectors = match path {
        Some(path) => load(path)?,
        None => builtin::sources()?,
    };
    let others = if path.is_some() { builtin::specs() } else { Vec::new() };
    let report = test_rules(&detectors, &others)?;
    let mut text = String::new();
    for failure in &report.failures {
        let _ = writeln!(text, "{failure}");
    }
    let (examples, failed) = (report.examples, report.failures.len());
    let (rules, examples) = (counted(detectors.len(), "rule"), counted(examples, "example"));
    let _ = writeln!(text, "{rules}, {examples}, {failed} failed");
    print(&text)?;
    Ok(if failed > 0 { Exit::Findings(1) } else { Exit::Clean })
}
