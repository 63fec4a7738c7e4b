/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * setup.h - the options of "outspawn run" that set the child up
 *
 * Each option becomes actions or an attribute. The order of the options does not
 * matter: the actions run in an order in which all of them can work.
 */
#ifndef OUTSPAWN_SETUP_H
#define OUTSPAWN_SETUP_H

#include <getopt.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "outspawn.h"

/* Values for getopt_long(), different from letters and from those of run.c. */
enum {
	SETUP_FIRST = 512,
	SETUP_AFFINITY = SETUP_FIRST,
	SETUP_CGROUP,
	SETUP_CHROOT,
	SETUP_GROUP,
	SETUP_GROUPS,
	SETUP_IOPRIO,
	SETUP_NICE,
	SETUP_NODE,
	SETUP_NO_NEW_PRIVS,
	SETUP_PDEATH,
	SETUP_PGROUP,
	SETUP_RLIMIT,
	SETUP_SCHED,
	SETUP_SETSID,
	SETUP_STOPPED,
	SETUP_UMASK,
	SETUP_UNSHARE,
	SETUP_USER,
	SETUP_END,
};

#define SETUP_OPTIONS \
	{ "affinity", required_argument, NULL, SETUP_AFFINITY }, \
	{ "cgroup", required_argument, NULL, SETUP_CGROUP }, \
	{ "chroot", required_argument, NULL, SETUP_CHROOT }, \
	{ "group", required_argument, NULL, SETUP_GROUP }, \
	{ "groups", required_argument, NULL, SETUP_GROUPS }, \
	{ "ioprio", required_argument, NULL, SETUP_IOPRIO }, \
	{ "nice", required_argument, NULL, SETUP_NICE }, \
	{ "node", required_argument, NULL, SETUP_NODE }, \
	{ "no-new-privs", no_argument, NULL, SETUP_NO_NEW_PRIVS }, \
	{ "pdeath", required_argument, NULL, SETUP_PDEATH }, \
	{ "pgroup", optional_argument, NULL, SETUP_PGROUP }, \
	{ "rlimit", required_argument, NULL, SETUP_RLIMIT }, \
	{ "sched", required_argument, NULL, SETUP_SCHED }, \
	{ "setsid", no_argument, NULL, SETUP_SETSID }, \
	{ "stopped", no_argument, NULL, SETUP_STOPPED }, \
	{ "umask", required_argument, NULL, SETUP_UMASK }, \
	{ "unshare", required_argument, NULL, SETUP_UNSHARE }, \
	{ "user", required_argument, NULL, SETUP_USER }

/* The options that were given. Zero it before use. */
struct setup {
	const char *values[SETUP_END - SETUP_FIRST]; /* NULL: not given; "": without a value */
	const char *limits[RLIM_NLIMITS]; /* the value of each --rlimit */
	unsigned int limit_count;
	const char *dir; /* the working directory, or NULL */
	/* For messages: the option that made an action, and its value. */
	struct {
		const char *option, *value;
	} labels[SPAWN_TEMPLATE_MAX_ACTIONS];
};

/* Record an option and its value, or NULL. Return 0, or -EINVAL after a message. */
int setup_option(struct setup *setup, int option, const char *value);

/*
 * Append the actions; fill in the attributes. The descriptors that they use stay
 * open until outspawn exits. Return 0, or -errno after a message.
 */
int setup_actions(struct setup *setup, struct outspawn_actions *actions);
int setup_attr(const struct setup *setup, struct outspawn_attr *attr);

/* Note that an option has made the last actions, those without a note yet. */
void setup_label(struct setup *setup, const struct outspawn_actions *actions, const char *option,
		 const char *value);

/*
 * Write the option that made the spawn fail, with its value, as the user gave
 * it. Return false if it was none.
 */
bool setup_blame(const struct setup *setup, const struct outspawn_result *result, char *buf,
		 size_t size);

/* Is the child in a process group other than that of outspawn? */
bool setup_new_group(const struct setup *setup);

#endif /* OUTSPAWN_SETUP_H */
