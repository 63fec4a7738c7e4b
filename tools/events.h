/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * events.h - read the module's trace events, in a trace instance of one's own
 */
#ifndef OUTSPAWN_EVENTS_H
#define OUTSPAWN_EVENTS_H

#include "counters.h"

/* What the events say of one template path since events_clear(). */
struct path_events {
	char *path; /* "" for spawns by path */
	unsigned long long spawned, ns, max_ns;
	unsigned long long failed[STAGES];
};

struct events {
	struct path_events *paths;
	size_t count;
	int pipe; /* trace_pipe */
	char instance[64]; /* its folder */
	char line[8192]; /* the begin of a line, not yet read to its end */
	size_t used;
};

/* Begin to record. Return 0, or -errno: -ENOENT if there is no tracefs. */
int events_open(struct events *events);

/* Take all events that have come. */
void events_read(struct events *events);

/* Forget what was read. */
void events_clear(struct events *events);

/* Stop, and remove the instance. */
void events_close(struct events *events);

#endif /* OUTSPAWN_EVENTS_H */
