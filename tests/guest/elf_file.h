/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * elf_file.h - a copy of an ELF file in memory, for a test to damage
 */
#ifndef TESTS_ELF_FILE_H
#define TESTS_ELF_FILE_H

#include <elf.h>

#include "common.h"

struct elf_file {
	char *data;
	size_t size;
	Elf64_Ehdr *header;
	Elf64_Phdr *segments;
};

static inline struct elf_file elf_read(const char *path)
{
	struct elf_file elf;

	elf.data = read_whole(path, &elf.size);
	elf.header = (Elf64_Ehdr *)elf.data;
	elf.segments = (Elf64_Phdr *)(elf.data + elf.header->e_phoff);
	return elf;
}

/* Return the first segment of the type after 'after', or of all; or NULL. */
static inline Elf64_Phdr *elf_segment(struct elf_file *elf, Elf64_Word type, Elf64_Phdr *after)
{
	Elf64_Phdr *ph = after ? after + 1 : elf->segments;

	for (; ph < elf->segments + elf->header->e_phnum; ph++)
		if (ph->p_type == type)
			return ph;
	return NULL;
}

static inline char *elf_write(const struct elf_file *elf, const char *name)
{
	char *path = in_scratch_new(name);

	write_whole(path, elf->data, elf->size, 0755);
	return path;
}

#endif
