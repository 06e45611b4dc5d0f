//! From a name to an engine: what the command line, the configuration and the environment say about the second one.

use scanner_runtime::engine::{Engine, EngineError, EngineOptions};
use scanner_runtime::rules::RuleSpec;

use crate::args::{EngineName, EngineUse, VectorscanMode};
use crate::config_file::{Config, ScanToml};
use crate::env::Environment;
use crate::ruleset;

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChoiceError {
    /// A rule cannot be used, or the engine's library fails.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It is not part of this program.
    #[cfg(not(feature = "vectorscan"))]
    #[error(
        "the engine vectorscan is not built in; `--engine native` finds the same \
         (docs/vectorscan.md says how to build it: --features vectorscan)"
    )]
    NotBuiltIn,
}

impl ChoiceError {
    /// The error, with the place of the rule that it names.
    pub(crate) fn with_place(self, config: &Config) -> anyhow::Error {
        match self {
            Self::Engine(error) => ruleset::with_place(config, error),
            #[cfg(not(feature = "vectorscan"))]
            Self::NotBuiltIn => self.into(),
        }
    }
}

/// An engine that was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Whether it is Vectorscan.
    pub(crate) is_vectorscan: bool,
    /// What Vectorscan matches.
    pub(crate) mode: VectorscanMode,
    /// Databases to compile; 0 for what is deemed right.
    pub(crate) shards: u16,
}

impl Choice {
    /// What the flags say, then the configuration.
    pub(crate) fn of(flags: EngineUse, config: &ScanToml) -> Self {
        let name = flags.engine.or(config.engine).unwrap_or_default();
        Self {
            is_vectorscan: name == EngineName::Vectorscan,
            mode: flags.vectorscan_mode.or(config.vectorscan_mode).unwrap_or_default(),
            shards: flags.vectorscan_shards.unwrap_or(0),
        }
    }

    /// Compiles the rules for the engine.
    ///
    /// # Errors
    ///
    /// A rule cannot be used, or the engine is not built in.
    pub(crate) fn build(
        self,
        specs: &[RuleSpec],
        options: EngineOptions,
        environment: &Environment,
    ) -> Result<Engine, ChoiceError> {
        if self.is_vectorscan {
            return second::build(self, specs, options, environment);
        }
        Ok(Engine::new(specs, options)?)
    }
}

/// Names and versions of the engines that are built in, besides the native one.
pub(crate) fn others() -> Vec<String> {
    second::names()
}

#[cfg(feature = "vectorscan")]
pub(crate) use second::{cache, settings};

#[cfg(feature = "vectorscan")]
mod second {
    use scanner_runtime::engine::vectorscan::cache::{CacheDir, CachePlaces, DirError, VsDbCache};
    use scanner_runtime::engine::vectorscan::version;
    use scanner_runtime::engine::{ShardPolicy, VsMode, VsSettings};

    use super::{
        Choice, ChoiceError, Engine, EngineOptions, Environment, RuleSpec, VectorscanMode,
    };

    pub(super) fn build(
        choice: Choice,
        specs: &[RuleSpec],
        options: EngineOptions,
        environment: &Environment,
    ) -> Result<Engine, ChoiceError> {
        let cache = cache(environment).unwrap_or_else(|error| {
            tracing::warn!("compiled rules are not kept: {error}");
            None
        });
        let folder = cache.as_ref().map(|cache| cache.path().to_owned());
        let engine = Engine::with_vectorscan(specs, options, settings(choice, cache))?;
        for (rule, why) in engine.refused_rules() {
            tracing::info!(
                "vectorscan does not take the pattern of `{rule}`; its literals are looked for: {why}"
            );
        }
        let facts = engine.prefilter_facts();
        if let Some(folder) = folder.filter(|_| facts.contains(&("cannot-be-kept", "true".into())))
        {
            let folder = folder.display();
            tracing::warn!(
                "compiled rules are not kept: {folder} cannot be written to, or is full"
            );
        }
        for (name, value) in facts {
            if environment.vectorscan.utf16_debug {
                crate::messages::note(&format!("vectorscan: {name}: {value}"));
            } else {
                tracing::debug!("vectorscan: {name}: {value}");
            }
        }
        Ok(engine)
    }

    pub(super) fn names() -> Vec<String> {
        vec![format!("vectorscan ({})", version())]
    }

    /// Where compiled rules are kept; `None` where the environment says that they are not.
    pub(crate) fn cache(environment: &Environment) -> Result<Option<VsDbCache>, DirError> {
        if !environment.vectorscan.is_cached {
            return Ok(None);
        }
        Ok(Some(VsDbCache::new(CacheDir::open(&places(environment))?)))
    }

    fn places(environment: &Environment) -> CachePlaces {
        CachePlaces {
            stated: environment.vectorscan.cache_dir.clone(),
            home: environment.git.home.clone(),
            temp: Some(environment.vectorscan.temp.clone()),
        }
    }

    pub(crate) fn settings(choice: Choice, cache: Option<VsDbCache>) -> VsSettings {
        let mode = match choice.mode {
            VectorscanMode::AnchorsOnly => VsMode::AnchorsOnly,
            VectorscanMode::RegexAndAnchors => VsMode::RegexAndAnchors,
        };
        let shards = match choice.shards {
            0 => ShardPolicy::Auto,
            1 => ShardPolicy::Single,
            count => ShardPolicy::Sharded(usize::from(count)),
        };
        VsSettings { mode, shards, cache, threads: 0 }
    }
}

#[cfg(not(feature = "vectorscan"))]
mod second {
    use super::{Choice, ChoiceError, Engine, EngineOptions, Environment, RuleSpec};

    pub(super) fn build(
        _: Choice,
        _: &[RuleSpec],
        _: EngineOptions,
        _: &Environment,
    ) -> Result<Engine, ChoiceError> {
        Err(ChoiceError::NotBuiltIn)
    }

    pub(super) fn names() -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EngineName::{Auto, Native, Vectorscan};

    #[test]
    fn flags_go_before_the_configuration_and_auto_is_native() {
        let flags = |engine| EngineUse { engine, ..EngineUse::default() };
        let config = |engine| ScanToml { engine, ..ScanToml::default() };
        for (flag, file, want) in [
            (None, None, false),
            (Some(Auto), None, false),
            (None, Some(Vectorscan), true),
            (Some(Native), Some(Vectorscan), false),
            (Some(Vectorscan), Some(Native), true),
        ] {
            assert_eq!(Choice::of(flags(flag), &config(file)).is_vectorscan, want);
        }
    }
}
