/* Builds processors, tables and memory that hostile bytes choose, within what a processor can be in. */
#include "arch/hostile_guest.h"

#include "arch/instruction.h"
#include "arch/model.h"
#include "arch/modes.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { HOSTILE_FRAME = 0x80 }; /* bytes on the stack, that returns find */

/* --- The bytes, as choices --- */

uint64_t source_take(struct source *s, unsigned bytes) {
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes && s->at < s->size; i++)
    value |= (uint64_t)s->data[s->at++] << 8 * i;
  return value;
}

unsigned source_pick(struct source *s, size_t below) {
  return (unsigned)(source_take(s, 1) % below);
}

static bool toss(struct source *s) {
  return source_pick(s, 2);
}

static uint64_t place(struct source *s) {
  static const uint64_t places[] = {
    FAKE_GDT,
    FAKE_IDT,
    FAKE_TSS,
    FAKE_LDT,
    FAKE_KERNEL_STACK - GUEST_PAGE_SIZE,
    FAKE_KERNEL_CODE,
    FAKE_USER_CODE,
    FAKE_KERNEL_DATA,
    FAKE_USER_DATA,
    FAKE_USER_STACK - GUEST_PAGE_SIZE,
    MODE_BASE + MODE_DATA,
    MODE_BASE + MODE_STACK - GUEST_PAGE_SIZE,
  };
  return places[source_pick(s, COUNT(places))];
}

uint16_t source_selector(struct source *s) {
  static const uint16_t named[] = { FAKE_KERNEL_CS, FAKE_KERNEL_SS, FAKE_USER_CS32, FAKE_USER_SS,
                                    FAKE_USER_CS64 };
  switch (source_pick(s, 4)) {
  case 0: return (uint16_t)source_take(s, 2);
  case 1: return (uint16_t)(8 * source_pick(s, 12) + source_pick(s, 8));
  default: return named[source_pick(s, COUNT(named))];
  }
}

/* A number near something that matters. */
uint64_t source_word(struct source *s) {
  switch (source_pick(s, 8)) {
  case 0: return source_take(s, 8);
  case 1: return source_take(s, 4);
  case 2: return source_take(s, 1);
  case 3: return place(s) + source_take(s, 2) % GUEST_PAGE_SIZE;
  case 4: return place(s) + GUEST_PAGE_SIZE - source_take(s, 1) % 20;
  case 5: return UINT64_C(0x7ffffffffff8) + source_take(s, 1) % 16;
  case 6: return source_selector(s);
  default: return UINT32_MAX - source_take(s, 1) % 16;
  }
}

/* Canonical where the linear addresses of the model have 48 bits. */
static uint64_t address(struct source *s) {
  return (uint64_t)((int64_t)(source_word(s) << 16) >> 16);
}

/* --- The processor --- */

static struct rs_segment segment(struct source *s, uint32_t attributes, const struct rs_cpu *cpu) {
  bool long_mode = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
  struct rs_segment out = { .selector = source_selector(s), .attributes = attributes, .base = address(s) };
  if (!long_mode) out.base = (uint32_t)out.base;
  out.limit = (uint32_t)source_word(s);
  if (attributes & SEGMENT_G)
    out.limit |= 0xfff;
  else
    out.limit &= 0xfffff;
  return out;
}

static void change_data_segment(struct source *s, struct rs_cpu *cpu) {
  static const unsigned indices[] = { 0, 3, 4, 5 };
  uint32_t free = SEGMENT_WRITABLE | SEGMENT_EXPAND_DOWN | SEGMENT_DPL | SEGMENT_DB | SEGMENT_G;
  uint32_t attributes = SEGMENT_P | SEGMENT_S | SEGMENT_ACCESSED | ((uint32_t)source_take(s, 2) & free);
  if (toss(s)) attributes = SEGMENT_UNUSABLE;
  if (cpu->rflags & RFLAGS_VM) return;
  cpu->segment[indices[source_pick(s, 4)]] = segment(s, attributes, cpu);
}

/* CS and SS stay consistent with the ring. */
static void change_stack_segment(struct source *s, struct rs_cpu *cpu) {
  uint32_t free = SEGMENT_EXPAND_DOWN | SEGMENT_DB | SEGMENT_G;
  uint32_t attributes = SEGMENT_P | SEGMENT_S | SEGMENT_ACCESSED | SEGMENT_WRITABLE |
                        (uint32_t)cpu->cpl << SEGMENT_DPL_SHIFT | ((uint32_t)source_take(s, 2) & free);
  if (cpu->rflags & RFLAGS_VM || !(cpu->cr0 & CR0_PE)) return;
  cpu->segment[RS_SEGMENT_INDEX(RS_SS)] = segment(s, attributes, cpu);
  uint16_t *named = &cpu->segment[RS_SEGMENT_INDEX(RS_SS)].selector;
  *named = (uint16_t)((*named & ~SELECTOR_RPL) | cpu->cpl);
}

static void change_system_segments(struct source *s, struct rs_cpu *cpu) {
  bool long_mode = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
  cpu->tr.limit = (uint32_t)source_word(s);
  if (!long_mode && toss(s)) cpu->tr.attributes = SEGMENT_P | 3;
  cpu->ldtr.limit = (uint32_t)source_word(s);
  if (toss(s)) cpu->ldtr.attributes = SEGMENT_UNUSABLE;
  if (toss(s)) cpu->tr.base = long_mode ? address(s) : (uint32_t)source_word(s);
}

static void change_tables(struct source *s, struct rs_cpu *cpu) {
  struct rs_table_register *table = toss(s) ? &cpu->gdtr : &cpu->idtr;
  bool long_mode = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
  table->limit = (uint16_t)source_word(s);
  if (toss(s)) table->base = long_mode ? address(s) : (uint32_t)source_word(s);
}

static void change_flags(struct source *s, struct rs_cpu *cpu) {
  uint64_t vm = cpu->rflags & RFLAGS_VM;
  cpu->rflags = RFLAGS_FIXED | vm | (source_take(s, 3) & RFLAGS_DEFINED & ~RFLAGS_VM);
}

static void change_control(struct source *s, struct rs_cpu *cpu) {
  bool long_mode = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
  uint64_t fixed = CR4_PAE | CR4_LA57 | CR4_PSE | (long_mode ? 0 : CR4_PCIDE);
  cpu->cr0 ^= source_take(s, 4) & (CR0_WP | CR0_AM | CR0_TS | CR0_MP | CR0_EM | CR0_NE);
  cpu->cr4 ^= source_take(s, 4) & model_cr4_bits(cpu->model) & ~fixed;
  cpu->msr[RS_MSR_INDEX(RS_EFER)] ^= source_take(s, 2) & (EFER_SCE | EFER_NXE);
  cpu->dr7 = (source_take(s, 4) & 0xffff2bff) | 0x400;
  cpu->cr3 ^= source_take(s, 2) & 0xfff;
}

static void change_msr(struct source *s, struct rs_cpu *cpu) {
  enum rs_register reg = (enum rs_register)(RS_STAR + (int)source_pick(s, RS_SYSENTER_EIP - RS_STAR + 1));
  cpu->msr[RS_MSR_INDEX(reg)] = reg == RS_STAR ? source_word(s) : address(s);
}

static void change_event_state(struct source *s, struct rs_cpu *cpu) {
  cpu->interrupt_shadow = (uint8_t)source_pick(s, 3);
  cpu->nmi_blocked = toss(s);
  cpu->halted = source_pick(s, 8) == 0;
}

static void change_general(struct source *s, struct rs_cpu *cpu) {
  cpu->general[source_pick(s, 16)] = source_word(s);
}

/* What MOV CR and WRMSR may be given: a value that differs in a bit from the one in force. */
static void change_operands(struct source *s, struct rs_cpu *cpu) {
  static const uint32_t numbers[] = {
#define X(name, text, number) number,
    RS_MODEL_SPECIFIC_REGISTERS(X)
#undef X
        MSR_TSC,
    MSR_FS_BASE, MSR_GS_BASE
  };
  const uint64_t values[] = { cpu->cr0, cpu->cr3,   cpu->cr4, cpu->msr[RS_MSR_INDEX(RS_EFER)],
                              cpu->dr7, cpu->rflags };
  uint64_t value = values[source_pick(s, COUNT(values))] ^ UINT64_C(1) << source_pick(s, 64);
  cpu->general[source_pick(s, 16)] = value;
  if (toss(s)) return;
  cpu->general[RS_RCX - RS_RAX] = numbers[source_pick(s, COUNT(numbers))];
  cpu->general[RS_RAX - RS_RAX] = (uint32_t)value;
  cpu->general[RS_RDX - RS_RAX] = value >> 32;
}

/* On the way to PAE paging or to IA-32e mode. */
static void change_paging_off(struct source *s, struct rs_cpu *cpu) {
  if (!(cpu->cr0 & CR0_PE) || cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA || cpu->rflags & RFLAGS_VM) return;
  cpu->cr0 &= ~CR0_PG;
  if (toss(s)) cpu->cr4 |= CR4_PAE;
  if (toss(s)) cpu->msr[RS_MSR_INDEX(RS_EFER)] |= EFER_LME;
  cpu->general[source_pick(s, 8)] = cpu->cr0 | CR0_PG;
}

static void change_rip(struct source *s, struct rs_cpu *cpu) {
  static const uint64_t width[] = { [CODE_16] = 0xffff, [CODE_32] = UINT32_MAX, [CODE_64] = UINT64_MAX };
  cpu->rip = address(s) & width[code_size_of(cpu)];
}

/* --- Its memory --- */

static void change_descriptor(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  uint32_t attributes = (uint32_t)source_take(s, 2) & 0xf0ff;
  if (toss(s)) attributes |= SEGMENT_P | SEGMENT_S;
  uint64_t raw = toss(s) ? fake_descriptor((uint32_t)source_word(s), (uint32_t)source_word(s), attributes)
                         : source_take(s, 8);
  uint64_t table = toss(s) ? FAKE_GDT : FAKE_LDT;
  fake_poke(m, cpu, table + 8 * source_pick(s, 12), 8, raw);
}

static void change_gate(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  static const uint8_t types[] = { 0x8e, 0x8f, 0xee, 0xef, 0x86, 0x87, 0xe5, 0x0e };
  uint8_t type = toss(s) ? types[source_pick(s, COUNT(types))] : (uint8_t)source_take(s, 1);
  struct rs_cpu at_home = *cpu;
  at_home.idtr.base = FAKE_IDT;
  fake_gate(m, &at_home, (uint8_t)source_pick(s, 64), source_selector(s), source_word(s), type,
            (uint8_t)source_take(s, 1));
}

/* [SDM3 "Call Gates"], [SDM3 "Task-Gate Descriptor"]: in IA-32e mode it takes two places. */
static void change_named_gate(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  static const uint8_t types[] = { 0x8c, 0xec, 0x84, 0xe4, 0x85, 0xe5 };
  uint64_t at = (toss(s) ? FAKE_GDT : FAKE_LDT) + 8 * source_pick(s, 12), offset = source_word(s);
  uint64_t low = (offset & 0xffff) | (uint64_t)source_selector(s) << 16 | (uint64_t)source_pick(s, 32) << 32 |
                 (uint64_t)types[source_pick(s, COUNT(types))] << 40 | (offset & 0xffff0000) << 32;
  fake_poke(m, cpu, at, 8, low);
  if (cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA && toss(s)) fake_poke(m, cpu, at + 8, 8, offset >> 32);
}

/* Another task, of either width, busy or not, whose TSS is a page of data or the current one. */
static void change_task(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  static const uint32_t types[] = { 9, 1, 11, 3 };
  static const uint64_t bases[] = { FAKE_KERNEL_DATA, FAKE_KERNEL_DATA + 0xff0, FAKE_TSS };
  uint32_t attributes =
      SEGMENT_P | types[source_pick(s, COUNT(types))] | source_pick(s, 4) << SEGMENT_DPL_SHIFT;
  fake_poke(m, cpu, FAKE_GDT + 8 * source_pick(s, 12), 8,
            fake_descriptor(bases[source_pick(s, COUNT(bases))], toss(s) ? 0x67 : 0x2b, attributes));
}

/* What such a task is made of: addresses, flags, and selectors at every even offset. */
static void change_task_state(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  for (unsigned at = 0; at < 0x68; at += 4)
    fake_poke(m, cpu, FAKE_KERNEL_DATA + at, 4, toss(s) ? source_selector(s) : source_take(s, 2));
  fake_poke(m, cpu, FAKE_KERNEL_DATA + 0x1c, 4, toss(s) ? cpu->cr3 : source_word(s));
}

static void change_memory(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  fake_poke(m, cpu, place(s) + source_take(s, 2) % (GUEST_PAGE_SIZE - 8), 8, source_word(s));
}

static void change_tss(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  fake_poke(m, cpu, FAKE_TSS + source_take(s, 1) % 0x68, toss(s) ? 8 : 2, source_word(s));
}

static void flip_entry_bit(struct source *s, struct fake_memory *m, uint64_t at, unsigned size) {
  static const uint64_t bits[] = { FAKE_P, FAKE_RW, FAKE_US,           FAKE_A,
                                   FAKE_D, FAKE_PS, UINT64_C(1) << 51, FAKE_XD };
  fake_write(m, at, size, fake_read(m, at, size) ^ bits[source_pick(s, size)]);
}

static void change_page_entry(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  flip_entry_bit(s, m, fake_entry_address(m, cpu, place(s), 1), cpu->cr4 & CR4_PAE ? 8 : 4);
}

/* Words as wide as the mode's own returns take them, mostly. */
static unsigned frame_word(struct source *s, const struct rs_cpu *cpu) {
  static const unsigned natural[] = { [CODE_16] = 2, [CODE_32] = 4, [CODE_64] = 4 };
  unsigned size = natural[code_size_of(cpu)];
  return source_pick(s, 3) ? size : 2U << source_pick(s, 3);
}

/* What IRET and far returns find: an address, a code selector, flags, a stack and selectors. */
static void change_frame(struct source *s, struct fake_memory *m, const struct rs_cpu *cpu) {
  unsigned size = frame_word(s, cpu);
  uint64_t word[9];
  for (unsigned i = 0; i < COUNT(word); i++)
    word[i] = source_selector(s);
  word[0] = toss(s) ? source_word(s) : source_take(s, 2);
  word[2] = source_take(s, 3) & ~(toss(s) ? RFLAGS_VM : RFLAGS_NT);
  word[3] = source_word(s);
  if (toss(s)) { /* to a program of ring 3 */
    word[1] = toss(s) ? FAKE_USER_CS32 : FAKE_USER_CS64;
    word[4] = FAKE_USER_SS;
  }
  for (unsigned i = 0; i < COUNT(word); i++)
    fake_poke(m, cpu, MODE_BASE + MODE_STACK - HOSTILE_FRAME + i * size, size, word[i]);
}

/* Stacks of the inner rings and a gate for each exception, before anything is made hostile. */
static void furnish(struct source *s, struct fake_memory *m, struct rs_cpu *cpu) {
  bool long_mode = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
  cpu->general[RS_RSP - RS_RAX] = mode_pointer(cpu, MODE_STACK - HOSTILE_FRAME);
  if (!(cpu->cr0 & CR0_PE)) {
    cpu->idtr.base = MODE_BASE + MODE_DATA;
    return;
  }
  for (unsigned i = 0; i < 10 && long_mode; i++)
    fake_poke(m, cpu, FAKE_TSS + 4 + 8 * i, 8, FAKE_KERNEL_STACK);
  for (unsigned ring = 0; ring < 3 && !long_mode; ring++)
    fake_poke(m, cpu, FAKE_TSS + 4 + 8 * ring, 8, FAKE_KERNEL_STACK | (uint64_t)FAKE_KERNEL_SS << 32);
  for (unsigned vector = toss(s) ? 32 : 0; vector-- > 0;)
    fake_gate(m, cpu, (uint8_t)vector, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, 0x8e, 0);
}

/* Five levels: the table of four becomes the first entry of another. */
static void add_level(struct fake_memory *m, struct rs_cpu *cpu) {
  uint64_t root = fake_new_page(m);
  fake_write(m, root, 8, cpu->cr3 | FAKE_P | FAKE_RW | FAKE_US);
  cpu->cr3 = root;
  cpu->cr4 |= CR4_LA57;
}

void hostile_guest_build(struct source *s, struct fake_memory *m, struct rs_cpu *cpu) {
  typedef void change_cpu(struct source *, struct rs_cpu *);
  typedef void change_guest(struct source *, struct fake_memory *, const struct rs_cpu *);
  static change_cpu *const of_cpu[] = { change_data_segment, change_stack_segment, change_system_segments,
                                        change_tables,       change_flags,         change_control,
                                        change_msr,          change_event_state,   change_general,
                                        change_operands,     change_operands,      change_rip,
                                        change_paging_off };
  static change_guest *const of_guest[] = { change_descriptor, change_gate,      change_gate,
                                            change_memory,     change_tss,       change_task,
                                            change_task_state, change_named_gate };
  enum mode mode = (enum mode)source_pick(s, MODE_COUNT);
  unsigned cpl = mode == MODE_VIRTUAL_8086 ? 3 : mode == MODE_REAL ? 0 : source_pick(s, 4);
  mode_enter(m, cpu, mode, cpl, source_pick(s, 4));
  if (toss(s)) cpu->model = RS_CPU_AMD;
  if ((mode == MODE_64 || mode == MODE_COMPATIBILITY) && model_cr4_bits(cpu->model) & CR4_LA57 && toss(s))
    add_level(m, cpu);
  furnish(s, m, cpu);
  change_frame(s, m, cpu);
  for (unsigned n = source_pick(s, 12); n > 0; n--)
    of_guest[source_pick(s, COUNT(of_guest))](s, m, cpu);
  for (unsigned n = cpu->cr0 & CR0_PG ? source_pick(s, 4) : 0; n > 0; n--)
    change_page_entry(s, m, cpu);
  for (unsigned n = source_pick(s, 12); n > 0; n--)
    of_cpu[source_pick(s, COUNT(of_cpu))](s, cpu);
}

void hostile_guest_change(struct source *s, struct fake_memory *m, struct rs_cpu *cpu) {
  struct guest_memory memory = fake_memory_guest(m);
  struct paging_reader reader = paging_reader_of(&memory);
  struct paging_walk walk;
  if (toss(s)) {
    change_control(s, cpu);
    return;
  }
  paging_walk(cpu, &reader, place(s), ACCESS_READ, ACCESS_IMPLICIT_SUPERVISOR, &walk);
  if (walk.count == 0) return;
  const struct paging_entry *entry = &walk.entry[source_pick(s, walk.count)];
  if (memory.page(memory.context, entry->physical - entry->physical % GUEST_PAGE_SIZE))
    flip_entry_bit(s, m, entry->physical, entry->size);
}
