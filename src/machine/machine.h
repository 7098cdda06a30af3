/* The machine around the processor: RAM, ports, memory-mapped devices, image loaders and boot states. */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "arch/memory.h"
#include "ringside/cpu.h"
#include "ringside/machine.h"
#include "ringside/status.h"

struct machine;

struct machine_config {
  uint64_t memory;       /* bytes of RAM: RS_MEMORY_MIN to RS_MEMORY_MAX, a multiple of 1 MiB */
  bool host_device;      /* answer at the ports of guest/include/host_device.h */
  FILE *output, *errors; /* not closed here; NULL: what the guest writes is dropped */
  FILE *input;           /* NULL: always at its end */
};

enum rs_status machine_create(const struct machine_config *config, struct machine **out,
                              struct rs_error *error);
void machine_destroy(struct machine *machine); /* flushes; takes NULL */

/* RAM: one contiguous range from physical 0, page-aligned in the host, zero at first. Stays where it is. */
uint8_t *machine_ram(struct machine *machine);
uint64_t machine_ram_size(const struct machine *machine);
const struct guest_memory *machine_memory(struct machine *machine); /* lives as long as the machine */

/* `size` is 1, 2 or 4. All ones where nothing answers. A port that takes only narrower accesses gets several,
 * as on the ISA bus. */
uint32_t machine_port_in(struct machine *machine, uint16_t port, unsigned size);
void machine_port_out(struct machine *machine, uint16_t port, unsigned size, uint32_t value);

/* `size` is 1 to 8, outside RAM. All ones where nothing answers. */
uint64_t machine_mmio_read(struct machine *machine, uint64_t physical, unsigned size);
void machine_mmio_write(struct machine *machine, uint64_t physical, unsigned size, uint64_t value);

/* True once a device asked for the end; `*status` is then 0 to 255. The first one that asks decides. */
bool machine_exit(const struct machine *machine, int *status);

/* Writes out what is still buffered. RS_IO_ERROR when any of the guest's output was lost. */
enum rs_status machine_flush(struct machine *machine, struct rs_error *error);

/* Loads a kernel image into a machine that has not run, and makes `*cpu` the state in which it starts. Of
 * `*cpu` only `model` is read. Nothing is loaded when the image is refused. What each kind of image finds:
 * machine/boot.h. */
enum rs_status machine_boot(struct machine *machine, const struct rs_blob *image, const char *command_line,
                            const struct rs_module *modules, size_t module_count, struct rs_cpu *cpu,
                            struct rs_error *error);

#endif
