//! Reads `safelist.toml` and compiles its patterns, each tier into one regex.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use serde::Deserialize;

/// Patterns of the first tier that the file holds.
const CONTEXT_COUNT: usize = 15;

/// Patterns of templates that the file holds.
const TEMPLATE_COUNT: usize = 3;

/// Patterns of the second tier that the file holds.
const SECRET_COUNT: usize = 15;

static TEXT: &str = include_str!("safelist.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SafelistToml {
    pub(super) context: Vec<PatternToml>,
    pub(super) template: Vec<PatternToml>,
    pub(super) secret: Vec<PatternToml>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), expect(dead_code, reason = "the examples are read by the tests"))]
pub(super) struct PatternToml {
    pub(super) pattern: String,
    pub(super) why: String,
    pub(super) yes: Vec<String>,
    pub(super) no: Vec<String>,
}

pub(super) fn read() -> SafelistToml {
    let file: SafelistToml =
        toml::from_str(TEXT).unwrap_or_else(|error| panic!("safelist.toml: {}", error.message()));
    assert_eq!(file.context.len(), CONTEXT_COUNT, "patterns of the context tier");
    assert_eq!(file.template.len(), TEMPLATE_COUNT, "patterns of templates");
    assert_eq!(file.secret.len(), SECRET_COUNT, "patterns of the secret tier");
    file
}

/// The first tier.
pub(super) fn context() -> Regex {
    compile(&read().context)
}

/// Templates, a part of the first tier.
pub(super) fn template() -> Regex {
    compile(&read().template)
}

/// The second tier; each pattern is anchored at both ends.
pub(super) fn secret() -> Regex {
    compile(&read().secret)
}

fn compile(patterns: &[PatternToml]) -> Regex {
    let patterns: Vec<&str> = patterns.iter().map(|p| p.pattern.as_str()).collect();
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false).case_insensitive(true))
        .build_many(&patterns)
        .expect("a test compiles the same patterns")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_does_what_its_examples_say() {
        let file = read();
        for pattern in file.context.iter().chain(&file.template).chain(&file.secret) {
            assert!(!pattern.why.is_empty() && !pattern.yes.is_empty() && !pattern.no.is_empty());
            let regex = compile(std::slice::from_ref(pattern));
            for (examples, want) in [(&pattern.yes, true), (&pattern.no, false)] {
                for example in examples {
                    assert_eq!(
                        regex.is_match(example.as_bytes()),
                        want,
                        "{}: {example}",
                        pattern.pattern
                    );
                }
            }
        }
    }

    #[test]
    fn patterns_of_the_secret_tier_are_anchored() {
        for pattern in read().secret {
            assert!(pattern.pattern.starts_with('^') && pattern.pattern.ends_with('$'));
        }
    }
}
