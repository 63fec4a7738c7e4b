// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/*
 * The drop-in takes LD_PRELOAD out of its children's environment
 *
 * The program's own environment stays as it is. Each call gets a copy of the
 * array without that variable. The copy is not from malloc(3), because programs
 * call posix_spawn(3) in signal handlers.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "posix.h"

static const char *preload; /* the variable that children do not get; or NULL */

void outspawn_i_strip_children(void)
{
	const char *value = secure_getenv("LD_PRELOAD");
	char *variable;

	/* Several libraries: the others may be meant for all programs. */
	if (!value || !*value || strpbrk(value, ": "))
		return;
	if (asprintf(&variable, "LD_PRELOAD=%s", value) > 0)
		preload = variable;
}

/* Room for a child's environment. A spawn that finds it in use maps memory. */
static char *environment[512];
static atomic_flag environment_used = ATOMIC_FLAG_INIT;

/* Return room for count pointers, or NULL. Not malloc(3): see posix.c. */
static char **lend(size_t count)
{
	void *memory;

	if (count <= sizeof(environment) / sizeof(*environment) &&
	    !atomic_flag_test_and_set(&environment_used))
		return environment;
	memory = mmap(NULL, count * sizeof(char *), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void outspawn_i_take_back(char **lent, size_t count)
{
	if (lent == environment)
		atomic_flag_clear(&environment_used);
	else if (lent)
		munmap(lent, count * sizeof(*lent));
}

char **outspawn_i_without_preload(struct posix_call *call, size_t *count)
{
	char *const *envp = call->envp;
	size_t at = SIZE_MAX, i;
	char **lent;

	if (!preload || !envp)
		return NULL;
	for (i = 0; envp[i]; i++)
		if (at == SIZE_MAX && envp[i][0] == 'L' && !strcmp(envp[i], preload))
			at = i;
	*count = i;
	lent = at == SIZE_MAX ? NULL : lend(i);
	if (!lent)
		return NULL;
	memcpy(lent, envp, at * sizeof(*lent));
	/* With the NULL at the end. */
	memcpy(lent + at, envp + at + 1, (i - at) * sizeof(*lent));
	call->envp = lent;
	return lent;
}
