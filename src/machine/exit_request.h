/* The end that a device asked for. */
#ifndef MACHINE_EXIT_REQUEST_H
#define MACHINE_EXIT_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

struct exit_request {
  bool made;
  uint8_t status;
};

/* The first request decides. */
static inline void exit_request_make(struct exit_request *request, uint8_t status) {
  if (request->made) return;
  *request = (struct exit_request){ .made = true, .status = status };
}

#endif
