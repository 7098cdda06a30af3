/* Claims about the 8259 pair: who interrupts whom, by which vector, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/pic.h"

enum { MASTER, SLAVE, BASE = 0x20, SLAVE_BASE = 0x28 };
enum { EOI = 0x20, SPECIFIC_EOI = 0x60, ROTATE_EOI = 0xa0, ROTATE_SPECIFIC_EOI = 0xe0, SET_PRIORITY = 0xc0 };
enum { READ_REQUEST = 0x0a, READ_SERVICE = 0x0b, POLL = 0x0c, SPECIAL_MASK = 0x68, NO_SPECIAL_MASK = 0x48 };

struct box {
  struct bus bus;
  struct timeline timeline;
  struct pic pic;
  bool output;
};

static void output_set(void *device, unsigned pin, bool high) {
  (void)pin;
  ((struct box *)device)->output = high;
}

static void command(struct box *box, unsigned chip, uint8_t value) {
  bus_port_out(&box->bus, chip == MASTER ? PIC_MASTER_PORT : PIC_SLAVE_PORT, 1, value);
}

static void data(struct box *box, unsigned chip, uint8_t value) {
  bus_port_out(&box->bus, (chip == MASTER ? PIC_MASTER_PORT : PIC_SLAVE_PORT) + 1, 1, value);
}

static uint8_t status(struct box *box, unsigned chip, uint8_t which) {
  command(box, chip, which);
  return (uint8_t)bus_port_in(&box->bus, chip == MASTER ? PIC_MASTER_PORT : PIC_SLAVE_PORT, 1);
}

static uint8_t mask_of(struct box *box, unsigned chip) {
  return (uint8_t)bus_port_in(&box->bus, (chip == MASTER ? PIC_MASTER_PORT : PIC_SLAVE_PORT) + 1, 1);
}

static void initialise(struct box *box, unsigned chip, uint8_t icw1, uint8_t icw4) {
  command(box, chip, icw1);
  data(box, chip, chip == MASTER ? BASE : SLAVE_BASE);
  data(box, chip, chip == MASTER ? 0x04 : 0x02);
  data(box, chip, icw4);
}

static void box_open(struct box *box) {
  *box = (struct box){ .output = false };
  const struct wire output = { output_set, box, 0 };
  pic_attach(&box->pic, &box->bus, &box->timeline, &output);
  initialise(box, MASTER, 0x11, 0x01);
  initialise(box, SLAVE, 0x11, 0x01);
}

static void line(struct box *box, unsigned irq, bool high) {
  struct wire wire = pic_input(&box->pic, irq);
  wire_set(&wire, high);
}

static void raise(struct box *box, unsigned irq) {
  line(box, irq, false);
  line(box, irq, true);
}

static void assert_interrupt(struct box *box, unsigned irq) {
  assert_true(box->output);
  struct pic_answer answer = pic_acknowledge(&box->pic);
  assert_int_equal(answer.irq, irq);
  assert_int_equal(answer.vector, BASE + irq);
  assert_false(answer.spurious);
}

static void at_power_up_every_input_is_masked(void **state) {
  (void)state;
  struct box box = { .output = false };
  const struct wire output = { output_set, &box, 0 };
  pic_attach(&box.pic, &box.bus, &box.timeline, &output);
  for (unsigned irq = 0; irq < 16; irq++)
    raise(&box, irq);
  assert_false(box.output);
  data(&box, MASTER, 0xfe);
  assert_true(box.output);
  assert_int_equal(pic_acknowledge(&box.pic).vector, 0x08);
}

static void each_input_has_its_vector(void **state) {
  (void)state;
  for (unsigned irq = 0; irq < 16; irq++) {
    struct box box;
    if (irq == PIC_CASCADE) continue;
    box_open(&box);
    assert_false(box.output);
    raise(&box, irq);
    assert_interrupt(&box, irq);
    assert_false(box.output);
    assert_int_equal(status(&box, MASTER, READ_SERVICE), irq < 8 ? 1 << irq : 1 << PIC_CASCADE);
    assert_int_equal(status(&box, SLAVE, READ_SERVICE), irq < 8 ? 0 : 1 << (irq - 8));
  }
}

/* Of all pairs: the order is 0, 1, 8 to 15, 3 to 7. */
static unsigned priority(unsigned irq) {
  return irq >= 8 ? irq - 6 : irq < PIC_CASCADE ? irq : irq + 7;
}

static void of_two_requests_the_higher_is_first_and_holds_off_the_other(void **state) {
  (void)state;
  for (unsigned one = 0; one < 16; one++)
    for (unsigned two = 0; two < 16; two++) {
      struct box box;
      if (priority(one) >= priority(two) || one == PIC_CASCADE || two == PIC_CASCADE) continue;
      box_open(&box);
      raise(&box, two);
      raise(&box, one);
      assert_interrupt(&box, one);
      assert_false(box.output);
      if (one >= 8) command(&box, SLAVE, EOI);
      command(&box, MASTER, EOI);
      assert_interrupt(&box, two);
    }
}

static void a_higher_request_interrupts_the_service_of_a_lower(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  raise(&box, 4);
  assert_interrupt(&box, 4);
  raise(&box, 9);
  assert_interrupt(&box, 9);
  raise(&box, 10);
  assert_false(box.output);
  raise(&box, 0);
  assert_interrupt(&box, 0);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0x15);
}

static void a_masked_request_waits(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  data(&box, MASTER, 0x08);
  assert_int_equal(mask_of(&box, MASTER), 0x08);
  raise(&box, 3);
  assert_false(box.output);
  assert_int_equal(status(&box, MASTER, READ_REQUEST), 0x08);
  assert_true(pic_has_latched(&box.pic, 3));
  data(&box, MASTER, 0);
  assert_interrupt(&box, 3);
  assert_false(pic_has_latched(&box.pic, 3));
}

static void masking_takes_a_request_back(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  raise(&box, 3);
  data(&box, MASTER, 0x08);
  assert_false(box.output);
}

static void an_edge_interrupts_once(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  line(&box, 5, true);
  assert_interrupt(&box, 5);
  command(&box, MASTER, EOI);
  assert_false(box.output);
  line(&box, 5, true);
  assert_false(box.output);
  raise(&box, 5);
  assert_interrupt(&box, 5);
}

static void a_level_interrupts_until_it_falls(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  initialise(&box, MASTER, 0x19, 0x01);
  line(&box, 5, true);
  assert_interrupt(&box, 5);
  assert_false(box.output);
  command(&box, MASTER, EOI);
  assert_interrupt(&box, 5);
  line(&box, 5, false);
  command(&box, MASTER, EOI);
  assert_false(box.output);
}

static void a_request_withdrawn_is_answered_by_input_7(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  line(&box, 4, true);
  line(&box, 4, false);
  assert_true(box.output);
  struct pic_answer answer = pic_acknowledge(&box.pic);
  assert_true(answer.spurious);
  assert_int_equal(answer.vector, BASE + 7);
  assert_int_equal(answer.irq, 7);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0);
  assert_false(box.output);
}

static void one_withdrawn_from_the_slave_by_input_15(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  line(&box, 11, true);
  line(&box, 11, false);
  struct pic_answer answer = pic_acknowledge(&box.pic);
  assert_true(answer.spurious);
  assert_int_equal(answer.vector, SLAVE_BASE + 7);
  assert_int_equal(answer.irq, 15);
  assert_int_equal(status(&box, SLAVE, READ_SERVICE), 0);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 1 << PIC_CASCADE);
}

static void a_request_that_comes_again_is_not_spurious(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  line(&box, 4, true);
  line(&box, 4, false);
  line(&box, 4, true);
  assert_interrupt(&box, 4);
  assert_false(box.output);
}

static void a_masked_request_withdrawn_is_nothing(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  data(&box, MASTER, 0x10);
  line(&box, 4, true);
  line(&box, 4, false);
  data(&box, MASTER, 0);
  assert_false(box.output);
}

static void a_specific_eoi_ends_what_it_names(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  raise(&box, 6);
  assert_interrupt(&box, 6);
  raise(&box, 1);
  assert_interrupt(&box, 1);
  command(&box, MASTER, SPECIFIC_EOI | 6);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0x02);
  command(&box, MASTER, EOI);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0);
}

static void an_automatic_eoi_ends_service_at_once(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  initialise(&box, MASTER, 0x11, 0x03);
  raise(&box, 3);
  raise(&box, 5);
  assert_interrupt(&box, 3);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0);
  assert_interrupt(&box, 5);
}

static void what_the_slave_requests_next_reaches_the_master(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  initialise(&box, SLAVE, 0x11, 0x03);
  raise(&box, 9);
  raise(&box, 12);
  assert_interrupt(&box, 9);
  command(&box, MASTER, EOI);
  assert_interrupt(&box, 12);
}

static void rotation_makes_the_served_input_the_lowest(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  raise(&box, 1);
  assert_interrupt(&box, 1);
  command(&box, MASTER, ROTATE_EOI);
  raise(&box, 1);
  raise(&box, 0);
  raise(&box, 3);
  assert_interrupt(&box, 3);
  command(&box, MASTER, ROTATE_SPECIFIC_EOI | 3);
  assert_interrupt(&box, 0);
  command(&box, MASTER, EOI);
  assert_interrupt(&box, 1);
}

static void a_priority_can_be_set(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  command(&box, MASTER, SET_PRIORITY | 4);
  raise(&box, 0);
  raise(&box, 4);
  raise(&box, 5);
  assert_interrupt(&box, 5);
  command(&box, MASTER, EOI);
  assert_interrupt(&box, 0);
  command(&box, MASTER, EOI);
  assert_interrupt(&box, 4);
}

static void rotation_in_automatic_eoi_is_switched_on_and_off(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  initialise(&box, MASTER, 0x11, 0x03);
  command(&box, MASTER, 0x80);
  raise(&box, 0);
  assert_interrupt(&box, 0);
  raise(&box, 0);
  raise(&box, 7);
  assert_interrupt(&box, 7);
  command(&box, MASTER, 0x00);
  assert_interrupt(&box, 0);
  raise(&box, 0);
  raise(&box, 7);
  assert_interrupt(&box, 0);
}

static void the_special_mask_lets_lower_levels_through(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  raise(&box, 3);
  assert_interrupt(&box, 3);
  raise(&box, 6);
  assert_false(box.output);
  data(&box, MASTER, 0x08);
  command(&box, MASTER, SPECIAL_MASK);
  assert_interrupt(&box, 6);
  command(&box, MASTER, EOI); /* of 6: 3 is not looked at */
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0x08);
  command(&box, MASTER, NO_SPECIAL_MASK);
  raise(&box, 6);
  assert_false(box.output);
}

static void specially_fully_nested_the_slave_interrupts_itself(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  initialise(&box, MASTER, 0x11, 0x11);
  raise(&box, 12);
  assert_interrupt(&box, 12);
  raise(&box, 9);
  assert_interrupt(&box, 9);
  raise(&box, 14);
  assert_false(box.output);
  command(&box, MASTER, EOI);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0);
}

static void a_poll_acknowledges(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  assert_int_equal(status(&box, MASTER, POLL), 0);
  raise(&box, 6);
  assert_int_equal(status(&box, MASTER, POLL), 0x86);
  assert_false(box.output);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0x40);
}

static void icw1_begins_anew(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  raise(&box, 3);
  assert_interrupt(&box, 3);
  raise(&box, 5);
  data(&box, MASTER, 0xf0);
  initialise(&box, MASTER, 0x11, 0x01);
  assert_int_equal(status(&box, MASTER, READ_REQUEST), 0);
  assert_int_equal(status(&box, MASTER, READ_SERVICE), 0);
  assert_int_equal(mask_of(&box, MASTER), 0);
  assert_false(box.output);
}

static void icw3_and_icw4_are_taken_only_when_announced(void **state) {
  (void)state;
  struct box box;
  box_open(&box);
  command(&box, MASTER, 0x12); /* single, without ICW4 */
  data(&box, MASTER, 0x47);
  data(&box, MASTER, 0x5a); /* so this is the mask */
  assert_int_equal(mask_of(&box, MASTER), 0x5a);
  raise(&box, 0);
  assert_int_equal(pic_acknowledge(&box.pic).vector, 0x40);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(at_power_up_every_input_is_masked),
    cmocka_unit_test(each_input_has_its_vector),
    cmocka_unit_test(of_two_requests_the_higher_is_first_and_holds_off_the_other),
    cmocka_unit_test(a_higher_request_interrupts_the_service_of_a_lower),
    cmocka_unit_test(a_masked_request_waits),
    cmocka_unit_test(masking_takes_a_request_back),
    cmocka_unit_test(an_edge_interrupts_once),
    cmocka_unit_test(a_level_interrupts_until_it_falls),
    cmocka_unit_test(a_request_withdrawn_is_answered_by_input_7),
    cmocka_unit_test(one_withdrawn_from_the_slave_by_input_15),
    cmocka_unit_test(a_request_that_comes_again_is_not_spurious),
    cmocka_unit_test(a_masked_request_withdrawn_is_nothing),
    cmocka_unit_test(a_specific_eoi_ends_what_it_names),
    cmocka_unit_test(an_automatic_eoi_ends_service_at_once),
    cmocka_unit_test(what_the_slave_requests_next_reaches_the_master),
    cmocka_unit_test(rotation_makes_the_served_input_the_lowest),
    cmocka_unit_test(a_priority_can_be_set),
    cmocka_unit_test(rotation_in_automatic_eoi_is_switched_on_and_off),
    cmocka_unit_test(the_special_mask_lets_lower_levels_through),
    cmocka_unit_test(specially_fully_nested_the_slave_interrupts_itself),
    cmocka_unit_test(a_poll_acknowledges),
    cmocka_unit_test(icw1_begins_anew),
    cmocka_unit_test(icw3_and_icw4_are_taken_only_when_announced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
