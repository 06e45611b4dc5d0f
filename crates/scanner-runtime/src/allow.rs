//! Allow lists: paths, values and rules that the user has decided about. What they silence is counted.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

/// What one rule is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleAllow {
    /// The rule's id.
    pub id: String,
    /// Globs of paths in which it is silent.
    pub paths: Vec<String>,
    /// Patterns of values about which it is silent.
    pub values: Vec<String>,
}

/// An allow list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllowError {
    /// A glob cannot be read.
    #[error("the path `{glob}` cannot be read: {message}")]
    Glob {
        /// The glob.
        glob: String,
        /// What the parser says.
        message: String,
    },
    /// A pattern cannot be read.
    #[error("the value pattern `{pattern}` cannot be read: {message}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What the parser says.
        message: String,
    },
}

/// Paths and values of one scope, compiled.
#[derive(Clone, Debug)]
struct Scope {
    rule: Option<String>,
    paths: GlobSet,
    values: Option<Regex>,
}

/// All allow lists.
#[derive(Clone, Debug, Default)]
pub struct Allowlists {
    scopes: Vec<Scope>,
}

impl Allowlists {
    /// Compiles the lists. A value is allowed where a pattern matches anywhere in it.
    ///
    /// # Errors
    ///
    /// The glob or pattern that cannot be read.
    pub fn new(
        paths: &[String],
        values: &[String],
        rules: &[RuleAllow],
    ) -> Result<Self, AllowError> {
        let mut scopes = vec![Scope::new(None, paths, values)?];
        for rule in rules {
            scopes.push(Scope::new(Some(rule.id.clone()), &rule.paths, &rule.values)?);
        }
        Ok(Self { scopes })
    }

    /// Whether a finding of `rule` with this secret in this object is allowed.
    pub fn allows(&self, rule: &str, path: &[u8], secret: &[u8]) -> bool {
        let path = String::from_utf8_lossy(path);
        self.scopes.iter().any(|scope| {
            scope.rule.as_deref().is_none_or(|id| id == rule)
                && (scope.paths.is_match(&*path)
                    || scope.values.as_ref().is_some_and(|values| values.is_match(secret)))
        })
    }
}

impl Scope {
    fn new(rule: Option<String>, paths: &[String], values: &[String]) -> Result<Self, AllowError> {
        let mut globs = GlobSetBuilder::new();
        for glob in paths {
            let fail = |error: globset::Error| AllowError::Glob {
                glob: glob.clone(),
                message: error.to_string(),
            };
            // A pattern without a slash names a file or folder anywhere, as in a .gitignore.
            let anywhere = if glob.contains('/') { glob.clone() } else { format!("**/{glob}") };
            for glob in [anywhere.clone(), format!("{}/**", anywhere.trim_end_matches('/'))] {
                let built = GlobBuilder::new(&glob).literal_separator(true).build();
                globs.add(built.map_err(fail)?);
            }
        }
        let paths = globs.build().map_err(|error| AllowError::Glob {
            glob: paths.join(", "),
            message: error.to_string(),
        })?;
        let compile = |patterns: &[String]| {
            let config = syntax::Config::new().unicode(false).utf8(false);
            Regex::builder().syntax(config).build_many(patterns).map_err(Box::new)
        };
        for pattern in values {
            compile(std::slice::from_ref(pattern)).map_err(|error| AllowError::Pattern {
                pattern: pattern.clone(),
                message: error.syntax_error().map_or(error.to_string(), ToString::to_string),
            })?;
        }
        let values = if values.is_empty() { None } else { compile(values).ok() };
        Ok(Self { rule, paths, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_values_and_rules() {
        let rule =
            RuleAllow { id: "r".into(), paths: vec!["docs/**".into()], values: vec!["^ok".into()] };
        let lists =
            Allowlists::new(&["*.lock".into(), "vendor".into()], &["PUBLIC".into()], &[rule])
                .unwrap();
        for (rule, path, secret, want) in [
            ("x", "a/b.lock", "s", true),
            ("x", "vendor/lib/a.c", "s", true),
            ("x", "src/vendored.c", "s", false),
            ("x", "a.c", "is PUBLIC", true),
            ("r", "docs/a/b.md", "s", true),
            ("x", "docs/a/b.md", "s", false),
            ("r", "a.c", "ok1", true),
            ("x", "a.c", "ok1", false),
        ] {
            let got = lists.allows(rule, path.as_bytes(), secret.as_bytes());
            assert_eq!(got, want, "{rule} {path} {secret}");
        }
    }

    #[test]
    fn bad_patterns_are_named() {
        let error = Allowlists::new(&[], &["a(".into()], &[]).unwrap_err();
        assert!(error.to_string().contains("`a(`"), "{error}");
        let error = Allowlists::new(&["a[".into()], &[], &[]).unwrap_err();
        assert!(error.to_string().contains("`a[`"), "{error}");
    }
}
