// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Command: what a child gets, and the spawn.
use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{ExitStatus, Output};

use crate::child::Child;
use crate::device;
use crate::error::SpawnError;
use crate::fallback;
use crate::plan::{Plan, Program};
use crate::setup::{Attributes, Namespaces, ParentEnd, Resource, SockFilter, Step};
use crate::stdio::Stdio;
use crate::template::Template;

/// A program to start, with the builder of [`std::process::Command`].
///
/// Unless other methods say so, a child is as std's: it inherits the caller's
/// environment, streams and descriptors that are not close-on-exec, a name
/// without a slash is searched for in the `PATH` that the child gets, and
/// SIGPIPE has its default action.
///
/// # Order of the set-up
///
/// The set-up takes place in the child in this order, whatever the order of the
/// calls: no_new_privs, streams and descriptors, umask, limits, nice value,
/// processors, session, process group, groups, group, user, working directory,
/// signals, Landlock, seccomp. So limits are set with the caller's privileges,
/// and the working directory is entered with the child's.
///
/// ```
/// use outspawn::{Command, Resource};
///
/// # fn main() -> std::io::Result<()> {
/// let status = Command::new("sh")
///     .args(["-c", "test $(ulimit -n) = 64"])
///     .setsid(true)
///     .rlimit(Resource::NOFILE, 64, 64)
///     .status()?;
/// assert!(status.success());
/// # Ok(())
/// # }
/// ```
pub struct Command {
    pub(crate) program: Program,
    pub(crate) args: Vec<CString>,
    pub(crate) clear_env: bool,
    pub(crate) env: BTreeMap<OsString, Option<OsString>>,
    pub(crate) streams: [Option<Stdio>; 3],
    /// What the child gets beside its streams, by its number there.
    pub(crate) fds: BTreeMap<RawFd, OwnedFd>,
    pub(crate) setup: Setup,
    pub(crate) attributes: Attributes,
    cgroup: Option<OwnedFd>,
    /// The first argument that cannot be used: an error of each spawn.
    pub(crate) wrong: Option<&'static str>,
}

/// The options that become steps.
#[derive(Default)]
pub(crate) struct Setup {
    pub umask: Option<u32>,
    pub limits: Vec<Step>,
    pub nice: Option<i32>,
    pub affinity: Option<Vec<u64>>,
    pub setsid: bool,
    pub process_group: Option<i32>,
    pub groups: Option<Vec<u32>>,
    pub gid: Option<u32>,
    pub uid: Option<u32>,
    pub directory: Option<CString>,
    pub landlock: Option<OwnedFd>,
    pub seccomp: Vec<Vec<SockFilter>>,
}

/// What the streams are that no method has set.
#[derive(Clone, Copy)]
pub(crate) enum Streams {
    Inherit,
    Capture,
}

impl Command {
    /// Start the program `program`: a path, or a name to search for.
    pub fn new(program: impl AsRef<OsStr>) -> Command {
        let mut wrong = None;
        let file = c_string(program.as_ref(), &mut wrong);
        let mut command = Command::of(Program::File(file.clone()), file);
        command.wrong = wrong;
        command
    }

    /// Start the program of a template. [`Template::command`] does the same.
    pub fn from_template(template: &Template) -> Command {
        let name = template.c_path().to_owned();
        Command::of(Program::Template(template.clone()), name)
    }

    fn of(program: Program, name: CString) -> Command {
        Command {
            program,
            args: vec![name],
            clear_env: false,
            env: BTreeMap::new(),
            streams: [None, None, None],
            fds: BTreeMap::new(),
            setup: Setup::default(),
            attributes: Attributes::default(),
            cgroup: None,
            wrong: None,
        }
    }

    fn refuse(&mut self, why: &'static str) -> &mut Command {
        self.wrong.get_or_insert(why);
        self
    }

    // --- as std's

    /// Add an argument.
    pub fn arg(&mut self, arg: impl AsRef<OsStr>) -> &mut Command {
        let arg = c_string(arg.as_ref(), &mut self.wrong);
        self.args.push(arg);
        self
    }

    /// Add arguments.
    pub fn args<I, S>(&mut self, args: I) -> &mut Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        for arg in args {
            self.arg(arg);
        }
        self
    }

    /// Set the name that the program finds in its `argv[0]`.
    pub fn arg0(&mut self, name: impl AsRef<OsStr>) -> &mut Command {
        self.args[0] = c_string(name.as_ref(), &mut self.wrong);
        self
    }

    /// Set a variable of the child's environment.
    pub fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Command {
        let value = Some(value.as_ref().to_owned());
        self.env.insert(name.as_ref().to_owned(), value);
        self
    }

    /// Set variables of the child's environment.
    pub fn envs<I, N, V>(&mut self, variables: I) -> &mut Command
    where
        I: IntoIterator<Item = (N, V)>,
        N: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        for (name, value) in variables {
            self.env(name, value);
        }
        self
    }

    /// Take a variable out of the child's environment.
    pub fn env_remove(&mut self, name: impl AsRef<OsStr>) -> &mut Command {
        if self.clear_env {
            self.env.remove(name.as_ref());
        } else {
            self.env.insert(name.as_ref().to_owned(), None);
        }
        self
    }

    /// Begin with an empty environment.
    pub fn env_clear(&mut self) -> &mut Command {
        self.clear_env = true;
        self.env.clear();
        self
    }

    /// Set the child's working directory.
    pub fn current_dir(&mut self, directory: impl AsRef<Path>) -> &mut Command {
        let directory = c_string(directory.as_ref().as_os_str(), &mut self.wrong);
        self.setup.directory = Some(directory);
        self
    }

    /// Set the child's standard input.
    pub fn stdin(&mut self, stream: impl Into<Stdio>) -> &mut Command {
        self.streams[0] = Some(stream.into());
        self
    }

    /// Set the child's standard output.
    pub fn stdout(&mut self, stream: impl Into<Stdio>) -> &mut Command {
        self.streams[1] = Some(stream.into());
        self
    }

    /// Set the child's standard error.
    pub fn stderr(&mut self, stream: impl Into<Stdio>) -> &mut Command {
        self.streams[2] = Some(stream.into());
        self
    }

    /// Set the child's user ID. As with std, a caller that is root also drops its
    /// groups, unless [`groups`](Command::groups) sets them.
    pub fn uid(&mut self, id: u32) -> &mut Command {
        self.setup.uid = Some(id);
        self
    }

    /// Set the child's group ID.
    pub fn gid(&mut self, id: u32) -> &mut Command {
        self.setup.gid = Some(id);
        self
    }

    /// Set the child's supplementary groups.
    pub fn groups(&mut self, ids: &[u32]) -> &mut Command {
        self.setup.groups = Some(ids.to_vec());
        self
    }

    /// Put the child into a process group; 0: into a new one.
    pub fn process_group(&mut self, group: i32) -> &mut Command {
        self.setup.process_group = Some(group);
        self
    }

    // --- in place of pre_exec

    /// Start a new session for the child.
    pub fn setsid(&mut self, wanted: bool) -> &mut Command {
        self.setup.setsid = wanted;
        self
    }

    /// Set the child's file mode mask.
    pub fn umask(&mut self, mask: u32) -> &mut Command {
        self.setup.umask = Some(mask);
        self
    }

    /// Set a limit of a resource. [`INFINITY`](crate::INFINITY) is no limit.
    pub fn rlimit(&mut self, resource: Resource, soft: u64, hard: u64) -> &mut Command {
        self.setup.limits.push(Step::Rlimit {
            resource: resource.0,
            soft,
            hard,
        });
        self
    }

    /// Set the child's nice value.
    pub fn nice(&mut self, value: i32) -> &mut Command {
        self.setup.nice = Some(value);
        self
    }

    /// Let the child run on these processors alone.
    pub fn affinity(&mut self, cpus: &[usize]) -> &mut Command {
        const MOST_CPUS: usize = 8192;
        if cpus.is_empty() || cpus.iter().any(|&cpu| cpu >= MOST_CPUS) {
            return self.refuse("affinity: no processor, or one that Linux does not have");
        }
        let words = cpus.iter().max().map_or(0, |last| last / 64 + 1);
        let mut mask = vec![0; words];
        for cpu in cpus {
            mask[cpu / 64] |= 1 << (cpu % 64);
        }
        self.setup.affinity = Some(mask);
        self
    }

    /// Let neither the program nor its children gain privileges by exec.
    pub fn no_new_privs(&mut self, wanted: bool) -> &mut Command {
        self.attributes.no_new_privs = wanted;
        self
    }

    /// Send the child a signal when the caller's thread or process ends.
    ///
    /// A runtime with worker threads ends threads at any time: use
    /// [`ParentEnd::Process`] there. It needs the module.
    pub fn parent_death_signal(&mut self, signal: i32, end: ParentEnd) -> &mut Command {
        if !(1..=64).contains(&signal) {
            return self.refuse("parent_death_signal: not a signal");
        }
        self.attributes.parent_death = Some((signal, end));
        self
    }

    /// Restrict the child by a Landlock ruleset, from landlock_create_ruleset(2).
    /// This needs [`no_new_privs`](Command::no_new_privs) or CAP_SYS_ADMIN, and
    /// the ruleset must allow the program to be executed.
    pub fn landlock(&mut self, ruleset: impl Into<OwnedFd>) -> &mut Command {
        self.setup.landlock = Some(ruleset.into());
        self
    }

    /// Add a seccomp filter; call it again for more filters. This needs
    /// [`no_new_privs`](Command::no_new_privs) or CAP_SYS_ADMIN. The filter must
    /// allow execve and execveat.
    pub fn seccomp(&mut self, filter: impl Into<Vec<SockFilter>>) -> &mut Command {
        const MOST_INSTRUCTIONS: usize = 4096;
        let filter = filter.into();
        if filter.is_empty() || filter.len() > MOST_INSTRUCTIONS {
            return self.refuse("seccomp: a filter has 1 to 4096 instructions");
        }
        self.setup.seccomp.push(filter);
        self
    }

    /// Start the child in a cgroup v2, given as its open directory. Needs the
    /// module.
    pub fn cgroup(&mut self, directory: impl Into<OwnedFd>) -> &mut Command {
        let directory = directory.into();
        self.attributes.cgroup = Some(directory.as_raw_fd());
        self.cgroup = Some(directory);
        self
    }

    /// Make namespaces for the child. It is the first process of a new PID
    /// namespace. Needs the module.
    pub fn namespaces(&mut self, namespaces: Namespaces) -> &mut Command {
        self.attributes.namespaces = namespaces;
        self
    }

    /// Give the child a descriptor at the number `number`, which is 3 or above.
    pub fn fd(&mut self, number: RawFd, descriptor: impl Into<OwnedFd>) -> &mut Command {
        if number < 3 {
            return self.refuse("fd: use stdin, stdout and stderr for the numbers 0 to 2");
        }
        self.fds.insert(number, descriptor.into());
        self
    }

    /// Give the child no descriptor but its streams and those of
    /// [`fd`](Command::fd), even if the caller has others that are not
    /// close-on-exec.
    pub fn only_listed_fds(&mut self, wanted: bool) -> &mut Command {
        self.attributes.only_listed_fds = wanted;
        self
    }

    // --- the spawn

    /// Start the program.
    pub fn spawn(&mut self) -> io::Result<Child> {
        Ok(self.start(Streams::Inherit)?)
    }

    /// Start the program. The error names the step that failed, in words.
    ///
    /// ```
    /// let error = outspawn::Command::new("true").current_dir("/nonesuch").try_spawn();
    /// println!("{}", error.unwrap_err());
    /// ```
    pub fn try_spawn(&mut self) -> Result<Child, SpawnError> {
        self.start(Streams::Inherit)
    }

    /// Start the program, and wait until it has ended.
    pub fn status(&mut self) -> io::Result<ExitStatus> {
        self.start(Streams::Inherit)?.wait()
    }

    /// Start the program, wait until it has ended, and return what it wrote.
    /// Streams that are not set are: /dev/null for reading, pipes for writing.
    pub fn output(&mut self) -> io::Result<Output> {
        self.start(Streams::Capture)?.wait_with_output()
    }

    pub(crate) fn start(&self, streams: Streams) -> Result<Child, SpawnError> {
        let plan = Plan::new(self, streams)?;
        match device::device() {
            Ok(device) => {
                plan.check_module(device)?;
                let started = plan.spawn(device)?;
                Ok(plan.child(started, true, None))
            }
            Err(why) => fallback::start(plan, &why.into_words()),
        }
    }

    /// Return the program: its path, or the name to search for.
    pub fn get_program(&self) -> &OsStr {
        OsStr::from_bytes(self.program.name().to_bytes())
    }

    /// Return the arguments, without the program's name.
    pub fn get_args(&self) -> impl Iterator<Item = &OsStr> {
        self.args[1..]
            .iter()
            .map(|arg| OsStr::from_bytes(arg.to_bytes()))
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.get_program())?;
        self.get_args().try_for_each(|arg| write!(f, " {arg:?}"))
    }
}

fn c_string(text: &OsStr, wrong: &mut Option<&'static str>) -> CString {
    CString::new(text.as_bytes()).unwrap_or_else(|_| {
        wrong.get_or_insert("nul byte found in provided data");
        CString::default()
    })
}
