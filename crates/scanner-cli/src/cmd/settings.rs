//! What a scan is told by flags, else by the configuration file, else by nobody: one function for each setting that has to be
//! worked out.

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::Context as _;
use scanner_core::Confidence;
use scanner_runtime::archives::Limits;
use scanner_runtime::engine::EngineOptions;
use scanner_runtime::{
    Allowlists, ArchiveOptions, CHUNK_BYTES, CHUNK_BYTES_DEFAULT, EntryPaths, Filters, ScanRequest,
    fit_memory,
};

use crate::args::{OnOff, ScanArgs, Tier};
use crate::config_file::Config;

/// How the engine is built.
pub(super) fn engine_options(args: &ScanArgs, config: &Config) -> EngineOptions {
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

/// How archives are opened, if they are.
pub(super) fn archives(args: &ScanArgs, config: &Config) -> anyhow::Result<Option<ArchiveOptions>> {
    let depth_max = archive_depth(args, config);
    let limits = Limits { depth_max, ..Limits::DEFAULT };
    if depth_max == 0 {
        return Ok(None);
    }
    debug_assert!(limits.is_valid(), "the depth was judged where it was read");
    let mut options = ArchiveOptions::new(limits, std::env::temp_dir());
    let (include, exclude) = globs(args, config);
    options.paths = EntryPaths::new(&include, &exclude)?;
    Ok(Some(options))
}

/// The user's include and exclude globs.
pub(super) fn globs(args: &ScanArgs, config: &Config) -> (Vec<String>, Vec<String>) {
    let include = [&args.include[..], &config.scan.include].concat();
    let exclude = [&args.exclude[..], &config.scan.exclude].concat();
    (include, exclude)
}

/// Threads.
pub(super) fn jobs(args: &ScanArgs, config: &Config) -> NonZeroUsize {
    let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    args.jobs.or(config.scan.jobs).unwrap_or_else(processors)
}

/// The memory ceiling, if there is one.
pub(super) fn max_memory(args: &ScanArgs, config: &Config) -> Option<u64> {
    args.max_memory.or(config.scan.max_memory)
}

/// The largest file that is scanned, if there is a limit.
pub(super) fn max_file_size(args: &ScanArgs, config: &Config) -> Option<u64> {
    args.max_file_size.or(config.scan.max_file_size)
}

/// When a scan ends at the latest.
pub(super) fn timeout(args: &ScanArgs, config: &Config) -> Option<Duration> {
    args.timeout.or(config.scan.timeout)
}

/// Bytes of a chunk.
pub(super) fn chunk_bytes(args: &ScanArgs) -> anyhow::Result<usize> {
    let Some(stated) = args.chunk_size else { return Ok(CHUNK_BYTES_DEFAULT) };
    usize::try_from(stated)
        .ok()
        .filter(|bytes| CHUNK_BYTES.contains(bytes))
        .with_context(|| format!("--chunk-size: {stated} is not between 4K and 8M"))
}

/// How sure findings are at least.
pub(super) fn min_confidence(args: &ScanArgs, config: &Config) -> Confidence {
    let stated = args.min_confidence.or(config.scan.min_confidence);
    stated.unwrap_or(Tier::Likely).into()
}

/// Says with `--verbose` what holds, once flags, configuration and defaults are put together.
pub(super) fn tell(args: &ScanArgs, config: &Config, request: &ScanRequest, rules: usize) {
    let (include, exclude) = globs(args, config);
    let size = max_file_size(args, config).map_or("any size".to_owned(), |b| format!("{b} bytes"));
    tracing::info!(
        "settings: {rules} rules, {} threads, findings from {}, encodings {} deep, archives {} deep, files up to {size}, \
         include {include:?}, exclude {exclude:?}, inline markers {:?}",
        request.jobs,
        request.filters.min_confidence.name(),
        decode_depth(args, config),
        archive_depth(args, config),
        args.ignore_inline,
    );
}

/// Whether the patterns of a configuration can be used: those that allow, and those of paths.
pub(crate) fn judge_lists(config: &Config) -> anyhow::Result<()> {
    allow_lists(config)?;
    let paths = EntryPaths::new(&config.scan.include, &config.scan.exclude);
    paths.map(drop).with_context(|| config.name())
}

/// What a configuration allows.
pub(super) fn allow_lists(config: &Config) -> anyhow::Result<Allowlists> {
    Allowlists::new(&config.allow_paths, &config.allow_values, &config.allow_rules)
        .and_then(|lists| lists.with_lists(&config.allow_lists))
        .with_context(|| config.name())
}

/// What is told of what is found.
pub(super) fn filters(args: &ScanArgs, config: &Config) -> anyhow::Result<Filters> {
    let min_confidence = min_confidence(args, config);
    let allow = allow_lists(config)?;
    Ok(Filters {
        min_confidence,
        inline_markers: args.ignore_inline == OnOff::On,
        allow,
        dedup: !args.no_dedup,
    })
}

/// Fits threads and chunks into the memory ceiling.
pub(super) fn hold_memory(
    request: &mut ScanRequest,
    args: &ScanArgs,
    config: &Config,
) -> anyhow::Result<()> {
    let Some(ceiling) = max_memory(args, config) else { return Ok(()) };
    let overlap = request.engine.required_overlap();
    let (jobs, chunk) = fit_memory(ceiling, request.jobs, overlap)
        .with_context(|| format!("--max-memory: {ceiling} bytes are too few; try 64M"))?;
    if jobs < request.jobs {
        tracing::info!("--max-memory leaves room for {jobs} threads");
    }
    (request.jobs, request.chunk_bytes) = (jobs, chunk.min(request.chunk_bytes));
    Ok(())
}
