// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
//! test-runner [-j COUNT] [-t SECONDS] COMMAND…: runs shell commands as tests, COUNT at a
//! time, each in a session of its own, with a time limit, without new privileges and
//! without core files. Prints a line of TAP for each, and the output of those that
//! fail. The status is 0 if all succeed.
use std::io::{self, Read};
use std::process::exit;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use outspawn::{Resource, Stdio, Template};

const SIGKILL: i32 = 9;
const USAGE: &str = "usage: test-runner [-j COUNT] [-t SECONDS] COMMAND…";

/// Run one test; return whether it passed, why, and its output. If it takes too long,
/// kill its whole session.
fn run(sh: &Template, test: &str, limit: Duration) -> io::Result<(bool, String, String)> {
    let mut command = sh.command();
    command
        .arg0("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{test}"));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
        .setsid(true)
        .no_new_privs(true)
        .only_listed_fds(true);
    command.rlimit(Resource::CORE, 0, 0);
    let mut child = command.spawn()?;
    let mut pipe = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.as_mut().map(|pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let ended = child.wait_timeout(limit)?;
    // The session may have processes that outlive their leader.
    if ended.is_none() {
        child.signal_group(SIGKILL)?;
    }
    child.wait()?;
    let why = match ended {
        Some(status) => status.to_string(),
        None => format!("no end within {} s", limit.as_secs()),
    };
    let passed = ended.is_some_and(|status| status.success());
    Ok((passed, why, reader.join().unwrap_or_default()))
}

/// Take the options and the tests from the command line.
fn arguments() -> Option<(usize, Duration, Vec<String>)> {
    let (mut count, mut seconds, mut tests) = (2, 60, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-j" => count = words.next()?.parse().ok().filter(|&count| count > 0)?,
            "-t" => seconds = words.next()?.parse().ok()?,
            _ => tests.push(word),
        }
    }
    (!tests.is_empty()).then_some((count, Duration::from_secs(seconds), tests))
}

fn main() -> io::Result<()> {
    let Some((count, limit, tests)) = arguments() else {
        eprintln!("{USAGE}");
        exit(2);
    };
    let sh = Template::new("/bin/sh")?;
    let (next, failed, print) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(()));
    thread::scope(|scope| {
        for _ in 0..count.min(tests.len()) {
            scope.spawn(|| loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(test) = tests.get(number) else { break };
                let (passed, why, output) = run(&sh, test, limit)
                    .unwrap_or_else(|error| (false, error.to_string(), String::new()));
                let _line = print.lock();
                if !passed {
                    failed.fetch_add(1, Ordering::Relaxed);
                    output.lines().for_each(|line| println!("# {line}"));
                }
                let not = if passed { "" } else { "not " };
                println!("{not}ok {} - {test} ({why})", number + 1);
            });
        }
    });
    println!("1..{}", tests.len());
    exit(i32::from(failed.into_inner() > 0));
}
