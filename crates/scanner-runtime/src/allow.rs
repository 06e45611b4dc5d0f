//! Allow lists: paths, values and rules that the user has decided about. What they silence is counted.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex_automata::meta::{BuildError, Regex};
use regex_automata::util::syntax;
use scanner_rules::foreign::AllowList;

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
    #[error("the pattern `{pattern}` of an allow list cannot be read: {message}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What the parser says.
        message: String,
    },
}

/// What is known of a match and the lines in which it stands.
#[derive(Clone, Copy, Debug)]
pub enum Around<'a> {
    /// Nothing.
    Unknown,
    /// The texts.
    Text {
        /// The whole match.
        matched: &'a [u8],
        /// The lines.
        line: &'a [u8],
    },
    /// Which lists it satisfies.
    Asked(&'a AroundFacts),
}

/// Indices of the lists whose patterns take a match, or its lines: for findings whose text is gone when their path becomes
/// known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AroundFacts {
    matches: Box<[usize]>,
    lines: Box<[usize]>,
}

/// A finding as allow lists see it. What is not known (the commit of a file) satisfies no criterion.
#[derive(Clone, Copy, Debug)]
pub struct AllowSubject<'a> {
    /// The rule's id.
    pub rule: &'a str,
    /// The path as it is shown, and below the root.
    pub paths: [&'a [u8]; 2],
    /// The secret.
    pub secret: &'a [u8],
    /// The match and its lines.
    pub around: Around<'a>,
    /// The commit that brought it.
    pub commit: Option<&'a str>,
}

/// Paths and values of one scope, compiled.
#[derive(Clone, Debug)]
struct Scope {
    rule: Option<String>,
    paths: GlobSet,
    values: Option<Regex>,
}

/// An [`AllowList`], compiled.
#[derive(Clone, Debug)]
struct List {
    rules: Vec<String>,
    all: bool,
    commits: Vec<String>,
    paths: Option<Regex>,
    secrets: Option<Regex>,
    matches: Option<Regex>,
    lines: Option<Regex>,
    words: Vec<String>,
}

/// All allow lists.
#[derive(Clone, Debug, Default)]
pub struct Allowlists {
    scopes: Vec<Scope>,
    lists: Vec<List>,
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
        Ok(Self { scopes, lists: Vec::new() })
    }

    /// The same with lists of several criteria.
    ///
    /// # Errors
    ///
    /// The pattern that cannot be read.
    pub fn with_lists(mut self, lists: &[AllowList]) -> Result<Self, AllowError> {
        for list in lists {
            self.lists.push(List::new(list)?);
        }
        Ok(self)
    }

    /// Whether a finding is allowed.
    pub fn allows(&self, subject: &AllowSubject<'_>) -> bool {
        self.scopes.iter().any(|scope| scope.allows(subject))
            || self.lists.iter().enumerate().any(|(index, list)| list.allows(index, subject))
    }

    /// Whether nothing could ever be reported: the lists take findings that have nothing in common.
    pub fn allows_everything(&self) -> bool {
        const PROBES: [&[u8]; 3] = [b"a", b"src/Main 7.q-x", b"\xc3\xa9/_/0123456789.~"];
        PROBES.iter().all(|probe| {
            let around = Around::Text { matched: probe, line: probe };
            let paths = [*probe; 2];
            self.allows(&AllowSubject { rule: "", paths, secret: probe, around, commit: None })
        })
    }

    /// What lists say about a match and its lines.
    pub fn ask(&self, matched: &[u8], line: &[u8]) -> AroundFacts {
        let taking = |of: fn(&List) -> &Option<Regex>, text: &[u8]| {
            let takes = |list: &List| of(list).as_ref().is_some_and(|regex| regex.is_match(text));
            let lists = self.lists.iter().enumerate();
            lists.filter(|(_, list)| takes(list)).map(|(index, _)| index).collect()
        };
        AroundFacts {
            matches: taking(|list| &list.matches, matched),
            lines: taking(|list| &list.lines, line),
        }
    }

    /// Whether a list looks at more than rule, path, secret and commit.
    pub fn looks_at_lines(&self) -> bool {
        self.lists.iter().any(|list| list.lines.is_some() || list.matches.is_some())
    }
}

impl List {
    fn new(list: &AllowList) -> Result<Self, AllowError> {
        Ok(Self {
            rules: list.rules.clone(),
            all: list.all,
            commits: list.commits.clone(),
            paths: compile(&list.paths)?,
            secrets: compile(&list.secrets)?,
            matches: compile(&list.matches)?,
            lines: compile(&list.lines)?,
            words: list.words.iter().map(|word| word.to_ascii_lowercase()).collect(),
        })
    }

    fn allows(&self, index: usize, subject: &AllowSubject<'_>) -> bool {
        if !self.rules.is_empty() && !self.rules.iter().any(|rule| rule == subject.rule) {
            return false;
        }
        let commit = (!self.commits.is_empty())
            .then(|| subject.commit.is_some_and(|c| self.commits.iter().any(|known| known == c)));
        let path = self.paths.as_ref().map(|r| subject.paths.iter().any(|path| r.is_match(*path)));
        let secret = self.secrets.as_ref().map(|r| r.is_match(subject.secret));
        let matched = self.matches.as_ref().map(|regex| match subject.around {
            Around::Unknown => false,
            Around::Text { matched, .. } => regex.is_match(matched),
            Around::Asked(facts) => facts.matches.contains(&index),
        });
        let line = self.lines.as_ref().map(|regex| match subject.around {
            Around::Unknown => false,
            Around::Text { line, .. } => regex.is_match(line),
            Around::Asked(facts) => facts.lines.contains(&index),
        });
        let word = (!self.words.is_empty()).then(|| {
            let secret = subject.secret.to_ascii_lowercase();
            self.words.iter().any(|w| memchr::memmem::find(&secret, w.as_bytes()).is_some())
        });
        let mut stated = [commit, path, secret, matched, line, word].into_iter().flatten();
        if self.all {
            let first = stated.next();
            first.is_some_and(|first| first && stated.all(|holds| holds))
        } else {
            stated.any(|holds| holds)
        }
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
        Ok(Self { rule, paths, values: compile(values)? })
    }

    fn allows(&self, subject: &AllowSubject<'_>) -> bool {
        self.rule.as_deref().is_none_or(|id| id == subject.rule)
            && (self.paths.is_match(&*String::from_utf8_lossy(subject.paths[0]))
                || self.values.as_ref().is_some_and(|values| values.is_match(subject.secret)))
    }
}

/// One regex of several patterns; none where there are none.
fn compile(patterns: &[String]) -> Result<Option<Regex>, AllowError> {
    let build = |patterns: &[String]| {
        let config = syntax::Config::new().unicode(false).utf8(false);
        Regex::builder().syntax(config).build_many(patterns).map_err(Box::new)
    };
    if patterns.is_empty() {
        return Ok(None);
    }
    let name = |pattern: String, error: &BuildError| AllowError::Pattern {
        pattern,
        message: error.syntax_error().map_or(error.to_string(), ToString::to_string),
    };
    // Which of them is wrong is only asked where one is.
    build(patterns).map(Some).map_err(|error| {
        let wrong = patterns.iter().find_map(|p| {
            build(std::slice::from_ref(p)).err().map(|error| name(p.clone(), &error))
        });
        wrong.unwrap_or_else(|| name(patterns.join(" | "), &error))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject<'a>(rule: &'a str, path: &'a str, secret: &'a str) -> AllowSubject<'a> {
        AllowSubject {
            rule,
            paths: [path.as_bytes(); 2],
            secret: secret.as_bytes(),
            around: Around::Unknown,
            commit: None,
        }
    }

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
            assert_eq!(lists.allows(&subject(rule, path, secret)), want, "{rule} {path} {secret}");
        }
    }

    #[test]
    fn bad_patterns_are_named() {
        let error = Allowlists::new(&[], &["a(".into()], &[]).unwrap_err();
        assert!(error.to_string().contains("`a(`"), "{error}");
        let error = Allowlists::new(&["a[".into()], &[], &[]).unwrap_err();
        assert!(error.to_string().contains("`a[`"), "{error}");
        let list = AllowList { lines: vec!["ok".into(), "b(".into()], ..AllowList::default() };
        let error = Allowlists::default().with_lists(&[list]).unwrap_err();
        assert!(error.to_string().contains("`b(`"), "{error}");
    }

    /// A list with every criterion.
    fn full(all: bool) -> AllowList {
        let one = |text: &str| vec![text.to_owned()];
        AllowList {
            description: String::new(),
            rules: one("r"),
            all,
            commits: one("c0ffee"),
            paths: one("^docs/"),
            secrets: one("^abc"),
            matches: one("key=abc"),
            lines: one("sample"),
            words: one("WORD"),
        }
    }

    fn fitting() -> AllowSubject<'static> {
        AllowSubject {
            around: Around::Text { matched: b"key=abcword", line: b"key=abcword # sample" },
            commit: Some("c0ffee"),
            ..subject("r", "docs/a", "abcWord")
        }
    }

    #[test]
    fn one_criterion_is_enough_or_all_are_needed() {
        let any = Allowlists::default().with_lists(&[full(false)]).unwrap();
        let all = Allowlists::default().with_lists(&[full(true)]).unwrap();
        let nothing = subject("r", "src/a", "xyz");
        assert!(!any.allows(&nothing) && !all.allows(&nothing));
        let fits = fitting();
        assert!(any.allows(&fits) && all.allows(&fits));
        // Each criterion alone is enough for the one and too little for the other.
        let singles = [
            AllowSubject { commit: fits.commit, ..nothing },
            AllowSubject { paths: fits.paths, ..nothing },
            AllowSubject { secret: b"abc", ..nothing },
            AllowSubject { around: Around::Text { matched: b"key=abc", line: b"" }, ..nothing },
            AllowSubject { around: Around::Text { matched: b"", line: b"sample" }, ..nothing },
            AllowSubject { around: Around::Asked(&any.ask(b"key=abc", b"")), ..nothing },
            AllowSubject { around: Around::Asked(&any.ask(b"", b"sample")), ..nothing },
            AllowSubject { secret: b"a word", ..nothing },
        ];
        for single in singles {
            assert!(any.allows(&single) && !all.allows(&single), "{single:?}");
        }
        for missing in [
            AllowSubject { commit: None, ..fits },
            AllowSubject { paths: nothing.paths, ..fits },
            AllowSubject { secret: b"xyzWord", ..fits },
            AllowSubject { around: Around::Unknown, ..fits },
            AllowSubject { around: Around::Asked(&all.ask(b"key=abc", b"")), ..fits },
            AllowSubject { around: Around::Asked(&all.ask(b"", b"sample")), ..fits },
            AllowSubject { secret: b"abc", ..fits },
            AllowSubject { rule: "other", ..fits },
        ] {
            assert!(!all.allows(&missing), "{missing:?}");
        }
        assert!(!any.allows(&AllowSubject { rule: "other", ..fits }));
    }

    #[test]
    fn a_list_without_criteria_allows_nothing() {
        let empty = AllowList { all: true, ..AllowList::default() };
        assert!(!Allowlists::default().with_lists(&[empty]).unwrap().allows(&fitting()));
    }
}
