// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
//! Templates and batches.
mod common;

use std::fs;

use common::{install, module, script, sh, text, Directory};
use outspawn::{batch, Command, Stdio, Template};

const ESTALE: i32 = 116;

#[test]
fn pins_a_program() {
    let echo = Template::new("echo").unwrap();
    assert!(echo.path().is_absolute());
    assert!(echo.path().ends_with("echo"));
    assert_eq!(echo.is_pinned(), module());
    assert!(echo.stale().unwrap().is_none());
    for word in ["one", "two"] {
        assert_eq!(text(echo.command().arg(word)), word);
    }
    assert_eq!(
        text(Command::from_template(&echo.clone()).arg("three")),
        "three"
    );
    echo.refresh().unwrap();
    assert_eq!(text(echo.command().arg("four")), "four");
}

#[test]
fn works_in_other_threads() {
    let echo = Template::new("/bin/echo").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(text(echo.command().arg("thread")), "thread"));
    });
}

#[test]
fn programs_that_cannot_be_pinned() {
    for name in ["/nonesuch", "nonesuch", ""] {
        assert_eq!(
            Template::new(name).unwrap_err().raw_os_error(),
            Some(2),
            "{name}"
        );
    }
    for name in ["/etc/passwd", "/etc"] {
        assert_eq!(
            Template::new(name).unwrap_err().raw_os_error(),
            Some(13),
            "{name}"
        );
    }
    assert!(Template::new("a\0b").is_err());
}

#[test]
fn scripts() {
    let directory = Directory::new("template-script");
    let path = directory.0.join("script");
    script(&path, "#!/bin/sh\necho script $1\n");
    let template = Template::options().any_format(true).open(&path).unwrap();
    assert_eq!(text(template.command().arg("x")), "script x");
    if module() {
        assert_eq!(Template::new(&path).unwrap_err().raw_os_error(), Some(8));
    }
}

/// Replace a file by a rename.
fn replace(directory: &Directory, program: &str) {
    let (new, name) = (directory.0.join("new"), directory.0.join("program"));
    install(program, &new);
    fs::rename(&new, &name).unwrap();
}

#[test]
fn stale_templates() {
    let directory = Directory::new("stale");
    replace(&directory, "/bin/true");
    let path = directory.0.join("program");
    let plain = Template::new(&path).unwrap();
    let following = Template::options().follow(true).open(&path).unwrap();
    replace(&directory, "/bin/false");
    if module() {
        let stale = plain.stale().unwrap().unwrap();
        assert_eq!(stale.raw_os_error(), Some(ESTALE));
        let error = plain.command().try_spawn().unwrap_err();
        assert_eq!(error.stage(), Some(outspawn::Stage::Template));
        assert_eq!(error.raw_os_error(), Some(ESTALE));
        let error = plain.command().spawn().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(ESTALE));
        plain.refresh().unwrap();
    }
    assert_eq!(plain.command().status().unwrap().code(), Some(1));
    assert_eq!(following.command().status().unwrap().code(), Some(1));
    replace(&directory, "/bin/true");
    let mut children = batch(&[following.command()]);
    let mut child = children.remove(0).unwrap();
    assert_eq!(child.by_module(), module());
    assert!(child.wait().unwrap().success());
    fs::remove_file(&path).unwrap();
    let error = following.command().spawn().unwrap_err();
    assert_eq!(error.raw_os_error(), Some(2));
}

#[test]
fn allow_write() {
    let directory = Directory::new("write");
    replace(&directory, "/bin/true");
    let path = directory.0.join("program");
    let can_write = || {
        let mut command = sh(&format!(": >>{}", path.display()));
        command.stderr(Stdio::null()).status().unwrap().success()
    };
    let template = Template::new(&path).unwrap();
    assert_eq!(can_write(), !module());
    drop(template);
    let template = Template::options().allow_write(true).open(&path).unwrap();
    assert!(can_write());
    assert!(template.command().status().unwrap().success());
}

#[test]
fn batches() {
    let echo = Template::new("echo").unwrap();
    let mut commands: Vec<_> = (0..40)
        .map(|number| {
            let mut command = if number % 2 == 0 {
                echo.command()
            } else {
                Command::new("echo")
            };
            command.arg(number.to_string()).stdout(Stdio::piped());
            command
        })
        .collect();
    commands.insert(10, Command::new("/nonesuch"));
    let mut wrong = Command::new("true");
    wrong.arg("a\0b");
    commands.insert(20, wrong);
    let mut results = batch(&commands);
    assert_eq!(results.len(), 42);
    let wrong = results.remove(20).unwrap_err();
    assert_eq!(wrong.kind(), std::io::ErrorKind::InvalidInput);
    assert_eq!(results.remove(10).unwrap_err().raw_os_error(), Some(2));
    for (number, child) in results.into_iter().enumerate() {
        let child = child.unwrap();
        assert_eq!(child.by_module(), module());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.stdout, format!("{number}\n").as_bytes());
    }
    assert!(batch(&[]).is_empty());
}
