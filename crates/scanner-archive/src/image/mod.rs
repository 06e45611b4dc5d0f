//! Container images: which files of a `docker save` archive, of an OCI layout or of skopeo's `dir:` are layers,
//! configurations and manifests.
//!
//! Nothing is unpacked here: [`plan`] reads the manifests and names the parts, each once however many images share it.
//! Manifests are foreign JSON: their size, number and depth are bounded, and what they name may be missing.
//!
//! - `index.rs`: where the files of a tar are
//! - `planner.rs`: what is gathered on the way
//! - `docker.rs`: `manifest.json` and `repositories` of `docker save`
//! - `oci.rs`: indexes and manifests, of the OCI and of Docker's registries

mod docker;
mod index;
mod oci;
mod planner;

pub use index::{TarIndex, TarPlace};
use planner::Planner;

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
    /// A manifest or an index: annotations.
    Manifest,
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
    /// Manifests, configurations and layers, in the order in which they were named, each once.
    pub parts: Vec<Part>,
    /// Files that manifests name and that are not there.
    pub missing: Vec<String>,
    /// Manifests of platforms of which nothing was saved, as `docker save` writes an image of several of which one was
    /// pulled: their index names them all.
    pub absent: Vec<String>,
    /// Layers that are not in the image because they may not be passed on: whoever runs it gets them elsewhere.
    pub foreign: Vec<String>,
    /// Layers that are encrypted.
    pub encrypted: u64,
    /// Layers that were to be left out.
    pub excluded: u64,
    /// Whether anything said what the image consists of.
    pub is_image: bool,
}

/// Reads the manifests. `is_excluded` is asked with the digests of each layer, `sha256:…`, packed and unpacked.
pub fn plan(files: &mut dyn ImageFiles, is_excluded: &dyn Fn(&str) -> bool) -> Plan {
    let mut planner = Planner::new(files, is_excluded);
    docker::manifest(&mut planner);
    oci::follow(&mut planner, "index.json", oci::Layout::Oci);
    if !planner.plan.is_image {
        docker::repositories(&mut planner);
    }
    planner.plan
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
        assert_eq!(
            names(&plan(&mut files, &|_| false)),
            [
                "index.json",
                "blobs/sha256/i1",
                "blobs/sha256/m1",
                "blobs/sha256/c1",
                "blobs/sha256/l1"
            ]
        );
        let hostile = r#"{"manifests":[{"digest":"sha256:../../etc/passwd"},{"digest":7},{}]}"#;
        let empty = plan(&mut made(&[("index.json", hostile)]), &|_| false);
        assert_eq!((empty.parts.len(), empty.missing.len(), empty.is_image), (1, 0, true));
        let none = plan(&mut made(&[("index.json", r#"{"manifests":[]}"#)]), &|_| false);
        assert_eq!((none.parts.len(), none.is_image), (0, true));
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
        assert_eq!(names(&one)[3..], ["blobs/sha256/c1"]);
        assert_eq!(one.absent, ["blobs/sha256/m2", "blobs/sha256/a1"]);
        assert_eq!(one.missing, ["blobs/sha256/l1", "blobs/sha256/m3"]);
        // Where no platform is there, all are missing.
        let none = plan(&mut made(&[top, ("blobs/sha256/i1", index)]), &|_| false);
        assert_eq!((none.absent.len(), none.missing.len()), (0, 4));
    }
    #[test]
    fn annotations_are_scanned_and_blobs_may_stand_in_their_manifest() {
        let mut files = made(&[
            ("index.json", r#"{"manifests":[{"digest":"sha256:m1"}]}"#),
            (
                "blobs/sha256/m1",
                r#"{"annotations":{"a":"b"},
                    "config":{"digest":"sha256:c1","data":"e30="},
                    "layers":[{"digest":"sha256:l1","data":"eA=="},{"digest":"sha512:l2_-="}]}"#,
            ),
            ("blobs/sha512/l2_-=", ""),
        ]);
        let found = plan(&mut files, &|_| false);
        assert_eq!(names(&found), ["index.json", "blobs/sha256/m1", "blobs/sha512/l2_-="]);
        assert_eq!(found.parts[1].kind, PartKind::Manifest);
        assert!(found.missing.is_empty());
    }

    #[test]
    fn foreign_layers_may_be_missing_and_encrypted_ones_are_counted() {
        let manifest = r#"{"config":{"digest":"sha256:c1"},"layers":[
            {"digest":"sha256:l1","mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"},
            {"digest":"sha256:l2","mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"},
            {"digest":"sha256:l3","mediaType":"application/vnd.oci.image.layer.v1.tar+gzip+encrypted"},
            {"digest":"sha256:l4","mediaType":"application/vnd.oci.image.layer.v1.tar"}]}"#;
        let mut files = made(&[
            ("index.json", r#"{"manifests":[{"digest":"sha256:m1"}]}"#),
            ("blobs/sha256/m1", manifest),
            ("blobs/sha256/c1", "{}"),
            ("blobs/sha256/l2", "it is there after all"),
            ("blobs/sha256/l3", ""),
        ]);
        let found = plan(&mut files, &|_| false);
        assert_eq!(names(&found)[2..], ["blobs/sha256/c1", "blobs/sha256/l2"]);
        assert_eq!(found.foreign, ["blobs/sha256/l1"]);
        assert_eq!(found.encrypted, 1);
        assert_eq!(found.missing, ["blobs/sha256/l4"]);
        // `docker save` describes them beside.
        let saved = r#"[{"Config":"c.json","Layers":["a/layer.tar"],"LayerSources":{"sha256:11":
            {"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}}}]"#;
        let config = r#"{"rootfs":{"diff_ids":["sha256:11"]}}"#;
        let found = plan(&mut made(&[("manifest.json", saved), ("c.json", config)]), &|_| false);
        assert_eq!((found.foreign.len(), found.missing.len()), (1, 0));
    }

    #[test]
    fn a_manifest_of_a_registry_names_blobs_beside_it() {
        let mut files = made(&[
            (
                "manifest.json",
                r#"{"schemaVersion":2,"config":{"digest":"sha256:c1"},"layers":[{"digest":"sha256:l1"}]}"#,
            ),
            ("c1", r#"{"rootfs":{"diff_ids":["sha256:11"]}}"#),
            ("l1", ""),
        ]);
        assert_eq!(names(&plan(&mut files, &|_| false)), ["manifest.json", "c1", "l1"]);
        let few = plan(&mut files, &|digest| digest == "sha256:11");
        assert_eq!((names(&few), few.excluded), (vec!["manifest.json", "c1"], 1));
        let mut several = made(&[
            ("manifest.json", r#"{"manifests":[{"digest":"sha256:m1"}]}"#),
            ("m1.manifest.json", r#"{"fsLayers":[{"blobSum":"sha256:l1"}],"history":[]}"#),
            ("l1", ""),
        ]);
        assert_eq!(
            names(&plan(&mut several, &|_| false)),
            ["manifest.json", "m1.manifest.json", "l1"]
        );
        // A manifest of something else.
        assert!(!plan(&mut made(&[("manifest.json", r#"{"name":"app"}"#)]), &|_| false).is_image);
    }

    #[test]
    fn images_without_a_manifest_are_followed_from_tags_along_parents() {
        let mut files = made(&[
            ("repositories", r#"{"x":{"v1":"aa","v2":"bb"},"y":{"z":"../../etc"}}"#),
            ("aa/json", r#"{"id":"aa","parent":"bb"}"#),
            ("aa/layer.tar", ""),
            ("bb/json", r#"{"id":"bb","parent":"aa"}"#),
        ]);
        let found = plan(&mut files, &|_| false);
        assert_eq!(names(&found), ["aa/json", "aa/layer.tar", "bb/json"]);
        assert_eq!(found.missing, ["bb/layer.tar"]);
        assert!(found.is_image);
    }
}
