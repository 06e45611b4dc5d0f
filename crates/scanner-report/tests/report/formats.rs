//! Every format over the same made-up findings, as snapshots and against its schema.

use std::path::Path;
use std::process::Command;

use scanner_core::{EventSink, ScanEvent, Severity, SkipReason, Status};
use scanner_report::{Format, Output, PathBase, RESULTS_MAX, SinkOptions, UploadNotes};
use serde_json::{Value, json};

use crate::sample;

fn options() -> SinkOptions {
    SinkOptions { width: 80, ..SinkOptions::default() }
}

/// Panics with everything that the schema refuses.
fn check(schema: &Value, instance: &Value) {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(instance).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{instance:#}");
}

/// Our schema lets readers meet fields that they do not know; the test does not.
fn own_schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/report-schema.json");
    let mut schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    schema["additionalProperties"] = json!(false);
    for (_, definition) in schema["$defs"].as_object_mut().unwrap() {
        if definition.get("properties").is_some() {
            definition["additionalProperties"] = json!(false);
        }
    }
    schema
}

/// The schema of one line of `jsonl`.
fn line_schema() -> Value {
    let schema = own_schema();
    json!({
        "$schema": schema["$schema"],
        "$ref": "#/$defs/line",
        "$defs": schema["$defs"],
    })
}

/// The official SARIF schema, from the package of the crate that is made from it.
fn sarif_schema() -> Value {
    let cargo = env!("CARGO");
    let version = Command::new(cargo).arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let package = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|package| package["name"] == "serde-sarif")
        .expect("serde-sarif is a dev-dependency");
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let schema = manifest.with_file_name("src").join("schema.json");
    let text = std::fs::read(&schema).unwrap_or_else(|e| {
        panic!("the package serde-sarif no longer has its schema at {}: {e}", schema.display())
    });
    let mut schema: Value = serde_json::from_slice(&text).unwrap();
    // The published pattern has a bracket too many and is no regular expression. We write no language.
    for owner in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][owner]["properties"]["language"];
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    schema
}

fn parse_lines(text: &str) -> Vec<Value> {
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json() {
    let text = sample::run().render(Format::Json, &options());
    let value: Value = serde_json::from_str(&text).unwrap();
    check(&own_schema(), &value);
    insta::assert_json_snapshot!(value);
}

#[test]
fn jsonl() {
    let text = sample::run().render(Format::Jsonl, &options());
    let lines = parse_lines(&text);
    let schema = line_schema();
    for line in &lines {
        check(&schema, line);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn sarif() {
    let options = SinkOptions {
        base: PathBase { root: Some("/repo".into()), working_dir: Some("/repo/sub".into()) },
        ..options()
    };
    let text = sample::run().render(Format::Sarif, &options);
    let value: Value = serde_json::from_str(&text).unwrap();
    check(&sarif_schema(), &value);
    insta::assert_json_snapshot!(value);
}

/// What format 15 of GitLab's security reports asks of a `secret_detection`, in our words.
fn gitlab_schema() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let time = json!({ "type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$" });
    let line = json!({ "type": "integer", "minimum": 1 });
    let tool = json!({
        "type": "object",
        "required": ["id", "name", "version", "vendor"],
        "properties": {
            "id": text, "name": text, "version": text,
            "vendor": { "type": "object", "required": ["name"], "properties": { "name": text } },
        },
    });
    let message = json!({
        "type": "object",
        "required": ["level", "value"],
        "properties": { "level": { "enum": ["info", "warn", "fatal"] }, "value": text },
    });
    let identifier = json!({
        "type": "object",
        "required": ["type", "name", "value"],
        "properties": { "type": text, "name": text, "value": text },
    });
    let vulnerability = json!({
        "type": "object",
        "required": ["id", "identifiers", "location"],
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "name": { "type": "string", "maxLength": 255 },
            "description": { "type": "string", "maxLength": 1_048_576 },
            "solution": { "type": "string", "maxLength": 7000 },
            "raw_source_code_extract": { "type": "string" },
            "links": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["url"],
                    "properties": { "url": { "type": "string", "pattern": "^(https?|ftp)://.+" } },
                },
            },
            "severity": { "enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
            "identifiers": { "type": "array", "minItems": 1, "items": identifier },
            "location": {
                "type": "object",
                "required": ["commit"],
                "properties": {
                    "file": text, "start_line": line, "end_line": line,
                    "commit": { "type": "object", "required": ["sha"], "properties": { "sha": text } },
                },
            },
        },
    });
    json!({
        "type": "object",
        "required": ["version", "vulnerabilities", "scan"],
        "properties": {
            "version": { "type": "string", "pattern": r"^15\.\d+\.\d+$" },
            "vulnerabilities": { "type": "array", "items": vulnerability },
            "scan": {
                "type": "object",
                "required": ["analyzer", "scanner", "type", "start_time", "end_time", "status"],
                "properties": {
                    "analyzer": tool, "scanner": tool, "start_time": time, "end_time": time,
                    "type": { "const": "secret_detection" },
                    "status": { "enum": ["success", "failure"] },
                    "messages": { "type": "array", "items": message },
                },
            },
        },
    })
}

#[test]
fn gitlab() {
    let text = sample::run().render(Format::Gitlab, &options());
    let value: Value = serde_json::from_str(&text).unwrap();
    check(&gitlab_schema(), &value);
    insta::assert_json_snapshot!(value);
}

#[test]
fn gitlab_takes_what_users_write_in_their_rules() {
    let mut run = sample::run();
    let rule = scanner_core::RuleInfo {
        description: "\u{1d11e}".repeat(1_100_000),
        name: "n".repeat(300),
        reference: "see the wiki".to_owned(),
        ..(*run.findings[0].rule).clone()
    };
    run.findings[0].rule = rule.into();
    run.findings[0].location.line = 0;
    run.findings[0].path = scanner_core::ObjectPath::new(b"a\xff\n\x1b[31m");
    run.summary.warnings = vec![String::new(), "one".to_owned()];
    let value: Value = serde_json::from_str(&run.render(Format::Gitlab, &options())).unwrap();
    check(&gitlab_schema(), &value);
    assert!(value["vulnerabilities"][0].get("links").is_none());
    let ids: std::collections::BTreeSet<_> = value["vulnerabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), run.findings.len());
}

#[test]
fn csv() {
    insta::assert_snapshot!(sample::run().render(Format::Csv, &options()).replace('\r', "CR"));
}

#[test]
fn junit() {
    insta::assert_snapshot!(sample::run().render(Format::Junit, &options()));
    let clean = sample::clean_run().render(Format::Junit, &options());
    assert!(clean.contains("tests=\"1\" failures=\"0\" errors=\"0\""), "{clean}");
}

/// What the script of a page reads: the table, a line of details for each of its rows, and the end.
fn page_data(page: &str) -> Value {
    let block = |id: &str| {
        let (_, rest) = page.split_once(&format!("id=\"{id}\">")).unwrap();
        rest.split_once("</script>").unwrap().0
    };
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let details: Vec<Value> = block("details").lines().skip(1).map(parsed).collect();
    let table = parsed(block("table"));
    assert_eq!(details.len(), table["findings"].as_array().unwrap().len());
    serde_json::json!({ "table": table, "details": details, "end": parsed(block("end")) })
}

#[test]
fn html() {
    let page = sample::run().render(Format::Html, &options());
    insta::assert_json_snapshot!(page_data(&page));
}

#[test]
fn html_is_not_left_by_hostile_names() {
    let mut run = sample::run();
    let name = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\u{2028}";
    run.findings[0].path = scanner_core::ObjectPath::new(name.as_bytes());
    run.findings[0].context = name.to_owned();
    run.info.targets = vec![name.to_owned()];
    run.summary.warnings = vec![name.to_owned()];
    let page = run.render(Format::Html, &options());
    let plain = sample::clean_run().render(Format::Html, &options());
    for mark in ["<script", "</script", "<!--", "<img"] {
        assert_eq!(page.matches(mark).count(), plain.matches(mark).count(), "{mark}");
    }
    let path = page_data(&page)["table"]["findings"][0][3].as_str().unwrap().to_owned();
    assert!(path.starts_with("</script><script>alert(1)"), "{path}");
}

#[test]
fn text() {
    insta::assert_snapshot!(sample::run().render(Format::Text, &options()));
}

#[test]
fn text_with_colors() {
    let text = sample::run().render(Format::Text, &SinkOptions { color: true, ..options() });
    assert!(!text.contains("\x1b[2J") && !text.contains("\x1b[31m"), "{text:?}");
    insta::assert_snapshot!(text.replace('\x1b', "ESC"));
}

#[test]
fn text_of_a_clean_run() {
    insta::assert_snapshot!(sample::clean_run().render(Format::Text, &options()));
}

#[test]
fn nothing_found_is_not_called_clean_where_something_is_missing() {
    let mut run = sample::clean_run();
    run.summary.status = Status::Interrupted;
    let text = run.render(Format::Text, &options());
    assert!(text.starts_with("No secrets in what was scanned, but"), "{text}");
    run.summary.status = Status::Complete;
    run.summary.files = 0;
    let text = run.render(Format::Text, &options());
    assert!(text.starts_with("Nothing was scanned"), "{text}");
}

#[test]
fn every_format_of_an_interrupted_run_is_valid() {
    let mut run = sample::clean_run();
    run.summary.status = Status::Interrupted;
    run.summary.skips.add(SkipReason::Interrupted);
    for format in Format::ALL {
        let shared = sample::Shared::default();
        let output = Output::live("test", Box::new(shared.clone()));
        let mut sink = format.sink(output, &options());
        sink.event(&ScanEvent::Started(&run.info)).unwrap();
        // No report: the interruption came before it.
        sink.event(&ScanEvent::Finished(&run.summary)).unwrap();
        let text = shared.text();
        match format {
            Format::Json => check(&own_schema(), &serde_json::from_str(&text).unwrap()),
            Format::Jsonl => assert_eq!(parse_lines(&text).len(), 2),
            Format::Sarif => {
                let value: Value = serde_json::from_str(&text).unwrap();
                check(&sarif_schema(), &value);
                let invocation = &value["runs"][0]["invocations"][0];
                assert_eq!(invocation["executionSuccessful"], false);
                let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
                assert_eq!(notes[0]["descriptor"]["id"], "interrupted_run");
            }
            Format::Gitlab => {
                let value: Value = serde_json::from_str(&text).unwrap();
                check(&gitlab_schema(), &value);
                assert_eq!(value["scan"]["status"], "failure");
            }
            // Rows are findings; the exit code and the other formats tell of the run.
            Format::Csv => assert_eq!(text.lines().count(), 1),
            _ => assert!(text.contains("interrupted"), "{text}"),
        }
    }
}

#[test]
fn jsonl_does_not_wait() {
    let run = sample::run();
    let shared = sample::Shared::default();
    let output = Output::live("test", Box::new(shared.clone()));
    let mut sink = Format::Jsonl.sink(output, &options());
    assert!(!sink.wants_report());
    sink.event(&ScanEvent::Started(&run.info)).unwrap();
    sink.event(&ScanEvent::Finding(&run.findings[0])).unwrap();
    assert_eq!(parse_lines(&shared.text()).len(), 2);
}

#[test]
fn secrets_are_shown_where_they_are_asked_for() {
    let run = sample::run();
    let options = SinkOptions { show_secrets: true, ..options() };
    let value: Value = serde_json::from_str(&run.render(Format::Json, &options)).unwrap();
    check(&own_schema(), &value);
    let clear = String::from_utf8(run.findings[0].secret.expose().to_vec()).unwrap();
    assert_eq!(value["findings"][0]["secret"], clear);
    assert!(value["findings"][0].get("secret_encoding").is_none());
    assert_eq!(value["findings"][3]["secret"], "/gBieXRlcywgbm90IHRleHQ=");
    assert_eq!(value["findings"][3]["secret_encoding"], "base64");
    assert!(run.render(Format::Text, &options).contains(&clear));
    assert!(run.render(Format::Csv, &options).contains(&clear));
    assert!(run.render(Format::Junit, &options).contains(&clear));
    assert!(run.render(Format::Html, &options).contains(&clear));
    assert!(!run.render(Format::Sarif, &options).contains(&clear));
    assert!(!run.render(Format::Gitlab, &options).contains(&clear));
}

#[test]
fn sarif_keeps_the_worst_results_and_says_what_it_cut() {
    let mut run = sample::run();
    let worst = run.findings[0].clone();
    let mild = run.findings[1].clone();
    run.findings = vec![mild; RESULTS_MAX + 5];
    run.findings.push(worst);
    let text = run.render(Format::Sarif, &options());
    let value: Value = serde_json::from_str(&text).unwrap();
    let results = value["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), RESULTS_MAX);
    assert_eq!(results[0]["ruleId"], "example-token");
    let notes = &value["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let cut = notes.as_array().unwrap().iter().find(|n| n["descriptor"]["id"] == "results_cut");
    assert!(cut.unwrap()["message"]["text"].as_str().unwrap().starts_with("6 findings"));
}

#[test]
fn sarif_for_an_upload_stays_below_its_size_and_says_what_was_cut() {
    let mut run = sample::run();
    // Text that hardly compresses, so that the size is reached before the number of results.
    let mut state = 7_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{:016x}", state ^ (state >> 31))
    };
    let mild = run.findings[1].clone();
    run.findings.truncate(1);
    for _ in 0..14_000 {
        let mut finding = mild.clone();
        finding.occurrence_id = (0..100).map(|_| noise()).collect();
        run.findings.push(finding);
    }
    let notes = UploadNotes::default();
    let options = SinkOptions { upload: Some(notes.clone()), ..options() };
    let text = run.render(Format::Sarif, &options);
    let value: Value = serde_json::from_str(&text).unwrap();
    let results = value["runs"][0]["results"].as_array().unwrap();
    assert!((5_001..14_001).contains(&results.len()), "{}", results.len());
    assert_eq!(results[0]["ruleId"], "example-token");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
    let size = encoder.finish().unwrap().len();
    assert!((8_000_000..=10_000_000).contains(&size), "{size}");
    let said = notes.take().join("\n");
    assert!(said.contains(&format!("{} of 14001 findings", 14_001 - results.len())), "{said}");
    assert!(said.contains("5000 most severe"), "{said}");
    assert!(notes.take().is_empty());
}

#[test]
fn sarif_rules_are_unique_and_complete() {
    let mut run = sample::run();
    run.info.rules.push(run.info.rules[0].clone());
    let unknown = sample::rule("from-nowhere", "", Severity::High, &["security", "x"]);
    let mut finding = run.findings[0].clone();
    finding.rule = unknown;
    run.findings.push(finding);
    let value: Value = serde_json::from_str(&run.render(Format::Sarif, &options())).unwrap();
    check(&sarif_schema(), &value);
    let driver = &value["runs"][0]["tool"]["driver"];
    let rules = driver["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let expected = ["example-token", "from-nowhere", "generic-password", "low-key", "private-key"];
    assert_eq!(ids, expected);
    assert_eq!(rules[1]["properties"]["tags"], json!(["security", "external/cwe/cwe-798", "x"]));
    for result in value["runs"][0]["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(result["ruleId"], ids[index]);
    }
}

#[test]
fn file_sinks_write_whole_files() {
    let dir = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let path = dir.path().join(format.name());
        std::fs::write(&path, "old").unwrap();
        let mut sink: Box<dyn EventSink> = format.file_sink(&path, &options()).unwrap();
        let run = sample::run();
        run.play(sink.as_mut());
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, run.render(format, &options()));
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), Format::ALL.len());
}
