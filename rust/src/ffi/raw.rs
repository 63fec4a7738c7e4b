// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! The C declarations: outspawn.h, spawn_template.h and the C library, for
//! x86-64.
use std::ffi::{c_char, c_int, c_long, c_uint, c_ulong, c_ulonglong, c_ushort, c_void};
use std::ptr;

use crate::setup::SockFilter;

// --- outspawn.h

pub(super) const INHERIT_FDS: c_uint = 1 << 0;
pub(super) const CGROUP: c_uint = 1 << 2;
pub(super) const NO_NEW_PRIVS: c_uint = 1 << 7;
pub(super) const PDEATH_PROCESS: c_uint = 1 << 9;

#[repr(C)]
pub(super) struct Actions {
    array: *mut c_void,
    count: c_ushort,
    capacity: c_ushort,
    failed: c_ushort,
    error: i16,
}

impl Actions {
    /// What outspawn_actions_init() makes.
    pub(super) const EMPTY: Actions = Actions {
        array: ptr::null_mut(),
        count: 0,
        capacity: 0,
        failed: 0,
        error: 0,
    };
}

#[repr(C)]
pub(super) struct Attr {
    pub size: usize,
    pub flags: c_uint,
    pub set_tid_size: c_uint,
    pub namespaces: c_ulonglong,
    pub set_tid: *const c_int,
    pub cgroup: c_int,
    pub exit_signal: c_int,
    pub pdeath_signal: c_int,
    pub node: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Outcome {
    pub stage: u32,
    pub action: i32,
    pub error: i32,
    pub pid: i32,
}

#[repr(C)]
pub(super) struct Job {
    pub tmpl: c_int,
    pub file: *const c_char,
    pub path: *const c_char,
    pub argv: *const *const c_char,
    pub envp: *const *const c_char,
    pub actions: *const Actions,
    pub attr: *const Attr,
    pub pidfd: *mut c_int,
    pub pid: c_int,
    pub result: Outcome,
}

// --- spawn_template.h

#[repr(C)]
#[derive(Default)]
pub(super) struct Info {
    version: u32,
    max_actions: u32,
    features: u64,
    action_types: u64,
    create_flags: u64,
    pub spawn_flags: u64,
    sizes: [u32; 4],
    templates: u64,
    reserved: [u64; 4],
}

/// struct spawn_template_query: its key and ELF data are not used here.
#[repr(C)]
#[derive(Default)]
pub(super) struct Query {
    before: [u64; QUERY_BEFORE],
    spawned: u64,
    failed: u64,
    memory: u32,
    pub stale: i32,
    reserved: [u64; 4],
}

const QUERY_SIZE: usize = 152;
const QUERY_BEFORE: usize = (QUERY_SIZE - 56) / 8;

const _: () = {
    assert!(std::mem::size_of::<Actions>() == 16);
    assert!(std::mem::size_of::<Attr>() == 48);
    assert!(std::mem::size_of::<Outcome>() == 16);
    assert!(std::mem::size_of::<Job>() == 88);
    assert!(std::mem::size_of::<Info>() == 96);
    assert!(std::mem::size_of::<Query>() == QUERY_SIZE);
    assert!(std::mem::size_of::<SockFilter>() == 8);
};

// --- the C library

pub(super) const O_CLOEXEC: c_int = 0o2000000;
pub(super) const F_GETFD: c_int = 1;
pub(super) const F_SETFD: c_int = 2;
pub(super) const F_DUPFD_CLOEXEC: c_int = 1030;
pub(super) const FD_CLOEXEC: c_ulong = 1;
pub(super) const CLOSE_RANGE_CLOEXEC: c_ulong = 4;
pub(super) const POLLIN: i16 = 1;
pub(super) const PRIO_PROCESS: c_int = 0;
pub(super) const SIGPIPE: c_int = 13;
pub(super) const PR_SET_PDEATHSIG: c_int = 1;
pub(super) const PR_GET_SECCOMP: c_int = 21;
pub(super) const PR_SET_SECCOMP: c_int = 22;
pub(super) const PR_SET_NO_NEW_PRIVS: c_int = 38;
pub(super) const SECCOMP_MODE_FILTER: c_ulong = 2;
pub(super) const AT_SECURE: c_ulong = 23;
pub(super) const SYS_SETUID: c_long = 105;
pub(super) const SYS_SETGID: c_long = 106;
pub(super) const SYS_SETGROUPS: c_long = 116;
pub(super) const SYS_CLOSE_RANGE: c_long = 436;
pub(super) const SYS_LANDLOCK_RESTRICT_SELF: c_long = 446;

#[repr(C)]
pub(super) struct PollFd {
    pub fd: c_int,
    pub events: i16,
    pub revents: i16,
}

#[repr(C)]
pub(super) struct RLimit {
    pub soft: u64,
    pub hard: u64,
}

/// sigset_t. Bit n - 1 is signal n.
#[repr(C)]
pub(super) struct SigSet {
    pub words: [c_ulong; 16],
}

#[repr(C)]
pub(super) struct SockFprog {
    pub length: c_ushort,
    pub filter: *const SockFilter,
}

extern "C" {
    pub(super) fn outspawn_open_shared() -> c_int;
    pub(super) fn outspawn_info(fd: c_int, info: *mut Info) -> c_int;
    pub(super) fn outspawn_template_search(
        dev: c_int,
        file: *const c_char,
        path: *const c_char,
        flags: c_uint,
        found: *mut c_char,
    ) -> c_int;
    pub(super) fn outspawn_template_refresh(
        dev: c_int,
        tmpl: c_int,
        path: *const c_char,
        flags: c_uint,
    ) -> c_int;
    pub(super) fn outspawn_query(tmpl: c_int, query: *mut Query) -> c_int;
    pub(super) fn outspawn_actions_destroy(a: *mut Actions);
    pub(super) fn outspawn_actions_dup2(a: *mut Actions, fd: c_int, newfd: c_int) -> c_int;
    pub(super) fn outspawn_actions_sigdefault(a: *mut Actions, set: *const SigSet) -> c_int;
    pub(super) fn outspawn_actions_syscall(
        a: *mut Actions,
        nr: c_long,
        args: *const c_ulong,
    ) -> c_int;
    pub(super) fn outspawn_actions_setsid(a: *mut Actions) -> c_int;
    pub(super) fn outspawn_actions_setpgid(a: *mut Actions, pgid: c_int) -> c_int;
    pub(super) fn outspawn_actions_umask(a: *mut Actions, mask: c_uint) -> c_int;
    pub(super) fn outspawn_actions_chdir(a: *mut Actions, path: *const c_char) -> c_int;
    pub(super) fn outspawn_actions_setrlimit(
        a: *mut Actions,
        resource: c_int,
        limit: *const RLimit,
    ) -> c_int;
    pub(super) fn outspawn_actions_setaffinity(
        a: *mut Actions,
        size: usize,
        set: *const c_void,
    ) -> c_int;
    pub(super) fn outspawn_actions_setpriority(a: *mut Actions, nice: c_int) -> c_int;
    pub(super) fn outspawn_actions_setgroups(
        a: *mut Actions,
        count: usize,
        groups: *const c_uint,
    ) -> c_int;
    pub(super) fn outspawn_actions_landlock(a: *mut Actions, ruleset_fd: c_int) -> c_int;
    pub(super) fn outspawn_actions_seccomp(a: *mut Actions, program: *const SockFprog) -> c_int;
    pub(super) fn outspawn_spawn_attr(
        tmpl: c_int,
        argv: *const *const c_char,
        envp: *const *const c_char,
        actions: *const Actions,
        attr: *const Attr,
        pidfd: *mut c_int,
        result: *mut Outcome,
    ) -> c_int;
    pub(super) fn outspawn_spawn_path(
        dev: c_int,
        file: *const c_char,
        path: *const c_char,
        argv: *const *const c_char,
        envp: *const *const c_char,
        actions: *const Actions,
        attr: *const Attr,
        pidfd: *mut c_int,
        result: *mut Outcome,
    ) -> c_int;
    pub(super) fn outspawn_batch(dev: c_int, jobs: *mut Job, count: c_uint) -> c_int;
    pub(super) fn outspawn_strerror(
        result: *const Outcome,
        actions: *const Actions,
        path: *const c_char,
        buf: *mut c_char,
        size: usize,
    ) -> *mut c_char;
    pub(super) fn outspawn_wait(pidfd: c_int, timeout: c_int, status: *mut c_int) -> c_int;
    pub(super) fn outspawn_kill(pidfd: c_int, signal: c_int) -> c_int;

    pub(super) fn pipe2(ends: *mut c_int, flags: c_int) -> c_int;
    pub(super) fn fcntl(fd: c_int, operation: c_int, ...) -> c_int;
    pub(super) fn poll(fds: *mut PollFd, count: c_ulong, timeout: c_int) -> c_int;
    pub(super) fn prctl(option: c_int, ...) -> c_int;
    pub(super) fn getuid() -> c_uint;
    pub(super) fn getppid() -> c_int;
    pub(super) fn getpid() -> c_int;
    pub(super) fn kill(pid: c_int, signal: c_int) -> c_int;
    pub(super) fn getauxval(kind: c_ulong) -> c_ulong;
    pub(super) fn syscall(nr: c_long, ...) -> c_long;
    pub(super) fn dup2(fd: c_int, newfd: c_int) -> c_int;
    pub(super) fn umask(mask: c_uint) -> c_uint;
    pub(super) fn setrlimit(resource: c_int, limit: *const RLimit) -> c_int;
    pub(super) fn setpriority(which: c_int, who: c_uint, nice: c_int) -> c_int;
    pub(super) fn sched_setaffinity(pid: c_int, size: usize, set: *const c_void) -> c_int;
    pub(super) fn setsid() -> c_int;
    pub(super) fn setpgid(pid: c_int, group: c_int) -> c_int;
    pub(super) fn chdir(path: *const c_char) -> c_int;
    pub(super) fn signal(number: c_int, handler: usize) -> usize;
}
