//! Repositories made by `git` in temporary folders, the same on every run: its clock is the fixture's, and no
//! configuration but the repository's own is read.

pub mod pack;

use std::cell::Cell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// When the first commit is made.
const FIRST_SECOND: u64 = 1_600_000_000;

/// A temporary folder with a repository in `repo`.
#[derive(Debug)]
pub struct GitFixture {
    dir: TempDir,
    clock: Cell<u64>,
}

impl GitFixture {
    /// An empty repository, with options for `git init`.
    pub fn new(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let fixture = Self { dir, clock: Cell::new(FIRST_SECOND) };
        let args = [&["init", "-q", "-b", "main"], options, &["repo"]].concat();
        fixture.run(fixture.root(), &args, b"");
        fixture
    }

    /// The folder around the repository.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The work tree.
    pub fn repo(&self) -> PathBuf {
        self.dir.path().join("repo")
    }

    /// The folder of objects.
    pub fn objects(&self) -> PathBuf {
        self.repo().join(".git/objects")
    }

    /// Runs git in the repository and gives what it prints, without the last line's end.
    pub fn git(&self, args: &[&str]) -> String {
        self.run(&self.repo(), args, b"")
    }

    /// Runs git in the repository and gives exactly what it prints.
    pub fn git_bytes(&self, args: &[&str]) -> Vec<u8> {
        self.run_bytes(&self.repo(), args, b"")
    }

    /// Runs git in the repository and gives the lines that it prints.
    pub fn lines(&self, args: &[&str]) -> Vec<String> {
        self.git(args).lines().map(str::to_owned).collect()
    }

    /// Runs git in a folder with some input and gives what it prints, without the last line's end.
    pub fn run(&self, dir: &Path, args: &[&str], input: &[u8]) -> String {
        String::from_utf8_lossy(&self.run_bytes(dir, args, input)).trim_end().to_owned()
    }

    /// Runs git in a folder with some input and gives exactly what it prints.
    pub fn run_bytes(&self, dir: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
        let date = format!("{} +0000", self.clock.get());
        let mut child = git_command(dir)
            .args(["-c", "gc.auto=0", "-c", "core.fsync=none", "-c", "protocol.file.allow=always"])
            .args(args)
            .env("GIT_AUTHOR_NAME", "Ada Author")
            .env("GIT_AUTHOR_EMAIL", "ada@example.org")
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
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.repo().join(path);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    /// Commits everything, one minute after the commit before; gives its id.
    pub fn commit(&self, message: &str) -> String {
        self.tick();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Lets a minute pass.
    pub fn tick(&self) {
        self.clock.set(self.clock.get() + 60);
    }

    /// Makes every packed object a loose one.
    pub fn unpack(&self) {
        let folder = self.objects().join("pack");
        let aside = self.root().join("aside");
        std::fs::rename(&folder, &aside).expect("a folder of packs");
        for entry in std::fs::read_dir(&aside).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "pack") {
                let pack = std::fs::read(path).expect("a pack");
                self.run(&self.repo(), &["unpack-objects", "-q"], &pack);
            }
        }
        std::fs::remove_dir_all(aside).expect("a folder");
    }
}

/// `git` in a folder, without any configuration but the repository's.
pub fn git_command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE");
    command
}
