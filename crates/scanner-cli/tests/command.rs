//! The command from outside: exit codes, outputs, messages, and that no secret is shown unasked.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A made-up GitHub token with its right checksum, joined at run time.
fn token() -> String {
    let body = ["k3Jd81mQz0", "Lp4Xa7Vb2N", "c9Rt5Ys6Wd"].concat();
    scanner_testkit::tokens::github(&body)
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn planted() -> TempDir {
    folder(&[("src/a.env", &format!("X=1\nGITHUB_TOKEN={}\n", token())), ("b.txt", "nothing\n")])
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

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_clean_folder_is_0_and_says_what_was_looked_at() {
    let dir = folder(&[("a.txt", "nothing to see\n")]);
    let output = run(dir.path(), &["scan", "."]);
    assert_eq!(code(&output), Some(0), "{}", err(&output));
    assert!(
        out(&output).contains("1 files") || out(&output).contains("1 file"),
        "{}",
        out(&output)
    );
}

#[test]
fn a_finding_is_1_or_what_the_user_says_and_is_redacted() {
    let dir = planted();
    let output = run(dir.path(), &["scan", "fs", "."]);
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    let text = out(&output);
    assert!(text.contains("github-pat") && text.contains("2:14"), "{text}");
    assert!(!text.contains(&token()) && !err(&output).contains(&token()));
    assert_eq!(code(&run(dir.path(), &["scan", ".", "--exit-code", "7"])), Some(7));
    let shown = run(dir.path(), &["scan", ".", "-f", "json", "--show-secrets"]);
    assert!(out(&shown).contains(&token()));
}

#[test]
fn several_reports_in_one_run() {
    let dir = planted();
    let formats = [
        "scan",
        ".",
        "-f",
        "text",
        "-f",
        "json=r.json",
        "-f",
        "jsonl=r.jsonl",
        "-f",
        "sarif=r.sarif",
        "-f",
        "gitlab=r.gitlab",
        "-f",
        "csv=r.csv",
        "-f",
        "junit=r.xml",
    ];
    let output = run(dir.path(), &formats);
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect(name);
    let json: serde_json::Value = serde_json::from_str(&read("r.json")).expect("json");
    assert_eq!(json["findings"][0]["rule"], "github-pat");
    assert_eq!(json["findings"][0]["validation"], "checksum-ok");
    assert_eq!(json["findings"][0]["line"], 2);
    assert_eq!(json["summary"]["status"], "complete");
    let last = read("r.jsonl").lines().last().map(str::to_owned).expect("a line");
    let last: serde_json::Value = serde_json::from_str(&last).expect("a JSON line");
    assert_eq!(last["type"], "summary");
    let sarif: serde_json::Value = serde_json::from_str(&read("r.sarif")).expect("sarif");
    let result = &sarif["runs"][0]["results"][0];
    assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string(), "{result}");
    let gitlab: serde_json::Value = serde_json::from_str(&read("r.gitlab")).expect("gitlab");
    assert_eq!(gitlab["scan"]["type"], "secret_detection");
    for name in ["r.json", "r.jsonl", "r.sarif", "r.gitlab", "r.csv", "r.xml"] {
        assert!(name == "r.sarif" || read(name).contains("github-pat"), "{name}");
        assert!(!read(name).contains(&token()), "{name}");
    }
}

#[test]
fn upload_ready_is_for_sarif() {
    let dir = planted();
    let output = run(dir.path(), &["scan", ".", "--upload-ready"]);
    assert_eq!(code(&output), Some(2));
    assert!(err(&output).contains("-f sarif"), "{}", err(&output));
    let output = run(dir.path(), &["scan", ".", "--upload-ready", "-f", "sarif=r.sarif"]);
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    assert!(!err(&output).contains("cut"), "{}", err(&output));
}

#[test]
fn an_output_that_cannot_be_written_does_not_stop_the_others() {
    let dir = planted();
    let output = run(dir.path(), &["scan", ".", "-f", "json=r.json", "-f", "jsonl=/dev/full"]);
    let json = fs::read_to_string(dir.path().join("r.json")).expect("the other report");
    assert!(json.contains("github-pat"));
    assert_eq!(code(&output), Some(1));
    assert!(err(&output).contains("/dev/full"), "{}", err(&output));
}

/// Every format that `-f` takes, as the command itself lists them.
fn formats(dir: &Path) -> Vec<String> {
    let said = err(&run(dir, &["scan", ".", "-f", "?"]));
    let (_, list) = said.trim_end().split_once("known are ").expect("the list");
    list.split(", ").map(str::to_owned).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn every_format_on_a_full_device_is_named_and_the_others_are_written() {
    let dir = planted();
    let formats = formats(dir.path());
    assert!(formats.len() >= 8, "{formats:?}");
    for format in &formats {
        let full = format!("{format}=/dev/full");
        let output = run(dir.path(), &["scan", ".", "-f", "csv=r.csv", "-f", &full]);
        assert_eq!(code(&output), Some(1), "{format}: {}", err(&output));
        assert!(err(&output).contains("/dev/full"), "{format}: {}", err(&output));
        let other = fs::read_to_string(dir.path().join("r.csv")).expect("the other report");
        assert!(other.contains("github-pat"), "{format}: {other}");
        fs::remove_file(dir.path().join("r.csv")).expect("it is there");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_no_success() {
    let dir = folder(&[("b.txt", "nothing\n")]);
    for format in formats(dir.path()) {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
        let output = Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
            .args(["scan", ".", "-f", &format])
            .current_dir(dir.path())
            .env("XDG_STATE_HOME", "/nowhere")
            .env_remove("SCANNER_CONFIG")
            .stdin(Stdio::null())
            .stdout(full)
            .output()
            .expect("the command runs");
        assert_eq!(code(&output), Some(3), "{format}: {}", err(&output));
        assert!(err(&output).contains("stdout"), "{format}: {}", err(&output));
    }
}

#[test]
fn wrong_use_is_2_with_a_suggestion() {
    let dir = planted();
    for (args, want) in [
        (&["scan", ".", "--formt", "json"][..], "--format"),
        (&["scan", ".", "-f", "jsom"], "did you mean `json`"),
        (&["scan", ".", "--disable-rule", "github-pta"], "did you mean `github-pat`"),
        (&["scan", "no-such-folder"], "no-such-folder"),
        (&["scan"], "PATH"),
        (&["scan", ".", "--max-file-size", "big"], "no size"),
    ] {
        let output = run(dir.path(), args);
        assert_eq!(code(&output), Some(2), "{args:?}: {}", err(&output));
        assert!(err(&output).contains(want), "{args:?}: {}", err(&output));
        assert!(out(&output).is_empty(), "{args:?}");
    }
}

#[test]
fn a_bad_configuration_names_file_and_line_and_scans_nothing() {
    let dir = planted();
    for (text, want) in [
        (
            "[scan]\njobs = 2\nmax_file_sise = \"1M\"\n",
            ".scanner.toml:3: unknown field `max_file_sise`",
        ),
        (
            "[[detector]]\nid = \"x\"\nname = \"X\"\n",
            ".scanner.toml:1: detector `x` states 0 shapes",
        ),
        (
            "[[detector]]\nid = \"x\"\nname = \"X\"\nregex = { pattern = \"abc(\" }\n",
            ".scanner.toml:1: error: x",
        ),
        ("[scan\n", ".scanner.toml:1"),
    ] {
        fs::write(dir.path().join(".scanner.toml"), text).expect("a configuration");
        let output = run(dir.path(), &["scan", "."]);
        assert_eq!(code(&output), Some(2), "{text}");
        assert!(err(&output).contains(want), "{text}: {}", err(&output));
        assert!(out(&output).is_empty());
    }
}

#[test]
fn a_configuration_adds_rules_and_allows() {
    let secret = ["acme_", "q8Zt4Lw0", "Xc7Nv2Bs"].concat();
    let dir = folder(&[
        ("a.txt", &format!("key {secret}\n")),
        ("docs/b.txt", &format!("t {}\n", token())),
        (
            ".scanner.toml",
            "[allow]\npaths = [\"docs/**\"]\n[[detector]]\nid = \"acme\"\nname = \"Acme\"\n\
             token = { prefix = \"acme_\", body = \"[0-9A-Za-z]{16}\" }\n",
        ),
    ]);
    let output = run(dir.path(), &["scan", ".", "-f", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("json");
    let rules: Vec<_> =
        json["findings"].as_array().expect("findings").iter().map(|f| &f["rule"]).collect();
    assert_eq!(rules, ["acme"]);
}

#[test]
fn nothing_to_scan_is_4_and_says_why() {
    let dir = folder(&[]);
    let output = run(dir.path(), &["scan", "."]);
    assert_eq!(code(&output), Some(4));
    assert!(err(&output).contains("there are no files"), "{}", err(&output));
    let dir = folder(&[(".scanner.toml", "[extend]\nuse_default = false\n"), ("a", "b")]);
    let output = run(dir.path(), &["scan", "."]);
    assert_eq!(code(&output), Some(4));
    assert!(err(&output).contains("no rule is left"), "{}", err(&output));
}

#[test]
fn what_would_have_to_be_fetched_is_told_apart_from_a_missing_file() {
    let dir = folder(&[]);
    for (args, said) in [
        (["scan", "git", "https://host.example/a.git"], "git clone --mirror"),
        (["scan", "image", "alpine:latest"], "docker save alpine:latest"),
        (["scan", "fs", "gone"], "there is no file or folder gone"),
    ] {
        let output = run(dir.path(), &args);
        assert_eq!(code(&output), Some(2), "{}", err(&output));
        assert!(err(&output).contains(said), "{}", err(&output));
    }
    let output = run(dir.path(), &["scan", ".", "-f", "json,sarif"]);
    assert!(err(&output).contains("-f once for each"), "{}", err(&output));
    let output = run(dir.path(), &["baseline", "create"]);
    assert!(err(&output).contains("baseline create [OPTIONS]"), "{}", err(&output));
}

#[test]
fn a_missing_root_beside_a_good_one_is_scanned_and_incomplete() {
    let dir = folder(&[("a/x.txt", "nothing\n")]);
    let output = run(dir.path(), &["scan", "a", "gone"]);
    assert_eq!(code(&output), Some(3), "{}", err(&output));
    assert!(err(&output).contains("gone"), "{}", err(&output));
}

#[test]
fn markers_and_the_ignore_file_silence() {
    let line = format!("t = {} # gitleaks:allow\n", token());
    let dir = folder(&[("a.txt", &line)]);
    assert_eq!(code(&run(dir.path(), &["scan", "."])), Some(0));
    assert_eq!(code(&run(dir.path(), &["scan", ".", "--ignore-inline", "off"])), Some(1));

    let dir = planted();
    let output = run(dir.path(), &["scan", ".", "--no-color"]);
    let text = out(&output);
    let id =
        text.split_whitespace().find(|word| word.starts_with("github-pat:")).expect("an ignore id");
    fs::write(dir.path().join(".scannerignore"), format!("{id} # known\n"))
        .expect("an ignore file");
    let output = run(dir.path(), &["scan", "."]);
    assert_eq!(code(&output), Some(0), "{}", out(&output));
    fs::write(dir.path().join(".scannerignore"), "what\n").expect("an ignore file");
    let output = run(dir.path(), &["scan", "."]);
    assert_eq!(code(&output), Some(2));
    assert!(err(&output).contains(".scannerignore:1"), "{}", err(&output));
}

fn stdin(args: &[&str], text: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(args)
        .env("XDG_STATE_HOME", "/nowhere")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    child.wait_with_output().expect("it ends")
}

#[test]
fn standard_input() {
    let output = stdin(&["scan", "stdin"], &format!("a\nb {}\n", token()));
    assert_eq!(code(&output), Some(1));
    assert!(out(&output).contains("2:3"), "{}", out(&output));
    assert_eq!(code(&stdin(&["scan", "stdin"], "nothing\n")), Some(0));
    assert_eq!(code(&stdin(&["scan", "stdin"], "")), Some(4));
}

#[test]
fn the_same_findings_for_any_chunk_size_and_number_of_threads() {
    let filler = "filler text of no interest, a line of it.\n".repeat(2500);
    let text = format!(
        "{filler}A={}\n{filler}{filler}password = \"{}\"\n{filler}",
        token(),
        "tR7x!pQ2vK9m"
    );
    let dir = folder(&[("a.txt", &text), ("b/c.txt", &text)]);
    let scan = |chunk: &str, jobs: &str| {
        let args = [
            "scan",
            ".",
            "-f",
            "json",
            "--min-confidence",
            "possible",
            "--chunk-size",
            chunk,
            "-j",
            jobs,
        ];
        let json: serde_json::Value =
            serde_json::from_str(&out(&run(dir.path(), &args))).expect("json");
        json["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .map(|f| {
                (
                    f["rule"].clone(),
                    f["path"].clone(),
                    f["line"].clone(),
                    f["column"].clone(),
                    f["places"].clone(),
                )
            })
            .collect::<Vec<_>>()
    };
    let whole = scan("8M", "1");
    assert_eq!(whole.len(), 2);
    for (chunk, jobs) in [("4K", "1"), ("16K", "4"), ("64K", "16"), ("1M", "2")] {
        assert_eq!(scan(chunk, jobs), whole, "{chunk} {jobs}");
    }
}

#[test]
fn rules_can_be_listed_shown_checked_and_tested() {
    let dir = folder(&[(
        "bad.toml",
        "service = \"x\"\n[[detector]]\nid = \"X\"\nname = \"n\"\nregex = { pattern = \"a+\" }\n",
    )]);
    let list = run(dir.path(), &["rules", "list"]);
    assert!(out(&list).contains("github-pat") && code(&list) == Some(0));
    let json = run(dir.path(), &["rules", "list", "--format", "json"]);
    let rules: serde_json::Value = serde_json::from_str(&out(&json)).expect("json");
    assert!(rules.as_array().expect("rules").len() >= 250);
    assert!(rules[0]["checked"].is_string(), "{}", rules[0]);
    let show = run(dir.path(), &["rules", "show", "github-pat"]);
    assert!(out(&show).contains("critical"), "{}", out(&show));
    assert!(out(&show).contains("\n  checked     "), "{}", out(&show));
    assert_eq!(code(&run(dir.path(), &["rules", "show", "github-pta"])), Some(2));
    let check = run(dir.path(), &["rules", "check", "bad.toml"]);
    assert_eq!(code(&check), Some(2));
    assert!(
        out(&check).contains("bad.toml:2") && out(&check).contains("kebab-case"),
        "{}",
        out(&check)
    );
    let test = run(dir.path(), &["rules", "test"]);
    assert_eq!(code(&test), Some(0), "{}", out(&test));
}

#[test]
fn explain_names_the_stage() {
    let dir = folder(&[]);
    let masked = format!("token ghp_{}", "x".repeat(36));
    let output = run(dir.path(), &["explain", "--text", &masked]);
    assert_eq!(code(&output), Some(0));
    assert!(out(&output).contains("dropped by entropy"), "{}", out(&output));
    let output = run(dir.path(), &["explain", "--text", &format!("token {}", token())]);
    assert_eq!(code(&output), Some(1));
    assert!(
        out(&output).contains("accepted") && !out(&output).contains(&token()),
        "{}",
        out(&output)
    );
}

#[test]
fn the_cost_of_detectors_is_shown_and_held_to_their_budgets() {
    let dir = folder(&[(
        "d.toml",
        "[[detector]]\nid = \"dear\"\nname = \"n\"\nregex = { pattern = 'token.{1,8}x' }\n\
         [[detector]]\nid = \"cheap\"\nname = \"n\"\ntoken = { prefix = \"zqxv_\", body = \"[0-9]{16}\" }\n",
    )]);
    let output = run(dir.path(), &["rules", "check", "d.toml", "--cost"]);
    assert_eq!(code(&output), Some(2), "{}", err(&output));
    let text = out(&output);
    assert!(
        text.lines()
            .nth(1)
            .is_some_and(|l| l.starts_with("dear") && l.ends_with("over its budget"))
    );
    assert!(text.contains("2 rules, 1 over their budgets"), "{text}");
}

#[test]
fn the_ledger_says_what_was_dropped_where_and_why() {
    let wrong = token().replace("k3Jd", "k3Je");
    let text = format!(
        "A={}\nB={} # gitleaks:allow\nC={}\nD={wrong}\nE=ghp_{}\npassword = getPassword()\n",
        token(),
        token(),
        token(),
        "x".repeat(36)
    );
    let dir = folder(&[
        ("a.env", &text),
        ("b/a.env", &format!("A={}\n", token())),
        (".scanner.toml", "[allow]\npaths = [\"b\"]\n[[allow.lists]]\nlines = [\"^C=\"]\n"),
    ]);
    let output = run(dir.path(), &["scan", ".", "--show-suppressed=ledger.jsonl"]);
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    let ledger = fs::read_to_string(dir.path().join("ledger.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> =
        ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (path, line, rule, stage) in [
        ("a.env", 2, "github-pat", "marker"),
        ("a.env", 3, "github-pat", "allow-list"),
        ("a.env", 4, "github-pat", "offline"),
        ("a.env", 5, "github-pat", "entropy"),
        ("b/a.env", 1, "github-pat", "allow-list"),
    ] {
        let is_there = lines.iter().any(|l| {
            l["path"].as_str().is_some_and(|p| p.trim_start_matches("./") == path)
                && l["line"] == line
                && l["rule"] == rule
                && l["stage"] == stage
        });
        assert!(is_there, "{path}:{line} {rule} {stage}\n{ledger}");
    }
    assert!(lines.iter().all(|l| l["line"] != 1 || l["path"] != "a.env"), "{ledger}");
    assert!(!ledger.contains(&token()) && !ledger.contains(&wrong));
    let said = run(dir.path(), &["scan", ".", "--show-suppressed"]);
    assert!(err(&said).contains("a marker on its line allows it"), "{}", err(&said));
    assert!(!err(&said).contains(&token()) && !err(&said).contains(&wrong));
}

#[test]
fn completion_and_version() {
    let dir = folder(&[]);
    assert!(out(&run(dir.path(), &["completion", "bash"])).contains("scanner-rs"));
    let version = run(dir.path(), &["--version", "--verbose"]);
    assert!(out(&version).contains("native"), "{}", out(&version));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let dir = planted();
    let mut child = Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(["rules", "list"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(!err(&output).contains("panicked"), "{}", err(&output));
}

#[cfg(unix)]
#[test]
#[expect(unsafe_code, reason = "sends a signal")]
fn ctrl_c_ends_with_130_and_a_summary() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(["scan", "stdin", "-f", "json"])
        .env("XDG_STATE_HOME", "/nowhere")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut input = child.stdin.take().expect("a pipe");
    let block = vec![b'a'; 3 * 1024 * 1024];
    input.write_all(&block).expect("it reads");
    let id = i32::try_from(child.id()).expect("a process id");
    // SAFETY: the process is our child and has not been waited for.
    assert_eq!(unsafe { libc::kill(id, libc::SIGINT) }, 0);
    std::thread::sleep(std::time::Duration::from_millis(200));
    let _ = input.write_all(&block);
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(code(&output), Some(130), "{}", err(&output));
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("a whole report");
    assert_eq!(json["summary"]["status"], "interrupted");
}

#[test]
fn a_token_inside_base64_is_found_where_it_is_encoded() {
    let encoded = data_encoding::BASE64.encode(format!("token={}\n", token()).as_bytes());
    let dir = folder(&[("k8s.yaml", &format!("data:\n  token: {encoded}\n"))]);
    let output = run(dir.path(), &["scan", "fs", ".", "-f", "json", "-q"]);
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "github-pat");
    assert_eq!(finding["decode"], serde_json::json!(["base64"]));
    assert_eq!((&finding["line"], &finding["column"]), (&2.into(), &18.into()));
    assert!(!out(&output).contains(&token()));
    let off = run(dir.path(), &["scan", "fs", ".", "-f", "json", "--max-decode-depth", "0"]);
    assert!(!out(&off).contains("\"github-pat\""), "{}", out(&off));
}

#[test]
fn this_repository_is_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = run(&root, &["scan", "fs", ".", "--no-store"]);
    assert_eq!(code(&output), Some(0), "{}", out(&output));
}

#[test]
fn a_used_up_budget_of_decoding_is_told_and_leaves_the_run_incomplete() {
    let lines: Vec<String> = (0..70_000).map(|number| format!("a%41{number}")).collect();
    let text = lines.join("\n");
    let dir = folder(&[("a.txt", &text)]);
    let output = run(
        dir.path(),
        &["scan", "a.txt", "--chunk-size", "4M", "-f", "json", "-f", "text=report.txt"],
    );
    assert_eq!(code(&output), Some(3), "{}", err(&output));
    let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(report["summary"]["failed"]["decode_budget"], 1, "{report}");
    let told = fs::read_to_string(dir.path().join("report.txt")).expect("the report");
    assert!(told.contains("exceeded the decode budget"), "{told}");
    let off = run(dir.path(), &["scan", "a.txt", "--max-decode-depth", "0"]);
    assert_eq!(code(&off), Some(0), "{}", out(&off));
}
