//! Files that people and other tools write: rules, baselines, lists of what to ignore; and what offline proofs take.

use std::collections::HashSet;
use std::io::{Error, ErrorKind};

use scanner_core::{NormHash, SecretBytes};
use scanner_engine::{Engine, EngineOptions};
use scanner_rules::checksum::{ChecksumSpec, DigitOrder, fill_check, verify};
use scanner_rules::{foreign, load_file};
use scanner_runtime::IgnoreFile;
use scanner_store::{Baseline, Known, Lookup};

use crate::Target;

/// Rules of an input that are compiled: each takes its milliseconds.
const COMPILED_MAX: usize = 3;

pub(super) const RULES: Target = Target {
    name: "rules",
    about: "detector files, as far as an engine",
    seeds: || {
        let file = "service = \"acme\"\nreference = \"https://example.com\"\nremediation = \"Revoke it.\"\n";
        let token = "[[detector]]\nid = \"acme-a\"\nname = \"a\"\nchecked = \"vendor-docs\"\ntoken = { prefix = \"acme_\", body = \"[0-9a-z]{24,34}\" }\n\
            near = [\"acme\"]\nchecksum = { kind = \"crc32-base62\", payload = 30, check = 6 }\n\
            [[detector.positive]]\ntext = \"k={secret}\"\nsecret = [\"acme_\", \"abc\"]\n";
        let keyed = "[[detector]]\nid = \"acme-b\"\nname = \"b\"\nkeyed = { keywords = [\"acme\"], value = \"[a-z0-9]{20}\" }\n";
        let regex = "[[detector]]\nid = \"c\"\nname = \"c\"\nservice = \"x\"\nregex = { pattern = 'tok_(?P<secret>[A-Z]{16,32})\\b' }\n\
            entropy = 3.0\nnear = [\"token\"]\n";
        [token, keyed, regex].map(|detector| [file, detector].concat().into_bytes()).to_vec()
    },
    words: &[
        b"[[detector]]\n",
        b"regex = { pattern = '",
        b"token = { prefix = \"",
        b"keyed = { keywords = [\"",
        b"assignment = {",
        b"uri = { ",
        b"block = { begin = \"",
        b"multi = { ",
        b"checksum = { kind = \"",
        b"{1000}",
        b"(?i)",
        b"[^\\n]*",
        b"(?P<secret>",
    ],
    bytes_max: 2048,
    run: |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        match load_file("rules.toml", text) {
            Ok(loaded) => {
                compile(loaded.into_iter().map(|detector| detector.spec).take(COMPILED_MAX));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    },
};

pub(super) const FOREIGN: Target = Target {
    name: "foreign-rules",
    about: "rule files of gitleaks and betterleaks, as far as an engine",
    seeds: || {
        let rule = "title = \"t\"\n[extend]\nuseDefault = true\ndisabledRules = [\"aws-access-token\"]\n[[rules]]\nid = \"a\"\n\
            regex = '''(?i)acme[_-]?key\\s*=\\s*['\"]?([a-z0-9]{20,40})'''\nsecretGroup = 1\nentropy = 3.5\nkeywords = [\"acme\"]\n\
            path = '''\\.env$'''\n[[rules.allowlists]]\ncondition = \"AND\"\nregexes = ['''^x+$''']\nstopwords = [\"example\"]\n\
            [allowlist]\npaths = ['''vendor/''']\n";
        let more = "filter = \"finding.secret.size() > 3 && !matches(finding.line, 'x')\"\n[[rules]]\nid = \"b\"\nregex = 'b{3}'\n\
            [[rules.required]]\nid = \"a\"\nwithinLines = 3\n";
        vec![rule.into(), more.into(), b"[extend]\npath = \"other.toml\"\n".to_vec()]
    },
    words: &[
        b"[[rules]]\n",
        b"[[rules.allowlists]]\n",
        b"regex = '''",
        b"(?i)",
        b"(?-i:",
        b"{0,1000}",
        b"[[:alnum:]]",
        b"\\pL",
        b"regexTarget = \"line\"\n",
        b"filter = \"",
        b" && ",
        b"[extend]\npath = \"self\"\n",
    ],
    bytes_max: 2048,
    run: foreign_rules,
};

fn foreign_rules(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let _ = foreign::is_foreign(text);
    let extended = |name: &str| match name {
        "self" => Ok((name.to_owned(), text.to_owned())),
        _ => Err(Error::from(ErrorKind::NotFound)),
    };
    let imported = foreign::import("x.toml", text, &extended);
    for told in imported.notes.iter().map(ToString::to_string) {
        assert!(told.contains(':'), "{told} names its place");
    }
    if imported.errors.is_empty() {
        let specs: Vec<_> = imported.rules.iter().map(|rule| rule.spec.clone()).collect();
        let _ = foreign::to_toml(&imported);
        compile(specs.into_iter().take(COMPILED_MAX));
    }
}

/// Rules become an engine, or are refused with a reason.
fn compile(specs: impl Iterator<Item = scanner_rules::RuleSpec>) {
    let specs: Vec<_> = specs.collect();
    match Engine::new(&specs, EngineOptions::default()) {
        Ok(engine) => engine.join(),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

pub(super) const BASELINE: Target = Target {
    name: "baseline",
    about: "baselines: ours, and those of gitleaks and detect-secrets",
    seeds: || {
        let hash = "ab".repeat(32);
        let native = format!(
            "# scanner-rs baseline v1 salt={hash}\n{hash} rule expires=2027-01-31 owner=x # why\n"
        );
        let leaks = r#"[{"RuleID":"a","File":"dir/f","StartLine":3,"Commit":"","Secret":"s"}]"#;
        let hashed = r#"{"version":"1","results":{"f":[{"type":"x","hashed_secret":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}]}}"#;
        let prints = format!("{}:dir/f:rule:12\ndir/f:rule:3\n", "ab".repeat(20));
        [&native, leaks, hashed, &prints].map(|text| text.as_bytes().to_vec()).to_vec()
    },
    words: &[
        b"expires=",
        b"\"StartLine\":",
        b"\"results\":{",
        b"[[[[[[[[",
        b":rule:",
        b"# scanner-rs baseline v1",
    ],
    bytes_max: 4096,
    run: baseline,
};

fn baseline(input: &[u8]) {
    let folder = super::folder();
    let path = folder.path().join("baseline");
    std::fs::write(&path, input).expect("a file");
    let rules = HashSet::from(["rule".to_owned()]);
    let Ok(baseline) = Baseline::read(&path, "2026-01-01", &rules) else { return };
    let hash = NormHash([0xab; 32]);
    let secret = SecretBytes::new(b"s");
    let lookup = Lookup {
        rule: "rule",
        hash: &hash,
        secret: &secret,
        path: b"dir/f",
        line: 3,
        commit: None,
    };
    let unused = baseline.stale();
    if baseline.knows(&lookup) == Known::Yes {
        assert!(baseline.stale() < unused, "what is known uses an entry");
    }
}

pub(super) const CONFIGURATION: Target = Target {
    name: "configuration",
    about: ".scanner.toml, as far as its lists",
    seeds: || {
        let scan = "[extend]\nuse_default = false\n[scan]\njobs = 4\nmax_file_size = \"20M\"\nmax_decode_depth = 3\n\
            max_memory = \"1.5G\"\ntimeout = \"10m\"\nengine = \"auto\"\nmin_confidence = \"likely\"\ninclude = [\"src/**\"]\n\
            exclude = [\"!a\", \"**/[a-c]{d,e}\"]\nenable_rules = [\"aws-*\"]\n";
        let allow = "[allow]\npaths = [\"a/**\"]\nvalues = [\"^demo-\"]\n[[allow.rules]]\nid = \"x\"\nvalues = [\"y\"]\n\
            [[allow.lists]]\nrules = [\"x\"]\ncondition = \"all\"\npaths = [\"^docs/\"]\nsecrets = [\"^d\"]\n\
            matches = [\"d=\"]\nlines = [\"# s\"]\nwords = [\"example\"]\ncommits = [\"0123456789abcdef\"]\n";
        let rule = "[[detector]]\nid = \"acme\"\nname = \"A\"\ntoken = { prefix = \"acme_\", body = \"[0-9a-z]{32}\" }\n";
        [scan, allow, rule].map(|text| text.as_bytes().to_vec()).to_vec()
    },
    words: &[
        b"[scan]\n",
        b"[allow]\n",
        b"[[allow.lists]]\n",
        b"[[detector]]\n",
        b"timeout = ",
        b"max_memory = ",
        b"max_archive_depth = ",
        b"{1000}",
        b"{a,{b,c}}",
        b"[!",
        b"(?i)",
        b"\"\"\"",
    ],
    bytes_max: 2048,
    run: |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        if let Err(error) = scanner_cli::check_config("f.toml", text) {
            // Whoever reads it knows which file to look into.
            let said = format!("{error:#}");
            assert!(said.contains("f.toml"), "{said}");
        }
    },
};

pub(super) const IGNORES: Target = Target {
    name: "ignore-file",
    about: "lists of findings to ignore",
    seeds: || {
        let hash = "ab".repeat(16);
        let text = format!(
            "# scanner-rs ignore v1 salt=x\nrule:{hash} expires=2027-01-31 owner=me # why\nr:{hash}\n"
        );
        vec![text.into()]
    },
    words: &[b"expires=", b"owner=", b"# scanner-rs ignore v1 salt=", b":"],
    bytes_max: 2048,
    run: |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        match IgnoreFile::parse("f", text, "2026-01-01") {
            Ok(file) => assert!(file.stale().len() <= text.lines().count()),
            Err(error) => assert!(error.to_string().contains('f')),
        }
    },
};

pub(super) const PROOFS: Target = Target {
    name: "proofs",
    about: "offline proofs: what they take for a secret",
    seeds: || {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        let pem = concat!(
            "-----BEGIN EC PRIV",
            "ATE KEY-----\nMHcCAQEEIA==\n-----END EC PRIV",
            "ATE KEY-----\n"
        );
        let pgp = concat!(
            "-----BEGIN PGP PRIV",
            "ATE KEY BLOCK-----\n\nlQ==\n=abcd\n-----END PGP PRIV",
            "ATE KEY BLOCK-----\n"
        );
        let ssh = concat!(
            "-----BEGIN OPENSSH PRIV",
            "ATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIV",
            "ATE KEY-----\n"
        );
        let others = [
            "4242424242424242",
            "pypi-AgEIcHlwaS5vcmcCJDAw",
            "glpat-abc.01.120abcdef",
            "age1qqqqqqqq",
            "SUAAAAAA",
        ];
        [jwt, pem, pgp, ssh]
            .into_iter()
            .chain(others)
            .map(|text| text.as_bytes().to_vec())
            .collect()
    },
    words: &[
        b"-----BEGIN ",
        concat!("PRIV", "ATE KEY-----\n").as_bytes(),
        b"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
        b"MIIE",
        b"b3BlbnNzaC1rZXktdjEA",
        b"eyJ",
        b"\\n",
        b"\r\n",
        b"=",
    ],
    bytes_max: 4096,
    run: proofs,
};

const SPECS: [ChecksumSpec; 13] = [
    ChecksumSpec::Crc32Base62 { payload: 30, check: 6, order: DigitOrder::UpperFirst },
    ChecksumSpec::Crc32Base62 { payload: 0, check: 6, order: DigitOrder::LowerFirst },
    ChecksumSpec::Jwt,
    ChecksumSpec::Pem,
    ChecksumSpec::Luhn,
    ChecksumSpec::AwsKeyId,
    ChecksumSpec::Base58check,
    ChecksumSpec::PypiMacaroon,
    ChecksumSpec::GitlabRoutable,
    ChecksumSpec::Nkey,
    ChecksumSpec::Bech32,
    ChecksumSpec::Crc32Hex { payload: 0 },
    ChecksumSpec::Stellar,
];

fn proofs(input: &[u8]) {
    for spec in SPECS {
        verify(spec, input);
        let Ok(text) = std::str::from_utf8(input) else { continue };
        let check = fill_check(spec, text).unwrap_or_default();
        verify(spec, [text, &check].concat().as_bytes());
    }
}
