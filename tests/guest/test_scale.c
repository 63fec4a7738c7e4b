// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_scale.c - large callers, many spawns: right, and small
 *
 * What it costs in time is bench/check-cost's.
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

/* Descriptors [100, 100 + MANY); every second one close-on-exec. */
static void open_many(void)
{
	int null = must(open("/dev/null", O_RDONLY | O_CLOEXEC)), i;

	allow_descriptors(MANY + 200);
	for (i = 100; i < 100 + MANY; i++)
		must(dup3(null, i, i % 2 ? O_CLOEXEC : 0));
	close(null);
}

/* What "probe count-fds" of a spawn says: it counts its own for the count, too. */
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

/* The table of the child is as large as it has to be, not as the caller's. */
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

/* A limit below what is open already: as for fork, that is no hindrance. */
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
	check(process_status(pid, "VmPeak") < 1 << 16);
	check(process_status(pid, "VmRSS") < 1 << 13);
	/* A fork would have made every page one to be copied at its next write. */
	check(write_to_all(memory) < 100);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
	check_eq(spawn_and_wait(template), 0);
	check(write_to_all(memory) < 100);
}

/* Waits for a child of whatever exit signal: its peak of resident memory, in KiB. */
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
 * What wait4(2) tells of a program's memory is the program's own. A child of vfork and
 * execve has its caller's peak, too.
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
 * Kernel memory of the test's cgroup. The kernel batches what it adds, by some
 * hundred KiB a processor, so only much of it can be measured.
 */
static long kernel_memory(void)
{
	char *stat, *at;

	stat = read_whole(GROUP "/memory.stat", NULL);
	at = strstr(stat, "\nkernel ");
	check(at);
	return atol(at + strlen("\nkernel "));
}

/* The same once it changes no more: what was freed goes a little later. */
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

#define TEMPLATES 4000

static void measure_templates(void *unused)
{
	long before, files, templates;
	int fds[TEMPLATES], i;

	(void)unused;
	write_text(GROUP "/cgroup.procs", "0");
	allow_descriptors(3 * TEMPLATES + 100);
	must(dup2(device, 3 * TEMPLATES + 90));
	before = kernel_memory();
	/* Beside the file, opened twice, and the open file of the template itself. */
	for (i = 0; i < TEMPLATES; i++) {
		fds[i] = must(open("/bin/bash", O_RDONLY | O_CLOEXEC));
		must(open("/bin/bash", O_PATH | O_CLOEXEC));
		must(syscall(SYS_eventfd2, 0, O_CLOEXEC));
	}
	files = kernel_memory() - before;
	close_range(fds[0], 3 * TEMPLATES + 80, 0);
	before = settled_kernel_memory();
	for (i = 0; i < TEMPLATES; i++)
		fds[i] = template_of("/bin/bash");
	templates = kernel_memory() - before;
	fprintf(stderr, "# %d templates: %ld KiB; as many times three files: %ld KiB\n", TEMPLATES,
		templates >> 10, files >> 10);
	check((templates - files) / TEMPLATES <= 4096);
}

static void kernel_memory_of_templates(void)
{
	in_group(measure_templates);
}

#define FLIGHTS 256
#define LONG 70000 /* bytes, far from a power of two */

static pid_t vforked[FLIGHTS];
static char *flight_fifo;
static int flight_template;
static char *flight_argv[4];

static __attribute__((noinline)) void *vfork_through(void *number)
{
	pid_t pid = vfork();

	if (!pid) {
		open(flight_fifo, O_RDONLY);
		_exit(0);
	}
	vforked[(intptr_t)number] = pid;
	return NULL;
}

static void *spawn_in_thread(void *number)
{
	struct held held = { .fifo = flight_fifo, .template = flight_template,
			     .argv = flight_argv };

	vforked[(intptr_t)number] = spawn_through(&held);
	close(held.pidfd);
	return NULL;
}

static int sleeping_children(void)
{
	pid_t children[FLIGHTS + 8];
	int count = children_of(getpid(), children, FLIGHTS + 8), sleeping = 0, i;

	for (i = 0; i < count; i++)
		sleeping += process_state(children[i]) == 'S';
	return sleeping;
}

/* Kernel memory while so many children sit in an open. */
static long measure_flights(void *(*function)(void *))
{
	pthread_t threads[FLIGHTS];
	pthread_attr_t attributes;
	long before, during;
	intptr_t i;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	before = settled_kernel_memory();
	for (i = 0; i < FLIGHTS; i++)
		check_eq(pthread_create(&threads[i], &attributes, function, (void *)i), 0);
	wait_until(sleeping_children() == FLIGHTS);
	during = settled_kernel_memory();
	let_go(&(struct held){ .fifo = flight_fifo });
	for (i = 0; i < FLIGHTS; i++)
		check_eq(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < FLIGHTS; i++)
		check_eq(wait_for(vforked[i]), 0);
	return during - before;
}

/* Of several measurements the least has the least of what others did meanwhile. */
#define MEASUREMENTS 3

/* What a spawn takes beside what a vfork takes, with a string of this size. */
static long measure_strings(size_t size)
{
	long each = LONG_MAX;
	int i;

	flight_argv[2] = malloc(size);
	memset(flight_argv[2], '0', size);
	flight_argv[2][size - 1] = '\0';
	for (i = 0; i < MEASUREMENTS; i++) {
		long vforks = measure_flights(vfork_through);
		long more = (measure_flights(spawn_in_thread) - vforks) / FLIGHTS;

		each = more < each ? more : each;
	}
	free(flight_argv[2]);
	fprintf(stderr, "# a spawn in flight takes %ld bytes more than a vfork, %zu of them strings\n",
		each, size);
	return each;
}

static void measure_spawns(void *unused)
{
	long each;

	(void)unused;
	write_text(GROUP "/cgroup.procs", "0");
	flight_fifo = make_fifo("flight");
	flight_template = template_of(PROBE);
	flight_argv[0] = "probe";
	flight_argv[1] = "exit";
	/* Once for nothing: caches are filled. */
	measure_flights(vfork_through);
	check(measure_strings(16) <= 2 * 4096);
	each = measure_strings(LONG);
	/* Or nothing was measured. */
	check(each > LONG / 2);
	check(each <= LONG + 2 * 4096);
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
