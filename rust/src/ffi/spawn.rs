// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Spawns: a list of actions, the attributes, and the calls that take them.
use std::ffi::{c_char, c_int, c_uint, c_ulong, CStr, CString};
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

use super::{check, own, pointers, raw};
use crate::error::{Failure, Stage};
use crate::setup::{Attributes, ParentEnd, Step};

/// Strings that end with NULL, as execve(2) takes them.
pub(crate) struct Strings<'a> {
    pointers: Vec<*const c_char>,
    /// The pointers point to these strings.
    _strings: &'a [CString],
}

impl Strings<'_> {
    pub fn new(strings: &[CString]) -> Strings<'_> {
        Strings {
            pointers: pointers(strings),
            _strings: strings,
        }
    }
}

/// The steps as the library's list of actions. The library copies memory.
pub(crate) struct Actions(raw::Actions);

impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: the list is the library's own.
        unsafe { raw::outspawn_actions_destroy(&mut self.0) }
    }
}

impl Actions {
    /// A step that cannot be added fails the spawn: the list remembers it.
    pub fn new<'a>(steps: impl Iterator<Item = &'a Step>) -> Actions {
        let mut actions = Actions(raw::Actions::EMPTY);
        for step in steps {
            actions.add(step);
        }
        actions
    }

    fn add(&mut self, step: &Step) {
        let list = &mut self.0;
        // SAFETY: the list is the library's own. Each function copies the
        // memory that it gets, which has the length that it is told.
        unsafe {
            match step {
                Step::Dup { from, to } => raw::outspawn_actions_dup2(list, *from, *to),
                Step::Umask(mask) => raw::outspawn_actions_umask(list, *mask),
                Step::Rlimit {
                    resource,
                    soft,
                    hard,
                } => raw::outspawn_actions_setrlimit(
                    list,
                    *resource,
                    &raw::RLimit {
                        soft: *soft,
                        hard: *hard,
                    },
                ),
                Step::Nice(nice) => raw::outspawn_actions_setpriority(list, *nice),
                Step::Affinity(mask) => {
                    raw::outspawn_actions_setaffinity(list, mask.len() * 8, super::address(mask))
                }
                Step::Setsid => raw::outspawn_actions_setsid(list),
                Step::Setpgid(group) => raw::outspawn_actions_setpgid(list, *group),
                Step::Setgroups(groups) => {
                    raw::outspawn_actions_setgroups(list, groups.len(), groups.as_ptr())
                }
                Step::Setgid(group) => set_id(list, raw::SYS_SETGID, *group),
                Step::Setuid(user) => set_id(list, raw::SYS_SETUID, *user),
                Step::Chdir(path) => raw::outspawn_actions_chdir(list, path.as_ptr()),
                Step::DefaultSigpipe => {
                    let mut set = raw::SigSet { words: [0; 16] };
                    set.words[0] = 1 << (raw::SIGPIPE - 1);
                    raw::outspawn_actions_sigdefault(list, &set)
                }
                Step::Landlock(ruleset) => raw::outspawn_actions_landlock(list, *ruleset),
                Step::Seccomp(filter) => raw::outspawn_actions_seccomp(
                    list,
                    &raw::SockFprog {
                        length: filter.len() as u16,
                        filter: filter.as_ptr(),
                    },
                ),
            };
        }
    }
}

/// # Safety
/// `list` must be a list of the library.
unsafe fn set_id(list: &mut raw::Actions, nr: i64, id: u32) -> c_int {
    let args: [c_ulong; 6] = [c_ulong::from(id), 0, 0, 0, 0, 0];
    raw::outspawn_actions_syscall(list, nr, args.as_ptr())
}

fn attr_of(attributes: &Attributes) -> raw::Attr {
    let mut flags = 0;
    let mut set = |wanted: bool, flag: c_uint| {
        if wanted {
            flags |= flag;
        }
    };
    let (signal, end) = match attributes.parent_death {
        Some((signal, end)) => (signal, Some(end)),
        None => (0, None),
    };
    set(!attributes.only_listed_fds, raw::INHERIT_FDS);
    set(attributes.no_new_privs, raw::NO_NEW_PRIVS);
    set(attributes.cgroup.is_some(), raw::CGROUP);
    set(end == Some(ParentEnd::Process), raw::PDEATH_PROCESS);
    raw::Attr {
        size: mem::size_of::<raw::Attr>(),
        flags,
        set_tid_size: 0,
        namespaces: attributes.namespaces.0,
        set_tid: ptr::null(),
        cgroup: attributes.cgroup.unwrap_or(0),
        exit_signal: 0,
        pdeath_signal: signal,
        node: 0,
    }
}

/// The program of a spawn.
pub(crate) enum Program<'a> {
    /// A template, and its path for messages.
    Template(BorrowedFd<'a>, &'a CStr),
    /// A path; or a name with the directories to search.
    File(&'a CStr, Option<&'a CStr>),
}

/// All that one spawn takes.
pub(crate) struct Order<'a> {
    pub program: Program<'a>,
    pub argv: Strings<'a>,
    pub envp: Strings<'a>,
    pub actions: Actions,
    pub attributes: &'a Attributes,
}

/// A child: its pid and its pidfd.
pub(crate) struct Started {
    pub pid: u32,
    pub pidfd: OwnedFd,
}

impl Order<'_> {
    fn name(&self) -> &CStr {
        match self.program {
            Program::Template(_, path) => path,
            Program::File(file, _) => file,
        }
    }

    /// Turn what a spawn wrote into a child or a failure.
    fn ended(
        &self,
        pid: c_int,
        pidfd: c_int,
        outcome: &raw::Outcome,
    ) -> Result<Started, Box<Failure>> {
        if pid > 0 {
            return Ok(Started {
                pid: pid as u32,
                pidfd: own(pidfd),
            });
        }
        let mut message = [0u8; 1024];
        // SAFETY: all pointers are valid, and the length is that of `message`.
        unsafe {
            raw::outspawn_strerror(
                outcome,
                &self.actions.0,
                self.name().as_ptr(),
                message.as_mut_ptr().cast(),
                message.len(),
            );
        }
        let message = CStr::from_bytes_until_nul(&message).unwrap_or_default();
        Err(Box::new(Failure {
            error: -pid,
            stage: Stage::from_number(outcome.stage),
            message: message.to_string_lossy().into_owned(),
        }))
    }
}

/// Start one child.
pub(crate) fn spawn(device: BorrowedFd<'_>, order: &Order<'_>) -> Result<Started, Box<Failure>> {
    let attr = attr_of(order.attributes);
    let mut outcome = raw::Outcome::default();
    let mut pidfd = -1;
    let argv = order.argv.pointers.as_ptr();
    let envp = order.envp.pointers.as_ptr();
    // SAFETY: the order owns or borrows all memory until the call returns, and
    // without OUTSPAWN_ASYNC nothing is written later.
    let pid = unsafe {
        match order.program {
            Program::Template(template, _) => raw::outspawn_spawn_attr(
                template.as_raw_fd(),
                argv,
                envp,
                &order.actions.0,
                &attr,
                &mut pidfd,
                &mut outcome,
            ),
            Program::File(file, path) => raw::outspawn_spawn_path(
                device.as_raw_fd(),
                file.as_ptr(),
                path.map_or(ptr::null(), CStr::as_ptr),
                argv,
                envp,
                &order.actions.0,
                &attr,
                &mut pidfd,
                &mut outcome,
            ),
        }
    };
    order.ended(pid, pidfd, &outcome)
}

fn job_of(order: &Order<'_>, attr: &raw::Attr, pidfd: &mut c_int) -> raw::Job {
    let (tmpl, file, path) = match order.program {
        Program::Template(template, _) => (template.as_raw_fd(), ptr::null(), ptr::null()),
        Program::File(file, path) => (-1, file.as_ptr(), path.map_or(ptr::null(), CStr::as_ptr)),
    };
    raw::Job {
        tmpl,
        file,
        path,
        argv: order.argv.pointers.as_ptr(),
        envp: order.envp.pointers.as_ptr(),
        actions: &order.actions.0,
        attr,
        pidfd,
        pid: 0,
        result: raw::Outcome::default(),
    }
}

/// The library takes at most INT_MAX jobs in a call.
const MOST_JOBS: c_uint = i32::MAX as c_uint;

/// Start many children by as few calls as possible.
pub(crate) fn batch(
    device: BorrowedFd<'_>,
    orders: &[Order<'_>],
) -> Vec<Result<Started, Box<Failure>>> {
    let attrs: Vec<_> = orders
        .iter()
        .map(|order| attr_of(order.attributes))
        .collect();
    let mut pidfds = vec![-1; orders.len()];
    let mut jobs: Vec<_> = orders
        .iter()
        .zip(&attrs)
        .zip(&mut pidfds)
        .map(|((order, attr), pidfd)| job_of(order, attr, pidfd))
        .collect();
    let mut done = 0;
    while done < jobs.len() {
        let rest = &mut jobs[done..];
        let count = c_uint::try_from(rest.len()).map_or(MOST_JOBS, |count| count.min(MOST_JOBS));
        // SAFETY: the jobs point to the orders, `attrs` and `pidfds`, which
        // live until this function returns.
        match check(unsafe { raw::outspawn_batch(device.as_raw_fd(), rest.as_mut_ptr(), count) }) {
            // Fewer than asked for: a signal came. Go on with the others.
            Ok(number) => done += number as usize,
            Err(_) => break,
        }
    }
    let ended = orders.iter().zip(&jobs).take(done).map(|(order, job)| {
        // SAFETY: the job's pidfd points to an element of `pidfds`.
        let pidfd = unsafe { *job.pidfd };
        order.ended(job.pid, pidfd, &job.result)
    });
    // If a batch fails, the other children start one by one, or tell why not.
    let others = orders[done..].iter().map(|order| spawn(device, order));
    ended.chain(others).collect()
}
