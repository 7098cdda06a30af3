/* What is different in the 64-bit guest. */
#ifndef CONFORM_CLASS_H
#define CONFORM_CLASS_H

#define LONG_MODE 1
#define REG_COUNT 8
#define SELECTOR_CODE3 SELECTOR_CODE3_64
#define SELECTOR_OTHER3 SELECTOR_CODE3_32
#define CODE_SIZE_BITS DESCRIPTOR_LONG /* of code of the guest's own size */
#define OTHER_SIZE_BITS DESCRIPTOR_BIG /* compatibility mode */
#define GATE_TYPES 2                   /* that lead to a handler: the 16-bit ones are gone */

#endif
