/* One hostile symbol file. */
#include "trace/symbols_attempt.h"

#include <stdlib.h>
#include <string.h>

#include "ringside/trace.h"

static void require(bool condition) {
  if (!condition) abort();
}

static void look_up(const struct rs_symbols *symbols, uint64_t address) {
  char text[160];
  size_t length = rs_symbols_format(symbols, address, text, sizeof text);
  require(length > 0 && length == strlen(text));
  for (size_t i = 0; i < length; i++)
    require(text[i] > ' ' && text[i] <= '~');
}

void symbols_attempt(const uint8_t *bytes, size_t size) {
  static const uint64_t address[] = { 0, 0x401104, 0x401500, UINT64_C(0xffffffff80100a9a), UINT64_MAX };
  struct rs_symbols *symbols;
  struct rs_error error = { .text = "" };
  require(rs_symbols_create(&symbols) == RS_OK);
  enum rs_status status = rs_symbols_add_file(symbols, bytes, size, &error);
  require(status == RS_OK || (status == RS_BAD_IMAGE && error.text[0]));
  for (size_t i = 0; i < sizeof address / sizeof address[0]; i++)
    look_up(symbols, address[i]);
  rs_symbols_free(symbols);
}
