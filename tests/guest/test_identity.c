// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* test_identity.c - which changes make a template stale */
#include "common_process.h"

#include <linux/loop.h>
#include <sys/mount.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <time.h>

/*
 * A copy of probe with two templates: one by its path, one by a descriptor.
 * After a change, each test checks what a spawn of either template returns.
 */
static char *path;
static int by_path, by_fd;

static void pin(void)
{
	int fd;

	path = own_probe("pinned");
	next_tick();
	by_path = template_of(path);
	fd = must(open(path, O_PATH | O_CLOEXEC));
	by_fd = template_of_fd(fd);
	close(fd);
	check_eq(spawn_and_wait(by_path), 0);
	check_eq(spawn_and_wait(by_fd), 0);
}

/* Mount a new filesystem on a directory in the scratch directory. */
static char *mounted(const char *type, const char *source, const char *options)
{
	char *folder = in_scratch("%s", type);

	check(!mkdir(folder, 0755) || errno == EEXIST);
	must(mount(source, folder, type, 0, options));
	return folder;
}

static void unpin(void)
{
	close(by_path);
	close(by_fd);
}

static void both_give(int of_path, int of_fd)
{
	check_eq(spawn_and_wait(by_path), of_path);
	check_eq(query_of(by_path).stale, -of_path);
	check_eq(spawn_and_wait(by_fd), of_fd);
	check_eq(query_of(by_fd).stale, -of_fd);
	/* The answer does not change. */
	check_eq(spawn_and_wait(by_path), of_path);
	check_eq(spawn_and_wait(by_fd), of_fd);
}

static void untouched(void)
{
	int i;

	pin();
	for (i = 0; i < 5; i++)
		both_give(0, 0);
	unpin();
}

static void read_and_executed(void)
{
	size_t size;

	pin();
	next_tick();
	read_whole(path, &size);
	check_eq(wait_for(reference_spawn(path, ARGV("probe", "exit", "0"), NULL, NULL)), 0);
	both_give(0, 0);
	unpin();
}

static void mode_changed(void)
{
	pin();
	must(chmod(path, 0711));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

/* Undoing a change is another change. */
static void mode_changed_and_back(void)
{
	pin();
	next_tick();
	must(chmod(path, 0711));
	must(chmod(path, 0755));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

static void made_setuid(void)
{
	pin();
	must(chmod(path, 04755));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

static void owner_changed(void)
{
	pin();
	must(chown(path, NOBODY, -1));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

static void group_changed(void)
{
	pin();
	must(chown(path, -1, NOBODY));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

static void touched(void)
{
	pin();
	next_tick();
	must(utimensat(AT_FDCWD, path, NULL, 0));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

/* The test restores mtime. Only ctime shows the change. */
static void touched_and_back(void)
{
	struct stat status;
	struct timespec times[2];

	pin();
	next_tick();
	must(stat(path, &status));
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	must(utimensat(AT_FDCWD, path, times, 0));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

static void hard_linked(void)
{
	pin();
	next_tick();
	must(link(path, in_scratch_new("second-name")));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

static void attribute_set(void)
{
	pin();
	next_tick();
	must(setxattr(path, "trusted.colour", "red", 3, 0));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

/*
 * Nobody may write to the file while a template exists. A new template has the
 * new content.
 */
static void written_between_templates(void)
{
	struct stat status;
	int fd;

	pin();
	unpin();
	fd = must(open(path, O_WRONLY | O_APPEND | O_CLOEXEC));
	check_eq(write(fd, "x", 1), 1);
	close(fd);
	by_path = template_of(path);
	check_eq(spawn_and_wait(by_path), 0);
	must(stat(path, &status));
	check_eq(query_of(by_path).key.size, status.st_size);
	close(by_path);
}

static void renamed_over(void)
{
	char *other = own_probe("new");

	pin();
	next_tick();
	must(rename(other, path));
	check_eq(spawn_and_wait(by_path), -ESTALE);
	check_eq(query_of(by_path).stale, ESTALE);
	unpin();
	/* A template of the file that now has the name works. */
	by_path = template_of(path);
	check_eq(spawn_and_wait(by_path), 0);
	close(by_path);
}

static void renamed_away(void)
{
	pin();
	must(rename(path, in_scratch_new("elsewhere")));
	check_eq(spawn_and_wait(by_path), -ESTALE);
	unpin();
}

/* Renaming a directory changes the path, not the file. */
static void folder_renamed_and_back(void)
{
	char *here = in_scratch("here"), *there = in_scratch("there");
	int fd;

	must(mkdir(here, 0755));
	path = in_scratch("here/probe");
	copy_file(PROBE, path, 0755);
	by_path = template_of(path);
	fd = must(open(path, O_PATH | O_CLOEXEC));
	by_fd = template_of_fd(fd);
	close(fd);
	both_give(0, 0);
	must(rename(here, there));
	both_give(-ESTALE, 0);
	must(rename(there, here));
	both_give(0, 0);
	must(rename(here, there));
	must(symlink("there", here));
	both_give(0, 0);
	unpin();
}

static void folder_replaced(void)
{
	char *here = in_scratch("old"), *there = in_scratch("aside");

	must(mkdir(here, 0755));
	copy_file(PROBE, in_scratch("old/probe"), 0755);
	by_path = template_of(in_scratch("old/probe"));
	check_eq(spawn_and_wait(by_path), 0);
	must(rename(here, there));
	must(mkdir(here, 0755));
	copy_file(PROBE, in_scratch("old/probe"), 0755);
	check_eq(spawn_and_wait(by_path), -ESTALE);
	close(by_path);
}

static void unlinked(void)
{
	pin();
	must(unlink(path));
	check_eq(spawn_and_wait(by_path), -ESTALE);
	unpin();
}

/* Another file with the same bytes, mode, owner and mtime. */
static void created_again(void)
{
	struct timespec times[2];
	struct stat status;

	pin();
	must(stat(path, &status));
	must(unlink(path));
	copy_file(PROBE, path, 0755);
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	must(utimensat(AT_FDCWD, path, times, 0));
	check_eq(spawn_and_wait(by_path), -ESTALE);
	unpin();
}

static void replaced_by_a_directory_or_a_link_loop(void)
{
	pin();
	must(unlink(path));
	must(mkdir(path, 0755));
	check_eq(spawn_and_wait(by_path), -ESTALE);
	must(rmdir(path));
	must(symlink(path, path));
	check_eq(spawn_and_wait(by_path), -ESTALE);
	must(unlink(path));
	unpin();
}

static void link_retargeted(void)
{
	char *link = in_scratch_new("link"), *other = own_probe("other");
	int template;

	pin();
	must(symlink(path, link));
	template = template_of(link);
	check_eq(spawn_and_wait(template), 0);
	must(unlink(link));
	must(symlink(other, link));
	check_eq(spawn_and_wait(template), -ESTALE);
	both_give(0, 0);
	/*
	 * The link points to the first file again: the template is not stale.
	 */
	must(unlink(link));
	must(symlink(path, link));
	check_eq(spawn_and_wait(template), 0);
	must(unlink(link));
	check_eq(spawn_and_wait(template), -ESTALE);
	close(template);
	unpin();
}

static void mounted_over(void)
{
	char *other = own_probe("other");

	pin();
	must(mount(other, path, NULL, MS_BIND, NULL));
	both_give(-ESTALE, 0);
	must(umount(path));
	both_give(0, 0);
	unpin();
}

static void folder_mounted_over(void)
{
	char *folder = in_scratch("mounted");

	must(mkdir(folder, 0755));
	copy_file(PROBE, in_scratch("mounted/probe"), 0755);
	by_path = template_of(in_scratch("mounted/probe"));
	must(mount("none", folder, "tmpfs", 0, NULL));
	check_eq(spawn_and_wait(by_path), -ESTALE);
	copy_file(PROBE, in_scratch("mounted/probe"), 0755);
	check_eq(spawn_and_wait(by_path), -ESTALE);
	must(umount(folder));
	check_eq(spawn_and_wait(by_path), 0);
	close(by_path);
}

static void result_has_stage_template(void)
{
	struct spawn_template_result result = { 9, 9, 9, 9 };

	pin();
	must(chmod(path, 0711));
	check_eq(outspawn_spawn(by_path, ARGV("probe", "exit", "0"), NULL, NULL, 0, NULL, &result),
		 -ESTALE);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_TEMPLATE);
	check_eq(result.action, -1);
	check_eq(result.error, ESTALE);
	check_eq(result.pid, 0);
	unpin();
}

/*
 * A template of a descriptor executes the pinned file, even if the file has no
 * name.
 */
static void unlinked_before_a_template_by_fd(void)
{
	int fd, template;

	path = own_probe("nameless");
	fd = must(open(path, O_RDONLY | O_CLOEXEC));
	must(unlink(path));
	template = template_of_fd(fd);
	close(fd);
	check_eq(spawn_and_wait(template), 0);
	/* Another file at the old name changes nothing. */
	write_text(path, "a stranger");
	check_eq(spawn_and_wait(template), 0);
	close(template);
}

static void package_upgrades(void)
{
	char *fresh;
	int template = -1, i;

	/*
	 * Does what a package manager does while a program makes stale
	 * templates anew.
	 */
	path = own_probe("tool");
	for (i = 0; i < 5; i++) {
		if (template < 0)
			template = template_of(path);
		check_eq(spawn_and_wait(template), 0);
		fresh = own_probe("tool.new");
		must(rename(fresh, path));
		check_eq(spawn_and_wait(template), -ESTALE);
		close(template);
		template = -1;
	}
}

/*
 * Scripts. The interpreter opens the path, so even the template of a descriptor
 * compares the path.
 */

static int any_format(struct spawn_template_create_args args)
{
	args.flags |= SPAWN_TEMPLATE_CREATE_ANY_FORMAT;
	return sys_create(&args);
}

static void pin_script(const char *name)
{
	char *content = text("#!%s script\n", PROBE);
	int fd;

	path = in_scratch("%s", name);
	write_whole(path, content, strlen(content), 0755);
	next_tick();
	by_path = any_format(CREATE_PATH(path));
	/*
	 * The interpreter could not open the path of a close-on-exec
	 * descriptor.
	 */
	fd = must(open(path, O_PATH));
	by_fd = any_format(CREATE_FD(fd));
	close(fd);
	both_give(0, 0);
}

static void script_renamed_over(void)
{
	char *other = own_probe("new");

	pin_script("script");
	next_tick();
	must(rename(other, path));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

static void script_touched(void)
{
	pin_script("script");
	next_tick();
	must(utimensat(AT_FDCWD, path, NULL, 0));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

static void script_in_a_renamed_folder(void)
{
	char *here = in_scratch("scripts"), *there = in_scratch("scripts.old");

	must(mkdir(here, 0755));
	pin_script("scripts/script");
	must(rename(here, there));
	both_give(-ESTALE, -ESTALE);
	/* Another script at the path does not make the template fresh. */
	must(mkdir(here, 0755));
	write_whole(path, "#!/bin/false\n", 13, 0755);
	both_give(-ESTALE, -ESTALE);
	must(unlink(path));
	must(rmdir(here));
	must(rename(there, here));
	both_give(0, 0);
	unpin();
}

static void script_mounted_over(void)
{
	char *other = own_probe("other");

	pin_script("script");
	must(mount(other, path, NULL, MS_BIND, NULL));
	both_give(-ESTALE, -ESTALE);
	must(umount(path));
	both_give(0, 0);
	unpin();
}

/* Templates that allow writers. Only a write makes such a template stale. */

static void pin_writable(const char *name)
{
	struct spawn_template_create_args args;
	int fd;

	path = own_probe(name);
	next_tick();
	args = CREATE_PATH(path);
	args.flags |= SPAWN_TEMPLATE_CREATE_ALLOW_WRITE;
	by_path = sys_create(&args);
	fd = must(open(path, O_PATH | O_CLOEXEC));
	args = CREATE_FD(fd);
	args.flags |= SPAWN_TEMPLATE_CREATE_ALLOW_WRITE;
	by_fd = sys_create(&args);
	close(fd);
	both_give(0, 0);
}

static void opened_for_writing(void)
{
	pin_writable("writable");
	next_tick();
	close(must(open(path, O_RDWR | O_CLOEXEC)));
	both_give(0, 0);
	unpin();
}

static void written_to(void)
{
	char byte;
	int fd;

	pin_writable("writable");
	next_tick();
	fd = must(open(path, O_RDWR | O_CLOEXEC));
	/* Writes the byte that is already there. */
	check_eq(pread(fd, &byte, 1, 100), 1);
	check_eq(pwrite(fd, &byte, 1, 100), 1);
	close(fd);
	both_give(-ESTALE, -ESTALE);
	unpin();
}

/*
 * On ramfs, a write through a shared mapping changes the file's times. On tmpfs
 * it does not.
 */
static void written_to_in_memory(void)
{
	char *folder = mounted("ramfs", "none", NULL), *map;
	int fd;

	pin_writable("ramfs/writable");
	next_tick();
	fd = must(open(path, O_RDWR | O_CLOEXEC));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED);
	close(fd);
	map[100]++;
	must(msync(map, 4096, MS_SYNC));
	must(munmap(map, 4096));
	both_give(-ESTALE, -ESTALE);
	unpin();
	must(umount(folder));
}

static void truncated(void)
{
	struct stat status;

	pin_writable("writable");
	next_tick();
	must(stat(path, &status));
	must(truncate(path, status.st_size + 1));
	both_give(-ESTALE, -ESTALE);
	must(truncate(path, status.st_size));
	both_give(-ESTALE, -ESTALE);
	unpin();
}

/*
 * A write in the same clock tick as CREATE leaves the file's times as they are.
 * Each kind of filesystem is tried.
 */

/* Make a template with these flags of a file that writers may open. */
static int writable_template(const char *file, uint64_t flags)
{
	struct spawn_template_create_args args = CREATE_PATH(file);

	args.flags |= flags;
	return sys_create(&args);
}

/* Write the file's first bytes again, unchanged. */
static void write_again(const char *file)
{
	char bytes[16];
	int fd = must(open(file, O_RDWR | O_CLOEXEC));

	check_eq(pread(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	check_eq(pwrite(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	close(fd);
}

/* Write, make a template and write again, at once. */
static void same_tick(const char *file, uint64_t flags, int rounds)
{
	int template, i;

	for (i = 0; i < rounds; i++) {
		write_again(file);
		template = writable_template(file, flags);
		check(template >= 0);
		write_again(file);
		check_eq(spawn_and_wait(template), -ESTALE);
		check_eq(query_of(template).stale, ESTALE);
		close(template);
	}
}

/*
 * Reading, executing and sync() leave the template fresh, though some
 * filesystems count them as changes.
 */
static void stays_fresh(const char *file, uint64_t flags)
{
	size_t size;
	int template;

	write_again(file);
	template = writable_template(file, flags);
	check(template >= 0);
	check_eq(spawn_and_wait(template), 0);
	sync();
	check_eq(spawn_and_wait(template), 0);
	read_whole(file, &size);
	check_eq(spawn_and_wait(template), 0);
	close(template);
}

static void try_in(const char *folder, int rounds)
{
	char *elf = text("%s/program", folder), *script = text("%s/script", folder);
	char *content = text("#!%s script\n", PROBE);

	copy_file(PROBE, elf, 0755);
	write_whole(script, content, strlen(content), 0755);
	same_tick(elf, SPAWN_TEMPLATE_CREATE_ALLOW_WRITE, rounds);
	same_tick(script, SPAWN_TEMPLATE_CREATE_ANY_FORMAT, rounds);
	stays_fresh(elf, SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
	stays_fresh(script, SPAWN_TEMPLATE_CREATE_ANY_FORMAT);
	must(unlink(elf));
	must(unlink(script));
}

#define ROUNDS 25

static void written_in_the_same_tick_in_scratch(void)
{
	try_in(scratch, ROUNDS);
}

/* The root filesystem is on a disk. */
static void written_in_the_same_tick_on_the_root(void)
{
	char folder[] = "/var/tmp/identity.XXXXXX";

	check(mkdtemp(folder));
	try_in(folder, ROUNDS);
	must(rmdir(folder));
}

static void try_on(const char *type, const char *source, const char *options, int rounds)
{
	char *folder = mounted(type, source, options);

	try_in(folder, rounds);
	must(umount(folder));
}

static void written_in_the_same_tick_on_tmpfs(void)
{
	try_on("tmpfs", "none", NULL, ROUNDS);
}

/* ramfs has no change counter and no fine-grained times. */
static void written_in_the_same_tick_on_ramfs(void)
{
	try_on("ramfs", "none", NULL, ROUNDS);
}

static void written_in_the_same_tick_on_overlay(void)
{
	char *options = text("lowerdir=%s,upperdir=%s,workdir=%s", in_scratch("lower"),
			     in_scratch("upper"), in_scratch("work"));

	must(mkdir(in_scratch("lower"), 0755));
	must(mkdir(in_scratch("upper"), 0755));
	must(mkdir(in_scratch("work"), 0755));
	try_on("overlay", "none", options, ROUNDS);
}

/* Attach a loop device to an image. Returns the device's name. */
static char *attach(const char *image, int *loop)
{
	int control, file = must(open(image, O_RDWR | O_CLOEXEC)), number;
	char *name;

	wait_for(reference_spawn("/sbin/modprobe", ARGV("modprobe", "loop"), NULL, NULL));
	control = must(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
	number = must(ioctl(control, LOOP_CTL_GET_FREE));
	name = text("/dev/loop%d", number);
	*loop = must(open(name, O_RDWR | O_CLOEXEC));
	must(ioctl(*loop, LOOP_SET_FD, file));
	close(file);
	close(control);
	return name;
}

/*
 * Return true if this kernel has the filesystem. The debug kernel has few of
 * them.
 */
static bool kernel_has(const char *type)
{
	wait_for(reference_spawn("/sbin/modprobe", ARGV("modprobe", "-q", (char *)type), NULL, NULL));
	return strstr(read_whole("/proc/filesystems", NULL), text("\t%s\n", type));
}

/* Try a new filesystem in an image. */
static void try_image(const char *type, char *const mkfs[], int rounds)
{
	char *image = in_scratch_new("image"), *maker = text("/sbin/%s", mkfs[0]);
	int fd, loop;

	if (access(maker, X_OK) || !kernel_has(type))
		skip();
	fd = must(open(image, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	must(ftruncate(fd, 400 << 20));
	close(fd);
	check_eq(wait_for(reference_spawn(maker, mkfs, NULL, NULL)), 0);
	try_on(type, attach(image, &loop), NULL, rounds);
	must(ioctl(loop, LOOP_CLR_FD, 0));
	close(loop);
	must(unlink(image));
}

/* Small inodes store times in whole seconds. */
static void written_in_the_same_tick_on_ext4_with_small_inodes(void)
{
	try_image("ext4", ARGV("mke2fs", "-q", "-F", "-t", "ext4", "-I", "128",
			       in_scratch("image")), ROUNDS);
}

static void written_in_the_same_tick_on_xfs(void)
{
	try_image("xfs", ARGV("mkfs.xfs", "-q", in_scratch("image")), ROUNDS);
}

static void written_in_the_same_tick_on_btrfs(void)
{
	try_image("btrfs", ARGV("mkfs.btrfs", "-q", in_scratch("image")), ROUNDS);
}

/* vfat rounds times to two seconds, and its s_time_gran does not show that. */
static void written_in_the_same_tick_on_vfat(void)
{
	try_image("vfat", ARGV("mkfs.vfat", in_scratch("image")), 2);
}

/*
 * The child waits in an action: after the caller's check of the template,
 * before exec.
 */
static void written_while_the_child_waits(void)
{
	struct held held = {};

	pin_writable("writable");
	hold(&held, by_path);
	write_again(path);
	check_eq(release(&held), -ESTALE);
	check_eq(held.result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	unpin();
}

static void open_for_writing_while_the_child_waits(void)
{
	struct held held = {};
	int fd;

	pin_writable("writable");
	hold(&held, by_path);
	fd = must(open(path, O_RDWR | O_CLOEXEC));
	check_eq(release(&held), -ETXTBSY);
	check_eq(held.result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	close(fd);
	/* Writers may open the file again after the spawn. */
	both_give(0, 0);
	close(must(open(path, O_RDWR | O_CLOEXEC)));
	unpin();
}

/* Move the realtime clock, which gives files their times. */
static void shift_clock(int seconds)
{
	struct timespec now;

	must(clock_gettime(CLOCK_REALTIME, &now));
	now.tv_sec += seconds;
	must(clock_settime(CLOCK_REALTIME, &now));
}

/*
 * A file with a ctime in the future. CREATE does not wait until the clock
 * reaches that time. Once the clock reaches it, a write could leave ctime as it
 * is. So the template is stale from then on.
 */
static void changed_in_the_future(void)
{
	char *folder = mounted("ramfs", "none", NULL);
	int template;

	path = in_scratch("ramfs/program");
	copy_file(PROBE, path, 0755);
	shift_clock(1000);
	write_again(path);
	shift_clock(-1000);
	template = writable_template(path, SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
	check(template >= 0);
	check_eq(spawn_and_wait(template), 0);
	shift_clock(1001);
	check_eq(spawn_and_wait(template), -ESTALE);
	close(template);
	/* A new template is fresh. */
	template = writable_template(path, SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
	check_eq(spawn_and_wait(template), 0);
	close(template);
	shift_clock(-1001);
	template = writable_template(path, SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
	check_eq(spawn_and_wait(template), 0);
	write_again(path);
	check_eq(spawn_and_wait(template), -ESTALE);
	close(template);
	must(umount(folder));
}

static void ignore_signal(int number)
{
	(void)number;
}

/*
 * When ctime is a whole second, CREATE waits for two seconds, even if signals
 * arrive.
 */
static void create_waits_despite_signals(void)
{
	const struct itimerval often = { { 0, 5000 }, { 0, 5000 } }, never = {};
	struct sigaction action = { .sa_handler = ignore_signal }, before;
	char *folder = mounted("ramfs", "none", NULL);
	struct timespec round = {};
	struct stat status;
	int template;

	path = in_scratch("ramfs/program");
	copy_file(PROBE, path, 0755);
	must(clock_gettime(CLOCK_REALTIME, &round));
	round.tv_nsec = 0;
	must(clock_settime(CLOCK_REALTIME, &round));
	must(chmod(path, 0755));
	must(stat(path, &status));
	must(sigaction(SIGALRM, &action, &before));
	must(setitimer(ITIMER_REAL, &often, NULL));
	template = writable_template(path, SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
	must(setitimer(ITIMER_REAL, &never, NULL));
	must(sigaction(SIGALRM, &before, NULL));
	check(template >= 0);
	write_again(path);
	check_eq(spawn_and_wait(template), -ESTALE);
	close(template);
	must(umount(folder));
}

SUITE("identity",
      T(untouched),
      T(read_and_executed),
      T(mode_changed),
      T(mode_changed_and_back),
      T(made_setuid),
      T(owner_changed),
      T(group_changed),
      T(touched),
      T(touched_and_back),
      T(hard_linked),
      T(attribute_set),
      T(written_between_templates),
      T(renamed_over),
      T(renamed_away),
      T(folder_renamed_and_back),
      T(folder_replaced),
      T(unlinked),
      T(created_again),
      T(replaced_by_a_directory_or_a_link_loop),
      T(link_retargeted),
      T(mounted_over),
      T(folder_mounted_over),
      T(result_has_stage_template),
      T(unlinked_before_a_template_by_fd),
      T(package_upgrades),
      T(script_renamed_over),
      T(script_touched),
      T(script_in_a_renamed_folder),
      T(script_mounted_over),
      T(opened_for_writing),
      T(written_to),
      T(written_to_in_memory),
      T(truncated),
      T(written_in_the_same_tick_in_scratch),
      T(written_in_the_same_tick_on_the_root),
      T(written_in_the_same_tick_on_tmpfs),
      T(written_in_the_same_tick_on_ramfs),
      T(written_in_the_same_tick_on_overlay),
      T(written_in_the_same_tick_on_ext4_with_small_inodes),
      T(written_in_the_same_tick_on_xfs),
      T(written_in_the_same_tick_on_btrfs),
      T(written_in_the_same_tick_on_vfat),
      T(written_while_the_child_waits),
      T(open_for_writing_while_the_child_waits),
      T(changed_in_the_future),
      T(create_waits_despite_signals));
