//! No output of any format contains a secret that the user did not ask to see, however it is written.

use proptest::prelude::*;
use scanner_core::{Finding, ObjectPath, SecretBytes, Severity, Variant};
use scanner_report::{Format, Mark, SinkOptions, context_line};

use crate::sample;

/// The ways in which a text may stand in a report: plain, escaped for JSON (with and without escapes of
/// everything beyond ASCII), for JSON in a page, for XML, percent-encoded (in capitals and not), and as a terminal shows it.
fn written_forms(secret: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(secret);
    let quoted = serde_json::to_string(&text).unwrap();
    let quoted = quoted[1..quoted.len() - 1].to_owned();
    let ascii: String = quoted
        .chars()
        .map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() })
        .collect();
    let percent = |upper: bool, all: bool| -> String {
        secret
            .iter()
            .map(|byte| match byte {
                b if !all && (b.is_ascii_alphanumeric() || b"-._~".contains(b)) => {
                    char::from(*b).to_string()
                }
                b if upper => format!("%{b:02X}"),
                b => format!("%{b:02x}"),
            })
            .collect()
    };
    let in_page = quoted.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let xml = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    vec![
        text.clone().into_owned(),
        in_page,
        xml.replace('"', "&quot;"),
        quoted,
        ascii,
        text.escape_debug().to_string(),
        percent(true, false),
        percent(false, false),
        percent(true, true),
        percent(false, true),
    ]
}

fn secret() -> impl Strategy<Value = Vec<u8>> {
    // A secret of blanks or of one repeated digit would be met by accident.
    let text = prop_oneof![
        "[!-~]{12,60}",
        "[!-~\u{a1}-\u{17f}\u{4e00}-\u{4eff}\u{1f600}-\u{1f640}]{12,40}",
        "[A-Za-z0-9+/]{20,40}\n[\"\\\\%<>&\t\r\n!-~]{12,40}",
    ];
    let bytes = prop::collection::vec(any::<u8>(), 16..40);
    prop_oneof![4 => text.prop_map(String::into_bytes), 1 => bytes].prop_filter(
        "not repetitive",
        |bytes| {
            let mut distinct = bytes.clone();
            distinct.sort_unstable();
            distinct.dedup();
            distinct.len() >= 8
        },
    )
}

/// Findings that stand on one line, each with the context that shows the others' places too.
fn findings(secrets: &[Vec<u8>], gap: &str) -> Vec<Finding> {
    let rule = sample::rule("made-up", "Made up", Severity::High, &[]);
    let kept: Vec<SecretBytes> = secrets.iter().map(|s| SecretBytes::new(s)).collect();
    let (mut line, mut ranges) = (Vec::new(), Vec::new());
    for secret in secrets {
        line.extend_from_slice(gap.as_bytes());
        ranges.push(line.len()..line.len() + secret.len());
        line.extend_from_slice(secret);
    }
    (0..secrets.len())
        .map(|focus| {
            let order = (focus..secrets.len()).chain(0..focus);
            let marks: Vec<Mark<'_>> =
                order.map(|i| Mark { range: ranges[i].clone(), secret: &kept[i] }).collect();
            let mut finding = sample::finding(&rule, b"a/b.txt", 7, gap, &secrets[focus], "");
            finding.context = context_line(&line, &marks, Variant::Raw, 120);
            finding.path = ObjectPath::new(b"a/b.txt");
            finding.places = vec![sample::place(b"c/d.txt", 9)];
            finding
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_output_contains_a_secret(
        secrets in prop::collection::vec(secret(), 1..4),
        gap in "[a-z ]{0,10}[=:] ?",
        color in any::<bool>(),
        width in 20_usize..200,
    ) {
        let mut run = sample::clean_run();
        run.findings = findings(&secrets, &gap);
        let options = SinkOptions { color, width, ..SinkOptions::default() };
        for format in Format::ALL {
            let output = run.render(format, &options);
            for secret in &secrets {
                for form in written_forms(secret) {
                    prop_assert!(!output.contains(&form), "{format}: {form:?} in {output}");
                }
            }
        }
    }

    #[test]
    fn the_check_would_notice(secret in secret()) {
        let mut run = sample::clean_run();
        run.findings = findings(std::slice::from_ref(&secret), "k=");
        let options = SinkOptions { show_secrets: true, ..SinkOptions::default() };
        if std::str::from_utf8(&secret).is_ok() {
            let output = run.render(Format::Json, &options);
            prop_assert!(written_forms(&secret).iter().any(|form| output.contains(form)));
        }
    }
}
