//! What keeps findings out of the reports of a scan by identity: the ignore file, baselines, decisions of the store.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scanner_runtime::store::Baseline;
use scanner_runtime::{Baselines, IgnoreChain, IgnoreFile, Ignores};

use crate::config_file;
use crate::dates::today;
use crate::messages;

/// The ignore file looked for in the scanned root.
const IGNORE_FILE: &str = ".scannerignore";

/// Files of other tools that are read where they stand in the scanned root.
const FOREIGN_FILES: [&str; 3] = [".gitleaksignore", ".betterleaksignore", ".secrets.baseline"];

/// Everything of the kind.
pub(crate) struct Silencers {
    ignore_file: Arc<IgnoreFile>,
    baselines: Arc<Baselines>,
    decided: Arc<dyn Ignores>,
}

impl Silencers {
    /// The ignore file and what was decided, without baselines.
    pub(crate) fn new(root: Option<&Path>, decided: Arc<dyn Ignores>) -> anyhow::Result<Self> {
        let ignore_file = Arc::new(ignore_file(root)?);
        Ok(Self { ignore_file, baselines: Arc::default(), decided })
    }

    /// Adds baselines: those that were stated, which have to be there, and those of other tools in the root.
    pub(crate) fn with_baselines(
        mut self,
        stated: &[PathBuf],
        root: Option<&Path>,
        rules: &HashSet<String>,
    ) -> anyhow::Result<Self> {
        let today = today();
        let mut all = Vec::new();
        for path in stated {
            all.push(Baseline::read(path, &today, rules)?);
        }
        let found = FOREIGN_FILES.iter().filter_map(|name| Some(root?.join(name)));
        for path in found.filter(|path| path.is_file() && !stated.contains(path)) {
            match Baseline::read(&path, &today, rules) {
                Ok(baseline) => all.push(baseline),
                Err(error) => messages::note(&format!("warning: {error}")),
            }
        }
        for baseline in &all {
            tell_limits(baseline);
        }
        self.baselines = Arc::new(Baselines::new(all));
        Ok(self)
    }

    /// All of them, as one.
    pub(crate) fn chain(&self) -> Arc<dyn Ignores> {
        Arc::new(IgnoreChain(vec![
            Arc::clone(&self.ignore_file) as Arc<dyn Ignores>,
            Arc::clone(&self.baselines) as Arc<dyn Ignores>,
            Arc::clone(&self.decided),
        ]))
    }

    /// Says after a scan which entries are over or were not needed.
    pub(crate) fn tell_after(&self) {
        let expired = self.baselines.expired();
        if expired > 0 {
            messages::note(&format!(
                "{expired} findings count again: the last day of their baseline entry is over"
            ));
        }
        for (line, id) in self.ignore_file.stale() {
            tracing::info!("{IGNORE_FILE}:{line}: {id} silences nothing any more");
        }
        for baseline in self.baselines.all() {
            let stale = baseline.stale();
            if stale > 0 {
                let file = baseline.file();
                tracing::info!("{file}: {stale} entries silence nothing any more");
            }
        }
    }
}

/// Says what of another tool's file holds less well than it should.
fn tell_limits(baseline: &Baseline) {
    let file = baseline.file();
    let positional = baseline.positional();
    if positional > 0 {
        tracing::info!(
            "{file}: {positional} entries are held by file and line and are void when the line moves; \
             `baseline create` makes lasting ones"
        );
    }
    let ignored = baseline.ignored();
    if ignored > 0 {
        messages::note(&format!("warning: {file}: {ignored} entries cannot be read"));
    }
}

fn ignore_file(root: Option<&Path>) -> anyhow::Result<IgnoreFile> {
    let today = today();
    let Some(path) = root.map(|root| root.join(IGNORE_FILE)).filter(|path| path.is_file()) else {
        return Ok(IgnoreFile::empty(&today));
    };
    let text = config_file::read_text(&path)?;
    Ok(IgnoreFile::parse(&path.display().to_string(), &text, &today)?)
}
