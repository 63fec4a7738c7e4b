// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_efault.c - bad pointers in every place where there is a pointer
 */
#include "common.h"

#include <linux/openat2.h>
#include <sys/resource.h>

#define PAGE 4096
/* Larger than any size in an ioctl number. */
#define TOO_LARGE (1 << _IOC_SIZEBITS)

/* A page with unmapped memory after it; and a read-only page. */
static char *page;
static char *page_end;
static char *read_only;

/* Addresses that can be neither read nor written. */
static uint64_t bad[16];
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
	bad[i++] = 8; /* in the page of NULL */
	bad[i++] = (uintptr_t)page_end; /* right after the readable page */
	bad[i++] = 0x00007ffffffff000; /* the end of a program's addresses */
	bad[i++] = 0x0000800000000000; /* the first non-canonical address */
	bad[i++] = 0x8000000000000000;
	bad[i++] = 0xffff7fffffffffff; /* the last non-canonical address */
	bad[i++] = 0xffff888000000000; /* the kernel's direct map */
	bad[i++] = 0xffffffffff600000; /* the vsyscall page */
	bad[i++] = 0xfffffffffffff001; /* the kernel's code of an error */
	bad[i++] = 0xffffffffffffffff;
	bad_count = i;
}

static void tear_down(void)
{
	must(munmap(page, 2 * PAGE));
	must(munmap(read_only, PAGE));
}

static void again(void *test)
{
	own_template();
	set_up();
	((void (*)(void))test)();
	tear_down();
}

/* A test with these addresses, by root and by a user without rights. */
#define WITH(name) \
	static void name##_(void); \
	static void name(void) \
	{ \
		set_up(); \
		name##_(); \
		tear_down(); \
		in_child_as_nobody(again, name##_); \
	} \
	static void name##_(void)

/* Try each bad address: assign it, then run the statement. */
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

/* Copy an object so that it ends with the page. */
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
	/* The last byte is not mapped. */
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
	/* Arguments are only read, so they may be in read-only memory. */
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
	/*
	 * A pointer that looks like one of the kernel's error codes is a bad
	 * pointer.
	 */
	for (i = 1; i < 200; i++) {
		strings[2] = -i;
		check_eq(spawn(&args), -EFAULT);
	}
	strings[2] = (uintptr_t)memcpy(page_end - 4, "0000", 4);
	check_eq(spawn(&args), -EFAULT);
	strings[2] = (uintptr_t)at_end("0", 2);
	check_eq(spawn(&args), 0);
	/* A string that fills the page, so that it is read in parts. */
	strings[2] = (uintptr_t)memset(page_end - PAGE, '0', PAGE);
	check_eq(spawn(&args), -EFAULT);
	page_end[-1] = '\0';
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
	check_eq(spawn(&args), -EFAULT); /* NULL, but two actions */
	for_bad(args.actions)
		check_eq(spawn(&args), -EFAULT);
	args.actions = (uintptr_t)at_end(list, sizeof(*list));
	check_eq(spawn(&args), -EFAULT); /* the second action is not mapped */
	args.actions = (uintptr_t)at_end(list, sizeof(list));
	check_eq(spawn(&args), 0);
	/* With no actions, the pointer is not read. */
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

/* Spawns by path */

static struct spawn_template_path_args by_path(const struct spawn_template_spawn_args *args)
{
	return (struct spawn_template_path_args){ .spawn = (uintptr_t)args,
						  .spawn_size = sizeof(*args),
						  .file = (uintptr_t)PROBE };
}

static int spawn_by_path(const struct spawn_template_path_args *args)
{
	pid_t pid = ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, args);

	return pid < 0 ? -errno : wait_for(pid);
}

WITH(path_args)
{
	struct spawn_template_spawn_args spawn_args = good();
	struct spawn_template_path_args args = by_path(&spawn_args);
	uint64_t address;

	for_bad(address)
		check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, address), -EFAULT);
	check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, 0), -EFAULT);
	/* The last byte is not mapped. */
	memcpy(page_end - sizeof(args) + 1, &args, sizeof(args) - 1);
	check_eq(spawn_by_path((void *)(page_end - sizeof(args) + 1)), -EFAULT);
	check_eq(spawn_by_path(at_end(&args, sizeof(args))), 0);
	must(mprotect(page, PAGE, PROT_READ));
	check_eq(spawn_by_path((void *)(page_end - sizeof(args))), 0);
}

WITH(path_spawn_pointer)
{
	struct spawn_template_spawn_args spawn_args = good();
	struct spawn_template_path_args args = by_path(NULL);

	check_eq(spawn_by_path(&args), -EFAULT);
	for_bad(args.spawn) check_eq(spawn_by_path(&args), -EFAULT);
	args.spawn = (uintptr_t)page_end - sizeof(spawn_args) + 1;
	check_eq(spawn_by_path(&args), -EFAULT);
	args.spawn = (uintptr_t)at_end(&spawn_args, sizeof(spawn_args));
	check_eq(spawn_by_path(&args), 0);
}

WITH(path_file)
{
	struct spawn_template_spawn_args spawn_args = good();
	struct spawn_template_path_args args = by_path(&spawn_args);
	const char *path = PROBE;

	for_bad(args.file) check_eq(spawn_by_path(&args), -EFAULT);
	args.file = (uintptr_t)memcpy(page_end - strlen(path), path, strlen(path));
	check_eq(spawn_by_path(&args), -EFAULT);
	args.file = (uintptr_t)at_end(path, strlen(path) + 1);
	check_eq(spawn_by_path(&args), 0);
}

WITH(path_directories)
{
	struct spawn_template_spawn_args spawn_args = good();
	struct spawn_template_path_args args = by_path(&spawn_args);
	const char *probe_path = PROBE;
	const char *list =
		text("/nowhere:%.*s", (int)(strrchr(probe_path, '/') - probe_path), probe_path);

	/* A file with a slash is not searched for, so the list is not read. */
	for_bad(args.path) check_eq(spawn_by_path(&args), 0);
	args.file = (uintptr_t) "probe";
	for_bad(args.path) check_eq(spawn_by_path(&args), -EFAULT);
	args.path = (uintptr_t)memcpy(page_end - strlen(list), list, strlen(list));
	check_eq(spawn_by_path(&args), -EFAULT);
	args.path = (uintptr_t)at_end(list, strlen(list) + 1);
	check_eq(spawn_by_path(&args), 0);
}

/* Attributes of birth */

WITH(set_tid_pointer)
{
	struct spawn_template_spawn_args args = good();
	int32_t wanted[] = { 22225, 22226 };

	args.set_tid_size = 1;
	for_bad(args.set_tid) check_eq(spawn(&args), -EFAULT);
	args.set_tid = (uintptr_t)page_end - 3;
	check_eq(spawn(&args), -EFAULT);
	args.set_tid = (uintptr_t)at_end(wanted, sizeof(*wanted));
	check_eq(spawn(&args), geteuid() ? -EPERM : 0);
	/* The second pid is not mapped. */
	args.set_tid_size = 2;
	check_eq(spawn(&args), -EFAULT);
	/*
	 * There are fewer namespaces than pids: all pids are read before that
	 * check.
	 */
	args.set_tid = (uintptr_t)at_end(wanted, sizeof(wanted));
	check_eq(spawn(&args), -EINVAL);
}

/* System calls of the child's */

static struct spawn_template_result result;

/* The spawn fails in the child at its action, or succeeds. */
static int spawn_call(const struct spawn_template_syscall *call, uint64_t flags)
{
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_SYSCALL,
						.arg = (uintptr_t)call };
	struct spawn_template_spawn_args args = good();
	int status;

	args.flags = flags;
	args.actions = (uintptr_t)&action;
	args.actions_len = 1;
	args.result = (uintptr_t)&result;
	status = spawn(&args);
	if (result.error) {
		check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
		check_eq(result.action, 0);
		check_eq(status, flags & SPAWN_TEMPLATE_SPAWN_ASYNC ? 127 : -result.error);
	}
	return status == 127 ? -result.error : status;
}

WITH(syscall_argument)
{
	struct spawn_template_syscall call = { .nr = SYS_umask, .args = { 077 } };
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_SYSCALL };

	for_bad(action.arg) check_eq(spawn_with(&action), -EFAULT);
	action.arg = (uintptr_t)memcpy(page_end - sizeof(call) + 1, &call, sizeof(call) - 1);
	check_eq(spawn_with(&action), -EFAULT);
	action.arg = (uintptr_t)at_end(&call, sizeof(call));
	check_eq(spawn_with(&action), 0);
	must(mprotect(page, PAGE, PROT_READ));
	check_eq(spawn_with(&action), 0);
}

/* Argument n of the call points to an object of this size. */
static void call_pointer(struct spawn_template_syscall call, int n, const void *object, size_t size)
{
	static const uint64_t flags[] = { 0, SPAWN_TEMPLATE_SPAWN_ASYNC };
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		for_bad(call.args[n]) check_eq(spawn_call(&call, flags[i]), -EFAULT);
		call.args[n] = (uintptr_t)memcpy(page_end - size + 1, object, size - 1);
		check_eq(spawn_call(&call, flags[i]), -EFAULT);
		call.args[n] = (uintptr_t)at_end(object, size);
		check_eq(spawn_call(&call, flags[i]), 0);
	}
}

WITH(syscall_pointers)
{
	struct open_how how = { .flags = O_RDONLY };
	struct rlimit limit = { 1000, 1000 };
	unsigned long cpus = 1;
	gid_t groups[] = { 1, 2 };

	call_pointer((struct spawn_template_syscall){ .nr = SYS_chdir }, 0, "/proc", 6);
	call_pointer((struct spawn_template_syscall){ .nr = SYS_openat2,
						      .args = { AT_FDCWD, 0, (uintptr_t)&how,
								sizeof(how) } },
		     1, "/dev/null", 10);
	call_pointer((struct spawn_template_syscall){ .nr = SYS_openat2,
						      .args = { AT_FDCWD, (uintptr_t) "/dev/null",
								0, sizeof(how) } },
		     2, &how, sizeof(how));
	call_pointer((struct spawn_template_syscall){ .nr = SYS_prlimit64,
						      .args = { 0, RLIMIT_NOFILE } },
		     2, &limit, sizeof(limit));
	call_pointer((struct spawn_template_syscall){ .nr = SYS_prlimit64,
						      .args = { 0, RLIMIT_NOFILE } },
		     3, &limit, sizeof(limit));
	/* For other users, setgroups() fails whatever the pointer is. */
	if (!geteuid())
		call_pointer((struct spawn_template_syscall){ .nr = SYS_setgroups, .args = { 2 } },
			     1, groups, sizeof(groups));
	call_pointer((struct spawn_template_syscall){ .nr = SYS_sched_setaffinity,
						      .args = { 0, sizeof(cpus) } },
		     2, &cpus, sizeof(cpus));
}

/* The call writes the old limit to the caller's memory, if that is writable. */
WITH(syscall_output)
{
	struct spawn_template_syscall call = {
		.nr = SYS_prlimit64, .args = { 0, RLIMIT_NOFILE, 0, (uintptr_t)read_only }
	};
	struct rlimit own, *limit = (void *)(page_end - sizeof(*limit));

	must(getrlimit(RLIMIT_NOFILE, &own));
	check_eq(spawn_call(&call, 0), -EFAULT);
	check_eq(spawn_call(&call, SPAWN_TEMPLATE_SPAWN_ASYNC), -EFAULT);
	call.args[3] = (uintptr_t)limit;
	check_eq(spawn_call(&call, SPAWN_TEMPLATE_SPAWN_ASYNC), 0);
	check_eq(limit->rlim_cur, own.rlim_cur);
	check_eq(limit->rlim_max, own.rlim_max);
}

/* Asynchronous spawns */

WITH(async_result_pointer)
{
	struct spawn_template_action nothing = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 999 };
	struct spawn_template_spawn_args args = good();
	struct spawn_template_result *last = (void *)(page_end - sizeof(*last));

	args.flags = SPAWN_TEMPLATE_SPAWN_ASYNC;
	for_bad(args.result) check_eq(spawn(&args), -EFAULT);
	args.result = (uintptr_t)read_only;
	check_eq(spawn(&args), -EFAULT);
	args.result = (uintptr_t)last + 1;
	check_eq(spawn(&args), -EFAULT);
	args.result = (uintptr_t)last;
	check_eq(spawn(&args), 0);
	check_eq(last->error, 0);
	/* The child writes the result itself, into the last mapped bytes. */
	args.actions = (uintptr_t)&nothing;
	args.actions_len = 1;
	check_eq(spawn(&args), 127);
	check_eq(last->error, EBADF);
	check_eq(last->stage, SPAWN_TEMPLATE_STAGE_ACTION);
}

WITH(async_pidfd_pointer)
{
	struct spawn_template_spawn_args args = good();
	int before = count_fds();

	args.flags = SPAWN_TEMPLATE_SPAWN_ASYNC;
	for_bad(args.pidfd) check_eq(spawn(&args), -EFAULT);
	args.pidfd = (uintptr_t)page_end - 3;
	check_eq(spawn(&args), -EFAULT);
	check_eq(count_fds(), before);
	args.pidfd = (uintptr_t)page_end - 4;
	check_eq(spawn(&args), 0);
	close(*(int *)(page_end - 4));
}

/* Many spawns in one call */

static struct spawn_template_batch_args batch_of(void *entries, uint32_t count)
{
	return (struct spawn_template_batch_args){
		.entries = (uintptr_t)entries,
		.count = count,
		.entry_size = sizeof(struct spawn_template_batch_entry),
	};
}

static int batch(const struct spawn_template_batch_args *args)
{
	int done = ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, args);

	return done < 0 ? -errno : done;
}

static struct spawn_template_batch_entry entry_of(const struct spawn_template_spawn_args *args)
{
	return (struct spawn_template_batch_entry){ .tmpl = probe,
						    .args_size = sizeof(*args),
						    .args = (uintptr_t)args };
}

WITH(batch_args)
{
	struct spawn_template_spawn_args spawn_args = good();
	struct spawn_template_batch_entry entry = entry_of(&spawn_args);
	struct spawn_template_batch_args args = batch_of(&entry, 1);
	uint64_t address;

	for_bad(address)
		check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, address), -EFAULT);
	check_eq(ioctl_at(device, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, 0), -EFAULT);
	memcpy(page_end - sizeof(args) + 1, &args, sizeof(args) - 1);
	check_eq(batch((void *)(page_end - sizeof(args) + 1)), -EFAULT);
	check_eq(batch(at_end(&args, sizeof(args))), 1);
	check_eq(wait_for(entry.result.pid), 0);
}

WITH(batch_entries)
{
	struct spawn_template_spawn_args spawn_args = good();
	struct spawn_template_batch_entry entry = entry_of(&spawn_args), *last;
	struct spawn_template_batch_args args = batch_of(NULL, 1);

	check_eq(batch(&args), -EFAULT);
	for_bad(args.entries) check_eq(batch(&args), -EFAULT);
	/* The entries must be writable, up to the last byte. */
	args.entries = (uintptr_t)read_only;
	check_eq(batch(&args), -EFAULT);
	args.entries = (uintptr_t)memcpy(page_end - sizeof(entry) + 1, &entry, sizeof(entry) - 1);
	check_eq(batch(&args), -EFAULT);
	last = at_end(&entry, sizeof(entry));
	must(mprotect(page, PAGE, PROT_READ));
	args.entries = (uintptr_t)last;
	check_eq(batch(&args), -EFAULT);
	must(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	check_eq(count_children(), 0);
	/* The second entry is not mapped; the first one is done. */
	args.count = 2;
	check_eq(batch(&args), 1);
	check_eq(wait_for(last->result.pid), 0);
	/* With no entries, the pointer is not read. */
	args.count = 0;
	for_bad(args.entries) check_eq(batch(&args), 0);
}

/* A bad pointer in an entry is an error of that entry only. */
WITH(batch_pointers)
{
	struct spawn_template_spawn_args fine = good(), wild = good();
	struct spawn_template_path_args path = by_path(&fine);
	struct spawn_template_batch_entry entries[3] = { entry_of(&fine), entry_of(&fine),
							 entry_of(&fine) };
	struct spawn_template_batch_args args = batch_of(entries, 3);
	__u64 *const pointers[] = { &entries[1].args, &wild.argv,  &wild.envp, &wild.result,
				    &wild.pidfd,      &path.spawn, &path.file };
	size_t i;

	for (i = 0; i < sizeof(pointers) / sizeof(*pointers); i++) {
		bool is_path = pointers[i] == &path.spawn || pointers[i] == &path.file;
		uint64_t before = *pointers[i];

		if (pointers[i] != &entries[1].args) {
			entries[1].tmpl = is_path ? -1 : probe;
			entries[1].args = is_path ? (uintptr_t)&path : (uintptr_t)&wild;
			entries[1].args_size = is_path ? sizeof(path) : sizeof(wild);
		}
		for_bad(*pointers[i])
		{
			check_eq(batch(&args), 3);
			check_eq(entries[1].result.error, EFAULT);
			check_eq(entries[1].result.pid, 0);
			check_eq(wait_for(entries[0].result.pid), 0);
			check_eq(wait_for(entries[2].result.pid), 0);
		}
		*pointers[i] = before;
	}
}

/* Sizes */

/*
 * Make an ioctl with a struct of another size, as an older or newer program
 * does.
 */
static int ioctl_sized(unsigned long request, const void *args, size_t size, size_t tail)
{
	char larger[256] = { 0 };
	int ret;

	memcpy(larger, args, size);
	if (tail)
		larger[tail] = 1;
	ret = ioctl(device, _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request), size),
		    larger);
	return ret < 0 ? -errno : ret;
}

static void wait_for_any(int count)
{
	int status;

	while (count--) {
		must(waitpid(-1, &status, 0));
		check_eq(status, 0);
	}
}

/* Each call that succeeds makes a child. */
static void sizes_of(unsigned long request, const void *args, size_t first)
{
	size_t known = _IOC_SIZE(request), size;
	char larger[256] = { 0 };
	char *last;

	memcpy(larger, args, known);
	for (size = 0; size < first; size++)
		check_eq(ioctl_sized(request, larger, size, 0), -EINVAL);
	check(ioctl_sized(request, larger, known, 0) > 0);
	check(ioctl_sized(request, larger, known + 1, 0) > 0);
	check(ioctl_sized(request, larger, 200, 0) > 0);
	check_eq(ioctl_sized(request, larger, known + 1, known), -E2BIG);
	check_eq(ioctl_sized(request, larger, 200, 199), -E2BIG);
	/* The tail is not mapped. */
	last = at_end(larger, known);
	check_eq(ioctl_at(device,
			  _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request), known + 8),
			  (uintptr_t)last),
		 -EFAULT);
	wait_for_any(3);
}

WITH(sizes_of_path_args)
{
	struct spawn_template_spawn_args args[2] = { good() };
	struct spawn_template_path_args path = by_path(args);
	char *zeros;

	sizes_of(SPAWN_TEMPLATE_IOC_SPAWN_PATH, &path, SPAWN_TEMPLATE_PATH_ARGS_SIZE_VER0);
	/* The struct that it points to has sizes, too. */
	path.spawn_size = SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0 - 1;
	check_eq(spawn_by_path(&path), -EINVAL);
	path.spawn_size = 0;
	check_eq(spawn_by_path(&path), -EINVAL);
	path.spawn_size = SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0;
	check_eq(spawn_by_path(&path), 0);
	path.spawn_size = sizeof(args);
	check_eq(spawn_by_path(&path), 0);
	((char *)args)[sizeof(args) - 1] = 1;
	check_eq(spawn_by_path(&path), -E2BIG);
	/*
	 * No struct may be so large, even if it is all zeros: to check that
	 * would take long.
	 */
	zeros = map(TOO_LARGE, PROT_READ | PROT_WRITE);
	args[0] = good();
	path.spawn = (uintptr_t)memcpy(zeros, args, sizeof(*args));
	path.spawn_size = TOO_LARGE - 1;
	check_eq(spawn_by_path(&path), 0);
	path.spawn_size = TOO_LARGE;
	check_eq(spawn_by_path(&path), -E2BIG);
	path.spawn_size = -1;
	check_eq(spawn_by_path(&path), -E2BIG);
	must(munmap(zeros, TOO_LARGE));
}

WITH(sizes_of_batch_args)
{
	struct spawn_template_spawn_args args[2] = { good() };
	struct spawn_template_path_args path[2] = { by_path(args) };
	struct spawn_template_batch_entry larger[4] = { entry_of(args) };
	struct spawn_template_batch_args batch_args = batch_of(larger, 1);
	const struct {
		uint32_t size;
		int error;
	} sizes[] = { { 0, EINVAL },
		      { SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0 - 1, EINVAL },
		      { SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0, 0 },
		      { sizeof(args), 0 },
		      { -1, E2BIG } };
	size_t i;

	sizes_of(SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &batch_args, SPAWN_TEMPLATE_BATCH_ARGS_SIZE_VER0);
	/* The same for the struct of an entry. */
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		larger[0].args_size = sizes[i].size;
		/* A larger struct has a byte that this module does not know. */
		((char *)args)[sizeof(args) - 1] = sizes[i].error == E2BIG;
		check_eq(batch(&batch_args), 1);
		check_eq(larger[0].result.error, sizes[i].error);
		if (!sizes[i].error)
			check_eq(wait_for(larger[0].result.pid), 0);
	}
	((char *)args)[sizeof(args) - 1] = 0;
	larger[0].tmpl = -1;
	larger[0].args = (uintptr_t)path;
	for (i = SPAWN_TEMPLATE_PATH_ARGS_SIZE_VER0 - 1; i <= sizeof(path); i++) {
		larger[0].args_size = i;
		check_eq(batch(&batch_args), 1);
		check_eq(larger[0].result.error,
			 i < SPAWN_TEMPLATE_PATH_ARGS_SIZE_VER0 ? EINVAL : 0);
		if (larger[0].result.pid)
			check_eq(wait_for(larger[0].result.pid), 0);
	}
	/*
	 * Larger entries of a newer program: bytes after today's struct are not
	 * read.
	 */
	larger[0] = larger[2] = entry_of(args);
	batch_args.count = 2;
	batch_args.entry_size = 2 * sizeof(*larger);
	memset(&larger[1], 0xff, sizeof(*larger));
	memset(&larger[3], 0xff, sizeof(*larger));
	check_eq(batch(&batch_args), 2);
	check_eq(wait_for(larger[0].result.pid), 0);
	check_eq(wait_for(larger[2].result.pid), 0);
	check_eq(larger[1].tmpl, -1);
}

SUITE("efault", T(create_args), T(create_filename), T(spawn_args), T(argv_array), T(argv_strings),
      T(envp_array), T(envp_strings), T(action_array), T(open_argument), T(open_path),
      T(sigmask_pointers), T(sigdefault_pointers), T(pidfd_pointer), T(result_pointer),
      T(info_pointer), T(query_pointer), T(path_args), T(path_spawn_pointer), T(path_file),
      T(path_directories), T(set_tid_pointer), T(syscall_argument), T(syscall_pointers),
      T(syscall_output), T(async_result_pointer), T(async_pidfd_pointer), T(batch_args),
      T(batch_entries), T(batch_pointers), T(sizes_of_path_args), T(sizes_of_batch_args));
