//! The forms in which files write generic credentials, one secret and one hard stand-in each: the first is found, whole and
//! likely, and the second is not reported.

mod files;
mod headers;
mod kinds;
mod quiet;

use scanner_core::{Chunk, Confidence, FileId};
use scanner_engine::{Engine, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::builtin;

/// A form: name, path, text with `{v}` (`{b}`: base64 of a user and the value; `{h}`: a hash), and the same form around
/// something that is no secret.
pub(crate) type Form = (&'static str, &'static str, &'static str, &'static str);

fn value() -> String {
    ["Vq7mZ2xK", "tR4wNb9L", "sYc3HgTe"].concat()
}

/// What each placeholder stands for.
fn values() -> [(&'static str, String); 3] {
    let pair = format!("ops:{}", value());
    let hash = ["d41a8c0f98b2e4e9", "7009b3c7f2e5a61b"].concat();
    [("{v}", value()), ("{b}", data_encoding::BASE64.encode(pair.as_bytes())), ("{h}", hash)]
}

/// The built-in detectors, and what of a text they report without being asked for more.
pub(crate) struct Reader {
    engine: Engine,
    scratch: ScanScratch,
}

impl Reader {
    pub(crate) fn new() -> Self {
        let engine = Engine::new(&builtin::specs(), EngineOptions::default()).expect("it compiles");
        let scratch = ScanScratch::new(&engine);
        Self { engine, scratch }
    }

    pub(crate) fn likely(&mut self, path: &str, text: &str) -> Vec<(String, String)> {
        let file_id = FileId::new(0);
        self.scratch.begin_object(&ObjectFacts {
            file_id,
            path: path.as_bytes(),
            is_binary: false,
        });
        self.engine.scan_chunk_into(&Chunk::whole(file_id, text.as_bytes()), &mut self.scratch);
        let is_likely = |f: &scanner_engine::FindingRef<'_>| f.rec.confidence >= Confidence::Likely;
        let told = self.scratch.findings().iter().filter(is_likely).map(|f| {
            let rule = self.engine.rule_info(f.rec.rule_id).id.clone();
            (rule, String::from_utf8_lossy(f.secret).into_owned())
        });
        told.collect()
    }
}

fn check(forms: &[Form]) {
    let mut reader = Reader::new();
    let mut wrong = Vec::new();
    for (name, path, secret, other) in forms {
        let (place, value) =
            values().into_iter().find(|(place, _)| secret.contains(place)).expect("a placeholder");
        let found = reader.likely(path, &secret.replace(place, &value));
        if !matches!(found.as_slice(), [(_, secret)] if *secret == value) {
            wrong.push(format!("{name}: {found:?}"));
        }
        let found = reader.likely(path, other);
        if !found.is_empty() {
            wrong.push(format!("{name}: the stand-in is reported: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 2 * forms.len(), wrong.join("\n"));
}

#[test]
fn forms_are_found_and_their_stand_ins_are_not() {
    check(files::FORMS);
}

#[test]
fn headers_are_found_and_their_stand_ins_are_not() {
    check(headers::FORMS);
}

#[test]
fn every_family_of_files_has_its_notations() {
    check(kinds::FORMS);
}

#[test]
fn what_is_no_secret_stays_quiet() {
    let mut reader = Reader::new();
    let told = quiet::TEXTS.iter().filter_map(|(name, path, text)| {
        let found = reader.likely(path, text);
        (!found.is_empty()).then(|| format!("{name}: {found:?}"))
    });
    let told: Vec<String> = told.collect();
    assert!(told.is_empty(), "{} of {}:\n{}", told.len(), quiet::TEXTS.len(), told.join("\n"));
}
