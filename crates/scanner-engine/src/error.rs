//! Why an engine cannot be built. Always names the rule.

/// Why an engine cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A pattern cannot be read.
    #[error("rule `{rule}`: {message}")]
    Pattern {
        /// The rule.
        rule: String,
        /// What the parser says.
        message: String,
    },
    /// A pattern requires no literal: every byte would have to be tried.
    #[error(
        "rule `{rule}`: every match must contain a literal of {least} characters or more; \
         without one the whole input would have to be searched with the pattern; \
         add a prefix, a keyword or the name of the service"
    )]
    NoAnchor {
        /// The rule.
        rule: String,
        /// Characters, at least.
        least: usize,
    },
    /// A pattern repeats what it repeats until no memory suffices.
    #[error(
        "rule `{rule}`: the pattern is too large once its repetitions are written out; lower their counts"
    )]
    TooLarge {
        /// The rule.
        rule: String,
    },
    /// A pattern has no greatest width and states none.
    #[error("rule `{rule}`: the pattern has no greatest width; bound its repetitions")]
    Unbounded {
        /// The rule.
        rule: String,
    },
    /// A path glob cannot be read.
    #[error("rule `{rule}`: the path `{glob}` cannot be read: {message}")]
    Glob {
        /// The rule.
        rule: String,
        /// The glob.
        glob: String,
        /// What the parser says.
        message: String,
    },
    /// More rules than ids reach.
    #[error("{count} rules are too many")]
    TooManyRules {
        /// How many.
        count: usize,
    },
    /// Two rules have one id.
    #[error("the id `{rule}` is used twice")]
    DuplicateId {
        /// The id.
        rule: String,
    },
    /// The second engine cannot be built.
    #[cfg(feature = "vectorscan")]
    #[error(transparent)]
    Vectorscan(#[from] crate::prefilter::vectorscan::VsDbError),
    /// Limits that contradict each other.
    #[error("the engine's limits contradict each other")]
    Tuning,
}

impl EngineError {
    /// The rule that it is about.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Pattern { rule, .. }
            | Self::NoAnchor { rule, .. }
            | Self::TooLarge { rule }
            | Self::Unbounded { rule }
            | Self::Glob { rule, .. }
            | Self::DuplicateId { rule } => Some(rule),
            Self::TooManyRules { .. } | Self::Tuning => None,
            #[cfg(feature = "vectorscan")]
            Self::Vectorscan(_) => None,
        }
    }
}
