/* Processors in each mode, for tests that enumerate modes. */
#include "arch/modes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "arch/instruction.h"

const char *mode_name(enum mode mode) {
  static const char *const names[MODE_COUNT] = {
    [MODE_REAL] = "real",
    [MODE_PROTECTED_16] = "16-bit protected",
    [MODE_PROTECTED_32] = "32-bit protected",
    [MODE_VIRTUAL_8086] = "virtual-8086",
    [MODE_COMPATIBILITY] = "compatibility",
    [MODE_64] = "64-bit",
  };
  return names[mode];
}

bool mode_has_ring(enum mode mode, unsigned cpl) {
  if (mode == MODE_REAL) return cpl == 0;
  return mode != MODE_VIRTUAL_8086 || cpl == 3;
}

static uint32_t code_attributes(enum mode mode) {
  if (mode == MODE_64) return SEGMENT_CODE | SEGMENT_L;
  return mode == MODE_PROTECTED_32 || mode == MODE_COMPATIBILITY ? SEGMENT_CODE | SEGMENT_DB : SEGMENT_CODE;
}

static void load_segments(struct rs_cpu *cpu, enum mode mode, unsigned cpl) {
  uint32_t both = SEGMENT_P | SEGMENT_S | SEGMENT_READABLE | SEGMENT_ACCESSED | cpl << SEGMENT_DPL_SHIFT;
  uint32_t code = code_attributes(mode);
  bool paragraphs = mode == MODE_REAL || mode == MODE_VIRTUAL_8086;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    uint32_t own = i == RS_SEGMENT_INDEX(RS_CS) && !paragraphs ? code : code & SEGMENT_DB;
    uint16_t selector = (uint16_t)(paragraphs ? MODE_BASE >> 4 : 0x10 | cpl);
    cpu->segment[i] = (struct rs_segment){ selector, both | own, 0xffff, MODE_BASE };
  }
}

void mode_enter(struct fake_memory *m, struct rs_cpu *cpu, enum mode mode, unsigned cpl, unsigned iopl) {
  if (mode == MODE_64 || mode == MODE_COMPATIBILITY)
    fake_long_mode(m, cpu, RS_CPU_INTEL);
  else
    fake_protected_mode(m, cpu, RS_CPU_INTEL);
  if (mode == MODE_REAL) cpu->cr0 &= ~(CR0_PE | CR0_PG);
  load_segments(cpu, mode, cpl);
  cpu->cpl = (uint8_t)cpl;
  cpu->rip = 0x100;
  cpu->rflags = RFLAGS_FIXED | (uint64_t)iopl << RFLAGS_IOPL_SHIFT;
  if (mode == MODE_VIRTUAL_8086) cpu->rflags |= RFLAGS_VM;
  cpu->general[RS_RSP - RS_RAX] = mode_pointer(cpu, MODE_STACK);
  static const uint64_t pages[] = { MODE_BASE + MODE_STACK - GUEST_PAGE_SIZE, MODE_BASE + MODE_DATA };
  for (unsigned i = 0; i < 2; i++)
    if (mode == MODE_REAL)
      fake_poke(m, cpu, pages[i], 1, 0);
    else
      fake_map(m, cpu, pages[i], FAKE_RW | FAKE_US);
}

uint64_t mode_pointer(const struct rs_cpu *cpu, uint64_t offset) {
  return code_size_of(cpu) == CODE_64 ? MODE_BASE + offset : offset;
}

enum rs_outcome mode_perform(struct fake_memory *m, const struct rs_cpu *cpu, mode_performer *perform,
                             const char *bytes, size_t count, struct rs_transition *out) {
  struct builder b;
  struct guest_memory memory = fake_memory_guest(m);
  assert_true(instruction_decode((const uint8_t *)bytes, count, code_size_of(cpu), &out->cause.instruction));
  builder_start(&b, cpu, &memory, out);
  bool completed = perform(&b, &out->cause.instruction);
  assert_int_equal(completed, out->outcome == RS_COMPLETED);
  fake_assert_sound(out);
  return out->outcome;
}

int mode_setup(void **state) {
  *state = calloc(1, sizeof(struct mode_fixture));
  assert_non_null(*state);
  return 0;
}

int mode_teardown(void **state) {
  struct mode_fixture *f = *state;
  fake_memory_free(f->memory);
  free(f);
  return 0;
}

void mode_fixture_enter(struct mode_fixture *f, enum mode mode, unsigned cpl, unsigned iopl) {
  fake_memory_free(f->memory);
  f->memory = fake_memory_create();
  mode_enter(f->memory, &f->cpu, mode, cpl, iopl);
}
