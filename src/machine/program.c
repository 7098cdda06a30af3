/* User programs: checked on the host before a kernel gets them. */
#include "ringside/program.h"

#include <stddef.h>

#include "arch/memory.h"
#include "machine/elf_image.h"
#include "machine/refuse.h"

/* Where user addresses end: below the kernel's gigabyte on i386, below the guard page under the canonical
 * hole on x86-64; both as Linux has them. */
#define USER_END_I386 UINT64_C(0xc0000000)
#define USER_END_X86_64 UINT64_C(0x7ffffffff000)
#define USER_START UINT64_C(0x1000) /* a null pointer never points to anything */

static enum rs_status check_static(const struct rs_blob *program, const struct elf_image *elf,
                                   struct rs_error *error) {
  if (elf->interpreted) {
    return REFUSE(error, program, "is a dynamic executable (interpreter %s); link it with -static",
                  elf->interpreter);
  }
  if (elf->needs_library) {
    return REFUSE(error, program, "needs shared libraries; link it with -static");
  }
  if (elf->shared && !elf->entry) {
    return REFUSE(error, program, "is a shared library: it has no entry point");
  }
  return RS_OK;
}

/* [System V ABI "Program Header"]: in ascending order of address, and congruent so that pages can be mapped.
 */
static enum rs_status check_segment(const struct rs_blob *program, const struct elf_image *elf, unsigned i,
                                    struct rs_error *error) {
  const struct elf_segment *segment = &elf->segment[i], *previous = i ? segment - 1 : NULL;
  uint64_t first = segment->virtual_address, end = first + segment->memory_size;
  uint64_t start = elf->shared ? 0 : USER_START, limit = elf->is_64 ? USER_END_X86_64 : USER_END_I386;
  const char *trouble = NULL;
  if (first < start || first >= limit || end > limit)
    trouble = "lies outside the addresses of user programs";
  else if ((first ^ segment->offset) % GUEST_PAGE_SIZE)
    trouble = "and its place in the file differ in the low 12 bits";
  else if (previous && first < previous->virtual_address + previous->memory_size)
    trouble = "begins before the end of the segment before it";
  if (!trouble) return RS_OK;
  return REFUSE(error, program, "segment %u at 0x%llx..0x%llx %s", segment->index, LLX(first), LLX(end),
                trouble);
}

static bool entry_is_loaded(const struct elf_image *elf) {
  for (unsigned i = 0; i < elf->count; i++) {
    if (elf->entry - elf->segment[i].virtual_address < elf->segment[i].memory_size) return true;
  }
  return false;
}

enum rs_status rs_program_inspect(const struct rs_blob *program, struct rs_program_facts *out,
                                  struct rs_error *error) {
  struct elf_image elf;
  enum rs_status status = elf_image_read(program, &elf, error);
  if (!status) status = check_static(program, &elf, error);
  for (unsigned i = 0; !status && i < elf.count; i++)
    status = check_segment(program, &elf, i, error);
  if (status) return status;
  if (!entry_is_loaded(&elf)) {
    return REFUSE(error, program, "entry point 0x%llx lies in no segment", LLX(elf.entry));
  }
  const struct elf_segment *last = &elf.segment[elf.count - 1];
  *out = (struct rs_program_facts){
    .class = elf.is_64 ? RS_PROGRAM_X86_64 : RS_PROGRAM_I386,
    .position_independent = elf.shared,
    .entry = elf.entry,
    .low = elf.segment[0].virtual_address,
    .high = last->virtual_address + last->memory_size,
  };
  return RS_OK;
}
