//! `store runs`, `store findings`, `store secrets`, `store diff`.

use anyhow::bail;
use scanner_core::Severity;
use scanner_runtime::store::{
    Change, DiffRow, FindingFilter, FindingRow, RunScope, SecretFilter, SecretRow, Store,
    StoreError, StoredRun,
};

use super::super::table::{Column, print_rows};
use super::{state, time_of};
use crate::args::{FilterArgs, ListArgs, ListFormat};
use crate::dates::today;
use crate::exit::Exit;

/// Digits of a hash that tables show.
const HASH_DIGITS: usize = 12;

/// Runs.
pub(super) fn runs(store: &Store, root: Option<&str>, list: &ListArgs) -> anyhow::Result<Exit> {
    const COLUMNS: &[Column<StoredRun>] = &[
        ("run", |row| row.run.to_string()),
        ("status", |row| row.status.clone()),
        ("started", |row| time_of(row.started)),
        ("ms", |row| row.elapsed_ms.to_string()),
        ("files", |row| row.files.to_string()),
        ("unchanged", |row| row.reused.to_string()),
        ("findings", |row| row.findings.to_string()),
        ("silenced", |row| row.suppressed.to_string()),
        ("kind", |row| row.kind.clone()),
        ("root", |row| plain(&row.root)),
    ];
    let limit = list.limit.max(1);
    let mut rows = store.runs(root, list.after, limit.saturating_add(1))?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.run);
    print_rows(list.format, COLUMNS, &rows, next)?;
    Ok(Exit::Clean)
}

const FINDING_TABLE: &[Column<FindingRow>] = &[
    ("severity", |row| row.severity.to_owned()),
    ("rule", |row| row.rule.clone()),
    ("state", |row| row.state.to_string()),
    ("secret", |row| short(&row.secret)),
    ("redacted", |row| row.redacted.clone()),
    ("place", |row| format!("{}:{}:{}", row.path, row.line, row.column)),
    ("root", |row| plain(&row.root)),
];

const FINDING_CSV: &[Column<FindingRow>] = &[
    ("row", |row| row.id.to_string()),
    ("severity", |row| row.severity.to_owned()),
    ("confidence", |row| row.confidence.to_owned()),
    ("rule", |row| row.rule.clone()),
    ("state", |row| row.state.to_string()),
    ("secret", |row| row.secret.clone()),
    ("redacted", |row| row.redacted.clone()),
    ("root", |row| row.root.clone()),
    ("path", |row| row.path.clone()),
    ("line", |row| row.line.to_string()),
    ("column", |row| row.column.to_string()),
    ("first_seen", |row| time_of(row.first_seen)),
    ("occurrence", |row| row.occurrence.clone()),
];

/// Findings.
pub(super) fn findings(store: &Store, args: &FilterArgs, list: &ListArgs) -> anyhow::Result<Exit> {
    let severity = args.severity.as_deref().map(severity_of).transpose()?;
    if let Some(run) = args.run {
        store.run(run)?;
    }
    let scope = match args.run {
        Some(run) => RunScope::Run(run),
        None if args.all => RunScope::All,
        None => RunScope::Present,
    };
    let page = store.findings(&FindingFilter {
        scope,
        root: args.root.clone(),
        rule: args.rule.clone(),
        severity,
        path: args.path.clone(),
        secret: args.secret.clone(),
        state: state(args.state.as_deref())?,
        today: today(),
        after: list.after,
        limit: list.limit,
    })?;
    let columns = if list.format == ListFormat::Csv { FINDING_CSV } else { FINDING_TABLE };
    print_rows(list.format, columns, &page.rows, page.next)?;
    Ok(Exit::Clean)
}

const SECRET_TABLE: &[Column<SecretRow>] = &[
    ("secret", |row| short(&row.secret)),
    ("redacted", |row| row.redacted.clone()),
    ("state", |row| row.state.to_string()),
    ("roots", |row| row.roots.to_string()),
    ("places", |row| row.places.to_string()),
    ("first seen", |row| time_of(row.first_seen)),
    ("rules", |row| row.rules.clone()),
];

const SECRET_CSV: &[Column<SecretRow>] = &[
    ("row", |row| row.id.to_string()),
    ("secret", |row| row.secret.clone()),
    ("redacted", |row| row.redacted.clone()),
    ("state", |row| row.state.to_string()),
    ("expires", |row| row.expires.clone().unwrap_or_default()),
    ("roots", |row| row.roots.to_string()),
    ("places", |row| row.places.to_string()),
    ("first_seen", |row| time_of(row.first_seen)),
    ("rules", |row| row.rules.clone()),
];

/// Secrets; or one of them, with all its places in all roots.
pub(super) fn secrets(
    store: &Store,
    (secret, state_name, shared): (Option<&str>, Option<&str>, bool),
    list: &ListArgs,
) -> anyhow::Result<Exit> {
    if let Some(prefix) = secret {
        let known =
            SecretFilter { secret: Some(prefix.to_owned()), limit: 1, ..SecretFilter::default() };
        if store.secrets(&known)?.rows.is_empty() {
            return Err(StoreError::NoSuchSecret { prefix: prefix.to_owned() }.into());
        }
        let filter = FilterArgs {
            run: None,
            all: true,
            root: None,
            rule: None,
            severity: None,
            path: None,
            secret: secret.map(str::to_owned),
            state: state_name.map(str::to_owned),
        };
        return findings(store, &filter, list);
    }
    let page = store.secrets(&SecretFilter {
        secret: None,
        state: state(state_name)?,
        shared,
        today: today(),
        after: list.after,
        limit: list.limit,
    })?;
    let columns = if list.format == ListFormat::Csv { SECRET_CSV } else { SECRET_TABLE };
    print_rows(list.format, columns, &page.rows, page.next)?;
    Ok(Exit::Clean)
}

/// What changed between two runs.
pub(super) fn diff(
    store: &Store,
    (from, to): (i64, Option<i64>),
    changes: bool,
    list: &ListArgs,
) -> anyhow::Result<Exit> {
    const COLUMNS: &[Column<DiffRow>] = &[
        ("change", |row| row.change.name().to_owned()),
        ("severity", |row| row.severity.to_owned()),
        ("rule", |row| row.rule.clone()),
        ("secret", |row| short(&row.secret)),
        ("redacted", |row| row.redacted.clone()),
        ("places", |row| row.places.to_string()),
        ("first place", |row| format!("{}:{}", row.path, row.line)),
    ];
    let to = match to {
        Some(to) => to,
        None => store.latest_run(Some(&store.run(from)?.root))?,
    };
    let mut rows = store.diff(from, to)?;
    if changes {
        rows.retain(|row| row.change != Change::Unchanged);
    }
    let skipped = usize::try_from(list.after.unwrap_or(0)).unwrap_or(0).min(rows.len());
    let mut page = rows.split_off(skipped);
    let limit = list.limit.max(1) as usize;
    let next = (page.len() > limit).then(|| i64::try_from(skipped + limit).unwrap_or(i64::MAX));
    page.truncate(limit);
    print_rows(list.format, COLUMNS, &page, next)?;
    Ok(Exit::Clean)
}

fn severity_of(name: &str) -> anyhow::Result<Severity> {
    let known = Severity::ALL.into_iter().find(|severity| severity.name() == name);
    let Some(severity) = known else {
        bail!("`{name}` is no severity; there are low, medium, high and critical");
    };
    Ok(severity)
}

fn short(hash: &str) -> String {
    hash.chars().take(HASH_DIGITS).collect()
}

/// Text without control characters, for a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
