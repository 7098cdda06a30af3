/* Opens Unicorn handles as the engine needs them, and gives callbacks and registers the types it wants. */
#include "engine/handle.h"

#include <string.h>

const int handle_general_register[16] = {
  UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
  UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
  UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15,
};

bool handle_open(uc_engine **uc, uint32_t buffer) {
  if (uc_open(UC_ARCH_X86, UC_MODE_64, uc) != UC_ERR_OK) {
    *uc = NULL;
    return false;
  }
  /* Other models silently drop CR4.SMAP and CR4.PKE. */
  if (uc_ctl_set_cpu_model(*uc, UC_CPU_X86_ICELAKE_SERVER) == UC_ERR_OK &&
      uc_ctl_set_tcg_buffer_size(*uc, buffer) == UC_ERR_OK && uc_ctl_exits_enable(*uc) == UC_ERR_OK &&
      uc_ctl_tlb_mode(*uc, UC_TLB_VIRTUAL) == UC_ERR_OK)
    return true;
  uc_close(*uc);
  *uc = NULL;
  return false;
}

#define AS_POINTER(function)                                                                                 \
  void *pointer;                                                                                             \
  memcpy(&pointer, &function, sizeof pointer);                                                               \
  return pointer

void *handle_callback(uc_cb_hookcode_t function) {
  AS_POINTER(function);
}

void *handle_edge_callback(uc_hook_edge_gen_t function) {
  AS_POINTER(function);
}

void *handle_fill_callback(uc_cb_tlbevent_t function) {
  AS_POINTER(function);
}

void *handle_interrupt_callback(uc_cb_hookintr_t function) {
  AS_POINTER(function);
}

void *handle_call_callback(uc_cb_insn_syscall_t function) {
  AS_POINTER(function);
}

void *handle_invalid_callback(uc_cb_hookinsn_invalid_t function) {
  AS_POINTER(function);
}

void *handle_memory_callback(uc_cb_hookmem_t function) {
  AS_POINTER(function);
}
