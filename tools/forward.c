// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * Pass the signals that ask a program to end on to the child.
 *
 * The signals are caught only while there is a child. During the spawn they keep
 * their default action, because a handler cannot run until the call returns: the
 * child may wait in an open of a FIFO for as long as it likes. They are never
 * blocked, because the child would inherit the mask.
 */
#include <errno.h>
#include <signal.h>

#include "forward.h"
#include "outspawn.h"

static const int numbers[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };
#define COUNT (sizeof(numbers) / sizeof(numbers[0]))

static volatile sig_atomic_t child = -1; /* the pidfd */
static volatile sig_atomic_t last; /* the last signal; 0: none */
static bool own_group; /* the child is in another process group than outspawn */
static struct sigaction original[COUNT];

static void handle(int number, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	last = number;
	/* The terminal sends its signals to the whole process group. */
	if (info->si_code != SI_KERNEL || own_group)
		outspawn_kill(child, number);
	errno = saved;
}

void forward_to(int pidfd, bool child_has_own_group)
{
	const struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };

	child = pidfd;
	own_group = child_has_own_group;
	for (size_t i = 0; i < COUNT; i++) {
		sigaction(numbers[i], NULL, &original[i]);
		/* An ignored signal stays ignored, in the child as well. */
		if (original[i].sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

int forward_end(void)
{
	for (size_t i = 0; i < COUNT; i++)
		sigaction(numbers[i], &original[i], NULL);
	child = -1;
	return last;
}
