/* A 16550A UART whose line is the console: always ready to send, receiving what the input holds. */
#include "machine/uart.h"

/* The register file of the PC16550D data sheet:
 *
 *   offset  read  write          read, write with DLAB
 *   0       RBR   THR            DLL
 *   1       IER   IER            DLM
 *   2       IIR   FCR
 *   3       LCR   LCR
 *   4       MCR   MCR
 *   5       LSR   -
 *   6       MSR   -
 *   7       SCR   SCR
 */
enum {
  DATA,
  INTERRUPT_ENABLE,
  INTERRUPT_ID,
  LINE_CONTROL,
  MODEM_CONTROL,
  LINE_STATUS,
  MODEM_STATUS,
  SCRATCH
};

enum {
  IER_RECEIVED = 0x01,
  IER_TRANSMITTED = 0x02,
  IER_LINE_STATUS = 0x04,
  IER_MODEM_STATUS = 0x08,

  IIR_MODEM_STATUS = 0x00,
  IIR_NONE = 0x01,
  IIR_TRANSMITTED = 0x02,
  IIR_RECEIVED = 0x04,
  IIR_LINE_STATUS = 0x06,
  IIR_FIFO = 0xc0,

  FCR_ENABLE = 0x01,
  FCR_CLEAR_RECEIVER = 0x02,
  FCR_TRIGGER = 0xc0,

  LCR_DLAB = 0x80,

  MCR_DTR = 0x01,
  MCR_RTS = 0x02,
  MCR_OUT1 = 0x04,
  MCR_OUT2 = 0x08,
  MCR_LOOP = 0x10,
  MCR_DEFINED = 0x1f,

  LSR_DATA_READY = 0x01,
  LSR_OVERRUN = 0x02,
  LSR_THR_EMPTY = 0x20,
  LSR_TRANSMITTER_EMPTY = 0x40,

  MSR_RING_ENDED = 0x04, /* the delta bits are the low four; that of RI is set by its falling edge alone */
  MSR_CTS = 0x10,
  MSR_DSR = 0x20,
  MSR_RI = 0x40,
  MSR_DCD = 0x80,
  MSR_LINES = 0xf0,
};

static bool looped(const struct uart *uart) {
  return uart->modem_control & MCR_LOOP;
}

/* The highest-priority source that is pending and enabled. */
static uint8_t interrupt_source(const struct uart *uart) {
  uint8_t enabled = uart->interrupt_enable;
  if ((enabled & IER_LINE_STATUS) && uart->overrun) return IIR_LINE_STATUS;
  if ((enabled & IER_RECEIVED) && uart->fifo_count) return IIR_RECEIVED;
  if ((enabled & IER_TRANSMITTED) && uart->transmit_interrupt) return IIR_TRANSMITTED;
  if ((enabled & IER_MODEM_STATUS) && (uart->modem_status & ~MSR_LINES)) return IIR_MODEM_STATUS;
  return IIR_NONE;
}

/* After every access. */
static void update_interrupt(const struct uart *uart) {
  bool gated = (uart->modem_control & MCR_OUT2) && !looped(uart);
  wire_set(&uart->interrupt, gated && interrupt_source(uart) != IIR_NONE);
}

static void receive(struct uart *uart, uint8_t byte) {
  unsigned capacity = uart->fifo_control & FCR_ENABLE ? UART_FIFO_SIZE : 1;
  if (uart->fifo_count < capacity) {
    uart->fifo[(uart->fifo_first + uart->fifo_count++) % UART_FIFO_SIZE] = byte;
    return;
  }
  uart->overrun = true;
  /* Without the FIFO the new byte replaces the old one; with it the new one is lost. */
  if (capacity == 1) uart->fifo[uart->fifo_first] = byte;
}

static uint8_t read_data(struct uart *uart) {
  if (!uart->fifo_count) return uart->last_received;
  uart->last_received = uart->fifo[uart->fifo_first];
  uart->fifo_first = (uart->fifo_first + 1) % UART_FIFO_SIZE;
  uart->fifo_count--;
  return uart->last_received;
}

static void write_data(struct uart *uart, uint8_t byte) {
  if (looped(uart)) {
    receive(uart, byte);
  } else {
    console_output(uart->console, byte);
  }
  uart->transmit_interrupt = false;
  update_interrupt(uart);
  uart->transmit_interrupt = true;
}

static uint8_t read_line_status(struct uart *uart) {
  if (uart->polled && !uart->fifo_count && !looped(uart)) {
    int byte = console_input(uart->console);
    if (byte != CONSOLE_END) receive(uart, (uint8_t)byte);
  }
  uint8_t status = LSR_THR_EMPTY | LSR_TRANSMITTER_EMPTY;
  if (uart->fifo_count) status |= LSR_DATA_READY;
  if (uart->overrun) status |= LSR_OVERRUN;
  uart->overrun = false;
  return status;
}

static uint8_t read_interrupt_id(struct uart *uart) {
  uint8_t source = interrupt_source(uart);
  if (source == IIR_TRANSMITTED) uart->transmit_interrupt = false;
  return (uint8_t)(source | (uart->fifo_control & FCR_ENABLE ? IIR_FIFO : 0));
}

/* Enabling the transmitter's interrupt while the transmitter is empty, which it always is, raises it. */
static void write_interrupt_enable(struct uart *uart, uint8_t value) {
  if (value & ~uart->interrupt_enable & IER_TRANSMITTED) uart->transmit_interrupt = true;
  uart->interrupt_enable = value & 0x0f;
}

static void write_fifo_control(struct uart *uart, uint8_t value) {
  bool toggled = (value ^ uart->fifo_control) & FCR_ENABLE;
  if (toggled || (value & FCR_CLEAR_RECEIVER)) uart->fifo_count = 0;
  uart->fifo_control = value & FCR_ENABLE ? value & (FCR_ENABLE | FCR_TRIGGER) : 0;
}

/* In loopback the four outputs are the four inputs; otherwise the other end is there and ready. */
static uint8_t modem_lines(const struct uart *uart) {
  if (!looped(uart)) return MSR_CTS | MSR_DSR | MSR_DCD;
  uint8_t outputs = uart->modem_control, lines = 0;
  if (outputs & MCR_RTS) lines |= MSR_CTS;
  if (outputs & MCR_DTR) lines |= MSR_DSR;
  if (outputs & MCR_OUT1) lines |= MSR_RI;
  if (outputs & MCR_OUT2) lines |= MSR_DCD;
  return lines;
}

static void write_modem_control(struct uart *uart, uint8_t value) {
  uart->modem_control = value & MCR_DEFINED;
  uint8_t lines = modem_lines(uart);
  uint8_t delta = (uint8_t)((lines ^ uart->modem_status) & MSR_LINES) >> 4;
  if (lines & MSR_RI) delta &= (uint8_t)~MSR_RING_ENDED;
  uart->modem_status = (uint8_t)((uart->modem_status & ~MSR_LINES) | lines | delta);
}

static uint8_t read_modem_status(struct uart *uart) {
  uint8_t status = uart->modem_status;
  uart->modem_status &= MSR_LINES;
  return status;
}

static uint8_t read_register(struct uart *uart, uint16_t offset) {
  bool divisor = uart->line_control & LCR_DLAB;
  switch (offset) {
  case DATA: return divisor ? (uint8_t)uart->divisor : read_data(uart);
  case INTERRUPT_ENABLE: return divisor ? (uint8_t)(uart->divisor >> 8) : uart->interrupt_enable;
  case INTERRUPT_ID: return read_interrupt_id(uart);
  case LINE_CONTROL: return uart->line_control;
  case MODEM_CONTROL: return uart->modem_control;
  case LINE_STATUS: return read_line_status(uart);
  case MODEM_STATUS: return read_modem_status(uart);
  default: return uart->scratch;
  }
}

static uint32_t uart_in(void *device, uint16_t offset, unsigned size) {
  (void)size;
  struct uart *uart = device;
  uint8_t value = read_register(uart, offset);
  uart->polled = offset == LINE_STATUS;
  update_interrupt(uart);
  return value;
}

static void write_divisor(struct uart *uart, uint16_t offset, uint8_t value) {
  unsigned shift = offset == DATA ? 0 : 8;
  uart->divisor = (uint16_t)((uart->divisor & ~(0xffu << shift)) | (unsigned)value << shift);
}

static void write_register(struct uart *uart, uint16_t offset, uint8_t value) {
  if ((uart->line_control & LCR_DLAB) && offset <= INTERRUPT_ENABLE) {
    write_divisor(uart, offset, value);
    return;
  }
  switch (offset) {
  case DATA: write_data(uart, value); break;
  case INTERRUPT_ENABLE: write_interrupt_enable(uart, value); break;
  case INTERRUPT_ID: write_fifo_control(uart, value); break;
  case LINE_CONTROL: uart->line_control = value; break;
  case MODEM_CONTROL: write_modem_control(uart, value); break;
  case SCRATCH: uart->scratch = value; break;
  default: break; /* the status registers are read-only */
  }
}

static void uart_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  (void)size;
  struct uart *uart = device;
  uart->polled = false;
  write_register(uart, offset, (uint8_t)value);
  update_interrupt(uart);
}

void uart_connect(struct uart *uart, const struct wire *interrupt) {
  uart->interrupt = *interrupt;
}

void uart_attach(struct uart *uart, struct bus *bus, uint16_t first, struct console *console) {
  *uart = (struct uart){ .console = console };
  uart->modem_status = modem_lines(uart);
  bus_add_ports(bus, &(struct port_range){
                         .first = first,
                         .last = (uint16_t)(first + SCRATCH),
                         .sizes = 1,
                         .device = uart,
                         .in = uart_in,
                         .out = uart_out,
                     });
}
