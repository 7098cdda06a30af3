/* Lines of output. */
#include "library.h"

#include <stdarg.h>

#include "text.h"

void print(const char *format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  size_t length = text_format(line, sizeof line, format, arguments);
  va_end(arguments);
  write(1, line, (int)length);
}
