// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_create.c - SPAWN_TEMPLATE_IOC_CREATE: what can be a template
 */
#include "common.h"
#include "elf_file.h"

#include <poll.h>
#include <pthread.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#define ANY_FORMAT SPAWN_TEMPLATE_CREATE_ANY_FORMAT
#define ALLOW_WRITE SPAWN_TEMPLATE_CREATE_ALLOW_WRITE

/* Check that there is a template and that it works. */
static void created(int template)
{
	check(template >= 0);
	check_eq(spawn_and_wait(template), 0);
	close(template);
}

/* Structs */

static void plain_path_is_accepted(void)
{
	created(try_template(PROBE));
}

static void plain_fd_is_accepted(void)
{
	int fd = must(open(PROBE, O_RDONLY | O_CLOEXEC));

	created(try_template_fd(fd));
	close(fd);
}

static void neither_path_nor_fd(void)
{
	check_eq(sys_create(&CREATE_FD(-1)), -EINVAL);
}

static void both_path_and_fd(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);

	args.execfd = must(open(PROBE, O_RDONLY | O_CLOEXEC));
	check_eq(sys_create(&args), -EINVAL);
	close(args.execfd);
}

static void descriptor_0_is_a_descriptor(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);

	/* A caller that forgot to set execfd to -1. */
	args.execfd = 0;
	check_eq(sys_create(&args), -EINVAL);
}

static void relative_path(void)
{
	const char *path = PROBE;

	must(chdir("/"));
	check_eq(try_template(path + 1), -EINVAL);
	check_eq(try_template("./probe"), -EINVAL);
	check_eq(try_template(""), -EINVAL);
	created(try_template(path));
}

static void unknown_flags(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);
	int bit;

	for (bit = 1; bit < 64; bit++) {
		args.flags = 1ULL << bit;
		if (args.flags == ANY_FORMAT || args.flags == ALLOW_WRITE)
			continue;
		check_eq(sys_create(&args), -EINVAL);
		args.flags |= SPAWN_TEMPLATE_CREATE_CLOEXEC | ANY_FORMAT | ALLOW_WRITE;
		check_eq(sys_create(&args), -EINVAL);
	}
	args.flags = 0;
	created(sys_create(&args));
}

static void nonzero_exec_flags(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);

	args.exec_flags = AT_EMPTY_PATH;
	check_eq(sys_create(&args), -EINVAL);
}

static void nonzero_actions(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);
	struct spawn_template_action action = { .fd = 1 };

	args.actions = (uintptr_t)&action;
	check_eq(sys_create(&args), -EINVAL);
	args.actions = 0;
	args.actions_len = 1;
	check_eq(sys_create(&args), -EINVAL);
}

static void nonzero_reserved(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);
	int i;

	for (i = 0; i < 4; i++) {
		args.reserved[i] = 1;
		check_eq(sys_create(&args), -EINVAL);
		args.reserved[i] = 1ULL << 63;
		check_eq(sys_create(&args), -EINVAL);
		args.reserved[i] = 0;
	}
	created(sys_create(&args));
}

/* Call CREATE with a struct of another size. */
static int create_sized(void *args, size_t size)
{
	int fd = ioctl(device, _IOC(_IOC_WRITE, SPAWN_TEMPLATE_IOC_MAGIC, 0, size), args);

	return fd < 0 ? -errno : fd;
}

static void smaller_struct(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);

	check_eq(create_sized(&args, sizeof(args) - 1), -EINVAL);
	check_eq(create_sized(&args, 8), -EINVAL);
	check_eq(create_sized(&args, 0), -EINVAL);
	created(create_sized(&args, SPAWN_TEMPLATE_CREATE_ARGS_SIZE_VER0));
}

static void larger_struct_with_zero_tail(void)
{
	struct {
		struct spawn_template_create_args args;
		char tail[256];
	} large = { .args = CREATE_PATH(PROBE) };

	created(create_sized(&large, sizeof(large.args) + 1));
	created(create_sized(&large, sizeof(large)));
}

static void larger_struct_with_nonzero_tail(void)
{
	struct {
		struct spawn_template_create_args args;
		char tail[256];
	} large = { .args = CREATE_PATH(PROBE) };

	large.tail[255] = 1;
	check_eq(create_sized(&large, sizeof(large)), -E2BIG);
	large.tail[255] = 0;
	large.tail[0] = 1;
	check_eq(create_sized(&large, sizeof(large)), -E2BIG);
	/* Bytes after the declared size are not read. */
	created(create_sized(&large, sizeof(large.args)));
}

static void other_ioctls(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);
	struct spawn_template_spawn_args spawn = { 0 };
	struct spawn_template_query query;
	int template = template_of(PROBE);

	check_eq(error_of(ioctl(device, _IO(SPAWN_TEMPLATE_IOC_MAGIC, 99), 0)), ENOTTY);
	check_eq(error_of(ioctl(device, _IOW('x', 0, args), &args)), ENOTTY);
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_SPAWN, &spawn)), ENOTTY);
	check_eq(error_of(ioctl(device, SPAWN_TEMPLATE_IOC_QUERY, &query)), ENOTTY);
	check_eq(error_of(ioctl(template, SPAWN_TEMPLATE_IOC_CREATE, &args)), ENOTTY);
	check_eq(error_of(ioctl(template, _IO(SPAWN_TEMPLATE_IOC_MAGIC, 99), 0)), ENOTTY);
	close(template);
}

/* What the path names */

static void no_execute_permission(void)
{
	char *path = own_probe("no-x");

	must(chmod(path, 0644));
	check_eq(try_template(path), -EACCES);
	must(chmod(path, 0744));
	created(try_template(path));
}

static void no_execute_permission_by_fd(void)
{
	char *path = own_probe("no-x");
	int fd = must(open(path, O_RDONLY | O_CLOEXEC));

	must(chmod(path, 0644));
	check_eq(try_template_fd(fd), -EACCES);
	must(chmod(path, 0755));
	created(try_template_fd(fd));
	close(fd);
}

static void others_may_not(void *path)
{
	check_eq(try_template(path), -EACCES);
}

static void others_may(void *path)
{
	created(try_template(path));
}

static void no_execute_permission_for_this_user(void)
{
	char *path = own_probe("root-only");

	must(chmod(path, 0700));
	in_child_as_nobody(others_may_not, path);
	created(try_template(path));
	must(chmod(path, 0701));
	in_child_as_nobody(others_may, path);
}

static void execute_only_file_of_another_user(void)
{
	char *path = own_probe("unreadable");

	must(chmod(path, 0111));
	in_child_as_nobody(others_may, path);
	must(chmod(path, 0444));
	in_child_as_nobody(others_may_not, path);
}

static void no_search_permission_in_the_path(void)
{
	char *folder = in_scratch("closed"), *path = in_scratch("closed/probe");

	must(mkdir(folder, 0700));
	copy_file(PROBE, path, 0755);
	in_child_as_nobody(others_may_not, path);
	must(chmod(folder, 0711));
	in_child_as_nobody(others_may, path);
}

static void directory(void)
{
	int fd = must(open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC));

	check_eq(try_template(scratch), -EACCES);
	check_eq(try_template_fd(fd), -EACCES);
	close(fd);
}

/* An open of a FIFO waits for its other end: CREATE must not. */
static void fifo(void)
{
	char *path = in_scratch_new("fifo");

	must(mkfifo(path, 0777));
	check_eq(try_template(path), -EACCES);
}

static void device_nodes(void)
{
	char *path = in_scratch_new("node");

	must(mknod(path, S_IFCHR | 0777, makedev(1, 3)));
	check_eq(try_template(path), -EACCES);
	must(unlink(path));
	must(mknod(path, S_IFBLK | 0777, makedev(7, 200)));
	check_eq(try_template(path), -EACCES);
	check_eq(try_template(SPAWN_TEMPLATE_DEVICE), -EACCES);
}

static void socket_node(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", in_scratch_new("socket"));
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	must(chmod(address.sun_path, 0777));
	check_eq(try_template(address.sun_path), -EACCES);
	close(fd);
}

static void descriptors_that_are_no_files(void)
{
	int ends[2];

	must(pipe2(ends, O_CLOEXEC));
	check_eq(try_template_fd(ends[0]), -EACCES);
	check_eq(try_template_fd(device), -EACCES);
	check_eq(try_template_fd(probe), -EACCES);
	close(ends[0]);
	close(ends[1]);
	close(probe);
}

static void noexec_mount(void)
{
	char *folder = in_scratch("mount"), *path = in_scratch("mount/probe");
	int fd;

	must(mkdir(folder, 0755));
	must(mount("none", folder, "tmpfs", 0, NULL));
	copy_file(PROBE, path, 0755);
	created(try_template(path));
	must(mount(NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC, NULL));
	check_eq(try_template(path), -EACCES);
	fd = must(open(path, O_RDONLY | O_CLOEXEC));
	check_eq(try_template_fd(fd), -EACCES);
	close(fd);
	must(umount(folder));
}

/* An earlier template fails after the mount has become noexec. */
static void mount_that_becomes_noexec(void)
{
	char *folder = in_scratch("mount2"), *path = in_scratch("mount2/probe");
	int template;

	must(mkdir(folder, 0755));
	must(mount("none", folder, "tmpfs", 0, NULL));
	copy_file(PROBE, path, 0755);
	template = template_of(path);
	check_eq(spawn_and_wait(template), 0);
	must(mount(NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC, NULL));
	check_eq(spawn_and_wait(template), -EACCES);
	close(template);
	must(umount(folder));
}

/* Errors of open() */

static void no_such_file(void)
{
	check_eq(try_template("/nowhere/at/all"), -ENOENT);
	check_eq(try_template(in_scratch("none")), -ENOENT);
}

static void dangling_link(void)
{
	char *path = in_scratch_new("link");

	must(symlink("nowhere", path));
	check_eq(try_template(path), -ENOENT);
	must(unlink(path));
	must(symlink(PROBE, path));
	created(try_template(path));
}

static void loop_of_links(void)
{
	char *path = in_scratch_new("link");

	must(symlink("link", path));
	check_eq(try_template(path), -ELOOP);
}

static void file_instead_of_a_directory(void)
{
	char *path = own_probe("file");

	check_eq(try_template(text("%s/probe", path)), -ENOTDIR);
	check_eq(try_template(text("%s/", path)), -ENOTDIR);
	created(try_template(path));
}

static void too_long_names(void)
{
	char path[PATH_MAX + 1];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[PATH_MAX] = '\0';
	check_eq(try_template(path), -ENAMETOOLONG);
	path[257] = '\0';
	check_eq(try_template(path), -ENAMETOOLONG);
	path[256] = '\0';
	check_eq(try_template(path), -ENOENT);
}

/* A path of the greatest length works. */
static void longest_path(void)
{
	char path[PATH_MAX];
	size_t length = strlen(PROBE), slashes = PATH_MAX - 1 - length;

	memset(path, '/', slashes);
	strcpy(path + slashes, PROBE);
	check_eq(strlen(path), PATH_MAX - 1);
	created(try_template(path));
}

static void bad_descriptors(void)
{
	check_eq(try_template_fd(lowest_free_fd()), -EBADF);
	check_eq(try_template_fd(INT_MAX), -EBADF);
	check_eq(try_template_fd(-2), -EINVAL);
	check_eq(try_template_fd(INT_MIN), -EINVAL);
}

static void no_descriptor_left(void *unused)
{
	struct rlimit_pair {
		unsigned long now, most;
	} limit = { lowest_free_fd(), 1 << 16 };

	(void)unused;
	must(syscall(SYS_setrlimit, 7 /* RLIMIT_NOFILE */, &limit));
	check_eq(try_template(PROBE), -EMFILE);
	limit.now++;
	must(syscall(SYS_setrlimit, 7, &limit));
	check(try_template(PROBE) >= 0);
}

static void too_many_open_files(void)
{
	in_child(no_descriptor_left, NULL);
}

/* Kinds of descriptor */

static void path_descriptor(void)
{
	int fd = must(open(PROBE, O_PATH | O_CLOEXEC));

	created(try_template_fd(fd));
	close(fd);
}

static void path_descriptor_of_a_link(void)
{
	char *path = in_scratch_new("link");
	int fd;

	must(symlink(PROBE, path));
	fd = must(open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	/* The descriptor names the link itself. */
	check_eq(syscall(SYS_execveat, fd, "", ARGV("probe"), ARGV(NULL), AT_EMPTY_PATH), -1);
	check_eq(errno, ELOOP);
	check_eq(try_template_fd(fd), -ELOOP);
	close(fd);
	fd = must(open(path, O_PATH | O_CLOEXEC));
	created(try_template_fd(fd));
	close(fd);
}

static void memory_file(void)
{
	int fd = must(memfd_create("program", MFD_CLOEXEC)), template;
	char *data, *facts;
	size_t size;

	data = read_whole(PROBE, &size);

	check_eq(write(fd, data, size), size);
	template = template_of_fd(fd);
	/*
	 * The name is the one that fexecve makes up, not the one that /proc
	 * shows.
	 */
	facts = facts_of(&(struct request){ .template = template, .sections = { "exec" } });
	check_str(fact(facts, "execfn"), text("/dev/fd/%d", fd));
	check_str(fact(facts, "comm"), text("%d", fd));
	close(fd);
	created(template);
}

static void descriptor_can_be_closed_at_once(void)
{
	int fd = must(open(PROBE, O_RDONLY | O_CLOEXEC)), template = template_of_fd(fd);

	close(fd);
	created(template);
}

static void unlinked_file_by_fd(void)
{
	char *path = own_probe("gone");
	int fd = must(open(path, O_RDONLY | O_CLOEXEC));

	must(unlink(path));
	created(try_template_fd(fd));
	close(fd);
}

static void cloexec_flag(void)
{
	struct spawn_template_create_args args = CREATE_PATH(PROBE);
	int with = sys_create(&args), without;

	check_eq(must(fcntl(with, F_GETFD)), FD_CLOEXEC);
	args.flags = 0;
	without = sys_create(&args);
	check_eq(must(fcntl(without, F_GETFD)), 0);
	close(with);
	close(without);
}

static void template_is_an_anonymous_inode(void)
{
	struct pollfd poll_fd = { .fd = probe, .events = POLLIN | POLLOUT };
	char link[PATH_MAX] = "", byte;

	must(readlink(text("/proc/self/fd/%d", probe), link, sizeof(link) - 1));
	check(!strncmp(link, "anon_inode:", 11));
	check(strstr(link, "spawn_template"));
	check_eq(error_of(read(probe, &byte, 1)), EINVAL);
	check_eq(error_of(write(probe, "x", 1)), EINVAL);
	check(mmap(NULL, 4096, PROT_READ, MAP_SHARED, probe, 0) == MAP_FAILED);
	check_eq(poll(&poll_fd, 1, 0), 1);
	check_eq(poll_fd.revents, POLLERR);
}

/* The denied write */

static void open_for_writing(void)
{
	char *path = own_probe("busy");
	int fd = must(open(path, O_WRONLY | O_CLOEXEC));

	check_eq(try_template(path), -ETXTBSY);
	close(fd);
	fd = must(open(path, O_RDWR | O_CLOEXEC));
	check_eq(try_template(path), -ETXTBSY);
	check_eq(try_template_fd(fd), -ETXTBSY);
	close(fd);
	created(try_template(path));
}

static void mapped_for_writing(void)
{
	char *path = own_probe("busy");
	int fd = must(open(path, O_RDWR | O_CLOEXEC));
	void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	check(map != MAP_FAILED);
	close(fd);
	check_eq(try_template(path), -ETXTBSY);
	must(munmap(map, 4096));
	created(try_template(path));
}

/* Each of several templates denies the write. */
static void write_is_denied(const char *path)
{
	int template = template_of(path);

	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	close(template);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
}

static void write_is_denied_while_it_lives(void)
{
	char *path = own_probe("pinned");
	int template = template_of(path), second, fd;

	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	check_eq(error_of(open(path, O_RDWR)), ETXTBSY);
	check_eq(error_of(open(path, O_RDONLY | O_TRUNC)), ETXTBSY);
	check_eq(error_of(truncate(path, 0)), ETXTBSY);
	second = must(fcntl(template, F_DUPFD_CLOEXEC, 0));
	close(template);
	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	close(second);
	fd = must(open(path, O_WRONLY | O_CLOEXEC));
	close(fd);
	must(truncate(path, 0));
}

static void write_is_denied_by_every_template(void)
{
	char *path = own_probe("pinned");
	int first = template_of(path), second = template_of(path);

	close(first);
	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	check_eq(spawn_and_wait(second), 0);
	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	close(second);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
}

static void failed_create_denies_nothing(void)
{
	char *path = in_scratch_new("text");

	write_whole(path, "not a program", 13, 0755);
	check_eq(try_template(path), -ENOEXEC);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
}

static void rename_over_works_while_it_lives(void)
{
	char *path = own_probe("pinned"), *other = own_probe("new");
	int template = template_of(path);

	must(rename(other, path));
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
	close(template);
}

/* Files that are no ELF executable */

static void empty_file(void)
{
	char *path = in_scratch_new("empty");

	write_whole(path, "", 0, 0755);
	check_eq(try_template(path), -ENOEXEC);
}

static void script(void)
{
	char *path = in_scratch_new("script"), content[4096] = "#!/bin/sh\nexit 0\n";

	write_whole(path, content, strlen(content), 0755);
	check_eq(try_template(path), -ENOEXEC);
	/* The file's size makes no difference. */
	write_whole(path, content, sizeof(content), 0755);
	check_eq(try_template(path), -ENOEXEC);
}

static void plain_text(void)
{
	char *path = in_scratch_new("text"), content[4096];

	memset(content, 'x', sizeof(content));
	write_whole(path, content, sizeof(content), 0755);
	check_eq(try_template(path), -ENOEXEC);
}

/* Try every length that cuts off part of the header or of the table. */
static void truncated_file(void)
{
	struct elf_file elf = elf_read(PROBE);
	size_t table = elf.header->e_phoff + elf.header->e_phnum * sizeof(Elf64_Phdr);
	size_t sizes[] = { 1, 4, 16, 63, 64, 65, table - sizeof(Elf64_Phdr), table - 1, table };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		elf.size = sizes[i];
		check_eq(try_template(elf_write(&elf, "cut")), -ENOEXEC);
	}
}

/* Change one field of the header in a copy of probe. */
#define HEADER_TEST(name, field, value) \
	static void name(void) \
	{ \
		struct elf_file elf = elf_read(PROBE); \
		__typeof__(elf.header->field) old = elf.header->field; \
\
		elf.header->field = (value); \
		check_eq(try_template(elf_write(&elf, #name)), -ENOEXEC); \
		elf.header->field = old; \
		created(try_template(elf_write(&elf, #name))); \
	} \
	_Static_assert(1, "")

HEADER_TEST(wrong_magic, e_ident[EI_MAG1], 'e');
HEADER_TEST(wrong_class, e_ident[EI_CLASS], ELFCLASS32);
HEADER_TEST(elf_class_none, e_ident[EI_CLASS], ELFCLASSNONE);
HEADER_TEST(wrong_byte_order, e_ident[EI_DATA], ELFDATA2MSB);
HEADER_TEST(wrong_machine, e_machine, EM_AARCH64);
HEADER_TEST(wrong_machine_of_32_bits, e_machine, EM_386);
HEADER_TEST(relocatable_object, e_type, ET_REL);
HEADER_TEST(core_file, e_type, ET_CORE);
HEADER_TEST(no_program_headers, e_phnum, 0);
HEADER_TEST(too_many_program_headers, e_phnum, 0xffff);
HEADER_TEST(short_program_headers, e_phentsize, sizeof(Elf64_Phdr) - 1);
HEADER_TEST(wide_program_headers, e_phentsize, sizeof(Elf64_Phdr) + 8);
HEADER_TEST(zero_sized_program_headers, e_phentsize, 0);
HEADER_TEST(table_beyond_the_file, e_phoff, elf.size);
HEADER_TEST(table_across_the_end, e_phoff, elf.size - sizeof(Elf64_Phdr));
HEADER_TEST(table_offset_overflows, e_phoff, -(Elf64_Off)sizeof(Elf64_Phdr));

/* Change one field of the first loaded segment in a copy of probe. */
#define SEGMENT_TEST(name, field, value) \
	static void name(void) \
	{ \
		struct elf_file elf = elf_read(PROBE); \
		Elf64_Phdr *ph = elf_segment(&elf, PT_LOAD, NULL); \
		__typeof__(ph->field) old = ph->field; \
\
		ph->field = (value); \
		check_eq(try_template(elf_write(&elf, #name)), -ENOEXEC); \
		ph->field = old; \
		created(try_template(elf_write(&elf, #name))); \
	} \
	_Static_assert(1, "")

SEGMENT_TEST(segment_larger_in_file_than_in_memory, p_filesz, ph->p_memsz + 1);
SEGMENT_TEST(segment_beyond_the_file, p_offset, (elf.size + 4095) & ~4095UL);
SEGMENT_TEST(segment_offset_overflows, p_offset, ~4095UL);
SEGMENT_TEST(segment_in_kernel_memory, p_vaddr, 0xffff800000000000);
SEGMENT_TEST(segment_size_overflows, p_memsz, ~0UL);

static void no_segment_to_load(void)
{
	struct elf_file elf = elf_read(PROBE);
	Elf64_Phdr *ph = NULL;

	while ((ph = elf_segment(&elf, PT_LOAD, ph)))
		ph->p_type = PT_NULL;
	check_eq(try_template(elf_write(&elf, "nothing")), -ENOEXEC);
}

static void overlapping_segments(void)
{
	struct elf_file elf = elf_read(PROBE);
	Elf64_Phdr *first = elf_segment(&elf, PT_LOAD, NULL), *second;

	second = elf_segment(&elf, PT_LOAD, first);
	check(second);
	first->p_memsz = second->p_vaddr - first->p_vaddr + 1;
	check_eq(try_template(elf_write(&elf, "overlap")), -ENOEXEC);
}

/* Read /bin/true, which has an interpreter. */
static struct elf_file dynamic(Elf64_Phdr **interp)
{
	struct elf_file elf = elf_read("/bin/true");

	*interp = elf_segment(&elf, PT_INTERP, NULL);
	check(*interp);
	return elf;
}

static void program_with_interpreter(void)
{
	Elf64_Phdr *interp;
	struct elf_file elf = dynamic(&interp);

	created(try_template(elf_write(&elf, "dynamic")));
}

static void two_interpreters(void)
{
	Elf64_Phdr *interp, *other;
	struct elf_file elf = dynamic(&interp);

	other = elf_segment(&elf, PT_NOTE, NULL);
	check(other);
	*other = *interp;
	check_eq(try_template(elf_write(&elf, "two")), -ENOEXEC);
}

static void unterminated_interpreter(void)
{
	Elf64_Phdr *interp;
	struct elf_file elf = dynamic(&interp);

	elf.data[interp->p_offset + interp->p_filesz - 1] = 'x';
	check_eq(try_template(elf_write(&elf, "endless")), -ENOEXEC);
}

static void interpreter_outside_of_the_file(void)
{
	Elf64_Phdr *interp;
	struct elf_file elf = dynamic(&interp);

	interp->p_offset = elf.size;
	check_eq(try_template(elf_write(&elf, "outside")), -ENOEXEC);
	interp->p_offset = elf.size - 1;
	check_eq(try_template(elf_write(&elf, "outside")), -ENOEXEC);
	interp->p_offset = -2UL;
	check_eq(try_template(elf_write(&elf, "outside")), -ENOEXEC);
}

static void interpreter_of_a_strange_length(void)
{
	Elf64_Phdr *interp;
	struct elf_file elf = dynamic(&interp);

	interp->p_filesz = 1;
	check_eq(try_template(elf_write(&elf, "short")), -ENOEXEC);
	interp->p_filesz = 0;
	check_eq(try_template(elf_write(&elf, "short")), -ENOEXEC);
	interp->p_filesz = PATH_MAX + 1;
	check_eq(try_template(elf_write(&elf, "short")), -ENOEXEC);
}

static void failed_creates_leave_no_descriptor(void)
{
	int before = count_fds(), i;

	for (i = 0; i < 20; i++) {
		check_eq(try_template("/nowhere"), -ENOENT);
		check_eq(try_template(scratch), -EACCES);
	}
	check_eq(count_fds(), before);
}

/* Any format */

static int create_with(struct spawn_template_create_args args, uint64_t flags)
{
	args.flags |= flags;
	return sys_create(&args);
}

#define TRY_ANY(path) create_with(CREATE_PATH(path), ANY_FORMAT)
#define TRY_ANY_FD(fd) create_with(CREATE_FD(fd), ANY_FORMAT)

static char *text_file(const char *name, const char *content)
{
	char *path = in_scratch_new(name);

	write_whole(path, content, strlen(content), 0755);
	return path;
}

/* Make a script whose interpreter is probe, which reports what it was given. */
static char *probe_script(const char *name)
{
	return text_file(name, text("#!%s script\n", PROBE));
}

static pid_t spawn_of(int template, struct spawn_template_result *result)
{
	char *const argv[] = { "name", "exit", "0", NULL };
	struct spawn_template_spawn_args args = { .argv = (uintptr_t)argv,
						  .result = (uintptr_t)result };

	return sys_spawn(template, &args);
}

/*
 * Check that the spawn fails in exec, and return the errno that execve has,
 * too.
 */
static int error_in_exec(int template)
{
	struct spawn_template_result result;
	pid_t pid = spawn_of(template, &result);

	if (pid > 0)
		return -wait_for(pid);
	check_eq(result.stage, SPAWN_TEMPLATE_STAGE_EXEC);
	check_eq(result.error, -pid);
	check_eq(count_children(), 0);
	return -pid;
}

/*
 * Return the error of execve of a path, or of fexecve of a close-on-exec
 * descriptor; or 0.
 */
static int error_of_execve(const char *path, int fd)
{
	char *argv[] = { "name", "exit", "0", NULL }, *envp[] = { NULL };
	pid_t pid = must(fork());

	if (!pid) {
		if (path)
			execve(path, argv, envp);
		else
			fexecve(fd, argv, envp);
		_exit(errno);
	}
	return wait_for(pid);
}

static void as_execve(int template, const char *path)
{
	static const char *const sections[8] = { "args", "exec" };
	char *facts =
		facts_of(&(struct request){ .template = template, .sections = { "args", "exec" } });

	check_str(facts, reference_facts(path, NULL, sections));
	check_str(fact(facts, "argv.0"), path);
	check_str(fact(facts, "execfn"), path);
	check_str(fact(facts, "comm"), strrchr(path, '/') + 1);
	check_str(fact(facts, "exe"), PROBE);
}

/* $0, arguments, comm and AT_EXECFN are the same as with execve. */
static void any_format_script_by_path(void)
{
	char *path = probe_script("a-script");
	int template = TRY_ANY(path);

	check(template >= 0);
	check_eq(spawn_and_wait(template), 0);
	as_execve(template, path);
	check_eq(must(fcntl(template, F_GETFD)), FD_CLOEXEC);
	close(template);
}

static void any_format_script_by_fd(void)
{
	char *path = probe_script("a-script");
	int fd = must(open(path, O_RDONLY)), by_number = must(open(path, O_PATH));
	int template = TRY_ANY_FD(fd), other = TRY_ANY_FD(by_number);

	close(fd);
	close(by_number);
	as_execve(template, path);
	as_execve(other, path);
	close(template);
	close(other);
}

/*
 * An interpreter cannot open a descriptor that exec closes. A program does not
 * have to.
 */
static void any_format_script_by_close_on_exec_fd(void)
{
	static const int ways[] = { O_RDONLY, O_PATH };
	char *path = probe_script("a-script");
	int fd, template;
	size_t i;

	for (i = 0; i < 2; i++) {
		fd = must(open(path, ways[i] | O_CLOEXEC));
		template = TRY_ANY_FD(fd);
		check(template >= 0);
		check_eq(error_of_execve(NULL, fd), ENOENT);
		check_eq(error_in_exec(template), ENOENT);
		close(template);
		must(fcntl(fd, F_SETFD, 0));
		template = TRY_ANY_FD(fd);
		check_eq(spawn_and_wait(template), 0);
		/*
		 * What counts is the close-on-exec flag at the moment of
		 * CREATE.
		 */
		must(fcntl(fd, F_SETFD, FD_CLOEXEC));
		check_eq(spawn_and_wait(template), 0);
		close(template);
		close(fd);
	}
	fd = must(open(PROBE, O_PATH | O_CLOEXEC));
	template = TRY_ANY_FD(fd);
	check_eq(spawn_and_wait(template), 0);
	close(template);
	close(fd);
}

/*
 * The shell's own $0 and arguments; then a script whose interpreter is a
 * script.
 */
static void any_format_scripts_of_the_shell(void)
{
	char *path = text_file("shell-script", "#!/bin/sh\ntest \"$0 $*\" = \"$EXPECTED\"\n");
	char *second = text_file("second", text("#!%s\n", path));
	int template = TRY_ANY(path);
	struct spawn_template_spawn_args args = {
		.argv = (uintptr_t)ARGV("x", "one two", "three"),
		.envp = (uintptr_t)ARGV(text("EXPECTED=%s one two three", path)),
	};

	check_eq(wait_for(sys_spawn(template, &args)), 0);
	close(template);
	template = TRY_ANY(second);
	args.envp = (uintptr_t)ARGV(text("EXPECTED=%s %s one two three", path, second));
	check_eq(wait_for(sys_spawn(template, &args)), 0);
	/* No arguments at all. */
	args.argv = 0;
	args.envp = (uintptr_t)ARGV(text("EXPECTED=%s %s", path, second));
	check_eq(wait_for(sys_spawn(template, &args)), 0);
	close(template);
}

/* The file has no name, so no interpreter can open it. */
static void nameless(int fd)
{
	int template = TRY_ANY_FD(fd);
	char *lines;

	check(template >= 0);
	lines = read_whole(text("/proc/self/fdinfo/%d", template), NULL);
	check(strstr(lines, text("template-path:\t/dev/fd/%d\n", fd)));
	check_eq(error_in_exec(template), ENOENT);
	check_eq(error_of_execve(NULL, fd), ENOENT);
	close(template);
}

static void any_format_nameless_scripts(void)
{
	char *content = text("#!%s script\n", PROBE), *path;
	int fd = must(memfd_create("script", MFD_CLOEXEC));

	check_eq(write(fd, content, strlen(content)), strlen(content));
	nameless(fd);
	close(fd);
	path = probe_script("unlinked");
	fd = must(open(path, O_RDONLY | O_CLOEXEC));
	must(unlink(path));
	nameless(fd);
	/* A new file of the same name must not be executed instead. */
	probe_script("unlinked");
	nameless(fd);
	close(fd);
}

/* CREATE succeeds; the spawn gives the same error as execve. */
static void any_format_same_error(char *path, int error)
{
	int template = TRY_ANY(path), fd = must(open(path, O_PATH));

	check_eq(error_of_execve(path, -1), error);
	check_eq(error_in_exec(template), error);
	close(template);
	template = TRY_ANY_FD(fd);
	check_eq(error_in_exec(template), error);
	close(template);
	close(fd);
}

static void any_format_of_no_format(void)
{
	struct elf_file elf = elf_read(PROBE);

	any_format_same_error(text_file("text", "just words\n"), ENOEXEC);
	any_format_same_error(text_file("empty", ""), ENOEXEC);
	any_format_same_error(text_file("bare", "#!\n"), ENOEXEC);
	any_format_same_error(text_file("blank", "#!   \n"), ENOEXEC);
	elf.header->e_machine = EM_AARCH64;
	any_format_same_error(elf_write(&elf, "foreign"), ENOEXEC);
	elf = elf_read(PROBE);
	elf.size = 64;
	any_format_same_error(elf_write(&elf, "truncated"), ENOEXEC);
}

static void any_format_interpreters(void)
{
	char *path = in_scratch("itself");

	any_format_same_error(text_file("missing", "#!/nowhere/at/all\n"), ENOENT);
	any_format_same_error(text_file("folder", "#!/bin\n"), EACCES);
	any_format_same_error(text_file("no-program", "#!/etc/passwd\n"), EACCES);
	any_format_same_error(text_file("no-format", text("#!%s\n", text_file("no", "words"))),
			      ENOEXEC);
	any_format_same_error(text_file("itself", text("#!%s\n", path)), ELOOP);
}

/*
 * A format that binfmt_misc knows; the shell would take its magic for a
 * comment.
 */
static void any_format_of_binfmt_misc(void)
{
	char *folder = in_scratch("formats"), *path = text_file("misc", "#OUTSPAWN\nexit 7\n"),
	     *rule;
	struct spawn_template_result result;
	int template, fd;

	must(mkdir(folder, 0755));
	must(mount("none", folder, "binfmt_misc", 0, NULL));
	template = TRY_ANY(path);
	check_eq(error_in_exec(template), ENOEXEC);
	rule = ":outspawn:M::#OUTSPAWN::/bin/sh:";
	fd = must(open(in_scratch("formats/register"), O_WRONLY | O_CLOEXEC));
	check_eq(write(fd, rule, strlen(rule)), strlen(rule));
	close(fd);
	check_eq(wait_for(spawn_of(template, &result)), 7);
	close(template);
	fd = must(open(path, O_PATH | O_CLOEXEC));
	must(unlink(path));
	nameless(fd);
	close(fd);
	fd = must(open(in_scratch("formats/outspawn"), O_WRONLY | O_CLOEXEC));
	check_eq(write(fd, "-1", 2), 2);
	close(fd);
	must(umount(folder));
}

/* Any file needs execute permission. */
static void any_format_permissions(void)
{
	char *folder = in_scratch("mount3"), *path = probe_script("no-x");

	must(chmod(path, 0644));
	check_eq(TRY_ANY(path), -EACCES);
	check_eq(TRY_ANY(scratch), -EACCES);
	check_eq(TRY_ANY(in_scratch("none")), -ENOENT);
	check_eq(TRY_ANY_FD(device), -EACCES);
	must(mkdir(folder, 0755));
	must(mount("none", folder, "tmpfs", MS_NOEXEC, NULL));
	check_eq(TRY_ANY(probe_script("mount3/script")), -EACCES);
	must(umount(folder));
}

/* --- a file that may be executed and not read --- */

/* The caller cannot keep writers away. Only exec finds out the file's format. */
static void unreadable_program(void *argument)
{
	char *path = argument;
	static const struct spawn_template_elf nothing;
	int template = template_of(path), fd = must(open(path, O_PATH | O_CLOEXEC)), by_fd;
	struct spawn_template_query query = query_of(template);

	by_fd = template_of_fd(fd);
	close(fd);
	check(!memcmp(&query.elf, &nothing, sizeof(nothing)));
	check_eq(spawn_and_wait(template), 0);
	check_eq(spawn_and_wait(by_fd), 0);
	close(template);
	close(by_fd);
}

static void unreadable_text(void *path)
{
	int fd = must(open(path, O_PATH | O_CLOEXEC)), template = try_template(path);

	check(template >= 0);
	check_eq(error_in_exec(template), ENOEXEC);
	close(template);
	template = try_template_fd(fd);
	check(template >= 0);
	check_eq(error_in_exec(template), ENOEXEC);
	close(template);
	close(fd);
}

static void readable_text(void *path)
{
	check_eq(try_template(path), -ENOEXEC);
}

static void in_child_with_modes(char *path, void (*unreadable)(void *), void (*readable)(void *))
{
	must(chmod(path, 0711));
	in_child_as_nobody(unreadable, path);
	must(chmod(path, 0755));
	in_child_as_nobody(readable, path);
}

static void format_of_an_execute_only_file(void)
{
	struct elf_file elf = elf_read(PROBE);

	in_child_with_modes(text_file("words", "just words\n"), unreadable_text, readable_text);
	in_child_with_modes(text_file("empty", ""), unreadable_text, readable_text);
	in_child_with_modes(probe_script("a-script"), unreadable_text, readable_text);
	elf.header->e_machine = EM_AARCH64;
	in_child_with_modes(elf_write(&elf, "foreign"), unreadable_text, readable_text);
	in_child_with_modes(own_probe("program"), unreadable_program, others_may);
}

/*
 * Root opens the file for writing while an ordinary user has a template:
 * 'error' is that open's. 'spawned' is what a spawn gives afterwards.
 */
static void write_beside_nobody(const char *path, int error, int spawned)
{
	int ready[2], done[2], fd;
	char byte;
	pid_t pid;

	must(pipe2(ready, O_CLOEXEC));
	must(pipe2(done, O_CLOEXEC));
	pid = must(fork());
	if (!pid) {
		int template;

		become_nobody();
		template = template_of(path);
		check_eq(write(ready[1], "x", 1), 1);
		check_eq(read(done[0], &byte, 1), 1);
		_exit(spawn_and_wait(template) == spawned ? 0 : 1);
	}
	check_eq(read(ready[0], &byte, 1), 1);
	next_tick();
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	check_eq(fd < 0 ? errno : 0, error);
	if (fd >= 0) {
		check_eq(write(fd, "#", 1), 1);
		close(fd);
	}
	check_eq(write(done[1], "x", 1), 1);
	check_eq(wait_for(pid), 0);
	close(ready[0]);
	close(ready[1]);
	close(done[0]);
	close(done[1]);
}

/*
 * A caller that may not read a file keeps no writer away. A write makes the
 * template stale.
 */
static void writers_of_an_execute_only_file(void)
{
	char *path = own_probe("program");

	must(chmod(path, 0711));
	write_beside_nobody(path, 0, -ESTALE);
	path = own_probe("program");
	write_beside_nobody(path, ETXTBSY, 0);
	/* Root may always read it. */
	must(chmod(path, 0711));
	write_is_denied(path);
}

/*
 * A script may be executed without being read. Then its interpreter cannot open
 * it.
 */
static void unreadable_script(void *path)
{
	struct spawn_template_result result;
	int template = TRY_ANY(path);

	check(template >= 0);
	/* The shell cannot open it and exits with this status. */
	check_eq(wait_for(spawn_of(template, &result)), error_of_execve(path, -1));
}

static void any_format_unreadable_script(void)
{
	char *path = text_file("unreadable", "#!/bin/sh\nexit 0\n");

	must(chmod(path, 0711));
	in_child_as_nobody(unreadable_script, path);
}

static void any_format_of_a_program(void)
{
	int plain = template_of(PROBE), any = TRY_ANY(PROBE),
	    fd = must(open(PROBE, O_PATH | O_CLOEXEC));
	int by_fd = TRY_ANY_FD(fd);
	struct spawn_template_query want = query_of(plain), got = query_of(any);

	check(want.elf.load_segments);
	check(!memcmp(&want.elf, &got.elf, sizeof(want.elf)));
	check(!memcmp(&want.key, &got.key, sizeof(want.key)));
	check_eq(want.memory, got.memory);
	got = query_of(by_fd);
	check(!memcmp(&want.elf, &got.elf, sizeof(want.elf)));
	close(plain);
	close(fd);
	created(any);
	created(by_fd);
}

static void any_format_in_query_and_fdinfo(void)
{
	static const struct spawn_template_elf nothing;
	char *path = probe_script("a-script"), *lines;
	int template = TRY_ANY(path);
	struct spawn_template_query query = query_of(template);
	struct stat status;

	must(stat(path, &status));
	check_eq(query.key.size, status.st_size);
	check_eq(query.key.ino, status.st_ino);
	check(!memcmp(&query.elf, &nothing, sizeof(nothing)));
	check_eq(query.stale, 0);
	check(query.memory > strlen(path) && query.memory <= 4096);
	check_eq(spawn_and_wait(template), 0);
	check_eq(query_of(template).spawned, 1);
	lines = read_whole(text("/proc/self/fdinfo/%d", template), NULL);
	check(strstr(lines, text("template-path:\t%s\ntemplate-by:\tpath\n", path)));
	check(strstr(lines, "template-elf:\ttype 0 machine 0 phnum 0 load 0 stack 0 interp 0 "
			    "entry 0 bytes 0\n"));
	check(strstr(lines, "template-spawned:\t1\n"));
	close(template);
}

/* A writer may open the file. A write makes the template stale. */
static void lets_writers_in(const char *path, int template)
{
	int fd = must(open(path, O_WRONLY | O_CLOEXEC));

	close(fd);
	close(must(open(path, O_RDWR | O_CLOEXEC)));
	check_eq(spawn_and_wait(template), 0);
	next_tick();
	fd = must(open(path, O_WRONLY | O_APPEND | O_CLOEXEC));
	check_eq(write(fd, "#\n", 2), 2);
	close(fd);
	check_eq(spawn_and_wait(template), -ESTALE);
	close(template);
}

/*
 * The interpreter opens the script later. CREATE cannot promise to keep writers
 * away until then.
 */
static void any_format_script_lets_writers_in(void)
{
	static const uint64_t flags[] = { ANY_FORMAT, ANY_FORMAT | ALLOW_WRITE };
	char *path;
	int fd;
	size_t i;

	for (i = 0; i < 2; i++) {
		path = probe_script("written");
		lets_writers_in(path, create_with(CREATE_PATH(path), flags[i]));
		fd = must(open(path, O_PATH));
		lets_writers_in(path, create_with(CREATE_FD(fd), flags[i]));
		close(fd);
	}
}

/* A template of a program still keeps writers away. */
static void any_format_of_a_program_keeps_writers_away(void)
{
	char *path = own_probe("kept");
	int fd = must(open(path, O_PATH | O_CLOEXEC)), template = TRY_ANY(path);

	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	check_eq(error_of(truncate(path, 0)), ETXTBSY);
	created(template);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
	template = TRY_ANY_FD(fd);
	close(fd);
	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	created(template);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
}

/* Without the flag, other formats are still ENOEXEC. */
static void other_formats_need_the_flag(void)
{
	char *path = probe_script("a-script");
	int fd = must(open(path, O_PATH | O_CLOEXEC));

	check_eq(try_template(path), -ENOEXEC);
	check_eq(try_template_fd(fd), -ENOEXEC);
	check_eq(create_with(CREATE_PATH(path), ALLOW_WRITE), -ENOEXEC);
	close(fd);
}

/* Writers let in */

#define TRY_WRITABLE(path) create_with(CREATE_PATH(path), ALLOW_WRITE)
#define TRY_WRITABLE_FD(fd) create_with(CREATE_FD(fd), ALLOW_WRITE)

static void allow_write_lets_writers_in(void)
{
	char *path = own_probe("writable");
	int template = TRY_WRITABLE(path), fd = must(open(path, O_PATH | O_CLOEXEC));
	int other = TRY_WRITABLE_FD(fd);

	close(fd);
	check_eq(spawn_and_wait(template), 0);
	check_eq(spawn_and_wait(other), 0);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
	fd = must(open(path, O_RDWR | O_CLOEXEC));
	check_eq(pwrite(fd, "\177", 1, 0), 1);
	close(fd);
	close(must(open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)));
	must(truncate(path, 5));
	close(template);
	close(other);
}

/* Neither kind of template can be made of a file that is open for writing. */
static void allow_write_during_a_write(void)
{
	char *path = own_probe("busy");
	int fd = must(open(path, O_WRONLY | O_CLOEXEC)),
	    by_number = must(open(path, O_PATH | O_CLOEXEC));
	void *map;

	check_eq(TRY_WRITABLE(path), -ETXTBSY);
	check_eq(TRY_WRITABLE_FD(by_number), -ETXTBSY);
	close(by_number);
	close(fd);
	fd = must(open(path, O_RDWR | O_CLOEXEC));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED);
	close(fd);
	check_eq(TRY_WRITABLE(path), -ETXTBSY);
	must(munmap(map, 4096));
	created(TRY_WRITABLE(path));
}

/* A spawn during a write gives what execve gives on this kernel. */
static void allow_write_spawn_during_a_write(void)
{
	char *path = own_probe("busy");
	int template = TRY_WRITABLE(path), fd, error;
	void *map;

	check_eq(error_in_exec(template), 0);
	fd = must(open(path, O_RDWR | O_CLOEXEC));
	error = error_of_execve(path, -1);
	check(!error || error == ETXTBSY);
	check_eq(error_in_exec(template), error);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED);
	close(fd);
	check_eq(error_in_exec(template), error_of_execve(path, -1));
	must(munmap(map, 4096));
	/* The file was opened and not written, so it is unchanged. */
	check_eq(error_in_exec(template), 0);
	close(template);
}

/* The running program keeps writers away, on kernels that do this. */
static void allow_write_of_a_running_program(void)
{
	char *path = own_probe("running");
	int template = TRY_WRITABLE(path);
	pid_t pid = must(try_spawn(template, ARGV("probe", "block"))), other;
	int error = error_of(open(path, O_WRONLY | O_CLOEXEC));

	close(template);
	must(kill(pid, SIGKILL));
	check_eq(wait_for(pid), 128 + SIGKILL);
	other = reference_spawn(path, ARGV("probe", "block"), NULL, NULL);
	check_eq(error_of(open(path, O_WRONLY | O_CLOEXEC)), error);
	must(kill(other, SIGKILL));
	check_eq(wait_for(other), 128 + SIGKILL);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
}

/*
 * Making and closing such a template changes no count: not for writers, and not
 * for templates that deny writes.
 */
static void allow_write_is_balanced(void)
{
	char *path = own_probe("balanced");
	int i, template, denies;

	for (i = 0; i < 20; i++)
		created(TRY_WRITABLE(path));
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
	template = TRY_WRITABLE(path);
	denies = template_of(path);
	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	close(template);
	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	created(TRY_WRITABLE(path));
	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	close(denies);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
	/* A CREATE that fails changes nothing. */
	must(truncate(path, 10));
	for (i = 0; i < 20; i++)
		check_eq(TRY_WRITABLE(path), -ENOEXEC);
	i = must(open(path, O_WRONLY | O_CLOEXEC));
	check_eq(create_with(CREATE_PATH(path), ANY_FORMAT), -ETXTBSY);
	close(i);
	denies = TRY_ANY(path);
	check_eq(error_of(open(path, O_WRONLY)), ETXTBSY);
	close(denies);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
}

static void any_format_with_allow_write(void)
{
	char *path = probe_script("both");
	int template = create_with(CREATE_PATH(path), ANY_FORMAT | ALLOW_WRITE);

	as_execve(template, path);
	next_tick();
	write_whole(path, "#!/bin/sh\n", 10, 0755);
	check_eq(spawn_and_wait(template), -ESTALE);
	close(template);
}

/*
 * Since Linux 6.14, a storage daemon is asked before a file is read, and may
 * have to write the content first.
 */
#ifndef FAN_PRE_ACCESS
#define FAN_PRE_ACCESS 0x00100000
#endif

struct storage {
	int watch;
	int filled, failed;
};

static void *fill(void *argument)
{
	char buffer[4096] __attribute__((aligned(8)));
	struct storage *storage = argument;

	for (;;) {
		ssize_t size = read(storage->watch, buffer, sizeof(buffer));
		struct fanotify_event_metadata *event = (void *)buffer;

		/* The event's descriptor is open for writing. */
		storage->failed += size < 0;
		for (; size > 0 && FAN_EVENT_OK(event, size); event = FAN_EVENT_NEXT(event, size)) {
			struct fanotify_response allow = { event->fd, FAN_ALLOW };

			storage->failed += write(storage->watch, &allow, sizeof(allow)) < 0;
			storage->filled++;
			close(event->fd);
		}
	}
	return NULL;
}

/* exec denies no writes to such a file, so a template does not, either. */
static void file_that_a_daemon_fills(void)
{
	struct storage storage = { 0 };
	/*
	 * Not in the scratch directory: a file system in memory has no such
	 * daemons.
	 */
	char *path = text("/var/tmp/outspawn-stored-%d", getpid());
	pthread_t thread;
	int template;

	copy_file(PROBE, path, 0755);
	storage.watch = must(
		fanotify_init(FAN_CLASS_PRE_CONTENT | FAN_CLOEXEC, O_RDWR | O_LARGEFILE));
	if (fanotify_mark(storage.watch, FAN_MARK_ADD, FAN_PRE_ACCESS, AT_FDCWD, path) < 0) {
		/* This kernel or file system does not support such daemons. */
		check(errno == EINVAL || errno == EOPNOTSUPP);
		close(storage.watch);
		must(unlink(path));
		return;
	}
	check_eq(pthread_create(&thread, NULL, fill, &storage), 0);
	template = template_of(path);
	check_eq(spawn_and_wait(template), 0);
	close(must(open(path, O_WRONLY | O_CLOEXEC)));
	close(template);
	check_eq(pthread_cancel(thread), 0);
	check_eq(pthread_join(thread, NULL), 0);
	check(storage.filled);
	check_eq(storage.failed, 0);
	close(storage.watch);
	must(unlink(path));
}

SUITE("create",
      T(plain_path_is_accepted),
      T(plain_fd_is_accepted),
      T(neither_path_nor_fd),
      T(both_path_and_fd),
      T(descriptor_0_is_a_descriptor),
      T(relative_path),
      T(unknown_flags),
      T(nonzero_exec_flags),
      T(nonzero_actions),
      T(nonzero_reserved),
      T(smaller_struct),
      T(larger_struct_with_zero_tail),
      T(larger_struct_with_nonzero_tail),
      T(other_ioctls),
      T(no_execute_permission),
      T(no_execute_permission_by_fd),
      T(no_execute_permission_for_this_user),
      T(execute_only_file_of_another_user),
      T(no_search_permission_in_the_path),
      T(directory),
      T(fifo),
      T(device_nodes),
      T(socket_node),
      T(descriptors_that_are_no_files),
      T(noexec_mount),
      T(mount_that_becomes_noexec),
      T(no_such_file),
      T(dangling_link),
      T(loop_of_links),
      T(file_instead_of_a_directory),
      T(too_long_names),
      T(longest_path),
      T(bad_descriptors),
      T(too_many_open_files),
      T(path_descriptor),
      T(path_descriptor_of_a_link),
      T(memory_file),
      T(descriptor_can_be_closed_at_once),
      T(unlinked_file_by_fd),
      T(cloexec_flag),
      T(template_is_an_anonymous_inode),
      T(open_for_writing),
      T(mapped_for_writing),
      T(write_is_denied_while_it_lives),
      T(write_is_denied_by_every_template),
      T(failed_create_denies_nothing),
      T(rename_over_works_while_it_lives),
      T(empty_file),
      T(script),
      T(plain_text),
      T(truncated_file),
      T(wrong_magic),
      T(wrong_class),
      T(elf_class_none),
      T(wrong_byte_order),
      T(wrong_machine),
      T(wrong_machine_of_32_bits),
      T(relocatable_object),
      T(core_file),
      T(no_program_headers),
      T(too_many_program_headers),
      T(short_program_headers),
      T(wide_program_headers),
      T(zero_sized_program_headers),
      T(table_beyond_the_file),
      T(table_across_the_end),
      T(table_offset_overflows),
      T(segment_larger_in_file_than_in_memory),
      T(segment_beyond_the_file),
      T(segment_offset_overflows),
      T(segment_in_kernel_memory),
      T(segment_size_overflows),
      T(no_segment_to_load),
      T(overlapping_segments),
      T(program_with_interpreter),
      T(two_interpreters),
      T(unterminated_interpreter),
      T(interpreter_outside_of_the_file),
      T(interpreter_of_a_strange_length),
      T(failed_creates_leave_no_descriptor),
      T(any_format_script_by_path),
      T(any_format_script_by_fd),
      T(any_format_script_by_close_on_exec_fd),
      T(any_format_scripts_of_the_shell),
      T(any_format_nameless_scripts),
      T(any_format_of_no_format),
      T(any_format_interpreters),
      T(any_format_of_binfmt_misc),
      T(any_format_permissions),
      T(format_of_an_execute_only_file),
      T(writers_of_an_execute_only_file),
      T(any_format_unreadable_script),
      T(any_format_of_a_program),
      T(any_format_script_lets_writers_in),
      T(any_format_of_a_program_keeps_writers_away),
      T(any_format_in_query_and_fdinfo),
      T(other_formats_need_the_flag),
      T(allow_write_lets_writers_in),
      T(allow_write_during_a_write),
      T(allow_write_spawn_during_a_write),
      T(allow_write_of_a_running_program),
      T(allow_write_is_balanced),
      T(any_format_with_allow_write),
      T(file_that_a_daemon_fills));
