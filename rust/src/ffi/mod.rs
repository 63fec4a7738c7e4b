// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Safe functions that call liboutspawn and the C library. All unsafe code of the
//! crate is in this folder.
use std::ffi::{c_char, c_int, c_ulong, c_void, CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

mod before_exec;
mod raw;
mod spawn;

pub(crate) use before_exec::run_before_exec;
pub(crate) use spawn::{batch, spawn, Actions, Order, Program, Started, Strings};

const PATH_MAX: usize = 4096;
const EINTR: i32 = 4;
const ETIMEDOUT: i32 = 110;

/// SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS of the module's interface.
const KERNEL_PDEATH_PROCESS: u64 = 1 << 40;

/// Turn the library's result, an error number below 0, into an io::Result.
fn check(result: c_int) -> io::Result<c_int> {
    if result < 0 {
        Err(io::Error::from_raw_os_error(-result))
    } else {
        Ok(result)
    }
}

/// Turn the C library's result, -1 and errno, into an io::Result.
fn check_errno(result: c_int) -> io::Result<c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// Own a descriptor that a call has just returned.
fn own(result: c_int) -> OwnedFd {
    // SAFETY: the callers pass a new descriptor, which nothing else owns.
    unsafe { OwnedFd::from_raw_fd(result) }
}

// --- the device and templates

/// Return the device's descriptor, which the whole process shares.
pub(crate) fn open_shared_device() -> io::Result<BorrowedFd<'static>> {
    // SAFETY: the function takes nothing.
    let fd = check(unsafe { raw::outspawn_open_shared() })?;
    // SAFETY: the library never closes the descriptor.
    Ok(unsafe { BorrowedFd::borrow_raw(fd) })
}

/// Can the module tell the end of a process from the end of a thread?
pub(crate) fn has_process_death(device: BorrowedFd<'_>) -> bool {
    let mut info = raw::Info::default();
    // SAFETY: `info` is the library's struct, of its full size.
    let result = unsafe { raw::outspawn_info(device.as_raw_fd(), &mut info) };
    result == 0 && info.spawn_flags & KERNEL_PDEATH_PROCESS != 0
}

/// Pin a program that is searched for in PATH; return also its absolute path.
pub(crate) fn template(
    device: BorrowedFd<'_>,
    file: &CStr,
    flags: u32,
) -> io::Result<(OwnedFd, CString)> {
    let mut found = [0u8; PATH_MAX];
    // SAFETY: `found` has PATH_MAX bytes, as the function asks for.
    let result = unsafe {
        raw::outspawn_template_search(
            device.as_raw_fd(),
            file.as_ptr(),
            ptr::null(),
            flags,
            found.as_mut_ptr().cast(),
        )
    };
    let fd = check(result).map(own)?;
    let path = CStr::from_bytes_until_nul(&found).unwrap_or_default();
    Ok((fd, path.to_owned()))
}

pub(crate) fn refresh(
    device: BorrowedFd<'_>,
    template: BorrowedFd<'_>,
    path: &CStr,
    flags: u32,
) -> io::Result<()> {
    // SAFETY: the strings and descriptors are valid during the call.
    check(unsafe {
        raw::outspawn_template_refresh(
            device.as_raw_fd(),
            template.as_raw_fd(),
            path.as_ptr(),
            flags,
        )
    })
    .map(drop)
}

/// Return the error with which a spawn from the template would fail now.
pub(crate) fn stale(template: BorrowedFd<'_>) -> io::Result<Option<io::Error>> {
    let mut query = raw::Query::default();
    // SAFETY: `query` is the library's struct, of its full size.
    check(unsafe { raw::outspawn_query(template.as_raw_fd(), &mut query) })?;
    Ok((query.stale != 0).then(|| io::Error::from_raw_os_error(query.stale)))
}

// --- children

/// Wait for a child; `timeout` is in milliseconds, below 0: no limit. Return the
/// status of waitpid(2), or None if the child still runs.
pub(crate) fn wait(pidfd: BorrowedFd<'_>, timeout: i32) -> io::Result<Option<i32>> {
    let mut status = 0;
    // SAFETY: `status` may be written.
    match unsafe { raw::outspawn_wait(pidfd.as_raw_fd(), timeout, &mut status) } {
        result if result == -ETIMEDOUT => Ok(None),
        result => check(result).map(|_| Some(status)),
    }
}

pub(crate) fn was_interrupted(error: &io::Error) -> bool {
    error.raw_os_error() == Some(EINTR)
}

pub(crate) fn kill(pidfd: BorrowedFd<'_>, signal: i32) -> io::Result<()> {
    // SAFETY: the function only reads its arguments.
    check(unsafe { raw::outspawn_kill(pidfd.as_raw_fd(), signal) }).map(drop)
}

pub(crate) fn kill_group(leader: u32, signal: i32) -> io::Result<()> {
    // SAFETY: kill(2) takes two numbers.
    check_errno(unsafe { raw::kill(-(leader as c_int), signal) }).map(drop)
}

/// Return a pidfd of a child that has not been waited for.
pub(crate) fn pidfd_of(pid: u32) -> io::Result<OwnedFd> {
    const SYS_PIDFD_OPEN: std::ffi::c_long = 434;
    // SAFETY: pidfd_open(2) takes two numbers.
    let result = unsafe { raw::syscall(SYS_PIDFD_OPEN, pid as c_ulong, 0 as c_ulong) };
    check_errno(result as c_int).map(own)
}

// --- descriptors

/// Return the reading and the writing end of a pipe, both close-on-exec.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [-1; 2];
    // SAFETY: `ends` has room for two descriptors.
    check_errno(unsafe { raw::pipe2(ends.as_mut_ptr(), raw::O_CLOEXEC) })?;
    Ok((own(ends[0]), own(ends[1])))
}

/// Return a close-on-exec copy with the lowest free number from `lowest` on.
pub(crate) fn copy_above(fd: RawFd, lowest: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: F_DUPFD_CLOEXEC takes a number and returns a new descriptor.
    check_errno(unsafe { raw::fcntl(fd, raw::F_DUPFD_CLOEXEC, lowest as c_ulong) }).map(own)
}

/// Wait until one of two descriptors can be read or has ended.
pub(crate) fn poll_two(fds: [BorrowedFd<'_>; 2]) -> io::Result<[bool; 2]> {
    let mut polled = fds.map(|fd| raw::PollFd {
        fd: fd.as_raw_fd(),
        events: raw::POLLIN,
        revents: 0,
    });
    // SAFETY: `polled` has two elements.
    match check_errno(unsafe { raw::poll(polled.as_mut_ptr(), 2, -1) }) {
        Err(error) if !was_interrupted(&error) => Err(error),
        Err(_) => Ok([false; 2]),
        Ok(_) => Ok(polled.map(|entry| entry.revents != 0)),
    }
}

// --- this process

pub(crate) fn has_seccomp_filter() -> bool {
    // SAFETY: PR_GET_SECCOMP takes nothing else. A thread in the strict mode
    // cannot come here.
    unsafe { raw::prctl(raw::PR_GET_SECCOMP) > 0 }
}

pub(crate) fn is_root() -> bool {
    // SAFETY: getuid(2) cannot fail.
    unsafe { raw::getuid() == 0 }
}

/// Does this program have more rights than its caller (AT_SECURE)?
pub(crate) fn is_secure() -> bool {
    // SAFETY: getauxval(3) cannot fail for AT_SECURE.
    unsafe { raw::getauxval(raw::AT_SECURE) != 0 }
}

/// An untyped pointer to what a slice has.
fn address<T>(slice: &[T]) -> *const c_void {
    slice.as_ptr().cast()
}

/// The C strings' pointers, with a NULL at the end.
fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings
        .iter()
        .map(|string| string.as_ptr())
        .chain([ptr::null()])
        .collect()
}
