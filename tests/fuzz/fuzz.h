/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * fuzz.h - shared by the files of the ioctl fuzzer
 *
 *	ioctl_fuzz.c  options, the processes, the checks at the end
 *	worker.c      one process: makes calls, one after the other
 *	calls.c       the arguments of each ioctl
 *	arena.c       the memory of the arguments
 *	world.c       the files and descriptors of the arguments
 *	racer.c       the thread that changes them during a call
 *	watched.c     callers with seccomp filters, callers with a tracer
 *	inject.c      failing allocations, on kernels with fault injection
 *	report.c      counts
 *
 * Call number N of worker W depends only on (seed, W, N), not on earlier calls.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "rng.h"
#include "spawn_template.h"

#define MAX_WORKERS 16
#define USER 1000
/* The exit status of tiny. */
#define TINY_STATUS 42

struct options {
	uint64_t seed;
	uint64_t count; /* ioctls of all workers together, or 0 */
	unsigned int seconds; /* or 0 */
	unsigned int workers;
	int only; /* the only worker that runs, or -1 */
	uint64_t first; /* number of the first call */
	bool verbose; /* print each call before making it */
	bool inject;
	bool race;
	bool watch;
};

/* arena.c */
void arena_map(void);
/* Zero everything. The place of the next argument is random. */
void arena_reset(struct rng *rng);
void *arena_put(struct rng *rng, const void *data, size_t size);
/* Put data at the end of memory: the byte after the last one is not mapped. */
void *arena_put_at_end(struct rng *rng, const void *data, size_t size);
uint64_t arena_bad_pointer(struct rng *rng);
/* Return a valid string of this many bytes with its NUL, at most ARENA_LONG. */
#define ARENA_LONG (256 << 10)
char *arena_long_string(size_t size);
/* Return a list of this many pointers to empty strings, and NULL. */
#define ARENA_POINTERS (512 << 10)
char **arena_long_list(size_t count);
/* Return memory for the result of an asynchronous child. No other call uses it. */
struct spawn_template_result *arena_late_result(void);
/* Return the memory that the racer may change. */
uint8_t *arena_used(size_t *size);

/* world.c: numbers of a worker's descriptors */
enum {
	FD_DEVICE = 10,
	FD_DEVICE_RDONLY,
	FD_DEVICE_PATH,
	FD_DIR = 20,
	FD_DIR_PATH,
	FD_FILE,
	FD_TINY_PATH,
	FD_TINY,
	FD_PIPE_READ,
	FD_PIPE_WRITE,
	FD_SOCKET,
	FD_EPOLL,
	FD_EVENT,
	FD_PROC,
	FD_NAMESPACE,
	FD_CGROUP,
	FD_MEMFD,
	FD_INJECT,
	FD_SHARED = 36, /* templates of the parent, in every worker */
	FD_SHARED_END = 40,
	FD_SLOT = 40, /* templates of this worker */
	FD_SLOT_END = 56,
	FD_VOLATILE = 64, /* these may change at any time */
	FD_VOLATILE_END = 80,
	FD_FREE = 100, /* numbers that the kernel chooses */
	FD_LIMIT = 256
};

extern char world[64]; /* the directory of the files */
void world_make(const char *tiny);
void world_make_caches(void);
void world_remove(void);
void world_share(void);
void world_open(unsigned int worker);
/* Give this process its own mount and UTS namespaces. */
void world_part(void);
/* Unmount the mounts of children. */
void world_unmount(void);
void world_open_templates(unsigned int worker);
void world_close_free(void);
int world_fd(struct rng *rng); /* any of the above, or a wrong number */
const char *world_path(struct rng *rng, unsigned int worker, bool *good);
/* Change a file or a descriptor. */
void world_change(struct rng *rng, unsigned int worker);
void world_change_fd(struct rng *rng);
/* Wake the processes that wait for the other end of a FIFO. */
void world_relieve(void);

/* calls.c */
enum kind {
	KIND_CREATE,
	KIND_SPAWN,
	KIND_PATH,
	KIND_BATCH,
	KIND_INFO,
	KIND_QUERY,
	KIND_OTHER,
	KINDS
};
extern const char *const kind_names[KINDS];
#define MAX_ORDERS 6
/* The order for one child. */
struct order {
	uint64_t flags;
	int status; /* the expected exit status, or -1: unknown */
	int *pidfd; /* the kernel writes the pidfd here, or NULL */
	struct spawn_template_result *result;
};
struct call {
	enum kind kind;
	int fd;
	unsigned int cmd;
	uint64_t arg;
	int slot; /* the number for a new template */
	unsigned int mutations;
	bool gentle; /* nothing in the call should fail */
	bool rough; /* several mistakes are possible */
	struct order orders[MAX_ORDERS]; /* in a batch, one for each entry */
	struct spawn_template_batch_entry *entries; /* of a batch, or NULL */
	char text[256];
};
static inline bool is_spawn(enum kind kind)
{
	return kind == KIND_SPAWN || kind == KIND_PATH || kind == KIND_BATCH;
}
void call_make(struct call *call, struct rng *rng, unsigned int worker);

/* racer.c */
void racer_start(unsigned int worker);
void racer_begin(uint64_t seed);
void racer_end(void);

/* watched.c */
/*
 * Install a filter that judges each step of this process's children.
 *
 * @may_die: the filter may also kill this process: CREATE and QUERY ask the
 *	     filters about calls of the caller
 */
void watched_filter(uint64_t salt, bool may_die);
/* Trace a caller until its end, and its children until they execute a program. */
void watched_trace(struct rng *rng, pid_t caller);

/* inject.c */
bool inject_available(void);
void inject_allow(void);
void inject_open(void);
void inject_set(unsigned int nth);
bool inject_done(void); /* did the failure happen? Also clears it. */
void inject_by_chance(bool on);

/* report.c */
#define MAX_ERRNO 134
#define STAGES (SPAWN_TEMPLATE_STAGE_STOP + 1)
struct stats {
	_Atomic uint64_t position; /* number of the current call */
	_Atomic int done;
	uint64_t calls[KINDS];
	uint64_t ok[KINDS];
	uint64_t errors[KINDS][MAX_ERRNO];
	uint64_t stages[STAGES];
	uint64_t started, reaped, autoreaped, killed, exited_well, clean;
	uint64_t late, unknown; /* children that failed after the call; that no call returned */
	uint64_t raced, injected, callers_killed, callers_traced, stops, vforks, changes;
	_Atomic uint64_t complaints;
	_Atomic uint64_t complained; /* number of the call of the first complaint */
};
extern struct stats *stats, *all_stats;
extern unsigned int this_worker;
/* Report an error that the fuzzer found. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
uint64_t report_calls(unsigned int workers);
void report(unsigned int workers);
/* Print the command that repeats the calls around each first complaint. */
void report_replay(const struct options *options);

/* worker.c */
void worker_run(const struct options *options, unsigned int worker, uint64_t count,
		const _Atomic int *stop);

#endif
