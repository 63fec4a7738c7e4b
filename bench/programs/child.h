/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * child.h - what the benchmark's own programs do
 *
 * The first letter of argv[0] decides:
 *
 *   n  nothing: exit
 *   r  report: write the counter's value at the program's first instruction
 *      (struct child_report) to stdout, and exit
 *   a  again: execute argv[CHILD_PATH] once more, until the number
 *      argv[CHILD_COUNT] is used up; then report the first and the last value
 *
 * The functions make their own system calls: one of the programs has no libc.
 */
#ifndef OUTSPAWN_BENCH_CHILD_H
#define OUTSPAWN_BENCH_CHILD_H

#include <stdint.h>

#define CHILD_COUNT 1 /* two digits */
#define CHILD_PATH 2
#define CHILD_SINCE 3 /* room for 16 digits of the first value; "-" before it is known */
#define CHILD_SINCE_SIZE 17

#define CHILD_NR_WRITE 1
#define CHILD_NR_EXECVE 59
#define CHILD_NR_EXIT_GROUP 231

struct child_report {
	uint64_t since; /* "again" only */
	uint64_t first;
};

static inline uint64_t read_counter(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline long child_call(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static inline void write_digits(char *text, uint64_t value)
{
	int i;

	for (i = 0; i < 16; i++)
		text[i] = 'a' + (value >> 4 * i & 15);
	text[16] = '\0';
}

static inline uint64_t read_digits(const char *text)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 16; i++)
		value |= (uint64_t)(text[i] - 'a') << 4 * i;
	return value;
}

/* Return the number that the program still has to count, after this one. */
static inline int count_down(char *digits)
{
	int left = (digits[0] - '0') * 10 + digits[1] - '0' - 1;

	digits[0] = '0' + left / 10;
	digits[1] = '0' + left % 10;
	return left;
}

static inline int child_main(uint64_t first, char **argv, char **envp)
{
	struct child_report report = { 0, first };

	if (argv[0][0] == 'n')
		return 0;
	if (argv[0][0] == 'a') {
		if (argv[CHILD_SINCE][0] == '-') {
			write_digits(argv[CHILD_SINCE], first);
		} else if (!count_down(argv[CHILD_COUNT])) {
			report.since = read_digits(argv[CHILD_SINCE]);
			argv[0][0] = 'r';
		}
		if (argv[0][0] == 'a') {
			child_call(CHILD_NR_EXECVE, (long)argv[CHILD_PATH], (long)argv, (long)envp);
			return 1;
		}
	}
	return child_call(CHILD_NR_WRITE, 1, (long)&report, sizeof(report)) != sizeof(report);
}

#endif /* OUTSPAWN_BENCH_CHILD_H */
