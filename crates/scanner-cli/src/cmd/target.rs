//! What is scanned: the words behind `scan` as a source of bytes.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use scanner_runtime::fs::WalkPolicy;
use scanner_runtime::{KeyPaths, Source};

use super::git::{self, Surroundings};
use super::settings;
use crate::args::ScanArgs;
use crate::config_file::Config;
use crate::env::Environment;
use crate::store_place::StorePlace;

/// What is scanned.
pub(super) enum Target {
    Files(Vec<PathBuf>),
    Git(Vec<PathBuf>),
    WorkTree(PathBuf),
    Image(Vec<PathBuf>),
    Stdin,
}

impl Target {
    /// `fs PATH…`, `stdin`, or paths.
    pub(super) fn of(args: &ScanArgs) -> anyhow::Result<Self> {
        let first = args.targets.first().map(|t| t.to_string_lossy().into_owned());
        let paths =
            |from: usize| args.targets[from..].iter().map(PathBuf::from).collect::<Vec<_>>();
        match first.as_deref() {
            Some("stdin" | "-") if args.targets.len() == 1 => Ok(Self::Stdin),
            Some(name @ ("stdin" | "-")) if !Path::new(name).exists() => {
                bail!(
                    "scan {name} reads standard input and nothing else; scan the rest in a run of its own"
                )
            }
            Some("fs") if args.targets.len() > 1 => Ok(Self::Files(paths(1))),
            Some("fs") if !Path::new("fs").exists() => bail!("scan fs: which file or folder?"),
            Some("image") if args.targets.len() > 1 => Ok(Self::Image(paths(1))),
            Some("image") if !Path::new("image").exists() => bail!("scan image: which image?"),
            Some("git") if args.targets.len() > 1 => Ok(Self::Git(paths(1))),
            Some("git") if !Path::new("git").exists() => {
                bail!("scan git: which repository? (`scan git .` is the one you are in)")
            }
            _ if args.git.is_partial() => {
                bail!("flags that choose a part of history go with `scan git`")
            }
            _ => Ok(match paths(0).as_slice() {
                [only] if only.join(".git").exists() => Self::WorkTree(only.clone()),
                several => Self::Files(several.to_vec()),
            }),
        }
    }

    /// Addresses and names of images are not fetched: what to do instead. What is missing beside others is told at the end.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let roots = self.roots();
        if let [root] = &roots[..]
            && !root.exists()
        {
            let name = root.to_string_lossy();
            if name.contains("://") || name.starts_with("git@") {
                bail!(
                    "{name} is an address, and nothing is fetched: scan a copy of it (git clone --mirror)"
                );
            }
            if matches!(self, Self::Image(_)) {
                bail!(
                    "there is no image {name}; `docker save {name} -o image.tar` writes one into a file"
                );
            }
        }
        Ok(())
    }

    /// Files and folders, if it is any.
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        match self {
            Self::Files(roots) | Self::Git(roots) | Self::Image(roots) => roots.clone(),
            Self::WorkTree(root) => vec![root.clone()],
            Self::Stdin => Vec::new(),
        }
    }

    /// How identities see paths; those of a history are below the repository already.
    pub(super) fn key_paths(&self) -> KeyPaths {
        match self {
            Self::Git(_) => KeyPaths::default(),
            _ => KeyPaths::new(&self.roots()),
        }
    }

    /// The folder in which configuration and ignore file are looked for.
    pub(super) fn root(&self) -> Option<&Path> {
        let first = match self {
            Self::Files(roots) | Self::Git(roots) | Self::Image(roots) => roots.first()?,
            Self::WorkTree(root) => root,
            Self::Stdin => return None,
        };
        if first.is_file() {
            first.parent().filter(|p| !p.as_os_str().is_empty())
        } else {
            Some(first)
        }
    }

    /// Where its bytes come from.
    pub(super) fn source(
        &self,
        args: &ScanArgs,
        config: &Config,
        environment: &Environment,
    ) -> anyhow::Result<Source> {
        let own_files = StorePlace::of_scan(&args.store, environment).globs_below(&self.roots());
        let (include, exclude) = settings::globs(args, config);
        let is_image = matches!(self, Self::Image(_));
        if !is_image && !args.archives.exclude_layers.is_empty() {
            bail!("--exclude-layers goes with `scan image`");
        }
        let policy = WalkPolicy {
            respect_ignore: !args.no_ignore,
            hidden: true,
            max_file_size: settings::max_file_size(args, config),
            include,
            exclude: [&exclude[..], &own_files].concat(),
            git_global_excludes: environment.git_excludes.clone(),
        };
        let around = Surroundings {
            environment,
            policy: &policy,
            jobs: settings::jobs(args, config).get(),
            max_memory: settings::max_memory(args, config),
        };
        Ok(match self {
            Self::Stdin => Source::Stream { name: "stdin".to_owned() },
            Self::Files(roots) => Source::Files { roots: roots.clone(), policy },
            Self::Image(images) => Source::Image {
                images: images.clone(),
                exclude_layers: excluded_layers(&args.archives.exclude_layers)?,
            },
            Self::Git(repositories) => Source::Git(git::source(repositories, &args.git, &around)?),
            Self::WorkTree(root) => {
                let git = git::history_of(root, &args.git, &around)?;
                Source::WorkTree { roots: vec![root.clone()], policy, git }
            }
        })
    }
}

/// Digests of layers, stated or in files, one a line.
fn excluded_layers(stated: &[String]) -> anyhow::Result<Vec<String>> {
    let is_digest = |text: &str| {
        let hash = text.strip_prefix("sha256:").unwrap_or(text);
        hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let mut digests = Vec::new();
    for stated in stated {
        let lines = if is_digest(stated) {
            stated.clone()
        } else {
            std::fs::read_to_string(stated)
                .with_context(|| format!("--exclude-layers: {stated} is no digest and no file"))?
        };
        for line in lines.lines() {
            let text = line.split('#').next().unwrap_or_default().trim();
            anyhow::ensure!(
                text.is_empty() || is_digest(text),
                "--exclude-layers: {stated}: `{text}` is no digest"
            );
            if !text.is_empty() {
                let hash = text.strip_prefix("sha256:").unwrap_or(text);
                digests.push(format!("sha256:{}", hash.to_ascii_lowercase()));
            }
        }
    }
    Ok(digests)
}
