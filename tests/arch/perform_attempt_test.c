/* The claim that no guest breaks arch, tried with the same pseudo-random guests each time. */
#include "arch/perform_attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ATTEMPTS = 20000 };

static uint64_t xorshift(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  return *state ^= *state << 17;
}

static int say_which(void **state) {
  unsigned *attempt = *state;
  if (*attempt < ATTEMPTS) print_message("it was attempt %u\n", *attempt);
  return 0;
}

static void no_guest_breaks_an_invariant(void **state) {
  unsigned *attempt = *state;
  uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
  for (*attempt = 0; *attempt < ATTEMPTS; ++*attempt) {
    uint64_t words[40];
    for (unsigned i = 0; i < 40; i++)
      words[i] = xorshift(&random);
    perform_attempt((const uint8_t *)words, sizeof words);
  }
}

int main(void) {
  unsigned attempt = 0;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_prestate_setup_teardown(no_guest_breaks_an_invariant, NULL, say_which, &attempt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
