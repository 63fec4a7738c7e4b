// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * world.c - the files and descriptors of the arguments
 *
 * One directory in /tmp, in which children may open and make any file:
 *
 *	good-W-K    tiny, for worker W
 *	common-K    tiny, for every worker
 *	mutant-W    tiny with a damaged header
 *	file, script, folder, fifo-K, link, loop
 */
#include "fuzz.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GOOD_FILES 4
#define COMMON_FILES 2
#define FIFOS 2
#define MAX_TINY (64 << 10)
#define CGROUP "/sys/fs/cgroup/outspawn-fuzz"

char world[64] = "/tmp/outspawn-fuzz-XXXXXX";

static uint8_t tiny[MAX_TINY];
static size_t tiny_size;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static char *in_world(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *in_world(const char *format, ...)
{
	static __thread char path[PATH_MAX];
	va_list arguments;
	int length = snprintf(path, sizeof(path), "%s/", world);

	va_start(arguments, format);
	vsnprintf(path + length, sizeof(path) - length, format, arguments);
	va_end(arguments);
	return path;
}

/* Replace a file that other processes may be using. */
static void replace(const char *path, const void *data, size_t size)
{
	char temporary[PATH_MAX + 16];
	int fd;

	snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)gettid());
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0)
		return;
	if (write(fd, data, size) == (ssize_t)size) {
		close(fd);
		rename(temporary, path);
	} else {
		close(fd);
		unlink(temporary);
	}
}

static void read_tiny(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, tiny, sizeof(tiny));

	if (size <= 0)
		die(path);
	tiny_size = size;
	close(fd);
}

void world_make(const char *path)
{
	int i, k;

	read_tiny(path);
	umask(0);
	if (!mkdtemp(world) || chmod(world, 0777) < 0)
		die(world);
	for (i = 0; i < MAX_WORKERS; i++) {
		for (k = 0; k < GOOD_FILES; k++)
			replace(in_world("good-%d-%d", i, k), tiny, tiny_size);
		replace(in_world("mutant-%d", i), tiny, tiny_size);
	}
	for (k = 0; k < COMMON_FILES; k++)
		replace(in_world("common-%d", k), tiny, tiny_size);
	for (k = 0; k < FIFOS; k++)
		mkfifo(in_world("fifo-%d", k), 0666);
	replace(in_world("file"), "text\n", 5);
	chmod(in_world("file"), 0666);
	replace(in_world("script"), "#!/bin/true\n", 12);
	mkdir(in_world("folder"), 0777);
	mkdir(CGROUP, 0755);
	if (symlink("common-0", in_world("link")) < 0 || symlink("loop", in_world("loop")) < 0)
		die(world);
}

/*
 * Make a pid namespace before faults are injected. The kernel makes a slab cache with
 * the first one, and leaks a name if that fails (6.12, sysfs_slab_add()).
 */
void world_make_caches(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(unshare(CLONE_NEWPID) < 0);
	waitpid(pid, NULL, 0);
}

void world_remove(void)
{
	pid_t pid = fork();

	if (!pid) {
		execlp("rm", "rm", "-rf", "--one-file-system", "--", world, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	rmdir(CGROUP);
}

void world_part(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWUTS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("unshare");
}

void world_unmount(void)
{
	while (!umount2(in_world("folder"), MNT_DETACH))
		;
}

/* Move a descriptor to its number. Half of the descriptors are close-on-exec. */
static void place(int fd, int number)
{
	if (fd < 0)
		die("placing a descriptor");
	if (dup3(fd, number, number & 1 ? O_CLOEXEC : 0) < 0)
		die("dup3");
	close(fd);
}

static int create(const char *path)
{
	struct spawn_template_create_args args = { .execfd = -1, .filename = (uintptr_t)path };

	return ioctl(FD_DEVICE, SPAWN_TEMPLATE_IOC_CREATE, &args);
}

void world_share(void)
{
	int fd;

	place(open(SPAWN_TEMPLATE_DEVICE, O_RDWR), FD_DEVICE);
	for (fd = FD_SHARED; fd < FD_SHARED_END; fd++)
		place(create(in_world("common-%d", fd % COMMON_FILES)), fd);
}

/* Open a memory file that is not open for writing. */
static int open_memfd(void)
{
	int fd = memfd_create("tiny", 0), reader;
	char path[64];

	if (fd < 0 || write(fd, tiny, tiny_size) != (ssize_t)tiny_size)
		die("memfd");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = open(path, O_RDONLY);
	close(fd);
	return reader;
}

void world_open_templates(unsigned int worker)
{
	int slot, fd;

	for (slot = FD_SLOT; slot < FD_SLOT_END; slot++) {
		fd = create(in_world("good-%u-%d", worker, slot % GOOD_FILES));
		/* Another worker may have damaged the file already. */
		if (fd >= 0)
			place(fd, slot);
	}
}

void world_open(unsigned int worker)
{
	int pair[2], fd;

	place(open(SPAWN_TEMPLATE_DEVICE, O_RDWR), FD_DEVICE);
	place(open(SPAWN_TEMPLATE_DEVICE, O_RDONLY), FD_DEVICE_RDONLY);
	place(open(SPAWN_TEMPLATE_DEVICE, O_PATH), FD_DEVICE_PATH);
	place(open(world, O_RDONLY | O_DIRECTORY), FD_DIR);
	place(open(in_world("folder"), O_PATH), FD_DIR_PATH);
	place(open(in_world("file"), O_RDWR), FD_FILE);
	place(open(in_world("good-%u-0", worker), O_PATH), FD_TINY_PATH);
	place(open(in_world("good-%u-1", worker), O_RDONLY), FD_TINY);
	if (pipe(pair) < 0)
		die("pipe");
	place(pair[0], FD_PIPE_READ);
	place(pair[1], FD_PIPE_WRITE);
	place(socket(AF_UNIX, SOCK_STREAM, 0), FD_SOCKET);
	place(epoll_create(1), FD_EPOLL);
	place(eventfd(0, 0), FD_EVENT);
	place(open("/proc/self", O_RDONLY | O_DIRECTORY), FD_PROC);
	place(open("/proc/self/ns/uts", O_RDONLY), FD_NAMESPACE);
	place(open(CGROUP, O_RDONLY | O_DIRECTORY), FD_CGROUP);
	place(open_memfd(), FD_MEMFD);
	world_open_templates(worker);
	for (fd = FD_VOLATILE; fd < FD_VOLATILE_END; fd++)
		place(dup(fd & 2 ? FD_SLOT : FD_FILE), fd);
}

void world_close_free(void)
{
	syscall(SYS_close_range, FD_FREE, ~0U, 0);
}

int world_fd(struct rng *rng)
{
	static const int odd[] = { -1,	     -2,      AT_FDCWD, 3,	 FD_FREE, FD_LIMIT - 1,
				   FD_LIMIT, 1000000, INT_MAX,	INT_MIN, 1 << 20, 9 };

	switch (rng_below(rng, 8)) {
	case 0:
		return rng_below(rng, 3);
	case 1:
	case 2:
	case 3:
		return FD_DIR + rng_below(rng, FD_MEMFD + 1 - FD_DIR);
	case 4:
		return FD_SHARED + rng_below(rng, FD_SLOT_END - FD_SHARED);
	case 5:
		return FD_DEVICE + rng_below(rng, 3);
	case 6:
		return FD_VOLATILE + rng_below(rng, FD_VOLATILE_END - FD_VOLATILE);
	}
	return RNG_PICK(rng, odd);
}

/* Return a path, usually absolute. *good: only changes by this worker can make it fail. */
const char *world_path(struct rng *rng, unsigned int worker, bool *good)
{
	static const char *const names[] = { "file",
					     "script",
					     "folder",
					     "fifo-0",
					     "link",
					     "loop",
					     "none",
					     "link/",
					     "fifo-1",
					     ".",
					     "common-0",
					     "common-1",
					     "folder/../common-0",
					     "folder/none",
					     "file/none" };
	static const char *const paths[] = {
		"/dev/null",	       "/",	      "",	  "tiny", "./tiny", "//", "/proc",
		"/dev/spawn_template", "/etc/passwd", "/bin/true"
	};
	static __thread char longest[PATH_MAX + 8];
	size_t length;

	*good = false;
	switch (rng_below(rng, 8)) {
	case 0:
		return RNG_PICK(rng, paths);
	case 1:
	case 2:
		return in_world("%s", RNG_PICK(rng, names));
	case 3:
		return in_world("mutant-%u", worker);
	case 4:
		if (!rng_one_in(rng, 8))
			break;
		length = PATH_MAX - 4 + rng_below(rng, 8);
		memset(longest, '/', sizeof(longest));
		if (rng_one_in(rng, 2))
			memset(longest + 1, 'a', sizeof(longest) - 1);
		longest[length] = '\0';
		return longest;
	}
	*good = true;
	return in_world("good-%u-%u", worker, rng_below(rng, GOOD_FILES));
}

/* Write a program whose header has wrong bytes or a wrong number. */
static void mutate(struct rng *rng, const char *path)
{
	static const uint64_t numbers[] = { 0,
					    1,
					    2,
					    7,
					    55,
					    56,
					    64,
					    73,
					    74,
					    0xfff,
					    0x1000,
					    0xffff,
					    0x7fffffff,
					    0xffffffff,
					    0x7fffffffefff,
					    0x7ffffffff000,
					    1ULL << 63,
					    -1ULL,
					    -4096ULL };
	uint8_t image[MAX_TINY];
	size_t headers = sizeof(Elf64_Ehdr) + ((Elf64_Ehdr *)tiny)->e_phnum * sizeof(Elf64_Phdr);
	size_t size = tiny_size;
	uint64_t number;
	int n;

	memcpy(image, tiny, tiny_size);
	for (n = 1 + rng_below(rng, 3); n; n--) {
		number = RNG_PICK(rng, numbers);
		switch (rng_below(rng, 3)) {
		case 0:
			image[rng_below(rng, headers)] ^= 1 << rng_below(rng, 8);
			break;
		case 1:
			memcpy(&image[rng_below(rng, headers / 8) * 8], &number, 8);
			break;
		case 2:
			memcpy(&image[rng_below(rng, headers / 2) * 2], &number, 2);
			break;
		}
	}
	if (rng_one_in(rng, 8))
		size = rng_below(rng, tiny_size);
	replace(path, image, size);
}

static void change_mode(struct rng *rng, const char *path)
{
	static const mode_t modes[] = { 0755, 0755, 0755, 0755, 0700, 0, 0111, 0644, 06755 };

	chmod(path, RNG_PICK(rng, modes));
}

/* Open a file for writing, until its descriptor is replaced. */
static void write_to(struct rng *rng, const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int number = FD_VOLATILE + rng_below(rng, FD_VOLATILE_END - FD_VOLATILE);

	if (fd < 0)
		return;
	dup3(fd, number, O_CLOEXEC);
	close(fd);
}

void world_change_fd(struct rng *rng)
{
	int number = FD_VOLATILE + rng_below(rng, FD_VOLATILE_END - FD_VOLATILE);

	switch (rng_below(rng, 4)) {
	case 0:
		close(number);
		break;
	case 1:
		dup3(FD_SLOT + rng_below(rng, FD_SLOT_END - FD_SLOT), number, O_CLOEXEC);
		break;
	case 2:
		dup2(FD_DIR + rng_below(rng, FD_MEMFD + 1 - FD_DIR), number);
		break;
	case 3:
		dup2(FD_DEVICE, number);
		break;
	}
}

void world_change(struct rng *rng, unsigned int worker)
{
	char path[PATH_MAX];

	strcpy(path, in_world("good-%u-%u", worker, rng_below(rng, GOOD_FILES)));
	switch (rng_below(rng, 8)) {
	case 0:
		replace(path, tiny, tiny_size);
		break;
	case 1:
		change_mode(rng, path);
		break;
	case 2:
		write_to(rng, path);
		break;
	case 3:
		utimensat(AT_FDCWD, path, NULL, 0);
		break;
	case 4:
		replace(in_world("common-%u", rng_below(rng, COMMON_FILES)), tiny, tiny_size);
		break;
	case 5:
		mutate(rng, in_world("mutant-%u", worker));
		break;
	default:
		world_change_fd(rng);
	}
}

void world_relieve(void)
{
	int k;

	for (k = 0; k < FIFOS; k++) {
		int fd = open(in_world("fifo-%d", k), O_RDWR | O_NONBLOCK | O_CLOEXEC);

		if (fd >= 0)
			close(fd);
	}
}
