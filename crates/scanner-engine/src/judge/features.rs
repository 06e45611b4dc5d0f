//! The description of a candidate: a fixed list of small whole numbers, by name.
//!
//! The order is part of the model's file; a new feature goes to the end, and the model is trained anew.

macro_rules! features {
    ($($name:ident = $text:literal,)*) => {
        /// A feature; see its name in [`FEATURE_NAMES`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Feature { $($name,)* }

        /// The names, in the order of [`Features::numbers`].
        pub const FEATURE_NAMES: &[&str] = &[$($text,)*];
    };
}

features! {
    Length = "length of the value",
    Digits = "digits",
    Lower = "small letters",
    Upper = "capitals",
    Special = "punctuation",
    Separators = "separators of names",
    Spaces = "blanks in the value",
    Foreign = "bytes beyond ASCII",
    DigitPercent = "share of digits",
    LowerPercent = "share of small letters",
    UpperPercent = "share of capitals",
    Changes = "changes of kind of character",
    Distinct = "distinct characters",
    Entropy = "entropy",
    EntropyPercent = "entropy for its length",
    LowerRun = "longest run of small letters",
    LetterRun = "longest run of letters",
    DigitRun = "longest run of digits",
    RepeatRun = "longest repetition",
    CountRun = "longest counting run",
    WordCost = "unlikeness to words",
    WordCostMax = "most unlike part",
    WordCostMin = "most word-like part",
    VowelPercent = "share of vowels",
    Parts = "words in the value",
    PartLongest = "longest word",
    IsHex = "hexadecimal",
    HashLength = "length of a hash",
    IsUuid = "a UUID",
    IsBase64 = "base64 characters",
    HasPadding = "ends with =",
    IsIdentifier = "an identifier",
    IsDotted = "a dotted path",
    IsPath = "a path or address",
    Dollars = "dollar signs",
    Braces = "braces and brackets",
    Angles = "angle brackets",
    Parentheses = "parentheses",
    Percents = "percent signs",
    Backslashes = "backslashes",
    Slashes = "slashes",
    Colons = "colons",
    Commas = "commas",
    Ats = "at signs",
    Equals = "equals signs",
    Humps = "camel humps",
    StartsUpper = "starts with a capital",
    StartsDigit = "starts with a digit",
    StartsSpecial = "starts with punctuation",
    EndsDigits = "digits at the end",
    StandIns = "words that stand in for a value",
    CredentialWords = "words of credentials in the value",
    DecodesToPair = "base64 of user and password",
    KeyWord = "kind of key word",
    KeyLength = "length of the key",
    KeyBefore = "key before the word",
    KeyAfter = "key behind the word",
    KeyOther = "words that make the key something else",
    KeyStrong = "words that strengthen the key",
    KeyUpper = "key in capitals",
    KeyCamel = "key in camel case",
    KeyQuoted = "key in quotes",
    KeyDashed = "key after a dash",
    KeyShared = "letters shared with the key",
    OperatorKind = "operator",
    OperatorBlanks = "blanks around the operator",
    OperatorLetters = "letters between operator and value",
    OperatorNewline = "value on the next line",
    OperatorCall = "call around the value",
    Quote = "quotes",
    QuoteClosed = "closing quote",
    QuotePrefix = "prefix of the quote",
    Behind = "what stands behind",
    BehindRest = "rest of the line",
    LineLength = "length of the line",
    LineIndent = "indentation",
    LineComment = "in a comment",
    LineQuotes = "quotes in the line",
    LineParentheses = "parentheses in the line",
    LineStandIns = "stand-in words in the line",
    LineUser = "a user in the line",
    LineCode = "words of code in the line",
    LineUrl = "an address in the line",
    LineSemicolon = "line ends as a statement",
    NearUser = "a user in the lines around",
    NearCredential = "credentials in the lines around",
    NearStandIns = "stand-in words in the lines around",
    NearAssigned = "assignments in the lines around",
    FileFamily = "family of the language",
    FileCode = "program code",
    FileSettings = "settings",
    FileDocs = "documentation",
    FileTest = "test",
    FileExample = "example",
    FileVendored = "vendored or generated",
}

/// How many features there are.
pub const FEATURE_COUNT: usize = FEATURE_NAMES.len();

const _: () = assert!(FEATURE_COUNT <= 255);

/// The description of one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features([i16; FEATURE_COUNT]);

impl Default for Features {
    fn default() -> Self {
        Self([0; FEATURE_COUNT])
    }
}

impl Features {
    /// The numbers, in the order of [`FEATURE_NAMES`].
    pub fn numbers(&self) -> &[i16; FEATURE_COUNT] {
        &self.0
    }

    /// Sets a feature; a number beyond the range becomes its end.
    pub(crate) fn set(&mut self, feature: Feature, number: usize) {
        self.0[feature as usize] = i16::try_from(number).unwrap_or(i16::MAX);
    }

    /// Sets a feature by its place.
    #[cfg(test)]
    pub(super) fn set_number(&mut self, place: usize, number: i16) {
        self.0[place] = number;
    }

    /// Sets a feature that is true or false.
    pub(crate) fn set_if(&mut self, feature: Feature, is_so: bool) {
        self.0[feature as usize] = i16::from(is_so);
    }

    /// A feature's number.
    pub(crate) fn number(&self, feature: Feature) -> i16 {
        self.0[feature as usize]
    }
}
