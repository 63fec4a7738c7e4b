// SPDX-License-Identifier: MIT
/*
 * agent: a small agent runtime
 *
 * A coding agent starts the same few tools again and again: rg, git, sed,
 * awk, python3, bash. This one makes a template of each, then some hundred
 * tool calls in a git worktree, several at once: each with pipes for stdout
 * and stderr, waited for by pidfd, all in one epoll loop. Every call is also
 * made with posix_spawn(3), for comparison: what comes out must be the same.
 *
 * To copy from: spawn_from_template() and what it calls, and the loop around
 * run_jobs(). What belongs to the example only is in the other files.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <outspawn.h>

#include "agent.h"

#define DEFAULT_CALLS 300
#define MAX_CALLS 10000
#define DEFAULT_INFLIGHT 4
#define MAX_INFLIGHT 64
#define READ_SIZE 16384
#define EVENTS 16
/* A tool that is replaced more often than this during one call is an error. */
#define MAX_RENEWALS 3

/* The first two are those of struct outcome's streams. */
enum { STREAM_OUT, STREAM_ERR, EXIT, SOURCES };

/* One descriptor that epoll watches for a call in flight. */
struct source {
	struct flight *flight;
	int fd; /* or -1 */
};

/* One call in flight. It is over when all its sources are. */
struct flight {
	const struct job *job; /* NULL: nothing flies here */
	struct source sources[SOURCES];
	unsigned int open; /* sources that are not over */
	double started; /* microseconds() */
};

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

/* Says what failed, and returns -error. */
static int complain(const char *what, int error)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(error));
	return -error;
}

/* ---- Templates ---- */

static int open_device(struct agent *agent)
{
	agent->dev = outspawn_open();
	if (agent->dev >= 0)
		return 0;

	complain(SPAWN_TEMPLATE_DEVICE, -agent->dev);
	if (agent->dev == -ENOENT)
		fputs("The module is not loaded. In outspawn's source: 'make module' and, as root,\n"
		      "'insmod build/host/module/outspawn.ko'; or 'make demo' for a guest that has it.\n",
		      stderr);
	else if (agent->dev == -EACCES)
		fputs("You may not use the device: run this as root.\n", stderr);
	fputs("'outspawn doctor' says what is missing.\n", stderr);
	return agent->dev;
}

/* Makes the tool's template, or makes it anew. */
static int pin_tool(struct agent *agent, struct tool *tool)
{
	if (tool->tmpl >= 0)
		close(tool->tmpl);
	tool->tmpl = outspawn_template(agent->dev, tool->path);
	return tool->tmpl < 0 ? complain(tool->path, -tool->tmpl) : 0;
}

/* Finds the tool as a shell would, in the directories of PATH. */
static int find_tool(struct tool *tool)
{
	const char *path = getenv("PATH");
	const char *dir, *end;

	for (dir = path ? path : "/usr/bin:/bin"; *dir; dir = *end ? end + 1 : end) {
		end = strchrnul(dir, ':');
		if (*dir != '/') /* templates take absolute paths only */
			continue;
		snprintf(tool->path, sizeof(tool->path), "%.*s/%s", (int)(end - dir), dir,
			 tool->name);
		if (access(tool->path, X_OK) == 0)
			return 0;
	}
	fprintf(stderr, "agent: %s is not in PATH: install it\n", tool->name);
	return -ENOENT;
}

static int pin_tools(struct agent *agent)
{
	int ret = 0;

	for (int i = 0; i < TOOLS && !ret; i++) {
		ret = find_tool(&agent->tools[i]);
		if (!ret)
			ret = pin_tool(agent, &agent->tools[i]);
	}
	return ret;
}

/* ---- Spawning, both ways ---- */

/*
 * stdin is /dev/null, stdout and stderr are pipes, and the child starts in
 * the worktree. None of our other descriptors is in the child, whatever their
 * flags are, so there is nothing to close.
 */
static int set_up_actions(struct outspawn_actions *actions, const struct agent *agent,
			  const int output[2])
{
	int ret;

	ret = outspawn_actions_open(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!ret)
		ret = outspawn_actions_dup2(actions, output[0], STDOUT_FILENO);
	if (!ret)
		ret = outspawn_actions_dup2(actions, output[1], STDERR_FILENO);
	if (!ret)
		ret = outspawn_actions_fchdir(actions, agent->worktree);
	if (!ret)
		ret = outspawn_actions_sigmask(actions, &agent->child_mask);
	return ret;
}

/*
 * Spawns from the tool's template. Stale means that the tool was replaced
 * since, by an update say: then the template is made anew.
 *
 * Returns a pidfd. output: what becomes the child's stdout and stderr.
 */
static int spawn_from_template(struct agent *agent, const struct call *call, const int output[2],
			       double *blocked)
{
	struct tool *tool = &agent->tools[call->tool];
	struct outspawn_actions actions;
	struct outspawn_result result;
	char message[PATH_MAX + 256];
	int renewals = 0, pidfd, ret;
	double before;

	outspawn_actions_init(&actions);
	ret = set_up_actions(&actions, agent, output);
	while (!ret) {
		before = microseconds();
		ret = outspawn_spawn(tool->tmpl, call->argv, environ, &actions, 0, &pidfd, &result);
		*blocked = microseconds() - before;
		if (ret >= 0)
			break;
		if (ret != -ESTALE || renewals++ == MAX_RENEWALS) {
			outspawn_strerror(&result, &actions, tool->path, message, sizeof(message));
			fprintf(stderr, "agent: %s: %s\n", tool->name, message);
			break;
		}
		agent->renewed++;
		ret = pin_tool(agent, tool);
	}
	outspawn_actions_destroy(&actions);
	return ret < 0 ? ret : pidfd;
}

/* The same for posix_spawn(3). All our descriptors are close-on-exec; closefrom makes sure. */
static int set_up_file_actions(posix_spawn_file_actions_t *actions, const struct agent *agent,
			       const int output[2])
{
	int error;

	error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!error)
		error = posix_spawn_file_actions_adddup2(actions, output[0], STDOUT_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(actions, output[1], STDERR_FILENO);
	if (!error)
		error = posix_spawn_file_actions_addfchdir_np(actions, agent->worktree);
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return error;
}

/* As spawn_from_template(). The pidfd comes extra, and is not in *blocked. */
static int spawn_by_libc(const struct agent *agent, const struct call *call, const int output[2],
			 double *blocked)
{
	const struct tool *tool = &agent->tools[call->tool];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int error, pidfd;
	double before;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &agent->child_mask);
	error = set_up_file_actions(&actions, agent, output);
	if (!error) {
		before = microseconds();
		error = posix_spawn(&pid, tool->path, &actions, &attr, call->argv, environ);
		*blocked = microseconds() - before;
	}
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (error)
		return complain(tool->path, error);

	pidfd = pidfd_open(pid, 0);
	return pidfd < 0 ? complain("pidfd_open", errno) : pidfd;
}

/* ---- Calls in flight ---- */

static int watch(struct agent *agent, struct flight *flight, int kind, int fd)
{
	struct source *source = &flight->sources[kind];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	source->flight = flight;
	source->fd = fd;
	flight->open++;
	return epoll_ctl(agent->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? complain("epoll", errno) :
									0;
}

/*
 * Closing is not enough for epoll to forget a pipe: a child that posix_spawn()
 * is about to start may still have a copy of the descriptor.
 */
static void unwatch(struct agent *agent, struct source *source)
{
	if (source->fd < 0)
		return;
	epoll_ctl(agent->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	close(source->fd);
	source->fd = -1;
	source->flight->open--;
}

/* Our end, ends[0], does not block; the child's end does, as programs expect. */
static int open_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return complain("pipe", errno);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static int spawn(struct agent *agent, struct flight *flight, const int output[2])
{
	const struct job *job = flight->job;
	struct outcome *outcome = &job->call->outcomes[job->way];
	int pidfd;

	flight->started = microseconds();
	if (job->way == OUTSPAWN)
		pidfd = spawn_from_template(agent, job->call, output, &outcome->blocked);
	else
		pidfd = spawn_by_libc(agent, job->call, output, &outcome->blocked);
	return pidfd < 0 ? pidfd : watch(agent, flight, EXIT, pidfd);
}

/* After a failure, what the flight has is for shoot_down() to clear. */
static int take_off(struct agent *agent, struct flight *flight, const struct job *job)
{
	int out[2], err[2], ret;

	flight->job = job;
	ret = open_pipe(out);
	if (ret)
		return ret;
	ret = open_pipe(err);
	if (ret) {
		close(out[1]);
		close(out[0]);
		return ret;
	}

	ret = spawn(agent, flight, (int[]){ out[1], err[1] });
	close(out[1]);
	close(err[1]);
	if (ret) {
		close(out[0]);
		close(err[0]);
		return ret;
	}
	ret = watch(agent, flight, STREAM_OUT, out[0]);
	if (!ret)
		ret = watch(agent, flight, STREAM_ERR, err[0]);
	else
		close(err[0]);
	return ret;
}

/* Clears a flight whose child has not ended, and ends that. */
static void shoot_down(struct agent *agent, struct flight *flight)
{
	int pidfd = flight->sources[EXIT].fd;

	if (pidfd >= 0) {
		pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
		waitid(P_PIDFD, pidfd, NULL, WEXITED);
	}
	for (int i = 0; i < SOURCES; i++)
		unwatch(agent, &flight->sources[i]);
	flight->job = NULL;
}

/* Takes what there is. Returns 0 at the end of the stream, -EAGAIN before. */
static int drain(int fd, struct text *text)
{
	ssize_t len;
	char *data;

	for (;;) {
		if (text->size - text->len < READ_SIZE) {
			data = realloc(text->data, text->size * 2 + READ_SIZE);
			if (!data)
				return -ENOMEM;
			text->data = data;
			text->size = text->size * 2 + READ_SIZE;
		}
		len = read(fd, text->data + text->len, text->size - text->len);
		if (len == 0)
			return 0;
		if (len > 0)
			text->len += len;
		else if (errno != EINTR)
			return -errno;
	}
}

static int reap(int pidfd, struct outcome *outcome)
{
	siginfo_t info;

	if (waitid(P_PIDFD, pidfd, &info, WEXITED) < 0)
		return -errno;
	outcome->code = info.si_code;
	outcome->status = info.si_status;
	return 0;
}

/* Something came from a source. Returns 1 if the call is over by that. */
static int handle_source(struct agent *agent, struct source *source)
{
	struct flight *flight = source->flight;
	struct outcome *outcome = &flight->job->call->outcomes[flight->job->way];
	int kind = source - flight->sources;
	int ret;

	if (kind == EXIT)
		ret = reap(source->fd, outcome);
	else
		ret = drain(source->fd, &outcome->streams[kind]);
	if (ret == -EAGAIN)
		return 0;
	if (ret)
		return complain("a call in flight", -ret);

	unwatch(agent, source);
	if (flight->open)
		return 0;
	outcome->total = microseconds() - flight->started;
	flight->job = NULL;
	return 1;
}

static int handle_signal(struct agent *agent)
{
	struct signalfd_siginfo info;

	if (read(agent->signals, &info, sizeof(info)) == sizeof(info))
		agent->interrupted = info.ssi_signo;
	return -EINTR;
}

/* Waits until something happens. Returns how many calls are over by that. */
static int handle_events(struct agent *agent)
{
	struct epoll_event events[EVENTS];
	int count, ret, over = 0;

	count = epoll_wait(agent->epoll, events, EVENTS, -1);
	if (count < 0)
		return errno == EINTR ? 0 : complain("epoll", errno);

	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr)
			ret = handle_source(agent, events[i].data.ptr);
		else
			ret = handle_signal(agent);
		if (ret < 0)
			return ret;
		over += ret;
	}
	return over;
}

int run_jobs(struct agent *agent, const struct job *jobs, size_t count, struct progress *progress)
{
	size_t started = 0, done = 0;
	int ret = 0;

	while (ret >= 0 && done < count) {
		for (unsigned int i = 0; i < agent->inflight && started < count && !ret; i++) {
			if (!agent->flights[i].job)
				ret = take_off(agent, &agent->flights[i], &jobs[started++]);
		}
		if (!ret)
			ret = handle_events(agent);
		if (ret > 0) {
			done += ret;
			ret = 0;
			show_progress(progress, done);
		}
	}
	for (unsigned int i = 0; i < agent->inflight && ret; i++)
		shoot_down(agent, &agent->flights[i]);
	return ret;
}

/* ---- The whole ---- */

/*
 * Each call both ways, one right after the other and in turns first, so that
 * whatever else the machine does hits both alike.
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
	printf("\n%zu of %zu outputs equal, byte for byte: stdout, stderr and exit status. (%.0f s)\n",
	       equal, count, (microseconds() - started) / 1e6);
	return equal == count ? 0 : -EBADMSG;
}

/* Its own part of run(): what needs a worktree. */
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

/* Children get the mask from before; we hear of the signals through epoll. */
static int open_signals(struct agent *agent)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &agent->child_mask);
	agent->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (agent->signals < 0 ||
	    epoll_ctl(agent->epoll, EPOLL_CTL_ADD, agent->signals, &event) < 0)
		return complain("signalfd", errno);
	return 0;
}

static int init_agent(struct agent *agent)
{
	agent->flights = calloc(agent->inflight, sizeof(*agent->flights));
	if (!agent->flights)
		return complain("calls in flight", ENOMEM);
	for (unsigned int i = 0; i < agent->inflight; i++) {
		for (int j = 0; j < SOURCES; j++)
			agent->flights[i].sources[j].fd = -1;
	}
	agent->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (agent->epoll < 0)
		return complain("epoll", errno);
	return open_signals(agent);
}

static void destroy_agent(struct agent *agent)
{
	const int fds[] = { agent->dev, agent->epoll, agent->signals, agent->worktree };

	for (int i = 0; i < TOOLS; i++) {
		if (agent->tools[i].tmpl >= 0)
			close(agent->tools[i].tmpl);
	}
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	free(agent->flights);
}

/*
 * What we may have inherited and cannot work with: closed standard
 * descriptors, whose numbers the actions would take from a pipe; SIGCHLD
 * ignored, so that children leave no status; SIGPIPE ignored, so that a
 * pipeline's programs complain.
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

static int run(unsigned int count, unsigned int inflight, struct progress *progress)
{
	struct agent agent = {
		.dev = -1,
		.epoll = -1,
		.signals = -1,
		.worktree = -1,
		.inflight = inflight,
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
	ret = init_agent(&agent);
	if (!ret)
		ret = open_device(&agent);
	if (!ret)
		ret = pin_tools(&agent);
	if (!ret)
		ret = run_in_worktree(&agent, count, progress);
	destroy_agent(&agent);
	return agent.interrupted ? 128 + agent.interrupted : ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const char usage[] =
	"Usage: agent [OPTION]...\n"
	"Make an agent's tool calls (rg, git, sed, awk, python3, bash) in a git worktree,\n"
	"each from an outspawn template and with posix_spawn, and compare what comes out.\n"
	"\n"
	"  -n CALLS     how many calls (default 300, at most 10000)\n"
	"  -j INFLIGHT  how many at once (default 4, at most 64)\n"
	"  --progress   a progress bar even if stderr is not a terminal, as PROGRESS=1\n"
	"  --help\n"
	"\n"
	"Exit status: 0 if all outputs are equal, else 1; 2 for wrong options.\n";

static const struct option options[] = {
	{ "progress", no_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* A number from 1 to max, or 0 after a complaint. */
static unsigned int parse_number(const char *text, unsigned int max)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && value >= 1 && value <= max)
		return value;
	fprintf(stderr, "agent: %s: not a number from 1 to %u\n", text, max);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int count = DEFAULT_CALLS, inflight = DEFAULT_INFLIGHT;
	struct progress progress = { .shown = isatty(STDERR_FILENO), .percent = -1 };
	const char *wanted = getenv("PROGRESS");
	int opt;

	while ((opt = getopt_long(argc, argv, "n:j:h", options, NULL)) != -1) {
		if (opt == 'n')
			count = parse_number(optarg, MAX_CALLS);
		else if (opt == 'j')
			inflight = parse_number(optarg, MAX_INFLIGHT);
		else if (opt == 'p')
			progress.shown = true;
		else
			break;
		if (!count || !inflight)
			return 2;
	}
	if (opt == 'h') {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (opt != -1 || optind < argc) {
		fputs("Try 'agent --help'.\n", stderr);
		return 2;
	}
	if (wanted && !strcmp(wanted, "1"))
		progress.shown = true;
	return run(count, inflight, &progress);
}
