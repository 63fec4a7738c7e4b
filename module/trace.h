/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * trace.h - trace events: a template was made, a spawn ended or failed, and the
 * stages in between
 *
 * docs/tracing.md describes the fields. An event that nobody enabled costs one
 * instruction.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM outspawn

#if !defined(OUTSPAWN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define OUTSPAWN_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "spawn_template.h"

#ifndef OUTSPAWN_TRACE_STAGES
#define OUTSPAWN_TRACE_STAGES \
	{ SPAWN_TEMPLATE_STAGE_NONE, "NONE" }, \
	{ SPAWN_TEMPLATE_STAGE_ARGS, "ARGS" }, \
	{ SPAWN_TEMPLATE_STAGE_TEMPLATE, "TEMPLATE" }, \
	{ SPAWN_TEMPLATE_STAGE_CREATE, "CREATE" }, \
	{ SPAWN_TEMPLATE_STAGE_ACTION, "ACTION" }, \
	{ SPAWN_TEMPLATE_STAGE_EXEC, "EXEC" }, \
	{ SPAWN_TEMPLATE_STAGE_MOUNT, "MOUNT" }, \
	{ SPAWN_TEMPLATE_STAGE_STOP, "STOP" }
#endif

/* perf and others read the events' formats, which have no enum constants. */
TRACE_DEFINE_ENUM(SPAWN_TEMPLATE_STAGE_NONE);
TRACE_DEFINE_ENUM(SPAWN_TEMPLATE_STAGE_ARGS);
TRACE_DEFINE_ENUM(SPAWN_TEMPLATE_STAGE_TEMPLATE);
TRACE_DEFINE_ENUM(SPAWN_TEMPLATE_STAGE_CREATE);
TRACE_DEFINE_ENUM(SPAWN_TEMPLATE_STAGE_ACTION);
TRACE_DEFINE_ENUM(SPAWN_TEMPLATE_STAGE_EXEC);
TRACE_DEFINE_ENUM(SPAWN_TEMPLATE_STAGE_MOUNT);
TRACE_DEFINE_ENUM(SPAWN_TEMPLATE_STAGE_STOP);

/* CREATE returned. 'ret' is the template fd or -errno. */
TRACE_EVENT(outspawn_create,
	TP_PROTO(const struct spawn_template_create_args *args, long ret, u64 ns),
	TP_ARGS(args, ret, ns),
	TP_STRUCT__entry(
		__field(u64, filename)
		__field(int, execfd)
		__field(u64, flags)
		__field(long, ret)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->filename = args->filename;
		__entry->execfd = args->execfd;
		__entry->flags = args->flags;
		__entry->ret = ret;
		__entry->ns = ns;
	),
	TP_printk("filename=%#llx execfd=%d flags=%#llx ret=%ld ns=%llu",
		  __entry->filename, __entry->execfd, __entry->flags, __entry->ret, __entry->ns)
);

/* A spawn begins a stage: in the caller until CREATE, then in the child. */
TRACE_EVENT(outspawn_stage,
	TP_PROTO(pid_t caller, u32 stage),
	TP_ARGS(caller, stage),
	TP_STRUCT__entry(
		__field(pid_t, caller)
		__field(u32, stage)
	),
	TP_fast_assign(
		__entry->caller = caller;
		__entry->stage = stage;
	),
	TP_printk("caller=%d stage=%s", __entry->caller,
		  __print_symbolic(__entry->stage, OUTSPAWN_TRACE_STAGES))
);

/* A spawn succeeded: the call returns. 'path' is empty for a spawn by path. */
TRACE_EVENT(outspawn_spawn,
	TP_PROTO(const char *path, u64 flags, pid_t pid, u64 ns),
	TP_ARGS(path, flags, pid, ns),
	TP_STRUCT__entry(
		__field(u64, flags)
		__field(pid_t, pid)
		__field(u64, ns)
		__dynamic_array(char, path, strlen(path) + 1)
	),
	TP_fast_assign(
		__entry->flags = flags;
		__entry->pid = pid;
		__entry->ns = ns;
		memcpy(__get_dynamic_array(path), path, strlen(path) + 1);
	),
	TP_printk("pid=%d ns=%llu flags=%#llx path=%s",
		  __entry->pid, __entry->ns, __entry->flags, (char *)__get_dynamic_array(path))
);

/*
 * A spawn failed. 'late' is 1 if the call had returned before: the child of an
 * asynchronous spawn failed.
 */
TRACE_EVENT(outspawn_fail,
	TP_PROTO(const char *path, u32 stage, int action, int error, u64 ns, bool late),
	TP_ARGS(path, stage, action, error, ns, late),
	TP_STRUCT__entry(
		__field(u32, stage)
		__field(int, action)
		__field(int, error)
		__field(u64, ns)
		__field(bool, late)
		__dynamic_array(char, path, strlen(path) + 1)
	),
	TP_fast_assign(
		__entry->stage = stage;
		__entry->action = action;
		__entry->error = error;
		__entry->ns = ns;
		__entry->late = late;
		memcpy(__get_dynamic_array(path), path, strlen(path) + 1);
	),
	TP_printk("stage=%s action=%d error=%d late=%d ns=%llu path=%s",
		  __print_symbolic(__entry->stage, OUTSPAWN_TRACE_STAGES), __entry->action,
		  __entry->error, __entry->late, __entry->ns,
		  (char *)__get_dynamic_array(path))
);

#endif /* OUTSPAWN_TRACE_H */

/* Outside of the guard: this header is read several times. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
