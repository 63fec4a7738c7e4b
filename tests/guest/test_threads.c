// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_threads.c - many threads at once, and callers that change what a spawn
 * uses
 */
#include "common_process.h"

#include <sched.h>
#include <spawn.h>

#define SPAWNERS 16
#define ROUNDS 12 /* for each spawner */

static uint64_t templates(void)
{
	struct spawn_template_info info;

	check_eq(outspawn_info(device, &info), 0);
	return info.templates;
}

static int users_of_the_module(void)
{
	return atoi(read_whole("/sys/module/outspawn/refcnt", NULL));
}

/* --- many threads at once --- */

static int shared_template;
static int stop, finished;

static void read_all(int fd, char *data, size_t room)
{
	ssize_t got;
	size_t used = 0;

	while ((got = read(fd, data + used, room - used - 1)) > 0)
		used += got;
	data[used] = '\0';
	close(fd);
}

/* Spawn a program whose output must equal its arguments. */
static void spawn_and_compare(int template, int thread, int round)
{
	char word[64], want[160], got[256];
	struct outspawn_actions actions;
	int ends[2], pidfd, status;
	siginfo_t information;
	pid_t pid;

	snprintf(word, sizeof(word), "thread %d, round %d", thread, round);
	snprintf(want, sizeof(want), "%s\n%s\n", word, word);
	check_eq(pipe2(ends, O_CLOEXEC), 0);
	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_dup2(&actions, ends[1], STDOUT_FILENO), 0);
	pid = outspawn_spawn(template, ARGV("probe", "echo", word, word), NULL, &actions, 0, &pidfd,
			     NULL);
	check(pid > 0);
	outspawn_actions_destroy(&actions);
	close(ends[1]);
	read_all(ends[0], got, sizeof(got));
	check_str(got, want);
	check_eq(waitid(P_PIDFD, pidfd, &information, WEXITED), 0);
	check_eq(information.si_pid, pid);
	check_eq(information.si_code, CLD_EXITED);
	check_eq(information.si_status, 0);
	close(pidfd);
	check_eq(error_of(waitpid(pid, &status, 0)), ECHILD);
}

static void spawner(int number)
{
	int round;

	for (round = 0; round < ROUNDS; round++) {
		spawn_and_compare(shared_template, number, round);
		__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
	}
}

static void opener(int number)
{
	unsigned int random = number;
	int fds[8];
	int i;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		for (i = 0; i < 8; i++)
			fds[i] = next_random(&random) & 1 ? open("/dev/null", O_RDWR) :
							    dup(STDERR_FILENO);
		for (i = 0; i < 8; i++)
			if (fds[i] >= 0)
				close(fds[i]);
		sched_yield();
	}
}

static void creator(int number)
{
	int template;

	(void)number;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		template = try_template("/bin/true");
		check(template >= 0);
		close(template);
		usleep(200);
	}
}

static void executor(int number)
{
	char *const argv[] = { "true", NULL }, *const envp[] = { NULL };
	int status;
	pid_t pid;

	(void)number;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		check_eq(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, envp), 0);
		check_eq(waitpid(pid, &status, 0), pid);
		check_eq(status, 0);
		usleep(1000);
	}
}

static void spawners_and_others(int number)
{
	switch (number) {
	case SPAWNERS:
	case SPAWNERS + 1:
		return opener(number);
	case SPAWNERS + 2:
		return creator(number);
	case SPAWNERS + 3:
		return executor(number);
	}
	spawner(number);
	if (__atomic_load_n(&finished, __ATOMIC_SEQ_CST) == SPAWNERS * ROUNDS)
		__atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
}

CHILD_TEST(spawners_openers_and_creators_at_once)
{
	uint64_t before = templates();
	int users = users_of_the_module();

	shared_template = template_of(PROBE);
	in_threads(SPAWNERS + 4, spawners_and_others);
	check_eq(finished, SPAWNERS * ROUNDS);
	check_eq(query_of(shared_template).spawned, SPAWNERS * ROUNDS);
	check_eq(query_of(shared_template).failed, 0);
	close(shared_template);
	check_eq(error_of(waitpid(-1, NULL, __WALL)), ECHILD);
	check_eq(templates(), before);
	check_eq(users_of_the_module(), users);
}

/* The work of one of several processes: four threads that spawn. */
static void threads_of_a_process(void *unused)
{
	(void)unused;
	shared_template = template_of(PROBE);
	in_threads(4, spawner);
}

CHILD_TEST(processes_at_once)
{
	pid_t pids[4];
	int i;

	for (i = 0; i < 4; i++) {
		pids[i] = must(fork());
		if (!pids[i]) {
			threads_of_a_process(NULL);
			_exit(0);
		}
	}
	for (i = 0; i < 4; i++)
		check_eq(wait_for(pids[i]), 0);
}

/* Spawn from a template that another thread closes and makes anew. */
static void spawner_of_a_changing_template(int number)
{
	struct outspawn_result result;
	int template, i;
	pid_t pid;

	for (i = 0; i < ROUNDS; i++) {
		template = __atomic_load_n(&shared_template, __ATOMIC_SEQ_CST);
		pid = outspawn_spawn(template, ARGV("probe", "exit", "0"), NULL, NULL, 0, NULL,
				     &result);
		/* The number may be closed, or a pipe's. */
		if (pid > 0)
			check_eq(wait_for(pid), 0);
		else
			check(pid == -EBADF || pid == -ENOTTY);
	}
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST) == 8)
		__atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
	(void)number;
}

static void closer(void)
{
	int template = shared_template, ends[2];

	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		close(template);
		must(pipe2(ends, O_CLOEXEC));
		close(ends[0]);
		close(ends[1]);
		template = template_of("/bin/true");
		close(template);
		template = try_template("/usr/local/libexec/outspawn/probe");
		check(template >= 0);
		__atomic_store_n(&shared_template, template, __ATOMIC_SEQ_CST);
		usleep(500);
	}
	close(template);
}

static void spawners_and_closer(int number)
{
	if (number == 8)
		closer();
	else
		spawner_of_a_changing_template(number);
}

CHILD_TEST(template_closed_at_random_moments)
{
	uint64_t before = templates();

	shared_template = template_of(PROBE);
	in_threads(9, spawners_and_closer);
	check_eq(templates(), before);
}

/* --- changes while the child waits in an open --- */

CHILD_TEST(template_closed_during_a_spawn)
{
	uint64_t before = templates();
	int users = users_of_the_module();
	struct held held = { 0 };
	int template = template_of(PROBE);

	hold(&held, template);
	close(template);
	check_eq(templates(), before + 1);
	check(users_of_the_module() > users);
	check_eq(release(&held), held.child);
	check_eq(wait_for(held.child), 0);
	close(held.pidfd);
	check_eq(templates(), before);
	check_eq(users_of_the_module(), users);
}

/*
 * A spawn whose first action waits. Later actions use descriptors and memory
 * that change meanwhile.
 */
struct late {
	struct outspawn_actions actions;
	char *argv[8];
	char *envp[4];
	pid_t pid;
	int template;
};

static void *late_thread(void *argument)
{
	struct late *late = argument;

	late->pid = outspawn_spawn(late->template, late->argv, late->envp, &late->actions, 0, NULL,
				   NULL);
	return NULL;
}

static pthread_t begin_late(struct late *late, const char *fifo)
{
	pthread_t thread;
	pid_t child;

	(void)fifo;
	check_eq(pthread_create(&thread, NULL, late_thread, late), 0);
	wait_until(children_of(getpid(), &child, 1) == 1 && process_state(child) == 'S');
	return thread;
}

static void end_late(struct late *late, pthread_t thread, char *fifo)
{
	let_go(&(struct held){ .fifo = fifo });
	check_eq(pthread_join(thread, NULL), 0);
	check(late->pid > 0);
	outspawn_actions_destroy(&late->actions);
}

CHILD_TEST(descriptors_closed_during_a_spawn)
{
	char *fifo = make_fifo("late"), *file = in_scratch("late.out"), got[64];
	struct late late = { .argv = { "probe", "echo", "one" }, .template = template_of(PROBE) };
	int ends[2], other;
	pthread_t thread;

	must(pipe2(ends, O_CLOEXEC));
	outspawn_actions_init(&late.actions);
	outspawn_actions_open(&late.actions, 5, fifo, O_RDONLY, 0);
	outspawn_actions_dup2(&late.actions, ends[1], STDOUT_FILENO);
	thread = begin_late(&late, fifo);
	/* The number then belongs to a file. */
	other = must(open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	must(dup3(other, ends[1], O_CLOEXEC));
	close(ends[1]);
	end_late(&late, thread, fifo);
	check_eq(wait_for(late.pid), 0);
	read_all(ends[0], got, sizeof(got));
	check_str(got, "one\n");
	check_eq(lseek(other, 0, SEEK_END), 0);
}

CHILD_TEST(standard_descriptors_changed_during_a_spawn)
{
	char *fifo = make_fifo("late"), got[64];
	struct late late = { .argv = { "probe", "echo", "two" }, .template = template_of(PROBE) };
	int ends[2], saved, null;
	pthread_t thread;

	must(pipe2(ends, O_CLOEXEC));
	outspawn_actions_init(&late.actions);
	outspawn_actions_open(&late.actions, 5, fifo, O_RDONLY, 0);
	saved = must(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10));
	null = must(open("/dev/null", O_RDWR | O_CLOEXEC));
	must(dup2(ends[1], STDOUT_FILENO));
	thread = begin_late(&late, fifo);
	must(dup2(null, STDOUT_FILENO));
	close(ends[1]);
	end_late(&late, thread, fifo);
	must(dup2(saved, STDOUT_FILENO));
	check_eq(wait_for(late.pid), 0);
	read_all(ends[0], got, sizeof(got));
	check_str(got, "two\n");
}

/* The call copied the strings and actions before there was a child. */
CHILD_TEST(memory_rewritten_during_a_spawn)
{
	char *fifo = make_fifo("late"), path[PATH_MAX], *facts = in_scratch("late.facts");
	char variable[] = "COLOUR=red", verb[] = "facts", name[] = "probe";
	struct late late = { .argv = { name, verb, facts, "args", "env" },
			     .envp = { variable },
			     .template = template_of(PROBE) };
	pthread_t thread;
	char *got;

	write_text(facts, "");
	facts = strcpy(path, facts);
	late.argv[2] = path;
	outspawn_actions_init(&late.actions);
	outspawn_actions_open(&late.actions, 5, fifo, O_RDONLY, 0);
	outspawn_actions_open(&late.actions, 6, path, O_RDONLY, 0);
	thread = begin_late(&late, fifo);
	got = text("%s", path);
	memset(path, 'x', sizeof(path));
	memset(variable, 'x', sizeof(variable));
	memset(verb, 'x', sizeof(verb));
	memset(name, 'x', sizeof(name));
	memset(late.argv, 0xff, sizeof(late.argv));
	memset(late.envp, 0xff, sizeof(late.envp));
	memset(late.actions.array, 0xff, late.actions.count * sizeof(*late.actions.array));
	late.actions.count = 0;
	end_late(&late, thread, fifo);
	check_eq(wait_for(late.pid), 0);
	got = read_whole(got, NULL);
	check_str(fact(got, "argv.0"), "probe");
	check_str(fact(got, "argv.1"), "facts");
	check_str(fact(got, "env.0"), "COLOUR=red");
	check_str(fact(got, "envc"), "1");
}

/* --- memory that changes while it is copied --- */

/*
 * Three pages. The end of the first has strings that change and may continue in
 * the second, which is inaccessible at times. The third has the pointers.
 */
#define PAGE 4096
#define CHANGING 512
static char *victim;

static void rewriter(bool hides)
{
	unsigned int random = 4711 + hides;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		unsigned int offset = next_random(&random) % CHANGING;
		char letter = next_random(&random) % 16 ? 'a' : '\0';

		/* Strings grow, shrink and join. */
		__atomic_store_n(&victim[PAGE - 1 - offset], letter, __ATOMIC_RELAXED);
		if (!hides || next_random(&random) % 256)
			continue;
		must(mprotect(victim + PAGE, PAGE, PROT_NONE));
		usleep(1000);
		must(mprotect(victim + PAGE, PAGE, PROT_READ | PROT_WRITE));
		usleep(1000);
	}
}

static void spawn_what_changes(void)
{
	char **argv = (char **)(victim + 2 * PAGE);
	int template = template_of(PROBE), good = 0, bad = 0, i;
	pid_t pid;

	argv[0] = "probe";
	argv[1] = "exit";
	argv[2] = "0";
	for (i = 0; i < 64; i++)
		argv[i + 3] = victim + PAGE - 1 - i * 7;
	argv[67] = NULL;
	while (good < 60 || !bad) {
		pid = try_spawn(template, argv);
		if (pid > 0) {
			check_eq(wait_for(pid), 0);
			good++;
		} else {
			check(pid == -EFAULT || pid == -E2BIG);
			bad++;
		}
	}
	__atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
}

static void rewriter_or_spawner(int number)
{
	if (number)
		rewriter(number == 1);
	else
		spawn_what_changes();
}

CHILD_TEST(memory_rewritten_at_random_moments)
{
	victim = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	check(victim != MAP_FAILED);
	in_threads(3, rewriter_or_spawner);
}

/* --- attributes of a thread --- */

static void *spawn_with_own_table(void *argument)
{
	int *fds = argument;

	must(unshare(CLONE_FILES | CLONE_FS));
	must(dup2(fds[1], STDOUT_FILENO));
	must(chdir("/proc"));
	check_eq(spawn_and_wait(fds[2]), 0);
	check_eq(wait_for(try_spawn(fds[2], ARGV("probe", "facts", "/dev/stdout", "where"))), 0);
	return NULL;
}

CHILD_TEST(thread_with_its_own_table_and_directory)
{
	char got[1024];
	int fds[3];
	pthread_t thread;

	must(pipe2(fds, O_CLOEXEC));
	fds[2] = template_of(PROBE);
	check_eq(pthread_create(&thread, NULL, spawn_with_own_table, fds), 0);
	check_eq(pthread_join(thread, NULL), 0);
	close(fds[1]);
	read_all(fds[0], got, sizeof(got));
	check_str(fact(got, "cwd"), "/proc");
}

static void *spawn_and_leave(void *template)
{
	return (void *)(intptr_t)try_spawn(*(int *)template, ARGV("probe", "block"));
}

/* The child belongs to the process, not to the thread. */
CHILD_TEST(thread_that_ends_before_its_child)
{
	int template = template_of(PROBE);
	pthread_t thread;
	void *result;
	pid_t pid;

	check_eq(pthread_create(&thread, NULL, spawn_and_leave, &template), 0);
	check_eq(pthread_join(thread, &result), 0);
	pid = (intptr_t)result;
	check(pid > 0);
	check_eq(waitpid(pid, NULL, WNOHANG), 0);
	check_eq(process_status(pid, "PPid"), getpid());
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
}

/* One wait(-1) loop sees the children of spawns and of posix_spawn. */
static void spawn_or_posix_spawn(int number)
{
	char *const argv[] = { "probe", "exit", "7", NULL }, *const envp[] = { NULL };
	pid_t pid;
	int i;

	for (i = 0; i < 20; i++) {
		if (number % 2) {
			check_eq(posix_spawn(&pid, "/usr/local/libexec/outspawn/probe", NULL, NULL,
					     argv, envp),
				 0);
			continue;
		}
		pid = try_spawn(shared_template, argv);
		if (pid < 0)
			check_failed(__FILE__, __LINE__, "spawn %d: %s", i, strerror(-pid));
	}
}

CHILD_TEST(no_child_is_lost)
{
	int status, count = 0;

	shared_template = template_of(PROBE);
	in_threads(8, spawn_or_posix_spawn);
	while (waitpid(-1, &status, 0) > 0) {
		check_eq(WEXITSTATUS(status), 7);
		count++;
	}
	check_eq(count, 160);
}

SUITE("threads",
      T(spawners_openers_and_creators_at_once),
      T(processes_at_once),
      T(template_closed_at_random_moments),
      T(template_closed_during_a_spawn),
      T(descriptors_closed_during_a_spawn),
      T(standard_descriptors_changed_during_a_spawn),
      T(memory_rewritten_during_a_spawn),
      T(memory_rewritten_at_random_moments),
      T(thread_with_its_own_table_and_directory),
      T(thread_that_ends_before_its_child),
      T(no_child_is_lost));
