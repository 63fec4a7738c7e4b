// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * trace.c - a QEMU plugin: write every instruction between two marks to a file
 *
 *   qemu-system-x86_64 … -plugin trace.so,out=PATH
 *
 * mark.h has the marks. The file has records: a run of instructions that follow
 * each other, a mark, or a change of the task. report reads it. For guests with one
 * processor.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mark.h"
#include "plugin_api.h"

#define EXPORT __attribute__((visibility("default")))
#define LONGEST_INSN 15
#define MARK_SIZE 8

/* How a run ended: by which kind of instruction. */
enum kind { PLAIN, CALL, RETURN, INTERRUPT_RETURN, A_MARK, A_TASK };

struct record {
	uint64_t first; /* address of the run; the mark's number; the task */
	uint64_t next; /* the address after the run's last instruction */
	uint32_t count; /* instructions */
	uint32_t kind;
};

/* What the callbacks of an instruction are given. */
struct insn {
	uint64_t address;
	uint32_t size;
	enum kind kind;
};

EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

static FILE *file;
static struct plugin_number tracing;
static struct record run;

static void put(const struct record *record)
{
	if (fwrite(record, sizeof(*record), 1, file) != 1) {
		perror("trace");
		exit(1);
	}
}

static void end_run(void)
{
	if (run.count)
		put(&run);
	run.count = 0;
}

static void execute(unsigned int cpu, void *data)
{
	const struct insn *insn = data;

	(void)cpu;
	if (run.count && (run.next != insn->address || run.kind != PLAIN))
		end_run();
	if (!run.count)
		run.first = insn->address;
	run.count++;
	run.next = insn->address + insn->size;
	run.kind = insn->kind;
}

static void at_mark(unsigned int cpu, void *data)
{
	uint64_t number = (uintptr_t)data;

	end_run();
	put(&(struct record){ .first = number, .kind = A_MARK });
	qemu_plugin_u64_set(tracing, cpu, number != MARK_END);
	if (number == MARK_END)
		fflush(file);
}

/* The kernel loads the next task's stack pointer from its task_struct. */
static void at_switch(unsigned int cpu, uint32_t info, uint64_t address, void *data)
{
	(void)cpu, (void)info, (void)data;
	if (!run.count)
		return;
	end_run();
	put(&(struct record){ .first = address, .kind = A_TASK });
}

/* Is it "mov offset(%rsi), %rsp", after "mov %rsp, offset(%rdi)" in __switch_to_asm? */
static bool is_switch(const uint8_t *before, const uint8_t *code)
{
	return code[0] == 0x48 && code[1] == 0x8b && code[2] == 0xa6 && before[0] == 0x48 &&
	       before[1] == 0x89 && before[2] == 0xa7 && !memcmp(before + 3, code + 3, 4);
}

static enum kind kind_of(const uint8_t *code, size_t size)
{
	size_t i = 0;

	/* Prefixes that calls and returns have in the kernel and in programs. */
	while (i + 1 < size && (code[i] == 0xf2 || code[i] == 0xf3 || code[i] == 0x2e ||
				code[i] == 0x3e || (code[i] & 0xf0) == 0x40))
		i++;
	if (code[i] == 0xe8 || (code[i] == 0xff && i + 1 < size && (code[i + 1] >> 3 & 7) == 2))
		return CALL;
	if (code[i] == 0xc3 || code[i] == 0xc2)
		return RETURN;
	return code[i] == 0xcf ? INTERRUPT_RETURN : PLAIN;
}

static uint32_t mark_of(const uint8_t *code, size_t size)
{
	static const uint8_t nop[4] = { 0x0f, 0x1f, 0x84, 0x00 };
	uint32_t number;

	if (size != MARK_SIZE || memcmp(code, nop, sizeof(nop)))
		return 0;
	memcpy(&number, code + sizeof(nop), sizeof(number));
	return number > MARK_BASE && number <= MARK_BASE + MARK_END ? number - MARK_BASE : 0;
}

static void translate_insn(struct qemu_plugin_insn *insn, const uint8_t *before,
			   const uint8_t *code)
{
	size_t size = qemu_plugin_insn_size(insn);
	uint32_t mark = mark_of(code, size);
	struct insn *data;

	if (mark) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_mark, PLUGIN_NO_REGISTERS,
						       (void *)(uintptr_t)mark);
		return;
	}
	/* Kept until the end: QEMU may execute the translated block at any time. */
	data = malloc(sizeof(*data));
	if (!data)
		abort();
	*data = (struct insn){ qemu_plugin_insn_vaddr(insn), size, kind_of(code, size) };
	qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, execute, PLUGIN_NO_REGISTERS,
						    PLUGIN_NOT_EQUAL, tracing, 0, data);
	if (is_switch(before, code))
		qemu_plugin_register_vcpu_mem_cb(insn, at_switch, PLUGIN_NO_REGISTERS, PLUGIN_READ,
						 NULL);
}

static void translate(plugin_id id, struct qemu_plugin_tb *block)
{
	uint8_t code[2][LONGEST_INSN + 1] = { 0 };
	struct qemu_plugin_insn *insn;
	size_t i;

	(void)id;
	for (i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
		insn = qemu_plugin_tb_get_insn(block, i);
		memset(code[i % 2], 0, sizeof(code[0]));
		qemu_plugin_insn_data(insn, code[i % 2], LONGEST_INSN);
		translate_insn(insn, code[(i + 1) % 2], code[i % 2]);
	}
}

static void finish(plugin_id id, void *data)
{
	(void)id, (void)data;
	fclose(file);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "trace: give out=PATH\n");
		return -1;
	}
	file = fopen(argv[0] + 4, "we");
	if (!file) {
		perror(argv[0] + 4);
		return -1;
	}
	tracing = (struct plugin_number){ qemu_plugin_scoreboard_new(sizeof(uint64_t)), 0 };
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
