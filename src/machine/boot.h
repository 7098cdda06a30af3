/* Kernel images and what each kind finds when it starts.
 *
 * A multiboot 1 image (a multiboot header in its first 8 KiB decides, whatever else the file is) finds what
 * the Multiboot Specification 0.6.96, "Machine state", says, and where it leaves a choice:
 *   EAX 0x2BADB002, EBX the information structure, every other general register 0;
 *   CR0 PE and ET, EFLAGS 2, paging off; CS 0x08, the others 0x10, flat and 32-bit, but GDTR and IDTR have
 *   limit 0: the first segment load before LGDT raises #GP.
 *   Modules, each on a page of its own, then the information structure with all it points to, are one block
 * at the first page from 1 MiB that has room beside the image, above the image if there is room. An ELF entry
 * point within a segment's virtual addresses is carried to its physical ones.
 *
 * A plain ELF32 image finds the same processor state without the two magic registers: every general register
 * is 0.
 *
 * A plain ELF64 image finds long mode, CS 0x08 64-bit, the others 0x10, every general register 0, EFLAGS 2,
 * IDTR limit 0: CR0 PE, ET, PG; CR4 PAE; EFER LME, LMA. The first 4 GiB are identity-mapped, supervisor and
 * writable, by 2 MiB pages; the tables are the last 28 KiB of RAM, one page each: PML4 (CR3), PDPT, four page
 * directories, and the GDT (null, code, data).
 *
 * A20 is always on. No image finds a stack: ESP is 0. */
#ifndef MACHINE_BOOT_H
#define MACHINE_BOOT_H

#include "machine/ram.h"
#include "ringside/cpu.h"
#include "ringside/machine.h"

struct boot_request {
  const struct rs_blob *image;
  const char *command_line; /* NULL: none */
  const struct rs_module *modules;
  size_t module_count;
};

enum rs_status boot_load(struct ram *ram, const struct boot_request *request, struct rs_cpu *cpu,
                         struct rs_error *error);

#endif
