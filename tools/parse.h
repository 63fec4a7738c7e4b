/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parse.h - the words of options, in the form that the library takes
 *
 * All return 0; or -EINVAL after a complaint that names the option, what is
 * wrong, and what would be right.
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

/* NOFILE=64, nofile=64:unlimited: without a second value both are the first */
int parse_limit(const char *option, const char *text, int *resource, struct rlimit *limit);

/* fifo:10, batch */
int parse_policy(const char *option, const char *text, int *policy, struct sched_param *param);

/* best-effort:3, idle: as ioprio_set(2) has it */
int parse_ioprio(const char *option, const char *text, int *ioprio);

/* 0,2-3 into a set of size bytes */
int parse_cpus(const char *option, const char *text, cpu_set_t *set, size_t size);

/* mnt,pid: CLONE_NEW* */
int parse_namespaces(const char *option, const char *text, unsigned long long *flags);

/* A name or a number; gid: the user's own group, or -1 if only a number is known. */
int parse_user(const char *option, const char *text, uid_t *uid, gid_t *gid);
int parse_group(const char *option, const char *text, gid_t *gid);

/* adm,27 or nothing: at most max groups. Returns how many, or -EINVAL. */
int parse_groups(const char *option, const char *text, gid_t *groups, int max);

#endif /* OUTSPAWN_PARSE_H */
