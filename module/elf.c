// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * elf.c - check the headers of an ELF executable of this machine
 */
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "arch.h"
#include "elf.h"

/*
 * Return true if [offset, offset + size) lies inside a file of file_size bytes.
 */
static bool inside(u64 offset, u64 size, u64 file_size)
{
	return offset <= file_size && size <= file_size - offset;
}

int elf_check_header(const Elf64_Ehdr *ehdr, u64 file_size, u16 machine)
{
	if (file_size < sizeof(*ehdr))
		return -ENOEXEC;
	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG))
		return -ENOEXEC;
	if (ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	if (ehdr->e_machine != machine)
		return -ENOEXEC;
	if (ehdr->e_type != ET_EXEC && ehdr->e_type != ET_DYN)
		return -ENOEXEC;
	if (ehdr->e_phentsize != sizeof(Elf64_Phdr))
		return -ENOEXEC;
	if (!ehdr->e_phnum || ehdr->e_phnum > ELF_MAX_PHDRS)
		return -ENOEXEC;
	if (!inside(ehdr->e_phoff, (u64)ehdr->e_phnum * sizeof(Elf64_Phdr), file_size))
		return -ENOEXEC;
	return 0;
}

/*
 * Check a PT_LOAD segment: mmap() must accept the segment, and it must begin
 * after the previous one ends. The gABI requires segments in the order of their
 * addresses.
 */
static int check_load(const Elf64_Phdr *ph, u64 file_size, u64 previous_end)
{
	if (ph->p_filesz > ph->p_memsz)
		return -ENOEXEC;
	if (ph->p_vaddr >= ARCH_ADDRESS_END || ph->p_memsz > ARCH_ADDRESS_END - ph->p_vaddr)
		return -ENOEXEC;
	if (ph->p_vaddr < previous_end)
		return -ENOEXEC;
	if (!inside(ph->p_offset, ph->p_filesz, file_size))
		return -ENOEXEC;
	if (ph->p_filesz && ((ph->p_offset ^ ph->p_vaddr) & (ARCH_PAGE_SIZE - 1)))
		return -ENOEXEC;
	return 0;
}

static int check_interp_segment(const Elf64_Phdr *ph, u64 file_size)
{
	/* The shortest path is one character and the NUL. */
	if (ph->p_filesz < 2 || ph->p_filesz > ELF_MAX_INTERP)
		return -ENOEXEC;
	return inside(ph->p_offset, ph->p_filesz, file_size) ? 0 : -ENOEXEC;
}

int elf_check_segments(const Elf64_Ehdr *ehdr, const Elf64_Phdr *phdrs, u64 file_size,
		       struct spawn_template_elf *summary, u64 *interp)
{
	u64 start = 0, end = 0;
	u16 i;

	memset(summary, 0, sizeof(*summary));
	summary->type = ehdr->e_type;
	summary->machine = ehdr->e_machine;
	summary->phnum = ehdr->e_phnum;
	summary->entry = ehdr->e_entry;

	for (i = 0; i < ehdr->e_phnum; i++) {
		const Elf64_Phdr *ph = &phdrs[i];
		int err = 0;

		switch (ph->p_type) {
		case PT_LOAD:
			err = check_load(ph, file_size, end);
			if (!summary->load_segments++)
				start = ph->p_vaddr;
			end = ph->p_vaddr + ph->p_memsz;
			break;
		case PT_INTERP:
			if (summary->interp_len)
				return -ENOEXEC;
			err = check_interp_segment(ph, file_size);
			summary->interp_len = ph->p_filesz;
			*interp = ph->p_offset;
			break;
		case PT_GNU_STACK:
			summary->stack_flags = ph->p_flags;
			break;
		}
		if (err)
			return err;
	}
	if (!summary->load_segments)
		return -ENOEXEC;
	summary->load_bytes = end - start;
	return 0;
}

int elf_check_interp(const char *path, size_t len)
{
	if (len < 2 || !path[0] || path[len - 1])
		return -ENOEXEC;
	return 0;
}
