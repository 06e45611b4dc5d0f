//! `store`: the store itself, listings of what it holds, and decisions.

mod decide;
mod keep;
mod list;

use std::time::{SystemTime, UNIX_EPOCH};

use scanner_runtime::store::TriageState;

use crate::args::{StoreArgs, StoreCommand, TriageCommand};
use crate::env::Environment;
use crate::exit::Exit;
use crate::store_place::StorePlace;

/// Runs the command.
pub(crate) fn run(args: &StoreArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let place = StorePlace::of(args.store.as_deref(), environment);
    if let StoreCommand::Init = args.command {
        return keep::init(&place, environment);
    }
    let mut store = place.open(environment)?;
    match &args.command {
        StoreCommand::Init => Ok(Exit::Clean),
        StoreCommand::Check => keep::check(&store),
        StoreCommand::Gc { keep, older } => keep::gc(&mut store, *keep, *older),
        StoreCommand::Runs { root, list } => list::runs(&store, root.as_deref(), list),
        StoreCommand::Findings { filter, list } => list::findings(&store, filter, list),
        StoreCommand::Secrets { secret, shared, state, list } => {
            list::secrets(&store, (secret.as_deref(), state.as_deref(), *shared), list)
        }
        StoreCommand::Diff { from, to, changes, list } => {
            list::diff(&store, (*from, *to), *changes, list)
        }
        StoreCommand::Triage { command: TriageCommand::Set(set) } => decide::set(&mut store, set),
        StoreCommand::Triage { command: TriageCommand::List { secret, history, format } } => {
            decide::list(&store, secret.as_deref(), *history, *format)
        }
    }
}

/// The state of this name, if one is given.
fn state(name: Option<&str>) -> anyhow::Result<Option<TriageState>> {
    Ok(name.map(str::parse).transpose()?)
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// A time for people, UTC.
fn time_of(unix: u64) -> String {
    let (days, seconds) = (unix / 86_400, unix % 86_400);
    let date = scanner_report::date(days.cast_signed());
    format!("{date} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
