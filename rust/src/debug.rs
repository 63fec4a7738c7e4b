// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! OUTSPAWN_DEBUG: a line for each spawn, in the form of liboutspawn-posix.so's.
use std::borrow::Cow;
use std::env;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process;

use crate::ffi;

const O_NOCTTY: i32 = 0o400;

/// Return a variable's value if it is set, neither empty nor 0. A program that
/// runs with more rights than its caller ignores the variables.
fn word(name: &str) -> Option<OsString> {
    let word = env::var_os(name).filter(|word| !word.is_empty() && word != "0")?;
    (!ffi::is_secure()).then_some(word)
}

pub(crate) fn is_set(name: &str) -> bool {
    word(name).is_some()
}

fn write_line(target: &OsString, line: &[u8]) -> io::Result<()> {
    if target == "1" {
        return io::stderr().write_all(line);
    }
    if !Path::new(target).is_absolute() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .custom_flags(O_NOCTTY)
        .open(target)?
        .write_all(line)
}

/// Write a line by one write(2), so that lines of many processes do not mix.
pub(crate) fn say(program: &[u8], who: &str, why: Option<&str>) {
    let Some(target) = word("OUTSPAWN_DEBUG") else {
        return;
    };
    let caller = env::current_exe().unwrap_or_default();
    let line = format!(
        "outspawn: {}[{}]: {:.200}: {who}{}{}\n",
        caller
            .file_name()
            .map_or(Cow::Borrowed("?"), |name| name.to_string_lossy()),
        process::id(),
        String::from_utf8_lossy(program),
        if why.is_some() { ": " } else { "" },
        why.unwrap_or_default(),
    );
    if let Err(error) = write_line(&target, line.as_bytes()) {
        eprintln!(
            "outspawn: OUTSPAWN_DEBUG={}: {error}; set it to 1, or to the absolute path of a file \
             that can be written",
            target.to_string_lossy()
        );
    }
}
