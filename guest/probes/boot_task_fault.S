/* Tasks whose data segments are refused after CS and SS were loaded. */
#include "task_fault.inc"

	LOW
	BAD	TASK_FS, SELECTOR_BEYOND
	BAD	TASK_FS, SELECTOR_KERNEL_DS
	BAD	TASK_FS, SELECTOR_ABSENT_DATA
	BAD	TASK_FS, SELECTOR_TASK
	END

	TASK_FAULTS
