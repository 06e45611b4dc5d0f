//! Lists of words that the description counts.

use crate::contains::contains;

/// Words that stand in for a value, or say that it is none.
pub(crate) const STAND_INS: &[&[u8]] = &[
    b"example",
    b"sample",
    b"dummy",
    b"fake",
    b"mock",
    b"placeholder",
    b"changeme",
    b"change_me",
    b"change-me",
    b"your",
    b"insert",
    b"replace",
    b"todo",
    b"fixme",
    b"xxx",
    b"***",
    b"...",
    b"foo",
    b"bar",
    b"baz",
    b"lorem",
    b"test",
    b"demo",
    b"default",
    b"invalid",
    b"wrong",
    b"redacted",
    b"masked",
    b"hidden",
    b"secure",
    b"enter",
    b"abc",
    b"123",
    b"qwerty",
    b"asdf",
    b"random",
    b"some",
    b"any",
    b"null",
    b"none",
    b"true",
    b"false",
    b"undefined",
    b"hello",
    b"world",
    b"super",
    b"generated",
    b"value",
    b"string",
    b"text",
    b"here",
    b"bogus",
    b"notreal",
    b"expired",
    b"another",
    b"other",
];

/// Words that name credentials; in a value they make it a name.
pub(crate) const CREDENTIALS: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"passphrase",
    b"pass",
    b"pwd",
    b"secret",
    b"token",
    b"key",
    b"auth",
    b"cred",
    b"login",
    b"user",
    b"admin",
    b"root",
    b"client",
    b"access",
    b"private",
    b"public",
    b"api",
    b"oauth",
    b"bearer",
    b"session",
    b"cookie",
    b"hash",
    b"salt",
    b"cert",
];

/// Words that make a key the name of something else than a secret.
pub(crate) const KEY_OTHER: &[&[u8]] = &[
    b"file",
    b"path",
    b"name",
    b"url",
    b"uri",
    b"type",
    b"field",
    b"label",
    b"hint",
    b"prompt",
    b"message",
    b"error",
    b"err",
    b"policy",
    b"reset",
    b"forgot",
    b"length",
    b"len",
    b"min",
    b"max",
    b"size",
    b"count",
    b"expir",
    b"ttl",
    b"timeout",
    b"regex",
    b"pattern",
    b"format",
    b"hash",
    b"digest",
    b"crypt",
    b"algo",
    b"method",
    b"provider",
    b"service",
    b"manager",
    b"factory",
    b"class",
    b"param",
    b"header",
    b"column",
    b"table",
    b"index",
    b"public",
    b"pub",
    b"ref",
    b"env",
    b"var",
    b"template",
    b"title",
    b"text",
    b"desc",
    b"help",
    b"invalid",
    b"valid",
    b"check",
    b"verify",
    b"confirm",
    b"require",
    b"enable",
    b"disable",
    b"has",
    b"is_",
    b"show",
    b"hide",
    b"view",
    b"form",
    b"input",
    b"button",
    b"event",
    b"grant",
    b"scope",
    b"endpoint",
    b"host",
    b"port",
    b"version",
    b"primary",
    b"foreign",
    b"sort",
    b"cache",
    b"dict",
    b"map",
    b"list",
    b"bind",
    b"store",
    b"storage",
    b"ring",
    b"board",
    b"code",
    b"press",
    b"down",
    b"ize",
    b"izer",
    b"id",
    b"dir",
    b"location",
    b"source",
    b"mode",
    b"level",
    b"state",
    b"status",
    b"kind",
    b"prefix",
    b"suffix",
    b"separator",
    b"delimiter",
    b"char",
    b"link",
    b"page",
    b"route",
    b"test",
    b"case",
];

/// Words that strengthen a key.
pub(crate) const KEY_STRONG: &[&[u8]] = &[
    b"db",
    b"database",
    b"mysql",
    b"postgres",
    b"pg",
    b"mongo",
    b"redis",
    b"sql",
    b"root",
    b"admin",
    b"user",
    b"client",
    b"api",
    b"app",
    b"access",
    b"private",
    b"aws",
    b"azure",
    b"github",
    b"gitlab",
    b"slack",
    b"smtp",
    b"mail",
    b"ftp",
    b"ssh",
    b"ldap",
    b"jwt",
    b"oauth",
    b"auth",
    b"session",
    b"encrypt",
    b"sign",
    b"master",
    b"consumer",
    b"shared",
    b"service",
    b"account",
    b"bot",
    b"webhook",
    b"default",
    b"keystore",
    b"trust",
    b"proxy",
    b"login",
    b"secret",
];

/// Words that name a user beside a password.
pub(crate) const USERS: &[&[u8]] = &[
    b"user",
    b"login",
    b"email",
    b"account",
    b"client_id",
    b"clientid",
    b"access_key",
    b"username",
];

/// Words of program code.
pub(crate) const CODE: &[&[u8]] = &[
    b"return",
    b"function",
    b"func ",
    b"def ",
    b"class ",
    b"import",
    b"throw",
    b"printf",
    b"print(",
    b"log.",
    b"assert",
    b"expect",
    b"raise",
    b"public ",
    b"private ",
    b"static ",
    b"final ",
    b"const ",
    b"#define",
    b"struct",
    b"enum",
    b"self.",
    b"this.",
    b"lambda",
    b"new ",
    b"typeof",
    b"void",
    b"if ",
    b"if(",
    b"case ",
    b"for ",
    b"while",
];

/// A text in lower case, and which pairs of bytes stand in it: nearly all words that are missing are told by a pair of
/// theirs.
pub(crate) struct Text {
    lower: [u8; TEXT_MAX],
    len: usize,
    pairs: [u64; 64],
}

impl Text {
    /// The first [`TEXT_MAX`] bytes of a text.
    pub(crate) fn new(text: &[u8]) -> Self {
        let mut new = Self { lower: [0; TEXT_MAX], len: text.len().min(TEXT_MAX), pairs: [0; 64] };
        for (to, from) in new.lower.iter_mut().zip(text) {
            *to = from.to_ascii_lowercase();
        }
        for pair in new.lower[..new.len].windows(2) {
            let (row, bit) = Self::pair(pair[0], pair[1]);
            new.pairs[row] |= 1 << bit;
        }
        new
    }

    /// Six bits of each byte.
    fn pair(first: u8, second: u8) -> (usize, u32) {
        (usize::from(first & 63), u32::from(second & 63))
    }

    /// How many of the words, each in lower case, stand in the text; each counts once.
    pub(crate) fn count(&self, words: &[&[u8]]) -> usize {
        words.iter().filter(|word| self.contains(word)).count()
    }

    fn contains(&self, word: &[u8]) -> bool {
        let may_stand = |pair: &[u8]| {
            let (row, bit) = Self::pair(pair[0], pair[1]);
            self.pairs[row] >> bit & 1 == 1
        };
        word.windows(2).all(may_stand) && contains(&self.lower[..self.len], word)
    }
}

/// How many of the words begin a part of a name (`dbPasswordFile` has three parts).
pub(crate) fn count_parts(words: &[&[u8]], name: &[u8]) -> usize {
    let begins_part = |at: usize| {
        let before = at.checked_sub(1).map(|before| name[before]);
        name[at].is_ascii_alphanumeric()
            && before.is_none_or(|before| {
                !before.is_ascii_alphanumeric()
                    || before.is_ascii_lowercase() && name[at].is_ascii_uppercase()
            })
    };
    let begins = |at: usize, word: &&&[u8]| {
        name[at..].get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    let fits = |at: &usize| words.iter().any(|word| begins(*at, &word));
    (0..name.len()).filter(|at| begins_part(*at)).filter(fits).count()
}

/// Bytes of a text that are looked at.
const TEXT_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names_are_counted() {
        let words: &[&[u8]] = &[b"file", b"min"];
        assert_eq!(count_parts(words, b"adminPasswordFile"), 1);
        assert_eq!(count_parts(words, b"MIN_FILE"), 2);
        assert_eq!(count_parts(words, b"profile"), 0);
    }

    #[test]
    fn words_count_once_whatever_their_case() {
        let count = |words: &[&[u8]], text: &[u8]| Text::new(text).count(words);
        assert_eq!(count(&[b"ab", b"cd"], b"xAByab"), 1);
        assert_eq!(count(&[b"ab", b"cd"], b"CDAB"), 2);
        assert_eq!(count(&[b"ab"], b"a"), 0);
    }
}
