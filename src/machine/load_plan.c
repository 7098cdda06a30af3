/* What of an image goes where in RAM: checked whole before the first byte is written. */
#include "machine/load_plan.h"

#include "machine/refuse.h"

/* The end of a piece that touches the range, 0 when there is none. */
static uint64_t obstacle_end(const struct load_plan *plan, uint64_t physical, uint64_t size) {
  for (unsigned i = 0; i < plan->count; i++) {
    const struct load_piece *piece = &plan->piece[i];
    if (physical < piece->physical + piece->memory_size && piece->physical < physical + size)
      return piece->physical + piece->memory_size;
  }
  return 0;
}

bool load_plan_leaves(const struct load_plan *plan, uint64_t physical, uint64_t size) {
  return !obstacle_end(plan, physical, size);
}

static enum rs_status add_segment(const struct rs_blob *image, const struct ram *ram,
                                  const struct elf_segment *segment, struct load_plan *plan,
                                  struct rs_error *error) {
  uint64_t first = segment->physical_address, size = segment->memory_size;
  const char *trouble = NULL;
  if (!ram_holds(ram, first, size))
    trouble = "lies outside";
  else if (!load_plan_leaves(plan, first, size))
    trouble = "overlaps another segment in";
  if (trouble) {
    return REFUSE(error, image, "segment %u at 0x%llx..0x%llx %s the %llu MiB of memory", segment->index,
                  LLX(first), LLX(first + size), trouble, LLX(ram->size / MIB));
  }
  plan->piece[plan->count++] = (struct load_piece){
    .physical = first, .memory_size = size, .offset = segment->offset, .file_size = segment->file_size
  };
  return RS_OK;
}

/* Linkers write virtual entry points, some link scripts physical ones. */
static bool find_entry(const struct elf_image *elf, uint32_t *entry) {
  for (unsigned i = 0; i < elf->count; i++) {
    const struct elf_segment *segment = &elf->segment[i];
    if (elf->entry - segment->virtual_address >= segment->memory_size) continue;
    *entry = (uint32_t)(elf->entry - segment->virtual_address + segment->physical_address);
    return true;
  }
  for (unsigned i = 0; i < elf->count; i++) {
    const struct elf_segment *segment = &elf->segment[i];
    if (elf->entry - segment->physical_address >= segment->memory_size) continue;
    *entry = (uint32_t)elf->entry;
    return true;
  }
  return false;
}

enum rs_status load_plan_from_elf(const struct rs_blob *image, const struct ram *ram, struct load_plan *plan,
                                  bool *is_64, struct rs_error *error) {
  struct elf_image elf;
  enum rs_status status = elf_image_read(image, &elf, error);
  if (status) return status;
  *is_64 = elf.is_64;
  if (elf.shared || elf.interpreted) {
    return REFUSE(error, image, "is %s; a kernel image has fixed addresses",
                  elf.interpreted ? "a dynamic executable" : "position-independent or a shared library");
  }
  for (unsigned i = 0; i < elf.count; i++) {
    status = add_segment(image, ram, &elf.segment[i], plan, error);
    if (status) return status;
  }
  if (find_entry(&elf, &plan->entry)) return RS_OK;
  return REFUSE(error, image, "entry point 0x%llx lies in no segment", LLX(elf.entry));
}

static uint64_t plan_end(const struct load_plan *plan) {
  uint64_t end = MIB;
  for (unsigned i = 0; i < plan->count; i++) {
    uint64_t piece_end = plan->piece[i].physical + plan->piece[i].memory_size;
    if (piece_end > end) end = piece_end;
  }
  return end;
}

bool load_plan_find_room(const struct load_plan *plan, const struct ram *ram, uint64_t size,
                         uint64_t *physical) {
  *physical = page_align(plan_end(plan));
  if (ram_holds(ram, *physical, size)) return true;
  uint64_t end;
  for (*physical = MIB; ram_holds(ram, *physical, size); *physical = page_align(end)) {
    end = obstacle_end(plan, *physical, size);
    if (!end) return true;
  }
  return false;
}

void load_plan_carry_out(const struct load_plan *plan, const struct rs_blob *image, struct ram *ram) {
  for (unsigned i = 0; i < plan->count; i++) {
    const struct load_piece *piece = &plan->piece[i];
    ram_write(ram, piece->physical, (const uint8_t *)image->bytes + piece->offset, piece->file_size);
  }
}
