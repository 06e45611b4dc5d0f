//! What `docker save` writes: `manifest.json`, and before Docker 1.10 `repositories` alone.

use serde_json::Value;

use super::PartKind;
use super::oci::{self, Layout};
use super::planner::{Layer, MANIFESTS_MAX, Planner, list};

/// `manifest.json`: a list of images. skopeo's `dir:` has a manifest of a registry by that name.
pub(super) fn manifest(planner: &mut Planner<'_>) {
    let images = match planner.json("manifest.json") {
        Some(Value::Array(images)) => images,
        Some(Value::Object(_)) => return oci::follow(planner, "manifest.json", Layout::Folder),
        _ => return,
    };
    planner.plan.is_image = true;
    for image in images.iter().take(MANIFESTS_MAX) {
        one(planner, image);
    }
}

fn one(planner: &mut Planner<'_>, image: &Value) {
    let config = image["Config"].as_str();
    let json = config.and_then(|name| planner.json(name)).unwrap_or_default();
    if let Some(config) = config {
        planner.part(config, PartKind::Config);
    }
    let unpacked = &json["rootfs"]["diff_ids"];
    for (index, layer) in list(&image["Layers"]).iter().enumerate() {
        let Some(name) = layer.as_str() else { continue };
        let packed = digest_of(name);
        let unpacked = unpacked[index].as_str();
        // Layers that may not be passed on are described beside.
        let source = &image["LayerSources"][unpacked.unwrap_or_default()];
        let media_type = source["mediaType"].as_str().unwrap_or_default();
        planner.layer(Layer { name, packed: packed.as_deref(), unpacked, media_type });
    }
}

/// The digest that a blob's name states.
fn digest_of(name: &str) -> Option<String> {
    let (algorithm, hash) = name.strip_prefix("blobs/")?.split_once('/')?;
    Some(format!("{algorithm}:{hash}"))
}

/// `repositories`: names and tags lead to the id of the topmost layer, and each layer's `json` to the one below it.
pub(super) fn repositories(planner: &mut Planner<'_>) {
    let Some(Value::Object(repositories)) = planner.json("repositories") else { return };
    let tags = repositories.values().filter_map(Value::as_object).flat_map(|tags| tags.values());
    let ids: Vec<String> = tags.filter_map(id_of).take(MANIFESTS_MAX).collect();
    for id in ids {
        planner.plan.is_image = true;
        let mut next = Some(id);
        while let Some(id) = next.filter(|id| planner.claim(id)) {
            let config = format!("{id}/json");
            next = planner.json(&config).and_then(|json| id_of(&json["parent"]));
            planner.part(&config, PartKind::Config);
            planner.layer(Layer { name: &format!("{id}/layer.tar"), ..Layer::default() });
        }
    }
}

fn id_of(value: &Value) -> Option<String> {
    let id = value.as_str()?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| id.to_owned())
}
