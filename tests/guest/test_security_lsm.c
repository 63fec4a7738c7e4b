// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_security_lsm.c - what security modules, mounts, credentials, namespaces
 * and keyrings forbid to vfork and execve, they forbid to a spawn
 */
#include "common_security.h"
#include "common_trace.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/xattr.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

#define OTHER_CREDENTIALS "the caller's credentials changed after the template was made"
#define OTHER_MOUNT "the path now names another file or mount, so the template is stale"

static void be_nobody(const struct rule *rule)
{
	(void)rule;
	become_nobody();
}

/* Write a script whose interpreter is probe, which prints its facts. */
static char *own_script(const char *name)
{
	char *path = in_scratch_new(name), *content = text("#!%s script\n", PROBE);

	write_whole(path, content, strlen(content), 0755);
	return path;
}

/* --- Landlock --- */

static int landlock_version(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* Deny the rights word[0], except below the directory 'text'. */
static void landlock(const struct rule *rule)
{
	struct landlock_ruleset_attr attributes = { .handled_access_fs = rule->word[0] };
	struct landlock_path_beneath_attr beneath = { .allowed_access = rule->word[0] };
	int ruleset;

	ruleset = must(syscall(SYS_landlock_create_ruleset, &attributes, sizeof(uint64_t), 0));
	if (rule->text) {
		beneath.parent_fd = must(open(rule->text, O_PATH | O_CLOEXEC));
		must(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath,
			     0));
		close(beneath.parent_fd);
	}
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must(syscall(SYS_landlock_restrict_self, ruleset, 0));
	close(ruleset);
}

RULES(landlock_execute)
{
	const char *folder = in_scratch("allowed"), *good;

	must(mkdir(folder, 0755));
	good = own_probe("allowed/probe");
	try_rule(&(struct rule){ .name = "Landlock: a program that may not be executed",
				 .expect = "EACCES at exec",
				 .confine = landlock,
				 .word = { LANDLOCK_ACCESS_FS_EXECUTE } });
	try_rule(&(struct rule){
		.name = "Landlock: a program that may not be executed, by descriptor",
		.expect = "EACCES at exec",
		.confine = landlock,
		.word = { LANDLOCK_ACCESS_FS_EXECUTE },
		.by_fd = true });
	try_rule(&(struct rule){
		.name = "Landlock: a program that may not be executed, descriptor and template made before",
		.expect = "EACCES at exec",
		.confine = landlock,
		.word = { LANDLOCK_ACCESS_FS_EXECUTE },
		.by_fd = true,
		.template_first = true });
	try_rule(&(struct rule){ .name = "Landlock: a program that may be executed",
				 .expect = "runs",
				 .confine = landlock,
				 .word = { LANDLOCK_ACCESS_FS_EXECUTE },
				 .path = good,
				 .text = folder });
	try_rule(&(struct rule){
		.name = "Landlock: a program that may be executed, template made before",
		.expect = "runs",
		.spawn = "EACCES at exec",
		.note = OTHER_CREDENTIALS,
		.confine = landlock,
		.word = { LANDLOCK_ACCESS_FS_EXECUTE },
		.path = good,
		.text = folder,
		.template_first = true });
}

RULES(landlock_by_path)
{
	const char *folder = in_scratch("allowed"), *other = in_scratch("other"), *script;
	size_t i;
	struct {
		const char *name, *expect, *path, *search;
		bool any_format;
		uint64_t flags;
	} ways[] = {
		{ "SPAWN_PATH of a program that may not be executed", "EACCES at exec", PROBE },
		{ "SPAWN_PATH of a program that may be executed", "runs",
		  own_probe("allowed/probe") },
		{ "a search that first finds a program that may not be executed", "runs", "probe",
		  text("%s:%s", other, folder) },
		{ "a search that finds only programs that may not be executed", "EACCES at exec",
		  "probe", text("%s:/nowhere", other) },
		{ "ASYNC, a program that may not be executed", "EACCES at exec", PROBE,
		  .flags = SPAWN_TEMPLATE_SPAWN_ASYNC },
		{ "a script that may not be executed", "EACCES at exec", own_script("script"),
		  .any_format = true },
		{ "a script whose interpreter may not be executed", "EACCES at exec",
		  own_script("allowed/script"), .any_format = true },
		{ "a script that may be executed, as may its interpreter", "runs", NULL,
		  .any_format = true },
	};

	must(mkdir(other, 0755));
	own_probe("other/probe");
	script = in_scratch("allowed/good");
	write_whole(script, text("#!%s/probe script\n", folder),
		    strlen(folder) + strlen("#!/probe script\n"), 0755);
	ways[7].path = script;
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		try_rule(&(struct rule){ .name = text("Landlock: %s", ways[i].name),
					 .expect = ways[i].expect,
					 .path = ways[i].path,
					 .by_path = !ways[i].any_format && !ways[i].flags,
					 .any_format = ways[i].any_format,
					 .search = ways[i].search,
					 .flags = ways[i].flags,
					 .confine = landlock,
					 .word = { LANDLOCK_ACCESS_FS_EXECUTE },
					 .text = folder });
}

/*
 * The child restricts itself with a ruleset of the caller, whose descriptor is
 * close-on-exec.
 */

#define RULESET 50

static void have_ruleset(const struct rule *rule)
{
	struct landlock_ruleset_attr attributes = { .handled_access_fs =
							    LANDLOCK_ACCESS_FS_EXECUTE };
	struct landlock_path_beneath_attr beneath = { .allowed_access =
							      LANDLOCK_ACCESS_FS_EXECUTE };
	int ruleset;

	ruleset = must(syscall(SYS_landlock_create_ruleset, &attributes, sizeof(uint64_t), 0));
	beneath.parent_fd = must(open(rule->text, O_PATH | O_CLOEXEC));
	must(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0));
	must(dup3(ruleset, RULESET, O_CLOEXEC));
}

RULES(landlock_in_an_action)
{
	static struct spawn_template_syscall calls[] = {
		{ .nr = SYS_prctl, .args = { PR_SET_NO_NEW_PRIVS, 1 } },
		{ .nr = SYS_landlock_restrict_self, .args = { RULESET } },
	};
	const struct spawn_template_action list[] = { CALL_ACTION(&calls[0]),
						      CALL_ACTION(&calls[1]) };
	const char *folder = in_scratch("allowed");
	const struct {
		const char *name, *expect, *path;
		bool by_path;
		size_t first;
	} ways[] = {
		{ "the program may be executed", "runs", own_probe("allowed/probe") },
		{ "the program may not be executed", "EACCES at exec", PROBE },
		{ "the program may not be executed, SPAWN_PATH", "EACCES at exec", PROBE, true },
		{ "an ordinary user without no_new_privs", "EPERM in an action", PROBE, false, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		try_rule(&(struct rule){ .name = text("Landlock in an action: %s", ways[i].name),
					 .expect = ways[i].expect,
					 .path = ways[i].path,
					 .by_path = ways[i].by_path,
					 .enter = have_ruleset,
					 .confine = ways[i].first ? be_nobody : NULL,
					 .text = folder,
					 .actions = &list[ways[i].first],
					 .count = 2 - ways[i].first });
}

static void try_landlocked_open(const char *name, const char *expect, long access, int flags)
{
	const char *data = in_scratch("data");

	write_text(data, "secret");
	try_rule(&(struct rule){ .name = name,
				 .expect = expect,
				 .confine = landlock,
				 .word = { access },
				 .text = "/usr",
				 .actions = open_action(data, flags, 9),
				 .count = 1 });
}

RULES(landlock_open)
{
	try_landlocked_open("Landlock: OPEN to read, reading denied", "EACCES in an action",
			    LANDLOCK_ACCESS_FS_READ_FILE, O_RDONLY);
	try_landlocked_open("Landlock: OPEN to read, writing denied", "runs",
			    LANDLOCK_ACCESS_FS_WRITE_FILE, O_RDONLY);
	try_landlocked_open("Landlock: OPEN to write, writing denied", "EACCES in an action",
			    LANDLOCK_ACCESS_FS_WRITE_FILE, O_WRONLY);
	try_landlocked_open("Landlock: OPEN with O_PATH, reading denied", "runs",
			    LANDLOCK_ACCESS_FS_READ_FILE, O_PATH);
	if (landlock_version() >= 3)
		try_landlocked_open("Landlock: OPEN to truncate, truncating denied",
				    "EACCES in an action", LANDLOCK_ACCESS_FS_TRUNCATE,
				    O_WRONLY | O_TRUNC);
	try_rule(&(struct rule){ .name = "Landlock: OPEN to create, creating denied",
				 .expect = "EACCES in an action",
				 .confine = landlock,
				 .word = { LANDLOCK_ACCESS_FS_MAKE_REG },
				 .actions = open_action(in_scratch("new"), O_WRONLY | O_CREAT, 9),
				 .count = 1 });
}

static void landlock_and_new_device(const struct rule *rule)
{
	landlock(rule);
	device = must(open(SPAWN_TEMPLATE_DEVICE, O_RDWR | O_CLOEXEC));
}

RULES(landlock_ioctl)
{
	if (landlock_version() < 5)
		return;
	try_rule(&(struct rule){ .name = "Landlock: device ioctls denied, device opened before",
				 .expect = "runs",
				 .confine = landlock,
				 .word = { LANDLOCK_ACCESS_FS_IOCTL_DEV } });
	try_rule(&(struct rule){ .name = "Landlock: device ioctls denied, device opened after",
				 .expect = "runs",
				 .spawn = "EACCES at exec",
				 .note = "making a template is an ioctl of a device",
				 .confine = landlock_and_new_device,
				 .word = { LANDLOCK_ACCESS_FS_IOCTL_DEV } });
}

/* --- AppArmor --- */

#define PARSER "/usr/sbin/apparmor_parser"
#define APPARMOR "/sys/kernel/security/apparmor"

/*
 * outspawn-caller allows everything except exec. Each program's name says how
 * it may be executed.
 */
static const char profiles[] =
	"abi <kernel>,\n"
	"profile outspawn-caller flags=(attach_disconnected) {\n"
	"  /** rwlkm,\n  / r,\n  capability,\n  signal,\n  ptrace,\n  unix,\n  network,\n  mount,\n"
	"  %1$s/denied/ r,\n"
	"  %1$s/ix ix,\n"
	"  %1$s/px px -> outspawn-child,\n"
	"  %1$s/Px Px -> outspawn-child,\n"
	"  %1$s/cx cx -> inner,\n"
	"  %1$s/ux ux,\n"
	"  %1$s/Ux Ux,\n"
	"  %1$s/missing px -> outspawn-nowhere,\n"
	"  deny %1$s/secret rw,\n"
	"  deny %1$s/hidden/* rwlkmx,\n"
	"  profile inner flags=(attach_disconnected) {\n    /** rwm,\n  }\n"
	"}\n"
	"profile outspawn-child flags=(attach_disconnected) {\n"
	"  /** rwm,\n  deny %1$s/callers rw,\n"
	"}\n"
	/*
	 * A file on a mount of another namespace has no path in this profile.
	 */
	"profile outspawn-plain {\n"
	"  /** rwlkm,\n  / r,\n  capability,\n  mount,\n"
	"  %1$s/ix ix,\n"
	"  %1$s/denied/ r,\n"
	"}\n"
	"profile outspawn-unreadable flags=(attach_disconnected) {\n"
	"  /dev/** rw,\n  /proc/** rw,\n  %1$s/x/* ix,\n  %1$s/rule.facts rw,\n"
	"}\n"
	/*
	 * A file on no mount of this namespace has no path in this profile. So
	 * even stat(2) is denied.
	 */
	"profile outspawn-blind {\n"
	"  /dev/** rw,\n  /proc/** rw,\n"
	"}\n"
	"profile outspawn-complaining flags=(attach_disconnected,complain) {\n"
	"  /dev/** rw,\n"
	"}\n"
	"profile outspawn-attached %1$s/attached {\n  /** rwm,\n}\n";

static bool kernel_before(int major, int minor)
{
	struct utsname name;
	int is_major, is_minor;

	must(uname(&name));
	check_eq(sscanf(name.release, "%d.%d", &is_major, &is_minor), 2);
	return is_major < major || (is_major == major && is_minor < minor);
}

static bool has_apparmor(void)
{
	char *lsm = read_whole("/sys/kernel/security/lsm", NULL);

	return strstr(lsm, "apparmor") && !access(PARSER, X_OK);
}

static void load_profiles(const char *option)
{
	char *path = in_scratch("profiles");

	write_text(path, text(profiles, scratch));
	check_eq(system(text("%s %s %s", PARSER, option, path)), 0);
}

static void be_confined(const struct rule *rule)
{
	write_file("/proc/self/attr/current", text("changeprofile %s", rule->text));
}

static void be_confined_and_restrained(const struct rule *rule)
{
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	be_confined(rule);
}

/* Ask for another profile at the next exec. */
static void ask_for_profile(const struct rule *rule)
{
	write_file("/proc/self/attr/exec", text("exec %s", rule->text));
}

static void try_profile(const char *subject, const char *program, const char *expect)
{
	struct rule rule = { .name = text("AppArmor: %s", subject),
			     .expect = expect,
			     .path = own_probe(program),
			     .confine = be_confined,
			     .text = "outspawn-caller",
			     .facts = { "attr" },
			     .sections = { "security" } };

	try_rule(&rule);
	rule.name = text("AppArmor, SPAWN_PATH: %s", subject);
	rule.by_path = true;
	try_rule(&rule);
	rule.name = text("AppArmor, ASYNC: %s", subject);
	rule.by_path = false;
	rule.flags = SPAWN_TEMPLATE_SPAWN_ASYNC;
	try_rule(&rule);
	rule.name = text("AppArmor, a script: %s", subject);
	rule.flags = 0;
	rule.any_format = true;
	own_script(program);
	try_rule(&rule);
	own_probe(program);
}

RULES(apparmor)
{
	const char *secret = in_scratch("secret"), *path;

	write_text(secret, "secret");
	load_profiles("-r");
	try_profile("exec that the profile does not allow", "denied", "EACCES at exec");
	try_profile("exec in the same profile (ix)", "ix",
		    "runs, attr outspawn-caller (enforce)");
	try_profile("exec in a profile (px)", "px", "runs, attr outspawn-child (enforce)");
	try_profile("exec in a profile, with a scrubbed environment (Px)", "Px",
		    "runs, attr outspawn-child (enforce)");
	try_profile("exec in a child profile (cx)", "cx",
		    "runs, attr outspawn-caller//inner (enforce)");
	try_profile("exec without a profile (ux)", "ux", "runs, attr unconfined");
	try_profile("exec without a profile, with a scrubbed environment (Ux)", "Ux",
		    "runs, attr unconfined");
	try_profile("exec in a profile that does not exist", "missing", "EACCES at exec");
	try_rule(&(struct rule){ .name = "AppArmor: NO_NEW_PRIVS and exec without a profile (ux)",
				 .expect = "EPERM at exec",
				 .path = in_scratch("ux"),
				 .confine = be_confined,
				 .text = "outspawn-caller",
				 .flags = SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS });
	try_rule(&(struct rule){ .name = "AppArmor: template made before the caller is confined",
				 .expect = "runs",
				 .spawn = "EACCES at exec",
				 .note = OTHER_CREDENTIALS,
				 .path = in_scratch("ix"),
				 .confine = be_confined,
				 .text = "outspawn-caller",
				 .template_first = true });
	try_rule(&(struct rule){
		.name = "AppArmor: exec that is denied, descriptor and template made before",
		.expect = "EACCES at exec",
		.path = in_scratch("denied"),
		.by_fd = true,
		.confine = be_confined,
		.text = "outspawn-caller",
		.template_first = true });
	try_rule(&(struct rule){ .name = "AppArmor: OPEN of a denied file",
				 .expect = "EACCES in an action",
				 .path = in_scratch("ix"),
				 .confine = be_confined,
				 .text = "outspawn-caller",
				 .actions = open_action(secret, O_RDONLY, 9),
				 .count = 1 });
	try_rule(&(struct rule){ .name = "AppArmor: a profile that attaches by the program's path",
				 .expect = "runs, attr outspawn-attached (enforce)",
				 .path = own_probe("attached"),
				 .facts = { "attr" },
				 .sections = { "security" } });
	try_rule(&(struct rule){ .name = "AppArmor: aa_change_onexec",
				 .expect = "runs, attr outspawn-child (enforce)",
				 .confine = ask_for_profile,
				 .text = "outspawn-child",
				 .facts = { "attr" },
				 .sections = { "security" } });
	try_rule(&(struct rule){ .name = "AppArmor: no_new_privs and exec without a profile (ux)",
				 .expect = "EPERM at exec",
				 .path = in_scratch("ux"),
				 .confine = be_confined_and_restrained,
				 .text = "outspawn-caller",
				 .facts = { "attr" },
				 .sections = { "security" } });
	try_rule(&(struct rule){ .name = "AppArmor: a profile in complain mode",
				 .expect = "runs",
				 .path = in_scratch("denied"),
				 .confine = be_confined,
				 .text = "outspawn-complaining" });
	/* AppArmor replaces a descriptor that the new profile denies. */
	path = in_scratch("callers");
	write_text(path, "the caller's");
	try_rule(&(struct rule){ .name = "AppArmor: a descriptor that the new profile denies",
				 /* Newer kernels close the number instead. */
				 .expect = kernel_before(7, 0) ?
						   "runs, fd.9 /apparmor/.null flags=2 pos=0" :
						   "runs, fd.9 ?",
				 .path = in_scratch("px"),
				 .confine = be_confined,
				 .text = "outspawn-caller",
				 .actions = open_action(path, O_RDONLY, 9),
				 .count = 1,
				 .facts = { "fd.9" },
				 .sections = { "fds" } });
	must(mkdir(in_scratch("x"), 0755));
	try_rule(&(struct rule){ .name = "AppArmor: a program that may be executed and not read",
				 .expect = "runs, attr outspawn-unreadable (enforce)",
				 .spawn = kernel_before(6, 8) ? "EACCES at exec" : NULL,
				 .note = kernel_before(6, 8) ?
						 "making a template opens the file, for which this "
						 "kernel's AppArmor wants the right to read it" :
						 NULL,
				 .path = own_probe("x/probe"),
				 .confine = be_confined,
				 .text = "outspawn-unreadable",
				 .facts = { "attr" },
				 .sections = { "security" } });
	load_profiles("-R");
}

/*
 * The mounts of the child's namespace are copies. In it, AppArmor finds no path
 * for the caller's mounts.
 */
RULES(apparmor_in_a_mount_namespace)
{
	static struct spawn_template_syscall mounts = { .nr = SYS_unshare,
							.args = { CLONE_NEWNS } };
	const struct spawn_template_action unshares = CALL_ACTION(&mounts);
	struct rule rule = { .confine = be_confined,
			     .text = "outspawn-plain",
			     .actions = &unshares,
			     .count = 1,
			     .facts = { "attr" },
			     .sections = { "security" } };

	load_profiles("-r");
	rule.name = "AppArmor: exec in a mount namespace made by an action";
	rule.expect = "runs, attr outspawn-plain (enforce)";
	rule.path = own_probe("ix");
	try_rule(&rule);
	rule.name = "AppArmor: exec in a mount namespace made by an action, SPAWN_PATH";
	rule.by_path = true;
	try_rule(&rule);
	rule.name = "AppArmor: exec in a mount namespace made by an action, ASYNC";
	rule.by_path = false;
	rule.flags = SPAWN_TEMPLATE_SPAWN_ASYNC;
	try_rule(&rule);
	rule.name = "AppArmor: exec that is not allowed, in a mount namespace made by an action";
	rule.expect = "EACCES at exec";
	rule.path = own_probe("denied");
	rule.flags = 0;
	try_rule(&rule);
	load_profiles("-R");
}

/*
 * Exec of a program and of a text fail alike. So an open for exec shows nothing
 * of a file that may not be read.
 */
RULES(apparmor_hides_content)
{
	const char *program, *words = in_scratch("hidden/words");

	must(mkdir(in_scratch("hidden"), 0755));
	program = own_probe("hidden/probe");
	write_whole(words, "just words\n", 11, 0755);
	load_profiles("-r");
	try_rule(&(struct rule){ .name = "AppArmor: a program that may be neither read nor executed",
				 .expect = "EACCES at exec",
				 .path = program,
				 .confine = be_confined,
				 .text = "outspawn-caller" });
	try_rule(&(struct rule){
		.name = "AppArmor: a text file that may be neither read nor executed",
		.expect = "EACCES at exec",
		.path = words,
		.confine = be_confined,
		.text = "outspawn-caller" });
	load_profiles("-R");
}

/*
 * Before 6.8, AppArmor also asks for read permission at CREATE, which then
 * fails.
 */
static void check_hidden(int template)
{
	static const struct spawn_template_elf nothing;
	struct spawn_template_query query;

	if (kernel_before(6, 8)) {
		check_eq(template, -EACCES);
		return;
	}
	check(template >= 0);
	query = query_of(template);
	check(!memcmp(&query.elf, &nothing, sizeof(nothing)));
	check(strstr(read_whole(text("/proc/self/fdinfo/%d", template), NULL),
		     "template-elf:\ttype 0 machine 0 "));
	check_eq(spawn_and_wait(template), -EACCES);
}

/*
 * Make templates of three files, confined. Keep them until root has tried to
 * open the files for writing.
 */
static void hold_templates(const char *const paths[3], int ready, int done)
{
	int templates[3], i;
	char byte;

	be_confined(&(struct rule){ .text = "outspawn-caller" });
	for (i = 0; i < 3; i++)
		templates[i] = try_template(paths[i]);
	check_eq(write(ready, "x", 1), 1);
	check_eq(read(done, &byte, 1), 1);
	check_hidden(templates[0]);
	check_hidden(templates[1]);
	check_eq(spawn_and_wait(templates[2]), 0);
	_exit(0);
}

static void hide_and_write(void *unused)
{
	const char *paths[3] = { own_probe("hidden/probe"), in_scratch("hidden/words"),
				 own_probe("ix") };
	int ready[2], done[2], i;
	char byte;
	pid_t pid;

	(void)unused;
	write_whole(paths[1], "just words\n", 11, 0755);
	must(pipe2(ready, O_CLOEXEC));
	must(pipe2(done, O_CLOEXEC));
	pid = must(fork());
	if (!pid)
		hold_templates(paths, ready[1], done[0]);
	check_eq(read(ready[0], &byte, 1), 1);
	for (i = 0; i < 2; i++)
		close(must(open(paths[i], O_WRONLY | O_CLOEXEC)));
	check_eq(error_of(open(paths[2], O_WRONLY | O_CLOEXEC)), ETXTBSY);
	check_eq(write(done[1], "x", 1), 1);
	check_eq(wait_for(pid), 0);
}

static void apparmor_holds_no_hidden_file_if_there(void)
{
	if (!has_apparmor())
		skip();
	if (mkdir(in_scratch("hidden"), 0755) < 0)
		check_eq(errno, EEXIST);
	load_profiles("-r");
	in_child(hide_and_write, NULL);
	load_profiles("-R");
}

static void apparmor_in_a_mount_namespace_if_there(void)
{
	if (!has_apparmor())
		skip();
	apparmor_in_a_mount_namespace();
}

static void apparmor_hides_content_if_there(void)
{
	if (!has_apparmor())
		skip();
	apparmor_hides_content();
}

/* --- permission to stop a program --- */

#define STOPPED 0
#define KILLED 200 /* no errno, and not STOPPED */

/*
 * vfork, run the action, execve. Then the caller sends SIGSTOP. Returns STOPPED
 * or an errno.
 */
static __attribute__((noinline)) int stop_by_kill(const struct rule *rule)
{
	pid_t pid = vfork();
	siginfo_t info;
	int error, status;

	if (!pid) {
		if (rule->count) {
			const struct spawn_template_syscall *call =
				(void *)(uintptr_t)rule->actions[0].arg;

			syscall(call->nr, call->args[0], call->args[1], call->args[2]);
		}
		execve(rule->path, ARGV("probe", "exit", "0"), ARGV(NULL));
		_exit(127);
	}
	check(pid > 0);
	/*
	 * vfork returns before exec has set the label, so wait for the
	 * program's end. The permission to signal a zombie is the same.
	 */
	must(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	error = kill(pid, SIGSTOP) < 0 ? errno : STOPPED;
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
	return error;
}

static int stop_by_spawn(const struct rule *rule)
{
	struct spawn_template_result result = { 0 };
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("probe", "exit", "0"),
		.actions = (uintptr_t)rule->actions,
		.actions_len = rule->count,
		.flags = rule->flags | SPAWN_TEMPLATE_SPAWN_STOPPED,
		.result = (uintptr_t)&result,
	};
	int pid = sys_spawn(template_of(rule->path), &args), status;

	if (pid < 0) {
		check_eq(result.stage, SPAWN_TEMPLATE_STAGE_STOP);
		check_eq(result.error, -pid);
		check_eq(count_children(), 0);
		return -pid;
	}
	check_eq(waitpid(pid, &status, WUNTRACED), pid);
	if (WIFSIGNALED(status)) {
		check_eq(WTERMSIG(status), SIGKILL);
		return KILLED;
	}
	check(WIFSTOPPED(status));
	check_eq(process_state(pid), 'T');
	must(kill(pid, SIGKILL));
	check_eq(waitpid(pid, &status, 0), pid);
	return STOPPED;
}

static const char *stop_words(const struct rule *rule, bool spawns)
{
	pid_t pid = must(fork());
	int status;

	if (!pid) {
		if (rule->confine)
			rule->confine(rule);
		_exit(spawns ? stop_by_spawn(rule) : stop_by_kill(rule));
	}
	status = wait_for(pid);
	return status == STOPPED ? "stopped" :
	       status == KILLED	 ? "dies of SIGKILL" :
				   strerrorname_np(status) ?: "the test failed";
}

#define KILLED_INSTEAD \
	"a program that may not be stopped must not run, and the call has returned by then"

/*
 * A plain spawn fails with the errno of kill(2). An asynchronous child is
 * killed instead. But with filters the call waits, and fails with their errno.
 */
static void try_stop(struct rule rule, bool filtered)
{
	rule.name = text("stop: %s", rule.name);
	note_row(&rule, stop_words(&rule, false), stop_words(&rule, true));
	rule.name = text("%s, ASYNC", rule.name);
	rule.flags |= SPAWN_TEMPLATE_SPAWN_ASYNC;
	if (strcmp(rule.expect, "stopped") && !filtered) {
		rule.spawn = "dies of SIGKILL";
		rule.note = KILLED_INSTEAD;
	}
	note_row(&rule, stop_words(&rule, false), stop_words(&rule, true));
}

static void without_kill(const struct rule *rule)
{
	const uint64_t all = (1ULL << (CAP_LAST_CAP + 1)) - 1, rest = all & ~(1ULL << CAP_KILL);

	(void)rule;
	set_capabilities(rest, rest, 0);
}

/* word[0]: the verdict on kill(2) with SIGSTOP. */
static void with_filter(const struct rule *rule)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGSTOP, 0, 2),
		BPF_STMT(BPF_RET | BPF_K, rule->word[0]),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

RULES(stops)
{
	static struct spawn_template_syscall user = { .nr = SYS_setresuid,
						      .args = { NOBODY, NOBODY, NOBODY } };
	const struct spawn_template_action becomes = CALL_ACTION(&user);
	const char *setuid = own_probe("setuid");

	must(chmod(setuid, 04755));
	try_stop((struct rule){ .name = "an ordinary program", .expect = "stopped", .path = PROBE },
		 false);
	try_stop((struct rule){ .name = "an ordinary user's setuid program",
				.expect = "stopped",
				.path = setuid,
				.confine = be_nobody },
		 false);
	try_stop((struct rule){ .name = "another user's program",
				.expect = "stopped",
				.path = PROBE,
				.actions = &becomes,
				.count = 1 },
		 false);
	try_stop((struct rule){ .name = "another user's program, without CAP_KILL",
				.expect = "EPERM",
				.path = PROBE,
				.confine = without_kill,
				.actions = &becomes,
				.count = 1 },
		 false);
	try_stop((struct rule){ .name = "a filter that allows it",
				.expect = "stopped",
				.path = PROBE,
				.confine = with_filter,
				.word = { SECCOMP_RET_ALLOW } },
		 true);
	try_stop((struct rule){ .name = "a filter that denies it",
				.expect = "EBADFD",
				.path = PROBE,
				.confine = with_filter,
				.word = { SECCOMP_RET_ERRNO | EBADFD } },
		 true);
}

RULES(apparmor_stops)
{
	load_profiles("-r");
	try_stop((struct rule){ .name = "AppArmor, a program in the same profile",
				.expect = "stopped",
				.path = own_probe("ix"),
				.confine = be_confined,
				.text = "outspawn-caller" },
		 false);
	try_stop((struct rule){ .name = "AppArmor, a program in a profile that takes no signals",
				.expect = "EACCES",
				.path = own_probe("px"),
				.confine = be_confined,
				.text = "outspawn-caller" },
		 false);
	load_profiles("-R");
}

static void apparmor_stops_if_there(void)
{
	if (!has_apparmor())
		skip();
	apparmor_stops();
}

static void apparmor_if_there(void)
{
	if (!has_apparmor())
		skip();
	apparmor();
}

/* A template must not show what stat(2) denies. */
static void look_blindly(void *descriptor)
{
	static const struct spawn_template_key nothing;
	struct spawn_template_query query;
	int fd = *(int *)descriptor, template;
	struct stat status;
	char *size;

	must(fstat(fd, &status));
	size = text("size %llu ", (unsigned long long)status.st_size);
	be_confined(&(struct rule){ .text = "outspawn-blind" });
	check_eq(error_of(fstat(fd, &status)), EACCES);
	template = try_template_fd(fd);
	if (template < 0) {
		check_eq(template, -EACCES);
		return;
	}
	query = query_of(template);
	check(!memcmp(&query.key, &nothing, sizeof(nothing)));
	check(!strstr(read_whole(text("/proc/self/fdinfo/%d", template), NULL), size));
	check_eq(spawn_and_wait(template), -EACCES);
}

/* Without AppArmor the file can be seen, though its mount is detached. */
static void look_and_see(void *descriptor)
{
	int fd = *(int *)descriptor, template = template_of_fd(fd);
	struct stat status;

	must(fstat(fd, &status));
	check_eq(query_of(template).key.size, status.st_size);
	check_eq(query_of(template).key.ino, status.st_ino);
	check_eq(spawn_and_wait(template), 0);
}

static void apparmor_query_if_there(void)
{
	char *folder = in_scratch("gone");
	int fd;

	if (!has_apparmor())
		skip();
	must(mkdir(folder, 0755));
	must(mount("none", folder, "tmpfs", 0, NULL));
	fd = must(open(own_probe("gone/probe"), O_PATH | O_CLOEXEC));
	must(umount2(folder, MNT_DETACH));
	load_profiles("-r");
	in_child(look_and_see, &fd);
	in_child(look_blindly, &fd);
	load_profiles("-R");
	close(fd);
}

/* --- Yama --- */

#define PTRACE_SCOPE "/proc/sys/kernel/yama/ptrace_scope"

/* Try to trace the child. attempt->said is 0 or the errno. */
static void try_to_trace(pid_t pid)
{
	attempt->said = ptrace(PTRACE_SEIZE, pid, 0, 0) < 0 ? errno : 0;
}

static int another_process_traces(const struct rule *rule, pid_t caller)
{
	pid_t child, stranger;

	attempt->go = true;
	child = child_in_open(caller);
	stranger = must(fork());
	if (!stranger) {
		become_nobody();
		try_to_trace(child);
		_exit(0);
	}
	wait_status(stranger);
	open_other_end(rule->text);
	return wait_status(caller);
}

/*
 * Another process of the same user seizes the child during an OPEN, with this
 * ptrace_scope. The row compares how the seizing ends.
 */
static void try_scope(char scope, const char *expect)
{
	char *fifo = make_fifo(text("scope.%c", scope)), *words[2];
	struct rule rule = { .name = text("Yama, ptrace_scope %c: seized during an OPEN", scope),
			     .expect = "runs",
			     .confine = be_nobody,
			     .attend = another_process_traces,
			     .text = fifo,
			     .actions = open_action(fifo, O_RDONLY, 9),
			     .count = 1 };
	int i;

	must(chmod(fifo, 0666));
	write_file(PTRACE_SCOPE, text("%c", scope));
	for (i = 0; i < 2; i++) {
		check_str(try_way(&rule, i), "runs");
		words[i] = text("%s", attempt->said ? strerrorname_np(attempt->said) : "traced");
	}
	write_file(PTRACE_SCOPE, "0");
	rule.expect = expect;
	note_row(&rule, words[0], words[1]);
}

RULES(yama)
{
	try_scope('0', "traced");
	try_scope('1', "EPERM");
	try_scope('2', "EPERM");
}

/* --- IMA --- */

#define IMA_POLICY "/sys/kernel/security/ima/policy"
#define IMA_OWNER 54321

static void digest_of(const char *path, unsigned char digest[32])
{
	FILE *sum = popen(text("sha256sum %s", path), "r");
	int i;

	for (i = 0; i < 32; i++)
		check_eq(fscanf(sum, "%2hhx", &digest[i]), 1);
	pclose(sum);
}

RULES(ima)
{
	/* IMA_XATTR_DIGEST_NG, HASH_ALGO_SHA256 and a wrong digest. */
	unsigned char digest[34] = { 4, 4 };
	const char *path = own_probe("appraised");
	int fd;

	/*
	 * A policy cannot be removed, so it applies only to files of one owner.
	 */
	fd = must(open(IMA_POLICY, O_WRONLY | O_CLOEXEC));
	if (dprintf(fd, "appraise func=BPRM_CHECK fowner=%d\n", IMA_OWNER) < 0)
		check(errno == EACCES || errno == EPERM);
	close(fd);
	try_rule(&(struct rule){ .name = "IMA: a program that is not appraised",
				 .expect = "runs",
				 .path = path });
	must(chown(path, IMA_OWNER, 0));
	must(chmod(path, 0755));
	try_rule(&(struct rule){ .name = "IMA: an appraised program without a digest",
				 .expect = "EACCES at exec",
				 .path = path });
	must(setxattr(path, "security.ima", digest, sizeof(digest), 0));
	try_rule(&(struct rule){ .name = "IMA: an appraised program with a wrong digest",
				 .expect = "EACCES at exec",
				 .path = path });
	try_rule(&(struct rule){
		.name = "IMA: an appraised program with a wrong digest, by descriptor",
		.expect = "EACCES at exec",
		.path = path,
		.by_fd = true });
	digest_of(path, digest + 2);
	must(setxattr(path, "security.ima", digest, sizeof(digest), 0));
	try_rule(&(struct rule){ .name = "IMA: an appraised program with its digest",
				 .expect = "runs",
				 .path = path });
}

static void ima_if_there(void)
{
	if (access(IMA_POLICY, W_OK) < 0)
		skip();
	ima();
}

/* --- mounts --- */

/*
 * Mount a tmpfs of the caller's own at 'text', with probe on it and the flags
 * word[0].
 */
static void mount_there(const struct rule *rule)
{
	own_mounts();
	must(mount("none", rule->text, "tmpfs", 0, NULL));
	if (rule->any_format)
		own_script("mount/probe");
	else
		copy_file(PROBE, rule->path, 0755);
	must(chown(rule->path, NOBODY + 1, 0));
	must(chmod(rule->path, 04755));
	must(mount("none", rule->text, NULL, MS_REMOUNT | rule->word[0], NULL));
}

/* Set the flags word[0] on the mount after the template was made. */
static void remount(const struct rule *rule)
{
	must(mount("none", rule->text, NULL, MS_REMOUNT | rule->word[0], NULL));
}

/* Undo the remount for the next attempt. */
static void remount_plainly(const struct rule *rule)
{
	must(mount("none", rule->text, NULL, MS_REMOUNT, NULL));
}

/*
 * Use a mount that all attempts share, so that a template can be made before
 * the remount.
 */
static void try_remounted(const char *name, long flags, const char *expect, bool script)
{
	char *folder = in_scratch("remounted"), *path = in_scratch("remounted/probe");

	if (mkdir(folder, 0755) < 0)
		check_eq(errno, EEXIST);
	must(mount("none", folder, "tmpfs", 0, NULL));
	if (script)
		own_script("remounted/probe");
	else
		copy_file(PROBE, path, 0755);
	must(chown(path, NOBODY + 1, 0));
	must(chmod(path, 04755));
	try_rule(&(struct rule){ .name = name,
				 .expect = expect,
				 .path = path,
				 .any_format = script,
				 .confine = remount,
				 .tidy = remount_plainly,
				 .word = { flags },
				 .text = folder,
				 .template_first = true,
				 .facts = { "uid" },
				 .sections = { "ids" } });
	must(umount(folder));
}

RULES(mounts)
{
	char *folder = in_scratch("mount");
	static const struct {
		const char *name;
		long flags;
		const char *expect;
		bool by_path, script;
		uint64_t spawn;
	} kinds[] = {
		{ "an ordinary mount, setuid program", 0, "runs, uid 0 1001 1001" },
		{ "nosuid mount, setuid program", MS_NOSUID, "runs, uid 0 0 0" },
		{ "noexec mount", MS_NOEXEC, "EACCES at exec" },
		{ "an ordinary mount, setuid program, SPAWN_PATH", 0, "runs, uid 0 1001 1001",
		  .by_path = true },
		{ "nosuid mount, setuid program, SPAWN_PATH", MS_NOSUID, "runs, uid 0 0 0",
		  .by_path = true },
		{ "noexec mount, SPAWN_PATH", MS_NOEXEC, "EACCES at exec", .by_path = true },
		{ "an ordinary mount, setuid script", 0, "runs, uid 0 0 0", .script = true },
		{ "nosuid mount, setuid script", MS_NOSUID, "runs, uid 0 0 0", .script = true },
		{ "noexec mount, a script", MS_NOEXEC, "EACCES at exec", .script = true },
		{ "an ordinary mount, setuid program, NO_NEW_PRIVS", 0, "runs, uid 0 0 0",
		  .spawn = SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS },
	};
	size_t i;

	must(mkdir(folder, 0755));
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		try_rule(&(struct rule){ .name = text("mounts: %s", kinds[i].name),
					 .expect = kinds[i].expect,
					 .path = in_scratch("mount/probe"),
					 .text = folder,
					 .word = { kinds[i].flags },
					 .by_path = kinds[i].by_path,
					 .any_format = kinds[i].script,
					 .flags = kinds[i].spawn,
					 .confine = mount_there,
					 .facts = { "uid" },
					 .sections = { "ids" } });
	try_remounted("mounts: remounted nosuid after the template was made", MS_NOSUID,
		      "runs, uid 0 0 0", false);
	try_remounted("mounts: remounted noexec after the template was made", MS_NOEXEC,
		      "EACCES at exec", false);
	try_remounted("mounts: a script, remounted nosuid after the template was made", MS_NOSUID,
		      "runs, uid 0 0 0", true);
	try_remounted("mounts: a script, remounted noexec after the template was made", MS_NOEXEC,
		      "EACCES at exec", true);
}

/* --- credentials --- */

static void be_nobody_with_nnp(const struct rule *rule)
{
	(void)rule;
	become_nobody();
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static void set_nnp(const struct rule *rule)
{
	(void)rule;
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static void without_special_root(const struct rule *rule)
{
	(void)rule;
	must(prctl(PR_SET_SECUREBITS, 1 << 0 | 1 << 2));
}

static void with_ambient(const struct rule *rule)
{
	(void)rule;
	must(prctl(PR_SET_KEEPCAPS, 1));
	become_nobody();
	set_capabilities(1ULL << CAP_NET_RAW, 1ULL << CAP_NET_RAW, 1ULL << CAP_NET_RAW);
	must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0));
}

static void without_net_raw(const struct rule *rule)
{
	(void)rule;
	must(prctl(PR_CAPBSET_DROP, CAP_NET_RAW));
	become_nobody();
}

RULES(credentials)
{
	struct vfs_cap_data raw = { VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
				    { { 1 << CAP_NET_RAW, 0 }, { 0, 0 } } };
	const char *setuid = own_probe("setuid"), *setgid = own_probe("setgid");
	const char *capable = own_probe("capable"), *unreadable = own_probe("unreadable");
	const char *shut = own_probe("shut");

	must(chmod(setuid, 04755));
	must(chmod(setgid, 02755));
	must(chmod(unreadable, 0711));
	must(chmod(shut, 0700));
	must(setxattr(capable, "security.capability", &raw, XATTR_CAPS_SZ_2, 0));
#define AS(subject_, expect_, path_, confine_, ...) \
	try_rule(&(struct rule){ .name = "credentials: " subject_, \
				 .expect = expect_, \
				 .path = path_, \
				 .confine = confine_, \
				 .facts = { __VA_ARGS__ }, \
				 .sections = { "ids", "status", "exec" } })
	AS("an ordinary user", "runs, uid 1000 1000 1000, CapPrm 0000000000000000", PROBE,
	   be_nobody, "uid", "status.CapPrm");
	AS("setuid program", "runs, uid 1000 0 0", setuid, be_nobody, "uid");
	AS("setgid program", "runs, gid 1000 0 0", setgid, be_nobody, "gid");
	AS("setuid program, no_new_privs", "runs, uid 1000 1000 1000", setuid, be_nobody_with_nnp,
	   "uid");
	AS("file capabilities", "runs, CapPrm 0000000000002000, CapEff 0000000000002000", capable,
	   be_nobody, "status.CapPrm", "status.CapEff");
	AS("file capabilities, no_new_privs", "runs, CapPrm 0000000000000000", capable,
	   be_nobody_with_nnp, "status.CapPrm");
	AS("file capabilities outside the bounding set", "EPERM at exec", capable, without_net_raw,
	   "status.CapPrm");
	AS("ambient capabilities", "runs, CapPrm 0000000000002000, CapAmb 0000000000002000", PROBE,
	   with_ambient, "status.CapPrm", "status.CapAmb");
	AS("ambient capabilities, setuid program", "runs, CapAmb 0000000000000000", setuid,
	   with_ambient, "status.CapAmb");
	AS("securebits, root without capabilities",
	   "runs, CapPrm 0000000000000000, securebits 5", PROBE, without_special_root,
	   "status.CapPrm", "securebits");
	AS("execute-only program, dumpable", "runs, dumpable 0", unreadable, be_nobody,
	   "dumpable");
	AS("another user's program", "EACCES at exec", shut, be_nobody, "uid");
#undef AS
	try_rule(&(struct rule){
		.name = "credentials: setuid program, template made before no_new_privs was set",
		.expect = "runs, no_new_privs 1",
		.path = setuid,
		.confine = set_nnp,
		.template_first = true,
		.facts = { "no_new_privs" },
		.sections = { "security" } });
	try_rule(&(struct rule){ .name = "credentials: template made before the user changed",
				 .expect = "runs",
				 .spawn = "EACCES at exec",
				 .note = OTHER_CREDENTIALS,
				 .confine = be_nobody,
				 .template_first = true });
	try_rule(&(struct rule){ .name = "credentials: template of another user's program",
				 .expect = "EACCES at exec",
				 .path = shut,
				 .confine = be_nobody,
				 .template_first = true });
}

/*
 * The same for spawns by path, asynchronous spawns, scripts and NO_NEW_PRIVS.
 */
RULES(credentials_by_path_async_and_scripts)
{
	struct vfs_cap_data raw = { VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
				    { { 1 << CAP_NET_RAW, 0 }, { 0, 0 } } };
	const uint64_t async = SPAWN_TEMPLATE_SPAWN_ASYNC;
	const uint64_t nnp = SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS;
	const char *setuid = own_probe("setuid"), *setgid = own_probe("setgid");
	const char *capable = own_probe("capable"), *shut = own_probe("shut");
	const char *script = own_script("setuid-script"), *shut_script = own_script("shut-script");
	const char *interpreted = in_scratch("interpreted");

	must(chmod(setuid, 04755));
	must(chmod(setgid, 02755));
	must(chmod(script, 04755));
	must(chmod(shut, 0700));
	must(chmod(shut_script, 0700));
	write_whole(interpreted, text("#!%s script\n", setuid), strlen(setuid) + 10, 0755);
	must(setxattr(capable, "security.capability", &raw, XATTR_CAPS_SZ_2, 0));
#define AS(subject_, expect_, path_, fact_, confine_, ...)         \
	try_rule(&(struct rule){ .name = "credentials: " subject_, \
				 .expect = expect_,                \
				 .path = path_,                    \
				 .confine = confine_,              \
				 .facts = { fact_ },               \
				 .sections = { "ids", "status" },  \
				 __VA_ARGS__ })
	AS("setuid program, SPAWN_PATH", "runs, uid 1000 0 0", setuid, "uid", be_nobody,
	   .by_path = true);
	AS("setuid program, ASYNC", "runs, uid 1000 0 0", setuid, "uid", be_nobody, .flags = async);
	AS("setuid program, no_new_privs, SPAWN_PATH", "runs, uid 1000 1000 1000", setuid, "uid",
	   be_nobody_with_nnp, .by_path = true);
	AS("setuid program, NO_NEW_PRIVS", "runs, uid 1000 1000 1000", setuid, "uid", be_nobody,
	   .flags = nnp);
	AS("setuid program, NO_NEW_PRIVS, SPAWN_PATH", "runs, uid 1000 1000 1000", setuid, "uid",
	   be_nobody, .flags = nnp, .by_path = true);
	AS("setgid program, NO_NEW_PRIVS", "runs, gid 1000 1000 1000", setgid, "gid", be_nobody,
	   .flags = nnp);
	AS("file capabilities, NO_NEW_PRIVS", "runs, CapPrm 0000000000000000", capable,
	   "status.CapPrm", be_nobody, .flags = nnp);
	AS("file capabilities, SPAWN_PATH", "runs, CapPrm 0000000000002000", capable,
	   "status.CapPrm", be_nobody, .by_path = true);
	AS("file capabilities outside the bounding set, SPAWN_PATH", "EPERM at exec", capable,
	   "status.CapPrm", without_net_raw, .by_path = true);
	AS("another user's program, SPAWN_PATH", "EACCES at exec", shut, "uid", be_nobody,
	   .by_path = true);
	AS("another user's program, ASYNC", "EACCES at exec", shut, "uid", be_nobody,
	   .flags = async);
	AS("another user's script", "EACCES at exec", shut_script, "uid", be_nobody,
	   .any_format = true);
	AS("setuid script", "runs, uid 1000 1000 1000", script, "uid", be_nobody,
	   .any_format = true);
	AS("a script whose interpreter is a setuid program", "runs, uid 1000 0 0", interpreted,
	   "uid", be_nobody, .any_format = true);
#undef AS
}

/* --- programs that may be executed and not read --- */

#define NUMBERS 21
/*
 * The bytes that exec allows for strings and their pointers with the smallest
 * RLIMIT_STACK.
 */
#define ROOM (128 * 1024)

static struct {
	const char *path; /* the program's path */
	dev_t dev;
	ino_t ino;
	const struct tracer *tracer; /* tracer->first is the caller */
	int stops; /* stops of the caller's child */
	int left; /* times that the child left execve */
} locked;

/*
 * If the descriptor is one of the program's file, it must allow neither reading
 * nor mapping.
 */
static void check_unreadable(int fd)
{
	struct stat stat;
	char byte;

	must(fstat(fd, &stat));
	if (stat.st_dev != locked.dev || stat.st_ino != locked.ino)
		return;
	check_eq(error_of(read(fd, &byte, 1)), EBADF);
	check_eq(error_of(pread(fd, &byte, 1, 0)), EBADF);
	check(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	check_eq(errno, EBADF);
	check_eq(error_of(open(text("/proc/self/fd/%d", fd), O_RDONLY)), EACCES);
}

static void check_descriptors(pid_t pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), number, fd;

	check(pidfd >= 0);
	for (number = 0; number < NUMBERS; number++) {
		fd = syscall(SYS_pidfd_getfd, pidfd, number, 0);
		if (fd < 0)
			continue;
		check_unreadable(fd);
		close(fd);
	}
	close(pidfd);
}

static int look_at_descriptors(const struct seen *stop, int signal)
{
	if (stop->pid == locked.tracer->first)
		return signal;
	locked.stops++;
	locked.left += !stop->event && stopped_in_call(stop->pid, SYS_execve, LEAVES);
	check_descriptors(stop->pid);
	return signal;
}

/*
 * The arguments alone fit. With the program's name they do not, so exec fails
 * in the child.
 */
static void fail_to_execute(void *unused)
{
	static char long_one[ROOM - sizeof(char *)];
	struct spawn_template_result result;
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)ARGV(long_one),
						  .result = (uintptr_t)&result };

	(void)unused;
	memset(long_one, 'x', sizeof(long_one) - 1);
	must(setrlimit(RLIMIT_STACK, &(struct rlimit){ 4 * ROOM, 4 * ROOM }));
	check_eq(sys_spawn(template_of(locked.path), &args), -E2BIG);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
}

static void execute(void *unused)
{
	(void)unused;
	check_eq(spawn_and_wait(template_of(locked.path)), 0);
}

/* Trace as the user's own debugger, from the child's first stop to its end. */
static void debug(void (*function)(void *))
{
	struct tracer tracer = { .options = PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
					    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL,
				 .request = PTRACE_SYSCALL,
				 .at_stop = look_at_descriptors };

	locked.tracer = &tracer;
	locked.stops = locked.left = 0;
	check_eq(trace(&tracer, function, NULL), 0);
	check(locked.stops > 2);
	check_eq(locked.left, 1);
}

static void debug_as_nobody(void *unused)
{
	(void)unused;
	check_eq(error_of(open(locked.path, O_RDONLY)), EACCES);
	debug(fail_to_execute);
	debug(execute);
}

static void an_execute_only_program_cannot_be_read(void)
{
	struct stat stat;

	locked.path = own_probe("locked");
	must(chmod(locked.path, 0711));
	must(lstat(locked.path, &stat));
	locked.dev = stat.st_dev;
	locked.ino = stat.st_ino;
	in_child_as_nobody(debug_as_nobody, NULL);
}

/* --- system calls as actions --- */

#define OWN_UTS 50

static void be_nobody_with_a_namespace(const struct rule *rule)
{
	int fd = must(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC));

	must(dup3(fd, OWN_UTS, O_CLOEXEC));
	be_nobody(rule);
}

#define CALL_OF(call_, ...)                                \
	{                                                  \
		.nr = SYS_##call_, .args = { __VA_ARGS__ } \
	}
#define AT(thing) (uintptr_t)(thing)

/* A call that needs a privilege is refused to a caller without it. */
RULES(calls_that_need_a_privilege)
{
	static gid_t groups[] = { 0 };
	static struct rlimit limit = { 1 << 20, RLIM_INFINITY };
	static struct sched_param priority = { 1 };
	static struct __user_cap_header_struct own = { _LINUX_CAPABILITY_VERSION_3, 0 };
	static struct __user_cap_header_struct other = { _LINUX_CAPABILITY_VERSION_3, 1 };
	static struct __user_cap_data_struct data[2] = { { 0, 1 << CAP_SYS_CHROOT, 0 } };
	static struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	static struct sock_fprog filter = { 1, code };
	const struct {
		const char *name;
		struct spawn_template_syscall call;
		const char *expect; /* NULL: EPERM */
	} tries[] = {
		{ "setuid", CALL_OF(setuid, 0) },
		{ "setgid", CALL_OF(setgid, 0) },
		{ "setreuid", CALL_OF(setreuid, 0, 0) },
		{ "setregid", CALL_OF(setregid, 0, 0) },
		{ "setresuid", CALL_OF(setresuid, 0, 0, 0) },
		{ "setresgid", CALL_OF(setresgid, 0, 0, 0) },
		{ "setgroups", CALL_OF(setgroups, 1, AT(groups)) },
		{ "capset", CALL_OF(capset, AT(&own), AT(data)) },
		{ "capset of another process", CALL_OF(capset, AT(&other), AT(data)) },
		{ "PR_CAPBSET_DROP", CALL_OF(prctl, PR_CAPBSET_DROP, CAP_NET_RAW) },
		{ "PR_SET_SECUREBITS", CALL_OF(prctl, PR_SET_SECUREBITS, 1) },
		{ "PR_CAP_AMBIENT",
		  CALL_OF(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW) },
		{ "chroot", CALL_OF(chroot, AT("/")) },
		{ "unshare of a mount namespace", CALL_OF(unshare, CLONE_NEWNS) },
		{ "unshare of a user namespace", CALL_OF(unshare, CLONE_NEWUSER), "runs" },
		{ "setns", CALL_OF(setns, OWN_UTS, CLONE_NEWUTS) },
		{ "mount", CALL_OF(mount, AT("none"), AT("/"), AT("tmpfs")) },
		{ "umount2", CALL_OF(umount2, AT("/proc")) },
		{ "pivot_root", CALL_OF(pivot_root, AT("/"), AT("/")) },
		{ "sethostname", CALL_OF(sethostname, AT("x"), 1) },
		{ "prlimit64", CALL_OF(prlimit64, 0, RLIMIT_MEMLOCK, AT(&limit)) },
		{ "sched_setscheduler", CALL_OF(sched_setscheduler, 0, SCHED_FIFO, AT(&priority)) },
		{ "ioprio_set", CALL_OF(ioprio_set, IOPRIO_WHO_PROCESS, 0, 1 << 13) },
		{ "setpriority", CALL_OF(setpriority, PRIO_PROCESS, 0, -5), "EACCES in an action" },
		{ "seccomp", CALL_OF(seccomp, SECCOMP_SET_MODE_FILTER, 0, AT(&filter)),
		  "EACCES in an action" },
		{ "PR_SET_SECCOMP",
		  CALL_OF(prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, AT(&filter)),
		  "EACCES in an action" },
	};
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++)
		try_rule(&(struct rule){ .name = text("without privilege: %s", tries[i].name),
					 .expect = tries[i].expect ? tries[i].expect :
								     "EPERM in an action",
					 .confine = be_nobody_with_a_namespace,
					 .actions = &CALL_ACTION(&tries[i].call),
					 .count = 1 });
}

/*
 * A right that an action dropped is missing for the next action, and for exec.
 */
RULES(rights_dropped_by_an_action)
{
	static struct __user_cap_header_struct own = { _LINUX_CAPABILITY_VERSION_3, 0 };
	static struct __user_cap_data_struct none[2];
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umask, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	const char *setuid = own_probe("setuid"), *shut = own_probe("shut"), *hidden;
	const char *folder = in_scratch("root2"), *closed = in_scratch("closed2");
	struct spawn_template_syscall user = CALL_OF(setresuid, NOBODY, NOBODY, NOBODY);
	struct spawn_template_syscall groups = CALL_OF(setgroups, 0);
	struct spawn_template_syscall drop = CALL_OF(capset, AT(&own), AT(none));
	struct spawn_template_syscall nnp = CALL_OF(prctl, PR_SET_NO_NEW_PRIVS, 1);
	struct spawn_template_syscall root = CALL_OF(chroot, AT(folder));
	struct spawn_template_syscall confine =
		CALL_OF(seccomp, SECCOMP_SET_MODE_FILTER, 0, AT(&filter));
	struct spawn_template_syscall mask = CALL_OF(umask, 022);
	size_t i;

	must(mkdir(folder, 0755));
	must(mkdir(closed, 0755));
	own_probe("root2/probe");
	hidden = own_probe("closed2/probe");
	must(chmod(setuid, 04755));
	must(chmod(shut, 0700));
	must(chmod(closed, 0700));
	const struct {
		const char *name, *expect, *path, *fact;
		struct spawn_template_syscall *calls[2];
		bool by_path, by_fd;
		uint64_t flags;
	} tries[] = {
		{ "setresuid, root's program", "EACCES at exec", shut, NULL, { &user } },
		{ "setresuid, root's program, SPAWN_PATH",
		  "EACCES at exec",
		  shut,
		  NULL,
		  { &user },
		  .by_path = true },
		{ "setresuid, root's program, ASYNC",
		  "EACCES at exec",
		  shut,
		  NULL,
		  { &user },
		  .flags = SPAWN_TEMPLATE_SPAWN_ASYNC },
		{ "setresuid, a program in root's folder, SPAWN_PATH",
		  "EACCES at exec",
		  hidden,
		  NULL,
		  { &user },
		  .by_path = true },
		{ "setresuid, a descriptor of a program in root's folder",
		  "runs",
		  hidden,
		  NULL,
		  { &user },
		  .by_fd = true },
		{ "setresuid, a setuid program", "runs, uid 1000 0 0", setuid, "uid", { &user } },
		{ "setresuid, setgroups", "EPERM in an action", PROBE, NULL, { &user, &groups } },
		{ "setresuid, chroot", "EPERM in an action", PROBE, NULL, { &user, &root } },
		{ "capset, chroot", "EPERM in an action", PROBE, NULL, { &drop, &root } },
		{ "PR_SET_NO_NEW_PRIVS, setresuid, a setuid program",
		  "runs, uid 1000 1000 1000",
		  setuid,
		  "uid",
		  { &nnp, &user } },
		{ "chroot, a path inside, SPAWN_PATH",
		  "runs",
		  "/probe",
		  NULL,
		  { &root },
		  .by_path = true },
		{ "chroot, a path outside, SPAWN_PATH",
		  "ENOENT at exec",
		  PROBE,
		  NULL,
		  { &root },
		  .by_path = true },
		{ "chroot, a descriptor of a program outside",
		  "runs",
		  PROBE,
		  NULL,
		  { &root },
		  .by_fd = true },
		{ "a filter that denies the next action",
		  "EXDEV in an action",
		  PROBE,
		  NULL,
		  { &confine, &mask } },
		{ "a filter that denies execve", "EXDEV at exec", PROBE, NULL, { &confine } },
		{ "a filter that denies execve, SPAWN_PATH",
		  "EXDEV at exec",
		  PROBE,
		  NULL,
		  { &confine },
		  .by_path = true },
	};
	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		const struct spawn_template_action list[] = { CALL_ACTION(tries[i].calls[0]),
							      CALL_ACTION(tries[i].calls[1]) };

		try_rule(&(struct rule){ .name = text("after an action: %s", tries[i].name),
					 .expect = tries[i].expect,
					 .path = tries[i].path,
					 .facts = { tries[i].fact },
					 .sections = { "ids" },
					 .by_path = tries[i].by_path,
					 .by_fd = tries[i].by_fd,
					 .flags = tries[i].flags,
					 .actions = list,
					 .count = tries[i].calls[1] ? 2 : 1 });
	}
}

/* --- namespaces --- */

static void unshare_word(const struct rule *rule)
{
	must(unshare(rule->word[0]));
}

/*
 * Return to the namespace word[0] of the parent, whose file is 'text'. The
 * template was made in a new namespace.
 */
static void come_back(const struct rule *rule)
{
	int home = must(open(text("/proc/%d/ns/%s", getppid(), rule->text), O_RDONLY | O_CLOEXEC));

	must(setns(home, rule->word[0]));
	close(home);
}

/*
 * Actions move the child into a mount namespace that does not have the
 * template's mount.
 */
static void try_new_mounts(void)
{
	static struct spawn_template_syscall mounts = { .nr = SYS_unshare,
							.args = { CLONE_NEWNS } };
	static struct spawn_template_syscall user = { .nr = SYS_setresuid,
						      .args = { NOBODY, NOBODY, NOBODY } };
	const char *setuid = own_probe("setuid"), *folder = in_scratch("covered");
	const char *covered = in_scratch("covered/probe"), *other = own_probe("replaces");
	struct spawn_template_syscall covers = {
		.nr = SYS_mount,
		.args = { (uintptr_t) "none", (uintptr_t)folder, (uintptr_t) "tmpfs" }
	};
	struct spawn_template_syscall replaces = {
		.nr = SYS_mount, .args = { (uintptr_t)other, (uintptr_t)covered, 0, MS_BIND }
	};
	struct spawn_template_syscall private = {
		.nr = SYS_mount,
		.args = { (uintptr_t) "none", (uintptr_t) "/", 0, MS_REC | MS_PRIVATE }
	};
	struct spawn_template_syscall root = { .nr = SYS_chroot, .args = { (uintptr_t)folder } };
	const struct {
		const char *name, *expect, *path;
		struct spawn_template_syscall *call;
		const char *spawn, *note;
		bool by_path;
		uint64_t flags;
	} ways[] = {
		{ "a setuid program", "runs, uid 1000 0 0", setuid, &user },
		{ "a setuid program, SPAWN_PATH", "runs, uid 1000 0 0", setuid, &user,
		  .by_path = true },
		{ "a setuid program, ASYNC", "runs, uid 1000 0 0", setuid, &user,
		  .flags = SPAWN_TEMPLATE_SPAWN_ASYNC },
		{ "a mount that covers the program", "ENOENT at exec", covered, &covers },
		{ "another program mounted in its place", "runs, uid 0 0 0", covered, &replaces,
		  "ESTALE at exec", OTHER_MOUNT },
		{ "a root without the program", "ENOENT at exec", setuid, &root },
	};
	size_t i;

	must(chmod(setuid, 04755));
	must(mkdir(folder, 0755));
	copy_file(PROBE, covered, 0755);
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		const struct spawn_template_action list[] = { CALL_ACTION(&mounts),
							      CALL_ACTION(&private),
							      CALL_ACTION(ways[i].call) };

		try_rule(&(struct rule){ .name = text("mount namespace made by an action: %s",
						      ways[i].name),
					 .expect = ways[i].expect,
					 .spawn = ways[i].spawn,
					 .note = ways[i].note,
					 .path = ways[i].path,
					 .by_path = ways[i].by_path,
					 .flags = ways[i].flags,
					 .actions = list,
					 .count = 3,
					 .facts = { "uid" },
					 .sections = { "ids" } });
	}
}

RULES(namespaces)
{
	static const struct {
		const char *name, *fact;
		long flag;
	} kinds[] = {
		{ "mount", "=ns.mnt", CLONE_NEWNS },   { "uts", "=ns.uts", CLONE_NEWUTS },
		{ "ipc", "=ns.ipc", CLONE_NEWIPC },    { "net", "=ns.net", CLONE_NEWNET },
		{ "user", "=ns.user", CLONE_NEWUSER }, { "cgroup", "=ns.cgroup", CLONE_NEWCGROUP },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		try_rule(&(struct rule){
			.name = text("namespaces: %s, template made inside", kinds[i].name),
			.expect = text("runs, %s the caller's", kinds[i].fact + 1),
			.confine = unshare_word,
			.word = { kinds[i].flag },
			.facts = { kinds[i].fact },
			.sections = { "ns" } });
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct rule rule = { .name = text("namespaces: %s, template made before",
						  kinds[i].name),
				     .expect = text("runs, %s the caller's", kinds[i].fact + 1),
				     .confine = unshare_word,
				     .word = { kinds[i].flag },
				     .template_first = true,
				     .facts = { kinds[i].fact },
				     .sections = { "ns" } };

		if (kinds[i].flag == CLONE_NEWUSER) {
			rule.spawn = "EACCES at exec";
			rule.note = OTHER_CREDENTIALS;
		}
		if (kinds[i].flag == CLONE_NEWNS) {
			rule.spawn = "ESTALE at exec";
			rule.note = OTHER_MOUNT;
		}
		try_rule(&rule);
	}
	try_rule(&(struct rule){ .name = "namespaces: mount, descriptor and template made before",
				 .expect = "runs, ns.mnt the caller's",
				 .by_fd = true,
				 .confine = unshare_word,
				 .word = { CLONE_NEWNS },
				 .template_first = true,
				 .facts = { "=ns.mnt" },
				 .sections = { "ns" } });
	try_new_mounts();
	try_rule(&(struct rule){ .name = "namespaces: pid, the child is the first process",
				 .expect = "runs, ppid 0, pgid_is_own 0",
				 .confine = unshare_word,
				 .word = { CLONE_NEWPID },
				 .facts = { "ppid", "pgid_is_own" },
				 .sections = { "session" } });
	for (i = 0; i < 2; i++)
		try_rule(&(struct rule){
			.name = text("namespaces: mount, template made inside and used outside%s",
				     i ? ", by descriptor" : ""),
			.expect = "runs, ns.mnt the caller's",
			.spawn = i ? NULL : "ESTALE at exec",
			.note = i ? NULL : OTHER_MOUNT,
			.by_fd = i,
			.enter = unshare_word,
			.confine = come_back,
			.word = { CLONE_NEWNS },
			.text = "mnt",
			.template_first = true,
			.facts = { "=ns.mnt" },
			.sections = { "ns" } });
	for (i = 1; i < 4; i++)
		try_rule(&(struct rule){
			.name = text("namespaces: %s, template made inside and used outside",
				     kinds[i].name),
			.expect = text("runs, %s the caller's", kinds[i].fact + 1),
			.enter = unshare_word,
			.confine = come_back,
			.word = { kinds[i].flag },
			.text = kinds[i].name,
			.template_first = true,
			.facts = { kinds[i].fact },
			.sections = { "ns" } });
}

/*
 * Take a template that was made in a user namespace, into the namespace
 * outside.
 */
static void made_inside(const struct rule *rule)
{
	int sockets[2];
	pid_t pid;

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets));
	pid = must(fork());
	if (!pid) {
		must(unshare(CLONE_NEWUSER));
		send_fd(sockets[1], try_template(PROBE));
		_exit(0);
	}
	/* Use the received template instead of making one. */
	attempt->given = receive_fd(sockets[0]);
	wait_status(pid);
	close(sockets[0]);
	close(sockets[1]);
	(void)rule;
}

RULES(another_process)
{
	try_rule(&(struct rule){ .name = "namespaces: user, a template sent to a process outside",
				 .expect = "runs",
				 .spawn = "EACCES at exec",
				 .note = "a template works only in the process that made it",
				 .confine = made_inside });
}

/* --- chroot --- */

static void change_root(const struct rule *rule)
{
	must(chroot(rule->text));
	must(chdir("/"));
}

RULES(another_root)
{
	char *folder = in_scratch("root");

	must(mkdir(folder, 0755));
	own_probe("root/probe");
	try_rule(&(struct rule){ .name = "chroot: a path inside, template made after chroot",
				 .expect = "runs",
				 .path = "/probe",
				 .confine = change_root,
				 .text = folder });
	try_rule(&(struct rule){ .name = "chroot: a path outside, template made after chroot",
				 .expect = "ENOENT at exec",
				 .confine = change_root,
				 .text = folder });
	try_rule(&(struct rule){ .name = "chroot: a path outside, template made before chroot",
				 .expect = "ENOENT at exec",
				 .spawn = "ESTALE at exec",
				 .note = "the template's path no longer names its file",
				 .confine = change_root,
				 .text = folder,
				 .template_first = true });
	try_rule(&(struct rule){ .name = "chroot: a descriptor of a file outside",
				 .expect = "runs",
				 .by_fd = true,
				 .confine = change_root,
				 .text = folder,
				 .template_first = true });
	try_rule(&(struct rule){ .name = "chroot: OPEN of a path outside",
				 .expect = "ENOENT in an action",
				 .path = "/probe",
				 .confine = change_root,
				 .text = folder,
				 .actions = open_action("/etc/passwd", O_RDONLY, 9),
				 .count = 1 });
	try_rule(&(struct rule){ .name = "chroot: OPEN of a path with .. in it",
				 .expect = "ENOENT in an action",
				 .path = "/probe",
				 .confine = change_root,
				 .text = folder,
				 .actions = open_action("/../../../etc/passwd", O_RDONLY, 9),
				 .count = 1 });
}

/* --- keyrings --- */

/*
 * Exits with these bits: 1 the caller's key is in the session keyring, 2 there
 * is a process keyring, 4 there is a thread keyring.
 */
PROGRAM(keys)
{
	int status = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user",
			     "outspawn", 0) > 0;

	if (syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0) > 0)
		status |= 2;
	if (syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 0) > 0)
		status |= 4;
	return status;
}

static void have_keyrings(const struct rule *rule)
{
	(void)rule;
	must(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
	must(syscall(SYS_add_key, "user", "outspawn", "secret", 6, KEY_SPEC_SESSION_KEYRING));
	must(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
	must(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1));
}

RULES(keyrings)
{
	try_rule(&(struct rule){
		.name = "keyrings: exec keeps the session keyring, and drops those of process and thread",
		.expect = "exits with 1",
		.path = own_path(),
		.argv = ARGV("suite", "@keys"),
		.confine = have_keyrings });
	try_rule(&(struct rule){ .name = "keyrings: a keyring made after the template",
				 .expect = "exits with 1",
				 .spawn = "EACCES at exec",
				 .note = OTHER_CREDENTIALS,
				 .path = own_path(),
				 .argv = ARGV("suite", "@keys"),
				 .confine = have_keyrings,
				 .template_first = true });
}

SUITE("security_lsm",
      T(landlock_execute),
      T(landlock_by_path),
      T(landlock_in_an_action),
      T(landlock_open),
      T(landlock_ioctl),
      T(apparmor_if_there),
      T(apparmor_query_if_there),
      T(apparmor_in_a_mount_namespace_if_there),
      T(apparmor_hides_content_if_there),
      T(apparmor_holds_no_hidden_file_if_there),
      T(stops),
      T(apparmor_stops_if_there),
      T(yama),
      T(ima_if_there),
      T(mounts),
      T(credentials),
      T(credentials_by_path_async_and_scripts),
      T(an_execute_only_program_cannot_be_read),
      T(calls_that_need_a_privilege),
      T(rights_dropped_by_an_action),
      T(namespaces),
      T(another_process),
      T(another_root),
      T(keyrings));
