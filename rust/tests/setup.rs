// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
//! The set-up in place of pre_exec. The module and the fall-back do the same.
mod common;

use std::ffi::{c_int, c_long, c_ulong};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::Duration;

use common::{module, root, run, sh, status_line, text, this_program, Directory};
use outspawn::{Command, Namespaces, ParentEnd, Resource, SockFilter, Stdio, INFINITY};

extern "C" {
    fn syscall(nr: c_long, ...) -> c_long;
    fn prctl(option: c_int, ...) -> c_int;
}

/// Return a field of /proc/PID/stat, as proc(5) counts them from 1.
fn field(stat: &str, number: usize) -> &str {
    match number {
        1 => stat.split(' ').next(),
        // The second field, the name in brackets, may have spaces.
        _ => stat.rsplit_once(") ").unwrap().1.split(' ').nth(number - 3),
    }
    .unwrap()
}

/// Return /proc/PID/stat of a child.
fn stat(setup: impl FnOnce(&mut Command) -> &mut Command) -> String {
    let mut cat = Command::new("cat");
    text(setup(cat.arg("/proc/self/stat")))
}

const GROUP: usize = 5;
const SESSION: usize = 6;
const NICE: usize = 19;

#[test]
fn session_and_group() {
    let plain = stat(|command| command.setsid(false));
    let group = stat(|command| command.process_group(0));
    let session = stat(|command| command.setsid(true));
    assert_ne!(field(&plain, GROUP), field(&plain, 1));
    assert_eq!(field(&group, GROUP), field(&group, 1));
    assert_eq!(field(&group, SESSION), field(&plain, SESSION));
    assert_eq!(field(&session, GROUP), field(&session, 1));
    assert_eq!(field(&session, SESSION), field(&session, 1));
    let error = Command::new("true").setsid(true).process_group(0).spawn();
    assert_eq!(error.unwrap_err().raw_os_error(), Some(1));
}

#[test]
fn umask() {
    assert_eq!(text(sh("umask").umask(0o027)), "0027");
}

#[test]
fn limits() {
    let mut command = sh("ulimit -Sn; ulimit -Hn; ulimit -c");
    command
        .rlimit(Resource::NOFILE, 50, 60)
        .rlimit(Resource::CORE, 0, 0);
    assert_eq!(text(&mut command), "50\n60\n0");
    let error = Command::new("true").rlimit(Resource::NOFILE, 2, 1).spawn();
    assert_eq!(error.unwrap_err().raw_os_error(), Some(22));
    let mut command = Command::new("true");
    let raised = command.rlimit(Resource::NOFILE, INFINITY, INFINITY).spawn();
    assert_eq!(raised.unwrap_err().raw_os_error(), Some(1));
}

#[test]
fn nice_and_processors() {
    assert_eq!(field(&stat(|command| command.nice(7)), NICE), "7");
    let list = status_line("Cpus_allowed_list", |command| command);
    let first: usize = list.split([',', '-']).next().unwrap().parse().unwrap();
    let line = status_line("Cpus_allowed_list", |command| command.affinity(&[first]));
    assert_eq!(line, first.to_string());
    let error = Command::new("true").affinity(&[]).spawn().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = Command::new("true").affinity(&[8191]).spawn().unwrap_err();
    assert_eq!(error.raw_os_error(), Some(22));
}

#[test]
fn users() {
    let set = |command: &mut Command| {
        command.uid(65534).gid(65533);
    };
    if root() {
        let mut id = sh("id -u; id -g; id -G");
        set(&mut id);
        assert_eq!(text(&mut id), "65534\n65533\n65533");
        assert_eq!(text(id.groups(&[7, 8])), "65534\n65533\n65533 7 8");
        let uids = status_line("Uid", |command| command.uid(65534));
        assert_eq!(uids.split_whitespace().collect::<Vec<_>>(), ["65534"; 4]);
        // The caller's rights count for limits, also if the child loses them.
        let high = 1 << 20;
        let mut command = sh("ulimit -Hn; id -u");
        command.rlimit(Resource::NOFILE, 64, high);
        if command.status().is_ok() {
            assert_eq!(text(command.uid(65534)), format!("{high}\n65534"));
        } else {
            assert!(!module(), "root in a guest has CAP_SYS_RESOURCE");
        }
    } else {
        for command in [
            Command::new("true").uid(0),
            Command::new("true").groups(&[0]),
        ] {
            assert_eq!(command.spawn().unwrap_err().raw_os_error(), Some(1));
        }
    }
}

#[test]
fn working_directory_of_the_user() {
    if !root() {
        return;
    }
    let directory = Directory::new("closed");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(&directory.0, mode).unwrap();
    let mut command = Command::new("true");
    command.current_dir(&directory.0).umask(0);
    assert!(command.status().unwrap().success());
    let error = command.uid(65534).spawn().unwrap_err();
    assert_eq!(error.raw_os_error(), Some(13));
}

#[test]
fn no_new_privs() {
    assert_eq!(status_line("NoNewPrivs", |command| command), "0");
    assert_eq!(
        status_line("NoNewPrivs", |command| command.no_new_privs(true)),
        "1"
    );
}

// --- descriptors

fn file_with(directory: &Directory, name: &str) -> File {
    let path = directory.0.join(name);
    fs::write(&path, name).unwrap();
    File::open(path).unwrap()
}

#[test]
fn places_descriptors() {
    let directory = Directory::new("fds");
    let mut command = sh("cat <&3; cat <&5; cat <&9");
    command.fd(5, file_with(&directory, "five"));
    command.fd(3, file_with(&directory, "three"));
    command.fd(9, file_with(&directory, "nine"));
    assert_eq!(text(&mut command), "threefivenine");
}

#[test]
fn descriptors_change_places() {
    let directory = Directory::new("places");
    for only in [false, true] {
        let (a, b) = (file_with(&directory, "a"), file_with(&directory, "b"));
        let (x, y) = (a.as_raw_fd(), b.as_raw_fd());
        let mut command = sh(&format!("cat /proc/self/fd/{x} /proc/self/fd/{y}"));
        command.fd(x, b).fd(y, a).only_listed_fds(only);
        assert_eq!(text(&mut command), "ba");
        let own = file_with(&directory, "own");
        let mut command = sh(&format!("cat /proc/self/fd/{}", own.as_raw_fd()));
        command.fd(own.as_raw_fd(), own).only_listed_fds(only);
        assert_eq!(text(&mut command), "own");
    }
}

#[test]
fn wrong_descriptors() {
    let directory = Directory::new("wrong");
    let mut command = Command::new("true");
    let error = command.fd(1, file_with(&directory, "x")).spawn();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
    // A failed exec is an error also if the child places many descriptors.
    let mut command = Command::new("/nonesuch");
    for number in 3..60 {
        command.fd(number, file_with(&directory, "many"));
    }
    assert_eq!(command.spawn().unwrap_err().raw_os_error(), Some(2));
}

#[test]
#[ignore = "run by the test below, with a descriptor that is not close-on-exec"]
fn lists_descriptors() {
    for only in [false, true] {
        let mut command = sh("test -e /proc/self/fd/77 && echo yes || echo no");
        println!("{}", text(command.only_listed_fds(only)));
    }
}

#[test]
fn only_listed_descriptors() {
    let directory = Directory::new("listed");
    let mut command = this_program("lists_descriptors");
    let output = text(command.fd(77, file_with(&directory, "x")));
    let answers: Vec<_> = output
        .lines()
        .filter(|line| ["yes", "no"].contains(line))
        .collect();
    assert_eq!(answers, ["yes", "no"]);
}

// --- Landlock and seccomp

/// A ruleset that denies writing to files everywhere.
fn ruleset() -> Option<OwnedFd> {
    const CREATE_RULESET: c_long = 444;
    const WRITE_FILE: u64 = 1 << 1;
    let handled: *const u64 = &WRITE_FILE;
    let fd = unsafe { syscall(CREATE_RULESET, handled, 8 as c_ulong, 0 as c_ulong) };
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as c_int) })
}

#[test]
fn landlock() {
    let Some(rules) = ruleset() else {
        assert!(!module(), "the guests' kernels have Landlock");
        return;
    };
    let directory = Directory::new("landlock");
    let file = directory.0.join("file");
    let script = format!("echo text >{}", file.display());
    assert!(run(&mut sh(&script)).status.success());
    let mut command = sh(&script);
    command
        .landlock(rules.try_clone().unwrap())
        .no_new_privs(true);
    assert!(!run(&mut command).status.success());
    // Also if a descriptor takes the ruleset's number in the child.
    let number = rules.as_raw_fd();
    let mut command = sh(&script);
    command.landlock(rules).no_new_privs(true);
    command.fd(number, File::open("/dev/null").unwrap());
    assert!(!run(&mut command).status.success());
    if !root() {
        let mut command = Command::new("true");
        let error = command.landlock(ruleset().unwrap()).spawn();
        assert_eq!(error.unwrap_err().raw_os_error(), Some(1));
    }
    let mut command = Command::new("true");
    let error = command
        .landlock(File::open("/dev/null").unwrap())
        .no_new_privs(true);
    assert!(error.spawn().is_err());
}

/// A filter that lets one system call fail with an error number.
fn filter(nr: u32, error: u32) -> Vec<SockFilter> {
    let instruction = |code, jt, jf, k| SockFilter { code, jt, jf, k };
    vec![
        instruction(0x20, 0, 0, 0),
        instruction(0x15, 0, 1, nr),
        instruction(0x06, 0, 0, 0x0005_0000 | error),
        instruction(0x06, 0, 0, 0x7fff_0000),
    ]
}

const UNAME: u32 = 63;

#[test]
fn seccomp() {
    assert!(run(&mut Command::new("uname")).status.success());
    let mut command = Command::new("uname");
    command.seccomp(filter(UNAME, 1)).no_new_privs(true);
    let output = run(&mut command);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("not permitted"));
    let error = Command::new("uname").seccomp(vec![]).spawn().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    if !root() {
        let error = Command::new("uname").seccomp(filter(UNAME, 1)).spawn();
        assert_eq!(error.unwrap_err().raw_os_error(), Some(13));
    }
}

#[repr(C)]
struct Program {
    length: u16,
    filter: *const SockFilter,
}

/// A caller with a seccomp filter may not ask what the module asks.
#[test]
fn caller_with_a_filter() {
    let thread = std::thread::spawn(|| {
        let filter = filter(UNAME, 1);
        let program = Program {
            length: filter.len() as u16,
            filter: filter.as_ptr(),
        };
        let (one, none) = (1 as c_ulong, 0 as c_ulong);
        unsafe {
            assert_eq!(prctl(38, one, none, none, none), 0);
            assert_eq!(prctl(22, 2 as c_ulong, &program as *const Program), 0);
        }
        assert!(outspawn::available().is_err());
        let mut child = Command::new("true").setsid(true).spawn().unwrap();
        assert!(!child.by_module());
        assert!(child.wait().unwrap().success());
        let mut command = Command::new("true");
        let error = command.namespaces(Namespaces::UTS).spawn().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    });
    thread.join().unwrap();
}

// --- the end of the parent

#[test]
fn end_of_the_thread() {
    let thread = std::thread::spawn(|| {
        let mut command = Command::new("sleep");
        command
            .arg("1000")
            .parent_death_signal(15, ParentEnd::Thread);
        command.spawn().unwrap()
    });
    let mut child = thread.join().unwrap();
    assert_eq!(child.by_module(), module());
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    let mut command = Command::new("true");
    let error = command.parent_death_signal(65, ParentEnd::Thread).spawn();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn end_of_the_thread_of_another_user() {
    if !root() {
        return;
    }
    let thread = std::thread::spawn(|| {
        let mut command = Command::new("sleep");
        command.arg("1000").uid(65534);
        command.parent_death_signal(15, ParentEnd::Thread).spawn()
    });
    let mut child = thread.join().unwrap().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}

/// Start a child in a thread that ends; return None if the module cannot do it.
fn child_of_ended_thread() -> Option<outspawn::Child> {
    let thread = std::thread::spawn(|| {
        let mut command = Command::new("sleep");
        command
            .arg("1000")
            .parent_death_signal(15, ParentEnd::Process);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    });
    match thread.join().unwrap() {
        Ok(child) => Some(child),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            let words = error.to_string();
            assert!(words.starts_with("parent_death_signal of the process needs"));
            assert!(!module() || words.contains("too old"), "{words}");
            None
        }
    }
}

#[test]
#[ignore = "run by the test below"]
fn starts_a_child_and_ends() {
    if let Some(child) = child_of_ended_thread() {
        println!("child {}", child.id());
    }
}

#[test]
fn end_of_the_process() {
    let Some(mut child) = child_of_ended_thread() else {
        return;
    };
    assert_eq!(
        child.wait_timeout(Duration::from_millis(300)).unwrap(),
        None
    );
    child.kill().unwrap();
    child.wait().unwrap();

    let output = text(&mut this_program("starts_a_child_and_ends"));
    let pid = output.lines().find_map(|line| line.strip_prefix("child "));
    let status = format!("/proc/{}/status", pid.unwrap());
    for _ in 0..500 {
        match fs::read_to_string(&status) {
            Ok(text) if !text.contains("State:\tZ") => (),
            _ => return,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the child outlived its parent");
}

// --- what only the module has

/// Without the module the option is an error that names it.
fn needs_module(command: &mut Command, option: &str) -> bool {
    if !module() {
        let error = command.try_spawn().unwrap_err();
        assert!(error.to_string().starts_with(option), "{error}");
        assert!(error.to_string().contains("needs the module"), "{error}");
        assert_eq!((error.raw_os_error(), error.stage()), (None, None));
        let error = command.spawn().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().starts_with(option), "{error}");
    }
    module()
}

#[test]
fn namespaces() {
    let mut command = sh("echo $$");
    command.namespaces(Namespaces::PID | Namespaces::UTS);
    if !needs_module(&mut command, "namespaces") {
        return;
    }
    if root() {
        assert_eq!(text(&mut command), "1");
    } else {
        assert_eq!(command.spawn().unwrap_err().raw_os_error(), Some(1));
    }
}

#[test]
fn cgroup() {
    let root_directory = "/sys/fs/cgroup";
    let here = File::open("/").unwrap();
    if !needs_module(Command::new("true").cgroup(here), "cgroup") {
        return;
    }
    let error = Command::new("true")
        .cgroup(File::open("/").unwrap())
        .spawn();
    assert_eq!(error.unwrap_err().raw_os_error(), Some(9));
    if !root() || !Path::new(root_directory).join("cgroup.procs").exists() {
        return;
    }
    let path = Path::new(root_directory).join("outspawn-rust");
    fs::create_dir(&path).unwrap();
    let mut command = sh("cat /proc/self/cgroup");
    let place = text(command.cgroup(File::open(&path).unwrap()));
    fs::remove_dir(&path).unwrap();
    assert!(place.ends_with("/outspawn-rust"), "{place}");
}

#[test]
fn errors_in_words() {
    let mut command = Command::new("true");
    let error = command.current_dir("/nonesuch").try_spawn().unwrap_err();
    assert_eq!(error.raw_os_error(), Some(2));
    assert_eq!(error.stage(), module().then_some(outspawn::Stage::Action));
    assert!(
        !module() || error.to_string().contains("/nonesuch"),
        "{error}"
    );
    let error = Command::new("/nonesuch").try_spawn().unwrap_err();
    assert_eq!(error.stage(), module().then_some(outspawn::Stage::Exec));
    assert!(std::error::Error::source(&error).is_none());
}

#[test]
fn leaves_no_descriptors() {
    let output = run(&mut this_program("counts_descriptors"));
    assert!(output.status.success(), "{output:?}");
}

#[test]
#[ignore = "run by the test above, alone in its process"]
fn counts_descriptors() {
    let count = || fs::read_dir("/proc/self/fd").unwrap().count();
    run(&mut Command::new("true"));
    let before = count();
    let null = || File::open("/dev/null").unwrap();
    for _ in 0..3 {
        run(Command::new("true")
            .setsid(true)
            .fd(50, null())
            .fd(3, null()));
        Command::new("/nonesuch").output().unwrap_err();
        Command::new("true")
            .setsid(true)
            .process_group(0)
            .output()
            .unwrap_err();
        outspawn::batch(&[Command::new("/nonesuch"), Command::new("true")])
            .into_iter()
            .flatten()
            .for_each(|mut child| assert!(child.wait().unwrap().success()));
    }
    assert_eq!(count(), before);
}
