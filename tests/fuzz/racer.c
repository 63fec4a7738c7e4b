// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * racer.c - the thread that changes memory and descriptors during a call
 *
 * It undoes each change of memory, so that at most a bit or a page is wrong at a
 * time. So every pointer leads into the arena, or to unmapped memory.
 */
#include "fuzz.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL

static pthread_t thread;
static sem_t wanted;
static _Atomic bool go_on, running;
static struct rng rng;
static pid_t caller;
static unsigned int worker;

static void flip_a_bit(void)
{
	size_t size;
	_Atomic uint8_t *memory = (_Atomic uint8_t *)arena_used(&size);
	size_t where = rng_below(&rng, size);
	uint8_t bit = 1 << rng_below(&rng, 8);

	atomic_fetch_xor(&memory[where], bit);
	sched_yield();
	atomic_fetch_xor(&memory[where], bit);
}

/* Change a whole word, for example the NULL of a list, a pointer or a count. */
static void change_a_word(void)
{
	static const uint64_t values[] = { 0, 1, 3, -1ULL };
	size_t size;
	_Atomic uint64_t *memory = (_Atomic uint64_t *)arena_used(&size);
	size_t where;
	uint64_t old;

	if (size < 8)
		return;
	where = rng_below(&rng, size / 8);
	old = atomic_exchange(&memory[where], RNG_PICK(&rng, values));
	sched_yield();
	atomic_store(&memory[where], old);
}

/* Make a page inaccessible or read-only for a moment. */
static void take_a_page(void)
{
	size_t size;
	uint8_t *memory = arena_used(&size);
	uint8_t *page = memory + rng_below(&rng, size / PAGE + 1) * PAGE;

	mprotect(page, PAGE, rng_one_in(&rng, 2) ? PROT_NONE : PROT_READ);
	sched_yield();
	mprotect(page, PAGE, PROT_READ | PROT_WRITE);
}

/* Spawn from the same template in another thread. */
static void spawn_too(void)
{
	static char *const argv[] = { "tiny", "0", NULL };
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv };
	int fd = FD_SLOT + rng_below(&rng, FD_SLOT_END - FD_SLOT - 4);
	pid_t pid = ioctl(fd, SPAWN_TEMPLATE_IOC_SPAWN, &args);

	if (pid <= 0)
		return;
	if (waitpid(pid, NULL, __WALL) != pid)
		complain("the child %d of another thread cannot be waited for", pid);
}

static void race(void)
{
	unsigned int what = rng_below(&rng, 64);

	if (what < 24)
		flip_a_bit();
	else if (what < 40)
		change_a_word();
	else if (what < 48)
		take_a_page();
	else if (what < 58)
		world_change_fd(&rng);
	else if (what < 61)
		syscall(SYS_tgkill, getpid(), caller, SIGUSR1);
	else if (what < 62)
		world_change(&rng, worker);
	else if (what < 63)
		spawn_too();
	else
		sched_yield();
}

static void *run(void *unused)
{
	(void)unused;
	for (;;) {
		while (sem_wait(&wanted) < 0)
			;
		atomic_store(&running, true);
		while (atomic_load(&go_on))
			race();
		atomic_store(&running, false);
	}
	return NULL;
}

static void nothing(int signal)
{
	(void)signal;
}

void racer_start(unsigned int for_worker)
{
	struct sigaction action = { .sa_handler = nothing };

	worker = for_worker;
	caller = gettid();
	sigaction(SIGUSR1, &action, NULL);
	sem_init(&wanted, 0, 0);
	if (pthread_create(&thread, NULL, run, NULL))
		abort();
}

void racer_begin(uint64_t seed)
{
	rng = rng_of(seed, worker, 'r');
	atomic_store(&go_on, true);
	sem_post(&wanted);
	while (!atomic_load(&running))
		sched_yield();
}

void racer_end(void)
{
	atomic_store(&go_on, false);
	while (atomic_load(&running))
		sched_yield();
}
