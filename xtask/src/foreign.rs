//! Configurations of gitleaks and betterleaks that public projects use, held against their own patterns: what the scanner finds
//! with `--config FILE` and what the patterns find when each is simply run over each file.
//!
//! The configurations and the tree are data outside the repository. The comparison reads the files itself: nothing of the
//! importer judges the importer. Keywords, groups, entropy and allow lists are applied as gitleaks states them; decoding,
//! markers and confidence are turned off. Files with zero bytes are left out: the scanner reads UTF-16, patterns do not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};
use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

/// Bytes of a file, at most.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Differences that are listed of each kind.
const SHOWN: usize = 8;

/// Path, rule, secret.
type Found = BTreeSet<(String, String, String)>;

/// `cargo xtask foreign --configs DIR --tree DIR --program FILE`.
pub(crate) fn command(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).with_context(|| format!("{name} is missing"))
    };
    let tree = PathBuf::from(option("--tree")?).canonicalize()?;
    let program = PathBuf::from(option("--program")?).canonicalize()?;
    let mut configs: Vec<PathBuf> = std::fs::read_dir(option("--configs")?)?
        .map(|entry| Ok(entry?.path().canonicalize()?))
        .collect::<anyhow::Result<_>>()?;
    configs.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    configs.sort();
    let files = files(&tree)?;
    println!("{} files below {}", files.len(), tree.display());
    println!("{:40} rules  naive   same  other rule  missed  more  not compared", "configuration");
    let mut is_equal = true;
    for config in &configs {
        is_equal &= compare(config, &tree, &files, &program)?;
    }
    Ok(if is_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Text files, by their paths below the tree.
fn files(tree: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![tree.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() && entry.file_name() != ".git" {
                folders.push(entry.path());
            } else if kind.is_file() && entry.metadata()?.len() <= FILE_BYTES_MAX {
                let bytes = std::fs::read(entry.path())?;
                let path = entry.path().strip_prefix(tree)?.to_string_lossy().into_owned();
                if !bytes.contains(&0) {
                    found.insert(path, bytes);
                }
            }
        }
    }
    Ok(found)
}

fn compare(
    config: &Path,
    tree: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    program: &Path,
) -> anyhow::Result<bool> {
    let name = config.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let parsed: toml::Table = toml::from_str(&std::fs::read_to_string(config)?)?;
    let (rules, left_out) = rules(&parsed);
    if rules.is_empty() {
        println!("{name:40} has no rule of its own");
        return Ok(true);
    }
    let naive = naive(&parsed, &rules, files);
    let got = scanned(config, tree, &rules, program)?;
    let got: Found = got.into_iter().filter(|(path, ..)| files.contains_key(path)).collect();
    let same = naive.intersection(&got).count();
    // A secret that two rules find is told once.
    let told: BTreeMap<&str, Vec<&str>> = by_path(&got);
    let is_told = |(path, _, secret): &&(String, String, String)| {
        let told = told.get(path.as_str()).map(Vec::as_slice).unwrap_or_default();
        told.iter().any(|other| other.contains(secret.as_str()) || secret.contains(*other))
    };
    let (other, missed): (Vec<_>, Vec<_>) = naive.difference(&got).partition(is_told);
    let more: Vec<_> = got.difference(&naive).collect();
    println!(
        "{name:40} {:5} {:6} {same:6} {:11} {:7} {:5}  {}",
        rules.len(),
        naive.len(),
        other.len(),
        missed.len(),
        more.len(),
        left_out.len()
    );
    for (kind, list) in [("missed", &missed), ("more", &more)] {
        for (path, rule, secret) in list.iter().take(SHOWN) {
            println!("    {kind}: {rule} in {path} ({} bytes)", secret.len());
        }
    }
    Ok(missed.is_empty() && more.is_empty())
}

fn by_path(found: &Found) -> BTreeMap<&str, Vec<&str>> {
    let mut map: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, _, secret) in found {
        map.entry(path).or_default().push(secret);
    }
    map
}

/// A rule whose pattern means the same in both syntaxes.
struct Rule {
    id: String,
    table: toml::Table,
    regex: Regex,
    path: Option<Regex>,
    keywords: Option<Regex>,
}

/// The rules that have a regex, and the ids of those that cannot be run without rewriting them.
fn rules(config: &toml::Table) -> (Vec<Rule>, Vec<String>) {
    let (mut rules, mut left_out) = (Vec::new(), Vec::new());
    for table in tables(config, "rules") {
        let id = table.get("id").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let Some(pattern) = table.get("regex").and_then(toml::Value::as_str) else { continue };
        let path = table.get("path").and_then(toml::Value::as_str).and_then(regex);
        let words: Vec<String> =
            strings(&table, "keywords").iter().map(|w| regex::escape(w)).collect();
        let keywords =
            (!words.is_empty()).then(|| regex(&format!("(?i){}", words.join("|")))).flatten();
        let is_silent = table.get("skipReport").and_then(toml::Value::as_bool) == Some(true);
        match regex(pattern) {
            _ if is_silent => {}
            Some(regex) if !id.is_empty() && !needs_company(&table) && is_readable(&table) => {
                rules.push(Rule { id, table, regex, path, keywords });
            }
            _ => left_out.push(id),
        }
    }
    (rules, left_out)
}

/// Whether other rules or an expression decide, which is not run here.
fn needs_company(table: &toml::Table) -> bool {
    ["required", "components", "filter"].iter().any(|key| table.contains_key(*key))
}

/// Whether the patterns of its allow lists mean the same in both syntaxes.
fn is_readable(table: &toml::Table) -> bool {
    let mut lists = tables(table, "allowlists");
    lists.extend(table.get("allowlist").and_then(toml::Value::as_table).cloned());
    let patterns = lists.iter().flat_map(|l| [strings(l, "paths"), strings(l, "regexes")].concat());
    patterns.into_iter().all(|pattern| regex(&pattern).is_some())
}

fn regex(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).unicode(false).size_limit(100 << 20).build().ok()
}

/// What each rule finds in each file, less what allow lists take.
fn naive(config: &toml::Table, rules: &[Rule], files: &BTreeMap<String, Vec<u8>>) -> Found {
    let global: Vec<Allow> = allow_lists(config);
    let mut found = Found::new();
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let files: Vec<_> = files.iter().collect();
    let share = files.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let work = |files: &[(&String, &Vec<u8>)]| {
            let mut found = Found::new();
            for rule in rules {
                let own = allow_lists(&rule.table);
                let lists: Vec<&Allow> = own.iter().chain(&global).collect();
                for (path, text) in files {
                    run(rule, &lists, (path, text), &mut found);
                }
            }
            found
        };
        let threads: Vec<_> =
            files.chunks(share).map(|files| scope.spawn(move || work(files))).collect();
        for thread in threads {
            found.extend(thread.join().expect("a search does not panic"));
        }
    });
    found
}

fn run(rule: &Rule, lists: &[&Allow], (path, text): (&str, &[u8]), found: &mut Found) {
    if rule.path.as_ref().is_some_and(|only| !only.is_match(path.as_bytes())) {
        return;
    }
    if rule.keywords.as_ref().is_some_and(|words| !words.is_match(text)) {
        return;
    }
    let group = rule.table.get("secretGroup").and_then(toml::Value::as_integer).unwrap_or(0);
    let least = rule.table.get("entropy").and_then(number).unwrap_or(0.0);
    for captures in rule.regex.captures_iter(text) {
        let whole = captures.get(0).expect("the whole match");
        let stated = usize::try_from(group).ok().filter(|group| *group > 0);
        let secret = match stated {
            Some(group) => captures.get(group),
            None => (1..captures.len()).filter_map(|i| captures.get(i)).find(|m| !m.is_empty()),
        };
        let secret = secret.filter(|m| !m.is_empty()).unwrap_or(whole).as_bytes();
        let start = text[..whole.start()].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let end = text[whole.end()..].iter().position(|b| *b == b'\n');
        let line = &text[start..end.map_or(text.len(), |at| whole.end() + at)];
        let subject = Subject { rule: &rule.id, path, secret, matched: whole.as_bytes(), line };
        let too_regular = least > 0.0 && entropy(secret) <= least;
        if !too_regular && !lists.iter().any(|list| list.takes(&subject)) {
            let secret = String::from_utf8_lossy(secret).into_owned();
            found.insert((path.to_owned(), rule.id.clone(), secret));
        }
    }
}

struct Subject<'a> {
    rule: &'a str,
    path: &'a str,
    secret: &'a [u8],
    matched: &'a [u8],
    line: &'a [u8],
}

/// An allow list.
struct Allow {
    rules: Vec<String>,
    all: bool,
    target: String,
    has_commits: bool,
    paths: Vec<Regex>,
    regexes: Vec<Regex>,
    words: Vec<String>,
}

fn allow_lists(table: &toml::Table) -> Vec<Allow> {
    let mut lists = tables(table, "allowlists");
    lists.extend(table.get("allowlist").and_then(toml::Value::as_table).cloned());
    let text = |list: &toml::Table, key: &str| {
        list.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_ascii_lowercase()
    };
    lists
        .iter()
        .map(|list| Allow {
            rules: strings(list, "targetRules"),
            all: matches!(text(list, "condition").as_str(), "and" | "&&"),
            target: text(list, "regexTarget"),
            has_commits: !strings(list, "commits").is_empty(),
            paths: strings(list, "paths").iter().filter_map(|p| regex(p)).collect(),
            regexes: strings(list, "regexes").iter().filter_map(|p| regex(p)).collect(),
            words: strings(list, "stopwords").iter().map(|w| w.to_ascii_lowercase()).collect(),
        })
        .collect()
}

impl Allow {
    fn takes(&self, subject: &Subject<'_>) -> bool {
        if !self.rules.is_empty() && !self.rules.iter().any(|rule| rule == subject.rule) {
            return false;
        }
        let any = |regexes: &[Regex], text: &[u8]| {
            (!regexes.is_empty()).then(|| regexes.iter().any(|regex| regex.is_match(text)))
        };
        let target = match self.target.as_str() {
            "match" => subject.matched,
            "line" => subject.line,
            _ => subject.secret,
        };
        let secret = subject.secret.to_ascii_lowercase();
        let words = (!self.words.is_empty())
            .then(|| self.words.iter().any(|word| contains(&secret, word.as_bytes())));
        let commits = self.has_commits.then_some(false);
        let path = any(&self.paths, subject.path.as_bytes());
        let mut stated =
            [path, any(&self.regexes, target), words, commits].into_iter().flatten().peekable();
        let is_stated = stated.peek().is_some();
        is_stated && if self.all { stated.all(|holds| holds) } else { stated.any(|holds| holds) }
    }
}

/// What the scanner finds with the configuration, by paths below the tree.
fn scanned(config: &Path, tree: &Path, rules: &[Rule], program: &Path) -> anyhow::Result<Found> {
    let mut command = Command::new(program);
    command.args(["scan", "fs", ".", "-q", "-f", "json", "--show-secrets", "--no-dedup"]);
    command.args(["--no-ignore", "--ignore-inline", "off", "--max-decode-depth", "0"]);
    command.args(["--no-store", "--min-confidence", "possible", "--config"]).arg(config);
    for rule in rules {
        command.args(["--enable-rule", &rule.id]);
    }
    let output = command.current_dir(tree).output().context("the scanner cannot be started")?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: the scanner ended with {}: {said}", config.display(), output.status);
    }
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().context("a report has findings")?;
    let path = |finding: &Value| text(finding, "path").trim_start_matches("./").to_owned();
    Ok(findings.iter().map(|f| (path(f), text(f, "rule"), text(f, "secret"))).collect())
}

fn tables(table: &toml::Table, key: &str) -> Vec<toml::Table> {
    let list = table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    list.iter().filter_map(|value| value.as_table().cloned()).collect()
}

fn strings(table: &toml::Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

fn number(value: &toml::Value) -> Option<f64> {
    value
        .as_float()
        .or_else(|| value.as_integer().and_then(|n| i32::try_from(n).ok()).map(f64::from))
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    !word.is_empty() && text.windows(word.len()).any(|window| window == word)
}

fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let total = f64::from(counts.iter().sum::<u32>());
    let bits = |count: &u32| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}
