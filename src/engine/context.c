/* The processor state as struct rs_cpu, to and from the library's own copy of it. */
#include "engine/context.h"

#include <string.h>

#include "arch/bits.h"
#include "arch/descriptor.h"
#include "arch/instruction.h"
#include "engine/live.h"

/* The library's descriptor flags are the descriptor's second word without its base and limit:
 *
 *   23  22  21  20       15  14..13  12  11..8
 *   G   D/B L   AVL       P   DPL    S   type
 */
enum { FLAGS_SHIFT = 8, FLAGS_MASK = 0xf0ff };

/* The bits of the word that translation depends on which follow from the architectural state. The others
 * (interrupt shadow, SMM, SVM, MPX) are never set here. IOPL, TF, VM and AC it takes from RFLAGS. */
#define HF_CS32 (1u << 4)
#define HF_SS32 (1u << 5)
#define HF_ADDSEG (1u << 6)
#define HF_PE (1u << 7)
#define HF_CR0_SHIFT 8 /* MP, EM, TS are CR0's bits 1 to 3, at 9 to 11 */
#define HF_LMA (1u << 14)
#define HF_CS64 (1u << 15)
#define HF_OSFXSR (1u << 22)
#define HF_SMAP (1u << 23)

/* Bits that the library has no use for, but tells translations apart by. */
#define HF_LIMITED_SHIFT 27

#define ARITHMETIC_FLAGS (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

static uint8_t *bytes_of(uc_context *context) {
  return (uint8_t *)context;
}

static uint64_t get64(const uint8_t *state, size_t at) {
  uint64_t value;
  memcpy(&value, state + at, sizeof value);
  return value;
}

static uint32_t get32(const uint8_t *state, size_t at) {
  uint32_t value;
  memcpy(&value, state + at, sizeof value);
  return value;
}

static void put64(uint8_t *state, size_t at, uint64_t value) {
  memcpy(state + at, &value, sizeof value);
}

static void put32(uint8_t *state, size_t at, uint32_t value) {
  memcpy(state + at, &value, sizeof value);
}

bool context_open(struct context *c, uc_engine *uc, const struct layout *layout) {
  c->uc = uc;
  c->layout = *layout;
  c->near = c->far = NULL;
  if (uc_context_alloc(uc, &c->near) != UC_ERR_OK || uc_context_alloc(uc, &c->far) != UC_ERR_OK) return false;
  size_t trimmed = layout->near_end - layout->data;
  memcpy(c->near, &trimmed, sizeof trimmed);
  c->state = live_find(uc, layout);
  c->live = c->state;
  if (!c->live) c->state = bytes_of(c->near);
  return true;
}

void context_close(struct context *c) {
  uc_context_free(c->near);
  uc_context_free(c->far);
}

/* Arithmetic flags are computed when they are asked for; that is the library's business, unless they are
 * plain. */
static uint64_t fetch_rflags(struct context *c) {
  const struct layout *l = &c->layout;
  uint64_t rflags;
  if (get32(c->state, l->cc_operation) != l->cc_plain) {
    uc_reg_read(c->uc, UC_X86_REG_RFLAGS, &rflags);
    return rflags;
  }
  rflags = get64(c->state, l->rflags) & ~(ARITHMETIC_FLAGS | RFLAGS_DF);
  if (get32(c->state, l->direction) != 1) rflags |= RFLAGS_DF;
  return rflags | (get64(c->state, l->cc_source) & ARITHMETIC_FLAGS);
}

static void fetch_general(struct context *c, struct rs_cpu *cpu) {
  memcpy(cpu->general, c->state + c->layout.general, sizeof cpu->general);
  cpu->rip = get64(c->state, c->layout.rip);
  cpu->rflags = (fetch_rflags(c) & ~RFLAGS_RF) | RFLAGS_FIXED;
}

void context_begin(struct context *c) {
  if (!c->live) uc_context_save(c->uc, c->near);
}

void context_fetch(struct context *c, struct rs_cpu *cpu) {
  context_begin(c);
  fetch_general(c, cpu);
}

bool context_take_rf(struct context *c) {
  uint64_t rflags = get64(c->state, c->layout.rflags);
  if (!(rflags & RFLAGS_RF)) return false;
  put64(c->state, c->layout.rflags, rflags & ~RFLAGS_RF);
  context_commit(c);
  return true;
}

void context_fetch_general(struct context *c, struct rs_cpu *cpu) {
  context_begin(c);
  memcpy(cpu->general, c->state + c->layout.general, sizeof cpu->general);
}

static void fetch_segment(struct context *c, size_t at, struct rs_segment *segment) {
  const struct layout *l = &c->layout;
  uint32_t attributes = get32(c->state, at + l->flags) >> FLAGS_SHIFT & FLAGS_MASK;
  segment->selector = (uint16_t)get32(c->state, at + l->selector);
  segment->base = get64(c->state, at + l->base);
  segment->limit = get32(c->state, at + l->limit);
  segment->attributes = attributes & SEGMENT_P ? attributes : attributes | SEGMENT_UNUSABLE;
}

static void put_segment(struct context *c, size_t at, const struct rs_segment *segment) {
  const struct layout *l = &c->layout;
  bool usable = !(segment->attributes & SEGMENT_UNUSABLE);
  /* An unusable segment keeps its DPL: SS's is the CPL even when a null selector was loaded. */
  uint32_t mask = usable ? FLAGS_MASK : SEGMENT_DPL;
  put32(c->state, at + l->selector, segment->selector);
  put64(c->state, at + l->base, segment->base);
  put32(c->state, at + l->limit, segment->limit);
  put32(c->state, at + l->flags, (segment->attributes & mask) << FLAGS_SHIFT);
}

/* The library keeps the type of the TSS in TR as it is when it is not busy, and looks for that type. */
static void fetch_task(struct context *c, struct rs_segment *tr) {
  fetch_segment(c, c->layout.tr, tr);
  if (!(tr->attributes & SEGMENT_UNUSABLE)) tr->attributes |= TSS_BUSY;
}

static void put_task(struct context *c, const struct rs_segment *tr) {
  struct rs_segment available = *tr;
  available.attributes &= (uint16_t)~TSS_BUSY;
  put_segment(c, c->layout.tr, &available);
}

static void fetch_table(struct context *c, size_t at, struct rs_table_register *table) {
  table->base = get64(c->state, at + c->layout.base);
  table->limit = (uint16_t)get32(c->state, at + c->layout.limit);
}

static void put_table(struct context *c, size_t at, const struct rs_table_register *table) {
  put64(c->state, at + c->layout.base, table->base);
  put32(c->state, at + c->layout.limit, table->limit);
}

void context_fetch_system(struct context *c, struct rs_cpu *cpu) {
  const struct layout *l = &c->layout;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    fetch_segment(c, l->segment[i], &cpu->segment[i]);
  fetch_segment(c, l->ldtr, &cpu->ldtr);
  fetch_task(c, &cpu->tr);
  fetch_table(c, l->gdtr, &cpu->gdtr);
  fetch_table(c, l->idtr, &cpu->idtr);
  cpu->cr0 = get64(c->state, l->cr[0]);
  cpu->cr3 = get64(c->state, l->cr[3]);
  cpu->cr4 = get64(c->state, l->cr[4]);
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = get64(c->state, l->efer);
  cpu->cpl = get32(c->state, l->hflags) & 3;
}

/* Not zero where the segment does not let everything be accessed. Every transition asks: no branches. */
static uint32_t limit_of(const struct rs_segment *s) {
  enum { MASK = SEGMENT_UNUSABLE | SEGMENT_CODE | SEGMENT_EXPAND_DOWN | SEGMENT_WRITABLE };
  return ~s->limit | ((s->attributes & MASK) ^ SEGMENT_WRITABLE);
}

unsigned context_limited(const struct rs_cpu *cpu) {
  const struct rs_segment *s = cpu->segment;
  if (code_size_of(cpu) == CODE_64) return 0;
  uint32_t data = limit_of(&s[RS_SEGMENT_INDEX(RS_DS)]) | limit_of(&s[RS_SEGMENT_INDEX(RS_ES)]);
  return (s[RS_SEGMENT_INDEX(RS_CS)].limit != UINT32_MAX) * LIMITED_CODE + (data != 0) * LIMITED_DATA +
         (limit_of(&s[RS_SEGMENT_INDEX(RS_SS)]) != 0) * LIMITED_STACK +
         (limit_of(&s[RS_SEGMENT_INDEX(RS_FS)]) != 0) * LIMITED_FS +
         (limit_of(&s[RS_SEGMENT_INDEX(RS_GS)]) != 0) * LIMITED_GS;
}

bool context_tells_limited(const struct context *c, const struct rs_cpu *cpu) {
  return get32(c->state, c->layout.hflags) >> HF_LIMITED_SHIFT == context_limited(cpu);
}

/* As the library itself derives it from the state (its own way is not reachable). */
static uint32_t hflags_of(const struct rs_cpu *cpu) {
  const struct rs_segment *segment = cpu->segment;
  uint32_t cs = segment[RS_SEGMENT_INDEX(RS_CS)].attributes, ss = segment[RS_SEGMENT_INDEX(RS_SS)].attributes;
  bool long_mode = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA;
  uint32_t hflags = cpu->cpl | (uint32_t)(cpu->cr0 & (CR0_MP | CR0_EM | CR0_TS)) << HF_CR0_SHIFT;
  if (cpu->cr0 & CR0_PE) hflags |= HF_PE;
  if (cpu->cr4 & CR4_OSFXSR) hflags |= HF_OSFXSR;
  if (cpu->cr4 & CR4_SMAP) hflags |= HF_SMAP;
  if (long_mode) hflags |= HF_LMA;
  if (long_mode && cs & SEGMENT_L) return hflags | HF_CS32 | HF_SS32 | HF_CS64;
  hflags |= context_limited(cpu) << HF_LIMITED_SHIFT;
  if (cs & SEGMENT_DB) hflags |= HF_CS32;
  if (ss & SEGMENT_DB) hflags |= HF_SS32;
  uint64_t bases = segment[RS_SEGMENT_INDEX(RS_DS)].base | segment[RS_SEGMENT_INDEX(RS_ES)].base |
                   segment[RS_SEGMENT_INDEX(RS_SS)].base;
  bool flat = cpu->cr0 & CR0_PE && !(cpu->rflags & RFLAGS_VM) && cs & SEGMENT_DB && bases == 0;
  return flat ? hflags : hflags | HF_ADDSEG;
}

void context_put_general(struct context *c, const struct rs_cpu *cpu) {
  const struct layout *l = &c->layout;
  memcpy(c->state + l->general, cpu->general, sizeof cpu->general);
  put64(c->state, l->rip, cpu->rip);
  put64(c->state, l->rflags, cpu->rflags & ~(ARITHMETIC_FLAGS | RFLAGS_DF | RFLAGS_RF));
  put64(c->state, l->cc_source, cpu->rflags & ARITHMETIC_FLAGS);
  put32(c->state, l->cc_operation, c->layout.cc_plain);
  put32(c->state, l->direction, cpu->rflags & RFLAGS_DF ? UINT32_MAX : 1);
}

void context_put_rip(struct context *c, uint64_t rip) {
  put64(c->state, c->layout.rip, rip);
}

bool context_traps(const struct context *c) {
  return get64(c->state, c->layout.rflags) & RFLAGS_TF;
}

static void put_segments(struct context *c, const struct rs_cpu *cpu) {
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    put_segment(c, c->layout.segment[i], &cpu->segment[i]);
}

static void put_code_and_stack(struct context *c, const struct rs_cpu *cpu) {
  enum { CS = RS_SEGMENT_INDEX(RS_CS), SS = RS_SEGMENT_INDEX(RS_SS) };
  put_segment(c, c->layout.segment[CS], &cpu->segment[CS]);
  put_segment(c, c->layout.segment[SS], &cpu->segment[SS]);
}

static void put_tables(struct context *c, const struct rs_cpu *cpu) {
  const struct layout *l = &c->layout;
  put_segment(c, l->ldtr, &cpu->ldtr);
  put_task(c, &cpu->tr);
  put_table(c, l->gdtr, &cpu->gdtr);
  put_table(c, l->idtr, &cpu->idtr);
}

static void put_control(struct context *c, const struct rs_cpu *cpu) {
  const struct layout *l = &c->layout;
  put64(c->state, l->cr[0], cpu->cr0);
  put64(c->state, l->cr[2], cpu->cr2);
  put64(c->state, l->cr[3], cpu->cr3);
  put64(c->state, l->cr[4], cpu->cr4);
  put64(c->state, l->efer, cpu->msr[RS_MSR_INDEX(RS_EFER)]);
}

void context_put_system(struct context *c, const struct rs_cpu *cpu, unsigned parts) {
  if (parts & ENGINE_SEGMENTS)
    put_segments(c, cpu);
  else if (parts & ENGINE_CODE_AND_STACK)
    put_code_and_stack(c, cpu);
  if (parts & ENGINE_TABLES) put_tables(c, cpu);
  if (parts & ENGINE_CONTROL) put_control(c, cpu);
  put32(c->state, c->layout.hflags, hflags_of(cpu));
}

void context_commit(struct context *c) {
  if (!c->live) uc_context_restore(c->uc, c->near);
}

void context_commit_at_rest(struct context *c, const struct rs_cpu *cpu) {
  uint64_t rflags = cpu->rflags & ~RFLAGS_RF;
  if (!c->live) uc_context_restore(c->uc, c->near);
  uc_reg_write(c->uc, UC_X86_REG_RFLAGS, &rflags);
}

void context_forget_exception(struct context *c) {
  uc_context_save(c->uc, c->far);
  put32(bytes_of(c->far), c->layout.old_exception, UINT32_MAX);
  uc_context_restore(c->uc, c->far);
}

struct context_exception context_take_exception(struct context *c, struct rs_cpu *cpu) {
  context_forget_exception(c);
  context_fetch(c, cpu);
  return (struct context_exception){
    .error_code = get32(bytes_of(c->far), c->layout.error_code),
    .software = get32(bytes_of(c->far), c->layout.exception_is_int) != 0,
    .next_rip = get64(bytes_of(c->far), c->layout.exception_next_eip),
  };
}

uint64_t context_fault_address(const struct context *c) {
  uint64_t address;
  memcpy(&address, (const uint8_t *)c->uc + c->layout.fault_address, sizeof address);
  return address;
}

static const struct {
  enum rs_register reg;
  uint32_t number;
} native_msr[] = {
  { RS_STAR, 0xc0000081 },    { RS_LSTAR, 0xc0000082 },          { RS_CSTAR, 0xc0000083 },
  { RS_FMASK, 0xc0000084 },   { RS_KERNEL_GS_BASE, 0xc0000102 }, { RS_SYSENTER_CS, 0x174 },
  { RS_SYSENTER_ESP, 0x175 }, { RS_SYSENTER_EIP, 0x176 },
};

void context_put_msrs(struct context *c, const struct rs_cpu *cpu) {
  for (size_t i = 0; i < sizeof native_msr / sizeof native_msr[0]; i++) {
    uc_x86_msr msr = { .rid = native_msr[i].number, .value = cpu->msr[RS_MSR_INDEX(native_msr[i].reg)] };
    uc_reg_write(c->uc, UC_X86_REG_MSR, &msr);
  }
}

void context_fetch_msrs(struct context *c, struct rs_cpu *cpu) {
  for (size_t i = 0; i < sizeof native_msr / sizeof native_msr[0]; i++) {
    uc_x86_msr msr = { .rid = native_msr[i].number };
    uc_reg_read(c->uc, UC_X86_REG_MSR, &msr);
    cpu->msr[RS_MSR_INDEX(native_msr[i].reg)] = msr.value;
  }
}
