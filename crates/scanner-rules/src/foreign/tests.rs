//! Files that say everything their schema has, and what becomes of each key.

use super::*;
use crate::spec::Shape;

fn nothing(_: &str) -> std::io::Result<(String, String)> {
    Err(std::io::Error::other("there is no such file"))
}

fn read(text: &str) -> Imported {
    import("x.toml", text, &nothing)
}

fn notes(imported: &Imported) -> Vec<String> {
    imported.notes.iter().map(ToString::to_string).collect()
}

fn errors(imported: &Imported) -> String {
    imported.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

const WHOLE: &str = r#"
title = "everything"
minVersion = "v8.25.0"

[extend]
useDefault = true
disabledRules = ["generic-api-key", "github-pat", "no-such-rule"]

[[rules]]
id = "acme-key"
description = "Acme key"
regex = '''(?i)acme_(live|test)_([a-z0-9]{20,})'''
secretGroup = 2
entropy = 3
path = '''\.env$'''
keywords = ["ACME_"]
tags = ["acme", "key"]
  [[rules.allowlists]]
  description = "samples"
  condition = "AND"
  commits = ["ABCDEF"]
  paths = ['''^docs/''']
  regexTarget = "line"
  regexes = ['''sample''']
  stopwords = ["Demo"]
  [rules.allowlist]
  regexes = ['''^test''']

[[rules]]
id = "acme-id"
regex = '''acme-id-[0-9]{4}'''
skipReport = true

[[rules]]
id = "acme-pair"
regex = '''pair_[0-9a-f]{8}'''
  [[rules.required]]
  id = "acme-id"
  withinLines = 2

[[rules]]
id = "github-oauth-token"
  [[rules.allowlists]]
  stopwords = ["fixture"]

[[allowlists]]
targetRules = ["acme-key", "generic-api-key"]
paths = ['''vendor/''']

[allowlist]
regexTarget = "match"
regexes = ['''219-09-9999''']
"#;

#[test]
fn every_key_of_gitleaks_is_taken_over_or_told() {
    let imported = read(WHOLE);
    assert_eq!(errors(&imported), "");
    let ids: Vec<&str> = imported.rules.iter().map(|rule| rule.spec.id.as_str()).collect();
    assert_eq!(ids, ["acme-key", "acme-pair"], "one that is not reported is only company");
    assert!(imported.use_default);
    assert!(imported.disabled.contains(&"github-pat".to_owned()));
    assert!(imported.disabled.iter().any(|id| id.starts_with("generic-")));
    let spec = &imported.rules[0].spec;
    assert_eq!((imported.rules[0].line, spec.shape, spec.as_written), (9, Shape::Regex, true));
    assert_eq!((spec.name.as_str(), spec.secret_group), ("Acme key", Some(2)));
    assert_eq!(spec.tags, ["acme", "key"]);
    assert!(spec.width_cap.is_some(), "a pattern without an end has a bound");
    let gates = &spec.gates;
    assert_eq!(gates.near.as_ref().unwrap().any, ["acme_"]);
    assert!(gates.entropy_min.unwrap() > 3.0 && gates.entropy_min.unwrap() < 3.001);
    assert_eq!(gates.path_pattern.as_deref(), Some(r"\.env$"));
    let pair = imported.rules[1].spec.gates.companion.as_ref().unwrap();
    assert_eq!(pair.patterns, ["acme-id-[0-9]{4}"]);
    let told = notes(&imported);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].starts_with("x.toml:37: rule `acme-pair`: `required` approximated"),
        "{told:#?}"
    );
    assert!(
        told[1].contains("`disabledRules` left out: no built-in rule is called `no-such-rule`")
    );
}

#[test]
fn allow_lists_of_rules_and_of_the_file() {
    let imported = read(WHOLE);
    let of = |rule: &str| {
        let has = |list: &&AllowList| list.rules.iter().any(|id| id == rule);
        imported.allow.iter().filter(has).collect::<Vec<_>>()
    };
    let key = of("acme-key");
    assert_eq!(key.len(), 3, "{:?}", imported.allow);
    let and = key.iter().find(|list| list.all).unwrap();
    assert_eq!((and.commits[0].as_str(), and.words[0].as_str()), ("abcdef", "Demo"));
    assert_eq!((and.paths[0].as_str(), and.lines[0].as_str()), ("^docs/", "sample"));
    assert_eq!(of("github-oauth-token")[0].words, ["fixture"], "a built-in rule with a list");
    assert_eq!(of("generic-password").len(), 1, "theirs stands for several of ours");
    assert!(imported.allow.iter().any(|l| l.rules.is_empty() && l.matches == ["219-09-9999"]));
}

#[test]
fn every_key_of_betterleaks_is_taken_over_or_told() {
    let imported = read(
        r#"
        minVersion = "2.0.0"
        prefilter = '(attributes["path"] ?? "") endsWith ".lock"'
        filter = 'finding.line contains "EXAMPLE" || entropy(finding.secret) <= 1.0'
        [[rules]]
        id = "a"
        regex = '''aaa_[0-9a-f]{16}'''
        filter = 'entropy(finding.secret) <= 3.5 || failsTokenEfficiency(finding.secret)'
        validate = '{"result": "valid"}'
        tokenEfficiency = true
        components = [{ id = "b", within = "5L,100C" }]
        severity = "high"
        unheard = 1
        [[rules]]
        id = "b"
        regex = '''bbb_[0-9]{4}'''
        "#,
    );
    assert_eq!(errors(&imported), "");
    let spec = &imported.rules[0].spec;
    assert!(spec.gates.entropy_min.unwrap() > 3.5);
    assert_eq!(spec.gates.companion.as_ref().unwrap().distance, 100);
    assert_eq!(imported.allow.len(), 2);
    assert_eq!((imported.allow[0].paths.len(), imported.allow[1].lines.len()), (1, 1));
    let told = notes(&imported).join("\n");
    for want in [
        "`filter` left out: an entropy for all rules",
        "rule `a`: `filter` left out: `failsTokenEfficiency` has no counterpart",
        "rule `a`: `validate` left out: credentials are never sent",
        "rule `a`: `tokenEfficiency` left out",
        "rule `a`: `required` approximated: `b` is looked for within 100 bytes",
        "rule `a`: `severity` left out",
        "x.toml:13: rule `a`: `unheard` left out: the key is not known",
    ] {
        assert!(told.contains(want), "{want}\n{told}");
    }
    assert_eq!(imported.notes.len(), 7, "{told}");
}

#[test]
fn what_cannot_mean_anything_is_an_error_with_its_line() {
    const RULE: &str = "[[rules]]\nid = \"a\"\n";
    for (text, want) in [
        (format!("{RULE}regex = 'ab('\n"), "x.toml:3: rule `a`: `regex` cannot be used: unclosed"),
        (format!("{RULE}regex = 'a*'\n"), "matches the empty text"),
        (format!("{RULE}regex = 'a(?=b)'\n"), "look-around (`(?=`)"),
        (
            format!("{RULE}regex = 'abc'\nsecretGroup = 1\n"),
            "x.toml:4: rule `a`: `secretGroup` cannot be used: there is no group 1; the pattern has 0",
        ),
        (
            format!("{RULE}regex = 'abc'\nsecretGroup = 1.5\n"),
            "`secretGroup` must be the number of a group",
        ),
        (
            format!("[extend]\nuseDefault = false\n{RULE}"),
            "x.toml:3: detector `a`: `regex` must not be empty",
        ),
        (format!("[extend]\nuseDefault = false\n{RULE}regex = ''\n"), "`regex` must not be empty"),
        ("[[rules]]\nregex = 'abc'\n".into(), "x.toml:1: a rule needs an `id`"),
        (
            format!("{RULE}regex = 'abc'\n{RULE}regex = 'abd'\n"),
            "x.toml:4: the id `a` is used twice, first in line 1",
        ),
        (format!("{RULE}regex = 1\n"), "x.toml:3: `regex` must be a string, not integer"),
        (
            "[allowlist]\ncondition = \"XOR\"\npaths = ['a']\n".into(),
            "x.toml:2: `XOR` is no condition; known are AND, OR",
        ),
        (
            "[allowlist]\nregexTarget = \"all\"\nregexes = ['a']\n".into(),
            "x.toml:2: `all` is no regexTarget",
        ),
        (
            "[allowlist]\npaths = ['ok',\n 'a(']\n".into(),
            "x.toml:3: the global allow list: `paths` cannot be used: unclosed group",
        ),
        (
            format!("{RULE}regex = 'abc'\n[[rules.required]]\nid = \"b\"\n"),
            "there is no rule `b` with a regex",
        ),
        (
            "[extend]\npath = \"other.toml\"\n".into(),
            "x.toml:2: the file `other.toml` that is extended cannot be read: there is no such file",
        ),
        ("[[rules]\n".into(), "x.toml:1: "),
    ] {
        let imported = read(&text);
        assert!(errors(&imported).contains(want), "{text}\n{}", errors(&imported));
    }
}

#[test]
fn odd_files_are_told_and_used() {
    let imported = read(
        "[[rules]]\ndescription = \"My Key!\"\nregex = 'abc[0-9]+'\n\
         [[rules]]\nid=\"p\"\npath = 'id_rsa'\n[allowlist]\ndescription = \"none\"\n",
    );
    assert_eq!(errors(&imported), "");
    assert_eq!(imported.rules[0].spec.id, "my-key");
    assert!(imported.allow.is_empty());
    let told = notes(&imported).join("\n");
    assert!(told.contains("is called `my-key` here"), "{told}");
    assert!(told.contains("a path alone is no finding"), "{told}");
    assert!(told.contains("states no commits, paths, regexes or stopwords"), "{told}");
    assert!(!read("[extend]\nuseDefault = false\n[allowlist]\npaths = ['a']\n").use_default);
    let added = read("[allowlist]\npaths = ['a']\n");
    assert!(added.use_default, "rules are added where nothing is said");
}

#[test]
fn files_extend_each_other() {
    let files = |name: &str| -> std::io::Result<(String, String)> {
        let text = match name {
            "base.toml" => {
                "[extend]\npath = \"ground.toml\"\n[[rules]]\nid = \"a\"\n\
                 regex = 'base_[0-9]{4}'\nentropy = 2.0\nkeywords = [\"base\"]\n\
                 [[rules]]\nid = \"gone\"\nregex = 'gone_[0-9]'\n[allowlist]\npaths = ['one']\n"
            }
            "ground.toml" => {
                "[extend]\nuseDefault = false\n[[rules]]\nid = \"g\"\nregex = 'ground_[0-9]'\n"
            }
            "round.toml" => "[extend]\npath = \"round.toml\"\n",
            _ => return Err(std::io::Error::other("not there")),
        };
        Ok((name.to_owned(), text.to_owned()))
    };
    let top = "[extend]\npath = \"base.toml\"\ndisabledRules = [\"gone\"]\n[[rules]]\nid = \"a\"\n\
               entropy = 3.0\nkeywords = [\"top\"]\n[allowlist]\npaths = ['two']\n";
    let imported = import("top.toml", top, &files);
    assert_eq!(errors(&imported), "");
    assert!(!imported.use_default);
    let ids: Vec<&str> = imported.rules.iter().map(|rule| rule.spec.id.as_str()).collect();
    assert_eq!(ids, ["g", "a"]);
    let spec = &imported.rules[1].spec;
    assert_eq!(spec.pattern, "base_[0-9]{4}");
    assert!(spec.gates.entropy_min.unwrap() > 3.0);
    assert_eq!(spec.gates.near.as_ref().unwrap().any, ["base", "top"]);
    assert_eq!(imported.allow.len(), 2);
    let round = import("round.toml", "[extend]\npath = \"round.toml\"\n", &files);
    assert!(errors(&round).contains("extend each other more than"), "{}", errors(&round));
}

#[test]
fn theirs_are_told_from_ours() {
    for text in [
        WHOLE,
        "[[rules]]\n",
        "[allowlist]\npaths=[]\n",
        "[extend]\nuseDefault=true\n",
        "title='x'\n",
    ] {
        assert!(is_foreign(text), "{text}");
    }
    for text in [
        "[extend]\nuse_default = true\n",
        "[[detector]]\n",
        "[scan]\njobs=1\n",
        "",
        "[allow]\npaths=[]\n",
    ] {
        assert!(!is_foreign(text), "{text}");
    }
}

#[test]
fn what_was_imported_can_be_written_as_ours() {
    let text = to_toml(&read(WHOLE));
    let table: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(table["detector"].as_array().unwrap().len(), 2, "{text}");
    assert_eq!(table["allow"]["lists"].as_array().unwrap().len(), 5, "{text}");
}
