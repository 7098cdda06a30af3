/* The 8254's channel 0 as the clock of turns. */
#include "timer.h"

#include "descriptors.h"
#include "instructions.h"
#include "task.h"

#define PIT_CHANNEL_0 0x40
#define PIT_MODE 0x43
#define PIT_SQUARE_WAVE 0x36 /* channel 0, low and high byte, mode 3 */
#define PIT_FREQUENCY 1193182
#define TICKS_PER_SECOND 100
#define PIC_COMMAND 0x20
#define PIC_MASK 0x21
#define PIC_ALL_BUT_TIMER 0xfe
#define PIC_END_OF_INTERRUPT 0x20
#define TIMER_VECTOR 0x20

void do_timer(uint32_t interrupted_cs);

void timer_start(void) {
  const uint16_t divisor = PIT_FREQUENCY / TICKS_PER_SECOND;
  descriptors_set_timer_gate(TIMER_VECTOR);
  port_out8(PIT_MODE, PIT_SQUARE_WAVE);
  port_out8(PIT_CHANNEL_0, (uint8_t)divisor);
  port_out8(PIT_CHANNEL_0, divisor >> 8);
  port_out8(PIC_MASK, PIC_ALL_BUT_TIMER);
}

/* The kernel itself is not interrupted in favour of another task: a turn that ends meanwhile ends on the way
 * out. */
void do_timer(uint32_t interrupted_cs) {
  port_out8(PIC_COMMAND, PIC_END_OF_INTERRUPT);
  current->ticks--;
  if (interrupted_cs & 3) task_yield_if_due();
}
