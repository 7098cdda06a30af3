/* The bytes of files in memory. */
#include "contents.h"

#include "bits.h"
#include "errors.h"
#include "heap.h"
#include "text.h"

static size_t table_index(uint64_t at) {
  return (size_t)(at / PAGE_SIZE / CONTENTS_POINTERS);
}

static size_t page_index(uint64_t at) {
  return (size_t)(at / PAGE_SIZE % CONTENTS_POINTERS);
}

/* The page that holds byte `at`, or NULL when it was never written. */
static char *page_find(const struct contents *contents, uint64_t at) {
  char **table = contents->tables ? contents->tables[table_index(at)] : NULL;
  return table ? table[page_index(at)] : NULL;
}

/* The same, made when it is missing; NULL when memory is out. */
static char *page_make(struct contents *contents, uint64_t at) {
  char ***table, **page;
  if (!contents->tables) contents->tables = heap_take(PAGE_SIZE);
  if (!contents->tables) return NULL;
  table = &contents->tables[table_index(at)];
  if (!*table) *table = heap_take(PAGE_SIZE);
  if (!*table) return NULL;
  page = &(*table)[page_index(at)];
  if (!*page) *page = heap_take(PAGE_SIZE);
  return *page;
}

static size_t in_page(uint64_t at, size_t size) {
  size_t left = PAGE_SIZE - (size_t)(at % PAGE_SIZE);
  return size < left ? size : left;
}

size_t contents_read(const struct contents *contents, uint64_t at, void *bytes, size_t size) {
  char *to = bytes;
  if (at >= contents->size) return 0;
  if (size > contents->size - at) size = (size_t)(contents->size - at);
  if (contents->borrowed) {
    memcpy(to, contents->borrowed + at, size);
    return size;
  }
  for (size_t done = 0, piece; done < size; done += piece) {
    const char *page = page_find(contents, at + done);
    piece = in_page(at + done, size - done);
    if (page)
      memcpy(to + done, page + (at + done) % PAGE_SIZE, piece);
    else
      memset(to + done, 0, piece);
  }
  return size;
}

/* Writes pages that are the file's own, whatever its size says; how much of it memory was there for. */
static size_t pages_write(struct contents *contents, uint64_t at, const char *bytes, size_t size) {
  size_t done = 0;
  for (size_t piece; done < size; done += piece) {
    char *page = page_make(contents, at + done);
    if (!page) break;
    piece = in_page(at + done, size - done);
    memcpy(page + (at + done) % PAGE_SIZE, bytes + done, piece);
    if (at + done + piece > contents->size) contents->size = at + done + piece;
  }
  return done;
}

/* Frees the pages from the first that holds nothing before `size`. */
static void pages_free(struct contents *contents, uint64_t size, uint64_t end) {
  for (uint64_t at = (size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1); at < end; at += PAGE_SIZE) {
    char *page = page_find(contents, at);
    if (!page) continue;
    contents->tables[table_index(at)][page_index(at)] = NULL;
    heap_return(page, PAGE_SIZE);
  }
}

static void tables_free(struct contents *contents) {
  if (!contents->tables) return;
  for (size_t i = 0; i < CONTENTS_POINTERS; i++)
    if (contents->tables[i]) heap_return(contents->tables[i], PAGE_SIZE);
  heap_return(contents->tables, PAGE_SIZE);
  contents->tables = NULL;
}

/* The first write: what was borrowed is copied. */
static long own(struct contents *contents) {
  const char *borrowed = contents->borrowed;
  if (!borrowed) return 0;
  if (contents->size > CONTENTS_LIMIT) return -ERROR_FBIG;
  contents->borrowed = NULL;
  if (pages_write(contents, 0, borrowed, (size_t)contents->size) == contents->size) return 0;
  pages_free(contents, 0, contents->size);
  tables_free(contents);
  contents->borrowed = borrowed;
  return -ERROR_NOSPC;
}

long contents_write(struct contents *contents, uint64_t at, const void *bytes, size_t size) {
  long result;
  size_t done;
  if (at > CONTENTS_LIMIT || size > CONTENTS_LIMIT - at) return -ERROR_FBIG;
  result = own(contents);
  if (result < 0) return result;
  done = pages_write(contents, at, bytes, size);
  return done > 0 || size == 0 ? (long)done : -ERROR_NOSPC;
}

/* Zeros what the last page holds behind the end, so that growing again finds zeros. */
static void clear_tail(struct contents *contents, uint64_t size) {
  char *page = size % PAGE_SIZE ? page_find(contents, size) : NULL;
  if (page) memset(page + size % PAGE_SIZE, 0, PAGE_SIZE - (size_t)(size % PAGE_SIZE));
}

long contents_resize(struct contents *contents, uint64_t size) {
  long result;
  if (contents->borrowed && size <= contents->size) {
    contents->size = size;
    if (size == 0) contents->borrowed = NULL;
    return 0;
  }
  result = own(contents);
  if (result < 0) return result;
  if (size > CONTENTS_LIMIT) return -ERROR_FBIG;
  if (size < contents->size) {
    pages_free(contents, size, contents->size);
    clear_tail(contents, size);
  }
  contents->size = size;
  if (size == 0) tables_free(contents);
  return 0;
}
