// SPDX-License-Identifier: GPL-2.0-only
/* outspawn run: start a program from a template and wait for it, N times. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "outspawn.h"
#include "tool.h"

/* Room for a path. */
#define MESSAGE_SIZE 8192

struct job {
	char **argv; /* of the program: PROG and its arguments */
	char path[PATH_MAX];
	const char *files[3]; /* for descriptors 0, 1 and 2; or NULL */
	const char *dir;
	unsigned long count;
	unsigned int flags; /* of outspawn_spawn() */
	bool verbose;
	struct outspawn_actions actions;
};

static const char usage[] =
	"Usage: outspawn run [OPTION]... [--] PROG [ARG]...\n"
	"Start PROG from a template, wait for it and exit with its status.\n"
	"\n"
	"  -C, --chdir DIR      run it in DIR\n"
	"  -n, --count N        N times, one after another, from the same template\n"
	"      --stdin FILE     its standard input, as the shell's <\n"
	"      --stdout FILE    its standard output, as >\n"
	"      --stderr FILE    its standard error, as 2>\n"
	"      --inherit-fds    it has all descriptors that are not close-on-exec\n"
	"  -v, --verbose        say on stderr what is done, and how long it took\n"
	"  -h, --help\n"
	"\n"
	"Exit status: the program's, or 128 + the number of the signal that killed it;\n"
	"with -n the last that was not 0. 127: PROG was not found. 126: it cannot be\n"
	"started. 125: outspawn itself failed.\n";

enum { OPT_STDIN = 256, OPT_STDOUT, OPT_STDERR, OPT_INHERIT };

static const struct option options[] = {
	{ "chdir", required_argument, NULL, 'C' },
	{ "count", required_argument, NULL, 'n' },
	{ "stdin", required_argument, NULL, OPT_STDIN },
	{ "stdout", required_argument, NULL, OPT_STDOUT },
	{ "stderr", required_argument, NULL, OPT_STDERR },
	{ "inherit-fds", no_argument, NULL, OPT_INHERIT },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int parse_count(const char *text, unsigned long *count)
{
	char *end;

	errno = 0;
	*count = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || !*count) {
		complain("%s: not a number of spawns", text);
		return -EINVAL;
	}
	return 0;
}

/* Returns -1 to go on, else the exit status. */
static int parse(struct job *job, int argc, char **argv)
{
	int opt;

	/* The "+": what comes after PROG is PROG's. */
	while ((opt = getopt_long(argc, argv, "+C:n:vh", options, NULL)) != -1) {
		switch (opt) {
		case 'C':
			job->dir = optarg;
			break;
		case 'n':
			if (parse_count(optarg, &job->count))
				return EXIT_OWN_FAILURE;
			break;
		case OPT_STDIN:
		case OPT_STDOUT:
		case OPT_STDERR:
			job->files[opt - OPT_STDIN] = optarg;
			break;
		case OPT_INHERIT:
			job->flags |= OUTSPAWN_INHERIT_FDS;
			break;
		case 'v':
			job->verbose = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs("Try 'outspawn run --help'.\n", stderr);
			return EXIT_OWN_FAILURE;
		}
	}
	if (optind == argc) {
		complain("run: which program?");
		fputs("Try 'outspawn run --help'.\n", stderr);
		return EXIT_OWN_FAILURE;
	}
	job->argv = argv + optind;
	return -1;
}

/*
 * In the child the actions for 0, 1 and 2 come first, so that the directory's
 * descriptor must not be one of these (somebody may have started us without).
 */
static int open_dir(const char *dir)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	int error = errno;

	if (fd >= 0)
		close(fd);
	return high < 0 ? -error : high;
}

/*
 * The files first, then the directory: their names mean what they mean here.
 * A descriptor for the directory stays open for as long as we run.
 */
static int add_actions(struct job *job)
{
	static const int flags[] = {
		O_RDONLY,
		O_WRONLY | O_CREAT | O_TRUNC,
		O_WRONLY | O_CREAT | O_TRUNC,
	};
	int dir, ret = 0;

	for (int fd = 0; fd < 3 && !ret; fd++) {
		if (!job->files[fd])
			continue;
		ret = outspawn_actions_open(&job->actions, fd, job->files[fd], flags[fd], 0666);
		if (ret)
			complain("%s: %s", job->files[fd], strerror(-ret));
	}
	if (ret || !job->dir)
		return ret;

	dir = open_dir(job->dir);
	ret = dir < 0 ? dir : outspawn_actions_fchdir(&job->actions, dir);
	if (ret)
		complain("%s: %s", job->dir, strerror(-ret));
	return ret;
}

static int wait_for(int pidfd)
{
	siginfo_t info;

	while (waitid(P_PIDFD, pidfd, &info, WEXITED) < 0) {
		if (errno == EINTR)
			continue;
		complain("wait: %s", strerror(errno));
		return EXIT_OWN_FAILURE;
	}
	return info.si_code == CLD_EXITED ? info.si_status : EXIT_SIGNAL + info.si_status;
}

static double milliseconds(const struct timespec *from)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - from->tv_sec) * 1e3 + (now.tv_nsec - from->tv_nsec) / 1e6;
}

/* Whose fault it was: exec's, then the status is a shell's; or ours. */
static int status_of_failure(const struct outspawn_result *result)
{
	if (result->stage != SPAWN_TEMPLATE_STAGE_EXEC)
		return EXIT_OWN_FAILURE;
	return result->error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}

/* The program itself is there, or it would not be a template. */
static const char *hint(const struct outspawn_result *result)
{
	if (result->stage == SPAWN_TEMPLATE_STAGE_EXEC && result->error == ENOENT)
		return " (its interpreter is missing)";
	return "";
}

/* Sets *spawned to false if there was no child, and more will not help. */
static int spawn_once(const struct job *job, int tmpl, bool *spawned)
{
	struct outspawn_result result;
	char message[MESSAGE_SIZE];
	struct timespec start;
	double in_call;
	int pidfd, status;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = outspawn_spawn(tmpl, job->argv, environ, &job->actions, job->flags, &pidfd, &result);
	*spawned = pid >= 0;
	if (pid < 0) {
		outspawn_strerror(&result, &job->actions, job->path, message, sizeof(message));
		complain("%s%s", message, hint(&result));
		return status_of_failure(&result);
	}
	in_call = milliseconds(&start);

	status = wait_for(pidfd);
	close(pidfd);
	if (job->verbose)
		complain("pid %d: status %d, spawned in %.3f ms, over after %.3f ms", (int)pid,
			 status, in_call, milliseconds(&start));
	return status;
}

static int spawn_all(const struct job *job, int tmpl)
{
	int status, last_failure = 0;
	bool spawned = true;

	for (unsigned long i = 0; i < job->count && spawned; i++) {
		status = spawn_once(job, tmpl, &spawned);
		if (status)
			last_failure = status;
	}
	return last_failure;
}

static int open_template(struct job *job, int dev)
{
	int tmpl = find_template(dev, job->argv[0], job->path);
	char why[128];

	if (tmpl < 0)
		complain("%s: %s", job->path, explain_template(job->path, -tmpl, why, sizeof(why)));
	else if (job->verbose)
		complain("template of %s", job->path);
	return tmpl;
}

static int run(struct job *job)
{
	int dev, tmpl, status;

	if (add_actions(job))
		return EXIT_OWN_FAILURE;
	dev = open_device();
	if (dev < 0)
		return EXIT_OWN_FAILURE;

	tmpl = open_template(job, dev);
	close(dev);
	if (tmpl == -ENOENT || tmpl == -ENOTDIR)
		return EXIT_NOT_FOUND;
	if (tmpl < 0)
		return EXIT_CANNOT_RUN;

	status = spawn_all(job, tmpl);
	close(tmpl);
	return status;
}

int cmd_run(int argc, char **argv)
{
	struct job job = { .count = 1 };
	int status = parse(&job, argc, argv);

	if (status >= 0)
		return status;

	/* With SIGCHLD ignored, as we may have inherited it, no wait works. */
	signal(SIGCHLD, SIG_DFL);
	outspawn_actions_init(&job.actions);
	status = run(&job);
	outspawn_actions_destroy(&job.actions);
	return status;
}
