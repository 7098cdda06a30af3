/* Memory accesses of a transition: linear address -> walk -> bytes, with the pending writes laid over memory.
 */
#ifndef ARCH_ACCESS_H
#define ARCH_ACCESS_H

#include "arch/builder.h"

/* One access. `size` is 1 to 16 bytes, to write 1 to 8; it may cross a page. The caller has done the segment
 * checks. */
struct access {
  uint64_t linear;
  uint8_t size;
  enum access_privilege privilege;
  enum rs_item item;
  enum rs_register reg; /* the register the bytes go to or come from, RS_NO_REGISTER if none */
};

/* Reads little-endian into `*value` and records it. False when the page walk refused it: the builder then
 * holds the #PF with its error code and CR2. */
bool access_read(struct builder *b, const struct access *access, union rs_value *value);

/* Records a pending write of 1 to 8 bytes; one that crosses a page is two steps, so that each step's bytes
 * are contiguous in physical memory. False as above. */
bool access_write(struct builder *b, const struct access *access, uint64_t value);

/* Walks every page that `size` bytes (at most one page's worth) touch, without reading or writing them, so
 * that what follows cannot fault half way. False as above. */
bool access_probe(struct builder *b, uint64_t linear, unsigned size, enum access_kind kind,
                  enum access_privilege privilege);

/* True unless #AC is due: for an explicit access of a program in ring 3 that wants alignment checked
 * [SDM3 "Interrupt 17—Alignment Check Exception (#AC)"]. False: the builder holds it. */
bool access_is_aligned(struct builder *b, uint64_t linear, unsigned alignment);

/* Copies up to 8 bytes that lie within one page, without recording: what memory holds under the pending
 * writes; all ones where there is nothing. */
uint64_t physical_read(struct builder *b, uint64_t physical, unsigned size);

/* The same, for the walker. */
uint64_t access_read_entry(void *builder, uint64_t physical, unsigned size);

#endif
