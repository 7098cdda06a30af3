/* Kernel images and what each kind finds when it starts.
 *
 * Always: A20 on, CPL 0, EFLAGS 2, IDTR limit 0, no stack (ESP is 0); segments flat, CS 0x08 and the others
 * 0x10; what is not named here as after reset. ELF files are loaded by their physical addresses, and an entry
 * point within a segment's virtual addresses is carried to its physical ones.
 *
 * Multiboot 1 (a multiboot header in the first 8 KiB decides, whatever else the file is): the state of
 * [Multiboot Specification "Machine state"].
 * - EAX 0x2BADB002, EBX the information structure, the other general registers 0.
 * - CR0 PE and ET, 32-bit segments; GDTR limit 0: loading a segment before LGDT raises #GP.
 * - The modules, each from a page boundary, then the information structure with all it points to, are one
 *   block: above the image, or if there is no room in the lowest page from 1 MiB with enough room below it.
 *
 * Plain ELF32: the same, with every general register 0 and no information.
 *
 * Plain ELF64: long mode, every general register 0.
 * - CR0 PE, ET and PG; CR4 PAE; EFER LME and LMA; CS 64-bit.
 * - The first 4 GiB are identity-mapped, supervisor and writable, by 2 MiB pages.
 * - The tables are the last 28 KiB of RAM, a page each: PML4 (CR3), PDPT, four page directories, and the GDT
 *   (null, code, data). */
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
