//! Archives in the history of a repository: each blob is opened once by the driver that opens files, within the same
//! budgets, and its entries are told with the paths of the blob, their own, and their own time.

use std::path::Path;

use scanner_testkit::archives::{Tar, Zip, ZipEntry, ZipMethod, gzip};
use serde_json::Value;

use crate::fixture::{Fixture, code, err, scan, token};

/// The time that the builder of tars writes.
const TAR_TIME: &str = "2023-02-11T01:59:28Z";
/// And that of zips.
const ZIP_TIME: &str = "2021-01-20T13:41:36Z";

fn report(dir: &Path, args: &[&str]) -> Value {
    let output = scan(dir, args);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", err(&output)))
}

/// Path, line, commit and time of the finding and of each of its places.
fn places(report: &Value) -> Vec<(String, u64, String, String)> {
    let findings = report["findings"].as_array().expect("findings");
    let place = |place: &Value| {
        let text = |key: &str| place[key].as_str().unwrap_or_default().to_owned();
        (text("path"), place["line"].as_u64().unwrap_or(0), text("commit"), text("modified"))
    };
    let mut all: Vec<_> = findings
        .iter()
        .flat_map(|finding| {
            let others = finding["places"].as_array().expect("places").iter();
            std::iter::once(finding).chain(others).map(place).collect::<Vec<_>>()
        })
        .collect();
    all.sort();
    all
}

#[test]
fn equal_blobs_are_opened_once_and_told_at_all_their_paths() {
    let fixture = Fixture::new(&[]);
    let line = format!("one\ntwo {}\n", token("inner"));
    let inner = Tar::new().file("conf/.env", line.as_bytes()).file("b", b"nothing").finish();
    let outer = Zip::new().file("deep/inner.tgz", &gzip(&inner)).file("c", b"nothing").finish();
    fixture.write("a/x.zip", &outer);
    fixture.write("b/y.zip", &outer);
    let first = fixture.commit("two of the same");
    std::fs::remove_dir_all(fixture.repo().join("b")).expect("a folder");
    fixture.commit("one of them goes");
    fixture.write("c/z.zip", &outer);
    fixture.commit("and comes back elsewhere");
    let expected: Vec<_> = ["a/x.zip", "b/y.zip"]
        .map(|path| {
            let path = format!("{path}!deep/inner.tgz!conf/.env");
            (path, 2, first.clone(), TAR_TIME.to_owned())
        })
        .into();
    for workers in ["1", "3"] {
        let told = report(fixture.root(), &["scan", "git", "repo", "-f", "json", "-j", workers]);
        assert_eq!(places(&told), expected, "{told}");
        assert_eq!(told["summary"]["archive_entries"], 3, "one blob, whatever its paths");
        assert_eq!(told["summary"]["status"], "complete");
    }
    let all = report(fixture.root(), &["scan", "git", "repo", "-f", "json", "--all-paths"]);
    let paths: Vec<String> = places(&all).into_iter().map(|(path, ..)| path).collect();
    let of = |path: &str| format!("{path}!deep/inner.tgz!conf/.env");
    assert_eq!(paths, ["a/x.zip", "b/y.zip", "c/z.zip"].map(of), "{all}");
}

#[test]
fn a_history_told_as_stored_has_the_times_of_its_entries() {
    let fixture = Fixture::new(&[]);
    let zip = |name: &str| {
        let line = format!("{}\n", token(name));
        Zip::new().file("f", line.as_bytes()).finish()
    };
    fixture.write("one.zip", zip("one"));
    fixture.commit("one");
    fixture.write("two.zip", zip("two"));
    fixture.commit("two");
    let args = ["scan", "git", "repo", "--store", "store.db", "-f", "json"];
    let cold = report(fixture.root(), &args);
    assert_eq!(places(&cold).len(), 2, "{cold}");
    assert!(places(&cold).iter().all(|(.., time)| time == ZIP_TIME), "{cold}");
    let warm = report(fixture.root(), &args);
    assert!(warm["summary"]["reused"].as_u64() > Some(0), "{warm}");
    let stored = report(fixture.root(), &["report", "--store", "store.db", "-f", "json"]);
    for again in [&warm, &stored] {
        assert_eq!(again["findings"], cold["findings"]);
    }
}

#[test]
fn what_cannot_be_read_of_archives_in_blobs_is_counted_and_named() {
    let fixture = Fixture::new(&[]);
    let line = format!("{}\n", token("beside"));
    let locked = ZipEntry { flags: 1, ..ZipEntry::new("locked", b"text", ZipMethod::Stored) };
    fixture.write("locked.zip", Zip::new().entry(&locked).file("f", line.as_bytes()).finish());
    let packed = gzip(&Tar::new().file("f", &[7; 5000]).finish());
    fixture.write("cut.tgz", &packed[..packed.len() - 8]);
    fixture.write("deep.gz", (0..40).fold(b"text".to_vec(), |inner, _| gzip(&inner)));
    fixture.write("zeros.gz", gzip(&vec![0; 1 << 20]).repeat(100));
    fixture.commit("all of them");
    let output = scan(fixture.root(), &["scan", "git", "repo", "-f", "json"]);
    let told = report(fixture.root(), &["scan", "git", "repo", "-f", "json"]);
    let summary = &told["summary"];
    assert_eq!(summary["skipped"]["archive_encrypted"], 1, "{summary}");
    for kind in ["archive_damaged", "archive_too_deep", "archive_expansion"] {
        assert_eq!(summary["failed"][kind], 1, "{kind}: {summary}");
    }
    let paths: Vec<String> = places(&told).into_iter().map(|(path, ..)| path).collect();
    assert_eq!(paths, ["locked.zip!f"]);
    assert_eq!((code(&output), &summary["status"]), (Some(1), &Value::from("incomplete")));
    let id = fixture.git(&["rev-parse", "HEAD:cut.tgz"]);
    assert!(err(&output).contains(&format!("object {id}: cut off")), "{}", err(&output));
}
