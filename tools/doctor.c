// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * outspawn doctor: check everything that a spawn needs, from the kernel upwards,
 * and say what to do about each thing that is missing. A failed check does not
 * stop the later ones, unless they depend on it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/magic.h>

#include "installed.h"
#include "outspawn.h"
#include "report.h"
#include "tool.h"

#define SYS_MODULE "/sys/module/" MODULE
#define SYS_DEVICE "/sys/class/misc/spawn_template"
#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define LOCKDOWN "/sys/kernel/security/lockdown"
#define TRUE_PROGRAM "/bin/true"

static const char usage[] =
	"Usage: outspawn doctor [-v] [--json]\n"
	"Check that programs can be started from templates on this machine.\n"
	"Print what is missing and what to do about it.\n"
	"  -v, --verbose   also print the kernel functions that the module calls\n"
	"      --json      print everything as JSON\n"
	"Exit status: 0 if nothing is missing, else 1.\n";

static const struct option options[] = {
	{ "verbose", no_argument, NULL, 'v' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

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

/* Was the module tested with this kernel's version, 6.12 for example? */
static bool tested_version(const char *release)
{
	static const char *const tested[] = { "6.1.", "6.12.", "7.3." };

	for (size_t i = 0; i < sizeof(tested) / sizeof(tested[0]); i++)
		if (!strncmp(release, tested[i], strlen(tested[i])))
			return true;
	return false;
}

static void advise_kernel(void)
{
	advise("supported are the kernels of Debian 12 (Linux 6.1), Debian 13 (6.12) and its "
	       "backports (7.3)");
	advise("install one, and boot it: apt install linux-image-amd64 linux-headers-amd64 (for "
	       "7.3: add -t trixie-backports)");
}

static void check_kernel(const char *release)
{
	struct utsname name;

	uname(&name);
	note("Linux %s, %s", release, name.machine);
	if (!tested_version(release)) {
		advise("this version was not tested: the module loads only if it knows all kernel "
		       "functions that it calls");
		advise_kernel();
	}
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

/* Quote what the kernel said about the module, and explain a refusal. */
static void advise_by_kernel_log(const char *release)
{
	char said[1024];
	int ret = kernel_line(said, sizeof(said));

	if (ret) {
		advise("if loading fails, the kernel log has the reason and the function's name: "
		       "dmesg | grep " MODULE);
		return;
	}
	advise("the kernel's last line about it (dmesg | grep " MODULE "):");
	advise("  %s", said);
	if (!strstr(said, "not loaded"))
		return;
	advise("this means: the module does not know this kernel, and does not guess");
	if (tested_version(release))
		advise_kernel();
}

static void advise_loading(const char *release)
{
	char path[512], other[128];

	if (installed_for(release, path, sizeof(path))) {
		advise("it is installed for this kernel: %s", path);
		advise("load the module:      modprobe " MODULE);
	} else if (installed_in_dkms()) {
		advise("DKMS has its sources, but has not built it for this kernel: apt install "
		       "linux-headers-%s",
		       release);
		advise("then:                 dkms autoinstall && modprobe " MODULE);
	} else if (installed_for_another(release, other, sizeof(other))) {
		advise("it is installed for the kernel %s, and this one is %s: build it for this one",
		       other, release);
	} else {
		advise("it is not installed for this kernel, so this fails: modprobe " MODULE);
		advise("in its source:        insmod build/host/kmod/" MODULE ".ko, or make "
		       "install-dkms");
	}
	if (!have_btf())
		advise("this kernel has no BTF; if the module was made for this kernel version: "
		       "modprobe " MODULE " trust_version=1");
	if (locked_down())
		advise("sign the module with a key that the kernel trusts (see mokutil(1))");
	advise_by_kernel_log(release);
}

static bool check_module(const char *release)
{
	char version[64] = "", state[32] = "";

	if (access(SYS_MODULE, F_OK) < 0) {
		bad("the module " MODULE " is not loaded");
		advise_loading(release);
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

/* Will the module be there after a reboot? */
static void check_boot(const char *release)
{
	char file[512], conf[512];
	bool installed = installed_for(release, file, sizeof(file));
	bool at_boot = installed_for_boot(conf, sizeof(conf));

	if (installed && at_boot) {
		good("the module will be loaded at boot: %s, %s", conf, file);
		return;
	}
	note("the module will not be loaded at boot");
	if (!installed)
		advise("install it for this kernel (%s): make install-dkms, or the package "
		       "outspawn-dkms",
		       release);
	if (!at_boot)
		advise("echo " MODULE " >/etc/modules-load.d/" MODULE ".conf");
}

/*
 * Does a service manager give this process a /dev of its own, or rules which
 * devices it may open? systemd's PrivateDevices= mounts a tmpfs.
 */
static bool in_private_devices(void)
{
	char group[1024] = "";
	struct statfs dev;

	if (!read_line("/proc/self/cgroup", group, sizeof(group)) || !strstr(group, ".service"))
		return false;
	return !statfs("/dev/null", &dev) && dev.f_type == TMPFS_MAGIC &&
	       access("/dev/mem", F_OK) < 0;
}

static void advise_unit(void)
{
	advise("in the systemd unit set: PrivateDevices=no, DevicePolicy=closed, "
	       "DeviceAllow=" SPAWN_TEMPLATE_DEVICE " rw");
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
	    sscanf(number, "%u:%u", &major, &minor) == 2) {
		if (in_private_devices())
			advise_unit();
		advise("make the node: mknod -m 666 " SPAWN_TEMPLATE_DEVICE " c %u %u", major,
		       minor);
	} else {
		advise("loading the module makes the device; a container must be given it "
		       "(docker run --device " SPAWN_TEMPLATE_DEVICE ")");
	}
}

static void advise_permission(const struct stat *st)
{
	advise("the device has mode %04o and owner %u:%u, you are %u:%u", st->st_mode & 07777, st->st_uid,
	       st->st_gid, geteuid(), getegid());
	advise("let all users open it: chmod 666 " SPAWN_TEMPLATE_DEVICE);
	advise("and, after a reboot, by a line in /etc/udev/rules.d: "
	       "KERNEL==\"spawn_template\", MODE=\"0666\"");
	if (~st->st_mode & 0444)
		return;
	advise("the mode permits it: a container's or a unit's device rules may deny it");
	advise_unit();
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

/* The unexported kernel functions that the module found and calls. */
static void show_kernel_functions(void)
{
	FILE *file = fopen(SYS_DEVICE "/kernel_functions", "re");
	char entry[1024];

	if (!file) {
		note(SYS_DEVICE "/kernel_functions: %s", strerror(errno));
		return;
	}
	note("kernel functions in use: outspawn doctor -v lists them");
	while (fgets(entry, sizeof(entry), file)) {
		entry[strcspn(entry, "\n")] = '\0';
		detail("  %s", entry);
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

static void check_all(void)
{
	struct utsname name;
	int dev;

	uname(&name);
	check_kernel(name.release);
	if (check_module(name.release)) {
		show_kernel_functions();
		check_boot(name.release);
	}
	dev = check_device();
	if (dev < 0)
		return;
	/* A template of another interface version may behave differently. */
	if (check_version(dev))
		check_template(dev);
	close(dev);
}

int cmd_doctor(int argc, char **argv)
{
	bool json = false, verbose = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
		switch (opt) {
		case 'v':
			verbose = true;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_FAILURE;
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	check_all();
	return report_print(json, verbose) ? EXIT_SUCCESS : EXIT_FAILURE;
}
