/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * elf_file.h - read and check the headers of an ELF file
 */
#ifndef OUTSPAWN_ELF_FILE_H
#define OUTSPAWN_ELF_FILE_H

#include <linux/types.h>

#include "elf.h"

struct file;

/* The headers of an ELF file. */
struct elf_facts {
	Elf64_Ehdr ehdr;
	Elf64_Phdr *phdrs; /* owned */
	struct spawn_template_elf summary;
};

/*
 * Read and check the headers of a file that is open for exec. Sleeps.
 *
 * @facts: zeroed by the caller. ehdr has the first bytes of the file even if
 *	the file is no ELF file. phdrs is set on success only.
 * Return: 0; -ENOEXEC: no ELF executable of this machine; -ENOMEM; or the errno
 * of the read.
 */
int elf_file_read(struct file *file, u64 file_size, struct elf_facts *facts);

#endif /* OUTSPAWN_ELF_FILE_H */
