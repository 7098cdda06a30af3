/* What the library makes of floating-point exceptions: docs/limits.md says what of it is not the processor's
 * way. */
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

enum { DATA = 0x30000 };

static void start(struct guest *g, uint64_t cr0) {
  guest_start(g, GUEST_64, 3);
  g->cpu.cr0 |= cr0;
  g->cpu.cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
  g->cpu.general[7] = DATA;
  guest_put(g, DATA, "\x40\x03", 2);             /* the x87 control word: only inexact results are masked */
  guest_put(g, DATA + 4, "\x00\x00\x00\x00", 4); /* MXCSR: nothing masked */
}

#define UNMASKED "\xdb\xe3\xd9\x2f"            /* fninit; fldcw [rdi] */
#define ONE_BY_ZERO "\xd9\xe8\xd9\xee\xde\xf9" /* fld1; fldz; fdivp */

static void wait_raises_mf_for_a_division_by_zero(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, UNMASKED ONE_BY_ZERO "\x90\x9b\xf4");
  start(g, CR0_NE);
  guest_run(g);
  const struct guest_event *event = guest_event(g, GUEST_EXCEPTION, 0);
  assert_int_equal(event->exception.vector, VECTOR_MF);
  assert_false(event->exception.has_error_code);
  assert_int_equal(event->rip, GUEST_CODE + 11);
}

static void a_masked_one_raises_nothing(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\xdb\xe3" ONE_BY_ZERO "\x9b\xf4");
  start(g, CR0_NE);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
}

static void without_ne_nothing_is_raised(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, UNMASKED ONE_BY_ZERO "\x9b\xf4");
  start(g, 0);
  g->cpu.cr0 &= ~CR0_NE;
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
}

static void no_other_instruction_waits(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, UNMASKED ONE_BY_ZERO "\xd9\xe8\xf4"); /* fld1 */
  start(g, CR0_NE);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
}

static void no_other_operation_is_found_invalid(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, UNMASKED "\xd9\xe8\xd9\xe0\xd9\xfa\x9b\xf4"); /* fld1; fchs; fsqrt; fwait */
  start(g, CR0_NE);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
}

static void sse_raises_nothing_and_sets_no_flags(void **state) {
  struct guest *g = *state;
  /* ldmxcsr [rdi + 4]; xorps xmm0, xmm0; divps xmm0, xmm0; stmxcsr [rdi + 8] */
  GUEST_CODE_BYTES(g, "\x0f\xae\x57\x04\x0f\x57\xc0\x0f\x5e\xc0\x0f\xae\x5f\x08\xf4");
  start(g, CR0_NE);
  g->ram[DATA + 8] = 0xff;
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXCEPTION), 0);
  assert_int_equal(g->ram[DATA + 8], 0);
}

static void ts_comes_before_mf(void **state) {
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\x9b\xf4");
  start(g, CR0_NE | CR0_MP | CR0_TS);
  guest_run(g);
  assert_int_equal(guest_event(g, GUEST_EXCEPTION, 0)->exception.vector, VECTOR_NM);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, guest_setup, guest_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(wait_raises_mf_for_a_division_by_zero),
    CLAIM(a_masked_one_raises_nothing),
    CLAIM(without_ne_nothing_is_raised),
    CLAIM(no_other_instruction_waits),
    CLAIM(no_other_operation_is_found_invalid),
    CLAIM(sse_raises_nothing_and_sets_no_flags),
    CLAIM(ts_comes_before_mf),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
