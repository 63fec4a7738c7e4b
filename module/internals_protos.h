/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internals_protos.h - the shapes in which kernel functions are called
 *
 * Nothing defines these functions: the static calls of internals*.c take
 * their types from them. Which of them the kernel has, its BTF says.
 */
#ifndef OUTSPAWN_INTERNALS_PROTOS_H
#define OUTSPAWN_INTERNALS_PROTOS_H

#include <linux/types.h>
#include <linux/user_namespace.h>

struct btf;
struct btf_type;
struct cred;
struct file;
struct filename;
struct files_struct;
struct fs_struct;
struct kernel_clone_args;
struct kernel_siginfo;
struct ksignal;
struct linux_binprm;
struct open_how;
struct path;
struct pt_regs;
struct pid;
struct rusage;
struct seccomp_data;
struct task_struct;
struct vfsmount;

/*
 * The layout of fs/internal.h's struct of this name; its size is compared with
 * the BTF's. Written by build_open_flags(), read by do_file_open(), never by us.
 */
struct open_flags {
	int open_flag;
	umode_t mode;
	int acc_mode;
	int intent;
	int lookup_flags;
};

long proto_sys_call(const struct pt_regs *regs, unsigned int nr);
struct task_struct *proto_copy_process(struct pid *pid, int trace, int node,
				       struct kernel_clone_args *args);
int proto_trace_fork(void *data, struct task_struct *parent, struct task_struct *child);
void proto_wake_up_new_task(struct task_struct *task);
int proto_ptrace_notify(int exit_code, unsigned long message);
void proto_do_exit(long code);
long proto_kernel_wait4(pid_t pid, int __user *status, int options, struct rusage *usage);
bool proto_get_signal(struct ksignal *ksig);
void proto_task_work_run(void);
int proto_secure_computing(const struct seccomp_data *sd);
bool proto_seccomp_permit(void);
int proto_force_sig_seccomp(int nr, int reason, bool force_coredump);
void proto_audit_entry(int nr, unsigned long a0, unsigned long a1, unsigned long a2,
		       unsigned long a3);
void proto_audit_exit(int success, long ret);
void proto_audit_openat2(struct open_how *how);
void proto_enter_frozen(void);
void proto_leave_frozen(bool always);
int proto_pidfd_prepare(struct pid *pid, unsigned int flags, struct file **file);
struct files_struct *proto_dup_fd_range(struct files_struct *files, void *punch_hole);
struct files_struct *proto_dup_fd_error(struct files_struct *files, unsigned int max_fds,
					int *error);
void proto_put_files(struct files_struct *files);
int proto_alloc_fd(unsigned int start, unsigned int end, unsigned int flags);
int proto_replace_fd(unsigned int fd, struct file *file, unsigned int flags);
int proto_build_open_flags(const struct open_how *how, struct open_flags *op);
struct file *proto_file_open(int dfd, struct filename *name, const struct open_flags *op);
void proto_set_pwd(struct fs_struct *fs, const struct path *path);
bool proto_rlimit_over(struct ucounts *ucounts, enum rlimit_type type, unsigned long max);
struct linux_binprm *proto_alloc_bprm(int fd, struct filename *name);
struct linux_binprm *proto_alloc_bprm_opens(int fd, struct filename *name, int flags);
int proto_bprm_execve(struct linux_binprm *bprm);
int proto_bprm_execve_opens(struct linux_binprm *bprm, int fd, struct filename *name,
			    int flags);
void proto_free_bprm(struct linux_binprm *bprm);
struct file *proto_open_unseen(const struct path *path, int flags, const struct cred *cred);
bool proto_our_mnt(struct vfsmount *mnt);
bool proto_has_ns_capability(struct task_struct *task, struct user_namespace *ns, int cap);
int proto_task_kill(struct task_struct *target, struct kernel_siginfo *info, int sig,
		    const struct cred *cred);
unsigned long proto_kallsyms_lookup_name(const char *name);

struct btf *proto_bpf_get_btf_vmlinux(void);
s32 proto_btf_find_by_name_kind(const struct btf *btf, const char *name, u8 kind);
const struct btf_type *proto_btf_type_by_id(const struct btf *btf, u32 id);
const char *proto_btf_name_by_offset(const struct btf *btf, u32 offset);

#endif /* OUTSPAWN_INTERNALS_PROTOS_H */
