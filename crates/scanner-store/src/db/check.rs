//! `store check`: whether the file is whole, and whether its rows belong together.

use super::open::Store;
use crate::StoreError;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// One sentence each; none where all is well.
    pub problems: Vec<String>,
    /// Runs in the store.
    pub runs: u64,
    /// Different secrets.
    pub secrets: u64,
    /// Places of secrets.
    pub occurrences: u64,
    /// Bytes of the database.
    pub bytes: u64,
}

/// Problems that are named.
const PROBLEMS_MAX: i64 = 20;

impl Store {
    /// Reads the whole database and checks it.
    ///
    /// # Errors
    ///
    /// It is so damaged that it cannot even be read; other damage is in the report.
    pub fn check(&self) -> Result<CheckReport, StoreError> {
        self.check_rows().map_err(|source| self.fail(source))
    }

    fn check_rows(&self) -> rusqlite::Result<CheckReport> {
        let mut report = CheckReport::default();
        let sql = format!("PRAGMA integrity_check({PROBLEMS_MAX})");
        let mut statement = self.connection.prepare(&sql)?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        for line in lines {
            // A damaged page ends the list with an error; that is an answer too.
            let line = line.unwrap_or_else(|error| error.to_string());
            if line != "ok" {
                report.problems.push(line);
            }
        }
        if !report.problems.is_empty() {
            return Ok(report);
        }
        let sql = "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1";
        let mut statement = self.connection.prepare(sql)?;
        let rows =
            statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        for row in rows {
            let (table, count) = row?;
            report
                .problems
                .push(format!("{count} rows of {table} refer to rows that are not there"));
        }
        for (sql, what) in CHECKS {
            let count: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
            if count > 0 {
                report.problems.push(format!("{count} {what}"));
            }
        }
        let count = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        report.runs = super::unsigned(count("SELECT count(*) FROM runs")?);
        report.secrets = super::unsigned(count("SELECT count(*) FROM secrets")?);
        report.occurrences = super::unsigned(count("SELECT count(*) FROM occurrences")?);
        report.bytes = super::unsigned(count(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        )?);
        Ok(report)
    }
}

/// What holds in every store, and the words for where it does not.
const CHECKS: &[(&str, &str)] = &[
    (
        "SELECT count(*) FROM secrets WHERE length(hash) != 32 OR length(sealed) != 32",
        "secrets without a whole hash",
    ),
    (
        "SELECT count(*) FROM occurrences WHERE length(occurrence) != 32",
        "occurrences without a whole id",
    ),
    (
        "SELECT count(*) FROM clean_files WHERE length(states) % 16 != 0",
        "damaged rows of unchanged files",
    ),
    (
        "SELECT count(*) FROM seen_blobs WHERE oid_bytes < 1 OR length(oids) % oid_bytes != 0",
        "damaged rows of git objects",
    ),
    (
        "SELECT count(*) FROM histories WHERE length(marks) NOT IN (0, 32)",
        "histories with damaged marks",
    ),
    (
        "SELECT count(*) FROM secrets s WHERE root_count != (SELECT count(*) FROM secret_roots r WHERE r.secret_id = s.id)",
        "secrets with a wrong number of roots",
    ),
];
