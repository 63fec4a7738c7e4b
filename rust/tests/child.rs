// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
//! Child: waiting, signals, output.
mod common;

use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use common::{module, sh};
use outspawn::{Child, Command, Stdio};

fn start(command: &mut Command) -> Child {
    let child = command.spawn().unwrap();
    assert_eq!(child.by_module(), module());
    child
}

#[test]
fn status_is_kept() {
    let mut child = start(&mut sh("exit 7"));
    assert_eq!(child.wait().unwrap().code(), Some(7));
    assert_eq!(child.wait().unwrap().code(), Some(7));
    assert_eq!(child.try_wait().unwrap().unwrap().code(), Some(7));
    child.kill().unwrap();
}

#[test]
fn try_wait_does_not_wait() {
    let mut child = start(Command::new("cat").stdin(Stdio::piped()));
    assert_eq!(child.try_wait().unwrap(), None);
    drop(child.stdin.take());
    while child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn wait_timeout_ends() {
    let mut child = start(Command::new("cat").stdin(Stdio::piped()));
    let begin = Instant::now();
    let limit = Duration::from_millis(50);
    assert_eq!(child.wait_timeout(limit).unwrap(), None);
    assert!(begin.elapsed() >= limit);
    drop(child.stdin.take());
    let status = child.wait_timeout(Duration::MAX).unwrap();
    assert!(status.unwrap().success());
}

#[test]
fn kill_and_signal() {
    let mut child = start(Command::new("sleep").arg("1000"));
    child.signal(0).unwrap();
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert_eq!(child.signal(15).unwrap_err().raw_os_error(), Some(3));

    let mut child = start(Command::new("sleep").arg("1000"));
    child.signal(15).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}

#[test]
fn signals_to_the_group() {
    let mut command = sh("sleep 1000 & wait");
    let mut child = start(command.setsid(true).stdout(Stdio::piped()));
    child.signal_group(9).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    // The pipe ends: no other process of the group has it.
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(child.signal_group(9).unwrap_err().raw_os_error(), Some(3));

    let mut child = start(Command::new("cat").stdin(Stdio::piped()));
    assert_eq!(child.signal_group(9).unwrap_err().raw_os_error(), Some(3));
    assert!(child.wait().unwrap().success());
}

#[test]
fn wait_closes_stdin() {
    let mut child = start(
        Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped()),
    );
    child.stdin.as_mut().unwrap().write_all(b"text").unwrap();
    assert!(child.wait().unwrap().success());
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "text");
}

#[test]
fn much_output_of_both_kinds() {
    let script = "head -c 300000 /dev/zero >&2; head -c 400000 /dev/zero; \
                  head -c 300000 /dev/zero >&2";
    let output = sh(script).output().unwrap();
    assert!(output.status.success());
    assert_eq!(
        (output.stdout.len(), output.stderr.len()),
        (400_000, 600_000)
    );
    let output = sh("exec >&-; head -c 200000 /dev/zero >&2")
        .output()
        .unwrap();
    assert_eq!((output.stdout.len(), output.stderr.len()), (0, 200_000));
    let output = sh("exec 2>&-; head -c 200000 /dev/zero").output().unwrap();
    assert_eq!((output.stdout.len(), output.stderr.len()), (200_000, 0));
}

#[test]
fn pidfd() {
    let mut child = start(Command::new("cat").stdin(Stdio::piped()));
    assert_eq!(child.as_fd().as_raw_fd(), child.as_raw_fd());
    let info = format!("/proc/self/fdinfo/{}", child.as_raw_fd());
    let info = std::fs::read_to_string(info).unwrap();
    assert!(info.contains(&format!("Pid:\t{}\n", child.id())), "{info}");
    child.wait().unwrap();
    let owned = OwnedFd::from(child);
    assert!(owned.as_raw_fd() > 2);
}

#[test]
fn many_threads_start_children() {
    let threads: Vec<_> = (0..8)
        .map(|number| {
            std::thread::spawn(move || {
                for _ in 0..20 {
                    let mut child = start(&mut sh(&format!("exit {number}")));
                    assert_eq!(child.wait().unwrap().code(), Some(number));
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
