/* Builds the flat guest of the enumerations. */
#include "oracle/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STAGE_PML4 = 0x1000, STAGE_PDPT = 0x2000 };

struct stage *stage_create(void) {
  struct stage *s = calloc(1, sizeof *s);
  assert_non_null(s);
  s->memory = (struct guest_memory){ .ram = s->ram, .ram_size = STAGE_BYTES, .memo = &s->memo };
  return s;
}

int stage_setup(void **state) {
  *state = stage_create();
  return 0;
}

int stage_teardown(void **state) {
  struct stage *s = *state;
  print_message("             %llu cases\n", (unsigned long long)s->cases);
  free(s);
  return 0;
}

void stage_write(struct stage *s, uint64_t physical, unsigned size, uint64_t value) {
  assert_true(physical + size <= STAGE_BYTES);
  memcpy(s->ram + physical, &value, size);
}

bool stage_has_ring(enum oracle_mode mode, unsigned cpl) {
  return mode != ORACLE_VIRTUAL_8086 || cpl == 3;
}

struct oracle_descriptor stage_descriptor(unsigned n) {
  return (struct oracle_descriptor){ .type = n % 32,
                                     .dpl = n / 32 % 4,
                                     .present = n / 128 % 2,
                                     .l = n / 256 % 2,
                                     .db = n / 512 % 2,
                                     .limit = UINT32_MAX };
}

/* Bits 47:40 and 55:52 [SDM3 "Segment Descriptors"]. */
static uint32_t attributes_of(const struct oracle_descriptor *d) {
  bool granular = d->limit > 0xfffff;
  return (uint32_t)(d->type | d->dpl << 5 | d->present << 7 | d->l << 13 | d->db << 14 | granular << 15);
}

void stage_describe(struct stage *s, uint16_t selector, const struct oracle_descriptor *d) {
  uint64_t table = oracle_selector_is_local(selector) ? STAGE_LDT : STAGE_GDT;
  uint64_t attributes = attributes_of(d), limit = d->limit > 0xfffff ? d->limit >> 12 : d->limit;
  stage_write(s, table + selector / 8 * 8, 8, (limit & 0xffff) | (limit & 0xf0000) << 32 | attributes << 40);
}

void stage_tables(struct stage *s, const struct oracle_tables *tables) {
  s->cpu.gdtr = (struct rs_table_register){ STAGE_GDT, (uint16_t)tables->gdt_limit };
  s->cpu.ldtr =
      (struct rs_segment){ STAGE_LDT_SELECTOR, tables->ldt_usable ? SEGMENT_P | 2 : SEGMENT_UNUSABLE,
                           tables->ldt_limit, STAGE_LDT };
}

/* Every linear address leads to the memory, or to nothing: there is no page fault. */
static void map_everything(struct stage *s) {
  for (unsigned i = 0; i < 512; i++) {
    stage_write(s, STAGE_PML4 + 8 * i, 8, STAGE_PDPT | 0x27);
    stage_write(s, STAGE_PDPT + 8 * i, 8, (uint64_t)i << 30 | 0xe7);
  }
}

static struct oracle_descriptor running_code(enum oracle_mode mode, unsigned cpl) {
  bool wide = mode == ORACLE_64_BIT;
  return (struct oracle_descriptor){ 27, (uint8_t)cpl, true, wide, !wide, UINT32_MAX };
}

static void load_segments(struct stage *s, enum oracle_mode mode, unsigned cpl) {
  const struct oracle_descriptor code = running_code(mode, cpl),
                                 data = { 19, (uint8_t)cpl, true, false, true, UINT32_MAX };
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    s->cpu.segment[i] = (struct rs_segment){ STAGE_SS(cpl), attributes_of(&data), UINT32_MAX, 0 };
  s->cpu.segment[RS_SEGMENT_INDEX(RS_CS)] =
      (struct rs_segment){ STAGE_CS(cpl), attributes_of(&code), UINT32_MAX, 0 };
  for (unsigned ring = 0; ring < 4; ring++) {
    const struct oracle_descriptor ring_code = running_code(mode, ring),
                                   ring_data = { 19, (uint8_t)ring, true, false, true, UINT32_MAX };
    stage_describe(s, STAGE_CS(ring), &ring_code);
    stage_describe(s, STAGE_SS(ring), &ring_data);
  }
}

void stage_enter(struct stage *s, enum oracle_mode mode, unsigned cpl, enum rs_cpu_model model) {
  static const struct oracle_tables tables = { STAGE_TABLE_LIMIT, STAGE_TABLE_LIMIT, true };
  memset(s->ram, 0, sizeof s->ram);
  s->cpu = (struct rs_cpu){ .model = model, .cpl = (uint8_t)cpl, .cr0 = CR0_PE | CR0_ET, .rip = STAGE_CODE };
  if (oracle_is_long(mode)) {
    map_everything(s);
    s->cpu.cr0 |= CR0_PG;
    s->cpu.cr3 = STAGE_PML4;
    s->cpu.cr4 = CR4_PAE;
    s->cpu.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME | EFER_LMA;
  }
  s->cpu.rflags = RFLAGS_FIXED | (mode == ORACLE_VIRTUAL_8086 ? RFLAGS_VM : 0);
  s->cpu.general[RS_RSP - RS_RAX] = STAGE_STACK;
  s->cpu.idtr = (struct rs_table_register){ STAGE_IDT, 0xfff };
  s->cpu.tr = (struct rs_segment){ STAGE_TSS_SELECTOR, SEGMENT_P | 11, 0x67, STAGE_TSS };
  stage_tables(s, &tables);
  load_segments(s, mode, cpl);
}

bool stage_passed(const struct stage *s, enum rs_check check) {
  for (unsigned i = 0; i < s->out.step_count; i++)
    if (s->out.step[i].kind == RS_STEP_CHECK && s->out.step[i].id == check) return s->out.step[i].passed;
  return false;
}

unsigned stage_written(const struct stage *s, enum rs_item item) {
  unsigned bytes = 0;
  for (unsigned i = 0; i < s->out.step_count; i++)
    if (s->out.step[i].kind == RS_STEP_WRITE && s->out.step[i].id == item) bytes += s->out.step[i].size;
  return bytes;
}
