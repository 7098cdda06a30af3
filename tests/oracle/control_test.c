/* CR0, CR4 and EFER against the oracle: all pairs of bits changed, in every mode on the way to 64-bit mode.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/perform.h"
#include "oracle/control_oracle.h"
#include "oracle/stage.h"

enum { PDPTES = STAGE_DATA, RESERVED_IN_PDPTE = 1 | 1 << 5 };

/* States that a kernel passes through, and may be in when it loads a control register. */
static const struct machine_state {
  const char *name;
  uint64_t cr0, cr4, efer;
  bool l;
} states[] = {
  { "real-address mode", CR0_ET, 0, 0, false },
  { "real-address mode, caches off", CR0_ET | CR0_CD | CR0_NW, 0, 0, false },
  { "protected mode", CR0_PE | CR0_ET, 0, 0, false },
  { "protected mode with PAE", CR0_PE | CR0_ET, CR4_PAE, 0, false },
  { "protected mode with LME", CR0_PE | CR0_ET, 0, EFER_LME, false },
  { "protected mode with PAE and LME", CR0_PE | CR0_ET, CR4_PAE, EFER_LME, false },
  { "the same with CS.L", CR0_PE | CR0_ET, CR4_PAE, EFER_LME, true },
  { "32-bit paging", CR0_PE | CR0_ET | CR0_PG, CR4_PSE, 0, false },
  { "PAE paging", CR0_PE | CR0_ET | CR0_PG, CR4_PAE, 0, false },
  { "compatibility mode", CR0_PE | CR0_ET | CR0_PG, CR4_PAE, EFER_LME | EFER_LMA, false },
  { "64-bit mode", CR0_PE | CR0_ET | CR0_PG, CR4_PAE, EFER_LME | EFER_LMA, true },
};

/* The same states under other circumstances: the model, CPL 0 or 3, the TSS, the PDPTEs, five levels. */
enum { CIRCUMSTANCES = 1 << 5 };

struct subject {
  struct stage *stage;
  const struct machine_state *state;
  struct oracle_control q;
};

static const struct way {
  enum rs_operation operation;
  uint8_t number;
  enum rs_register reg;
} ways[] = { [ORACLE_CR0] = { RS_OP_MOV_TO_CR, 0, RS_CR0 },
             [ORACLE_CR4] = { RS_OP_MOV_TO_CR, 4, RS_CR4 },
             [ORACLE_EFER] = { RS_OP_WRMSR, 0, RS_EFER } };

static bool enter(struct subject *s, unsigned circumstances) {
  struct rs_cpu *cpu = &s->stage->cpu;
  bool five_levels = circumstances & 16;
  s->q = (struct oracle_control){ .amd = circumstances & 1,
                                  .cpl = circumstances & 2 ? 3 : 0,
                                  .cr0 = s->state->cr0,
                                  .cr4 = s->state->cr4 | (five_levels ? CR4_LA57 : 0),
                                  .efer = s->state->efer,
                                  .cs_l = s->state->l,
                                  .tss_16 = circumstances & 4,
                                  .pdptes_good = circumstances & 8 };
  stage_enter(s->stage, ORACLE_PROTECTED, s->q.cpl, s->q.amd ? RS_CPU_AMD : RS_CPU_INTEL);
  cpu->cr0 = s->q.cr0, cpu->cr3 = PDPTES, cpu->cr4 = s->q.cr4;
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = s->q.efer;
  if (s->q.cs_l) cpu->segment[RS_SEGMENT_INDEX(RS_CS)].attributes ^= SEGMENT_L | SEGMENT_DB;
  cpu->tr.attributes = SEGMENT_P | (s->q.tss_16 ? 3 : 11);
  stage_write(s->stage, PDPTES + 8 * 2, 8, s->q.pdptes_good ? 0 : RESERVED_IN_PDPTE);
  return !(five_levels && s->q.amd) && !(s->q.cpl && !(cpu->cr0 & CR0_PE));
}

static void disagree(const struct subject *s, const char *what, uint64_t value, uint64_t said,
                     uint64_t expected) {
  fail_msg("%s: loading %llx, %s is %llx, the oracle says %llx: AMD %d CPL %u CR0 %llx CR4 %llx EFER %llx "
           "16-bit TSS "
           "%d good PDPTEs %d",
           s->state->name, (unsigned long long)value, what, (unsigned long long)said,
           (unsigned long long)expected, s->q.amd, s->q.cpl, (unsigned long long)s->q.cr0,
           (unsigned long long)s->q.cr4, (unsigned long long)s->q.efer, s->q.tss_16, s->q.pdptes_good);
}

static void load(struct subject *s, const struct way *way, uint64_t value) {
  struct rs_cpu *cpu = &s->stage->cpu;
  const struct rs_instruction instruction = {
    .operation = way->operation, .length = 3, .operand_size = 4, .reg = way->number, .rm = RS_RAX - RS_RAX
  };
  cpu->general[RS_RAX - RS_RAX] = value;
  if (way->operation == RS_OP_WRMSR) {
    cpu->general[RS_RAX - RS_RAX] = (uint32_t)value;
    cpu->general[RS_RDX - RS_RAX] = value >> 32;
    cpu->general[RS_RCX - RS_RAX] = UINT32_C(0xc0000080);
  }
  instruction_perform(cpu, &s->stage->memory, &instruction, &s->stage->out);
  s->stage->cases++;
}

static void judge(struct subject *s, enum oracle_control_register which, uint64_t value) {
  const struct rs_transition *t = &s->stage->out;
  struct oracle_control expected = s->q;
  bool allowed = oracle_control_load(which, value, &expected);
  load(s, &ways[which], value);
  const uint64_t pairs[][2] = { { t->outcome == RS_COMPLETED, allowed },
                                { t->after.cr0, expected.cr0 },
                                { t->after.cr4, expected.cr4 },
                                { t->after.msr[RS_MSR_INDEX(RS_EFER)], expected.efer },
                                { t->fault.vector, allowed ? 0 : VECTOR_GP },
                                { t->fault.error_code, 0 } };
  static const char *const names[] = { "success", "CR0", "CR4", "EFER", "the vector", "the error code" };
  for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (pairs[i][0] != pairs[i][1]) disagree(s, names[i], value, pairs[i][0], pairs[i][1]);
}

/* The value in force with no, one or two bits changed. */
static void every_pair(struct subject *s, enum oracle_control_register which) {
  uint64_t old = rs_cpu_get(&s->stage->cpu, ways[which].reg).word[0];
  judge(s, which, old);
  for (unsigned a = 0; a < 64; a++) {
    judge(s, which, old ^ UINT64_C(1) << a);
    for (unsigned b = 0; b < a; b++)
      judge(s, which, old ^ UINT64_C(1) << a ^ UINT64_C(1) << b);
  }
}

static void every_state(struct stage *stage, enum oracle_control_register which) {
  struct subject s = { .stage = stage };
  for (unsigned i = 0; i < sizeof states / sizeof *states; i++)
    for (unsigned circumstances = 0; circumstances < CIRCUMSTANCES; circumstances++) {
      s.state = &states[i];
      if (enter(&s, circumstances)) every_pair(&s, which);
    }
}

static void cr0_takes_what_its_bits_allow_together(void **state) {
  every_state(*state, ORACLE_CR0);
}

static void cr4_takes_what_its_bits_allow_together(void **state) {
  every_state(*state, ORACLE_CR4);
}

static void efer_takes_what_its_bits_allow_together(void **state) {
  every_state(*state, ORACLE_EFER);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    STAGE_CLAIM(cr0_takes_what_its_bits_allow_together),
    STAGE_CLAIM(cr4_takes_what_its_bits_allow_together),
    STAGE_CLAIM(efer_takes_what_its_bits_allow_together),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
