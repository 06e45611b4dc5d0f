//! `store findings`: places of secrets, filtered, a page at a time.

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};
use scanner_core::{ObjectPath, Severity};
use serde::Serialize;

use super::{GlobRange, Page};
use crate::db::{confidence_of, severity_of, unsigned};
use crate::limits::{DRIVER_ROWS_MAX, PAGE_ROWS_MAX};
use crate::triage::{TriageState, hash_range};
use crate::{OccurrenceId, SecretHash, Store, StoreError};

/// Which runs a listing looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunScope {
    /// What the latest ended run of each root found.
    #[default]
    Present,
    /// What this run found.
    Run(i64),
    /// What any run found.
    All,
}

/// What is listed.
#[derive(Clone, Debug, Default)]
pub struct FindingFilter {
    /// Of which runs.
    pub scope: RunScope,
    /// Of this root only.
    pub root: Option<String>,
    /// Of rules whose id is this, or matches this glob.
    pub rule: Option<String>,
    /// Of rules this bad only.
    pub severity: Option<Severity>,
    /// In paths that match this glob, or begin so.
    pub path: Option<String>,
    /// Of secrets whose hash begins so.
    pub secret: Option<String>,
    /// In this state only.
    pub state: Option<TriageState>,
    /// Today, as in 2027-01-31: decisions that ended before it do not count.
    pub today: String,
    /// Behind this row.
    pub after: Option<i64>,
    /// Rows at most.
    pub limit: u32,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FindingRow {
    /// Its number in the store, for paging.
    pub id: i64,
    /// The rule.
    pub rule: String,
    /// How bad.
    pub severity: &'static str,
    /// How sure.
    pub confidence: &'static str,
    /// What was decided.
    pub state: TriageState,
    /// The root.
    pub root: String,
    /// The path below it.
    pub path: String,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
    /// The secret, redacted.
    pub redacted: String,
    /// Hash of the secret.
    pub secret: String,
    /// The occurrence's id.
    pub occurrence: String,
    /// When it was found first, as seconds since 1970.
    pub first_seen: u64,
}

/// A condition on `occurrences o`, and the search that finds its rows on its own.
struct Clause {
    condition: String,
    search: Option<String>,
    values: Vec<Value>,
}

impl Store {
    /// A page of findings.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn findings(&self, filter: &FindingFilter) -> Result<Page<FindingRow>, StoreError> {
        self.list_findings(filter).map_err(|source| self.fail(source))
    }

    fn list_findings(&self, filter: &FindingFilter) -> rusqlite::Result<Page<FindingRow>> {
        let mut clauses = clauses(filter, self.scope_runs(filter)?.as_deref());
        if let Some(path) = &filter.path {
            clauses.push(self.of_path(path)?);
        }
        let mut values: Vec<Value> = Vec::new();
        let driver = self.driver(&clauses)?;
        let from = match driver.and_then(|index| clauses[index].search.clone().map(|s| (index, s)))
        {
            Some((index, search)) => {
                values.extend(clauses[index].values.iter().cloned());
                format!(
                    "(SELECT DISTINCT id FROM ({search}) ORDER BY id) h CROSS JOIN occurrences o ON o.id = h.id"
                )
            }
            None => "occurrences o NOT INDEXED".to_owned(),
        };
        let mut conditions = vec!["o.id > ?".to_owned()];
        values.push(filter.after.unwrap_or(0).into());
        for (index, clause) in clauses.iter().enumerate() {
            if driver != Some(index) {
                conditions.push(clause.condition.clone());
                values.extend(clause.values.iter().cloned());
            }
        }
        let limit = filter.limit.clamp(1, PAGE_ROWS_MAX);
        values.push((i64::from(limit) + 1).into());
        let conditions = conditions.join(" AND ");
        let sql = format!(
            "SELECT o.id, r.rule, r.severity, o.confidence, s.state, s.expires, t.name, p.path, o.line, o.col, \
             s.redacted, s.hash, o.occurrence, o.first_seen FROM {from} \
             CROSS JOIN rules r ON r.id = o.rule_id CROSS JOIN secrets s ON s.id = o.secret_id \
             CROSS JOIN paths p ON p.id = o.path_id CROSS JOIN roots t ON t.id = o.root_id \
             WHERE {conditions} ORDER BY o.id LIMIT ?"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut page = Page { rows: Vec::new(), next: None };
        while let Some(row) = rows.next()? {
            if page.rows.len() == limit as usize {
                page.next = page.rows.last().map(|row: &FindingRow| row.id);
                break;
            }
            page.rows.push(row_of(row, &filter.today)?);
        }
        Ok(page)
    }

    /// The runs that are looked at; `None` for all of them.
    fn scope_runs(&self, filter: &FindingFilter) -> rusqlite::Result<Option<Vec<i64>>> {
        match filter.scope {
            RunScope::All => Ok(None),
            RunScope::Run(run) => Ok(Some(vec![run])),
            RunScope::Present => {
                // Of one root only where only one is asked for: its run may be small where others are not.
                let sql = "SELECT max(u.id) FROM runs u JOIN roots r ON r.id = u.root_id \
                           WHERE u.status NOT IN ('running', 'failed') AND u.journal = 0 \
                           AND (?1 IS NULL OR r.name = ?1) GROUP BY u.root_id";
                let mut statement = self.connection.prepare(sql)?;
                let runs = statement.query_map([&filter.root], |row| row.get(0))?;
                runs.collect::<rusqlite::Result<_>>().map(Some)
            }
        }
    }

    /// Paths are compared once: each of those that share the literal beginning has to be looked at, and that is most of what
    /// such a listing costs. Where many fit, each place is asked for its path instead.
    fn of_path(&self, path: &str) -> rusqlite::Result<Clause> {
        let GlobRange { glob, low, high } = GlobRange::of_path(path);
        let mut sql =
            "SELECT id FROM paths WHERE path >= ? AND CAST(path AS TEXT) GLOB ?".to_owned();
        let mut values: Vec<Value> = vec![low.into(), glob.clone().into()];
        if let Some(high) = high {
            sql.push_str(" AND path < ?");
            values.push(high.into());
        }
        sql.push_str(" LIMIT ?");
        values.push((DRIVER_ROWS_MAX + 1).into());
        let mut statement = self.connection.prepare(&sql)?;
        let ids: Vec<i64> = statement
            .query_map(params_from_iter(values), |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        if i64::try_from(ids.len()).is_ok_and(|count| count > DRIVER_ROWS_MAX) {
            return Ok(Clause {
                condition: "CAST(p.path AS TEXT) GLOB ?".to_owned(),
                search: None,
                values: vec![glob.into()],
            });
        }
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        Ok(indexed("path_id", "SELECT value FROM json_each(?)", vec![ids.into()]))
    }

    /// The clause with the fewest rows, if they are few.
    fn driver(&self, clauses: &[Clause]) -> rusqlite::Result<Option<usize>> {
        let mut best = None;
        for (index, clause) in clauses.iter().enumerate() {
            let Some(search) = &clause.search else { continue };
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM ({search}) LIMIT ?)");
            let limit = Value::from(DRIVER_ROWS_MAX + 1);
            let values = clause.values.iter().cloned().chain([limit]);
            let rows: i64 =
                self.connection.query_row(&sql, params_from_iter(values), |row| row.get(0))?;
            if rows <= DRIVER_ROWS_MAX && best.is_none_or(|(_, fewest)| rows < fewest) {
                best = Some((index, rows));
            }
        }
        Ok(best.map(|(index, _)| index))
    }
}

fn clauses(filter: &FindingFilter, runs: Option<&[i64]>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    if let Some(runs) = runs {
        clauses.push(of_runs(runs));
    }
    if filter.rule.is_some() || filter.severity.is_some() {
        clauses.push(of_rules(filter));
    }
    if let Some(prefix) = &filter.secret {
        clauses.push(of_secret(prefix));
    }
    if let Some(root) = &filter.root {
        let ids = "SELECT id FROM roots WHERE name = ?";
        clauses.push(indexed("root_id", ids, vec![root.clone().into()]));
    }
    if let Some(state) = filter.state {
        clauses.push(of_state(state, &filter.today));
    }
    clauses
}

fn of_runs(runs: &[i64]) -> Clause {
    let marks = vec!["?"; runs.len()].join(", ");
    Clause {
        condition: format!(
            "EXISTS (SELECT 1 FROM observations v WHERE v.occurrence_id = o.id AND v.run_id IN ({marks}))"
        ),
        search: Some(format!(
            "SELECT occurrence_id AS id FROM observations WHERE run_id IN ({marks})"
        )),
        values: runs.iter().map(|run| Value::from(*run)).collect(),
    }
}

fn of_rules(filter: &FindingFilter) -> Clause {
    let mut conditions = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    if let Some(rule) = &filter.rule {
        conditions.push("rule GLOB ?");
        values.push(rule.clone().into());
    }
    if let Some(severity) = filter.severity {
        conditions.push("severity = ?");
        values.push((severity as i64).into());
    }
    indexed("rule_id", &format!("SELECT id FROM rules WHERE {}", conditions.join(" AND ")), values)
}

fn of_secret(prefix: &str) -> Clause {
    // What is no hash matches nothing.
    let (low, high) = hash_range(prefix).unwrap_or(([1; 32], [0; 32]));
    let values = vec![low.to_vec().into(), high.to_vec().into()];
    indexed("secret_id", "SELECT id FROM secrets WHERE hash >= ? AND hash <= ?", values)
}

fn of_state(state: TriageState, today: &str) -> Clause {
    if state == TriageState::Open {
        return Clause {
            condition: "(s.state IS NULL OR s.expires < ?)".to_owned(),
            search: None,
            values: vec![today.to_owned().into()],
        };
    }
    let ids = "SELECT id FROM secrets WHERE state = ? AND (expires IS NULL OR expires >= ?)";
    indexed("secret_id", ids, vec![state.name().to_owned().into(), today.to_owned().into()])
}

/// A condition on a column with an index.
fn indexed(column: &str, ids: &str, values: Vec<Value>) -> Clause {
    Clause {
        condition: format!("o.{column} IN ({ids})"),
        search: Some(format!("SELECT id FROM occurrences WHERE {column} IN ({ids})")),
        values,
    }
}

fn row_of(row: &Row<'_>, today: &str) -> rusqlite::Result<FindingRow> {
    Ok(FindingRow {
        id: row.get(0)?,
        rule: row.get(1)?,
        severity: severity_of(row.get(2)?).name(),
        confidence: confidence_of(row.get(3)?).name(),
        state: state_of(row, (4, 5), today)?,
        root: row.get(6)?,
        path: ObjectPath::new(row.get_ref(7)?.as_blob()?).to_string(),
        line: unsigned(row.get(8)?),
        column: unsigned(row.get(9)?),
        redacted: row.get(10)?,
        secret: SecretHash(row.get(11)?).to_hex(),
        occurrence: OccurrenceId(row.get(12)?).to_hex(),
        first_seen: unsigned(row.get(13)?),
    })
}

/// The state that holds today, of the columns `state` and `expires`.
pub(super) fn state_of(
    row: &Row<'_>,
    (state, expires): (usize, usize),
    today: &str,
) -> rusqlite::Result<TriageState> {
    let expires: Option<String> = row.get(expires)?;
    if expires.is_some_and(|last_day| *last_day < *today) {
        return Ok(TriageState::Open);
    }
    let state: Option<String> = row.get(state)?;
    Ok(state.and_then(|state| state.parse().ok()).unwrap_or_default())
}
