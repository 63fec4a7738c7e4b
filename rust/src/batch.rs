// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Many spawns in one call.
use std::io;
use std::os::fd::BorrowedFd;

use crate::child::Child;
use crate::command::{Command, Streams};
use crate::device;
use crate::error::SpawnError;
use crate::ffi;
use crate::plan::Plan;

/// Start many programs, in order. Each has its own result: one that fails does
/// not stop the others.
///
/// The module starts up to 32 programs in a system call. Without the module std
/// starts one after another.
///
/// ```
/// use outspawn::{batch, Command};
///
/// # fn main() -> std::io::Result<()> {
/// let commands = [Command::new("true"), Command::new("/nonesuch")];
/// let mut children = batch(&commands).into_iter();
/// assert!(children.next().unwrap()?.wait()?.success());
/// assert!(children.next().unwrap().is_err());
/// # Ok(())
/// # }
/// ```
pub fn batch(commands: &[Command]) -> Vec<io::Result<Child>> {
    let results: Vec<_> = match device::device() {
        Ok(device) => by_module(device, commands),
        Err(_) => commands
            .iter()
            .map(|command| command.start(Streams::Inherit))
            .collect(),
    };
    results
        .into_iter()
        .map(|result| result.map_err(io::Error::from))
        .collect()
}

fn plan_of<'a>(device: BorrowedFd<'_>, command: &'a Command) -> Result<Plan<'a>, SpawnError> {
    let plan = Plan::new(command, Streams::Inherit)?;
    plan.check_module(device)?;
    Ok(plan)
}

fn by_module(device: BorrowedFd<'_>, commands: &[Command]) -> Vec<Result<Child, SpawnError>> {
    let plans: Vec<_> = commands
        .iter()
        .map(|command| plan_of(device, command))
        .collect();
    let orders: Vec<_> = plans.iter().flatten().map(Plan::order).collect();
    let started = ffi::batch(device, &orders);
    let started: Vec<_> = plans
        .iter()
        .flatten()
        .zip(&orders)
        .zip(started)
        .map(|((plan, order), first)| plan.follow(device, order, first))
        .collect();
    drop(orders);
    let mut started = started.into_iter();
    plans
        .into_iter()
        .map(|plan| {
            let plan = plan?;
            let started = started.next().expect("a result for each plan")?;
            Ok(plan.child(started, true, None))
        })
        .collect()
}
