//! `scan`: resolves flags and configuration into a request, runs it, and says what became of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Context as _;
use scanner_core::Summary;
use scanner_report::UploadNotes;
use scanner_runtime::fs::FsError;
use scanner_runtime::{
    Control, GitSelection, Identities, NoIgnores, RuntimeError, ScanRequest, Source,
};

use super::beside::{self, Ingredients};
use super::silencers::Silencers;
use super::target::Target;
use super::{settings, sinks, suppressed, version::VERSION};
use crate::args::{Cli, ScanArgs};
use crate::config_file;
use crate::dates;
use crate::env::Environment;
use crate::exit::Exit;
use crate::messages;
use crate::progress::Bar;
use crate::ruleset;
use crate::stdin::Stdin;
use crate::store_place::StorePlace;

/// What of the user's decisions a scan heeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum With {
    /// All, and findings are kept in the store.
    Everything,
    /// Only the ignore file.
    IgnoreFile,
}

/// A scan that is ready to run.
pub(crate) struct Prepared {
    pub(crate) request: ScanRequest,
    silencers: Silencers,
    root: Option<PathBuf>,
}

/// Runs a scan.
pub(crate) fn run(cli: &Cli, args: &ScanArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let Some(mut prepared) = prepare(args, environment, With::Everything)? else {
        return Ok(Exit::Nothing);
    };
    let wanted = sinks::Wanted {
        formats: &args.reports.format,
        output: args.reports.output.as_deref(),
        show_secrets: args.show_secrets,
        upload: args.reports.upload_ready.then(UploadNotes::default),
    };
    if let Some(place) = &args.show_suppressed {
        suppressed::check(place)?;
    }
    let (sinks, line_hashes) = sinks::build(cli, &wanted, environment, prepared.root.as_deref())?;
    prepared.request.line_hashes = line_hashes;
    let summary = perform(cli, args, &prepared.request, sinks)?;
    wanted.tell_cuts();
    if !wanted.tells_people() {
        tell_warnings(cli, &summary);
    }
    if let (Some(ledger), Some(place)) = (&prepared.request.ledger, &args.show_suppressed) {
        suppressed::tell(ledger, place)?;
    }
    let exit = conclude(cli, &prepared, &summary, args.exit_code);
    // The store is closed, nothing runs any more; what else there is ends with the process, which is sooner than piece by
    // piece.
    prepared.request.engine.join();
    prepared.request.store = None;
    std::mem::forget(prepared);
    Ok(exit)
}

/// Resolves flags and configuration. `None`, and a word about it, where no rule is left.
pub(crate) fn prepare(
    args: &ScanArgs,
    environment: &Environment,
    with: With,
) -> anyhow::Result<Option<Prepared>> {
    let target = Target::of(args)?;
    target.check()?;
    let roots = target.roots();
    let root = target.root();
    let config =
        Arc::new(config_file::find(args.config.as_deref(), environment.config.as_deref(), root)?);
    if let Some(path) = &config.path {
        tracing::info!("configuration: {}", path.display());
    }
    let specs = ruleset::all(&config)?;
    for names in [&config.scan.enable_rules, &config.scan.disable_rules] {
        ruleset::matchers(&specs, names).with_context(|| config.name())?;
    }
    let enabled = [&args.enable_rule[..], &config.scan.enable_rules].concat();
    let disabled = [&args.disable_rule[..], &config.scan.disable_rules].concat();
    let specs: Arc<[_]> = ruleset::select(specs, &enabled, &disabled)?.into();
    if specs.is_empty() {
        messages::note("nothing was scanned: no rule is left; see [extend] and --disable-rule");
        return Ok(None);
    }
    let place = StorePlace::of_scan(&args.store, environment);
    let keys = Arc::new(place.keys(environment, &roots)?);
    let source = target.source(args, &config, environment)?;
    let filters = settings::filters(args, &config)?;
    if filters.allow.allows_everything() {
        messages::note("nothing was scanned: the allow lists take every finding; see [allow]");
        return Ok(None);
    }
    let kept = place.store.as_deref().filter(|_| with == With::Everything);
    let ingredients = Ingredients {
        args,
        config: &config,
        environment,
        specs: &specs,
        source: &source,
        dedup: filters.dedup,
        keys: &keys,
    };
    let (engine, store) = beside::make(&ingredients, kept);
    let decided = store.as_ref().and_then(|store| store.decided(&keys));
    let mut silencers = Silencers::new(root, decided.unwrap_or_else(|| Arc::new(NoIgnores)))?;
    if with == With::Everything {
        let rules = specs.iter().map(|spec| spec.id.clone()).collect();
        silencers = silencers.with_baselines(&args.baseline, root, &rules)?;
    }
    let mut request = ScanRequest {
        engine: engine.map_err(|error| error.with_place(&config))?,
        source,
        jobs: settings::jobs(args, &config),
        chunk_bytes: settings::chunk_bytes(args)?,
        archives: settings::archives(args, &config)?,
        filters,
        identities: Identities { keys, ignores: silencers.chain(), paths: target.key_paths() },
        store: None,
        ledger: args.show_suppressed.is_some().then(Arc::default),
        timeout: settings::timeout(args, &config),
        version: VERSION.to_owned(),
        targets: args.targets.iter().map(|t| t.to_string_lossy().into_owned()).collect(),
        started_unix: dates::now().cast_unsigned(),
        line_hashes: false,
    };
    settings::hold_memory(&mut request, args, &config)?;
    settings::tell(args, &config, &request, specs.len());
    request.store = store.and_then(|store| store.begin(&request, args));
    Ok(Some(Prepared { request, silencers, root: root.map(Path::to_owned) }))
}

/// Runs the request with Ctrl-C and a progress bar attached.
pub(crate) fn perform(
    cli: &Cli,
    args: &ScanArgs,
    request: &ScanRequest,
    sinks: Vec<Box<dyn scanner_core::EventSink>>,
) -> anyhow::Result<Summary> {
    let control = Arc::new(Control::default());
    let at_signal = Arc::clone(&control);
    let handler = move || {
        // The second time the user does not want to wait.
        if at_signal.cancel.swap(true, Ordering::Relaxed) {
            #[expect(clippy::exit, reason = "the user asked twice")]
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler).context("Ctrl-C cannot be handled")?;
    let bar = Bar::start(args.progress, cli.quiet, &control);
    let mut stdin = Stdin::open(&control, request.timeout);
    let outcome = scanner_runtime::scan(request, Some(&mut stdin), sinks, &control);
    drop(bar);
    outcome.map_err(|error| match error {
        RuntimeError::Files(FsError::MissingRoot { path, .. }) => {
            anyhow::anyhow!("there is no file or folder {}", path.display())
        }
        other => other.into(),
    })
}

/// Says on stderr what no report for people says.
fn tell_warnings(cli: &Cli, summary: &Summary) {
    for warning in summary.warnings.iter().filter(|_| !cli.quiet) {
        messages::note(&format!("warning: {warning}"));
    }
}

/// Last words on stderr, and the exit code.
fn conclude(cli: &Cli, prepared: &Prepared, summary: &Summary, findings_code: u8) -> Exit {
    let exit = Exit::of(summary, findings_code);
    if !cli.quiet {
        prepared.silencers.tell_after();
    }
    if exit == Exit::Nothing {
        let why = match &prepared.request.source {
            Source::Image { .. } => "there is no layer",
            Source::Stream { .. } => "standard input is empty",
            Source::Git(source) if source.selection == GitSelection::Staged => "nothing is staged",
            Source::Git(source) if source.selection != GitSelection::All => {
                "these commits bring nothing"
            }
            Source::Git(_) => "the repository has no objects",
            Source::WorkTree { .. } => "there are neither files nor commits",
            Source::Files { .. } if summary.files > 0 => "all files are empty",
            Source::Files { .. } if summary.skips.skipped().next().is_some() => {
                "everything is left out by rules (see --include, --exclude, --no-ignore)"
            }
            Source::Files { .. } => "there are no files (ignore rules may hide them: --no-ignore)",
        };
        messages::note(&format!("nothing was scanned: {why}"));
    }
    exit
}
