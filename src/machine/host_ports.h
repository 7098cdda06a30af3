/* The host device of `ringside run`: console bytes, standard input and an exit status from 0 to 255. */
#ifndef MACHINE_HOST_PORTS_H
#define MACHINE_HOST_PORTS_H

#include "machine/bus.h"
#include "machine/console.h"
#include "machine/exit_request.h"

struct host_ports {
  struct console *console;
  struct exit_request *exit;
};

/* Its ports and their meaning: guest/include/host_device.h. A narrower access than documented is answered by
 * nobody. */
void host_ports_attach(struct host_ports *host, struct bus *bus, struct console *console,
                       struct exit_request *exit);

#endif
