/* All of the program's pages are marked no-execute, its code, too. */
#define USER_TEXT_NX NX
#include "long.inc"

	culprit = user_pages + (USER_TEXT >> 12 & 511) * 8
