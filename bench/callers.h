/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/* callers.h - the processes that start programs */
#ifndef OUTSPAWN_BENCH_CALLERS_H
#define OUTSPAWN_BENCH_CALLERS_H

#include <stdbool.h>

enum caller {
	EMPTY,
	RSS_1G,
	RSS_4G,
	FDS_1000,
	FDS_1000_CLOEXEC,
	FDS_20000,
	FDS_20000_CLOEXEC,
	FDS_20000_MIXED,
	THREADS_64,
	MMAP_8,
	FAULTS_8,
	AGENT,
	CALLERS,
};

#define CALLER_BIT(caller) (1U << (caller))

enum cloexec { CLOEXEC_NONE, CLOEXEC_ALL, CLOEXEC_HALF };
enum busy { IDLE, AT_MMAP, AT_FAULTS };

struct caller_info {
	const char *name;
	int rss_mib; /* resident anonymous memory */
	int fds; /* open descriptors */
	enum cloexec cloexec; /* of these */
	int threads;
	enum busy busy; /* what the threads do while a spawn is measured */
};

extern const struct caller_info caller_infos[CALLERS];

/*
 * Does the machine have what the caller needs? If not, *why says what is missing.
 */
bool caller_fits(enum caller caller, const char **why);

/*
 * Become this caller: take memory, descriptors, threads. Return what failed, or
 * NULL. The process keeps all of it until its end.
 */
const char *become_caller(enum caller caller);

/* Let the busy threads run, or make them wait. */
void set_busy(bool on);

#endif /* OUTSPAWN_BENCH_CALLERS_H */
