// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * Which flag or member of struct outspawn_attr made the kernel refuse a spawn
 *
 * The kernel returns an error number alone. After a failure these functions
 * repeat its checks, for the message. result->action carries what they found
 * from the spawn to outspawn_strerror(), as a number below -1.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* set_tid of clone3(2) has a number for each PID namespace, at most this many. */
#define MOST_PID_NAMESPACES 32
#define ALL_NAMESPACES                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

static const char *const flag_names[] = {
	"INHERIT_FDS", "ASYNC",		"CGROUP",  "EXIT_SIGNAL",
	"AUTOREAP",    "KILL_ON_CLOSE", "STOPPED", "NO_NEW_PRIVS",
	"NODE",	       "PDEATH_PROCESS",
};

/* In the order of enum member. */
static const char *const member_names[] = {
	"size",	       "namespaces",	"set_tid", "cgroup",
	"exit_signal", "pdeath_signal", "node",	   "a member that this library does not have",
};
enum member { SIZE, NAMESPACES, SET_TID, CGROUP, EXIT_SIGNAL, PDEATH_SIGNAL, NODE, LATER };

static int member(enum member number)
{
	return OUTSPAWN_I_WRONG_MEMBER - (int)number;
}

/* The lowest of the flags. */
static int flag(unsigned int flags)
{
	return OUTSPAWN_I_WRONG_FLAG - __builtin_ctz(flags);
}

static int is_signal(int number)
{
	return number >= 0 && number < NSIG;
}

static int wrong_value(const struct outspawn_attr *attr, bool has_pidfd)
{
	const unsigned int flags = attr->flags;

	if (flags >> COUNT(flag_names))
		return flag(flags >> COUNT(flag_names) << COUNT(flag_names));
	if (attr->node && !(flags & OUTSPAWN_NODE))
		return member(NODE);
	if (attr->cgroup && !(flags & OUTSPAWN_CGROUP))
		return member(CGROUP);
	if ((attr->exit_signal && !(flags & OUTSPAWN_EXIT_SIGNAL)) || !is_signal(attr->exit_signal))
		return member(EXIT_SIGNAL);
	if (!is_signal(attr->pdeath_signal) ||
	    (!attr->pdeath_signal && flags & OUTSPAWN_PDEATH_PROCESS))
		return member(PDEATH_SIGNAL);
	if (attr->namespaces & ~(unsigned long long)ALL_NAMESPACES)
		return member(NAMESPACES);
	if (!attr->set_tid != !attr->set_tid_size || attr->set_tid_size > MOST_PID_NAMESPACES)
		return member(SET_TID);
	if ((flags & OUTSPAWN_KILL_ON_CLOSE) && !(has_pidfd && flags & OUTSPAWN_AUTOREAP))
		return flag(OUTSPAWN_KILL_ON_CLOSE);
	if ((flags & OUTSPAWN_AUTOREAP) && (flags & OUTSPAWN_EXIT_SIGNAL))
		return flag(OUTSPAWN_AUTOREAP);
	/* The kernel knows whether the caller may use the node. */
	return flags & OUTSPAWN_NODE ? member(NODE) : OUTSPAWN_I_NOTHING_WRONG;
}

/* A privilege is missing, or a caller with seccomp filters may not ask. */
static int forbidden(const struct outspawn_attr *attr)
{
	const unsigned int flags = attr->flags &
				   (OUTSPAWN_KILL_ON_CLOSE | OUTSPAWN_CGROUP | OUTSPAWN_AUTOREAP |
				    OUTSPAWN_NODE);

	if (attr->namespaces)
		return member(NAMESPACES);
	if (attr->set_tid_size)
		return member(SET_TID);
	if (flags & OUTSPAWN_KILL_ON_CLOSE)
		return flag(OUTSPAWN_KILL_ON_CLOSE);
	if (flags)
		return flag(flags);
	return attr->exit_signal ? member(EXIT_SIGNAL) : OUTSPAWN_I_NOTHING_WRONG;
}

static int wrong_args(const struct outspawn_attr *attr, bool has_pidfd, int error)
{
	const unsigned int optional = attr->flags & (OUTSPAWN_AUTOREAP | OUTSPAWN_KILL_ON_CLOSE);

	switch (error) {
	case EINVAL:
		return wrong_value(attr, has_pidfd);
	case EPERM:
		return forbidden(attr);
	case EOPNOTSUPP:
		/* A kernel without AUTOREAP has no KILL_ON_CLOSE either. */
		if (optional & OUTSPAWN_KILL_ON_CLOSE)
			return flag(OUTSPAWN_KILL_ON_CLOSE);
		return optional ? flag(optional) : OUTSPAWN_I_NOTHING_WRONG;
	}
	return OUTSPAWN_I_NOTHING_WRONG;
}

static int wrong_at_birth(const struct outspawn_attr *attr, int error)
{
	switch (error) {
	case EBADF:
	case ENOENT:
	case ENODEV:
	case EACCES:
	case EBUSY:
	case EOPNOTSUPP:
		return attr->flags & OUTSPAWN_CGROUP ? member(CGROUP) : OUTSPAWN_I_NOTHING_WRONG;
	case EEXIST:
		return member(SET_TID);
	case EINVAL:
	case EPERM:
		return attr->set_tid_size ? member(SET_TID) :
		       attr->namespaces	  ? member(NAMESPACES) :
					    OUTSPAWN_I_NOTHING_WRONG;
	case ENOSPC:
		return attr->namespaces ? member(NAMESPACES) : OUTSPAWN_I_NOTHING_WRONG;
	}
	return OUTSPAWN_I_NOTHING_WRONG;
}

int outspawn_i_wrong(const struct outspawn_i_order *order)
{
	const struct outspawn_result *result = order->result;
	const struct outspawn_attr *attr = order->attr;

	if (!attr || result->action != OUTSPAWN_I_NOTHING_WRONG)
		return result->action;
	if (attr->size < sizeof(*attr)) {
		/* What outspawn_spawn() makes of a flag that needs a member. */
		if (!attr->size && attr->flags)
			return flag(attr->flags & OUTSPAWN_I_FLAGS_WITH_A_MEMBER);
		return member(SIZE);
	}
	if (attr->size > sizeof(*attr) && result->error == E2BIG)
		return member(LATER);
	if (result->stage == OUTSPAWN_STAGE_ARGS)
		return wrong_args(attr, order->pidfd, result->error);
	if (result->stage == OUTSPAWN_STAGE_CREATE)
		return wrong_at_birth(attr, result->error);
	return OUTSPAWN_I_NOTHING_WRONG;
}

void outspawn_i_describe_wrong(int wrong, char *buf, size_t size)
{
	const size_t bit = OUTSPAWN_I_WRONG_FLAG - wrong;
	const size_t number = OUTSPAWN_I_WRONG_MEMBER - wrong;

	if (wrong <= OUTSPAWN_I_WRONG_FLAG && bit < COUNT(flag_names))
		snprintf(buf, size, "flag OUTSPAWN_%s", flag_names[bit]);
	else if (wrong <= OUTSPAWN_I_WRONG_FLAG)
		snprintf(buf, size, "unknown flag 1 << %zu", bit);
	else if (number < LATER)
		snprintf(buf, size, "attr.%s", member_names[number]);
	else
		snprintf(buf, size, "attr has %s", member_names[LATER]);
}
