/* The small guest for the tests of arch: memory, tables, processors. */
#include "arch/fake_memory.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fake_memory {
  uint64_t next_page;
  unsigned count;
  struct fake_page {
    uint64_t physical;
    uint8_t bytes[GUEST_PAGE_SIZE];
  } page[FAKE_PAGES];
};

/* --- Physical memory --- */

struct fake_memory *fake_memory_create(void) {
  struct fake_memory *m = calloc(1, sizeof *m);
  assert_non_null(m);
  m->next_page = 0x20000;
  return m;
}

void fake_memory_free(struct fake_memory *m) {
  free(m);
}

static uint8_t *page_bytes(struct fake_memory *m, uint64_t physical) {
  for (unsigned i = 0; i < m->count; i++)
    if (m->page[i].physical == physical) return m->page[i].bytes;
  return NULL;
}

static uint8_t *page_create(struct fake_memory *m, uint64_t physical) {
  uint8_t *bytes = page_bytes(m, physical);
  if (bytes) return bytes;
  assert_true(m->count < FAKE_PAGES);
  m->page[m->count].physical = physical;
  return m->page[m->count++].bytes;
}

static const uint8_t *guest_page(void *context, uint64_t physical) {
  return page_bytes(context, physical);
}

struct guest_memory fake_memory_guest(struct fake_memory *m) {
  return (struct guest_memory){ .context = m, .page = guest_page };
}

uint64_t fake_new_page(struct fake_memory *m) {
  uint64_t physical = m->next_page;
  m->next_page += GUEST_PAGE_SIZE;
  page_create(m, physical);
  return physical;
}

void fake_write(struct fake_memory *m, uint64_t physical, unsigned size, uint64_t value) {
  for (unsigned i = 0; i < size; i++) {
    uint64_t at = physical + i;
    page_create(m, at - at % GUEST_PAGE_SIZE)[at % GUEST_PAGE_SIZE] = (uint8_t)(value >> 8 * i);
  }
}

uint64_t fake_read(struct fake_memory *m, uint64_t physical, unsigned size) {
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++) {
    uint64_t at = physical + i;
    const uint8_t *bytes = page_bytes(m, at - at % GUEST_PAGE_SIZE);
    value |= (uint64_t)(bytes ? bytes[at % GUEST_PAGE_SIZE] : 0xff) << 8 * i;
  }
  return value;
}

void fake_commit(struct fake_memory *m, const struct rs_transition *t) {
  for (unsigned i = 0; i < t->step_count; i++) {
    const struct rs_step *step = &t->step[i];
    if (step->kind != RS_STEP_WRITE || step->id == RS_ITEM_REGISTER) continue;
    if (t->outcome == RS_FAULTED && step->id != RS_ITEM_PAGE_ACCESSED_DIRTY) continue;
    uint64_t offset = step->write.physical % GUEST_PAGE_SIZE;
    assert_true(offset + step->size <= GUEST_PAGE_SIZE);
    if (!page_bytes(m, step->write.physical - offset)) continue; /* not RAM */
    const uint8_t *bytes = (const uint8_t *)&step->write.new;
    for (unsigned k = 0; k < step->size; k++)
      fake_write(m, step->write.physical + k, 1, bytes[k]);
  }
}

/* --- Page tables --- */

static bool in_long_mode(const struct rs_cpu *cpu) {
  return cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
}

static unsigned root_level(const struct rs_cpu *cpu) {
  if (in_long_mode(cpu)) return cpu->cr4 & CR4_LA57 ? 5 : 4;
  return cpu->cr4 & CR4_PAE ? 3 : 2;
}

static unsigned entry_size(const struct rs_cpu *cpu) {
  return cpu->cr4 & CR4_PAE ? 8 : 4;
}

static uint64_t entry_in_table(const struct rs_cpu *cpu, uint64_t table, uint64_t linear, unsigned level) {
  unsigned bits = entry_size(cpu) == 8 ? 9 : 10;
  return table + (linear >> (12 + bits * (level - 1)) & ((1U << bits) - 1)) * entry_size(cpu);
}

/* The entry of `linear` at `level`; makes the tables above it when `create`. */
static uint64_t descend(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, unsigned level,
                        bool create) {
  unsigned root = root_level(cpu);
  uint64_t table = cpu->cr3 & ~UINT64_C(0xfff);
  for (unsigned at = root; at > level; at--) {
    uint64_t address = entry_in_table(cpu, table, linear, at);
    uint64_t entry = fake_read(m, address, entry_size(cpu));
    if (!(entry & FAKE_P)) {
      assert_true(create);
      /* the PDPTEs of PAE paging have no rights */
      uint64_t flags = root == 3 && at == 3 ? FAKE_P : FAKE_P | FAKE_RW | FAKE_US;
      entry = fake_new_page(m) | flags;
      fake_write(m, address, entry_size(cpu), entry);
    }
    table = entry & UINT64_C(0x000ffffffffff000);
  }
  return entry_in_table(cpu, table, linear, level);
}

uint64_t fake_entry_address(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear,
                            unsigned level) {
  return descend(m, cpu, linear, level, false);
}

void fake_map_at(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, unsigned level,
                 uint64_t physical, uint64_t flags) {
  fake_write(m, descend(m, cpu, linear, level, true), entry_size(cpu), physical | flags);
}

uint64_t fake_map(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, uint64_t flags) {
  uint64_t physical = fake_new_page(m);
  fake_map_at(m, cpu, linear, 1, physical, flags | FAKE_P);
  return physical;
}

static uint64_t fake_translate(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear) {
  if (!(cpu->cr0 & CR0_PG)) return linear;
  uint64_t entry = fake_read(m, descend(m, cpu, linear, 1, false), entry_size(cpu));
  assert_true(entry & FAKE_P);
  return (entry & UINT64_C(0x000ffffffffff000)) | linear % GUEST_PAGE_SIZE;
}

void fake_poke(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, unsigned size,
               uint64_t value) {
  for (unsigned i = 0; i < size; i++)
    fake_write(m, fake_translate(m, cpu, linear + i), 1, value >> 8 * i);
}

uint64_t fake_peek(struct fake_memory *m, const struct rs_cpu *cpu, uint64_t linear, unsigned size) {
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++)
    value |= fake_read(m, fake_translate(m, cpu, linear + i), 1) << 8 * i;
  return value;
}

/* --- Descriptor tables --- */

uint64_t fake_descriptor(uint64_t base, uint32_t limit, uint32_t attributes) {
  uint64_t raw_limit = attributes & SEGMENT_G ? limit >> 12 : limit;
  return (raw_limit & 0xffff) | (base & 0xffffff) << 16 | (uint64_t)(attributes & 0xff) << 40 |
         (raw_limit >> 16 & 0xf) << 48 | (uint64_t)(attributes >> 12 & 0xf) << 52 | (base >> 24 & 0xff) << 56;
}

void fake_gdt_set(struct fake_memory *m, const struct rs_cpu *cpu, uint16_t selector, uint64_t descriptor) {
  fake_poke(m, cpu, cpu->gdtr.base + (selector & SELECTOR_INDEX), 8, descriptor);
}

void fake_gate(struct fake_memory *m, const struct rs_cpu *cpu, uint8_t vector, uint16_t selector,
               uint64_t offset, uint8_t type, uint8_t ist) {
  uint64_t address = cpu->idtr.base + (uint64_t)vector * (in_long_mode(cpu) ? 16 : 8);
  uint64_t low = (offset & 0xffff) | (uint64_t)selector << 16 | (uint64_t)ist << 32 | (uint64_t)type << 40 |
                 (offset >> 16 & 0xffff) << 48;
  fake_poke(m, cpu, address, 8, low);
  if (in_long_mode(cpu)) fake_poke(m, cpu, address + 8, 8, offset >> 32);
}

/* Attributes of the flat segments: accessed, present, by selector. */
static uint32_t flat_attributes(bool long_mode, uint16_t selector) {
  uint32_t code = SEGMENT_P | SEGMENT_S | SEGMENT_CODE | SEGMENT_READABLE | SEGMENT_ACCESSED | SEGMENT_G;
  uint32_t data = SEGMENT_P | SEGMENT_S | SEGMENT_WRITABLE | SEGMENT_ACCESSED | SEGMENT_G | SEGMENT_DB;
  uint32_t dpl = (uint32_t)(selector & SELECTOR_RPL) << SEGMENT_DPL_SHIFT;
  switch (selector) {
  case FAKE_KERNEL_CS: return code | (long_mode ? SEGMENT_L : SEGMENT_DB);
  case FAKE_USER_CS32: return code | SEGMENT_DB | dpl;
  case FAKE_USER_CS64: return code | SEGMENT_L | dpl;
  case FAKE_KERNEL_SS:
  case FAKE_USER_SS: return data | dpl;
  default: assert(!"a flat selector"); return 0;
  }
}

struct rs_segment fake_segment(const struct rs_cpu *cpu, uint16_t selector) {
  return (struct rs_segment){ .selector = selector,
                              .attributes = flat_attributes(in_long_mode(cpu), selector),
                              .limit = UINT32_MAX };
}

static void gdt_fill(struct fake_memory *m, const struct rs_cpu *cpu) {
  static const uint16_t flat[] = { FAKE_KERNEL_CS, FAKE_KERNEL_SS, FAKE_USER_CS32, FAKE_USER_SS,
                                   FAKE_USER_CS64 };
  for (unsigned i = 0; i < sizeof flat / sizeof *flat; i++) {
    struct rs_segment s = fake_segment(cpu, flat[i]);
    fake_gdt_set(m, cpu, flat[i], fake_descriptor(s.base, s.limit, s.attributes));
  }
  fake_gdt_set(m, cpu, 0x30, fake_descriptor(0, UINT32_MAX, fake_segment(cpu, FAKE_USER_SS).attributes));
  fake_gdt_set(m, cpu, FAKE_TSS_SELECTOR, fake_descriptor(cpu->tr.base, cpu->tr.limit, cpu->tr.attributes));
  fake_gdt_set(m, cpu, FAKE_LDT_SELECTOR,
               fake_descriptor(cpu->ldtr.base, cpu->ldtr.limit, cpu->ldtr.attributes));
}

/* --- Processors --- */

static void map_guest(struct fake_memory *m, const struct rs_cpu *cpu) {
  static const uint64_t kernel[] = {
    FAKE_GDT,         FAKE_IDT,        FAKE_TSS, FAKE_LDT, FAKE_KERNEL_STACK - GUEST_PAGE_SIZE,
    FAKE_KERNEL_CODE, FAKE_KERNEL_DATA
  };
  static const uint64_t user[] = { FAKE_USER_CODE, FAKE_USER_DATA, FAKE_USER_STACK - GUEST_PAGE_SIZE };
  for (unsigned i = 0; i < sizeof kernel / sizeof *kernel; i++)
    fake_map(m, cpu, kernel[i], FAKE_RW);
  for (unsigned i = 0; i < sizeof user / sizeof *user; i++)
    fake_map(m, cpu, user[i], FAKE_RW | FAKE_US);
}

static void load_kernel_state(struct rs_cpu *cpu) {
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    cpu->segment[i] = fake_segment(cpu, i == RS_SEGMENT_INDEX(RS_CS) ? FAKE_KERNEL_CS : FAKE_KERNEL_SS);
  cpu->gdtr = (struct rs_table_register){ FAKE_GDT, 0x5f };
  cpu->idtr = (struct rs_table_register){ FAKE_IDT, 0xfff };
  cpu->tr = (struct rs_segment){ FAKE_TSS_SELECTOR, SEGMENT_P | 0xb, 0x67, FAKE_TSS };
  cpu->ldtr = (struct rs_segment){ FAKE_LDT_SELECTOR, SEGMENT_P | 0x2, 0xfff, FAKE_LDT };
  cpu->rip = FAKE_KERNEL_CODE;
  cpu->general[4] = FAKE_KERNEL_STACK;
  cpu->rflags = RFLAGS_FIXED | RFLAGS_IF;
}

static void enter_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model, uint64_t cr4,
                       uint64_t efer) {
  memset(cpu, 0, sizeof *cpu);
  cpu->model = model;
  cpu->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG;
  cpu->cr3 = fake_new_page(m);
  cpu->cr4 = cr4;
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = efer;
  cpu->dr6 = 0xffff0ff0;
  cpu->dr7 = 0x400;
  load_kernel_state(cpu);
  map_guest(m, cpu);
  gdt_fill(m, cpu);
}

void fake_long_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model) {
  enter_mode(m, cpu, model, CR4_PAE, EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE);
}

void fake_five_level_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model) {
  enter_mode(m, cpu, model, CR4_PAE | CR4_LA57, EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE);
}

void fake_protected_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model) {
  enter_mode(m, cpu, model, CR4_PSE, 0);
}

void fake_pae_mode(struct fake_memory *m, struct rs_cpu *cpu, enum rs_cpu_model model) {
  enter_mode(m, cpu, model, CR4_PAE, EFER_NXE);
}

static void enter_ring_3(struct rs_cpu *cpu, uint16_t code) {
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    cpu->segment[i] = fake_segment(cpu, i == RS_SEGMENT_INDEX(RS_CS) ? code : FAKE_USER_SS);
  cpu->cpl = 3;
  cpu->rip = FAKE_USER_CODE;
  cpu->general[4] = FAKE_USER_STACK;
}

void fake_enter_user(struct rs_cpu *cpu) {
  enter_ring_3(cpu, in_long_mode(cpu) ? FAKE_USER_CS64 : FAKE_USER_CS32);
}

void fake_enter_compatibility(struct rs_cpu *cpu) {
  assert(in_long_mode(cpu));
  enter_ring_3(cpu, FAKE_USER_CS32);
}

/* --- Looking at transitions --- */

enum rs_check fake_failed_check(const struct rs_transition *t) {
  assert_true(rs_outcome_has_fault(t->outcome));
  const struct rs_step *step = &t->step[t->fault.check];
  assert_true(step->kind == RS_STEP_CHECK && !step->passed);
  return (enum rs_check)step->id;
}

const struct rs_step *fake_find_step(const struct rs_transition *t, enum rs_step_kind kind, unsigned id,
                                     unsigned n) {
  for (unsigned i = 0; i < t->step_count; i++)
    if (t->step[i].kind == kind && t->step[i].id == id && n-- == 0) return &t->step[i];
  return NULL;
}

unsigned fake_count_steps(const struct rs_transition *t, enum rs_step_kind kind, unsigned id) {
  unsigned count = 0;
  while (fake_find_step(t, kind, id, count))
    count++;
  return count;
}

void fake_assert_same_state(const struct rs_cpu *a, const struct rs_cpu *b) {
  for (unsigned reg = RS_NO_REGISTER + 1; reg < RS_REGISTER_COUNT; reg++) {
    union rs_value x = rs_cpu_get(a, (enum rs_register)reg), y = rs_cpu_get(b, (enum rs_register)reg);
    if (reg >= RS_ES && reg <= RS_TR) {
      assert_int_equal(x.segment.selector, y.segment.selector);
      assert_int_equal(x.segment.attributes, y.segment.attributes);
      assert_int_equal(x.segment.limit, y.segment.limit);
      assert_true(x.segment.base == y.segment.base);
    } else if (reg == RS_GDTR || reg == RS_IDTR) {
      assert_true(x.table.base == y.table.base && x.table.limit == y.table.limit);
    } else if (x.word[0] != y.word[0]) {
      fail_msg("%s is %llx, expected %llx", rs_register_name((enum rs_register)reg),
               (unsigned long long)x.word[0], (unsigned long long)y.word[0]);
    }
  }
}

void fake_assert_sound(const struct rs_transition *t) {
  struct rs_cpu folded;
  assert_true(t->step_count > 0);
  rs_transition_state_after(t, t->step_count - 1U, &folded);
  fake_assert_same_state(&folded, &t->after);
  if (rs_outcome_has_fault(t->outcome)) fake_failed_check(t);
}
