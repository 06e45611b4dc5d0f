//! Our own labelled corpus: made-up lines in many languages and formats, half of them with a secret.
//!
//! A file `<language>/<name>` holds text whose lines begin with a label and a blank: `T` holds a secret, `F`
//! looks like it and holds none, `.` is context. `¦` is left out when the text is written for the scanner,
//! so that no whole secret stands in the repository. A finding on context counts as a false alarm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::record::{Bar, Record};
use super::scanner::Scanner;
use super::score::{Counts, Table};

/// Cuts secrets in two.
const CUT: char = '¦';

/// A label of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Secret,
    Other,
    Context,
}

/// A file of the corpus: the text for the scanner, and a label for each of its lines.
struct Labelled {
    language: String,
    text: String,
    labels: Vec<Label>,
}

/// Scores the scanner on the corpus below `folder`.
///
/// # Errors
/// A line of the corpus has no label, or the scanner fails.
pub(crate) fn measure(
    scanner: &Scanner,
    folder: &Path,
    worst: usize,
    record: &mut Record,
) -> Result<()> {
    if !folder.is_dir() {
        record.absent("corpus", "the folder is not there");
        return Ok(());
    }
    let place = tempfile::tempdir()?;
    let mut files: BTreeMap<String, Labelled> = BTreeMap::new();
    for path in paths(folder)? {
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let relative = path.strip_prefix(folder).context("below the corpus")?;
        let name = relative.to_string_lossy().replace('\\', "/");
        let labelled = parse(&name, &text)?;
        let target = place.path().join(relative);
        std::fs::create_dir_all(target.parent().context("a file lies in a folder")?)?;
        std::fs::write(&target, &labelled.text)?;
        files.insert(name, labelled);
    }
    let scanned = scanner.scan(place.path(), &["."])?;
    let mut reported: BTreeMap<(&str, u32), &str> = BTreeMap::new();
    for finding in scanned.found.iter().filter(|finding| finding.likely) {
        for line in finding.first..=finding.last {
            reported.insert((finding.path.trim_start_matches("./"), line), &finding.rule);
        }
    }
    let (total, table, errors) = tally(&files, &reported);
    for error in errors.iter().step_by((errors.len() / worst.max(1)).max(1)).take(worst) {
        println!("{error}");
    }
    record.figure("corpus", total);
    record.bars.push(Bar::at_least("corpus F1", total.f1(), 0.90));
    record.table("corpus", table);
    Ok(())
}

/// The corpus' files, sorted.
fn paths(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for language in std::fs::read_dir(folder)? {
        let language = language?.path();
        if !language.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(language)? {
            all.push(file?.path());
        }
    }
    all.sort();
    Ok(all)
}

fn parse(name: &str, text: &str) -> Result<Labelled> {
    let language = name.split('/').next().unwrap_or(name).to_owned();
    let mut labelled = Labelled { language, text: String::new(), labels: Vec::new() };
    for (index, line) in text.lines().enumerate() {
        let (label, rest) = match line.split_at_checked(2) {
            Some(("T ", rest)) => (Label::Secret, rest),
            Some(("F ", rest)) => (Label::Other, rest),
            Some((". ", rest)) => (Label::Context, rest),
            _ if line == "." => (Label::Context, ""),
            _ => bail!("{name}:{}: a line begins with `T `, `F ` or `. `", index + 1),
        };
        labelled.text.extend(rest.chars().filter(|c| *c != CUT));
        labelled.text.push('\n');
        labelled.labels.push(label);
    }
    Ok(labelled)
}

/// Total, by language, and what is wrong.
fn tally(
    files: &BTreeMap<String, Labelled>,
    reported: &BTreeMap<(&str, u32), &str>,
) -> (Counts, Table, Vec<String>) {
    let (mut total, mut table, mut errors) = (Counts::default(), Table::new(), Vec::new());
    for (name, file) in files {
        let row = table.entry(file.language.clone()).or_default();
        for (line, (label, text)) in (1..).zip(file.labels.iter().zip(file.text.lines())) {
            let rule = reported.get(&(name.as_str(), line));
            let is_secret = *label == Label::Secret;
            if *label == Label::Context && rule.is_none() {
                continue;
            }
            total.add((is_secret, rule.is_some()));
            row.add((is_secret, rule.is_some()));
            match (is_secret, rule) {
                (true, None) => errors.push(format!("missed: {name}:{line}: {text}")),
                (false, Some(rule)) => {
                    errors.push(format!("false: {name}:{line} by {rule}: {text}"));
                }
                _ => {}
            }
        }
    }
    (total, table, errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_and_cuts_left_out() {
        let labelled = parse("ini/a.ini", "T key = ab¦cd\nF key = name\n. # why\n.\n").unwrap();
        assert_eq!(labelled.text, "key = abcd\nkey = name\n# why\n\n");
        let labels = [Label::Secret, Label::Other, Label::Context, Label::Context];
        assert_eq!(labelled.labels, labels);
        assert!(parse("ini/a.ini", "key = x").is_err());
    }

    #[test]
    fn a_finding_on_context_is_a_false_alarm() {
        let file = parse("ini/a.ini", "T a\nF b\n. c\n. d\n").unwrap();
        let files = [("ini/a.ini".to_owned(), file)].into();
        let reported = [(("ini/a.ini", 1), "r"), (("ini/a.ini", 3), "r")].into();
        let (total, _, errors) = tally(&files, &reported);
        assert_eq!((total.hits, total.false_alarms, total.others), (1, 1, 2));
        assert_eq!(errors.len(), 1);
    }
}
