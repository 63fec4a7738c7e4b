// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* Describe an action in words, for the message about an action that failed. */
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "internal.h"
#include "shared.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* sched_setscheduler(2) refuses SCHED_DEADLINE; the message still names it. */
static const struct outspawn_i_name refused_policies_rows[] = {
	{ "DEADLINE", SCHED_DEADLINE },
};
static const struct outspawn_i_names refused_policies = OUTSPAWN_I_NAMES(refused_policies_rows);

/* Options of prctl(2) that an action may have. */
static const struct outspawn_i_name options_rows[] = {
	{ "CAPBSET_DROP", PR_CAPBSET_DROP },
	{ "CAP_AMBIENT", PR_CAP_AMBIENT },
	{ "MCE_KILL", PR_MCE_KILL },
	{ "SET_CHILD_SUBREAPER", PR_SET_CHILD_SUBREAPER },
	{ "SET_IO_FLUSHER", PR_SET_IO_FLUSHER },
	{ "SET_KEEPCAPS", PR_SET_KEEPCAPS },
	{ "SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS },
	{ "SET_PDEATHSIG", PR_SET_PDEATHSIG },
	{ "SET_SECCOMP", PR_SET_SECCOMP },
	{ "SET_SECUREBITS", PR_SET_SECUREBITS },
	{ "SET_SPECULATION_CTRL", PR_SET_SPECULATION_CTRL },
	{ "SET_TIMERSLACK", PR_SET_TIMERSLACK },
	{ "SET_TSC", PR_SET_TSC },
};
static const struct outspawn_i_names options = OUTSPAWN_I_NAMES(options_rows);

/* Flags of unshare(2) that are not namespaces. */
static const struct outspawn_i_name unshared_rows[] = {
	{ "files", CLONE_FILES },
	{ "fs", CLONE_FS },
};
static const struct outspawn_i_names unshared = OUTSPAWN_I_NAMES(unshared_rows);

/* What a description shows: one argument, three, or only the call's name. */
enum shown { NOTHING, NUMBER, OCTAL, HEX, STRING, THREE_IDS, RESOURCE, POLICY, OPTION, NAMESPACES };

/*
 * The calls that have a typed helper, under the helper's name, with the index
 * of the argument that is shown.
 */
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
	{ SYS_sched_setattr, "sched_setattr", NOTHING, 0 },
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

static const char *name_of(const struct outspawn_i_names *table, unsigned long value)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->names[i].value == value)
			return table->names[i].name;
	return NULL;
}

/*
 * Write the call and the name of value in one of the tables; more may be NULL.
 */
static void describe_name(const char *call, const struct outspawn_i_names *table,
			  const struct outspawn_i_names *more, unsigned long value, char *buf,
			  size_t size)
{
	const char *name = name_of(table, value);

	if (!name && more)
		name = name_of(more, value);
	if (name)
		snprintf(buf, size, "%s %s", call, name);
	else
		snprintf(buf, size, "%s %ld", call, (long)value);
}

/*
 * Append the names of those flags that the table has; return the other flags.
 */
static unsigned long add_flags(const struct outspawn_i_names *table, unsigned long flags,
			       char *before, char *buf, size_t size, size_t *used)
{
	for (size_t i = 0; i < table->count && *used < size; i++) {
		if (!(flags & table->names[i].value))
			continue;
		*used += snprintf(buf + *used, size - *used, "%c%s", *before, table->names[i].name);
		*before = ',';
		flags &= ~table->names[i].value;
	}
	return flags;
}

static void describe_flags(const char *call, unsigned long flags, char *buf, size_t size)
{
	size_t used = snprintf(buf, size, "%s", call);
	char before = ' ';

	flags = add_flags(&outspawn_i_namespaces, flags, &before, buf, size, &used);
	flags = add_flags(&unshared, flags, &before, buf, size, &used);
	if (flags && used < size)
		snprintf(buf + used, size - used, "%c%#lx", before, flags);
}

/*
 * Write the call and its string. Read only a string that a typed helper copied:
 * it follows the call in memory. Any other pointer is the caller's and may be
 * bad, which may be the very reason why the call failed.
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
		describe_name(call->name, &outspawn_i_rlimits, NULL, value, buf, size);
		break;
	case POLICY:
		describe_name(call->name, &outspawn_i_policies, &refused_policies, value, buf,
			      size);
		break;
	case OPTION:
		describe_name(call->name, &options, NULL, value, buf, size);
		break;
	case NAMESPACES:
		describe_flags(call->name, value, buf, size);
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
