//! From a shape to a pattern. The shapes say what a token looks like; this is the only place that knows
//! how that is written as a regex, so boundaries and assignment operators are the same for all detectors.

use std::fmt::Write as _;

use crate::schema::{
    AssignmentStyle, AssignmentToml, BlockToml, Boundary, KeyedToml, TokenToml, UriToml, UriUser,
};
use crate::spec::WidthCap;

/// A quote, or a quote escaped inside a string, or an opening bracket: what may stand between an operator
/// and a value.
const BEFORE_VALUE: &str = r#"(?:\\?["'`]|[(\[{]){0,3}"#;

/// `=`, `:`, `:=`, `=>`, `==`, a comma or bracket of a call, the end of an XML tag, or a typed assignment as
/// in `key: string =`.
const OPERATOR: &str = r"[ \t]{0,8}(?::[ \t]{0,3}[A-Za-z][A-Za-z.<>\[\]]{0,20}[ \t]{0,3}=|=>|[:=]{1,3}|,|\(|>)[ \t]{0,8}";

/// Rest of a key's name behind the service's word, and what closes its quotes.
fn key_rest(distance: u16) -> String {
    format!(r#"[0-9A-Za-z_.\- ]{{0,{distance}}}?(?:\\?["'`]|[\])]){{0,2}}"#)
}

/// The longest user name and password of a URI, in bytes.
/// Letters of a scheme that may be followed by a driver's name, at least.
const DRIVER_SCHEME_MIN: usize = 5;

const URI_USER_MAX: u32 = 80;
const URI_PASSWORD_MAX: u32 = 160;

/// The literal as a regex.
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || !c.is_ascii() || c == '_' || c == ' ' {
            out.push(c);
        } else if c.is_ascii_control() {
            let _ = write!(out, "\\x{:02x}", c as u32);
        } else {
            out.push('\\');
            out.push(c);
        }
    }
    out
}

fn alternatives(texts: &[String]) -> String {
    texts.iter().map(|t| literal(t)).collect::<Vec<_>>().join("|")
}

fn left(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Word => r"\b{start-half}",
        Boundary::Dash => r"(?:^|[^0-9A-Za-z_\-])",
        Boundary::Base64 => r"(?:^|[^0-9A-Za-z_\-+/])",
        Boundary::None => "",
    }
}

fn right(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Word => r"\b{end-half}",
        Boundary::Dash => r"(?:$|[^0-9A-Za-z_\-])",
        Boundary::Base64 => r"(?:$|[^0-9A-Za-z_\-+/=])",
        Boundary::None => "",
    }
}

/// The pattern of a `token`; group 1 is the secret.
pub fn token(shape: &TokenToml) -> String {
    format!(
        "{}((?:{})(?:{}){}){}",
        left(shape.left),
        alternatives(shape.prefix.as_slice()),
        shape.body,
        literal(&shape.suffix),
        right(shape.right)
    )
}

/// The pattern of a `keyed`; group 1 is the secret.
pub fn keyed(shape: &KeyedToml) -> String {
    format!(
        r"(?i:{}){}{OPERATOR}{BEFORE_VALUE}\b{{start-half}}({}){}",
        alternatives(&shape.keywords),
        key_rest(shape.distance),
        shape.value,
        right(shape.right)
    )
}

/// The pattern of a `uri`; group 1 is the password.
pub fn uri(shape: &UriToml) -> String {
    let user_min = u32::from(shape.user == UriUser::Required);
    // Written out with what follows, so that the anchor is as long as it can be. `+` begins a driver's name
    // (`postgresql+psycopg2`); short schemes have none.
    let mut schemes: Vec<String> = shape.schemes.iter().map(|s| format!("{s}://")).collect();
    schemes = vec![alternatives(&schemes)];
    let with_driver: Vec<String> = shape
        .schemes
        .iter()
        .filter(|scheme| scheme.len() >= DRIVER_SCHEME_MIN)
        .map(|scheme| format!("{scheme}+"))
        .collect();
    if !with_driver.is_empty() {
        schemes.push(format!("(?:{})[0-9A-Za-z]{{1,16}}://", alternatives(&with_driver)));
    }
    let schemes = schemes.join("|");
    format!(
        r#"\b{{start-half}}(?i:{schemes})[^\s:@/"'<>`,;\\]{{{user_min},{URI_USER_MAX}}}:([^\s@/"'<>`]{{3,{URI_PASSWORD_MAX}}})@[0-9A-Za-z\[$%{{._\-]"#,
    )
}

/// The pattern of a `block`, whose group 1 is the whole of it, and the limits on its length. The body never
/// runs over the beginning of another marker (five dashes), so a block that was cut off does not swallow
/// the next one.
pub fn block(shape: &BlockToml) -> (String, WidthCap) {
    let lengths = |texts: &[String]| {
        let len = |pick: fn(usize, usize) -> usize| texts.iter().map(String::len).reduce(pick);
        (len(usize::min).unwrap_or(0) as u32, len(usize::max).unwrap_or(0) as u32)
    };
    let (begin_min, begin_max) = lengths(shape.begin.as_slice());
    let (end_min, end_max) = lengths(shape.end.as_slice());
    let pattern = format!(
        "((?:{})(?:[^\\-]|-{{1,4}}[^\\-])*?(?:{}))",
        alternatives(shape.begin.as_slice()),
        alternatives(shape.end.as_slice())
    );
    let cap =
        WidthCap { min: shape.min + begin_min + end_min, max: shape.max + begin_max + end_max };
    (pattern, cap)
}

/// Bytes of a word that is looked for by its first ones.
const ASSIGNMENT_WORD_MIN: usize = 3;

/// How a generic value begins: four bytes. Where it ends depends on its quotes, which the engine looks at.
const GENERIC_VALUE: &str = r#"[^\s"'`,;<>(){}\[\]\\=:|&*][^\s"'`<>]{3}"#;

/// A string's prefix (`b"`, `@"`) and its quote, which may be escaped or tripled.
const OPEN_QUOTE: &str = r#"[A-Za-z@$]{0,2}(?:\\?["'`]|"{3}|'{3})"#;

/// Between a flag and its value on the next line: a continued command, a list in brackets, a list of YAML.
const FLAG_LINE: &str = r#"[ \t]{1,4}\\\r?\n[ \t]{0,40}|["'],[ \t]{0,4}\r?\n[ \t]{0,40}|["']?\r?\n[ \t]{0,40}-[ \t]{1,4}"#;

/// What closes a key: quotes, brackets of an index, an array's length, the accessors of a property, the second
/// name of a pair that a call of Go gives.
const CLOSE_KEY: &str = r#"(?:(?:\\?["'`]|[\])}]){0,3}|\[[0-9A-Za-z_]{0,16}\]|[ \t]{1,2}\{ ?get;[a-z ;]{0,24}\}|, (?:_|err|ok))"#;

/// A call around a value, or an array of a type: `decode(`, `getDecoder().decode(`, `[]byte(`, `[]string{`.
const CALL: &str = r"(?:\[[0-9]{0,4}\])?[A-Za-z_&.][0-9A-Za-z_&.]{0,24}(?:\(\)\.[0-9A-Za-z_.]{1,24})?[(\[{][ \t]{0,4}";

/// What stands between the key's word and a generic value: the rest of the key, and one of
/// an operator, on the same line, with a call around a quoted value at most;
/// an operator and a quoted value on the next line, with a bracket or call opened before it at most; a block of
/// YAML or a here-document on the next line;
/// a comma or bracket of a call and a quoted value, with a call around it at most; an XML attribute `value`; nothing but blanks before a
/// quoted value; a second key `value` (`default`) of the same pair, block or object.
fn generic_operator() -> String {
    let operator = r"[ \t]{0,24}(?::[ \t]{0,3}(?:&'static )?[A-Za-z&\[*][0-9A-Za-z.<>\[\]&;]{0,20}[ \t]{0,3}=|=>|[:=]{1,3}|!==?|\|\||\?\?|->|>)";
    let call = format!(r"(?:{CALL}|[(\[{{][ \t]{{0,4}})?");
    let same_line = format!(r"[ \t]{{0,24}}(?:{call}{OPEN_QUOTE}|[(\[{{]?)");
    let opened = r"(?:(?:[A-Za-z_&.][0-9A-Za-z_&.]{0,24})?\([ \t]{0,4})?";
    let next_line = format!(r"[ \t]{{0,4}}{opened}\\?\r?\n[ \t]{{0,40}}{OPEN_QUOTE}");
    let block = r"[ \t]{0,4}[|>][+\-]?\r?\n[ \t]{1,40}";
    let document = r#"[ \t]{0,4}(?:\$\(cat )?<<<?[\-~]?["']?[A-Za-z_]{2,16}["']?\r?\n[ \t]{0,40}"#;
    let argument = format!(r"[ \t]{{0,4}}[,(][ \t\r\n]{{0,32}}(?:{CALL})?{OPEN_QUOTE}");
    let word = format!(r"[ \t]{{1,24}}{OPEN_QUOTE}");
    let pair = format!(
        r#"[ \t]{{0,4}}(?:[,{{][ \t]{{0,4}}(?:\r?\n[ \t]{{0,40}})?|\r?\n[ \t]{{0,40}})["']?(?i:value|default|parametervalue|with)["']?[ \t]{{0,4}}[:=][ \t]{{0,4}}(?:{OPEN_QUOTE})?"#
    );
    let attribute = r#"[ \t]{1,8}(?i:value|content|default)[ \t]{0,2}=[ \t]{0,2}["']"#;
    format!(
        r"[0-9A-Za-z_.\- ]{{0,24}}?{CLOSE_KEY}(?:{operator}(?:{block}|{document}|{next_line}|{same_line})|{pair}|{argument}|{attribute}|{word})"
    )
}

/// The pattern of an `assignment`; group 1 is how the secret begins.
pub fn assignment(shape: &AssignmentToml) -> String {
    let value = shape.value.as_deref().unwrap_or(GENERIC_VALUE);
    let words = alternatives(&shape.keywords);
    match shape.style {
        AssignmentStyle::Key => format!(r"(?i:{words}){}({value})", generic_operator()),
        AssignmentStyle::Flag => {
            format!(
                r#"-(?i:{words})[0-9A-Za-z\-]{{0,12}}(?:=|["']?,?[ \t]{{1,4}}|{FLAG_LINE})(?:\\?["'])?({value})"#
            )
        }
        AssignmentStyle::Header => {
            // The first blank is written out, so that the anchors are longer: `basic` is an everyday word.
            let words: Vec<String> = shape.keywords.iter().map(|word| literal(word)).collect();
            let words: Vec<String> =
                words.iter().flat_map(|word| [format!("{word} "), format!(r"{word}\t")]).collect();
            let words = words.join("|");
            format!(r#"\b{{start-half}}(?i:{words})[ \t]{{0,3}}(?:\\?["'])?({value})"#)
        }
    }
}

/// The words of an assignment to any key, of any value: those whose pattern can be found by hand.
pub fn assignment_words(shape: &AssignmentToml) -> Vec<String> {
    let by_hand = shape.style == AssignmentStyle::Key
        && shape.value.is_none()
        && shape.keywords.iter().all(|word| word.is_ascii() && word.len() >= ASSIGNMENT_WORD_MIN);
    if by_hand { shape.keywords.clone() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::OneOrMany;

    fn first_group(pattern: &str, text: &str) -> Option<String> {
        let re = regex::bytes::RegexBuilder::new(pattern).unicode(false).build().unwrap();
        let caps = re.captures(text.as_bytes())?;
        Some(String::from_utf8_lossy(&caps[1]).into_owned())
    }

    #[test]
    fn literal_escapes_what_a_regex_would_read() {
        assert_eq!(literal("a.b-c$\n"), r"a\.b\-c\$\x0a");
    }

    #[test]
    fn a_token_needs_its_boundaries() {
        let pattern = token(&TokenToml {
            prefix: OneOrMany::One("tk_".into()),
            body: "[0-9a-z]{8}".into(),
            suffix: String::new(),
            left: Boundary::Word,
            right: Boundary::Word,
        });
        for (text, want) in [
            ("x=tk_a1b2c3d4;", Some("tk_a1b2c3d4")),
            ("tk_a1b2c3d4", Some("tk_a1b2c3d4")),
            ("xtk_a1b2c3d4", None),
            ("tk_a1b2c3d4e", None),
        ] {
            assert_eq!(first_group(&pattern, text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn keyed_values_are_found_in_common_surroundings() {
        let pattern = keyed(&KeyedToml {
            keywords: vec!["acme".into()],
            value: "[0-9a-f]{8}".into(),
            distance: 32,
            digits: 1,
            right: Boundary::Word,
        });
        for text in [
            "ACME_API_KEY=1a2b3c4d",
            "export ACME_KEY='1a2b3c4d'",
            r#""acme_token": "1a2b3c4d","#,
            r#"{\"acmeKey\": \"1a2b3c4d\"}"#,
            "acme.api.key: 1a2b3c4d",
            "acmeKey := \"1a2b3c4d\"",
            "const acmeKey: string = '1a2b3c4d'",
            "<acmeKey>1a2b3c4d</acmeKey>",
            "setAcmeKey(\"1a2b3c4d\")",
            ":acme_key => '1a2b3c4d'",
            "config['acme_key'] = '1a2b3c4d'",
        ] {
            assert_eq!(first_group(&pattern, text).as_deref(), Some("1a2b3c4d"), "{text}");
        }
        assert_eq!(first_group(&pattern, "acme and then 1a2b3c4d"), None);
    }

    #[test]
    fn uris_give_the_password() {
        let shape = UriToml { schemes: vec!["postgres".into()], user: UriUser::Required };
        let pattern = uri(&shape);
        assert_eq!(
            first_group(&pattern, "postgres://app:pa55-w0rd@db:5432/x").as_deref(), // scanner-rs:allow
            Some("pa55-w0rd")
        );
        assert_eq!(first_group(&pattern, "postgres://db:5432/x"), None);
        let optional = uri(&UriToml { schemes: vec!["redis".into()], user: UriUser::Optional });
        assert_eq!(first_group(&optional, "redis://:s3cr3t@h").as_deref(), Some("s3cr3t"));
    }

    #[test]
    fn a_cut_off_block_does_not_swallow_the_next() {
        let (pattern, _) = block(&BlockToml {
            begin: OneOrMany::One("-----BEGIN A-----".into()),
            end: OneOrMany::One("-----END A-----".into()),
            min: 1,
            max: 100,
        });
        let text = "-----BEGIN A-----\nabc\n-----BEGIN A-----\ndef-g\n-----END A-----";
        let found = first_group(&pattern, text).unwrap();
        assert!(!found.contains("abc") && found.contains("def-g"), "{found}");
    }
}
