// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * stats.c - count templates and spawns for the whole system, and trace them
 *
 * Each processor has counters of its own, so that counting takes no lock and
 * shares no cache line. The sum is exact when no spawn runs.
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/sysfs.h>

#include "spawn_template.h"
#include "stats.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define STAGES (SPAWN_TEMPLATE_STAGE_STOP + 1)

/* The order of the names in stats_show(). */
enum counter {
	CREATED,
	CREATE_FAILED,
	SPAWNED,
	SPAWN_NS,
	FAILED, /* the first of STAGES counters, one for each stage */
	FAILED_LATE = FAILED + STAGES,
	COUNTERS,
};

static DEFINE_PER_CPU(u64, counters[COUNTERS]);

static void add(unsigned int counter, u64 value)
{
	this_cpu_add(counters[counter], value);
}

static void add_failure(u32 stage)
{
	add(FAILED + (stage < STAGES ? stage : 0), 1);
}

void stats_create(const struct spawn_template_create_args *args, long ret, u64 began)
{
	add(ret < 0 ? CREATE_FAILED : CREATED, 1);
	if (trace_outspawn_create_enabled())
		trace_outspawn_create(args, ret, ktime_get_ns() - began);
}

void stats_spawn(const char *path, u64 flags, const struct spawn_template_result *result,
		 u64 began)
{
	u64 ns = ktime_get_ns() - began;

	/* The call will be restarted. */
	if (!result->error && result->stage != SPAWN_TEMPLATE_STAGE_NONE)
		return;
	if (result->error) {
		add_failure(result->stage);
		trace_outspawn_fail(path, result->stage, result->action, result->error, ns, false);
		return;
	}
	add(SPAWNED, 1);
	add(SPAWN_NS, ns);
	trace_outspawn_spawn(path, flags, result->pid, ns);
}

void stats_late_failure(const char *path, const struct spawn_template_result *result, int error)
{
	add(FAILED_LATE, 1);
	trace_outspawn_fail(path, result->stage, result->action, error, 0, true);
}

static u64 sum(unsigned int counter)
{
	u64 all = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		all += per_cpu(counters[counter], cpu);
	return all;
}

ssize_t stats_show(char *buf)
{
	static const char *const names[COUNTERS] = {
		[CREATED] = "created",
		[CREATE_FAILED] = "create_failed",
		[SPAWNED] = "spawned",
		[SPAWN_NS] = "spawn_ns",
		[FAILED + SPAWN_TEMPLATE_STAGE_ARGS] = "failed_args",
		[FAILED + SPAWN_TEMPLATE_STAGE_TEMPLATE] = "failed_template",
		[FAILED + SPAWN_TEMPLATE_STAGE_CREATE] = "failed_create",
		[FAILED + SPAWN_TEMPLATE_STAGE_ACTION] = "failed_action",
		[FAILED + SPAWN_TEMPLATE_STAGE_EXEC] = "failed_exec",
		[FAILED + SPAWN_TEMPLATE_STAGE_MOUNT] = "failed_mount",
		[FAILED + SPAWN_TEMPLATE_STAGE_STOP] = "failed_stop",
		[FAILED_LATE] = "failed_late",
	};
	ssize_t length = 0;
	unsigned int i;

	for (i = 0; i < COUNTERS; i++)
		if (names[i])
			length += sysfs_emit_at(buf, length, "%s %llu\n", names[i], sum(i));
	return length;
}
