/* Seek tables: skippable frames of zstd's that hold the lengths of all others. */
#include "log/table.h"

#include <stdlib.h>
#include <string.h>

#include "log/record.h"

/* A skippable frame: its magic number and the size of what follows; then for each frame two numbers of 32
 * bits; then how many there are, a byte of flags (0: no checksums), and the magic number again. All are
 * little-endian. */
enum { TABLE_HEAD = 8, TABLE_ENTRY = 8, TABLE_FOOT = 9 };

#define TABLE_MAGIC UINT32_C(0x184d2a5e)
#define TABLE_FOOT_MAGIC UINT32_C(0x8f92eab1)
/* The format's own limit. */
#define TABLE_MOST UINT32_C(0x8000000)

static void put32(uint8_t *bytes, uint32_t value) {
  for (unsigned i = 0; i < 4; i++)
    bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get32(const uint8_t *bytes) {
  uint32_t value = 0;
  for (unsigned i = 0; i < 4; i++)
    value |= (uint32_t)bytes[i] << 8 * i;
  return value;
}

static bool table_grow(struct log_table *table) {
  size_t room = table->room ? 2 * table->room : 64;
  struct log_table_entry *grown = realloc(table->entry, room * sizeof *grown);
  if (!grown) return false;
  table->entry = grown;
  table->room = room;
  return true;
}

bool table_add(struct log_table *table, uint32_t packed, uint32_t size) {
  if (table->count == table->room && !table_grow(table)) return false;
  table->entry[table->count++] = (struct log_table_entry){ packed, size };
  return true;
}

bool table_write(const struct log_table *table, FILE *file) {
  uint32_t count = (uint32_t)table->count;
  uint8_t head[TABLE_HEAD], entry[TABLE_ENTRY], foot[TABLE_FOOT] = { 0 };
  if (table->count > TABLE_MOST) return true;
  put32(head, TABLE_MAGIC);
  put32(head + 4, count * TABLE_ENTRY + TABLE_FOOT);
  put32(foot, count);
  put32(foot + 5, TABLE_FOOT_MAGIC);
  if (fwrite(head, 1, sizeof head, file) != sizeof head) return false;
  for (size_t i = 0; i < table->count; i++) {
    put32(entry, table->entry[i].packed);
    put32(entry + 4, table->entry[i].size);
    if (fwrite(entry, 1, sizeof entry, file) != sizeof entry) return false;
  }
  return fwrite(foot, 1, sizeof foot, file) == sizeof foot && fflush(file) == 0;
}

static bool read_at(FILE *file, int64_t at, void *bytes, size_t size) {
  return fseeko(file, at, SEEK_SET) == 0 && fread(bytes, 1, size, file) == size;
}

static bool entries_read(struct log_table *table, FILE *file, uint32_t count, uint64_t length) {
  uint8_t entry[TABLE_ENTRY];
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (fread(entry, 1, sizeof entry, file) != sizeof entry) return false;
    uint32_t packed = get32(entry);
    if (packed == 0 || !table_add(table, packed, get32(entry + 4))) return false;
    total += packed;
  }
  return count > 0 && total == length && table->entry[0].packed == LOG_PREAMBLE;
}

bool table_read(struct log_table *table, FILE *file, int64_t start, uint64_t length) {
  uint8_t head[TABLE_HEAD], foot[TABLE_FOOT];
  *table = (struct log_table){ .entry = NULL };
  if (length < TABLE_HEAD + TABLE_FOOT) return false;
  int64_t end = start + (int64_t)length;
  if (!read_at(file, end - TABLE_FOOT, foot, sizeof foot)) return false;
  uint64_t count = get32(foot), size = TABLE_HEAD + count * TABLE_ENTRY + TABLE_FOOT;
  if (get32(foot + 5) != TABLE_FOOT_MAGIC || foot[4] != 0 || count > TABLE_MOST || size > length)
    return false;
  if (!read_at(file, end - (int64_t)size, head, sizeof head)) return false;
  if (get32(head) == TABLE_MAGIC && get32(head + 4) == size - TABLE_HEAD &&
      entries_read(table, file, (uint32_t)count, length - size))
    return true;
  table_free(table);
  return false;
}

void table_free(struct log_table *table) {
  free(table->entry);
  *table = (struct log_table){ .entry = NULL };
}
