/* The debug console at port 0xE9. */
#include "host_device.h"
#include "machine/debug_ports.h"

static uint32_t debug_console_in(void *device, uint16_t offset, unsigned size) {
  (void)device, (void)offset, (void)size;
  return DEBUG_CONSOLE_PORT;
}

static void debug_console_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  (void)offset, (void)size;
  console_output(device, (uint8_t)value);
}

void debug_console_attach(struct bus *bus, struct console *console) {
  bus_add_ports(bus, &(struct port_range){
                         .first = DEBUG_CONSOLE_PORT,
                         .last = DEBUG_CONSOLE_PORT,
                         .sizes = 1,
                         .device = console,
                         .in = debug_console_in,
                         .out = debug_console_out,
                     });
}
