/* Finds the processor state itself, by the registers it holds: some word of the handle points to the
 * structure that it is a part of. */
#include "engine/live.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "engine/handle.h"

enum { PAGE = 4096, SPAN = 64 << 10 }; /* how far behind such a pointer the state can begin */

#define MARKER UINT64_C(0x4c49564500b3c600) /* the low byte is the register's number */

/* Copies what can be read at `from`, up to `size` bytes: most words of a handle point nowhere. */
static size_t peek(uint64_t from, uint8_t *into, size_t size) {
  size_t done = 0;
  while (done < size) {
    size_t part = PAGE - (from + done) % PAGE;
    struct iovec to = { into + done, part < size - done ? part : size - done };
    struct iovec at = { (void *)(uintptr_t)(from + done), to.iov_len };
    if (process_vm_readv(getpid(), &to, 1, &at, 1, 0) != (ssize_t)to.iov_len) break;
    done += to.iov_len;
  }
  return done;
}

static bool holds_markers(const uint8_t *registers) {
  for (unsigned i = 0; i < 16; i++) {
    uint64_t marker = MARKER + i;
    if (memcmp(registers + sizeof marker * i, &marker, sizeof marker) != 0) return false;
  }
  return true;
}

/* The distance from `pointer` to the general registers; 0 when they are not there. */
static size_t search(uint64_t pointer, uint8_t *copy) {
  enum { REGISTERS = 16 * 8 };
  size_t size = peek(pointer, copy, SPAN), found = 0;
  for (size_t at = 0; at + REGISTERS <= size; at += 8) {
    if (!holds_markers(copy + at)) continue;
    if (found) return 0;
    found = at;
  }
  return found;
}

/* The one place that the words of the handle lead to. */
static uint8_t *search_all(uc_engine *uc, uint8_t *copy) {
  uint64_t found = 0, word;
  for (size_t i = 0; i + sizeof word <= malloc_usable_size(uc); i += sizeof word) {
    memcpy(&word, (const uint8_t *)uc + i, sizeof word);
    size_t distance = word % sizeof word || word < PAGE ? 0 : search(word, copy);
    if (!distance) continue;
    if (found && found != word + distance) return NULL;
    found = word + distance;
  }
  return (uint8_t *)(uintptr_t)found;
}

/* What is written there must be what the library reads. */
static bool is_live(uc_engine *uc, uint8_t *state) {
  uint64_t marker = MARKER + 16, read = 0;
  memcpy(state, &marker, sizeof marker);
  return uc_reg_read(uc, handle_general_register[0], &read) == UC_ERR_OK && read == marker;
}

static uint8_t *find_with_copy(uc_engine *uc, const struct layout *layout, uint8_t *copy) {
  uint64_t before[16];
  for (unsigned i = 0; i < 16; i++) {
    uint64_t marker = MARKER + i;
    uc_reg_read(uc, handle_general_register[i], &before[i]);
    uc_reg_write(uc, handle_general_register[i], &marker);
  }
  uint8_t *state = search_all(uc, copy);
  bool live = state && is_live(uc, state);
  for (unsigned i = 0; i < 16; i++)
    uc_reg_write(uc, handle_general_register[i], &before[i]);
  return live ? state - layout->general : NULL;
}

uint8_t *live_find(uc_engine *uc, const struct layout *layout) {
  uint8_t *copy = malloc(SPAN);
  uint8_t *base = copy ? find_with_copy(uc, layout, copy) : NULL;
  free(copy);
  return base;
}
