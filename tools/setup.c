// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Turn the options that set the child up into actions and attributes. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "parse.h"
#include "setup.h"
#include "tool.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MOST_CPUS 8192
#define MOST_GROUPS 1024

static const char *value_of(const struct setup *setup, int option)
{
	return setup->values[option - SETUP_FIRST];
}

int setup_option(struct setup *setup, int option, const char *value)
{
	if (option == SETUP_RLIMIT) {
		if (setup->limit_count == COUNT(setup->limits)) {
			complain("run: --rlimit: at most %zu limits are possible",
				 COUNT(setup->limits));
			return -EINVAL;
		}
		setup->limits[setup->limit_count++] = value;
	}
	setup->values[option - SETUP_FIRST] = value ? value : "";
	return 0;
}

/* Sessions and groups */

static int add_setsid(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	(void)setup;
	(void)value;
	return outspawn_actions_setsid(a);
}

static int add_pgroup(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	long pgid = 0;

	if (*value && parse_number("pgroup", value, 10, 0, INT_MAX, &pgid))
		return -EINVAL;
	/* setsid() also makes the child the leader of a new group. */
	return value_of(setup, SETUP_SETSID) && !pgid ? 0 : outspawn_actions_setpgid(a, pgid);
}

static int add_umask(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	long mask;

	(void)setup;
	return parse_number("umask", value, 8, 0, 0777, &mask) ? -EINVAL :
								 outspawn_actions_umask(a, mask);
}

/* Limits and scheduling */

static int add_limits(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	struct rlimit limit;
	int resource, ret = 0;

	(void)value;
	for (unsigned int i = 0; i < setup->limit_count && !ret; i++) {
		ret = parse_limit("rlimit", setup->limits[i], &resource, &limit);
		if (!ret)
			ret = outspawn_actions_setrlimit(a, resource, &limit);
	}
	return ret;
}

static int add_affinity(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	cpu_set_t set[MOST_CPUS / CPU_SETSIZE];

	(void)setup;
	return parse_cpus("affinity", value, set, sizeof(set)) ?
		       -EINVAL :
		       outspawn_actions_setaffinity(a, sizeof(set), set);
}

static int add_sched(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	struct sched_param param;
	int policy;

	(void)setup;
	return parse_policy("sched", value, &policy, &param) ?
		       -EINVAL :
		       outspawn_actions_setscheduler(a, policy, &param);
}

static int add_nice(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	long nice;

	(void)setup;
	return parse_number("nice", value, 10, -20, 19, &nice) ?
		       -EINVAL :
		       outspawn_actions_setpriority(a, nice);
}

static int add_ioprio(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	int ioprio;

	(void)setup;
	return parse_ioprio("ioprio", value, &ioprio) ? -EINVAL :
							outspawn_actions_ioprio(a, ioprio);
}

/* Root and working directory */

/*
 * Open a directory with a descriptor above 2. The actions for 0, 1 and 2 come
 * first in the child and would replace a lower one, which is free if outspawn
 * was started without standard descriptors.
 */
static int open_dir(const char *option, const char *dir)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	int error = errno;

	if (fd >= 0)
		close(fd);
	if (high < 0)
		complain("run: %s %s: %s", option, dir, strerror(error));
	return high < 0 ? -error : high;
}

/* With --chroot, --chdir is looked up inside the new root. */
static int add_root(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	int ret = outspawn_actions_chroot(a, value);

	if (!ret)
		ret = outspawn_actions_chdir(a, "/");
	if (!ret && setup->dir)
		ret = outspawn_actions_chdir(a, setup->dir);
	return ret;
}

static int add_dir(const struct setup *setup, struct outspawn_actions *a)
{
	int dir;

	if (!setup->dir || value_of(setup, SETUP_CHROOT))
		return 0;
	dir = open_dir("--chdir", setup->dir);
	return dir < 0 ? dir : outspawn_actions_fchdir(a, dir);
}

/* Credentials: last, since later actions may need the old privileges. */

static int groups_of_user(uid_t uid, gid_t gid, gid_t *groups)
{
	const struct passwd *user = getpwuid(uid);
	int count = MOST_GROUPS;

	if (!user)
		return 0;
	return getgrouplist(user->pw_name, gid, groups, &count) < 0 ? -E2BIG : count;
}

static int add_user(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	const char *group = value_of(setup, SETUP_GROUP), *more = value_of(setup, SETUP_GROUPS);
	gid_t gid, groups[MOST_GROUPS];
	int count, ret;
	uid_t uid;

	if (parse_user("user", value, &uid, &gid) || (group && parse_group("group", group, &gid)))
		return -EINVAL;
	if (gid == (gid_t)-1) {
		complain("run: --user: the group of user %s is unknown: give one with --group",
			 value);
		return -EINVAL;
	}
	count = more ? parse_groups("groups", more, groups, MOST_GROUPS) :
		       groups_of_user(uid, gid, groups);
	if (count < 0)
		return count;
	ret = outspawn_actions_setgroups(a, count, groups);
	if (!ret)
		ret = outspawn_actions_setresgid(a, gid, gid, gid);
	return ret ? ret : outspawn_actions_setresuid(a, uid, uid, uid);
}

static int add_group(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	gid_t gid;

	if (value_of(setup, SETUP_USER))
		return 0;
	if (parse_group("group", value, &gid))
		return -EINVAL;
	return outspawn_actions_setresgid(a, gid, gid, gid);
}

static int add_groups(const struct setup *setup, const char *value, struct outspawn_actions *a)
{
	gid_t groups[MOST_GROUPS];
	int count;

	if (value_of(setup, SETUP_USER))
		return 0;
	count = parse_groups("groups", value, groups, MOST_GROUPS);
	return count < 0 ? count : outspawn_actions_setgroups(a, count, groups);
}

/* In the order in which the child runs them. */
static const struct step {
	int option;
	const char *name;
	int (*add)(const struct setup *setup, const char *value, struct outspawn_actions *a);
} steps[] = {
	{ SETUP_SETSID, "--setsid", add_setsid },
	{ SETUP_PGROUP, "--pgroup", add_pgroup },
	{ SETUP_UMASK, "--umask", add_umask },
	{ SETUP_RLIMIT, "--rlimit", add_limits },
	{ SETUP_NICE, "--nice", add_nice },
	{ SETUP_SCHED, "--sched", add_sched },
	{ SETUP_IOPRIO, "--ioprio", add_ioprio },
	{ SETUP_AFFINITY, "--affinity", add_affinity },
	{ SETUP_CHROOT, "--chroot", add_root },
	{ SETUP_GROUPS, "--groups", add_groups },
	{ SETUP_GROUP, "--group", add_group },
	{ SETUP_USER, "--user", add_user },
};

void setup_label(struct setup *setup, const struct outspawn_actions *actions, const char *option,
		 const char *value)
{
	for (int i = actions->count - 1; i >= 0 && !setup->labels[i].option; i--) {
		setup->labels[i].option = option;
		setup->labels[i].value = value;
	}
}

/* Each --rlimit has made one action. */
static void label_limits(struct setup *setup, const struct outspawn_actions *actions)
{
	for (unsigned int i = 0; i < setup->limit_count && i < actions->count; i++) {
		unsigned int at = actions->count - setup->limit_count + i;

		setup->labels[at].option = "--rlimit";
		setup->labels[at].value = setup->limits[i];
	}
}

/* --chroot adds "chdir /" and the chdir of --chdir. */
static void label_root(struct setup *setup, const struct outspawn_actions *actions)
{
	if (!setup->dir)
		return;
	setup->labels[actions->count - 1].option = "--chdir";
	setup->labels[actions->count - 1].value = setup->dir;
}

bool setup_new_group(const struct setup *setup)
{
	return value_of(setup, SETUP_SETSID) || value_of(setup, SETUP_PGROUP);
}

bool setup_blame(const struct setup *setup, const struct outspawn_result *result, char *buf,
		 size_t size)
{
	const char *option = NULL, *value = NULL;

	if (result->action >= 0 && result->stage != OUTSPAWN_STAGE_EXEC) {
		option = setup->labels[result->action].option;
		value = setup->labels[result->action].value;
	} else if (result->stage == OUTSPAWN_STAGE_ARGS && result->error == EINVAL) {
		option = "--node";
		value = value_of(setup, SETUP_NODE);
		if (!value)
			return false;
	} else if (result->stage == OUTSPAWN_STAGE_CREATE && result->error != EAGAIN &&
		   result->error != ENOMEM) {
		/* Only these options can make clone3(2) fail in another way. */
		option = "--cgroup";
		value = value_of(setup, SETUP_CGROUP);
		if (result->error == EPERM || result->error == ENOSPC || !value) {
			option = "--unshare";
			value = value_of(setup, SETUP_UNSHARE);
		}
		if (!value)
			return false;
	}
	if (!option)
		return false;
	snprintf(buf, size, "%s%s%s", option, value && *value ? " " : "", value ? value : "");
	return true;
}

int setup_actions(struct setup *setup, struct outspawn_actions *actions)
{
	const char *value;
	int ret = add_dir(setup, actions);

	setup_label(setup, actions, "--chdir", setup->dir);
	for (size_t i = 0; i < COUNT(steps) && !ret; i++) {
		value = value_of(setup, steps[i].option);
		if (!value)
			continue;
		ret = steps[i].add(setup, value, actions);
		if (!ret && steps[i].option == SETUP_RLIMIT)
			label_limits(setup, actions);
		if (!ret && steps[i].option == SETUP_CHROOT)
			label_root(setup, actions);
		setup_label(setup, actions, steps[i].name, value);
	}
	/* Other errors have been reported where they occurred. */
	if (ret == -ENOMEM || ret == -E2BIG || ret == -ENAMETOOLONG)
		complain("run: %s", strerror(-ret));
	return ret;
}

static int open_cgroup(const char *dir)
{
	int fd = open_dir("--cgroup", dir);
	struct statfs fs;

	if (fd < 0 || (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC))
		return fd;
	complain("run: --cgroup %s is not a cgroup v2 directory", dir);
	close(fd);
	return -EBADF;
}

int setup_attr(const struct setup *setup, struct outspawn_attr *attr)
{
	const char *value = value_of(setup, SETUP_CGROUP);
	int cgroup = 0;
	long node;

	if (value_of(setup, SETUP_NO_NEW_PRIVS))
		attr->flags |= OUTSPAWN_NO_NEW_PRIVS;
	if (value_of(setup, SETUP_STOPPED))
		attr->flags |= OUTSPAWN_STOPPED;
	if (value) {
		cgroup = open_cgroup(value);
		attr->flags |= OUTSPAWN_CGROUP;
	}
	if (cgroup < 0)
		return cgroup;
	attr->cgroup = cgroup;

	value = value_of(setup, SETUP_NODE);
	if (value) {
		attr->flags |= OUTSPAWN_NODE;
		if (parse_number("node", value, 10, 0, INT_MAX, &node))
			return -EINVAL;
		attr->node = node;
	}
	value = value_of(setup, SETUP_PDEATH);
	if (value && parse_signal("pdeath", value, &attr->pdeath_signal))
		return -EINVAL;
	value = value_of(setup, SETUP_UNSHARE);
	return value ? parse_namespaces("unshare", value, &attr->namespaces) : 0;
}
