/* The kernel's life: set up the processor, load the program, enter it. */
#include "boot_info.h"
#include "clock.h"
#include "console.h"
#include "descriptors.h"
#include "devices.h"
#include "elf_file.h"
#include "exec.h"
#include "file_system.h"
#include "frame.h"
#include "inodes.h"
#include "leave.h"
#include "options.h"
#include "paging.h"
#include "processor.h"
#include "random.h"
#include "stub.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

_Noreturn void enter_user(struct frame *frame);
_Noreturn void kernel_main(uint32_t boot_info);

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

/* The first task begins in the root directory, with the console as its files. */
static void enter_file_system(struct task *task, struct inode *program) {
  size_t length = strlen(options.arguments[0]);
  task->directory = inode_hold(inode_root());
  task->program = program;
  task->program_path[0] = '/';
  if (length > sizeof task->program_path - 2) length = sizeof task->program_path - 2;
  memcpy(task->program_path + 1, options.arguments[0], length);
  task->file_mask = 022;
  devices_open_console(&task->files);
}

static void start_program(struct task *task) {
  const struct exec_request request = {
    .inode = task->program,
    .name = options.arguments[0],
    .arguments = options.arguments,
    .argument_count = options.argument_count,
    .environment = options.environment,
    .environment_count = options.environment_count,
  };
  const char *wrong;
  if (exec_load(task, &request, task_frame(task), &wrong) < 0)
    console_refuse("%s: %s", options.arguments[0], wrong);
}

/* The boot code's stack is left behind; `boot_info` is a physical address. */
void kernel_main(uint32_t boot_info) {
  struct task *task = task_first();
  static struct boot_info info;
  struct elf_program program;
  const char *wrong;
  init_machine(task);
  boot_info_read(boot_info, &info);
  options_read(info.command_line, info.module[0].text, &options);
  leave_choose(options.leave);
  user_pointers_choose(options.user_pointers);
  random_seed(options.seed);
  clock_init(options.epoch);
  wrong = elf_read(info.module[0].bytes, info.module[0].size, info.module[0].size, &program);
  if (wrong) console_refuse("%s: %s", options.arguments[0], wrong);
  file_system_create(&info);
  enter_file_system(task, file_system_program(&info, options.arguments[0]));
  processor.task = task;
  stub_choose(options.entry, program.wide);
  start_program(task);
  enter_user(task_frame(task));
}
