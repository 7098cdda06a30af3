/* The groups of trials. */
#ifndef CONFORM_GROUPS_H
#define CONFORM_GROUPS_H

void group_int_gates(void);
void group_int_targets(void);
void group_int_stacks(void);
void group_exceptions(void);
void group_returns(void);
void group_return_state(void);
void group_iret(void);
void group_segments(void);
void group_inspect(void);
void group_system_segments(void);
void group_fast_calls(void);
void group_privileged(void);
void group_flags(void);
void group_ports(void);
void group_control(void);
void group_msrs(void);
void group_modes(void);
void group_pages(void);
void group_far(void);
void group_call_gates(void);
void group_debug(void);
void group_alignment(void);
void group_tasks(void);
void group_virtual_8086(void);
void group_canonical(void);

#endif
