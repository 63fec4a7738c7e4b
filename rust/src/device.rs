// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! The device's descriptor; may the module be used?
use std::fmt;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::debug;
use crate::ffi;

/// Why the module cannot be used. Its `Display` says it in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

impl Unavailable {
    pub(crate) fn into_words(self) -> String {
        self.0
    }
}

/// How many children this process has started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Started by the module.
    pub module: u64,
    /// Started by [`std::process::Command`].
    pub std: u64,
}

static BY_MODULE: AtomicU64 = AtomicU64::new(0);
static BY_STD: AtomicU64 = AtomicU64::new(0);

pub(crate) fn count(by_module: bool) {
    let counter = if by_module { &BY_MODULE } else { &BY_STD };
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Return how many children the module started, and how many std.
pub fn counts() -> Counts {
    Counts {
        module: BY_MODULE.load(Ordering::Relaxed),
        std: BY_STD.load(Ordering::Relaxed),
    }
}

/// Return the device; or why std must start the child.
pub(crate) fn device() -> Result<BorrowedFd<'static>, Unavailable> {
    if debug::is_set("OUTSPAWN_DISABLE") {
        return Err(Unavailable("OUTSPAWN_DISABLE is set".into()));
    }
    // The filter may allow what fork and exec need, and deny the system calls
    // that the module asks it about.
    if ffi::has_seccomp_filter() {
        return Err(Unavailable("the caller has a seccomp filter".into()));
    }
    ffi::open_shared_device().map_err(|error| Unavailable(format!("/dev/spawn_template: {error}")))
}

/// Ask whether the module starts the children of this thread; if not, why.
///
/// ```
/// match outspawn::available() {
///     Ok(()) => println!("the module starts the children"),
///     Err(why) => println!("std starts the children: {why}"),
/// }
/// ```
pub fn available() -> Result<(), Unavailable> {
    device().map(drop)
}
