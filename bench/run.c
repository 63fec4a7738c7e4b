// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * Carry out a plan: make the callers of a group, and let them take turns. Their
 * order and that of the methods change from round to round: the kernel may clean
 * up after one while it runs another.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outspawn.h"
#include "progress.h"
#include "run.h"

#define WARM_UP 3
#define HEAVY_FORK 40 /* times the work of a spawn: copies the tables of a gigabyte */

/* The parent's side of a caller. */
struct worker {
	enum caller caller;
	pid_t pid;
	int ask, answer;
};

struct run {
	const struct options *options;
	struct rows *rows;
	struct progress progress;
	int device;
	int status;
	unsigned int random;
	/* of the group that is measured now */
	const struct group *group;
	int number;
	struct worker workers[CALLERS];
	int workers_count;
	enum method methods[METHODS];
	int methods_count;
	int row_of[CALLERS][METHODS]; /* index of the row, by worker and method */
	bool failed[CALLERS][METHODS];
};

static void fail(struct run *run, enum caller caller, enum method method, int error)
{
	const char *name = method_infos[method].name;

	fprintf(stderr, "bench: %s of the caller %s, by %s: %s\n",
		program_infos[run->group->program].name, caller_infos[caller].name, name,
		strerror(error));
	run->status = 2;
}

static bool begin_worker(struct run *run, enum caller caller)
{
	struct worker *worker = &run->workers[run->workers_count];
	int ask[2], answer[2];

	if (pipe2(ask, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
		return false;
	fflush(stdout);
	worker->caller = caller;
	worker->pid = fork();
	if (worker->pid < 0)
		return false;
	if (!worker->pid) {
		signal(SIGPIPE, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ask[1]);
		close(answer[0]);
		serve(caller, run->device, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	worker->ask = ask[1];
	worker->answer = answer[0];
	run->workers_count++;
	return true;
}

static void end_workers(struct run *run)
{
	struct worker *worker;

	while (run->workers_count) {
		worker = &run->workers[--run->workers_count];
		close(worker->ask);
		close(worker->answer);
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, 0);
	}
}

static bool ask(const struct worker *worker, const struct question *question, struct sample *sample)
{
	return write(worker->ask, question, sizeof(*question)) == sizeof(*question) &&
	       read(worker->answer, sample, sizeof(*sample)) == sizeof(*sample);
}

/* The work that one measurement is, in spawns of the smallest program. */
static double work_of(const struct group *group, enum caller caller, enum method method)
{
	static const double programs[PROGRAMS] = { 1, 3, 5, 12, 12, 200 };
	double work = programs[group->program] * method_infos[method].children;

	if (group->strings == MOST_STRINGS)
		work *= 200;
	if (method == BY_FORK && caller_infos[caller].rss_mib)
		work += HEAVY_FORK * caller_infos[caller].rss_mib / 1024.0;
	if (caller_infos[caller].fds > 10000)
		work *= 10;
	return work / rounds_between(group, caller, method);
}

static double work_of_group(const struct group *group)
{
	int caller, method;
	double work = 0;

	for (caller = 0; caller < CALLERS; caller++)
		for (method = 0; method < METHODS; method++)
			if (group->callers & CALLER_BIT(caller) &&
			    group->methods & METHOD_BIT(method))
				work += work_of(group, caller, method) * group->rounds;
	return work;
}

static void print_trace(const struct run *run, const struct worker *worker, enum method method,
			const struct sample *sample)
{
	if (!run->options->trace || method == BY_THREAD || method == BY_REEXEC)
		return;
	printf("trace %s %d %s %s%s %llu\n", program_infos[run->group->program].name,
	       run->group->strings, caller_infos[worker->caller].name, method_infos[method].name,
	       method_infos[method].pidfd ? "+pidfd" : "", (unsigned long long)sample->total);
}

static void measure_one(struct run *run, int w, int m, int round)
{
	const struct worker *worker = &run->workers[w];
	enum method method = run->methods[m];
	/* The last round of the warm-up counts system calls. */
	struct question question = { run->group->program, run->group->strings, method, round == -1,
				     run->options->trace && round >= 0 };
	struct sample sample = { 0 };

	if (round >= 0)
		progress_add(&run->progress, work_of(run->group, worker->caller, method));
	if (run->failed[w][m] ||
	    (!question.counted &&
	     (round + WARM_UP) % rounds_between(run->group, worker->caller, method)))
		return;
	if (!ask(worker, &question, &sample))
		sample.error = EPIPE; /* the caller has ended */
	if (sample.error) {
		run->failed[w][m] = true;
		fail(run, worker->caller, method, sample.error);
		return;
	}
	if (question.counted)
		run->rows->list[run->row_of[w][m]].calls = sample.calls;
	if (round < 0)
		return;
	keep_sample(&run->rows->list[run->row_of[w][m]], round, &sample);
	print_trace(run, worker, method, &sample);
}

/* Fill in the numbers below count, in an order that is the same in each benchmark. */
static void shuffle(struct run *run, int *order, int count)
{
	int i, other;

	for (i = 0; i < count; i++) {
		run->random = run->random * 1103515245 + 12345;
		other = (run->random >> 16) % (i + 1);
		order[i] = order[other];
		order[other] = i;
	}
}

static void one_round(struct run *run, int round)
{
	int workers[CALLERS] = { 0 }, methods[METHODS] = { 0 }, i, j;

	shuffle(run, workers, run->workers_count);
	for (i = 0; i < run->workers_count; i++) {
		shuffle(run, methods, run->methods_count);
		for (j = 0; j < run->methods_count; j++)
			measure_one(run, workers[i], methods[j], round);
	}
}

static void choose_methods(struct run *run)
{
	int method;

	run->methods_count = 0;
	for (method = 0; method < METHODS; method++) {
		if (!(run->group->methods & METHOD_BIT(method)) || !method_available(method))
			continue;
		if (run->device < 0 && method_infos[method].module)
			continue;
		if (method == BY_REEXEC &&
		    (!program_infos[run->group->program].own || !bench_clock.counter))
			continue;
		run->methods[run->methods_count++] = method;
	}
}

static void begin_callers(struct run *run)
{
	const char *why;
	int caller;

	run->workers_count = 0;
	for (caller = 0; caller < CALLERS; caller++) {
		if (!(run->group->callers & CALLER_BIT(caller)))
			continue;
		if (!caller_fits(caller, &why))
			fprintf(stderr, "bench: the caller %s is left out: %s\n",
				caller_infos[caller].name, why);
		else if (!begin_worker(run, caller))
			run->status = 2;
	}
}

static void add_rows(struct run *run)
{
	int w, m;

	for (w = 0; w < run->workers_count; w++) {
		for (m = 0; m < run->methods_count; m++) {
			add_row(run->rows, (struct row){ .group = run->number,
							 .program = run->group->program,
							 .strings = run->group->strings,
							 .caller = run->workers[w].caller,
							 .method = run->methods[m],
							 .rounds = run->group->rounds });
			run->row_of[w][m] = run->rows->count - 1;
		}
	}
}

static void run_group(struct run *run)
{
	char path[4096];
	int round;

	if (!find_program(run->group->program, path, sizeof(path))) {
		fprintf(stderr, "bench: the program %s is left out: it is not installed\n",
			program_infos[run->group->program].name);
		return;
	}
	memset(run->failed, 0, sizeof(run->failed));
	choose_methods(run);
	begin_callers(run);
	add_rows(run);
	for (round = -WARM_UP; round < run->group->rounds; round++)
		one_round(run, round);
	end_workers(run);
}

int run_plan(const struct plan *plan, const struct options *options, struct rows *rows)
{
	struct run run = { .options = options, .rows = rows };
	double work = 0;
	int i;

	signal(SIGPIPE, SIG_IGN); /* a caller may end early */
	run.device = outspawn_open();
	if (run.device < 0)
		fprintf(stderr, "bench: %s: %s: outspawn is left out. Run 'outspawn doctor'\n",
			SPAWN_TEMPLATE_DEVICE, strerror(-run.device));
	for (i = 0; i < plan->count; i++)
		work += work_of_group(&plan->groups[i]);
	progress_begin(&run.progress, options->progress, bench_clock.unit == NANOSECONDS, work);
	for (i = 0; i < plan->count; i++) {
		run.group = &plan->groups[i];
		run.number = i;
		run_group(&run);
	}
	progress_end(&run.progress);
	if (run.device >= 0)
		close(run.device);
	return run.status;
}
