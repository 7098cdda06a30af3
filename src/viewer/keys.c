/* Keys by name. */
#include "viewer/keys.h"

#include <string.h>

static const struct {
  const char *keys, *text;
} table[] = {
#define X(name, keys, text) { keys, text },
  VIEWER_COMMANDS(X)
#undef X
};

enum viewer_command viewer_key_command(const char *name) {
  size_t length = strlen(name);
  for (unsigned i = 0; i < VIEW_COUNT; i++) {
    const char *keys = table[i].keys;
    while (*keys) {
      size_t key = strcspn(keys, " ");
      if (key == length && strncmp(keys, name, key) == 0) return (enum viewer_command)i;
      keys += key + (keys[key] == ' ');
    }
  }
  return VIEW_COUNT;
}

const char *viewer_command_keys(enum viewer_command command) {
  return table[command].keys;
}

const char *viewer_command_text(enum viewer_command command) {
  return table[command].text;
}
