// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_failed.c - a spawn that failed leaves nothing
 */
#include "common.h"
#include "elf_file.h"

#include <pthread.h>
#include <sys/mount.h>
#include <sys/resource.h>

#define ROUNDS 50

/* Make a template of a dynamic program without its interpreter: ENOENT in exec. */
static int template_without_interpreter(void)
{
	struct elf_file elf = elf_read("/bin/true");
	Elf64_Phdr *interp = elf_segment(&elf, PT_INTERP, NULL);

	check(interp);
	elf.data[interp->p_offset + 1] = '!';
	return template_of(elf_write(&elf, "no-interpreter"));
}

static struct spawn_template_result result;

static int fail_in_action(int *pidfd)
{
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 12345 };
	struct outspawn_actions actions = { &action, 1, 1 };

	return outspawn_spawn(probe, ARGV("probe", "exit", "0"), NULL, &actions, 0, pidfd,
			      &result);
}

static void failing_action(void)
{
	check_eq(fail_in_action(NULL), -EBADF);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ACTION);
	check_eq(result.action, 0);
	check_eq(count_children(), 0);
	check_eq(error_of(waitpid(-1, NULL, WNOHANG)), ECHILD);
}

static void failing_exec(void)
{
	int template = template_without_interpreter();

	check_eq(outspawn_spawn(template, ARGV("x"), NULL, NULL, 0, NULL, &result), -ENOENT);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_eq(result.action, -1);
	check_eq(result.error, ENOENT);
	check_eq(result.pid, 0);
	check_eq(count_children(), 0);
	check_eq(error_of(waitpid(-1, NULL, WNOHANG)), ECHILD);
	close(template);
}

static void failing_exec_without_permission(void)
{
	Elf64_Phdr *interp;
	struct elf_file elf = elf_read("/bin/true");
	char *loader = in_scratch_new("ld");
	int template;

	/* At first, the interpreter may not be executed. */
	interp = elf_segment(&elf, PT_INTERP, NULL);
	check(strlen(loader) < interp->p_filesz);
	copy_file(elf.data + interp->p_offset, loader, 0644);
	strcpy(elf.data + interp->p_offset, loader);
	interp->p_filesz = strlen(loader) + 1;
	template = template_of(elf_write(&elf, "own-interpreter"));
	check_eq(outspawn_spawn(template, ARGV("x"), NULL, NULL, 0, NULL, &result), -EACCES);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	must(chmod(loader, 0755));
	check_eq(wait_for(try_spawn(template, ARGV("x"))), 0);
	close(template);
}

/* Fail in every stage many times: no resource may run short. */
static void many_failures(void)
{
	struct spawn_template_spawn_args bad = { .argv = 8 };
	int broken = template_without_interpreter(), i;
	int before = count_fds();

	for (i = 0; i < ROUNDS; i++) {
		check_eq(fail_in_action(NULL), -EBADF);
		check_eq(try_spawn(broken, ARGV("x")), -ENOENT);
		check_eq(sys_spawn(probe, &bad), -EFAULT);
	}
	check_eq(count_fds(), before);
	check_eq(count_children(), 0);
	check_eq(query_of(broken).failed, ROUNDS);
	check_eq(query_of(probe).failed, 2 * ROUNDS);
	check_eq(query_of(probe).spawned, 0);
	close(broken);
}

static void no_sigchld(void)
{
	sigset_t set, old, pending;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	must(sigprocmask(SIG_BLOCK, &set, &old));
	check_eq(fail_in_action(NULL), -EBADF);
	must(sigpending(&pending));
	check(!sigismember(&pending, SIGCHLD));
	/* A spawn that succeeds sends SIGCHLD, so the test would notice it. */
	check_eq(spawn_and_wait(probe), 0);
	must(sigpending(&pending));
	check(sigismember(&pending, SIGCHLD));
	must(sigtimedwait(&set, NULL, &(struct timespec){ 1, 0 }));
	must(sigprocmask(SIG_SETMASK, &old, NULL));
}

static volatile int handled;

static void count_signal(int number)
{
	(void)number;
	handled++;
}

static void no_handler_is_run(void)
{
	struct sigaction action = { .sa_handler = count_signal }, old;
	int i;

	handled = 0;
	must(sigaction(SIGCHLD, &action, &old));
	for (i = 0; i < 10; i++)
		check_eq(fail_in_action(NULL), -EBADF);
	check_eq(handled, 0);
	check_eq(spawn_and_wait(probe), 0);
	check_eq(handled, 1);
	must(sigaction(SIGCHLD, &old, NULL));
}

static void no_pidfd(void)
{
	int before = count_fds(), lowest = lowest_free_fd(), pidfd = 77;

	check_eq(fail_in_action(&pidfd), -EBADF);
	check_eq(pidfd, -1);
	check_eq(count_fds(), before);
	check_eq(lowest_free_fd(), lowest);
}

static void no_pidfd_by_the_bare_ioctl(void)
{
	int broken = template_without_interpreter(), pidfd = 77, before = count_fds();
	struct spawn_template_spawn_args args = { .pidfd = (uintptr_t)&pidfd };

	check_eq(sys_spawn(broken, &args), -ENOENT);
	check_eq(pidfd, -1);
	check_eq(count_fds(), before);
	close(broken);
}

/* The pidfd needs a number before the program runs. */
static void no_number_for_a_pidfd(void *unused)
{
	struct rlimit limit = { 0, 0 };
	int pidfd = 77;

	(void)unused;
	probe = template_of(PROBE);
	limit.rlim_cur = limit.rlim_max = lowest_free_fd();
	must(setrlimit(RLIMIT_NOFILE, &limit));
	check_eq(outspawn_spawn(probe, ARGV("probe", "exit", "0"), NULL, NULL, 0, &pidfd, &result),
		 -EMFILE);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
	check_eq(pidfd, -1);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
	check_eq(spawn_and_wait(probe), 0);
}

static void pidfd_without_a_free_number(void)
{
	in_child(no_number_for_a_pidfd, NULL);
}

static void too_many_processes(void *unused)
{
	struct rlimit limit = { 1, 1 };

	(void)unused;
	probe = template_of(PROBE);
	check_eq(spawn_and_wait(probe), 0);
	must(setrlimit(RLIMIT_NPROC, &limit));
	check_eq(error_of(fork()), EAGAIN);
	check_eq(outspawn_spawn(probe, ARGV("probe", "exit", "0"), NULL, NULL, 0, NULL, &result),
		 -EAGAIN);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_CREATE);
	check_eq(result.pid, 0);
	check_eq(error_of(waitpid(-1, NULL, __WALL | WNOHANG)), ECHILD);
}

static void limit_of_processes(void)
{
	in_child_as_nobody(too_many_processes, NULL);
}

/* The spawn drops the files that its actions held or opened. */
static void file_references(void)
{
	char *path = own_probe("pinned"), *opened = own_probe("opened");
	struct spawn_template_open how = { .path = (uintptr_t)opened };
	struct spawn_template_action list[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_OPEN,
		  .fd = AT_FDCWD,
		  .newfd = 5,
		  .arg = (uintptr_t)&how },
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 12345 },
	};
	struct outspawn_actions actions = { list, 2, 2 };
	int template = template_of(path), i;

	for (i = 0; i < 20; i++)
		check_eq(outspawn_spawn(template, ARGV("x"), NULL, &actions, 0, NULL, NULL),
			 -EBADF);
	close(template);
	/* No reference is left, so a write lease is granted. */
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
	i = must(open(opened, O_RDWR | O_CLOEXEC));
	must(fcntl(i, F_SETLEASE, F_WRLCK));
	close(i);
	i = must(open(path, O_RDWR | O_CLOEXEC));
	must(fcntl(i, F_SETLEASE, F_WRLCK));
	close(i);
}

static void filesystem_can_be_unmounted(void)
{
	char *folder = in_scratch("mount"), *path = in_scratch("mount/probe");
	struct elf_file elf = elf_read("/bin/true");
	int template, broken, i;

	elf.data[elf_segment(&elf, PT_INTERP, NULL)->p_offset + 1] = '!';
	must(mkdir(folder, 0755));
	must(mount("none", folder, "tmpfs", 0, NULL));
	copy_file(PROBE, path, 0755);
	template = template_of(path);
	broken = template_of(elf_write(&elf, "mount/broken"));
	check_eq(error_of(umount(folder)), EBUSY);
	for (i = 0; i < 10; i++) {
		struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_CLOSE,
							.fd = 12345 };
		struct outspawn_actions actions = { &action, 1, 1 };

		check_eq(outspawn_spawn(template, ARGV("x"), NULL, &actions, 0, NULL, NULL),
			 -EBADF);
		check_eq(try_spawn(broken, ARGV("x")), -ENOENT);
	}
	check_eq(spawn_and_wait(template), 0);
	close(template);
	close(broken);
	must(umount(folder));
}

/* The spawn drops the ends of pipes, whose other ends a process may wait on. */
static void pipe_ends(void)
{
	struct spawn_template_action list[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_DUP2, .newfd = 1 },
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 12345 },
	};
	struct outspawn_actions actions = { list, 2, 2 };
	int ends[2];
	char byte;

	must(pipe2(ends, O_CLOEXEC));
	list[0].fd = ends[1];
	check_eq(outspawn_spawn(probe, ARGV("x"), NULL, &actions, 0, NULL, NULL), -EBADF);
	close(ends[1]);
	check_eq(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

struct waiter {
	pid_t seen;
	int error;
};

static void *waits(void *argument)
{
	struct waiter *waiter = argument;

	waiter->seen = waitpid(-1, NULL, 0);
	waiter->error = errno;
	return NULL;
}

/* Another thread waits for any child, and sleeps during all failures. */
static void wait_for_any_sees_nothing(void)
{
	pid_t block = try_spawn(probe, ARGV("probe", "block"));
	struct waiter waiter = { 0 };
	pthread_t thread;
	int i;

	check(block > 0);
	check_eq(pthread_create(&thread, NULL, waits, &waiter), 0);
	for (i = 0; i < ROUNDS; i++)
		check_eq(fail_in_action(NULL), -EBADF);
	must(kill(block, SIGKILL));
	check_eq(pthread_join(thread, NULL), 0);
	check_eq(waiter.seen, block);
}

static void *fails_a_lot(void *count)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_CLOSE,
							.fd = 12345 };
		struct spawn_template_spawn_args args = { .actions = (uintptr_t)&action,
							  .actions_len = 1 };

		*(int *)count += sys_spawn(probe, &args) == -EBADF;
	}
	return NULL;
}

static void in_several_threads(void)
{
	pthread_t threads[4];
	int counts[4] = { 0 }, before = count_fds(), i;

	for (i = 0; i < 4; i++)
		check_eq(pthread_create(&threads[i], NULL, fails_a_lot, &counts[i]), 0);
	for (i = 0; i < 10; i++)
		check_eq(spawn_and_wait(probe), 0);
	for (i = 0; i < 4; i++) {
		check_eq(pthread_join(threads[i], NULL), 0);
		check_eq(counts[i], ROUNDS);
	}
	check_eq(count_fds(), before);
	check_eq(count_children(), 0);
}

static void the_next_one_works(void)
{
	check_eq(fail_in_action(NULL), -EBADF);
	check_eq(spawn_and_wait(probe), 0);
}

/* The caller's own state, which a failed child must not change. */
static void caller_state_is_unchanged(void)
{
	char before[PATH_MAX], after[PATH_MAX];
	struct spawn_template_sigset set = { .sigset = (uintptr_t)&(uint64_t){ ~0ULL },
					     .sigsetsize = 8 };
	int root = must(open("/proc", O_PATH | O_CLOEXEC));
	struct spawn_template_action list[] = {
		{ .type = SPAWN_TEMPLATE_ACTION_FCHDIR, .fd = root },
		{ .type = SPAWN_TEMPLATE_ACTION_SIGDEFAULT, .arg = (uintptr_t)&set },
		{ .type = SPAWN_TEMPLATE_ACTION_SIGMASK, .arg = (uintptr_t)&set },
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE_RANGE, .newfd = -1 },
		{ .type = SPAWN_TEMPLATE_ACTION_CLOSE, .fd = 0 },
	};
	struct outspawn_actions actions = { list, 5, 5 };
	sigset_t mask;
	int fds = count_fds();

	signal(SIGUSR1, SIG_IGN);
	check(getcwd(before, sizeof(before)));
	check_eq(outspawn_spawn(probe, ARGV("x"), NULL, &actions, 0, NULL, &result), -EBADF);
	check_eq(result.action, 4);
	check(getcwd(after, sizeof(after)));
	check_str(after, before);
	check_eq(count_fds(), fds);
	check(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
	must(sigprocmask(SIG_BLOCK, NULL, &mask));
	check(!sigismember(&mask, SIGTERM));
	close(root);
}

/* After the point of no return, exec kills the program, as with execve. */
static void too_little_memory(void *unused)
{
	struct rlimit limit = { 300 << 10, 300 << 10 };
	pid_t pid;
	int reference;

	(void)unused;
	probe = template_of(PROBE);
	fflush(NULL);
	must(setrlimit(RLIMIT_AS, &limit));
	reference = wait_for(reference_spawn(PROBE, ARGV("probe", "exit", "0"), NULL, NULL));
	pid = try_spawn(probe, ARGV("probe", "exit", "0"));
	check_eq(wait_for(pid), reference);
	check(reference > 128);
}

static void death_in_exec_is_the_childs(void)
{
	in_child(too_little_memory, NULL);
}

SUITE("failed",
      T(failing_action),
      T(failing_exec),
      T(failing_exec_without_permission),
      T(many_failures),
      T(no_sigchld),
      T(no_handler_is_run),
      T(no_pidfd),
      T(no_pidfd_by_the_bare_ioctl),
      T(pidfd_without_a_free_number),
      T(limit_of_processes),
      T(file_references),
      T(filesystem_can_be_unmounted),
      T(pipe_ends),
      T(wait_for_any_sees_nothing),
      T(in_several_threads),
      T(the_next_one_works),
      T(caller_state_is_unchanged),
      T(death_in_exec_is_the_childs));
