/* The descriptor tables of the stage, and their state before each trial. */
#include "tables.h"

#include "attempt.h"
#include "gates.h"
#include "instructions.h"
#include "output.h"
#include "text.h"

#define TSS_BITMAP_FIELD 102
#define TSS_LIMIT (TSS_SIZE - 1)
#define GATE_WORDS (GATE_SIZE / 8)

static uint64_t gdt[GDT_SIZE / 8], ldt[LDT_SIZE / 8];
static uint64_t idt[VECTOR_COUNT * GATE_WORDS];
static uint64_t gdt_before[GDT_SIZE / 8]; /* as each trial finds it */
static uint64_t gdt_kept[GDT_SIZE / 8], ldt_kept[LDT_SIZE / 8];
static unsigned idt_limit, tss_limit;
static bool idt_changed, registers_changed;
uint8_t tables_tss[TSS_SIZE] __attribute__((aligned(128)));

const uint16_t special_selectors[SPECIAL_SELECTORS] = {
  0,
  1,
  2,
  3,
  SELECTOR_BEYOND,
  SELECTOR_BEYOND | 3,
  SELECTOR_LDT_A,
  SELECTOR_LDT_A | 3,
  SELECTOR_LDT_BEYOND | 3,
  0xffff,
  4,
  7,
  SELECTOR_TSS | 3,
};

uint64_t descriptor(unsigned access, unsigned bits, uint32_t base, uint32_t limit) {
  return (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)access << 40 |
         (uint64_t)(limit >> 16 & 0xf) << 48 | (uint64_t)bits << 52 | (uint64_t)(base >> 24) << 56;
}

uint64_t descriptor_flat(unsigned access) {
  unsigned size = (access & 0x18) == 0x18 ? CODE_SIZE_BITS : DESCRIPTOR_BIG;
  bool grows_down = (access & 0x1c) == 0x14;
  return descriptor(access, size | DESCRIPTOR_PAGES, 0, grows_down ? 0 : LIMIT_ALL);
}

uint64_t *tables_slot(unsigned selector) {
  return (selector & 4 ? ldt : gdt) + (selector >> 3);
}

unsigned tables_code(unsigned ring) {
  static const uint8_t selectors[] = { SELECTOR_CODE0, SELECTOR_CODE1, SELECTOR_CODE2, SELECTOR_CODE3 };
  return selectors[ring] | ring;
}

unsigned tables_data(unsigned ring) {
  static const uint8_t selectors[] = { SELECTOR_DATA0, SELECTOR_DATA1, SELECTOR_DATA2, SELECTOR_DATA3 };
  return selectors[ring] | ring;
}

unsigned tables_other_code(unsigned ring) {
  static const uint8_t selectors[] = { SELECTOR_OTHER0, SELECTOR_OTHER1, SELECTOR_OTHER2, SELECTOR_OTHER3 };
  return selectors[ring] | ring;
}

void tables_set_gate(unsigned vector, unsigned access, unsigned selector, uintptr_t offset, unsigned stack) {
  idt_changed |= vector < VECTOR_TRIED;
  gate_write(idt + vector * GATE_WORDS, access, selector, offset, stack);
}

void tables_set_call_gate(unsigned selector, unsigned access, unsigned target, uintptr_t offset,
                          unsigned count) {
  gate_write(tables_slot(selector), access, target, offset, count);
}

void tables_set_idt_limit(unsigned limit) {
  struct table_pointer pointer = { (uint16_t)limit, (uintptr_t)idt };
  idt_limit = limit;
  load_idt(&pointer);
}

static void tss_describe(unsigned access, unsigned limit) {
  uint64_t *slot = tables_slot(SELECTOR_TSS);
  slot[0] = descriptor(access, 0, (uint32_t)(uintptr_t)tables_tss, limit);
  slot[1] = 0;
}

void tables_set_tss_limit(unsigned limit) {
  tss_limit = limit;
  tss_describe(ACCESS_PRESENT | TYPE_TSS, limit);
  load_task_register(SELECTOR_TSS);
}

void tables_set_io_bitmap(unsigned base) {
  memcpy(tables_tss + TSS_BITMAP_FIELD, &(uint16_t){ (uint16_t)base }, 2);
}

void tables_deny_port(unsigned port) {
  tables_tss[TSS_BITMAP + port / 8] |= (uint8_t)(1u << port % 8);
}

static void gdt_describe(void) {
  static const uint8_t other[] = { SELECTOR_OTHER0, SELECTOR_OTHER1, SELECTOR_OTHER2, SELECTOR_OTHER3 };
  unsigned wide = DESCRIPTOR_BIG | DESCRIPTOR_PAGES;
  for (unsigned ring = 0; ring < 4; ring++) {
    unsigned access = ACCESS_PRESENT | ACCESS_DPL(ring);
    *tables_slot(tables_code(ring)) = descriptor_flat(access | TYPE_CODE);
    *tables_slot(tables_data(ring)) = descriptor_flat(access | TYPE_DATA);
    *tables_slot(other[ring]) =
        descriptor(access | TYPE_CODE, OTHER_SIZE_BITS | (LONG_MODE ? DESCRIPTOR_PAGES : 0), 0,
                   LONG_MODE ? LIMIT_ALL : 0xffff);
  }
  *tables_slot(SELECTOR_CODE3_32) =
      descriptor(ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_CODE, wide, 0, LIMIT_ALL);
  *tables_slot(SELECTOR_DATA3_64) = descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_DATA);
  *tables_slot(SELECTOR_LDT) =
      descriptor(ACCESS_PRESENT | TYPE_LDT, 0, (uint32_t)(uintptr_t)ldt, LDT_SIZE - 1);
  tss_describe(ACCESS_PRESENT | TYPE_TSS_BUSY, TSS_LIMIT);
}

static void idt_describe(void) {
  for (unsigned vector = 0; vector <= VECTOR_ARRIVED; vector++) {
    unsigned dpl = vector == VECTOR_ARRIVED ? 3 : 0;
    tables_set_gate(vector, ACCESS_PRESENT | ACCESS_DPL(dpl) | TYPE_INTERRUPT_GATE, SELECTOR_CODE0,
                    (uintptr_t)capture_stubs + vector * CAPTURE_STUB_SIZE, LONG_MODE);
  }
  idt_changed = false;
}

static void stacks_set(void) {
  for (unsigned ring = 0; ring < 3; ring++)
    tables_set_ring_stack(ring, tables_data(ring), STACK_TOP(STACK_KERNEL + ring));
  tables_set_interrupt_stack(2, STACK_TOP(STACK_IST));
}

void tables_change_registers(void) {
  registers_changed = true;
}

void tables_describe_system(unsigned selector, unsigned access) {
  uintptr_t base = access & 8 ? (uintptr_t)tables_tss : (uintptr_t)ldt;
  tables_slot(selector)[0] = descriptor(access, 0, (uint32_t)base, access & 8 ? TSS_LIMIT : LDT_SIZE - 1);
  tables_slot(selector)[1] = 0;
}

void tables_reset(void) {
  memcpy(gdt, gdt_before, sizeof gdt);
  memset(ldt, 0, sizeof ldt);
  if (idt_changed) idt_describe();
  stacks_set();
  memset(tables_tss + TSS_BITMAP, 0, TSS_SIZE - TSS_BITMAP);
  tables_set_io_bitmap(TSS_SIZE);
  if (idt_limit != sizeof idt - 1) tables_set_idt_limit(sizeof idt - 1);
  if (registers_changed) load_ldt(SELECTOR_LDT);
  if (registers_changed || tss_limit != TSS_LIMIT) tables_set_tss_limit(TSS_LIMIT);
  registers_changed = false;
}

void tables_keep(void) {
  memcpy(gdt_kept, gdt, sizeof gdt);
  memcpy(ldt_kept, ldt, sizeof ldt);
}

static void tell_changes(const uint64_t *now, const uint64_t *kept, unsigned count, const char *name) {
  for (unsigned i = 0; i < count; i++)
    if (now[i] != kept[i]) output_add(" %s%x=%x", name, i * 8, (unsigned)(now[i] >> 40) & 0xff);
}

void tables_tell_changes(void) {
  tell_changes(gdt, gdt_kept, GDT_SIZE / 8, "gdt");
  tell_changes(ldt, ldt_kept, LDT_SIZE / 8, "ldt");
}

/* The exceptions of the 64-bit guest have a stack of their own, outside the stage. */
void tables_init(void) {
  static uint8_t capture_stack[1024] __attribute__((aligned(16)));
  struct table_pointer pointer = { sizeof gdt - 1, (uintptr_t)gdt };
  gdt_describe();
  memcpy(gdt_before, gdt, sizeof gdt);
  idt_describe();
  load_gdt(&pointer);
  attempt_segments_load();
  load_ldt(SELECTOR_LDT);
  tables_set_interrupt_stack(1, (uintptr_t)(capture_stack + sizeof capture_stack));
  tables_reset();
}
