/* Claims about walks that are told again: always what a walk without memory of former ones would tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "arch/access.h"
#include "arch/fake_memory.h"
#include "arch/walk.h"

enum { RAM = 512 * GUEST_PAGE_SIZE };

struct fixture {
  struct rs_cpu cpu;
  uint8_t *ram; /* a copy of the fake guest, in one piece */
  struct walk_memo memo;
  struct guest_memory remembering, plain;
  uint64_t entry[PAGING_LEVELS]; /* physical addresses of those that translate FAKE_USER_DATA, root first */
  unsigned entries;
  struct rs_transition told, expected;
};

static struct fixture fixture;

static void guest_copy(struct fake_memory *m, uint8_t *ram) {
  struct guest_memory guest = fake_memory_guest(m);
  for (uint64_t physical = 0; physical < RAM; physical += GUEST_PAGE_SIZE) {
    const uint8_t *page = guest_memory_page(&guest, physical);
    if (page) memcpy(ram + physical, page, GUEST_PAGE_SIZE);
  }
}

static int start_with(void **state, void (*make)(struct fake_memory *, struct rs_cpu *, enum rs_cpu_model),
                      unsigned levels) {
  struct fixture *f = &fixture;
  struct fake_memory *m = fake_memory_create();
  memset(f, 0, sizeof *f);
  make(m, &f->cpu, RS_CPU_INTEL);
  f->ram = calloc(1, RAM);
  assert_non_null(f->ram);
  f->entries = levels;
  for (unsigned i = 0; i < levels; i++) {
    f->entry[i] = fake_entry_address(m, &f->cpu, FAKE_USER_DATA, levels - i);
    assert_true(f->entry[i] < RAM);
  }
  guest_copy(m, f->ram);
  fake_memory_free(m);
  f->plain = (struct guest_memory){ .ram = f->ram, .ram_size = RAM };
  f->remembering = (struct guest_memory){ .ram = f->ram, .ram_size = RAM, .memo = &f->memo };
  *state = f;
  return 0;
}

static int start_long(void **state) {
  return start_with(state, fake_long_mode, 4);
}

static int start_32_bit(void **state) {
  return start_with(state, fake_protected_mode, 2);
}

static int end(void **state) {
  free(((struct fixture *)*state)->ram);
  return 0;
}

/* Accesses that share all, some or none of their entries with each other. */
static const uint64_t places[] = { FAKE_USER_DATA, FAKE_USER_DATA + 8, FAKE_USER_CODE, FAKE_KERNEL_DATA,
                                   FAKE_GDT };
enum { PLACES = sizeof places / sizeof *places, WAYS = 3 * 3 };

static bool probe(struct builder *b, unsigned place, unsigned way) {
  return access_probe(b, places[place], 8, (enum access_kind)(way % 3), (enum access_privilege)(way / 3));
}

static void perform(struct fixture *f, const struct guest_memory *memory, const unsigned place[2],
                    const unsigned way[2], struct rs_transition *out) {
  struct builder b;
  memset(out->step, 0, 64 * sizeof *out->step);
  builder_start(&b, &f->cpu, memory, out);
  if (probe(&b, place[0], way[0])) probe(&b, place[1], way[1]);
  assert_true(out->step_count <= 64);
}

/* Both tell the same, to the byte. */
static void assert_told_alike(struct fixture *f, const unsigned place[2], const unsigned way[2]) {
  perform(f, &f->remembering, place, way, &f->told);
  perform(f, &f->plain, place, way, &f->expected);
  assert_int_equal(f->told.step_count, f->expected.step_count);
  assert_int_equal(f->told.memory_writes, f->expected.memory_writes);
  assert_int_equal(f->told.outcome, f->expected.outcome);
  assert_memory_equal(&f->told.fault, &f->expected.fault, sizeof f->told.fault);
  assert_memory_equal(f->told.step, f->expected.step, f->told.step_count * sizeof *f->told.step);
}

static void assert_all_pairs_alike(struct fixture *f) {
  for (unsigned i = 0; i < PLACES * WAYS; i++)
    for (unsigned j = 0; j < PLACES * WAYS; j++)
      assert_told_alike(f, (unsigned[]){ i / WAYS, j / WAYS }, (unsigned[]){ i % WAYS, j % WAYS });
}

/* Each access of FAKE_USER_DATA, alone and after one that shares its upper entries. */
static void assert_accesses_alike(struct fixture *f) {
  for (unsigned way = 0; way < WAYS; way++) {
    assert_told_alike(f, (unsigned[]){ 0, 1 }, (unsigned[]){ way, way });
    assert_told_alike(f, (unsigned[]){ 2, 0 }, (unsigned[]){ 0, way });
  }
}

static unsigned remembered(const struct fixture *f) {
  unsigned count = 0;
  for (unsigned i = 0; i < WALK_MEMO; i++)
    count += f->memo.made[i].count != 0;
  return count;
}

static void bits_set_everywhere(struct fixture *f, uint8_t bits) {
  for (unsigned i = 0; i < f->entries; i++)
    f->ram[f->entry[i]] |= bits;
}

static void every_pair_of_walks_is_told_as_without_memory(void **state) {
  struct fixture *f = *state;
  assert_all_pairs_alike(f);
  bits_set_everywhere(f, FAKE_A);
  assert_all_pairs_alike(f);
  bits_set_everywhere(f, FAKE_A | FAKE_D);
  assert_all_pairs_alike(f);
  assert_true(remembered(f) > 0);
}

static void any_bit_of_any_entry_that_changes_is_noticed(void **state) {
  struct fixture *f = *state;
  unsigned bits = f->entries == 2 ? 32 : 64;
  bits_set_everywhere(f, FAKE_A | FAKE_D);
  assert_accesses_alike(f);
  for (unsigned i = 0; i < f->entries * bits; i++) {
    uint8_t *byte = &f->ram[f->entry[i / bits] + i % bits / 8];
    *byte ^= (uint8_t)(1 << i % 8);
    assert_accesses_alike(f);
    *byte ^= (uint8_t)(1 << i % 8);
    assert_accesses_alike(f);
  }
}

static void any_register_bit_that_decides_is_noticed(void **state) {
  struct fixture *f = *state;
  uint64_t *word[] = { &f->cpu.cr0, &f->cpu.cr3, &f->cpu.cr4, &f->cpu.rflags,
                       &f->cpu.msr[RS_MSR_INDEX(RS_EFER)] };
  bits_set_everywhere(f, FAKE_A | FAKE_D);
  assert_accesses_alike(f);
  for (unsigned i = 0; i < sizeof word / sizeof *word * 32; i++) {
    *word[i / 32] ^= UINT64_C(1) << i % 32;
    assert_accesses_alike(f);
    *word[i / 32] ^= UINT64_C(1) << i % 32;
    assert_accesses_alike(f);
  }
  f->cpu.model = RS_CPU_AMD;
  f->ram[f->entry[0] + 1] |= FAKE_G >> 8; /* reserved on AMD alone */
  assert_accesses_alike(f);
  f->cpu.model = RS_CPU_INTEL;
  assert_accesses_alike(f);
}

static void a_walk_that_sets_a_bit_is_not_remembered(void **state) {
  struct fixture *f = *state;
  perform(f, &f->remembering, (unsigned[]){ 0, 0 }, (unsigned[]){ 0, 0 }, &f->told);
  assert_int_equal(f->told.outcome, RS_COMPLETED);
  assert_int_not_equal(f->told.memory_writes, 0);
  assert_int_equal(remembered(f), 0);
}

#define LONG(test) cmocka_unit_test_setup_teardown(test, start_long, end)
#define WITH_32_BIT(test)                                                                                    \
  { #test "_with_32_bit_paging", test, start_32_bit, end, NULL }

int main(void) {
  const struct CMUnitTest tests[] = {
    LONG(every_pair_of_walks_is_told_as_without_memory),
    LONG(any_bit_of_any_entry_that_changes_is_noticed),
    LONG(any_register_bit_that_decides_is_noticed),
    LONG(a_walk_that_sets_a_bit_is_not_remembered),
    WITH_32_BIT(every_pair_of_walks_is_told_as_without_memory),
    WITH_32_BIT(any_bit_of_any_entry_that_changes_is_noticed),
    WITH_32_BIT(any_register_bit_that_decides_is_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
