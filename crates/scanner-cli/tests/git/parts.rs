//! Parts of a repository: the index, ranges, branches, dates, pushes, and what a job of a hosted CI brings.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use crate::fixture::{Fixture, by_secret, code, command, err, found, scan, scan_with_input, token};

/// Commits one file with one token each; gives the ids.
fn history(fixture: &Fixture, names: &[&str]) -> Vec<String> {
    names
        .iter()
        .map(|name| {
            fixture.write(&format!("{name}.txt"), format!("x {}\n", token(name)));
            fixture.commit(name)
        })
        .collect()
}

/// Which of the names a scan finds.
fn names<'a>(dir: &Path, args: &[&str], among: &[&'a str]) -> BTreeSet<&'a str> {
    let found = found(dir, &[&["git", "."], args].concat());
    assert!(found.keys().all(|secret| among.iter().any(|name| token(name) == *secret)), "{args:?}");
    among.iter().copied().filter(|name| found.contains_key(&token(name))).collect()
}

fn set<'a>(names: &[&'a str]) -> BTreeSet<&'a str> {
    names.iter().copied().collect()
}

#[test]
fn ranges_branches_and_dates() {
    let fixture = Fixture::new(&[]);
    let all = ["a", "b", "c", "d", "side"];
    let commits = history(&fixture, &["a", "b", "c", "d"]);
    fixture.git(&["checkout", "-q", "-b", "side", "HEAD~2"]);
    history(&fixture, &["side"]);
    fixture.git(&["checkout", "-q", "main"]);
    let repo = fixture.repo();
    let range = format!("{}..{}", commits[0], &commits[2][..12]);
    for (args, want) in [
        (&["--range", &*range][..], &["b", "c"][..]),
        (&["--range", "main~1.."], &["d"]),
        (&["--range", "main...side"], &["c", "d", "side"]),
        (&["--range", "side"], &["a", "b", "side"]),
        (&["--branch", "side"], &["a", "b", "side"]),
        (&["--since", "main~2"], &["c", "d", "side"]),
        (&["--since", "main~2", "--branch", "main"], &["c", "d"]),
        (&["--since", "2020-09-13T12:29:00Z"], &["c", "d", "side"]),
        (&["--since", "2020-09-13T12:29:00Z", "--branch", "main"], &["c", "d"]),
        (&["--mode", "diff-history"], &all),
        (&["--mode", "odb-blob"], &all),
        (&[], &all),
    ] {
        assert_eq!(names(&repo, args, &all), set(want), "{args:?}");
    }
    let ranged = found(&repo, &["git", ".", "--range", &range]);
    let b = &ranged[&token("b")];
    assert_eq!((b["commit"].as_str(), b["path"].as_str()), (Some(&*commits[1]), Some("b.txt")));
    let whole = found(&repo, &["git", "."]);
    let walked = found(&repo, &["git", ".", "--mode", "diff-history"]);
    for (secret, finding) in &whole {
        for field in ["path", "line", "commit", "date", "object", "reach", "occurrence_id"] {
            assert_eq!(walked[secret][field], finding[field], "{field}");
        }
    }
    for (args, want) in [
        (&["scan", "git", ".", "--range", "nothing..main"][..], "nothing names nothing"),
        (&["scan", "git", ".", "--range", "a..b..c"], "no range"),
        (&["scan", "git", ".", "--since", "2020-13-01"], "no date"),
        (&["scan", "git", ".", "--staged", "--range", "main"], "cannot be used"),
        (&["scan", ".", "--staged"], "scan git"),
        (&["scan", "git", "nowhere"], "nowhere"),
        (&["scan", "git", "/"], "not a git repository"),
        (&["scan", "git", ".", "--ci"], "--ci"),
    ] {
        let output = scan(&repo, args);
        assert_eq!(code(&output), Some(2), "{args:?} {}", err(&output));
        assert!(err(&output).contains(want), "{args:?} {}", err(&output));
    }
}

#[test]
fn the_index_as_it_will_be_committed() {
    let fixture = Fixture::new(&[]);
    history(&fixture, &["committed"]);
    let repo = fixture.repo();
    let output = scan(&repo, &["scan", "git", ".", "--staged"]);
    assert_eq!(code(&output), Some(4), "{}", err(&output));
    assert!(err(&output).contains("nothing is staged"), "{}", err(&output));
    fixture.write("staged.txt", format!("x {}\n", token("staged")));
    fixture.git(&["add", "-A"]);
    fixture.write("staged.txt", format!("x {}\n", token("changed after staging")));
    fixture.write("untracked.txt", format!("x {}\n", token("untracked")));
    let all = ["committed", "staged", "changed after staging", "untracked"];
    assert_eq!(names(&repo, &["--staged"], &all), set(&["staged"]));
    let finding = &found(&repo, &["git", ".", "--staged"])[&token("staged")];
    assert_eq!(
        (finding["path"].as_str(), finding["reach"].as_str()),
        (Some("staged.txt"), Some("index"))
    );
    assert!(finding.get("commit").is_none());
    // Git commits another index than the one that lies in the repository.
    let other = fixture.root().join("other-index");
    std::fs::copy(repo.join(".git/index"), &other).expect("an index");
    fixture.git(&["reset", "-q"]);
    assert_eq!(names(&repo, &["--staged"], &all), set(&[]));
    let args = ["scan", "git", ".", "--staged", "-f", "json", "--show-secrets"];
    let output = command(&repo, &args).env("GIT_INDEX_FILE", &other).output().expect("it runs");
    assert!(by_secret(&output).contains_key(&token("staged")));
}

#[test]
fn pushes_told_by_git() {
    let fixture = Fixture::new(&[]);
    let all = ["a", "b", "c"];
    let commits = history(&fixture, &all);
    let repo = fixture.repo();
    let zeros = "0".repeat(40);
    let secrets = |args: &[&str], input: &str| {
        let args = [&["scan", "git", ".", "-f", "json", "--show-secrets"], args].concat();
        let found = by_secret(&scan_with_input(&repo, &args, input.as_bytes()));
        all.iter().copied().filter(|name| found.contains_key(&token(name))).collect::<BTreeSet<_>>()
    };
    let push = format!("refs/heads/main {} refs/heads/main {}\n", commits[2], commits[1]);
    assert_eq!(secrets(&["--pre-push"], &push), set(&["c"]));
    let new = format!("refs/heads/main {} refs/heads/new {zeros}\n", commits[2]);
    assert_eq!(secrets(&["--pre-push"], &new), set(&all));
    fixture.git(&["update-ref", "refs/remotes/origin/main", &commits[0]]);
    assert_eq!(secrets(&["--pre-push", "--remote", "origin"], &new), set(&["b", "c"]));
    assert_eq!(
        secrets(&["--pre-push", "--remote", "https://example.org/x"], &new),
        set(&["b", "c"])
    );
    let receive = format!("{} {} refs/heads/other\n", commits[0], commits[2]);
    fixture.git(&["checkout", "-q", "--detach", &commits[0]]);
    fixture.git(&["branch", "-q", "-D", "main"]);
    assert_eq!(secrets(&["--pre-receive"], &receive), set(&["b", "c"]));
    let output = scan_with_input(&repo, &["scan", "git", ".", "--pre-receive"], b"nonsense\n");
    assert_eq!(code(&output), Some(2), "{}", err(&output));
    let deleted = format!("(delete) {zeros} refs/heads/main {}\n", commits[1]);
    let output = scan_with_input(&repo, &["scan", "git", ".", "--pre-push"], deleted.as_bytes());
    assert_eq!(code(&output), Some(4), "{}", err(&output));
}

#[test]
fn a_job_of_a_hosted_ci() {
    let fixture = Fixture::new(&[]);
    let all = ["a", "b", "c"];
    let commits = history(&fixture, &all);
    let run = |dir: &Path, variables: &[(&str, &str)]| {
        command(dir, &["scan", "git", ".", "--ci", "-f", "json", "--show-secrets"])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .expect("it runs")
    };
    let repo = fixture.repo();
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_BEFORE_SHA", &*commits[1]),
        ("CI_COMMIT_SHA", &*commits[2]),
    ];
    let found = by_secret(&run(&repo, &gitlab));
    assert_eq!(found.keys().collect::<Vec<_>>(), [&token("c")]);
    let event = fixture.root().join("event.json");
    std::fs::write(&event, format!("{{\"before\": \"{}\"}}", commits[0])).expect("a file");
    let event = event.to_string_lossy();
    let github =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_SHA", &*commits[2]), ("GITHUB_EVENT_PATH", &*event)];
    assert_eq!(by_secret(&run(&repo, &github)).len(), 2);

    let url = format!("file://{}", repo.display());
    fixture.run(fixture.root(), &["clone", "-q", "--depth", "1", &url, "shallow"], b"");
    let shallow = fixture.root().join("shallow");
    let output = run(&shallow, &[("GITHUB_ACTIONS", "true"), ("GITHUB_SHA", &*commits[2])]);
    assert!(err(&output).contains("shallow clone"), "{}", err(&output));
    // The whole of a shallow clone is not the whole of the history.
    let output = scan(&shallow, &["scan", "git", ".", "--exclude", "*.txt"]);
    assert_eq!(code(&output), Some(3), "{}", err(&output));
}
