//! The outputs of a scan: one or several formats, to stdout or to files.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use scanner_core::EventSink;
use scanner_report::{Format, Output, PathBase, SinkOptions, UploadNotes};

use crate::args::{Cli, When};
use crate::env::Environment;
use crate::messages::{self, did_you_mean};

/// Columns where the terminal does not say.
const WIDTH_DEFAULT: usize = 100;

/// Where a report goes.
struct Destination {
    format: Format,
    file: Option<PathBuf>,
}

/// What the flags of a command say about its reports.
pub(crate) struct Wanted<'a> {
    /// `FORMAT` or `FORMAT=FILE`, each.
    pub(crate) formats: &'a [String],
    /// Where the only report goes.
    pub(crate) output: Option<&'a Path>,
    /// Whether secrets are shown in clear.
    pub(crate) show_secrets: bool,
    /// Where `sarif` says what it cut, if it is to be uploaded.
    pub(crate) upload: Option<UploadNotes>,
}

impl Wanted<'_> {
    /// Whether the person at the terminal reads in the report itself what became of the scan.
    pub(crate) fn tells_people(&self) -> bool {
        std::io::stdout().is_terminal()
            && self.output.is_none()
            && (self.formats.is_empty() || self.formats.iter().any(|format| format == "text"))
    }

    /// Says what was cut from what is to be uploaded.
    pub(crate) fn tell_cuts(&self) {
        for sentence in self.upload.iter().flat_map(UploadNotes::take) {
            messages::note(&sentence);
        }
    }
}

/// The sinks that the flags ask for, and whether one of them wants line hashes.
pub(crate) fn build(
    cli: &Cli,
    args: &Wanted<'_>,
    environment: &Environment,
    root: Option<&Path>,
) -> anyhow::Result<(Vec<Box<dyn EventSink>>, bool)> {
    let destinations = destinations(args)?;
    if destinations.iter().filter(|d| d.file.is_none()).count() > 1 {
        bail!("only one report can go to stdout; write the others as FORMAT=FILE");
    }
    if args.upload.is_some() && destinations.iter().all(|d| d.format != Format::Sarif) {
        bail!("--upload-ready goes with -f sarif");
    }
    let mut sinks = Vec::new();
    for destination in &destinations {
        sinks.push(sink(cli, args, environment, (destination, root))?);
    }
    let line_hashes = destinations.iter().any(|d| d.format == Format::Sarif);
    Ok((sinks, line_hashes))
}

fn destinations(args: &Wanted<'_>) -> anyhow::Result<Vec<Destination>> {
    let mut out = Vec::new();
    for text in args.formats {
        let (name, file) = match text.split_once('=') {
            Some((name, "")) => bail!("`{text}` names no file; write -f {name}=FILE"),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text.as_str(), None),
        };
        let Ok(format) = name.parse::<Format>() else {
            let known = Format::ALL.map(Format::name);
            let hint = did_you_mean(name, known.into_iter());
            let several = if name.contains(',') { "; say -f once for each" } else { &hint };
            bail!("`{name}` is no format{several}; known are {}", known.join(", "));
        };
        out.push(Destination { format, file });
    }
    if out.is_empty() {
        out.push(Destination { format: Format::Text, file: None });
    }
    if let Some(path) = args.output {
        match out.as_mut_slice() {
            [only] if only.file.is_none() => only.file = Some(path.to_owned()),
            _ => bail!("--output goes with one report; write several as -f FORMAT=FILE"),
        }
    }
    Ok(out)
}

fn sink(
    cli: &Cli,
    args: &Wanted<'_>,
    environment: &Environment,
    (destination, root): (&Destination, Option<&Path>),
) -> anyhow::Result<Box<dyn EventSink>> {
    let terminal = destination.file.is_none() && std::io::stdout().is_terminal();
    let options = SinkOptions {
        show_secrets: args.show_secrets,
        color: match cli.color {
            _ if cli.no_color => false,
            When::Always => destination.file.is_none(),
            When::Never => false,
            When::Auto => terminal && !environment.no_color && !environment.dumb_terminal,
        },
        width: environment.columns.or_else(terminal_columns).unwrap_or(WIDTH_DEFAULT),
        base: base(root),
        upload: args.upload.clone(),
    };
    if let Some(path) = &destination.file {
        return Ok(destination.format.file_sink(path, &options)?);
    }
    let stdout = Box::new(std::io::stdout());
    let output = if destination.format == Format::Jsonl {
        Output::live("stdout", stdout)
    } else {
        Output::buffered("stdout", stdout)
    };
    Ok(destination.format.sink(output, &options))
}

/// Columns of the terminal that standard output is; none where it is no terminal.
#[cfg(unix)]
fn terminal_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(not(unix))]
fn terminal_columns() -> Option<usize> {
    None
}

/// Paths in reports are relative to the root of the repository that holds what is scanned.
fn base(root: Option<&Path>) -> PathBase {
    let Ok(working_dir) = std::env::current_dir() else { return PathBase::default() };
    let absolute = root.map_or_else(|| working_dir.clone(), |root| working_dir.join(root));
    let absolute = absolute.canonicalize().unwrap_or(absolute);
    let repository =
        absolute.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
    let root = repository.unwrap_or(absolute);
    PathBase { root: Some(root), working_dir: Some(working_dir) }
}
