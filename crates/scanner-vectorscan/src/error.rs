//! Why the library refuses something.

/// Why the library refuses something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VsError {
    /// An expression holds a zero byte, which ends it in C.
    #[error("pattern {id}: the expression holds a NUL byte; write it as \\x00")]
    Nul {
        /// The pattern.
        id: u32,
    },
    /// An expression is too long.
    #[error("pattern {id}: the expression has {bytes} bytes, more than {most}")]
    TooLong {
        /// The pattern.
        id: u32,
        /// Its bytes.
        bytes: usize,
        /// Bytes it may have.
        most: usize,
    },
    /// There is nothing to compile.
    #[error("there are no patterns to compile")]
    NoPatterns,
    /// An expression cannot be compiled.
    #[error("pattern {id}: {message}")]
    Pattern {
        /// The pattern.
        id: u32,
        /// What the library says.
        message: String,
    },
    /// The patterns cannot be compiled together.
    #[error("the patterns cannot be compiled together: {message}")]
    Compile {
        /// What the library says.
        message: String,
    },
    /// More bytes than a scan takes.
    #[error("buffer too large for hs_scan: {bytes} bytes, at most {most}", most = u32::MAX)]
    TooLarge {
        /// The bytes.
        bytes: usize,
    },
    /// The scratch was not made for the database.
    #[error("the scratch was not made for this database")]
    ForeignScratch,
    /// Bytes that are no database of this library on this machine.
    #[error("the bytes are no database for this library and machine ({code})")]
    NotADatabase {
        /// The library's number of the reason.
        code: i32,
    },
    /// A call failed.
    #[error("{call} failed ({code})")]
    Call {
        /// The function.
        call: &'static str,
        /// The library's number of the reason.
        code: i32,
    },
}
