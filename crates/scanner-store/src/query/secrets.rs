//! `store secrets`: each secret once, with how often and where else it stands.

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};
use serde::Serialize;

use super::Page;
use super::findings::state_of;
use crate::db::unsigned;
use crate::limits::PAGE_ROWS_MAX;
use crate::triage::{TriageState, hash_range};
use crate::{SecretHash, Store, StoreError};

/// What is listed.
#[derive(Clone, Debug, Default)]
pub struct SecretFilter {
    /// Whose hash begins so.
    pub secret: Option<String>,
    /// In this state only.
    pub state: Option<TriageState>,
    /// Only those that stand in more than one root.
    pub shared: bool,
    /// Today, as in 2027-01-31.
    pub today: String,
    /// Behind this row.
    pub after: Option<i64>,
    /// Rows at most.
    pub limit: u32,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretRow {
    /// Its number in the store, for paging.
    pub id: i64,
    /// Its hash.
    pub secret: String,
    /// Redacted.
    pub redacted: String,
    /// The rules that found it.
    pub rules: String,
    /// What was decided.
    pub state: TriageState,
    /// Until when, where that was said.
    pub expires: Option<String>,
    /// Roots that it stands in, or stood.
    pub roots: u64,
    /// Places, in all runs.
    pub places: u64,
    /// When it was found first, as seconds since 1970.
    pub first_seen: u64,
}

impl Store {
    /// A page of secrets.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn secrets(&self, filter: &SecretFilter) -> Result<Page<SecretRow>, StoreError> {
        self.list_secrets(filter).map_err(|source| self.fail(source))
    }

    fn list_secrets(&self, filter: &SecretFilter) -> rusqlite::Result<Page<SecretRow>> {
        let mut conditions = vec!["s.id > ?".to_owned()];
        let mut values: Vec<Value> = vec![filter.after.unwrap_or(0).into()];
        if let Some(prefix) = &filter.secret {
            let (low, high) = hash_range(prefix).unwrap_or(([1; 32], [0; 32]));
            conditions.push("s.hash >= ? AND s.hash <= ?".to_owned());
            values.extend([low.to_vec().into(), high.to_vec().into()]);
        }
        match filter.state {
            Some(TriageState::Open) => {
                conditions.push("(s.state IS NULL OR s.expires < ?)".to_owned());
                values.push(filter.today.clone().into());
            }
            Some(state) => {
                conditions.push("s.state = ? AND (s.expires IS NULL OR s.expires >= ?)".to_owned());
                values.extend([state.name().to_owned().into(), filter.today.clone().into()]);
            }
            None => {}
        }
        if filter.shared {
            conditions.push("s.root_count > 1".to_owned());
        }
        let limit = filter.limit.clamp(1, PAGE_ROWS_MAX);
        values.push((i64::from(limit) + 1).into());
        let sql = format!(
            "SELECT s.id, s.hash, s.redacted, (SELECT group_concat(rule, ',') FROM (SELECT DISTINCT r.rule \
             FROM occurrences o JOIN rules r ON r.id = o.rule_id WHERE o.secret_id = s.id ORDER BY 1)), \
             s.state, s.expires, s.root_count, \
             (SELECT count(*) FROM occurrences o WHERE o.secret_id = s.id), s.first_seen \
             FROM secrets s WHERE {} ORDER BY s.id LIMIT ?",
            conditions.join(" AND ")
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut page = Page { rows: Vec::new(), next: None };
        while let Some(row) = rows.next()? {
            if page.rows.len() == limit as usize {
                page.next = page.rows.last().map(|row: &SecretRow| row.id);
                break;
            }
            page.rows.push(row_of(row, &filter.today)?);
        }
        Ok(page)
    }
}

fn row_of(row: &Row<'_>, today: &str) -> rusqlite::Result<SecretRow> {
    Ok(SecretRow {
        id: row.get(0)?,
        secret: SecretHash(row.get(1)?).to_hex(),
        redacted: row.get(2)?,
        rules: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
        state: state_of(row, (4, 5), today)?,
        expires: row.get(5)?,
        roots: unsigned(row.get(6)?),
        places: unsigned(row.get(7)?),
        first_seen: unsigned(row.get(8)?),
    })
}
