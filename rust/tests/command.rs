// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
//! Command is as std's Command: results, errors, environment, search, streams.
mod common;

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use common::{install, module, run, script, sh, text, this_program, Directory};
use outspawn::{Command, Stdio};

/// What a Command does, in a form that can be compared.
fn outcome(result: std::io::Result<std::process::Output>) -> String {
    match result {
        Ok(output) => format!("{output:?}"),
        Err(error) => format!("{:?} {:?}", error.kind(), error.raw_os_error()),
    }
}

/// The same calls give the same with both.
macro_rules! same {
    ($program:expr $(, $method:ident($($arg:expr),*))*) => {{
        let ours = outcome(Command::new($program)$(.$method($($arg),*))*.output());
        let theirs = outcome(std::process::Command::new($program)$(.$method($($arg),*))*.output());
        assert_eq!(ours, theirs);
        ours
    }};
}

#[test]
fn who_starts_the_children() {
    assert_eq!(outspawn::available().is_ok(), module());
    let before = outspawn::counts();
    run(&mut Command::new("true"));
    let after = outspawn::counts();
    if module() {
        assert!(after.module > before.module);
    } else {
        assert!(after.std > before.std);
        assert!(!outspawn::available().unwrap_err().to_string().is_empty());
    }
}

#[test]
fn programs() {
    same!("true");
    same!("false");
    same!("/bin/echo", arg("a"), args(["b", "c d", ""]));
    same!("sh", args(["-c", "kill -9 $$"]));
    same!("sh", args(["-c", "echo out; echo err >&2; exit 3"]));
    same!(
        "sh",
        arg0("name"),
        args(["-c", "echo $0; cat /proc/$$/cmdline"])
    );
}

#[test]
fn failures() {
    assert!(same!("/nonesuch").contains("Some(2)"));
    assert!(same!("nonesuch").contains("Some(2)"));
    assert!(same!("").contains("Some(2)"));
    assert!(same!("/etc/passwd").contains("Some(13)"));
    assert!(same!("/").contains("Some(13)"));
    assert!(same!("true", current_dir("/nonesuch")).contains("Some(2)"));
    assert!(same!("true", current_dir("/etc/passwd")).contains("Some(20)"));
    assert!(same!("true", arg("a\0b")).contains("InvalidInput"));
    assert!(same!("true", env("A", "a\0b")).contains("InvalidInput"));
    assert!(same!("true", process_group(1)).contains("Some(1)"));
    let long = "x".repeat(200_000);
    assert!(same!("true", arg(&long)).contains("Some(7)"));
}

#[test]
fn scripts() {
    let directory = Directory::new("scripts");
    let (good, bad) = (directory.0.join("good"), directory.0.join("bad"));
    script(&good, "#!/bin/sh\necho $0 $1\n");
    script(&bad, "no program\n");
    same!(&good, arg("x"));
    assert!(same!(&bad).contains("Some(8)"));
}

#[test]
fn environments() {
    std::env::set_var("OUTSPAWN_TEST_KEPT", "kept");
    let mut listed = same!(
        "env",
        env_clear(),
        env("PATH", "/bin:/usr/bin"),
        env("A", "1")
    );
    assert!(listed.contains("A=1") && !listed.contains("KEPT"));
    listed = same!("/usr/bin/env", env_clear(), env("A", "1"), env_remove("A"));
    assert!(listed.contains(r#"stdout: "", "#), "{listed}");
    same!(
        "sh",
        env("A", "1"),
        envs([("B", "2")]),
        args(["-c", "echo $A$B$OUTSPAWN_TEST_KEPT"])
    );
    same!(
        "sh",
        env_remove("OUTSPAWN_TEST_KEPT"),
        args(["-c", "echo $OUTSPAWN_TEST_KEPT"])
    );
}

#[test]
fn searches_the_childs_path() {
    let directory = Directory::new("path");
    let program = directory.0.join("outspawn-test-program");
    install("/bin/echo", &program);
    let file = program.file_name().unwrap();
    assert!(same!(file).contains("Some(2)"));
    same!(file, env("PATH", &directory.0), arg("found"));
    same!(file, env_clear(), env("PATH", &directory.0), arg("found"));
    same!(
        "./outspawn-test-program",
        current_dir(&directory.0),
        arg("found")
    );
    same!("true", env_clear());
    same!("true", env_remove("PATH"));
    assert!(same!("true", env("PATH", "/nonesuch")).contains("Some(2)"));
    fs::set_permissions(&program, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(same!(file, env("PATH", &directory.0)).contains("Some(13)"));
}

#[test]
fn working_directories() {
    assert!(same!("pwd", current_dir("/usr/bin")).contains("/usr/bin"));
    same!("./env", current_dir("/usr/bin"), env_clear());
}

#[test]
fn files_as_streams() {
    let directory = Directory::new("files");
    let path = directory.0.join("file");
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(true);
    let mut file = options.open(&path).unwrap();
    file.write_all(b"from a file").unwrap();
    file.rewind().unwrap();
    let mut command = Command::new("cat");
    command.stdin(file.try_clone().unwrap());
    assert_eq!(command.output().unwrap().stdout, b"from a file");

    let mut command = sh("echo more; echo errors >&2");
    command.stdout(file.try_clone().unwrap()).stderr(file);
    assert!(command.status().unwrap().success());
    assert!(command.status().unwrap().success(), "a second spawn");
    let twice = "more\nerrors\n".repeat(2);
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        format!("from a file{twice}")
    );
}

#[test]
fn pipes_from_child_to_child() {
    let mut first = sh("echo one; echo two");
    let mut first = first.stdout(Stdio::piped()).spawn().unwrap();
    let mut second = Command::new("tr");
    second
        .args(["a-z", "A-Z"])
        .stdin(first.stdout.take().unwrap());
    assert_eq!(second.output().unwrap().stdout, b"ONE\nTWO\n");
    assert!(first.wait().unwrap().success());
}

#[test]
fn null_streams() {
    let directory = Directory::new("null");
    let path = directory.0.join("list");
    let mut command = sh(
        "in=$(readlink /proc/$$/fd/0) out=$(readlink /proc/$$/fd/1) \
         err=$(readlink /proc/$$/fd/2); printf '%s\n' $in $out $err >&3",
    );
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.fd(3, File::create(&path).unwrap());
    assert!(command.status().unwrap().success());
    assert_eq!(fs::read_to_string(&path).unwrap(), "/dev/null\n".repeat(3));
}

#[test]
fn sigpipe_is_default() {
    same!("sh", args(["-c", "kill -PIPE $$; echo survived"]));
}

#[test]
fn a_command_is_reused() {
    let mut command = Command::new("echo");
    command.arg("a");
    assert_eq!(text(&mut command), "a");
    command.arg("b");
    assert_eq!(text(&mut command), "a b");
    assert_eq!(format!("{command:?}"), r#""echo" "a" "b""#);
    assert_eq!(command.get_program(), "echo");
    assert_eq!(command.get_args().count(), 2);
}

#[test]
#[ignore = "run by the tests below"]
fn starts_true() {
    let child = Command::new("/bin/true").spawn();
    assert!(child.unwrap().wait().unwrap().success());
    Command::new("/nonesuch").spawn().unwrap_err();
}

#[test]
fn debug_lines() {
    let directory = Directory::new("debug");
    let path = directory.0.join("lines");
    assert!(
        run(this_program("starts_true").env("OUTSPAWN_DEBUG", &path))
            .status
            .success()
    );
    let lines = fs::read_to_string(&path).unwrap();
    let who = if module() { "module" } else { "std" };
    assert!(lines.contains(&format!("]: /bin/true: {who}")), "{lines}");
    assert!(lines.contains(&format!("]: /nonesuch: {who}: ")), "{lines}");
    assert_eq!(lines.lines().count(), 2, "{lines}");

    let output = run(this_program("starts_true").env("OUTSPAWN_DEBUG", "1"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("]: /bin/true: "));
    let output = run(this_program("starts_true").env("OUTSPAWN_DEBUG", "relative"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("set it to 1, or to the absolute"));
}

#[test]
fn disabled() {
    let mut command = this_program("starts_true");
    command
        .env("OUTSPAWN_DISABLE", "1")
        .env("OUTSPAWN_DEBUG", "1");
    let output = run(&mut command);
    let lines = String::from_utf8(output.stderr).unwrap();
    assert!(
        lines.contains("/bin/true: std: OUTSPAWN_DISABLE is set"),
        "{lines}"
    );
}
