/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - what the parts of the ioctl fuzzer share
 *
 *	ioctl_fuzz.c  options, the processes, the checks at the end
 *	worker.c      one process: makes calls, one after the other
 *	calls.c       what a call is: the arguments of each ioctl
 *	arena.c       the memory that arguments are in
 *	world.c       the files and descriptors that they name
 *	racer.c       the thread that changes them during a call
 *	watched.c     callers with seccomp filters, callers with a tracer
 *	inject.c      failing allocations, where the kernel can do that
 *	report.c      numbers
 *
 * What call number N of worker W is, is decided by (seed, W, N) alone and by
 * nothing that happened before.
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
/* tiny's exit status; and that of posix_spawn's failed child. */
#define TINY_STATUS 42

struct options {
	uint64_t seed;
	uint64_t count; /* ioctls in all, or 0 */
	unsigned int seconds; /* or 0 */
	unsigned int workers;
	int only; /* this worker alone, or -1 */
	uint64_t first; /* call to begin with */
	bool verbose; /* say each call before it is made */
	bool inject;
	bool race;
	bool watch;
};

/* arena.c */
void arena_map(void);
/* Everything is zero again; where the next argument is put is random. */
void arena_reset(struct rng *rng);
void *arena_put(struct rng *rng, const void *data, size_t size);
/* The last byte is the last before memory that is not there. */
void *arena_put_at_end(struct rng *rng, const void *data, size_t size);
uint64_t arena_bad_pointer(struct rng *rng);
/* A good string of so many bytes, NUL included, up to ARENA_LONG. */
#define ARENA_LONG (256 << 10)
char *arena_long_string(size_t size);
/* So many pointers to empty strings, and NULL. */
#define ARENA_POINTERS (512 << 10)
char **arena_long_list(size_t count);
/* For what a child may write when the call is long over: no other call's memory. */
struct spawn_template_result *arena_late_result(void);
/* What a racer may change. */
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
	FD_SHARED = 36, /* templates of the parent's, in every worker */
	FD_SHARED_END = 40,
	FD_SLOT = 40, /* templates of this worker's own */
	FD_SLOT_END = 56,
	FD_VOLATILE = 64, /* anything, at any time */
	FD_VOLATILE_END = 80,
	FD_FREE = 100, /* what the kernel hands out */
	FD_LIMIT = 256
};

extern char world[64]; /* the folder */
void world_make(const char *tiny);
void world_make_caches(void);
void world_remove(void);
void world_share(void);
void world_open(unsigned int worker);
/* From now on this process's mounts and host name are nobody else's. */
void world_part(void);
/* Takes away what children mounted. */
void world_unmount(void);
void world_open_templates(unsigned int worker);
void world_close_free(void);
int world_fd(struct rng *rng); /* any of the above, or a bad one */
const char *world_path(struct rng *rng, unsigned int worker, bool *good);
/* One change of a file or of a descriptor. */
void world_change(struct rng *rng, unsigned int worker);
void world_change_fd(struct rng *rng);
/* Lets those go on who wait for the other end of a FIFO. */
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
/* What one child is asked for. */
struct order {
	uint64_t flags;
	int status; /* what the child exits with, or -1 if that cannot be known */
	int *pidfd; /* where it will be written to, or NULL */
	struct spawn_template_result *result;
};
struct call {
	enum kind kind;
	int fd;
	unsigned int cmd;
	uint64_t arg;
	int slot; /* where a template goes */
	unsigned int mutations;
	bool gentle; /* nothing in it that should fail */
	bool rough; /* more than one thing, perhaps */
	struct order orders[MAX_ORDERS]; /* of a batch: of each entry */
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
 * From now on each step of this process's children is asked of a filter.
 *
 * @may_die: the filter may kill this process, too: CREATE and QUERY ask it about
 *	     calls that count as the caller's own
 */
void watched_filter(uint64_t salt, bool may_die);
/* Traces a child, and its children until they are programs, to their ends. */
void watched_trace(struct rng *rng, pid_t caller);

/* inject.c */
bool inject_available(void);
void inject_allow(void);
void inject_open(void);
void inject_set(unsigned int nth);
bool inject_done(void); /* was the failure used? Sets 0. */
void inject_by_chance(bool on);

/* report.c */
#define MAX_ERRNO 134
#define STAGES (SPAWN_TEMPLATE_STAGE_STOP + 1)
struct stats {
	_Atomic uint64_t position; /* number of the call being made */
	_Atomic int done;
	uint64_t calls[KINDS];
	uint64_t ok[KINDS];
	uint64_t errors[KINDS][MAX_ERRNO];
	uint64_t stages[STAGES];
	uint64_t started, reaped, autoreaped, killed, exited_well, clean;
	uint64_t late, unknown; /* failed after the call; not told of by the call */
	uint64_t raced, injected, callers_killed, callers_traced, stops, vforks, changes;
	_Atomic uint64_t complaints;
	_Atomic uint64_t complained; /* number of the call of the first of them */
};
extern struct stats *stats, *all_stats;
extern unsigned int this_worker;
/* Something that must not be. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
uint64_t report_calls(unsigned int workers);
void report(unsigned int workers);
/* How to see again the calls that were complained of. */
void report_replay(const struct options *options);

/* worker.c */
void worker_run(const struct options *options, unsigned int worker, uint64_t count,
		const _Atomic int *stop);

#endif
