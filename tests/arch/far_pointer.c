/* Far pointers, direct and in memory. */
#include "arch/far_pointer.h"

#include <string.h>

#include "arch/instruction.h"

void far_at_ring(struct flow *f, enum flow_mode mode, unsigned ring) {
  if (ring == 3) {
    flow_enter_user(f, mode);
  } else {
    flow_enter(f, mode, RS_CPU_INTEL);
    flow_set_ring(f, ring);
  }
}

static enum rs_outcome far_direct(struct flow *f, enum far_kind kind, uint64_t offset, uint16_t selector) {
  unsigned size = code_size_of(&f->cpu);
  char bytes[7] = { kind == FAR_JMP ? (char)0xea : (char)0x9a };
  for (unsigned i = 0; i < size; i++)
    bytes[1 + i] = (char)(offset >> 8 * i);
  bytes[1 + size] = (char)selector;
  bytes[2 + size] = (char)(selector >> 8);
  return flow_perform_bytes(f, bytes, 3 + size);
}

enum rs_outcome far_perform_memory(struct flow *f, enum far_kind kind, const char *prefix, unsigned size,
                                   uint64_t offset, uint16_t selector) {
  uint64_t pointer = f->cpu.cpl == 3 ? FAKE_USER_DATA : FAKE_KERNEL_DATA;
  size_t count = strlen(prefix);
  char bytes[8];
  memcpy(bytes, prefix, count);
  bytes[count++] = (char)0xff;
  bytes[count++] = kind == FAR_JMP ? 0x2b : 0x1b;
  f->cpu.general[RS_RBX - RS_RAX] = pointer;
  fake_poke(f->memory, &f->cpu, pointer, size, offset);
  fake_poke(f->memory, &f->cpu, pointer + size, 2, selector);
  return flow_perform_bytes(f, bytes, count);
}

enum rs_outcome far_perform(struct flow *f, enum far_kind kind, uint64_t offset, uint16_t selector) {
  if (code_size_of(&f->cpu) != CODE_64) return far_direct(f, kind, offset, selector);
  return far_perform_memory(f, kind, "\x48", 8, offset, selector);
}
