//! `hook`: installs a file that git runs, and does its work.
//!
//! The installed file calls this program by its name, so that an update of the program needs no new file. Where a hook is
//! there already nothing is changed, and what to write into it is said.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Parser as _;
use scanner_runtime::scanner_git::{Limits, OpenOptions, Overlay, Repository, Trust};

use super::output::print;
use super::{git, scan};
use crate::args::{Cli, Command, HookArgs, HookCommand, HookKind};
use crate::env::Environment;
use crate::exit::Exit;

/// Tells our files from others.
const MARK: &str = "# scanner-rs hook";

/// Runs the command.
pub(crate) fn run(cli: &Cli, args: &HookArgs, environment: &Environment) -> anyhow::Result<Exit> {
    match &args.command {
        HookCommand::Install { kind, repository, force } => {
            install(*kind, repository, *force, environment)
        }
        HookCommand::Run { kind, rest } => work(cli, *kind, rest, environment),
    }
}

fn install(
    kind: HookKind,
    path: &Path,
    force: bool,
    environment: &Environment,
) -> anyhow::Result<Exit> {
    let options = OpenOptions {
        limits: Limits::default(),
        spill_dir: std::env::temp_dir(),
        trust: Trust::Listed(git::safe_directories(environment)),
        home: environment.git.home.clone(),
        config_files: environment.git.config_files.clone(),
        overlay: Overlay::default(),
    };
    let repository = Repository::open(path, &options)?;
    let hooks = repository.hooks_dir().context("a bundle has no hooks")?;
    let file = hooks.join(kind.file_name());
    let is_ours = fs::read(&file).is_ok_and(|text| contains(&text, MARK.as_bytes()));
    if file.symlink_metadata().is_ok() && !is_ours && !force {
        bail!(
            "{} is there already; write `{}` into it, or replace it with --force",
            file.display(),
            call(kind)
        );
    }
    let text = format!("#!/bin/sh\n{MARK}\nexec {}\n", call(kind));
    fs::create_dir_all(&hooks).with_context(|| format!("{} cannot be made", hooks.display()))?;
    write_program(&file, text.as_bytes())
        .with_context(|| format!("{} cannot be written", file.display()))?;
    print(&format!("{} runs before every {}\n", file.display(), occasion(kind)))?;
    Ok(Exit::Clean)
}

fn call(kind: HookKind) -> String {
    format!("scanner-rs hook run {} \"$@\"", kind.file_name())
}

const fn occasion(kind: HookKind) -> &'static str {
    match kind {
        HookKind::Commit => "commit",
        HookKind::Push => "push",
        HookKind::Receive => "push that arrives",
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Writes beside the file and renames, so that git never runs half of it.
fn write_program(file: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".scanner-rs-new");
    let new = file.with_file_name(name);
    let mut out = fs::File::create(&new)?;
    out.write_all(text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        out.set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    out.sync_all()?;
    drop(out);
    fs::rename(&new, file)
}

/// Scans what the hook is about. That there is nothing to scan lets git go on.
fn work(
    cli: &Cli,
    kind: HookKind,
    rest: &[OsString],
    environment: &Environment,
) -> anyhow::Result<Exit> {
    // Git tells a pre-push hook the remote's name and address, and the others nothing.
    let told = if kind == HookKind::Push { rest.len().min(2) } else { 0 };
    let (told, flags) = rest.split_at(told);
    let mut words: Vec<OsString> = ["scanner-rs", "scan", "git", "."].map(OsString::from).into();
    match kind {
        HookKind::Commit => words.push("--staged".into()),
        HookKind::Receive => words.push("--pre-receive".into()),
        HookKind::Push => {
            words.push("--pre-push".into());
            // Where the remote has no name git tells its address twice.
            if let Some(remote) = told.first() {
                let mut flag = OsString::from("--remote=");
                flag.push(remote);
                words.push(flag);
            }
        }
    }
    words.extend(flags.iter().filter(|word| *word != "--").cloned());
    let wrong = "what stands behind the hook's name must be flags of `scan git`";
    let parsed = Cli::try_parse_from(&words).context(wrong)?;
    let Some(Command::Scan(args)) = &parsed.command else { bail!(wrong) };
    match scan::run(cli, args, environment)? {
        Exit::Nothing => Ok(Exit::Clean),
        exit => Ok(exit),
    }
}
