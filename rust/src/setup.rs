// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! The set-up of a child: its types, and the steps that they become.
use std::ffi::CString;
use std::ops::BitOr;
use std::os::fd::RawFd;

/// A resource that [`Command::rlimit`](crate::Command::rlimit) limits, as in
/// setrlimit(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource(pub(crate) i32);

#[allow(missing_docs)]
impl Resource {
    pub const CPU: Resource = Resource(0);
    pub const FSIZE: Resource = Resource(1);
    pub const DATA: Resource = Resource(2);
    pub const STACK: Resource = Resource(3);
    pub const CORE: Resource = Resource(4);
    pub const RSS: Resource = Resource(5);
    pub const NPROC: Resource = Resource(6);
    pub const NOFILE: Resource = Resource(7);
    pub const MEMLOCK: Resource = Resource(8);
    pub const AS: Resource = Resource(9);
    pub const LOCKS: Resource = Resource(10);
    pub const SIGPENDING: Resource = Resource(11);
    pub const MSGQUEUE: Resource = Resource(12);
    pub const NICE: Resource = Resource(13);
    pub const RTPRIO: Resource = Resource(14);
    pub const RTTIME: Resource = Resource(15);
}

/// No limit (`RLIM_INFINITY`).
pub const INFINITY: u64 = u64::MAX;

/// Namespaces that are made for a child, joined by `|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Namespaces(pub(crate) u64);

#[allow(missing_docs)]
impl Namespaces {
    pub const TIME: Namespaces = Namespaces(0x80);
    pub const MOUNT: Namespaces = Namespaces(0x2_0000);
    pub const CGROUP: Namespaces = Namespaces(0x200_0000);
    pub const UTS: Namespaces = Namespaces(0x400_0000);
    pub const IPC: Namespaces = Namespaces(0x800_0000);
    pub const USER: Namespaces = Namespaces(0x1000_0000);
    pub const PID: Namespaces = Namespaces(0x2000_0000);
    pub const NET: Namespaces = Namespaces(0x4000_0000);
}

impl BitOr for Namespaces {
    type Output = Namespaces;

    fn bitor(self, other: Namespaces) -> Namespaces {
        Namespaces(self.0 | other.0)
    }
}

/// Whose end sends the signal of
/// [`Command::parent_death_signal`](crate::Command::parent_death_signal).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParentEnd {
    /// The end of the thread that started the child, as with `PR_SET_PDEATHSIG`.
    Thread,
    /// The end of the process: its last thread has ended. Only the module can do
    /// this.
    Process,
}

/// An instruction of a seccomp filter: the kernel's `struct sock_filter`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SockFilter {
    pub code: u16,
    pub jt: u8,
    pub jf: u8,
    pub k: u32,
}

/// One step in the child. The module makes these as actions; the fall-back makes
/// them as system calls before exec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Make `to` a copy of `from`. If both are equal, keep it open over exec.
    Dup {
        from: RawFd,
        to: RawFd,
    },
    Umask(u32),
    Rlimit {
        resource: i32,
        soft: u64,
        hard: u64,
    },
    Nice(i32),
    /// A mask of processors, as sched_setaffinity(2) takes it.
    Affinity(Vec<u64>),
    Setsid,
    Setpgid(i32),
    Setgroups(Vec<u32>),
    Setgid(u32),
    Setuid(u32),
    Chdir(CString),
    /// SIGPIPE, which Rust programs ignore, has its default action.
    DefaultSigpipe,
    Landlock(RawFd),
    Seccomp(Vec<SockFilter>),
}

/// What the module sets when it makes the child, and not by a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    /// The child gets no descriptor but 0, 1, 2 and those that steps place.
    pub only_listed_fds: bool,
    pub no_new_privs: bool,
    pub cgroup: Option<RawFd>,
    pub namespaces: Namespaces,
    pub parent_death: Option<(i32, ParentEnd)>,
}

impl Attributes {
    /// Return the option that the fall-back does not have.
    pub fn needs_module(&self) -> Option<&'static str> {
        if self.cgroup.is_some() {
            return Some("cgroup");
        }
        if self.namespaces != Namespaces::default() {
            return Some("namespaces");
        }
        match self.parent_death {
            Some((_, ParentEnd::Process)) => Some("parent_death_signal of the process"),
            _ => None,
        }
    }
}
