/* Paging against the oracle: all combinations of rights over the levels, and every bit of every entry. */
#include "oracle/paging_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ACCESSED = 0x20, DIRTY = 0x40, SELECTS_PAGE = 0x80 };

static void say(const struct paging_subject *s) {
  print_message("             %s: %llu cases\n", s->shape->name, (unsigned long long)s->cases);
}

/* The list's entries take all combinations of their rights, one number counting through them. */
static void combine_rights(struct paging_subject *s, uint64_t number) {
  unsigned bits = paging_rights_bits(s);
  for (unsigned i = 0; i < s->entries; i++) {
    if (!paging_entry_has_rights(s, i)) continue;
    paging_entry_rights(s, i, number & ((1U << bits) - 1));
    number >>= bits;
  }
}

static void rights_of_all_levels_combine(void **state) {
  struct paging_subject s = { 0 };
  paging_subject_begin(&s, *state, RS_CPU_INTEL);
  unsigned bearers = s.entries - !paging_entry_has_rights(&s, 0);
  unsigned bits = bearers * paging_rights_bits(&s);
  for (uint64_t number = 0; number >> bits == 0; number++) {
    combine_rights(&s, number);
    paging_every_access(&s, paging_walk_agrees);
  }
  assert_int_equal(s.cases, UINT64_C(288) << bits);
  say(&s);
}

/* P, PS, A, D and the rights of one entry, in all combinations. */
static void vary_entry(struct paging_subject *s, unsigned index, paging_judge *judge) {
  static const uint64_t varied[] = { 1, SELECTS_PAGE, ACCESSED, DIRTY };
  const struct oracle_access base = s->access;
  for (unsigned n = 0; n < 16U << paging_rights_bits(s); n++) {
    s->access.entry[index] = base.entry[index];
    for (unsigned i = 0; i < 4; i++)
      if (n >> i & 1) s->access.entry[index] ^= varied[i];
    paging_entry_rights(s, index, n >> 4);
    paging_every_access(s, judge);
  }
  s->access.entry[index] = base.entry[index];
}

static void vary_entries(const struct paging_shape *shape, paging_judge *judge) {
  struct paging_subject s = { 0 };
  for (enum rs_cpu_model model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    paging_subject_begin(&s, shape, model);
    for (unsigned index = 0; index < s.entries; index++)
      vary_entry(&s, index, judge);
  }
  say(&s);
}

static void each_entry_varies_alone(void **state) {
  vary_entries(*state, paging_walk_agrees);
}

static void accesses_of_programs_are_told_so(void **state) {
  vary_entries(*state, paging_attempt_agrees);
}

/* Of an entry that is present, one that is not, and one with the other PS. */
static void flip_bits(struct paging_subject *s, unsigned index) {
  static const uint64_t variants[] = { 0, 1, SELECTS_PAGE };
  uint64_t base = s->access.entry[index];
  unsigned width = s->shape->mode <= ORACLE_32_BIT_PSE ? 32 : 64;
  for (unsigned variant = 0; variant < 3; variant++)
    for (unsigned bit = 0; bit < width; bit++) {
      s->access.entry[index] = base ^ variants[variant] ^ UINT64_C(1) << bit;
      paging_every_access(s, paging_walk_agrees);
    }
  s->access.entry[index] = base;
}

static void each_bit_of_each_entry_means_what_the_figures_show(void **state) {
  struct paging_subject s = { 0 };
  for (enum rs_cpu_model model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    paging_subject_begin(&s, *state, model);
    for (unsigned index = 0; index < s.entries; index++)
      flip_bits(&s, index);
  }
  say(&s);
}

int main(void) {
  struct CMUnitTest tests[4 * PAGING_SHAPES];
  unsigned count = 0;
#define CLAIMS(claim)                                                                                        \
  for (unsigned i = 0; i < PAGING_SHAPES; i++)                                                               \
  tests[count++] = (struct CMUnitTest){ #claim, claim, NULL, NULL, (void *)(uintptr_t)&paging_shapes[i] }
  CLAIMS(rights_of_all_levels_combine);
  CLAIMS(each_entry_varies_alone);
  CLAIMS(each_bit_of_each_entry_means_what_the_figures_show);
  CLAIMS(accesses_of_programs_are_told_so);
#undef CLAIMS
  return _cmocka_run_group_tests("paging", tests, count, NULL, NULL);
}
