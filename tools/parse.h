/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * parse.h - parse the values of options
 *
 * Each function returns 0, or -EINVAL after a message with the option, the wrong
 * value and what is accepted.
 */
#ifndef OUTSPAWN_PARSE_H
#define OUTSPAWN_PARSE_H

#include <sched.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

/* A whole number from min to max; base 8 or 10. */
int parse_number(const char *option, const char *text, int base, long min, long max, long *value);

/* SIGTERM, TERM or 15 */
int parse_signal(const char *option, const char *text, int *number);

/* NOFILE=64, nofile=64:unlimited. One value is both the soft and the hard limit. */
int parse_limit(const char *option, const char *text, int *resource, struct rlimit *limit);

/* fifo:10, batch */
int parse_policy(const char *option, const char *text, int *policy, struct sched_param *param);

/* best-effort:3, idle. The result is for ioprio_set(2). */
int parse_ioprio(const char *option, const char *text, int *ioprio);

/* 0,2-3; the set has size bytes. */
int parse_cpus(const char *option, const char *text, cpu_set_t *set, size_t size);

/* mnt,pid; flags are CLONE_NEW*. */
int parse_namespaces(const char *option, const char *text, unsigned long long *flags);

/* A name or a number. *gid is the user's group, or -1 for a number without an entry. */
int parse_user(const char *option, const char *text, uid_t *uid, gid_t *gid);
int parse_group(const char *option, const char *text, gid_t *gid);

/* adm,27 or nothing, at most max groups. Return the number of groups, or -EINVAL. */
int parse_groups(const char *option, const char *text, gid_t *groups, int max);

#endif /* OUTSPAWN_PARSE_H */
