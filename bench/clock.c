// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* Which clock there is, and what one of its ticks is. */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

#define LOOP_STEPS 100000ULL /* two instructions each */
#define CALIBRATE_NS 50000000ULL

struct bench_clock bench_clock = { NANOSECONDS, false, 1.0 };

const char *unit_name(enum unit unit)
{
	return unit == INSTRUCTIONS ? "instructions" : "ns";
}

static uint64_t monotonic(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* Return the fewest ticks of the counter that a loop of known length takes. */
static uint64_t shortest_loop(void)
{
	uint64_t shortest = UINT64_MAX, begin, took, i;
	int run;

	for (run = 0; run < 20; run++) {
		i = LOOP_STEPS;
		begin = read_counter();
		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(i));
		took = read_counter() - begin;
		if (took < shortest)
			shortest = took;
	}
	return shortest;
}

/* Only a counter of instructions measures the loop so exactly. */
static bool counts_instructions(void)
{
	uint64_t took = shortest_loop();

	return took >= 2 * LOOP_STEPS && took < 2 * LOOP_STEPS + 50;
}

/* QEMU's emulated processors share one counter, but the kernel does not know it. */
static bool is_emulated(void)
{
	unsigned int a, words[4] = { 0 };

	__cpuid(0x40000000, a, words[0], words[1], words[2]);
	return !strcmp((const char *)words, "TCGTCGTCGTCG");
}

/* The kernel keeps time by the counter only if all processors count alike. */
static bool kernel_trusts_counter(void)
{
	FILE *file =
		fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
	char name[16] = "";

	if (!file)
		return false;
	if (fscanf(file, "%15s", name) != 1)
		name[0] = '\0';
	fclose(file);
	return !strcmp(name, "tsc");
}

static double nanoseconds_per_tick(void)
{
	uint64_t start = monotonic(), from = read_counter(), now;

	do
		now = monotonic();
	while (now - start < CALIBRATE_NS);
	return (double)(now - start) / (read_counter() - from);
}

void clock_begin(void)
{
	if (counts_instructions()) {
		bench_clock = (struct bench_clock){ INSTRUCTIONS, true, 1.0 };
		return;
	}
	bench_clock.counter = is_emulated() || kernel_trusts_counter();
	if (bench_clock.counter)
		bench_clock.per_tick = nanoseconds_per_tick();
}
