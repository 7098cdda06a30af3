/* IA32_SYSENTER_CS is never written, and SYSENTER refuses a null selector. */
#define REPLACES_SYSTEM_CALLS_INIT
#include "protected.inc"

FUNCTION system_calls_init
	WRITE_MSR MSR_SYSENTER_ESP, kernel_stack_top
	WRITE_MSR MSR_SYSENTER_EIP, entry_sysenter
	ret
	END	system_calls_init
