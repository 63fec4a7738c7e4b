// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Start programs without fork, by the kernel module outspawn.
//!
//! [`Command`] has the interface of [`std::process::Command`]. Typed set-up, such
//! as [`Command::setsid`] or [`Command::rlimit`], takes the place of `pre_exec`.
//! The cost of a spawn does not grow with the caller's memory.
//!
//! ```
//! use outspawn::Command;
//!
//! # fn main() -> std::io::Result<()> {
//! let output = Command::new("echo").arg("hello").setsid(true).output()?;
//! assert_eq!(output.stdout, b"hello\n");
//! # Ok(())
//! # }
//! ```
//!
//! # Without the module
//!
//! If the module cannot be used, [`std::process::Command`] does the spawn. The
//! set-up is the same, in the same order, in a closure of `pre_exec`. What only
//! the module can do is then an error of the kind
//! [`Unsupported`](std::io::ErrorKind::Unsupported), which names the option.
//! [`available`] says whether the module can be used, [`counts`] how many spawns
//! the module did, and [`Child::by_module`] how one child was started. With the
//! variable `OUTSPAWN_DEBUG=1` each spawn writes a line to stderr. With
//! `OUTSPAWN_DISABLE=1` the module is not used.
#![deny(unsafe_code, missing_docs)]

mod batch;
mod child;
mod command;
mod debug;
mod device;
mod error;
mod fallback;
#[allow(unsafe_code)]
mod ffi;
mod plan;
mod setup;
mod stdio;
mod template;

pub use batch::batch;
pub use child::Child;
pub use command::Command;
pub use device::{available, counts, Counts, Unavailable};
pub use error::{SpawnError, Stage};
pub use setup::{Namespaces, ParentEnd, Resource, SockFilter, INFINITY};
pub use stdio::Stdio;
pub use template::{Template, TemplateOptions};
