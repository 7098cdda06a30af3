/* What a failure of the kernel's points to at first sight, beyond what its check looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "arch/bits.h"
#include "explain/suspects.h"

enum { PDE = 2, PTE = 1, LARGE = 0x87, SMALL = 0x7 };

static const struct rs_step *missed(uint64_t cr0, uint64_t cr4, unsigned level, uint64_t entry) {
  static struct rs_transition transition;
  transition.before = (struct rs_cpu){ .cr0 = cr0, .cr4 = cr4 };
  transition.step[0] =
      (struct rs_step){ .kind = RS_STEP_READ, .id = RS_ITEM_PAGE_ENTRY, .level = (uint8_t)level };
  transition.step[0].read.value.word[0] = entry;
  transition.step[1] = (struct rs_step){ .kind = RS_STEP_CHECK, .id = RS_CHECK_PAGE_ENTRY_PRESENT };
  transition.fault.check = 1;
  return large_page_missed(&transition);
}

static void ps_in_a_pde_is_missed_in_32_bit_paging_without_pse_alone(void **state) {
  (void)state;
  assert_non_null(missed(CR0_PG, 0, PDE, LARGE));
  assert_null(missed(CR0_PG, CR4_PSE, PDE, LARGE));
  assert_null(missed(CR0_PG, CR4_PAE, PDE, LARGE));
  assert_null(missed(0, 0, PDE, LARGE));
  assert_null(missed(CR0_PG, 0, PDE, SMALL));
  assert_null(missed(CR0_PG, 0, PTE, LARGE));
}

/* Whether a refused access of the instruction at `address` has the way there told. */
static bool way_is_told(uint64_t address, uint8_t cpl) {
  static const char map[] = "1000 T main\n1100 T end\n";
  struct explanation *e = calloc(1, sizeof *e);
  struct rs_transition *transition = calloc(1, sizeof *transition);
  struct rs_symbols *symbols;
  struct disasm *disasm = disasm_open();
  bool told = false;
  assert_int_equal(rs_symbols_create(&symbols), RS_OK);
  assert_int_equal(rs_symbols_add_map(symbols, map, sizeof map - 1, NULL), RS_OK);
  transition->cause.mechanism = RS_MECHANISM_OPERATION;
  transition->before.cpl = cpl;
  transition->step[0] = (struct rs_step){ .kind = RS_STEP_CHECK, .id = RS_CHECK_OPERAND_SEGMENT_USABLE };
  e->symbols = symbols;
  e->failure_count = 1;
  e->failure[0].address = address;
  e->failure[0].transition = transition;
  suspects_add(e, 0, disasm);
  for (unsigned i = 0; i < e->culprit_count; i++)
    told = told || (e->culprit[i].kind == CULPRIT_REGISTER && e->culprit[i].read.reg == RS_RIP);
  disasm_close(disasm);
  rs_symbols_free(symbols);
  free(transition);
  free(e);
  return told;
}

static void what_sent_the_kernel_to_where_no_symbol_is_is_told(void **state) {
  (void)state;
  assert_true(way_is_told(0xa5, 0));
  assert_false(way_is_told(0x1000, 0));
  assert_false(way_is_told(0xa5, 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ps_in_a_pde_is_missed_in_32_bit_paging_without_pse_alone),
    cmocka_unit_test(what_sent_the_kernel_to_where_no_symbol_is_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
