/* The tables by check: none is missing, and what they say of bits and bytes belongs to what is looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "explain/causes.h"
#include "explain/mistakes.h"

static void each_check_has_a_usual_mistake(void **state) {
  (void)state;
  for (unsigned i = 0; i < RS_CHECK_COUNT; i++)
    if (!check_causes((enum rs_check)i)->mistake[0]) fail_msg("%s", rs_check_name((enum rs_check)i));
}

/* They stand in a list: a clause each, without a full stop, in ASCII. */
static void require_clause(const char *name, const char *text) {
  size_t length = text ? strlen(text) : 0;
  if (!text) return;
  if (length < 10 || text[length - 1] == '.') fail_msg("%s: %s", name, text);
  for (size_t i = 0; i < length; i++)
    if (text[i] < ' ' || text[i] > '~') fail_msg("%s: %s", name, text);
  if (strstr(text, "  ")) fail_msg("%s: two blanks in: %s", name, text);
}

static void a_mistake_is_a_clause_of_a_list(void **state) {
  (void)state;
  for (unsigned i = 0; i < RS_CHECK_COUNT; i++) {
    const struct check_causes *causes = check_causes((enum rs_check)i);
    for (unsigned j = 0; j < MISTAKES; j++)
      require_clause(rs_check_name((enum rs_check)i), causes->mistake[j]);
  }
  for (unsigned vector = 0; vector < 256; vector++)
    require_clause("exception", mistakes_exception((uint8_t)vector));
}

/* These look at nothing that anybody wrote: the instruction is to blame by itself. */
static bool looks_at_the_instruction_alone(enum rs_check check) {
  switch (check) {
  case RS_CHECK_FAULT_DELIVERABLE:
  case RS_CHECK_CONTROL_REGISTER_EXISTS:
  case RS_CHECK_DEBUG_REGISTER_EXISTS:
  case RS_CHECK_SYSTEM_OPERAND_IS_MEMORY:
  case RS_CHECK_INSTRUCTION_OFFERED:
  case RS_CHECK_IN_SYSTEM_MANAGEMENT_MODE:
  case RS_CHECK_LOCK_NOT_PREFIXED: return true;
  default: return false;
  }
}

static void each_other_check_looks_at_something(void **state) {
  (void)state;
  for (unsigned i = 0; i < RS_CHECK_COUNT; i++) {
    bool nothing = check_causes((enum rs_check)i)->suspects == 0;
    if (nothing != looks_at_the_instruction_alone((enum rs_check)i))
      fail_msg("%s", rs_check_name((enum rs_check)i));
  }
}

/* EFER is looked at for a reserved bit only where that is XD. */
static void bits_are_of_registers_that_are_looked_at(void **state) {
  (void)state;
  for (unsigned check = 0; check < RS_CHECK_COUNT; check++) {
    uint64_t suspects = check_causes((enum rs_check)check)->suspects;
    if (check == RS_CHECK_PAGE_ENTRY_RESERVED) suspects |= SUSPECT(EFER);
    for (unsigned i = 0; i < SUSPECT_COUNT; i++) {
      bool has_bits = check_bits((enum rs_check)check, (enum suspect_index)i) != 0;
      if (has_bits && !(suspects >> i & 1)) fail_msg("%s", rs_check_name((enum rs_check)check));
    }
  }
}

static void bytes_lie_within_what_is_looked_at(void **state) {
  static const struct {
    enum rs_item item;
    unsigned size;
  } rows[] = { { RS_ITEM_IDT_GATE, 16 },  { RS_ITEM_GDT_DESCRIPTOR, 8 }, { RS_ITEM_LDT_DESCRIPTOR, 8 },
               { RS_ITEM_PAGE_ENTRY, 8 }, { RS_ITEM_POPPED_CS, 0 },      { RS_ITEM_TSS_IST, 0 } };
  (void)state;
  for (unsigned check = 0; check < RS_CHECK_COUNT; check++) {
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
      uint8_t first = 0xff, size = 0xff;
      check_focus((enum rs_check)check, rows[i].item, &first, &size);
      assert_true(first + size <= rows[i].size);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_check_has_a_usual_mistake),
    cmocka_unit_test(a_mistake_is_a_clause_of_a_list),
    cmocka_unit_test(each_other_check_looks_at_something),
    cmocka_unit_test(bits_are_of_registers_that_are_looked_at),
    cmocka_unit_test(bytes_lie_within_what_is_looked_at),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
