/* The descriptor of the program's code is not present: 0x7a was typed for 0xfa. */
#define USER_CODE_ACCESS 0x7a
#include "protected.inc"

	culprit = gdt_user_code
