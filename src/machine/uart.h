/* A 16550A UART whose line is the console: always ready to send, receiving what the input holds. */
#ifndef MACHINE_UART_H
#define MACHINE_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/bus.h"
#include "machine/console.h"
#include "machine/wire.h"

enum { UART_FIFO_SIZE = 16 };

struct uart {
  struct console *console;
  uint8_t interrupt_enable, fifo_control, line_control, modem_control, scratch;
  uint8_t modem_status; /* as last computed: delta bits wait in it until it is read */
  uint16_t divisor;     /* kept for the guest to read back; the line has no speed */
  bool overrun;
  bool transmit_interrupt; /* the transmitter became empty and IIR has not told so yet */
  bool polled;             /* the last access to the device was a read of LSR */
  uint8_t last_received;   /* what RBR shows when nothing is there */
  uint8_t fifo[UART_FIFO_SIZE];
  unsigned fifo_first, fifo_count;
  struct wire interrupt;
};

/* Eight ports, one byte each, at `first`; its interrupt is connected to nothing.
 *
 * Input and time: looking for input waits for it, so the UART looks only when the guest does nothing but
 * wait: when LSR is read twice with no other access to the device between. So what a guest sees depends on
 * the bytes of its input and never on when they come. A guest that always writes between two reads of LSR
 * never sees any. */
void uart_attach(struct uart *uart, struct bus *bus, uint16_t first, struct console *console);

/* Connects the interrupt, which OUT2 gates on a PC and the loopback takes off. What is received can interrupt
 * only once the guest has looked for it, see above. */
void uart_connect(struct uart *uart, const struct wire *interrupt);

#endif
