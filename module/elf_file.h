/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf_file.h - the headers of an ELF file, read and checked
 */
#ifndef OUTSPAWN_ELF_FILE_H
#define OUTSPAWN_ELF_FILE_H

#include <linux/types.h>

#include "elf.h"

struct file;

/* What was read of an ELF file. */
struct elf_facts {
	Elf64_Ehdr ehdr;
	Elf64_Phdr *phdrs; /* owned */
	struct spawn_template_elf summary;
};

/*
 * Read and check the headers of a file, which was opened for exec. Sleeps.
 *
 * @facts: phdrs is filled in on success only
 * Return: 0; -ENOEXEC: no ELF executable of this machine; -ENOMEM; or the error
 * of the read.
 */
int elf_file_read(struct file *file, u64 file_size, struct elf_facts *facts);

#endif /* OUTSPAWN_ELF_FILE_H */
