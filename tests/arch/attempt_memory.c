/* Copies the fake guest's pages to where each view wants them. */
#include "arch/attempt_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/walk.h"

enum { FLAT_BYTES = 0x60000 }; /* most of the fake guest's pages, and all of its tables, are below */

static const uint8_t *fake_page(const struct attempt_memory *m, uint64_t physical) {
  struct guest_memory fake = fake_memory_guest(m->fake);
  return fake.page(fake.context, physical);
}

static const uint8_t *guarded_page(void *context, uint64_t physical) {
  struct attempt_memory *m = context;
  assert_int_equal(physical % GUEST_PAGE_SIZE, 0);
  for (unsigned i = 0; i < m->copies; i++)
    if (m->physical[i] == physical) return m->copy[i];
  const uint8_t *page = fake_page(m, physical);
  if (!page) return NULL;
  uint8_t *copy = malloc(GUEST_PAGE_SIZE);
  assert_non_null(copy);
  memcpy(copy, page, GUEST_PAGE_SIZE);
  m->physical[m->copies] = physical;
  m->copy[m->copies++] = copy;
  return copy;
}

static void forget_copies(struct attempt_memory *m) {
  while (m->copies > 0)
    free(m->copy[--m->copies]);
}

static void flatten(struct attempt_memory *m, uint64_t physical) {
  const uint8_t *page = physical < FLAT_BYTES ? fake_page(m, physical) : NULL;
  if (page) memcpy(m->flat + physical, page, GUEST_PAGE_SIZE);
}

void attempt_memory_commit(struct attempt_memory *m, const struct rs_transition *t) {
  fake_commit(m->fake, t);
  forget_copies(m);
  for (unsigned i = 0; i < t->step_count; i++)
    if (t->step[i].kind == RS_STEP_WRITE && t->step[i].id != RS_ITEM_REGISTER)
      flatten(m, t->step[i].write.physical / GUEST_PAGE_SIZE * GUEST_PAGE_SIZE);
}

void attempt_memory_changed(struct attempt_memory *m) {
  forget_copies(m);
  for (uint64_t physical = 0; physical < FLAT_BYTES; physical += GUEST_PAGE_SIZE)
    flatten(m, physical);
}

/* Flat memory holds all ones where the fake guest has nothing: no write is ever made there. */
void attempt_memory_begin(struct attempt_memory *m) {
  *m = (struct attempt_memory){ .fake = fake_memory_create(), .flat = malloc(FLAT_BYTES) };
  assert_non_null(m->flat);
  memset(m->flat, 0xff, FLAT_BYTES);
  m->guarded = (struct guest_memory){ .context = m, .page = guarded_page };
  m->remembering = fake_memory_guest(m->fake); /* for what is above */
  m->remembering.ram = m->flat;
  m->remembering.ram_size = FLAT_BYTES;
  m->remembering.memo = calloc(1, sizeof *m->remembering.memo);
  assert_non_null(m->remembering.memo);
}

void attempt_memory_end(struct attempt_memory *m) {
  forget_copies(m);
  free(m->remembering.memo);
  free(m->flat);
  fake_memory_free(m->fake);
}
