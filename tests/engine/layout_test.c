/* The calibration finds what it looks for in the real library, and nothing in one that keeps it elsewhere. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/context.h"
#include "engine/guest.h"
#include "engine/handle.h"
#include "engine/layout.h"

enum { SIZE = 256, SMALL_BUFFER = 8 << 20 };

static void a_marker_is_found_where_it_is(void **state) {
  (void)state;
  uint8_t bytes[SIZE] = { 0 };
  uint64_t marker = UINT64_C(0x1122334455667788);
  size_t at = 7;
  assert_false(layout_find(bytes, SIZE, &marker, 8, &at));
  assert_int_equal(at, 7);
  memcpy(bytes + 101, &marker, 8);
  assert_true(layout_find(bytes, SIZE, &marker, 8, &at));
  assert_int_equal(at, 101);
}

static void a_marker_that_is_there_twice_is_refused(void **state) {
  (void)state;
  uint8_t bytes[SIZE] = { 0 };
  uint64_t marker = UINT64_C(0x1122334455667788);
  size_t at = 7;
  memcpy(bytes + 10, &marker, 8);
  memcpy(bytes + SIZE - 8, &marker, 8);
  assert_false(layout_find(bytes, SIZE, &marker, 8, &at));
  assert_false(layout_find(bytes, SIZE - 247, &marker, 8, &at)); /* cut off */
  assert_true(layout_find(bytes, SIZE - 1, &marker, 8, &at));
}

static void a_change_must_be_the_only_one(void **state) {
  (void)state;
  uint8_t before[SIZE] = { 0 }, after[SIZE] = { 0 };
  size_t at = 7;
  assert_false(layout_find_change(before, after, SIZE, 0, 9, &at));
  after[40] = 9;
  assert_true(layout_find_change(before, after, SIZE, 0, 9, &at));
  assert_int_equal(at, 40);
  assert_false(layout_find_change(before, after, SIZE, 1, 9, &at));
  after[80] = 9;
  assert_false(layout_find_change(before, after, SIZE, 0, 9, &at));
}

static void the_library_is_recognised(void **state) {
  (void)state;
  struct layout layout;
  struct rs_error error;
  assert_int_equal(layout_calibrate(&layout, &error), RS_OK);
  assert_true(layout.near_end < layout.old_exception);
  assert_true(layout.general + 15 * 8 < layout.near_end && layout.hflags < layout.near_end);
  assert_int_equal(layout.segment[1] - layout.segment[0], layout.segment[5] - layout.segment[4]);
}

/* Everything that a trimmed context must carry goes in and comes out again. */
/* Leaves freed blocks of a context's size behind, filled with 0 and 1 by turns. */
static void leave_traces_in_the_heap(size_t size, unsigned turn) {
  enum { BLOCKS = 2048 };
  const size_t words = size / sizeof(uint32_t);
  uint32_t *block[BLOCKS];
  void *between[BLOCKS];
  for (unsigned i = 0; i < BLOCKS; i++) {
    block[i] = malloc(words * sizeof(uint32_t));
    between[i] = malloc(1);
    assert_non_null(block[i]);
    for (size_t word = 0; word < words; word++)
      block[i][word] = (i + turn) % 2;
  }
  for (unsigned i = 0; i < BLOCKS; i++)
    free(block[i]);
  for (unsigned i = 0; i < BLOCKS; i++)
    free(between[i]);
}

static void the_library_is_recognised_whatever_the_heap_held(void **state) {
  struct layout layout;
  struct rs_error error;
  (void)state;
  assert_int_equal(layout_calibrate(&layout, &error), RS_OK);
  const size_t size = layout.size;
  for (unsigned turn = 0; turn < 4; turn++) {
    leave_traces_in_the_heap(size, turn);
    if (layout_calibrate(&layout, &error) != RS_OK) fail_msg("%s", error.text);
  }
}

static void state_survives_a_round_trip(void **state) {
  (void)state;
  struct layout layout;
  struct context context;
  struct rs_cpu in, out;
  uc_engine *uc;
  assert_int_equal(layout_calibrate(&layout, NULL), RS_OK);
  assert_true(handle_open(&uc, SMALL_BUFFER));
  assert_true(context_open(&context, uc, &layout));
  memset(&in, 0, sizeof in);
  for (unsigned i = 0; i < 16; i++)
    in.general[i] = UINT64_C(0x0123456789abcdef) * (i + 1);
  in.rip = 0x123456789abc;
  in.rflags = RFLAGS_FIXED | RFLAGS_CF | RFLAGS_DF | RFLAGS_IF | RFLAGS_IOPL;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    in.segment[i] =
        (struct rs_segment){ (uint16_t)(8 * i + 3), 0xc0f3, 0xfffff000 + i, 0x1000000000 * (i + 1) };
  in.segment[4].attributes = SEGMENT_UNUSABLE | 0x60;
  in.ldtr = (struct rs_segment){ 0x60, 0x82, 0xff, 0x111000 };
  in.tr = (struct rs_segment){ 0x70, 0x8b, 0x67, 0x222000 };
  in.gdtr = (struct rs_table_register){ 0x333000, 0x7f };
  in.idtr = (struct rs_table_register){ 0x444000, 0xfff };
  in.cr0 = CR0_PE | CR0_PG;
  in.cr3 = 0x555000;
  in.cr4 = CR4_PAE | CR4_SMAP;
  in.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LMA | EFER_LME;
  in.cpl = 3;
  context_begin(&context);
  context_put_general(&context, &in);
  context_put_system(&context, &in, CONTEXT_SYSTEM);
  context_commit_at_rest(&context, &in);
  memset(&out, 0, sizeof out);
  context_fetch(&context, &out);
  context_fetch_system(&context, &out);
  out.segment[4].attributes = in.segment[4].attributes; /* usable or not is all that comes back */
  assert_memory_equal(&in, &out, sizeof in);
  context_close(&context);
  uc_close(uc);
}

/* Without it every event saves and restores the state, which costs more than all else in it. */
static void the_state_itself_is_found_and_both_ways_agree(void **state) {
  (void)state;
  struct layout layout;
  struct context live, saved;
  struct rs_cpu in = { .rip = 0x123456789abc, .rflags = RFLAGS_FIXED | RFLAGS_ZF }, out = { 0 };
  uc_engine *uc;
  assert_int_equal(layout_calibrate(&layout, NULL), RS_OK);
  assert_true(handle_open(&uc, SMALL_BUFFER));
  assert_true(context_open(&live, uc, &layout) && context_open(&saved, uc, &layout));
  assert_true(live.live);
  saved.live = false;
  saved.state = (uint8_t *)saved.near;
  for (unsigned i = 0; i < 16; i++)
    in.general[i] = UINT64_C(0x0fedcba987654321) * (i + 1);
  context_put_general(&live, &in);
  context_commit_at_rest(&live, &in);
  context_fetch(&saved, &out);
  assert_memory_equal(&in, &out, sizeof in);
  context_close(&live);
  context_close(&saved);
  uc_close(uc);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_marker_is_found_where_it_is),
    cmocka_unit_test(a_marker_that_is_there_twice_is_refused),
    cmocka_unit_test(a_change_must_be_the_only_one),
    cmocka_unit_test(the_library_is_recognised),
    cmocka_unit_test(the_library_is_recognised_whatever_the_heap_held),
    cmocka_unit_test(state_survives_a_round_trip),
    cmocka_unit_test(the_state_itself_is_found_and_both_ways_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
