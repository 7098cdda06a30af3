/* int main(void): read() from end to end, its macro-steps named (docs/macro-steps.md). The status is how many bytes came. */
#include "entry.inc"

#define READ_SIZE 16

	.text

FUNCTION main
macro_1_push_parameters:
	pushl	$READ_SIZE
	pushl	$buffer
	pushl	$0
macro_2_call_library_procedure:
	call	read
macro_9_clean_up_stack:
	addl	$12, %esp
macro_10_continue:
	ret
END main

	.bss
buffer:
	.skip	READ_SIZE

	.section .note.GNU-stack, "", @progbits
