/* FMASK leaves NT as the program has it, and the way back from SYSCALL is IRETQ. */
#define REPLACES_ENTRY_SYSCALL
#define REPLACES_SYSTEM_CALLS_INIT
#define REPLACES_USER
#include "long.inc"

FUNCTION system_calls_init
	WRITE_MSR MSR_STAR, 0, STAR_SELECTORS
	WRITE_MSR MSR_LSTAR, entry_syscall
	movl	$MSR_FMASK, %ecx
culprit:
	movl	$(FMASK_VALUE & ~FLAGS_NT), %eax
	xorl	%edx, %edx
	wrmsr
	WRITE_MSR MSR_KERNEL_GS_BASE, cpu
	ret
	END	system_calls_init

FUNCTION entry_syscall
	swapgs
	movq	%rsp, %gs:CPU_USER_STACK
	movq	%gs:CPU_KERNEL_STACK, %rsp
	pushq	%rcx
	pushq	%r11
	call	system_call
	popq	%r11
	popq	%rcx
	pushq	$SELECTOR_USER_DS
	pushq	%gs:CPU_USER_STACK
	pushq	%r11
	pushq	$SELECTOR_USER_CS64
	pushq	%rcx
	swapgs
	iretq
	END	entry_syscall

	USER
user:
	pushq	$(FLAGS_FIXED | FLAGS_NT)
	popfq
	movl	$CALL_ANSWER, %eax
	syscall
	movl	$CALL_EXIT, %eax
	xorl	%edi, %edi
	syscall
	END	user
