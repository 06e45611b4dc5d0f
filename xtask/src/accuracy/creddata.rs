//! The development half of a public, human-labelled data set, where it was assembled.
//!
//! A unit is a labelled place (file, first and last line). It counts as a secret if any of its rows is
//! labelled `T`, and as reported if a finding's lines overlap it; a finding on a secret's lines is not
//! blamed for other labels there. `core` leaves out what is labelled a secret but is none as such. The
//! repositories are split once more by a hash of their id: what is trained on, and what never is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use super::record::{Bar, Record};
use super::scanner::{Found, Scanner};
use super::score::{Counts, Table};

/// Labelled secret, but nothing that a scanner for credentials has to report.
const SOFT: [&str; 7] = [
    "UUID",
    "Nonce",
    "Salt",
    "AWS S3 Bucket",
    "Firebase Domain",
    "Tencent WeChat API App ID",
    "Certificate",
];

/// Categories that name no provider's format.
const GENERIC: [&str; 21] = [
    "Password",
    "Token",
    "Key",
    "Secret",
    "Auth",
    "API",
    "Credential",
    "Nonce",
    "Salt",
    "Certificate",
    "UUID",
    "Other",
    "CMD Password",
    "CMD Token",
    "CMD Secret",
    "SQL Password",
    "URL Credentials",
    "Basic Authorization",
    "Bearer Authorization",
    "CURL User Password",
    "OTP / 2FA Secret",
];

/// Of 256 values of a repository's hash, those that are for validation.
const VALIDATION_BELOW: u8 = 96;

/// A labelled place.
type Place = (String, u32, u32);

/// What the labels say of a place.
#[derive(Debug, Default)]
struct Unit {
    is_secret: bool,
    /// Of its secrets; where it has none, of what looks like one.
    categories: BTreeSet<String>,
    repository: String,
}

/// Whether training never sees a repository.
fn is_validation(repository: &str) -> bool {
    Sha256::digest(format!("split:{repository}"))[0] < VALIDATION_BELOW
}

/// Scores the scanner on the data set below `folder`.
///
/// # Errors
/// The labels cannot be read, or the scanner fails.
pub(crate) fn measure(
    scanner: &Scanner,
    folder: &Path,
    worst: usize,
    record: &mut Record,
) -> Result<()> {
    let units = read_labels(folder)?;
    let scanned = scanner.scan(folder, &["data"])?;
    for (name, all) in [("likely", false), ("possible", true)] {
        let found: Vec<&Found> = scanned.found.iter().filter(|f| all || f.likely).collect();
        let reported = reported(&units, &found);
        for (split, validation) in
            [("validation", Some(true)), ("training", Some(false)), ("all", None)]
        {
            let inside = |unit: &Unit| {
                validation.is_none_or(|wanted| wanted == is_validation(&unit.repository))
            };
            let (core, provider, table) = tally(&units, &reported, inside);
            record.figure(&format!("creddata {split}, {name}: core"), core);
            record.figure(&format!("creddata {split}, {name}: provider formats"), provider);
            if name == "likely" {
                record.table(&format!("creddata {split}"), table);
            }
            if name == "likely" && split == "validation" {
                record.bars.extend([
                    Bar::at_least("creddata validation core F1", core.f1(), 0.75),
                    Bar::at_least("creddata validation core precision", core.precision(), 0.85),
                ]);
            }
            if name == "likely" && split == "all" {
                let recall = provider.recall();
                record.bars.push(Bar::at_least("provider formats recall", recall, 0.85));
            }
        }
        if name == "likely" {
            // Errors of validation repositories are not shown: who mends the scanner by them tunes on them.
            worst_errors(&units, &reported, &found, worst);
        }
    }
    Ok(())
}

fn read_labels(folder: &Path) -> Result<BTreeMap<Place, Unit>> {
    let mut units: BTreeMap<Place, Unit> = BTreeMap::new();
    let mut negatives: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    let meta = folder.join("meta");
    let listing = std::fs::read_dir(&meta).with_context(|| meta.display().to_string())?;
    for entry in listing {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        for (index, line) in text.lines().enumerate().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            ensure!(fields.len() == 13, "{}:{}: not 13 fields", path.display(), index + 1);
            let place = (fields[4].to_owned(), fields[5].parse()?, fields[6].parse()?);
            let unit = units.entry(place.clone()).or_default();
            fields[3].clone_into(&mut unit.repository);
            let categories = fields[12].split(':').map(str::to_owned);
            if fields[7] == "T" {
                unit.is_secret = true;
                unit.categories.extend(categories);
            } else {
                negatives.entry(place).or_default().extend(categories);
            }
        }
    }
    for (place, categories) in negatives {
        let unit = units.entry(place).or_default();
        if !unit.is_secret {
            unit.categories = categories;
        }
    }
    Ok(units)
}

/// The places that findings overlap.
fn reported<'a>(units: &'a BTreeMap<Place, Unit>, found: &[&Found]) -> BTreeSet<&'a Place> {
    let mut by_path: BTreeMap<&str, Vec<(&Place, bool)>> = BTreeMap::new();
    for (place, unit) in units {
        by_path.entry(&place.0).or_default().push((place, unit.is_secret));
    }
    let mut reported = BTreeSet::new();
    for finding in found {
        let name = finding.path.to_ascii_uppercase();
        if name.contains("/LICENSE") || name.contains("/COPYING") {
            continue;
        }
        let places = by_path.get(&*finding.path).map_or(&[][..], Vec::as_slice);
        let hit = |place: &Place| place.1 <= finding.last && place.2 >= finding.first;
        let touched = || places.iter().filter(|(place, _)| hit(place));
        let any_secret = touched().any(|(_, is_secret)| *is_secret);
        reported.extend(touched().filter(|(_, is)| *is || !any_secret).map(|(place, _)| *place));
    }
    reported
}

/// Core figures, those of providers' formats, and the table by category.
fn tally(
    units: &BTreeMap<Place, Unit>,
    reported: &BTreeSet<&Place>,
    inside: impl Fn(&Unit) -> bool,
) -> (Counts, Counts, Table) {
    let (mut core, mut provider, mut table) = (Counts::default(), Counts::default(), Table::new());
    for (place, unit) in units.iter().filter(|(_, unit)| inside(unit)) {
        let is_reported = reported.contains(place);
        let beyond = |names: &[&str]| unit.categories.iter().any(|c| !names.contains(&&**c));
        if beyond(&SOFT) {
            core.add((unit.is_secret, is_reported));
        }
        if unit.is_secret && beyond(&GENERIC) {
            provider.add((true, is_reported));
        }
        for category in &unit.categories {
            table.entry(category.clone()).or_default().add((unit.is_secret, is_reported));
        }
    }
    (core, provider, table)
}

/// Prints where the scanner is most wrong, in the repositories for training: by place, never the text.
fn worst_errors(
    units: &BTreeMap<Place, Unit>,
    reported: &BTreeSet<&Place>,
    found: &[&Found],
    worst: usize,
) {
    let mut rules: BTreeMap<&str, u32> = BTreeMap::new();
    let training = units.iter().filter(|(_, unit)| !is_validation(&unit.repository));
    let mut missed = Vec::new();
    for (place, unit) in training {
        let is_reported = reported.contains(place);
        if unit.is_secret && !is_reported && unit.categories.iter().any(|c| !SOFT.contains(&&**c)) {
            missed.push(place);
        }
        if !unit.is_secret && is_reported {
            let hit = |f: &&&Found| f.path == place.0 && f.first <= place.2 && f.last >= place.1;
            let rule = found.iter().find(hit).map_or("", |finding| &finding.rule);
            *rules.entry(rule).or_default() += 1;
            println!("false: {}:{} by {rule}", place.0, place.1);
        }
    }
    // Spread over the set: one of every so many.
    for place in missed.iter().step_by((missed.len() / worst.max(1)).max(1)).take(worst) {
        println!("missed: {}:{}", place.0, place.1);
    }
    for (rule, count) in rules {
        println!("{count:5} false by {rule}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_on_a_secrets_lines_is_not_blamed_for_its_neighbours() {
        let unit = |is_secret| Unit { is_secret, ..Unit::default() };
        let units: BTreeMap<Place, Unit> = [
            (("a".to_owned(), 1, 1), unit(true)),
            (("a".to_owned(), 1, 2), unit(false)),
            (("b".to_owned(), 9, 9), unit(false)),
        ]
        .into();
        let found = |path: &str, line| Found {
            path: path.to_owned(),
            first: line,
            last: line,
            rule: "r".to_owned(),
            likely: true,
        };
        let (one, two) = (found("a", 1), found("b", 9));
        let reported = reported(&units, &[&one, &two]);
        assert_eq!(reported.len(), 2);
        assert!(!reported.contains(&("a".to_owned(), 1, 2)));
    }

    #[test]
    fn the_split_never_changes() {
        // Made-up ids; records of different days can be compared only while this holds.
        let ids = ["00000000", "00000001", "00000002", "00000003", "00000004", "00000005"];
        assert_eq!(ids.map(is_validation), [false, false, false, false, true, true]);
    }
}
