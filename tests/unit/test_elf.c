// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * test_elf.c - the module's ELF checks, on made-up headers and on real files
 */
#include "elf.c"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PHNUM 4
#define FILE_SIZE 0x4000

/* A good executable: an interpreter, two segments and a stack note. */
struct image {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdrs[PHNUM];
};

static struct image good(void)
{
	struct image image = {
		.ehdr = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB },
			.e_type = ET_DYN,
			.e_machine = EM_X86_64,
			.e_entry = 0x1234,
			.e_phoff = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = PHNUM,
		},
		.phdrs = {
			{ .p_type = PT_INTERP, .p_offset = 0x300, .p_filesz = 28, .p_memsz = 28 },
			{ .p_type = PT_LOAD, .p_offset = 0, .p_vaddr = 0,
			  .p_filesz = 0x1800, .p_memsz = 0x1800 },
			{ .p_type = PT_LOAD, .p_offset = 0x1800, .p_vaddr = 0x2800,
			  .p_filesz = 0x800, .p_memsz = 0x1000 },
			{ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W },
		},
	};

	return image;
}

static int check(const struct image *image, u64 file_size)
{
	struct spawn_template_elf summary;
	u64 interp;

	return elf_check_header(&image->ehdr, file_size, EM_X86_64) ?:
	       elf_check_segments(&image->ehdr, image->phdrs, file_size, &summary, &interp);
}

static void test_good(void **state)
{
	struct spawn_template_elf summary;
	struct image image = good();
	u64 interp = 0;

	(void)state;
	assert_int_equal(elf_check_header(&image.ehdr, FILE_SIZE, EM_X86_64), 0);
	assert_int_equal(elf_check_segments(&image.ehdr, image.phdrs, FILE_SIZE, &summary,
					    &interp), 0);
	assert_int_equal(interp, 0x300);
	assert_int_equal(summary.interp_len, 28);
	assert_int_equal(summary.type, ET_DYN);
	assert_int_equal(summary.machine, EM_X86_64);
	assert_int_equal(summary.phnum, PHNUM);
	assert_int_equal(summary.load_segments, 2);
	assert_int_equal(summary.stack_flags, PF_R | PF_W);
	assert_int_equal(summary.entry, 0x1234);
	assert_int_equal(summary.load_bytes, 0x3800);
}

static void test_static_program(void **state)
{
	struct spawn_template_elf summary;
	struct image image = good();
	u64 interp = 42;

	(void)state;
	image.ehdr.e_type = ET_EXEC;
	image.phdrs[0].p_type = PT_NOTE;
	assert_int_equal(elf_check_segments(&image.ehdr, image.phdrs, FILE_SIZE, &summary,
					    &interp), 0);
	assert_int_equal(summary.interp_len, 0);
	assert_int_equal(interp, 42);
}

/* Each test damages a good image in one way. */
#define BAD(name, statement)                                                       \
	static void test_##name(void **state)                                      \
	{                                                                          \
		struct image image = good();                                       \
		Elf64_Ehdr *e = &image.ehdr;                                       \
		Elf64_Phdr *p = image.phdrs;                                       \
		u64 file_size = FILE_SIZE;                                         \
                                                                                   \
		(void)state;                                                       \
		(void)e;                                                           \
		(void)p;                                                           \
		assert_int_equal(check(&image, file_size), 0);                     \
		statement;                                                         \
		assert_int_equal(check(&image, file_size), -ENOEXEC);              \
	}

BAD(magic, e->e_ident[EI_MAG0] = '#')
BAD(class_32, e->e_ident[EI_CLASS] = ELFCLASS32)
BAD(big_endian, e->e_ident[EI_DATA] = ELFDATA2MSB)
BAD(other_machine, e->e_machine = EM_AARCH64)
BAD(relocatable, e->e_type = ET_REL)
BAD(core, e->e_type = ET_CORE)
BAD(entry_size, e->e_phentsize = sizeof(Elf64_Phdr) + 8)
BAD(no_headers, e->e_phnum = 0)
BAD(too_many_headers, e->e_phnum = ELF_MAX_PHDRS + 1)
BAD(short_file, file_size = sizeof(Elf64_Ehdr) - 1)
BAD(empty_file, file_size = 0)
BAD(table_at_the_end, e->e_phoff = FILE_SIZE - PHNUM * sizeof(Elf64_Phdr) + 1)
BAD(table_beyond, e->e_phoff = FILE_SIZE + 1)
BAD(table_wraps, e->e_phoff = UINT64_MAX - 8)
BAD(no_load, (p[1].p_type = PT_NULL, p[2].p_type = PT_NULL))
BAD(file_larger_than_memory, p[2].p_filesz = p[2].p_memsz + 1)
BAD(segment_beyond_file, p[2].p_offset = FILE_SIZE - 0x800 + 0x1000)
BAD(segment_offset_wraps, p[2].p_offset = UINT64_MAX - 0x7ff)
BAD(overlap, p[2].p_vaddr = 0x1000 - 0x800)
BAD(overlap_by_a_byte, (p[1].p_memsz = 0x2801))
BAD(wrong_order, (p[1].p_vaddr = 0x10000))
BAD(kernel_address, p[2].p_vaddr = 0xffffffff80000800)
BAD(past_user_space, p[2].p_vaddr = ARCH_ADDRESS_END - 0x800)
BAD(memory_wraps, p[2].p_memsz = UINT64_MAX - 0x100)
BAD(not_congruent, p[2].p_vaddr = 0x2900)
BAD(two_interpreters, p[3] = p[0])
BAD(interp_empty, p[0].p_filesz = 1)
BAD(interp_long, p[0].p_filesz = ELF_MAX_INTERP + 1)
BAD(interp_beyond, p[0].p_offset = FILE_SIZE - 27)

/* Unusual headers that are allowed. */
static void test_allowed(void **state)
{
	struct image image = good();

	(void)state;
	/* Segments may touch. */
	image.phdrs[1].p_memsz = 0x2800;
	assert_int_equal(check(&image, FILE_SIZE), 0);
	/* A segment of zeros needs no congruent offset. */
	image.phdrs[2].p_filesz = 0;
	image.phdrs[2].p_offset = 0x123;
	assert_int_equal(check(&image, FILE_SIZE), 0);
	/* The program header table may be at the end of the file. */
	image.ehdr.e_phoff = FILE_SIZE - PHNUM * sizeof(Elf64_Phdr);
	assert_int_equal(check(&image, FILE_SIZE), 0);
	/* The last user address. */
	image.phdrs[2].p_vaddr = ARCH_ADDRESS_END - 0x1000;
	assert_int_equal(check(&image, FILE_SIZE), 0);
}

static void test_interp_path(void **state)
{
	(void)state;
	assert_int_equal(elf_check_interp("/lib/ld.so", 11), 0);
	assert_int_equal(elf_check_interp("/lib/ld.so", 10), -ENOEXEC);
	assert_int_equal(elf_check_interp("", 1), -ENOEXEC);
	assert_int_equal(elf_check_interp("\0\0", 2), -ENOEXEC);
}

/* Programs of this machine are accepted. */
static void test_real_programs(void **state)
{
	static const char *const paths[] = { "/proc/self/exe", "/bin/sh", "/bin/ls",
					     "/usr/bin/env" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct spawn_template_elf summary;
		const Elf64_Ehdr *ehdr;
		struct stat st;
		u64 interp = 0;
		char *file;
		int fd;

		fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &st), 0);
		file = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		assert_ptr_not_equal(file, MAP_FAILED);
		ehdr = (const Elf64_Ehdr *)file;
		assert_int_equal(elf_check_header(ehdr, st.st_size, EM_X86_64), 0);
		assert_int_equal(elf_check_segments(ehdr,
						    (const Elf64_Phdr *)(file + ehdr->e_phoff),
						    st.st_size, &summary, &interp), 0);
		if (summary.interp_len)
			assert_int_equal(elf_check_interp(file + interp, summary.interp_len), 0);
		munmap(file, st.st_size);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_static_program),
		cmocka_unit_test(test_magic),
		cmocka_unit_test(test_class_32),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_other_machine),
		cmocka_unit_test(test_relocatable),
		cmocka_unit_test(test_core),
		cmocka_unit_test(test_entry_size),
		cmocka_unit_test(test_no_headers),
		cmocka_unit_test(test_too_many_headers),
		cmocka_unit_test(test_short_file),
		cmocka_unit_test(test_empty_file),
		cmocka_unit_test(test_table_at_the_end),
		cmocka_unit_test(test_table_beyond),
		cmocka_unit_test(test_table_wraps),
		cmocka_unit_test(test_no_load),
		cmocka_unit_test(test_file_larger_than_memory),
		cmocka_unit_test(test_segment_beyond_file),
		cmocka_unit_test(test_segment_offset_wraps),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_overlap_by_a_byte),
		cmocka_unit_test(test_wrong_order),
		cmocka_unit_test(test_kernel_address),
		cmocka_unit_test(test_past_user_space),
		cmocka_unit_test(test_memory_wraps),
		cmocka_unit_test(test_not_congruent),
		cmocka_unit_test(test_two_interpreters),
		cmocka_unit_test(test_interp_empty),
		cmocka_unit_test(test_interp_long),
		cmocka_unit_test(test_interp_beyond),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_interp_path),
		cmocka_unit_test(test_real_programs),
	};

	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
