//! How databases are had: from the cache, else compiled; in one or in shards.

use std::fmt;

use scanner_core::RuleId;
use scanner_vectorscan::cache::{CacheKey, VsDbCache};
use scanner_vectorscan::compile::{Built, ShardPlan, build, load};
use scanner_vectorscan::{Mode, Pattern, VsError};

/// What is matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VsMode {
    /// Literals that every match holds; the fastest to compile and to load.
    AnchorsOnly,
    /// The patterns themselves where literals are short, else literals: the fastest to scan, since what short literals
    /// find in vain costs more than the patterns do.
    #[default]
    RegexAndAnchors,
}

impl VsMode {
    /// As people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AnchorsOnly => "anchors-only",
            Self::RegexAndAnchors => "regex-and-anchors",
        }
    }
}

/// In how many databases patterns are compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShardPolicy {
    /// One; where the cache has it not and it takes long, shards until it is there.
    #[default]
    Auto,
    /// One.
    Single,
    /// So many, for good; 0 for as many as the plan says.
    Sharded(usize),
}

/// How the engine is built.
#[derive(Clone, Debug, Default)]
pub struct VsSettings {
    /// What is matched.
    pub mode: VsMode,
    /// In how many databases.
    pub shards: ShardPolicy,
    /// Where databases are kept between runs.
    pub cache: Option<VsDbCache>,
    /// Threads that compile, at most; 0 for one a processor.
    pub threads: usize,
}

/// A rule whose pattern the library does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRule {
    /// The rule.
    pub rule: RuleId,
    /// Its id.
    pub name: String,
    /// Its pattern.
    pub pattern: String,
    /// What the library says.
    pub message: String,
}

impl fmt::Display for RefusedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, pattern, message, .. } = self;
        write!(f, "rule='{name}' pattern='{pattern}' error={message}")
    }
}

/// Why there is no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VsDbError {
    /// Nothing is left to compile: all patterns are empty or refused.
    #[error("vectorscan {kind} db compile failed for {} rules:{}", refused.len(), lines(refused))]
    Nothing {
        /// Which database.
        kind: &'static str,
        /// The rules that were refused.
        refused: Vec<RefusedRule>,
    },
    /// The library fails for another reason.
    #[error(transparent)]
    Library(#[from] VsError),
}

fn lines(refused: &[RefusedRule]) -> String {
    refused.iter().map(|refused| format!("\n {refused}")).collect::<Vec<_>>().concat()
}

/// Patterns from which on shards are worth their passes, where patterns and not literals are compiled.
const SHARDED_MIN: usize = 160;

/// Gets databases.
#[derive(Clone, Debug)]
pub struct Builder {
    settings: VsSettings,
}

impl Builder {
    /// A builder with these settings.
    pub fn new(settings: VsSettings) -> Self {
        Self { settings }
    }

    pub(super) fn mode(&self) -> VsMode {
        self.settings.mode
    }

    fn threads(&self) -> usize {
        match self.settings.threads {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            stated => stated,
        }
    }

    /// One database of all patterns.
    pub(super) fn single<M: Mode>(
        &self,
        kind: &str,
        patterns: &[Pattern],
    ) -> Result<Built<M>, VsError> {
        let plan = ShardPlan::with_shards(&lengths(patterns), 1);
        build(kind, patterns, &plan, self.settings.cache.as_ref(), 1)
    }

    /// What there is to begin with, and whether something better is to be built beside. `heavy` patterns are no
    /// literals.
    pub(super) fn first<M: Mode>(
        &self,
        kind: &str,
        patterns: &[Pattern],
        heavy: usize,
    ) -> Result<(Built<M>, bool), VsError> {
        let cache = self.settings.cache.as_ref();
        let lengths = lengths(patterns);
        let one = ShardPlan::with_shards(&lengths, 1);
        let sharded = |plan: &ShardPlan| build(kind, patterns, plan, cache, self.threads());
        match self.settings.shards {
            ShardPolicy::Sharded(0) => Ok((sharded(&ShardPlan::new(&lengths))?, false)),
            ShardPolicy::Sharded(count) => {
                Ok((sharded(&ShardPlan::with_shards(&lengths, count))?, false))
            }
            ShardPolicy::Auto if heavy >= SHARDED_MIN => {
                if let Some(built) = load(kind, patterns, &one, cache)? {
                    return Ok((built, false));
                }
                Ok((sharded(&ShardPlan::new(&lengths))?, true))
            }
            ShardPolicy::Auto | ShardPolicy::Single => Ok((sharded(&one)?, false)),
        }
    }

    /// Deletes what was replaced.
    pub(super) fn forget(&self, keys: &[CacheKey]) {
        if let Some(cache) = &self.settings.cache {
            for key in keys {
                cache.delete(key);
            }
        }
    }
}

fn lengths(patterns: &[Pattern]) -> Vec<usize> {
    patterns.iter().map(|pattern| pattern.expression().len()).collect()
}
