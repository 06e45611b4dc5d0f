//! Configurations of gitleaks and betterleaks: what they find is what their patterns find when they are simply run, less what
//! their allow lists take; and what is wrong with a configuration is named.
//!
//! The comparison reads the configuration by itself (`toml`, `regex`), so that nothing of the importer judges the importer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use regex::bytes::{Regex, RegexBuilder};
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn run(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(args)
        .current_dir(dir)
        .env_remove("SCANNER_CONFIG")
        .env_remove("SCANNER_SECRET_KEY")
        .env("XDG_STATE_HOME", "/nowhere")
        .stdin(Stdio::null())
        .output()
        .expect("the command runs")
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Path, rule, secret.
type Found = BTreeSet<(String, String, String)>;

fn scanned(dir: &Path, args: &[&str]) -> Found {
    let output = run(
        dir,
        &[&["scan", "fs", "tree", "-f", "json", "--show-secrets", "--no-dedup"], args].concat(),
    );
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", err(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let found = report["findings"].as_array().expect("findings");
    found.iter().map(|f| (text(&f["path"]), text(&f["rule"]), text(&f["secret"]))).collect()
}

fn bytes_regex(pattern: &str) -> Regex {
    RegexBuilder::new(pattern).unicode(false).build().expect("a pattern of the test")
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

fn strings(table: &toml::Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    list.iter().map(|v| v.as_str().expect("a string").to_owned()).collect()
}

fn tables(table: &toml::Table, key: &str) -> Vec<toml::Table> {
    let list = table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    list.iter().map(|v| v.as_table().expect("a table").clone()).collect()
}

/// Whether an allow list takes what was found.
fn allowed(list: &toml::Table, path: &str, secret: &[u8], matched: &[u8], line: &[u8]) -> bool {
    let any =
        |key: &str, text: &[u8]| strings(list, key).iter().any(|p| bytes_regex(p).is_match(text));
    let target = match list.get("regexTarget").and_then(toml::Value::as_str) {
        Some("match") => matched,
        Some("line") => line,
        _ => secret,
    };
    let lower = String::from_utf8_lossy(secret).to_lowercase();
    let criteria = [
        list.contains_key("paths").then(|| any("paths", path.as_bytes())),
        list.contains_key("regexes").then(|| any("regexes", target)),
        list.contains_key("stopwords")
            .then(|| strings(list, "stopwords").iter().any(|w| lower.contains(&w.to_lowercase()))),
        list.contains_key("commits").then_some(false),
    ];
    let mut stated = criteria.into_iter().flatten();
    if list.get("condition").and_then(toml::Value::as_str) == Some("AND") {
        stated.all(|holds| holds)
    } else {
        stated.any(|holds| holds)
    }
}

/// Every rule over the whole of every file, and the allow lists behind it.
fn naive(config: &str, files: &[(&str, &str)]) -> Found {
    let config: toml::Table = toml::from_str(config).expect("a configuration");
    let mut found = Found::new();
    for rule in tables(&config, "rules") {
        let id = rule["id"].as_str().expect("an id").to_owned();
        let regex = bytes_regex(rule["regex"].as_str().expect("a regex"));
        let group = rule.get("secretGroup").and_then(toml::Value::as_integer).unwrap_or(0);
        let least = rule.get("entropy").and_then(toml::Value::as_float).unwrap_or(0.0);
        let lists = [tables(&rule, "allowlists"), tables(&config, "allowlists")].concat();
        for (path, text) in files {
            let keywords = strings(&rule, "keywords");
            let lower = text.to_lowercase();
            if !keywords.is_empty() && !keywords.iter().any(|k| lower.contains(&k.to_lowercase())) {
                continue;
            }
            if let Some(only) = rule.get("path").and_then(toml::Value::as_str)
                && !bytes_regex(only).is_match(path.as_bytes())
            {
                continue;
            }
            for captures in regex.captures_iter(text.as_bytes()) {
                let whole = captures.get(0).expect("the whole match");
                let secret = if group > 0 {
                    captures.get(usize::try_from(group).expect("a small number"))
                } else {
                    (1..captures.len()).filter_map(|i| captures.get(i)).find(|m| !m.is_empty())
                };
                let secret = secret.unwrap_or(whole).as_bytes();
                let bytes = text.as_bytes();
                let start =
                    bytes[..whole.start()].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
                let end = bytes[whole.end()..]
                    .iter()
                    .position(|b| *b == b'\n')
                    .map_or(bytes.len(), |at| whole.end() + at);
                let takes = |list: &toml::Table| {
                    let targets = strings(list, "targetRules");
                    (targets.is_empty() || targets.contains(&id))
                        && allowed(list, path, secret, whole.as_bytes(), &bytes[start..end])
                };
                if (least > 0.0 && entropy(secret) <= least) || lists.iter().any(takes) {
                    continue;
                }
                let secret = String::from_utf8_lossy(secret).into_owned();
                found.insert(((*path).to_owned(), id.clone(), secret));
            }
        }
    }
    found
}

/// Rules of every kind: with and without literals, groups, keywords, limits; allow lists of every target.
const CONFIG: &str = r#"
title = "made up"
[extend]
useDefault = false

[[rules]]
id = "acme_token"
regex = '''\bacme_(?:live|test)_[0-9a-z]{16}\b'''
[[rules.allowlists]]
stopwords = ["sample"]

[[rules]]
id = "no-literal"
regex = '''\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b'''
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''(?i)public''']

[[rules]]
id = "keyworded"
regex = '''\b([A-F0-9]{8})([G-Z]{8})?\b'''
secretGroup = 1
keywords = ["Zeta"]

[[rules]]
id = "first-group"
regex = '''(?i)first(?:a=(\w+)|b="([^"]*)")'''

[[rules]]
id = "entropic"
regex = '''rand_([0-9A-Za-z]+)'''
entropy = 3.2

[[rules]]
id = "limited"
regex = '''limited-[a-z]{6}'''
path = '''\.(env|ini)$'''

[[rules]]
id = "and-list"
regex = '''both=([a-z0-9]{4,40})'''
[[rules.allowlists]]
condition = "AND"
paths = ['''(^|/)docs/''']
regexes = ['''^demo''']
[[rules.allowlists]]
regexTarget = "match"
regexes = ['''both=000''']

[[rules]]
id = "to-the-end"
regex = '''(?m)^END_OF=(.+)$'''

[[allowlists]]
paths = ['''\.lock$''']
[[allowlists]]
targetRules = ["entropic", "limited"]
commits = ["0123456789abcdef0123456789abcdef01234567"]
stopwords = ["ABCDEFG"]
"#;

fn tree() -> Vec<(&'static str, String)> {
    let body = "acme_live_0123456789abcdef acme_test_sample7890abcdef acme_live_short\n\
        ssn 123-45-6789 and 987-65-4321 # public no: 111-22-3333\n\
        PUBLIC 222-33-4444\n\
        zeta: 0A1B2C3D 0A1B2C3DGHIJKLMN xx\n\
        firsta=one firstb=\"two three\" FIRSTB=\"\"\n\
        rand_aaaaaaaaaaaa rand_a1B2c3D4e5F6g7H8 rand_abcdefgABCDEFG1234\n\
        limited-secret limited-other\n\
        both=demo1234 both=0001234 both=real9876\n\
        END_OF=the line\nnot END_OF=here\nEND_OF=x";
    let far = format!("{}\n{body}\n{}", "filler line\n".repeat(40_000), "more\n".repeat(9));
    vec![
        ("tree/a.env", body.to_owned()),
        ("tree/docs/b.md", body.to_owned()),
        ("tree/c.lock", body.to_owned()),
        ("tree/d.ini", far),
        ("tree/e.txt", body.replace("zeta", "beta")),
        ("tree/empty", String::new()),
    ]
}

#[test]
fn a_configuration_finds_what_its_patterns_find() {
    let files = tree();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let dir = folder(&files);
    fs::write(dir.path().join("theirs.toml"), CONFIG).unwrap();
    let want = naive(CONFIG, &files);
    assert!(want.len() >= 40, "the comparison compares little: {}", want.len());
    for extra in [&[][..], &["--chunk-size", "4K"], &["-j", "1"]] {
        let got = scanned(dir.path(), &[&["--config", "theirs.toml"], extra].concat());
        let missed: Vec<_> = want.difference(&got).collect();
        let more: Vec<_> = got.difference(&want).collect();
        assert!(
            missed.is_empty() && more.is_empty(),
            "{extra:?}\nmissed {missed:#?}\nmore {more:#?}"
        );
    }
    // The same, taken over into a configuration of ours.
    let output = run(dir.path(), &["rules", "import", "theirs.toml", "-o", "ours.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(scanned(dir.path(), &["--config", "ours.toml"]), want);
    let output = run(dir.path(), &["rules", "check", "ours.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn theirs_is_found_in_the_scanned_folder_and_adds_to_ours() {
    let theirs = "[[rules]]\nid = \"acme\"\nregex = 'acme_[0-9]{8}'\n[allowlist]\npaths = ['''^b\\.txt''']\n";
    let secret = ["postgres://app:", "t7Rq2LmX9vKz", "@db.internal/x"].concat();
    let dir = folder(&[
        ("tree/a.txt", "k = acme_12345678\n"),
        ("tree/b.txt", "k = acme_87654321\n"),
        ("tree/c.env", &format!("URL={secret}\n")),
        ("tree/.gitleaks.toml", theirs),
    ]);
    let found = scanned(dir.path(), &[]);
    let rules: Vec<&str> = found.iter().map(|(_, rule, _)| rule.as_str()).collect();
    assert_eq!(rules.iter().filter(|rule| **rule == "acme").count(), 1, "{found:?}");
    assert_eq!(rules.len(), 2, "built-in rules take part: {found:?}");
    // Ours goes before theirs.
    fs::write(dir.path().join("tree/.scanner.toml"), "[allow]\npaths = [\"c.env\"]\n").unwrap();
    assert!(scanned(dir.path(), &[]).is_empty());
}

#[test]
fn an_allow_list_by_commit_silences_what_the_commit_brought() {
    let dir = folder(&[("repo/a.txt", "k = acme_12345678\n")]);
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b.example", "-C", "repo"])
            .args(args)
            .current_dir(dir.path())
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", err(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "one"]);
    let commit = git(&["rev-parse", "HEAD"]);
    let rule = "[extend]\nuseDefault = false\n[[rules]]\nid = \"acme\"\nregex = 'acme_[0-9]{8}'\n";
    for (list, want) in [
        (String::new(), 1),
        (format!("[allowlist]\ncommits = ['{}']\n", commit.to_uppercase()), 0),
        (format!("[allowlist]\ncommits = ['{}']\n", "0".repeat(40)), 1),
        ("[allowlist]\nregexTarget = \"line\"\nregexes = ['^k = ']\n".to_owned(), 0),
        ("[allowlist]\npaths = ['a.txt']\n".to_owned(), 0),
    ] {
        fs::write(dir.path().join("t.toml"), format!("{rule}{list}")).unwrap();
        let output = run(dir.path(), &["scan", "git", "repo", "--config", "t.toml"]);
        assert_eq!(output.status.code(), Some(want), "{list}{}", err(&output));
    }
}

#[test]
fn a_bad_configuration_is_2_and_named_with_file_and_line() {
    let detector = |shape: &str| format!("[[detector]]\nid = \"d\"\nname = \"n\"\n{shape}\n");
    let rule = |rest: &str| format!("[[rules]]\nid = \"r\"\n{rest}\n");
    for (text, wants) in [
        (
            detector("regex = { pattern = 'abc((a{1,1000}){1,1000}){1,4}' }\nunbounded = \"x\""),
            ["c.toml:1", "too large once its repetitions are written out"],
        ),
        (
            rule("regex = 'abc((a{1,1000}){1,1000}){1,4}'"),
            ["c.toml:1", "too large once its repetitions are written out"],
        ),
        (detector("regex = { pattern = 'ab(' }"), ["c.toml:1", "cannot be read: unclosed group"]),
        (detector("regex = { pattern = '' }"), ["c.toml:1", "matches the empty text"]),
        (detector("regex = { pattern = '(?:abc)?' }"), ["c.toml:1", "matches the empty text"]),
        (detector("regex = { pattern = 'abc', group = 3 }"), ["c.toml:1", "no group 3"]),
        (detector("regex = { pattern = '[0-9]{8}' }"), ["c.toml:1", "must contain a literal"]),
        (detector("sevirity = \"low\""), ["c.toml:4", "did you mean `severity`?"]),
        (
            [detector("regex = { pattern = 'abc' }"), detector("regex = { pattern = 'abd' }")]
                .concat(),
            ["c.toml:5", "used twice, first at"],
        ),
        (rule("regex = 'ab('"), ["c.toml:3", "unclosed group"]),
        (rule("regex = '(abc)*'"), ["c.toml:3", "matches the empty text"]),
        (rule("regex = 'abc'\nsecretGroup = 2"), ["c.toml:4", "no group 2"]),
        (
            [rule("regex = 'abc'"), rule("regex = 'abd'")].concat(),
            ["c.toml:4", "used twice, first in line 1"],
        ),
        (format!("# {}", "x".repeat(10_000_000)), ["c.toml", "has more than 4194304 bytes"]),
        ("[allow]\nvalues = [\"a(\"]\n".to_owned(), ["a(", "cannot be read"]),
        (
            "[[allow.lists]]\ncondition = \"some\"\n".to_owned(),
            ["c.toml:2", "unknown variant `some`"],
        ),
    ] {
        let dir = folder(&[("tree/a.txt", "x\n"), ("c.toml", &text)]);
        let output = run(dir.path(), &["scan", "tree", "--config", "c.toml"]);
        let (head, said) = (&text[..text.len().min(90)], err(&output));
        assert_eq!(output.status.code(), Some(2), "{head}\n{said}");
        for want in wants {
            assert!(said.contains(want), "{head}\n{want}\n{said}");
        }
    }
}

#[test]
fn a_configuration_that_leaves_no_rule_is_4() {
    for text in [
        "[extend]\nuse_default = false\n",
        "[scan]\ndisable_rules = [\"*\"]\n",
        "[extend]\nuseDefault = false\n[allowlist]\npaths = ['''x''']\n",
    ] {
        let dir = folder(&[("tree/a.txt", "x\n"), ("c.toml", text)]);
        let output = run(dir.path(), &["scan", "tree", "--config", "c.toml"]);
        assert_eq!(output.status.code(), Some(4), "{text}\n{}", err(&output));
        assert!(err(&output).contains("no rule is left"), "{}", err(&output));
    }
}

#[test]
fn the_report_of_an_import_lists_what_was_left_out() {
    let dir = folder(&[(
        "t.toml",
        "[[rules]]\nid = \"a\"\nregex = '^abc[0-9]+'\ntokenEfficiency = true\n[[rules]]\nid = \"p\"\npath = 'x'\n",
    )]);
    let output = run(dir.path(), &["rules", "import", "t.toml"]);
    assert_eq!(output.status.code(), Some(0));
    let (said, written) = (err(&output), String::from_utf8_lossy(&output.stdout).into_owned());
    for want in [
        "t.toml:3: rule `a`: `regex` approximated",
        "t.toml:4: rule `a`: `tokenEfficiency` left out",
        "t.toml:7: rule `p`: `path` left out",
        "1 rules and 0 allow lists taken over; 2 keys left out, 1 approximated, 0 errors",
    ] {
        assert!(said.contains(want), "{want}\n{said}");
    }
    assert!(written.contains("[[detector]]") && written.contains("as_written = true"), "{written}");
    let output = run(dir.path(), &["rules", "check", "t.toml"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 rule, 0 errors, 3 notes"));
}
