// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * stop.c - check whether the caller may stop the program before its first
 * instruction
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>

#include "internals.h"
#include "step.h"
#include "stop.h"

int stop_ask_filters(pid_t nr)
{
	return step_ask_filters(&CALL_OF(kill, nr, SIGSTOP));
}

/*
 * Check user ids as kill_ok_by_cred() in kernel/signal.c, for a sender other
 * than current.
 */
static bool users_match(const struct cred *sender)
{
	const struct cred *own = current_cred();

	return uid_eq(sender->euid, own->suid) || uid_eq(sender->euid, own->uid) ||
	       uid_eq(sender->uid, own->suid) || uid_eq(sender->uid, own->uid);
}

static int ask_modules(struct task_struct *caller, const struct cred *sender)
{
	struct kernel_siginfo info;

	clear_siginfo(&info);
	info.si_signo = SIGSTOP;
	info.si_code = SI_USER;
	info.si_pid = task_tgid_vnr(caller);
	info.si_uid = from_kuid_munged(current_user_ns(), sender->uid);
	return ki_may_signal(current, &info, SIGSTOP, sender);
}

int stop_check(struct task_struct *caller)
{
	const struct cred *sender = get_task_cred(caller);
	int err = -EPERM;

	if (users_match(sender) || ki_has_capability(caller, current_user_ns(), CAP_KILL))
		err = ask_modules(caller, sender);
	put_cred(sender);
	return err;
}
