/* IA32_SYSENTER_ESP is never written: the kernel pushes at the end of the address space. */
#define REPLACES_SYSTEM_CALLS_INIT
#include "protected.inc"

FUNCTION system_calls_init
	WRITE_MSR MSR_SYSENTER_CS, SELECTOR_KERNEL_CS
	WRITE_MSR MSR_SYSENTER_EIP, entry_sysenter
	ret
	END	system_calls_init
