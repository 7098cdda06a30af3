/* The loops of guest/bench as data of the host, for the bare peer, which runs the same bytes. */
#include "loops.inc"

    .section .rodata
    .global bare_loop3, bare_loop8, bare_loop30, bare_loops_end
bare_loop3:
    loop3_body
bare_loop8:
    loop8_body
bare_loop30:
    loop30_body
bare_loops_end:

    .section .note.GNU-stack, "", @progbits
