/* Claims about the machine as a guest sees it: RAM, the fixed devices, the host device, the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host_device.h"
#include "machine/machine.h"

struct box {
  struct machine *machine;
  FILE *input, *output, *errors;
  char *text[2];
  size_t size[2];
};

static void box_open(struct box *box, bool host_device, const char *input) {
  *box = (struct box){ 0 };
  box->input = input ? fmemopen((void *)(uintptr_t)input, strlen(input), "r") : NULL;
  box->output = open_memstream(&box->text[0], &box->size[0]);
  box->errors = open_memstream(&box->text[1], &box->size[1]);
  const struct machine_config config = { .memory = RS_MEMORY_MIN,
                                         .host_device = host_device,
                                         .output = box->output,
                                         .errors = box->errors,
                                         .input = box->input };
  assert_int_equal(machine_create(&config, &box->machine, NULL), RS_OK);
}

static void box_close(struct box *box) {
  machine_destroy(box->machine);
  if (box->input) fclose(box->input);
  fclose(box->output);
  fclose(box->errors);
  free(box->text[0]);
  free(box->text[1]);
}

static void ram_is_zero_page_aligned_and_bounded(void **state) {
  (void)state;
  struct box box;
  box_open(&box, false, NULL);
  const struct guest_memory *memory = machine_memory(box.machine);
  uint8_t *ram = machine_ram(box.machine);
  assert_int_equal(machine_ram_size(box.machine), RS_MEMORY_MIN);
  assert_int_equal((uintptr_t)ram % GUEST_PAGE_SIZE, 0);
  uint8_t any = 0;
  for (uint64_t i = 0; i < RS_MEMORY_MIN; i++)
    any |= ram[i];
  assert_int_equal(any, 0);
  assert_ptr_equal(guest_memory_page(memory, 0), ram);
  assert_ptr_equal(guest_memory_page(memory, RS_MEMORY_MIN - GUEST_PAGE_SIZE),
                   ram + RS_MEMORY_MIN - GUEST_PAGE_SIZE);
  assert_null(guest_memory_page(memory, RS_MEMORY_MIN));
  assert_null(guest_memory_page(memory, ~UINT64_C(0xfff)));
  box_close(&box);
}

static void a_memory_size_out_of_range_is_refused(void **state) {
  (void)state;
  const uint64_t bad[] = { 0, RS_MEMORY_MIN - (1 << 20), RS_MEMORY_MIN + 4096, RS_MEMORY_MAX + (1 << 20),
                           UINT64_MAX };
  for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct machine *machine = NULL;
    struct rs_error error = { 0 };
    assert_int_equal(machine_create(&(struct machine_config){ .memory = bad[i] }, &machine, &error),
                     RS_BAD_ARGUMENT);
    assert_null(machine);
    assert_non_null(strstr(error.text, "is not a whole number of MiB from 4 to 3072"));
  }
}

static void the_largest_memory_can_be_had(void **state) {
  (void)state;
  struct machine *machine;
  assert_int_equal(machine_create(&(struct machine_config){ .memory = RS_MEMORY_MAX }, &machine, NULL),
                   RS_OK);
  machine_ram(machine)[RS_MEMORY_MAX - 1] = 1;
  machine_destroy(machine);
}

static void debug_console_shows_bytes_and_reads_as_its_port(void **state) {
  (void)state;
  struct box box;
  box_open(&box, false, NULL);
  assert_int_equal(machine_port_in(box.machine, DEBUG_CONSOLE_PORT, 1), 0xe9);
  assert_int_equal(machine_port_in(box.machine, DEBUG_CONSOLE_PORT, 2), 0xffe9);
  machine_port_out(box.machine, DEBUG_CONSOLE_PORT, 1, 0);
  machine_port_out(box.machine, DEBUG_CONSOLE_PORT, 2, 0x4241); /* one byte to it, one to nobody */
  assert_int_equal(machine_flush(box.machine, NULL), RS_OK);
  assert_int_equal(box.size[0], 2);
  assert_memory_equal(box.text[0], "\0A", 2);
  box_close(&box);
}

static void com1_is_on_the_bus(void **state) {
  (void)state;
  struct box box;
  box_open(&box, false, NULL);
  machine_port_out(box.machine, COM1_PORT, 1, 'u');
  machine_flush(box.machine, NULL);
  assert_string_equal(box.text[0], "u");
  assert_int_equal(machine_port_in(box.machine, COM1_PORT + 5, 1), 0x60);
  box_close(&box);
}

static void debug_exit_status_is_twice_the_value_plus_one_in_a_byte(void **state) {
  (void)state;
  const struct {
    uint16_t port;
    unsigned size;
    uint32_t value;
    int status;
  } row[] = { { 0xf4, 1, 0, 1 },       { 0xf4, 1, 1, 3 },       { 0xf4, 1, 0x7f, 0xff },
              { 0xf4, 1, 0x80, 1 },    { 0xf4, 1, 0xff, 0xff }, { 0xf4, 2, 0x0110, 0x21 },
              { 0xf4, 4, 0x10, 0x21 }, { 0xf7, 1, 2, 5 },       { 0xf4, 4, 0xffffff80, 1 },
              { 0xf6, 2, 0x0003, 7 } };
  for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
    struct box box;
    int status = -1;
    box_open(&box, false, NULL);
    assert_int_equal(machine_port_in(box.machine, row[i].port, row[i].size), 0);
    assert_false(machine_exit(box.machine, &status));
    assert_int_equal(status, -1);
    machine_port_out(box.machine, row[i].port, row[i].size, row[i].value);
    assert_true(machine_exit(box.machine, &status));
    assert_int_equal(status, row[i].status);
    box_close(&box);
  }
}

static void ports_beside_debug_exit_end_nothing(void **state) {
  (void)state;
  struct box box;
  int status;
  box_open(&box, false, NULL);
  machine_port_out(box.machine, 0xf3, 1, 1);
  machine_port_out(box.machine, 0xf8, 4, 1);
  assert_false(machine_exit(box.machine, &status));
  box_close(&box);
}

static void the_first_exit_decides(void **state) {
  (void)state;
  struct box box;
  int status;
  box_open(&box, true, NULL);
  machine_port_out(box.machine, HOST_PORT_EXIT, 1, 42);
  machine_port_out(box.machine, HOST_PORT_EXIT, 1, 43);
  machine_port_out(box.machine, DEBUG_EXIT_PORT, 1, 0);
  assert_true(machine_exit(box.machine, &status));
  assert_int_equal(status, 42);
  box_close(&box);
}

static void host_exit_status_is_every_byte(void **state) {
  (void)state;
  for (unsigned value = 0; value < 256; value++) {
    struct box box;
    int status;
    box_open(&box, true, NULL);
    machine_port_out(box.machine, HOST_PORT_EXIT, 1, value);
    assert_true(machine_exit(box.machine, &status));
    assert_int_equal(status, value);
    box_close(&box);
  }
}

static void without_the_host_device_its_ports_are_empty(void **state) {
  (void)state;
  struct box box;
  int status;
  box_open(&box, false, "input");
  for (uint16_t port = HOST_PORT_SIGNATURE; port <= HOST_PORT_EXIT; port++) {
    assert_int_equal(machine_port_in(box.machine, port, 4), 0xffffffff);
    machine_port_out(box.machine, port, 1, 'x');
  }
  machine_flush(box.machine, NULL);
  assert_int_equal(box.size[0] + box.size[1], 0);
  assert_false(machine_exit(box.machine, &status));
  box_close(&box);
}

static void the_signature_is_read_with_32_bits_only(void **state) {
  (void)state;
  struct box box;
  box_open(&box, true, NULL);
  assert_int_equal(machine_port_in(box.machine, HOST_PORT_SIGNATURE, 4), HOST_SIGNATURE);
  assert_int_equal(machine_port_in(box.machine, HOST_PORT_SIGNATURE, 2), 0xffff);
  assert_int_equal(machine_port_in(box.machine, HOST_PORT_SIGNATURE, 1), 0xff);
  box_close(&box);
}

static void output_and_errors_are_raw_and_separate(void **state) {
  (void)state;
  struct box box;
  box_open(&box, true, NULL);
  for (unsigned byte = 0; byte < 256; byte++) {
    machine_port_out(box.machine, HOST_PORT_STDOUT, 1, byte);
    machine_port_out(box.machine, HOST_PORT_STDERR, 1, 255 - byte);
  }
  assert_int_equal(machine_flush(box.machine, NULL), RS_OK);
  assert_int_equal(box.size[0], 256);
  assert_int_equal(box.size[1], 256);
  for (unsigned byte = 0; byte < 256; byte++) {
    assert_int_equal((uint8_t)box.text[0][byte], byte);
    assert_int_equal((uint8_t)box.text[1][byte], 255 - byte);
  }
  box_close(&box);
}

static void writing_errors_shows_the_output_before_them(void **state) {
  (void)state;
  struct box box;
  box_open(&box, true, NULL);
  machine_port_out(box.machine, HOST_PORT_STDOUT, 1, 'o');
  assert_int_equal(box.size[0], 0);
  machine_port_out(box.machine, HOST_PORT_STDERR, 1, 'e');
  assert_int_equal(box.size[0], 1);
  box_close(&box);
}

static void host_input_ends_for_ever(void **state) {
  (void)state;
  struct box box;
  box_open(&box, true, "a\xff");
  assert_int_equal(machine_port_in(box.machine, HOST_PORT_STDIN, 2), 'a');
  assert_int_equal(machine_port_in(box.machine, HOST_PORT_STDIN, 2), 0xff);
  for (int i = 0; i < 100; i++)
    assert_int_equal(machine_port_in(box.machine, HOST_PORT_STDIN, 2), HOST_STDIN_END);
  box_close(&box);
}

static void no_input_is_input_at_its_end(void **state) {
  (void)state;
  struct box box;
  box_open(&box, true, NULL);
  assert_int_equal(machine_port_in(box.machine, HOST_PORT_STDIN, 2), HOST_STDIN_END);
  box_close(&box);
}

static void a_byte_access_to_host_input_takes_nothing(void **state) {
  (void)state;
  struct box box;
  box_open(&box, true, "a");
  assert_int_equal(machine_port_in(box.machine, HOST_PORT_STDIN, 1), 0xff);
  assert_int_equal(machine_port_in(box.machine, HOST_PORT_STDIN, 2), 'a');
  box_close(&box);
}

static void lost_output_is_reported(void **state) {
  (void)state;
  struct machine *machine;
  struct rs_error error;
  FILE *full = fopen("/dev/full", "w");
  assert_non_null(full);
  machine_create(&(struct machine_config){ .memory = RS_MEMORY_MIN, .output = full }, &machine, NULL);
  machine_port_out(machine, DEBUG_CONSOLE_PORT, 1, 'x');
  assert_int_equal(machine_flush(machine, &error), RS_IO_ERROR);
  assert_string_equal(error.text,
                      "what the guest wrote could not all be written out: No space left on device");
  machine_destroy(machine);
  fclose(full);
}

static void memory_mapped_addresses_without_device_read_as_all_ones(void **state) {
  (void)state;
  struct box box;
  box_open(&box, false, NULL);
  assert_true(machine_mmio_read(box.machine, 0xfee01020, 4) == UINT32_MAX);
  machine_mmio_write(box.machine, 0xfee01020, 4, 0);
  assert_true(machine_mmio_read(box.machine, 0xfee01020, 8) == UINT64_MAX);
  box_close(&box);
}

static void out(struct box *box, uint16_t port, uint8_t value) {
  machine_port_out(box->machine, port, 1, value);
}

/* Vectors from 0x20 and 0x28, everything unmasked. */
static void start_pics(struct box *box) {
  const struct {
    uint16_t port;
    uint8_t value;
  } words[] = { { 0x20, 0x11 }, { 0x21, 0x20 }, { 0x21, 0x04 }, { 0x21, 0x01 },
                { 0xa0, 0x11 }, { 0xa1, 0x28 }, { 0xa1, 0x02 }, { 0xa1, 0x01 } };
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
    out(box, words[i].port, words[i].value);
}

static void assert_taken(struct box *box, uint8_t vector, enum rs_origin_kind kind, uint8_t line) {
  struct rs_interrupt_request request = { 0 };
  assert_true(machine_interrupt_pending(box->machine));
  machine_take_interrupt(box->machine, &request);
  assert_int_equal(request.vector, vector);
  assert_int_equal(request.origin.kind, kind);
  assert_int_equal(request.origin.line, line);
}

static void the_timer_is_irq_0(void **state) {
  (void)state;
  struct box box;
  box_open(&box, false, NULL);
  start_pics(&box);
  assert_true(machine_next_event(box.machine) == UINT64_MAX);
  out(&box, 0x43, 0x34);
  out(&box, 0x40, 100);
  out(&box, 0x40, 0);
  uint64_t event = machine_next_event(box.machine);
  assert_true(event == UINT64_C(101) * 838);
  assert_true(machine_interrupts_changed(box.machine));
  assert_false(machine_interrupts_changed(box.machine));
  machine_advance(box.machine, event - 1);
  assert_false(machine_interrupt_pending(box.machine) || machine_interrupts_changed(box.machine));
  machine_advance(box.machine, event);
  assert_true(machine_interrupts_changed(box.machine));
  assert_true(machine_next_event(box.machine) == UINT64_MAX); /* nothing new while it is pending */
  assert_taken(&box, 0x20, RS_ORIGIN_PIC, 0);
  assert_true(machine_next_event(box.machine) == event + UINT64_C(100) * 838);
  box_close(&box);
}

static void com1_is_irq_4(void **state) {
  (void)state;
  struct box box;
  box_open(&box, false, NULL);
  start_pics(&box);
  out(&box, COM1_PORT + 4, 0x08);
  assert_false(machine_interrupts_changed(box.machine) && machine_interrupt_pending(box.machine));
  out(&box, COM1_PORT + 1, 0x02);
  assert_true(machine_interrupts_changed(box.machine));
  assert_taken(&box, 0x24, RS_ORIGIN_PIC, 4);
  out(&box, 0x20, 0x20);
  machine_port_in(box.machine, COM1_PORT + 2, 1);
  out(&box, COM1_PORT, 'x');
  machine_port_in(box.machine, COM1_PORT + 2, 1); /* before it was acknowledged */
  assert_taken(&box, 0x27, RS_ORIGIN_PIC_SPURIOUS, 7);
  box_close(&box);
}

static void the_apic_comes_before_the_8259_and_an_nmi_by_itself(void **state) {
  (void)state;
  struct box box;
  struct rs_interrupt_request request = { 0 };
  box_open(&box, false, NULL);
  start_pics(&box);
  out(&box, COM1_PORT + 4, 0x08);
  out(&box, COM1_PORT + 1, 0x02);
  machine_mmio_write(box.machine, 0xfee00300, 4, 0x40055);
  machine_mmio_write(box.machine, 0xfee00300, 4, 0x00400);
  assert_taken(&box, 0x55, RS_ORIGIN_IPI, 0);
  assert_taken(&box, 0x24, RS_ORIGIN_PIC, 4);
  assert_true(machine_nmi_pending(box.machine));
  machine_take_nmi(box.machine, &request);
  assert_int_equal(request.vector, 2);
  assert_int_equal(request.origin.kind, RS_ORIGIN_IPI);
  assert_false(machine_nmi_pending(box.machine));
  box_close(&box);
}

static void cr8_holds_off_the_apic_and_not_the_8259(void **state) {
  (void)state;
  struct box box;
  box_open(&box, false, NULL);
  start_pics(&box);
  machine_mmio_write(box.machine, 0xfee00300, 4, 0x40055);
  machine_set_cr8(box.machine, 5);
  assert_int_equal(machine_mmio_read(box.machine, 0xfee00080, 4), 0x50);
  assert_false(machine_interrupt_pending(box.machine));
  machine_mmio_write(box.machine, 0xfee00080, 4, 0x4f);
  assert_int_equal(machine_cr8(box.machine), 4);
  assert_true(machine_interrupt_pending(box.machine));
  machine_set_cr8(box.machine, 15);
  out(&box, COM1_PORT + 4, 0x08);
  out(&box, COM1_PORT + 1, 0x02);
  assert_taken(&box, 0x24, RS_ORIGIN_PIC, 4);
  box_close(&box);
}

static void without_the_apic_the_8259_reaches_the_processor(void **state) {
  (void)state;
  struct box box;
  box_open(&box, false, NULL);
  start_pics(&box);
  machine_mmio_write(box.machine, 0xfee00350, 4, 0x10700); /* LINT0 masked */
  out(&box, COM1_PORT + 4, 0x08);
  out(&box, COM1_PORT + 1, 0x02);
  assert_false(machine_interrupt_pending(box.machine));
  machine_set_apic_base(box.machine, 0xfee00100);
  assert_taken(&box, 0x24, RS_ORIGIN_PIC, 4);
  box_close(&box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ram_is_zero_page_aligned_and_bounded),
    cmocka_unit_test(a_memory_size_out_of_range_is_refused),
    cmocka_unit_test(the_largest_memory_can_be_had),
    cmocka_unit_test(debug_console_shows_bytes_and_reads_as_its_port),
    cmocka_unit_test(com1_is_on_the_bus),
    cmocka_unit_test(debug_exit_status_is_twice_the_value_plus_one_in_a_byte),
    cmocka_unit_test(ports_beside_debug_exit_end_nothing),
    cmocka_unit_test(the_first_exit_decides),
    cmocka_unit_test(host_exit_status_is_every_byte),
    cmocka_unit_test(without_the_host_device_its_ports_are_empty),
    cmocka_unit_test(the_signature_is_read_with_32_bits_only),
    cmocka_unit_test(output_and_errors_are_raw_and_separate),
    cmocka_unit_test(writing_errors_shows_the_output_before_them),
    cmocka_unit_test(host_input_ends_for_ever),
    cmocka_unit_test(no_input_is_input_at_its_end),
    cmocka_unit_test(a_byte_access_to_host_input_takes_nothing),
    cmocka_unit_test(lost_output_is_reported),
    cmocka_unit_test(memory_mapped_addresses_without_device_read_as_all_ones),
    cmocka_unit_test(the_timer_is_irq_0),
    cmocka_unit_test(com1_is_irq_4),
    cmocka_unit_test(the_apic_comes_before_the_8259_and_an_nmi_by_itself),
    cmocka_unit_test(cr8_holds_off_the_apic_and_not_the_8259),
    cmocka_unit_test(without_the_apic_the_8259_reaches_the_processor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
