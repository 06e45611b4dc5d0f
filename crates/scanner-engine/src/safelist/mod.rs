//! The last filter: placeholders, samples and masked values, in three tiers.
//!
//! 1. **Context**: what stands around the secret on its line (a template, a redaction, a documented sample).
//! 2. **Secret bytes**: the bare value, with patterns anchored at both ends, so that a placeholder word
//!    inside a real secret does not hide it.
//! 3. **UUIDs**: refused unless the rule's secrets are UUIDs by nature.
//!
//! The patterns and their examples are data (`safelist.toml`), compiled once, when the first candidate gets
//! this far.

mod context;
mod patterns;
mod secret;
mod uuid;

use std::sync::OnceLock;

use regex_automata::meta::Regex;

use crate::gate::{Candidate, Stage, Verdict};

pub(crate) use uuid::is_uuid_format;

/// The three tiers.
#[derive(Debug, Default)]
pub struct SafelistFilter {
    context: OnceLock<Regex>,
    template: OnceLock<Regex>,
    secret: OnceLock<Regex>,
}

/// What a rule asks of the safelist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SafelistOptions {
    /// Whether secrets are UUIDs by nature.
    pub(crate) uuid_secret: bool,
    /// Whether the surroundings count. They do not for secrets that are proven by their own checksum.
    pub(crate) context: bool,
}

impl SafelistFilter {
    /// Whether nothing marks the candidate as a placeholder.
    pub(crate) fn passes(&self, candidate: &Candidate<'_>, options: SafelistOptions) -> Verdict {
        let secret = candidate.secret();
        let refused = (!options.uuid_secret && is_uuid_format(secret))
            || secret::is_placeholder(self.secret.get_or_init(patterns::secret), secret)
            || scanner_rules::checksum::is_known_sample(secret)
            || (options.context
                && (context::is_placeholder(
                    self.context.get_or_init(patterns::context),
                    candidate,
                ) || context::is_template(
                    self.template.get_or_init(patterns::template),
                    candidate,
                )));
        if refused { Err(Stage::Safelist) } else { Ok(()) }
    }
}
