// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
/* Batch: many spawns in few ioctls. All memory is on the stack. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "internal.h"

/* Spawns of one ioctl. They need 12 KiB of stack. */
#define AT_ONCE 32U

struct batch {
	struct spawn_template_batch_entry entries[AT_ONCE];
	struct spawn_template_spawn_args spawns[AT_ONCE];
	struct spawn_template_path_args paths[AT_ONCE];
	struct outspawn_i_scratch scratches[AT_ONCE];
};

static struct outspawn_i_order order_of(struct outspawn_job *job)
{
	return (struct outspawn_i_order){
		.argv = job->argv,
		.envp = job->envp,
		.actions = job->actions,
		.attr = job->attr,
		.pidfd = job->pidfd,
		.result = &job->result,
	};
}

/* Make the job entry i of the batch. */
static int put(struct batch *batch, unsigned int i, struct outspawn_job *job)
{
	struct spawn_template_batch_entry *entry = &batch->entries[i];
	const struct outspawn_i_order order = order_of(job);
	int ret = outspawn_i_args(&batch->spawns[i], &order);

	if (ret)
		return ret;
	outspawn_i_lend(&batch->spawns[i], &batch->scratches[i]);
	*entry = (struct spawn_template_batch_entry){ .tmpl = -1, .result.action = -1 };
	if (!job->file) {
		entry->tmpl = job->tmpl;
		entry->args_size = sizeof(batch->spawns[i]);
		entry->args = (uintptr_t)&batch->spawns[i];
		/* The kernel takes -1 for a spawn by path. */
		return job->tmpl < 0 ? outspawn_i_no_fd(job->tmpl) : 0;
	}
	batch->paths[i] = (struct spawn_template_path_args){
		.spawn = (uintptr_t)&batch->spawns[i],
		.spawn_size = sizeof(batch->spawns[i]),
		.file = (uintptr_t)job->file,
		.path = (uintptr_t)job->path,
	};
	entry->args_size = sizeof(batch->paths[i]);
	entry->args = (uintptr_t)&batch->paths[i];
	return 0;
}

/*
 * Set the job's pid and result from the entry's result. The kernel has written
 * job->result itself, through the spawn's arguments, and an asynchronous child
 * may still write there. The entry's result is copied only if the kernel did
 * not get as far as job->result.
 */
static void take_result(struct outspawn_job *job, const struct outspawn_result *result)
{
	const struct outspawn_i_order order = order_of(job);

	job->pid = result->pid;
	if (!result->error)
		return;
	if (!job->result.error) {
		job->result.stage = result->stage;
		job->result.error = result->error;
	}
	if (!job->file && job->tmpl == -result->error)
		job->result.action = OUTSPAWN_I_WRONG_FD;
	job->pid = outspawn_i_failed(&order, result->error);
}

static int run(int dev, struct batch *batch, struct outspawn_job *jobs, unsigned int count)
{
	struct spawn_template_batch_args args = {
		.entries = (uintptr_t)batch->entries,
		.count = count,
		.entry_size = sizeof(batch->entries[0]),
	};
	int done = ioctl(dev, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &args);

	/* An older module has refused all entries for the same reason. */
	if (done > 0 && outspawn_i_too_old(batch->entries[0].result.error, &jobs[0].result)) {
		for (unsigned int i = 0; i < count; i++)
			outspawn_i_lend(&batch->spawns[i], NULL);
		done = ioctl(dev, SPAWN_TEMPLATE_IOC_SPAWN_BATCH, &args);
	}
	if (done < 0)
		return -errno;
	for (int i = 0; i < done; i++)
		take_result(&jobs[i], &batch->entries[i].result);
	return done;
}

/*
 * Do the first jobs, as many as one ioctl takes. If the first job has arguments
 * that the library refuses, only set its error. Before the first ioctl, ask
 * whether dev is a device then.
 */
static int run_some(int dev, struct outspawn_job *jobs, unsigned int count, unsigned int *tried,
		    bool *asked)
{
	struct spawn_template_info info;
	struct batch batch;
	unsigned int n = 0;
	int ret = 0, no_device = 0;

	while (n < count && n < AT_ONCE) {
		ret = put(&batch, n, &jobs[n]);
		if (ret)
			break;
		n++;
	}
	*tried = n ? n : 1;
	if (!n && !*asked)
		no_device = outspawn_info(dev, &info);
	*asked = true;
	if (no_device)
		return no_device;
	if (n)
		return run(dev, &batch, jobs, n);
	take_result(jobs, &(struct outspawn_result){
				  .stage = OUTSPAWN_STAGE_ARGS, .action = -1, .error = -ret });
	return 1;
}

int outspawn_batch(int dev, struct outspawn_job *jobs, unsigned int count)
{
	unsigned int done = 0, tried;
	bool asked = false;
	int ret;

	if (count > INT_MAX || (count && !jobs))
		return -EINVAL;
	if (dev < 0)
		return outspawn_i_no_fd(dev);
	for (unsigned int i = 0; i < count; i++) {
		jobs[i].pid = 0;
		jobs[i].result = (struct outspawn_result){ .action = -1 };
		if (jobs[i].pidfd)
			*jobs[i].pidfd = -1;
	}

	while (done < count) {
		ret = run_some(dev, jobs + done, count - done, &tried, &asked);
		if (ret < 0)
			return done ? (int)done : ret;
		done += ret;
		/* A signal came. The caller decides whether to go on. */
		if ((unsigned int)ret < tried)
			break;
	}
	return done;
}
