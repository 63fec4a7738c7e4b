// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * tiny.c - the program that the fuzzer and the stress test start: small, quick and
 * harmless
 *
 *	tiny [STATUS [MILLISECONDS [FDS]]]
 *
 * Sleeps and exits with STATUS, by default 42. FDS is a decimal number, a bit for
 * each of the descriptors 0 to 62: if others are open, the status is 255.
 *
 * It has no libc: with libc a child costs three times as much.
 */
#include <asm/poll.h>
#include <asm/unistd.h>
#include <linux/time_types.h>

#define STATUS 42
#define STATUS_WRONG_FDS 255
/* At most the smallest RLIMIT_NOFILE of a spawner: poll() refuses more entries. */
#define FDS_LOOKED_AT 63

static long call(long number, long a, long b, long c)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static unsigned long number(const char *digits)
{
	unsigned long value = 0;

	for (; is_digit(*digits); digits++)
		value = value * 10 + (*digits - '0');
	return value;
}

/* One system call for all descriptors: a debug kernel is slow with each call. */
static unsigned long open_fds(void)
{
	struct pollfd numbers[FDS_LOOKED_AT];
	unsigned long fds = 0;
	int fd;

	for (fd = 0; fd < FDS_LOOKED_AT; fd++) {
		numbers[fd].fd = fd;
		numbers[fd].events = 0;
		numbers[fd].revents = 0;
	}
	if (call(__NR_poll, (long)numbers, FDS_LOOKED_AT, 0) < 0)
		return -1UL;
	for (fd = 0; fd < FDS_LOOKED_AT; fd++)
		if (!(numbers[fd].revents & POLLNVAL))
			fds |= 1UL << fd;
	return fds;
}

static void sleep_for(unsigned long milliseconds)
{
	struct __kernel_timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

	call(__NR_nanosleep, (long)&time, 0, 0);
}

__attribute__((noreturn, used)) void start(long *stack);
void start(long *stack)
{
	char **argv = (char **)(stack + 1);
	long argc = stack[0], status = STATUS;

	if (argc > 1 && argv[1][0])
		status = number(argv[1]);
	if (argc > 2 && number(argv[2]))
		sleep_for(number(argv[2]));
	if (argc > 3 && is_digit(argv[3][0]) && open_fds() != number(argv[3]))
		status = STATUS_WRONG_FDS;
	for (;;)
		call(__NR_exit_group, status, 0, 0);
}

__asm__(".globl _start\n"
	"_start:\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start\n");
