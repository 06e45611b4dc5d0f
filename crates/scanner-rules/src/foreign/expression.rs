//! The filter expressions of betterleaks (Expr and CEL), as far as they only compare: which findings they drop.
//!
//! What can be said by allow lists and an entropy is taken over; each alternative of an `||` on its own. Everything else
//! (validation, arithmetic, negation, token efficiency) is left out, which drops less, and said.

use super::allow::{AllowList, PatternError, whole_text_pattern};
use crate::shape::literal;

/// What an expression looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Secret,
    Match,
    Line,
    Path,
    Commit,
}

/// What an expression became.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    /// Findings that are dropped.
    pub(super) lists: Vec<AllowList>,
    /// Secrets of at most this entropy are dropped.
    pub(super) entropy: Option<f32>,
    /// What was left out, each with why.
    pub(super) left_out: Vec<String>,
}

/// Why a part of an expression is left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct LeftOut(String);

impl From<PatternError> for LeftOut {
    fn from(error: PatternError) -> Self {
        Self(error.to_string())
    }
}

fn left_out<T>(why: impl Into<String>) -> Result<T, LeftOut> {
    Err(LeftOut(why.into()))
}

/// Alternatives that an expression may multiply out to, at most.
const ALTERNATIVES_MAX: usize = 64;

/// Brackets inside each other, at most.
const DEPTH_MAX: usize = 32;

/// Reads an expression.
pub(super) fn read(text: &str) -> Filter {
    let mut filter = Filter::default();
    let tokens = match tokens(text) {
        Ok(tokens) => tokens,
        Err(why) => {
            filter.left_out.push(why.to_string());
            return filter;
        }
    };
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let parsed = parser.or();
    if parser.at < tokens.len() {
        filter.left_out.push(format!("`{}` is not understood", parser.here()));
        return filter;
    }
    for alternative in parsed {
        match alternative {
            Ok(tests) => filter.take(tests),
            Err(why) => filter.left_out.push(why.to_string()),
        }
    }
    filter
}

impl Filter {
    /// Takes an alternative: tests that must all hold.
    fn take(&mut self, tests: Vec<Test>) {
        if let [Test::Entropy(bits)] = tests.as_slice() {
            self.entropy = Some(self.entropy.map_or(*bits, |known| known.max(*bits)));
            return;
        }
        let mut list = AllowList { all: true, ..AllowList::default() };
        for test in tests {
            let taken = match test {
                Test::Patterns(target, patterns) => put(list.patterns_of(target), patterns),
                Test::Words(words) => put(&mut list.words, words),
                Test::Entropy(_) => false,
            };
            if !taken {
                let why = "a combination of tests that allow lists cannot say";
                self.left_out.push(why.to_owned());
                return;
            }
        }
        self.lists.push(list);
    }
}

/// Puts what was found where nothing is yet.
fn put(place: &mut Vec<String>, found: Vec<String>) -> bool {
    let is_free = place.is_empty();
    if is_free {
        *place = found;
    }
    is_free
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Patterns(Target, Vec<String>),
    Words(Vec<String>),
    Entropy(f32),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Number(f32),
    Sign(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Text(_) => f.write_str("a string"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Sign(sign) => f.write_str(sign),
        }
    }
}

/// Signs, the longer ones first.
const SIGNS: [&str; 19] = [
    "||", "&&", "==", "!=", "<=", ">=", "??", "?.", "(", ")", "[", "]", ",", ".", "<", ">", "!",
    "?", "+",
];

fn tokens(text: &str) -> Result<Vec<Token>, LeftOut> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some((string, behind)) = string(rest)? {
            tokens.push(Token::Text(string));
            rest = behind;
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let number = rest[..end]
                .parse()
                .map_err(|_| LeftOut(format!("`{}` is no number", &rest[..end])))?;
            tokens.push(Token::Number(number));
            rest = &rest[end..];
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end =
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            return left_out(format!("`{first}` is not understood"));
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// A string at the start of the text, and what is behind it: quoted, raw, or in back-quotes.
fn string(text: &str) -> Result<Option<(String, &str)>, LeftOut> {
    let raw = text.strip_prefix(['r', 'R']).filter(|rest| rest.starts_with(['"', '\'']));
    let body = raw.unwrap_or(text);
    for fence in ["\"\"\"", "'''", "\"", "'", "`"] {
        let Some(inside) = body.strip_prefix(fence) else { continue };
        let is_raw = raw.is_some() || fence == "`";
        let mut out = String::new();
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            if inside[at..].starts_with(fence) {
                return Ok(Some((out, &inside[at + fence.len()..])));
            }
            match c {
                '\\' if !is_raw => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, c @ ('\\' | '"' | '\'' | '`'))) => out.push(c),
                    _ => return left_out("an escape in a string is not understood"),
                },
                _ => out.push(c),
            }
        }
        return left_out("a string has no end");
    }
    Ok(None)
}

/// Alternatives, each a list of tests that must all hold, or why it is left out.
type Alternatives = Vec<Alternative>;

/// Tests that must all hold, or why they are left out.
type Alternative = Result<Vec<Test>, LeftOut>;

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn here(&self) -> String {
        self.tokens.get(self.at).map_or_else(|| "the end".to_owned(), ToString::to_string)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(s)) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Word(w)) if w == word);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Alternatives {
        let mut all = self.and();
        while self.eat("||") || self.eat_word("or") {
            all.extend(self.and());
        }
        all.truncate(ALTERNATIVES_MAX);
        all
    }

    fn and(&mut self) -> Alternatives {
        let mut all = self.one();
        while self.eat("&&") || self.eat_word("and") {
            let other = self.one();
            all = both(&all, &other);
        }
        all
    }

    fn one(&mut self) -> Alternatives {
        if self.depth >= DEPTH_MAX {
            self.at = self.tokens.len();
            return vec![left_out("too many brackets inside each other")];
        }
        let from = self.at;
        if self.eat("(") {
            self.depth += 1;
            let inside = self.or();
            self.depth -= 1;
            if self.eat(")") && self.ends_here() {
                return inside;
            }
            // Brackets around a target.
            self.at = from;
        }
        let test = self.test();
        if test.is_err() {
            self.skip(from);
        }
        vec![test.map(|test| vec![test])]
    }

    /// Whether what was read is a whole operand of `||` and `&&`.
    fn ends_here(&self) -> bool {
        match self.tokens.get(self.at) {
            None | Some(Token::Sign("||" | "&&" | ")")) => true,
            Some(Token::Word(word)) => word == "or" || word == "and",
            _ => false,
        }
    }

    /// Goes behind an operand that was not understood.
    fn skip(&mut self, from: usize) {
        self.at = from;
        let mut open = 0_usize;
        while let Some(token) = self.tokens.get(self.at) {
            match token {
                Token::Sign("(" | "[") => open += 1,
                Token::Sign(")" | "]") if open > 0 => open -= 1,
                Token::Sign(")" | "||" | "&&") if open == 0 => return,
                Token::Word(word) if open == 0 && (word == "or" || word == "and") => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn test(&mut self) -> Result<Test, LeftOut> {
        let from = self.at;
        self.eat_word("filter").then(|| self.eat("."));
        if let Some(Token::Word(name)) = self.tokens.get(self.at)
            && matches!(self.tokens.get(self.at + 1), Some(Token::Sign("(")))
        {
            let name = name.clone();
            self.at += 2;
            return self.call(&name);
        }
        self.at = from;
        let target = self.target()?;
        self.comparison(target)
    }

    /// A call, whose opening bracket was read.
    fn call(&mut self, name: &str) -> Result<Test, LeftOut> {
        match name {
            "matchesAny" | "containsAny" => {
                let target = self.target()?;
                self.expect(",")?;
                let texts = self.list()?;
                self.eat(",");
                self.expect(")")?;
                if name == "matchesAny" {
                    matching(target, &texts)
                } else {
                    containing(target, texts)
                }
            }
            "entropy" => {
                if self.target()? != Target::Secret {
                    return left_out("`entropy` of something other than the secret");
                }
                self.expect(")")?;
                let (is_below, is_at_most) = (self.eat("<"), self.eat("<="));
                match self.tokens.get(self.at) {
                    Some(Token::Number(bits)) if is_below || is_at_most => {
                        self.at += 1;
                        Ok(Test::Entropy(if is_below { bits.next_down() } else { *bits }))
                    }
                    _ => left_out("`entropy` is only understood as `entropy(…) <= number`"),
                }
            }
            _ => left_out(format!("`{name}` has no counterpart here")),
        }
    }

    fn comparison(&mut self, target: Target) -> Result<Test, LeftOut> {
        if self.eat("==") {
            return Ok(equal(target, &[self.text()?]));
        }
        if self.eat_word("in") {
            let texts = self.list()?;
            return Ok(equal(target, &texts));
        }
        self.eat(".");
        let Some(Token::Word(name)) = self.tokens.get(self.at).cloned() else {
            return left_out(format!("`{}` is not understood", self.here()));
        };
        self.at += 1;
        let is_call = self.eat("(");
        let text = self.text()?;
        if is_call {
            self.expect(")")?;
        }
        let escaped = literal(&text);
        match name.as_str() {
            "matches" => matching(target, &[text]),
            "contains" => Ok(Test::Patterns(target, vec![escaped])),
            "startsWith" => Ok(Test::Patterns(target, vec![format!("^{escaped}")])),
            "endsWith" => Ok(Test::Patterns(target, vec![format!("{escaped}$")])),
            _ => left_out(format!("`{name}` has no counterpart here")),
        }
    }

    fn expect(&mut self, sign: &str) -> Result<(), LeftOut> {
        if self.eat(sign) {
            Ok(())
        } else {
            left_out(format!("`{}` where `{sign}` was expected", self.here()))
        }
    }

    fn text(&mut self) -> Result<String, LeftOut> {
        match self.tokens.get(self.at) {
            Some(Token::Text(text)) => {
                self.at += 1;
                Ok(text.clone())
            }
            _ => left_out(format!("`{}` where a string was expected", self.here())),
        }
    }

    fn list(&mut self) -> Result<Vec<String>, LeftOut> {
        self.expect("[")?;
        let mut texts = Vec::new();
        while !self.eat("]") {
            texts.push(self.text()?);
            if !self.eat(",") {
                self.expect("]")?;
                break;
            }
        }
        Ok(texts)
    }

    /// `finding["secret"]`, `finding.line`, `secret`, `attributes[?"path"].orValue("")`, `(attributes["path"] ?? "")`.
    fn target(&mut self) -> Result<Target, LeftOut> {
        if self.depth < DEPTH_MAX && self.eat("(") {
            self.depth += 1;
            let target = self.target();
            self.depth -= 1;
            let target = target?;
            self.expect(")")?;
            return Ok(target);
        }
        let Some(Token::Word(base)) = self.tokens.get(self.at).cloned() else {
            return left_out(format!("`{}` is not understood", self.here()));
        };
        self.at += 1;
        let field = match base.as_str() {
            "secret" => "secret".to_owned(),
            "finding" | "attributes" => self.field()?,
            _ => return left_out(format!("`{base}` has no counterpart here")),
        };
        if self.eat("??") {
            self.text()?;
        }
        let is_default =
            matches!(self.tokens.get(self.at + 1), Some(Token::Word(w)) if w == "orValue");
        if is_default && self.eat(".") {
            self.at += 1;
            self.expect("(")?;
            self.text()?;
            self.expect(")")?;
        }
        match (base.as_str(), field.as_str()) {
            (_, "secret") => Ok(Target::Secret),
            ("finding", "match") => Ok(Target::Match),
            ("finding", "line") => Ok(Target::Line),
            ("attributes", "path") => Ok(Target::Path),
            ("attributes", "git.sha") => Ok(Target::Commit),
            _ => left_out(format!("`{base}.{field}` has no counterpart here")),
        }
    }

    /// `["name"]`, `[?"name"]`, `.name`, `?.name`.
    fn field(&mut self) -> Result<String, LeftOut> {
        if self.eat(".") || self.eat("?.") {
            if let Some(Token::Word(name)) = self.tokens.get(self.at).cloned() {
                self.at += 1;
                return Ok(name);
            }
            self.at -= usize::from(self.at > 0);
        }
        self.eat("?.");
        self.expect("[")?;
        self.eat("?");
        let name = self.text()?;
        self.expect("]")?;
        Ok(name)
    }
}

/// Every alternative of one with every one of the other.
fn both(one: &Alternatives, other: &Alternatives) -> Alternatives {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let join = |(a, b): (&Alternative, &Alternative)| match (a, b) {
        (Ok(a), Ok(b)) => Ok([a.clone(), b.clone()].concat()),
        (Err(why), _) | (_, Err(why)) => Err(why.clone()),
    };
    pairs.take(ALTERNATIVES_MAX).map(join).collect()
}

fn matching(target: Target, texts: &[String]) -> Result<Test, LeftOut> {
    if target == Target::Commit {
        return left_out("patterns of commits");
    }
    let patterns: Result<Vec<String>, LeftOut> =
        texts.iter().map(|text| Ok(whole_text_pattern(text)?.0)).collect();
    patterns.map(|patterns| Test::Patterns(target, patterns))
}

fn containing(target: Target, texts: Vec<String>) -> Result<Test, LeftOut> {
    match target {
        Target::Secret => Ok(Test::Words(texts)),
        Target::Commit => left_out("parts of commits"),
        _ => {
            let pattern = |text: &String| format!("(?i:{})", literal(text));
            Ok(Test::Patterns(target, texts.iter().map(pattern).collect()))
        }
    }
}

fn equal(target: Target, texts: &[String]) -> Test {
    if target == Target::Commit {
        return Test::Patterns(target, texts.iter().map(|t| t.to_ascii_lowercase()).collect());
    }
    Test::Patterns(target, texts.iter().map(|text| format!("^{}$", literal(text))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_become_lists() {
        let text = r#"
            (attributes[?"path"].orValue("").startsWith("tests/") &&
             filter.containsAny(finding["secret"], ["_MOCK_", "_TEST_"]))
            // a comment
            || filter.matchesAny(attributes[?"path"].orValue(""), [r"""(?i)\.(?:md|txt)$"""])
            || finding["secret"] == "ABC.1"
            || filter.entropy(finding["secret"]) <= 2.5
            || filter.failsTokenEfficiency(finding["secret"])
            || (attributes["path"] ?? "") endsWith ".lock" and finding.line contains "sha"
            || attributes["git.sha"] in ["ABCD", "ef"]
            || !(finding.secret == "x")
        "#;
        let filter = read(text);
        assert_eq!(filter.entropy, Some(2.5));
        assert_eq!(filter.left_out.len(), 2, "{:?}", filter.left_out);
        let lists = &filter.lists;
        assert_eq!(lists.len(), 5, "{lists:?}");
        assert_eq!((lists[0].paths[0].as_str(), lists[0].words.len()), ("^tests\\/", 2));
        assert_eq!(lists[1].paths, [r"(?i)\.(?:md|txt)$"]);
        assert_eq!(lists[2].secrets, [r"^ABC\.1$"]);
        assert_eq!((lists[3].paths.len(), lists[3].lines.len()), (1, 1));
        assert_eq!(lists[4].commits, ["abcd", "ef"]);
        assert!(lists.iter().all(|list| list.all));
    }

    #[test]
    fn conjunctions_over_alternatives_are_multiplied_out() {
        let filter =
            read(r#"(finding.secret == "a" || finding.line == "b") && attributes.path == "c""#);
        assert_eq!(filter.lists.len(), 2);
        assert!(filter.lists.iter().all(|list| list.paths == ["^c$"]));
    }

    #[test]
    fn what_is_not_understood_is_left_out_and_never_panics() {
        for text in [
            "(",
            ")",
            "finding[",
            "entropy(finding.secret) > 3",
            "\"",
            "a.b.c",
            "1.2.3",
            "&&",
            "?.",
            "§",
        ] {
            let filter = read(text);
            assert!(filter.lists.is_empty() && !filter.left_out.is_empty(), "{text}: {filter:?}");
        }
        let deep = "(".repeat(100_000);
        assert!(!read(&deep).left_out.is_empty());
        assert_eq!(read("entropy(finding.secret) <= 3 && finding.line == \"x\"").lists.len(), 0);
    }
}
