//! What is gathered of an image while its manifests are read: parts, each once, and what is missing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ImageFiles, Part, PartKind, Plan};

/// The longest manifest or configuration that is understood.
const JSON_BYTES_MAX: u64 = 4 << 20;
/// Manifests that are followed, indexes included.
pub(super) const MANIFESTS_MAX: usize = 4096;

/// A layer as a manifest names it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Layer<'a> {
    /// Its file.
    pub(super) name: &'a str,
    /// The digest of the file.
    pub(super) packed: Option<&'a str>,
    /// The digest of the tar in it.
    pub(super) unpacked: Option<&'a str>,
    /// What it is said to be.
    pub(super) media_type: &'a str,
}

impl Layer<'_> {
    /// Whether it may be missing: `…foreign…` is Docker's word, `…nondistributable…` the OCI's.
    fn is_foreign(&self) -> bool {
        self.media_type.contains(".foreign.") || self.media_type.contains(".nondistributable.")
    }
}

/// The plan, as far as it is known.
pub(super) struct Planner<'a> {
    pub(super) files: &'a mut dyn ImageFiles,
    is_excluded: &'a dyn Fn(&str) -> bool,
    seen: BTreeSet<String>,
    manifests: usize,
    pub(super) plan: Plan,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        files: &'a mut dyn ImageFiles,
        is_excluded: &'a dyn Fn(&str) -> bool,
    ) -> Self {
        Self { files, is_excluded, seen: BTreeSet::new(), manifests: 0, plan: Plan::default() }
    }

    pub(super) fn json(&mut self, name: &str) -> Option<Value> {
        serde_json::from_slice(&self.files.read(name, JSON_BYTES_MAX)?).ok()
    }

    /// Whether a manifest has not been followed yet and may be.
    pub(super) fn claim(&mut self, name: &str) -> bool {
        if !self.seen.insert(format!("manifest {name}")) {
            return false;
        }
        self.manifests += 1;
        let may = self.manifests <= MANIFESTS_MAX;
        if !may {
            self.plan.missing.push(name.to_owned());
        }
        may
    }

    pub(super) fn layer(&mut self, layer: Layer<'_>) {
        let digests = [layer.packed, layer.unpacked].into_iter().flatten();
        let is_excluded = digests.into_iter().any(self.is_excluded);
        let is_encrypted = layer.media_type.ends_with("+encrypted");
        let is_elsewhere = layer.is_foreign() && !self.files.has(layer.name);
        if !(is_excluded || is_encrypted || is_elsewhere) {
            self.part(layer.name, PartKind::Layer);
        } else if self.seen.insert(layer.name.to_owned()) {
            if is_excluded {
                self.plan.excluded += 1;
            } else if is_encrypted {
                self.plan.encrypted += 1;
            } else {
                self.plan.foreign.push(layer.name.to_owned());
            }
        }
    }

    pub(super) fn part(&mut self, name: &str, kind: PartKind) {
        if !self.seen.insert(name.to_owned()) {
            return;
        }
        if self.files.has(name) {
            self.plan.parts.push(Part { name: name.to_owned(), kind });
        } else {
            self.plan.missing.push(name.to_owned());
        }
    }
}

/// The elements of a list; none where it is no list.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
