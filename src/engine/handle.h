/* Opens Unicorn handles as the engine needs them, and gives callbacks and registers the types it wants. */
#ifndef ENGINE_HANDLE_H
#define ENGINE_HANDLE_H

#include <stdbool.h>
#include <unicorn/unicorn.h>

/* Unicorn's numbers of the general registers, in encoding order. */
extern const int handle_general_register[16];

/* A 64-bit handle whose memory goes through a fill hook and that never stops at an address, with room for
 * `buffer` bytes of translated code: emptying it costs time in proportion. False: `*uc` is NULL. */
bool handle_open(uc_engine **uc, uint32_t buffer);

/* uc_hook_add takes every callback as a `void *`, which ISO C does not convert functions to. */
void *handle_callback(uc_cb_hookcode_t function); /* of code and block hooks */
void *handle_edge_callback(uc_hook_edge_gen_t function);
void *handle_fill_callback(uc_cb_tlbevent_t function);
void *handle_interrupt_callback(uc_cb_hookintr_t function);
void *handle_call_callback(uc_cb_insn_syscall_t function); /* of SYSCALL and SYSENTER */
void *handle_invalid_callback(uc_cb_hookinsn_invalid_t function);
void *handle_memory_callback(uc_cb_hookmem_t function);

#endif
