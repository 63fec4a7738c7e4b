// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * common_slow.c - memory that makes its reader wait
 */
#include "common_slow.h"

#include <linux/userfaultfd.h>
#include <poll.h>

void slow_make(struct slow *slow)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	slow->page = mmap(NULL, SLOW_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	check(slow->page != MAP_FAILED);
	slow->faults = must(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK));
	must(ioctl(slow->faults, UFFDIO_API, &api));
	area.range = (struct uffdio_range){ (uintptr_t)slow->page, SLOW_SIZE };
	must(ioctl(slow->faults, UFFDIO_REGISTER, &area));
}

void slow_take_over(struct slow *slow, pid_t owner)
{
	int pidfd = must(syscall(SYS_pidfd_open, owner, 0));

	slow->faults = must(syscall(SYS_pidfd_getfd, pidfd, slow->faults, 0));
	close(pidfd);
}

void slow_wait(const struct slow *slow)
{
	struct pollfd pending = { .fd = slow->faults, .events = POLLIN };

	check_eq(poll(&pending, 1, -1), 1);
	check_eq(pending.revents, POLLIN);
}

void slow_fill(const struct slow *slow, const void *data, size_t size)
{
	char page[SLOW_SIZE] __attribute__((aligned(SLOW_SIZE))) = { 0 };
	struct uffdio_copy copy = { .dst = (uintptr_t)slow->page,
				    .src = (uintptr_t)page,
				    .len = SLOW_SIZE };

	check(size <= SLOW_SIZE);
	memcpy(page, data, size);
	must(ioctl(slow->faults, UFFDIO_COPY, &copy));
}

void slow_end(struct slow *slow)
{
	close(slow->faults);
	must(munmap(slow->page, SLOW_SIZE));
}
