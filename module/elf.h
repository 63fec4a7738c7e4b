/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf.h - what makes a file an ELF executable of this machine
 *
 * Plain C on bytes already read: no allocation, no I/O, no kernel calls, so
 * that unit tests and fuzzers run the very code that the module runs.
 */
#ifndef OUTSPAWN_ELF_H
#define OUTSPAWN_ELF_H

#ifdef __KERNEL__
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/types.h>
#else
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint64_t u64;
typedef uint16_t u16;
#endif

#include "spawn_template.h"

/*
 * The kernel's own limit: a program header table is at most a page of 4 KiB
 * (load_elf_phdrs() in fs/binfmt_elf.c).
 */
#define ELF_MAX_PHDRS (4096 / sizeof(Elf64_Phdr))

/* Longest interpreter path, its NUL included: PATH_MAX. */
#define ELF_MAX_INTERP 4096

/*
 * Check an ELF header: class, byte order, machine, type, entry size, count,
 * and that the program header table lies inside the file.
 *
 * @ehdr: the first bytes of the file
 * @file_size: of the whole file, in bytes
 * @machine: the EM_* number to accept
 * Return: 0 or -ENOEXEC.
 */
int elf_check_header(const Elf64_Ehdr *ehdr, u64 file_size, u16 machine);

/*
 * Check the program headers: sizes, order and overlap of the segments, at
 * most one PT_INTERP, whose path lies inside the file. Fills in @summary.
 *
 * @ehdr: a header that elf_check_header() took
 * @phdrs: ehdr->e_phnum of them
 * @file_size: of the whole file, in bytes
 * @summary: what the headers say; all of it is written
 * @interp: set to the offset of the PT_INTERP path, whose length is
 *          summary->interp_len; not written if that is 0
 * Return: 0 or -ENOEXEC.
 */
int elf_check_segments(const Elf64_Ehdr *ehdr, const Elf64_Phdr *phdrs, u64 file_size,
		       struct spawn_template_elf *summary, u64 *interp);

/*
 * Check an interpreter's path as read from the file: not empty, and
 * terminated by the last byte of the segment.
 *
 * Return: 0 or -ENOEXEC.
 */
int elf_check_interp(const char *path, size_t len);

#endif /* OUTSPAWN_ELF_H */
