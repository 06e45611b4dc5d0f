//! The table "crate | may depend on" of the map, and its comparison with the manifests.
//!
//! The table is written for people, so a few phrases are understood: *nothing of ours*, *all of the
//! above*, *anything*, and in brackets an exception `(`a` may use `b`)`. A name may leave out the
//! `scanner-` before it. Text behind a semicolon is explanation. A word that is none of these and no
//! crate of the table is a complaint: a typing error must not become a permission or vanish.

use std::collections::{BTreeMap, BTreeSet};

use super::Complaint;
use super::manifest::Crate;

const PREFIX: &str = "scanner-";

/// What one crate may depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Allowed {
    Anything,
    Names(BTreeSet<String>),
}

/// The table, by crate.
#[derive(Debug)]
pub(crate) struct Table {
    allowed: BTreeMap<String, Allowed>,
}

/// A row as written: line, names of the first cell, second cell.
struct Row<'a> {
    line: usize,
    crates: Vec<String>,
    cell: &'a str,
}

impl Table {
    /// Reads the first table of `page` whose head says `crate` and `may depend on`.
    ///
    /// # Errors
    /// Line and reason, when there is no such table or a cell cannot be understood.
    pub(crate) fn parse(page: &str) -> Result<Self, (usize, String)> {
        let rows = rows(page)?;
        let known: BTreeSet<String> = rows.iter().flat_map(|row| row.crates.clone()).collect();
        let mut allowed: BTreeMap<String, Allowed> = BTreeMap::new();
        for row in &rows {
            let above: BTreeSet<String> = allowed.keys().cloned().collect();
            let (plain, bracket) = split_bracket(row.cell);
            let base = understand(plain, &above, &known).map_err(|message| (row.line, message))?;
            for name in &row.crates {
                allowed.insert(name.clone(), base.clone());
            }
            if let Some(exception) = bracket {
                add_exception(exception, &known, &mut allowed)
                    .map_err(|message| (row.line, message))?;
            }
        }
        Ok(Self { allowed })
    }

    /// Every dependence of `crates` that the table does not allow.
    pub(crate) fn check(&self, crates: &[Crate]) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        for one in crates {
            let Some(allowed) = self.allowed.get(&one.name) else {
                complaints.push(Complaint::new(
                    &one.manifest,
                    1,
                    format!("{} has no row in the table of arrows: add one", one.name),
                ));
                continue;
            };
            let Allowed::Names(names) = allowed else { continue };
            for (target, line) in one.ours.iter().filter(|(target, _)| !names.contains(target)) {
                complaints.push(Complaint::new(
                    &one.manifest,
                    *line,
                    format!(
                        "{} may not depend on {target}: remove the dependence, or change the \
                         design and its table",
                        one.name
                    ),
                ));
            }
        }
        complaints
    }
}

/// Crates of the workspace that `page` never names in backticks.
pub(crate) fn unnamed(file: &str, page: &str, crates: &[Crate]) -> Vec<Complaint> {
    crates
        .iter()
        .filter(|one| !page.contains(&format!("`{}`", one.name)))
        .map(|one| Complaint::new(file, 1, format!("never names `{}`: say its duty", one.name)))
        .collect()
}

fn rows(page: &str) -> Result<Vec<Row<'_>>, (usize, String)> {
    let mut lines = page.lines().enumerate();
    let is_head = |cells: &[&str]| cells == ["crate", "may depend on"];
    if !lines.any(|(_, line)| cells(line).is_some_and(|cells| is_head(&cells))) {
        return Err((1, "has no table `| crate | may depend on |`: write it".to_owned()));
    }
    let mut rows = Vec::new();
    for (index, line) in lines.skip(1) {
        let Some(cells) = cells(line) else { break };
        let line = index + 1;
        let [first, second] = cells[..] else {
            return Err((line, "a row of the table of arrows has two cells".to_owned()));
        };
        let crates = backticked(split_bracket(first).0);
        if crates.is_empty() {
            return Err((line, "the first cell names no crate in backticks".to_owned()));
        }
        rows.push(Row { line, crates, cell: second });
    }
    Ok(rows)
}

/// The cells of a table's line, or `None` for another line.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

fn backticked(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Parts the text before the first bracket and inside it.
fn split_bracket(cell: &str) -> (&str, Option<&str>) {
    match cell.split_once('(') {
        Some((before, rest)) => (before.trim(), Some(rest.split(')').next().unwrap_or(rest))),
        None => (cell, None),
    }
}

fn understand(
    text: &str,
    above: &BTreeSet<String>,
    known: &BTreeSet<String>,
) -> Result<Allowed, String> {
    let text = text.split(';').next().unwrap_or_default().trim();
    match text {
        "anything" => Ok(Allowed::Anything),
        "nothing" | "nothing of ours" => Ok(Allowed::Names(BTreeSet::new())),
        "all of the above" => Ok(Allowed::Names(above.clone())),
        _ => names(text, known).map(Allowed::Names),
    }
}

fn names(text: &str, known: &BTreeSet<String>) -> Result<BTreeSet<String>, String> {
    text.split([',', ' ', '`'])
        .filter(|word| !word.is_empty() && *word != "and")
        .map(|word| resolve(word, known))
        .collect()
}

fn resolve(word: &str, known: &BTreeSet<String>) -> Result<String, String> {
    [word.to_owned(), format!("{PREFIX}{word}")]
        .into_iter()
        .find(|name| known.contains(name))
        .ok_or_else(|| format!("`{word}` is no crate of the table of arrows: correct the cell"))
}

/// Understands `a may use b, c`; other text in brackets is explanation.
fn add_exception(
    text: &str,
    known: &BTreeSet<String>,
    allowed: &mut BTreeMap<String, Allowed>,
) -> Result<(), String> {
    let Some((who, what)) = text.split_once(" may use ") else { return Ok(()) };
    let added = names(what, known)?;
    for name in names(who, known)? {
        match allowed.get_mut(&name) {
            Some(Allowed::Names(set)) => set.extend(added.iter().cloned()),
            Some(Allowed::Anything) => {}
            None => return Err(format!("`{name}` has its exception before its row")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# Map

| crate | may depend on |
|---|---|
| `scanner-stdx`, `scanner-core` | nothing of ours (`core` may use `stdx`) |
| `scanner-vectorscan` (optional, feature `x`) | stdx |
| `scanner-engine` | core, `scanner-stdx` and vectorscan |
| `scanner-runtime` | all of the above |
| `scanner-cli` | runtime, core |
| `scanner-testkit` (dev only) | anything; nothing depends on it |
| `xtask` | nothing of ours |

more text
";

    fn one(name: &str, ours: &[&str]) -> Crate {
        Crate {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            ours: ours.iter().map(|target| ((*target).to_owned(), 7)).collect(),
        }
    }

    fn refused(name: &str, ours: &[&str]) -> usize {
        Table::parse(PAGE).unwrap().check(&[one(name, ours)]).len()
    }

    #[test]
    fn arrows_of_the_table_pass_and_others_are_refused() {
        let table: &[(&str, &[&str], usize)] = &[
            ("scanner-stdx", &[], 0),
            ("scanner-stdx", &["scanner-core"], 1),
            ("scanner-core", &["scanner-stdx"], 0),
            ("scanner-core", &["scanner-engine"], 1),
            ("scanner-engine", &["scanner-core", "scanner-stdx", "scanner-vectorscan"], 0),
            ("scanner-engine", &["scanner-runtime", "scanner-cli"], 2),
            ("scanner-runtime", &["scanner-engine", "scanner-core"], 0),
            ("scanner-runtime", &["scanner-cli"], 1),
            ("scanner-runtime", &["scanner-testkit"], 1),
            ("scanner-cli", &["scanner-engine"], 1),
            ("scanner-testkit", &["scanner-cli", "xtask"], 0),
            ("xtask", &["scanner-core"], 1),
            ("scanner-new", &[], 1),
        ];
        for (name, ours, expected) in table {
            assert_eq!(refused(name, ours), *expected, "{name} -> {ours:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_line_of_the_manifest() {
        let complaints = Table::parse(PAGE).unwrap().check(&[one("xtask", &["scanner-core"])]);
        assert!(complaints[0].to_string().starts_with("crates/xtask/Cargo.toml:7: xtask may not"));
    }

    #[test]
    fn a_word_that_is_no_crate_is_a_complaint_at_its_line() {
        let page = "\n| crate | may depend on |\n|---|---|\n| `scanner-core` | stdxx |\n";
        let (line, message) = Table::parse(page).unwrap_err();
        assert_eq!(line, 4);
        assert!(message.contains("stdxx"), "{message}");
    }

    #[test]
    fn a_page_without_the_table_is_a_complaint() {
        assert!(Table::parse("| crate | duty |\n|---|---|\n").is_err());
        assert!(Table::parse("| crate | may depend on |\n|---|---|\n| core | stdx |\n").is_err());
    }

    #[test]
    fn a_crate_that_the_page_never_names_is_a_complaint() {
        let crates = [one("scanner-cli", &[]), one("scanner-py", &[])];
        let complaints = unnamed("ARCHITECTURE.md", PAGE, &crates);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].message.contains("scanner-py"));
    }
}
