/* The console: the host device where it is there, otherwise COM1 and the debug exit port. */
#include "console.h"

#include <stdarg.h>
#include <stdbool.h>

#include "host_device.h"
#include "instructions.h"
#include "text.h"

#define UART_LINE_STATUS 5
#define UART_TRANSMITTER_EMPTY 0x20
#define LINE_SIZE 512

static bool host_device;

void console_init(void) {
  host_device = port_in32(HOST_PORT_SIGNATURE) == HOST_SIGNATURE;
}

static void uart_write(const char *bytes, size_t size) {
  for (; size > 0; size--) {
    while (!(port_in8(COM1_PORT + UART_LINE_STATUS) & UART_TRANSMITTER_EMPTY))
      ;
    port_out8(COM1_PORT, (uint8_t)*bytes++);
  }
}

void console_write(enum console_channel channel, const void *bytes, size_t size) {
  if (host_device)
    port_out_bytes(channel == CONSOLE_ERRORS ? HOST_PORT_STDERR : HOST_PORT_STDOUT, bytes, size);
  else
    uart_write(bytes, size);
}

size_t console_read(void *bytes, size_t size) {
  char *out = bytes;
  size_t count = 0;
  while (host_device && count < size) {
    uint16_t c = port_in16(HOST_PORT_STDIN);
    if (c >= HOST_STDIN_END) break;
    out[count++] = (char)c;
    if (c == '\n') break;
  }
  return count;
}

static void say(const char *format, va_list arguments) {
  static const char name[] = "kernel: ";
  char line[LINE_SIZE];
  size_t length = text_format(line, sizeof line - 1, format, arguments);
  line[length++] = '\n';
  console_write(CONSOLE_ERRORS, name, sizeof name - 1);
  console_write(CONSOLE_ERRORS, line, length);
}

void console_say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
}

void console_exit(uint8_t status) {
  port_out8(host_device ? HOST_PORT_EXIT : DEBUG_EXIT_PORT, status);
  halt_for_ever();
}

void console_refuse(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
  console_exit(CONSOLE_REFUSED);
}
