// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* Names of limits, policies and namespaces, for messages and options. */
#include <sched.h>
#include <sys/resource.h>

#include "shared.h"

static const struct outspawn_i_name rlimits[] = {
	{ "AS", RLIMIT_AS },
	{ "CORE", RLIMIT_CORE },
	{ "CPU", RLIMIT_CPU },
	{ "DATA", RLIMIT_DATA },
	{ "FSIZE", RLIMIT_FSIZE },
	{ "LOCKS", RLIMIT_LOCKS },
	{ "MEMLOCK", RLIMIT_MEMLOCK },
	{ "MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "NICE", RLIMIT_NICE },
	{ "NOFILE", RLIMIT_NOFILE },
	{ "NPROC", RLIMIT_NPROC },
	{ "RSS", RLIMIT_RSS },
	{ "RTPRIO", RLIMIT_RTPRIO },
	{ "RTTIME", RLIMIT_RTTIME },
	{ "SIGPENDING", RLIMIT_SIGPENDING },
	{ "STACK", RLIMIT_STACK },
};

static const struct outspawn_i_name policies[] = {
	{ "OTHER", SCHED_OTHER }, { "BATCH", SCHED_BATCH }, { "IDLE", SCHED_IDLE },
	{ "FIFO", SCHED_FIFO },	  { "RR", SCHED_RR },
};

static const struct outspawn_i_name namespaces[] = {
	{ "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC }, { "mnt", CLONE_NEWNS },
	{ "net", CLONE_NEWNET },       { "pid", CLONE_NEWPID }, { "time", CLONE_NEWTIME },
	{ "user", CLONE_NEWUSER },     { "uts", CLONE_NEWUTS },
};

const struct outspawn_i_names outspawn_i_rlimits = OUTSPAWN_I_NAMES(rlimits);
const struct outspawn_i_names outspawn_i_policies = OUTSPAWN_I_NAMES(policies);
const struct outspawn_i_names outspawn_i_namespaces = OUTSPAWN_I_NAMES(namespaces);
