// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Parse the values of options. */
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse.h"
#include "shared.h"
#include "tool.h"

#define IOPRIO_CLASS_SHIFT 13
#define IOPRIO_LEVELS 8

static const struct outspawn_i_name io_class_names[] = {
	{ "none", 0 },
	{ "realtime", 1 },
	{ "best-effort", 2 },
	{ "idle", 3 },
};
static const struct outspawn_i_names io_classes = OUTSPAWN_I_NAMES(io_class_names);

static int not_one_of(const char *option, const char *text, size_t length,
		      const struct outspawn_i_names *table)
{
	char list[256] = "";

	for (size_t i = 0; i < table->count; i++) {
		if (i)
			strcat(list, " ");
		strcat(list, table->names[i].name);
	}
	for (char *at = list; *at; at++)
		*at = tolower(*at);
	complain("run: --%s: '%.*s' is none of: %s", option, (int)length, text, list);
	return -EINVAL;
}

static int find_name(const char *option, const char *text, size_t length,
		     const struct outspawn_i_names *table, long *value)
{
	for (size_t i = 0; i < table->count; i++) {
		const char *name = table->names[i].name;

		if (strlen(name) != length || strncasecmp(name, text, length))
			continue;
		*value = table->names[i].value;
		return 0;
	}
	return not_one_of(option, text, length, table);
}

int parse_number(const char *option, const char *text, int base, long min, long max, long *value)
{
	const char *digits = *text == '-' ? text + 1 : text;
	char *end;

	errno = 0;
	*value = strtol(text, &end, base);
	/* strtol() itself accepts spaces and a plus sign. */
	if (*digits >= '0' && *digits <= '9' && !*end && !errno && *value >= min && *value <= max)
		return 0;
	complain(base == 8 ? "run: --%s: '%s' is not an octal number from %lo to %lo" :
			     "run: --%s: '%s' is not a number from %ld to %ld",
		 option, text, min, max);
	return -EINVAL;
}

int parse_signal(const char *option, const char *text, int *number)
{
	const char *name = strncasecmp(text, "SIG", 3) ? text : text + 3;
	long value;

	for (int i = 1; i < NSIG; i++) {
		const char *known = sigabbrev_np(i);

		if (known && !strcasecmp(known, name)) {
			*number = i;
			return 0;
		}
	}
	if (*text < '0' || *text > '9') {
		complain("run: --%s: '%s' is no signal; 'kill -l' lists them", option, text);
		return -EINVAL;
	}
	if (parse_number(option, text, 10, 1, SIGRTMAX, &value))
		return -EINVAL;
	*number = value;
	return 0;
}

static int parse_bound(const char *option, const char *text, size_t length, rlim_t *bound)
{
	char digits[32], *end;

	if (length == strlen("unlimited") && !strncasecmp(text, "unlimited", length)) {
		*bound = RLIM_INFINITY;
		return 0;
	}
	if (length < sizeof(digits) && *text >= '0' && *text <= '9') {
		memcpy(digits, text, length);
		digits[length] = '\0';
		errno = 0;
		*bound = strtoull(digits, &end, 10);
		if (!errno && !*end)
			return 0;
	}
	complain("run: --%s: '%.*s' is neither a number nor 'unlimited'", option, (int)length,
		 text);
	return -EINVAL;
}

int parse_limit(const char *option, const char *text, int *resource, struct rlimit *limit)
{
	size_t name = strcspn(text, "="), soft;
	long value;

	if (!text[name]) {
		complain("run: --%s: '%s' is not NAME=SOFT or NAME=SOFT:HARD", option, text);
		return -EINVAL;
	}
	if (find_name(option, text, name, &outspawn_i_rlimits, &value))
		return -EINVAL;
	*resource = value;
	text += name + 1;
	soft = strcspn(text, ":");
	if (parse_bound(option, text, soft, &limit->rlim_cur))
		return -EINVAL;
	limit->rlim_max = limit->rlim_cur;
	return text[soft] ? parse_bound(option, text + soft + 1, strlen(text + soft + 1),
					&limit->rlim_max) :
			    0;
}

/* Parse the number after a word and a colon, if there is one. max 0: none may be there. */
static int parse_level(const char *option, const char *text, size_t word, long min, long max,
			long *value)
{
	if (!text[word])
		return 0;
	if (max)
		return parse_number(option, text + word + 1, 10, min, max, value);
	complain("run: --%s: '%.*s' takes no number", option, (int)word, text);
	return -EINVAL;
}

int parse_policy(const char *option, const char *text, int *policy, struct sched_param *param)
{
	size_t name = strcspn(text, ":");
	long value, priority;
	int ret = find_name(option, text, name, &outspawn_i_policies, &value);

	if (ret)
		return ret;
	/* Priorities are 1 to 99 for real time, and 0 for the other policies. */
	priority = value == SCHED_FIFO || value == SCHED_RR;
	ret = parse_level(option, text, name, 1, priority ? 99 : 0, &priority);
	*policy = value;
	param->sched_priority = priority;
	return ret;
}

int parse_ioprio(const char *option, const char *text, int *ioprio)
{
	size_t name = strcspn(text, ":");
	long value, level;
	int ret = find_name(option, text, name, &io_classes, &value);

	if (ret)
		return ret;
	/* "none" and "idle" have no levels. The others have ionice(1)'s default, 4. */
	level = value == 1 || value == 2 ? 4 : 0;
	ret = parse_level(option, text, name, 0, level ? IOPRIO_LEVELS - 1 : 0, &level);
	*ioprio = value << IOPRIO_CLASS_SHIFT | level;
	return ret;
}

int parse_cpus(const char *option, const char *text, cpu_set_t *set, size_t size)
{
	unsigned long most = 8 * size - 1, first, last;
	const char *at = text;
	char *end;

	CPU_ZERO_S(size, set);
	for (;; at = end + 1) {
		first = last = strtoul(at, &end, 10);
		if (*at < '0' || *at > '9' || first > most)
			break;
		if (*end == '-') {
			at = end + 1;
			last = strtoul(at, &end, 10);
			if (*at < '0' || *at > '9' || last > most || last < first)
				break;
		}
		for (; first <= last; first++)
			CPU_SET_S(first, size, set);
		if (!*end)
			return 0;
		if (*end != ',')
			break;
	}
	complain("run: --%s: '%s' is not a list of processors, such as 0,2-3", option, text);
	return -EINVAL;
}

int parse_namespaces(const char *option, const char *text, unsigned long long *flags)
{
	size_t length;
	long value;

	for (*flags = 0;; text += length + 1) {
		length = strcspn(text, ",");
		if (find_name(option, text, length, &outspawn_i_namespaces, &value))
			return -EINVAL;
		*flags |= value;
		if (!text[length])
			return 0;
	}
}

/* Is text a user or group ID? -1 is none. */
static int is_id(const char *text, unsigned int *id)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	*id = value;
	return *text >= '0' && *text <= '9' && !*end && !errno && value < UINT_MAX;
}

int parse_user(const char *option, const char *text, uid_t *uid, gid_t *gid)
{
	const struct passwd *user = getpwnam(text);
	unsigned int id;

	*gid = -1;
	if (!user && is_id(text, &id)) {
		*uid = id;
		user = getpwuid(id);
		if (user)
			*gid = user->pw_gid;
		return 0;
	}
	if (!user) {
		complain("run: --%s: there is no user '%s'", option, text);
		return -EINVAL;
	}
	*uid = user->pw_uid;
	*gid = user->pw_gid;
	return 0;
}

int parse_group(const char *option, const char *text, gid_t *gid)
{
	const struct group *group = getgrnam(text);
	unsigned int id;

	if (group) {
		*gid = group->gr_gid;
		return 0;
	}
	if (is_id(text, &id)) {
		*gid = id;
		return 0;
	}
	complain("run: --%s: there is no group '%s'", option, text);
	return -EINVAL;
}

int parse_groups(const char *option, const char *text, gid_t *groups, int max)
{
	char name[256];
	size_t length;
	int count = 0;

	for (; *text; text += length + (text[length] == ',')) {
		length = strcspn(text, ",");
		if (count == max || length >= sizeof(name)) {
			complain("run: --%s: more than %d groups, or a name is too long", option, max);
			return -EINVAL;
		}
		memcpy(name, text, length);
		name[length] = '\0';
		if (parse_group(option, name, &groups[count++]))
			return -EINVAL;
	}
	return count;
}
