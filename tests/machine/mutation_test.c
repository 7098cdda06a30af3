/* Claims about hostile images: thousands of deterministic mutations of valid ones break no promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine/image.h"
#include "machine/loader_attempt.h"

enum { ROUNDS = 10000, MULTIBOOT_HEADER = 0x200 };

static uint32_t random_next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*state >> 33);
}

/* Values at which bounds checks go wrong. */
static uint64_t interesting_value(uint64_t *state) {
  static const uint64_t value[] = { 0,
                                    1,
                                    0xff,
                                    0x1000,
                                    0x2000,
                                    0x2100,
                                    0x3ff000,
                                    0x400000,
                                    0x7fffffff,
                                    0x80000000,
                                    0xfffff000,
                                    0xffffffff,
                                    UINT64_C(1) << 32,
                                    INT64_MAX,
                                    UINT64_MAX };
  uint32_t choice = random_next(state);
  return choice % 4 ? value[choice / 4 % (sizeof value / sizeof value[0])] : choice;
}

/* One to four changes where the headers are; every eighth file is cut as well. */
static void mutate(struct image *image, uint64_t *state) {
  static const unsigned sizes[] = { 1, 2, 4, 8 };
  for (uint32_t i = random_next(state) % 4 + 1; i; i--) {
    uint32_t region = random_next(state) % 4 ? 0xc0 : 0x240;
    size_t offset = random_next(state) % region & ~UINT32_C(1);
    image_put(image, (struct image_field){ offset, sizes[random_next(state) % 4] }, interesting_value(state));
  }
  if (random_next(state) % 8 == 0) image->size = random_next(state) % image->size;
}

struct tally {
  unsigned booted, inspected, refused;
};

static struct tally attempt_mutations(const struct image *seed) {
  struct tally tally = { 0 };
  uint64_t state = 1;
  for (int round = 0; round < ROUNDS; round++) {
    static struct image image;
    image = *seed;
    mutate(&image, &state);
    /* An allocation of its own, so that the address sanitizer sees every byte beyond the end. */
    uint8_t *bytes = malloc(image.size ? image.size : 1);
    memcpy(bytes, image.bytes, image.size);
    struct loader_verdict verdict = loader_attempt(bytes, image.size);
    free(bytes);
    tally.booted += verdict.booted;
    tally.inspected += verdict.inspected;
    tally.refused += !verdict.booted && !verdict.inspected;
  }
  return tally;
}

/* Enough of each outcome, or the mutations are too tame or too wild to mean anything. */
static void assert_tally(struct tally tally, bool program) {
  assert_true(tally.booted > ROUNDS / 20);
  assert_true(tally.refused > ROUNDS / 20);
  assert_true(!program || tally.inspected > ROUNDS / 20);
}

static void mutated_elf_images_of_both_classes_are_loaded_or_refused(void **state) {
  (void)state;
  static struct image image;
  for (int is_64 = 0; is_64 < 2; is_64++) {
    image_elf(&image, is_64, 0x100000, 0);
    assert_tally(attempt_mutations(&image), true);
  }
}

static void mutated_multiboot_images_are_loaded_or_refused(void **state) {
  (void)state;
  static struct image image;
  const uint32_t addresses[] = { 0x100000 + MULTIBOOT_HEADER, 0x100000, 0x101000, 0x102000, 0x100010 };
  for (int has_addresses = 0; has_addresses < 2; has_addresses++) {
    image_elf(&image, has_addresses, 0x100000, 0);
    image_multiboot(&image, MULTIBOOT_HEADER, has_addresses ? 1 << 16 : 3, has_addresses ? addresses : NULL);
    assert_tally(attempt_mutations(&image), true);
  }
}

static void mutated_flat_multiboot_images_are_loaded_or_refused(void **state) {
  (void)state;
  static struct image image;
  const uint32_t addresses[] = { 0x100020, 0x100000, 0x101000, 0x102000, 0x100010 };
  image = (struct image){ .size = 0x2000 };
  image_multiboot(&image, 0x20, 1 << 16, addresses);
  assert_tally(attempt_mutations(&image), false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(mutated_elf_images_of_both_classes_are_loaded_or_refused),
    cmocka_unit_test(mutated_multiboot_images_are_loaded_or_refused),
    cmocka_unit_test(mutated_flat_multiboot_images_are_loaded_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
