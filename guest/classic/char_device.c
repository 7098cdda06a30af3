/* Character devices: the terminal, and the one that is nothing. */
#include "console.h"
#include "errors.h"
#include "files.h"
#include "segment.h"

#define MINOR_NOTHING 3
#define PIECE 256

static long read_terminal(uint32_t buffer, uint32_t count) {
  uint8_t piece[PIECE];
  size_t got = console_read(piece, count < PIECE ? count : PIECE);
  copy_to_fs(buffer, piece, got);
  return (long)got;
}

static long write_terminal(enum console_channel channel, uint32_t buffer, uint32_t count) {
  uint8_t piece[PIECE];
  for (uint32_t done = 0; done < count;) {
    uint32_t size = count - done < PIECE ? count - done : PIECE;
    copy_from_fs(piece, buffer + done, size);
    console_write(channel, piece, size);
    done += size;
  }
  return (long)count;
}

static long rw_terminal(enum direction direction, unsigned minor, uint32_t buffer, uint32_t count) {
  if (direction == READ) return read_terminal(buffer, count);
  return write_terminal(minor ? CONSOLE_ERRORS : CONSOLE_OUTPUT, buffer, count);
}

static long rw_memory(enum direction direction, unsigned minor, uint32_t buffer, uint32_t count) {
  (void)buffer;
  if (minor != MINOR_NOTHING) return -ERROR_IO;
  return direction == READ ? 0 : (long)count;
}

long rw_char(enum direction direction, unsigned device, uint32_t buffer, uint32_t count) {
  switch (MAJOR(device)) {
  case MAJOR_MEMORY: return rw_memory(direction, MINOR(device), buffer, count);
  case MAJOR_TERMINAL: return rw_terminal(direction, MINOR(device), buffer, count);
  default: return -ERROR_NODEV;
  }
}
