// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Without the module: the spawn by std::process::Command.
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::child::Child;
use crate::error::SpawnError;
use crate::ffi::{self, Started};
use crate::plan::Plan;
use crate::setup::{ParentEnd, Step};

const ESRCH: i32 = 3;

/// Let std start the child.
pub(crate) fn start(mut plan: Plan<'_>, why: &str) -> Result<Child, SpawnError> {
    if let Some(option) = plan.needs_module() {
        plan.say("std", Some(option));
        return Err(SpawnError::needs_module(option, why.to_owned()));
    }
    match spawn(&mut plan) {
        Ok(started) => Ok(plan.child(started, false, Some(why))),
        Err(error) => {
            plan.say("std", Some(&format!("{why}: {error}")));
            Err(error.into())
        }
    }
}

fn spawn(plan: &mut Plan<'_>) -> io::Result<Started> {
    let mut command = strings(plan);
    streams(plan, &mut command)?;
    let mut held = Vec::new();
    if std_can(plan) {
        set_up_by_std(plan, &mut command);
    } else {
        held = hold_numbers(plan)?;
        set_up_before_exec(plan, &mut command);
    }
    let mut child = command.spawn()?;
    drop(held);
    let pid = child.id();
    match ffi::pidfd_of(pid) {
        Ok(pidfd) => Ok(Started { pid, pidfd }),
        Err(error) => {
            // The caller gets no Child, so there must be no child. After ESRCH
            // there is none: SIGCHLD is ignored, and the child has ended.
            if error.raw_os_error() != Some(ESRCH) {
                child.kill()?;
                child.wait()?;
            }
            Err(error)
        }
    }
}

fn strings(plan: &Plan<'_>) -> Command {
    let asked = plan.command;
    let text = |bytes| OsStr::from_bytes(bytes);
    let mut command = Command::new(text(asked.program.name().to_bytes()));

    command.arg0(text(asked.args[0].to_bytes()));
    command.args(asked.get_args());
    if asked.clear_env {
        command.env_clear();
    }
    for (name, value) in &asked.env {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

fn streams(plan: &mut Plan<'_>, command: &mut Command) -> io::Result<()> {
    for (number, stream) in plan.streams.iter_mut().enumerate() {
        let end = match (stream.end.take(), stream.source) {
            (Some(end), _) => Some(end),
            (None, Some(source)) => Some(ffi::copy_above(source, 3)?),
            (None, None) => None,
        };
        let end = end.map_or_else(Stdio::inherit, Stdio::from);
        match number {
            0 => command.stdin(end),
            1 => command.stdout(end),
            _ => command.stderr(end),
        };
    }
    Ok(())
}

/// Does std have all that is asked for? Then it may call posix_spawn(3).
fn std_can(plan: &Plan<'_>) -> bool {
    let attributes = &plan.command.attributes;
    let setup = &plan.command.setup;

    !attributes.no_new_privs
        && !attributes.only_listed_fds
        && attributes.parent_death.is_none()
        && setup.groups.is_none()
        && plan.steps.iter().all(|step| {
            matches!(
                step,
                Step::Setpgid(_)
                    | Step::Setgroups(_)
                    | Step::Setgid(_)
                    | Step::Setuid(_)
                    | Step::Chdir(_)
                    | Step::DefaultSigpipe
            )
        })
}

fn set_up_by_std(plan: &Plan<'_>, command: &mut Command) {
    for step in &plan.steps {
        match step {
            Step::Setpgid(group) => command.process_group(*group),
            Step::Setgid(group) => command.gid(*group),
            Step::Setuid(user) => command.uid(*user),
            Step::Chdir(path) => command.current_dir(OsStr::from_bytes(path.to_bytes())),
            // std does the others by itself.
            _ => command,
        };
    }
}

fn set_up_before_exec(plan: &Plan<'_>, command: &mut Command) {
    let attributes = &plan.command.attributes;
    let parent_death = match attributes.parent_death {
        Some((signal, ParentEnd::Thread)) => Some(signal),
        _ => None,
    };
    ffi::run_before_exec(
        command,
        attributes.no_new_privs,
        attributes.only_listed_fds,
        plan.steps.clone(),
        parent_death,
    );
}

/// std makes a pipe by which its child reports an error. The pipe must not get
/// a number at which the child places a descriptor. So hold the free ones of
/// these numbers until the child exists.
fn hold_numbers(plan: &Plan<'_>) -> io::Result<Vec<OwnedFd>> {
    let mut held = Vec::new();
    for (&number, fd) in &plan.command.fds {
        let copy = ffi::copy_above(fd.as_raw_fd(), number)?;
        let got: RawFd = copy.as_raw_fd();
        if got == number {
            held.push(copy);
        }
    }
    Ok(held)
}
