//! `scan git`: from flags to a [`GitSource`].

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use scanner_runtime::fs::{PathFilter, WalkPolicy};
use scanner_runtime::scanner_git::{self, Limits, OpenOptions, Overlay, Trust};
use scanner_runtime::{GitMode, GitSelection, GitSource, NothingSeenYet};

use crate::args::{GitArgs, Mode, OnOff};
use crate::env::Environment;
use crate::{ci, dates};

/// Bytes that a hook may be told on standard input: some hundred thousand references.
const HOOK_INPUT_BYTES_MAX: u64 = 64 << 20;

/// Memory of the git source where no ceiling is stated.
const MEMORY_BYTES: u64 = 256 << 20;

/// The part of a memory ceiling that the git source takes.
const MEMORY_SHARE: u64 = 2;

/// What a source is made from besides the flags.
pub(crate) struct Surroundings<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) policy: &'a WalkPolicy,
    pub(crate) jobs: usize,
    pub(crate) max_memory: Option<u64>,
}

/// The source for `scan git`.
pub(crate) fn source(
    repositories: &[PathBuf],
    args: &GitArgs,
    around: &Surroundings<'_>,
) -> anyhow::Result<GitSource> {
    let prefix = |path: &PathBuf| match repositories {
        [_] => Vec::new(),
        _ => [path.as_os_str().as_encoded_bytes(), b"/"].concat(),
    };
    let mode = match args.mode {
        Some(Mode::DiffHistory) => GitMode::DiffHistory,
        Some(Mode::OdbBlob) | None => GitMode::OdbBlob,
    };
    let memory = around.max_memory.map_or(MEMORY_BYTES, |bytes| bytes / MEMORY_SHARE);
    Ok(GitSource {
        repositories: repositories.to_vec(),
        prefixes: repositories.iter().map(prefix).collect(),
        selection: selection(args, around.environment)?,
        mode,
        show_authors: args.show_authors,
        all_paths: args.all_paths,
        delta_aware: args.delta == OnOff::On,
        options: OpenOptions {
            limits: Limits::from_memory(memory, around.jobs),
            spill_dir: std::env::temp_dir(),
            trust: Trust::Listed(safe_directories(around.environment)),
            home: around.environment.git.home.clone(),
            config_files: around.environment.git.config_files.clone(),
            overlay: overlay(args, around.environment),
        },
        paths: Arc::new(PathFilter::new(around.policy)?),
        max_object_bytes: around.policy.max_file_size.unwrap_or(u64::MAX),
        seen: Arc::new(NothingSeenYet),
        ahead: Arc::default(),
    })
}

/// The source for the history of the work tree `root`.
pub(crate) fn history_of(
    root: &Path,
    args: &GitArgs,
    around: &Surroundings<'_>,
) -> anyhow::Result<GitSource> {
    let mut source = source(&[root.to_path_buf()], args, around)?;
    source.prefixes = vec![scanner_runtime::fs::shown_prefix(root)];
    Ok(source)
}

fn selection(args: &GitArgs, environment: &Environment) -> anyhow::Result<GitSelection> {
    if args.staged {
        return Ok(GitSelection::Staged);
    }
    if let Some(range) = &args.range {
        return Ok(GitSelection::Ranges(vec![range.clone()]));
    }
    if args.ci {
        let mut variables = environment.ci.clone();
        if let Some(before) = variables.get("GITHUB_EVENT_PATH").and_then(|path| before_push(path))
        {
            variables.insert("GITHUB_EVENT_BEFORE", before);
        }
        let get = |name: &str| variables.get(name).cloned();
        let ranges = ci::ranges(&get).context(
            "--ci: no hosted CI is recognised by its environment variables; state the commits with --range A..B",
        )?;
        tracing::info!("range of this CI job: {}", ranges.join(", or "));
        return Ok(GitSelection::Ranges(ranges));
    }
    if args.pre_push {
        return Ok(GitSelection::PrePush { input: hook_input()?, remote: args.remote.clone() });
    }
    if args.pre_receive {
        return Ok(GitSelection::PreReceive { input: hook_input()? });
    }
    let branch = args.branch.clone();
    match (&args.since, branch) {
        (Some(since), branch) => Ok(match dates::parse(since, dates::now())? {
            Some(unix) => GitSelection::SinceTime { unix, branch },
            None => GitSelection::SinceRevision { revision: since.clone(), branch },
        }),
        (None, Some(branch)) => Ok(GitSelection::Branch(branch)),
        (None, None) => Ok(GitSelection::All),
    }
}

/// What a branch pointed at before the push that GitHub's event file tells of.
fn before_push(path: &str) -> Option<String> {
    let text = std::fs::read(path).ok()?;
    let event: serde_json::Value = serde_json::from_slice(&text).ok()?;
    event.get("before")?.as_str().map(str::to_owned)
}

/// What git trusts although it belongs to somebody else.
pub(crate) fn safe_directories(environment: &Environment) -> Vec<PathBuf> {
    let git = &environment.git;
    scanner_git::safe_directories(&git.config_files, git.home.as_deref(), &Limits::default().file)
}

fn hook_input() -> anyhow::Result<Vec<u8>> {
    let mut input = Vec::new();
    let mut stdin = std::io::stdin().lock().take(HOOK_INPUT_BYTES_MAX + 1);
    stdin.read_to_end(&mut input).context("what git tells the hook cannot be read")?;
    if input.len() as u64 > HOOK_INPUT_BYTES_MAX {
        bail!("what git tells the hook is longer than {HOOK_INPUT_BYTES_MAX} bytes");
    }
    Ok(input)
}

/// What git says to its hooks by variables; it matters only where a hook's work is done.
fn overlay(args: &GitArgs, environment: &Environment) -> Overlay {
    let split = |dirs: &OsString| std::env::split_paths(dirs).collect::<Vec<_>>();
    let git = &environment.git;
    let object_dirs = if args.pre_receive {
        let own = git.object_directory.iter().map(PathBuf::from);
        own.chain(git.alternate_objects.iter().flat_map(split))
            .filter(|dir| !dir.as_os_str().is_empty())
            .collect()
    } else {
        Vec::new()
    };
    let index_file = git.index_file.as_ref().filter(|_| args.staged).map(PathBuf::from);
    Overlay { object_dirs, index_file }
}
