//! What a scan tells the store of itself: what is scanned, and everything that decides about findings.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use scanner_runtime::rules::RuleSpec;
use scanner_runtime::store::{
    Keys, RootName, RuleEncoding, RuleSetHash, Store, StoreError, StoreOptions, rule_set_hash,
};
use scanner_runtime::{
    Decided, GitSelection, GitSource, Ignores, Recalled, RunScope, ScanRequest, Source,
    StoreSession,
};

use super::settings::{archive_depth, decode_depth, globs, min_confidence};
use super::version::VERSION;
use crate::args::ScanArgs;
use crate::config_file::Config;
use crate::dates::today;

/// The store of a scan: open, with what earlier runs know of what is scanned; or why it cannot be used.
pub(crate) struct ScanStore {
    outcome: Result<(Store, Recalled), StoreError>,
    scope: RunScope,
    /// Whether only a part of a history is scanned.
    is_partial: bool,
}

impl ScanStore {
    /// Opens the store at `path`.
    pub(crate) fn open(
        path: &Path,
        keys: &Arc<Keys>,
        scope: RunScope,
        source: &Source,
        full: bool,
    ) -> Self {
        let is_partial = is_partial(source);
        let store = Store::open_or_create(&StoreOptions::at(path), Arc::clone(keys));
        let outcome = store.and_then(|store| {
            let recalls = !full && !is_partial;
            let recalled =
                if recalls { Recalled::of(&store, &scope)? } else { Recalled::default() };
            Ok((store, recalled))
        });
        Self { outcome, scope, is_partial }
    }

    /// Whether an earlier run has told the whole history that is scanned.
    pub(crate) fn knows_history(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|(_, recalled)| recalled.knows_history())
    }

    /// What was decided about secrets. Decisions that cannot be read silence nothing.
    pub(crate) fn decided(&self, keys: &Arc<Keys>) -> Option<Arc<dyn Ignores>> {
        let (store, _) = self.outcome.as_ref().ok()?;
        match store.silenced_secrets(&today()) {
            Ok(secrets) => Some(Arc::new(Decided::new(Arc::clone(keys), secrets))),
            Err(error) => {
                tracing::warn!("decisions of the store are not applied: {error}");
                None
            }
        }
    }

    /// Begins a run in the store; none for a part of history: what a range or a hook looks at says nothing about what
    /// a root holds.
    pub(crate) fn begin(self, request: &ScanRequest, args: &ScanArgs) -> Option<StoreSession> {
        if self.is_partial {
            return None;
        }
        let replays = !args.show_secrets && !request.identities.ignores.needs_secrets();
        let session = StoreSession::begin(self.outcome, &request.run_info(), self.scope, replays);
        if let Some(run) = session.run() {
            tracing::info!("run {run} of the store");
        }
        Some(session)
    }
}

/// What of earlier runs holds for a scan.
pub(crate) fn scope(source: &Source, dedup: bool, rule_set: RuleSetHash) -> RunScope {
    RunScope { root: root_name(source), rule_set, start_set: start_set(source, dedup) }
}

/// Everything that decides what a scan of given bytes finds. What only decides which bytes are looked at, or what is
/// ignored by identity, is no part of it. A new setting that changes findings belongs here: without it a store would tell
/// what it knows from before.
pub(crate) fn rule_set(specs: &[RuleSpec], args: &ScanArgs, config: &Config) -> RuleSetHash {
    let program = program();
    let own = config.detectors.iter().map(|detector| &detector.spec);
    let own: HashSet<&str> = own
        .chain(config.foreign_rules.iter().map(|rule| &rule.spec))
        .map(|spec| spec.id.as_str())
        .collect();
    let rules: Vec<RuleEncoding> = specs
        .iter()
        .map(|spec| {
            let encoding = RuleEncoding::new(&spec.id);
            // What a built-in rule says is told by the program it is built into.
            let is_told = !program.is_empty() && !own.contains(spec.id.as_str());
            if is_told { encoding } else { encoding.bytes("spec", &spec.to_bytes()) }
        })
        .collect();
    let confidence = min_confidence(args, config);
    let mut allow = format!("{:?}{:?}", config.allow_paths, config.allow_values);
    let _ = write!(allow, "{:?}{:?}", config.allow_rules, config.allow_lists);
    let settings = RuleEncoding::new("scan")
        .text("version", VERSION)
        .text("program", &program)
        .text("min-confidence", confidence.name())
        .text("inline-markers", &format!("{:?}", args.ignore_inline))
        .text("decode-depth", &decode_depth(args, config).to_string())
        .text("entry-paths", &format!("{:?}", globs(args, config)))
        .text("archive-depth", &archive_depth(args, config).to_string())
        .text("allow", &allow);
    rule_set_hash(&rules, &settings)
}

/// What tells this build of the program from another of the same version.
fn program() -> String {
    let facts = std::env::current_exe().and_then(std::fs::metadata);
    facts
        .map(|facts| {
            let modified =
                facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            format!("{} {}", facts.len(), modified.map_or(0, |time| time.as_nanos()))
        })
        .unwrap_or_default()
}

/// What of a history is looked at, and how its findings are told.
fn start_set(source: &Source, dedup: bool) -> Option<String> {
    let (Source::Git(git) | Source::WorkTree { git, .. }) = source else { return None };
    let GitSource { mode, all_paths, paths, max_object_bytes, .. } = git;
    let facts = format!("{mode:?} {all_paths} {dedup} {max_object_bytes} {paths:?}");
    Some(rule_set_hash(&[], &RuleEncoding::new("start-set").text("facts", &facts)).to_hex())
}

fn is_partial(source: &Source) -> bool {
    match source {
        Source::Git(git) | Source::WorkTree { git, .. } => git.selection != GitSelection::All,
        Source::Files { .. } | Source::Image { .. } | Source::Stream { .. } => false,
    }
}

fn root_name(source: &Source) -> RootName {
    let (kind, name) = match source {
        Source::Files { roots, .. } => ("fs", names(roots)),
        Source::Git(git) => ("git", names(&git.repositories)),
        Source::WorkTree { roots, .. } => ("worktree", names(roots)),
        Source::Image { images, .. } => ("image", names(images)),
        Source::Stream { name } => ("stdin", name.clone()),
    };
    RootName { kind: kind.to_owned(), name }
}

/// Absolute paths, sorted, so that the same roots have the same name wherever the scan is started.
fn names(roots: &[PathBuf]) -> String {
    let real = |root: &PathBuf| root.canonicalize().unwrap_or_else(|_| root.clone());
    let mut names: Vec<String> =
        roots.iter().map(|root| real(root).to_string_lossy().into_owned()).collect();
    names.sort();
    names.dedup();
    names.join(" + ")
}
