//! Journals of runs, as a run leaves them that did not end. Records carry a keyed hash, so what strangers can say ends at
//! the first that was altered; whatever there is, the store opens and is sound.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use scanner_core::{FileState, ObjectBatch, ObjectPath, RunInfo, StoreProducer as _};
use scanner_store::{Keys, RootName, RuleEncoding, RunStart, Store, StoreOptions, rule_set_hash};
use tempfile::TempDir;

use crate::Target;

pub(super) const JOURNAL: Target = Target {
    name: "store-journal",
    about: "the journal of a run that did not end",
    seeds: || vec![template().journal.clone(), b"SCRJ".to_vec()],
    words: &[b"SCRJ\x01", &[0xff; 4], &[0; 4]],
    bytes_max: 8192,
    run,
};

const NAME: &str = "s.db";

/// A store with a run that died, whose journal has three records.
struct Template {
    folder: TempDir,
    /// The name of the journal.
    name: PathBuf,
    journal: Vec<u8>,
}

fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = super::folder();
        let store = open(&folder);
        let info = RunInfo {
            version: "0".to_owned(),
            targets: vec!["/r".to_owned()],
            rules: Vec::new(),
            started_unix: 1000,
            stable_identities: true,
        };
        let root = RootName { kind: "fs".to_owned(), name: "/r".to_owned() };
        let rule_set = rule_set_hash(&[], &RuleEncoding::new("settings"));
        let start = RunStart { info: &info, root: &root, rule_set: &rule_set };
        let producer = store.begin_run(&start).expect("a run");
        for number in 0..3_u8 {
            let object = &ObjectPath::new(&[b'f', number]);
            let state = Some(FileState([number; 16]));
            producer.emit_batch(&ObjectBatch {
                object,
                state,
                bytes: 9,
                suppressed: 1,
                findings: &[],
            });
            assert_eq!(producer.flush().error, None);
        }
        drop(producer);
        let is_journal = |path: &PathBuf| path.to_string_lossy().contains("-findings-");
        let mut entries = fs::read_dir(folder.path()).expect("a folder").flatten();
        let path = entries.find_map(|entry| Some(entry.path()).filter(is_journal));
        let path = path.expect("a journal");
        let journal = fs::read(&path).expect("a journal");
        let name = PathBuf::from(path.file_name().expect("a name"));
        Template { folder, name, journal }
    })
}

fn open(folder: &TempDir) -> Store {
    let keys = Arc::new(Keys::from_bytes(&[7; 32]));
    Store::open_or_create(&StoreOptions::at(&folder.path().join(NAME)), keys).expect("a store")
}

fn run(input: &[u8]) {
    let template = template();
    let folder = super::folder();
    fs::copy(template.folder.path().join(NAME), folder.path().join(NAME)).expect("a copy");
    fs::write(folder.path().join(&template.name), input).expect("a file");
    let store = open(&folder);
    assert_eq!(store.check().expect("it is read").problems, [""; 0]);
    assert!(store.run(1).expect("the run").status != "running", "the run is over");
}
