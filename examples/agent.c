// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
/*
 * agent: a small agent runtime
 *
 * A coding agent starts the same few tools again and again: rg, git, sed,
 * awk, python3, bash. This agent makes a template of each tool. Then it makes
 * some hundred tool calls in a git worktree, several at once. Each call has
 * pipes for stdout and stderr and a pidfd, and one epoll loop watches them all.
 * For comparison the agent makes every call with posix_spawn(3) and with fork(2),
 * too. All outputs must be the same. Like a real agent it has a large heap, many
 * descriptors and some threads.
 *
 * Copy from spawn.c; flight.c has the loop around it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define DEFAULT_CALLS 240
#define MAX_CALLS 10000
#define DEFAULT_INFLIGHT 4
#define MAX_INFLIGHT 64
#define DEFAULT_WEIGHT                                                \
	{                                                             \
		.mebibytes = 1024, .descriptors = 2000, .threads = 32 \
	}
#define MAX_MEBIBYTES 65536
#define MAX_DESCRIPTORS 100000
#define MAX_THREADS 1000

double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

int complain(const char *what, int error)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(error));
	return -error;
}

/*
 * Return a job for each call and way. The ways take turns in being first, so that
 * other load on the machine slows all alike.
 */
static struct job *make_jobs(struct call *calls, size_t count)
{
	struct job *jobs = calloc(count * WAYS, sizeof(*jobs));

	for (size_t i = 0; jobs && i < count * WAYS; i++) {
		jobs[i].call = &calls[i / WAYS];
		jobs[i].way = (i + i / WAYS) % WAYS;
	}
	return jobs;
}

static int make_and_compare(struct agent *agent, struct call *calls, size_t count,
			    struct progress *progress)
{
	struct job *jobs = make_jobs(calls, count);
	double started = microseconds();
	size_t equal;
	int ret;

	if (!jobs)
		return complain("calls", ENOMEM);
	progress->total = count * WAYS;
	show_progress(progress, 0);
	ret = run_jobs(agent, jobs, count * WAYS, progress);
	end_progress(progress);
	free(jobs);
	if (ret)
		return ret;

	print_table(agent, calls, count);
	if (agent->renewed)
		printf("\n%u stale templates were made anew.", agent->renewed);
	equal = compare_outcomes(calls, count);
	printf("\n%zu of %zu outputs equal (stdout, stderr, exit status), in %.0f s.\n", equal,
	       count, (microseconds() - started) / 1e6);
	return equal == count ? 0 : -EBADMSG;
}

static int run_in_worktree(struct agent *agent, size_t count, struct progress *progress)
{
	const char *tmp = getenv("TMPDIR");
	struct call *calls;
	char dir[PATH_MAX];
	int ret;

	snprintf(dir, sizeof(dir), "%s/outspawn-agent.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	ret = make_worktree(agent, dir);
	if (!ret) {
		calls = make_calls(count);
		ret = calls ? make_and_compare(agent, calls, count, progress) :
			      complain("calls", ENOMEM);
		free_calls(calls, count);
	}
	remove_worktree(dir);
	return ret;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void destroy_agent(struct agent *agent)
{
	for (int i = 0; i < TOOLS; i++)
		close_fd(agent->tools[i].tmpl);
	close_fd(agent->worktree);
	close_fd(agent->dev);
	close_fd(agent->signals);
	close_fd(agent->epoll);
	free(agent->flights);
}

/*
 * Repair what the agent's parent may have left:
 * - Closed standard descriptors. A pipe could get such a number, and the actions
 *   would then replace the pipe.
 * - SIGCHLD ignored. The children would leave no status.
 * - SIGPIPE ignored. The programs of a pipeline would print errors.
 */
static void make_sane(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
}

static int run(unsigned int count, unsigned int inflight, const struct weight *weight,
	       struct progress *progress)
{
	struct agent agent = {
		.dev = -1,
		.epoll = -1,
		.signals = -1,
		.worktree = -1,
		.inflight = inflight,
		.weight = *weight,
		.tools = {
			[RG] = { .name = "rg", .tmpl = -1 },
			[GIT] = { .name = "git", .tmpl = -1 },
			[SED] = { .name = "sed", .tmpl = -1 },
			[AWK] = { .name = "awk", .tmpl = -1 },
			[PYTHON] = { .name = "python3", .tmpl = -1 },
			[BASH] = { .name = "bash", .tmpl = -1 },
		},
	};
	int ret;

	make_sane();
	set_environment();
	ret = open_flights(&agent);
	if (!ret)
		ret = put_on_weight(&agent.weight);
	if (!ret)
		ret = open_device(&agent);
	if (!ret)
		ret = find_tools(&agent);
	if (!ret)
		ret = run_in_worktree(&agent, count, progress);
	destroy_agent(&agent);
	return agent.interrupted ? 128 + agent.interrupted : ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const char usage[] =
	"Usage: agent [OPTION]...\n"
	"Make an agent's tool calls (rg, git, sed, awk, python3, bash) in a git worktree,\n"
	"each with posix_spawn, with fork, and from an outspawn template, synchronously\n"
	"and asynchronously. Compare the outputs.\n"
	"\n"
	"  -n CALLS     how many calls (default 240, at most 10000)\n"
	"  -j INFLIGHT  how many at once (default 4, at most 64)\n"
	"  --heap MIB, --descriptors N, --threads N\n"
	"               what the agent has (default 1024, 2000 and 32)\n"
	"  --progress=bar|lines\n"
	"               show the progress as a bar or as lines, even if stderr is not a\n"
	"               terminal; without =, as a bar, as with PROGRESS=1\n"
	"  --help\n"
	"\n"
	"Exit status: 0 if all outputs are equal, else 1; 2 for wrong options.\n";

static const struct option options[] = {
	{ "heap", required_argument, NULL, 'm' },
	{ "descriptors", required_argument, NULL, 'd' },
	{ "threads", required_argument, NULL, 't' },
	{ "progress", optional_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Return false after a message. */
static bool parse_number(const char *text, unsigned int min, unsigned int max, unsigned int *number)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || value < min || value > max) {
		fprintf(stderr, "agent: %s: not a number from %u to %u\n", text, min, max);
		return false;
	}
	*number = value;
	return true;
}

/* The argument of --progress. NULL: none was given. */
static bool parse_style(const char *text, enum progress_style *style)
{
	if (!text || !strcmp(text, "bar"))
		*style = PROGRESS_BAR;
	else if (!strcmp(text, "lines"))
		*style = PROGRESS_LINES;
	else
		return false;
	return true;
}

struct settings {
	unsigned int count, inflight;
	struct weight weight;
	struct progress progress;
};

/* Return false for an option that is not known, or after a message. */
static bool take_option(int opt, struct settings *settings)
{
	switch (opt) {
	case 'n':
		return parse_number(optarg, 1, MAX_CALLS, &settings->count);
	case 'j':
		return parse_number(optarg, 1, MAX_INFLIGHT, &settings->inflight);
	case 'm':
		return parse_number(optarg, 0, MAX_MEBIBYTES, &settings->weight.mebibytes);
	case 'd':
		return parse_number(optarg, 0, MAX_DESCRIPTORS, &settings->weight.descriptors);
	case 't':
		return parse_number(optarg, 0, MAX_THREADS, &settings->weight.threads);
	case 'p':
		return parse_style(optarg, &settings->progress.style);
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	struct settings settings = {
		.count = DEFAULT_CALLS,
		.inflight = DEFAULT_INFLIGHT,
		.weight = DEFAULT_WEIGHT,
		.progress = {
			.style = isatty(STDERR_FILENO) ? PROGRESS_BAR : NO_PROGRESS,
			.percent = -1,
		},
	};
	const char *wanted = getenv("PROGRESS");
	int opt;

	while ((opt = getopt_long(argc, argv, "n:j:h", options, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		}
		if (!take_option(opt, &settings))
			break;
	}
	if (opt != -1 || optind < argc) {
		fputs("Try 'agent --help'.\n", stderr);
		return 2;
	}
	if (wanted && !strcmp(wanted, "1"))
		settings.progress.style = PROGRESS_BAR;
	return run(settings.count, settings.inflight, &settings.weight, &settings.progress);
}
