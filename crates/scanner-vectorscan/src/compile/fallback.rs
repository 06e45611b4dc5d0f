//! Compiling what can be compiled, and naming what cannot.
//!
//! All patterns are compiled together first. Where that fails each is compiled alone, which finds every culprit
//! and not only the first; the rest is compiled together. Where the rest is too much together though each alone is
//! fine, it is halved until it is not.

use crate::database::{Database, Mode};
use crate::error::VsError;
use crate::pattern::Pattern;
use crate::platform::Platform;

/// A pattern that the library does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its number.
    pub id: u32,
    /// What the library says.
    pub message: String,
}

/// What became of patterns.
#[derive(Debug)]
pub struct Compiled<M: Mode> {
    /// Databases whose matches together are those of all patterns that were not refused: one, nearly always.
    pub databases: Vec<Database<M>>,
    /// What they do not hold; the caller looks for it in another way.
    pub refused: Vec<Refused>,
}

/// Compiles patterns. Each is in one of the databases or refused by name.
///
/// # Errors
///
/// The library fails for another reason than a pattern: it has no memory.
pub fn compile_or_name<M: Mode>(
    patterns: &[Pattern],
    platform: &Platform,
) -> Result<Compiled<M>, VsError> {
    match Database::compile(patterns, platform) {
        Ok(database) => Ok(Compiled { databases: vec![database], refused: Vec::new() }),
        Err(VsError::NoPatterns) => Ok(Compiled { databases: Vec::new(), refused: Vec::new() }),
        Err(VsError::Pattern { .. } | VsError::Compile { .. }) => name_culprits(patterns, platform),
        Err(other) => Err(other),
    }
}

fn name_culprits<M: Mode>(
    patterns: &[Pattern],
    platform: &Platform,
) -> Result<Compiled<M>, VsError> {
    let mut refused = Vec::new();
    let mut good = Vec::new();
    for pattern in patterns {
        match Database::<M>::compile(std::slice::from_ref(pattern), platform) {
            Ok(_) => good.push(pattern.clone()),
            Err(VsError::Pattern { message, .. } | VsError::Compile { message }) => {
                refused.push(Refused { id: pattern.id(), message });
            }
            Err(other) => return Err(other),
        }
    }
    let mut databases = Vec::new();
    halve(&good, platform, &mut databases)?;
    Ok(Compiled { databases, refused })
}

/// Compiles patterns that are fine alone, in as few databases as the library needs.
fn halve<M: Mode>(
    patterns: &[Pattern],
    platform: &Platform,
    databases: &mut Vec<Database<M>>,
) -> Result<(), VsError> {
    match Database::compile(patterns, platform) {
        Ok(database) => databases.push(database),
        Err(VsError::NoPatterns) => {}
        Err(VsError::Pattern { .. } | VsError::Compile { .. }) if patterns.len() > 1 => {
            let (left, right) = patterns.split_at(patterns.len() / 2);
            halve(left, platform, databases)?;
            halve(right, platform, databases)?;
        }
        Err(other) => return Err(other),
    }
    Ok(())
}
