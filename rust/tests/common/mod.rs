// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
//! What the tests share.
#![allow(dead_code)]
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Output;

use outspawn::{Command, Stdio};

/// OUTSPAWN_TEST_MODULE: 1: the module is loaded, and every spawn must use it.
/// 0: it is not. Unset: ask.
pub fn module() -> bool {
    match std::env::var("OUTSPAWN_TEST_MODULE").as_deref() {
        Ok("1") => true,
        Ok(_) => false,
        Err(_) => outspawn::available().is_ok(),
    }
}

pub fn root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Run a command with its output captured; check who started it.
pub fn run(command: &mut Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.stdin(Stdio::null()).spawn().unwrap();
    assert_eq!(child.by_module(), module());
    child.wait_with_output().unwrap()
}

/// Run a command that must succeed, and return its output without the last line
/// end.
pub fn text(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().into()
}

pub fn sh(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command
}

/// Return the value of a line of /proc/self/status in a child.
pub fn status_line(name: &str, command: impl FnOnce(&mut Command) -> &mut Command) -> String {
    let mut cat = Command::new("cat");
    let text = text(command(cat.arg("/proc/self/status")));
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().trim_start_matches(':').trim().into()
}

/// A directory of its own for a test, which is removed at its end.
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn new(name: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("outspawn-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Directory(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Copy a program. cp writes the copy: a file that this process has open for writing
/// would be open in the children of other threads too, and could not be executed.
pub fn install(program: impl AsRef<Path>, copy: impl AsRef<Path>) {
    let mut command = std::process::Command::new("cp");
    command.arg(program.as_ref()).arg(copy.as_ref());
    assert!(command.status().unwrap().success());
}

/// Make a file that can be executed.
pub fn script(path: &Path, text: &str) {
    let draft = path.with_extension("draft");
    fs::write(&draft, text).unwrap();
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
    install(&draft, path);
}

/// Run a test of this program, which is ignored otherwise, as a program.
pub fn this_program(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture", "-q"]);
    command
}
