// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Child: a program that was started, and its pidfd.
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{ChildStderr, ChildStdin, ChildStdout, ExitStatus, Output};
use std::time::{Duration, Instant};

use crate::ffi::{self, Started};

const SIGKILL: i32 = 9;
const ESRCH: i32 = 3;
/// A read takes at most this.
const CHUNK: usize = 64 * 1024;

/// A child, as [`std::process::Child`].
///
/// The child is known by its pidfd, so a signal never hits another process. The
/// pidfd ([`AsFd`]) can be polled: it is readable when the child has ended. As
/// with std, a Child that is dropped neither ends nor reaps the child.
#[derive(Debug)]
pub struct Child {
    /// The writing end of the child's standard input, if that is a pipe.
    pub stdin: Option<ChildStdin>,
    /// The reading end of the child's standard output, if that is a pipe.
    pub stdout: Option<ChildStdout>,
    /// The reading end of the child's standard error, if that is a pipe.
    pub stderr: Option<ChildStderr>,
    pid: u32,
    pidfd: OwnedFd,
    by_module: bool,
    status: Option<ExitStatus>,
}

impl Child {
    pub(crate) fn new(started: Started, ours: [Option<OwnedFd>; 3], by_module: bool) -> Child {
        let [stdin, stdout, stderr] = ours;
        Child {
            stdin: stdin.map(ChildStdin::from),
            stdout: stdout.map(ChildStdout::from),
            stderr: stderr.map(ChildStderr::from),
            pid: started.pid,
            pidfd: started.pidfd,
            by_module,
            status: None,
        }
    }

    /// Return the child's process ID.
    pub fn id(&self) -> u32 {
        self.pid
    }

    /// Did the module start this child? Otherwise std did.
    pub fn by_module(&self) -> bool {
        self.by_module
    }

    /// Close the child's standard input, and wait until the child has ended.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        loop {
            if let Some(status) = self.ask(-1)? {
                return Ok(status);
            }
        }
    }

    /// Return the child's status if it has ended.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.ask(0)
    }

    /// Wait until the child has ended, but not longer than `limit`. Return None
    /// if the child still runs. This does not close its standard input.
    pub fn wait_timeout(&mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let end = Instant::now().checked_add(limit);
        loop {
            let rest = end.map(|end| end.saturating_duration_since(Instant::now()));
            // Rounded up: a wait that ends too early would spin.
            let timeout = rest.map_or(i32::MAX, |rest| {
                i32::try_from(rest.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
            });
            let status = self.ask(timeout)?;
            if status.is_some() || timeout == 0 {
                return Ok(status);
            }
        }
    }

    /// Wait some milliseconds, or without a limit below 0.
    fn ask(&mut self, timeout: i32) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = match ffi::wait(self.pidfd.as_fd(), timeout) {
                Err(error) if ffi::was_interrupted(&error) => None,
                result => result?.map(ExitStatus::from_raw),
            };
        }
        Ok(self.status)
    }

    /// Send the child SIGKILL. No error if it has been waited for.
    pub fn kill(&mut self) -> io::Result<()> {
        if self.status.is_some() {
            return Ok(());
        }
        self.signal(SIGKILL)
    }

    /// Send the child a signal.
    pub fn signal(&self, signal: i32) -> io::Result<()> {
        ffi::kill(self.pidfd.as_fd(), signal)
    }

    /// Send a signal to the process group that the child leads, as after
    /// [`setsid`](crate::Command::setsid). Fails with ESRCH if the child leads no
    /// group, or has been waited for: its number may belong to another group then.
    pub fn signal_group(&self, signal: i32) -> io::Result<()> {
        if self.status.is_some() {
            return Err(io::Error::from_raw_os_error(ESRCH));
        }
        ffi::kill_group(self.pid, signal)
    }

    /// Close the child's standard input, read its output and errors, and wait
    /// until it has ended.
    pub fn wait_with_output(mut self) -> io::Result<Output> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());

        drop(self.stdin.take());
        match (self.stdout.take(), self.stderr.take()) {
            (None, None) => (),
            (Some(mut out), None) => drop(out.read_to_end(&mut stdout)?),
            (None, Some(mut err)) => drop(err.read_to_end(&mut stderr)?),
            (Some(out), Some(err)) => read_two(out, &mut stdout, err, &mut stderr)?,
        }
        let status = self.wait()?;
        Ok(Output {
            status,
            stdout,
            stderr,
        })
    }
}

/// Read what is there; return false at the end.
fn read_once(from: &mut impl Read, to: &mut Vec<u8>, buffer: &mut [u8]) -> io::Result<bool> {
    match from.read(buffer) {
        Ok(length) => {
            to.extend_from_slice(&buffer[..length]);
            Ok(length > 0)
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
        Err(error) => Err(error),
    }
}

/// Read two pipes until both end. The child may fill either.
fn read_two(
    mut out: ChildStdout,
    stdout: &mut Vec<u8>,
    mut err: ChildStderr,
    stderr: &mut Vec<u8>,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let [out_ready, err_ready] = ffi::poll_two([out.as_fd(), err.as_fd()])?;
        if out_ready && !read_once(&mut out, stdout, &mut buffer)? {
            err.read_to_end(stderr)?;
            return Ok(());
        }
        if err_ready && !read_once(&mut err, stderr, &mut buffer)? {
            out.read_to_end(stdout)?;
            return Ok(());
        }
    }
}

impl AsFd for Child {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

impl AsRawFd for Child {
    fn as_raw_fd(&self) -> RawFd {
        self.pidfd.as_raw_fd()
    }
}

impl From<Child> for OwnedFd {
    /// Take the pidfd.
    fn from(child: Child) -> OwnedFd {
        child.pidfd
    }
}
