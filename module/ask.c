// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * ask.c - ask the caller's seccomp filters about the system calls that an ioctl
 * replaces
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/numa.h>
#include <linux/openat2.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/stat.h>

#include "ask.h"
#include "fds.h"
#include "internals.h"
#include "new_task.h"
#include "signals.h"
#include "step.h"

#define MOST_CALLS 3

/*
 * The caller and the child each hold a reference, because a fatal signal may
 * end the caller first. The caller writes the fields until the child is awake.
 * Then only the child writes, and only 'call' and 'answer'. The caller reads
 * both after 'done'.
 */
struct question {
	refcount_t ref;
	struct call calls[MOST_CALLS];
	unsigned int count; /* of calls */
	/*
	 * A descriptor that the calls name. The child has it while the filters
	 * are asked.
	 */
	int fd;
	struct file *file; /* a reference, or NULL */
	unsigned int call; /* the index of the call asked about last */
	int answer; /* as step_ask_filters() returns */
	struct completion done; /* the child's vfork_done */
};

static struct question *question_new(const struct call *calls, unsigned int count)
{
	struct question *question = kzalloc(sizeof(*question), GFP_KERNEL_ACCOUNT);

	if (!question)
		return NULL;
	refcount_set(&question->ref, 1);
	memcpy(question->calls, calls, count * sizeof(*calls));
	question->count = count;
	init_completion(&question->done);
	return question;
}

static void question_put(struct question *question)
{
	if (!refcount_dec_and_test(&question->ref))
		return;
	if (question->file)
		fput(question->file);
	kfree(question);
}

/* --- in the child --- */

/*
 * Lend the child the caller's descriptor: a supervisor may look in /proc/PID/fd
 * at the descriptor that a call names. A process that can take the descriptor
 * from the child could also take it from the caller.
 */
static int lend_file(const struct question *question)
{
	int fd;

	if (!question->file)
		return 0;
	fd = fds_place_cloexec_at(question->fd, question->file);
	return min(fd, 0);
}

/*
 * Filters that cannot inspect the struct of openat2(2) answer ENOSYS. Ask them
 * about openat(2), which programs call then.
 */
static int ask_one(struct call *call)
{
	int err = step_ask_filters(call);

	if (err != -ENOSYS || call->nr != ARCH_NR(openat2))
		return err;
	*call = CALL_OF(openat, AT_FDCWD, call->args[1], O_RDONLY);
	return step_ask_filters(call);
}

static int ask_each(struct question *question)
{
	int err = 0;

	for (; question->call < question->count; question->call++) {
		err = ask_one(&question->calls[question->call]);
		if (err)
			break;
	}
	return err;
}

static int find_answer(struct question *question)
{
	int err;

	err = lend_file(question);
	if (err)
		return err;
	if (signals_begin())
		return -EINTR;
	err = ask_each(question);
	/*
	 * TRAP: the caller did not make this call, so the caller's handler must
	 * not run.
	 */
	if (err == STEP_DEATH && !step_was_killed())
		return -EPERM;
	/* A restart errno would restart the ioctl for ever. */
	return err <= -ERESTARTSYS ? -EINTR : err;
}

/*
 * The child's function. Owns a reference to the question and one to the module.
 */
static int child_main(void *data)
{
	struct question *question = data;

	question->answer = find_answer(question);
	new_task_end_vfork();
	complete(&question->done);
	question_put(question);
	/*
	 * As at the end of child_main() in child.c: main.c waits for the last
	 * instructions.
	 */
	module_put(THIS_MODULE);
	ki_do_exit(0);
	return 0;
}

/* --- in the caller --- */

static int make_child(struct new_task *child, struct question *question)
{
	struct kernel_clone_args clone = {
		.fn = child_main,
		.fn_arg = question,
	};
	struct files_struct *files = ki_new_files(0, NUMA_NO_NODE);
	int err;

	if (IS_ERR(files))
		return PTR_ERR(files);
	child->trace = new_task_trace();
	refcount_inc(&question->ref);
	__module_get(THIS_MODULE);
	err = new_task_make(child, &clone, NUMA_NO_NODE, files, &question->done);
	if (err) {
		module_put(THIS_MODULE);
		question_put(question);
		ki_put_files(files);
	}
	return err;
}

/*
 * Wait for the child's answer, and reap the child. Return: as
 * step_ask_filters().
 */
static int await_answer(const struct new_task *child, struct question *question)
{
	int err;

	if (child->trace)
		new_task_tell_tracer(child, PTRACE_EVENT_VFORK);
	err = new_task_wait(&question->done);
	if (err) {
		/* The caller must exit, and does not need the answer. */
		send_sig(SIGKILL, child->task, 1);
		new_task_restore_sigchld(child);
		return err;
	}
	new_task_reap(child);
	if (child->trace)
		new_task_tell_tracer(child, PTRACE_EVENT_VFORK_DONE);
	return question->answer;
}

static int ask_in_child(struct question *question)
{
	struct new_task child;
	sigset_t mask;
	int err;

	/*
	 * As in birth_start(): signals that have a handler must not restart the
	 * call for ever.
	 */
	signals_block(&mask);
	err = make_child(&child, question);
	if (!err)
		ki_wake_up_new_task(child.task);
	signals_unblock(&mask);
	if (err)
		return err;
	err = await_answer(&child, question);
	new_task_put(&child);
	if (err != STEP_DEATH)
		return err;
	/*
	 * The filter kills the task that makes the call: the caller.
	 * KILL_THREAD kills the caller's whole process, too, because a signal
	 * cannot end a single thread.
	 */
	ki_force_sig_seccomp(question->calls[question->call].nr);
	return -EPERM;
}

/*
 * Ask about all calls.
 *
 * @fd, @file: the descriptor that the calls name; or file is NULL
 */
static int ask(const struct call *calls, unsigned int count, int fd, struct file *file)
{
	struct question *question;
	int err;

	if (!step_has_filters())
		return 0;
	/*
	 * The child would be the first process of that pid namespace. After its
	 * end, the namespace could have no other process.
	 */
	if (task_active_pid_ns(current) != current->nsproxy->pid_ns_for_children)
		return -EPERM;
	question = question_new(calls, count);
	if (!question)
		return -ENOMEM;
	if (file) {
		question->fd = fd;
		question->file = get_file(file);
	}
	err = ask_in_child(question);
	question_put(question);
	return err;
}

int ask_create_path(u64 path, u64 how)
{
	const struct call calls[] = {
		CALL_OF(openat2, AT_FDCWD, path, how, sizeof(struct open_how)),
		CALL_OF(execveat, AT_FDCWD, path),
		CALL_OF(execve, path),
	};

	BUILD_BUG_ON(ARRAY_SIZE(calls) > MOST_CALLS);
	return ask(calls, ARRAY_SIZE(calls), -1, NULL);
}

int ask_create_fd(int fd, struct file *file)
{
	const struct call call = CALL_OF(execveat, fd, 0, 0, 0, AT_EMPTY_PATH);

	return ask(&call, 1, fd, file);
}

int ask_query(struct file *file)
{
	int fd = step_ioctl_fd();
	const struct call call = CALL_OF(statx, fd, 0, AT_EMPTY_PATH, STATX_BASIC_STATS);

	return ask(&call, 1, fd, file);
}
