// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! What a Command becomes for one spawn: strings, steps and open descriptors.
use std::env;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::child::Child;
use crate::command::{Command, Setup, Streams};
use crate::debug;
use crate::device;
use crate::error::{Failure, SpawnError};
use crate::ffi::{self, Actions, Order, Started, Strings};
use crate::setup::{ParentEnd, Step};
use crate::stdio::{Stdio, Stream};
use crate::template::Template;

const ESTALE: i32 = 116;
/// execvp(3)'s directories without PATH.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The program of a Command.
pub(crate) enum Program {
    File(CString),
    Template(Template),
}

impl Program {
    pub fn name(&self) -> &CStr {
        match self {
            Program::File(file) => file,
            Program::Template(template) => template.c_path(),
        }
    }
}

/// One spawn. The descriptors stay open until the plan is dropped.
pub(crate) struct Plan<'a> {
    pub command: &'a Command,
    /// All steps but those of the streams.
    pub steps: Vec<Step>,
    pub streams: [Stream; 3],
    envp: Vec<CString>,
    /// The directories to search; None: no search.
    path: Option<CString>,
    /// Copies of descriptors that an earlier step would replace in the child.
    copies: Vec<OwnedFd>,
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

impl<'a> Plan<'a> {
    pub fn new(command: &'a Command, streams: Streams) -> io::Result<Plan<'a>> {
        if let Some(why) = command.wrong {
            return Err(invalid(why));
        }
        let mut plan = Plan {
            command,
            steps: Vec::new(),
            streams: open_streams(command, streams)?,
            envp: environment(command)?,
            path: search_path(command)?,
            copies: Vec::new(),
        };
        plan.add_fds()?;
        plan.add_setup(&command.setup)?;
        Ok(plan)
    }

    /// Return a number that is the caller's file in the child, too, after all
    /// descriptors have been placed there.
    fn keep_clear(&mut self, fd: RawFd) -> io::Result<RawFd> {
        let targets = &self.command.fds;
        if fd > 2 && !targets.contains_key(&fd) {
            return Ok(fd);
        }
        let last = targets.keys().next_back().copied().unwrap_or(2);
        let copy = ffi::copy_above(fd, last.saturating_add(1))?;
        let number = copy.as_raw_fd();
        self.copies.push(copy);
        Ok(number)
    }

    fn add_fds(&mut self) -> io::Result<()> {
        for number in 0..self.streams.len() {
            if let Some(source) = self.streams[number].source.filter(|&source| source < 3) {
                self.streams[number].source = Some(self.keep_clear(source)?);
            }
        }
        for (&to, fd) in &self.command.fds {
            let mut from = fd.as_raw_fd();
            if from != to {
                from = self.keep_clear(from)?;
            }
            self.steps.push(Step::Dup { from, to });
        }
        Ok(())
    }

    fn add_setup(&mut self, setup: &Setup) -> io::Result<()> {
        let landlock = match &setup.landlock {
            Some(ruleset) => Some(Step::Landlock(self.keep_clear(ruleset.as_raw_fd())?)),
            None => None,
        };
        // As std: a root that becomes a user does not keep root's groups.
        let no_groups = setup.uid.is_some() && ffi::is_root();
        let groups = setup.groups.clone().or(no_groups.then(Vec::new));

        let steps = &mut self.steps;
        steps.extend(setup.umask.map(Step::Umask));
        steps.extend(setup.limits.iter().cloned());
        steps.extend(setup.nice.map(Step::Nice));
        steps.extend(setup.affinity.clone().map(Step::Affinity));
        steps.extend(setup.setsid.then_some(Step::Setsid));
        steps.extend(setup.process_group.map(Step::Setpgid));
        steps.extend(groups.map(Step::Setgroups));
        steps.extend(setup.gid.map(Step::Setgid));
        steps.extend(setup.uid.map(Step::Setuid));
        steps.extend(setup.directory.clone().map(Step::Chdir));
        steps.push(Step::DefaultSigpipe);
        steps.extend(landlock);
        steps.extend(setup.seccomp.iter().cloned().map(Step::Seccomp));
        Ok(())
    }

    /// Return the option that needs the module.
    pub fn needs_module(&self) -> Option<&'static str> {
        self.command.attributes.needs_module()
    }

    /// What the library takes. It borrows the plan's descriptors.
    pub fn order(&self) -> Order<'_> {
        let program = match &self.command.program {
            Program::File(file) => ffi::Program::File(file, self.path.as_deref()),
            Program::Template(template) => match template.descriptor() {
                Some(fd) => ffi::Program::Template(fd, template.c_path()),
                None => ffi::Program::File(template.c_path(), None),
            },
        };
        let streams: Vec<_> = (0..)
            .zip(&self.streams)
            .filter_map(|(to, stream)| stream.source.map(|from| Step::Dup { from, to }))
            .collect();
        Order {
            program,
            argv: Strings::new(&self.command.args),
            envp: Strings::new(&self.envp),
            actions: Actions::new(streams.iter().chain(&self.steps)),
            attributes: &self.command.attributes,
        }
    }

    /// Refuse what this module does not have: it would be a mere EINVAL.
    pub fn check_module(&self, device: BorrowedFd<'_>) -> Result<(), SpawnError> {
        let asked = self.command.attributes.parent_death;
        if matches!(asked, Some((_, ParentEnd::Process))) && !ffi::has_process_death(device) {
            let option = self.needs_module().unwrap_or_default();
            let why = "the module that is loaded is too old".into();
            return Err(SpawnError::needs_module(option, why));
        }
        Ok(())
    }

    /// Let the module start the child.
    pub fn spawn(&self, device: BorrowedFd<'_>) -> Result<Started, SpawnError> {
        let order = self.order();
        let first = ffi::spawn(device, &order);
        self.follow(device, &order, first)
    }

    /// If the template is stale and follows its path, refresh it and spawn again.
    pub fn follow(
        &self,
        device: BorrowedFd<'_>,
        order: &Order<'_>,
        first: Result<Started, Box<Failure>>,
    ) -> Result<Started, SpawnError> {
        let result = match (&self.command.program, first) {
            (Program::Template(template), Err(failure))
                if failure.error == ESTALE && template.follows() =>
            {
                template.refresh()?;
                ffi::spawn(device, order)
            }
            (_, first) => first,
        };
        result.map_err(|failure| {
            self.say("module", Some(&failure.message));
            SpawnError::from(*failure)
        })
    }

    /// Make the Child of a child, and say how it was started.
    pub fn child(self, started: Started, by_module: bool, why: Option<&str>) -> Child {
        device::count(by_module);
        self.say(if by_module { "module" } else { "std" }, why);
        let ours = self.streams.map(|stream| stream.ours);
        Child::new(started, ours, by_module)
    }

    pub fn say(&self, who: &str, why: Option<&str>) {
        debug::say(self.command.program.name().to_bytes(), who, why);
    }
}

fn open_streams(command: &Command, streams: Streams) -> io::Result<[Stream; 3]> {
    let open = |number: usize| match (&command.streams[number], streams) {
        (Some(stream), _) => stream.open(number == 0),
        (None, Streams::Inherit) => Ok(Stream::default()),
        (None, Streams::Capture) if number == 0 => Stdio::null().open(true),
        (None, Streams::Capture) => Stdio::piped().open(false),
    };
    Ok([open(0)?, open(1)?, open(2)?])
}

/// Return the variable as the child gets it.
fn variable_of(command: &Command, name: &str) -> Option<OsString> {
    match command.env.get(OsStr::new(name)) {
        Some(value) => value.clone(),
        None if command.clear_env => None,
        None => env::var_os(name),
    }
}

fn search_path(command: &Command) -> io::Result<Option<CString>> {
    match &command.program {
        // As execvp(3): there is no program without a name, in no directory.
        Program::File(file) if file.to_bytes().is_empty() => Ok(None),
        Program::File(file) if !file.to_bytes().contains(&b'/') => {
            let path = variable_of(command, "PATH").unwrap_or_else(|| DEFAULT_PATH.into());
            Ok(Some(CString::new(path.into_vec())?))
        }
        _ => Ok(None),
    }
}

fn environment(command: &Command) -> io::Result<Vec<CString>> {
    let inherited = (!command.clear_env).then(env::vars_os);
    inherited
        .into_iter()
        .flatten()
        .filter(|(name, _)| !command.env.contains_key(name))
        .chain(
            command
                .env
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.clone()?))),
        )
        .map(|(name, value)| {
            let text = [name.as_bytes(), b"=", value.as_bytes()].concat();
            Ok(CString::new(text)?)
        })
        .collect()
}
