/* The host device of `ringside run`: console bytes, standard input and an exit status from 0 to 255. */
#include "machine/host_ports.h"

#include <stddef.h>

#include "host_device.h"

static uint32_t signature_in(void *device, uint16_t offset, unsigned size) {
  (void)device, (void)offset, (void)size;
  return HOST_SIGNATURE;
}

static uint32_t stdin_in(void *device, uint16_t offset, unsigned size) {
  (void)offset, (void)size;
  struct host_ports *host = device;
  int byte = console_input(host->console);
  return byte == CONSOLE_END ? HOST_STDIN_END : (uint32_t)byte;
}

static void stdout_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  (void)offset, (void)size;
  struct host_ports *host = device;
  console_output(host->console, (uint8_t)value);
}

static void stderr_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  (void)offset, (void)size;
  struct host_ports *host = device;
  console_error(host->console, (uint8_t)value);
}

static void exit_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  (void)offset, (void)size;
  struct host_ports *host = device;
  exit_request_make(host->exit, (uint8_t)value);
}

void host_ports_attach(struct host_ports *host, struct bus *bus, struct console *console,
                       struct exit_request *exit) {
  *host = (struct host_ports){ .console = console, .exit = exit };
  const struct port_range range[] = {
    { HOST_PORT_SIGNATURE, HOST_PORT_SIGNATURE + 3, 4, host, signature_in, NULL },
    { HOST_PORT_STDOUT, HOST_PORT_STDOUT, 1, host, NULL, stdout_out },
    { HOST_PORT_STDERR, HOST_PORT_STDERR, 1, host, NULL, stderr_out },
    { HOST_PORT_STDIN, HOST_PORT_STDIN + 1, 2, host, stdin_in, NULL },
    { HOST_PORT_EXIT, HOST_PORT_EXIT, 1, host, NULL, exit_out },
  };
  for (unsigned i = 0; i < sizeof range / sizeof range[0]; i++)
    bus_add_ports(bus, &range[i]);
}
