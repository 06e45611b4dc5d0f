//! `scan`: resolves flags and configuration into a request, runs it, and says what became of it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use scanner_core::{Confidence, Summary};
use scanner_report::UploadNotes;
use scanner_runtime::archives::Limits;
use scanner_runtime::engine::EngineOptions;
use scanner_runtime::fs::{FsError, WalkPolicy};
use scanner_runtime::{
    Allowlists, ArchiveOptions, CHUNK_BYTES, CHUNK_BYTES_DEFAULT, Control, EntryPaths, Filters,
    GitSelection, Identities, KeyPaths, NoIgnores, RuntimeError, ScanRequest, Source, fit_memory,
};

use super::git::{self, Surroundings};
use super::silencers::Silencers;
use super::storing::{self, ScanStore};
use super::{ruleset, sinks, suppressed, version::VERSION};
use crate::args::{Cli, OnOff, ScanArgs};
use crate::config_file::{self, Config};
use crate::engine_choice::Choice;
use crate::env::Environment;
use crate::exit::Exit;
use crate::messages;
use crate::progress::Bar;
use crate::store_place::StorePlace;
use crate::values::{self, ValueError};

/// What is scanned.
enum Target {
    Files(Vec<PathBuf>),
    Git(Vec<PathBuf>),
    WorkTree(PathBuf),
    Image(Vec<PathBuf>),
    Stdin,
}

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
        formats: &args.format,
        output: args.output.as_deref(),
        show_secrets: args.show_secrets,
        upload: args.upload.upload_ready.then(UploadNotes::default),
    };
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
    let target = target(args)?;
    check_places(&target)?;
    let roots = roots_of(&target);
    let root = root_of(&target);
    let config = config_file::find(args.config.as_deref(), environment.config.as_deref(), root)?;
    if let Some(path) = &config.path {
        tracing::info!("configuration: {}", path.display());
    }
    let specs = ruleset::all(&config)?;
    let enabled = [&args.enable_rule[..], &config.scan.enable_rules].concat();
    let disabled = [&args.disable_rule[..], &config.scan.disable_rules].concat();
    let specs = ruleset::select(specs, &enabled, &disabled)?;
    if specs.is_empty() {
        messages::note("nothing was scanned: no rule is left; see [extend] and --disable-rule");
        return Ok(None);
    }
    let place = StorePlace::of_scan(&args.store, environment);
    let keys = Arc::new(place.keys(environment, &roots)?);
    let source = source(&target, args, &config, environment)?;
    let filters = filters(args, &config)?;
    if filters.allow.allows_everything() {
        messages::note("nothing was scanned: the allow lists take every finding; see [allow]");
        return Ok(None);
    }
    let choice = Choice::of(args.engine, &config.scan);
    let build = || choice.build(&specs, engine_options(args, &config), environment);
    let (engine, store) = match place.store.as_deref() {
        Some(path) if with == With::Everything => beside(build, || {
            let rule_set = storing::rule_set(&specs, args, &config);
            let scope = storing::scope(&source, filters.dedup, rule_set);
            // What is known from before has no ledger.
            let full = args.store.full || args.show_suppressed.is_some();
            ScanStore::open(path, &keys, scope, &source, full)
        }),
        _ => (build(), None),
    };
    let decided = store.as_ref().and_then(|store| store.decided(&keys));
    let mut silencers = Silencers::new(root, decided.unwrap_or_else(|| Arc::new(NoIgnores)))?;
    if with == With::Everything {
        let rules = specs.iter().map(|spec| spec.id.clone()).collect();
        silencers = silencers.with_baselines(&args.baseline, root, &rules)?;
    }
    let mut request = ScanRequest {
        engine: Arc::new(engine.map_err(|error| error.with_place(&config))?),
        source,
        jobs: args.jobs.or(config.scan.jobs).unwrap_or_else(processors),
        chunk_bytes: chunk_bytes(args)?,
        archives: archives(args, &config)?,
        filters,
        identities: Identities { keys, ignores: silencers.chain(), paths: key_paths(&target) },
        store: None,
        ledger: args.show_suppressed.is_some().then(Arc::default),
        timeout: args.timeout.or(setting(config.scan.timeout.as_deref(), values::duration)?),
        version: VERSION.to_owned(),
        targets: args.targets.iter().map(|t| t.to_string_lossy().into_owned()).collect(),
        started_unix: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs()),
        line_hashes: false,
    };
    hold_memory(&mut request, args, &config)?;
    request.store = store.and_then(|store| store.begin(&request, args));
    Ok(Some(Prepared { request, silencers, root: root.map(Path::to_owned) }))
}

/// Both at once: the engine takes as long to build as a store to open.
fn beside<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, Option<B>) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        match one.join() {
            Ok(one) => (one, Some(other)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// `fs PATH…`, `stdin`, or paths.
fn target(args: &ScanArgs) -> anyhow::Result<Target> {
    let first = args.targets.first().map(|t| t.to_string_lossy().into_owned());
    let paths = |from: usize| args.targets[from..].iter().map(PathBuf::from).collect::<Vec<_>>();
    match first.as_deref() {
        Some("stdin" | "-") if args.targets.len() == 1 => Ok(Target::Stdin),
        Some("fs") if args.targets.len() > 1 => Ok(Target::Files(paths(1))),
        Some("fs") if !Path::new("fs").exists() => bail!("scan fs: which file or folder?"),
        Some("image") if args.targets.len() > 1 => Ok(Target::Image(paths(1))),
        Some("image") if !Path::new("image").exists() => bail!("scan image: which image?"),
        Some("git") if args.targets.len() > 1 => Ok(Target::Git(paths(1))),
        Some("git") if !Path::new("git").exists() => bail!("scan git: which repository?"),
        _ if args.git.is_partial() => {
            bail!("flags that choose a part of history go with `scan git`")
        }
        _ => Ok(match paths(0).as_slice() {
            [only] if only.join(".git").exists() => Target::WorkTree(only.clone()),
            several => Target::Files(several.to_vec()),
        }),
    }
}

/// Addresses and names of images are not fetched: what to do instead. What is missing beside others is told at the end.
fn check_places(target: &Target) -> anyhow::Result<()> {
    let roots = roots_of(target);
    if let [root] = &roots[..]
        && !root.exists()
    {
        let name = root.to_string_lossy();
        if name.contains("://") || name.starts_with("git@") {
            bail!(
                "{name} is an address, and nothing is fetched: scan a copy of it (git clone --mirror)"
            );
        }
        if matches!(target, Target::Image(_)) {
            bail!(
                "there is no image {name}; `docker save {name} -o image.tar` writes one into a file"
            );
        }
    }
    Ok(())
}

fn roots_of(target: &Target) -> Vec<PathBuf> {
    match target {
        Target::Files(roots) | Target::Git(roots) | Target::Image(roots) => roots.clone(),
        Target::WorkTree(root) => vec![root.clone()],
        Target::Stdin => Vec::new(),
    }
}

/// How identities see paths; those of a history are below the repository already.
fn key_paths(target: &Target) -> KeyPaths {
    match target {
        Target::Git(_) => KeyPaths::default(),
        _ => KeyPaths::new(&roots_of(target)),
    }
}

/// The folder in which configuration and ignore file are looked for.
fn root_of(target: &Target) -> Option<&Path> {
    let first = match target {
        Target::Files(roots) | Target::Git(roots) | Target::Image(roots) => roots.first()?,
        Target::WorkTree(root) => root,
        Target::Stdin => return None,
    };
    if first.is_file() { first.parent().filter(|p| !p.as_os_str().is_empty()) } else { Some(first) }
}

/// How the engine is built.
fn engine_options(args: &ScanArgs, config: &Config) -> EngineOptions {
    let mut options = EngineOptions::default();
    options.tuning.decode_depth_max = decode_depth(args, config);
    options
}

/// Encodings undone one inside the other.
pub(super) fn decode_depth(args: &ScanArgs, config: &Config) -> u32 {
    let stated = args.max_decode_depth.or(config.scan.max_decode_depth);
    stated.unwrap_or(EngineOptions::default().tuning.decode_depth_max)
}

/// Archives opened one inside the other; 0 for none.
pub(super) fn archive_depth(args: &ScanArgs, config: &Config) -> u32 {
    let stated = args.archives.max_archive_depth.or(config.scan.max_archive_depth);
    if args.archives.no_archives { 0 } else { stated.unwrap_or(Limits::DEFAULT.depth_max) }
}

/// Digests of layers, stated or in files, one a line.
fn excluded_layers(stated: &[String]) -> anyhow::Result<Vec<String>> {
    let is_digest = |text: &str| {
        let hash = text.strip_prefix("sha256:").unwrap_or(text);
        hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let mut digests = Vec::new();
    for stated in stated {
        let lines = if is_digest(stated) {
            stated.clone()
        } else {
            std::fs::read_to_string(stated)
                .with_context(|| format!("--exclude-layers: {stated} is no digest and no file"))?
        };
        for line in lines.lines() {
            let text = line.split('#').next().unwrap_or_default().trim();
            anyhow::ensure!(
                text.is_empty() || is_digest(text),
                "--exclude-layers: {stated}: `{text}` is no digest"
            );
            if !text.is_empty() {
                let hash = text.strip_prefix("sha256:").unwrap_or(text);
                digests.push(format!("sha256:{}", hash.to_ascii_lowercase()));
            }
        }
    }
    Ok(digests)
}

fn archives(args: &ScanArgs, config: &Config) -> anyhow::Result<Option<ArchiveOptions>> {
    let depth_max = archive_depth(args, config);
    let limits = Limits { depth_max, ..Limits::DEFAULT };
    if depth_max == 0 {
        return Ok(None);
    }
    anyhow::ensure!(limits.is_valid(), "configuration: max_archive_depth is 32 at most");
    let mut options = ArchiveOptions::new(limits, std::env::temp_dir());
    let (include, exclude) = globs(args, config);
    options.paths = EntryPaths::new(&include, &exclude)?;
    Ok(Some(options))
}

/// The user's include and exclude globs.
pub(crate) fn globs(args: &ScanArgs, config: &Config) -> (Vec<String>, Vec<String>) {
    let include = [&args.include[..], &config.scan.include].concat();
    let exclude = [&args.exclude[..], &config.scan.exclude].concat();
    (include, exclude)
}

fn source(
    target: &Target,
    args: &ScanArgs,
    config: &Config,
    environment: &Environment,
) -> anyhow::Result<Source> {
    let max_file_size = setting(config.scan.max_file_size.as_deref(), values::bytes)?;
    let own_files = StorePlace::of_scan(&args.store, environment).globs_below(&roots_of(target));
    let (include, exclude) = globs(args, config);
    let policy = WalkPolicy {
        respect_ignore: !args.no_ignore,
        hidden: true,
        max_file_size: args.max_file_size.or(max_file_size),
        include,
        exclude: [&exclude[..], &own_files].concat(),
        git_global_excludes: environment.git_excludes.clone(),
    };
    let around = Surroundings {
        environment,
        policy: &policy,
        jobs: args.jobs.or(config.scan.jobs).unwrap_or_else(processors).get(),
        max_memory: args.max_memory.or(setting(config.scan.max_memory.as_deref(), values::bytes)?),
    };
    Ok(match target {
        Target::Stdin => Source::Stream { name: "stdin".to_owned() },
        Target::Files(roots) => Source::Files { roots: roots.clone(), policy },
        Target::Image(images) => Source::Image {
            images: images.clone(),
            exclude_layers: excluded_layers(&args.archives.exclude_layers)?,
        },
        Target::Git(repositories) => Source::Git(git::source(repositories, &args.git, &around)?),
        Target::WorkTree(root) => {
            let git = git::history_of(root, &args.git, &around)?;
            Source::WorkTree { roots: vec![root.clone()], policy, git }
        }
    })
}

/// A setting of the configuration file with a unit.
fn setting<T>(
    text: Option<&str>,
    read: impl Fn(&str) -> Result<T, ValueError>,
) -> anyhow::Result<Option<T>> {
    text.map(read).transpose().context("configuration")
}

fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

fn chunk_bytes(args: &ScanArgs) -> anyhow::Result<usize> {
    let Some(stated) = args.chunk_size else { return Ok(CHUNK_BYTES_DEFAULT) };
    usize::try_from(stated)
        .ok()
        .filter(|bytes| CHUNK_BYTES.contains(bytes))
        .with_context(|| format!("--chunk-size: {stated} is not between 4K and 8M"))
}

fn filters(args: &ScanArgs, config: &Config) -> anyhow::Result<Filters> {
    let stated = args.min_confidence.as_deref().or(config.scan.min_confidence.as_deref());
    let min_confidence = match stated {
        None | Some("likely") => Confidence::Likely,
        Some("possible") => Confidence::Possible,
        Some("certain") => Confidence::Certain,
        Some(other) => bail!("`{other}` is no confidence; known are possible, likely, certain"),
    };
    let allow = Allowlists::new(&config.allow_paths, &config.allow_values, &config.allow_rules)?
        .with_lists(&config.allow_lists)?;
    Ok(Filters {
        min_confidence,
        inline_markers: args.ignore_inline == OnOff::On,
        allow,
        dedup: !args.no_dedup,
    })
}

/// Fits threads and chunks into the memory ceiling.
fn hold_memory(request: &mut ScanRequest, args: &ScanArgs, config: &Config) -> anyhow::Result<()> {
    let stated = setting(config.scan.max_memory.as_deref(), values::bytes)?;
    let Some(ceiling) = args.max_memory.or(stated) else { return Ok(()) };
    let overlap = request.engine.required_overlap();
    let (jobs, chunk) = fit_memory(ceiling, request.jobs, overlap)
        .with_context(|| format!("--max-memory: {ceiling} bytes are too few; try 64M"))?;
    if jobs < request.jobs {
        tracing::info!("--max-memory leaves room for {jobs} threads");
    }
    (request.jobs, request.chunk_bytes) = (jobs, chunk.min(request.chunk_bytes));
    Ok(())
}

/// Today (UTC) as in 2027-01-31.
pub(crate) fn today() -> String {
    let days = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs() / 86_400);
    scanner_report::date(days.cast_signed())
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
    let mut stdin = std::io::stdin();
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
