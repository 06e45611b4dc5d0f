//! Regexes of rules: how they are compiled, and what a worker needs to run one.

use regex_automata::meta::{self, Cache, Regex};
use regex_automata::util::{captures::Captures, syntax};

/// Memory that one regex may use for its lazily built automaton, per worker. Nearly all stay far below; one
/// that reaches it starts over, which allocates again.
const HYBRID_CACHE_BYTES: usize = 2 * 1024 * 1024;

/// Compiles a pattern the way every rule's is: bytes, no Unicode.
pub(crate) fn compile(pattern: &str) -> Regex {
    try_compile(pattern).expect("the engine's build parsed every pattern")
}

/// As [`compile`], for patterns that nobody has looked at yet.
pub(crate) fn try_compile(pattern: &str) -> Result<Regex, Box<meta::BuildError>> {
    Regex::builder()
        .configure(meta::Config::new().hybrid_cache_capacity(HYBRID_CACHE_BYTES).utf8_empty(false))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build(pattern)
        .map_err(Box::new)
}

/// What one worker needs to run one rule's regex.
#[derive(Debug)]
pub(crate) struct RuleCache {
    pub(crate) cache: Cache,
    pub(crate) captures: Captures,
}

impl RuleCache {
    /// Room for searches of `regex`.
    pub(crate) fn new(regex: &Regex) -> Self {
        Self { cache: regex.create_cache(), captures: regex.create_captures() }
    }
}
