//! Engine, store and repositories of a scan: made beside each other, for each takes about as long as the others.
//!
//! Where a history is scanned again, most likely nothing is left to scan. The engine is then put off until something is:
//! that an earlier run has told this history with these rules and this program says that they make one.

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};

use scanner_runtime::engine::Engine;
use scanner_runtime::rules::RuleSpec;
use scanner_runtime::store::Keys;
use scanner_runtime::{GitMode, GitSelection, NoEngine, RunEngine, Source};

use super::settings;
use super::storing::{self, ScanStore};
use crate::args::ScanArgs;
use crate::config_file::Config;
use crate::engine_choice::{Choice, ChoiceError};
use crate::env::Environment;
use crate::ruleset;

/// What a scan is made from.
pub(super) struct Ingredients<'a> {
    pub(super) args: &'a ScanArgs,
    pub(super) config: &'a Arc<Config>,
    pub(super) environment: &'a Environment,
    pub(super) specs: &'a Arc<[RuleSpec]>,
    pub(super) source: &'a Source,
    /// Whether a secret is reported once with all its places.
    pub(super) dedup: bool,
    pub(super) keys: &'a Arc<Keys>,
}

/// The engine, or why there is none; and the store at `place`. Repositories are opened where the scan finds them.
pub(super) fn make(
    of: &Ingredients<'_>,
    place: Option<&Path>,
) -> (Result<RunEngine, ChoiceError>, Option<ScanStore>) {
    let choice = Choice::of(of.args.engine, &of.config.scan);
    let options = || settings::engine_options(of.args, of.config);
    let build = || choice.build(of.specs, options(), of.environment).map(RunEngine::from);
    if place.is_none() && !matches!(of.source, Source::Git(_)) {
        return (build(), None);
    }
    let may_put_off = place.is_some_and(|place| may_put_off(of, choice, place));
    thread::scope(|scope| {
        let engine = (!may_put_off).then(|| scope.spawn(build));
        let store = match of.source {
            Source::Git(git) => {
                let store = place.map(|place| scope.spawn(|| of.open_store(place)));
                // Here and not on a thread of its own: its many names are had for less where the program began.
                git.open_ahead();
                store.map(joined)
            }
            _ => place.map(|place| of.open_store(place)),
        };
        let engine = match engine {
            Some(engine) => joined(engine),
            None if store.as_ref().is_some_and(ScanStore::knows_history) => Ok(of.later()),
            None => build(),
        };
        (engine, store)
    })
}

/// Whether all of a history is asked for, of which the store may know everything.
fn may_put_off(of: &Ingredients<'_>, choice: Choice, place: &Path) -> bool {
    let Source::Git(git) = of.source else { return false };
    let is_everything = git.selection == GitSelection::All && git.mode == GitMode::OdbBlob;
    let is_bounded = settings::max_memory(of.args, of.config).is_some();
    is_everything && !choice.is_vectorscan && !is_bounded && place.exists()
}

impl Ingredients<'_> {
    fn open_store(&self, place: &Path) -> ScanStore {
        let rule_set = storing::rule_set(self.specs, self.args, self.config);
        let scope = storing::scope(self.source, self.dedup, rule_set);
        // What is known from before has no ledger.
        let full = self.args.store.full || self.args.show_suppressed.is_some();
        ScanStore::open(place, self.keys, scope, self.source, full)
    }

    fn later(&self) -> RunEngine {
        let rules = self.specs.iter().map(|spec| Arc::new(spec.info())).collect();
        let options = settings::engine_options(self.args, self.config);
        let (specs, config) = (Arc::clone(self.specs), Arc::clone(self.config));
        RunEngine::later(rules, move || {
            let place = |error| NoEngine::from(ruleset::with_place(&config, error));
            Engine::new(&specs, options).map_err(place)
        })
    }
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
