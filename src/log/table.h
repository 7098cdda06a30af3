/* The seek table that ends a log: how long each of its frames is, so that any of them is found at once. */
#ifndef LOG_TABLE_H
#define LOG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* In the format that zstd publishes ["Zstandard Seekable Format"], without checksums: the frames have their
 * own. */
struct log_table {
  struct log_table_entry {
    uint32_t packed, size; /* bytes in the file, and unpacked */
  } * entry;
  size_t count, room;
};

/* False when memory is short; the table is as it was. */
bool table_add(struct log_table *table, uint32_t packed, uint32_t size);

/* Writes the whole skippable frame; false with errno when that fails. */
bool table_write(const struct log_table *table, FILE *file);

/* Reads the table at the end of a log of `length` bytes that begins at `start`, hostile input. False, and an
 * empty table, where there is none, or none that fits the log. */
bool table_read(struct log_table *table, FILE *file, int64_t start, uint64_t length);

void table_free(struct log_table *table);

#endif
