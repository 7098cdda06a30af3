/* The machine as a whole: RAM, the buses, and the devices that are always there. */
#include "machine/machine.h"

#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"
#include "arch/walk.h"
#include "host_device.h"
#include "machine/apic.h"
#include "machine/boot.h"
#include "machine/bus.h"
#include "machine/console.h"
#include "machine/debug_ports.h"
#include "machine/exit_request.h"
#include "machine/host_ports.h"
#include "machine/pic.h"
#include "machine/pit.h"
#include "machine/ram.h"
#include "machine/uart.h"

struct machine {
  struct ram ram;
  struct guest_memory memory;
  struct walk_memo walks;
  struct bus bus;
  struct console console;
  struct exit_request exit;
  struct uart uart;
  struct host_ports host;
  struct timeline timeline;
  struct pic pic;
  struct pit pit;
  struct apic apic;
};

enum { IRQ_TIMER = 0, IRQ_COM1 = 4 };

/* The wires of a PC: timer and COM1 to the 8259 pair, and that to the processor through LINT0. */
static void interrupts_attach(struct machine *machine) {
  struct wire lint0 = apic_pin(&machine->apic, 0);
  apic_attach(&machine->apic, &machine->bus, &machine->timeline);
  apic_start_virtual_wire(&machine->apic);
  pic_attach(&machine->pic, &machine->bus, &machine->timeline, &lint0);
  struct wire timer = pic_input(&machine->pic, IRQ_TIMER), com1 = pic_input(&machine->pic, IRQ_COM1);
  pit_attach(&machine->pit, &machine->bus, &machine->timeline, &timer);
  uart_connect(&machine->uart, &com1);
}

enum rs_status machine_create(const struct machine_config *config, struct machine **out,
                              struct rs_error *error) {
  struct machine *machine = calloc(1, sizeof *machine);
  if (!machine) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  enum rs_status status = ram_open(&machine->ram, config->memory, error);
  if (status) {
    free(machine);
    return status;
  }
  machine->memory = (struct guest_memory){ .ram = machine->ram.bytes,
                                           .ram_size = machine->ram.size,
                                           .memo = &machine->walks };
  console_open(&machine->console, config->output, config->errors, config->input);
  if (config->host_device)
    host_ports_attach(&machine->host, &machine->bus, &machine->console, &machine->exit);
  uart_attach(&machine->uart, &machine->bus, COM1_PORT, &machine->console);
  debug_console_attach(&machine->bus, &machine->console);
  debug_exit_attach(&machine->bus, &machine->exit);
  interrupts_attach(machine);
  *out = machine;
  return RS_OK;
}

void machine_destroy(struct machine *machine) {
  if (!machine) return;
  console_flush(&machine->console);
  ram_close(&machine->ram);
  free(machine);
}

uint8_t *machine_ram(struct machine *machine) {
  return machine->ram.bytes;
}

uint64_t machine_ram_size(const struct machine *machine) {
  return machine->ram.size;
}

const struct guest_memory *machine_memory(struct machine *machine) {
  return &machine->memory;
}

uint32_t machine_port_in(struct machine *machine, uint16_t port, unsigned size) {
  return bus_port_in(&machine->bus, port, size);
}

void machine_port_out(struct machine *machine, uint16_t port, unsigned size, uint32_t value) {
  bus_port_out(&machine->bus, port, size, value);
}

uint64_t machine_mmio_read(struct machine *machine, uint64_t physical, unsigned size) {
  return bus_mmio_read(&machine->bus, physical, size);
}

void machine_mmio_write(struct machine *machine, uint64_t physical, unsigned size, uint64_t value) {
  bus_mmio_write(&machine->bus, physical, size, value);
}

void machine_advance(struct machine *machine, uint64_t now) {
  machine->timeline.now = now;
  pit_advance(&machine->pit);
  apic_advance(&machine->apic);
}

uint64_t machine_next_event(const struct machine *machine) {
  bool pit_matters = !pic_has_latched(&machine->pic, IRQ_TIMER);
  bool apic_matters = apic_timer_matters(&machine->apic);
  uint64_t pit = pit_matters ? pit_next_edge(&machine->pit) : TIMELINE_NEVER;
  uint64_t apic = apic_matters ? apic_next_fire(&machine->apic) : TIMELINE_NEVER;
  return pit < apic ? pit : apic;
}

bool machine_interrupts_changed(struct machine *machine) {
  bool changed = machine->timeline.changed;
  machine->timeline.changed = false;
  return changed;
}

bool machine_nmi_pending(const struct machine *machine) {
  return machine->apic.nmi;
}

bool machine_interrupt_pending(const struct machine *machine) {
  return apic_interrupt_pending(&machine->apic) || apic_external_pending(&machine->apic);
}

void machine_take_nmi(struct machine *machine, struct rs_interrupt_request *request) {
  request->vector = VECTOR_NMI;
  request->origin = apic_take_nmi(&machine->apic);
}

/* The local APIC's own before the 8259's. */
void machine_take_interrupt(struct machine *machine, struct rs_interrupt_request *request) {
  if (apic_interrupt_pending(&machine->apic)) {
    request->vector = apic_acknowledge(&machine->apic, &request->origin);
    return;
  }
  struct pic_answer answer = pic_acknowledge(&machine->pic);
  request->vector = answer.vector;
  request->origin.kind = answer.spurious ? RS_ORIGIN_PIC_SPURIOUS : RS_ORIGIN_PIC;
  request->origin.line = answer.irq;
}

uint8_t machine_cr8(const struct machine *machine) {
  return apic_cr8(&machine->apic);
}

void machine_set_cr8(struct machine *machine, uint8_t cr8) {
  apic_set_cr8(&machine->apic, cr8);
}

void machine_set_apic_base(struct machine *machine, uint64_t value) {
  apic_set_enabled(&machine->apic, value & APIC_BASE_ENABLED);
}

bool machine_exit(const struct machine *machine, int *status) {
  if (machine->exit.made) *status = machine->exit.status;
  return machine->exit.made;
}

enum rs_status machine_flush(struct machine *machine, struct rs_error *error) {
  if (console_flush(&machine->console)) return RS_OK;
  return rs_fail(error, RS_IO_ERROR, "what the guest wrote could not all be written out: %s",
                 strerror(machine->console.lost));
}

enum rs_status machine_boot(struct machine *machine, const struct rs_blob *image, const char *command_line,
                            const struct rs_module *modules, size_t module_count, struct rs_cpu *cpu,
                            struct rs_error *error) {
  struct boot_request request = { image, command_line, modules, module_count };
  return boot_load(&machine->ram, &request, cpu, error);
}
