/* ESP0 is set and SS0 forgotten: the first interrupt from ring 3 finds a null stack segment. */
#define TSS_SS0 0
#include "protected.inc"

	culprit = tss_ss0
