/* The task is set up only where a second processor would be started, so the first timer tick finds no TSS. */
#define REPLACES_TASK_INIT
#define USER_WAITS_FIRST
#include "protected.inc"

FUNCTION task_init
	cmpl	$1, processors
	jbe	1f
	movl	$I386_TSS, %eax
	ltr	%ax
1:	ret
	END	task_init

	TABLES
processors:
	.long	1
