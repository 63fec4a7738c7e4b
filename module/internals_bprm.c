// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * internals_bprm.c - make a bprm of an open file, without alloc_bprm()
 *
 * Since 6.8 alloc_bprm() opens the program's file itself, by a path or by a
 * number in current's descriptor table. For a file that is known already, the
 * module would have to place a number first, and alloc_bprm() would print a
 * name for that number. ki_make_bprm() does the same as alloc_bprm(), with a
 * file that the module has opened.
 *
 * The BTF does not tell what alloc_bprm() fills in. So ki_make_bprm() is used
 * only on kernel versions whose alloc_bprm() was compared with it: 6.12 and 7.3.
 * All others take ki_alloc_bprm().
 */
#include <linux/audit.h>
#include <linux/binfmts.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmap_lock.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/version.h>

#include "internals.h"
#include "internals_functions.h"

#define MINOR_VERSION(code) ((code) >> 8)
#define IS_VERSION(major, minor) \
	(MINOR_VERSION(LINUX_VERSION_CODE) == MINOR_VERSION(KERNEL_VERSION(major, minor, 0)))

/* Are all functions known? Only internals_init() writes it. */
static bool is_known;

#if IS_VERSION(6, 12)

void internals_init_bprm(void)
{
	is_known = internals_has(MM_ALLOC) && internals_has(POST_OPEN) &&
		   internals_has(VM_AREA_ALLOC) && internals_has(VM_AREA_FREE) &&
		   internals_has(INSERT_VM_STRUCT);
}

/* Will the kernel merge equal pages of the new memory? As ksm_execve() asks. */
static bool merges_pages(void)
{
	return test_bit(MMF_VM_MERGE_ANY, &current->mm->flags);
}

/* Map the first page of the new stack, as __bprm_mm_init() does. */
static int map_stack(struct linux_binprm *bprm)
{
	const vm_flags_t flags = VM_SOFTDIRTY | VM_STACK_FLAGS | VM_STACK_INCOMPLETE_SETUP;
	struct mm_struct *mm = bprm->mm;
	struct vm_area_struct *vma;
	int err;

	vma = static_call(os_vm_area_alloc)(mm);
	if (!vma)
		return -ENOMEM;
	vma_set_anonymous(vma);
	vma->vm_end = STACK_TOP_MAX;
	vma->vm_start = vma->vm_end - PAGE_SIZE;
	vm_flags_init(vma, flags);
	vma->vm_page_prot = vm_get_page_prot(flags);
	/* No other task knows the new memory: nobody else takes this lock. */
	mmap_write_lock(mm);
	err = static_call(os_insert_vm_struct)(mm, vma);
	if (!err) {
		mm->stack_vm = 1;
		mm->total_vm = 1;
	}
	mmap_write_unlock(mm);
	if (err) {
		static_call(os_vm_area_free)(vma);
		return err;
	}
	bprm->vma = vma;
	bprm->p = vma->vm_end - sizeof(void *);
	return 0;
}

static void set_user_ns(struct linux_binprm *bprm)
{
}

#elif IS_VERSION(7, 3)

void internals_init_bprm(void)
{
	is_known = internals_has(MM_ALLOC) && internals_has(POST_OPEN) &&
		   internals_has(STACK_VMA);
}

static bool merges_pages(void)
{
	return mm_flags_test(MMF_VM_MERGE_ANY, current->mm);
}

static int map_stack(struct linux_binprm *bprm)
{
	return static_call(os_stack_vma)(bprm->mm, &bprm->vma, &bprm->p);
}

static void set_user_ns(struct linux_binprm *bprm)
{
	bprm->user_ns = get_user_ns(current_user_ns());
}

#else

void internals_init_bprm(void)
{
}

static bool merges_pages(void)
{
	return false;
}

static int map_stack(struct linux_binprm *bprm)
{
	return -EOPNOTSUPP;
}

static void set_user_ns(struct linux_binprm *bprm)
{
}

#endif

bool ki_can_make_bprm(void)
{
	/*
	 * The audit log gets the program's path from the kernel's own open. The
	 * kernel's own alloc_bprm() tells ksmd of memory whose pages it will
	 * merge.
	 */
	return is_known && audit_dummy_context() && !merges_pages();
}

int ki_check_opened(struct file *file)
{
	return static_call(os_post_open)(file, MAY_EXEC);
}

/* Give the bprm a new memory with a stack, as bprm_mm_init() does. */
static int init_memory(struct linux_binprm *bprm)
{
	int err;

	bprm->mm = static_call(os_mm_alloc)();
	if (!bprm->mm)
		return -ENOMEM;
	set_user_ns(bprm);
	/* Exec uses this limit throughout, even if the limit changes meanwhile. */
	task_lock(current->group_leader);
	bprm->rlim_stack = current->signal->rlim[RLIMIT_STACK];
	task_unlock(current->group_leader);
	err = map_stack(bprm);
	if (err) {
		mmdrop(bprm->mm);
		bprm->mm = NULL;
	}
	return err;
}

struct linux_binprm *ki_make_bprm(struct file *file, const char *path, bool interpretable)
{
	struct linux_binprm *bprm = kzalloc(sizeof(*bprm), GFP_KERNEL);
	int err;

	if (!bprm) {
		ki_allow_write(file);
		fput(file);
		return ERR_PTR(-ENOMEM);
	}
	bprm->file = file;
	bprm->filename = path;
	bprm->interp = path;
	if (!interpretable)
		bprm->interp_flags |= BINPRM_FLAGS_PATH_INACCESSIBLE;
	err = init_memory(bprm);
	if (err) {
		ki_free_bprm(bprm);
		return ERR_PTR(err);
	}
	return bprm;
}
