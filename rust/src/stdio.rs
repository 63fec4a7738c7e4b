// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! The standard streams of a child.
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::process::{ChildStderr, ChildStdin, ChildStdout};

use crate::ffi;

/// A standard stream of a child, as [`std::process::Stdio`].
#[derive(Debug)]
pub struct Stdio(Kind);

#[derive(Debug)]
enum Kind {
    Inherit,
    Null,
    Piped,
    Fd(OwnedFd),
}

impl Stdio {
    /// The child has the caller's stream.
    pub fn inherit() -> Stdio {
        Stdio(Kind::Inherit)
    }

    /// The child has /dev/null.
    pub fn null() -> Stdio {
        Stdio(Kind::Null)
    }

    /// The child has one end of a pipe. The other end is in the
    /// [`Child`](crate::Child).
    pub fn piped() -> Stdio {
        Stdio(Kind::Piped)
    }
}

macro_rules! from_descriptor {
    ($($type:ty),*) => {
        $(impl From<$type> for Stdio {
            fn from(file: $type) -> Stdio {
                Stdio(Kind::Fd(file.into()))
            }
        })*
    };
}
from_descriptor!(OwnedFd, File, ChildStdin, ChildStdout, ChildStderr);

/// What a stream becomes for one spawn.
#[derive(Default)]
pub(crate) struct Stream {
    /// The child's end. None: the caller's stream.
    pub source: Option<RawFd>,
    /// The child's end, if it is open for this spawn alone.
    pub end: Option<OwnedFd>,
    /// The caller's end of a pipe.
    pub ours: Option<OwnedFd>,
}

impl Stream {
    fn of_file(end: OwnedFd, ours: Option<OwnedFd>) -> Stream {
        Stream {
            source: Some(end.as_raw_fd()),
            end: Some(end),
            ours,
        }
    }
}

impl Stdio {
    /// Open what one spawn needs; `input` says that the child reads.
    pub(crate) fn open(&self, input: bool) -> io::Result<Stream> {
        match &self.0 {
            Kind::Inherit => Ok(Stream::default()),
            Kind::Fd(fd) => Ok(Stream {
                source: Some(fd.as_raw_fd()),
                ..Stream::default()
            }),
            Kind::Null => {
                let file = OpenOptions::new()
                    .read(input)
                    .write(!input)
                    .open("/dev/null")?;
                Ok(Stream::of_file(file.into(), None))
            }
            Kind::Piped => {
                let (read, write) = ffi::pipe()?;
                Ok(if input {
                    Stream::of_file(read, Some(write))
                } else {
                    Stream::of_file(write, Some(read))
                })
            }
        }
    }
}
