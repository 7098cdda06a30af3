/* What of an image goes where in RAM: checked whole before the first byte is written. */
#ifndef MACHINE_LOAD_PLAN_H
#define MACHINE_LOAD_PLAN_H

#include "machine/elf_image.h"
#include "machine/ram.h"

struct load_piece {
  uint64_t physical, memory_size; /* RAM, not empty */
  uint64_t offset, file_size;     /* within the image; the rest of the memory stays zero */
};

/* Pieces do not overlap. */
struct load_plan {
  unsigned count; /* at least one */
  struct load_piece piece[ELF_SEGMENTS];
  uint32_t entry;
};

/* Fills an empty plan by the physical addresses of an ELF file; RAM ends below 4 GiB, so every entry point
 * fits. */
enum rs_status load_plan_from_elf(const struct rs_blob *image, const struct ram *ram, struct load_plan *plan,
                                  bool *is_64, struct rs_error *error);

/* True when nothing of the plan touches the range. */
bool load_plan_leaves(const struct load_plan *plan, uint64_t physical, uint64_t size);

/* The page where `size` bytes have room beside the plan, as machine/boot.h says; false when there is none. */
bool load_plan_find_room(const struct load_plan *plan, const struct ram *ram, uint64_t size,
                         uint64_t *physical);

/* Into RAM that is still zero. */
void load_plan_carry_out(const struct load_plan *plan, const struct rs_blob *image, struct ram *ram);

#endif
