// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * owner.c - the process and the credentials that a template belongs to
 *
 * The C library's setuid(3) makes the system call in every thread, and each
 * thread gets its own struct cred. So owner_is_current() compares the contents
 * of the credentials, not the pointers. A forked process has the same contents,
 * so the process is compared, too.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "internals.h"
#include "owner.h"

void owner_init(struct owner *owner)
{
	owner->cred = get_current_cred();
	owner->process = get_pid(task_tgid(current));
	owner->exec_id = current->self_exec_id;
}

void owner_destroy(struct owner *owner)
{
	put_cred(owner->cred);
	put_pid(owner->process);
}

static bool same_ids(const struct cred *a, const struct cred *b)
{
	return uid_eq(a->uid, b->uid) && uid_eq(a->euid, b->euid) &&
	       uid_eq(a->suid, b->suid) && uid_eq(a->fsuid, b->fsuid) &&
	       gid_eq(a->gid, b->gid) && gid_eq(a->egid, b->egid) &&
	       gid_eq(a->sgid, b->sgid) && gid_eq(a->fsgid, b->fsgid);
}

/* The kernel keeps the groups of a group_info sorted. */
static bool same_groups(const struct group_info *a, const struct group_info *b)
{
	int i;

	if (a == b)
		return true;
	if (a->ngroups != b->ngroups)
		return false;
	for (i = 0; i < a->ngroups; i++)
		if (!gid_eq(a->gid[i], b->gid[i]))
			return false;
	return true;
}

static bool same_caps(const kernel_cap_t *a, const kernel_cap_t *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static bool same_privileges(const struct cred *a, const struct cred *b)
{
	return a->user_ns == b->user_ns && a->securebits == b->securebits &&
	       same_caps(&a->cap_inheritable, &b->cap_inheritable) &&
	       same_caps(&a->cap_permitted, &b->cap_permitted) &&
	       same_caps(&a->cap_effective, &b->cap_effective) &&
	       same_caps(&a->cap_bset, &b->cap_bset) &&
	       same_caps(&a->cap_ambient, &b->cap_ambient);
}

static bool same_keyrings(const struct cred *a, const struct cred *b)
{
#ifdef CONFIG_KEYS
	return a->session_keyring == b->session_keyring &&
	       a->process_keyring == b->process_keyring &&
	       a->thread_keyring == b->thread_keyring &&
	       a->request_key_auth == b->request_key_auth;
#else
	return true;
#endif
}

/* No lock: a struct cred does not change once a task has it. */
static bool same_credentials(const struct cred *a, const struct cred *b)
{
	return a == b ||
	       (same_ids(a, b) && same_groups(a->group_info, b->group_info) &&
		same_privileges(a, b) && same_keyrings(a, b) && ki_same_security(a, b));
}

bool owner_is_current(const struct owner *owner)
{
	return task_tgid(current) == owner->process &&
	       current->self_exec_id == owner->exec_id &&
	       same_credentials(current_cred(), owner->cred);
}
