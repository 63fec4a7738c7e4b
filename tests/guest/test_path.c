// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_path.c - a spawn by path finds and does what execvp(3) and execve(2) do
 *
 * Most tests run each case twice: by execvp or execve in a forked child, and by
 * a spawn. Both must give the same output, or the same errno.
 */
#include "common.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

/* The limit of one string, so also of the number of directories in PATH. */
#define LONGEST_PATH (128 << 10)

static struct spawn_template_result result;

/* Spawn by path. Returns the status and output, or "errno N". */
static char *by_spawn(const char *file, const char *path)
{
	char output[4096] = "";
	int ends[2];
	pid_t pid;

	must(pipe2(ends, O_CLOEXEC));
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_DUP2,
						.fd = ends[1],
						.newfd = STDOUT_FILENO };
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV((char *)file, "echo", "a b"),
		.actions = (uintptr_t)&action,
		.actions_len = 1,
		.result = (uintptr_t)&result,
	};
	pid = sys_spawn_path(file, path, &args);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		check_eq(result.error, -pid);
		check_eq(count_children(), 0);
		return text("errno %d", -pid);
	}
	check(read(ends[0], output, sizeof(output) - 1) >= 0);
	close(ends[0]);
	return text("status %d: %s", wait_for(pid), output);
}

/*
 * Do the same with execvp and 'path' as PATH, or with execve if 'path' is NULL.
 */
static char *by_exec(const char *file, const char *path)
{
	char output[4096] = "";
	int ends[2], status;
	pid_t pid;

	must(pipe2(ends, O_CLOEXEC));
	pid = must(fork());
	if (!pid) {
		char *argv[] = { (char *)file, "echo", "a b", NULL }, *envp[] = { NULL };

		dup2(ends[1], STDOUT_FILENO);
		if (path) {
			setenv("PATH", path, 1);
			execvpe(file, argv, envp);
		} else {
			execve(file, argv, envp);
		}
		_exit(errno);
	}
	close(ends[1]);
	check(read(ends[0], output, sizeof(output) - 1) >= 0);
	close(ends[0]);
	status = wait_for(pid);
	if (!output[0] && status)
		return text("errno %d", status);
	return text("status %d: %s", status, output);
}

static void same(const char *file, const char *path)
{
	check_str(by_spawn(file, path), by_exec(file, path));
}

static void script(const char *path, const char *content, mode_t mode)
{
	write_whole(path, content, strlen(content), mode);
}

/* Make a directory in the scratch directory. */
static char *folder(const char *name)
{
	char *path = in_scratch("%s", name);

	if (mkdir(path, 0755) && errno != EEXIST)
		check_failed(__FILE__, __LINE__, "mkdir %s: %s", path, strerror(errno));
	return path;
}

static void absolute_path(void)
{
	same(PROBE, NULL);
	same("/bin/echo", NULL);
	same("/nowhere/at-all", NULL);
	same("/etc/passwd", NULL);
	same("/etc", NULL);
	same("/etc/passwd/x", NULL);
	same("", NULL);
}

static void relative_path(void)
{
	must(chdir("/bin"));
	same("echo", NULL);
	same("./echo", NULL);
	same("../bin/echo", NULL);
	same("no-such-program", NULL);
	must(chdir("/"));
	same("echo", NULL);
	same("bin/echo", NULL);
}

static void found_along_the_path(void)
{
	char *one = folder("one"), *two = folder("two");

	copy_file(PROBE, text("%s/tool", two), 0755);
	same("tool", text("%s:%s", one, two));
	same("tool", text("%s", two));
	same("tool", text("%s:%s", two, one));
	same("tool", text("%s::%s", one, two));
	same("tool", text("/nowhere:%s", two));
	same("tool", text("/etc/passwd:%s", two)); /* ENOTDIR */
	same("tool", one);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_eq(result.action, 0);
	same("other", text("%s:%s:/nowhere", one, two));
	check_eq(result.action, 2);
}

static void empty_directories_are_the_working_directory(void)
{
	char *two = folder("two");

	copy_file(PROBE, text("%s/tool", two), 0755);
	must(chdir(two));
	same("tool", "");
	same("tool", ":/nowhere");
	same("tool", "/nowhere:");
	same("tool", "/nowhere::/nowhere");
	must(chdir("/"));
	same("tool", "");
	same("tool", "/nowhere:");
}

static void a_slash_needs_no_path(void)
{
	char *two = folder("two");

	copy_file(PROBE, text("%s/tool", two), 0755);
	must(chdir(scratch));
	same("two/tool", "/nowhere");
	same("./tool", two);
	must(chdir("/"));
}

static void search_after_eacces(void *unused)
{
	char *one = folder("one"), *two = folder("two"), *three = folder("three");

	(void)unused;
	/* 'one' has the file without x, 'two' has it with x */
	same("tool", text("%s:%s", one, two));
	same("tool", text("%s:%s", one, three)); /* 'three' does not have it: EACCES */
	same("tool", text("%s:/nowhere", one));
	same("tool", text("/nowhere:%s:/nowhere:%s", one, one));
	same("tool", text("%s", one));
}

static void the_search_goes_on_after_eacces(void)
{
	char *one = folder("one"), *two = folder("two");

	folder("three");
	copy_file(PROBE, text("%s/tool", one), 0644);
	copy_file(PROBE, text("%s/tool", two), 0755);
	in_child(search_after_eacces, NULL);
	in_child_as_nobody(search_after_eacces, NULL);
	must(chmod(one, 0700));
	in_child_as_nobody(search_after_eacces, NULL);
}

static void other_errors_end_the_search(void)
{
	char *one = folder("one"), *two = folder("two");
	char *argv[] = { "tool", NULL };
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv,
						  .result = (uintptr_t)&result };

	/*
	 * A file of no known format: execvp would start a shell, the module
	 * does not.
	 */
	script(text("%s/tool", one), "exit 3\n", 0755);
	copy_file(PROBE, text("%s/tool", two), 0755);
	check_eq(sys_spawn_path("tool", text("/nowhere:%s:%s", one, two), &args), -ENOEXEC);
	check_eq(result.action, 1);
	/* No directory is searched for an empty name. */
	check_eq(sys_spawn_path("", text("%s:%s", one, two), &args), -ENOENT);
	/* A symbolic link to itself: ELOOP. */
	unlink(text("%s/tool", one));
	must(symlink("tool", text("%s/tool", one)));
	same("tool", text("%s:%s", one, two));
	/* A file that is open for writing: ETXTBSY. */
	int fd = must(open(text("%s/tool", two), O_WRONLY | O_CLOEXEC));

	same("tool", text("%s:/bin", two));
	close(fd);
}

static void too_long(void)
{
	char *name = text("%0256d", 0), *dir = text("/%04090d", 0), *two = folder("two");

	check_str(by_spawn(name, "/bin"), text("errno %d", ENAMETOOLONG));
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_ARGS);
	same(name, "/bin");
	copy_file(PROBE, text("%s/tool", two), 0755);
	same("tool", text("%s:%s", dir, two)); /* too long with the name appended */
	same("tool", text("%s%s:%s", dir, dir, two)); /* too long without the name */
	check_str(by_spawn(text("/%05000d", 0), NULL), text("errno %d", ENAMETOOLONG));
	same(text("/%05000d", 0), NULL);
	/*
	 * A PATH as long as the limit of one string is searched. A longer one
	 * gives E2BIG.
	 */
	same("tool", text("%s:%0100000d", two, 0));
	check_str(by_spawn("tool", text("%s:%0140000d", two, 0)), text("errno %d", E2BIG));
}

static void scripts_run(void)
{
	char *path = in_scratch("a-script");

	script(path, "#!/bin/sh\necho \"$0\" \"$@\"\n", 0755);
	same(path, NULL);
	same("a-script", scratch);
	script(path, "#!/nowhere/sh\n", 0755);
	same(path, NULL);
	same("a-script", text("%s:/bin", scratch));
	script(path, "#!\n", 0755);
	same(path, NULL);
	script(path, "", 0755);
	same(path, NULL);
	unlink(path);
}

static char *facts_by_path(const char *file, const char *path, const char *section)
{
	char *report = in_scratch_new("facts-by-path");
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "facts", report, (char *)section)
	};
	char *facts;

	write_text(report, "");
	check_eq(wait_for(sys_spawn_path(file, path, &args)), 0);
	facts = read_whole(report, NULL);
	unlink(report);
	return facts;
}

/* comm, exe and AT_EXECFN are those of an execve of the path that was found. */
static void names_are_those_of_the_found_file(void)
{
	char *two = folder("two"), *tool = text("%s/tool", two), *facts;

	copy_file(PROBE, tool, 0755);
	facts = facts_by_path("tool", text("/nowhere:%s", two), "exec");
	check_str(fact(facts, "execfn"), tool);
	check_str(fact(facts, "comm"), "tool");
	check_str(fact(facts, "exe"), tool);
	must(chdir(two));
	facts = facts_by_path("./tool", NULL, "exec");
	check_str(fact(facts, "execfn"), "./tool");
	must(chdir("/"));
}

/* The child looks the name up, after its actions. */
static void looked_up_in_the_child(void)
{
	char *two = folder("two"), *argv[] = { "tool", "exit", "5", NULL };
	int fd;

	copy_file(PROBE, text("%s/tool", two), 0755);
	fd = must(open(two, O_PATH | O_DIRECTORY | O_CLOEXEC));
	struct spawn_template_action action = { .type = SPAWN_TEMPLATE_ACTION_FCHDIR, .fd = fd };
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv,
						  .actions = (uintptr_t)&action,
						  .actions_len = 1 };

	check_eq(wait_for(sys_spawn_path("./tool", NULL, &args)), 5);
	check_eq(wait_for(sys_spawn_path("tool", "", &args)), 5);
	close(fd);
}

static void arguments_are_checked(void)
{
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV("probe", "exit", "0"),
						  .result = (uintptr_t)&result };
	struct spawn_template_path_args good = { .spawn = (uintptr_t)&args,
						 .spawn_size = sizeof(args),
						 .file = (uintptr_t)PROBE };
	struct spawn_template_path_args bad;
	int template = template_of(PROBE);

	bad = good;
	bad.flags = 1;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &bad)), EINVAL);
	bad = good;
	bad.pad = 1;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &bad)), EINVAL);
	bad = good;
	bad.file = 0;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &bad)), EINVAL);
	bad = good;
	bad.spawn_size = SPAWN_TEMPLATE_SPAWN_ARGS_SIZE_VER0 - 1;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &bad)), EINVAL);
	bad = good;
	bad.spawn = 8;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &bad)), EFAULT);
	bad = good;
	bad.file = 8;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &bad)), EFAULT);
	bad = good;
	bad.file = (uintptr_t)"probe";
	bad.path = 8;
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &bad)), EFAULT);
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, 8)), EFAULT);
	check_eq(error_of(ioctl(template, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &good)), ENOTTY);
	check_eq(wait_for(must(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN_PATH, &good))), 0);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_NONE);
	close(template);
}

/* SIGKILL ends a search of the longest possible PATH. */
static void killed_in_a_search(void)
{
	char *argv[] = { "no-such-program", NULL }, *list = malloc(LONGEST_PATH);
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv,
						  .flags = SPAWN_TEMPLATE_SPAWN_ASYNC };
	int i;

	memset(list, ':', LONGEST_PATH - 1);
	list[LONGEST_PATH - 1] = '\0';
	for (i = 0; i < 10; i++) {
		pid_t pid = sys_spawn_path("no-such-program", list, &args);

		check(pid > 0);
		usleep(1000 * i);
		must(kill(pid, SIGKILL));
		check_eq(wait_for(pid), 128 + SIGKILL);
	}
	free(list);
}

/*
 * The filters judge every attempt as execve(2). An errno of theirs counts like
 * the call's own.
 */
static void attempts_are_filtered_in_child(void *unused)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	(void)unused;
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
	check_str(by_spawn(PROBE, NULL), text("errno %d", EACCES));
	check_str(by_spawn("probe", "/nowhere:/nowhere"), text("errno %d", EACCES));
	check_eq(result.action, 1);
}

static void attempts_are_filtered(void)
{
	in_child(attempts_are_filtered_in_child, NULL);
}

SUITE("path", T(absolute_path), T(relative_path), T(found_along_the_path),
      T(empty_directories_are_the_working_directory), T(a_slash_needs_no_path),
      T(the_search_goes_on_after_eacces), T(other_errors_end_the_search), T(too_long), T(scripts_run),
      T(names_are_those_of_the_found_file), T(looked_up_in_the_child), T(killed_in_a_search),
      T(arguments_are_checked), T(attempts_are_filtered));
