//! Runs the engines of one definition in turns (A B A B ...), warm-up first, and checks every run.
//!
//! A run with another exit code than accepted, with a count other than stated, or with other counts
//! than the first run of the same engine ends the definition: there is nothing to time in a wrong
//! answer.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::counts::{self, Reported};
use super::definition::{Counts, Definition, Kind};
use super::engines::{Engine, Engines, Finder, Found, ReportPlace};
use super::figures::{Figures, Sample};
use super::measure::{Plan, Usage};
use super::synthetic;
use crate::tool;

/// Runs a plan; the second argument is where to pin it.
pub(crate) type Runner<'a> = &'a dyn Fn(&Plan, Option<&str>) -> Result<Usage>;

/// What the rounds of one definition gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) figures: Vec<Figures>,
    /// Engines whose program is not on this machine.
    pub(crate) absent: Vec<String>,
    pub(crate) corpus: Counts,
}

/// An engine with its program found and its places filled in.
struct Ready<'a> {
    name: &'a str,
    engine: &'a Engine,
    found: Found,
    plan: Plan,
    report: std::path::PathBuf,
    /// A folder that is empty at each start.
    fresh: std::path::PathBuf,
}

/// Measures `definition` with what `engines` and `finder` know.
///
/// # Errors
/// The corpus is missing or not as stated, or a run is wrong.
pub(crate) fn measure(
    definition: &Definition,
    engines: &Engines,
    finder: &Finder,
    runner: Runner<'_>,
) -> Result<Outcome> {
    let corpus = finder.data.join(&definition.corpus);
    let corpus_counts = count(&corpus)
        .with_context(|| format!("no corpus {}: run `cargo xtask corpora`", definition.corpus))?;
    agree(&format!("corpus {}", definition.corpus), &definition.expect.corpus, &corpus_counts)?;
    let folder = tempfile::tempdir()?;
    let (mut ready, mut absent) = (Vec::new(), Vec::new());
    for name in &definition.engines {
        let engine = engines.engine(name)?;
        match engines.find(engine, finder)? {
            Some(found) => {
                let room = Room { definition, corpus: &corpus, folder: folder.path() };
                ready.push(room.prepare(name, engine, found)?);
            }
            None => absent.push(name.clone()),
        }
    }
    let figures = take_turns(definition, &ready, runner)?;
    Ok(Outcome { figures, absent, corpus: corpus_counts })
}

/// What the places of an engine's arguments are filled in from.
struct Room<'a> {
    definition: &'a Definition,
    corpus: &'a Path,
    /// For reports and made-up detectors.
    folder: &'a Path,
}

impl Room<'_> {
    fn prepare<'e>(&self, name: &'e str, engine: &'e Engine, found: Found) -> Result<Ready<'e>> {
        let out = self.folder.join(format!("{name}.out"));
        let stdout = self.folder.join(format!("{name}.stdout"));
        let fresh = self.folder.join(format!("{name}.fresh"));
        let fill = |word: &String| {
            self.fill(word, &out).map(|word| word.replace("{fresh}", &fresh.to_string_lossy()))
        };
        let args: Result<Vec<String>> = engine.args.iter().map(fill).collect();
        let from = engine.counts.as_ref().map_or(ReportPlace::Stdout, |counts| counts.from);
        let report = if from == ReportPlace::Out { out } else { stdout.clone() };
        let plan = Plan {
            program: found.file.clone(),
            args: args.with_context(|| name.to_owned())?,
            stdout,
            stderr: self.folder.join(format!("{name}.stderr")),
            timeout: Duration::from_secs(self.definition.timeout_seconds),
        };
        Ok(Ready { name, engine, found, plan, report, fresh })
    }

    /// Fills in the places of one word, and makes up the detectors that it asks for.
    fn fill(&self, word: &str, out: &Path) -> Result<String> {
        let detectors = word.strip_prefix("{detectors:").and_then(|rest| rest.strip_suffix('}'));
        if let Some(count) = detectors {
            let count = count.parse().with_context(|| format!("{word} names no count"))?;
            let file = self.folder.join(format!("detectors-{count}.toml"));
            std::fs::write(&file, synthetic::detectors(count))?;
            return Ok(file.to_string_lossy().into_owned());
        }
        Ok(word
            .replace("{corpus}", &self.corpus.to_string_lossy())
            .replace("{jobs}", &self.definition.jobs.to_string())
            .replace("{out}", &out.to_string_lossy()))
    }
}

fn take_turns(
    definition: &Definition,
    ready: &[Ready<'_>],
    runner: Runner<'_>,
) -> Result<Vec<Figures>> {
    let mut figures: Vec<Figures> = Vec::new();
    for round in 0..definition.warmup + definition.runs {
        for (index, one) in ready.iter().enumerate() {
            let (sample, counts) =
                turn(definition, one, runner).with_context(|| one.name.to_owned())?;
            if figures.len() == index {
                figures.push(Figures {
                    engine: one.name.to_owned(),
                    version: one.found.version.clone(),
                    args: one.engine.args.clone(),
                    counts,
                    samples: Vec::new(),
                });
            }
            let figures = &mut figures[index];
            ensure!(
                figures.counts == counts,
                "{}: two runs differ: {:?}, then {counts:?}",
                one.name,
                figures.counts
            );
            if round >= definition.warmup {
                figures.samples.push(sample);
            }
        }
    }
    Ok(figures)
}

/// One checked run.
fn turn(definition: &Definition, one: &Ready<'_>, runner: Runner<'_>) -> Result<(Sample, Counts)> {
    if one.report.exists() {
        std::fs::remove_file(&one.report)?; // a report of the run before must not stand for this one
    }
    if one.fresh.exists() {
        std::fs::remove_dir_all(&one.fresh)?;
    }
    std::fs::create_dir(&one.fresh)?;
    let usage = runner(&one.plan, definition.pin.as_deref())?;
    let complaint = || {
        let told = std::fs::read(&one.plan.stderr).unwrap_or_default();
        tool::last_lines(&told, 3)
    };
    let Some(code) = usage.exit_code else {
        anyhow::bail!("ended by a signal after {:.1?}: {}", usage.wall, complaint());
    };
    ensure!(one.engine.exit_codes.contains(&code), "exit code {code}: {}", complaint());
    let reported = match &one.engine.counts {
        Some(source) => counts::read(source, &one.report)?,
        None => Reported::default(),
    };
    let stated = definition.expect.engine.get(one.name).copied().unwrap_or_default();
    agree(one.name, &stated, &reported.counts)?;
    Ok((sample(definition.kind, &usage, &reported)?, reported.counts))
}

fn agree(who: &str, stated: &Counts, found: &Counts) -> Result<()> {
    let differences = counts::differences(who, stated, found);
    ensure!(differences.is_empty(), "wrong count: {}", differences.join("; "));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people; 53 bits are enough")]
fn sample(kind: Kind, usage: &Usage, reported: &Reported) -> Result<Sample> {
    let (gb_per_s, own_ms) = match (kind, reported.counts.bytes, reported.seconds) {
        (Kind::Process, _, _) => (None, None),
        // What is no matter of bytes reports none of them.
        (Kind::Engine, Some(0), Some(seconds)) => (None, Some(seconds * 1e3)),
        (Kind::Engine, Some(bytes), Some(seconds)) if seconds > 0.0 => {
            (Some(bytes as f64 / seconds / 1e9), None)
        }
        (Kind::Engine, _, _) => anyhow::bail!("reports no bytes and seconds: what is its speed?"),
    };
    Ok(Sample {
        wall_ms: usage.wall.as_secs_f64() * 1e3,
        cpu_ms: (usage.user + usage.system).as_secs_f64() * 1e3,
        rss_mib: usage.peak_rss_bytes as f64 / f64::from(1 << 20),
        gb_per_s,
        own_ms,
    })
}

/// The regular files below `folder` and their bytes; symbolic links are not followed.
///
/// # Errors
/// A folder cannot be read.
pub(crate) fn count(folder: &Path) -> Result<Counts> {
    let (mut files, mut bytes) = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files += 1;
                bytes += entry.metadata()?.len();
            }
        }
    }
    Ok(Counts { files: Some(files), bytes: Some(bytes), findings: None })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::super::definition::tests::SMALL;
    use super::super::measure::here;
    use super::*;

    /// A data folder with a corpus of two files, and two engines that are shell scripts.
    struct Bench {
        data: tempfile::TempDir,
        engines: Engines,
    }

    /// Says `script` as the program `ours`; the floor does nothing.
    fn bench(script: &str) -> Bench {
        let data = tempfile::tempdir().unwrap();
        let corpus = data.path().join("made");
        std::fs::create_dir_all(corpus.join("inner")).unwrap();
        std::fs::write(corpus.join("a"), "12345").unwrap();
        std::fs::write(corpus.join("inner/b"), "678").unwrap();
        std::fs::write(data.path().join("ours.sh"), script).unwrap();
        let file = data.path().join("ours.sh").to_string_lossy().into_owned();
        let text = format!(
            "[program.sh]\nversion = []\nfind = [{{ path = \"sh\" }}]\n\
             [program.none]\nfind = [{{ path = \"surely-no-such-program\" }}]\n\
             [engine.ours]\nprogram = \"sh\"\nexit_codes = [0, 1]\n\
             args = ['{file}', '{{corpus}}', '{{jobs}}', '{{out}}', '{{detectors:3}}']\n\
             counts = {{ from = \"out\", files = \"/files\", bytes = \"/bytes\", \
             findings = \"/findings\", seconds = \"/seconds\" }}\n\
             [engine.floor]\nprogram = \"sh\"\nargs = ['-c', 'true']\nexit_codes = [0]\n\
             [engine.absent]\nprogram = \"none\"\nargs = []\nexit_codes = [0]\n"
        );
        Bench { data, engines: Engines::parse(&text).unwrap() }
    }

    const HONEST: &str = "echo \"{\\\"files\\\": 2, \\\"bytes\\\": 8, \\\"findings\\\": 1, \
                          \\\"seconds\\\": 0.000004}\" > \"$3\"\nexit 1\n";

    fn run(bench: &Bench, added: &str) -> Result<Outcome> {
        let definition = Definition::parse(&format!("{SMALL}{added}")).unwrap();
        let finder = Finder {
            root: crate::place::repository().to_owned(),
            data: bench.data.path().to_owned(),
            profile: None,
            given: BTreeMap::new(),
        };
        measure(&definition, &bench.engines, &finder, &|plan, _| here(plan))
    }

    fn error(script: &str, added: &str) -> String {
        format!("{:#}", run(&bench(script), added).unwrap_err())
    }

    #[test]
    fn stated_counts_that_are_met_give_figures() {
        let added = "runs = 3\n[expect.corpus]\nfiles = 2\nbytes = 8\n\
                     [expect.engine.ours]\nfiles = 2\nbytes = 8\nfindings = 1\n";
        let outcome = run(&bench(HONEST), added).unwrap();
        assert_eq!(outcome.figures.len(), 2);
        assert!(outcome.figures.iter().all(|one| one.samples.len() == 3));
        assert_eq!(outcome.figures[0].counts.findings, Some(1));
        assert_eq!(outcome.figures[0].samples[0].gb_per_s, None);
        assert_eq!(outcome.corpus.files, Some(2));
    }

    #[test]
    fn a_wrong_count_fails_the_run() {
        let message = error(HONEST, "[expect.engine.ours]\nfindings = 2\n");
        assert!(message.contains("findings: 2 stated, 1 found"), "{message}");
        let message = error(HONEST, "[expect.corpus]\nbytes = 9\n");
        assert!(message.contains("corpus made: bytes: 9 stated, 8 found"), "{message}");
        let message = error(HONEST, "[expect.engine.floor]\nfiles = 2\n");
        assert!(message.contains("floor: files: 2 stated, none reported"), "{message}");
    }

    #[test]
    fn counts_that_change_from_run_to_run_fail_the_run() {
        let script = "n=$(cat \"$1/../turn\" 2>/dev/null); n=$((n+1)); echo $n > \"$1/../turn\"\n\
                      echo \"{\\\"files\\\": 2, \\\"bytes\\\": 8, \\\"findings\\\": $n, \
                      \\\"seconds\\\": 1}\" > \"$3\"\n";
        let message = error(script, "");
        assert!(message.contains("two runs differ"), "{message}");
    }

    #[test]
    fn a_run_that_ends_badly_fails_with_what_it_said() {
        let message = error("echo the reason >&2; exit 7", "");
        assert!(message.contains("exit code 7") && message.contains("the reason"), "{message}");
        let message = error("kill -9 $$", "");
        assert!(message.contains("signal"), "{message}");
        let message = error("exit 0", "");
        assert!(message.contains("no report"), "{message}");
    }

    #[test]
    fn engines_take_turns_after_the_warm_up() {
        let bench = bench(HONEST);
        let definition = Definition::parse(&format!("{SMALL}runs = 2\npin = \"0\"\n")).unwrap();
        let finder = Finder {
            root: crate::place::repository().to_owned(),
            data: bench.data.path().to_owned(),
            profile: None,
            given: BTreeMap::new(),
        };
        let order = RefCell::new(String::new());
        let runner = |plan: &Plan, pin: Option<&str>| {
            assert_eq!(pin, Some("0"));
            order.borrow_mut().push(if plan.args.len() > 2 { 'A' } else { 'B' });
            here(plan)
        };
        measure(&definition, &bench.engines, &finder, &runner).unwrap();
        assert_eq!(*order.borrow(), "ABABAB");
    }

    #[test]
    fn an_absent_peer_is_told_and_the_others_run() {
        let bench = bench(HONEST);
        let text = SMALL.replace("[\"ours\",", "[\"absent\", \"ours\",");
        let definition = Definition::parse(&text).unwrap();
        let finder = Finder {
            root: crate::place::repository().to_owned(),
            data: bench.data.path().to_owned(),
            profile: None,
            given: BTreeMap::new(),
        };
        let outcome = measure(&definition, &bench.engines, &finder, &|plan, _| here(plan)).unwrap();
        assert_eq!(outcome.absent, ["absent"]);
        assert_eq!(outcome.figures.len(), 2);
    }

    #[test]
    fn an_engine_that_times_itself_has_a_throughput() {
        let bench = bench(HONEST);
        let text = SMALL.replace("\"process\"", "\"engine\"").replace("\"floor\"", "\"ours\"");
        let text = text.replace("[\"ours\", \"ours\"]", "[\"ours\"]");
        let definition = Definition::parse(&text).unwrap();
        let finder = Finder {
            root: crate::place::repository().to_owned(),
            data: bench.data.path().to_owned(),
            profile: None,
            given: BTreeMap::new(),
        };
        let outcome = measure(&definition, &bench.engines, &finder, &|plan, _| here(plan)).unwrap();
        let speed = outcome.figures[0].samples[0].gb_per_s.unwrap();
        assert!((speed - 0.002).abs() < 1e-9, "{speed}");
    }

    #[test]
    fn made_up_detectors_are_there_when_asked_for() {
        let script = format!("test $(grep -c '^\\[\\[detector' \"$4\") = 3 || exit 9\n{HONEST}");
        assert!(run(&bench(&script), "").is_ok());
        let more = script.replace("= 3", "= 4");
        assert!(error(&more, "").contains("exit code 9"));
    }

    #[test]
    fn a_missing_corpus_says_how_to_get_it() {
        let bench = bench(HONEST);
        std::fs::remove_dir_all(bench.data.path().join("made")).unwrap();
        let message = format!("{:#}", run(&bench, "").unwrap_err());
        assert!(message.contains("cargo xtask corpora"), "{message}");
    }
}
