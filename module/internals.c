// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * internals.c - find and check the kernel's unexported functions
 *
 * Each row of functions[] is one kernel function with one type that the module
 * can call. Rows with the same role are alternatives. The BTF of the running
 * kernel decides which row is used, not the kernel's version number.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/binfmts.h>
#include <linux/fdtable.h>
#include <linux/kprobes.h>
#include <linux/lsm_hooks.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/version.h>

#define INTERNALS_DEFINE_FUNCTIONS
#include "arch.h"
#include "internals.h"
#include "internals_btf.h"
#include "internals_functions.h"

DEFINE_STATIC_CALL_NULL(os_kallsyms_lookup_name, unsigned long (const char *));

struct function {
	enum role role;
	enum shape shape;
	/* Set for ALLOC_BPRM and BPRM_EXECVE only. */
	enum exec_era era;
	const char *name;
	const char *prototype;
	struct static_call_key *key;
	void *trampoline;
	/*
	 * Used only without BTF: the row fits the kernel versions from first up
	 * to, but not including, end. An end of 0 means all later versions.
	 */
	u32 first, end;
};

#define FUNCTION(_role, _shape, _name, _call, _first, _end, ...) { \
	.role = _role, \
	.shape = _shape, \
	.name = _name, \
	.prototype = prototype_##_call, \
	.key = &STATIC_CALL_KEY(os_##_call), \
	.trampoline = STATIC_CALL_TRAMP_ADDR(os_##_call), \
	.first = _first, \
	.end = _end, \
	__VA_ARGS__ \
}

/* Stable kernels have the newer dup_fd(), too: the version does not tell, the headers do. */
#define DUP_FD_HAS_RANGE \
	__builtin_types_compatible_p(typeof(dup_fd), \
				     struct files_struct *(struct files_struct *, \
							   struct fd_range *))
/* As a row's end: the row fits no version. */
#define NEVER 1

static const struct function functions[] = {
	FUNCTION(COPY_PROCESS, ONLY, "copy_process", copy_process, 0, 0),
	FUNCTION(TRACE_FORK, ONLY, "__traceiter_sched_process_fork", trace_fork, 0, 0),
	FUNCTION(WAKE_UP_NEW_TASK, ONLY, "wake_up_new_task", wake_up_new_task, 0, 0),
	FUNCTION(PTRACE_NOTIFY, ONLY, "ptrace_notify", ptrace_notify, 0, 0),
	FUNCTION(DO_EXIT, ONLY, "do_exit", do_exit, 0, 0),
	FUNCTION(WAIT4, ONLY, "kernel_wait4", kernel_wait4, 0, 0),
	FUNCTION(GET_SIGNAL, ONLY, "get_signal", get_signal, 0, 0),
	FUNCTION(TASK_WORK_RUN, ONLY, "task_work_run", task_work_run, 0, 0),
	FUNCTION(SYS_CALL, ONLY, ARCH_SYS_CALL, sys_call, 0, 0),
	FUNCTION(SECCOMP, SECCOMP_PERMIT, "__seccomp_permit_syscall", seccomp_permit,
		 KERNEL_VERSION(7, 3, 0), 0),
	FUNCTION(SECCOMP, SECURE_COMPUTING, "__secure_computing", secure_computing,
		 KERNEL_VERSION(6, 15, 0), KERNEL_VERSION(7, 3, 0)),
	FUNCTION(SECCOMP, SECURE_COMPUTING_DATA, "__secure_computing", secure_computing_data,
		 0, KERNEL_VERSION(6, 15, 0)),
#ifdef CONFIG_CPUSETS
	FUNCTION(CPUSET_CPUS, ONLY, "cpuset_cpus_allowed", cpuset_cpus, 0, 0),
#endif
	FUNCTION(FORCE_SIG_SECCOMP, ONLY, "force_sig_seccomp", force_sig_seccomp, 0, 0),
#ifdef CONFIG_AUDITSYSCALL
	FUNCTION(AUDIT_CALL_ENTRY, ONLY, "__audit_syscall_entry", audit_entry, 0, 0),
	FUNCTION(AUDIT_CALL_EXIT, ONLY, "__audit_syscall_exit", audit_exit, 0, 0),
	FUNCTION(AUDIT_OPENAT2_HOW, ONLY, "__audit_openat2_how", audit_openat2, 0, 0),
#endif
	FUNCTION(ENTER_FROZEN, ONLY, "cgroup_enter_frozen", enter_frozen, 0, 0),
	FUNCTION(LEAVE_FROZEN, ONLY, "cgroup_leave_frozen", leave_frozen, 0, 0),
	FUNCTION(PIDFD_PREPARE, ONLY, "pidfd_prepare", pidfd_prepare, 0, 0),
	FUNCTION(DUP_FD, DUP_FD_RANGE, "dup_fd", dup_fd_range,
		 0, DUP_FD_HAS_RANGE ? 0 : NEVER),
	FUNCTION(DUP_FD, DUP_FD_ERROR, "dup_fd", dup_fd_error,
		 0, DUP_FD_HAS_RANGE ? NEVER : 0),
	FUNCTION(PUT_FILES, ONLY, "put_files_struct", put_files, 0, 0),
	FUNCTION(ALLOC_FD, ONLY, "alloc_fd", alloc_fd, 0, 0),
	FUNCTION(REPLACE_FD, ONLY, "replace_fd", replace_fd, 0, 0),
	FUNCTION(BUILD_OPEN_FLAGS, ONLY, "build_open_flags", build_open_flags, 0, 0),
	FUNCTION(FILE_OPEN, ONLY, "do_file_open", file_open, KERNEL_VERSION(7, 0, 0), 0),
	FUNCTION(FILE_OPEN, ONLY, "do_filp_open", file_open, 0, KERNEL_VERSION(7, 0, 0)),
	FUNCTION(PATH_LOOKUP, ONLY, "filename_lookup", path_lookup,
		 0, KERNEL_VERSION(7, 0, 0)),
	FUNCTION(PATH_LOOKUP, ROOT_CONST, "filename_lookup", path_lookup_const,
		 KERNEL_VERSION(7, 0, 0), 0),
	FUNCTION(SET_PWD, ONLY, "set_fs_pwd", set_pwd, 0, 0),
	FUNCTION(RLIMIT_OVER, ONLY, "is_rlimit_overlimit", rlimit_over, 0, 0),
	FUNCTION(ALLOC_BPRM, ONLY, "alloc_bprm", alloc_bprm_opens,
		 KERNEL_VERSION(6, 8, 0), 0, .era = ALLOC_OPENS),
	FUNCTION(ALLOC_BPRM, ONLY, "alloc_bprm", alloc_bprm,
		 0, KERNEL_VERSION(6, 8, 0), .era = EXECVE_OPENS),
	FUNCTION(BPRM_EXECVE, ONLY, "bprm_execve", bprm_execve,
		 KERNEL_VERSION(6, 8, 0), 0, .era = ALLOC_OPENS),
	FUNCTION(BPRM_EXECVE, ONLY, "bprm_execve", bprm_execve_opens,
		 0, KERNEL_VERSION(6, 8, 0), .era = EXECVE_OPENS),
	FUNCTION(FREE_BPRM, ONLY, "free_bprm", free_bprm, 0, 0),
	FUNCTION(OPEN_UNSEEN, ONLY, "dentry_open_nonotify", open_unseen,
		 0, NONOTIFY_BY_FLAG ? NEVER : 0),
	FUNCTION(OPEN_UNSEEN, OPEN_BY_FLAG, "dentry_open", open_unseen,
		 0, NONOTIFY_BY_FLAG ? 0 : NEVER),
	FUNCTION(OUR_MNT, ONLY, "our_mnt", our_mnt, 0, 0),
	FUNCTION(HAS_NS_CAPABILITY, ONLY, "has_ns_capability", has_ns_capability, 0, 0),
#ifdef CONFIG_SECURITY
	FUNCTION(TASK_KILL, ONLY, "security_task_kill", task_kill, 0, 0),
#endif
	FUNCTION(ALLOC_FDTABLE, ONLY, "alloc_fdtable", alloc_fdtable, 0, 0),
	FUNCTION(MM_ALLOC, ONLY, "mm_alloc", mm_alloc, 0, 0),
	FUNCTION(STACK_VMA, ONLY, "create_init_stack_vma", stack_vma, 0, 0),
	FUNCTION(VM_AREA_ALLOC, ONLY, "vm_area_alloc", vm_area_alloc, 0, 0),
	FUNCTION(VM_AREA_FREE, ONLY, "vm_area_free", vm_area_free, 0, 0),
	FUNCTION(INSERT_VM_STRUCT, ONLY, "insert_vm_struct", insert_vm_struct, 0, 0),
	FUNCTION(POST_OPEN, ONLY, "security_file_post_open", post_open, 0, 0),
};

/*
 * Structs whose layout the module has from the headers it was built with. The
 * BTF must have the same sizes.
 */
static const struct {
	const char *name;
	size_t size;
} structs[] = {
	{ "linux_binprm", sizeof(struct linux_binprm) },
	{ "files_struct", sizeof(struct files_struct) },
	{ "kernel_clone_args", sizeof(struct kernel_clone_args) },
	{ "task_struct", sizeof(struct task_struct) },
	{ "open_flags", sizeof(struct open_flags) },
	{ "open_how", sizeof(struct open_how) },
#ifdef CONFIG_SECURITY
	{ "lsm_blob_sizes", sizeof(struct lsm_blob_sizes) },
#endif
};

/*
 * The row that each role uses, or NULL for an optional role that no row fits.
 * Only internals_init() writes these.
 */
static const struct function *chosen[ROLES];
enum shape internals_shape[ROLES];
enum exec_era internals_exec_era;
static bool trusted;

static unsigned long lookup(const char *name)
{
	return static_call(os_kallsyms_lookup_name)(name);
}

/*
 * Find kallsyms_lookup_name(). A kprobe can be put on any function by its name,
 * and a registered kprobe has the address.
 */
static int find_kallsyms(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	int err;

	err = register_kprobe(&probe);
	if (err) {
		pr_err("kallsyms_lookup_name: cannot register a kprobe (error %d): not loaded; the kernel needs CONFIG_KPROBES and CONFIG_KALLSYMS\n",
		       err);
		return -EOPNOTSUPP;
	}
	/*
	 * On CPUs with IBT the kprobe's address is after the function's ENDBR.
	 * A direct call may go there: only indirect calls need the ENDBR.
	 */
	static_call_update(os_kallsyms_lookup_name, (void *)probe.addr);
	unregister_kprobe(&probe);
	return 0;
}

/*
 * Log that no row of a role fits.
 *
 * @found: the prototype of found_name in this kernel, or NULL if the kernel has
 * no such function
 */
static void log_unknown(enum role role, const char *found_name, const char *found)
{
	char *known;
	int len = 0;
	size_t i;

	known = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!known)
		return;
	for (i = 0; i < ARRAY_SIZE(functions); i++)
		if (functions[i].role == role)
			len += scnprintf(known + len, PAGE_SIZE - len, "%s'%s %s'",
					 len ? " or " : "", functions[i].name,
					 functions[i].prototype);
	if (found)
		pr_err("%s: this kernel has '%s', known is %s: not loaded\n", found_name, found,
		       known);
	else
		pr_err("%s: not in this kernel, known is %s: not loaded\n", found_name, known);
	kfree(known);
}

static void bind_function(const struct function *f, unsigned long address)
{
	chosen[f->role] = f;
	internals_shape[f->role] = f->shape;
	__static_call_update(f->key, f->trampoline, (void *)address);
}

/*
 * Does this kernel have the row's function, with the row's type?
 *
 * @found: gets the function's prototype, if the BTF has the function
 * @seen: set to true then
 */
static bool row_fits(const struct function *f, char *found, bool *seen)
{
	if (trusted)
		return f->first <= LINUX_VERSION_CODE &&
		       (!f->end || f->end > LINUX_VERSION_CODE);
	if (btf_prototype(f->name, found, BTF_PROTOTYPE_MAX))
		return false;
	*seen = true;
	return !strcmp(found, f->prototype);
}

bool internals_has(enum role role)
{
	return chosen[role];
}

/*
 * Bind the first row of a role that fits. An optional role may have none.
 *
 * @found: room for a prototype
 */
static int choose(enum role role, char *found)
{
	const char *name = NULL;
	bool seen = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		const struct function *f = &functions[i];
		unsigned long address;

		if (f->role != role)
			continue;
		if (!seen)
			name = f->name;
		if (!row_fits(f, found, &seen))
			continue;
		address = lookup(f->name);
		if (!address)
			continue;
		bind_function(f, address);
		return 0;
	}
	if (role >= OPTIONAL_ROLES)
		return 0;
	log_unknown(role, name, seen ? found : NULL);
	return -EOPNOTSUPP;
}

static int choose_all(void)
{
	enum role role;
	char *found;
	int err = 0;

	found = kmalloc(BTF_PROTOTYPE_MAX, GFP_KERNEL);
	if (!found)
		return -ENOMEM;
	for (role = 0; role < ROLES && !err; role++)
		err = choose(role, found);
	kfree(found);
	return err;
}

static int check_structs(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(structs); i++) {
		int size = btf_struct_size(structs[i].name);

		if (size == structs[i].size)
			continue;
		if (size < 0)
			pr_err("struct %s: not in this kernel: not loaded\n", structs[i].name);
		else
			pr_err("struct %s: %d bytes in this kernel, %zu in the headers that the module was built with: not loaded\n",
			       structs[i].name, size, structs[i].size);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int open_btf(bool trust_version)
{
	int err;

	err = btf_open(lookup("bpf_get_btf_vmlinux"), lookup("btf_find_by_name_kind"),
		       lookup("btf_type_by_id"), lookup("btf_name_by_offset"));
	if (!err)
		return check_structs();
	if (!trust_version) {
		pr_err("this kernel has no BTF (CONFIG_DEBUG_INFO_BTF) to check its functions: not loaded; with trust_version=1 the module relies on the kernel's version\n");
		return -EOPNOTSUPP;
	}
	trusted = true;
	pr_warn("trust_version=1: no BTF; trusting that the functions of Linux %d.%d have the types that they have in Debian's kernels\n",
		LINUX_VERSION_CODE >> 16, (LINUX_VERSION_CODE >> 8) & 0xff);
	return 0;
}

/* Set exec's era by alloc_bprm(). bprm_execve() must be of the same era. */
static int find_exec_era(void)
{
	const struct function *alloc = chosen[ALLOC_BPRM], *execve = chosen[BPRM_EXECVE];

	internals_exec_era = alloc->era;
	if (execve->era == internals_exec_era)
		return 0;
	pr_err("alloc_bprm is '%s', but bprm_execve is '%s': no known kernel has both: not loaded\n",
	       alloc->prototype, execve->prototype);
	return -EOPNOTSUPP;
}

/* A kernel without dentry_open_nonotify() must have the flag instead. */
static int check_open_unseen(void)
{
	if (internals_shape[OPEN_UNSEEN] != OPEN_BY_FLAG || NONOTIFY_BY_FLAG)
		return 0;
	pr_err("dentry_open_nonotify: not in this kernel, and the headers that the module was built with have no __FMODE_NONOTIFY: not loaded\n");
	return -EOPNOTSUPP;
}

int internals_init(bool trust_version)
{
	int err;

	err = find_kallsyms() ?: open_btf(trust_version) ?: choose_all() ?: find_exec_era() ?:
	      check_open_unseen();
	if (err)
		return err;
	internals_init_bprm();
	internals_set_mount_lock((void *)lookup("mount_lock"));
	internals_set_files_cache((void *)lookup("files_cachep"));
#ifdef CONFIG_SECURITY
	internals_set_blob_sizes((void *)lookup("blob_sizes"));
#endif
	return 0;
}

bool internals_trusted_version(void)
{
	return trusted;
}

ssize_t internals_show(char *page)
{
	enum role role;
	int len = 0;

	for (role = 0; role < ROLES; role++) {
		if (!chosen[role])
			continue;
		len += sysfs_emit_at(page, len, "%s: %s\n", chosen[role]->name,
				     chosen[role]->prototype);
	}
	return len;
}
