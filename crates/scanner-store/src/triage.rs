//! Decisions about secrets: who decided what, why, and until when.
//!
//! A decision belongs to the secret, wherever it stands, in every root of the store. Decisions are only ever added: the
//! last one counts, and the others are its history.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use rusqlite::{TransactionBehavior, params};
use serde::Serialize;

use crate::db::unsigned;
use crate::{SecretHash, Store, StoreError};

/// What was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TriageState {
    /// Nothing yet, or it was taken back.
    #[default]
    Open,
    /// It is a secret, and something has to be done.
    Confirmed,
    /// It is none.
    FalsePositive,
    /// It gives no access any more.
    Revoked,
    /// It stays, for a time or for good.
    Accepted,
}

impl TriageState {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Confirmed, Self::FalsePositive, Self::Revoked, Self::Accepted];

    /// The word used on the command line and in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::FalsePositive => "false-positive",
            Self::Revoked => "revoked",
            Self::Accepted => "accepted",
        }
    }

    /// Whether scans keep quiet about it. A revoked secret is reported: it should be removed.
    pub const fn silences(self) -> bool {
        matches!(self, Self::FalsePositive | Self::Accepted)
    }
}

impl fmt::Display for TriageState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// There is no such state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no state; there are open, confirmed, false-positive, revoked and accepted")]
pub struct UnknownState(pub String);

impl FromStr for TriageState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        let known = Self::ALL.into_iter().find(|state| state.name() == text);
        known.ok_or_else(|| UnknownState(text.to_owned()))
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The secret's hash, hexadecimal.
    pub secret: String,
    /// What.
    pub state: TriageState,
    /// Why.
    pub reason: String,
    /// Who.
    pub owner: String,
    /// The last day on which it holds, as in 2027-01-31.
    pub expires: Option<String>,
    /// When, as seconds since 1970.
    pub decided_at: u64,
}

impl Store {
    /// Writes a decision down. The secret's hash may be shortened to what tells it from others.
    ///
    /// # Errors
    ///
    /// No secret, or several, begin so; or the store cannot be written.
    pub fn decide(&mut self, decision: &Decision) -> Result<SecretHash, StoreError> {
        let (id, hash) = self.find_secret(&decision.secret)?;
        let path = self.options.path.clone();
        self.put_decision(id, decision).map_err(|source| StoreError::database(&path, source))?;
        Ok(hash)
    }

    fn put_decision(&mut self, secret: i64, decision: &Decision) -> rusqlite::Result<()> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Decision { state, reason, owner, expires, decided_at, .. } = decision;
        let sql = "INSERT INTO triage (secret_id, state, reason, owner, expires, decided_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let time = i64::try_from(*decided_at).unwrap_or(i64::MAX);
        transaction.execute(sql, params![secret, state.name(), reason, owner, expires, time])?;
        let shown = (*state != TriageState::Open).then(|| state.name());
        let sql = "UPDATE secrets SET state = ?2, expires = ?3 WHERE id = ?1";
        transaction.execute(sql, params![secret, shown, expires])?;
        transaction.commit()
    }

    /// Decisions, the latest first: of one secret, or of all. `latest_only` leaves history out.
    ///
    /// # Errors
    ///
    /// No secret, or several, begin so; or the store cannot be read.
    pub fn decisions(
        &self,
        secret: Option<&str>,
        latest_only: bool,
    ) -> Result<Vec<Decision>, StoreError> {
        let id = secret.map(|prefix| self.find_secret(prefix)).transpose()?.map(|(id, _)| id);
        let sql = "SELECT s.hash, t.state, t.reason, t.owner, t.expires, t.decided_at FROM triage t \
                   JOIN secrets s ON s.id = t.secret_id WHERE (?1 IS NULL OR t.secret_id = ?1) \
                   AND (NOT ?2 OR t.id = (SELECT max(id) FROM triage l WHERE l.secret_id = t.secret_id)) \
                   ORDER BY t.id DESC";
        let read = || -> rusqlite::Result<Vec<Decision>> {
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map(params![id, latest_only], |row| {
                let state: String = row.get(1)?;
                Ok(Decision {
                    secret: SecretHash(row.get(0)?).to_hex(),
                    state: state.parse().unwrap_or_default(),
                    reason: row.get(2)?,
                    owner: row.get(3)?,
                    expires: row.get(4)?,
                    decided_at: unsigned(row.get(5)?),
                })
            })?;
            rows.collect()
        };
        read().map_err(|source| self.fail(source))
    }

    /// Secrets about which scans keep quiet on the given day.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn silenced_secrets(&self, today: &str) -> Result<HashSet<SecretHash>, StoreError> {
        let sql = "SELECT hash, state FROM secrets WHERE state IS NOT NULL AND (expires IS NULL OR expires >= ?1)";
        let read = || -> rusqlite::Result<HashSet<SecretHash>> {
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.query([today])?;
            let mut silenced = HashSet::new();
            while let Some(row) = rows.next()? {
                let state = row.get_ref(1)?.as_str()?.parse::<TriageState>().unwrap_or_default();
                if state.silences() {
                    silenced.insert(SecretHash(row.get(0)?));
                }
            }
            Ok(silenced)
        };
        read().map_err(|source| self.fail(source))
    }

    /// The secret whose hash begins with these digits.
    pub(crate) fn find_secret(&self, prefix: &str) -> Result<(i64, SecretHash), StoreError> {
        let none = || StoreError::NoSuchSecret { prefix: prefix.to_owned() };
        let (low, high) = hash_range(prefix).ok_or_else(none)?;
        let sql = "SELECT id, hash FROM secrets WHERE hash >= ?1 AND hash <= ?2 LIMIT 2";
        let read = || -> rusqlite::Result<Vec<(i64, SecretHash)>> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement
                .query_map((low, high), |row| Ok((row.get(0)?, SecretHash(row.get(1)?))))?;
            rows.collect()
        };
        match read().map_err(|source| self.fail(source))?.as_slice() {
            [] => Err(none()),
            [only] => Ok(*only),
            _ => Err(StoreError::AmbiguousSecret { prefix: prefix.to_owned() }),
        }
    }
}

/// The least and the greatest hash with this beginning.
pub(crate) fn hash_range(prefix: &str) -> Option<([u8; 32], [u8; 32])> {
    let digits = prefix.trim().to_ascii_lowercase();
    if digits.is_empty() || digits.len() > 64 {
        return None;
    }
    let fill = |digit: char| {
        let text: String = digits.chars().chain(std::iter::repeat(digit)).take(64).collect();
        HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
    };
    Some((fill('0')?, fill('f')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_back() {
        for state in TriageState::ALL {
            assert_eq!(state.to_string().parse(), Ok(state));
        }
        assert!("maybe".parse::<TriageState>().unwrap_err().to_string().contains("false-positive"));
    }

    #[test]
    fn a_beginning_is_a_range() {
        let (low, high) = hash_range("aB").unwrap();
        assert_eq!((low[0], low[1], high[0], high[1]), (0xab, 0, 0xab, 0xff));
        let (low, high) = hash_range("a").unwrap();
        assert_eq!((low[0], high[0]), (0xa0, 0xaf));
        assert!(hash_range("").is_none() && hash_range("xyz").is_none());
    }
}
