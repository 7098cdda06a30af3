/* Looks into guest memory without side effects: no accessed bits, no devices, no faults. */
#include <string.h>

#include "arch/bits.h"
#include "arch/instruction.h"
#include "vm/vm.h"

bool vm_physical(struct rs_machine *vm, const struct rs_cpu *cpu, uint64_t linear, uint64_t *physical) {
  const struct paging_reader reader = paging_reader_of(machine_memory(vm->hardware));
  struct paging_walk walk;
  if (!address_is_canonical(cpu, linear)) return false;
  paging_walk(cpu, &reader, linear, ACCESS_READ, ACCESS_IMPLICIT_SUPERVISOR, &walk);
  /* SMAP refuses implicit accesses to user pages; a view may look at them all the same. */
  if (walk.refused && walk.check != RS_CHECK_PAGE_SMAP) return false;
  *physical = walk.physical;
  return true;
}

size_t vm_peek(struct rs_machine *vm, const struct rs_cpu *cpu, uint64_t linear, void *bytes, size_t size) {
  const struct guest_memory *memory = machine_memory(vm->hardware);
  size_t done = 0;
  while (done < size) {
    uint64_t address = linear + done, physical;
    size_t chunk = GUEST_PAGE_SIZE - (address & (GUEST_PAGE_SIZE - 1));
    if (!vm_physical(vm, cpu, address, &physical)) break;
    const uint8_t *page = guest_memory_page(memory, physical & ~UINT64_C(0xfff));
    if (!page) break;
    if (chunk > size - done) chunk = size - done;
    memcpy((uint8_t *)bytes + done, page + (physical & 0xfff), chunk);
    done += chunk;
  }
  return done;
}

/* The width of a stack word, and the linear address that the stack pointer stands for [SDM1 "Stacks"]. */
static uint64_t stack_pointer(const struct rs_cpu *cpu, uint8_t *word_size) {
  const struct rs_segment *ss = &cpu->segment[RS_SEGMENT_INDEX(RS_SS)];
  uint64_t pointer = cpu->general[RS_RSP - RS_RAX];
  if (code_size_of(cpu) == CODE_64) {
    *word_size = 8;
    return pointer;
  }
  *word_size = ss->attributes & SEGMENT_DB ? 4 : 2;
  pointer &= ss->attributes & SEGMENT_DB ? UINT32_MAX : UINT16_MAX;
  return (uint32_t)(ss->base + pointer);
}

void vm_stack_window(struct rs_machine *vm, const struct rs_cpu *cpu, struct rs_stack_window *window) {
  memset(window, 0, sizeof *window);
  window->pointer = stack_pointer(cpu, &window->word_size);
  for (unsigned i = 0; i < 2 * RS_STACK_WORDS + 1; i++) {
    uint64_t linear = window->pointer + ((uint64_t)i - RS_STACK_WORDS) * window->word_size;
    if (window->word_size != 8) linear = (uint32_t)linear;
    if (vm_peek(vm, cpu, linear, &window->word[i], window->word_size) == window->word_size)
      window->mapped |= UINT32_C(1) << i;
    else
      window->word[i] = 0;
  }
}
