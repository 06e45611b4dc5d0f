//! The detectors that come with the program.

use crate::error::RuleError;
use crate::load::{LoadedDetector, load_file};
use crate::spec::RuleSpec;

static SPECS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin.bin"));

/// The detector files, by name.
pub static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// All built-in detectors, sorted by id.
pub fn specs() -> Vec<RuleSpec> {
    postcard::from_bytes(SPECS).expect("the build script wrote these bytes with the same types")
}

/// All built-in detectors with their examples, in file order. Slower than [`specs`]: it reads the files.
///
/// # Errors
///
/// None in a program that was built; the type is that of [`load_file`].
pub fn sources() -> Result<Vec<LoadedDetector>, RuleError> {
    let mut all = Vec::new();
    for (name, text) in FILES {
        all.extend(load_file(&format!("detectors/{name}"), text)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_specs_are_those_of_the_files() {
        let mut from_files: Vec<RuleSpec> =
            sources().unwrap().into_iter().map(|d| d.spec).collect();
        from_files.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(specs(), from_files);
    }
}
