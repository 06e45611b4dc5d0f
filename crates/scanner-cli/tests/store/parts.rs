//! The other part of a credential in every output, and the same from a store.

use super::kit::{Place, settle};

fn id() -> String {
    ["AKIA", "SAOK6FD7", "LF4DBQRJ"].concat()
}

fn secret() -> String {
    ["1Q+p4ckAZs0OaVtu0vCi", "FSQEut/vWfar5vbJn7hx"].concat()
}

fn planted() -> Place {
    let pair =
        format!("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n", id(), secret());
    let made_up = ["hbT2~XVN", "YsU6Dk9h"].concat();
    let text = format!(
        "\"Default\": \"Server=tcp:sql19.corp.internal,1433;Database=Crm;User ID=crm_app;Password={made_up};\"\n"
    );
    Place::new(&[
        ("aws.ini", &pair),
        ("app.json", &text),
        ("again/aws.ini", &format!("# again\n{pair}")),
    ])
}

/// The finding of a rule.
fn of<'a>(report: &'a serde_json::Value, rule: &str) -> &'a serde_json::Value {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().find(|finding| finding["rule"] == rule).unwrap_or_else(|| panic!("{report}"))
}

#[test]
fn the_other_part_is_told_with_its_place() {
    let place = planted();
    let (report, _) = place.scan(&[]);
    let aws = of(&report, "aws-secret-access-key");
    let part = &aws["parts"][0];
    assert_eq!(
        (&part["name"], &part["line"], &part["column"]),
        (&"access key id".into(), &3.into(), &21.into())
    );
    assert_eq!((&part["offset"], &part["length"]), (&38.into(), &20.into()));
    assert_eq!(
        aws["path"], "again/aws.ini",
        "the first in order, whose id stands a line further down"
    );
}

#[test]
fn an_id_that_a_rule_reports_is_redacted_and_another_shown() {
    let place = planted();
    let (report, _) = place.scan(&[]);
    let of_the_id = &of(&report, "aws-access-key-id")["redacted"];
    assert_eq!(&of(&report, "aws-secret-access-key")["parts"][0]["shown"], of_the_id);
    let parts = &of(&report, "connection-string-ado-net")["parts"];
    assert_eq!(
        (&parts[0]["name"], &parts[0]["shown"]),
        (&"server".into(), &"tcp:sql19.corp.internal,1433".into())
    );
    assert_eq!((&parts[1]["name"], &parts[1]["shown"]), (&"user".into(), &"…".into()));
    for format in ["text", "json", "jsonl", "sarif", "gitlab", "csv", "junit", "html"] {
        let output = place.run(&["scan", ".", "-f", format]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(!text.contains(&id()) && !text.contains(&secret()), "{format}: {text}");
        assert!(text.contains("access key id") && text.contains("server"), "{format}: {text}");
    }
}

#[test]
fn a_store_tells_the_same_parts() {
    let place = planted();
    place.ok(&["store", "init"]);
    settle();
    let first = place.scan(&[]).0;
    let second = place.scan(&[]).0;
    assert_eq!(second["summary"]["reused"], 3);
    assert_eq!(first["findings"], second["findings"]);
    assert!(of(&second, "connection-string-ado-net")["parts"][1]["line"] == 1);
    let report: serde_json::Value =
        serde_json::from_str(&place.ok(&["report", "-f", "json"])).unwrap();
    assert_eq!(report["findings"], second["findings"]);
}
