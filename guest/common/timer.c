/* The 8254's first counter, by way of the 8259. */
#include "timer.h"

#include "frame.h"
#include "instructions.h"

#define PIC_COMMAND 0x20
#define PIC_MASK 0x21
#define PIC_END_OF_INTERRUPT 0x20
#define PIC_ONLY_TIMER 0xfe

#define PIT_COUNTER 0x40
#define PIT_CONTROL 0x43
#define PIT_PERIODIC 0x34 /* counter 0, both bytes, mode 2 */
#define PIT_FREQUENCY 1193182
#define TICKS_PER_SECOND 100

static bool started;
static volatile bool ticked; /* changes whenever interrupts are on, in the i386 kernel's INT 0x80, too */

void timer_start(void) {
  uint16_t count = PIT_FREQUENCY / TICKS_PER_SECOND;
  if (started) return;
  started = true;
  port_out8(PIT_CONTROL, PIT_PERIODIC);
  port_out8(PIT_COUNTER, (uint8_t)count);
  port_out8(PIT_COUNTER, (uint8_t)(count >> 8));
  port_out8(PIC_MASK, PIC_ONLY_TIMER);
}

/* No more than this where the kernel itself was interrupted: what a tick brings about, happens on the way to
 * a program. A spurious one is not in service [8259A data sheet "End of Interrupt"]. */
void timer_interrupt(const struct frame *frame) {
  if (frame->cause == VECTOR_SPURIOUS) return;
  port_out8(PIC_COMMAND, PIC_END_OF_INTERRUPT);
  ticked = true;
}

bool timer_ticked(void) {
  bool was = ticked;
  if (was) ticked = false;
  return was;
}

/* STI takes effect after HLT, so that no tick can come between them [SDM2 "STI"]. */
void timer_wait(void) {
  __asm__ volatile("sti; hlt; cli" : : : "memory");
}
