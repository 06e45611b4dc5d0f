//! One repository with a token at every place that git can keep one: all are found by one command, each told with where
//! it comes from.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::fixture::{Fixture, code, err, found, scan, token};

/// Where a token is expected: path, first commit, reach, whether it is still there.
type Expected = (String, Option<String>, &'static str, bool);

/// A repository full of tokens, and what is to be told of each.
fn planted() -> (Fixture, BTreeMap<&'static str, Expected>) {
    let fixture = Fixture::new(&[]);
    let mut expected = BTreeMap::new();
    let line = |name: &str| format!("one\ntwo {}\n", token(name));
    let mut expect = |name, path: &str, commit: Option<&str>, reach, there| {
        expected.insert(name, (path.to_owned(), commit.map(str::to_owned), reach, there));
    };

    fixture.write("src/head.txt", line("head"));
    let first = fixture.commit("first");
    expect("head", "src/head.txt", Some(&first), "refs", true);

    fixture.write("deleted.txt", line("deleted"));
    let second = fixture.commit("second");
    expect("deleted", "deleted.txt", Some(&second), "refs", false);
    std::fs::remove_file(fixture.repo().join("deleted.txt")).expect("a file");
    let message = fixture.commit(&format!("take it away\n\n{}", token("message")));
    expect("message", &format!(".git/commit/{message}"), Some(&message), "refs", false);

    let wide: Vec<u8> = line("utf16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fixture.write("wide.txt", [&[0xff, 0xfe][..], &wide].concat());
    let utf16 = fixture.commit("wide text");
    expect("utf16", "wide.txt", Some(&utf16), "refs", true);

    for (name, path, commit, there) in wrapped(&fixture) {
        expect(name, &path, Some(&commit), "refs", there);
    }

    fixture.git(&["checkout", "-q", "-b", "never-merged"]);
    fixture.write("branch.txt", line("branch"));
    let branch = fixture.commit("on a branch");
    expect("branch", "branch.txt", Some(&branch), "refs", false);
    fixture.git(&["checkout", "-q", "main"]);

    fixture.write("amended.txt", line("amended"));
    let amended = fixture.commit("to be amended");
    expect("amended", "amended.txt", Some(&amended), "reflog", false);
    fixture.write("amended.txt", "nothing\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "--amend", "-m", "amended"]);

    let borrowed = lent(&fixture, &line("alternates"));
    expect("alternates", "lent/one.txt", Some(&borrowed), "refs", false);

    fixture.git(&["notes", "add", "-m", &token("note"), "HEAD"]);
    let note = fixture.git(&["rev-parse", "refs/notes/commits"]);
    expect("note", &fixture.git(&["rev-parse", "HEAD"]), Some(&note), "refs", false);
    fixture.git(&["tag", "-a", "-m", &token("tag"), "v1"]);
    let tag = fixture.git(&["rev-parse", "refs/tags/v1"]);
    let tagged = fixture.git(&["rev-parse", "HEAD"]);
    expect("tag", &format!(".git/tag/{tag}"), Some(&tagged), "refs", false);

    // Everything up to here in a pack, then a pack of its own that nothing reaches.
    fixture.git(&["repack", "-q", "-a", "-d", "-k"]);
    let lost = fixture.run(
        &fixture.repo(),
        &["hash-object", "-w", "--stdin"],
        line("unreachable").as_bytes(),
    );
    let pack = fixture.repo().join(".git/objects/pack/pack");
    let pack = pack.to_string_lossy();
    fixture.run(&fixture.repo(), &["pack-objects", "-q", &pack], lost.as_bytes());
    fixture.git(&["prune-packed"]);
    expect("unreachable", &format!(".git/blob/{lost}"), None, "unreachable", false);
    let loose =
        fixture.run(&fixture.repo(), &["hash-object", "-w", "--stdin"], line("loose").as_bytes());
    expect("loose", &format!(".git/blob/{loose}"), None, "unreachable", false);

    fixture.write("src/head.txt", format!("{}{}", line("head"), line("stash")));
    fixture.tick();
    fixture.git(&["stash", "-q"]);
    let stash = fixture.git(&["rev-parse", "refs/stash"]);
    expect("stash", "src/head.txt", Some(&stash), "refs", false);

    fixture.write("staged.txt", line("index"));
    fixture.git(&["add", "staged.txt"]);
    std::fs::remove_file(fixture.repo().join("staged.txt")).expect("a file");
    expect("index", "staged.txt", None, "index", true);
    (fixture, expected)
}

/// Commits files with encoded tokens, and archives with tokens that are taken away again: the tokens' names, where each
/// is, its commit, and whether it is still there.
fn wrapped(fixture: &Fixture) -> Vec<(&'static str, String, String, bool)> {
    let mut all = Vec::new();
    for (name, text) in encoded() {
        let path = format!("encoded/{name}.txt");
        fixture.write(&path, text);
        all.push((name, path, fixture.commit(name), true));
    }
    for format in ARCHIVES {
        let path = format!("old/box.{format}");
        boxed(fixture, format, &path, &format!("one\ntwo {}\n", token(format)));
        let commit = fixture.commit(format);
        std::fs::remove_file(fixture.repo().join(&path)).expect("a file");
        fixture.commit("taken away again");
        all.push((format, format!("{path}!inside/conf.txt"), commit, false));
    }
    all
}

/// Forms of archives that git can make.
const ARCHIVES: [&str; 2] = ["zip", "tar.gz"];

/// Puts an archive with one file into the work tree.
fn boxed(fixture: &Fixture, format: &str, path: &str, text: &str) {
    let name = format!("box-{format}");
    let folder = fixture.root().join(&name);
    std::fs::create_dir_all(folder.join("inside")).expect("a folder");
    other(fixture, &name, "inside/conf.txt", text);
    let format = format!("--format={format}");
    let made = fixture.run_bytes(&folder, &["archive", &format, "HEAD"], b"");
    fixture.write(path, made);
}

/// Texts that hold a token of the same name in this encoding.
fn encoded() -> [(&'static str, String); 2] {
    let base64 = data_encoding::BASE64.encode(format!("key = {}\n", token("base64")).as_bytes());
    let hex = data_encoding::HEXUPPER.encode(token("percent").as_bytes());
    let percent =
        (0..hex.len() / 2).fold(String::new(), |text, at| text + "%" + &hex[2 * at..][..2]);
    [
        ("base64", format!("data:\n  key: {base64}\n")),
        ("percent", format!("GET /?q=a%20b&key={percent}\n")),
    ]
}

/// A commit whose objects lie in a store of somebody else, and a branch that leads to it.
fn lent(fixture: &Fixture, text: &str) -> String {
    let lender = fixture.root().join("lender");
    fixture.run(fixture.root(), &["init", "-q", "-b", "main", "lender"], b"");
    std::fs::create_dir(lender.join("lent")).expect("a folder");
    std::fs::write(lender.join("lent/one.txt"), text).expect("a file");
    fixture.tick();
    fixture.run(&lender, &["add", "-A"], b"");
    fixture.run(&lender, &["commit", "-q", "-m", "lent"], b"");
    let info = fixture.repo().join(".git/objects/info");
    std::fs::create_dir_all(&info).expect("a folder");
    let objects = lender.join(".git/objects");
    std::fs::write(info.join("alternates"), format!("{}\n", objects.display())).expect("a file");
    let commit = fixture.run(&lender, &["rev-parse", "HEAD"], b"");
    fixture.git(&["update-ref", "refs/heads/borrowed", &commit]);
    commit
}

/// A repository of one commit with this file; gives the commit.
fn other(fixture: &Fixture, name: &str, path: &str, text: &str) -> String {
    let folder = fixture.root().join(name);
    fixture.run(fixture.root(), &["init", "-q", "-b", "main", name], b"");
    std::fs::write(folder.join(path), text).expect("a file");
    fixture.tick();
    fixture.run(&folder, &["add", "-A"], b"");
    fixture.run(&folder, &["commit", "-q", "-m", name], b"");
    fixture.run(&folder, &["rev-parse", "HEAD"], b"")
}

/// Compares what is told with what is expected.
fn check(found: &BTreeMap<String, Value>, expected: &BTreeMap<&str, Expected>) {
    for (name, (path, commit, reach, there)) in expected {
        let finding = found.get(&token(name)).unwrap_or_else(|| panic!("{name} is not found"));
        let told = (
            finding["path"].as_str().map(str::to_owned).unwrap_or_default(),
            finding["commit"].as_str().map(str::to_owned),
            finding["reach"].as_str().unwrap_or_default(),
            finding["in_worktree"].as_bool(),
        );
        assert_eq!(told, (path.clone(), commit.clone(), *reach, Some(*there)), "{name}");
        assert_eq!(finding["source"], "git", "{name}");
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn every_place_of_a_repository_is_found_and_told() {
    let (fixture, expected) = planted();
    let output = scan(fixture.root(), &["scan", "git", "repo"]);
    assert_eq!(code(&output), Some(1));
    assert!(!String::from_utf8_lossy(&output.stdout).contains(&token("head")));
    let all = found(fixture.root(), &["git", "repo"]);
    check(&all, &expected);
    let head = &all[&token("head")];
    assert_eq!((&head["line"], &head["column"]), (&Value::from(2), &Value::from(5)));
    assert_eq!(head["date"], "2020-09-13T12:27:40Z");
    assert!(head.get("author").is_none());
    for (name, decode) in [("utf16", "utf-16le"), ("base64", "base64"), ("percent", "percent")] {
        assert_eq!(all[&token(name)]["decode"], Value::from(vec![decode]), "{name}");
    }
    let named = found(fixture.root(), &["git", "repo", "--show-authors"]);
    assert_eq!(named[&token("head")]["author"], "Ada Author <ada@example.org>");
}

#[test]
fn one_command_finds_every_place_of_every_repository() {
    let (fixture, mut expected) = planted();
    let line = |name: &str| format!("one\ntwo {}\n", token(name));
    let bundled = other(&fixture, "sender", "sent.txt", &line("bundle"));
    let sender = fixture.root().join("sender");
    fixture.run(&sender, &["bundle", "create", "-q", "../sent.bundle", "--all"], b"");
    let inside = other(&fixture, "module", "own.txt", &line("submodule"));
    fixture.git(&["submodule", "add", "-q", "../module", "sub"]);
    for (path, ..) in expected.values_mut() {
        *path = format!("repo/{path}");
    }
    let sent = ("sent.bundle/sent.txt".to_owned(), Some(bundled), "refs", true);
    expected.insert("bundle", sent);
    let own = ("repo/sub/own.txt".to_owned(), Some(inside), "refs", true);
    expected.insert("submodule", own);
    for workers in ["1", "4"] {
        let args = ["git", "repo", "repo/sub", "sent.bundle", "-j", workers];
        check(&found(fixture.root(), &args), &expected);
    }
}

#[test]
fn the_same_is_told_by_any_number_of_workers() {
    let (fixture, expected) = planted();
    let one = found(fixture.root(), &["git", "repo", "-j", "1"]);
    check(&one, &expected);
    for workers in ["2", "3", "4", "5", "8", "16"] {
        assert_eq!(found(fixture.root(), &["git", "repo", "-j", workers]), one, "{workers}");
    }
}

#[test]
fn the_same_is_told_however_objects_are_stored() {
    let (fixture, expected) = planted();
    for depth in ["0", "50", "250"] {
        let depth = format!("--depth={depth}");
        fixture.git(&["repack", "-q", "-a", "-d", "-f", "-k", &depth]);
        check(&found(fixture.root(), &["git", "repo"]), &expected);
    }
    fixture.git(&["multi-pack-index", "write"]);
    check(&found(fixture.root(), &["git", "repo"]), &expected);
    // Loose objects only.
    let packs = fixture.repo().join(".git/objects/pack");
    let kept = fixture.root().join("packs");
    std::fs::rename(&packs, &kept).expect("packs");
    std::fs::create_dir(&packs).expect("a folder");
    for entry in std::fs::read_dir(&kept).expect("packs") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "pack") {
            let bytes = std::fs::read(&path).expect("a pack");
            fixture.run(&fixture.repo(), &["unpack-objects", "-q"], &bytes);
        }
    }
    check(&found(fixture.root(), &["git", "repo"]), &expected);
}

#[test]
fn bundles_submodules_and_alternates() {
    let (fixture, _) = planted();
    fixture.git(&["bundle", "create", "-q", "../all.bundle", "--all"]);
    let bundled = found(fixture.root(), &["git", "all.bundle"]);
    assert_eq!(bundled[&token("head")]["path"], "src/head.txt");
    assert!(bundled.contains_key(&token("deleted")) && !bundled.contains_key(&token("loose")));

    let borrower = fixture.root().join("borrower");
    fixture.run(fixture.root(), &["clone", "-q", "--shared", "repo", "borrower"], b"");
    let borrowed = found(fixture.root(), &["git", "borrower"]);
    assert!(borrowed.contains_key(&token("loose")) && borrowed.contains_key(&token("deleted")));

    std::fs::write(borrower.join("own.txt"), token("own")).expect("a file");
    fixture.run(&borrower, &["add", "-A"], b"");
    fixture.run(&borrower, &["commit", "-q", "-m", "own"], b"");
    fixture.git(&["submodule", "add", "-q", "../borrower", "sub"]);
    let output = scan(fixture.root(), &["scan", "git", "repo"]);
    assert!(err(&output).contains("sub is a repository of its own"), "{}", err(&output));
    let inside = found(fixture.root(), &["git", "repo/sub"]);
    assert_eq!(inside[&token("own")]["path"], "own.txt");
    let both = found(fixture.root(), &["git", "repo", "repo/sub"]);
    assert_eq!(both[&token("own")]["path"], "repo/sub/own.txt");
    assert!(both.contains_key(&token("index")));
}

#[test]
fn a_work_tree_is_scanned_with_its_history_and_tells_each_secret_once() {
    let (fixture, expected) = planted();
    fixture.write("untracked.txt", format!("a {}\n", token("untracked")));
    let all = found(&fixture.repo(), &["."]);
    assert_eq!(all.len(), expected.len() + 1);
    let head = &all[&token("head")];
    assert_eq!((&head["source"], &head["path"]), (&"fs".into(), &"src/head.txt".into()));
    assert_eq!(head["in_worktree"], true);
    assert_eq!(head["commit"], expected["head"].1.clone().expect("a commit"));
    assert!(head["last_commit"].is_string() && head["date"].is_string());
    assert_eq!(head["places"], Value::Array(Vec::new()), "the same place is told once");
    let deleted = &all[&token("deleted")];
    assert_eq!((&deleted["source"], &deleted["in_worktree"]), (&"git".into(), &false.into()));
    assert_eq!(all[&token("untracked")]["source"], "fs");
    assert!(all[&token("untracked")].get("commit").is_none());
    // The files alone, when that is asked.
    assert_eq!(found(&fixture.repo(), &["fs", "."]).len(), 5);
}

#[test]
fn a_secret_in_many_versions_of_a_file_is_one_place() {
    let fixture = Fixture::new(&[]);
    let mut commits = Vec::new();
    for round in 0..5 {
        fixture.write("config.txt", format!("{}key {}\n", "line\n".repeat(round), token("long")));
        commits.push(fixture.commit(&format!("round {round}")));
    }
    fixture.write("copy.txt", format!("key {}\n", token("long")));
    let copied = fixture.commit("a copy");
    fixture.write("config.txt", "gone\n");
    fixture.commit("gone");
    let finding = &found(&fixture.repo(), &["git", "."])[&token("long")];
    assert_eq!((&finding["path"], &finding["line"]), (&"config.txt".into(), &1.into()));
    assert_eq!(finding["commit"], Value::from(commits[0].clone()));
    assert_eq!(finding["places"].as_array().expect("places").len(), 0, "the copy is the same blob");
    let paths = found(&fixture.repo(), &["git", ".", "--all-paths"]);
    let places = paths[&token("long")]["places"].as_array().expect("places").clone();
    assert_eq!(places.len(), 1);
    assert_eq!(
        (&places[0]["path"], &places[0]["last_commit"]),
        (&"copy.txt".into(), &Value::from(git_head(&fixture)))
    );
    assert_ne!(copied, git_head(&fixture));
}

fn git_head(fixture: &Fixture) -> String {
    fixture.git(&["rev-parse", "HEAD"])
}
