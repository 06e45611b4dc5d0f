//! Container images: which files of a `docker save` archive or of an OCI layout are layers and configurations.
//!
//! Nothing is unpacked here: [`plan`] reads the manifests and names the parts, each once however many images share it.
//! Manifests are foreign JSON: their size, number and depth are bounded, and what they name may be missing.

mod index;

use std::collections::BTreeSet;

use serde_json::Value;

pub use index::{TarIndex, TarPlace};

/// The longest manifest or configuration that is understood.
const JSON_BYTES_MAX: u64 = 4 << 20;
/// Manifests that are followed, indexes included.
const MANIFESTS_MAX: usize = 4096;
/// Indexes inside each other.
const DEPTH_MAX: u32 = 4;

/// Gives the files of an image by name.
pub trait ImageFiles {
    /// The content of a file of at most `bytes_max`; `None` where there is none or it is longer.
    fn read(&mut self, name: &str, bytes_max: u64) -> Option<Vec<u8>>;

    /// Whether there is such a file.
    fn has(&mut self, name: &str) -> bool;
}

/// What a part of an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// The configuration: environment, labels, history.
    Config,
    /// A layer.
    Layer,
}

/// A part to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its file in the image.
    pub name: String,
    /// What it is.
    pub kind: PartKind,
}

/// What there is to scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Configurations and layers, in the order in which they were named, each once.
    pub parts: Vec<Part>,
    /// Files that manifests name and that are not there.
    pub missing: Vec<String>,
    /// Manifests of platforms of which nothing was saved, as `docker save` writes an image of several of which one was
    /// pulled: their index names them all.
    pub absent: Vec<String>,
    /// Layers that were to be left out.
    pub excluded: u64,
    /// Whether anything said what the image consists of.
    pub is_image: bool,
}

/// Reads the manifests. `is_excluded` is asked with the digests of each layer, `sha256:…`, packed and unpacked.
pub fn plan(files: &mut dyn ImageFiles, is_excluded: &dyn Fn(&str) -> bool) -> Plan {
    let mut planner =
        Planner { files, is_excluded, seen: BTreeSet::new(), manifests: 0, plan: Plan::default() };
    planner.docker();
    planner.follow("index.json", 0);
    planner.plan
}

struct Planner<'a> {
    files: &'a mut dyn ImageFiles,
    is_excluded: &'a dyn Fn(&str) -> bool,
    seen: BTreeSet<String>,
    manifests: usize,
    plan: Plan,
}

impl Planner<'_> {
    fn json(&mut self, name: &str) -> Option<Value> {
        serde_json::from_slice(&self.files.read(name, JSON_BYTES_MAX)?).ok()
    }

    /// `manifest.json`, as `docker save` writes it.
    fn docker(&mut self) {
        let Some(Value::Array(images)) = self.json("manifest.json") else { return };
        self.plan.is_image = true;
        for image in images.iter().take(MANIFESTS_MAX) {
            let config = image["Config"].as_str();
            let layers = image["Layers"].as_array().map_or(&[][..], Vec::as_slice);
            let layers: Vec<&str> = layers.iter().filter_map(Value::as_str).collect();
            self.image(config, &layers);
        }
    }

    /// An index or a manifest of the OCI, and what they lead to.
    fn follow(&mut self, name: &str, depth: u32) {
        self.manifests += 1;
        if depth > DEPTH_MAX || self.manifests > MANIFESTS_MAX {
            return self.plan.missing.push(name.to_owned());
        }
        let Some(json) = self.json(name) else {
            if depth > 0 {
                self.plan.missing.push(name.to_owned());
            }
            return;
        };
        self.plan.is_image = true;
        let manifests = json["manifests"].as_array().map_or(&[][..], Vec::as_slice);
        let is_of_platform = |manifest: &Value| manifest["platform"].is_object();
        let is_some_there = manifests.iter().any(|manifest| {
            is_of_platform(manifest) && blob_of(manifest).is_some_and(|blob| self.files.has(&blob))
        });
        for manifest in manifests {
            if let Some(blob) = blob_of(manifest)
                && self.seen.insert(format!("manifest {blob}"))
            {
                if is_some_there && is_of_platform(manifest) && !self.files.has(&blob) {
                    self.plan.absent.push(blob);
                } else {
                    self.follow(&blob, depth + 1);
                }
            }
        }
        let config = blob_of(&json["config"]);
        let layers = json["layers"].as_array().map_or(&[][..], Vec::as_slice);
        let layers: Vec<String> = layers.iter().filter_map(blob_of).collect();
        let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
        self.image(config.as_deref(), &layers);
    }

    fn image(&mut self, config: Option<&str>, layers: &[&str]) {
        let json = config.and_then(|name| self.json(name)).unwrap_or_default();
        if let Some(config) = config {
            self.part(config, PartKind::Config);
        }
        let unpacked = &json["rootfs"]["diff_ids"];
        for (index, layer) in layers.iter().enumerate() {
            let own = digest_of(layer);
            let other = unpacked[index].as_str();
            let excluded = [own.as_deref(), other].into_iter().flatten().any(self.is_excluded);
            if !excluded {
                self.part(layer, PartKind::Layer);
            } else if self.seen.insert((*layer).to_owned()) {
                self.plan.excluded += 1;
            }
        }
    }

    fn part(&mut self, name: &str, kind: PartKind) {
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

/// The file of what a descriptor speaks of. A digest that is none names no file.
fn blob_of(descriptor: &Value) -> Option<String> {
    let (algorithm, hash) = descriptor["digest"].as_str()?.split_once(':')?;
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_plain(algorithm) && is_plain(hash)).then(|| format!("blobs/{algorithm}/{hash}"))
}

/// The digest that a blob's name states.
fn digest_of(name: &str) -> Option<String> {
    let (algorithm, hash) = name.strip_prefix("blobs/")?.split_once('/')?;
    Some(format!("{algorithm}:{hash}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    struct Made(BTreeMap<String, String>);

    impl ImageFiles for Made {
        fn read(&mut self, name: &str, bytes_max: u64) -> Option<Vec<u8>> {
            let bytes = self.0.get(name)?.as_bytes();
            (bytes.len() as u64 <= bytes_max).then(|| bytes.to_vec())
        }

        fn has(&mut self, name: &str) -> bool {
            self.0.contains_key(name)
        }
    }

    fn made(files: &[(&str, &str)]) -> Made {
        Made(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    fn names(plan: &Plan) -> Vec<&str> {
        plan.parts.iter().map(|part| part.name.as_str()).collect()
    }

    #[test]
    fn layers_are_named_once_and_left_out_by_either_digest() {
        let mut files = made(&[
            (
                "manifest.json",
                r#"[{"Config":"c.json","Layers":["blobs/sha256/aa","b/layer.tar"]},
                    {"Config":"c.json","Layers":["blobs/sha256/aa","blobs/sha256/cc"]}]"#,
            ),
            ("c.json", r#"{"rootfs":{"diff_ids":["sha256:11","sha256:22"]}}"#),
            ("blobs/sha256/aa", ""),
            ("b/layer.tar", ""),
        ]);
        let all = plan(&mut files, &|_| false);
        assert_eq!(names(&all), ["c.json", "blobs/sha256/aa", "b/layer.tar"]);
        assert_eq!(all.missing, ["blobs/sha256/cc"]);
        let few = plan(&mut files, &|digest| digest == "sha256:aa" || digest == "sha256:22");
        assert_eq!((names(&few), few.excluded), (vec!["c.json"], 3));
    }

    #[test]
    fn indexes_lead_to_manifests_and_loops_end() {
        let mut files = made(&[
            ("index.json", r#"{"manifests":[{"digest":"sha256:i1"},{"digest":"sha256:m1"}]}"#),
            ("blobs/sha256/i1", r#"{"manifests":[{"digest":"sha256:i1"},{"digest":"sha256:m1"}]}"#),
            (
                "blobs/sha256/m1",
                r#"{"config":{"digest":"sha256:c1"},"layers":[{"digest":"sha256:l1"}]}"#,
            ),
            ("blobs/sha256/c1", "{}"),
            ("blobs/sha256/l1", ""),
        ]);
        assert_eq!(names(&plan(&mut files, &|_| false)), ["blobs/sha256/c1", "blobs/sha256/l1"]);
        let hostile = r#"{"manifests":[{"digest":"sha256:../../etc/passwd"},{"digest":7},{}]}"#;
        let empty = plan(&mut made(&[("index.json", hostile)]), &|_| false);
        assert_eq!((empty.parts.len(), empty.missing.len(), empty.is_image), (0, 0, true));
        assert!(!plan(&mut made(&[("manifest.json", "[")]), &|_| false).is_image);
    }

    #[test]
    fn platforms_that_were_not_saved_are_told_apart_from_what_is_missing() {
        let index = r#"{"manifests":[
            {"digest":"sha256:m1","platform":{"os":"linux","architecture":"amd64"}},
            {"digest":"sha256:m2","platform":{"os":"linux","architecture":"arm64"}},
            {"digest":"sha256:a1","platform":{"os":"unknown","architecture":"unknown"}},
            {"digest":"sha256:m3"}]}"#;
        let manifest = r#"{"config":{"digest":"sha256:c1"},"layers":[{"digest":"sha256:l1"}]}"#;
        let top = ("index.json", r#"{"manifests":[{"digest":"sha256:i1"}]}"#);
        let one = plan(
            &mut made(&[
                top,
                ("blobs/sha256/i1", index),
                ("blobs/sha256/m1", manifest),
                ("blobs/sha256/c1", "{}"),
            ]),
            &|_| false,
        );
        assert_eq!(names(&one), ["blobs/sha256/c1"]);
        assert_eq!(one.absent, ["blobs/sha256/m2", "blobs/sha256/a1"]);
        assert_eq!(one.missing, ["blobs/sha256/l1", "blobs/sha256/m3"]);
        // Where no platform is there, all are missing.
        let none = plan(&mut made(&[top, ("blobs/sha256/i1", index)]), &|_| false);
        assert_eq!((none.absent.len(), none.missing.len()), (0, 4));
    }
}
