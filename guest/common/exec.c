/* Mapping a program's segments and making the task that runs it. */
#include "exec.h"

#include "bits.h"
#include "console.h"
#include "elf_file.h"
#include "exec_stack.h"
#include "frame.h"
#include "instructions.h"
#include "layout.h"
#include "options.h"
#include "paging.h"
#include "processor.h"
#include "stub.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

#define SEGMENT_LOWEST 0x1000 /* a null pointer shall fault */

static _Noreturn void refuse(const struct task *task, const char *reason) {
  console_refuse("%s: %s", task->name, reason);
}

static void init_layout(struct task *task, bool wide) {
  task->space->wide = wide;
#ifdef __x86_64__
  if (wide) {
    task->space->user_end = USER64_END;
    task->space->stack_top = USER64_END;
    task->space->mmap_top = USER64_MMAP_TOP;
  } else
#endif
  {
    task->space->user_end = USER32_END;
    task->space->stack_top = USER32_STACK_TOP;
    task->space->mmap_top = USER32_MMAP_TOP;
  }
  task->space->mmap_hint = task->space->mmap_top;
}

static void map_segment(struct task *task, const char *file, const struct elf_segment *segment,
                        uint64_t bias) {
  uint64_t address = segment->address + bias, end = address + segment->memory_size;
  uintptr_t first = (uintptr_t)(address & ~(uint64_t)(PAGE_SIZE - 1));
  size_t size;
  if (address < bias || end < address || end > task->space->mmap_top || address < SEGMENT_LOWEST)
    refuse(task, "a segment outside the addresses of programs");
  size = (size_t)((end - first + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1));
  if (user_any_mapped(task, first, size)) refuse(task, "segments that overlap");
  if (user_map(task, first, size, USER_READ | USER_WRITE) != 0 ||
      !copy_to_user((uintptr_t)address, file + segment->file_offset, (size_t)segment->file_size) ||
      user_protect(task, first, size, segment->protection) != 0)
    refuse(task, "memory is too small for its segments");
  if (first + size > task->space->break_start)
    task->space->break_start = task->space->break_now = first + size;
}

static void init_registers(struct task *task, struct frame *frame, uint64_t entry, uintptr_t stack) {
  if (entry >= task->space->user_end) refuse(task, "an entry point outside the addresses of programs");
  memset(frame, 0, sizeof *frame);
  frame_enter(frame, task->space->wide, (uintptr_t)entry, stack);
}

void exec_load(struct task *task, const void *file, const struct elf_program *program,
               const struct options *options, struct frame *frame) {
  uint64_t bias = 0;
  struct exec_addresses addresses;
  task_set_name(task, options->arguments[0]);
  task->space = &task->own_space;
  thread_state_init(&task->thread, program->wide);
  thread_state_load(&task->thread);
  init_layout(task, program->wide);
  stub_choose(options->entry, program->wide);
  task->space->root = paging_create_root();
  if (task->space->root == 0) refuse(task, "memory is too small");
  processor.task = task;
  task_announce(task);
  write_cr3(task->space->root);
#ifdef __x86_64__
  if (program->relocates) bias = program->wide ? USER64_PIE_BASE : USER32_PIE_BASE;
#else
  if (program->relocates) bias = USER32_PIE_BASE;
#endif
  for (unsigned i = 0; i < program->segment_count; i++)
    map_segment(task, file, &program->segments[i], bias);
  if (!program->wide && !stub_map(task)) refuse(task, "memory is too small for its stub page");
  addresses.entry = program->entry + bias;
  addresses.headers = program->headers ? program->headers + bias : 0;
  init_registers(task, frame, addresses.entry, exec_build_stack(task, program, &addresses, options));
}
