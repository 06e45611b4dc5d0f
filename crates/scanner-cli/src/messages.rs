//! What a person reads on stderr when something is wrong: what happened and what to do.

use std::io::Write as _;

/// An error that ends the command, with its causes.
pub(crate) fn error(error: &anyhow::Error) {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "error: {}", chain(error));
}

/// An error and its causes; a cause that the one before has told is not told again.
fn chain(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |mut text, cause| {
        if !text.ends_with(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
        text
    })
}

/// Something that the user should know while the command goes on.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// `1 rule`, `2 rules`.
pub(crate) fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The nearest of the known words, as `; did you mean …?`, or nothing.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|known| (strsim::jaro_winkler(word, known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| format!("; did you mean `{known}`?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let told = anyhow::anyhow!("no such file").context("cannot read x: no such file");
        assert_eq!(chain(&told), "cannot read x: no such file");
        let untold = anyhow::anyhow!("no such file").context("cannot read x");
        assert_eq!(chain(&untold), "cannot read x: no such file");
    }
}
