//! Go's regular expressions (RE2) in the syntax of Rust's `regex` over bytes.
//!
//! Most patterns mean the same in both. What does not is rewritten: `\<`, which is a plain `<` in Go and a boundary here; a brace
//! that begins no count; a bracket inside a class; `\Q…\E`; octal escapes; letters of other scripts, which a pattern over
//! bytes cannot name. What was only approximated is said.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

/// What `^` and `$` mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// The ends of the text, as written: for patterns that are tried on a whole path or secret.
    Text,
    /// The ends of a line: for rules, whose text has no known beginning.
    Line,
}

/// A pattern in our syntax.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Translated {
    /// The pattern.
    pub(super) pattern: String,
    /// What it does not say exactly as it was written.
    pub(super) approximated: Vec<&'static str>,
}

/// A pattern that has no counterpart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Untranslatable {
    /// Look-around, which neither tool has.
    #[error(
        "look-around (`{0}`) is in no linear-time syntax; match the context and set `secretGroup`"
    )]
    LookAround(String),
    /// `\1` and the like.
    #[error("back-references (`\\{0}`) are in no linear-time syntax")]
    BackReference(char),
    /// `\p{…}`.
    #[error("the character class `\\p{0}` is not known")]
    Script(String),
}

const ANCHORS: &str = "`^` and `$` are the ends of a line here, not of the text";
const SCRIPTS: &str = "letters of other scripts are any bytes beyond ASCII here";

/// Rewrites a pattern.
pub(super) fn translate(pattern: &str, ends: Ends) -> Result<Translated, Untranslatable> {
    let mut walk = Walk { rest: pattern.chars().peekable(), out: Translated::default(), ends };
    while let Some(c) = walk.rest.next() {
        match c {
            '\\' => walk.escape(false)?,
            '[' => walk.class()?,
            '{' => walk.brace(),
            '(' => walk.group()?,
            '^' | '$' => walk.anchor(c),
            _ => walk.out.pattern.push(c),
        }
    }
    Ok(walk.out)
}

struct Walk<'a> {
    rest: Peekable<Chars<'a>>,
    out: Translated,
    ends: Ends,
}

impl Walk<'_> {
    fn approximate(&mut self, what: &'static str) {
        if !self.out.approximated.contains(&what) {
            self.out.approximated.push(what);
        }
    }

    fn push(&mut self, text: &str) {
        self.out.pattern.push_str(text);
    }

    fn anchor(&mut self, c: char) {
        if self.ends == Ends::Text {
            self.out.pattern.push(c);
            return;
        }
        let before = self.out.pattern.len();
        self.push(if c == '^' { "(?m:^)" } else { "(?m:$)" });
        // `(?:[\s;]|$)`: what ends a value at the end of a line ends it before the line's end as well.
        let group = self.out.pattern[..before].rsplit('(').next().unwrap_or_default();
        let is_end_of_value = c == '$'
            && self.rest.peek() == Some(&')')
            && group.ends_with('|')
            && (group.contains("\\s") || group.contains("\\n"));
        if !is_end_of_value {
            self.approximate(ANCHORS);
        }
    }

    /// Behind a backslash.
    fn escape(&mut self, in_class: bool) -> Result<(), Untranslatable> {
        let Some(c) = self.rest.next() else {
            self.push("\\");
            return Ok(());
        };
        match c {
            'Q' if !in_class => self.quoted(),
            '0'..='7' => self.octal(c)?,
            '8' | '9' => return Err(Untranslatable::BackReference(c)),
            'p' | 'P' => self.script(c == 'P')?,
            'x' => self.hexadecimal(in_class),
            'C' => self.push("(?s:.)"),
            'A' if self.ends == Ends::Line => self.anchor('^'),
            'z' if self.ends == Ends::Line => self.anchor('$'),
            'b' if self.rest.peek() == Some(&'{') => self.push("(?:\\b)"),
            '<' | '>' => {
                let _ = write!(self.out.pattern, "\\x{:02x}", c as u32);
            }
            _ if c.is_ascii() => {
                self.push("\\");
                self.out.pattern.push(c);
            }
            _ => self.out.pattern.push(c),
        }
        Ok(())
    }

    /// `\Q…\E`: everything as it is.
    fn quoted(&mut self) {
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.peek() == Some(&'E') {
                self.rest.next();
                return;
            }
            let literal = crate::shape::literal(c.encode_utf8(&mut [0; 4]));
            self.push(&literal);
        }
    }

    fn octal(&mut self, first: char) -> Result<(), Untranslatable> {
        let mut value = first.to_digit(8).unwrap_or(0);
        let mut digits = 1;
        while digits < 3
            && let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(8))
        {
            value = value * 8 + digit;
            digits += 1;
            self.rest.next();
        }
        if first != '0' && digits == 1 {
            return Err(Untranslatable::BackReference(first));
        }
        let _ = write!(self.out.pattern, "\\x{:02x}", value & 0xff);
        Ok(())
    }

    /// `\x41`, `\x{41}`: a byte stays; a character beyond becomes its bytes.
    fn hexadecimal(&mut self, in_class: bool) {
        if self.rest.peek() != Some(&'{') {
            self.push("\\x");
            return;
        }
        self.rest.next();
        let digits: String = self.rest.by_ref().take_while(|c| *c != '}').collect();
        let value = u32::from_str_radix(&digits, 16).unwrap_or(0);
        match char::from_u32(value) {
            Some(c) if c.is_ascii() => {
                let _ = write!(self.out.pattern, "\\x{value:02x}");
            }
            Some(_) if in_class => self.beyond_ascii(),
            Some(c) => {
                self.push("(?:");
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(self.out.pattern, "\\x{byte:02x}");
                }
                self.push(")");
            }
            None => self.push("\\x{}"),
        }
    }

    fn beyond_ascii(&mut self) {
        self.push(r"\x80-\xff");
        self.approximate(SCRIPTS);
    }

    fn script(&mut self, is_negated: bool) -> Result<(), Untranslatable> {
        let name: String = match self.rest.next() {
            Some('{') => self.rest.by_ref().take_while(|c| *c != '}').collect(),
            Some(letter) => letter.to_string(),
            None => String::new(),
        };
        let is_negated = is_negated != name.starts_with('^');
        let members = match name.trim_start_matches('^') {
            "L" | "Latin" | "Letter" => r"A-Za-z\x80-\xff",
            "Lu" => r"A-Z\x80-\xff",
            "Ll" => r"a-z\x80-\xff",
            "N" | "Nd" => "0-9",
            _ => return Err(Untranslatable::Script(name)),
        };
        self.approximate(SCRIPTS);
        let caret = if is_negated { "^" } else { "" };
        // Brackets inside brackets are allowed here.
        let _ = write!(self.out.pattern, "[{caret}{members}]");
        Ok(())
    }

    /// A class, whose opening bracket was read.
    fn class(&mut self) -> Result<(), Untranslatable> {
        self.push("[");
        if self.rest.next_if_eq(&'^').is_some() {
            self.push("^");
        }
        if self.rest.next_if_eq(&']').is_some() {
            self.push(r"\]");
        }
        let (mut last, mut is_many) = ('\0', false);
        while let Some(c) = self.rest.next() {
            match c {
                ']' => {
                    self.push("]");
                    return Ok(());
                }
                '\\' => {
                    let of_many = "dDwWsSpP";
                    is_many = self.rest.peek().is_some_and(|next| of_many.contains(*next));
                    self.escape(true)?;
                    last = '\\';
                    continue;
                }
                '[' if self.rest.peek() == Some(&':') => {
                    self.named();
                    is_many = true;
                    last = ']';
                    continue;
                }
                '[' => self.push(r"\["),
                // Two of these in a row are an operation on sets here.
                '&' | '~' => {
                    self.push("\\");
                    self.out.pattern.push(c);
                }
                '-' if last == '-' || is_many || self.rest.peek() == Some(&']') => self.push(r"\-"),
                _ if !c.is_ascii() => self.beyond_ascii(),
                _ => self.out.pattern.push(c),
            }
            (last, is_many) = (c, false);
        }
        Ok(())
    }

    /// `[:alpha:]`, whose bracket was read.
    fn named(&mut self) {
        self.push("[");
        while let Some(c) = self.rest.next() {
            self.out.pattern.push(c);
            if c == ':' && self.rest.peek() == Some(&']') {
                self.rest.next();
                self.push("]");
                return;
            }
        }
    }

    /// A brace begins a count, or stands for itself.
    fn brace(&mut self) {
        let ahead: String = self.rest.clone().take_while(|c| *c != '}').collect();
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_closed = self.rest.clone().nth(ahead.chars().count()) == Some('}');
        let is_count = is_closed
            && match ahead.split_once(',') {
                None => is_number(&ahead),
                Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
            };
        self.push(if is_count { "{" } else { r"\{" });
    }

    /// A group, whose bracket was read: look-around is in neither syntax.
    fn group(&mut self) -> Result<(), Untranslatable> {
        let ahead: String = self.rest.clone().take(3).collect();
        for kind in ["?=", "?!", "?<=", "?<!"] {
            if ahead.starts_with(kind) {
                return Err(Untranslatable::LookAround(format!("({kind}")));
            }
        }
        self.push("(");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let translated = translate(pattern, Ends::Line).unwrap().pattern;
        let regex = regex::bytes::RegexBuilder::new(&translated)
            .unicode(false)
            .build()
            .unwrap_or_else(|error| panic!("{pattern} became {translated}: {error}"));
        for text in matching {
            assert!(regex.is_match(text.as_bytes()), "{pattern} ({translated}) on {text:?}");
        }
        for text in others {
            assert!(!regex.is_match(text.as_bytes()), "{pattern} ({translated}) on {text:?}");
        }
    }

    #[test]
    fn what_go_means_is_kept() {
        check(r"\<key\>", &["<key>"], &["key"]);
        check(r"a{b}", &["a{b}"], &["ab"]);
        check(r"a{,2}b", &["a{,2}b"], &["aab"]);
        check(r"${VAR}x{2}", &[], &["VAR"]);
        check(r"[[a]+]", &["[a]"], &["b]"]);
        check(r"[]a]x", &["]x"], &["bx"]);
        check(r"[^]a]x", &["bx"], &["]x"]);
        check(r"[a&&b]x", &["&x", "bx"], &["cx"]);
        check(r"[+--]x", &["-x", ",x"], &["/x"]);
        check(r"[\w--]x", &["-x", "ax"], &["/x"]);
        check(r"[\d-.]x", &["-x", ".x", "1x"], &["/x", "ax"]);
        check(r"[a~~b]x", &["~x"], &["cx"]);
        check(r"[[:alpha:]_-]9", &["_9", "z9", "-9"], &["99"]);
        check(r"\Qa.b[\E+", &["a.b["], &["axb["]);
        check(r"\101\x42\x{43}", &["ABC"], &["abc"]);
        check(r"\x{e9}", &["é"], &["e"]);
        check(r"[é]x", &["éx"], &["ex"]);
        check(r"\p{L}{2}\d", &["ab1", "é1"], &["121"]);
        check(r"[\p{L}\p{Nd}]-", &["a-", "1-"], &["_-"]);
        check(r"\Akey=\w+\z", &["key=abc", "x\nkey=abc\ny"], &["a key=abc"]);
        check(r"\b{x}", &["a{x}"], &[" {x}"]);
        check(r"(?P<name>a)(?i:B)(?s).", &["ab\n"], &["aa"]);
        check(r"['\x60\x22]\_\-\/", &["`_-/"], &["_-/"]);
    }

    #[test]
    fn what_has_no_counterpart_is_named() {
        for (pattern, want) in
            [("a(?=b)", "look-around"), (r"(a)\1", "back-reference"), (r"\p{Greek}", "not known")]
        {
            let error = translate(pattern, Ends::Line).unwrap_err().to_string();
            assert!(error.contains(want), "{pattern}: {error}");
        }
    }

    #[test]
    fn ends_are_kept_for_whole_texts() {
        assert_eq!(translate("^a$", Ends::Text).unwrap().pattern, "^a$");
        let line = translate("^a$", Ends::Line).unwrap();
        assert_eq!(line.pattern, "(?m:^)a(?m:$)");
        assert_eq!(line.approximated.len(), 1);
    }
}
