/* Claims about the UART: the register model of the 16550A, and when it looks for input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine/uart.h"

enum { COM = 0x3f8 };
enum { DATA, IER, IIR, FCR = IIR, LCR, MCR, LSR, MSR, SCR };

struct line {
  struct console console;
  struct uart uart;
  struct bus bus;
  FILE *input;
  char *written;
  size_t written_size;
  FILE *output;
  bool interrupt;
};

static void interrupt_set(void *device, unsigned pin, bool high) {
  (void)pin;
  ((struct line *)device)->interrupt = high;
}

static void line_open(struct line *line, const char *input) {
  *line = (struct line){ 0 };
  line->input = input[0] ? fmemopen((void *)(uintptr_t)input, strlen(input), "r") : NULL;
  line->output = open_memstream(&line->written, &line->written_size);
  console_open(&line->console, line->output, NULL, line->input);
  uart_attach(&line->uart, &line->bus, COM, &line->console);
  const struct wire interrupt = { interrupt_set, line, 0 };
  uart_connect(&line->uart, &interrupt);
}

static void line_close(struct line *line) {
  if (line->input) fclose(line->input);
  fclose(line->output);
  free(line->written);
}

static uint8_t get(struct line *line, unsigned reg) {
  return (uint8_t)bus_port_in(&line->bus, (uint16_t)(COM + reg), 1);
}

static void put(struct line *line, unsigned reg, uint8_t value) {
  bus_port_out(&line->bus, (uint16_t)(COM + reg), 1, value);
}

/* As every driver waits: until DR is set, then RBR. */
static uint8_t receive(struct line *line) {
  for (int i = 0; i < 2; i++) {
    if (get(line, LSR) & 1) return get(line, DATA);
  }
  fail();
  return 0;
}

static void after_reset_the_registers_are_as_the_data_sheet_says(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  assert_int_equal(get(&line, IER), 0);
  assert_int_equal(get(&line, IIR), 1);
  assert_int_equal(get(&line, LCR), 0);
  assert_int_equal(get(&line, MCR), 0);
  assert_int_equal(get(&line, LSR), 0x60);
  assert_int_equal(get(&line, MSR), 0xb0);
  line_close(&line);
}

static void bytes_written_go_out_raw_and_the_transmitter_is_always_empty(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  for (int byte = 0; byte < 256; byte++) {
    assert_int_equal(get(&line, LSR) & 0x60, 0x60);
    put(&line, DATA, (uint8_t)byte);
  }
  assert_true(console_flush(&line.console));
  assert_int_equal(line.written_size, 256);
  for (int byte = 0; byte < 256; byte++)
    assert_int_equal((uint8_t)line.written[byte], byte);
  line_close(&line);
}

static void dlab_turns_the_first_two_registers_into_the_divisor(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, IER, 0x0f);
  put(&line, LCR, 0x83);
  put(&line, DATA, 0x34);
  put(&line, IER, 0x12);
  assert_int_equal(get(&line, DATA), 0x34);
  assert_int_equal(get(&line, IER), 0x12);
  put(&line, LCR, 0x03);
  assert_int_equal(get(&line, IER), 0x0f);
  assert_int_equal(get(&line, LCR), 0x03);
  fflush(line.output);
  assert_int_equal(line.written_size, 0);
  line_close(&line);
}

static void scratch_keeps_its_byte_and_ier_only_four_bits(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, SCR, 0xa5);
  put(&line, IER, 0xff);
  put(&line, MCR, 0xff);
  assert_int_equal(get(&line, SCR), 0xa5);
  assert_int_equal(get(&line, IER), 0x0f);
  assert_int_equal(get(&line, MCR), 0x1f);
  line_close(&line);
}

static void status_registers_are_read_only(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, LSR, 0xff);
  put(&line, MSR, 0xff);
  assert_int_equal(get(&line, LSR), 0x60);
  assert_int_equal(get(&line, MSR), 0xb0);
  line_close(&line);
}

static void fcr_enables_the_fifo_and_iir_tells(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, FCR, 0xc7);
  assert_int_equal(get(&line, IIR), 0xc1);
  put(&line, FCR, 0);
  assert_int_equal(get(&line, IIR), 0x01);
  line_close(&line);
}

static void enabling_the_transmitter_interrupt_raises_it_until_iir_is_read(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, IER, 2);
  assert_int_equal(get(&line, IIR), 2);
  assert_int_equal(get(&line, IIR), 1);
  put(&line, DATA, 'x');
  assert_int_equal(get(&line, IIR), 2);
  put(&line, IER, 2); /* enabled already: no edge */
  assert_int_equal(get(&line, IIR), 1);
  line_close(&line);
}

static void loopback_turns_the_modem_outputs_into_its_inputs(void **state) {
  (void)state;
  /* MCR: DTR 1, RTS 2, OUT1 4, OUT2 8; MSR: CTS 10, DSR 20, RI 40, DCD 80. */
  const struct {
    uint8_t control, status;
  } row[] = { { 0, 0 }, { 1, 0x20 }, { 2, 0x10 }, { 4, 0x40 }, { 8, 0x80 }, { 0xf, 0xf0 }, { 0xa, 0x90 } };
  struct line line;
  line_open(&line, "");
  for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
    put(&line, MCR, row[i].control | 0x10);
    assert_int_equal(get(&line, MSR) & 0xf0, row[i].status);
  }
  line_close(&line);
}

static void changes_of_modem_inputs_show_once_and_ri_only_when_it_ends(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, MCR, 0x10);
  assert_int_equal(get(&line, MSR), 0x0b); /* CTS, DSR and DCD went away */
  assert_int_equal(get(&line, MSR), 0x00);
  put(&line, MCR, 0x14);
  assert_int_equal(get(&line, MSR), 0x40);
  put(&line, MCR, 0x10);
  assert_int_equal(get(&line, MSR), 0x04);
  put(&line, IER, 8);
  assert_int_equal(get(&line, IIR), 1);
  put(&line, MCR, 0x12);
  assert_int_equal(get(&line, IIR), 0);
  get(&line, MSR);
  assert_int_equal(get(&line, IIR), 1);
  line_close(&line);
}

static void loopback_receives_what_is_sent_and_sends_nothing(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "typed");
  put(&line, MCR, 0x10);
  put(&line, IER, 5);
  put(&line, DATA, 0xae);
  assert_int_equal(get(&line, IIR), 4);
  assert_int_equal(get(&line, LSR), 0x61);
  assert_int_equal(get(&line, DATA), 0xae);
  assert_int_equal(get(&line, LSR), 0x60);
  assert_int_equal(get(&line, LSR), 0x60); /* the line is cut off: no input either */
  fflush(line.output);
  assert_int_equal(line.written_size, 0);
  line_close(&line);
}

static void without_fifo_a_second_byte_overruns_the_first(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, MCR, 0x10);
  put(&line, IER, 5);
  put(&line, DATA, 1);
  put(&line, DATA, 2);
  assert_int_equal(get(&line, IIR), 6);
  assert_int_equal(get(&line, LSR), 0x63);
  assert_int_equal(get(&line, LSR), 0x61); /* reading it clears OE */
  assert_int_equal(get(&line, DATA), 2);
  line_close(&line);
}

static void the_fifo_holds_sixteen_and_the_seventeenth_is_lost(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, FCR, 1);
  put(&line, MCR, 0x10);
  for (uint8_t i = 1; i <= 17; i++)
    put(&line, DATA, i);
  assert_int_equal(get(&line, LSR), 0x63);
  for (uint8_t i = 1; i <= 16; i++)
    assert_int_equal(get(&line, DATA), i);
  assert_int_equal(get(&line, LSR), 0x60);
  assert_int_equal(get(&line, DATA), 16); /* nothing there: the last one shows */
  line_close(&line);
}

static void clearing_the_receiver_fifo_empties_it(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "");
  put(&line, FCR, 1);
  put(&line, MCR, 0x10);
  put(&line, DATA, 1);
  put(&line, FCR, 3);
  assert_int_equal(get(&line, LSR), 0x60);
  line_close(&line);
}

static void input_arrives_when_the_guest_waits_for_it(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "ab");
  assert_int_equal(receive(&line), 'a');
  assert_int_equal(receive(&line), 'b');
  line_close(&line);
}

static void a_sender_that_looks_at_lsr_before_each_byte_never_takes_input(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "ab");
  for (int i = 0; i < 10; i++) {
    assert_int_equal(get(&line, LSR), 0x60);
    put(&line, DATA, 'x');
  }
  assert_int_equal(ftell(line.input), 0);
  line_close(&line);
}

static void after_the_end_of_input_nothing_is_ever_ready(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "a");
  assert_int_equal(receive(&line), 'a');
  for (int i = 0; i < 100; i++)
    assert_int_equal(get(&line, LSR), 0x60);
  line_close(&line);
}

static void waiting_for_input_shows_what_was_written_first(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "a");
  put(&line, DATA, '>');
  assert_int_equal(receive(&line), 'a');
  assert_int_equal(line.written_size, 1);
  line_close(&line);
}

static void the_interrupt_is_what_iir_tells_behind_out2(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "a");
  put(&line, IER, 0x02);
  assert_false(line.interrupt);
  put(&line, MCR, 0x08);
  assert_true(line.interrupt);
  assert_int_equal(get(&line, IIR), 0x02);
  assert_false(line.interrupt);
  put(&line, DATA, 'x');
  assert_true(line.interrupt);
  put(&line, MCR, 0x18); /* the loopback takes it off */
  assert_false(line.interrupt);
  put(&line, MCR, 0x08);
  put(&line, IER, 0x01);
  assert_false(line.interrupt);
  assert_int_equal(receive(&line), 'a');
  assert_false(line.interrupt);
  line_close(&line);
}

static void what_is_received_interrupts_until_it_is_read(void **state) {
  (void)state;
  struct line line;
  line_open(&line, "a");
  put(&line, MCR, 0x08);
  put(&line, IER, 0x01);
  while (!(get(&line, LSR) & 1))
    continue;
  assert_true(line.interrupt);
  assert_int_equal(get(&line, DATA), 'a');
  assert_false(line.interrupt);
  line_close(&line);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(after_reset_the_registers_are_as_the_data_sheet_says),
    cmocka_unit_test(bytes_written_go_out_raw_and_the_transmitter_is_always_empty),
    cmocka_unit_test(dlab_turns_the_first_two_registers_into_the_divisor),
    cmocka_unit_test(scratch_keeps_its_byte_and_ier_only_four_bits),
    cmocka_unit_test(status_registers_are_read_only),
    cmocka_unit_test(fcr_enables_the_fifo_and_iir_tells),
    cmocka_unit_test(enabling_the_transmitter_interrupt_raises_it_until_iir_is_read),
    cmocka_unit_test(loopback_turns_the_modem_outputs_into_its_inputs),
    cmocka_unit_test(changes_of_modem_inputs_show_once_and_ri_only_when_it_ends),
    cmocka_unit_test(loopback_receives_what_is_sent_and_sends_nothing),
    cmocka_unit_test(without_fifo_a_second_byte_overruns_the_first),
    cmocka_unit_test(the_fifo_holds_sixteen_and_the_seventeenth_is_lost),
    cmocka_unit_test(clearing_the_receiver_fifo_empties_it),
    cmocka_unit_test(input_arrives_when_the_guest_waits_for_it),
    cmocka_unit_test(a_sender_that_looks_at_lsr_before_each_byte_never_takes_input),
    cmocka_unit_test(after_the_end_of_input_nothing_is_ever_ready),
    cmocka_unit_test(waiting_for_input_shows_what_was_written_first),
    cmocka_unit_test(the_interrupt_is_what_iir_tells_behind_out2),
    cmocka_unit_test(what_is_received_interrupts_until_it_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
