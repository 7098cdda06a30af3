/* What a round-trip guest is asked to do, in numbers that the assembler reads too. */
#ifndef GUEST_BENCH_PARAMETERS_H
#define GUEST_BENCH_PARAMETERS_H

#define HOW_INT80 0
#define HOW_SYSCALL 1
#define HOW_LOOP3 2
#define HOW_LOOP8 3
#define HOW_LOOP30 4
#define HOW_UNKNOWN 5

/* Exit values that are not QEMU's own: a write of v ends it with status 2v + 1. */
#define DONE 16
#define UNEXPECTED 17

#endif
