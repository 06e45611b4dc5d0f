//! How each kind of item is made: with the ordinary client of the registry that has it.
//!
//! Everything is made inside the folder that is handed in; the result is a path in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Source;
use crate::{place, tool};

/// Makes the item called `name` in `work`, a new folder, and returns its path.
///
/// # Errors
/// A client is missing, has no such package, or gave something else than expected.
pub(super) fn make(name: &str, source: &Source, work: &Path) -> Result<PathBuf> {
    match source {
        Source::DebianArchive { package, version, archive } => {
            let unpacked = debian_package(package, version, work)?;
            unpack(&unpacked.join(archive), &work.join("tree"))
        }
        Source::DebianProgram { package, version, file } => match place::on_path(name) {
            Some(found) => copy(&found, &work.join(name)),
            None => Ok(debian_package(package, version, work)?.join(file)),
        },
        Source::NpmTree { packages } => npm_tree(packages, work),
        Source::EmptyFolder => {
            let folder = work.join("empty");
            std::fs::create_dir(&folder)?;
            Ok(folder)
        }
        Source::GitMirror { url } => {
            tool::answer(git(work).args(["clone", "--quiet", "--mirror", url, "mirror"]))?;
            Ok(work.join("mirror"))
        }
        Source::StagedFiles { staged } => staged_files(*staged, work),
        Source::PlantedTree { files, tokens } => planted_tree(*files, *tokens, work),
        Source::PackedTree { of, gzip } => packed_tree(of, *gzip, work),
        Source::PypiProgram { package, version, file } => {
            pypi_package(package, version, work)?;
            let program = work.join("site").join(file);
            ensure!(program.is_file(), "{package} {version} has no {file} for this machine");
            executable(&program)?;
            Ok(program)
        }
        Source::CargoProgram { package, version } => cargo_program(name, package, version, work),
    }
}

/// `git` without anybody's configuration.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.args(["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]);
    command
}

/// A repository of five hundred small files, of which `staged` are changed and staged.
fn staged_files(staged: usize, work: &Path) -> Result<PathBuf> {
    const FILES: usize = 500;
    let repository = work.join("staged");
    tool::answer(git(work).args(["init", "--quiet", "--initial-branch=main", "staged"]))?;
    let write = |file: usize, text: &str| -> Result<()> {
        let folder = repository.join(format!("dir{}", file % 20));
        std::fs::create_dir_all(&folder)?;
        let line = format!("{text} {file}: a line like those of a program, of no interest\n");
        Ok(std::fs::write(folder.join(format!("file{file}.txt")), line.repeat(100))?)
    };
    for file in 0..FILES {
        write(file, "first")?;
    }
    tool::answer(git(&repository).args(["add", "--all"]))?;
    tool::answer(git(&repository).args(["commit", "--quiet", "--message=all"]))?;
    for file in 0..staged {
        write(file, "second")?;
    }
    tool::answer(git(&repository).args(["add", "--all"]))?;
    Ok(repository)
}

/// Files of some 16 KB, as those of a program, with `tokens` made-up access tokens in each, no two alike.
fn planted_tree(files: usize, tokens: usize, work: &Path) -> Result<PathBuf> {
    const LINES: usize = 300;
    const WORDS: [&str; 8] =
        ["count", "index", "buffer", "reader", "offset", "length", "frame", "node"];
    let tree = work.join("planted");
    let mut state = 0x2026_1121_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    for file in 0..files {
        let mut lines = Vec::with_capacity(LINES + tokens);
        for line in 0..LINES {
            let (a, b, c) = (WORDS[next(8)], WORDS[next(8)], WORDS[next(8)]);
            lines.push(format!("    let {a}_{line} = {b}.{c}({}) + {a}.len();", next(1000)));
        }
        for token in 0..tokens {
            let alphabet = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
            let body: String = (0..20).map(|_| char::from(alphabet[next(62)])).collect();
            let line = format!("gitlab_{token} = \"{}{body}\"", ["glp", "at-"].concat());
            lines.insert(next(lines.len()), line);
        }
        let folder = tree.join(format!("{}/{}", file % 31, file % 97));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("f{file}.rs")), lines.join("\n"))?;
    }
    Ok(tree)
}

/// The corpus `of`, which lies beside `work`, as one archive.
fn packed_tree(of: &str, gzip: bool, work: &Path) -> Result<PathBuf> {
    let tree = work.parent().map(|data| data.join(of)).filter(|tree| tree.is_dir());
    let tree = tree.with_context(|| format!("{of} is not there yet: provide it first"))?;
    let folder = work.join("packed");
    std::fs::create_dir(&folder)?;
    let archive = folder.join(format!("{of}.tar{}", if gzip { ".gz" } else { "" }));
    let mut command = Command::new("tar");
    command.args(["--create", "--sort=name", "--file"]).arg(&archive);
    command.args(if gzip { &["--gzip"][..] } else { &[] });
    tool::answer(command.arg("--directory").arg(&tree).arg("."))?;
    Ok(folder)
}

/// Downloads and unpacks a Debian package; another version when the archive lost the pinned one.
fn debian_package(package: &str, version: &str, work: &Path) -> Result<PathBuf> {
    ensure!(place::on_path("apt-get").is_some(), "this is no Debian: there is no apt-get");
    let download = |what: &str| {
        tool::answer(Command::new("apt-get").current_dir(work).args(["download", "-q", what]))
    };
    if let Err(error) = download(&format!("{package}={version}")) {
        println!("  {package} {version}: {error:#}; trying the newest: counts will differ");
        download(package)?;
    }
    let file = only_file(work, "deb")?;
    let unpacked = work.join("package");
    tool::answer(Command::new("dpkg-deb").arg("--extract").arg(&file).arg(&unpacked))?;
    Ok(unpacked)
}

fn npm_tree(packages: &[String], work: &Path) -> Result<PathBuf> {
    let tree = work.join("tree");
    let archives = work.join("archives");
    std::fs::create_dir(&archives)?;
    // `pack` gives what was published and nothing that it depends on: the same bytes for ever.
    let mut command = Command::new("npm");
    command.current_dir(&archives).args(["pack", "--ignore-scripts", "--silent"]).args(packages);
    tool::answer(&mut command)?;
    let mut unpacked = 0;
    for entry in std::fs::read_dir(&archives)? {
        let archive = entry?.path();
        let Some(stem) = archive.file_stem() else { continue };
        unpack(&archive, &tree.join("node_modules").join(stem))?;
        unpacked += 1;
    }
    ensure!(unpacked == packages.len(), "{unpacked} of {} packages came", packages.len());
    Ok(tree)
}

fn pypi_package(package: &str, version: &str, work: &Path) -> Result<()> {
    let mut command = Command::new("python3");
    command.current_dir(work).args(["-m", "pip", "install", "--quiet", "--no-deps"]);
    command.args(["--only-binary", ":all:", "--target", "site", &format!("{package}=={version}")]);
    tool::answer(&mut command).map(drop)
}

fn cargo_program(name: &str, package: &str, version: &str, work: &Path) -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    // A peer may ask for a newer compiler than it needs; a build that works is a build.
    command.current_dir(work).args(["install", "--quiet", "--locked", "--ignore-rust-version"]);
    command.args(["--version", version, "--root", "root", "--target-dir", "target", package]);
    tool::answer(&mut command)?;
    let program = work.join("root/bin").join(name);
    ensure!(program.is_file(), "{package} {version} has no program {name}");
    Ok(program)
}

/// Unpacks a tar archive into the new folder `into`, without its first level.
fn unpack(archive: &Path, into: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(into)?;
    let mut command = Command::new("tar");
    command.args(["--extract", "--strip-components=1", "--no-same-owner", "--file"]);
    tool::answer(command.arg(archive).arg("--directory").arg(into))?;
    Ok(into.to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<PathBuf> {
    std::fs::copy(from, to).with_context(|| from.display().to_string())?;
    Ok(to.to_owned())
}

#[cfg(unix)]
fn executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))?)
}

fn only_file(folder: &Path, extension: &str) -> Result<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    ensure!(found.len() == 1, "{} files end in .{extension}, one was expected", found.len());
    Ok(found.remove(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staged_files_are_staged() {
        let work = tempfile::tempdir().unwrap();
        let made = staged_files(10, work.path()).unwrap();
        let mut command = git(&made);
        let listed = tool::answer(command.args(["diff", "--cached", "--name-only"])).unwrap();
        assert_eq!(String::from_utf8(listed).unwrap().lines().count(), 10);
        assert!(tool::answer(git(&made).args(["diff", "--quiet"])).is_ok());
    }

    #[test]
    fn a_planted_tree_is_the_same_each_time() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let texts = [&one, &two].map(|work| {
            let tree = planted_tree(3, 4, work.path()).unwrap();
            std::fs::read_to_string(tree.join("2/2/f2.rs")).unwrap()
        });
        assert_eq!(texts[0], texts[1]);
        assert_eq!(texts[0].matches("gitlab_").count(), 4);
        assert!((8_000..32_000).contains(&texts[0].len()), "{}", texts[0].len());
    }

    #[test]
    fn an_archive_is_unpacked_without_its_first_level() {
        let work = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(work.path().join("package/lib")).unwrap();
        std::fs::write(work.path().join("package/lib/a.js"), "a").unwrap();
        let archive = work.path().join("a.tgz");
        let mut command = Command::new("tar");
        command.current_dir(work.path()).args(["-czf", "a.tgz", "package"]);
        tool::answer(&mut command).unwrap();
        let tree = unpack(&archive, &work.path().join("into/deep")).unwrap();
        assert_eq!(std::fs::read(tree.join("lib/a.js")).unwrap(), b"a");
        assert!(unpack(&work.path().join("absent.tgz"), &work.path().join("other")).is_err());
    }

    #[test]
    fn one_file_is_expected() {
        let folder = tempfile::tempdir().unwrap();
        assert!(only_file(folder.path(), "deb").is_err());
        std::fs::write(folder.path().join("a.deb"), "").unwrap();
        assert!(only_file(folder.path(), "deb").unwrap().ends_with("a.deb"));
        std::fs::write(folder.path().join("b.deb"), "").unwrap();
        assert!(only_file(folder.path(), "deb").is_err());
    }

    #[test]
    fn an_item_that_cannot_be_had_is_an_error_with_a_reason() {
        let work = tempfile::tempdir().unwrap();
        let source = Source::DebianProgram {
            package: "not a package".to_owned(),
            version: "0".to_owned(),
            file: "x".to_owned(),
        };
        let error = make("surely-no-such-program", &source, work.path()).unwrap_err();
        assert!(!error.to_string().is_empty());
    }
}
