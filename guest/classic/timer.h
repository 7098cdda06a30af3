/* The timer, which ends the turns of tasks that do not end them by themselves. */
#ifndef GUEST_CLASSIC_TIMER_H
#define GUEST_CLASSIC_TIMER_H

/* Starts it: 100 ticks a second, by the 8254 and the 8259, which masks all interrupts until now. */
void timer_start(void);

#endif
