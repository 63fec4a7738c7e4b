// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * launcher.c - run jobs as cargo does: COUNT at once, by pidfd_spawnp
 *
 *   launcher COUNT <JOBS    one job a line, with spaces between its words
 *
 * Each job has a pipe for standard output and error. When all jobs have ended, the
 * launcher prints each one's output and status, in the order of the jobs. The
 * launcher does not use outspawn. It exits with 1 if a job failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_JOBS 256
#define MOST_WORDS 64

/* In glibc since 2.39. */
extern int pidfd_spawnp(int *pidfd, const char *file, const posix_spawn_file_actions_t *list,
			const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
	__attribute__((weak));

struct job {
	char *words[MOST_WORDS];
	int pidfd, output; /* -1: not started, or ended */
	char *text;
	size_t size;
	int status;
};

static struct job jobs[MOST_JOBS];
static int job_count, running, next_job;

static void die(const char *what, int error)
{
	fprintf(stderr, "launcher: %s: %s\n", what, strerror(error));
	exit(2);
}

static void read_jobs(void)
{
	char *line = NULL, *word, *save;
	size_t room = 0;

	while (job_count < MOST_JOBS && getline(&line, &room, stdin) > 0) {
		struct job *job = &jobs[job_count];
		int count = 0;

		for (word = strtok_r(line, " \n", &save); word && count < MOST_WORDS - 1;
		     word = strtok_r(NULL, " \n", &save))
			job->words[count++] = strdup(word);
		job->pidfd = job->output = -1;
		if (count)
			job_count++;
	}
	free(line);
}

static void must(int error, const char *what)
{
	if (error)
		die(what, error);
}

static void begin(struct job *job)
{
	posix_spawn_file_actions_t list;
	posix_spawnattr_t attr;
	sigset_t none, usual;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		die("pipe", errno);
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	must(posix_spawn_file_actions_init(&list), "list");
	must(posix_spawn_file_actions_addopen(&list, 0, "/dev/null", O_RDONLY, 0), "open");
	must(posix_spawn_file_actions_adddup2(&list, ends[1], 1), "dup2");
	must(posix_spawn_file_actions_adddup2(&list, ends[1], 2), "dup2");
	must(posix_spawnattr_init(&attr), "attributes");
	must(posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						     POSIX_SPAWN_SETPGROUP),
	     "flags");
	must(posix_spawnattr_setsigmask(&attr, &none), "mask");
	must(posix_spawnattr_setsigdefault(&attr, &usual), "default");
	must(pidfd_spawnp(&job->pidfd, job->words[0], &list, &attr, job->words, environ),
	     job->words[0]);
	posix_spawn_file_actions_destroy(&list);
	posix_spawnattr_destroy(&attr);
	close(ends[1]);
	job->output = ends[0];
	running++;
}

static void take_output(struct job *job)
{
	char data[65536];
	ssize_t size = read(job->output, data, sizeof(data));

	if (size <= 0) {
		close(job->output);
		job->output = -1;
		return;
	}
	job->text = realloc(job->text, job->size + size);
	if (!job->text)
		die("output", ENOMEM);
	memcpy(job->text + job->size, data, size);
	job->size += size;
}

static void take_status(struct job *job)
{
	siginfo_t info;

	if (waitid(P_PIDFD, job->pidfd, &info, WEXITED) < 0)
		die("waitid", errno);
	job->status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
	close(job->pidfd);
	job->pidfd = -1;
}

static void attend(void)
{
	struct pollfd polled[2 * MOST_JOBS];
	struct job *owners[2 * MOST_JOBS];
	int count = 0;

	for (int i = 0; i < next_job; i++) {
		const int fds[2] = { jobs[i].output, jobs[i].pidfd };

		for (int j = 0; j < 2; j++) {
			if (fds[j] < 0)
				continue;
			polled[count] = (struct pollfd){ .fd = fds[j], .events = POLLIN };
			owners[count++] = &jobs[i];
		}
	}
	if (poll(polled, count, -1) < 0)
		die("poll", errno);
	for (int i = 0; i < count; i++) {
		struct job *job = owners[i];

		if (!polled[i].revents)
			continue;
		if (polled[i].fd == job->output)
			take_output(job);
		else
			take_status(job);
		if (job->output < 0 && job->pidfd < 0)
			running--;
	}
}

static int report(void)
{
	int failed = 0;

	for (int i = 0; i < job_count; i++) {
		for (char **word = jobs[i].words; *word; word++)
			printf("%s%s", word == jobs[i].words ? "$ " : " ", *word);
		printf("\n");
		fwrite(jobs[i].text, 1, jobs[i].size, stdout);
		printf("status %d\n", jobs[i].status);
		failed |= jobs[i].status != 0;
	}
	return failed;
}

int main(int argc, char **argv)
{
	int at_once = argc == 2 ? atoi(argv[1]) : 0;

	if (at_once < 1) {
		fprintf(stderr, "usage: launcher COUNT <JOBS\n");
		return 2;
	}
	if (!pidfd_spawnp) {
		fprintf(stderr, "launcher: this C library has no pidfd_spawnp: glibc 2.39 has\n");
		return 2;
	}
	read_jobs();
	while (next_job < job_count || running) {
		while (next_job < job_count && running < at_once)
			begin(&jobs[next_job++]);
		attend();
	}
	return report();
}
