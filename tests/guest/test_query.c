// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/* test_query.c - what INFO, QUERY and fdinfo show */
#include "common.h"
#include "elf_file.h"

#include <sys/sysmacros.h>

static struct spawn_template_info info_of(int fd)
{
	struct spawn_template_info info;

	memset(&info, 0xff, sizeof(info));
	check_eq(outspawn_info(fd, &info), 0);
	return info;
}

static void info_shows_the_modules_features(void)
{
	struct spawn_template_info info = info_of(device);

	check_eq(info.version, SPAWN_TEMPLATE_VERSION);
	check_eq(info.max_actions, SPAWN_TEMPLATE_MAX_ACTIONS);
	check_eq(info.features & SPAWN_TEMPLATE_FEATURE_RESULT, SPAWN_TEMPLATE_FEATURE_RESULT);
	check_eq(info.action_types, 0xff);
	check_eq(info.create_flags, SPAWN_TEMPLATE_CREATE_CLOEXEC |
					    SPAWN_TEMPLATE_CREATE_ANY_FORMAT |
					    SPAWN_TEMPLATE_CREATE_ALLOW_WRITE);
	/* Some kernels have two more flags: test_birth.c tests them. */
	check_eq(info.spawn_flags & ~(SPAWN_TEMPLATE_SPAWN_AUTOREAP |
				      SPAWN_TEMPLATE_SPAWN_KILL_ON_CLOSE),
		 SPAWN_TEMPLATE_SPAWN_INHERIT_FDS | SPAWN_TEMPLATE_SPAWN_ASYNC |
			 SPAWN_TEMPLATE_SPAWN_CGROUP | SPAWN_TEMPLATE_SPAWN_EXIT_SIGNAL |
			 SPAWN_TEMPLATE_SPAWN_STOPPED | SPAWN_TEMPLATE_SPAWN_NO_NEW_PRIVS |
			 SPAWN_TEMPLATE_SPAWN_NODE | SPAWN_TEMPLATE_SPAWN_PDEATH_PROCESS);
	check_eq(info.create_args_size, sizeof(struct spawn_template_create_args));
	check_eq(info.spawn_args_size, sizeof(struct spawn_template_spawn_args));
	check_eq(info.trusted_version, 0);
	check_eq(info.reserved[0] | info.reserved[1] | info.reserved[2] | info.reserved[3], 0);
}

static void info_of_a_template(void)
{
	struct spawn_template_info one = info_of(device), two = info_of(probe);

	check(!memcmp(&one, &two, sizeof(one)));
}

static void info_counts_templates(void)
{
	uint64_t before = info_of(device).templates;
	int one = template_of(PROBE), two = template_of("/bin/true");

	check_eq(info_of(device).templates, before + 2);
	close(one);
	check_eq(info_of(device).templates, before + 1);
	close(two);
	check_eq(info_of(device).templates, before);
	check_eq(try_template("/etc/passwd"), -EACCES);
	check_eq(info_of(device).templates, before);
}

static void struct_sizes(void)
{
	union {
		struct spawn_template_info info;
		struct spawn_template_query query;
		char bytes[512];
	} large;
	size_t size = sizeof(large);
	size_t i;

#define SIZED(fd, number, size_) \
	(ioctl(fd, _IOC(_IOC_READ, SPAWN_TEMPLATE_IOC_MAGIC, number, size_), &large) < 0 ? \
		 -errno : \
		 0)
	check_eq(SIZED(device, 2, SPAWN_TEMPLATE_INFO_SIZE_VER0 - 1), -EINVAL);
	check_eq(SIZED(probe, 3, SPAWN_TEMPLATE_QUERY_SIZE_VER0 - 1), -EINVAL);
	memset(&large, 0xff, size);
	check_eq(SIZED(device, 2, SPAWN_TEMPLATE_INFO_SIZE_VER0), 0);
	check_eq((unsigned char)large.bytes[sizeof(large.info)], 0xff);
	/* Fields that the module does not know are zero. */
	check_eq(SIZED(device, 2, size), 0);
	for (i = sizeof(large.info); i < size; i++)
		check_eq(large.bytes[i], 0);
	memset(&large, 0xff, size);
	check_eq(SIZED(probe, 3, size), 0);
	for (i = sizeof(large.query); i < size; i++)
		check_eq(large.bytes[i], 0);
}

static void key_equals_stat(void)
{
	struct spawn_template_query query = query_of(probe);
	struct stat status;

	must(stat(PROBE, &status));
	check_eq(query.key.dev_major, major(status.st_dev));
	check_eq(query.key.dev_minor, minor(status.st_dev));
	check_eq(query.key.ino, status.st_ino);
	check_eq(query.key.size, status.st_size);
	check_eq(query.key.mode, status.st_mode);
	check_eq(query.key.uid, status.st_uid);
	check_eq(query.key.gid, status.st_gid);
	check_eq(query.key.ctime_sec, status.st_ctim.tv_sec);
	check_eq(query.key.ctime_nsec, status.st_ctim.tv_nsec);
	check_eq(query.key.mtime_sec, status.st_mtim.tv_sec);
	check_eq(query.key.mtime_nsec, status.st_mtim.tv_nsec);
	check_eq(query.key.pad, 0);
}

static void key_of_anothers_file(void)
{
	char *path = own_probe("owned");
	struct spawn_template_query query;
	int template;

	must(chown(path, 1234, 5678));
	must(chmod(path, 02755));
	template = template_of(path);
	query = query_of(template);
	check_eq(query.key.uid, 1234);
	check_eq(query.key.gid, 5678);
	check_eq(query.key.mode, S_IFREG | 02755);
	close(template);
}

static void elf_equals_the_file(const char *path)
{
	struct elf_file elf = elf_read(path);
	Elf64_Phdr *stack = elf_segment(&elf, PT_GNU_STACK, NULL);
	Elf64_Phdr *interp = elf_segment(&elf, PT_INTERP, NULL);
	Elf64_Phdr *load = NULL, *first = NULL, *last = NULL;
	int template = template_of(path), count = 0;
	struct spawn_template_elf got = query_of(template).elf;

	while ((load = elf_segment(&elf, PT_LOAD, load))) {
		first = first ? first : load;
		last = load;
		count++;
	}
	check_eq(got.type, elf.header->e_type);
	check_eq(got.machine, elf.header->e_machine);
	check_eq(got.phnum, elf.header->e_phnum);
	check_eq(got.entry, elf.header->e_entry);
	check_eq(got.load_segments, count);
	check_eq(got.load_bytes, last->p_vaddr + last->p_memsz - first->p_vaddr);
	check_eq(got.stack_flags, stack ? stack->p_flags : 0);
	check_eq(got.interp_len, interp ? interp->p_filesz : 0);
	close(template);
}

static void elf_of_a_static_program(void)
{
	elf_equals_the_file(PROBE);
}

static void elf_of_a_dynamic_program(void)
{
	elf_equals_the_file("/bin/true");
}

/* Check that QUERY and fdinfo show nothing of the program's content. */
static void shows_no_elf(int template)
{
	static const struct spawn_template_elf nothing;
	struct spawn_template_query query = query_of(template);
	char *lines = read_whole(text("/proc/self/fdinfo/%d", template), NULL);

	check(!memcmp(&query.elf, &nothing, sizeof(nothing)));
	check(strstr(lines, "template-elf:\ttype 0 machine 0 phnum 0 load 0 stack 0 interp 0 "
			    "entry 0 bytes 0\n"));
}

static void nothing_of_the_elf(int template)
{
	shows_no_elf(template);
	check_eq(spawn_and_wait(template), 0);
	close(template);
}

static void all_of_the_elf(int template)
{
	struct spawn_template_elf got = query_of(template).elf;
	struct elf_file elf = elf_read(PROBE);

	check_eq(got.entry, elf.header->e_entry);
	check_eq(got.phnum, elf.header->e_phnum);
	check_eq(got.machine, elf.header->e_machine);
	check(strstr(read_whole(text("/proc/self/fdinfo/%d", template), NULL),
		     text("entry %llx ", (unsigned long long)got.entry)));
	check_eq(spawn_and_wait(template), 0);
	close(template);
}

/* Look at a template of the path and at one of an O_PATH descriptor. */
static void look_into(const char *path, void (*look)(int template))
{
	int fd = must(open(path, O_PATH | O_CLOEXEC));

	look(template_of(path));
	look(template_of_fd(fd));
	close(fd);
}

static void look_without_permission(void *path)
{
	check_eq(error_of(open(path, O_RDONLY)), EACCES);
	look_into(path, nothing_of_the_elf);
}

static void look_with_permission(void *path)
{
	look_into(path, all_of_the_elf);
}

static void elf_of_a_program_that_may_not_be_read(void)
{
	char *path = own_probe("closed");

	must(chmod(path, 0711));
	in_child_as_nobody(look_without_permission, path);
	/* Root may read it. */
	look_with_permission(path);
	must(chmod(path, 0755));
	in_child_as_nobody(look_with_permission, path);
}

static void look_at_anothers_template(void *template)
{
	shows_no_elf(*(int *)template);
}

/* The maker may read the program. The process that asks may not. */
static void elf_of_a_program_that_only_the_maker_may_read(void)
{
	char *path = own_probe("closed");
	int template;

	must(chmod(path, 0711));
	template = template_of(path);
	in_child_as_nobody(look_at_anothers_template, &template);
	all_of_the_elf(template);
}

static void counters(void)
{
	struct spawn_template_query query = query_of(probe);
	int i;

	check_eq(query.spawned, 0);
	check_eq(query.failed, 0);
	for (i = 0; i < 3; i++)
		check_eq(spawn_and_wait(probe), 0);
	for (i = 0; i < 2; i++)
		check_eq(sys_spawn(probe, &(struct spawn_template_spawn_args){ .flags = 1ULL << 9 }),
			 -EINVAL);
	query = query_of(probe);
	check_eq(query.spawned, 3);
	check_eq(query.failed, 2);
	/* A program that fails is a spawn that succeeded. */
	check_eq(wait_for(try_spawn(probe, ARGV("probe", "exit", "1"))), 1);
	check_eq(query_of(probe).spawned, 4);
	check_eq(query_of(probe).failed, 2);
}

static void counters_belong_to_the_template(void)
{
	int other = template_of(PROBE), same = must(fcntl(probe, F_DUPFD_CLOEXEC, 0));

	check_eq(spawn_and_wait(probe), 0);
	check_eq(query_of(other).spawned, 0);
	check_eq(query_of(same).spawned, 1);
	close(other);
	close(same);
}

/* Lengthen a program's path to 'length' bytes. */
static char *long_path(const char *program_path, size_t length)
{
	char *path = text("%*s", (int)length, program_path);

	memset(path, '/', length - strlen(program_path));
	return path;
}

static uint32_t memory_of(const char *path)
{
	int template = template_of(path);
	uint32_t memory = query_of(template).memory;

	/*
	 * A static libc needs its program headers loaded. With headers at
	 * another place, execve's child may crash, too.
	 */
	check_eq(spawn_and_wait(template),
		 wait_for(reference_spawn(path, ARGV("probe", "exit", "0"), NULL, NULL)));
	close(template);
	return memory;
}

static void memory_is_little(void)
{
	check(memory_of(PROBE) > 0);
	check(memory_of(PROBE) <= 4096);
	check(memory_of(long_path(PROBE, 1000)) <= 4096);
}

/*
 * The limit is 4 KiB beside the open file, for any program. A path of more than
 * 3 KiB adds its length.
 */
static void memory_at_worst(void)
{
	struct elf_file elf = elf_read(PROBE);
	size_t table = elf.header->e_phnum * sizeof(Elf64_Phdr), most = 73 * sizeof(Elf64_Phdr);
	char *path;

	/*
	 * Move the program headers to the file's end, as many as the kernel
	 * takes.
	 */
	elf.size = (elf.size + 7) & ~7UL;
	elf.data = memcpy(text("%*s", (int)(elf.size + most), ""), elf.data, elf.size);
	memcpy(elf.data + elf.size, elf.segments, table);
	memset(elf.data + elf.size + table, 0, most - table);
	elf.header = (Elf64_Ehdr *)elf.data;
	elf.header->e_phoff = elf.size;
	elf.header->e_phnum = 73;
	elf.size += most;
	path = elf_write(&elf, "many-headers");
	check(memory_of(path) <= 4096);
	check(memory_of(long_path(path, 3000)) <= 4096);
	check(memory_of(long_path(path, PATH_MAX - 1)) <= 4096 + PATH_MAX);
}

static void stale_is_the_error_of_a_spawn(void)
{
	char *path = own_probe("changing");
	int template = template_of(path);

	check_eq(query_of(template).stale, 0);
	must(chmod(path, 0700));
	check_eq(query_of(template).stale, ESTALE);
	check_eq(spawn_and_wait(template), -ESTALE);
	close(template);
}

static void fdinfo(void)
{
	struct spawn_template_query query;
	char *lines;

	check_eq(spawn_and_wait(probe), 0);
	query = query_of(probe);
	lines = read_whole(text("/proc/self/fdinfo/%d", probe), NULL);
	check(strstr(lines, text("\t%s\n", PROBE)));
	check(strstr(lines, text("ino %llu ", (unsigned long long)query.key.ino)));
	check(strstr(lines, text("size %llu ", (unsigned long long)query.key.size)));
	check(strstr(lines, text("phnum %u ", query.elf.phnum)));
	check(strstr(lines, "spawned:\t1\n"));
	check(strstr(lines, "failed:\t0\n"));
}

/* A newline in a file's name must not add a line. */
static void fdinfo_of_a_strange_name(void)
{
	char *path = own_probe("new\nspawned:\t99\nline"), *lines;
	int template = template_of(path);

	lines = read_whole(text("/proc/self/fdinfo/%d", template), NULL);
	check(!strstr(lines, "\nspawned:"));
	check(strstr(lines, "new\\012spawned:"));
	close(template);
}

static void not_a_template(void)
{
	struct spawn_template_query query;
	int fd = must(open("/dev/null", O_RDONLY | O_CLOEXEC));

	check_eq(outspawn_query(device, &query), -ENOTTY);
	check_eq(outspawn_query(fd, &query), -ENOTTY);
	check_eq(outspawn_query(lowest_free_fd(), &query), -EBADF);
	check_eq(outspawn_query(probe, &query), 0);
	close(fd);
}

SUITE("query",
      T(info_shows_the_modules_features),
      T(info_of_a_template),
      T(info_counts_templates),
      T(struct_sizes),
      T(key_equals_stat),
      T(key_of_anothers_file),
      T(elf_of_a_static_program),
      T(elf_of_a_dynamic_program),
      T(elf_of_a_program_that_may_not_be_read),
      T(elf_of_a_program_that_only_the_maker_may_read),
      T(counters),
      T(counters_belong_to_the_template),
      T(memory_is_little),
      T(memory_at_worst),
      T(stale_is_the_error_of_a_spawn),
      T(fdinfo),
      T(fdinfo_of_a_strange_name),
      T(not_a_template));
