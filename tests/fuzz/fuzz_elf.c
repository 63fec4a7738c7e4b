// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * fuzz_elf.c - libFuzzer on the module's ELF checks
 *
 * Input: 8 bytes, the size of the file; then the first bytes of the file. The rest
 * of the file is zero. The buffers for elf.c have exactly the bytes that it may read.
 * Its answer is compared with that of a second implementation, below.
 */
#include "elf.c"

#include <stdio.h>
#include <stdlib.h>

typedef unsigned __int128 wide;

#define ADDRESS_END 0x7ffffffff000ULL
#define MACHINE EM_X86_64

struct file {
	const uint8_t *head;
	size_t head_size;
	uint64_t size;
};

#define must(condition)                                                                           \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                  \
		}                                                                                 \
	} while (0)

/* Return a copy of exactly these bytes. */
static void *copy(const struct file *file, uint64_t offset, size_t size)
{
	uint8_t *bytes = calloc(1, size ? size : 1);

	must(bytes);
	if (offset < file->head_size) {
		size_t there = file->head_size - offset;

		memcpy(bytes, file->head + offset, there < size ? there : size);
	}
	return bytes;
}

/* The second implementation */

static bool header_is_good(const Elf64_Ehdr *h, uint64_t size)
{
	static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', 2, 1 };
	wide table_end = (wide)h->e_phoff + (wide)h->e_phnum * 56;

	return size >= 64 && !memcmp(h->e_ident, ident, sizeof(ident)) && h->e_machine == MACHINE &&
	       (h->e_type == 2 || h->e_type == 3) && h->e_phentsize == 56 && h->e_phnum >= 1 &&
	       h->e_phnum <= 73 && table_end <= size;
}

static bool segment_is_good(const Elf64_Phdr *p, uint64_t size)
{
	if (p->p_type == PT_INTERP)
		return p->p_filesz >= 2 && p->p_filesz <= 4096 &&
		       (wide)p->p_offset + p->p_filesz <= size;
	if (p->p_type != PT_LOAD)
		return true;
	return p->p_filesz <= p->p_memsz && p->p_vaddr < ADDRESS_END &&
	       (wide)p->p_vaddr + p->p_memsz <= ADDRESS_END &&
	       (wide)p->p_offset + p->p_filesz <= size &&
	       (!p->p_filesz || p->p_offset % 4096 == p->p_vaddr % 4096);
}

/* Segments are in the order of their addresses and do not overlap. */
static bool order_is_good(const Elf64_Phdr *p, unsigned int count)
{
	unsigned int i, j;

	for (i = 0; i < count; i++)
		for (j = i + 1; j < count; j++)
			if (p[i].p_type == PT_LOAD && p[j].p_type == PT_LOAD &&
			    (wide)p[i].p_vaddr + p[i].p_memsz > p[j].p_vaddr)
				return false;
	return true;
}

static unsigned int count_type(const Elf64_Phdr *p, unsigned int count, uint32_t type)
{
	unsigned int n = 0;

	while (count--)
		n += p[count].p_type == type;
	return n;
}

static bool segments_are_good(const Elf64_Phdr *p, unsigned int count, uint64_t size)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!segment_is_good(&p[i], size))
			return false;
	return order_is_good(p, count) && count_type(p, count, PT_LOAD) &&
	       count_type(p, count, PT_INTERP) <= 1;
}

static const Elf64_Phdr *find(const Elf64_Phdr *p, unsigned int count, uint32_t type, bool last)
{
	const Elf64_Phdr *found = NULL;
	unsigned int i;

	for (i = 0; i < count; i++)
		if (p[i].p_type == type && (last || !found))
			found = &p[i];
	return found;
}

static void check_summary(const Elf64_Ehdr *h, const Elf64_Phdr *p,
			  const struct spawn_template_elf *summary, uint64_t interp)
{
	const Elf64_Phdr *first = find(p, h->e_phnum, PT_LOAD, false);
	const Elf64_Phdr *last = find(p, h->e_phnum, PT_LOAD, true);
	const Elf64_Phdr *stack = find(p, h->e_phnum, PT_GNU_STACK, true);
	const Elf64_Phdr *name = find(p, h->e_phnum, PT_INTERP, false);

	must(summary->type == h->e_type && summary->machine == MACHINE);
	must(summary->phnum == h->e_phnum && summary->entry == h->e_entry);
	must(summary->load_segments == count_type(p, h->e_phnum, PT_LOAD));
	must(summary->load_bytes == last->p_vaddr + last->p_memsz - first->p_vaddr);
	must(summary->load_bytes <= ADDRESS_END);
	must(summary->stack_flags == (stack ? stack->p_flags : 0));
	must(summary->interp_len == (name ? name->p_filesz : 0));
	must(!name || interp == name->p_offset);
}

static void check_interp_path(const struct file *file, uint64_t offset, size_t len)
{
	char *path = copy(file, offset, len);
	bool good = len >= 2 && path[0] && !path[len - 1];

	must(!elf_check_interp(path, len) == good);
	free(path);
}

static void check_file(const struct file *file)
{
	Elf64_Ehdr *h = copy(file, 0, sizeof(*h));
	struct spawn_template_elf summary;
	uint64_t interp = -1;
	Elf64_Phdr *p;
	int err;

	err = elf_check_header(h, file->size, MACHINE);
	must(!err || err == -ENOEXEC);
	must(!err == header_is_good(h, file->size));
	if (!err) {
		p = copy(file, h->e_phoff, h->e_phnum * sizeof(*p));
		memset(&summary, 0xaa, sizeof(summary));
		err = elf_check_segments(h, p, file->size, &summary, &interp);
		must(!err || err == -ENOEXEC);
		must(!err == segments_are_good(p, h->e_phnum, file->size));
		if (!err) {
			check_summary(h, p, &summary, interp);
			if (summary.interp_len)
				check_interp_path(file, interp, summary.interp_len);
		}
		free(p);
	}
	free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file file;

	if (size < sizeof(file.size))
		return -1;
	memcpy(&file.size, data, sizeof(file.size));
	file.head = data + sizeof(file.size);
	file.head_size = size - sizeof(file.size);
	if (file.head_size > file.size)
		file.head_size = file.size;
	check_file(&file);
	/* Also check the input as the path of an interpreter. */
	check_interp_path(&file, 0, file.head_size);
	return 0;
}
