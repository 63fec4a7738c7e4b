// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * batch.c - many spawns in one call
 *
 * The caller makes the children one after the other, and waits for them in the
 * same order. Up to IN_FLIGHT children are not yet waited for. So the caller
 * makes the next child while the last ones run their actions on other CPUs.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "batch.h"
#include "birth.h"
#include "ioctl.h"
#include "request.h"
#include "signals.h"
#include "spawn_template.h"
#include "template.h"
#include "template_fd.h"

#define IN_FLIGHT 16

/* A child that is not yet waited for. */
struct flight {
	struct spawn_request request; /* owns the reference to its tmpl */
	struct birth birth;
	u32 entry; /* the index of the child's entry */
};

/* A queue of flights. All entries before the oldest flight's entry are done. */
struct batch {
	struct spawn_template_batch_args args;
	struct flight *flights; /* a ring of IN_FLIGHT; owned */
	u32 first, count;
};

static struct spawn_template_batch_entry __user *entry_at(const struct batch *batch, u32 index)
{
	return u64_to_user_ptr(batch->args.entries + (u64)index * batch->args.entry_size);
}

/*
 * Write an entry's result. start() has written to the same memory. If the
 * memory is bad now, the result is lost.
 */
static void write_result(const struct batch *batch, u32 index,
			 const struct spawn_template_result *result)
{
	if (copy_to_user(&entry_at(batch, index)->result, result, sizeof(*result)))
		return;
}

/* Drop the reference that read_request() took. */
static void drop_request(const struct spawn_request *request)
{
	if (request->tmpl)
		template_put(request->tmpl);
}

static void finish_oldest(struct batch *batch)
{
	struct flight *flight = &batch->flights[batch->first];
	struct spawn_template_result result;

	birth_finish(&flight->birth, &result);
	request_report(&flight->request, &result);
	drop_request(&flight->request);
	write_result(batch, flight->entry, &result);
	batch->first = (batch->first + 1) % IN_FLIGHT;
	batch->count--;
}

static void finish_all(struct batch *batch)
{
	while (batch->count)
		finish_oldest(batch);
}

/*
 * Read the request of an entry. On success the caller owns the reference to
 * request->tmpl, if that is not NULL.
 */
static int read_request(struct spawn_request *request,
			const struct spawn_template_batch_entry *entry)
{
	const void __user *uargs = u64_to_user_ptr(entry->args);
	struct template *tmpl;
	int err;

	*request = (struct spawn_request) {};
	if (entry->tmpl == -1)
		return request_read_path(request, uargs, entry->args_size);
	tmpl = template_fd_get(entry->tmpl);
	if (IS_ERR(tmpl))
		return PTR_ERR(tmpl);
	err = request_read(request, tmpl, uargs, entry->args_size);
	if (err) {
		template_put(tmpl);
		request->tmpl = NULL;
	}
	return err;
}

/*
 * Start the spawn of one entry. A failure is the result of the entry, not of
 * the batch.
 *
 * Return: 0, -EFAULT if the entry's memory is bad, or -ERESTARTNOINTR.
 */
static int start(struct batch *batch, u32 index)
{
	struct spawn_template_result result = {
		.stage = SPAWN_TEMPLATE_STAGE_ARGS,
		.action = -1,
	};
	struct spawn_template_batch_entry entry;
	struct flight *flight;
	int err;

	if (copy_from_user(&entry, entry_at(batch, index), sizeof(entry)) ||
	    copy_to_user(&entry_at(batch, index)->result, &result, sizeof(result)))
		return -EFAULT;
	if (batch->count == IN_FLIGHT)
		finish_oldest(batch);
	flight = &batch->flights[(batch->first + batch->count) % IN_FLIGHT];
	flight->entry = index;
	err = read_request(&flight->request, &entry);
	if (err) {
		result.error = -err;
	} else {
		err = birth_start(&flight->request, &flight->birth, &result);
		if (err && err != -ERESTARTNOINTR)
			request_report(&flight->request, &result);
		if (err)
			drop_request(&flight->request);
		if (err == -ERESTARTNOINTR)
			return err;
	}
	if (err) {
		write_result(batch, index, &result);
		return 0;
	}
	batch->count++;
	/*
	 * The caller's tracer expects the end of this vfork before the next
	 * vfork.
	 */
	if (flight->birth.child.trace || flight->birth.vfork_shown)
		finish_all(batch);
	return 0;
}

static long run(struct batch *batch)
{
	/*
	 * Each spawn defers audit names and file closes to the end of the call.
	 * No memory cgroup is charged for these, so this limit bounds them.
	 */
	u32 count = min_t(u32, batch->args.count, SPAWN_TEMPLATE_MAX_BATCH);
	u32 done;
	int err = 0;

	for (done = 0; done < count; done++) {
		err = start(batch, done);
		if (err)
			break;
		/*
		 * Let the signal be handled. The caller calls again for the
		 * other entries.
		 */
		if (signals_wanted()) {
			done++;
			break;
		}
		cond_resched();
	}
	finish_all(batch);
	return done ?: err;
}

long batch_run(const void __user *uargs, size_t usize)
{
	struct batch batch = {};
	long ret;

	ret = ioctl_read(&batch.args, sizeof(batch.args), uargs, usize,
			 SPAWN_TEMPLATE_BATCH_ARGS_SIZE_VER0);
	if (ret)
		return ret;
	if (batch.args.flags || batch.args.count > INT_MAX ||
	    batch.args.entry_size < SPAWN_TEMPLATE_BATCH_ENTRY_SIZE_VER0 ||
	    batch.args.entry_size % sizeof(u64))
		return -EINVAL;
	batch.flights = kcalloc(IN_FLIGHT, sizeof(*batch.flights), GFP_KERNEL_ACCOUNT);
	if (!batch.flights)
		return -ENOMEM;
	ret = run(&batch);
	kfree(batch.flights);
	return ret;
}
