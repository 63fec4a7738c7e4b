// SPDX-License-Identifier: GPL-2.0-only
/*
 * internals.c - the kernel's own functions: found, checked, called
 *
 * Each row of functions[] is a function in one shape that this file knows how
 * to call. Rows of one role are alternatives: the running kernel's BTF decides
 * which of them it has, not its version number.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/audit.h>
#include <linux/binfmts.h>
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/fsnotify.h>
#include <linux/iversion.h>
#include <linux/kprobes.h>
#include <linux/lsm_hooks.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/openat2.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/task_work.h>
#include <linux/tracepoint.h>
#include <linux/user_namespace.h>
#include <linux/version.h>
#include <uapi/linux/pidfd.h>
#include <uapi/linux/sched.h>
#include <uapi/linux/wait.h>

#define INTERNALS_DEFINE_FUNCTIONS
#include "arch.h"
#include "internals.h"
#include "internals_btf.h"
#include "internals_functions.h"

enum role {
	COPY_PROCESS,
	TRACE_FORK,
	WAKE_UP_NEW_TASK,
	PTRACE_NOTIFY,
	DO_EXIT,
	WAIT4,
	GET_SIGNAL,
	TASK_WORK_RUN,
	SYS_CALL,
	SECCOMP,
	FORCE_SIG_SECCOMP,
#ifdef CONFIG_AUDITSYSCALL
	AUDIT_CALL_ENTRY,
	AUDIT_CALL_EXIT,
	AUDIT_OPENAT2_HOW,
#endif
	ENTER_FROZEN,
	LEAVE_FROZEN,
	PIDFD_PREPARE,
	DUP_FD,
	PUT_FILES,
	ALLOC_FD,
	REPLACE_FD,
	BUILD_OPEN_FLAGS,
	FILE_OPEN,
	SET_PWD,
	RLIMIT_OVER,
	ALLOC_BPRM,
	BPRM_EXECVE,
	FREE_BPRM,
	OPEN_UNSEEN,
	OUR_MNT,
	HAS_NS_CAPABILITY,
#ifdef CONFIG_SECURITY
	TASK_KILL,
#endif
	ROLES
};

/* Shapes, where a role has more than one that are called differently. */
enum shape {
	ONLY,
	DUP_FD_RANGE, /* dup_fd(files, punch_hole) */
	DUP_FD_ERROR, /* dup_fd(files, max_fds, &error) */
	SECURE_COMPUTING, /* 0 allows */
	SECCOMP_PERMIT, /* true allows */
	ALLOC_BPRM_OPENS, /* alloc_bprm() opens the file */
	EXECVE_OPENS, /* bprm_execve() opens the file */
	OPEN_BY_FLAG, /* dentry_open(), with a flag against notification */
};

DEFINE_STATIC_CALL_NULL(os_kallsyms_lookup_name, unsigned long (const char *));

/* Says to get_signal() that a task wants to end by itself. */
#ifdef PF_USER_WORKER
#define WORKER_FLAG PF_USER_WORKER
#else
#define WORKER_FLAG PF_IO_WORKER
#endif

struct function {
	enum role role;
	enum shape shape;
	const char *name;
	const char *prototype;
	struct static_call_key *key;
	void *trampoline;
	/* Without BTF: the kernels [first, end) that have it so; end 0: all later. */
	u32 first, end;
};

#define FUNCTION(_role, _shape, _name, _call, _first, _end) { \
	.role = _role, \
	.shape = _shape, \
	.name = _name, \
	.prototype = prototype_##_call, \
	.key = &STATIC_CALL_KEY(os_##_call), \
	.trampoline = STATIC_CALL_TRAMP_ADDR(os_##_call), \
	.first = _first, \
	.end = _end, \
}

/* Older series got the newer shape with a later release: the headers say which it is. */
#define DUP_FD_HAS_RANGE \
	__builtin_types_compatible_p(typeof(dup_fd), \
				     struct files_struct *(struct files_struct *, \
							   struct fd_range *))
/* The end of what no kernel has. */
#define NEVER 1

/* The flag with which dentry_open() tells nobody; newer kernels have a function for that. */
#ifdef __FMODE_NONOTIFY
#define NONOTIFY_FLAG __FMODE_NONOTIFY
#define NONOTIFY_BY_FLAG 1
#else
#define NONOTIFY_FLAG 0
#define NONOTIFY_BY_FLAG 0
#endif

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
		 KERNEL_VERSION(7, 0, 0), 0),
	FUNCTION(SECCOMP, SECURE_COMPUTING, "__secure_computing", secure_computing,
		 0, KERNEL_VERSION(7, 0, 0)),
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
	FUNCTION(SET_PWD, ONLY, "set_fs_pwd", set_pwd, 0, 0),
	FUNCTION(RLIMIT_OVER, ONLY, "is_rlimit_overlimit", rlimit_over, 0, 0),
	FUNCTION(ALLOC_BPRM, ALLOC_BPRM_OPENS, "alloc_bprm", alloc_bprm_opens,
		 KERNEL_VERSION(6, 8, 0), 0),
	FUNCTION(ALLOC_BPRM, EXECVE_OPENS, "alloc_bprm", alloc_bprm,
		 0, KERNEL_VERSION(6, 8, 0)),
	FUNCTION(BPRM_EXECVE, ALLOC_BPRM_OPENS, "bprm_execve", bprm_execve,
		 KERNEL_VERSION(6, 8, 0), 0),
	FUNCTION(BPRM_EXECVE, EXECVE_OPENS, "bprm_execve", bprm_execve_opens,
		 0, KERNEL_VERSION(6, 8, 0)),
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
};

/* Structs whose layout is compiled in: the BTF must have the same sizes. */
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

/* The row that each role uses. Written by internals_init() only. */
static const struct function *chosen[ROLES];
static bool trusted;

#ifdef CONFIG_SECURITY
/*
 * Bytes of the security modules' data in a struct cred, or -1: not known.
 * Written by internals_init() only.
 */
static int cred_blob_size = -1;
#endif

/*
 * A table with no descriptors, for dup_fd() to copy; never attached to a task,
 * never written.
 */
static struct files_struct empty_files = {
	.count = ATOMIC_INIT(1),
	RCU_POINTER_INITIALIZER(fdt, &empty_files.fdtab),
	.fdtab = {
		.max_fds = NR_OPEN_DEFAULT,
		.fd = &empty_files.fd_array[0],
		.close_on_exec = empty_files.close_on_exec_init,
		.open_fds = empty_files.open_fds_init,
		.full_fds_bits = empty_files.full_fds_bits_init,
	},
	.file_lock = __SPIN_LOCK_UNLOCKED(empty_files.file_lock),
	.resize_wait = __WAIT_QUEUE_HEAD_INITIALIZER(empty_files.resize_wait),
};

static unsigned long lookup(const char *name)
{
	return static_call(os_kallsyms_lookup_name)(name);
}

/* A kprobe may be put on any function, so registering one gives its address. */
static int find_kallsyms(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	int err;

	err = register_kprobe(&probe);
	if (err) {
		pr_err("kallsyms_lookup_name: no kprobe on it (error %d); the kernel needs CONFIG_KPROBES and CONFIG_KALLSYMS\n",
		       err);
		return -EOPNOTSUPP;
	}
	/*
	 * On CPUs with IBT the probe stands behind the ENDBR: a good target for
	 * a direct call all the same, as ENDBR only marks indirect ones.
	 */
	static_call_update(os_kallsyms_lookup_name, (void *)probe.addr);
	unregister_kprobe(&probe);
	return 0;
}

/* Log a role that no row fits: what was found, and what is known. */
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
	__static_call_update(f->key, f->trampoline, (void *)address);
}

/* Is this row's function there, and of this row's shape? */
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
	log_unknown(role, name, seen ? found : NULL);
	return -EOPNOTSUPP;
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
		pr_err("this kernel has no BTF (CONFIG_DEBUG_INFO_BTF) to check its functions against: not loaded; trust_version=1 goes by its version alone\n");
		return -EOPNOTSUPP;
	}
	trusted = true;
	pr_warn("trust_version=1: no BTF; trusting that %d.%d has its functions in the shapes of Debian's kernels\n",
		LINUX_VERSION_CODE >> 16, (LINUX_VERSION_CODE >> 8) & 0xff);
	return 0;
}

/*
 * Without it two credentials are the same to ki_same_security() only if they
 * are one. The BTF has no types of variables, so the value found is compared
 * with memory that the kernel allocated by it.
 */
static void find_cred_blob_size(void)
{
#ifdef CONFIG_SECURITY
	const struct lsm_blob_sizes *sizes = (void *)lookup("blob_sizes");
	size_t room = ksize(current_cred()->security);

	if (sizes && sizes->lbs_cred <= room && !sizes->lbs_cred == !room)
		cred_blob_size = sizes->lbs_cred;
	else
		pr_warn("blob_sizes: not as expected: a template is of use only to threads that share their credentials\n");
#endif
}

int internals_init(bool trust_version)
{
	enum role role;
	char *found;
	int err;

	err = find_kallsyms();
	if (err)
		return err;
	err = open_btf(trust_version);
	if (err)
		return err;

	found = kmalloc(BTF_PROTOTYPE_MAX, GFP_KERNEL);
	if (!found)
		return -ENOMEM;
	for (role = 0; role < ROLES && !err; role++)
		err = choose(role, found);
	kfree(found);
	if (err)
		return err;

	if (chosen[ALLOC_BPRM]->shape != chosen[BPRM_EXECVE]->shape) {
		pr_err("alloc_bprm: '%s' does not go with bprm_execve: '%s': not loaded\n",
		       chosen[ALLOC_BPRM]->prototype, chosen[BPRM_EXECVE]->prototype);
		return -EOPNOTSUPP;
	}
	if (chosen[OPEN_UNSEEN]->shape == OPEN_BY_FLAG && !NONOTIFY_BY_FLAG) {
		pr_err("dentry_open_nonotify: not in this kernel, and the headers that the module was built with have no __FMODE_NONOTIFY: not loaded\n");
		return -EOPNOTSUPP;
	}
	find_cred_blob_size();
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

	for (role = 0; role < ROLES; role++)
		len += sysfs_emit_at(page, len, "%s: %s\n", chosen[role]->name,
				     chosen[role]->prototype);
	return len;
}

struct task_struct *ki_copy_process(int trace, int node, struct kernel_clone_args *args)
{
	return static_call(os_copy_process)(NULL, trace, node, args);
}

void ki_trace_fork(struct task_struct *child)
{
	/* As the tracepoint itself guards its probes (linux/tracepoint.h). */
#ifdef OUTSPAWN_TRACEPOINT_SRCU
	guard(srcu_fast_notrace)(&tracepoint_srcu);
	static_call(os_trace_fork)(NULL, current, child);
#else
	preempt_disable_notrace();
	static_call(os_trace_fork)(NULL, current, child);
	preempt_enable_notrace();
#endif
}

void ki_wake_up_new_task(struct task_struct *task)
{
	static_call(os_wake_up_new_task)(task);
}

void ki_ptrace_event(int event, unsigned long message)
{
	static_call(os_ptrace_notify)((event << 8) | SIGTRAP, message);
}

void ki_ptrace_syscall(unsigned long message)
{
	int sysgood = current->ptrace & PT_TRACESYSGOOD ? 0x80 : 0;
	int sig;

	/* As ptrace_report_syscall() in linux/ptrace.h. */
	if (!(current->ptrace & PT_PTRACED))
		return;
	sig = static_call(os_ptrace_notify)(SIGTRAP | sysgood, message);
	if (sig)
		send_sig(sig, current, 1);
}

void ki_do_exit(long code)
{
	static_call(os_do_exit)(code);
}

long ki_wait_all(pid_t pid)
{
	return static_call(os_kernel_wait4)(pid, NULL, __WALL | WNOHANG, NULL);
}

bool ki_take_signals(void)
{
	struct ksignal ksig = {};
	bool fatal;

	/*
	 * get_signal() does not return to an ordinary task that is to die, but
	 * to a worker, which has things to put in order first. So has the child.
	 * Nothing else makes a difference between the two while it is in there:
	 * the child has no FPU registers to be saved before exec.
	 */
	current->flags |= WORKER_FLAG;
	/* A tracer can unblock a signal that has a handler: that one kills nobody. */
	fatal = static_call(os_get_signal)(&ksig) && (current->flags & PF_SIGNALED);
	current->flags &= ~WORKER_FLAG;
	return fatal;
}

void ki_run_task_work(void)
{
	if (task_work_pending(current))
		static_call(os_task_work_run)();
}

long ki_sys_call(int nr)
{
	return static_call(os_sys_call)(current_pt_regs(), nr);
}

bool ki_seccomp_allows(void)
{
	if (chosen[SECCOMP]->shape == SECCOMP_PERMIT)
		return static_call(os_seccomp_permit)();
	return !static_call(os_secure_computing)(NULL);
}

void ki_force_sig_seccomp(int nr)
{
	static_call(os_force_sig_seccomp)(nr, 0, true);
}

void ki_audit_enter(const struct call *call)
{
#ifdef CONFIG_AUDITSYSCALL
	const unsigned long *args = call->args;

	if (arch_audits_calls())
		static_call(os_audit_entry)(call->nr, args[0], args[1], args[2], args[3]);
#endif
}

void ki_audit_leave(long ret)
{
#ifdef CONFIG_AUDITSYSCALL
	if (arch_audits_calls())
		static_call(os_audit_exit)(!IS_ERR_VALUE(ret), ret);
#endif
}

static void audit_how(struct open_how *how)
{
#ifdef CONFIG_AUDITSYSCALL
	if (!audit_dummy_context())
		static_call(os_audit_openat2)(how);
#endif
}

void ki_enter_frozen(void)
{
	static_call(os_enter_frozen)();
}

void ki_leave_frozen(void)
{
	static_call(os_leave_frozen)(false);
}

/* From 7.1 on. */
#ifdef CLONE_AUTOREAP
#define AUTOREAP_FLAG CLONE_AUTOREAP
#else
#define AUTOREAP_FLAG 0
#endif
#ifdef PIDFD_AUTOKILL
#define AUTOKILL_FLAG PIDFD_AUTOKILL
#else
#define AUTOKILL_FLAG 0
#endif

u64 ki_autoreap_flag(void)
{
	return AUTOREAP_FLAG;
}

bool ki_can_kill_on_close(void)
{
	return AUTOKILL_FLAG;
}

int ki_pidfd_prepare(struct pid *pid, bool kill_on_close, struct file **file)
{
	return static_call(os_pidfd_prepare)(pid, kill_on_close ? AUTOKILL_FLAG : 0, file);
}

static struct files_struct *copy_files(struct files_struct *from)
{
	struct files_struct *files;
	int error = -ENOMEM;

	if (chosen[DUP_FD]->shape == DUP_FD_RANGE)
		return static_call(os_dup_fd_range)(from, NULL);
	files = static_call(os_dup_fd_error)(from, INT_MAX, &error);
	return files ?: ERR_PTR(error);
}

/*
 * A table for dup_fd() to copy which says that its last number is reserved, for a
 * descriptor that another thread opens now: dup_fd() gives the copy as much room, and
 * frees the number.
 */
struct roomy_files {
	struct files_struct files;
	/* Files: none; then a bitmap of open numbers. */
	struct file *none[];
};

struct files_struct *ki_new_files(unsigned int room)
{
	unsigned int count = ALIGN(room, BITS_PER_LONG);
	struct roomy_files *roomy;
	struct files_struct *files;
	struct fdtable *fdt;

	if (room <= NR_OPEN_DEFAULT)
		return copy_files(&empty_files);
	/* kvzalloc() warns of what is larger than it can ever give. */
	roomy = kvzalloc(struct_size(roomy, none, count) + count / BITS_PER_BYTE,
			 GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!roomy)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&roomy->files.file_lock);
	fdt = &roomy->files.fdtab;
	fdt->max_fds = count;
	fdt->fd = (struct file __rcu **)roomy->none;
	fdt->open_fds = (unsigned long *)(roomy->none + count);
	__set_bit(count - 1, fdt->open_fds);
	/* No number is close-on-exec, and no word of numbers is full. */
	fdt->close_on_exec = (unsigned long *)roomy->none;
	fdt->full_fds_bits = (unsigned long *)roomy->none;
	RCU_INIT_POINTER(roomy->files.fdt, fdt);
	files = copy_files(&roomy->files);
	kvfree(roomy);
	return files;
}

void ki_put_files(struct files_struct *files)
{
	static_call(os_put_files)(files);
}

int ki_alloc_fd(unsigned int start, unsigned int end, unsigned int flags)
{
	return static_call(os_alloc_fd)(start, end, flags);
}

int ki_replace_fd(unsigned int fd, struct file *file, unsigned int flags)
{
	int err = static_call(os_replace_fd)(fd, file, flags);

	/* Like dup3(2): the table's own limit is also EBADF to the caller. */
	return err == -EMFILE ? -EBADF : min(err, 0);
}

struct file *ki_open(int dfd, struct filename *name, const struct open_how *asked)
{
	struct open_how how = *asked;
	struct open_flags flags;
	struct file *file;
	int err;

	/* In openat2(2)'s order. */
	audit_how(&how);
	if (!(how.flags & O_PATH) && force_o_largefile())
		how.flags |= O_LARGEFILE;
	err = static_call(os_build_open_flags)(&how, &flags);
	if (err)
		return ERR_PTR(err);
	file = static_call(os_file_open)(dfd, name, &flags);
	if (!IS_ERR(file))
		ki_notify_open(file);
	return file;
}

int ki_deny_write(struct file *file)
{
#ifdef FMODE_FSNOTIFY_HSM
	return exe_file_deny_write_access(file);
#else
	return deny_write_access(file);
#endif
}

void ki_allow_write(struct file *file)
{
#ifdef FMODE_FSNOTIFY_HSM
	exe_file_allow_write_access(file);
#else
	allow_write_access(file);
#endif
}

/*
 * XFS counts every change of the inode on the disk: also a read that sets the
 * atime, and the allocation of blocks when data is written back. A stacked file
 * system (overlayfs) passes on the counter of whatever lies below.
 */
static bool counts_only_changes(const struct super_block *sb)
{
	return sb->s_magic != XFS_SUPER_MAGIC && !sb->s_stack_depth;
}

int ki_getattr_change(const struct path *path, struct kstat *stat, struct ki_change *change)
{
	struct inode *inode = d_inode(path->dentry);
	int err;

	*change = (struct ki_change) {};
#ifdef STATX_CHANGE_COOKIE
	/* From 6.3 on; network filesystems have the server's counter. */
	err = vfs_getattr_nosec(path, stat, STATX_BASIC_STATS | STATX_CHANGE_COOKIE,
				AT_STATX_SYNC_AS_STAT);
	if (!err && (stat->result_mask & STATX_CHANGE_COOKIE)) {
		change->counted = true;
		change->counter = stat->change_cookie;
	}
#else
	err = vfs_getattr_nosec(path, stat, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (!err && IS_I_VERSION(inode)) {
		change->counted = true;
		change->counter = inode_query_iversion(inode);
	}
#endif
	if (!counts_only_changes(inode->i_sb))
		*change = (struct ki_change) {};
#ifdef FS_MGTIME
	/* generic_fillattr() marks the ctime as seen; the next one is a finer one. */
	change->fine_times = is_mgtime(inode) && inode->i_sb->s_time_gran == 1;
#endif
	return err;
}

void ki_notify_open(struct file *file)
{
#if KERNEL_VERSION(6, 5, 0) > LINUX_VERSION_CODE
	/* From 6.5 do_dentry_open() tells fsnotify; before, open(2) and exec do. */
	fsnotify_open(file);
#endif
}

struct file *ki_open_unseen(const struct path *path, int flags)
{
	if (chosen[OPEN_UNSEEN]->shape == OPEN_BY_FLAG)
		flags |= NONOTIFY_FLAG;
	return static_call(os_open_unseen)(path, flags, current_cred());
}

bool ki_mount_is_ours(const struct path *path)
{
	return static_call(os_our_mnt)(path->mnt);
}

bool ki_has_capability(struct task_struct *task, struct user_namespace *ns, int cap)
{
	return static_call(os_has_ns_capability)(task, ns, cap);
}

int ki_may_signal(struct task_struct *target, struct kernel_siginfo *info, int sig,
		  const struct cred *sender)
{
#ifdef CONFIG_SECURITY
	return static_call(os_task_kill)(target, info, sig, sender);
#else
	return 0;
#endif
}

void ki_set_pwd(const struct path *path)
{
	static_call(os_set_pwd)(current->fs, path);
}

/*
 * The security modules' parts of a struct cred lie in one allocation, zeroed
 * when it was made. A part has numbers (SELinux), or pointers to objects that
 * the struct cred holds a reference to (AppArmor's label, Landlock's domain).
 * So equal bytes mean equal confinement. Smack's part has list heads, which
 * point to themselves and never are equal: Smack's credentials are the same
 * only if they are one. What a module keeps in the task instead (TOMOYO's
 * domain, AppArmor's profile for the next exec), the child has of its caller,
 * and exec judges by that.
 */
bool ki_same_security(const struct cred *a, const struct cred *b)
{
#ifdef CONFIG_SECURITY
	return a == b || (cred_blob_size >= 0 &&
			  !memcmp(a->security, b->security, cred_blob_size));
#else
	return true;
#endif
}

int ki_exec_check_nproc(void)
{
	if ((current->flags & PF_NPROC_EXCEEDED) &&
	    static_call(os_rlimit_over)(current_ucounts(), UCOUNT_RLIMIT_NPROC,
					rlimit(RLIMIT_NPROC)))
		return -EAGAIN;
	current->flags &= ~PF_NPROC_EXCEEDED;
	return 0;
}

/*
 * exec takes an open file if the name it gets is empty; the audit log keeps that
 * name and writes it down when the call is over. So it is empty only for exec.
 */
static const char *begin_empty(struct filename *name)
{
	const char *string = name->name;

	name->name += strlen(string);
	return string;
}

static void end_empty(struct filename *name, const char *string)
{
	name->name = string;
}

struct linux_binprm *ki_alloc_bprm_path(struct filename *name)
{
	if (chosen[ALLOC_BPRM]->shape == ALLOC_BPRM_OPENS)
		return static_call(os_alloc_bprm_opens)(AT_FDCWD, name, 0);
	return static_call(os_alloc_bprm)(AT_FDCWD, name);
}

int ki_bprm_execve_path(struct linux_binprm *bprm, struct filename *name)
{
	if (chosen[BPRM_EXECVE]->shape == ALLOC_BPRM_OPENS)
		return static_call(os_bprm_execve)(bprm);
	return static_call(os_bprm_execve_opens)(bprm, AT_FDCWD, name, 0);
}

struct linux_binprm *ki_alloc_bprm(int fd, struct filename *name, bool reachable)
{
	const char *string = begin_empty(name);
	struct linux_binprm *bprm;

	if (chosen[ALLOC_BPRM]->shape == ALLOC_BPRM_OPENS)
		bprm = static_call(os_alloc_bprm_opens)(fd, name, AT_EMPTY_PATH);
	else
		bprm = static_call(os_alloc_bprm)(fd, name);
	end_empty(name, string);
	if (IS_ERR(bprm))
		return bprm;
	/*
	 * It made up a name, /dev/fd/N, for a file that we know by its path:
	 * take that one, so that comm, AT_EXECFN and interpreters see it.
	 */
	kfree(bprm->fdpath);
	bprm->fdpath = NULL;
	bprm->filename = string;
	bprm->interp = string;
	/* Can what the kernel starts for this file, a script's interpreter, open it? */
	if (reachable)
		bprm->interp_flags &= ~BINPRM_FLAGS_PATH_INACCESSIBLE;
	else
		bprm->interp_flags |= BINPRM_FLAGS_PATH_INACCESSIBLE;
#ifdef OUTSPAWN_COMM_FROM_DENTRY
	bprm->comm_from_dentry = 0;
#endif
	return bprm;
}

void ki_notify_exec(struct file *file)
{
	/* The older exec tells nobody about a file that it was given by its number. */
	ki_notify_open(file);
}

long ki_get_stack_pages(struct linux_binprm *bprm, unsigned long start, unsigned long count,
			struct page **pages)
{
	struct mm_struct *mm = bprm->mm;
	long got;

	mmap_read_lock(mm);
#if KERNEL_VERSION(6, 5, 0) > LINUX_VERSION_CODE
	got = get_user_pages_remote(mm, start, count, FOLL_WRITE, pages, NULL, NULL);
#else
	got = get_user_pages_remote(mm, start, count, FOLL_WRITE, pages, NULL);
#endif
	mmap_read_unlock(mm);
	return got;
}

int ki_bprm_execve(struct linux_binprm *bprm, int fd, struct filename *name)
{
	const char *string;
	int err;

	if (chosen[BPRM_EXECVE]->shape == ALLOC_BPRM_OPENS)
		return static_call(os_bprm_execve)(bprm);
	string = begin_empty(name);
	err = static_call(os_bprm_execve_opens)(bprm, fd, name, AT_EMPTY_PATH);
	end_empty(name, string);
	return err;
}

void ki_free_bprm(struct linux_binprm *bprm)
{
	static_call(os_free_bprm)(bprm);
}
