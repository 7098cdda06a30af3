/* Where the library keeps the processor state that its interface does not show, found by observation. */
#ifndef ENGINE_LAYOUT_H
#define ENGINE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "ringside/cpu.h"
#include "ringside/status.h"

/* Offsets into a saved `uc_context`, but for the last four. A context begins with a header whose first word
 * is the number of bytes that a save or a restore copies, then holds the copy itself.
 *
 *   header | registers, flags, segments, tables, CR0-4, EFER | FPU, vectors, MSRs | exception, debug | ...
 *          data                                              near_end                                size
 */
struct layout {
  size_t size;     /* of the whole context */
  size_t data;     /* where the copy begins */
  size_t near_end; /* one past the last byte that a transition needs */

  size_t general; /* 16 of them, in the order of their encoding */
  size_t rip;
  size_t rflags;    /* without the arithmetic flags and DF while code runs */
  size_t cc_source; /* the arithmetic flags, when cc_operation is `cc_plain` */
  size_t cc_operation;
  size_t direction; /* 1, or -1 when DF is set */
  size_t hflags;    /* what translation depends on; CPL is bits 0 and 1 */
  uint32_t cc_plain;

  size_t segment[RS_SEGMENT_COUNT]; /* where each descriptor cache begins */
  size_t ldtr, tr, gdtr, idtr;
  size_t selector, base, limit, flags; /* within a descriptor cache */

  size_t cr[5]; /* CR1 is unused */
  size_t efer;

  size_t error_code, exception_is_int, exception_next_eip, old_exception;

  size_t hook_begin, hook_end, hook_user; /* in a hook, which is what a uc_hook points to */
  size_t fault_address;                   /* in the uc_engine: the exact address of the last refused access */
};

/* Finds all of it with a throw-away handle. RS_ENGINE_REFUSED, and one sentence, when something is not where
 * it can be recognised. */
enum rs_status layout_calibrate(struct layout *layout, struct rs_error *error);

/* The pieces of the search, apart for tests. Each looks in `size` bytes and fails, leaving `*at` alone,
 * unless there is exactly one answer. */
bool layout_find(const uint8_t *bytes, size_t size, const void *marker, size_t width, size_t *at);

/* The one aligned 4-byte word that is `old_value` in `before` and `new_value` in `after`. */
bool layout_find_change(const uint8_t *before, const uint8_t *after, size_t size, uint32_t old_value,
                        uint32_t new_value, size_t *at);

#endif
