//! Prints figures as a Markdown table that is also straight in a terminal.

use std::fmt::Write as _;

use super::definition::{Definition, Metric};
use super::figures::{Figures, Spread, figure, ratio};

/// The table of one definition: a row an engine, ratios against the floor behind time and memory.
pub(crate) fn of(definition: &Definition, all: &[Figures]) -> String {
    let all_metrics =
        [Metric::GbPerS, Metric::OwnMs, Metric::WallMs, Metric::CpuMs, Metric::RssMib];
    let metrics: Vec<Metric> = all_metrics
        .into_iter()
        .filter(|metric| all.iter().any(|one| one.median(*metric).is_some()))
        .collect();
    let mut head = vec!["engine".to_owned()];
    for metric in &metrics {
        head.push(format!("{} {}", metric.word(), metric.unit()));
        head.push("ratio".to_owned());
    }
    head.extend(["files", "bytes", "findings", "version"].map(str::to_owned));
    let mut rows = vec![head];
    rows.extend(all.iter().map(|one| row(definition, all, one, &metrics)));
    straight(&rows)
}

fn row(definition: &Definition, all: &[Figures], one: &Figures, metrics: &[Metric]) -> Vec<String> {
    let mut cells = vec![one.engine.clone()];
    for metric in metrics {
        cells.push(one.spread(*metric).map_or_else(dash, |spread| spread_cell(&spread)));
        let ratio = ratio(all, &one.engine, &definition.floor, *metric);
        cells.push(ratio.map_or_else(dash, figure));
    }
    let counts = &one.counts;
    for count in [counts.files, counts.bytes, counts.findings] {
        cells.push(count.map_or_else(dash, |count| count.to_string()));
    }
    cells.push(one.version.replace('|', "/"));
    cells
}

fn dash() -> String {
    "-".to_owned()
}

/// `median (least-greatest)`, or the one value.
fn spread_cell(spread: &Spread) -> String {
    let (least, greatest) = (figure(spread.least), figure(spread.greatest));
    let median = figure(spread.median);
    if least == greatest { median } else { format!("{median} ({least}-{greatest})") }
}

/// Rows of cells, the first being the head, as a table with straight columns.
pub(crate) fn straight(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0).max(3)).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        text.push('|');
        for (column, width) in widths.iter().enumerate() {
            let cell = row.get(column).map_or("", String::as_str);
            let padding = " ".repeat(width - cell.chars().count());
            // Names read from the left, figures from the right.
            let (before, after) = if column == 0 { ("", &*padding) } else { (&*padding, "") };
            let _ = write!(text, " {before}{cell}{after} |");
        }
        text.push('\n');
        if index == 0 {
            text.push_str(&rule(&widths));
        }
    }
    text
}

fn rule(widths: &[usize]) -> String {
    let mut text = String::from("|");
    for (column, width) in widths.iter().enumerate() {
        let end = if column == 0 { '-' } else { ':' };
        let _ = write!(text, "{:-<1$}{end}|", "", width + 1);
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::super::definition::tests::SMALL;
    use super::super::figures::tests::engine;
    use super::*;

    #[test]
    fn columns_are_straight() {
        let rows =
            [vec!["engine".to_owned(), "ms".to_owned()], vec!["rg".to_owned(), "12.5".to_owned()]];
        assert_eq!(straight(&rows), "| engine |   ms |\n|--------|-----:|\n| rg     | 12.5 |\n");
    }

    #[test]
    fn short_rows_are_filled_up() {
        let table = straight(&[vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]]);
        assert_eq!(table.lines().last(), Some("| c   |     |"));
        assert_eq!(straight(&[]), "");
    }

    #[test]
    fn every_engine_has_its_ratio_to_the_floor() {
        let definition = Definition::parse(SMALL).unwrap();
        let all = [engine("ours", &[20.0, 25.0, 30.0]), engine("floor", &[10.0])];
        let table = of(&definition, &all);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].contains("wall ms") && !lines[0].contains("GB/s"), "{}", lines[0]);
        assert!(lines[2].contains("25.0 (20.0-30.0)") && lines[2].contains("2.50"), "{}", lines[2]);
        assert!(lines[3].contains("10.0") && lines[3].contains("1.00"), "{}", lines[3]);
    }
}
