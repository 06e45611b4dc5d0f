//! What stands behind the word of a key: the rest of the key, what closes it, an operator, quotes, a value.
//!
//! Each function reads one part of the pattern that [`scanner_rules::shape`] writes, at a place, and gives where
//! it ends. Alternatives are tried in the pattern's order, so the first that leads to a value is the pattern's
//! match. Where the pattern repeats a class that nothing behind it can begin with, only the longest repetition
//! can match, and only that is tried.

/// Bytes of a value that are looked at.
pub(super) const VALUE_LEN: usize = 4;

/// Rest of a key behind its word, in bytes.
const REST_MAX: usize = 24;

/// Where the value begins that is assigned to a key whose word ends at `at`.
pub(super) fn value(text: &[u8], at: usize) -> Option<usize> {
    for len in 0..=REST_MAX {
        let place = at + len;
        let byte = *text.get(place)?;
        // Nothing that closes a key begins like one.
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' {
            continue;
        }
        if let Some(value) = behind_key(text, place) {
            return Some(value);
        }
        if byte != b'-' && byte != b' ' {
            return None;
        }
    }
    None
}

/// Closes the key: quotes and brackets, an index or length, the accessors of a property.
fn behind_key(text: &[u8], at: usize) -> Option<usize> {
    let mut ends = [at; 4];
    let mut count = 1;
    while count < ends.len()
        && let Some(end) = closing(text, ends[count - 1])
    {
        ends[count] = end;
        count += 1;
    }
    let closed = ends[..count].iter().rev().find_map(|end| behind_name(text, *end));
    closed
        .or_else(|| behind_name(text, index(text, at)?))
        .or_else(|| behind_name(text, accessors(text, at)?))
        .or_else(|| behind_name(text, second_name(text, at)?))
}

/// A quote, which may be escaped, or a closing bracket.
fn closing(text: &[u8], at: usize) -> Option<usize> {
    match *text.get(at)? {
        b']' | b')' | b'}' => Some(at + 1),
        _ => quote(text, at),
    }
}

/// A quote, which may be escaped.
fn quote(text: &[u8], at: usize) -> Option<usize> {
    let at = at + usize::from(*text.get(at)? == b'\\');
    matches!(text.get(at)?, b'"' | b'\'' | b'`').then_some(at + 1)
}

fn index(text: &[u8], at: usize) -> Option<usize> {
    let inside = skip_one(text, at, |byte| byte == b'[')?;
    let end = skip(text, inside, 16, |byte| byte.is_ascii_alphanumeric() || byte == b'_')?;
    skip_one(text, end, |byte| byte == b']')
}

fn accessors(text: &[u8], at: usize) -> Option<usize> {
    let brace = skip(text, at, 2, is_blank).filter(|end| *end > at)?;
    let rest = text.get(brace..)?;
    let opened =
        [b"{ get;".as_slice(), b"{get;"].into_iter().find(|open| rest.starts_with(open))?;
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte == b' ' || byte == b';';
    let end = skip(text, brace + opened.len(), 24, inside)?;
    skip_one(text, end, |byte| byte == b'}')
}

/// The second of two names that a call of Go gives: `key, err := decode("…")`.
fn second_name(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let name = [&b", _"[..], b", err", b", ok"].into_iter().find(|name| rest.starts_with(name))?;
    Some(at + name.len())
}

/// Behind the whole name: an operator, an argument, an attribute or nothing but a quoted word.
fn behind_name(text: &[u8], at: usize) -> Option<usize> {
    let next = *text.get(at)?;
    let blanks_end = if is_blank(next) { skip(text, at, 24, is_blank)? } else { at };
    operators(text, blanks_end)
        .or_else(|| pair(text, at))
        .or_else(|| argument(text, at))
        .or_else(|| if blanks_end > at { attribute(text, at, blanks_end) } else { None })
        .or_else(|| if blanks_end > at { quoted(text, blanks_end) } else { None })
}

/// Each operator that may end there, until one leads to a value.
fn operators(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let two = |second: u8| (rest.get(1) == Some(&second)).then(|| behind_operator(text, at + 2));
    match *rest.first()? {
        b':' => {
            typed(text, at).and_then(|end| behind_operator(text, end)).or_else(|| equals(text, at))
        }
        b'=' => two(b'>').flatten().or_else(|| equals(text, at)),
        b'!' => {
            let strict = rest.starts_with(b"!==").then(|| behind_operator(text, at + 3)).flatten();
            strict.or_else(|| two(b'=').flatten())
        }
        byte @ (b'|' | b'?') => two(byte).flatten(),
        b'-' => two(b'>').flatten(),
        b'>' => behind_operator(text, at + 1),
        _ => None,
    }
}

/// One to three colons and equals signs, the most first.
fn equals(text: &[u8], at: usize) -> Option<usize> {
    let is_equals = |byte: &&u8| matches!(byte, b'=' | b':');
    let count = text[at..].iter().take(3).take_while(is_equals).count();
    (1..=count).rev().find_map(|count| behind_operator(text, at + count))
}

/// A type between `:` and `=`.
fn typed(text: &[u8], at: usize) -> Option<usize> {
    let name = skip(text, at + 1, 3, is_blank)?;
    let is_static = text[name..].starts_with(b"&'static ");
    let begins = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'&' | b'[' | b'*');
    let inside = skip_one(text, name + if is_static { 9 } else { 0 }, begins)?;
    let is_type = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'<' | b'>' | b'[' | b']' | b'&' | b';')
    };
    let blanks = skip(text, inside, 20, is_type)?;
    let end = skip(text, blanks, 3, is_blank)?;
    skip_one(text, end, |byte| byte == b'=')
}

/// Behind an operator: a block of YAML, a quoted value on the next line, a value on the same line.
fn behind_operator(text: &[u8], at: usize) -> Option<usize> {
    let blanks_end = skip(text, at, 24, is_blank)?;
    let is_near = blanks_end - at <= 4;
    let wrapped = || {
        let block = block(text, blanks_end).and_then(|at| is_value(text, at));
        block
            .or_else(|| document(text, blanks_end).and_then(|at| is_value(text, at)))
            .or_else(|| next_line(text, blanks_end))
    };
    let wrapped = if is_near { wrapped() } else { None };
    wrapped.or_else(|| same_line(text, blanks_end))
}

fn block(text: &[u8], at: usize) -> Option<usize> {
    let sign = skip_one(text, at, |byte| matches!(byte, b'|' | b'>'))?;
    let end = sign + usize::from(matches!(text.get(sign)?, b'+' | b'-'));
    let line = line_end(text, end)?;
    skip(text, line, 40, is_blank).filter(|value| *value > line)
}

/// A here-document: what opens it, its name, and the next line.
fn document(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let at = at + if rest.starts_with(b"$(cat ") { 6 } else { 0 };
    let at = skip_one(text, skip_one(text, at, |byte| byte == b'<')?, |byte| byte == b'<')?;
    let optional =
        |at: usize, of: &[u8]| at + usize::from(text.get(at).is_some_and(|byte| of.contains(byte)));
    let name = optional(optional(optional(at, b"<"), b"-~"), b"\"'");
    let is_name = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let end = skip(text, name, 16, is_name).filter(|end| *end >= name + 2)?;
    skip(text, line_end(text, optional(end, b"\"'"))?, 40, is_blank)
}

/// The keys that hold a pair's value, in the order of the pattern.
const VALUE_KEYS: [&[u8]; 4] = [b"value", b"default", b"parametervalue", b"with"];

/// A second key, `value`, on the same line behind a comma or brace, or on the next one.
fn pair(text: &[u8], at: usize) -> Option<usize> {
    let sign = skip(text, at, 4, is_blank)?;
    let is_near = |byte: &u8| matches!(byte, b',' | b'{');
    let key = if text.get(sign).is_some_and(is_near) {
        let behind = skip(text, sign + 1, 4, is_blank)?;
        let next =
            line_end(text, behind).map_or(Some(behind), |line| skip(text, line, 40, is_blank));
        next?
    } else {
        skip(text, line_end(text, sign)?, 40, is_blank)?
    };
    let quote = |at: usize| at + usize::from(matches!(text.get(at), Some(b'"' | b'\'')));
    let key = quote(key);
    let rest = text.get(key..)?;
    VALUE_KEYS.iter().find_map(|word| {
        rest.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
        let sign = skip(text, quote(key + word.len()), 4, is_blank)?;
        let open = skip_one(text, sign, |byte| matches!(byte, b':' | b'='))?;
        let value = skip(text, open, 4, is_blank)?;
        quoted(text, value).or_else(|| is_value(text, value))
    })
}

fn next_line(text: &[u8], at: usize) -> Option<usize> {
    let at = opened(text, at).unwrap_or(at);
    let end = at + usize::from(*text.get(at)? == b'\\');
    quoted(text, skip(text, line_end(text, end)?, 40, is_blank)?)
}

/// Behind a bracket that is opened here, perhaps by a call, and blanks.
fn opened(text: &[u8], at: usize) -> Option<usize> {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'&' | b'.');
    let named = skip_one(text, at, |byte| inside(byte) && !byte.is_ascii_digit())
        .map_or(Some(at), |first| skip(text, first, 24, inside))?;
    skip(text, skip_one(text, named, |byte| byte == b'(')?, 4, is_blank)
}

fn line_end(text: &[u8], at: usize) -> Option<usize> {
    let end = at + usize::from(*text.get(at)? == b'\r');
    skip_one(text, end, |byte| byte == b'\n')
}

/// A quoted value, with a call or bracket around it at most, or a bare one.
fn same_line(text: &[u8], at: usize) -> Option<usize> {
    let argument = |open: usize| quoted(text, skip(text, open, 4, is_blank)?);
    let bracket = skip_one(text, at, |byte| matches!(byte, b'(' | b'[' | b'{'));
    call(text, at)
        .and_then(|inside| quoted(text, inside))
        .or_else(|| bracket.and_then(argument))
        .or_else(|| quoted(text, at))
        .or_else(|| is_value(text, bracket.unwrap_or(at)))
}

/// A function's name or an array's type, its bracket and blanks.
fn call(text: &[u8], at: usize) -> Option<usize> {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'&' | b'.');
    let length = skip_one(text, at, |byte| byte == b'[')
        .and_then(|open| skip(text, open, 4, |byte| byte.is_ascii_digit()))
        .and_then(|end| skip_one(text, end, |byte| byte == b']'));
    let name = length.unwrap_or(at);
    let first = skip_one(text, name, |byte| inside(byte) && !byte.is_ascii_digit())?;
    let end = skip(text, first, 24, inside)?;
    // `getDecoder().decode(`
    let chained = || {
        text.get(end..)?.starts_with(b"().").then_some(())?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        skip(text, end + 3, 24, is_name).filter(|last| *last > end + 3)
    };
    let open = |at: usize| skip_one(text, at, |byte| matches!(byte, b'(' | b'[' | b'{'));
    let inside = chained().and_then(open).or_else(|| open(end))?;
    skip(text, inside, 4, is_blank)
}

/// An argument of a call.
fn argument(text: &[u8], at: usize) -> Option<usize> {
    let comma = skip(text, at, 4, is_blank)?;
    let open = skip_one(text, comma, |byte| matches!(byte, b',' | b'('))?;
    let is_space = |byte: u8| is_blank(byte) || matches!(byte, b'\r' | b'\n');
    let at = skip(text, open, 32, is_space)?;
    call(text, at).and_then(|inside| quoted(text, inside)).or_else(|| quoted(text, at))
}

/// The attribute that holds a value in XML and HTML.
fn attribute(text: &[u8], at: usize, blanks_end: usize) -> Option<usize> {
    if blanks_end - at > 8 {
        return None;
    }
    let rest = text.get(blanks_end..)?;
    let is_word = |word: &&&[u8]| {
        rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let word = [b"value".as_slice(), b"content", b"default"].iter().find(is_word)?.len();
    let equals = skip(text, blanks_end + word, 2, is_blank)?;
    let blanks = skip_one(text, equals, |byte| byte == b'=')?;
    let quote = skip(text, blanks, 2, is_blank)?;
    is_value(text, skip_one(text, quote, |byte| matches!(byte, b'"' | b'\''))?)
}

/// A string's prefix, its quote, which may be escaped or tripled, and a value.
fn quoted(text: &[u8], at: usize) -> Option<usize> {
    let is_prefix = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'@' | b'$');
    let open = skip(text, at, 2, is_prefix)?;
    let single = quote(text, open).and_then(|value| is_value(text, value));
    single.or_else(|| {
        let rest = &text[open..];
        let is_triple = rest.starts_with(b"\"\"\"") || rest.starts_with(b"'''");
        is_triple.then(|| is_value(text, open + 3)).flatten()
    })
}

/// The place itself where a value begins.
fn is_value(text: &[u8], at: usize) -> Option<usize> {
    let value = text.get(at..at + VALUE_LEN)?;
    (!NO_FIRST[usize::from(value[0])] && !value[1..].iter().any(|byte| NO_NEXT[usize::from(*byte)]))
        .then_some(at)
}

/// Bytes that no value begins with.
static NO_FIRST: [bool; 256] = table(b"\t\n\x0b\x0c\r \"'`,;<>(){}[]\\=:|&*");

/// Bytes that do not stand among the next ones.
static NO_NEXT: [bool; 256] = table(b"\t\n\x0b\x0c\r \"'`<>");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The end of the bytes that are `inside`; `None` where there are more than `most`.
#[inline]
fn skip(text: &[u8], at: usize, most: usize, inside: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = text.get(at..)?;
    let count = rest.iter().take(most + 1).take_while(|byte| inside(**byte)).count();
    (count <= most).then_some(at + count)
}

/// Behind one byte that is `wanted`.
#[inline]
fn skip_one(text: &[u8], at: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    wanted(*text.get(at)?).then_some(at + 1)
}
