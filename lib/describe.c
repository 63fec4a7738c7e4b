// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* What an action does, in words: for messages about the one that failed. */
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct name {
	unsigned long value;
	const char *name;
};

static const struct name resources[] = {
	{ RLIMIT_AS, "AS" },
	{ RLIMIT_CORE, "CORE" },
	{ RLIMIT_CPU, "CPU" },
	{ RLIMIT_DATA, "DATA" },
	{ RLIMIT_FSIZE, "FSIZE" },
	{ RLIMIT_LOCKS, "LOCKS" },
	{ RLIMIT_MEMLOCK, "MEMLOCK" },
	{ RLIMIT_MSGQUEUE, "MSGQUEUE" },
	{ RLIMIT_NICE, "NICE" },
	{ RLIMIT_NOFILE, "NOFILE" },
	{ RLIMIT_NPROC, "NPROC" },
	{ RLIMIT_RSS, "RSS" },
	{ RLIMIT_RTPRIO, "RTPRIO" },
	{ RLIMIT_RTTIME, "RTTIME" },
	{ RLIMIT_SIGPENDING, "SIGPENDING" },
	{ RLIMIT_STACK, "STACK" },
};

static const struct name policies[] = {
	{ SCHED_OTHER, "OTHER" }, { SCHED_FIFO, "FIFO" }, { SCHED_RR, "RR" },
	{ SCHED_BATCH, "BATCH" }, { SCHED_IDLE, "IDLE" }, { SCHED_DEADLINE, "DEADLINE" },
};

static const struct name options[] = {
	{ PR_CAPBSET_DROP, "CAPBSET_DROP" },
	{ PR_CAP_AMBIENT, "CAP_AMBIENT" },
	{ PR_MCE_KILL, "MCE_KILL" },
	{ PR_SET_CHILD_SUBREAPER, "SET_CHILD_SUBREAPER" },
	{ PR_SET_IO_FLUSHER, "SET_IO_FLUSHER" },
	{ PR_SET_KEEPCAPS, "SET_KEEPCAPS" },
	{ PR_SET_NO_NEW_PRIVS, "SET_NO_NEW_PRIVS" },
	{ PR_SET_PDEATHSIG, "SET_PDEATHSIG" },
	{ PR_SET_SECCOMP, "SET_SECCOMP" },
	{ PR_SET_SECUREBITS, "SET_SECUREBITS" },
	{ PR_SET_SPECULATION_CTRL, "SET_SPECULATION_CTRL" },
	{ PR_SET_TIMERSLACK, "SET_TIMERSLACK" },
	{ PR_SET_TSC, "SET_TSC" },
};

static const struct name namespaces[] = {
	{ CLONE_NEWCGROUP, "cgroup" }, { CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWNET, "net" },       { CLONE_NEWNS, "mnt" },
	{ CLONE_NEWPID, "pid" },       { CLONE_NEWUSER, "user" },
	{ CLONE_NEWUTS, "uts" },       { CLONE_NEWTIME, "time" },
	{ CLONE_FILES, "files" },      { CLONE_FS, "fs" },
};

/* How the one argument is shown that tells most. */
enum shown { NOTHING, NUMBER, OCTAL, HEX, STRING, THREE_IDS, RESOURCE, POLICY, OPTION, NAMESPACES };

/* The calls that have a typed helper, under the helper's name. */
static const struct call {
	unsigned int nr;
	const char *name;
	enum shown shown;
	unsigned int arg;
} calls[] = {
	{ SYS_setsid, "setsid", NOTHING, 0 },
	{ SYS_setpgid, "setpgid", NUMBER, 1 },
	{ SYS_umask, "umask", OCTAL, 0 },
	{ SYS_chdir, "chdir", STRING, 0 },
	{ SYS_fchdir, "fchdir", NUMBER, 0 },
	{ SYS_chroot, "chroot", STRING, 0 },
	{ SYS_fcntl, "cloexec", NUMBER, 0 },
	{ SYS_prlimit64, "setrlimit", RESOURCE, 1 },
	{ SYS_sched_setaffinity, "setaffinity", NOTHING, 0 },
	{ SYS_sched_setscheduler, "setscheduler", POLICY, 1 },
	{ SYS_sched_setparam, "setparam", NOTHING, 0 },
	{ SYS_sched_setattr, "setattr", NOTHING, 0 },
	{ SYS_setpriority, "setpriority", NUMBER, 2 },
	{ SYS_ioprio_set, "ioprio", HEX, 2 },
	{ SYS_set_mempolicy, "mempolicy", NUMBER, 0 },
	{ SYS_setuid, "setuid", NUMBER, 0 },
	{ SYS_setgid, "setgid", NUMBER, 0 },
	{ SYS_setresuid, "setresuid", THREE_IDS, 0 },
	{ SYS_setresgid, "setresgid", THREE_IDS, 0 },
	{ SYS_setgroups, "setgroups", NOTHING, 0 },
	{ SYS_capset, "capset", NOTHING, 0 },
	{ SYS_prctl, "prctl", OPTION, 0 },
	{ SYS_personality, "personality", HEX, 0 },
	{ SYS_landlock_restrict_self, "landlock", NUMBER, 0 },
	{ SYS_seccomp, "seccomp", NOTHING, 0 },
	{ SYS_setns, "setns", NUMBER, 0 },
	{ SYS_unshare, "unshare", NAMESPACES, 0 },
	{ SYS_mount, "mount", STRING, 1 },
	{ SYS_umount2, "umount", STRING, 0 },
	{ SYS_pivot_root, "pivot_root", STRING, 0 },
	{ SYS_sethostname, "sethostname", STRING, 0 },
};

static void describe_name(const char *call, const struct name *names, size_t count,
			  unsigned long value, char *buf, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (names[i].value != value)
			continue;
		snprintf(buf, size, "%s %s", call, names[i].name);
		return;
	}
	snprintf(buf, size, "%s %ld", call, (long)value);
}

static void describe_namespaces(const char *call, unsigned long flags, char *buf, size_t size)
{
	size_t used = snprintf(buf, size, "%s", call);
	char before = ' ';

	for (size_t i = 0; i < COUNT(namespaces) && used < size; i++) {
		if (!(flags & namespaces[i].value))
			continue;
		used += snprintf(buf + used, size - used, "%c%s", before, namespaces[i].name);
		before = ',';
		flags &= ~namespaces[i].value;
	}
	if (flags && used < size)
		snprintf(buf + used, size - used, "%c%#lx", before, flags);
}

/*
 * Only what a typed helper has copied is read: it lies right behind the call.
 * Another pointer is the caller's, and may be bad: that may be why it failed.
 */
static void describe_string(const char *call, const struct spawn_template_syscall *block,
			    unsigned int arg, char *buf, size_t size)
{
	if (block->args[arg] == (uintptr_t)(block + 1))
		snprintf(buf, size, "%s %s", call, (const char *)(block + 1));
	else
		snprintf(buf, size, "%s", call);
}

static void describe_call(const struct call *call, const struct spawn_template_syscall *block,
			  char *buf, size_t size)
{
	const unsigned long value = block->args[call->arg];

	switch (call->shown) {
	case NOTHING:
		snprintf(buf, size, "%s", call->name);
		break;
	case NUMBER:
		snprintf(buf, size, "%s %d", call->name, (int)value);
		break;
	case OCTAL:
		snprintf(buf, size, "%s %03lo", call->name, value);
		break;
	case HEX:
		snprintf(buf, size, "%s %#lx", call->name, value);
		break;
	case STRING:
		describe_string(call->name, block, call->arg, buf, size);
		break;
	case THREE_IDS:
		snprintf(buf, size, "%s %d %d %d", call->name, (int)block->args[0],
			 (int)block->args[1], (int)block->args[2]);
		break;
	case RESOURCE:
		describe_name(call->name, resources, COUNT(resources), value, buf, size);
		break;
	case POLICY:
		describe_name(call->name, policies, COUNT(policies), value, buf, size);
		break;
	case OPTION:
		describe_name(call->name, options, COUNT(options), value, buf, size);
		break;
	case NAMESPACES:
		describe_namespaces(call->name, value, buf, size);
		break;
	}
}

static void describe_syscall(const struct spawn_template_syscall *block, char *buf, size_t size)
{
	if (block->nr == SYS_ioctl && block->args[1] == TIOCSPGRP) {
		snprintf(buf, size, "tcsetpgrp %d", (int)block->args[0]);
		return;
	}
	if (block->nr == SYS_ioctl && block->args[1] == TIOCSCTTY) {
		snprintf(buf, size, "ctty %d", (int)block->args[0]);
		return;
	}
	for (size_t i = 0; i < COUNT(calls); i++) {
		if (calls[i].nr == block->nr) {
			describe_call(&calls[i], block, buf, size);
			return;
		}
	}
	snprintf(buf, size, "system call %u", block->nr);
}

static void describe_open(const struct spawn_template_action *action, char *buf, size_t size)
{
	const struct spawn_template_open *open = (const void *)(uintptr_t)action->arg;
	const char *path = (const void *)(uintptr_t)open->path;

	if (action->fd == AT_FDCWD || path[0] == '/')
		snprintf(buf, size, "open %s", path);
	else
		snprintf(buf, size, "open %s (below descriptor %d)", path, action->fd);
}

void outspawn_i_describe(const struct spawn_template_action *action, char *buf, size_t size)
{
	switch (action->type) {
	case SPAWN_TEMPLATE_ACTION_CLOSE:
		snprintf(buf, size, "close %d", action->fd);
		break;
	case SPAWN_TEMPLATE_ACTION_DUP2:
		snprintf(buf, size, "dup2 %d to %d", action->fd, action->newfd);
		break;
	case SPAWN_TEMPLATE_ACTION_FCHDIR:
		snprintf(buf, size, "fchdir %d", action->fd);
		break;
	case SPAWN_TEMPLATE_ACTION_OPEN:
		describe_open(action, buf, size);
		break;
	case SPAWN_TEMPLATE_ACTION_CLOSE_RANGE:
		if (action->newfd < 0)
			snprintf(buf, size, "close_range from %d", action->fd);
		else
			snprintf(buf, size, "close_range %d to %d", action->fd, action->newfd);
		break;
	case SPAWN_TEMPLATE_ACTION_SIGMASK:
		snprintf(buf, size, "sigmask");
		break;
	case SPAWN_TEMPLATE_ACTION_SIGDEFAULT:
		snprintf(buf, size, "sigdefault");
		break;
	case SPAWN_TEMPLATE_ACTION_SYSCALL:
		describe_syscall((const void *)(uintptr_t)action->arg, buf, size);
		break;
	default:
		snprintf(buf, size, "type %u", action->type);
	}
}
