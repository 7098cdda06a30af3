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
#include "ringside/transition.h"

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

/* --- Time and interrupts. Time is counted in instructions: those executed, and those waited for in HLT. ---
 */

/* Lets devices act up to the present time, which never goes back. To be called before every access to a port
 * or to memory-mapped devices, every acknowledgement, and at the time that machine_next_event names. */
void machine_advance(struct machine *machine, uint64_t now);

/* When a device next raises an interrupt that is not pending already; UINT64_MAX when none will by itself. */
uint64_t machine_next_event(const struct machine *machine);

/* Whether, since this was asked last, an access or an event may have changed what is pending or to come. */
bool machine_interrupts_changed(struct machine *machine);

/* What the processor finds: an NMI; an interrupt, of higher priority than CR8 allows to be held off. Taking
 * one fills its vector and origin into `request`, and nothing else; one must be pending. */
bool machine_nmi_pending(const struct machine *machine);
bool machine_interrupt_pending(const struct machine *machine);
void machine_take_nmi(struct machine *machine, struct rs_interrupt_request *request);
void machine_take_interrupt(struct machine *machine, struct rs_interrupt_request *request);

/* The local APIC's part of the processor's state: CR8, and IA32_APIC_BASE as written. */
uint8_t machine_cr8(const struct machine *machine);
void machine_set_cr8(struct machine *machine, uint8_t cr8);
void machine_set_apic_base(struct machine *machine, uint64_t value);

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
