/* read() from standard input through a library procedure, its macro-steps named (docs/macro-steps.md): i386 with parameters
 * on the stack, x86-64 with parameters in registers. The status is how many bytes came. */
#include "probe.inc"

#define READ_SIZE 16

#ifdef __x86_64__
	PROBE
	pushq	%rbx				/* kept by procedures; now the stack is as calls want it */
macro_1_put_parameters_in_registers:
	xorl	%edi, %edi
	movl	$buffer, %esi
	movl	$READ_SIZE, %edx
macro_2_call_library_procedure:
	call	read
macro_9_clean_up_stack:
	popq	%rbx
macro_10_continue:
	movl	%eax, %edi
	movl	$60, %eax
	syscall
	END_PROBE

	.type	read, @function
read:
macro_3_put_number_in_register:
	movl	$0, %eax
macro_4_trap:
	syscall
macro_8_return_to_caller:
	ret
	.size	read, . - read
#else
	PROBE
macro_1_push_parameters:
	pushl	$READ_SIZE
	pushl	$buffer
	pushl	$0
macro_2_call_library_procedure:
	call	read
macro_9_clean_up_stack:
	addl	$12, %esp
macro_10_continue:
	movl	%eax, %ebx
	movl	$1, %eax
	int	$0x80
	END_PROBE

	.type	read, @function
read:
	pushl	%ebx				/* kept by procedures */
	movl	8(%esp), %ebx
	movl	12(%esp), %ecx
	movl	16(%esp), %edx
macro_3_put_number_in_register:
	movl	$3, %eax
macro_4_trap:
	int	$0x80
	popl	%ebx
macro_8_return_to_caller:
	ret
	.size	read, . - read
#endif

	.bss
buffer:
	.skip	READ_SIZE
