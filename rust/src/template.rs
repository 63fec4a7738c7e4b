// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Templates: programs that are pinned.
use std::env;
use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::command::Command;
use crate::device;
use crate::error::SpawnError;
use crate::ffi;

const ANY_FORMAT: u32 = 1 << 0;
const ALLOW_WRITE: u32 = 1 << 1;
const EACCES: i32 = 13;
const ENOENT: i32 = 2;

/// A program that is found once and pinned, to be started many times.
///
/// While a template exists, nobody can write to the file. If the file is
/// replaced, the template is stale: a spawn fails with ESTALE until
/// [`refresh`](Template::refresh) was called. outspawn_template(3) has the rules.
/// A template works in all threads of the process that made it, not after fork.
///
/// Without the module a template is only the path of the program:
/// [`is_pinned`](Template::is_pinned) is false.
///
/// ```
/// use outspawn::Template;
///
/// # fn main() -> std::io::Result<()> {
/// let echo = Template::new("echo")?;
/// for word in ["one", "two"] {
///     let output = echo.command().arg(word).output()?;
///     assert_eq!(output.stdout, format!("{word}\n").as_bytes());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Template(Arc<Pinned>);

#[derive(Debug)]
struct Pinned {
    path: CString,
    /// None without the module.
    fd: Option<OwnedFd>,
    flags: u32,
    follow: bool,
}

/// How to make a [`Template`].
#[derive(Clone, Debug, Default)]
pub struct TemplateOptions {
    flags: u32,
    follow: bool,
}

impl TemplateOptions {
    fn flag(&mut self, flag: u32, wanted: bool) -> &mut TemplateOptions {
        self.flags = if wanted {
            self.flags | flag
        } else {
            self.flags & !flag
        };
        self
    }

    /// Take every file that execve(2) takes, also scripts.
    pub fn any_format(&mut self, wanted: bool) -> &mut TemplateOptions {
        self.flag(ANY_FORMAT, wanted)
    }

    /// Let others write to the file. A spawn after a write fails with ESTALE.
    pub fn allow_write(&mut self, wanted: bool) -> &mut TemplateOptions {
        self.flag(ALLOW_WRITE, wanted)
    }

    /// A spawn refreshes a stale template by itself.
    pub fn follow(&mut self, wanted: bool) -> &mut TemplateOptions {
        self.follow = wanted;
        self
    }

    /// Find the program and pin it. A name without a slash is searched for in
    /// the caller's `PATH`.
    pub fn open(&self, program: impl AsRef<OsStr>) -> io::Result<Template> {
        let program = program.as_ref();
        let file = CString::new(program.as_bytes())?;
        let (path, fd) = match device::device() {
            Ok(device) => {
                let (fd, path) = ffi::template(device, &file, self.flags)?;
                (path, Some(fd))
            }
            Err(_) => (
                CString::new(find(program)?.into_os_string().into_vec())?,
                None,
            ),
        };
        Ok(Template(Arc::new(Pinned {
            path,
            fd,
            flags: self.flags,
            follow: self.follow,
        })))
    }
}

impl Template {
    /// Find a program and pin it, without options.
    pub fn new(program: impl AsRef<OsStr>) -> io::Result<Template> {
        Template::options().open(program)
    }

    /// Return options, to be set before [`TemplateOptions::open`].
    pub fn options() -> TemplateOptions {
        TemplateOptions::default()
    }

    /// Return a Command that starts the program.
    pub fn command(&self) -> Command {
        Command::from_template(self)
    }

    /// Return the absolute path of the program.
    pub fn path(&self) -> &Path {
        Path::new(OsStr::from_bytes(self.0.path.to_bytes()))
    }

    /// Does the module pin the file?
    pub fn is_pinned(&self) -> bool {
        self.0.fd.is_some()
    }

    /// Return the error with which a spawn would fail now, if the template is
    /// stale.
    pub fn stale(&self) -> io::Result<Option<io::Error>> {
        self.descriptor().map_or(Ok(None), ffi::stale)
    }

    /// Pin the file that the path names now.
    pub fn refresh(&self) -> io::Result<()> {
        let Some(fd) = self.descriptor() else {
            return Ok(());
        };
        let device = device::device()
            .map_err(|why| SpawnError::needs_module("refresh", why.into_words()))?;
        ffi::refresh(device, fd, &self.0.path, self.0.flags)
    }

    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.0.fd.as_ref().map(AsFd::as_fd)
    }

    pub(crate) fn c_path(&self) -> &CStr {
        &self.0.path
    }

    pub(crate) fn follows(&self) -> bool {
        self.0.follow
    }
}

/// Search PATH for a program that may be executed.
fn find(program: &OsStr) -> io::Result<PathBuf> {
    let here = env::current_dir()?;
    if program.as_bytes().contains(&b'/') {
        let path = here.join(program);
        return check(&path).map(|()| path);
    }
    let path = env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    let mut error = ENOENT;
    for directory in env::split_paths(&path).filter(|_| !program.is_empty()) {
        let path = here.join(directory).join(program);
        match check(&path) {
            Ok(()) => return Ok(path),
            Err(other) if other.raw_os_error() == Some(EACCES) => error = EACCES,
            Err(_) => (),
        }
    }
    Err(io::Error::from_raw_os_error(error))
}

fn check(path: &Path) -> io::Result<()> {
    let data = path.metadata()?;
    if data.is_file() && data.permissions().mode() & 0o111 != 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(EACCES))
    }
}
