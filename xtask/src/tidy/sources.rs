//! Rules about our Rust files: how they open, how long they are, what they are called, and where
//! the environment may be read.

use super::Complaint;

/// Longer files hold more than one topic.
const LINES_MAX: usize = 800;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "util",
    "utils",
    "utility",
    "utilities",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "managers",
];

/// The one file that reads the environment.
const ENVIRONMENT_FILE: &str = "crates/scanner-cli/src/env.rs";

/// Whether `file` is Rust that follows these rules.
pub(crate) fn is_ours(file: &str) -> bool {
    let folder = file.split('/').next().unwrap_or_default();
    matches!(folder, "crates" | "xtask" | "fuzz") && has_extension(file)
}

fn has_extension(file: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|extension| extension == "rs")
}

/// Refuses a file that does not open with `//!`.
pub(crate) fn header(file: &str, text: &str) -> Option<Complaint> {
    let opens = text.starts_with("//! ") && !text["//! ".len()..].trim_start().is_empty();
    (!opens).then(|| {
        Complaint::new(
            file,
            1,
            "does not open with `//!`: say what the file is for, and its bounds",
        )
    })
}

/// Refuses a file that is too long to be about one thing.
pub(crate) fn length(file: &str, text: &str) -> Option<Complaint> {
    let lines = text.lines().count();
    (lines > LINES_MAX).then(|| {
        Complaint::new(file, lines, format!("{lines} lines, over {LINES_MAX}: split it by topic"))
    })
}

/// Refuses Rust files and folders with an empty name.
pub(crate) fn name(file: &str) -> Option<Complaint> {
    if !has_extension(file) {
        return None;
    }
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let empty = stem.split('/').find(|part| EMPTY_NAMES.contains(part))?;
    Some(Complaint::new(file, 1, format!("`{empty}` says nothing: name it after what it does")))
}

/// Refuses reads of the environment outside the one file for it.
///
/// Exempt are this chore's crate, which has no other configuration, and build scripts, to which
/// cargo speaks in no other way.
pub(crate) fn environment(file: &str, text: &str) -> Vec<Complaint> {
    let is_build_script = file.ends_with("/build.rs");
    if file == ENVIRONMENT_FILE || is_build_script || !file.starts_with("crates/") {
        return Vec::new();
    }
    text.lines()
        .enumerate()
        .filter(|(_, line)| reads_environment(line))
        .map(|(index, _)| {
            let advice =
                format!("reads the environment: only {ENVIRONMENT_FILE} may; pass a value");
            Complaint::new(file, index + 1, advice)
        })
        .collect()
}

fn reads_environment(line: &str) -> bool {
    let code = line.trim_start();
    !code.starts_with("//")
        && ["env::var(", "env::var_os(", "env::vars(", "env::vars_os("]
            .iter()
            .any(|call| code.contains(call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_opens_with_its_purpose() {
        for (text, refused) in [
            ("//! What it is.\nfn f() {}\n", false),
            ("//!\n", true),
            ("//! \n", true),
            ("", true),
            ("// Not a module's doc.\n", true),
            ("use a;\n//! too late\n", true),
        ] {
            assert_eq!(header("crates/a/src/lib.rs", text).is_some(), refused, "{text:?}");
        }
    }

    #[test]
    fn eight_hundred_lines_are_enough() {
        assert_eq!(length("a.rs", &"x\n".repeat(800)), None);
        let complaint = length("a.rs", &"x\n".repeat(801)).unwrap();
        assert_eq!(complaint.line, 801);
    }

    #[test]
    fn empty_names_are_refused_as_file_and_as_folder() {
        for (file, refused) in [
            ("crates/a/src/util.rs", true),
            ("crates/a/src/helpers/mod.rs", true),
            ("crates/a/tests/common/mod.rs", true),
            ("crates/a/src/utilisation.rs", false),
            ("crates/a/src/commonest.rs", false),
            ("docs/common.md", false),
        ] {
            assert_eq!(name(file).is_some(), refused, "{file}");
        }
    }

    #[test]
    fn only_one_file_reads_the_environment() {
        let line = "\nlet home = std::env::var(\"HOME\");\n";
        assert_eq!(environment("crates/scanner-fs/src/lib.rs", line)[0].line, 2);
        assert!(environment("crates/scanner-cli/src/env.rs", line).is_empty());
        assert!(environment("crates/scanner-rules/build.rs", line).is_empty());
        assert!(environment("xtask/src/place.rs", line).is_empty());
        let harmless = "/// Never `std::env::var(...)`.\nlet a = env!(\"CARGO_PKG_NAME\");\n";
        assert!(environment("crates/scanner-fs/src/lib.rs", harmless).is_empty());
    }

    #[test]
    fn only_our_rust_is_held_to_these_rules() {
        assert!(is_ours("crates/a/build.rs"));
        assert!(is_ours("xtask/src/main.rs"));
        assert!(!is_ours("crates/a/Cargo.toml"));
        assert!(!is_ours("benchmarks/x.rs"));
    }
}
