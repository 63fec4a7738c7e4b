// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_fail_well.c - what users are told when something is missing
 */
#include "common_module.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

/* Run a command line and check its exit status; return all its output. */
static char *says(const char *command, int status)
{
	static unsigned int number;
	char *out = in_scratch("out.%u", number++);
	int got = system(text("%s >%s 2>&1 </dev/null", command, out));
	char *said = read_whole(out, NULL);

	if (!WIFEXITED(got) || WEXITSTATUS(got) != status)
		check_failed(__FILE__, __LINE__, "%s: status %x, not %d, and says\n%s", command,
			     got, status, said);
	return said;
}

static void has(const char *said, const char *words)
{
	if (!strstr(said, words))
		check_failed(__FILE__, __LINE__, "no \"%s\" in\n%s", words, said);
}

static void has_not(const char *said, const char *words)
{
	if (strstr(said, words))
		check_failed(__FILE__, __LINE__, "\"%s\" in\n%s", words, said);
}

/* The same as an ordinary user. */
static char *says_to_nobody(const char *command, int status)
{
	return says(text("setpriv --reuid 1000 --regid 1000 --clear-groups %s", command), status);
}

static void all_is_well(void)
{
	char *said = says("outspawn doctor", 0);

	check(strstr(said, "All is well.") == said);
	has(said, "kernel functions in use:");
	has_not(said, "copy_process");
	has_not(said, "\033");
	has(says("outspawn doctor -v", 0), "copy_process");
	has(says("outspawn doctor --json", 0), "\"well\": true");
	has(says("(outspawn doctor --json | python3 -m json.tool)", 0), "\"findings\"");
	has_not(said, "FAILED");
	has(says_to_nobody("outspawn doctor", 0), "All is well.");
	check_str(says("outspawn run -- /bin/echo echoed", 0), "echoed\n");
	check_str(says_to_nobody("outspawn run -- /bin/echo echoed", 0), "echoed\n");
}

/* --- no module --- */

static void without_the_module(void (*test)(void))
{
	check_eq(unload_module(), 0);
	test();
	check_eq(load_module(), 0);
}

static void check_no_module(void)
{
	char *said;

	check_eq(outspawn_open(), -ENOENT);
	said = says("outspawn doctor", 1);
	check(strstr(said, "outspawn does not work here: the module outspawn is not loaded") == said);
	has(said, "FAILED  the module outspawn is not loaded");
	has(said, "it is not installed for this kernel, so this fails: modprobe outspawn");
	has(said, "dmesg");
	has(said, "FAILED  " NODE ": No such file or directory");
	has_not(said, "All is well");
	said = says("outspawn run -- /bin/echo echoed", 125);
	has(said, NODE " is not there: is the module loaded?");
	has(said, "outspawn doctor");
	has_not(said, "echoed");
	has(says("outspawn info /bin/true", 1), NODE);
	says_to_nobody("outspawn doctor", 1);
	has(says("outspawn doctor --json", 1), "\"well\": false");
	has(says("outspawn stat", 1), "is the module loaded");
}

static void no_module(void)
{
	without_the_module(check_no_module);
}

/* A regular file at the device's path. */
static void check_left_over_file(void)
{
	char *said;

	write_text(NODE, "");
	check_eq(outspawn_info(must(open(NODE, O_RDONLY | O_CLOEXEC)),
			       &(struct spawn_template_info){ 0 }),
		 -ENOTTY);
	said = says("outspawn doctor", 1);
	has(said, "FAILED  the module outspawn is not loaded");
	has(said, "is not a character device");
	must(unlink(NODE));
}

static void a_file_instead_of_the_device(void)
{
	without_the_module(check_left_over_file);
}

/* A node without a device behind its number, as in a container. */
static void check_left_over_node(void)
{
	char *said;

	must(mknod(NODE, S_IFCHR | 0666, makedev(10, 199)));
	check(outspawn_open() == -ENODEV || outspawn_open() == -ENXIO);
	said = says("outspawn doctor", 1);
	has(said, "FAILED  " NODE);
	has(said, "left over");
	must(unlink(NODE));
}

static void a_node_without_the_module(void)
{
	without_the_module(check_left_over_node);
}

/* The module's file is where modprobe finds it; a file loads it at boot. */
static void check_installed(void)
{
	has(says("outspawn doctor", 1), "it is installed for this kernel: /lib/modules/");
}

static void installed_and_loaded_at_boot(void)
{
	char *dep = in_scratch("modules.dep"), *folder = in_scratch("modules-load.d"), *said;
	struct utsname name;
	char *modules, *place;

	has(says("outspawn doctor", 0), "note    the module will not be loaded at boot");
	uname(&name);
	/* A kernel that was built by hand may have no modules. */
	modules = text("/lib/modules/%s", name.release);
	if (mkdir(modules, 0755))
		check_eq(errno, EEXIST);
	place = text("%s/modules.dep", modules);
	close(must(open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0644)));
	write_text(dep, "kernel/x.ko: \nupdates/dkms/outspawn.ko.xz: kernel/x.ko\n");
	must(mkdir(folder, 0755));
	write_text(text("%s/x.conf", folder), "# a comment\noutspawn\n");
	if (mkdir("/etc/modules-load.d", 0755))
		check_eq(errno, EEXIST);
	must(mount(dep, place, NULL, MS_BIND, NULL));
	must(mount(folder, "/etc/modules-load.d", NULL, MS_BIND, NULL));
	said = says("outspawn doctor", 0);
	without_the_module(check_installed);
	must(umount(place));
	must(umount("/etc/modules-load.d"));
	has(said, "ok      the module will be loaded at boot: /etc/modules-load.d/x.conf, /lib/modules/");
}

/* --- no device, no permission --- */

static void no_node(void)
{
	char *aside = NODE ".aside", *said;

	must(rename(NODE, aside));
	check_eq(outspawn_open(), -ENOENT);
	said = says("outspawn doctor", 1);
	must(rename(aside, NODE));
	has(said, "ok      the module outspawn is loaded");
	has(said, "FAILED  " NODE ": No such file or directory");
	has(said, "mknod");
	has_not(said, "modprobe");
	has(says("outspawn doctor", 0), "All is well.");
}

#define UNIT "/sys/fs/cgroup/fail_well.service"

/* What systemd's PrivateDevices= does. */
static void enter_private_devices(void *unused)
{
	char *said;

	(void)unused;
	write_text(UNIT "/cgroup.procs", "0");
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	must(mount("none", "/dev", "tmpfs", 0, NULL));
	must(mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3)));
	said = says("outspawn doctor", 1);
	has(said, "FAILED  " NODE ": No such file or directory");
	has(said, "in the systemd unit set: PrivateDevices=no");
	has(said, "DeviceAllow=" NODE);
}

static void private_devices(void)
{
	must(mkdir(UNIT, 0755));
	in_child(enter_private_devices, NULL);
	must(rmdir(UNIT));
	has_not(says("outspawn doctor", 0), "PrivateDevices");
}

static void open_as_nobody(void *error)
{
	check_eq(outspawn_open(), -*(int *)error);
}

static void no_permission(void)
{
	char *said, *run;

	must(chmod(NODE, 0600));
	in_child_as_nobody(open_as_nobody, &(int){ EACCES });
	said = says_to_nobody("outspawn doctor", 1);
	run = says_to_nobody("outspawn run -- /bin/echo echoed", 125);
	/* The node's owner has access. */
	has(says("outspawn doctor", 0), "All is well.");
	must(chmod(NODE, 0666));
	has(said, "FAILED  " NODE ": Permission denied");
	has(said, "mode 0600");
	has(said, "you are 1000:1000");
	has(said, "chmod 666 " NODE);
	has(run, NODE);
	has(run, "Permission denied");
	has_not(run, "echoed");
}

static void spawn_as_nobody(void *unused)
{
	(void)unused;
	open_device();
	check_eq(spawn_and_wait(template_of(PROBE)), 0);
}

/* No one writes to the device, so permission to read is enough. */
static void read_only_permission(void)
{
	must(chmod(NODE, 0444));
	in_child_as_nobody(spawn_as_nobody, NULL);
	must(chmod(NODE, 0666));
}

/* --- programs that cannot start --- */

static void no_program(void)
{
	has(says("outspawn run -- /nowhere/to/be/found", 127), "/nowhere/to/be/found");
	has(says("outspawn run -- not-on-the-path", 127), "not-on-the-path");
	has(says("outspawn run -- /etc/passwd", 126), "/etc/passwd");
	has(says("outspawn run -- /tmp", 126), "/tmp");
}

static void a_script(void)
{
	char *path = in_scratch("script");

	write_whole(path, "#!/bin/sh\nexit 0\n", 17, 0755);
	has(says(text("outspawn run -- %s", path), 126), path);
}

/* The file of the loaded module may be missing; the version must be shown. */
static void version_of_the_module(void)
{
	char *said = says("outspawn doctor", 0);

	has(said, "the module outspawn is loaded, version ");
	has(said, "interface version 1");
	has(said, "0 templates open");
}

MODULE_SUITE("fail_well",
	     M(all_is_well),
	     M(no_module),
	     M(a_file_instead_of_the_device),
	     M(a_node_without_the_module),
	     M(installed_and_loaded_at_boot),
	     M(no_node),
	     M(private_devices),
	     M(no_permission),
	     M(read_only_permission),
	     M(no_program),
	     M(a_script),
	     M(version_of_the_module));
