/* write through the stub that AT_SYSINFO names, by whichever instruction the kernel chose; i386 only. */
#include "probe.inc"

#define AT_SYSINFO 32

	GREETING "by the stub page"

	PROBE
	movl	(%esp), %eax
	leal	8(%esp, %eax, 4), %esi		/* the environment */
1:	lodsl
	testl	%eax, %eax
	jnz	1b
2:	lodsl					/* the auxiliary vector */
	movl	%eax, %ecx
	lodsl
	cmpl	$AT_SYSINFO, %ecx
	jne	2b
	movl	%eax, %esi
	LOAD_WRITE_I386
	call	*%esi
	EXIT	0
	END_PROBE
