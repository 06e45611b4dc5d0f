//! Repositories of the tests, as ids and bytes.

use std::fmt::Write as _;
use std::ops::Deref;
use std::path::Path;

use scanner_git::Oid;
use scanner_testkit::git::GitFixture;

/// A temporary folder with a repository in `repo`.
pub(crate) struct Fixture(GitFixture);

impl Deref for Fixture {
    type Target = GitFixture;

    fn deref(&self) -> &GitFixture {
        &self.0
    }
}

impl Fixture {
    /// An empty repository, with options for `git init`.
    pub(crate) fn new(options: &[&str]) -> Self {
        Self(GitFixture::new(options))
    }

    /// Runs git in a folder and gives exactly what it prints.
    pub(crate) fn run(&self, dir: &Path, args: &[&str]) -> Vec<u8> {
        self.run_bytes(dir, args, b"")
    }

    /// Commits everything, one minute after the commit before.
    pub(crate) fn commit(&self, message: &str) -> Oid {
        Oid::from_hex(self.0.commit(message).as_bytes()).expect("an id")
    }

    pub(crate) fn oid(&self, name: &str) -> Oid {
        Oid::from_hex(self.git(&["rev-parse", name]).as_bytes()).expect("an id")
    }

    /// A history with many versions of some files, merges, a tag, a note, a stash and dangling objects.
    pub(crate) fn with_history(self) -> Self {
        for round in 0..30 {
            for file in 0..4 {
                let mut lines = String::new();
                for line in 0..200 {
                    let value = if (line + round) % 17 == 0 { round * 31 + line } else { line };
                    writeln!(lines, "file {file} line {line} value {value}").expect("a string");
                }
                self.write(&format!("dir{}/sub/file{file}.txt", file % 2), lines);
            }
            self.write(&format!("new/{round}.bin"), vec![round as u8; 3000 + round]);
            self.commit(&format!("round {round}"));
        }
        self.git(&["checkout", "-q", "-b", "side", "HEAD~10"]);
        self.write("side.txt", "on the side\n");
        self.commit("side");
        self.git(&["checkout", "-q", "main"]);
        self.tick();
        self.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
        self.git(&["tag", "-a", "-m", "a tag's message", "v1"]);
        self.git(&["notes", "add", "-m", "a note", "HEAD"]);
        self.write("dir0/sub/file0.txt", "stashed\n");
        self.git(&["stash", "-q"]);
        self.run_bytes(&self.repo(), &["hash-object", "-w", "--stdin"], b"dangling");
        self.write("side.txt", "amended away\n");
        self.commit("to be amended");
        self.write("side.txt", "amended\n");
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--amend", "-m", "amended"]);
        self
    }
}
