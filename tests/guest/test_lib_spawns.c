// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lib_spawns.c - the library's spawns: with attributes, by path, by the
 * shell, asynchronous, in a batch
 */
#include "common_process.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static struct outspawn_result result;

static const char *why(const struct outspawn_actions *actions)
{
	static char words[8192];

	return outspawn_strerror(&result, actions, NULL, words, sizeof(words));
}

/* --- attributes --- */

static pid_t with_attr(const struct outspawn_attr *attr, char *const argv[], int *pidfd)
{
	pid_t pid = outspawn_spawn_attr(probe, argv, NULL, NULL, attr, pidfd, &result);

	check_eq(result.error, pid < 0 ? -pid : 0);
	return pid;
}

static void attributes_of_birth(void)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;
	struct outspawn_actions actions;
	char *path = in_scratch_new("facts");
	char *facts;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_open(&actions, 1, path, O_CREAT | O_WRONLY, 0644), 0);
	attr.flags = OUTSPAWN_NO_NEW_PRIVS;
	attr.pdeath_signal = SIGUSR2;
	attr.namespaces = CLONE_NEWUTS;
	check_eq(wait_for(outspawn_spawn_attr(probe, ARGV("probe"), NULL, &actions, &attr, NULL,
					      &result)),
		 0);
	facts = read_whole(path, NULL);
	check_str(fact(facts, "no_new_privs"), "1");
	check_str(fact(facts, "pdeathsig"), text("%d", SIGUSR2));
	check_eq(unlink(path), 0);
	outspawn_actions_destroy(&actions);
}

static void attributes_that_fail(void)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;
	int pidfd = 99;

	attr.pdeath_signal = 999;
	check_eq(with_attr(&attr, ARGV("probe"), &pidfd), -EINVAL);
	check_eq(pidfd, -1);
	attr.pdeath_signal = 0;
	attr.flags = OUTSPAWN_CGROUP;
	attr.cgroup = device;
	check_eq(with_attr(&attr, ARGV("probe"), NULL), -EBADF);
	attr.cgroup = 0;
	attr.flags = 1U << 31;
	check_eq(with_attr(&attr, ARGV("probe"), NULL), -EINVAL);
	attr.flags = 0;
	attr.cgroup = 1;
	check_eq(with_attr(&attr, ARGV("probe"), NULL), -EINVAL);
	attr.cgroup = 0;
	attr.size = 1;
	check_eq(with_attr(&attr, ARGV("probe"), NULL), -EINVAL);
}

static void exit_signal_of_the_attributes(void)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;
	int status;
	pid_t pid;

	attr.flags = OUTSPAWN_EXIT_SIGNAL;
	pid = with_attr(&attr, ARGV("probe", "exit", "3"), NULL);
	check(pid > 0);
	check_eq(waitpid(pid, &status, __WCLONE), pid);
	check_eq(WEXITSTATUS(status), 3);
}

static void stopped_until_continued(void)
{
	siginfo_t info;
	pid_t pid = outspawn_spawn(probe, ARGV("probe", "exit", "5"), NULL, NULL, OUTSPAWN_STOPPED,
				   NULL, &result);

	check(pid > 0);
	must(waitid(P_PID, pid, &info, WSTOPPED));
	check_eq(info.si_code, CLD_STOPPED);
	must(kill(pid, SIGCONT));
	check_eq(wait_for(pid), 5);
}

/* --- templates of any format --- */

static char *script(const char *name, const char *content)
{
	char *path = in_scratch_new(name);

	write_whole(path, content, strlen(content), 0755);
	return path;
}

static void a_template_of_a_script(void)
{
	char *path = script("script", "#!/bin/sh\nexit 6\n");
	int template;

	check_eq(outspawn_template(device, path), -ENOEXEC);
	template = must(outspawn_template_flags(device, path, OUTSPAWN_ANY_FORMAT));
	check_eq(wait_for(outspawn_spawn(template, ARGV("script"), NULL, NULL, 0, NULL, &result)),
		 6);
	must(close(template));
	check_eq(outspawn_template_flags(device, path, 1U << 31), -EINVAL);
}

static void a_template_that_may_be_written_to(void)
{
	char *path = own_probe("writable");
	int template = must(outspawn_template_flags(device, path, OUTSPAWN_ALLOW_WRITE));
	int by_fd = must(open(path, O_PATH | O_CLOEXEC));
	int other = must(outspawn_template_fd_flags(device, by_fd, OUTSPAWN_ALLOW_WRITE));
	int fd;

	check_eq(spawn_and_wait(template), 0);
	fd = must(open(path, O_WRONLY | O_CLOEXEC));
	check_eq(spawn_and_wait(template), -ETXTBSY);
	next_tick();
	check_eq(write(fd, "\177", 1), 1);
	must(close(fd));
	check_eq(spawn_and_wait(template), -ESTALE);
	check_eq(spawn_and_wait(other), -ESTALE);
	must(close(template));
	must(close(by_fd));
	must(close(other));
}

/* --- templates that are made anew at their descriptor --- */

static void refreshed_after_a_hard_link(void)
{
	char *path = own_probe("linked");
	int template = must(outspawn_template(device, path)), fds;

	next_tick();
	must(link(path, in_scratch_new("second-name")));
	check_eq(spawn_and_wait(template), -ESTALE);
	fds = count_fds();
	check_eq(outspawn_template_refresh(device, template, path, 0), 0);
	check_eq(count_fds(), fds);
	check_eq(spawn_and_wait(template), 0);
	check_eq(fcntl(template, F_GETFD), FD_CLOEXEC);
	must(close(template));
}

/*
 * The refreshed template starts the file that the path names now. Its flags are
 * those of the refresh.
 */
static void refreshed_after_a_rename(void)
{
	char *path = own_probe("tool"), *fresh = script("fresh", "#!/bin/sh\nexit 7\n");
	int template = must(outspawn_template(device, path));

	check_eq(spawn_and_wait(template), 0);
	must(rename(fresh, path));
	check_eq(spawn_and_wait(template), -ESTALE);
	check_eq(outspawn_template_refresh(device, template, path, 0), -ENOEXEC);
	check_eq(outspawn_template_refresh(device, template, path, OUTSPAWN_ANY_FORMAT), 0);
	check_eq(spawn_and_wait(template), 7);
	must(close(template));
}

static void refreshed_and_kept_over_exec(void)
{
	int template = template_of(PROBE);

	must(fcntl(template, F_SETFD, 0));
	check_eq(outspawn_template_refresh(device, template, PROBE, 0), 0);
	check_eq(fcntl(template, F_GETFD), 0);
	check_eq(spawn_and_wait(template), 0);
	must(close(template));
}

/*
 * If the refresh fails, the old template stays and no descriptor is left over.
 */
static void refresh_that_fails(void)
{
	char *path = own_probe("gone");
	int template = must(outspawn_template(device, path));
	int file = must(open(PROBE, O_RDONLY | O_CLOEXEC)), fds = count_fds();

	must(unlink(path));
	check_eq(outspawn_template_refresh(device, template, path, 0), -ENOENT);
	check_eq(outspawn_template_refresh(device, template, "probe", 0), -EINVAL);
	check_eq(outspawn_template_refresh(device, template, NULL, 0), -EINVAL);
	check_eq(outspawn_template_refresh(device, template, PROBE, 1U << 31), -EINVAL);
	check_eq(outspawn_template_refresh(file, template, PROBE, 0), -ENOTTY);
	check_eq(outspawn_template_refresh(device, device, PROBE, 0), -ENOTTY);
	check_eq(outspawn_template_refresh(device, file, PROBE, 0), -ENOTTY);
	check_eq(outspawn_template_refresh(device, lowest_free_fd(), PROBE, 0), -EBADF);
	check_eq(count_fds(), fds);
	check_eq(spawn_and_wait(template), -ESTALE);
	check_eq(outspawn_info(device, &(struct spawn_template_info){}), 0);
	must(close(file));
	must(close(template));
}

/* A spawn that has begun uses the old template until its end. */
static void refreshed_during_a_spawn(void)
{
	char *path = own_probe("busy"), *fresh = script("fresh", "#!/bin/sh\nexit 7\n");
	int template = must(outspawn_template(device, path));
	struct held held = {};

	hold(&held, template);
	must(rename(fresh, path));
	check_eq(outspawn_template_refresh(device, template, path, OUTSPAWN_ANY_FORMAT), 0);
	check_eq(wait_for(release(&held)), 0);
	must(close(held.pidfd));
	check_eq(spawn_and_wait(template), 7);
	must(close(template));
}

/* --- spawns by path --- */

static pid_t by_path(const char *file, const char *path, char *const argv[])
{
	return outspawn_spawn_path(device, file, path, argv, NULL, NULL, NULL, NULL, &result);
}

static void a_program_is_searched_for(void)
{
	char *folder = text("/no/such:%s", scratch);

	own_probe("mine");
	check_eq(wait_for(by_path("mine", folder, ARGV("mine", "exit", "4"))), 4);
	check_eq(wait_for(by_path(PROBE, NULL, ARGV("probe", "exit", "4"))), 4);
	check_eq(by_path("not-mine", folder, ARGV("x")), -ENOENT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_eq(result.action, 1);
	check_eq(by_path("mine", "", ARGV("x")), -ENOENT);
	check_eq(outspawn_spawn_path(probe, "mine", NULL, ARGV("x"), NULL, NULL, NULL, NULL,
				     &result),
		 -ENOTTY);
	check_str(why(NULL), "neither a template nor a device that can do this: "
			     "Inappropriate ioctl for device");
}

/*
 * The child searches PATH after its actions, as execvp(3) would. So "" in PATH
 * is the new working directory.
 */
static void actions_come_before_the_search(void)
{
	struct outspawn_actions actions;
	pid_t pid;

	own_probe("mine");
	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_chdir(&actions, scratch), 0);
	pid = outspawn_spawn_path(device, "mine", "/no/such:", ARGV("x", "exit", "8"), NULL,
				  &actions, NULL, NULL, &result);
	check_eq(wait_for(pid), 8);
	check_eq(outspawn_actions_chdir(&actions, "/no/such"), 0);
	check_eq(outspawn_spawn_path(device, "mine", "/no/such:", ARGV("x"), NULL, &actions, NULL,
				     NULL, &result),
		 -ENOENT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	check_eq(result.action, 1);
	outspawn_actions_destroy(&actions);
}

static pid_t by_shell(const char *file, const char *path, char *const argv[])
{
	return outspawn_spawn_shell(device, file, path, argv, NULL, NULL, NULL, NULL, &result);
}

static void the_shell_runs_a_file_without_a_format(void)
{
	char *path = script("plain", "test \"$1.$2\" = one.two && exit 9\n");
	char *folders = text("/no/such:%s:/bin", scratch);

	check_eq(by_path("plain", folders, ARGV("plain", "one", "two")), -ENOEXEC);
	check_eq(wait_for(by_shell("plain", folders, ARGV("plain", "one", "two"))), 9);
	check_eq(wait_for(by_shell(path, NULL, ARGV("plain", "one", "two"))), 9);
	check_eq(wait_for(by_shell(path, folders, ARGV("plain", "one", "two"))), 9);
	check_eq(wait_for(by_shell(PROBE, NULL, ARGV("probe", "exit", "4"))), 4);
	check_eq(by_shell("no-such-program", folders, ARGV("x")), -ENOENT);
}

/* --- asynchronous spawns --- */

static int wait_pidfd(int pidfd)
{
	siginfo_t info;

	must(waitid(P_PIDFD, pidfd, &info, WEXITED));
	close(pidfd);
	return info.si_status;
}

static void asynchronous_success_and_failure(void)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;
	int pidfd;

	attr.flags = OUTSPAWN_ASYNC;
	check(with_attr(&attr, ARGV("probe", "exit", "3"), &pidfd) > 0);
	check_eq(wait_pidfd(pidfd), 3);
	check_eq(result.error, 0);

	check(outspawn_spawn_path(device, "/no/such/program", NULL, ARGV("x"), NULL, NULL, &attr,
				  &pidfd, &result) > 0);
	check_eq(wait_pidfd(pidfd), 127);
	check_eq(result.error, ENOENT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_str(why(NULL), "exec: No such file or directory");
}

/* --- what a program need not check, and how it waits --- */

/* Without its change of user the child would run as root. */
static void an_action_that_failed_starts_nothing(void)
{
	struct outspawn_actions actions;
	int pidfd;

	outspawn_actions_init(&actions);
	check_eq(outspawn_actions_setsid(&actions), 0);
	check_eq(outspawn_actions_fail(&actions, -ENOMEM), -ENOMEM);
	check_eq(outspawn_actions_setsid(&actions), 0);
	check_eq(outspawn_spawn(probe, ARGV("probe", "exit", "0"), NULL, &actions, 0, &pidfd,
				&result),
		 -ENOMEM);
	check_eq(pidfd, -1);
	check_eq(result.stage, OUTSPAWN_STAGE_ARGS);
	check_eq(result.action, 1);
	check_str(why(&actions), "action 1 could not be added: Cannot allocate memory");
	outspawn_actions_destroy(&actions);
}

static void a_wrong_attribute_is_named(void)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;

	attr.namespaces = CLONE_FS;
	check_eq(with_attr(&attr, ARGV("probe"), NULL), -EINVAL);
	check_str(why(NULL), "attr.namespaces: Invalid argument");
	attr.namespaces = 0;
	attr.flags = 1U << 20;
	check_eq(with_attr(&attr, ARGV("probe"), NULL), -EINVAL);
	check_str(why(NULL), "unknown flag 1 << 20: Invalid argument");
	attr.flags = OUTSPAWN_CGROUP;
	attr.cgroup = STDERR_FILENO;
	check_eq(with_attr(&attr, ARGV("probe"), NULL), -EBADF);
	check_str(why(NULL), "attr.cgroup: Bad file descriptor");
}

static void a_child_is_waited_for_and_killed(void)
{
	struct outspawn_attr attr = OUTSPAWN_ATTR_INIT;
	int pidfd, status;

	check(with_attr(NULL, ARGV("probe", "exit", "9"), &pidfd) > 0);
	check_eq(outspawn_wait(pidfd, -1, &status), 0);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 9);
	close(pidfd);

	/* No exit signal: a plain wait would not find the child. */
	attr.flags = OUTSPAWN_EXIT_SIGNAL | OUTSPAWN_STOPPED;
	check(with_attr(&attr, ARGV("probe", "exit", "0"), &pidfd) > 0);
	check_eq(outspawn_wait(pidfd, 50, &status), -ETIMEDOUT);
	check_eq(outspawn_kill(pidfd, SIGKILL), 0);
	check_eq(outspawn_wait(pidfd, 10000, &status), 0);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(pidfd);
}

static void a_program_in_path_is_a_template(void)
{
	char *folder = text("/no/such:%s", scratch), found[PATH_MAX];
	int tmpl;

	own_probe("mine");
	tmpl = outspawn_template_search(device, "mine", folder, 0, found);
	check(tmpl >= 0);
	check_str(found, text("%s/mine", scratch));
	close(tmpl);
	check_eq(outspawn_template_search(device, "not-mine", folder, 0, found), -ENOENT);
}

static void exchanged(void *unused)
{
	struct outspawn_actions actions;
	int null = must(open("/dev/null", O_RDWR | O_CLOEXEC)), pipes[2], pidfd, status;
	/* This is another process than the maker of 'probe'. */
	int own = must(outspawn_template(device, PROBE));
	char text[8] = "";

	(void)unused;
	must(pipe2(pipes, O_CLOEXEC));
	must(dup2(pipes[1], STDIN_FILENO));
	outspawn_actions_init(&actions);
	/* The child's output is the caller's 0; its input is another file. */
	check_eq(outspawn_actions_stdio(&actions, null, STDIN_FILENO, -1), 0);
	check(outspawn_spawn(own, ARGV("probe", "echo", "here"), NULL, &actions, 0, &pidfd,
			     &result) > 0);
	check_eq(outspawn_wait(pidfd, -1, &status), 0);
	check(read(pipes[0], text, sizeof(text) - 1) > 0);
	check_str(text, "here\n");
	outspawn_actions_destroy(&actions);
}

static void standard_descriptors_are_placed(void)
{
	in_child(exchanged, NULL);
}

/* --- batches --- */

#define MANY 100

/*
 * Every third job has a program that does not exist, every fifth an action that
 * fails. Every seventh is asynchronous.
 */
static void a_batch_of_many(void)
{
	static struct outspawn_job jobs[MANY];
	static int pidfds[MANY];
	struct outspawn_attr async = OUTSPAWN_ATTR_INIT;
	struct outspawn_actions fails;
	char *const argv[] = { "probe", "exit", "7", NULL };

	async.flags = OUTSPAWN_ASYNC;
	outspawn_actions_init(&fails);
	check_eq(outspawn_actions_setsid(&fails), 0);
	check_eq(outspawn_actions_chdir(&fails, "/no/such"), 0);
	for (int i = 0; i < MANY; i++) {
		jobs[i] = (struct outspawn_job){ .tmpl = probe, .argv = argv, .pidfd = &pidfds[i] };
		if (i % 3 == 0)
			jobs[i].file = "/no/such/program";
		if (i % 5 == 0)
			jobs[i].actions = &fails;
		if (i % 7 == 0)
			jobs[i].attr = &async;
	}
	check_eq(outspawn_batch(device, jobs, MANY), MANY);
	for (int i = 0; i < MANY; i++) {
		bool good = i % 3 && i % 5;

		if (!good && i % 7) {
			check_eq(jobs[i].pid, -ENOENT);
			check_eq(pidfds[i], -1);
		} else {
			check(jobs[i].pid > 0);
			check_eq(wait_pidfd(pidfds[i]), good ? 7 : 127);
		}
		check_eq(jobs[i].result.error, good ? 0 : ENOENT);
		if (good)
			continue;
		check_eq(jobs[i].result.stage, i % 5 ? SPAWN_TEMPLATE_STAGE_EXEC :
						       SPAWN_TEMPLATE_STAGE_ACTION);
		if (i % 5 == 0)
			check_eq(jobs[i].result.action, 1);
	}
	outspawn_actions_destroy(&fails);
}

static void a_batch_with_bad_jobs(void)
{
	struct outspawn_attr bad = OUTSPAWN_ATTR_INIT;
	struct outspawn_job jobs[] = {
		{ .tmpl = -1, .argv = ARGV("x") },
		{ .tmpl = device, .argv = ARGV("x") },
		{ .tmpl = probe, .argv = ARGV("probe", "exit", "1"), .attr = &bad },
		{ .tmpl = probe, .argv = (void *)8 },
		{ .tmpl = probe, .argv = ARGV("probe", "exit", "2") },
	};

	bad.size = 0;
	check_eq(outspawn_batch(device, jobs, 5), 5);
	check_eq(jobs[0].pid, -EBADF);
	check_eq(jobs[1].pid, -ENOTTY);
	check_eq(jobs[2].pid, -EINVAL);
	check_eq(jobs[3].pid, -EFAULT);
	check_eq(wait_for(jobs[4].pid), 2);
	check_eq(outspawn_batch(probe, jobs + 4, 1), -ENOTTY);
	check_eq(outspawn_batch(-1, jobs + 4, 1), -EBADF);
	check_eq(outspawn_batch(device, (void *)8, 0), 0);
}

/* --- the shared descriptor of the device --- */

static bool is_device(int fd)
{
	struct spawn_template_info info;

	return outspawn_info(fd, &info) == 0;
}

static void shared_device_in_child(void *unused)
{
	int fd = outspawn_open_shared(), null;

	(void)unused;
	check(fd >= 200);
	check(is_device(fd));
	check_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	check_eq(outspawn_open_shared(), fd);
	check_eq(wait_for(outspawn_spawn_path(fd, PROBE, NULL, ARGV("probe", "exit", "0"), NULL,
					      NULL, NULL, NULL, NULL)),
		 0);
	/* The program closes the descriptor, then puts another file there. */
	must(close(fd));
	check_eq(outspawn_open_shared(), fd);
	check(is_device(fd));
	null = open("/dev/null", O_RDWR);
	must(null);
	check_eq(dup2(null, fd), fd);
	check_eq(outspawn_open_shared(), fd + 1);
	check(is_device(fd + 1));
	check(!is_device(fd));
}

static void the_shared_device_stays_open(void)
{
	in_child(shared_device_in_child, NULL);
}

static void shared_device_with_few_descriptors_in_child(void *unused)
{
	struct rlimit limit = { .rlim_cur = 100, .rlim_max = 100 };
	int fd, file;

	(void)unused;
	must(setrlimit(RLIMIT_NOFILE, &limit));
	fd = outspawn_open_shared();
	check(fd > STDERR_FILENO && fd < 100);
	check(is_device(fd));
	must(close(fd));
	do
		file = open("/dev/null", O_RDONLY);
	while (file >= 0);
	check_eq(outspawn_open_shared(), -EMFILE);
	/* One number suffices to open the device, but not to move the descriptor. */
	must(close(99));
	check_eq(outspawn_open_shared(), -EMFILE);
	must(close(98));
	fd = outspawn_open_shared();
	check(is_device(fd));
}

static void the_shared_device_with_few_descriptors(void)
{
	in_child(shared_device_with_few_descriptors_in_child, NULL);
}

static void *open_shared_often(void *unused)
{
	int i, fd;

	(void)unused;
	for (i = 0; i < 1000; i++) {
		fd = outspawn_open_shared();
		check(is_device(fd));
	}
	return (void *)(intptr_t)fd;
}

static void threads_share_the_device_in_child(void *unused)
{
	pthread_t threads[4];
	void *fd;
	size_t i;

	(void)unused;
	for (i = 0; i < 4; i++)
		check_eq(pthread_create(&threads[i], NULL, open_shared_often, NULL), 0);
	for (i = 0; i < 4; i++) {
		check_eq(pthread_join(threads[i], &fd), 0);
		check_eq((intptr_t)fd, outspawn_open_shared());
	}
}

static void threads_share_the_device(void)
{
	in_child(threads_share_the_device_in_child, NULL);
}

SUITE("lib_spawns",
      T(attributes_of_birth),
      T(attributes_that_fail),
      T(exit_signal_of_the_attributes),
      T(stopped_until_continued),
      T(a_template_of_a_script),
      T(a_template_that_may_be_written_to),
      T(refreshed_after_a_hard_link),
      T(refreshed_after_a_rename),
      T(refreshed_and_kept_over_exec),
      T(refresh_that_fails),
      T(refreshed_during_a_spawn),
      T(a_program_is_searched_for),
      T(actions_come_before_the_search),
      T(the_shell_runs_a_file_without_a_format),
      T(asynchronous_success_and_failure),
      T(an_action_that_failed_starts_nothing),
      T(a_wrong_attribute_is_named),
      T(a_child_is_waited_for_and_killed),
      T(a_program_in_path_is_a_template),
      T(standard_descriptors_are_placed),
      T(a_batch_of_many),
      T(a_batch_with_bad_jobs),
      T(the_shared_device_stays_open),
      T(the_shared_device_with_few_descriptors),
      T(threads_share_the_device));
