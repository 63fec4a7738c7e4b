// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_numa.c - on which memory node a child is made and set up
 *
 * The guest needs two memory nodes or more: tests/vm/run -n 2. The module
 * node_of.ko tells the node of each object of a child. The caller runs on node
 * 0. The child belongs on the last node.
 */
#include "common_trace.h"

#include <dirent.h>
#include <sched.h>
#include <spawn.h>

#define OPENED 5 /* as in node_of.c */
#define ROUNDS 20

static int nodes; /* how many there are */
static cpu_set_t near, far; /* the CPUs of node 0 and of the last node */

/* In the order of node_of.c's report. */
enum object {
	TASK_STRUCT,
	KERNEL_STACK,
	SIGNAL_STRUCT,
	DESCRIPTOR_TABLE,
	OPENED_FILE,
	MM_STRUCT,
	TOP_PAGE_TABLE,
	STACK_PAGE_TABLE,
	STACK_PAGE,
	OBJECTS,
};
static const char *const names[OBJECTS] = {
	"task_struct", "kernel_stack",	 "signal_struct",    "descriptor_table", "opened_file",
	"mm_struct",   "top_page_table", "stack_page_table", "stack_page",
};

/* How often each object was on the last node. */
struct places {
	int far[OBJECTS];
};

static int last_node(void)
{
	return nodes - 1;
}

static int count_nodes(void)
{
	int count = 0;

	char path[64];

	do {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d", count++);
	} while (access(path, F_OK) == 0);
	return count - 1;
}

static void cpus_of(int node, cpu_set_t *cpus)
{
	char path[64];
	struct dirent *entry;
	DIR *folder;
	int cpu;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d", node);
	folder = opendir(path);
	check(folder);
	CPU_ZERO(cpus);
	while ((entry = readdir(folder)))
		if (sscanf(entry->d_name, "cpu%d", &cpu) == 1)
			CPU_SET(cpu, cpus);
	closedir(folder);
}

static int begin_numa(void **state)
{
	int fd;

	if (begin_suite(state))
		return -1;
	cpus_of(0, &near);
	cpus_of(last_node(), &far);
	fd = must(open(program("node_of.ko"), O_RDONLY | O_CLOEXEC));
	must(syscall(SYS_finit_module, fd, "", 0));
	close(fd);
	return 0;
}

static int end_numa(void **state)
{
	must(syscall(SYS_delete_module, "node_of", O_NONBLOCK));
	return end_suite(state);
}

static void on_node_0(void)
{
	must(sched_setaffinity(0, sizeof(near), &near));
}

static void add_places(struct places *places, pid_t pid)
{
	const char *file = "/sys/module/node_of/parameters/task";
	char *report;

	write_text(file, text("%d", pid));
	report = read_whole(file, NULL);
	for (int i = 0; i < OBJECTS; i++) {
		char *line = strstr(report, text("%s ", names[i]));

		check(line);
		places->far[i] += atoi(line + strlen(names[i])) == last_node();
	}
}

static void print_places(const char *method, const struct places *places)
{
	for (int i = 0; i < OBJECTS; i++)
		printf("# %s: %s %d of %d on node %d\n", method, names[i], places->far[i], ROUNDS,
		       last_node());
}

/*
 * A CPU's slab may be of another node: get_any_partial() took it there, or a free
 * on that CPU. Take the slabs away from all CPUs, and let each CPU's next slab be
 * of the CPU's node.
 */
static void renew_slabs(void)
{
	write_text("/sys/kernel/slab/filp/remote_node_defrag_ratio", "0");
	write_text("/sys/kernel/slab/filp/shrink", "1");
	write_text("/sys/kernel/slab/mm_struct/remote_node_defrag_ratio", "0");
	write_text("/sys/kernel/slab/mm_struct/shrink", "1");
}

/* A child that stays in "probe block" until it is killed. */
typedef pid_t (*start_function)(void);

static struct places places_of(const char *method, start_function start)
{
	struct places places = { 0 };

	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid;

		renew_slabs();
		pid = start();
		check(pid > 0);
		wait_for_state(pid, "S");
		add_places(&places, pid);
		must(kill(pid, SIGKILL));
		check_eq(wait_for(pid), 128 + SIGKILL);
	}
	print_places(method, &places);
	return places;
}

static pid_t start_with(struct outspawn_attr *attr, bool affinity)
{
	struct outspawn_actions actions;
	pid_t pid;

	outspawn_actions_init(&actions);
	if (affinity)
		check_eq(outspawn_actions_setaffinity(&actions, sizeof(far), &far), 0);
	check_eq(outspawn_actions_open(&actions, OPENED, "/proc/self/stat", O_RDONLY, 0), 0);
	pid = outspawn_spawn_attr(probe, ARGV("probe", "block"), NULL, &actions, attr, NULL, NULL);
	outspawn_actions_destroy(&actions);
	return pid;
}

static pid_t start_with_affinity(void)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

	return start_with(&attr, true);
}

static pid_t start_on_node(void)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

	attr.flags = OUTSPAWN_NODE;
	attr.node = last_node();
	return start_with(&attr, false);
}

static pid_t start_by_vfork(void)
{
	const char *path = PROBE;
	pid_t pid = vfork();

	if (pid)
		return pid;
	sched_setaffinity(0, sizeof(far), &far);
	dup2(open("/proc/self/stat", O_RDONLY), OPENED);
	execve(path, ARGV("probe", "block"), NULL);
	_exit(127);
}

static pid_t start_by_posix_spawn(void)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, OPENED, "/proc/self/stat", O_RDONLY, 0);
	check_eq(posix_spawn(&pid, PROBE, &actions, NULL, ARGV("probe", "block"), NULL), 0);
	posix_spawn_file_actions_destroy(&actions);
	must(sched_setaffinity(pid, sizeof(far), &far));
	return pid;
}

/* The kernel keeps kernel stacks of any node for each CPU. */
static void all_are_far(const struct places *places)
{
	static const enum object always[] = { TASK_STRUCT, DESCRIPTOR_TABLE, OPENED_FILE,
					      MM_STRUCT, TOP_PAGE_TABLE, STACK_PAGE_TABLE,
					      STACK_PAGE };

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		check_eq(places->far[always[i]], ROUNDS);
}

CHILD_TEST(affinity_action_chooses_the_node)
{
	struct places places;

	on_node_0();
	own_template();
	places = places_of("affinity action", start_with_affinity);
	all_are_far(&places);
}

CHILD_TEST(caller_chooses_the_node)
{
	struct places places;
	cpu_set_t both;

	on_node_0();
	/* The child may run where the caller may. */
	CPU_OR(&both, &near, &far);
	must(sched_setaffinity(0, sizeof(both), &both));
	own_template();
	places = places_of("node", start_on_node);
	all_are_far(&places);
}

/* For comparison: what other ways give. */
CHILD_TEST(other_ways)
{
	struct places places;

	on_node_0();
	places = places_of("vfork, sched_setaffinity, execve", start_by_vfork);
	check_eq(places.far[TOP_PAGE_TABLE], ROUNDS);
	/* exec may move the child to any CPU, before the caller sets its affinity. */
	places_of("posix_spawn, sched_setaffinity", start_by_posix_spawn);
}

/* Return the fact "affinity" of a child that is made on the last node. */
static char *affinity_on_node(const struct outspawn_actions *actions)
{
	struct spawn_template_spawn_args args = { .flags = SPAWN_TEMPLATE_SPAWN_NODE,
						  .node = last_node() };

	if (actions) {
		args.actions = (uintptr_t)actions->array;
		args.actions_len = actions->count;
	}
	return fact(facts_of(&(struct request){ probe, .sections = { "sched" }, .args = &args }),
		    "affinity");
}

/* Afterwards the program may run wherever the caller may. */
CHILD_TEST(node_restricts_no_program)
{
	char *before;

	own_template();
	before = fact(facts_of(&(struct request){ probe, .sections = { "sched" } }), "affinity");
	check_str(affinity_on_node(NULL), before);
}

/* The caller may run on node 0 only, and so may the child. */
CHILD_TEST(node_without_its_cpus)
{
	char *before;

	on_node_0();
	own_template();
	before = fact(facts_of(&(struct request){ probe, .sections = { "sched" } }), "affinity");
	check_str(affinity_on_node(NULL), before);
}

/* The action says where the program runs, the node where the child is made. */
CHILD_TEST(node_and_an_affinity_action)
{
	struct outspawn_actions actions;
	char *want;

	own_template();
	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_setaffinity(&actions, sizeof(near), &near), 0);
	want = fact(facts_of(&(struct request){ probe, &actions, .sections = { "sched" } }),
		    "affinity");
	check_str(affinity_on_node(&actions), want);
	outspawn_actions_destroy(&actions);
}

static void spawn_for_a_tracer(void *unused)
{
	struct outspawn_actions actions;
	char *want;

	(void)unused;
	probe = template_of(PROBE);
	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_setaffinity(&actions, sizeof(far), &far), 0);
	want = fact(facts_of(&(struct request){ probe, &actions, .sections = { "sched" } }),
		    "affinity");
	check_str(affinity_on_node(&actions), want);
	outspawn_actions_destroy(&actions);
}

/* The tracer may deny the action. The program keeps the CPUs of an action that ran. */
CHILD_TEST(node_and_an_affinity_action_traced)
{
	struct tracer tracer = { .options = FOLLOW };

	check_eq(trace(&tracer, spawn_for_a_tracer, NULL), 0);
	check_eq(seen_times(&tracer, 0, PTRACE_EVENT_EXEC), 2);
}

/* When the call returns, the program has its CPUs. The caller may set others. */
CHILD_TEST(caller_sets_the_affinity_after_the_call)
{
	struct spawn_template_spawn_args args = { .flags = SPAWN_TEMPLATE_SPAWN_NODE,
						  .node = last_node(),
						  .argv = (uintptr_t)ARGV("probe", "block") };
	cpu_set_t own, its;
	pid_t pid;

	own_template();
	must(sched_getaffinity(0, sizeof(own), &own));
	pid = started(probe, &args);
	must(sched_getaffinity(pid, sizeof(its), &its));
	must(sched_setaffinity(pid, sizeof(far), &far));
	wait_for_state(pid, "S");
	check(CPU_EQUAL(&its, &own));
	must(sched_getaffinity(pid, sizeof(its), &its));
	check(CPU_EQUAL(&its, &far));
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

/*
 * On Linux 6.12 inc_dl_tasks() counts the deadline server of the fair class as a
 * task, and sched_cpu_dying() warns if the server runs while the CPU goes offline.
 * The server runs if a task has waited for its CPU, as on a slow host. So stop the
 * server before.
 */
static void stop_fair_server(int cpu)
{
	char *runtime = text("/sys/kernel/debug/sched/fair_server/cpu%d/runtime", cpu);

	if (access(runtime, F_OK) == 0)
		write_text(runtime, "0");
}

static void set_online(int cpu, bool online)
{
	if (!online)
		stop_fair_server(cpu);
	write_text(text("/sys/devices/system/cpu/cpu%d/online", cpu), online ? "1" : "0");
}

static int first_cpu(const cpu_set_t *cpus)
{
	int cpu = 0;

	while (!CPU_ISSET(cpu, cpus))
		cpu++;
	return cpu;
}

/* Return the CPUs of a process. Unlike sched_getaffinity(2), offline ones too. */
static char *all_cpus_of(pid_t pid)
{
	char *line = strstr(process_file(pid, "status"), "Cpus_allowed_list:");

	check(line);
	return text("%.*s", (int)strcspn(line, "\n"), line);
}

/* A CPU of another node is offline, and may come back. */
CHILD_TEST(node_while_a_cpu_is_offline)
{
	struct spawn_template_spawn_args args = { .flags = SPAWN_TEMPLATE_SPAWN_NODE,
						  .node = last_node(),
						  .argv = (uintptr_t)ARGV("probe", "block") };
	char *own, *its;
	cpu_set_t other;
	pid_t pid;

	own_template();
	cpus_of(1, &other);
	set_online(first_cpu(&other), false);
	pid = sys_spawn(probe, &args);
	own = all_cpus_of(getpid());
	wait_until(process_state(pid) != 'R');
	its = all_cpus_of(pid);
	set_online(first_cpu(&other), true);
	check_str(its, own);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

/* The node has no CPU any more: the scheduler moves the child to any CPU. */
CHILD_TEST(node_loses_its_cpu)
{
	struct spawn_template_spawn_args args = {
		.flags = SPAWN_TEMPLATE_SPAWN_NODE | SPAWN_TEMPLATE_SPAWN_ASYNC,
		.node = last_node(),
		.argv = (uintptr_t)ARGV("probe", "write", "100", "here"),
	};
	char *own, *its, word[8];
	struct gate gate;
	cpu_set_t both;
	pid_t pid;
	int end;

	own_template();
	CPU_OR(&both, &near, &far);
	must(sched_setaffinity(0, sizeof(both), &both));
	own = all_cpus_of(getpid());
	gate_make(&gate, 100);
	gate_only(&gate, &args);
	pid = started(probe, &args);
	wait_for_state(pid, "S");
	set_online(first_cpu(&far), false);
	end = gate_open(&gate);
	while (read(end, word, sizeof(word)) > 0)
		;
	its = all_cpus_of(pid);
	set_online(first_cpu(&far), true);
	close(end);
	check_eq(wait_for(pid), 0);
	check_str(its, own);
}

/* A node that does not exist, or whose memory the caller may not use. */
static void unusable_nodes(void)
{
	struct spawn_template_spawn_args args = { .flags = SPAWN_TEMPLATE_SPAWN_NODE,
						  .argv = (uintptr_t)ARGV("probe", "exit", "0") };

	check_eq(wait_for(started(probe, &args)), 0);
	args.node = 1023;
	check_eq(sys_spawn(probe, &args), -EINVAL);
	args.node = UINT32_MAX;
	check_eq(sys_spawn(probe, &args), -EINVAL);
}

/* These need a guest with several nodes. */
static const struct CMUnitTest several_nodes[] = {
	T(other_ways),
	T(affinity_action_chooses_the_node),
	T(caller_chooses_the_node),
	T(node_restricts_no_program),
	T(node_without_its_cpus),
	T(node_and_an_affinity_action),
	T(node_and_an_affinity_action_traced),
	T(caller_sets_the_affinity_after_the_call),
};
/* These also take a CPU offline that is on neither node. */
static const struct CMUnitTest many_nodes[] = {
	T(node_while_a_cpu_is_offline),
	T(node_loses_its_cpu),
};
static const struct CMUnitTest any_node[] = { T(unusable_nodes) };

int main(int argc, char **argv)
{
	suite_options(argc, argv);
	nodes = count_nodes();
	return cmocka_run_group_tests_name("numa", any_node, begin_suite, end_suite) +
	       (nodes < 2 ? 0 :
			    cmocka_run_group_tests_name("several nodes", several_nodes, begin_numa,
							end_numa)) +
	       (nodes < 3 ? 0 :
			    cmocka_run_group_tests_name("many nodes", many_nodes, begin_numa,
							end_numa));
}
