//! Indexes and manifests: of the OCI, of Docker's registries (schema 1 and 2), of artifacts.

use serde_json::Value;

use super::PartKind;
use super::planner::{Layer, Planner, list};

/// Indexes inside each other.
const DEPTH_MAX: u32 = 4;

/// Keys of which a manifest or an index has one.
const KEYS: [&str; 5] = ["manifests", "config", "layers", "blobs", "fsLayers"];

/// How blobs are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// `blobs/sha256/…`.
    Oci,
    /// By their hash, in the folder of `manifest.json`; further manifests end in `.manifest.json`.
    Folder,
}

impl Layout {
    /// The file of what a digest stands for. A digest that is none names no file.
    fn blob(self, digest: &Value) -> Option<String> {
        let (algorithm, hash) = digest.as_str()?.split_once(':')?;
        let begins = |text: &str| text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
        let is_plain = |text: &str, marks: &[u8]| {
            begins(text) && text.bytes().all(|b| b.is_ascii_alphanumeric() || marks.contains(&b))
        };
        if !is_plain(algorithm, b"+._-") || !is_plain(hash, b"=_-") {
            return None;
        }
        Some(match self {
            Self::Oci => format!("blobs/{algorithm}/{hash}"),
            Self::Folder => hash.to_owned(),
        })
    }

    fn manifest(self, digest: &Value) -> Option<String> {
        let blob = self.blob(digest)?;
        Some(if self == Self::Folder { format!("{blob}.manifest.json") } else { blob })
    }
}

/// The topmost index or manifest, and what it leads to; nothing where it is not there.
pub(super) fn follow(planner: &mut Planner<'_>, name: &str, layout: Layout) {
    if let Some(json) = planner.json(name).filter(is_manifest) {
        planner.plan.is_image = true;
        read(planner, name, &json, (layout, 0));
    }
}

fn is_manifest(json: &Value) -> bool {
    json.as_object().is_some_and(|object| KEYS.iter().any(|key| object.contains_key(*key)))
}

fn read(planner: &mut Planner<'_>, name: &str, json: &Value, (layout, depth): (Layout, u32)) {
    // An index that names nothing is nothing to scan.
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    if KEYS.iter().any(|key| !is_empty(&json[*key])) {
        planner.part(name, PartKind::Manifest);
    }
    let manifests = list(&json["manifests"]);
    let is_of_platform = |manifest: &Value| manifest["platform"].is_object();
    let is_some_there = manifests.iter().any(|manifest| {
        is_of_platform(manifest)
            && layout.manifest(&manifest["digest"]).is_some_and(|blob| planner.files.has(&blob))
    });
    for manifest in manifests {
        let Some(blob) = layout.manifest(&manifest["digest"]) else { continue };
        if !planner.claim(&blob) {
            continue;
        }
        if is_some_there && is_of_platform(manifest) && !planner.files.has(&blob) {
            planner.plan.absent.push(blob);
        } else if let Some(json) = planner.json(&blob).filter(|_| depth < DEPTH_MAX) {
            read(planner, &blob, &json, (layout, depth + 1));
        } else {
            planner.plan.missing.push(blob);
        }
    }
    image(planner, json, layout);
}

/// What belongs to one image or artifact.
fn image(planner: &mut Planner<'_>, json: &Value, layout: Layout) {
    let config = layout.blob(&json["config"]["digest"]);
    let facts = config.as_deref().and_then(|name| planner.json(name)).unwrap_or_default();
    if let Some(config) = config.filter(|name| !is_told(planner, &json["config"], name)) {
        planner.part(&config, PartKind::Config);
    }
    let unpacked = &facts["rootfs"]["diff_ids"];
    for (index, descriptor) in list(&json["layers"]).iter().enumerate() {
        layer(planner, descriptor, (layout, unpacked[index].as_str()));
    }
    for blob in list(&json["blobs"]) {
        layer(planner, blob, (layout, None));
    }
    for old in list(&json["fsLayers"]) {
        if let Some(name) = layout.blob(&old["blobSum"]) {
            let packed = old["blobSum"].as_str();
            planner.layer(Layer { name: &name, packed, ..Layer::default() });
        }
    }
}

fn layer(
    planner: &mut Planner<'_>,
    descriptor: &Value,
    (layout, unpacked): (Layout, Option<&str>),
) {
    let Some(name) = layout.blob(&descriptor["digest"]) else { return };
    if is_told(planner, descriptor, &name) {
        return;
    }
    let packed = descriptor["digest"].as_str();
    let media_type = descriptor["mediaType"].as_str().unwrap_or_default();
    planner.layer(Layer { name: &name, packed, unpacked, media_type });
}

/// Whether a manifest holds a blob itself, which is then scanned with the manifest.
fn is_told(planner: &mut Planner<'_>, descriptor: &Value, name: &str) -> bool {
    descriptor["data"].is_string() && !planner.files.has(name)
}
