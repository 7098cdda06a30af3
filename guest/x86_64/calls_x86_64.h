/* The table of the x86-64 system calls. */
#ifndef GUEST_CALLS_X86_64_H
#define GUEST_CALLS_X86_64_H

struct call;
struct call_table;

extern const struct call_table calls_x86_64;

long sys_arch_prctl(struct call *call);
long sys_rt_sigreturn(struct call *call);

#endif
