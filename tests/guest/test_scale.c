// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_scale.c - large callers and many spawns: correct, with little memory
 *
 * spawn-bench measures what that costs.
 */
#include "common_process.h"

#include <limits.h>
#include <sys/resource.h>

#define MANY 20000
#define GIB (1UL << 30)

/* --- many descriptors --- */

static void allow_descriptors(rlim_t number)
{
	must(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ number, 1 << 20 }));
}

/*
 * Open the descriptors from 100 to 99 + MANY. Every second one is
 * close-on-exec.
 */
static void open_many(void)
{
	int null = must(open("/dev/null", O_RDONLY | O_CLOEXEC)), i;

	allow_descriptors(MANY + 200);
	for (i = 100; i < 100 + MANY; i++)
		must(dup3(null, i, i % 2 ? O_CLOEXEC : 0));
	close(null);
}

/*
 * Spawn "probe count-fds" and return the number it prints, which leaves out
 * probe's own descriptor.
 */
static int descriptors_of_a_spawn(int template, unsigned int flags)
{
	struct outspawn_actions actions;
	char data[64] = "";
	int ends[2];
	pid_t pid;

	must(pipe2(ends, O_CLOEXEC));
	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_dup2(&actions, ends[1], STDOUT_FILENO), 0);
	pid = outspawn_spawn(template, ARGV("probe", "count-fds"), NULL, &actions, flags, NULL,
			     NULL);
	outspawn_actions_destroy(&actions);
	close(ends[1]);
	check_eq(wait_for(pid), 0);
	check(read(ends[0], data, sizeof(data) - 1) > 0);
	close(ends[0]);
	return atoi(data);
}

CHILD_TEST(many_descriptors)
{
	int template = template_of(PROBE);

	open_many();
	check_eq(descriptors_of_a_spawn(template, 0), 3);
	check_eq(descriptors_of_a_spawn(template, OUTSPAWN_INHERIT_FDS), 3 + MANY / 2);
	check(is_open(99 + MANY));
}

/*
 * The child's table has the size that the child needs, not the size of the
 * caller's.
 */
CHILD_TEST(table_with_many_descriptors)
{
	int template = template_of(PROBE);
	pid_t pid;

	open_many();
	pid = try_spawn(template, ARGV("probe", "block"));
	check(pid > 0);
	check(process_status(pid, "FDSize") <= 256);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

CHILD_TEST(high_descriptor_in_an_action)
{
	struct outspawn_actions actions;
	int template = template_of(PROBE), file;
	char *path = in_scratch_new("high");

	open_many();
	file = must(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	must(dup3(file, 99 + MANY, O_CLOEXEC));
	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_dup2(&actions, 99 + MANY, 150 + MANY), 0);
	check_eq(outspawn_actions_dup2(&actions, 150 + MANY, STDOUT_FILENO), 0);
	check_eq(outspawn_actions_close_range(&actions, 3, ~0U, 0), 0);
	check_eq(wait_for(outspawn_spawn(template, ARGV("probe", "echo", "far"), NULL, &actions,
					 OUTSPAWN_INHERIT_FDS, NULL, NULL)),
		 0);
	outspawn_actions_destroy(&actions);
	check_str(read_whole(path, NULL), "far\n");
}

/*
 * The caller has more descriptors open than its limit allows. The spawn
 * succeeds, as fork does.
 */
CHILD_TEST(more_descriptors_than_the_limit)
{
	int template = template_of(PROBE);

	open_many();
	allow_descriptors(64);
	check_eq(descriptors_of_a_spawn(template, OUTSPAWN_INHERIT_FDS), 3 + MANY / 2);
}

/* --- much memory --- */

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

static long write_to_all(char *memory)
{
	long before = faults();
	size_t at;

	for (at = 0; at < GIB; at += 64 * 4096)
		memory[at]++;
	return faults() - before;
}

CHILD_TEST(much_memory)
{
	int template = template_of(PROBE);
	char *memory;
	pid_t pid;

	memory = mmap(NULL, GIB, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	check(memory != MAP_FAILED);
	check(process_status(getpid(), "VmRSS") >= 1 << 20);
	pid = try_spawn(template, ARGV("probe", "block"));
	check(pid > 0);
	/* exec_mmap() completes vfork_done, then replaces the caller's mm. */
	wait_until(process_status(pid, "VmPeak") < 1 << 16);
	check(process_status(pid, "VmRSS") < 1 << 13);
	/* After a fork, each page would be copied at its next write. */
	check(write_to_all(memory) < 100);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
	check_eq(spawn_and_wait(template), 0);
	check(write_to_all(memory) < 100);
}

/*
 * Wait for a child with any exit signal. Returns its peak of resident memory in
 * KiB.
 */
static long peak_of(pid_t pid)
{
	struct rusage usage;
	int status;

	check(pid > 0);
	check_eq(wait4(pid, &status, __WALL, &usage), pid);
	check_eq(status, 0);
	return usage.ru_maxrss;
}

/*
 * The peak that wait4(2) reports is the program's own. For a child of vfork and
 * execve it includes the caller's.
 */
CHILD_TEST(peak_of_resident_memory)
{
	static char *const argv[] = { "probe", "exit", "0", NULL };
	struct spawn_template_spawn_args plain = { .argv = (uintptr_t)argv }, async = plain,
					 quiet = plain;
	const long size = 64 << 20, most = size / 4 >> 10;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	check(memory != MAP_FAILED);
	own_template();
	async.flags = SPAWN_TEMPLATE_SPAWN_ASYNC;
	quiet.flags = SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL;
	check(peak_of(reference_spawn(PROBE, argv, NULL, NULL)) >= size >> 10);
	check(peak_of(sys_spawn(probe, &plain)) < most);
	check(peak_of(sys_spawn(probe, &async)) < most);
	check(peak_of(sys_spawn(probe, &quiet)) < most);
	check(peak_of(sys_spawn_path(PROBE, NULL, &plain)) < most);
	check(peak_of(sys_spawn_path(PROBE, NULL, &async)) < most);
	must(munmap(memory, size));
}

/* --- kernel memory --- */

static void memory_of_a_template(const char *path)
{
	struct spawn_template_query query;
	int template = template_of(path);

	query = query_of(template);
	close(template);
	check(query.memory > 0);
	if (query.memory > 4096)
		check_failed(__FILE__, __LINE__, "a template of %s takes %u bytes", path,
			     query.memory);
}

static void memory_of_templates(void)
{
	memory_of_a_template("/bin/bash");
	memory_of_a_template("/usr/bin/rg");
	memory_of_a_template("/usr/bin/git");
	memory_of_a_template("/usr/bin/python3");
	memory_of_a_template(PROBE);
}

#define GROUP "/sys/fs/cgroup/outspawn-scale"

/*
 * Read the kernel memory of the test's cgroup. The kernel batches updates, by
 * some hundred KiB a CPU. So only large amounts can be measured.
 */
static long kernel_memory(void)
{
	char *stat, *at;

	stat = read_whole(GROUP "/memory.stat", NULL);
	at = strstr(stat, "\nkernel ");
	check(at);
	return atol(at + strlen("\nkernel "));
}

/* Wait until the value is stable, as memory is freed with a delay. */
static long settled_kernel_memory(void)
{
	long now = kernel_memory(), before;
	int same = 0;

	while (same < 5) {
		usleep(50000);
		before = now;
		now = kernel_memory();
		same = labs(now - before) < 1 << 16 ? same + 1 : 0;
	}
	return now;
}

static void in_group(void (*function)(void *))
{
	write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (mkdir(GROUP, 0755) < 0)
		check_eq(errno, EEXIST);
	in_child(function, NULL);
	wait_until(rmdir(GROUP) == 0);
}

static bool has_kasan(void)
{
	return strstr(read_whole("/proc/kallsyms", NULL), " kasan_report\n");
}

#define TEMPLATES 4000

static void measure_templates(void *unused)
{
	long before, files, templates;
	int fds[TEMPLATES], i;

	(void)unused;
	write_text(GROUP "/cgroup.procs", "0");
	allow_descriptors(3 * TEMPLATES + 100);
	must(dup2(device, 3 * TEMPLATES + 90));
	before = settled_kernel_memory();
	/*
	 * For comparison: the program opened twice, and a file without content.
	 */
	for (i = 0; i < TEMPLATES; i++) {
		fds[i] = must(open("/bin/bash", O_RDONLY | O_CLOEXEC));
		must(open("/bin/bash", O_PATH | O_CLOEXEC));
		must(syscall(SYS_eventfd2, 0, O_CLOEXEC));
	}
	files = settled_kernel_memory() - before;
	close_range(fds[0], 3 * TEMPLATES + 80, 0);
	before = settled_kernel_memory();
	for (i = 0; i < TEMPLATES; i++)
		fds[i] = template_of("/bin/bash");
	templates = settled_kernel_memory() - before;
	fprintf(stderr, "# %d templates: %ld KiB; as many times three files: %ld KiB\n", TEMPLATES,
		templates >> 10, files >> 10);
	/* KASAN adds memory of its own to each allocation. */
	if (!has_kasan())
		check((templates - files) / TEMPLATES <= 4096);
}

static void kernel_memory_of_templates(void)
{
	in_group(measure_templates);
}

#define CHILDREN 256
#define LONG_STRING 70000 /* bytes: far from a power of two */

static pid_t vforked[CHILDREN];
static char *child_fifo;
static int spawn_template;
static char *spawn_argv[4];

static __attribute__((noinline)) void *vfork_through(void *number)
{
	pid_t pid = vfork();

	if (!pid) {
		open(child_fifo, O_RDONLY);
		_exit(0);
	}
	vforked[(intptr_t)number] = pid;
	return NULL;
}

static void *spawn_in_thread(void *number)
{
	struct held held = { .fifo = child_fifo, .template = spawn_template,
			     .argv = spawn_argv };

	vforked[(intptr_t)number] = spawn_through(&held);
	close(held.pidfd);
	return NULL;
}

static int sleeping_children(void)
{
	pid_t children[CHILDREN + 8];
	int count = children_of(getpid(), children, CHILDREN + 8), sleeping = 0, i;

	for (i = 0; i < count; i++)
		sleeping += process_state(children[i]) == 'S';
	return sleeping;
}

/* Measure the kernel memory while CHILDREN children wait in open(2). */
static long measure_children(void *(*function)(void *))
{
	pthread_t threads[CHILDREN];
	pthread_attr_t attributes;
	long before, during;
	intptr_t i;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	before = settled_kernel_memory();
	for (i = 0; i < CHILDREN; i++)
		check_eq(pthread_create(&threads[i], &attributes, function, (void *)i), 0);
	wait_until(sleeping_children() == CHILDREN);
	during = settled_kernel_memory();
	let_go(&(struct held){ .fifo = child_fifo });
	for (i = 0; i < CHILDREN; i++)
		check_eq(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < CHILDREN; i++)
		check_eq(wait_for(vforked[i]), 0);
	return during - before;
}

/* The least of several measurements has the least of other activity in it. */
#define MEASUREMENTS 3

/*
 * Measure how much more memory a spawn takes than a vfork, with a string of
 * this size.
 */
static long measure_strings(size_t size)
{
	long each = LONG_MAX;
	int i;

	spawn_argv[2] = malloc(size);
	memset(spawn_argv[2], '0', size);
	spawn_argv[2][size - 1] = '\0';
	for (i = 0; i < MEASUREMENTS; i++) {
		long vforks = measure_children(vfork_through);
		long more = (measure_children(spawn_in_thread) - vforks) / CHILDREN;

		each = more < each ? more : each;
	}
	free(spawn_argv[2]);
	fprintf(stderr, "# a spawn under way takes %ld bytes more than a vfork, %zu of them strings\n",
		each, size);
	return each;
}

static void measure_spawns(void *unused)
{
	long base, each;

	(void)unused;
	write_text(GROUP "/cgroup.procs", "0");
	child_fifo = make_fifo("flight");
	spawn_template = template_of(PROBE);
	spawn_argv[0] = "probe";
	spawn_argv[1] = "exit";
	/* The first measurement fills caches and does not count. */
	measure_children(vfork_through);
	base = measure_strings(16);
	check(base <= 2 * 4096);
	each = measure_strings(LONG_STRING);
	/* A smaller value would mean that nothing was measured. */
	check(each > LONG_STRING / 2);
	/* Long strings take whole pages. */
	check(each <= LONG_STRING + base + 4096);
}

static void kernel_memory_of_spawns(void)
{
	in_group(measure_spawns);
}

SUITE("scale",
      T(many_descriptors),
      T(table_with_many_descriptors),
      T(high_descriptor_in_an_action),
      T(more_descriptors_than_the_limit),
      T(much_memory),
      T(peak_of_resident_memory),
      T(memory_of_templates),
      T(kernel_memory_of_templates),
      T(kernel_memory_of_spawns));
