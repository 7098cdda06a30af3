/* Lines of text, on the debug console and on COM1; and the ways to end a machine. */
#include "output.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host_device.h"
#include "instructions.h"

#define UART_DIVISOR_LOW 0
#define UART_DIVISOR_HIGH 1
#define UART_INTERRUPT_ENABLE 1
#define UART_FIFO_CONTROL 2
#define UART_LINE_CONTROL 3
#define UART_MODEM_CONTROL 4
#define UART_LINE_STATUS 5
#define LINE_CONTROL_8N1 0x03
#define LINE_CONTROL_DIVISOR 0x80
#define MODEM_CONTROL_READY 0x03
#define LINE_STATUS_THR_EMPTY 0x20

#define BOCHS_SHUTDOWN_PORT 0x8900

#define LINE_SIZE 1024

static char line[LINE_SIZE];
static size_t length, written;
static struct output_ports enabled;

void output_init(struct output_ports ports) {
  enabled = ports;
  port_out8(COM1_PORT + UART_INTERRUPT_ENABLE, 0);
  port_out8(COM1_PORT + UART_LINE_CONTROL, LINE_CONTROL_DIVISOR);
  port_out8(COM1_PORT + UART_DIVISOR_LOW, 1);
  port_out8(COM1_PORT + UART_DIVISOR_HIGH, 0);
  port_out8(COM1_PORT + UART_LINE_CONTROL, LINE_CONTROL_8N1);
  port_out8(COM1_PORT + UART_FIFO_CONTROL, 0);
  port_out8(COM1_PORT + UART_MODEM_CONTROL, MODEM_CONTROL_READY);
}

static void add(char c) {
  if (length < LINE_SIZE - 1) line[length++] = c;
}

static void add_text(const char *text) {
  while (*text)
    add(*text++);
}

static void add_number(uintptr_t value, unsigned base) {
  char digits[24];
  unsigned count = 0;
  do
    digits[count++] = "0123456789abcdef"[value % base];
  while ((value /= base) != 0);
  while (count > 0)
    add(digits[--count]);
}

void output_add(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format; format++) {
    if (*format != '%') {
      add(*format);
      continue;
    }
    switch (*++format) {
    case 's': add_text(va_arg(arguments, const char *)); break;
    case 'u': add_number(va_arg(arguments, unsigned), 10); break;
    case 'x': add_number(va_arg(arguments, unsigned), 16); break;
    case 'p': add_number((uintptr_t)va_arg(arguments, void *), 16); break;
    default: add(*format); break;
    }
  }
  va_end(arguments);
}

void output_flush(void) {
  if (enabled.console) port_out_bytes(DEBUG_CONSOLE_PORT, line + written, length - written);
  written = length;
}

/* Line by line, so that the copies can be told apart where both ports lead to one place. */
static void serial_write(void) {
  for (size_t i = 0; i < length; i++) {
    while (!(port_in8(COM1_PORT + UART_LINE_STATUS) & LINE_STATUS_THR_EMPTY))
      ;
    port_out8(COM1_PORT, (uint8_t)line[i]);
  }
}

void output_line(void) {
  line[length++] = '\n';
  output_flush();
  if (enabled.serial) serial_write();
  length = written = 0;
}

void output_end(unsigned char status) {
  static const char shutdown[] = "Shutdown";
  port_out8(DEBUG_EXIT_PORT, status);
  for (size_t i = 0; i + 1 < sizeof shutdown; i++)
    port_out8(BOCHS_SHUTDOWN_PORT, (uint8_t)shutdown[i]);
  halt_for_ever();
}
