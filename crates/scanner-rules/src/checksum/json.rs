//! Is this a JSON object (RFC 8259), and what are its members? Reads an iterator of bytes, stores
//! nothing but the start of one string.
//!
//! Only the outermost members are reported. Not checked: that strings are UTF-8 and that names are
//! unique. Escapes are not decoded: a name written with one matches no name here.

use std::iter::Peekable;

/// Deepest nesting that is read; the recursion is bounded by it.
const DEPTH_MAX: u32 = 32;

/// Bytes of a string that are kept; a longer string is reported as too long to compare.
const TEXT_BYTES_MAX: usize = 16;

/// Why an object was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not JSON, or not an object.
    Malformed,
    /// Nested deeper than [`DEPTH_MAX`].
    TooDeep,
}

/// The value of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A string.
    Text(Text),
    /// A number; its whole part unless negative, past 64 bits or written with an exponent.
    Number(Option<u64>),
    /// Object, array, true, false or null.
    Other,
}

/// The start of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text {
    bytes: [u8; TEXT_BYTES_MAX],
    /// Bytes of the whole string, escapes as written.
    len: usize,
}

impl Text {
    /// Whether the string is `other`, of at most [`TEXT_BYTES_MAX`] bytes.
    pub(super) fn is(&self, other: &str) -> bool {
        self.bytes.get(..self.len) == Some(other.as_bytes())
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
        }
        self.len += 1;
    }
}

/// Reads one object and nothing after it, telling `on_member` of every member of its own.
pub(super) fn scan_object<I: Iterator<Item = u8>>(
    bytes: I,
    on_member: impl FnMut(&Text, Value),
) -> Result<(), Fault> {
    let mut parser = Parser { bytes: bytes.peekable() };
    parser.skip_space();
    parser.expect(b'{')?;
    parser.object(DEPTH_MAX, on_member)?;
    parser.skip_space();
    if parser.bytes.next().is_none() { Ok(()) } else { Err(Fault::Malformed) }
}

struct Parser<I: Iterator<Item = u8>> {
    bytes: Peekable<I>,
}

impl<I: Iterator<Item = u8>> Parser<I> {
    fn skip_space(&mut self) {
        while self.bytes.next_if(|byte| b" \t\r\n".contains(byte)).is_some() {}
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Fault> {
        self.bytes.next_if_eq(&wanted).map(|_| ()).ok_or(Fault::Malformed)
    }

    /// The rest of an object, its `{` taken.
    fn object(&mut self, depth: u32, mut on_member: impl FnMut(&Text, Value)) -> Result<(), Fault> {
        self.skip_space();
        if self.bytes.next_if_eq(&b'}').is_some() {
            return Ok(());
        }
        loop {
            self.skip_space();
            self.expect(b'"')?;
            let name = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            let value = self.value(depth)?;
            on_member(&name, value);
            if self.ends(b'}')? {
                return Ok(());
            }
        }
    }

    /// The rest of an array, its `[` taken.
    fn array(&mut self, depth: u32) -> Result<(), Fault> {
        self.skip_space();
        if self.bytes.next_if_eq(&b']').is_some() {
            return Ok(());
        }
        loop {
            self.value(depth)?;
            if self.ends(b']')? {
                return Ok(());
            }
        }
    }

    /// After an element: true at `close`, false at a comma.
    fn ends(&mut self, close: u8) -> Result<bool, Fault> {
        self.skip_space();
        match self.bytes.next() {
            Some(b',') => Ok(false),
            Some(byte) if byte == close => Ok(true),
            _ => Err(Fault::Malformed),
        }
    }

    fn value(&mut self, depth: u32) -> Result<Value, Fault> {
        self.skip_space();
        let inner = || depth.checked_sub(1).ok_or(Fault::TooDeep);
        match self.bytes.next() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'{') => self.object(inner()?, |_, _| ()).map(|()| Value::Other),
            Some(b'[') => self.array(inner()?).map(|()| Value::Other),
            Some(b't') => self.word(b"rue"),
            Some(b'f') => self.word(b"alse"),
            Some(b'n') => self.word(b"ull"),
            Some(first @ (b'-' | b'0'..=b'9')) => self.number(first),
            _ => Err(Fault::Malformed),
        }
    }

    fn word(&mut self, rest: &[u8]) -> Result<Value, Fault> {
        rest.iter().try_for_each(|&byte| self.expect(byte))?;
        Ok(Value::Other)
    }

    /// The rest of a string, its opening quote taken.
    fn string(&mut self) -> Result<Text, Fault> {
        let mut text = Text { bytes: [0; TEXT_BYTES_MAX], len: 0 };
        loop {
            match self.bytes.next() {
                Some(b'"') => return Ok(text),
                Some(b'\\') => {
                    text.push(b'\\');
                    self.escape()?;
                }
                Some(byte @ 0x20..) => text.push(byte),
                _ => return Err(Fault::Malformed),
            }
        }
    }

    /// The rest of an escape, its backslash taken.
    fn escape(&mut self) -> Result<(), Fault> {
        match self.bytes.next() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') if (0..4).all(|_| self.bytes.next_if(u8::is_ascii_hexdigit).is_some()) => {
                Ok(())
            }
            _ => Err(Fault::Malformed),
        }
    }

    fn number(&mut self, first: u8) -> Result<Value, Fault> {
        let mut whole = (first != b'-').then_some(0_u64);
        let mut digit = first;
        if first == b'-' {
            digit = self.bytes.next_if(u8::is_ascii_digit).ok_or(Fault::Malformed)?;
        }
        whole = append(whole, digit);
        if digit != b'0' {
            while let Some(digit) = self.bytes.next_if(u8::is_ascii_digit) {
                whole = append(whole, digit);
            }
        }
        if self.bytes.next_if_eq(&b'.').is_some() {
            self.digits()?;
        }
        if self.bytes.next_if(|byte| b"eE".contains(byte)).is_some() {
            self.bytes.next_if(|byte| b"+-".contains(byte));
            self.digits()?;
            whole = None;
        }
        Ok(Value::Number(whole))
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Fault> {
        self.bytes.next_if(u8::is_ascii_digit).ok_or(Fault::Malformed)?;
        while self.bytes.next_if(u8::is_ascii_digit).is_some() {}
        Ok(())
    }
}

fn append(whole: Option<u64>, digit: u8) -> Option<u64> {
    whole?.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(text: &str) -> Result<(), Fault> {
        scan_object(text.bytes(), |_, _| ())
    }

    #[test]
    fn objects() {
        for text in [
            "{}",
            " {\t}\r\n",
            r#"{"a":1}"#,
            r#"{ "a" : [ ] , "b" : { "c" : [ null , true , false ] } }"#,
            r#"{"a":"\"\\\/\b\f\n\r\t\u00e9","b":-0,"c":0.5,"d":10e+3,"e":1E-2,"f":[1,[2,{}]]}"#,
        ] {
            assert_eq!(scan(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn not_objects() {
        for text in [
            "",
            "{",
            "}",
            "[]",
            "1",
            "null",
            "\"a\"",
            "{}}",
            "{} x",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            "{a:1}",
            r#"{"a":01}"#,
            r#"{"a":-}"#,
            r#"{"a":1.}"#,
            r#"{"a":.5}"#,
            r#"{"a":1e}"#,
            r#"{"a":tru}"#,
            r#"{"a":nulll}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[1}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u12g4"}"#,
            r#"{"a":"b}"#,
            "{\"a\":\"\n\"}",
            "{'a':1}",
            r#"{"a":1 "b":2}"#,
            r#"{"a":+1}"#,
        ] {
            assert_eq!(scan(text), Err(Fault::Malformed), "{text}");
        }
    }

    #[test]
    fn members_of_the_outermost_object() {
        let text = r#"{"exp":12,"f":12.9,"g":-3,"h":1e3,"alg":"none","in":{"exp":5},
            "i":18446744073709551616,"a very long name indeed":"a very long value indeed"}"#;
        let mut found = Vec::new();
        scan_object(text.bytes(), |name, value| {
            for known in ["exp", "f", "g", "h", "alg", "in", "i", "a very long nam"] {
                if name.is(known) {
                    found.push((known, value));
                }
            }
        })
        .unwrap();
        let numbers: Vec<_> =
            found.iter().filter(|(_, value)| matches!(value, Value::Number(_))).collect();
        let expected = [("exp", Some(12)), ("f", Some(12)), ("g", None), ("h", None), ("i", None)];
        assert_eq!(numbers.len(), expected.len());
        for (found, (name, number)) in numbers.iter().zip(expected) {
            assert_eq!(**found, (name, Value::Number(number)));
        }
        assert!(found.iter().any(|(name, value)| {
            *name == "alg"
                && matches!(value, Value::Text(text) if text.is("none") && !text.is("non"))
        }));
        assert!(found.contains(&("in", Value::Other)));
        assert_eq!(found.len(), 7);
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(scan(&nested(DEPTH_MAX as usize)), Ok(()));
        assert_eq!(scan(&nested(DEPTH_MAX as usize + 1)), Err(Fault::TooDeep));
        assert_eq!(scan(&nested(100_000)), Err(Fault::TooDeep));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[{}\\[\\]\",:0-9eE.+\\-a-u\\\\ ]{0,60}") {
            let _ = scan(&format!("{{\"a\":{text}"));
        }

        #[test]
        fn numbers_come_back(number in any::<u64>()) {
            let mut found = None;
            let text = format!("{{\"exp\":{number}}}");
            scan_object(text.bytes(), |_, value| found = Some(value)).unwrap();
            prop_assert_eq!(found, Some(Value::Number(Some(number))));
        }
    }
}
