//! What was imported, written as a configuration of our own.

use toml::{Table, Value};

use super::Imported;
use super::allow::AllowList;
use crate::spec::{PartSpec, RuleSpec};

/// The configuration that says what was imported.
pub fn to_toml(imported: &Imported) -> String {
    let mut root = Table::new();
    let mut extend = Table::new();
    extend.insert("use_default".to_owned(), Value::Boolean(imported.use_default));
    root.insert("extend".to_owned(), Value::Table(extend));
    if !imported.disabled.is_empty() {
        let mut scan = Table::new();
        scan.insert("disable_rules".to_owned(), texts(&imported.disabled));
        root.insert("scan".to_owned(), Value::Table(scan));
    }
    let lists: Vec<Value> = imported.allow.iter().map(|l| Value::Table(list(l))).collect();
    if !lists.is_empty() {
        let mut allow = Table::new();
        allow.insert("lists".to_owned(), Value::Array(lists));
        root.insert("allow".to_owned(), Value::Table(allow));
    }
    let rules: Vec<Value> =
        imported.rules.iter().map(|rule| Value::Table(detector(&rule.spec))).collect();
    if !rules.is_empty() {
        root.insert("detector".to_owned(), Value::Array(rules));
    }
    toml::to_string_pretty(&root).expect("tables of strings always serialize")
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn texts(list: &[String]) -> Value {
    Value::Array(list.iter().map(|item| text(item)).collect())
}

fn list(list: &AllowList) -> Table {
    let mut table = Table::new();
    if !list.description.is_empty() {
        table.insert("description".to_owned(), text(&list.description));
    }
    if list.all {
        table.insert("condition".to_owned(), text("all"));
    }
    for (key, values) in [
        ("rules", &list.rules),
        ("commits", &list.commits),
        ("paths", &list.paths),
        ("secrets", &list.secrets),
        ("matches", &list.matches),
        ("lines", &list.lines),
        ("words", &list.words),
    ] {
        if !values.is_empty() {
            table.insert(key.to_owned(), texts(values));
        }
    }
    table
}

fn detector(spec: &RuleSpec) -> Table {
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| table.insert(key.to_owned(), value);
    put("id", text(&spec.id));
    put("name", text(&spec.name));
    put("description", text(&spec.description));
    if !spec.tags.is_empty() {
        put("tags", texts(&spec.tags));
    }
    let mut regex = Table::new();
    regex.insert("pattern".to_owned(), text(&spec.pattern));
    if let Some(group) = spec.secret_group {
        regex.insert("group".to_owned(), Value::Integer(i64::from(group)));
    }
    match &spec.gates.companion {
        None => drop(put("regex", Value::Table(regex))),
        Some(companion) => {
            let mut primary = Table::new();
            primary.insert("regex".to_owned(), Value::Table(regex));
            let mut multi = Table::new();
            multi.insert("primary".to_owned(), Value::Table(primary));
            let (parts, others) = companion.patterns.split_at(companion.parts.len());
            let part = |(part, pattern): (&PartSpec, &String)| {
                let mut table = Table::new();
                table.insert("name".to_owned(), text(&part.name));
                table.insert("pattern".to_owned(), text(pattern));
                Value::Table(table)
            };
            let parts: Vec<Value> = companion.parts.iter().zip(parts).map(part).collect();
            if !parts.is_empty() {
                multi.insert("parts".to_owned(), Value::Array(parts));
            }
            if !others.is_empty() {
                multi.insert("companions".to_owned(), texts(others));
            }
            multi.insert("distance".to_owned(), Value::Integer(i64::from(companion.distance)));
            put("multi", Value::Table(multi));
        }
    }
    if spec.width_cap.is_some() {
        put("unbounded", text("imported"));
    }
    if let Some(near) = &spec.gates.near {
        put("near", texts(&near.any));
        put("near_distance", Value::Integer(i64::from(near.distance)));
    }
    put("entropy", Value::Float(f64::from(spec.gates.entropy_min.unwrap_or(0.0))));
    if let Some(pattern) = &spec.gates.path_pattern {
        put("path_pattern", text(pattern));
    }
    put("as_written", Value::Boolean(true));
    table
}
