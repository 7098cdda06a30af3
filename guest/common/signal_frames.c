/* What frames of both classes share: where they lie, the FPU, and what a program may not give itself on its
 * way back. */
#include "signal_frames.h"

#include "bits.h"
#include "console.h"
#include "instructions.h"
#include "signal_layout.h"
#include "task.h"
#include "text.h"
#include "thread_state.h"
#include "user_memory.h"

/* Of the FXSAVE image [SDM1 "FXSAVE Area"]. */
#define IMAGE_MXCSR 24
#define IMAGE_MXCSR_MASK 28
#define MXCSR_MASK_DEFAULT 0xffbf

#define FLAGS_OF_PROGRAMS 0x50dd5 /* CF PF AF ZF SF TF DF OF RF AC */
#define FLAGS_OF_THE_KERNEL (FLAGS_IF | FLAGS_IOPL | FLAGS_NT | FLAGS_VM)

uintptr_t signal_frame_top(const struct signal_delivery *delivery, uintptr_t stack) {
  const struct signals *signals = &delivery->task->signals;
  bool asked = signals->action[delivery->number - 1].flags & ACTION_ON_STACK;
  if (!asked || signals->stack.size == 0 || signals_on_stack(delivery->task, stack)) return stack;
  return signals->stack.base + signals->stack.size;
}

bool signal_fpu_put(uintptr_t address) {
  uint8_t *image = task_current()->thread.fpu; /* nobody's while the task runs */
  fpu_save(image);
  return copy_to_user(address, image, FPU_SIZE);
}

/* Reserved bits of MXCSR would make FXRSTOR fault [SDM2 "FXRSTOR"]. */
bool signal_fpu_get(uintptr_t address) {
  uint8_t *image = task_current()->thread.fpu;
  uint32_t mask, mxcsr;
  fpu_save(image);
  memcpy(&mask, image + IMAGE_MXCSR_MASK, sizeof mask);
  if (!address)
    thread_state_init_fpu(image);
  else if (!copy_from_user(image, address, FPU_SIZE))
    return false;
  memcpy(&mxcsr, image + IMAGE_MXCSR, sizeof mxcsr);
  if (mxcsr & ~(mask ? mask : MXCSR_MASK_DEFAULT)) return false;
  fpu_load(image);
  return true;
}

uintptr_t signal_flags(const struct task *task, uintptr_t wanted, uintptr_t now) {
  if ((wanted ^ now) & FLAGS_OF_THE_KERNEL)
    console_say("%s: its signal frame asks for the flags %x, and does not get all", task->name, wanted);
  return (now & ~(uintptr_t)FLAGS_OF_PROGRAMS) | (wanted & FLAGS_OF_PROGRAMS);
}

uint16_t signal_selector(uint32_t selector) {
  if ((selector & 3) != 3)
    task_kill(SIGNAL_SEGV, "its signal frame names the selector %x, which is the kernel's",
              (uintptr_t)selector);
  return (uint16_t)selector;
}
