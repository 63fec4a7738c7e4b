// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * outspawn doctor: check everything that a spawn needs, from the kernel upwards,
 * and print what to do about each thing that is missing. A failed check does not
 * stop the later ones, unless they depend on it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outspawn.h"
#include "tool.h"

#define MODULE "outspawn"
#define SYS_MODULE "/sys/module/" MODULE
#define SYS_DEVICE "/sys/class/misc/spawn_template"
#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define LOCKDOWN "/sys/kernel/security/lockdown"
#define TRUE_PROGRAM "/bin/true"

static const char usage[] =
	"Usage: outspawn doctor\n"
	"Check that programs can be started from templates on this machine.\n"
	"Print what is missing and what to do about it.\n"
	"Exit status: 0 if nothing is missing, else 1.\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

__attribute__((format(printf, 2, 0))) static void line(const char *mark, const char *format,
						       va_list args)
{
	printf("%-8s", mark);
	vprintf(format, args);
	putchar('\n');
}

__attribute__((format(printf, 1, 2))) static bool good(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("ok", format, args);
	va_end(args);
	return true;
}

__attribute__((format(printf, 1, 2))) static bool bad(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("FAILED", format, args);
	va_end(args);
	return false;
}

/* A fact that is no failure. */
__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("note", format, args);
	va_end(args);
}

/* What to do about the failure in the line before. */
__attribute__((format(printf, 1, 2))) static void advise(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line("", format, args);
	va_end(args);
}

/* Read the first line of a small file, without its newline. */
static bool read_line(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	bool ok = file && fgets(buf, size, file);

	if (file)
		fclose(file);
	if (ok)
		buf[strcspn(buf, "\n")] = '\0';
	return ok;
}

static bool have_btf(void)
{
	return access(KERNEL_BTF, F_OK) == 0;
}

static bool locked_down(void)
{
	char state[128];

	return read_line(LOCKDOWN, state, sizeof(state)) && !strstr(state, "[none]");
}

static void check_kernel(void)
{
	struct utsname name;

	uname(&name);
	note("Linux %s, %s", name.release, name.machine);
	if (have_btf())
		good("the kernel describes its functions: %s", KERNEL_BTF);
	else
		note("no %s: the module cannot check the kernel's functions", KERNEL_BTF);
	if (locked_down())
		note("the kernel is locked down: it loads signed modules only");
}

/* The line of /proc/modules begins "outspawn SIZE USERS USED-BY STATE". */
static bool module_state(char state[32])
{
	FILE *file = fopen("/proc/modules", "re");
	char entry[1024];
	bool found = false;

	while (file && !found && fgets(entry, sizeof(entry), file))
		found = sscanf(entry, MODULE " %*u %*s %*s %31s", state) == 1;
	if (file)
		fclose(file);
	return found;
}

static void advise_loading(void)
{
	advise("load the module:      modprobe " MODULE);
	advise("or, in its source:    insmod build/host/kmod/" MODULE ".ko");
	if (!have_btf())
		advise("this kernel has no BTF; if the module was made for this kernel version: "
		       "modprobe " MODULE " trust_version=1");
	if (locked_down())
		advise("sign the module with a key that the kernel trusts (see mokutil(1))");
	advise("if loading fails, the kernel log has the reason and the function's name: "
	       "dmesg | grep " MODULE);
}

static bool check_module(void)
{
	char version[64] = "", state[32] = "";

	if (access(SYS_MODULE, F_OK) < 0) {
		bad("the module " MODULE " is not loaded");
		advise_loading();
		return false;
	}
	read_line(SYS_MODULE "/version", version, sizeof(version));
	if (module_state(state) && strcmp(state, "Live")) {
		bad("the module " MODULE " is loaded, but its state is %s", state);
		advise("wait a moment; if the state stays, see: dmesg | grep " MODULE);
		return false;
	}
	return good("the module " MODULE " is loaded%s%s", *version ? ", version " : "", version);
}

/*
 * If the device is in sysfs, neither devtmpfs nor udev has made its node. Else
 * the module is not loaded.
 */
static void advise_node(void)
{
	char number[32];
	unsigned int major, minor;

	if (read_line(SYS_DEVICE "/dev", number, sizeof(number)) &&
	    sscanf(number, "%u:%u", &major, &minor) == 2)
		advise("make the node: mknod -m 666 " SPAWN_TEMPLATE_DEVICE " c %u %u", major,
		       minor);
	else
		advise("loading the module makes the device; a container must be given it "
		       "(docker run --device " SPAWN_TEMPLATE_DEVICE ")");
}

static void advise_permission(const struct stat *st)
{
	advise("the device has mode %04o and owner %u:%u, you are %u:%u", st->st_mode & 07777, st->st_uid,
	       st->st_gid, geteuid(), getegid());
	advise("let all users open it: chmod 666 " SPAWN_TEMPLATE_DEVICE);
	advise("and, after a reboot, by a line in /etc/udev/rules.d: "
	       "KERNEL==\"spawn_template\", MODE=\"0666\"");
	if (!(~st->st_mode & 0444))
		advise("the mode permits it: a container's device rules may deny it");
}

/* Return the open device, or -1. */
static int check_device(void)
{
	struct stat st;
	int dev;

	if (stat(SPAWN_TEMPLATE_DEVICE, &st) < 0) {
		bad(SPAWN_TEMPLATE_DEVICE ": %s", strerror(errno));
		advise_node();
		return -1;
	}
	if (!S_ISCHR(st.st_mode)) {
		bad(SPAWN_TEMPLATE_DEVICE " is not a character device");
		advise("remove the file, then load the module again");
		return -1;
	}
	dev = outspawn_open();
	if (dev < 0) {
		bad(SPAWN_TEMPLATE_DEVICE ": %s", strerror(-dev));
		if (dev == -EACCES || dev == -EPERM)
			advise_permission(&st);
		else
			advise("the node may be left over from an earlier boot: remove the node, "
			       "then load the module again");
		return -1;
	}
	good(SPAWN_TEMPLATE_DEVICE " can be opened");
	return dev;
}

/* Features that an older module or an older kernel does not have. */
static void show_what_is_missing(const struct spawn_template_info *info)
{
	const uint64_t features = SPAWN_TEMPLATE_FEATURE_BIRTH | SPAWN_TEMPLATE_FEATURE_PATH |
				  SPAWN_TEMPLATE_FEATURE_BATCH;

	if (~info->features & features) {
		note("the module is older than this command: no%s%s%s",
		     info->features & SPAWN_TEMPLATE_FEATURE_BIRTH ? "" : " attributes",
		     info->features & SPAWN_TEMPLATE_FEATURE_PATH ? "" : " spawn-by-path",
		     info->features & SPAWN_TEMPLATE_FEATURE_BATCH ? "" : " batch");
		advise("install both from one source; then: rmmod " MODULE "; modprobe " MODULE);
		return;
	}
	if (!(info->spawn_flags & SPAWN_TEMPLATE_SPAWN_AUTOREAP))
		note("this kernel has no CLONE_AUTOREAP: OUTSPAWN_AUTOREAP fails with EOPNOTSUPP");
	if (!(info->spawn_flags & SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE))
		note("this kernel has no CLONE_PIDFD_AUTOKILL: OUTSPAWN_KILL_ON_CLOSE fails with "
		     "EOPNOTSUPP");
}

static bool check_version(int dev)
{
	struct spawn_template_info info;
	int ret = outspawn_info(dev, &info);

	if (ret) {
		bad("asking the module for its version: %s", strerror(-ret));
		advise("the module and this command have different versions: install both from one "
		       "source");
		return false;
	}
	if (info.trusted_version)
		note("the module was loaded with trust_version=1: it did not check the kernel's "
		     "functions");
	if (info.version != SPAWN_TEMPLATE_VERSION) {
		bad("the module has version %u of the interface, this command has version %u",
		    info.version, SPAWN_TEMPLATE_VERSION);
		advise("install both from one source; then: rmmod " MODULE "; modprobe " MODULE);
		return false;
	}
	show_what_is_missing(&info);
	return good("interface version %u, up to %u actions, %llu template%s open", info.version,
		    info.max_actions, (unsigned long long)info.templates,
		    info.templates == 1 ? "" : "s");
}

/* Print the unexported kernel functions that the module found and calls. */
static void show_kernel_functions(void)
{
	FILE *file = fopen(SYS_DEVICE "/kernel_functions", "re");
	char entry[1024];

	if (!file) {
		note(SYS_DEVICE "/kernel_functions: %s", strerror(errno));
		return;
	}
	note("kernel functions in use:");
	while (fgets(entry, sizeof(entry), file)) {
		entry[strcspn(entry, "\n")] = '\0';
		advise("  %s", entry);
	}
	fclose(file);
}

static bool check_wait(int pidfd)
{
	siginfo_t info = { 0 };
	int ret;

	do {
		ret = waitid(P_PIDFD, pidfd, &info, WEXITED);
	} while (ret < 0 && errno == EINTR);

	if (ret < 0)
		return bad("waiting for " TRUE_PROGRAM ": %s", strerror(errno));
	if (info.si_code != CLD_EXITED || info.si_status)
		return bad(TRUE_PROGRAM " ended with %s %d",
			   info.si_code == CLD_EXITED ? "status" : "signal", info.si_status);
	return good("a spawn of " TRUE_PROGRAM " ran and ended with status 0");
}

static bool check_spawn(int tmpl)
{
	char *const argv[] = { (char *)"true", NULL };
	struct outspawn_result result;
	char message[512];
	int pidfd;
	bool ok;

	if (outspawn_spawn(tmpl, argv, environ, NULL, 0, &pidfd, &result) < 0) {
		bad("spawn of " TRUE_PROGRAM ": %s",
		    outspawn_strerror(&result, NULL, TRUE_PROGRAM, message, sizeof(message)));
		advise("see: dmesg | grep " MODULE);
		return false;
	}
	ok = check_wait(pidfd);
	close(pidfd);
	return ok;
}

static bool check_template(int dev)
{
	int tmpl = outspawn_template(dev, TRUE_PROGRAM);
	char why[128];
	bool ok;

	if (tmpl < 0) {
		bad("template of " TRUE_PROGRAM ": %s",
		    explain_template(TRUE_PROGRAM, -tmpl, why, sizeof(why)));
		advise("see: dmesg | grep " MODULE);
		return false;
	}
	good("a template of " TRUE_PROGRAM " can be made");
	ok = check_spawn(tmpl);
	close(tmpl);
	return ok;
}

static bool all_well(void)
{
	bool ok;
	int dev;

	check_kernel();
	ok = check_module();
	if (ok)
		show_kernel_functions();
	dev = check_device();
	if (dev < 0)
		return false;
	/* A template of another interface version may behave differently. */
	ok = check_version(dev) && check_template(dev) && ok;
	close(dev);
	return ok;
}

int cmd_doctor(int argc, char **argv)
{
	int opt = getopt_long(argc, argv, "h", options, NULL);

	if (opt == 'h') {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (opt != -1 || optind != argc) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	if (!all_well()) {
		puts("\nSomething is missing: see the lines with FAILED.");
		return EXIT_FAILURE;
	}
	puts("\nAll is well.");
	return EXIT_SUCCESS;
}
