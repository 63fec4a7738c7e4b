// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * arena.c - the memory of the arguments
 *
 * The arena is at a fixed address, so that a seed makes the same pointers. It is
 * far from other memory: through a pointer with some wrong bits the kernel must
 * not write a result into the fuzzer's own memory.
 *
 *	heap | unmapped | read-only | hole | past the end of a file
 *
 * Elsewhere: a long string, a long list, and the results of asynchronous children.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096UL
#define BASE ((uint8_t *)0x10000000000)
#define HEAP (24 * PAGE)
/* Arguments are put here. After it there is room for the largest result. */
#define FRONT (16 * PAGE)
#define RESULT (4 * PAGE)
#define BACK (2 * PAGE)
#define GUARD (BASE + HEAP)
#define READ_ONLY (GUARD + PAGE)
#define HOLE (READ_ONLY + PAGE)
#define BUS (HOLE + PAGE)
#define LONG_STRING ((char *)BASE + (16 << 20))
#define LONG_LIST ((char **)(BASE + (32 << 20)))
/* At least two bits of the address differ from all other memory. */
#define LATE_RESULTS (BASE + (192 << 20))
/* More than a worker has children. */
#define LATE_RESULTS_COUNT 256
#define LATE_RESULTS_SIZE (4 * PAGE)

static size_t used, highest;
static bool end_used;

static void *map(void *where, size_t size, int protection, int flags, int fd)
{
	void *memory = mmap(where, size, protection, MAP_FIXED_NOREPLACE | flags, fd, 0);

	if (memory != where) {
		perror("mmap");
		exit(2);
	}
	return memory;
}

void arena_map(void)
{
	int fd = memfd_create("nothing", MFD_CLOEXEC);
	size_t i;

	map(BASE, HEAP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(GUARD, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(READ_ONLY, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(BUS, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	close(fd);
	map(LONG_STRING, ARENA_LONG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memset(LONG_STRING, 'x', ARENA_LONG - 1);
	map(LONG_LIST, ARENA_POINTERS * sizeof(char *), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(LATE_RESULTS, LATE_RESULTS_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1);
	for (i = 0; i < ARENA_POINTERS - 1; i++)
		LONG_LIST[i] = LONG_STRING + ARENA_LONG - 1;
}

void arena_reset(struct rng *rng)
{
	/* The used part, and the part after it that the kernel may have written. */
	size_t dirty = highest + RESULT < HEAP ? highest + RESULT : HEAP;

	memset(BASE, 0, dirty);
	memset(GUARD - BACK, 0, BACK);
	used = rng_below(rng, 64) * 8;
	highest = used;
	end_used = false;
}

void *arena_put(struct rng *rng, const void *data, size_t size)
{
	uint8_t *at;

	/* Usually aligned. */
	used = (used + 7) & ~7UL;
	if (rng_one_in(rng, 64))
		used += rng_below(rng, 8);
	if (used + size > FRONT)
		used = 0;
	at = BASE + used;
	if (data)
		memcpy(at, data, size);
	used += size;
	if (used > highest)
		highest = used;
	return at;
}

void *arena_put_at_end(struct rng *rng, const void *data, size_t size)
{
	/* Only one argument can be at the end. */
	if (end_used)
		return arena_put(rng, data, size);
	end_used = true;
	return data ? memcpy(GUARD - size, data, size) : GUARD - size;
}

uint64_t arena_bad_pointer(struct rng *rng)
{
	const uint64_t pointers[] = {
		0,
		1,
		8,
		4095,
		(uintptr_t)GUARD,
		(uintptr_t)GUARD - 1,
		(uintptr_t)GUARD - 8,
		(uintptr_t)READ_ONLY,
		(uintptr_t)HOLE,
		(uintptr_t)HOLE - 4,
		(uintptr_t)BUS,
		0x7fffffffefff, /* near the end of user addresses */
		0x7ffffffff000,
		0x7fffffffffff,
		0x800000000000, /* not canonical */
		0xffff7fffffffffff,
		0xffff800000000000, /* an address of the kernel */
		0xffff888000000000,
		0xffffffff81000000,
		0xffffffffff600000, /* vsyscall */
		-4096ULL,
		-4095ULL, /* looks like an error pointer */
		-14ULL,
		-2ULL,
		-1ULL,
		rng_next(rng) | 1ULL << 63,
	};

	return RNG_PICK(rng, pointers);
}

char *arena_long_string(size_t size)
{
	return LONG_STRING + ARENA_LONG - size;
}

char **arena_long_list(size_t count)
{
	return LONG_LIST + ARENA_POINTERS - 1 - count;
}

/*
 * A pointer with a wrong bit, or off by one, must not lead to another call's result.
 * So the numbers of the results differ in two bits, and each result has twice the
 * room it needs.
 */
struct spawn_template_result *arena_late_result(void)
{
	static unsigned int next;
	unsigned int i = next++ % LATE_RESULTS_COUNT, number = i << 1 | __builtin_parity(i);
	size_t size = sizeof(struct spawn_template_result);

	return (struct spawn_template_result *)(LATE_RESULTS + number * 2 * size + size / 2);
}

uint8_t *arena_used(size_t *size)
{
	*size = highest;
	return BASE;
}
