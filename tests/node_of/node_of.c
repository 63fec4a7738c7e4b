// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * node_of.c - a module for tests: on which memory nodes are a task's objects?
 *
 * Write a pid to the parameter "task", then read the parameter: one line an
 * object, "name node", -1 if the task does not have the object. The task must
 * be stopped or asleep, so that it does not change its page tables.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/pid.h>
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>

/* The descriptor that the test opens in the child. */
#define OPENED 5

static char report[512];

static int node_of(const void *object)
{
	if (!object)
		return NUMA_NO_NODE;
	if (is_vmalloc_addr(object))
		return page_to_nid(vmalloc_to_page(object));
	return page_to_nid(virt_to_page(object));
}

static int report_node(int length, const char *name, int node)
{
	return length + scnprintf(report + length, sizeof(report) - length, "%s %d\n", name, node);
}

static int report_files(int length, struct task_struct *task)
{
	struct files_struct *files;
	struct fdtable *fdt;
	int table = NUMA_NO_NODE, opened = NUMA_NO_NODE;

	task_lock(task);
	files = task->files;
	if (files) {
		table = node_of(files);
		rcu_read_lock();
		fdt = files_fdtable(files);
		opened = node_of(fdt->max_fds > OPENED ? rcu_dereference(fdt->fd[OPENED]) : NULL);
		rcu_read_unlock();
	}
	task_unlock(task);
	length = report_node(length, "descriptor_table", table);
	return report_node(length, "opened_file", opened);
}

/* Return the last level of the page table that maps the address, or NULL. */
static pmd_t *last_level(struct mm_struct *mm, unsigned long address)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;

	if (pgd_none(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, address);
	if (p4d_none(*p4d))
		return NULL;
	pud = pud_offset(p4d, address);
	if (pud_none(*pud))
		return NULL;
	pmd = pmd_offset(pud, address);
	return pmd_none(*pmd) ? NULL : pmd;
}

static int report_memory(int length, struct mm_struct *mm)
{
	int table = NUMA_NO_NODE, page = NUMA_NO_NODE;
	pmd_t *pmd;

	length = report_node(length, "mm_struct", node_of(mm));
	mmap_read_lock(mm);
	length = report_node(length, "top_page_table", node_of(mm->pgd));
	pmd = last_level(mm, mm->start_stack);
	if (pmd) {
		pte_t pte = *pte_offset_kernel(pmd, mm->start_stack);

		table = page_to_nid(pmd_page(*pmd));
		if (pte_present(pte))
			page = page_to_nid(pte_page(pte));
	}
	mmap_read_unlock(mm);
	length = report_node(length, "stack_page_table", table);
	return report_node(length, "stack_page", page);
}

static int report_of(struct task_struct *task)
{
	struct mm_struct *mm;
	int length = 0;

	length = report_node(length, "task_struct", node_of(task));
	length = report_node(length, "kernel_stack", node_of(task_stack_page(task)));
	length = report_node(length, "signal_struct", node_of(task->signal));
	length = report_files(length, task);
	mm = get_task_mm(task);
	if (mm) {
		length = report_memory(length, mm);
		mmput(mm);
	}
	return length;
}

static int set_task(const char *text, const struct kernel_param *param)
{
	struct task_struct *task;
	struct pid *pid;
	int nr, err;

	err = kstrtoint(text, 0, &nr);
	if (err)
		return err;
	pid = find_get_pid(nr);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!task)
		return -ESRCH;
	report_of(task);
	put_task_struct(task);
	return 0;
}

static int get_report(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s", report);
}

static const struct kernel_param_ops task_ops = { .set = set_task, .get = get_report };
module_param_cb(task, &task_ops, NULL, 0600);

MODULE_DESCRIPTION("for tests: the memory nodes of a task's objects");
MODULE_AUTHOR("The outspawn authors");
MODULE_LICENSE("GPL");
