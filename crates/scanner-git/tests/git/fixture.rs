//! Repositories made by `git`, the same on every run.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use scanner_git::Oid;
use tempfile::TempDir;

/// A temporary folder with a repository in `repo`.
pub(crate) struct Fixture {
    dir: TempDir,
    clock: std::cell::Cell<u64>,
}

impl Fixture {
    /// An empty repository, with options for `git init`.
    pub(crate) fn new(options: &[&str]) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let fixture = Self { dir, clock: std::cell::Cell::new(1_600_000_000) };
        let mut args = vec!["init", "-q", "-b", "main"];
        args.extend_from_slice(options);
        args.push("repo");
        fixture.run(fixture.dir.path(), &args);
        fixture
    }

    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn repo(&self) -> PathBuf {
        self.dir.path().join("repo")
    }

    pub(crate) fn objects(&self) -> PathBuf {
        self.repo().join(".git/objects")
    }

    /// Runs git in the repository and gives its output.
    pub(crate) fn git(&self, args: &[&str]) -> Vec<u8> {
        self.run(&self.repo(), args)
    }

    /// Runs git in the repository and gives the lines of its output.
    pub(crate) fn lines(&self, args: &[&str]) -> Vec<String> {
        let output = String::from_utf8(self.git(args)).expect("text");
        output.lines().map(str::to_owned).collect()
    }

    pub(crate) fn run(&self, dir: &Path, args: &[&str]) -> Vec<u8> {
        self.run_with(dir, args, &[])
    }

    pub(crate) fn run_with(&self, dir: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
        let date = format!("{} +0000", self.clock.get());
        let mut child = Command::new("git")
            .args(["-c", "gc.auto=0", "-c", "core.fsync=none", "-c", "protocol.file.allow=always"])
            .args(args)
            .current_dir(dir)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_COMMITTER_NAME", "C")
            .env("GIT_COMMITTER_EMAIL", "c@example.org")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git is installed");
        child.stdin.take().expect("piped").write_all(input).expect("git reads its input");
        let output = child.wait_with_output().expect("git ends");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {errors}");
        output.stdout
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.repo().join(path);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    /// Commits everything, one minute after the commit before.
    pub(crate) fn commit(&self, message: &str) -> Oid {
        self.tick();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.oid("HEAD")
    }

    /// Makes every packed object a loose one.
    pub(crate) fn unpack(&self) {
        let folder = self.objects().join("pack");
        let aside = self.root().join("aside");
        std::fs::rename(&folder, &aside).expect("a folder of packs");
        for entry in std::fs::read_dir(&aside).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "pack") {
                let pack = std::fs::read(path).expect("a pack");
                self.run_with(&self.repo(), &["unpack-objects", "-q"], &pack);
            }
        }
        std::fs::remove_dir_all(aside).expect("a folder");
    }

    pub(crate) fn tick(&self) {
        self.clock.set(self.clock.get() + 60);
    }

    pub(crate) fn oid(&self, name: &str) -> Oid {
        let hex = self.git(&["rev-parse", name]);
        Oid::from_hex(hex.trim_ascii()).expect("an id")
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
        self.run_with(&self.repo(), &["hash-object", "-w", "--stdin"], b"dangling");
        self.write("side.txt", "amended away\n");
        self.commit("to be amended");
        self.write("side.txt", "amended\n");
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--amend", "-m", "amended"]);
        self
    }
}
