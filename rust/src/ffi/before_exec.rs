// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! The fall-back: the steps as system calls, in a forked child before exec.
//!
//! The child of a program with threads may only call async-signal-safe
//! functions. So the code here allocates nothing, takes no lock and does not
//! panic. All memory that it reads is ready before the fork.
use std::ffi::{c_int, c_long, c_uint, c_ulong};
use std::io;
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::{check_errno, raw};
use crate::setup::Step;

/// What the closure does in the child, in this order.
struct InChild {
    no_new_privs: bool,
    /// Mark all descriptors from 3 on close-on-exec first.
    only_listed_fds: bool,
    steps: Vec<Step>,
    parent_death: Option<i32>,
    restrictions: Vec<Step>,
    caller: c_int,
}

/// Let the child of a std Command make steps before exec. The restrictions come
/// last, after the signal for the end of the caller's thread is set.
pub(crate) fn run_before_exec(
    command: &mut Command,
    no_new_privs: bool,
    only_listed_fds: bool,
    steps: Vec<Step>,
    parent_death: Option<i32>,
) {
    let (restrictions, steps) = steps
        .into_iter()
        .partition(|step| matches!(step, Step::Landlock(_) | Step::Seccomp(_)));
    let in_child = InChild {
        no_new_privs,
        only_listed_fds,
        steps,
        parent_death,
        restrictions,
        // SAFETY: getpid(2) cannot fail.
        caller: unsafe { raw::getpid() },
    };
    // SAFETY: run() makes system calls alone, as the comment of this file says.
    unsafe {
        command.pre_exec(move || in_child.run());
    }
}

impl InChild {
    fn run(&self) -> io::Result<()> {
        if self.no_new_privs {
            set_option(raw::PR_SET_NO_NEW_PRIVS, 1)?;
        }
        if self.only_listed_fds {
            call(
                raw::SYS_CLOSE_RANGE,
                [3, c_ulong::from(c_uint::MAX), raw::CLOSE_RANGE_CLOEXEC],
            )?;
        }
        self.steps.iter().try_for_each(make_step)?;
        if let Some(signal) = self.parent_death {
            self.set_parent_death(signal)?;
        }
        self.restrictions.iter().try_for_each(make_step)
    }

    /// If the caller has ended already, the kernel will not send the signal.
    fn set_parent_death(&self, signal: i32) -> io::Result<()> {
        set_option(raw::PR_SET_PDEATHSIG, signal as c_ulong)?;
        // SAFETY: these calls take and return numbers.
        unsafe {
            if raw::getppid() != self.caller {
                raw::kill(raw::getpid(), signal);
            }
        }
        Ok(())
    }
}

fn set_option(option: c_int, value: c_ulong) -> io::Result<()> {
    const NONE: c_ulong = 0;
    // SAFETY: the options here take one number.
    check_errno(unsafe { raw::prctl(option, value, NONE, NONE, NONE) }).map(drop)
}

/// Make a system call of numbers, or of a pointer to memory of a step.
fn call(nr: c_long, args: [c_ulong; 3]) -> io::Result<()> {
    // SAFETY: the callers pass what the call takes.
    check_errno(unsafe { raw::syscall(nr, args[0], args[1], args[2]) } as c_int).map(drop)
}

fn place(from: RawFd, to: RawFd) -> io::Result<()> {
    // SAFETY: these calls take and return numbers.
    unsafe {
        if from != to {
            return check_errno(raw::dup2(from, to)).map(drop);
        }
        let flags = check_errno(raw::fcntl(to, raw::F_GETFD))? as c_ulong;
        check_errno(raw::fcntl(to, raw::F_SETFD, flags & !raw::FD_CLOEXEC)).map(drop)
    }
}

fn make_step(step: &Step) -> io::Result<()> {
    // SAFETY: each call gets numbers, or memory of the step with its length.
    let result = unsafe {
        match step {
            Step::Dup { from, to } => return place(*from, *to),
            Step::Umask(mask) => {
                raw::umask(*mask);
                0
            }
            Step::Rlimit {
                resource,
                soft,
                hard,
            } => raw::setrlimit(
                *resource,
                &raw::RLimit {
                    soft: *soft,
                    hard: *hard,
                },
            ),
            Step::Nice(nice) => raw::setpriority(raw::PRIO_PROCESS, 0, *nice),
            Step::Affinity(mask) => raw::sched_setaffinity(0, mask.len() * 8, super::address(mask)),
            Step::Setsid => raw::setsid(),
            Step::Setpgid(group) => raw::setpgid(0, *group),
            Step::Setgroups(groups) => {
                let list = groups.as_ptr() as c_ulong;
                return call(raw::SYS_SETGROUPS, [groups.len() as c_ulong, list, 0]);
            }
            Step::Setgid(group) => return call(raw::SYS_SETGID, [c_ulong::from(*group), 0, 0]),
            Step::Setuid(user) => return call(raw::SYS_SETUID, [c_ulong::from(*user), 0, 0]),
            Step::Chdir(path) => raw::chdir(path.as_ptr()),
            Step::DefaultSigpipe => {
                raw::signal(raw::SIGPIPE, 0);
                0
            }
            Step::Landlock(ruleset) => {
                return call(raw::SYS_LANDLOCK_RESTRICT_SELF, [*ruleset as c_ulong, 0, 0])
            }
            Step::Seccomp(filter) => {
                const NONE: c_ulong = 0;
                let program = raw::SockFprog {
                    length: filter.len() as u16,
                    filter: filter.as_ptr(),
                };
                let pointer: *const raw::SockFprog = &program;
                raw::prctl(
                    raw::PR_SET_SECCOMP,
                    raw::SECCOMP_MODE_FILTER,
                    pointer,
                    NONE,
                    NONE,
                )
            }
        }
    };
    check_errno(result).map(drop)
}
