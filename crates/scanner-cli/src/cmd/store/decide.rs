//! `store triage`: decisions about secrets, and their history.

use anyhow::bail;
use scanner_runtime::is_date;
use scanner_runtime::store::{Decision, Store, TriageState};

use super::super::output::print;
use super::super::table::{Column, print_rows};
use super::{now, time_of};
use crate::args::{ListFormat, TriageSet};
use crate::exit::Exit;

/// Writes a decision down for each secret.
pub(super) fn set(store: &mut Store, args: &TriageSet) -> anyhow::Result<Exit> {
    let state: TriageState = args.state.parse()?;
    if let Some(until) = args.until.as_deref().filter(|date| !is_date(date)) {
        bail!("--until: `{until}` is no date; write it as in 2027-01-31");
    }
    for secret in &args.secrets {
        let hash = store.decide(&Decision {
            secret: secret.clone(),
            state,
            reason: args.reason.clone(),
            owner: args.owner.clone(),
            expires: args.until.clone(),
            decided_at: now(),
        })?;
        print(&format!("{hash}: {state}\n"))?;
    }
    Ok(Exit::Clean)
}

/// Lists decisions.
pub(super) fn list(
    store: &Store,
    secret: Option<&str>,
    history: bool,
    format: ListFormat,
) -> anyhow::Result<Exit> {
    const COLUMNS: &[Column<Decision>] = &[
        ("secret", |row| row.secret.clone()),
        ("state", |row| row.state.to_string()),
        ("until", |row| row.expires.clone().unwrap_or_default()),
        ("owner", |row| row.owner.clone()),
        ("decided", |row| time_of(row.decided_at)),
        ("reason", |row| row.reason.clone()),
    ];
    let rows = store.decisions(secret, !history)?;
    print_rows(format, COLUMNS, &rows, None)?;
    Ok(Exit::Clean)
}
