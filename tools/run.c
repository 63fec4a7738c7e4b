// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* outspawn run: start a program and wait for its end, N times. */
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

#include "forward.h"
#include "outspawn.h"
#include "setup.h"
#include "shared.h"
#include "times.h"
#include "tool.h"

/* Room for a path. */
#define MESSAGE_SIZE 8192

struct job {
	char **argv; /* PROG and its arguments */
	char path[PATH_MAX];
	const char *files[3]; /* for descriptors 0, 1 and 2; or NULL */
	unsigned long count;
	bool search; /* the child searches PATH; there is no template */
	unsigned int template_flags;
	bool verbose;
	struct setup setup;
	struct outspawn_attr attr;
	struct outspawn_actions actions;
	struct times in_call, in_all; /* in ms, of each spawn that succeeded */
};

static const char usage[] =
	"Usage: outspawn run [OPTION]... [--] PROG [ARG]...\n"
	"Start PROG from a template, wait for it and exit with its status.\n"
	"\n"
	"  -C, --chdir DIR      run it in DIR\n"
	"  -n, --count N        run it N times, one after another, from the same template,\n"
	"                       and print minimum, median and maximum of the times\n"
	"      --stdin FILE     read standard input from FILE, as the shell's <\n"
	"      --stdout FILE    write standard output to FILE, as >\n"
	"      --stderr FILE    write standard error to FILE, as 2>\n"
	"      --inherit-fds    pass on all descriptors that are not close-on-exec\n"
	"      --path-search    make no template: the child searches PATH, as execvp(3)\n"
	"      --any-format     make a template of any executable file, also of a script\n"
	"  -v, --verbose        print each spawn and its time on stderr\n"
	"  -h, --help\n"
	"\n"
	"How the child is set up:\n"
	"      --setsid         start a new session\n"
	"      --pgroup[=PGID]  join process group PGID, or start a new one\n"
	"      --umask MODE     file mode mask, octal\n"
	"      --chroot DIR     DIR is its root, and --chdir is inside DIR\n"
	"      --rlimit NAME=SOFT[:HARD]  a limit, such as nofile=64; may be repeated\n"
	"      --nice N         nice value, -20 to 19\n"
	"      --sched POLICY[:PRIORITY]  other, batch, idle, fifo, rr\n"
	"      --ioprio CLASS[:LEVEL]     none, realtime, best-effort, idle\n"
	"      --affinity LIST  processors, such as 0,2-3\n"
	"      --node N         make and set up the child on memory node N\n"
	"      --user USER      run as USER, in USER's groups\n"
	"      --group GROUP    run in GROUP\n"
	"      --groups LIST    supplementary groups; '' is none\n"
	"      --no-new-privs   ignore setuid bits and file capabilities\n"
	"      --pdeath SIGNAL  send SIGNAL to the child if outspawn ends first\n"
	"      --cgroup DIR     start in the cgroup v2 DIR\n"
	"      --unshare LIST   new namespaces: cgroup,ipc,mnt,net,pid,time,user,uts\n"
	"      --stopped        stop before the first instruction, until SIGCONT\n"
	"\n"
	"Exit status: that of PROG, or 128 + the number of the signal that killed it;\n"
	"with -n the last one that was not 0. 127: PROG was not found. 126: PROG cannot\n"
	"be started. 125: outspawn itself failed.\n";

enum { OPT_STDIN = 256, OPT_STDOUT, OPT_STDERR, OPT_INHERIT, OPT_SEARCH, OPT_ANY_FORMAT };

static const struct option options[] = {
	{ "chdir", required_argument, NULL, 'C' },
	{ "count", required_argument, NULL, 'n' },
	{ "stdin", required_argument, NULL, OPT_STDIN },
	{ "stdout", required_argument, NULL, OPT_STDOUT },
	{ "stderr", required_argument, NULL, OPT_STDERR },
	{ "inherit-fds", no_argument, NULL, OPT_INHERIT },
	{ "path-search", no_argument, NULL, OPT_SEARCH },
	{ "any-format", no_argument, NULL, OPT_ANY_FORMAT },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	SETUP_OPTIONS,
	{ 0 },
};

static int parse_count(const char *text, unsigned long *count)
{
	char *end;

	errno = 0;
	*count = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || !*count) {
		complain("run: --count: '%s' is not a number of spawns", text);
		return -EINVAL;
	}
	return 0;
}

/* Return -1 if the program shall run, else the exit status. */
static int parse(struct job *job, int argc, char **argv)
{
	int opt;

	/* The "+": arguments after PROG belong to PROG. */
	while ((opt = getopt_long(argc, argv, "+C:n:vh", options, NULL)) != -1) {
		switch (opt) {
		case 'C':
			job->setup.dir = optarg;
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
			job->attr.flags |= OUTSPAWN_INHERIT_FDS;
			break;
		case OPT_SEARCH:
			job->search = true;
			break;
		case OPT_ANY_FORMAT:
			job->template_flags |= OUTSPAWN_ANY_FORMAT;
			break;
		case 'v':
			job->verbose = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case SETUP_FIRST ... SETUP_END - 1:
			if (setup_option(&job->setup, opt, optarg))
				return EXIT_OWN_FAILURE;
			break;
		default:
			fputs("Try 'outspawn run --help'.\n", stderr);
			return EXIT_OWN_FAILURE;
		}
	}
	if (optind == argc) {
		complain("run: no program is given");
		fputs("Try 'outspawn run --help'.\n", stderr);
		return EXIT_OWN_FAILURE;
	}
	job->argv = argv + optind;
	return -1;
}

/* The files come first: their names are relative to outspawn's own directory. */
static int add_actions(struct job *job)
{
	static const int flags[] = {
		O_RDONLY,
		O_WRONLY | O_CREAT | O_TRUNC,
		O_WRONLY | O_CREAT | O_TRUNC,
	};
	static const char *const names[] = { "--stdin", "--stdout", "--stderr" };
	int ret = 0;

	for (int fd = 0; fd < 3 && !ret; fd++) {
		if (!job->files[fd])
			continue;
		ret = outspawn_actions_open(&job->actions, fd, job->files[fd], flags[fd], 0666);
		if (ret)
			complain("run: %s %s: %s", names[fd], job->files[fd], strerror(-ret));
		setup_label(&job->setup, &job->actions, names[fd], job->files[fd]);
	}
	if (!ret)
		ret = setup_actions(&job->setup, &job->actions);
	return ret ? ret : setup_attr(&job->setup, &job->attr);
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

/* A failed exec has a shell's exit status; every other failure is outspawn's own. */
static int status_of_failure(const struct outspawn_result *result)
{
	if (result->stage == OUTSPAWN_STAGE_STOP)
		return EXIT_CANNOT_RUN;
	if (result->stage != OUTSPAWN_STAGE_EXEC &&
	    result->stage != OUTSPAWN_STAGE_MOUNT)
		return EXIT_OWN_FAILURE;
	return result->error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}

static const char *hint(const struct job *job, const struct outspawn_result *result)
{
	if (result->stage == OUTSPAWN_STAGE_EXEC && result->error == ENOEXEC && !job->search)
		return " (--path-search starts it with /bin/sh)";
	if (result->stage == OUTSPAWN_STAGE_EXEC && result->error == ENOENT) {
		/* PROG exists, since it has a template. So its interpreter is missing. */
		if (!job->search)
			return " (its interpreter is missing)";
		return strchr(job->path, '/') ? "" : " (not found in PATH)";
	}
	if ((result->stage == OUTSPAWN_STAGE_CREATE || result->stage == OUTSPAWN_STAGE_ARGS) &&
	    result->error == EPERM)
		return " (--unshare and --cgroup need privileges and a caller without seccomp filters)";
	if (result->stage == OUTSPAWN_STAGE_ARGS && result->error == ENOTTY)
		return " (is the module older than this command? Run 'outspawn doctor')";
	return "";
}

/* fd is a template or, for --path-search, the device. */
static pid_t spawn(const struct job *job, int fd, int *pidfd, struct outspawn_result *result)
{
	if (job->search)
		return outspawn_spawn_shell(fd, job->path, outspawn_i_search_path(), job->argv, environ,
					    &job->actions, &job->attr, pidfd, result);
	return outspawn_spawn_attr(fd, job->argv, environ, &job->actions, &job->attr, pidfd,
				   result);
}

/* Print what failed: the option, the step and the reason. */
static void say_failure(const struct job *job, const struct outspawn_result *result)
{
	char message[MESSAGE_SIZE], option[PATH_MAX];

	outspawn_strerror(result, &job->actions, job->path, message, sizeof(message));
	if (setup_blame(&job->setup, result, option, sizeof(option)))
		complain("run: %s: %s%s", option, message, hint(job, result));
	else
		complain("%s%s", message, hint(job, result));
}

/*
 * Spawn and wait. Set *again to false if no child was made, or if a signal came for
 * it: then there must be no further spawn.
 */
static int spawn_once(struct job *job, int fd, bool *again)
{
	struct outspawn_result result;
	struct timespec start;
	double in_call, in_all;
	int pidfd, status;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = spawn(job, fd, &pidfd, &result);
	*again = pid >= 0;
	if (pid < 0) {
		say_failure(job, &result);
		return status_of_failure(&result);
	}
	in_call = milliseconds(&start);
	forward_to(pidfd, setup_new_group(&job->setup));

	if (job->attr.flags & OUTSPAWN_STOPPED)
		complain("pid %d is stopped: continue it with 'kill -CONT %d'", (int)pid, (int)pid);
	status = wait_for(pidfd);
	in_all = milliseconds(&start);
	if (forward_end())
		*again = false;
	close(pidfd);
	times_add(&job->in_call, in_call);
	times_add(&job->in_all, in_all);
	if (job->verbose)
		complain("pid %d: status %d, spawned in %.3f ms, ended after %.3f ms", (int)pid,
			 status, in_call, in_all);
	return status;
}

static void print_times(struct job *job)
{
	complain("run: %lu spawn%s of %s, in ms: minimum, median, maximum", job->in_all.count,
		 job->in_all.count == 1 ? "" : "s", job->path);
	complain("  in the call  %9.3f %9.3f %9.3f", job->in_call.min, times_median(&job->in_call),
		 job->in_call.max);
	complain("  to its end   %9.3f %9.3f %9.3f", job->in_all.min, times_median(&job->in_all),
		 job->in_all.max);
}

static int spawn_all(struct job *job, int fd)
{
	int status, last_failure = 0;
	bool again = true;

	for (unsigned long i = 0; i < job->count && again; i++) {
		status = spawn_once(job, fd, &again);
		if (status)
			last_failure = status;
	}
	if (job->count > 1 && job->in_all.count)
		print_times(job);
	return last_failure;
}

static int open_template(struct job *job, int dev)
{
	int tmpl = find_template(dev, job->argv[0], job->template_flags, job->path);
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

	if (job->search) {
		snprintf(job->path, sizeof(job->path), "%s", job->argv[0]);
		status = spawn_all(job, dev);
		close(dev);
		return status;
	}
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
	struct job job = { .count = 1, .attr = OUTSPAWN_ATTR_INIT };
	int status = parse(&job, argc, argv);

	if (status >= 0)
		return status;

	/* An inherited SIG_IGN would reap the child before waitid(). */
	signal(SIGCHLD, SIG_DFL);
	outspawn_actions_init(&job.actions);
	status = run(&job);
	outspawn_actions_destroy(&job.actions);
	times_free(&job.in_call);
	times_free(&job.in_all);
	return status;
}
