// SPDX-License-Identifier: MIT
// Copyright (C) 2026 The outspawn authors
/*
 * Calls in flight. Each has two pipes and a pidfd, and one epoll watches them
 * all. When a call ends, the next one starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"

#define READ_SIZE 16384
#define EVENTS 16

/* The first two are indexes of struct outcome's streams. */
enum { STREAM_OUT, STREAM_ERR, EXIT, SOURCES };

/* One descriptor that epoll watches for a call in flight. */
struct source {
	struct flight *flight;
	int fd; /* -1: ended */
};

/* One call in flight. The call is over when all its sources have ended. */
struct flight {
	const struct job *job; /* NULL: this place is free */
	struct source sources[SOURCES];
	unsigned int open; /* sources that have not ended */
	double started; /* microseconds() */
};

/* Block the signals that end the agent. epoll reports them; children get the old mask. */
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

int open_flights(struct agent *agent)
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

static int watch(struct agent *agent, struct flight *flight, int kind, int fd)
{
	struct source *source = &flight->sources[kind];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	source->flight = flight;
	source->fd = fd;
	flight->open++;
	if (epoll_ctl(agent->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return complain("epoll", errno);
	return 0;
}

/*
 * Remove a source from epoll and close it. close() alone does not remove a pipe
 * from epoll: a child that posix_spawn() is starting may have a copy of the
 * descriptor.
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

/* ends[0], the agent's end, does not block. The child's end blocks, as programs expect. */
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
	if (job->way == BY_POSIX_SPAWN)
		pidfd = spawn_by_libc(agent, job->call, output, outcome);
	else if (job->way == BY_FORK)
		pidfd = spawn_by_fork(agent, job->call, output, outcome);
	else
		pidfd = spawn_from_template(agent, job->call, output,
					    job->way == BY_OUTSPAWN_ASYNC ? OUTSPAWN_ASYNC : 0,
					    outcome);
	return pidfd < 0 ? pidfd : watch(agent, flight, EXIT, pidfd);
}

/* Start a call. After a failure shoot_down() must clear the flight. */
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

/* Kill and reap the child of a flight, and clear the flight. */
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

/* Read all that is there. Return 0 at the end of the stream, else -EAGAIN. */
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
	/* An asynchronous spawn failed after its call had returned. */
	return -outcome->late.error;
}

/* Read from a source. Return 1 if its call is over now. */
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

/* Wait for events and handle them. Return how many calls are over now. */
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
