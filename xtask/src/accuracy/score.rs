//! Counting: precision, recall and F1, in total and by category.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// How often the scanner was right and wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Lines that hold a secret.
    pub(crate) secrets: u32,
    /// Of these, reported.
    pub(crate) hits: u32,
    /// Lines that look like one and are none.
    pub(crate) others: u32,
    /// Of these, reported.
    pub(crate) false_alarms: u32,
}

impl Counts {
    /// Adds one labelled line: whether it holds a secret, and whether it was reported.
    pub(crate) fn add(&mut self, (is_secret, is_reported): (bool, bool)) {
        let (all, reported) = if is_secret {
            (&mut self.secrets, &mut self.hits)
        } else {
            (&mut self.others, &mut self.false_alarms)
        };
        *all += 1;
        *reported += u32::from(is_reported);
    }

    /// Of what is reported, how much is right.
    pub(crate) fn precision(self) -> f64 {
        ratio(self.hits, self.hits + self.false_alarms)
    }

    /// Of what is secret, how much is reported.
    pub(crate) fn recall(self) -> f64 {
        ratio(self.hits, self.secrets)
    }

    /// The harmonic mean of both.
    pub(crate) fn f1(self) -> f64 {
        ratio(2 * self.hits, self.hits + self.false_alarms + self.secrets)
    }

    /// `P 0.85 R 0.70 F1 0.77 (70 of 100, 12 of 300 wrong)`.
    pub(crate) fn line(self) -> String {
        format!(
            "P {:.3} R {:.3} F1 {:.3} ({} of {} found, {} of {} false)",
            self.precision(),
            self.recall(),
            self.f1(),
            self.hits,
            self.secrets,
            self.false_alarms,
            self.others
        )
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// Counts by category.
pub(crate) type Table = BTreeMap<String, Counts>;

/// The table as Markdown, the categories with most secrets first.
pub(crate) fn markdown(table: &Table) -> String {
    let mut rows: Vec<(&String, &Counts)> = table.iter().collect();
    rows.sort_by_key(|(name, counts)| (std::cmp::Reverse(counts.secrets), *name));
    let mut text = String::from("| category | secrets | found | recall | others | false |\n");
    text.push_str("|---|--:|--:|--:|--:|--:|\n");
    for (name, counts) in rows {
        let Counts { secrets, hits, others, false_alarms } = counts;
        let recall = counts.recall();
        let _ = writeln!(
            text,
            "| {name} | {secrets} | {hits} | {recall:.3} | {others} | {false_alarms} |"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_follow_their_definitions() {
        let mut counts = Counts::default();
        for (is_secret, is_reported) in [(true, true), (true, true), (true, false), (false, true)] {
            counts.add((is_secret, is_reported));
        }
        assert!((counts.precision() - 2.0 / 3.0).abs() < 1e-9);
        assert!((counts.recall() - 2.0 / 3.0).abs() < 1e-9);
        assert!((counts.f1() - 2.0 / 3.0).abs() < 1e-9);
        assert!(Counts::default().f1().abs() < 1e-9, "nothing at all is no success");
    }
}
