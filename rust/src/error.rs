// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Why a spawn failed.
use std::fmt;
use std::io;

/// The part of a spawn that failed; outspawn_spawn(3) describes the stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// A bad argument.
    Args,
    /// The template: its owner, or it is stale.
    Template,
    /// Making the child.
    Create,
    /// A step of the set-up.
    Action,
    /// Executing the program.
    Exec,
    /// Finding the template's file in the child's mount namespace.
    Mount,
    /// A stage of a later module.
    Other,
}

impl Stage {
    pub(crate) fn from_number(number: u32) -> Stage {
        match number {
            1 => Stage::Args,
            2 => Stage::Template,
            3 => Stage::Create,
            5 => Stage::Action,
            6 => Stage::Exec,
            7 => Stage::Mount,
            _ => Stage::Other,
        }
    }
}

/// Why and where a spawn failed: what [`Command::try_spawn`](crate::Command::try_spawn)
/// returns.
///
/// As an [`io::Error`] it has the error number of the step that failed, as std's
/// errors of a spawn. The words of this error are in its `Display`.
#[derive(Debug)]
pub struct SpawnError(Cause);

#[derive(Debug)]
enum Cause {
    Module(Failure),
    NeedsModule { option: &'static str, why: String },
    Other(io::Error),
}

/// A failure as the module reports it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub error: i32,
    pub stage: Stage,
    pub message: String,
}

impl SpawnError {
    pub(crate) fn needs_module(option: &'static str, why: String) -> SpawnError {
        SpawnError(Cause::NeedsModule { option, why })
    }

    /// The stage at which the module failed; None if the module did not try.
    pub fn stage(&self) -> Option<Stage> {
        match &self.0 {
            Cause::Module(failure) => Some(failure.stage),
            _ => None,
        }
    }

    /// The error number, if there is one.
    pub fn raw_os_error(&self) -> Option<i32> {
        match &self.0 {
            Cause::Module(failure) => Some(failure.error),
            Cause::NeedsModule { .. } => None,
            Cause::Other(error) => error.raw_os_error(),
        }
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Module(failure) => f.write_str(&failure.message),
            Cause::NeedsModule { option, why } => {
                write!(f, "{option} needs the module outspawn: {why}")
            }
            Cause::Other(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SpawnError {}

impl From<Failure> for SpawnError {
    fn from(failure: Failure) -> SpawnError {
        SpawnError(Cause::Module(failure))
    }
}

impl From<io::Error> for SpawnError {
    fn from(error: io::Error) -> SpawnError {
        SpawnError(Cause::Other(error))
    }
}

impl From<SpawnError> for io::Error {
    fn from(error: SpawnError) -> io::Error {
        match error.0 {
            Cause::Module(failure) => io::Error::from_raw_os_error(failure.error),
            Cause::NeedsModule { .. } => io::Error::new(io::ErrorKind::Unsupported, error),
            Cause::Other(error) => error,
        }
    }
}
