//! The second engine from outside: reports byte for byte as the native engine's, whatever becomes of its cache; the
//! commands about the cache.

#![cfg(feature = "vectorscan")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use scanner_runtime::rules::{builtin, example};
use tempfile::TempDir;

/// A home, and a tree that holds every example of the detectors.
struct Place {
    home: TempDir,
    tree: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            home: tempfile::tempdir().expect("a temporary folder"),
            tree: tempfile::tempdir().expect("a temporary folder"),
        };
        for detector in builtin::sources().expect("the built-in files load") {
            let all = example::positives(&detector).chain(example::negatives(&detector));
            for (index, example) in all.enumerate() {
                let name = example.path.unwrap_or_else(|| format!("{index}.txt"));
                let path = place.tree.path().join(&detector.spec.id).join(name);
                fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
                fs::write(&path, &example.text).expect("a file");
                let units: Vec<u8> =
                    example.text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                fs::write(path.with_extension("utf16"), units).expect("a file");
                let encoded = data_encoding::BASE64.encode(example.text.as_bytes());
                fs::write(path.with_extension("b64"), encoded).expect("a file");
            }
        }
        place
    }

    fn cache(&self) -> PathBuf {
        self.home.path().join(".cache/scanner-rs/vsdb")
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.cache()).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scanner-rs"));
        command
            .args(args)
            .current_dir(self.tree.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("XDG_STATE_HOME", "/nowhere")
            .env("SCANNER_SECRET_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the command runs")
    }

    /// The JSON report of a scan, without its times.
    fn report(&self, flags: &[&str]) -> String {
        let args = [&["scan", "fs", ".", "-f", "json", "--min-confidence", "possible"], flags];
        told(&self.run(&args.concat()))
    }
}

fn told(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", err(output));
    let text = out(output);
    let (before, rest) = text.split_once("\"elapsed_ms\":").expect("a report tells its time");
    format!("{before}{}", rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()))
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const SECOND: [&str; 2] = ["--engine", "vectorscan"];

#[test]
fn reports_are_the_same_byte_for_byte_cold_warm_and_whatever_happens_to_the_cache() {
    let place = Place::new();
    let native = place.report(&["--engine", "native"]);
    assert!(native.matches("\"rule\"").count() > 1000, "{}", &native[..native.len().min(2000)]);
    let check = |what: &str, flags: &[&str]| {
        let report = place.report(&[&SECOND, flags].concat());
        assert!(report == native, "{what}: another report of {} bytes", report.len());
    };
    check("cold", &[]);
    assert!(!place.files().is_empty());
    check("warm", &["-j", "1"]);
    // Literals are compiled sooner, so it is them that are damaged.
    assert!(place.run(&["cache", "clear"]).status.success());
    let literals = ["--vectorscan-mode", "anchors-only"];
    check("literals", &literals);
    let files = place.files();
    assert!(!files.is_empty());
    check("literals, warm", &[&literals, ["-j", "3"].as_slice()].concat());
    check("shards", &[&literals, ["--vectorscan-shards", "3"].as_slice()].concat());
    for file in &files {
        let whole = fs::read(file).expect("a file of the cache");
        let mut flipped = whole.clone();
        flipped[whole.len() / 3] ^= 1;
        fs::write(file, flipped).expect("a file");
    }
    check("flipped", &literals);
    let write_all = |bytes: &[u8]| {
        for file in &files {
            fs::write(file, bytes).expect("a file");
        }
    };
    write_all(b"VSDBCACH");
    check("cut", &literals);
    write_all(b"");
    check("empty", &literals);
    assert!(place.files().iter().all(|file| file.metadata().expect("there").len() > 64));
}

#[test]
fn a_cache_that_is_not_safe_is_not_used_and_said_once() {
    let place = Place::new();
    let small = place.tree.path().join("small");
    fs::create_dir(&small).expect("a folder");
    let secret = ["password = \"", "k3Jd81mQz0Lp4Xa7Vb2Nc9\"\n"].concat();
    fs::write(small.join("a.env"), secret).expect("a file");
    let scan = |set: &[(&str, &Path)]| {
        let mut command = place.command(&[
            "scan",
            "fs",
            "small",
            "-f",
            "json",
            "--min-confidence",
            "possible",
            "--vectorscan-mode",
            "anchors-only",
            "--engine",
        ]);
        command.envs(set.iter().copied());
        command
    };
    let want = told(&scan(&[]).arg("native").output().expect("it runs"));
    let outside = tempfile::tempdir().expect("a temporary folder");
    let home = place.home.path();
    symlink(outside.path(), home.join("link")).expect("a link");
    fs::write(home.join("file"), "").expect("a file");
    for (name, mode) in [("open", 0o777), ("group", 0o770)] {
        fs::create_dir(home.join(name)).expect("a folder");
        fs::set_permissions(home.join(name), Permissions::from_mode(mode)).expect("a mode");
    }
    let mut unsafe_ones = ["link", "file", "open", "group"].map(|name| home.join(name)).to_vec();
    unsafe_ones.push(outside.path().to_owned());
    fs::create_dir(home.join("foreign")).expect("a folder");
    // Only the superuser can give folders away.
    if std::os::unix::fs::chown(home.join("foreign"), Some(4321), None).is_ok() {
        unsafe_ones.push(home.join("foreign"));
    }
    for dir in unsafe_ones {
        let output =
            scan(&[("SCANNER_VS_DB_CACHE_DIR", &dir)]).arg("vectorscan").output().expect("it runs");
        assert_eq!(told(&output), want, "{}", dir.display());
        assert_eq!(
            err(&output).matches("compiled rules are not kept").count(),
            1,
            "{}",
            err(&output)
        );
        assert!(!dir.is_dir() || fs::read_dir(&dir).expect("a folder").next().is_none());
    }
    for off in ["0", "false", "OFF", "no"] {
        let output = scan(&[("SCANNER_VS_DB_CACHE", Path::new(off))])
            .arg("vectorscan")
            .output()
            .expect("it runs");
        assert_eq!((told(&output), place.files().len()), (want.clone(), 0), "{off}");
    }
    // A read-only folder is used as far as it goes; the superuser may write to it.
    fs::create_dir_all(place.cache()).expect("folders");
    fs::set_permissions(place.cache(), Permissions::from_mode(0o500)).expect("a mode");
    let output = scan(&[]).arg("vectorscan").output().expect("it runs");
    assert_eq!(told(&output), want);
    let is_kept = !place.files().is_empty();
    assert_eq!(err(&output).matches("compiled rules are not kept").count(), usize::from(!is_kept));
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_a_file_costs_a_warning_and_leaves_nothing() {
    let place = Place::new();
    let scan = [
        ["scan", "fs", "aws-access-key-id", "-f", "json", "--min-confidence", "possible"]
            .as_slice(),
        &["--vectorscan-mode", "anchors-only", "--engine"],
    ]
    .concat();
    let want = told(&place.run(&[&scan[..], &["native"]].concat()));
    // Files may have 64 KiB, as the system counts them at most; the signal that would end the program is ignored.
    let limited = "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"";
    let program = env!("CARGO_BIN_EXE_scanner-rs");
    let mut command = place.command(&[]);
    let home = place.home.path().join("scratch");
    fs::create_dir(&home).expect("a folder");
    let mut shell = Command::new("sh");
    shell.args(["-c", limited, program]).args(&scan).arg("vectorscan");
    shell.current_dir(place.tree.path()).env_clear().stdin(Stdio::null());
    shell.env("TMPDIR", &home).env("PATH", "/usr/bin:/bin");
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.output().expect("a shell");
    assert_eq!(told(&output), want);
    assert_eq!(err(&output).matches("compiled rules are not kept").count(), 1, "{}", err(&output));
    assert!(place.files().is_empty(), "{:?}", place.files());
    command.args(&scan).arg("vectorscan");
    assert_eq!(told(&command.output().expect("it runs")), want);
    assert!(!place.files().is_empty(), "with room it is kept");
}

#[test]
fn several_processes_at_once_leave_whole_files() {
    let place = Place::new();
    let args = ["cache", "warm", "--vectorscan-mode", "anchors-only"];
    let children: Vec<_> = (0..3)
        .map(|_| place.command(&args).stdout(Stdio::null()).spawn().expect("it starts"))
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    let files = place.files();
    assert!(files.iter().all(|file| file.extension().is_some_and(|e| e == "hsdb")), "{files:?}");
    let again = out(&place.run(&args));
    assert!(again.contains(&format!("{} files", files.len())), "{again}");
}

#[test]
fn the_first_scan_leaves_one_database_however_short_it_is() {
    let place = Place::new();
    let scan = ["scan", "fs", "aws-access-key-id", "-vv", "-f", "csv", "--engine", "vectorscan"];
    let told = err(&place.run(&scan));
    assert!(told.contains("from-cache: false") && !told.contains("databases: 1\n"), "{told}");
    let files = place.files().len();
    assert!(files <= 5, "{files} files: shards are left");
    let told = err(&place.run(&scan));
    assert!(told.contains("from-cache: true") && told.contains("databases: 1\n"), "{told}");
}

#[test]
fn the_cache_can_be_looked_at_filled_and_emptied() {
    let place = Place::new();
    assert!(out(&place.run(&["cache", "info"])).contains("0 files, 0 bytes"));
    let literals = ["--vectorscan-mode", "anchors-only"];
    let warm = place.run(&[&["cache", "warm"], literals.as_slice()].concat());
    assert!(warm.status.success(), "{}", err(&warm));
    let info = out(&place.run(&["cache", "info"]));
    assert!(
        info.contains(".hsdb") && info.contains(&place.cache().display().to_string()),
        "{info}"
    );
    let scan = ["scan", "fs", ".", "-vv", "--engine", "vectorscan", "-f", "csv"];
    let said = err(&place.run(&[&scan, literals.as_slice()].concat()));
    assert!(said.contains("from-cache: true"), "{said}");
    assert!(out(&place.run(&["cache", "clear"])).contains("files deleted"));
    assert!(place.files().is_empty());
    let off = place
        .command(&["cache", "info"])
        .env("SCANNER_VS_DB_CACHE", "0")
        .output()
        .expect("it runs");
    assert_eq!(off.status.code(), Some(2), "{}", err(&off));
}

#[test]
fn the_engine_can_be_chosen_in_the_configuration_and_is_named() {
    let place = Place::new();
    let version = out(&place.run(&["--version", "--verbose"]));
    assert!(version.contains("native (") && version.contains("vectorscan ("), "{version}");
    let config = place.home.path().join("c.toml");
    let text = "[scan]\nengine = \"vectorscan\"\nvectorscan_mode = \"anchors-only\"\n";
    fs::write(&config, text).expect("a file");
    let config = config.display().to_string();
    let scan = ["scan", "fs", "aws-access-key-id", "-vv", "-f", "csv", "-c", &config];
    assert!(err(&place.run(&scan)).contains("vectorscan: library"));
    let native = [&scan[..], &["--engine", "auto"]].concat();
    assert!(!err(&place.run(&native)).contains("vectorscan: library"));
    let wrong = place.run(&["scan", ".", "--engine", "hyperscan"]);
    assert_eq!(wrong.status.code(), Some(2));
}
