// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_security_audit.c - the audit records of a spawn equal those of vfork and
 * execve
 *
 * The suite registers as the audit daemon. The kernel then sends each record to
 * the suite's socket.
 */
#include "common_security.h"
#include "elf_file.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/xattr.h>

#define KEY "outspawn"
#define QUIET 400 /* milliseconds without a record: no more will come */

static int audit_socket;
/* The records of both ways: [false] vfork and execve, [true] outspawn. */
static char *records[2];

/* --- the daemon --- */

static void request(int type, const void *data, size_t size)
{
	static int sequence;
	struct {
		struct nlmsghdr header;
		char data[2048];
	} message = { .header = { .nlmsg_len = NLMSG_LENGTH(size),
				  .nlmsg_type = type,
				  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
				  .nlmsg_seq = ++sequence } };
	struct nlmsgerr *error = (void *)message.data;

	memcpy(message.data, data, size);
	check_eq(send(audit_socket, &message, message.header.nlmsg_len, 0),
		 message.header.nlmsg_len);
	do {
		check(recv(audit_socket, &message, sizeof(message), 0) > 0);
	} while (message.header.nlmsg_type != NLMSG_ERROR);
	check_eq(error->error, 0);
}

static void set_status(bool on)
{
	struct audit_status status = { .mask = AUDIT_STATUS_ENABLED | AUDIT_STATUS_PID |
					       AUDIT_STATUS_BACKLOG_LIMIT,
				       .enabled = on,
				       .pid = on ? getpid() : 0,
				       .backlog_limit = 8192 };

	request(AUDIT_SET, &status, sizeof(status));
}

/* Add or delete a rule that records these system calls at their exit. */
static void record_calls(int request_type)
{
	static const int calls[] = { SYS_execve, SYS_execveat, SYS_openat2 };
	struct {
		struct audit_rule_data rule;
		char key[sizeof(KEY)];
	} rule = { .rule = { .flags = AUDIT_FILTER_EXIT,
			     .action = AUDIT_ALWAYS,
			     .field_count = 1,
			     .fields = { AUDIT_FILTERKEY },
			     .values = { sizeof(KEY) - 1 },
			     .fieldflags = { AUDIT_EQUAL },
			     .buflen = sizeof(KEY) - 1 } };
	size_t i;

	memcpy(rule.rule.buf, KEY, sizeof(KEY) - 1);
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		rule.rule.mask[AUDIT_WORD(calls[i])] |= AUDIT_BIT(calls[i]);
	request(request_type, &rule, sizeof(rule.rule) + sizeof(KEY) - 1);
}

static void begin_audit(void)
{
	int room = 1 << 20;

	audit_socket = must(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT));
	must(setsockopt(audit_socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)));
	set_status(true);
	record_calls(AUDIT_ADD_RULE);
}

static void end_audit(void)
{
	record_calls(AUDIT_DEL_RULE);
	set_status(false);
	close(audit_socket);
}

/* --- records --- */

static const char *type_name(int type)
{
	switch (type) {
	case AUDIT_SYSCALL:
		return "SYSCALL";
	case AUDIT_EXECVE:
		return "EXECVE";
	case AUDIT_CWD:
		return "CWD";
	case AUDIT_PATH:
		return "PATH";
	case AUDIT_PROCTITLE:
		return "PROCTITLE";
	case AUDIT_OPENAT2:
		return "OPENAT2";
	case AUDIT_SECCOMP:
		return "SECCOMP";
	case AUDIT_ANOM_ABEND:
		return "ANOM_ABEND";
	case AUDIT_BPRM_FCAPS:
		return "BPRM_FCAPS";
	}
	return NULL;
}

/* Drop the fields that differ between two runs. */
static char *normal(const char *line)
{
	static const char *const left_out[] = { "pid", "ppid", "a0", "a1", "a2", "a3", "ip" };
	char *copy = text("%s", line), *word, *save, *result = text("%s", "");
	size_t i;

	for (word = strtok_r(copy, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		/* Keep the quoted arguments of EXECVE records. */
		for (i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
			if (!strncmp(word, left_out[i], strlen(left_out[i])) &&
			    word[strlen(left_out[i])] == '=' && word[strlen(left_out[i]) + 1] != '"')
				break;
		if (i == sizeof(left_out) / sizeof(*left_out))
			result = text("%s%s%s", result, *result ? " " : "", word);
	}
	return result;
}

/* Append the records that come, until none comes for QUIET ms. */
static void collect(char **to)
{
	struct pollfd poll_fd = { .fd = audit_socket, .events = POLLIN };
	struct {
		struct nlmsghdr header;
		char data[16384];
	} message;
	const char *name;
	ssize_t size;
	char *body;

	while (poll(&poll_fd, 1, QUIET) == 1) {
		size = recv(audit_socket, &message, sizeof(message) - 1, 0);
		check(size > 0);
		((char *)&message)[size] = '\0';
		name = type_name(message.header.nlmsg_type);
		body = strstr(message.data, "): ");
		if (name && body && to)
			*to = text("%s%s %s\n", *to, name, normal(body + 3));
	}
}

/* Collect the records of one attempt, from its start to its end. */
static void begin_listening(void)
{
	collect(NULL);
	attempt->go = true;
}

static int end_listening(pid_t caller)
{
	int status = wait_status(caller);

	records[attempt->spawns] = text("%s", "");
	collect(&records[attempt->spawns]);
	return status;
}

static int listen_in(const struct rule *rule, pid_t caller)
{
	(void)rule;
	begin_listening();
	return end_listening(caller);
}

static void show(void)
{
	if (getenv("SECURITY_SHOW"))
		dprintf(STDERR_FILENO, "# vfork + execve\n%s# outspawn\n%s", records[0],
			records[1]);
}

/*
 * Compare both verdicts, then the records of each type. vfork and execve must
 * have written such a record.
 */
static void compare(const struct rule *rule, const char *const *types)
{
	try_rule(rule);
	show();
	for (; *types; types++) {
		const char *want = facts_with(records[false], *types);
		const char *got = facts_with(records[true], *types);

		if (strcmp(got, want))
			dprintf(STDERR_FILENO, "# vfork + execve:\n%s# outspawn:\n%s", want, got);
		note_row(&(struct rule){ .name = text("%s: %s", rule->name, *types),
					 .expect = "a record" },
			 *want ? "a record" : "none",
			 !*got ? "none" : strcmp(got, want) ? "another record" : "a record");
	}
}

#define TYPES(...) ((const char *const[]){ __VA_ARGS__, NULL })

RULES(exec)
{
	begin_audit();
	compare(&(struct rule){ .name = "audit of an exec", .expect = "runs", .attend = listen_in },
		TYPES("SYSCALL", "EXECVE", "CWD", "PATH", "PROCTITLE"));
	compare(&(struct rule){ .name = "audit of an exec by descriptor",
				.expect = "runs",
				.by_fd = true,
				.attend = listen_in },
		TYPES("EXECVE", "CWD", "PROCTITLE"));
	compare(&(struct rule){ .name = "audit of an exec by SPAWN_PATH",
				.expect = "runs",
				.by_path = true,
				.attend = listen_in },
		TYPES("SYSCALL", "EXECVE", "CWD", "PATH", "PROCTITLE"));
	compare(&(struct rule){ .name = "audit of an exec by ASYNC",
				.expect = "runs",
				.flags = SPAWN_TEMPLATE_SPAWN_ASYNC,
				.attend = listen_in },
		TYPES("SYSCALL", "EXECVE", "CWD", "PATH", "PROCTITLE"));
	compare(&(struct rule){ .name = "audit of an exec of a missing file by SPAWN_PATH",
				.expect = "ENOENT at exec",
				.path = "/nowhere/probe",
				.by_path = true,
				.attend = listen_in },
		TYPES("SYSCALL", "CWD", "PROCTITLE"));
	end_audit();
}

static void remount_noexec(const struct rule *rule)
{
	must(mount("none", rule->text, NULL, MS_REMOUNT | MS_NOEXEC, NULL));
}

/* Undo the remount for the next attempt. */
static void remount_plainly(const struct rule *rule)
{
	must(mount("none", rule->text, NULL, MS_REMOUNT, NULL));
}

/* The kernel denies exec in the child, after the template was made. */
RULES(denied_exec)
{
	char *folder = in_scratch("mount");

	must(mkdir(folder, 0755));
	must(mount("none", folder, "tmpfs", 0, NULL));
	copy_file(PROBE, in_scratch("mount/probe"), 0755);
	begin_audit();
	compare(&(struct rule){ .name = "audit of an exec that is denied",
				.expect = "EACCES at exec",
				.path = in_scratch("mount/probe"),
				.confine = remount_noexec,
				.tidy = remount_plainly,
				.text = folder,
				.template_first = true,
				.attend = listen_in },
		TYPES("SYSCALL", "CWD", "PROCTITLE"));
	end_audit();
	must(umount(folder));
}

/* Without a template no exec is tried, so none is recorded. */
RULES(no_such_program)
{
	const struct rule rule = { .name = "audit of an exec of a missing file",
				   .expect = "ENOENT at exec",
				   .path = "/nowhere/probe",
				   .attend = listen_in };

	begin_audit();
	try_rule(&rule);
	show();
	note_row(&(struct rule){ .name = text("%s: SYSCALL", rule.name),
				 .expect = "a record",
				 .spawn = "none",
				 .note = "the template cannot be made: the call that fails is an "
					 "ioctl, and no exec is tried" },
		 strstr(records[false], "SYSCALL") ? "a record" : "none",
		 strstr(records[true], "SYSCALL") ? "a record" : "none");
	end_audit();
}

RULES(an_action)
{
	int fd;

	begin_audit();
	fd = lowest_free_fd();
	compare(&(struct rule){ .name = "audit of an OPEN",
				.expect = "runs",
				.actions = open_action("/etc/passwd", O_RDONLY, fd),
				.count = 1,
				.attend = listen_in },
		TYPES("SYSCALL", "OPENAT2", "CWD", "PATH"));
	compare(&(struct rule){ .name = "audit of an OPEN that fails",
				.expect = "ENOENT in an action",
				.actions = open_action("/etc/nothing", O_RDONLY, fd),
				.count = 1,
				.attend = listen_in },
		TYPES("SYSCALL", "OPENAT2", "CWD", "PATH"));
	end_audit();
}

/*
 * A call that is restarted after a signal is recorded as a new call, each time.
 */
static int stop_twice(const struct rule *rule, pid_t caller)
{
	pid_t child;
	int i;

	begin_listening();
	child = child_in_open(caller);
	for (i = 0; i < 2; i++) {
		must(kill(child, SIGSTOP));
		wait_for_state(child, "T");
		must(kill(child, SIGCONT));
		wait_for_state(child, "S");
	}
	open_other_end(rule->text);
	return end_listening(caller);
}

RULES(an_action_that_signals_restart)
{
	char *fifo = make_fifo("again");
	const struct spawn_template_syscall call = {
		.nr = SYS_openat2,
		.args = { AT_FDCWD, (uintptr_t)fifo,
			  (uintptr_t)&(struct open_how){ .flags = O_RDONLY },
			  sizeof(struct open_how) },
	};
	const struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_SYSCALL,
						      .arg = (uintptr_t)&call };

	begin_audit();
	compare(&(struct rule){ .name = "audit of an OPEN that signals interrupt",
				.expect = "runs",
				.text = fifo,
				.actions = open_action(fifo, O_RDONLY, lowest_free_fd()),
				.count = 1,
				.attend = stop_twice },
		TYPES("SYSCALL", "OPENAT2", "CWD", "PATH"));
	compare(&(struct rule){ .name = "audit of openat2 that signals interrupt",
				.expect = "runs",
				.text = fifo,
				.actions = &action,
				.count = 1,
				.attend = stop_twice },
		/*
		 * No SYSCALL here: the two ways return different descriptor
		 * numbers.
		 */
		TYPES("OPENAT2", "CWD", "PATH"));
	end_audit();
}

/* word[0]: the system call; word[1]: the filter's verdict on it. */
static void filter(const struct rule *rule)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->word[0], 0, 1),
		BPF_STMT(BPF_RET | BPF_K, rule->word[1]),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

RULES(seccomp)
{
	begin_audit();
	compare(&(struct rule){ .name = "audit of seccomp LOG",
				.expect = "runs",
				.confine = filter,
				.word = { SYS_dup3, SECCOMP_RET_LOG },
				.actions = &every_action()->list[EVERY_DUP3],
				.count = 1,
				.template_first = true,
				.attend = listen_in },
		TYPES("SECCOMP"));
	compare(&(struct rule){ .name = "audit of seccomp KILL_PROCESS",
				.expect = "dies of SIGSYS",
				.confine = filter,
				.word = { SYS_dup3, SECCOMP_RET_KILL_PROCESS },
				.actions = &every_action()->list[EVERY_DUP3],
				.count = 1,
				.template_first = true,
				.attend = listen_in },
		TYPES("SECCOMP"));
	end_audit();
}

static void be_nobody(const struct rule *rule)
{
	(void)rule;
	become_nobody();
}

RULES(capable_and_crashing_programs)
{
	struct vfs_cap_data raw = { VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
				    { { 1 << CAP_NET_RAW, 0 }, { 0, 0 } } };
	const char *capable = own_probe("capable");

	must(setxattr(capable, "security.capability", &raw, XATTR_CAPS_SZ_2, 0));
	begin_audit();
	compare(&(struct rule){ .name = "audit of file capabilities",
				.expect = "runs",
				.path = capable,
				.confine = be_nobody,
				.attend = listen_in },
		TYPES("SYSCALL", "BPRM_FCAPS", "PATH"));
	compare(&(struct rule){ .name = "audit of a crash",
				.expect = "dies of SIGSEGV",
				.argv = ARGV("probe", "kill", "11"),
				.attend = listen_in },
		TYPES("SYSCALL", "ANOM_ABEND"));
	end_audit();
}

/*
 * Write a program whose second segment cannot be mapped. exec fails after it
 * dropped the old mm.
 */
static const char *program_without_room(void)
{
	struct elf_file elf = elf_read(PROBE);
	Elf64_Phdr *second = elf_segment(&elf, PT_LOAD, elf_segment(&elf, PT_LOAD, NULL));

	check(second);
	second->p_vaddr |= 0xffff800000000000;
	return elf_write(&elf, "no-room");
}

/* The child dies. The record must show that execve failed, and the error. */
RULES(exec_that_fails_late)
{
	const char *path = program_without_room();
	const struct {
		const char *name;
		bool any_format;
		uint64_t flags;
	} ways[] = {
		{ "by SPAWN_PATH" },
		{ "by ASYNC and SPAWN_PATH", .flags = SPAWN_TEMPLATE_SPAWN_ASYNC },
		{ "by a template of any format", .any_format = true },
	};
	size_t i;

	begin_audit();
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		compare(&(struct rule){ .name = text("audit of an exec that fails late, %s",
						     ways[i].name),
					.expect = "dies of SIGSEGV",
					.path = path,
					.by_path = !ways[i].any_format,
					.any_format = ways[i].any_format,
					.flags = ways[i].flags,
					.attend = listen_in },
			TYPES("SYSCALL", "CWD", "PATH", "PROCTITLE", "ANOM_ABEND"));
		check(strstr(facts_with(records[false], "SYSCALL"), " success=no exit=-"));
	}
	end_audit();
}

SUITE("security_audit",
      T(exec),
      T(denied_exec),
      T(no_such_program),
      T(exec_that_fails_late),
      T(an_action),
      T(an_action_that_signals_restart),
      T(seccomp),
      T(capable_and_crashing_programs));
