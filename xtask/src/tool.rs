//! Runs another program for its answer: `cargo metadata`, `git ls-files`, `tar`, version lines.
//!
//! Not for what is being measured; that goes through [`crate::bench::measure`].

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs `command` and returns what it wrote to standard output.
///
/// # Errors
/// It cannot be started, or ends with anything but success; the last lines it complained with are
/// part of the error.
pub(crate) fn answer(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{name} could not be started"))?;
    if !output.status.success() {
        bail!("{name}: {}: {}", output.status, last_lines(&output.stderr, 5));
    }
    Ok(output.stdout)
}

/// The same as text, without surrounding white space.
///
/// # Errors
/// As [`answer`], or the answer is not UTF-8.
pub(crate) fn answer_text(command: &mut Command) -> Result<String> {
    let bytes = answer(command)?;
    Ok(String::from_utf8(bytes).context("the answer is not text")?.trim().to_owned())
}

/// The last `count` lines of what may be text, on one line.
pub(crate) fn last_lines(bytes: &[u8], count: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_tool_says_what_it_complained_about() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first >&2; echo the reason >&2; exit 3"]);
        let error = answer_text(&mut command).unwrap_err().to_string();
        assert!(error.contains("the reason"), "{error}");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        assert_eq!(last_lines(b"a\n\nb\nc\n", 2), "b | c");
        assert_eq!(last_lines(b"", 2), "");
    }
}
