/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (C) 2026 The outspawn authors */
/*
 * plugin_api.h - the part of QEMU's plugin interface that trace.c uses
 *
 * Debian's QEMU packages have no header for plugins. These are declarations of
 * the functions that QEMU 10 exports, for version 4 of the interface. QEMU refuses
 * to load a plugin of a version that it does not have.
 */
#ifndef OUTSPAWN_PLUGIN_API_H
#define OUTSPAWN_PLUGIN_API_H

#include <stddef.h>
#include <stdint.h>

#define PLUGIN_API_VERSION 4

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;

/* A number of each virtual processor, which generated code can read. */
struct plugin_number {
	struct qemu_plugin_scoreboard *board;
	size_t offset;
};

enum plugin_registers { PLUGIN_NO_REGISTERS };
enum plugin_condition { PLUGIN_NEVER, PLUGIN_ALWAYS, PLUGIN_EQUAL, PLUGIN_NOT_EQUAL };
enum plugin_access { PLUGIN_READ = 1, PLUGIN_WRITE, PLUGIN_READ_WRITE };

typedef void plugin_block_callback(plugin_id id, struct qemu_plugin_tb *block);
typedef void plugin_insn_callback(unsigned int cpu, void *data);
typedef void plugin_memory_callback(unsigned int cpu, uint32_t info, uint64_t address, void *data);
typedef void plugin_exit_callback(plugin_id id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, plugin_block_callback *callback);
void qemu_plugin_register_atexit_cb(plugin_id id, plugin_exit_callback *callback, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    plugin_insn_callback *callback,
					    enum plugin_registers registers, void *data);
void qemu_plugin_register_vcpu_insn_exec_cond_cb(struct qemu_plugin_insn *insn,
						 plugin_insn_callback *callback,
						 enum plugin_registers registers,
						 enum plugin_condition condition,
						 struct plugin_number number, uint64_t value,
						 void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      plugin_memory_callback *callback,
				      enum plugin_registers registers, enum plugin_access access,
				      void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
void qemu_plugin_u64_set(struct plugin_number number, unsigned int cpu, uint64_t value);

#endif /* OUTSPAWN_PLUGIN_API_H */
