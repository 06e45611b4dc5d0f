//! Configuration is that which `git config` tells, conditional includes among it.

use std::fs;
use std::path::{Path, PathBuf};

use scanner_git::{Limits, OpenOptions, Repository, safe_directories};
use scanner_testkit::git::git_command;

use crate::fixture::Fixture;
use crate::opening::options;

/// A repository with a linked worktree, and a user whose home lies behind a link.
struct Scene {
    fixture: Fixture,
    home: PathBuf,
    user: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let fixture = Fixture::new(&[]);
        fixture.write("file", "text");
        fixture.commit("one");
        fixture.git(&["remote", "add", "origin", "https://example.com/team/a.git"]);
        fixture.git(&["worktree", "add", "-q", "-b", "topic/deep/x", "../linked"]);
        let home = fixture.root().join("home");
        std::os::unix::fs::symlink(fixture.root(), &home).unwrap();
        let user = fixture.root().join("user.config");
        Self { fixture, home, user }
    }

    /// A value as git tells it in a folder.
    fn by_git(&self, dir: &Path, name: &str) -> Option<PathBuf> {
        let mut command = git_command(dir);
        command.env("HOME", &self.home).env("GIT_CONFIG_GLOBAL", &self.user);
        let output = command.args(["config", "--type=path", "--get", name]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        output.status.success().then(|| PathBuf::from(text.trim_end()))
    }

    /// Whether we tell the same folder of hooks as git, in the main and in the linked worktree; and git's answers.
    fn check(&self, about: &str) -> [bool; 2] {
        [self.fixture.repo(), self.fixture.root().join("linked")].map(|dir| {
            let git = self.by_git(&dir, "core.hooksPath");
            let config_files = vec![self.user.clone()];
            let options = OpenOptions { home: Some(self.home.clone()), config_files, ..options() };
            let repository = Repository::open(&dir, &options).expect("a repository");
            assert_eq!(repository.warnings(), [], "{about}");
            let own = repository.hooks_dir().filter(|own| !own.ends_with("hooks"));
            assert_eq!(own, git, "{about} in {}", dir.display());
            git.is_some()
        })
    }
}

/// Conditions, and whether they hold in the main and in the linked worktree.
const CONDITIONS: [(&str, [bool; 2]); 40] = [
    ("gitdir:/", [true, true]),
    ("gitdir:**", [true, true]),
    ("gitdir:", [true, true]),
    ("gitdir:ROOT/", [true, true]),
    ("gitdir:ROOT", [false, false]),
    ("gitdir:ROOT/repo/.git", [true, false]),
    ("gitdir:ROOT/repo/.git/", [false, true]),
    ("gitdir:ROOT/linked/", [false, false]),
    ("gitdir:repo/.git", [true, false]),
    ("gitdir:repo/", [true, true]),
    ("gitdir:Repo/", [false, false]),
    ("gitdir/i:Repo/", [true, true]),
    ("gitdir/I:Repo/", [false, false]),
    ("GITDIR:repo/", [false, false]),
    ("gitdir:rep?/**/linked", [false, true]),
    ("gitdir:*", [true, true]),
    ("gitdir:~/repo/", [true, true]),
    ("gitdir:~/", [true, true]),
    ("gitdir:~", [false, false]),
    ("gitdir:~nobody-of-that-name/", [false, false]),
    ("gitdir:./", [true, true]),
    ("gitdir:./repo/.git", [true, false]),
    ("gitdir/i:./REPO/", [true, true]),
    ("gitdir:./nowhere/", [false, false]),
    ("gitdir:[r]epo/.git", [true, false]),
    ("gitdir:[", [false, false]),
    ("gitdir:HOME/repo/", [false, false]),
    ("onbranch:main", [true, false]),
    ("onbranch:m*", [true, false]),
    ("onbranch:topic/", [false, true]),
    ("onbranch:topic/*", [false, false]),
    ("onbranch:topic/**/x", [false, true]),
    ("onbranch:Main", [false, false]),
    ("onbranch:refs/heads/main", [false, false]),
    ("hasconfig:remote.*.url:https://example.com/**", [true, true]),
    ("hasconfig:remote.*.url:https://example.com/*", [false, false]),
    ("hasconfig:remote.*.url:**/a.git", [true, true]),
    ("hasconfig:remote.origin.url:**", [false, false]),
    ("hasconfig:user.name:**", [false, false]),
    ("nonsense", [false, false]),
];

#[test]
fn conditions_hold_where_git_says_so() {
    let scene = Scene::new();
    let root = fs::canonicalize(scene.fixture.root()).unwrap();
    fs::write(root.join("more"), "[core]\n\thooksPath = /there\n").unwrap();
    for (condition, expected) in CONDITIONS {
        let filled = condition
            .replace("ROOT", root.to_str().unwrap())
            .replace("HOME", scene.home.to_str().unwrap());
        fs::write(&scene.user, format!("[includeIf \"{filled}\"]\n\tpath = more\n")).unwrap();
        assert_eq!(scene.check(condition), expected, "{condition}");
    }
}

#[test]
fn later_files_win_and_included_ones_stand_where_they_are_included() {
    let scene = Scene::new();
    let write = |name: &str, text: &str| fs::write(scene.fixture.root().join(name), text).unwrap();
    write(
        "more",
        "[core]\n\thooksPath = /more\n[includeIf \"onbranch:topic/\"]\n\tpath = deeper\n",
    );
    write("deeper", "[CORE]\n\tHOOKSPATH = ~/deeper\n");
    write("urls", "[remote \"b\"]\n\turl = ssh://b/c\n");
    let include = "[includeIf \"gitdir:./\"]\n\tpath = more\n";
    let own = "[core]\n\thooksPath = /own\n";
    let remote = "[includeIf \"hasconfig:remote.*.url:ssh://b/*\"]\n\tpath = more\n";
    let urls = "[include]\n\tpath = urls\n";
    for user in [
        [own, include].concat(),
        [include, own].concat(),
        [remote, own].concat(),
        [remote, urls].concat(),
        [own, remote, urls].concat(),
        ["[INCLUDEIF \"gitdir:./\"]\n\tPATH = more\n\tpath = absent\n"].concat(),
        ["[includeIf]\n\tpath = more\n[include \"x\"]\n\tpath = more\n"].concat(),
        ["[remote]\n\turl = ssh://b/c\n", remote].concat(),
    ] {
        fs::write(&scene.user, &user).unwrap();
        scene.check(&user);
    }
    scene.fixture.git(&["config", "core.hooksPath", "/of/the/repository"]);
    assert_eq!(scene.check("the repository's own"), [true, true]);
    scene.fixture.git(&["config", "extensions.worktreeConfig", "true"]);
    scene.fixture.git(&["config", "--worktree", "core.hooksPath", "/of/the/worktree"]);
    assert_eq!(scene.check("the worktree's own"), [true, true]);
    scene.fixture.git(&["switch", "-q", "--detach"]);
    assert_eq!(scene.check("no branch"), [true, true]);
}

#[test]
fn branches_in_reftables_are_known() {
    for format in ["sha1", "sha256"] {
        let format = format!("--object-format={format}");
        let fixture = Fixture::new(&["--ref-format=reftable", &format]);
        let scene = Scene { home: fixture.root().into(), user: fixture.root().join("u"), fixture };
        scene.fixture.run(scene.fixture.root(), &["init", "-q", "-b", "other", "linked"]);
        fs::write(scene.fixture.root().join("more"), "[core]\n\thooksPath = /there\n").unwrap();
        fs::write(&scene.user, "[includeIf \"onbranch:ma*\"]\n\tpath = more\n").unwrap();
        assert_eq!(scene.check(&format), [true, false]);
    }
}

#[test]
fn trust_is_asked_for_before_there_is_a_repository() {
    let scene = Scene::new();
    let root = scene.fixture.root();
    fs::write(root.join("more"), "[safe]\n\tdirectory = /trusted\n").unwrap();
    let listed = |text: &str| {
        fs::write(&scene.user, text).unwrap();
        let files = [scene.user.clone()];
        safe_directories(&files, Some(&scene.home), &Limits::default().file)
    };
    for condition in ["gitdir:/", "gitdir:**", "onbranch:main", "onbranch:**"] {
        let text = format!("[includeIf \"{condition}\"]\n\tpath = more\n");
        assert!(listed(&text).is_empty(), "{condition}");
    }
    let remote = "[includeIf \"hasconfig:remote.*.url:ssh://**\"]\n\tpath = more\n";
    assert!(listed(remote).is_empty());
    let url = "[remote \"b\"]\n\turl = ssh://b/c\n";
    assert_eq!(listed(&[remote, url].concat()), [PathBuf::from("/trusted")]);
}

#[test]
fn circles_of_conditions_end() {
    let scene = Scene::new();
    let line = "[includeIf \"gitdir:/\"]\n\tpath = user.config\n[includeIf \"onbranch:**\"]\n\tpath = user.config\n\
        [includeIf \"hasconfig:remote.*.url:**\"]\n\tpath = user.config\n";
    fs::write(&scene.user, line.repeat(500) + "[core]\n\thooksPath = /x\n").unwrap();
    let config_files = vec![scene.user.clone()];
    let options = OpenOptions { config_files, ..options() };
    let repository = Repository::open(&scene.fixture.repo(), &options).expect("a repository");
    assert_eq!(repository.hooks_dir(), Some("/x".into()));
    let slow = format!("[includeIf \"gitdir:{}z\"]\n\tpath = x\n", "**/*a*".repeat(600));
    fs::write(&scene.user, slow.repeat(100)).unwrap();
    Repository::open(&scene.fixture.repo(), &options).expect("a repository");
}
