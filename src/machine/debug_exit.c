/* The exit port at 0xF4, with the semantics of QEMU's isa-debug-exit. */
#include "host_device.h"
#include "machine/debug_ports.h"

static uint32_t debug_exit_in(void *device, uint16_t offset, unsigned size) {
  (void)device, (void)offset, (void)size;
  return 0;
}

static void debug_exit_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  (void)offset, (void)size;
  exit_request_make(device, (uint8_t)(value << 1 | 1));
}

void debug_exit_attach(struct bus *bus, struct exit_request *request) {
  bus_add_ports(bus, &(struct port_range){
                         .first = DEBUG_EXIT_PORT,
                         .last = DEBUG_EXIT_PORT + 3,
                         .sizes = 1 | 2 | 4,
                         .device = request,
                         .in = debug_exit_in,
                         .out = debug_exit_out,
                     });
}
