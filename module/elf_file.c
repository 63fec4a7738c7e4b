// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * elf_file.c - read and check the headers of an ELF file
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/slab.h>

#include "elf_file.h"

/*
 * Read exactly len bytes at pos. A file that ends before that is no executable.
 */
static int read_exactly(struct file *file, void *buf, size_t len, loff_t pos)
{
	ssize_t n = kernel_read(file, buf, len, &pos);

	if (n < 0)
		return n;
	return n == len ? 0 : -ENOEXEC;
}

static int check_interp(struct file *file, u64 offset, u32 len)
{
	char *path;
	int err;

	if (!len)
		return 0;
	path = kmalloc(len, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	err = read_exactly(file, path, len, offset) ?: elf_check_interp(path, len);
	kfree(path);
	return err;
}

/*
 * Read and check the program headers of a file whose ELF header is good.
 *
 * Return: owned by the caller, for kfree(); or an ERR_PTR.
 */
static Elf64_Phdr *read_segments(struct file *file, const Elf64_Ehdr *ehdr, u64 file_size,
				 struct spawn_template_elf *summary)
{
	size_t size = ehdr->e_phnum * sizeof(Elf64_Phdr);
	Elf64_Phdr *phdrs;
	u64 interp = 0;
	int err;

	phdrs = kmalloc(size, GFP_KERNEL);
	if (!phdrs)
		return ERR_PTR(-ENOMEM);
	err = read_exactly(file, phdrs, size, ehdr->e_phoff);
	if (!err)
		err = elf_check_segments(ehdr, phdrs, file_size, summary, &interp);
	if (!err)
		err = check_interp(file, interp, summary->interp_len);
	if (err) {
		kfree(phdrs);
		return ERR_PTR(err);
	}
	return phdrs;
}

int elf_file_read(struct file *file, u64 file_size, struct elf_facts *facts)
{
	Elf64_Phdr *phdrs;
	int err;

	err = read_exactly(file, &facts->ehdr, sizeof(facts->ehdr), 0);
	if (!err)
		err = elf_check_header(&facts->ehdr, file_size, ELF_ARCH);
	if (err)
		return err;
	phdrs = read_segments(file, &facts->ehdr, file_size, &facts->summary);
	if (IS_ERR(phdrs))
		return PTR_ERR(phdrs);
	facts->phdrs = phdrs;
	return 0;
}
