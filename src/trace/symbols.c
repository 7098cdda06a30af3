/* The symbol table: one sorted list for each image, looked up from the newest image to the oldest. */
#include "trace/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "trace/macro_steps.h"

enum {
  NAME_LIMIT = 120,      /* longer names are cut, so that a line stays one */
  LABEL_REACH = 0x10000, /* how far a symbol of unknown size is believed */
  ENCLOSING_LIMIT = 16,  /* how many enclosing symbols a look-up tries */
  IMAGE_SYMBOL_LIMIT = 1 << 22,
};

#define NO_ENCLOSING UINT32_MAX

struct symbol {
  uint64_t address;
  uint64_t last; /* the last address that belongs to it */
  uint32_t name; /* offset into the image's names */
  uint32_t enclosing;
  uint32_t order; /* in the file: the first one wins among equals */
  uint8_t rank;
  bool sized;
};

struct symbol_image {
  struct symbol *symbol;
  uint32_t count, capacity;
  char *names;
  size_t names_used, names_capacity;
  struct macro_list macro;
  uint64_t task; /* address of ringside_task */
  bool has_task;
  struct symbol_image *older;
};

struct rs_symbols {
  struct symbol_image *newest;
};

enum rs_status rs_symbols_create(struct rs_symbols **out) {
  *out = calloc(1, sizeof **out);
  return *out ? RS_OK : RS_OUT_OF_MEMORY;
}

void rs_symbols_free(struct rs_symbols *symbols) {
  if (!symbols) return;
  while (symbols->newest) {
    struct symbol_image *older = symbols->newest->older;
    symbols_image_free(symbols->newest);
    symbols->newest = older;
  }
  free(symbols);
}

struct symbol_image *symbols_image_start(void) {
  return calloc(1, sizeof(struct symbol_image));
}

void symbols_image_free(struct symbol_image *image) {
  if (!image) return;
  free(image->symbol);
  free(image->names);
  macro_list_free(&image->macro);
  free(image);
}

/* Makes room for one more element; the limit keeps every count within 32 bits. */
static bool image_reserve(struct symbol_image *image, size_t name_size) {
  if (image->count == image->capacity) {
    uint32_t capacity = image->capacity ? image->capacity * 2 : 256;
    struct symbol *grown = realloc(image->symbol, capacity * sizeof *grown);
    if (!grown) return false;
    image->symbol = grown;
    image->capacity = capacity;
  }
  if (image->names_capacity - image->names_used < name_size) {
    size_t capacity = image->names_capacity ? image->names_capacity * 2 : 4096;
    char *grown = realloc(image->names, capacity);
    if (!grown) return false;
    image->names = grown;
    image->names_capacity = capacity;
  }
  return true;
}

/* Names come from hostile files and end up on terminals and in JSON: printable ASCII or '?'. */
static uint32_t image_add_name(struct symbol_image *image, const char *name, size_t length) {
  uint32_t offset = (uint32_t)image->names_used;
  char *to = image->names + offset;
  for (size_t i = 0; i < length; i++) {
    to[i] = '?';
    if (name[i] > ' ' && name[i] <= '~') to[i] = name[i];
  }
  to[length] = 0;
  image->names_used += length + 1;
  return offset;
}

static uint64_t symbol_last(const struct symbol_source *source) {
  uint64_t reach = source->size ? source->size - 1 : LABEL_REACH - 1;
  uint64_t last = source->address + reach < source->address ? UINT64_MAX : source->address + reach;
  bool beyond_section = !source->size && source->end > source->address && last >= source->end;
  return beyond_section ? source->end - 1 : last;
}

enum rs_status symbols_image_add(struct symbol_image *image, const struct symbol_source *source) {
  size_t length = source->name_length < NAME_LIMIT ? source->name_length : NAME_LIMIT;
  bool is_macro;
  enum rs_status status = macro_list_add(&image->macro, source, &is_macro);
  if (status != RS_OK || is_macro) return status;
  if (length == 0 || image->count == IMAGE_SYMBOL_LIMIT) return RS_OK;
  if (!image_reserve(image, length + 1)) return RS_OUT_OF_MEMORY;
  image->symbol[image->count] = (struct symbol){
    .address = source->address,
    .last = symbol_last(source),
    .name = image_add_name(image, source->name, length),
    .enclosing = NO_ENCLOSING,
    .order = image->count,
    .rank = (uint8_t)source->rank,
    .sized = source->size != 0,
  };
  image->count++;
  return RS_OK;
}

void symbols_image_set_task(struct symbol_image *image, uint64_t linear) {
  image->task = linear;
  image->has_task = true;
}

/* The kernel's symbols are there before any program's. */
bool rs_symbols_task(const struct rs_symbols *symbols, uint64_t *linear) {
  bool found = false;
  for (const struct symbol_image *image = symbols ? symbols->newest : NULL; image; image = image->older) {
    if (!image->has_task) continue;
    *linear = image->task;
    found = true;
  }
  return found;
}

static int symbol_compare(const void *left, const void *right) {
  const struct symbol *a = left, *b = right;
  if (a->address != b->address) return a->address < b->address ? -1 : 1;
  if (a->rank != b->rank) return a->rank > b->rank ? -1 : 1;
  if (a->sized != b->sized) return a->sized ? -1 : 1;
  return a->order < b->order ? -1 : a->order > b->order;
}

/* Keeps, in address order, the best symbol of each address, and no local label inside a sized symbol:
 * "main+0x60" says more than the name of one of main's own labels. Links each symbol to the sized one around
 * it. */
static void image_settle(struct symbol_image *image) {
  uint32_t kept = 0, around = NO_ENCLOSING;
  for (uint32_t i = 0; i < image->count; i++) {
    struct symbol *symbol = &image->symbol[i];
    if (kept && image->symbol[kept - 1].address == symbol->address) continue;
    while (around != NO_ENCLOSING && image->symbol[around].last < symbol->address)
      around = image->symbol[around].enclosing;
    if (around != NO_ENCLOSING && !symbol->sized && symbol->rank == SYMBOL_LOCAL_LABEL) continue;
    symbol->enclosing = around;
    image->symbol[kept] = *symbol;
    if (symbol->sized) around = kept;
    kept++;
  }
  image->count = kept;
}

void symbols_image_finish(struct rs_symbols *symbols, struct symbol_image *image) {
  if (image->count) qsort(image->symbol, image->count, sizeof *image->symbol, symbol_compare);
  image_settle(image);
  image->older = symbols->newest;
  symbols->newest = image;
}

const struct symbol_image *symbols_image_at(const struct rs_symbols *symbols, unsigned index) {
  const struct symbol_image *newest = symbols ? symbols->newest : NULL, *image = newest;
  unsigned count = 0;
  for (; image; image = image->older)
    count++;
  if (index >= count) return NULL;
  for (image = newest; count > index + 1; count--)
    image = image->older;
  return image;
}

bool symbols_image_symbol(const struct symbol_image *image, uint32_t index, struct symbol_source *out) {
  if (index >= image->count) return false;
  const struct symbol *symbol = &image->symbol[index];
  const char *name = image->names + symbol->name;
  *out = (struct symbol_source){ .address = symbol->address,
                                 .size = symbol->sized ? symbol->last - symbol->address + 1 : 0,
                                 .end = symbol->sized ? 0 : symbol->last + 1,
                                 .rank = (enum symbol_rank)symbol->rank,
                                 .name = name,
                                 .name_length = strlen(name) };
  return true;
}

static const struct symbol *image_find(const struct symbol_image *image, uint64_t address) {
  uint32_t low = 0, high = image->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (image->symbol[middle].address <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return NULL;
  uint32_t candidate = low - 1;
  for (unsigned tries = 0; candidate != NO_ENCLOSING && tries < ENCLOSING_LIMIT; tries++) {
    const struct symbol *symbol = &image->symbol[candidate];
    if (address <= symbol->last) return symbol;
    candidate = symbol->enclosing;
  }
  return NULL;
}

const char *symbols_find(const struct rs_symbols *symbols, uint64_t address, uint64_t *offset) {
  if (!symbols) return NULL;
  for (const struct symbol_image *image = symbols->newest; image; image = image->older) {
    const struct symbol *symbol = image_find(image, address);
    if (!symbol) continue;
    *offset = address - symbol->address;
    return image->names + symbol->name;
  }
  return NULL;
}

size_t rs_symbols_macro_steps(const struct rs_symbols *symbols, struct rs_macro_step *out, size_t room) {
  size_t count = 0;
  for (const struct symbol_image *image = symbols->newest; image; image = image->older) {
    for (size_t i = 0; i < image->macro.count; i++, count++) {
      const struct macro_named *named = &image->macro.named[i];
      if (count < room) out[count] = (struct rs_macro_step){ named->linear, named->number, named->name };
    }
  }
  return count;
}
