/* The host's end of every console: raw bytes out, raw bytes in, in the order in which the guest made them. */
#include "machine/console.h"

#include <errno.h>

void console_open(struct console *console, FILE *output, FILE *errors, FILE *input) {
  *console = (struct console){ .output = output, .errors = errors, .input = input, .ended = !input };
}

static void lose(struct console *console) {
  if (!console->lost) console->lost = errno ? errno : EIO;
}

bool console_flush(struct console *console) {
  if (console->last && fflush(console->last)) lose(console);
  console->last = NULL;
  return !console->lost;
}

static void write_byte(struct console *console, FILE *stream, uint8_t byte) {
  if (!stream) return;
  if (console->last != stream) console_flush(console);
  console->last = stream;
  if (putc_unlocked(byte, stream) == EOF) lose(console);
}

void console_output(struct console *console, uint8_t byte) {
  write_byte(console, console->output, byte);
}

void console_error(struct console *console, uint8_t byte) {
  write_byte(console, console->errors, byte);
}

int console_input(struct console *console) {
  if (console->ended) return CONSOLE_END;
  console_flush(console);
  int byte = getc_unlocked(console->input);
  if (byte != EOF) return byte;
  console->ended = true;
  return CONSOLE_END;
}
