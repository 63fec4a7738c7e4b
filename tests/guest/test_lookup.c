// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_lookup.c - a template's path after the first spawn, when the module may
 * trust its record of the look-up
 */
#include "common_process.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/socket.h>

/* How often each thread asks whether the template is stale. */
#define QUERIES 3000

/* A probe three directories deep in the scratch directory, and its template. */
static char *top, *middle, *path;
static int template;

/* A name in the scratch directory that no other test has used. */
static char *fresh(const char *name)
{
	static int count;

	return in_scratch("%s%d", name, ++count);
}

/* Make the template. Two spawns: the first looks up and records. */
static void record(const char *name)
{
	template = template_of(name);
	check_eq(spawn_and_wait(template), 0);
	check_eq(spawn_and_wait(template), 0);
}

static void make_directories(void)
{
	top = fresh("top");
	middle = text("%s/middle", top);
	path = text("%s/bottom/probe", middle);
	must(mkdir(top, 0755));
	must(mkdir(middle, 0755));
	must(mkdir(text("%s/bottom", middle), 0755));
	copy_file(PROBE, path, 0755);
}

static char *directory(int i)
{
	return (char *const[]){ top, middle, text("%s/bottom", middle) }[i];
}

static void begin(void)
{
	make_directories();
	record(path);
}

static void gives(int result)
{
	check_eq(spawn_and_wait(template), result);
	check_eq(spawn_and_wait(template), result);
}

/* Each rename in the path is noticed, and undone by the rename back. */
static void each_directory_renamed_and_back(void)
{
	int i;

	begin();
	for (i = 0; i < 3; i++) {
		char *name = directory(i), *aside = text("%s-aside", name);

		must(rename(name, aside));
		gives(-ESTALE);
		must(rename(aside, name));
		gives(0);
	}
	close(template);
}

static void directories_exchanged(void)
{
	char *other = fresh("other");

	begin();
	must(mkdir(other, 0755));
	must(mkdir(text("%s/bottom", other), 0755));
	copy_file(PROBE, text("%s/bottom/probe", other), 0755);
	must(renameat2(AT_FDCWD, middle, AT_FDCWD, other, RENAME_EXCHANGE));
	gives(-ESTALE);
	must(renameat2(AT_FDCWD, middle, AT_FDCWD, other, RENAME_EXCHANGE));
	gives(0);
	close(template);
}

/* Renames elsewhere do not matter. */
static void other_names_changed(void)
{
	char *one = fresh("one"), *two = fresh("two");

	begin();
	must(mkdir(one, 0755));
	must(rename(one, two));
	must(rmdir(two));
	gives(0);
	close(template);
}

/* The caller may search each directory at each spawn, as execve(2) demands. */
static void search_right_taken_away(void *unused)
{
	int pair[2];
	char byte;
	pid_t pid;

	(void)unused;
	/* A process that keeps root's rights changes the modes. */
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = must(fork());
	if (!pid) {
		close(pair[0]);
		while (read(pair[1], &byte, 1) == 1) {
			if (chmod(middle, byte == '-' ? 0700 : 0755) || write(pair[1], "", 1) != 1)
				_exit(1);
		}
		_exit(0);
	}
	close(pair[1]);
	become_nobody();
	record(path);
	check(write(pair[0], "-", 1) == 1 && read(pair[0], &byte, 1) == 1);
	gives(-EACCES);
	check(write(pair[0], "+", 1) == 1 && read(pair[0], &byte, 1) == 1);
	gives(0);
	close(pair[0]);
	check_eq(wait_for(pid), 0);
}

static void no_right_to_search(void)
{
	make_directories();
	in_child(search_right_taken_away, NULL);
}

static void own_mounts(void)
{
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

static void other_root(void *unused)
{
	(void)unused;
	record(path);
	must(chroot(top));
	must(chdir("/"));
	/* The path names nothing below the new root. */
	gives(-ESTALE);
	close(template);
}

static void root_changed(void)
{
	make_directories();
	in_child(other_root, NULL);
}

/* Below the new root, the same path names another file. */
static void another_file_below_the_root(void *unused)
{
	(void)unused;
	own_mounts();
	record(path);
	must(mkdir(text("%s/root", top), 0755));
	must(mount("none", text("%s/root", top), "tmpfs", 0, NULL));
	must(chroot(text("%s/root", top)));
	must(chdir("/"));
	gives(-ESTALE);
}

static void root_on_another_mount(void)
{
	make_directories();
	in_child(another_file_below_the_root, NULL);
}

/* In a root directory of its own, a path works, and its changes are noticed. */
static void below_another_root(void *unused)
{
	(void)unused;
	must(mkdir(text("%s/dev", top), 0755));
	must(chroot(top));
	must(chdir("/"));
	template = try_template("/middle/bottom/probe");
	check(template >= 0);
	check_eq(wait_for(try_spawn(template, ARGV("probe", "exit", "0"))), 0);
	check_eq(wait_for(try_spawn(template, ARGV("probe", "exit", "0"))), 0);
	must(rename("/middle", "/aside"));
	check_eq(try_spawn(template, ARGV("probe", "exit", "0")), -ESTALE);
	must(rename("/aside", "/middle"));
	check_eq(wait_for(try_spawn(template, ARGV("probe", "exit", "0"))), 0);
}

static void in_another_root(void)
{
	make_directories();
	in_child(below_another_root, NULL);
}

static void each_directory_mounted_over_and_back(void)
{
	int i;

	begin();
	for (i = 0; i < 3; i++) {
		char *name = directory(i);

		must(mount("none", name, "tmpfs", 0, NULL));
		gives(-ESTALE);
		must(umount(name));
		gives(0);
	}
	close(template);
}

/* A path with a mount in it; the mount goes, and comes elsewhere. */
static void mount_moved(void *unused)
{
	char *there = text("%s/there", top);

	(void)unused;
	own_mounts();
	must(mkdir(there, 0755));
	must(mount("none", middle, "tmpfs", 0, NULL));
	must(mkdir(text("%s/bottom", middle), 0755));
	copy_file(PROBE, path, 0755);
	record(path);
	must(mount(middle, there, NULL, MS_MOVE, NULL));
	/* The old directory, with another probe, is visible again. */
	gives(-ESTALE);
	must(mount(there, middle, NULL, MS_MOVE, NULL));
	gives(0);
	/* The mount point's directory is renamed with the mount on it. */
	must(rename(top, text("%s-aside", top)));
	gives(-ESTALE);
	must(rename(text("%s-aside", top), top));
	gives(0);
	close(template);
}

static void path_with_a_mount(void)
{
	make_directories();
	in_child(mount_moved, NULL);
}

static void bound_file(void *unused)
{
	char *file = text("%s/file", top);

	(void)unused;
	own_mounts();
	write_text(file, "");
	must(mount(path, file, NULL, MS_BIND, NULL));
	record(file);
	must(umount2(file, MNT_DETACH));
	gives(-ESTALE);
	must(mount(path, file, NULL, MS_BIND, NULL));
	/* The same file, on another mount. */
	gives(-ESTALE);
	close(template);
}

static void mount_of_a_file(void)
{
	make_directories();
	in_child(bound_file, NULL);
}

static void link_in_the_middle(void)
{
	char *link = fresh("link"), *other = fresh("other");

	make_directories();
	must(mkdir(other, 0755));
	must(mkdir(text("%s/bottom", other), 0755));
	copy_file(PROBE, text("%s/bottom/probe", other), 0755);
	must(symlink(middle, link));
	record(text("%s/bottom/probe", link));
	must(unlink(link));
	must(symlink(other, link));
	gives(-ESTALE);
	must(unlink(link));
	must(symlink(middle, link));
	gives(0);
	close(template);
}

/* Paths that are not written as the names of their directories. */
static void other_spellings(void)
{
	char *spellings[4];
	int i;

	make_directories();
	spellings[0] = text("%s//bottom/probe", middle);
	spellings[1] = text("%s/./bottom/probe", middle);
	spellings[2] = text("%s/bottom/../bottom/probe", middle);
	spellings[3] = text("%s/bottom/./probe", middle);
	for (i = 0; i < 4; i++) {
		record(spellings[i]);
		must(rename(middle, text("%s-aside", middle)));
		gives(-ESTALE);
		must(rename(text("%s-aside", middle), middle));
		gives(0);
		close(template);
	}
}

/* More directories than the record has room for. */
static void deep_path(void)
{
	char *deep = fresh("deep"), *first = deep;
	int i;

	must(mkdir(deep, 0755));
	for (i = 0; i < 30; i++) {
		deep = text("%s/d", deep);
		must(mkdir(deep, 0755));
	}
	copy_file(PROBE, text("%s/probe", deep), 0755);
	record(text("%s/probe", deep));
	must(rename(first, text("%s-aside", first)));
	gives(-ESTALE);
	must(rename(text("%s-aside", first), first));
	gives(0);
	close(template);
}

/*
 * A mount hides the directory, and a symbolic link in the mount leads to it. So
 * the path has the names of the file's directories, but a look-up goes another
 * way.
 */
static void link_to_a_hidden_directory(void *unused)
{
	char *bottom = text("%s/bottom", middle);
	int hidden;

	(void)unused;
	own_mounts();
	hidden = must(open(bottom, O_PATH | O_DIRECTORY | O_CLOEXEC));
	must(mount("none", middle, "tmpfs", 0, NULL));
	must(symlink(text("/proc/self/fd/%d", hidden), bottom));
	record(path);
	must(unlink(bottom));
	gives(-ESTALE);
	must(symlink(text("/proc/self/fd/%d", hidden), bottom));
	gives(0);
}

static void hidden_directory(void)
{
	make_directories();
	in_child(link_to_a_hidden_directory, NULL);
}

static atomic_bool stop;

/* Rename a directory, and change the mounts, as fast as possible. */
static void *disturb(void *unused)
{
	char *aside = text("%s-aside", middle), *folder = fresh("mounts");

	(void)unused;
	must(mkdir(folder, 0755));
	while (!atomic_load(&stop)) {
		must(rename(middle, aside));
		must(rename(aside, middle));
		must(mount("none", folder, "tmpfs", 0, NULL));
		must(umount2(folder, MNT_DETACH));
	}
	return NULL;
}

static void *spawn_many(void *count)
{
	int i;

	for (i = 0; i < 300; i++) {
		pid_t pid = try_spawn(template, ARGV("probe", "exit", "0"));

		if (pid > 0)
			check_eq(wait_for(pid), 0);
		else
			check_eq(pid, -ESTALE);
		atomic_fetch_add((atomic_int *)count, pid > 0);
	}
	return NULL;
}

/* Spawns of several threads while the path changes: each works or is stale. */
static void path_changed_during_spawns(void)
{
	pthread_t disturber, spawners[3];
	atomic_int started = 0;
	int i;

	begin();
	atomic_store(&stop, false);
	check_eq(pthread_create(&disturber, NULL, disturb, NULL), 0);
	for (i = 0; i < 3; i++)
		check_eq(pthread_create(&spawners[i], NULL, spawn_many, &started), 0);
	for (i = 0; i < 3; i++)
		check_eq(pthread_join(spawners[i], NULL), 0);
	atomic_store(&stop, true);
	check_eq(pthread_join(disturber, NULL), 0);
	gives(0);
	close(template);
}

/* Move the directory out of its parent, remove the parent, and put both back. */
static void *remove_parent(void *unused)
{
	char *bottom = text("%s/bottom", middle), *aside = text("%s/aside", top);

	(void)unused;
	while (!atomic_load(&stop)) {
		must(rename(bottom, aside));
		must(rmdir(middle));
		must(mkdir(middle, 0755));
		must(rename(aside, bottom));
	}
	return NULL;
}

static void *query_many(void *unused)
{
	struct spawn_template_query query;
	int i;

	(void)unused;
	for (i = 0; i < QUERIES; i++) {
		check_eq(sys_query(template, &query), 0);
		check(query.stale == 0 || query.stale == ESTALE);
	}
	return NULL;
}

/* A directory that was recorded loses its inode while a record is checked. */
static void directory_removed_during_queries(void)
{
	pthread_t remover, askers[2];
	int i;

	begin();
	atomic_store(&stop, false);
	check_eq(pthread_create(&remover, NULL, remove_parent, NULL), 0);
	for (i = 0; i < 2; i++)
		check_eq(pthread_create(&askers[i], NULL, query_many, NULL), 0);
	for (i = 0; i < 2; i++)
		check_eq(pthread_join(askers[i], NULL), 0);
	atomic_store(&stop, true);
	check_eq(pthread_join(remover, NULL), 0);
	gives(0);
	close(template);
}

SUITE("lookup",
      T(each_directory_renamed_and_back),
      T(directories_exchanged),
      T(other_names_changed),
      T(no_right_to_search),
      T(root_changed),
      T(root_on_another_mount),
      T(in_another_root),
      T(each_directory_mounted_over_and_back),
      T(path_with_a_mount),
      T(mount_of_a_file),
      T(link_in_the_middle),
      T(other_spellings),
      T(deep_path),
      T(hidden_directory),
      T(path_changed_during_spawns),
      T(directory_removed_during_queries));
