/* What is different in the 32-bit guest. */
#ifndef CONFORM_CLASS_H
#define CONFORM_CLASS_H

#define LONG_MODE 0
#define REG_COUNT 7
#define SELECTOR_CODE3 SELECTOR_CODE3_32
#define SELECTOR_OTHER3 SELECTOR_CODE3_64
#define CODE_SIZE_BITS DESCRIPTOR_BIG /* of code of the guest's own size */
#define OTHER_SIZE_BITS 0             /* 16-bit */
#define GATE_TYPES 4                  /* that lead to a handler: two sizes of two kinds */

#endif
