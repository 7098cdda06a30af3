/* Control and debug registers, as trials that change them find them. */
#ifndef CONFORM_REGISTERS_H
#define CONFORM_REGISTERS_H

#include <stdint.h>

#include "bits.h"
#include "class.h"

/* What every trial finds in CR0 and CR4 unless it says otherwise; nothing of the firmware's is left. */
#define CR0_BASE (CR0_PE | CR0_ET | CR0_NE | (LONG_MODE ? CR0_PG : 0))
#define CR4_BASE (LONG_MODE ? CR4_PAE : 0u)

/* Once; what CR3 has then is what it is set to afterwards. */
void registers_init(void);
void registers_reset(void);

/* The bits of CR4 that the processor has, of those that not all processors with long mode have. */
uint32_t registers_cr4_optional(void);

/* Sets DR0 to DR3, and bits of DR7. */
void registers_set_breakpoint(unsigned number, uintptr_t address);
void registers_enable_breakpoints(uint32_t bits);

/* Remembers them as they are before an attempt; takes what became of them and resets them; adds those that
 * had changed to the line. */
void registers_keep(void);
void registers_take(void);
void registers_tell_changes(void);

#endif
