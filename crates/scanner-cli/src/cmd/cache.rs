//! `cache`: what the second engine keeps between runs.

use super::output::print;
use crate::args::{CacheArgs, CacheCommand};
use crate::env::Environment;
use crate::exit::Exit;

/// Runs the command.
#[cfg(feature = "vectorscan")]
pub(crate) fn run(args: &CacheArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let text = match &args.command {
        CacheCommand::Info => built_in::info(environment)?,
        CacheCommand::Clear => built_in::clear(environment)?,
        CacheCommand::Warm { config, vectorscan_mode } => {
            built_in::warm(config.as_deref(), vectorscan_mode.unwrap_or_default(), environment)?
        }
    };
    print(&text)?;
    Ok(Exit::Clean)
}

/// Says that there is nothing to keep.
#[cfg(not(feature = "vectorscan"))]
pub(crate) fn run(args: &CacheArgs, _: &Environment) -> anyhow::Result<Exit> {
    if matches!(args.command, CacheCommand::Warm { .. }) {
        anyhow::bail!("only the engine vectorscan compiles rules, and it is not built in");
    }
    print("nothing is kept: only the engine vectorscan compiles rules, and it is not built in\n")?;
    Ok(Exit::Clean)
}

#[cfg(feature = "vectorscan")]
mod built_in {
    use std::fmt::Write as _;
    use std::path::Path;

    use anyhow::Context as _;
    use scanner_runtime::engine::vectorscan::cache::{CacheFile, VsDbCache};
    use scanner_runtime::engine::{Engine, EngineOptions};

    use crate::args::VectorscanMode;
    use crate::config_file;
    use crate::engine_choice::{Choice, cache, settings};
    use crate::env::Environment;
    use crate::ruleset;

    fn open(environment: &Environment) -> anyhow::Result<VsDbCache> {
        cache(environment)?.context("the cache is switched off (SCANNER_VS_DB_CACHE)")
    }

    fn total(files: &[CacheFile]) -> u64 {
        files.iter().map(|file| file.bytes).sum()
    }

    pub(super) fn info(environment: &Environment) -> anyhow::Result<String> {
        let cache = open(environment)?;
        let files = cache.files();
        let mut text = format!("{}\n", cache.path().display());
        for file in &files {
            let note = if file.is_partial { "  (being written, or left behind)" } else { "" };
            let _ = writeln!(text, "{:>12}  {}{note}", file.bytes, file.name);
        }
        let _ = writeln!(text, "{} files, {} bytes", files.len(), total(&files));
        Ok(text)
    }

    pub(super) fn clear(environment: &Environment) -> anyhow::Result<String> {
        let deleted = open(environment)?.clear();
        Ok(format!("{} files deleted, {} bytes\n", deleted.len(), total(&deleted)))
    }

    pub(super) fn warm(
        config: Option<&Path>,
        mode: VectorscanMode,
        environment: &Environment,
    ) -> anyhow::Result<String> {
        let cache = open(environment)?;
        let config = config_file::find(config, environment.config.as_deref(), None)?;
        let specs = ruleset::all(&config)?;
        let choice = Choice { is_vectorscan: true, mode, shards: 1 };
        let settings = settings(choice, Some(cache.clone()));
        let engine = Engine::with_vectorscan(&specs, EngineOptions::default(), settings)?;
        engine.settle();
        let files = cache.files();
        let (rules, count, bytes) = (specs.len(), files.len(), total(&files));
        Ok(format!("{rules} rules are compiled: {count} files, {bytes} bytes\n"))
    }
}
