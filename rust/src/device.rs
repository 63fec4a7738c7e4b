// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! The device's descriptor; may the module be used?
use std::fmt;
use std::fs::File;
use std::io;
use std::mem;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// The device, with its device number to recognise it by.
struct Kept {
    file: Arc<File>,
    rdev: u64,
}

/// The device stays open: to open and close it costs half of what a small spawn
/// saves. It works after fork, in all threads and with other credentials.
static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

impl Kept {
    fn open() -> io::Result<Kept> {
        let file = File::from(ffi::open_device()?);
        let rdev = file.metadata()?.rdev();
        Ok(Kept {
            file: Arc::new(file),
            rdev,
        })
    }

    /// Is it still open? A program that becomes a daemon closes all descriptors.
    fn is_open(&self) -> bool {
        self.file
            .metadata()
            .is_ok_and(|now| now.file_type().is_char_device() && now.rdev() == self.rdev)
    }
}

fn open() -> io::Result<Arc<File>> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    match kept.take() {
        Some(device) if device.is_open() => *kept = Some(device),
        lost => {
            // Its number may belong to another file: do not close that.
            mem::forget(lost);
            *kept = Some(Kept::open()?);
        }
    }
    Ok(kept.as_ref().map(|device| device.file.clone()).unwrap())
}

/// Return the device; or why std must start the child.
pub(crate) fn device() -> Result<Arc<File>, Unavailable> {
    if debug::is_set("OUTSPAWN_DISABLE") {
        return Err(Unavailable("OUTSPAWN_DISABLE is set".into()));
    }
    // The filter may allow what fork and exec need, and deny the system calls
    // that the module asks it about.
    if ffi::has_seccomp_filter() {
        return Err(Unavailable("the caller has a seccomp filter".into()));
    }
    open().map_err(|error| Unavailable(format!("/dev/spawn_template: {error}")))
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
