// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_efault.c - bad pointers in every place where there is a pointer
 */
#include "common.h"

#include <linux/openat2.h>

#define PAGE 4096

/* A page with one behind it that is no memory; and one that is read-only. */
static char *page;
static char *page_end;
static char *read_only;

/* Addresses at which nothing can be read or written. */
static uint64_t bad[8];
static size_t bad_count;

static char *map(size_t size, int protection)
{
	void *memory = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(memory != MAP_FAILED);
	return memory;
}

static void set_up(void)
{
	size_t i = 0;

	page = map(2 * PAGE, PROT_NONE);
	must(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	page_end = page + PAGE;
	read_only = map(PAGE, PROT_READ);
	bad[i++] = 8; /* the page of NULL */
	bad[i++] = (uintptr_t)page_end; /* right behind what can be read */
	bad[i++] = 0x00007ffffffff000; /* the end of what a program can have */
	bad[i++] = 0x8000000000000000; /* no address at all */
	bad[i++] = 0xffff888000000000; /* the kernel's */
	bad[i++] = 0xffffffffffffffff;
	bad_count = i;
}

static void tear_down(void)
{
	must(munmap(page, 2 * PAGE));
	must(munmap(read_only, PAGE));
}

/* A test with these addresses. */
#define WITH(name) \
	static void name##_(void); \
	static void name(void) \
	{ \
		set_up(); \
		name##_(); \
		tear_down(); \
	} \
	static void name##_(void)

/* The value that fails is put where it belongs by the statement before. */
#define for_bad(address) for (size_t i_ = 0; i_ < bad_count && ((address) = bad[i_], 1); i_++)

static int spawn(const struct spawn_template_spawn_args *args)
{
	pid_t pid = sys_spawn(probe, args);

	return pid < 0 ? pid : wait_for(pid);
}

static struct spawn_template_spawn_args good(void)
{
	static char *const argv[] = { "probe", "exit", "0", NULL };

	return (struct spawn_template_spawn_args){ .argv = (uintptr_t)argv };
}

/* An object copied so that it ends with the page. */
static void *at_end(const void *object, size_t size)
{
	return memcpy(page_end - size, object, size);
}

static int ioctl_at(int fd, unsigned long request, uint64_t address)
{
	return ioctl(fd, request, address) < 0 ? -errno : 0;
}

WITH(create_args)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);
	uint64_t address;
	int template;

	for_bad(address)
		check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_CREATE, address), -EFAULT);
	check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_CREATE, 0), -EFAULT);
	/* All but its last byte. */
	memcpy(page_end - sizeof(args) + 1, &args, sizeof(args) - 1);
	check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_CREATE,
			  (uintptr_t)page_end - sizeof(args) + 1),
		 -EFAULT);
	template = sys_create(at_end(&args, sizeof(args)));
	check(template >= 0);
	close(template);
}

WITH(create_filename)
{
	struct spawn_template_create_args args = CREATE_PATH(NULL);
	const char *path = PROBE;
	int template;

	for_bad(args.filename)
		check_eq(sys_create(&args), -EFAULT);
	/* The string runs into the hole; then it ends right before it. */
	args.filename = (uintptr_t)memcpy(page_end - strlen(path), path, strlen(path));
	check_eq(sys_create(&args), -EFAULT);
	args.filename = (uintptr_t)at_end(path, strlen(path) + 1);
	template = sys_create(&args);
	check(template >= 0);
	close(template);
}

WITH(spawn_args)
{
	struct spawn_template_spawn_args args = good();
	uint64_t address;

	for_bad(address)
		check_eq(ioctl_at(probe, SPAWN_TEMPLATE_IOC_SPAWN, address), -EFAULT);
	check_eq(ioctl_at(probe, SPAWN_TEMPLATE_IOC_SPAWN, 0), -EFAULT);
	check_eq(ioctl_at(probe, SPAWN_TEMPLATE_IOC_SPAWN, (uintptr_t)page_end - sizeof(args) + 1),
		 -EFAULT);
	check_eq(spawn(at_end(&args, sizeof(args))), 0);
	/* Arguments are only read: they may lie in memory that cannot be written. */
	must(mprotect(page, PAGE, PROT_READ));
	check_eq(spawn((void *)(page_end - sizeof(args))), 0);
}

WITH(argv_array)
{
	struct spawn_template_spawn_args args = good();
	char *strings[] = { "probe", "exit", "0", NULL };

	for_bad(args.argv)
		check_eq(spawn(&args), -EFAULT);
	/* No NULL before the hole. */
	args.argv = (uintptr_t)at_end(strings, sizeof(strings) - sizeof(char *));
	check_eq(spawn(&args), -EFAULT);
	args.argv = (uintptr_t)at_end(strings, sizeof(strings));
	check_eq(spawn(&args), 0);
}

WITH(argv_strings)
{
	struct spawn_template_spawn_args args = good();
	uint64_t strings[] = { (uintptr_t)"probe", (uintptr_t)"exit", (uintptr_t)"0", 0 };
	size_t i;

	args.argv = (uintptr_t)strings;
	for (i = 0; i < 3; i++) {
		uint64_t old = strings[i];

		for_bad(strings[i])
			check_eq(spawn(&args), -EFAULT);
		strings[i] = old;
	}
	/* A pointer that looks like an error of the kernel's is just bad. */
	for (i = 1; i < 200; i++) {
		strings[2] = -i;
		check_eq(spawn(&args), -EFAULT);
	}
	strings[2] = (uintptr_t)memcpy(page_end - 4, "0000", 4);
	check_eq(spawn(&args), -EFAULT);
	strings[2] = (uintptr_t)at_end("0", 2);
	check_eq(spawn(&args), 0);
}

WITH(envp_array)
{
	struct spawn_template_spawn_args args = good();
	char *strings[] = { "A=1", "B=2", NULL };

	for_bad(args.envp)
		check_eq(spawn(&args), -EFAULT);
	args.envp = (uintptr_t)at_end(strings, sizeof(strings) - sizeof(char *));
	check_eq(spawn(&args), -EFAULT);
	args.envp = (uintptr_t)at_end(strings, sizeof(strings));
	check_eq(spawn(&args), 0);
}

WITH(envp_strings)
{
	struct spawn_template_spawn_args args = good();
	uint64_t strings[] = { (uintptr_t)"A=1", (uintptr_t)"B=2", 0 };

	args.envp = (uintptr_t)strings;
	for_bad(strings[1])
		check_eq(spawn(&args), -EFAULT);
	strings[1] = (uintptr_t)memcpy(page_end - 4, "B=22", 4);
	check_eq(spawn(&args), -EFAULT);
	strings[1] = (uintptr_t)at_end("B=2", 4);
	check_eq(spawn(&args), 0);
}

WITH(action_array)
{
	struct spawn_template_spawn_args args = good();
	struct spawn_template_action list[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 0 },
		{ .type = SPAWN_TEMPLATE_ACTION_DUP2, .fd = 1, .newfd = 0 },
	};

	args.actions_len = 2;
	check_eq(spawn(&args), -EFAULT); /* NULL, and two of them */
	for_bad(args.actions)
		check_eq(spawn(&args), -EFAULT);
	args.actions = (uintptr_t)at_end(list, sizeof(*list));
	check_eq(spawn(&args), -EFAULT); /* the second one is missing */
	args.actions = (uintptr_t)at_end(list, sizeof(list));
	check_eq(spawn(&args), 0);
	/* With none of them the pointer is not looked at. */
	args.actions_len = 0;
	for_bad(args.actions)
		check_eq(spawn(&args), 0);
}

static int spawn_with(const struct spawn_template_action *action)
{
	struct spawn_template_spawn_args args = good();

	args.actions = (uintptr_t)action;
	args.actions_len = 1;
	return spawn(&args);
}

WITH(open_argument)
{
	struct spawn_template_open how = { .path = (uintptr_t)"/dev/null" };
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_OPEN,
						.fd = AT_FDCWD,
						.newfd = 5 };

	for_bad(action.arg)
		check_eq(spawn_with(&action), -EFAULT);
	action.arg = (uintptr_t)memcpy(page_end - sizeof(how) + 1, &how, sizeof(how) - 1);
	check_eq(spawn_with(&action), -EFAULT);
	action.arg = (uintptr_t)at_end(&how, sizeof(how));
	check_eq(spawn_with(&action), 0);
}

WITH(open_path)
{
	struct spawn_template_open how = { 0 };
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_OPEN,
						.fd = AT_FDCWD,
						.newfd = 5,
						.arg = (uintptr_t)&how };

	check_eq(spawn_with(&action), -EFAULT); /* NULL */
	for_bad(how.path)
		check_eq(spawn_with(&action), -EFAULT);
	how.path = (uintptr_t)memcpy(page_end - 9, "/dev/null", 9);
	check_eq(spawn_with(&action), -EFAULT);
	how.path = (uintptr_t)at_end("/dev/null", 10);
	check_eq(spawn_with(&action), 0);
}

static void sigset_pointers(uint32_t type)
{
	uint64_t signals = 0;
	struct spawn_template_sigset set = { .sigset = (uintptr_t)&signals, .sigsetsize = 8 };
	struct spawn_template_action action = { .type = type };

	for_bad(action.arg)
		check_eq(spawn_with(&action), -EFAULT);
	action.arg = (uintptr_t)memcpy(page_end - sizeof(set) + 1, &set, sizeof(set) - 1);
	check_eq(spawn_with(&action), -EFAULT);
	action.arg = (uintptr_t)at_end(&set, sizeof(set));
	check_eq(spawn_with(&action), 0);
	action.arg = (uintptr_t)&set;
	set.sigset = 0;
	check_eq(spawn_with(&action), -EFAULT);
	for_bad(set.sigset)
		check_eq(spawn_with(&action), -EFAULT);
	set.sigset = (uintptr_t)page_end - 7;
	check_eq(spawn_with(&action), -EFAULT);
	set.sigset = (uintptr_t)at_end(&signals, 8);
	check_eq(spawn_with(&action), 0);
}

WITH(sigmask_pointers)
{
	sigset_pointers(SPAWN_TEMPLATE_ACTION_SIGMASK);
}

WITH(sigdefault_pointers)
{
	sigset_pointers(SPAWN_TEMPLATE_ACTION_SIGDEFAULT);
}

WITH(pidfd_pointer)
{
	struct spawn_template_spawn_args args = good();
	int before = count_fds();

	for_bad(args.pidfd)
		check_eq(spawn(&args), -EFAULT);
	args.pidfd = (uintptr_t)read_only;
	check_eq(spawn(&args), -EFAULT);
	args.pidfd = (uintptr_t)page_end - 3;
	check_eq(spawn(&args), -EFAULT);
	check_eq(count_fds(), before);
	args.pidfd = (uintptr_t)page_end - 4;
	check_eq(spawn(&args), 0);
	check_eq(count_fds(), before + 1);
	close(*(int *)(page_end - 4));
}

WITH(result_pointer)
{
	struct spawn_template_spawn_args args = good();
	size_t size = sizeof(struct spawn_template_result);

	for_bad(args.result)
		check_eq(spawn(&args), -EFAULT);
	args.result = (uintptr_t)read_only;
	check_eq(spawn(&args), -EFAULT);
	args.result = (uintptr_t)page_end - size + 1;
	check_eq(spawn(&args), -EFAULT);
	args.result = (uintptr_t)page_end - size;
	check_eq(spawn(&args), 0);
}

WITH(info_pointer)
{
	uint64_t address;

	for_bad(address)
		check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_INFO, address), -EFAULT);
	check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_INFO, 0), -EFAULT);
	check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_INFO, (uintptr_t)read_only), -EFAULT);
	address = (uintptr_t)page_end - sizeof(struct spawn_template_info);
	check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_INFO, address + 1), -EFAULT);
	check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_INFO, address), 0);
}

WITH(query_pointer)
{
	uint64_t address;

	for_bad(address)
		check_eq(ioctl_at(probe, SPAWN_TEMPLATE_IOC_QUERY, address), -EFAULT);
	check_eq(ioctl_at(probe, SPAWN_TEMPLATE_IOC_QUERY, 0), -EFAULT);
	check_eq(ioctl_at(probe, SPAWN_TEMPLATE_IOC_QUERY, (uintptr_t)read_only), -EFAULT);
	address = (uintptr_t)page_end - sizeof(struct spawn_template_query);
	check_eq(ioctl_at(probe, SPAWN_TEMPLATE_IOC_QUERY, address + 1), -EFAULT);
	check_eq(ioctl_at(probe, SPAWN_TEMPLATE_IOC_QUERY, address), 0);
}

SUITE("efault",
      T(create_args),
      T(create_filename),
      T(spawn_args),
      T(argv_array),
      T(argv_strings),
      T(envp_array),
      T(envp_strings),
      T(action_array),
      T(open_argument),
      T(open_path),
      T(sigmask_pointers),
      T(sigdefault_pointers),
      T(pidfd_pointer),
      T(result_pointer),
      T(info_pointer),
      T(query_pointer));
