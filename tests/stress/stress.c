// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * stress.c - many threads spawn while files, limits and callers change
 *
 *	stress [-t SECONDS] [-n SPAWNS] [-s SEED] [-p PROCESSES] [-T THREADS]
 *	       [-c CALM] [-m] [-u ROUNDS]
 *
 * CALM are the letters of disturbances that are left out (see chaos.c), -m adds
 * the OOM killer, -u is how often the module is unloaded at the end.
 *
 * This process is a subreaper: it waits for the children of killed callers.
 */
#include "stress.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "outspawn.h"

#define LOOK_EVERY_US 15000
/* The disturbing process must get a processor before the spawners. */
#define NICE (-20)
/* A disturbance comes after 8 spawns, or after half a second without a spawn. */
#define CHAOS_AFTER 8
#define CHAOS_AFTER_MS 500
#define REPORT_MS 20000
#define STUCK_MS 120000
#define END_MS 60000
#define UNLOADS 10

struct common *common;
struct options options = { .seconds = 20, .seed = 1, .processes = 8, .threads = 64, .calm = "m" };
char folder[64] = "/tmp/outspawn-stress-XXXXXX";

/* Process IDs of spawners. Negative: killed, and not ended yet. */
static pid_t spawners[MAX_PROCESSES];
static unsigned int unloads = UNLOADS;
static uint64_t starts, orphans, orphans_failed;

void complain(const char *format, ...)
{
	char text[768];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	atomic_fetch_add(&common->complaints, 1);
	dprintf(STDERR_FILENO, "WRONG: %s\n", text);
}

const char *program(unsigned int which)
{
	static __thread char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/program-%u", folder, which);
	return path;
}

uint64_t milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000ULL + time.tv_nsec / 1000000;
}

static void start(unsigned int number)
{
	uint64_t seed = rng_of(options.seed, number, starts).state;
	pid_t pid = fork();

	if (!pid)
		spawner_run(number, number % NATURES, seed);
	/* fork() fails while the pids are used up: try later. */
	spawners[number] = pid < 0 ? 0 : pid;
	starts += pid > 0;
}

static int number_of(pid_t pid)
{
	unsigned int i;

	for (i = 0; i < options.processes; i++)
		if (spawners[i] == pid || spawners[i] == -pid)
			return i;
	return -1;
}

/* A child of a killed caller has ended. Its expected status is not known here. */
static void orphan_ended(int status)
{
	orphans++;
	if (!WIFEXITED(status))
		return;
	if (WEXITSTATUS(status) == STATUS_FAILED)
		orphans_failed++;
	else if (WEXITSTATUS(status) >= STATUSES)
		complain("a child of a killed caller ended with %#x", status);
}

static void spawner_ended(unsigned int number, int status)
{
	bool killed = spawners[number] < 0;

	spawners[number] = 0;
	/* Status 0: it has finished, or it has waited for its children after an exec. */
	if (!status)
		return;
	/* Killed by chaos() or the OOM killer, or by SIGUSR2 after an exec. */
	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGUSR2) &&
	    (killed || WTERMSIG(status) == SIGUSR2 || number % NATURES == NATURE_LITTLE_MEMORY))
		return;
	complain("spawner %u ended with %#x", number, status);
}

static bool reap(void)
{
	int status, number;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		number = number_of(pid);
		if (number < 0)
			orphan_ended(status);
		else
			spawner_ended(number, status);
	}
	return pid < 0 && errno == ECHILD;
}

static void start_missing(void)
{
	unsigned int i;

	for (i = 0; i < options.processes; i++)
		if (!spawners[i])
			start(i);
}

static void show(void)
{
	if (system("ps -eLo pid,tid,ppid,stat,wchan:32,comm | grep -vE '\\[|ps' >&2; "
		   "for p in $(pgrep -x stress); do cat /proc/$p/task/*/stack; done >&2") < 0)
		perror("ps");
}

static uint64_t ends_at(void)
{
	return options.count ? -1ULL : milliseconds() + options.seconds * 1000ULL;
}

static void watch(void)
{
	uint64_t begin = milliseconds(), end = ends_at(), reported = begin, moved = begin, last = 0;
	uint64_t chaos_at = begin, chaos_after = 0;

	while (milliseconds() < end && (!options.count || common->started < options.count)) {
		start_missing();
		chaos_go_on();
		if (common->started >= chaos_after || milliseconds() >= chaos_at) {
			chaos(spawners);
			chaos_after = common->started + CHAOS_AFTER;
			chaos_at = milliseconds() + CHAOS_AFTER_MS;
		}
		usleep(LOOK_EVERY_US);
		reap();
		if (common->started != last) {
			last = common->started;
			moved = milliseconds();
		} else if (milliseconds() - moved > STUCK_MS) {
			complain("no spawner makes progress");
			show();
			break;
		}
		if (milliseconds() - reported > REPORT_MS) {
			reported = milliseconds();
			printf("%lu s: %lu started\n", (unsigned long)(reported - begin) / 1000,
			       (unsigned long)last);
		}
	}
	printf("seed %lu, %lu s\n", (unsigned long)options.seed,
	       (unsigned long)(milliseconds() - begin) / 1000);
}

/* Stop all spawners and wait for the end of all children. */
static void finish(void)
{
	uint64_t begin = milliseconds();

	chaos_end();
	atomic_store(&common->stop, true);
	while (!reap() && milliseconds() - begin < END_MS)
		usleep(LOOK_EVERY_US);
	if (!reap()) {
		complain("some processes do not end");
		show();
	}
}

static void check_templates(int device, uint64_t before)
{
	struct spawn_template_info info = { 0 };
	uint64_t begin = milliseconds();

	do {
		outspawn_info(device, &info);
		if (info.templates == before)
			return;
		usleep(LOOK_EVERY_US);
	} while (milliseconds() - begin < END_MS);
	complain("%lu templates, not %lu", (unsigned long)info.templates, (unsigned long)before);
}

static void check_module(void)
{
	FILE *file = fopen("/sys/module/outspawn/refcnt", "re");
	int references = -1;

	if (!file || fscanf(file, "%d", &references) != 1 || references)
		complain("the module has %d references", references);
	if (file)
		fclose(file);
}

#define SUM(field)                                          \
	({                                                  \
		uint64_t sum_ = 0;                          \
		unsigned int i_;                            \
		for (i_ = 0; i_ < options.processes; i_++)  \
			sum_ += common->accounts[i_].field; \
		(unsigned long)sum_;                        \
	})

static void report(void)
{
	int error;

	printf("tried %lu: started %lu, refused %lu (", SUM(tried), SUM(started),
	       SUM(tried) - SUM(started));
	for (error = 1; error < MAX_ERRNO; error++)
		if (SUM(errors[error]))
			printf(" %s %lu", strerrorname_np(error) ?: "?", SUM(errors[error]));
	printf(" )\n");
	printf("ended as expected %lu, killed by their parent %lu, by the OOM killer %lu; left by killed callers %lu, of which failed %lu\n",
	       SUM(finished), SUM(killed_by_us), SUM(killed_by_others), (unsigned long)orphans,
	       (unsigned long)orphans_failed);
	printf("of those started: asynchronous %lu, of which failed later %lu, by path %lu; batches %lu\n",
	       SUM(asynchronous), SUM(failed_later), SUM(by_path), SUM(batches));
	printf("templates made %lu, spawners started %lu\n", SUM(templates), (unsigned long)starts);
	chaos_report();
	printf("%lu started, %lu lost, %lu complaints\n", SUM(started), SUM(lost),
	       (unsigned long)common->complaints);
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "t:n:s:p:T:c:mu:")) >= 0) {
		switch (option) {
		case 't':
			options.seconds = atoi(optarg);
			break;
		case 'n':
			options.count = strtoull(optarg, NULL, 0);
			break;
		case 's':
			options.seed = strtoull(optarg, NULL, 0);
			break;
		case 'p':
			options.processes = atoi(optarg);
			break;
		case 'T':
			options.threads = atoi(optarg);
			break;
		case 'c':
			options.calm = optarg;
			break;
		case 'm':
			options.calm = "";
			break;
		case 'u':
			unloads = atoi(optarg);
			break;
		default:
			exit(2);
		}
	}
	if (!options.processes || options.processes > MAX_PROCESSES) {
		fprintf(stderr, "stress: 1 to %d processes\n", MAX_PROCESSES);
		exit(2);
	}
}

static void prepare(void)
{
	if (geteuid()) {
		fprintf(stderr, "stress: needs root\n");
		exit(2);
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setpriority(PRIO_PROCESS, 0, NICE);
	common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	umask(022);
	if (common == MAP_FAILED || !mkdtemp(folder) || chmod(folder, 0755) < 0) {
		perror(folder);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct spawn_template_info info;
	char command[128];
	int device;

	if (argc == 2 && !strcmp(argv[1], "--after-exec"))
		spawner_after_exec();
	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv);
	prepare();
	device = outspawn_open();
	if (device < 0 || outspawn_info(device, &info) < 0) {
		perror(SPAWN_TEMPLATE_DEVICE);
		return 2;
	}
	chaos_begin(options.seed);
	watch();
	finish();
	check_templates(device, info.templates);
	close(device);
	if (!info.templates)
		check_module();
	if (!info.templates && !common->complaints)
		printf("unloaded with children just started %u times\n", unload_races(unloads));
	report();
	snprintf(command, sizeof(command), "rm -rf --one-file-system -- %s", folder);
	if (system(command))
		perror(folder);
	return common->complaints ? 1 : 0;
}
