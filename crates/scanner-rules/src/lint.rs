//! Every rule about rules: what a set of detectors must satisfy beyond being readable.
//!
//! Whether the examples behave is not judged here: that needs an engine (`rules test`). This is what the
//! files themselves show. The same lint runs over the built-in set (strict: every issue fails the tests)
//! and over a user's file (only errors refuse it).

use std::collections::BTreeMap;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use crate::example;
use crate::load::LoadedDetector;
use crate::never;
use crate::spec::{Checked, RuleSpec};

/// The widest match that a pattern may have without saying why.
pub const WIDTH_MAX: usize = 4096;

/// Detectors whose patterns one thread reads, at least: fewer are not worth a thread.
const DETECTORS_PER_THREAD: usize = 64;

/// Examples of either kind, at least, in the built-in set.
const EXAMPLES_MIN: usize = 2;

/// Names of the stages that may refuse a candidate; an example names one of them.
pub const STAGES: &[&str] = &[
    "path",
    "must-contain",
    "confirm-all",
    "keywords",
    "two-phase",
    "regex",
    "assignment-shape",
    "entropy",
    "char-class",
    "local-context",
    "value-suppressor",
    "companion",
    "generic-value",
    "offline",
    "safelist",
    "confidence",
];

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The rule works, but less well than it could be known to.
    Warning,
    /// The rule cannot be used.
    Error,
}

/// Something wrong with a detector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The file.
    pub file: String,
    /// The line of the detector.
    pub line: usize,
    /// The detector.
    pub id: String,
    /// How bad.
    pub level: Level,
    /// What is wrong, and what to do.
    pub message: String,
}

impl std::fmt::Display for Issue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = if self.level == Level::Error { "error" } else { "warning" };
        write!(f, "{}:{}: {level}: {}: {}", self.file, self.line, self.id, self.message)
    }
}

/// Checks a set of detectors, in order.
pub fn lint(detectors: &[LoadedDetector]) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut ids: BTreeMap<&str, &LoadedDetector> = BTreeMap::new();
    let mut secrets: BTreeMap<String, &str> = BTreeMap::new();
    for (detector, fault) in detectors.iter().zip(pattern_faults(detectors)) {
        let mut report = |level, message: String| {
            issues.push(Issue {
                file: detector.file.clone(),
                line: detector.line,
                id: detector.spec.id.clone(),
                level,
                message,
            });
        };
        if let Some(first) = ids.insert(&detector.spec.id, detector) {
            let place = format!("{}:{}", first.file, first.line);
            report(
                Level::Error,
                format!("the id is used twice, first at {place}; rename one of them"),
            );
        }
        check_id(&detector.spec, &mut report);
        if let Some(fault) = fault {
            report(Level::Error, fault.to_string());
        }
        check_description(detector, &mut report);
        check_proof(detector, &mut report);
        check_examples(detector, &mut report);
        for example in example::positives(detector) {
            if let Some(other) = secrets.insert(example.secret, &detector.spec.id) {
                report(Level::Warning, format!("a positive's value stands in `{other}` as well"));
            }
        }
    }
    issues
}

/// Arithmetic proves what tokens it belongs to only where somebody has looked.
fn check_proof(detector: &LoadedDetector, report: &mut impl FnMut(Level, String)) {
    let silent = detector.source.checksum.filter(|proof| proof.checked.is_none());
    if silent.is_some_and(|proof| !proof.spec().checksum.is_a_format()) {
        let told = "the checksum does not say what it is known from, so a wrong one drops nothing; \
                    state `checked` in it (`vendor-docs`, `vendor-code`, `public-examples` or `unverified`)";
        report(Level::Warning, told.to_owned());
    }
}

fn check_id(spec: &RuleSpec, report: &mut impl FnMut(Level, String)) {
    let kebab = |text: &str| {
        !text.is_empty()
            && !text.starts_with('-')
            && !text.ends_with('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    // Rules of other tools keep their names.
    let is_plain =
        |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let is_named = if spec.as_written { is_plain(&spec.id) } else { kebab(&spec.id) };
    if !is_named {
        report(Level::Error, "the id must be kebab-case (a-z, 0-9 and -)".to_owned());
    }
    if !kebab(&spec.service) {
        let service = &spec.service;
        report(Level::Error, format!("the service `{service}` must be kebab-case"));
    }
}

/// The pattern as the engine reads it.
///
/// # Errors
///
/// What the parser says.
pub fn parse_pattern(pattern: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).map_err(Box::new)
}

/// Why a pattern is refused.
#[derive(Debug, thiserror::Error)]
enum PatternFault {
    #[error("the pattern cannot be read: {message}{}", hint(message))]
    Syntax { message: String },
    #[error(
        "the pattern can never match: it asks for a byte that does not exist, or for the start or end of the input in its middle; \
         write boundaries as `\\b{{start-half}}` and `\\b{{end-half}}`"
    )]
    Never,
    #[error(
        "the pattern matches the empty text; it would match everywhere: write out what every match contains"
    )]
    MatchesNothing,
    #[error("there is no group {group}; the pattern has {groups}{}", if *groups == 0 {
        ": put brackets around the secret, or leave `group` out"
    } else {
        ": count its opening brackets from 1"
    })]
    NoSuchGroup { group: u16, groups: usize },
    #[error(
        "the pattern has no greatest width; bound its repetitions (`{{1,64}}` in place of `+`) or state `unbounded = \"why\"`"
    )]
    Unbounded,
    #[error(transparent)]
    Impossible(#[from] never::Impossible),
    #[error(
        "the pattern may match {0} bytes; {WIDTH_MAX} is the most without `unbounded = \"why\"`"
    )]
    TooWide(usize),
}

/// What is wrong with each pattern. To read one takes some 40 microseconds, so many are read on several threads; what is
/// said does not depend on how many.
fn pattern_faults(detectors: &[LoadedDetector]) -> Vec<Option<PatternFault>> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = processors.min(detectors.len() / DETECTORS_PER_THREAD).max(1);
    let check = |share: &[LoadedDetector]| -> Vec<Option<PatternFault>> {
        share.iter().map(|detector| check_pattern(&detector.spec).err()).collect()
    };
    let mut shares = detectors.chunks(detectors.len().div_ceil(threads).max(1));
    std::thread::scope(|scope| {
        let first = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| scope.spawn(move || check(share))).collect();
        let mut all = check(first);
        for other in others {
            all.extend(other.join().expect("reading a pattern does not panic"));
        }
        all
    })
}

fn check_pattern(spec: &RuleSpec) -> Result<(), PatternFault> {
    let hir = parse_pattern(&spec.pattern).map_err(|error| {
        let last = error.to_string();
        let last = last.lines().last().unwrap_or_default().trim();
        PatternFault::Syntax { message: last.trim_start_matches("error: ").to_owned() }
    })?;
    if never::matches(&hir) {
        return Err(PatternFault::Never);
    }
    let properties = hir.properties();
    if properties.minimum_len().unwrap_or(0) == 0 {
        return Err(PatternFault::MatchesNothing);
    }
    let groups = properties.explicit_captures_len();
    if let Some(group) = spec.secret_group.filter(|group| usize::from(*group) > groups) {
        return Err(PatternFault::NoSuchGroup { group, groups });
    }
    match (properties.maximum_len(), spec.width_cap) {
        (None, None) => return Err(PatternFault::Unbounded),
        (Some(width), None) if width > WIDTH_MAX => return Err(PatternFault::TooWide(width)),
        _ => {}
    }
    if spec.as_written { Ok(()) } else { Ok(never::passes(spec, &hir)?) }
}

/// What to do about a pattern that the parser refuses, by what it says.
fn hint(message: &str) -> &'static str {
    let hints = [
        ("unclosed character class", "; close it with `]`, or write `\\[` for a bracket"),
        ("unclosed group", "; close it with `)`, or write `\\(` for a bracket"),
        ("unopened group", "; write `\\)` for a bracket"),
        ("backreference", "; write the text out, or compare in a `multi`"),
        ("look-around", "; use `\\b{start-half}`, `\\b{end-half}`, `near` or `suppress`"),
        ("repetition operator missing", "; write `\\*`, `\\+` or `\\?` for the character itself"),
        ("repetition quantifier", "; write it as `{least,most}`"),
        ("escape sequence", "; a backslash stands before punctuation or a known letter only"),
        ("size limit", "; lower the counts of its repetitions"),
        ("too deep", "; lower the counts of its repetitions"),
    ];
    hints.iter().find(|(said, _)| message.contains(said)).map_or("", |(_, hint)| hint)
}

fn check_description(detector: &LoadedDetector, report: &mut impl FnMut(Level, String)) {
    if detector.spec.reference.is_empty() {
        report(Level::Warning, "a `reference` to the vendor's page is missing".to_owned());
    }
    let by_page = detector.spec.checked == Checked::VendorDocs;
    if by_page && !detector.spec.reference.starts_with("https://") {
        let what = "`checked = \"vendor-docs\"` needs the address of the page as `reference`";
        report(Level::Warning, what.to_owned());
    }
}

fn check_examples(detector: &LoadedDetector, report: &mut impl FnMut(Level, String)) {
    let source = &detector.source;
    for (kind, count) in [("positive", source.positive.len()), ("negative", source.negative.len())]
    {
        if count < EXAMPLES_MIN {
            report(Level::Warning, format!("{count} {kind} examples; {EXAMPLES_MIN} are needed"));
        }
    }
    for negative in &source.negative {
        if !STAGES.contains(&negative.stage.as_str()) {
            let (stage, known) = (&negative.stage, STAGES.join(", "));
            report(Level::Error, format!("`{stage}` is no stage; known are {known}"));
        }
        if negative.why.is_empty() {
            report(Level::Warning, "a negative must say why it is none".to_owned());
        }
    }
    for positive in &source.positive {
        if !positive.text.contains("{secret}") {
            report(Level::Error, "a positive's text must contain `{secret}`".to_owned());
        }
        if positive.secret.len() < 2 && positive.secret.concat().len() >= 16 {
            report(Level::Warning, "an example's secret must be written in parts".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::load_file;

    fn messages(body: &str) -> String {
        let text = format!("service = \"acme\"\nreference = \"r\"\n{body}");
        let loaded = load_file("d.toml", &text).unwrap();
        lint(&loaded).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    fn detector(id: &str, pattern: &str) -> String {
        format!(
            "[[detector]]\nid = \"{id}\"\nname = \"n\"\nregex = {{ pattern = '''{pattern}''' }}\n"
        )
    }

    #[test]
    fn bad_patterns_are_named() {
        for (pattern, want) in [
            ("abc+", "no greatest width"),
            ("abc{1,5000}", "may match"),
            ("a*", "matches the empty text"),
            ("abc(", "cannot be read: unclosed group; close it with `)`"),
            ("abc[^\\x00-\\xff]", "can never match"),
            ("abc^d", "can never match"),
        ] {
            let got = messages(&detector("a", pattern));
            assert!(got.contains(want), "{pattern}: {got}");
        }
    }

    #[test]
    fn demands_that_no_match_meets_are_named() {
        for (pattern, gate, want) in [
            ("abc[0-9]{16}", "all_of = [\"abc\", \"ZZ\"]", "`ZZ`, which no match"),
            ("abc[0-9]{16}", "classes = [\"upper\"]", "`upper`"),
            ("abc[a-f]{16}", "digits = 2", "`digits`"),
            ("abc[0-9]{5}", "entropy = 3.5", "at most 3.0 bits"),
            (
                "abc[0-9]{5}",
                "checksum = { kind = \"crc32-base62\", payload = 30, check = 6 }",
                "36 characters",
            ),
            ("abc[0-9]{16}", "all_of = [\"abc\"]\ndigits = 2\nentropy = 3.5", ""),
        ] {
            let got = messages(&format!("{}{gate}\n", detector("a", pattern)));
            let errors: Vec<&str> = got.lines().filter(|line| line.contains(" error: ")).collect();
            assert_eq!(errors.is_empty(), want.is_empty(), "{gate}: {got}");
            assert!(want.is_empty() || got.contains(want), "{gate}: {got}");
        }
    }

    #[test]
    fn duplicate_and_misspelt_ids_are_named() {
        let got = messages(&format!("{}{}", detector("A_b", "abc"), detector("A_b", "abd")));
        assert!(
            got.contains("kebab-case") && got.contains("used twice, first at d.toml:3"),
            "{got}"
        );
    }

    #[test]
    fn what_was_checked_against_a_page_names_the_page() {
        let body = detector("a", "abc[0-9]{16}");
        for (checked, reference, is_warned) in [
            ("vendor-docs", "r", true),
            ("vendor-docs", "https://example.org/keys", false),
            ("vendor-code", "r", false),
        ] {
            let keys = format!("checked = \"{checked}\"\nreference = \"{reference}\"\n");
            let got = messages(&format!("{body}{keys}"));
            assert_eq!(got.contains("address of the page"), is_warned, "{keys}: {got}");
        }
    }

    #[test]
    fn a_checksum_says_what_it_is_known_from() {
        let body = detector("a", "abc[0-9a-f]{16}");
        for (checksum, is_warned) in [
            ("kind = 'crc32-hex'", true),
            ("kind = 'luhn'", true),
            ("kind = 'crc32-hex', checked = 'unverified'", false),
            ("kind = 'jwt'", false),
        ] {
            let got = messages(&format!("{body}checksum = {{ {checksum} }}\n"));
            assert_eq!(got.contains("known from"), is_warned, "{checksum}: {got}");
        }
    }

    #[test]
    fn missing_groups_are_named() {
        let got = messages(
            "[[detector]]\nid = \"a\"\nname = \"n\"\nregex = { pattern = \"abc\", group = 2 }\n",
        );
        assert!(got.contains("no group 2"), "{got}");
    }

    #[test]
    fn the_built_in_set_is_clean() {
        let issues = lint(&crate::builtin::sources().unwrap());
        let text = issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(issues.is_empty(), "{} issues:\n{text}", issues.len());
    }
}
