//! Hooks installed into repositories and run by git.

use std::path::Path;

use crate::fixture::{Fixture, code, err, git_with_hooks, scan, token};

fn install(dir: &Path, kind: &str) {
    let output = scan(dir, &["hook", "install", kind]);
    assert_eq!(code(&output), Some(0), "{}", err(&output));
}

#[test]
fn a_commit_with_a_secret_is_refused() {
    let fixture = Fixture::new(&[]);
    let repo = fixture.repo();
    fixture.write("a.txt", "nothing\n");
    fixture.commit("first");
    install(&repo, "pre-commit");
    let commit =
        |args: &[&str]| git_with_hooks(&fixture, &repo, &[&["commit", "-q"], args].concat());
    fixture.write("a.txt", format!("x {}\n", token("a")));
    fixture.git(&["add", "-A"]);
    let (went_well, said) = commit(&["-m", "bad"]);
    assert!(!went_well && said.contains("github-pat") && !said.contains(&token("a")), "{said}");
    // What is staged is good again, what is on disk is not: git commits what is staged.
    fixture.git(&["reset", "-q"]);
    fixture.write("b.txt", "fine\n");
    fixture.git(&["add", "b.txt"]);
    let (went_well, said) = commit(&["-m", "good"]);
    assert!(went_well, "{said}");
    // With -a, and with a path, git commits from an index of its own.
    assert!(!commit(&["-a", "-m", "all"]).0);
    assert!(!commit(&["-m", "one", "a.txt"]).0);
    fixture.write("a.txt", "fine\n");
    let (went_well, said) = commit(&["-a", "-m", "all"]);
    assert!(went_well || said.contains("nothing to commit"), "{said}");
    // A commit that only takes away has nothing to scan.
    fixture.git(&["rm", "-q", "b.txt"]);
    let (went_well, said) = commit(&["-m", "take away"]);
    assert!(went_well, "{said}");
}

#[test]
fn a_push_with_a_secret_is_refused_at_either_end() {
    let fixture = Fixture::new(&[]);
    let repo = fixture.repo();
    fixture.run(fixture.root(), &["init", "-q", "--bare", "-b", "main", "server.git"], b"");
    let server = fixture.root().join("server.git");
    fixture.git(&["remote", "add", "origin", "../server.git"]);
    fixture.write("a.txt", "nothing\n");
    fixture.commit("first");
    let push = || git_with_hooks(&fixture, &repo, &["push", "-q", "origin", "main"]);
    install(&server, "pre-receive");
    let (went_well, said) = push();
    assert!(went_well, "{said}");
    // Small pushes arrive as loose objects, large ones as a pack; both wait in quarantine.
    for limit in ["1", "1000"] {
        fixture.run(&server, &["config", "receive.unpackLimit", limit], b"");
        fixture.write("a.txt", format!("x {}\n", token("pushed")));
        fixture.commit("bad");
        let (went_well, said) = push();
        assert!(!went_well && said.contains("github-pat"), "{said}");
        fixture.git(&["reset", "-q", "--hard", "HEAD~1"]);
    }
    fixture.write("b.txt", "fine\n");
    fixture.commit("good");
    let (went_well, said) = push();
    assert!(went_well, "{said}");

    std::fs::remove_file(server.join("hooks/pre-receive")).expect("a hook");
    install(&repo, "pre-push");
    fixture.write("c.txt", format!("x {}\n", token("pushed")));
    fixture.commit("bad");
    let (went_well, said) = push();
    assert!(!went_well && said.contains("github-pat"), "{said}");
    fixture.git(&["reset", "-q", "--hard", "HEAD~1"]);
    fixture.write("d.txt", "fine\n");
    fixture.commit("good");
    let (went_well, said) = push();
    assert!(went_well, "{said}");
}

#[test]
fn a_hook_of_somebody_else_stays() {
    let fixture = Fixture::new(&[]);
    let repo = fixture.repo();
    let file = repo.join(".git/hooks/pre-commit");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    std::fs::write(&file, "#!/bin/sh\nexit 0\n").expect("a hook");
    let output = scan(&repo, &["hook", "install"]);
    assert_eq!(code(&output), Some(2));
    assert!(err(&output).contains("scanner-rs hook run pre-commit"), "{}", err(&output));
    assert_eq!(std::fs::read(&file).expect("a hook"), b"#!/bin/sh\nexit 0\n");
    assert_eq!(code(&scan(&repo, &["hook", "install", "--force"])), Some(0));
    assert_eq!(code(&scan(&repo, &["hook", "install"])), Some(0), "our own is replaced");
    // Where the repository says that its hooks lie elsewhere.
    fixture.git(&["config", "core.hooksPath", "own-hooks"]);
    assert_eq!(code(&scan(&repo, &["hook", "install", "pre-push"])), Some(0));
    assert!(repo.join("own-hooks/pre-push").is_file());
    let output = scan(&repo, &["hook", "run", "pre-commit", "--no-such-flag"]);
    assert_eq!(code(&output), Some(2), "{}", err(&output));
}
