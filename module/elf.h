/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * elf.h - check the headers of an ELF executable of this machine
 *
 * Plain C on bytes that were read before: no allocation, no I/O, no kernel
 * calls. So unit tests and fuzzers run the same code as the module.
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

#include "arch.h"
#include "spawn_template.h"

/*
 * The kernel's own limit: a program header table has at most 4 KiB, a page
 * (load_elf_phdrs() in fs/binfmt_elf.c).
 */
#define ELF_MAX_PHDRS (ARCH_PAGE_SIZE / sizeof(Elf64_Phdr))

/* PATH_MAX: the longest interpreter path, with its NUL. */
#define ELF_MAX_INTERP 4096

/*
 * Check an ELF header: class, byte order, machine, type, and the size and
 * number of the program headers. The program header table must lie inside the
 * file.
 *
 * @ehdr: the first bytes of the file
 * @file_size: the size of the file in bytes
 * @machine: the EM_* number to accept
 * Return: 0 or -ENOEXEC.
 */
int elf_check_header(const Elf64_Ehdr *ehdr, u64 file_size, u16 machine);

/*
 * Check the program headers: sizes, order and overlap of the segments. At most
 * one PT_INTERP may exist, and its path must lie inside the file.
 *
 * @ehdr: a header that elf_check_header() accepted
 * @phdrs: ehdr->e_phnum program headers
 * @file_size: the size of the file in bytes
 * @summary: filled in completely
 * @interp: set to the offset of the PT_INTERP path. The path has
 *          summary->interp_len bytes. Not written if that is 0.
 * Return: 0 or -ENOEXEC.
 */
int elf_check_segments(const Elf64_Ehdr *ehdr, const Elf64_Phdr *phdrs, u64 file_size,
		       struct spawn_template_elf *summary, u64 *interp);

/*
 * Check an interpreter's path: it must not be empty, and the last byte of the
 * segment must be NUL.
 *
 * Return: 0 or -ENOEXEC.
 */
int elf_check_interp(const char *path, size_t len);

#endif /* OUTSPAWN_ELF_H */
