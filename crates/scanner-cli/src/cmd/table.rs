//! Listings as columns, JSON or CSV.

use std::fmt::Write as _;

use serde::Serialize;

use super::output::print;
use crate::args::ListFormat;
use crate::messages;

/// A column: its heading, and what it shows of a row.
pub(crate) type Column<T> = (&'static str, fn(&T) -> String);

/// Prints rows. JSON has all fields of a row, columns and CSV those that are given.
pub(crate) fn print_rows<T: Serialize>(
    format: ListFormat,
    columns: &[Column<T>],
    rows: &[T],
    next: Option<i64>,
) -> anyhow::Result<()> {
    let text = match format {
        ListFormat::Table => table(columns, rows, next),
        ListFormat::Csv => csv(columns, rows),
        ListFormat::Json => {
            let value = serde_json::json!({ "rows": rows, "next": next });
            serde_json::to_string_pretty(&value)? + "\n"
        }
    };
    print(&text)?;
    if rows.is_empty() && format == ListFormat::Table {
        messages::note("nothing fits");
    }
    Ok(())
}

fn table<T>(columns: &[Column<T>], rows: &[T], next: Option<i64>) -> String {
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| columns.iter().map(|(_, cell)| cell(row)).collect()).collect();
    let width = |index: usize| {
        let all = cells.iter().map(|row| row[index].chars().count());
        all.chain([columns[index].0.len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut text = String::new();
    let mut line = |words: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (word, width) in words.zip(&widths) {
            let _ = write!(line, "{word:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    };
    line(&mut columns.iter().map(|(heading, _)| *heading));
    for row in &cells {
        line(&mut row.iter().map(String::as_str));
    }
    if let Some(next) = next {
        let _ = writeln!(text, "there is more: --after {next}");
    }
    text
}

fn csv<T>(columns: &[Column<T>], rows: &[T]) -> String {
    let mut text = String::new();
    let heads: Vec<String> = columns.iter().map(|(heading, _)| (*heading).to_owned()).collect();
    let rows = rows.iter().map(|row| columns.iter().map(|(_, cell)| cell(row)).collect());
    for row in std::iter::once(heads).chain(rows) {
        let fields: Vec<String> = row.iter().map(|cell| field(cell)).collect();
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A field as RFC 4180 has it. What a spreadsheet would take for a formula is marked as text.
fn field(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if cell.contains([',', '"', '\n', '\r']) || !guard.is_empty() {
        return format!("\"{guard}{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column<(u32, &str)>] =
        &[("id", |row| row.0.to_string()), ("name", |row| row.1.to_owned())];

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let text = table(COLUMNS, &[(1, "a"), (200, "béta")], Some(200));
        assert_eq!(text, "id   name\n1    a\n200  béta\nthere is more: --after 200\n");
    }

    #[test]
    fn csv_quotes_what_needs_it_and_disarms_formulas() {
        let text = csv(COLUMNS, &[(1, "a,\"b\""), (2, "=1+1")]);
        assert_eq!(text, "id,name\r\n1,\"a,\"\"b\"\"\"\r\n2,\"'=1+1\"\r\n");
    }
}
