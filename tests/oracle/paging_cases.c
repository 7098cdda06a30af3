/* The two sides of the comparison: entries served as a list to the walker, and as memory to a transition. */
#include "oracle/paging_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arch/perform.h"

#define TABLE(index) (UINT64_C(0x1000) * (index))
#define FRAME UINT64_C(0x40000000)
#define LINEAR UINT64_C(0x00a55a9fc6d3b7a5)

enum { PRESENT = 1, WRITABLE = 2, USER = 4, SELECTS_PAGE = 0x80 };
#define EXECUTE_DISABLE (UINT64_C(1) << 63)

const struct paging_shape paging_shapes[PAGING_SHAPES] = {
  { "32-bit", ORACLE_32_BIT, 1 },
  { "32-bit with PSE", ORACLE_32_BIT_PSE, 1 },
  { "32-bit with PSE, 4 MiB", ORACLE_32_BIT_PSE, 2 },
  { "PAE", ORACLE_PAE, 1 },
  { "PAE, 2 MiB", ORACLE_PAE, 2 },
  { "4-level", ORACLE_4_LEVEL, 1 },
  { "4-level, 2 MiB", ORACLE_4_LEVEL, 2 },
  { "4-level, 1 GiB", ORACLE_4_LEVEL, 3 },
  { "5-level, 1 GiB", ORACLE_5_LEVEL, 3 },
  { "5-level, 2 MiB", ORACLE_5_LEVEL, 2 },
  { "5-level", ORACLE_5_LEVEL, 1 },
};

static bool is_32_bit(const struct paging_subject *s) {
  return s->shape->mode <= ORACLE_32_BIT_PSE;
}

static bool is_long(const struct paging_subject *s) {
  return s->shape->mode >= ORACLE_4_LEVEL;
}

/* --- The subject --- */

static void enter_mode(struct paging_subject *s, enum rs_cpu_model model) {
  static const uint64_t cr4[] = { 0, CR4_PSE, CR4_PAE, CR4_PAE, CR4_PAE | CR4_LA57 };
  s->cpu = (struct rs_cpu){ .model = model, .cr0 = CR0_PE | CR0_PG, .cr4 = cr4[s->shape->mode] };
  s->cpu.cr3 = s->access.cr3 = TABLE(0);
  s->access.mode = s->shape->mode;
  s->access.linear = LINEAR;
  if (s->shape->mode == ORACLE_4_LEVEL) s->access.linear &= UINT64_C(0x7fffffffffff);
  if (!is_long(s)) s->access.linear &= UINT32_MAX;
}

void paging_subject_begin(struct paging_subject *s, const struct paging_shape *shape,
                          enum rs_cpu_model model) {
  uint64_t cases = s->cases;
  memset(s, 0, sizeof *s);
  s->shape = shape;
  s->cases = cases;
  oracle_figures_draw(&s->figures, shape->mode, model == RS_CPU_AMD);
  enter_mode(s, model);
  s->entries = s->figures.levels - shape->page_level + 1;
  for (unsigned i = 0; i < s->figures.levels; i++) {
    s->access.entry[i] = PRESENT | TABLE(i + 1);
    if (i + 1 == s->entries)
      s->access.entry[i] = PRESENT | FRAME | (shape->page_level > 1 ? SELECTS_PAGE : 0);
    paging_entry_rights(s, i, WRITABLE >> 1 | USER >> 1);
  }
}

bool paging_entry_has_rights(const struct paging_subject *s, unsigned index) {
  return s->shape->mode != ORACLE_PAE || index > 0;
}

unsigned paging_rights_bits(const struct paging_subject *s) {
  return is_32_bit(s) ? 2 : 3;
}

void paging_entry_rights(struct paging_subject *s, unsigned index, unsigned rights) {
  uint64_t *entry = &s->access.entry[index];
  if (!paging_entry_has_rights(s, index)) return;
  *entry = (*entry & ~(EXECUTE_DISABLE | WRITABLE | USER)) | (rights & 3) << 1;
  if (rights & 4) *entry |= EXECUTE_DISABLE;
}

/* From what allows more to what allows less: what is remembered wrongly shows. */
static void set_controls(struct paging_subject *s, unsigned bits) {
  struct rs_cpu *cpu = &s->cpu;
  struct oracle_access *a = &s->access;
  uint64_t keys = CR4_SMEP | CR4_SMAP;
  a->ac = !(bits & 1), a->nxe = !(bits & 2), a->wp = bits & 4, a->smep = bits & 8, a->smap = bits & 16;
  cpu->cr0 = a->wp ? cpu->cr0 | CR0_WP : cpu->cr0 & ~CR0_WP;
  cpu->cr4 = (cpu->cr4 & ~keys) | (a->smep ? CR4_SMEP : 0) | (a->smap ? CR4_SMAP : 0);
  cpu->rflags = RFLAGS_FIXED | (a->ac ? RFLAGS_AC : 0);
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = (is_long(s) ? EFER_LME | EFER_LMA : 0) | (a->nxe ? EFER_NXE : 0);
}

void paging_every_access(struct paging_subject *s, paging_judge *judge) {
  for (unsigned controls = 0; controls < 32; controls++) {
    set_controls(s, controls);
    for (unsigned n = 0; n < 9; n++) {
      s->access.kind = (enum oracle_kind)(n % 3);
      s->access.who = (enum oracle_who)(n / 3);
      judge(s);
    }
  }
}

/* --- What to say when they differ --- */

static void disagree(const struct paging_subject *s, const char *what, uint64_t said, uint64_t expected) {
  const struct oracle_access *a = &s->access;
  fail_msg("%s (model %d): %s is %llx, the oracle says %llx; entries %llx %llx %llx %llx %llx; WP %d SMEP %d "
           "SMAP %d AC %d NXE %d kind %d who %d",
           s->shape->name, (int)s->cpu.model, what, (unsigned long long)said, (unsigned long long)expected,
           (unsigned long long)a->entry[0], (unsigned long long)a->entry[1], (unsigned long long)a->entry[2],
           (unsigned long long)a->entry[3], (unsigned long long)a->entry[4], a->wp, a->smep, a->smap, a->ac,
           a->nxe, (int)a->kind, (int)a->who);
}

static void equal(const struct paging_subject *s, const char *what, uint64_t said, uint64_t expected) {
  if (said != expected) disagree(s, what, said, expected);
}

/* --- The walker --- */

/* Serves the list, whatever addresses are read: those are compared afterwards. */
struct list {
  const uint64_t *entry;
  unsigned next, count;
  uint64_t mask;
};

static uint64_t list_read(void *context, uint64_t physical, unsigned size) {
  struct list *list = context;
  (void)physical, (void)size;
  assert_true(list->next < list->count);
  return list->entry[list->next++] & list->mask;
}

void paging_walk_agrees(struct paging_subject *s) {
  static const enum access_kind kinds[] = { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };
  static const enum access_privilege privileges[] = { ACCESS_USER, ACCESS_SUPERVISOR,
                                                      ACCESS_IMPLICIT_SUPERVISOR };
  struct list list = { s->access.entry, 0, s->figures.levels, is_32_bit(s) ? UINT32_MAX : UINT64_MAX };
  struct paging_walk walk;
  struct oracle_translation expected;
  paging_walk(&s->cpu, &(struct paging_reader){ .context = &list, .read = list_read }, s->access.linear,
              kinds[s->access.kind], privileges[s->access.who], &walk);
  oracle_translate(&s->figures, &s->access, &expected);
  s->cases++;
  equal(s, "refused", walk.refused, !expected.allowed);
  equal(s, "the number of entries", walk.count, expected.visited);
  for (unsigned i = 0; i < expected.visited; i++)
    equal(s, "the address of an entry", walk.entry[i].physical, expected.at[i]);
  if (walk.refused) {
    equal(s, "the error code", walk.error_code, expected.error_code);
    return;
  }
  equal(s, "the physical address", walk.physical, expected.physical);
  for (unsigned i = 0; i < expected.visited; i++)
    equal(s, "an entry afterwards", walk.entry[i].updated, expected.after[i]);
}

/* --- A transition --- */

/* The page's own frame is a table, too, once PS is clear: the last one. */
static uint8_t *frame_as_table(struct paging_subject *s) {
  return s->ram + TABLE(ORACLE_LEVELS);
}

static const uint8_t *frame_page(void *context, uint64_t physical) {
  return physical == FRAME ? frame_as_table(context) : NULL;
}

static void place_entries(struct paging_subject *s, const struct oracle_translation *t) {
  for (unsigned i = 0; i < t->visited; i++) {
    uint64_t at = t->at[i];
    uint8_t *table = at >= FRAME ? frame_as_table(s) + (at - FRAME) : s->ram + at;
    memcpy(table, &s->access.entry[i], is_32_bit(s) ? 4 : 8);
  }
}

/* What an entry becomes by the writes of a transition. */
static uint64_t entry_after(const struct rs_transition *t, uint64_t at, uint64_t before) {
  for (unsigned i = 0; i < t->step_count; i++) {
    const struct rs_step *step = &t->step[i];
    if (step->kind == RS_STEP_WRITE && step->write.physical == at) before = step->write.new.word[0];
  }
  return before;
}

static void attempt_compare(const struct paging_subject *s, const struct rs_transition *t,
                            const struct oracle_translation *expected) {
  equal(s, "completed", t->outcome == RS_COMPLETED, expected->allowed);
  for (unsigned i = 0; i < expected->visited; i++)
    equal(s, "an entry in memory", entry_after(t, expected->at[i], s->access.entry[i]),
          expected->allowed ? expected->after[i] : s->access.entry[i]);
  if (expected->allowed) return;
  equal(s, "the vector", t->fault.vector, VECTOR_PF);
  equal(s, "the error code", t->fault.error_code, expected->error_code);
  equal(s, "CR2", t->fault.cr2, s->access.linear);
}

/* Rings 0 to 2 are all supervisors. Implicit accesses are no program's. */
void paging_attempt_agrees(struct paging_subject *s) {
  static const enum access_kind kinds[] = { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };
  const struct guest_memory memory = {
    .context = s, .page = frame_page, .ram = s->ram, .ram_size = TABLE(ORACLE_LEVELS), .memo = &s->memo
  };
  struct rs_transition transition;
  struct oracle_translation expected;
  bool user = s->access.who == ORACLE_USER;
  if (s->access.who == ORACLE_IMPLICIT) return;
  oracle_translate(&s->figures, &s->access, &expected);
  place_entries(s, &expected);
  for (s->cpu.cpl = user ? 3 : 0; s->cpu.cpl <= (user ? 3 : 2); s->cpu.cpl++) {
    access_attempt(&s->cpu, &memory, s->access.linear, kinds[s->access.kind], &transition);
    attempt_compare(s, &transition, &expected);
    s->cases++;
  }
}
