//! What a second scan takes for unchanged: any change of a file, a folder or a rule is seen, whatever was done to the times.

use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::time::SystemTime;

use super::kit::{Place, settle, token};

/// A tree that has been scanned, long enough after it was made.
fn scanned() -> Place {
    let place = Place::new(&[
        ("src/a.env", &format!("GITHUB_TOKEN={}\n", token(1))),
        ("src/plain.txt", &format!("GITHUB_TOKEN={}\n", "-".repeat(40))),
        ("src/deep/other.txt", "nothing\n"),
        ("c.txt", "nothing\n"),
        (".ignore", "# none\n"),
    ]);
    place.ok(&["store", "init"]);
    settle();
    assert_eq!(paths(&place), ["src/a.env"]);
    assert_eq!(place.scan(&[]).0["summary"]["reused"], 5);
    place
}

/// The paths of today's findings, which are those of a scan that remembers nothing.
fn paths(place: &Place) -> Vec<String> {
    let told = |report: &serde_json::Value| -> Vec<String> {
        let findings = report["findings"].as_array().expect("findings");
        findings.iter().map(|f| f["path"].as_str().expect("a path").to_owned()).collect()
    };
    let paths = told(&place.scan(&[]).0);
    assert_eq!(paths, told(&place.scan(&["--no-store"]).0));
    paths
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).expect("a file").modified().expect("its time")
}

fn set_modified(path: &Path, time: SystemTime) {
    let file = File::open(path).expect("it opens");
    file.set_times(FileTimes::new().set_modified(time)).expect("the time is set");
}

#[test]
fn content_of_the_same_size_is_seen_also_where_its_time_is_set_back() {
    let place = scanned();
    let file = place.tree().join("src/plain.txt");
    let time = modified(&file);
    place.write("src/plain.txt", &format!("GITHUB_TOKEN={}\n", token(2)));
    set_modified(&file, time);
    assert_eq!(
        (modified(&file), paths(&place)),
        (time, vec!["src/a.env".into(), "src/plain.txt".into()])
    );
}

#[test]
fn a_file_that_is_touched_is_scanned_again_and_tells_the_same() {
    let place = scanned();
    set_modified(&place.tree().join("c.txt"), SystemTime::UNIX_EPOCH);
    let (report, _) = place.scan(&[]);
    assert_eq!(report["summary"]["reused"], 4);
    assert_eq!(paths(&place), ["src/a.env"]);
}

#[test]
fn a_file_that_another_is_renamed_over_is_seen() {
    let place = scanned();
    place.write("src/new", &format!("GITHUB_TOKEN={}\n", token(2)));
    let (new, old) = (place.tree().join("src/new"), place.tree().join("src/plain.txt"));
    set_modified(&new, modified(&old));
    fs::rename(new, old).expect("it is renamed");
    assert_eq!(paths(&place), ["src/a.env", "src/plain.txt"]);
}

#[test]
fn names_that_come_and_go_are_seen_also_where_the_folder_looks_unchanged() {
    let place = scanned();
    let folder = place.tree().join("src/deep");
    let time = modified(&folder);
    place.write("src/deep/new.env", &format!("GITHUB_TOKEN={}\n", token(2)));
    set_modified(&folder, time);
    assert_eq!(
        (modified(&folder), paths(&place)),
        (time, vec!["src/a.env".into(), "src/deep/new.env".into()])
    );
    settle();
    assert_eq!(paths(&place).len(), 2);
    fs::remove_file(folder.join("new.env")).expect("it is removed");
    set_modified(&folder, time);
    assert_eq!(paths(&place), ["src/a.env"]);
    // One goes and one comes: as many names as before.
    fs::rename(place.tree().join("src/a.env"), place.tree().join("src/b.env")).expect("renamed");
    assert_eq!(paths(&place), ["src/b.env"]);
    fs::remove_file(place.tree().join("src/b.env")).expect("it is removed");
    fs::create_dir(place.tree().join("src/b.env")).expect("a folder of its name");
    place.write("src/b.env/x.env", &format!("GITHUB_TOKEN={}\n", token(3)));
    assert_eq!(paths(&place), ["src/b.env/x.env"]);
}

#[test]
fn a_folder_is_known_by_where_it_is() {
    let place = scanned();
    let at = |name: &str| place.tree().join(name);
    place.write("other/deep/found.env", &format!("GITHUB_TOKEN={}\n", token(2)));
    settle();
    assert_eq!(paths(&place), ["other/deep/found.env", "src/a.env"]);
    fs::rename(at("src/deep"), at("aside")).expect("it is moved");
    fs::rename(at("other/deep"), at("src/deep")).expect("it is moved");
    fs::rename(at("aside"), at("other/deep")).expect("it is moved");
    assert_eq!(paths(&place), ["src/a.env", "src/deep/found.env"]);
}

#[test]
fn an_ignore_file_that_changes_in_place_holds_at_once() {
    let place = scanned();
    place.write(".ignore", "src\n");
    assert_eq!(paths(&place), [""; 0]);
    place.write(".ignore", "#rc\n");
    assert_eq!(paths(&place), ["src/a.env"]);
}

#[test]
fn changed_rules_look_at_every_file() {
    let place = scanned();
    let (report, _) = place.scan(&["--disable-rule", "github-*"]);
    assert_eq!(report["summary"].get("reused"), None);
    assert_eq!(paths(&place), ["src/a.env"]);
}

#[test]
fn a_rule_of_the_users_own_that_changes_looks_at_every_file() {
    let place = Place::new(&[("a.txt", "acmx_83927164059318264705\n")]);
    place.ok(&["store", "init"]);
    let with_prefix = |id: &str, prefix: &str| {
        let rule = format!(
            "[[detector]]\nid = '{id}'\nname = 'n'\ntoken = {{ prefix = '{prefix}', body = '[0-9]{{20}}' }}\n"
        );
        fs::write(place.beside("rules.toml"), rule).expect("a file");
    };
    // A rule beside the built-in ones, and one in the place of one of them.
    for id in ["acme-key", "github-pat"] {
        with_prefix(id, "acmy_");
        settle();
        let found = || {
            let config = place.beside("rules.toml");
            let config = config.to_str().expect("a path of text");
            let (report, _) = place.scan(&["--config", config]);
            report["findings"].as_array().expect("findings").len()
        };
        assert_eq!(found(), 0);
        assert_eq!(found(), 0);
        with_prefix(id, "acmx_");
        assert_eq!(found(), 1, "{id}");
    }
}

#[test]
fn what_changes_while_the_clock_hardly_moves_is_seen() {
    let place = Place::new(&[("src/plain.txt", "nothing\n")]);
    place.ok(&["store", "init"]);
    // Never settled: each scan comes right behind a change of a folder or of a file.
    for round in 0..5 {
        let name = format!("src/n{round}.env");
        place.scan(&[]);
        place.write(&name, &format!("GITHUB_TOKEN={}\n", token(round + 1)));
        assert_eq!(paths(&place), [name.as_str()]);
        place.write(&name, &format!("GITHUB_TOKEN={}\n", "-".repeat(40)));
        assert_eq!(paths(&place), [""; 0]);
    }
}
