/* The kernel's life: set up the processor, load the program, enter it. */
#include "boot_info.h"
#include "clock.h"
#include "console.h"
#include "descriptors.h"
#include "elf_file.h"
#include "exec.h"
#include "files.h"
#include "frame.h"
#include "frames.h"
#include "options.h"
#include "paging.h"
#include "processor.h"
#include "random.h"
#include "task.h"

_Noreturn void enter_user(struct frame *frame);
_Noreturn void kernel_main(uint32_t boot_info);

static struct task first_task;
static struct options options;

static void init_machine(struct task *task) {
  processor.stack = (uintptr_t)task->kernel_stack + KERNEL_STACK_SIZE;
  console_init();
  processor_init();
  paging_init();
  interrupts_mask_all();
  descriptors_init();
  processor_init_entries();
}

/* The boot code's stack is left behind; `boot_info` is a physical address. */
void kernel_main(uint32_t boot_info) {
  struct frame *frame = (struct frame *)(first_task.kernel_stack + KERNEL_STACK_SIZE) - 1;
  struct boot_info info;
  struct elf_program program;
  const char *wrong;
  init_machine(&first_task);
  boot_info_read(boot_info, &info);
  options_read(info.command_line, info.program_text, &options);
  random_seed(options.seed);
  clock_init(options.epoch);
  wrong = elf_read(info.program, info.program_size, &program);
  if (wrong) console_refuse("%s: %s", options.arguments[0], wrong);
  files_open_console(&first_task);
  exec_load(&first_task, info.program, &program, &options, frame);
  frames_give(info.program_frames, info.program_frames + info.program_size);
  enter_user(frame);
}
