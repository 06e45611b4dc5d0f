//! Secrets cut into several literals are found whole, with the place from the first part to the last, and what stands
//! beside them is not joined: provider tokens whose prefix is cut, generic values, encoded values; in all languages'
//! notations, in chunks of every size, with every engine that is built in.

use scanner_core::{Confidence, DecodeKind};
use scanner_rules::builtin;
use scanner_testkit::{Runner, engines};

/// Cuts of a made-up token: in its prefix, behind it, in its body.
const TOKEN: [&str; 4] = ["sk_l", "ive_7hQm2Xv9", "KdTzRb4nWc", "8LpJfY"];

/// Cuts of a made-up password.
const PASSWORD: [&str; 3] = ["Vq7mZ2x", "KtR4wNb9L", "sYc3HgTe"];

/// A notation: name, path, text with `{j}` between its parts.
type Notation = (&'static str, &'static str, &'static str, &'static str);

const NOTATIONS: &[Notation] = &[
    ("plus", "a.js", "const {k} = \"{v}\";\n", "\" + \""),
    ("plus of other quotes", "a.ts", "const {k} = '{v}';\n", "'+\""),
    ("plus at the end of a line", "A.java", "String {k} = \"{v}\";\n", "\"\n        + \""),
    ("plus at the front of a line", "a.go", "\t{k} := \"{v}\"\n", "\" +\n\t\t\""),
    ("a dot", "a.php", "${k} = '{v}';\n", "' . '"),
    ("a dot without blanks", "a.pl", "my ${k} = \"{v}\";\n", "\".\""),
    ("two dots", "a.lua", "local {k} = \"{v}\"\n", "\" .. \""),
    ("an ampersand", "a.vb", "Dim {k} As String = \"{v}\"\r\n", "\" & _\r\n    \""),
    ("angles", "a.exs", "{k} = \"{v}\"\n", "\" <> \""),
    ("bars", "a.sql", "SET {k} = '{v}';\n", "' || '"),
    ("side by side", "a.c", "static const char *{k} = \"{v}\";\n", "\" \""),
    ("below each other", "a.py", "{k} = (\n    \"{v}\"\n)\n", "\"\n    \""),
    ("a backslash", "a.py", "{k} = \"{v}\"\n", "\" \\\n    \""),
    ("templates", "a.js", "const {k} = `{v}`;\n", "` + `"),
    (
        "a cell of a notebook",
        "a.ipynb",
        "{\"source\": [\"{k} = \\\"{v}\\\"\\n\"]}\n",
        "\\\" + \\\"",
    ),
    ("a word over two lines", "a.sh", "export {k}={v}\n", "\\\n"),
    ("a literal over two lines", "a.c", "#define {k} \"{v}\"\n", "\\\r\n"),
];

fn text(notation: &Notation, key: &str, parts: &[&str]) -> String {
    let (_, _, text, join) = notation;
    let filler = "// nothing of interest in this line, nor in the next one\n".repeat(40);
    format!("{filler}{}{filler}", text.replace("{k}", key).replace("{v}", &parts.join(join)))
}

/// The only finding of a text must be `parts`, whole, at its place; whatever the chunks.
fn check(runner: &mut Runner, notation: &Notation, key: &str, parts: &[&str]) {
    let (name, path, _, join) = notation;
    let text = text(notation, key, parts);
    let found = runner.whole_with_chains(path, text.as_bytes());
    let [(only, chain)] = &found[..] else { panic!("{name}, {key}: {found:?}") };
    let place = text.find(&parts.join(join)).expect("it is there");
    let place = place as u64..(place + parts.join(join).len()) as u64;
    assert_eq!(String::from_utf8_lossy(&only.secret), parts.concat(), "{name}");
    assert_eq!(only.root.start..only.root.end, place, "{name}");
    assert!(only.confidence >= Confidence::Likely, "{name}, {key}");
    assert_eq!(chain[..], [DecodeKind::Join], "{name}");
    let whole = runner.whole(path, text.as_bytes());
    for payload in [512, 777, 2048, 4096] {
        assert_eq!(runner.chunks(path, text.as_bytes(), payload), whole, "{name}, {payload}");
    }
}

#[test]
fn tokens_and_passwords_are_found_in_every_notation() {
    for mut runner in engines(&builtin::specs()).into_iter().map(Runner::with) {
        for notation in NOTATIONS {
            check(&mut runner, notation, "stripe_value", &TOKEN);
            check(
                &mut runner,
                notation,
                "stripe_value",
                &[&TOKEN[..2].concat(), &TOKEN[2..].concat()],
            );
            check(&mut runner, notation, "db_password", &PASSWORD);
        }
    }
}

#[test]
fn one_character_a_literal() {
    let mut runner = Runner::new(&builtin::specs(), scanner_engine::EngineOptions::default());
    let token = TOKEN.concat();
    let parts: Vec<&str> = (0..token.len()).map(|at| &token[at..=at]).collect();
    check(&mut runner, &NOTATIONS[0], "stripe_value", &parts);
}

#[test]
fn what_is_encoded_in_parts_is_undone() {
    let mut runner = Runner::new(&builtin::specs(), scanner_engine::EngineOptions::default());
    let line = format!("STRIPE_KEY={}\nregion=eu-west-1\n", TOKEN.concat());
    let encoded = data_encoding::BASE64.encode(line.as_bytes());
    let parts: Vec<&str> = encoded
        .as_bytes()
        .chunks(15)
        .map(|part| std::str::from_utf8(part).expect("ASCII"))
        .collect();
    let text = format!("settings = \"{}\"\n", parts.join("\" +\n  \""));
    let found = runner.whole_with_chains("a.js", text.as_bytes());
    let [(only, chain)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(only.secret, TOKEN.concat().as_bytes());
    assert_eq!(chain[..], [DecodeKind::Join, DecodeKind::Base64]);
}

#[test]
fn a_header_whose_value_is_a_literal_of_its_own() {
    let mut runner = Runner::new(&builtin::specs(), scanner_engine::EngineOptions::default());
    let value = PASSWORD.concat();
    let text = format!("headers[\"Authorization\"] = \"Bearer \" + \"{value}\";\n");
    let found = runner.whole("a.js", text.as_bytes());
    let [only] = &found[..] else { panic!("{found:?}") };
    assert_eq!(only.secret, value.as_bytes());
}

#[test]
fn what_is_not_joined_is_not_found() {
    let mut runner = Runner::new(&builtin::specs(), scanner_engine::EngineOptions::default());
    let [a, b] = [TOKEN[..2].concat(), TOKEN[2..].concat()];
    for (path, text) in [
        ("a.js", format!("x = [\"{a}\", \"{b}\"]\n")),
        ("a.js", format!("x = \"{a} \" + \" {b}\"\n")),
        ("a.js", format!("x = \"{a}\" + suffix + \"{b}\"\n")),
        ("a.js", format!("x = \"{a}\" - \"{b}\"\n")),
        ("a.sh", format!("deploy \"{a}\" \"{b}\"\n")),
        ("a.sh", format!("deploy \"{a}\" \\\n  \"{b}\"\n")),
        ("Dockerfile", format!("RUN x \"{a}\" \"{b}\"\n")),
        ("a.js", format!("x = \"{a}\" +{}\"{b}\"\n", " ".repeat(90))),
    ] {
        assert_eq!(runner.whole(path, text.as_bytes()), [], "{text}");
    }
}

#[test]
fn arguments_of_commands_stay_apart() {
    let mut runner = Runner::new(&builtin::specs(), scanner_engine::EngineOptions::default());
    let value = PASSWORD.concat();
    let text = format!("mysqldump --password \"{value}\" \"shop\" > \"shop.sql\"\n");
    let found = runner.whole("backup.sh", text.as_bytes());
    let [only] = &found[..] else { panic!("{found:?}") };
    assert_eq!(String::from_utf8_lossy(&only.secret), value);
}
