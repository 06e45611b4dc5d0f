//! Ignore files and the policy's globs.

use scanner_core::SkipReason;
use scanner_fs::WalkPolicy;

use crate::tree::Tree;

fn no_ignore() -> WalkPolicy {
    WalkPolicy { respect_ignore: false, ..WalkPolicy::default() }
}

fn globs(include: &[&str], exclude: &[&str]) -> WalkPolicy {
    let lines = |globs: &[&str]| globs.iter().map(ToString::to_string).collect();
    WalkPolicy { include: lines(include), exclude: lines(exclude), ..WalkPolicy::default() }
}

#[test]
fn gitignore_is_respected_in_a_work_tree_and_not_with_no_ignore() {
    let tree = Tree::git(&["a.log", "b", "target/x", "sub/target/y", "sub/c.log"]);
    tree.write(".gitignore", "*.log\n/target/\n# a comment\n\n");
    tree.walk(&WalkPolicy::default()).saw(&[".gitignore", "b", "sub/target/y"]).skipped(&[]);
    tree.walk(&no_ignore()).saw(&[
        ".git/HEAD",
        ".gitignore",
        "a.log",
        "b",
        "sub/c.log",
        "sub/target/y",
        "target/x",
    ]);
}

#[test]
fn gitignore_means_nothing_outside_of_a_work_tree() {
    let tree = Tree::new(&["a.log", "b"]);
    tree.write(".gitignore", "*.log\n");
    tree.walk(&WalkPolicy::default()).saw(&[".gitignore", "a.log", "b"]);
}

#[test]
fn nested_ignore_files_overrule_the_outer_ones() {
    let tree = Tree::git(&["a.log", "sub/a.log", "sub/b.log", "sub/deep/a.log", "sub/deep/c"]);
    tree.write(".gitignore", "*.log\n");
    tree.write("sub/.gitignore", "!a.log\n");
    tree.write("sub/deep/.gitignore", "*\n!.gitignore\n");
    tree.walk(&WalkPolicy::default()).saw(&[
        ".gitignore",
        "sub/.gitignore",
        "sub/a.log",
        "sub/deep/.gitignore",
    ]);
}

#[test]
fn dot_ignore_holds_everywhere_and_beats_gitignore() {
    let tree = Tree::new(&["a.log", "b.txt"]);
    tree.write(".ignore", "*.txt\n");
    tree.walk(&WalkPolicy::default()).saw(&[".ignore", "a.log"]);
    let tree = Tree::git(&["a.log", "b.log"]);
    tree.write(".gitignore", "*.log\n");
    tree.write(".ignore", "!a.log\n");
    tree.walk(&WalkPolicy::default()).saw(&[".gitignore", ".ignore", "a.log"]);
}

#[test]
fn git_exclude_files_hold_with_the_least_weight() {
    let tree = Tree::git(&["a.tmp", "b.tmp", "c.bak", "d.bak", "e"]);
    tree.write(".git/info/exclude", "*.tmp\n");
    tree.write(".gitignore", "!a.tmp\n!c.bak\n");
    tree.walk(&WalkPolicy::default()).saw(&[".gitignore", "a.tmp", "c.bak", "d.bak", "e"]);
    let elsewhere = Tree::new(&[]);
    elsewhere.write("excludes", "*.bak\n");
    let policy = WalkPolicy {
        git_global_excludes: Some(elsewhere.path("excludes")),
        ..WalkPolicy::default()
    };
    tree.walk(&policy).saw(&[".gitignore", "a.tmp", "c.bak", "e"]);
}

#[test]
fn ignore_files_above_the_root_hold_as_well() {
    let tree = Tree::git(&["sub/a.log", "sub/b", "sub/deep/c.log", "sub/only/d", "only/e"]);
    tree.write(".gitignore", "*.log\n/only\n/sub/only\n");
    tree.walk_roots(&["sub"], &WalkPolicy::default(), 1).saw(&["sub/b"]);
    // What the user names is walked, whatever ignore files say of it.
    tree.walk_roots(&["only"], &WalkPolicy::default(), 1).saw(&["only/e"]);
}

#[test]
fn rules_end_at_the_border_of_a_repository() {
    let tree = Tree::git(&["a.log", "inner/b.log", "inner/c"]);
    tree.write(".gitignore", "*.log\n");
    tree.write("inner/.git/HEAD", "ref: refs/heads/main");
    tree.walk(&WalkPolicy::default()).saw(&[".gitignore", "inner/b.log", "inner/c"]);
}

#[test]
fn a_git_file_marks_a_work_tree_as_well() {
    let tree = Tree::new(&["a.log", "b"]);
    tree.write(".git", "gitdir: /nonexistent/for/sure\n");
    tree.write(".gitignore", "*.log\n");
    tree.walk(&WalkPolicy::default()).saw(&[".git", ".gitignore", "b"]);
}

#[test]
fn a_git_folder_is_walked_when_it_is_named() {
    let tree = Tree::git(&["a"]);
    tree.write(".git/config", "[remote]");
    tree.walk_roots(&[".git"], &WalkPolicy::default(), 1).saw(&[".git/HEAD", ".git/config"]);
}

#[test]
fn a_folder_too_large_for_one_listing_has_its_rules() {
    let tree = Tree::git(&[]);
    for index in 0..4_000 {
        tree.write(&format!("{index}.log"), "x");
    }
    tree.write("z", "x");
    tree.write(".gitignore", "*.log\n");
    tree.walk_with(&WalkPolicy::default(), 3).saw(&[".gitignore", "z"]);
}

#[test]
fn lines_that_are_no_globs_ignore_nothing() {
    let tree = Tree::git(&["a.log", "b", "c"]);
    std::fs::write(tree.path(".gitignore"), b"\xef\xbb\xbf*.log\r\n[z-a]\n\xff\xfe\n{{{\nc\n")
        .unwrap();
    tree.walk(&WalkPolicy::default()).saw(&[".gitignore", "b"]);
}

#[test]
fn an_ignore_file_that_is_a_link_or_a_folder_is_none() {
    let tree = Tree::git(&["a.log", "rules", ".ignore/x"]);
    tree.write("rules", "*.log\n");
    std::os::unix::fs::symlink("rules", tree.path(".gitignore")).unwrap();
    tree.walk(&WalkPolicy::default()).saw(&[".ignore/x", "a.log", "rules"]);
}

#[test]
fn include_and_exclude_globs_are_relative_to_the_root() {
    let tree = Tree::new(&["a.py", "b.rs", "src/c.rs", "src/d.txt", "src/gen/e.rs", "gen/f.rs"]);
    tree.walk(&globs(&["*.rs"], &["/src/gen"])).saw(&["b.rs", "gen/f.rs", "src/c.rs"]).skipped(&[
        ("a.py", SkipReason::ExcludedPath),
        ("src/d.txt", SkipReason::ExcludedPath),
        ("src/gen", SkipReason::ExcludedPath),
    ]);
    tree.walk(&globs(&["src/"], &["*.txt"])).saw(&["src/c.rs", "src/gen/e.rs"]);
    tree.walk(&globs(&[], &["gen/"])).saw(&["a.py", "b.rs", "src/c.rs", "src/d.txt"]);
    let from_src = tree.walk_roots(&["src"], &globs(&[], &["/gen"]), 1);
    from_src.saw(&["src/c.rs", "src/d.txt"]);
    tree.walk(&globs(&["src/gen/e.rs"], &[])).saw(&["src/gen/e.rs"]);
}

#[test]
fn include_globs_do_not_bring_back_what_is_ignored() {
    let tree = Tree::git(&["a.rs", "target/b.rs"]);
    tree.write(".gitignore", "target\n");
    tree.walk(&globs(&["*.rs"], &[])).saw(&["a.rs"]);
}
