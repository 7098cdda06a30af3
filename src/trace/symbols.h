/* What the readers of symbol files hand to the symbol table. */
#ifndef TRACE_SYMBOLS_H
#define TRACE_SYMBOLS_H

#include "ringside/trace.h"

/* Who wins where several symbols stand at one address: the last one. */
enum symbol_rank { SYMBOL_LOCAL_LABEL, SYMBOL_LOCAL_FUNCTION, SYMBOL_WEAK, SYMBOL_LABEL, SYMBOL_FUNCTION };

/* A symbol as a file has it; the name need not be terminated, nor printable. */
struct symbol_source {
  uint64_t address;
  uint64_t size; /* 0: unknown */
  uint64_t end;  /* of its section, above which an unsized symbol says nothing; 0: unknown */
  enum symbol_rank rank;
  const char *name;
  size_t name_length;
};

/* One image's symbols while they are collected. */
struct symbol_image;

/* Starts an image; NULL when memory is short. It is seen by nobody until symbols_image_finish. */
struct symbol_image *symbols_image_start(void);
enum rs_status symbols_image_add(struct symbol_image *image, const struct symbol_source *source);

/* Where the image has the guest's word on which task runs. */
void symbols_image_set_task(struct symbol_image *image, uint64_t linear);

/* Sorts what was collected and gives the image to `symbols`. */
void symbols_image_finish(struct rs_symbols *symbols, struct symbol_image *image);
void symbols_image_free(struct symbol_image *image);

/* The images from the oldest on, and their symbols by address, as a source that gives the same symbol again;
 * NULL and false beyond the last one. */
const struct symbol_image *symbols_image_at(const struct rs_symbols *symbols, unsigned index);
bool symbols_image_symbol(const struct symbol_image *image, uint32_t index, struct symbol_source *out);

/* The name of the symbol that `address` belongs to and the distance from it, or NULL. */
const char *symbols_find(const struct rs_symbols *symbols, uint64_t address, uint64_t *offset);

#endif
