//! `store init`, `store check`, `store gc`.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use scanner_runtime::store::{Keep, Keys, Store, StoreOptions, create_key_file};

use super::super::output::print;
use super::now;
use crate::env::Environment;
use crate::exit::Exit;
use crate::store_place::{NoPlace, StorePlace};

/// Makes the store, and a key where there is none.
pub(super) fn init(place: &StorePlace, environment: &Environment) -> anyhow::Result<Exit> {
    let path = place.store.as_ref().ok_or(NoPlace)?;
    let mut text = String::new();
    let keys = if let Some(key) = &environment.secret_key {
        text.push_str("key:   SCANNER_SECRET_KEY\n");
        Keys::from_secret_key(Some(key))?
    } else {
        let key = place.key.as_ref().ok_or(NoPlace)?;
        let existed = key.exists();
        let keys = if existed { Keys::from_key_file(key)? } else { create_key_file(key, &[])? };
        let note = if existed { "is there already" } else { "made; keep a copy" };
        let _ = writeln!(text, "key:   {} ({note})", key.display());
        keys
    };
    let existed = path.is_file();
    Store::open_or_create(&StoreOptions::at(path), Arc::new(keys))?;
    let note = if existed { "is there already" } else { "made" };
    let _ = writeln!(text, "store: {} ({note})", path.display());
    print(&text)?;
    Ok(Exit::Clean)
}

/// Reads everything and says what is wrong.
pub(super) fn check(store: &Store) -> anyhow::Result<Exit> {
    let report = store.check()?;
    let mut text = String::new();
    for problem in &report.problems {
        let _ = writeln!(text, "damaged: {problem}");
    }
    if report.problems.is_empty() {
        let _ = writeln!(
            text,
            "{} is whole: {}, {}, {}, {}",
            store.path().display(),
            counted(report.runs, "run"),
            counted(report.secrets, "secret"),
            counted(report.occurrences, "place"),
            counted(report.bytes, "byte")
        );
    }
    print(&text)?;
    Ok(if report.problems.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// Forgets old runs.
pub(super) fn gc(
    store: &mut Store,
    keep: Option<u32>,
    older: Option<Duration>,
) -> anyhow::Result<Exit> {
    let keep = match (keep, older) {
        (Some(count), _) => Keep::Latest(count),
        (None, Some(older)) => Keep::Since(now().saturating_sub(older.as_secs())),
        (None, None) => return Err(anyhow::anyhow!("say --keep N or --older TIME")),
    };
    let report = store.gc(keep).context("nothing was forgotten")?;
    print(&format!(
        "forgot {}, {}, {}; {} given back\n",
        counted(report.runs, "run"),
        counted(report.occurrences, "place"),
        counted(report.secrets, "secret"),
        counted(report.bytes, "byte")
    ))?;
    Ok(Exit::Clean)
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
