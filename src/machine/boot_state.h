/* The processor states in which kernel images start. */
#ifndef MACHINE_BOOT_STATE_H
#define MACHINE_BOOT_STATE_H

#include "machine/ram.h"
#include "ringside/cpu.h"

/* Of `*cpu` only `model` is read. */
void boot_state_protected(struct rs_cpu *cpu, uint32_t entry);
void boot_state_long(struct rs_cpu *cpu, uint32_t entry, const struct ram *ram);

/* The page tables and the GDT that boot_state_long relies on: where they are, and their making. */
enum { BOOT_TABLES_SIZE = 7 * 4096 };
uint64_t boot_tables_address(const struct ram *ram);
void boot_tables_write(struct ram *ram);

#endif
