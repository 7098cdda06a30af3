/* Mapping a program's segments into a memory of its own. */
#include "exec.h"

#include "bits.h"
#include "elf_file.h"
#include "entry_paths.h"
#include "errors.h"
#include "exec_stack.h"
#include "frame.h"
#include "heap.h"
#include "inodes.h"
#include "instructions.h"
#include "layout.h"
#include "paging.h"
#include "processor.h"
#include "stub.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"
#include "user_share.h"

#define SEGMENT_LOWEST 0x1000 /* a null pointer shall fault */
#define PIECE HEAP_LARGEST    /* the file's start, and the bytes of one copy */

/* What a load works with; `wrong` says why it failed. */
struct loader {
  struct task *task;
  const struct inode *inode;
  struct elf_program program;
  char *piece;
  const char *wrong;
};

static long fail(struct loader *loader, long error, const char *wrong) {
  loader->wrong = wrong;
  return error;
}

static void init_layout(struct address_space *space, bool wide) {
  space->wide = wide;
#ifdef __x86_64__
  if (wide) {
    space->user_end = USER64_END;
    space->stack_top = USER64_END;
    space->mmap_top = USER64_MMAP_TOP;
  } else
#endif
  {
    space->user_end = USER32_END;
    space->stack_top = USER32_STACK_TOP;
    space->mmap_top = USER32_MMAP_TOP;
  }
  space->mmap_hint = space->mmap_top;
}

static long copy_segment(struct loader *loader, const struct elf_segment *segment, uintptr_t address) {
  uint64_t done = 0;
  while (done < segment->file_size) {
    uint64_t left = segment->file_size - done;
    long count =
        inode_read(loader->inode, segment->file_offset + done, loader->piece, left < PIECE ? left : PIECE);
    if (count <= 0) return fail(loader, -ERROR_NOEXEC, "truncated in a segment");
    if (!copy_to_user(address + (uintptr_t)done, loader->piece, (size_t)count))
      return fail(loader, -ERROR_NOMEM, "memory is too small for its segments");
    done += (uint64_t)count;
  }
  return 0;
}

static long map_segment(struct loader *loader, const struct elf_segment *segment, uint64_t bias) {
  struct address_space *space = loader->task->space;
  uint64_t address = segment->address + bias, end = address + segment->memory_size;
  uintptr_t first = (uintptr_t)(address & ~(uint64_t)(PAGE_SIZE - 1));
  size_t size;
  long result;
  if (address < bias || end < address || end > space->mmap_top || address < SEGMENT_LOWEST)
    return fail(loader, -ERROR_NOEXEC, "a segment outside the addresses of programs");
  size = (size_t)((end - first + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1));
  if (user_any_mapped(loader->task, first, size)) return fail(loader, -ERROR_NOEXEC, "segments that overlap");
  if (user_map(loader->task, first, size, USER_READ | USER_WRITE) != 0)
    return fail(loader, -ERROR_NOMEM, "memory is too small for its segments");
  result = copy_segment(loader, segment, (uintptr_t)address);
  if (result < 0) return result;
  if (user_protect(loader->task, first, size, segment->protection) != 0)
    return fail(loader, -ERROR_NOMEM, "memory is too small for its segments");
  if (first + size > space->break_start) space->break_start = space->break_now = first + size;
  return 0;
}

static uint64_t bias_of(const struct elf_program *program) {
  if (!program->relocates) return 0;
#ifdef __x86_64__
  if (program->wide) return USER64_PIE_BASE;
#endif
  return USER32_PIE_BASE;
}

static long map_program(struct loader *loader, const struct exec_request *request, struct frame *frame) {
  const struct elf_program *program = &loader->program;
  struct task *task = loader->task;
  uint64_t bias = bias_of(program);
  struct exec_addresses addresses = { program->entry + bias, program->headers ? program->headers + bias : 0 };
  uintptr_t stack;
  for (unsigned i = 0; i < program->segment_count; i++) {
    long result = map_segment(loader, &program->segments[i], bias);
    if (result < 0) return result;
  }
  if (!program->wide && !stub_map(task))
    return fail(loader, -ERROR_NOMEM, "memory is too small for its stub page");
  if (addresses.entry >= task->space->user_end)
    return fail(loader, -ERROR_NOEXEC, "an entry point outside the addresses of programs");
  stack = exec_build_stack(task, program, &addresses, request, &loader->wrong);
  if (stack == 0) return -ERROR_NOMEM;
  memset(frame, 0, sizeof *frame);
  frame->cause = CAUSE_REPLACED;
  frame_enter(frame, program->wide, (uintptr_t)addresses.entry, stack);
  return 0;
}

/* The page tables in force become those of the task's space. */
static void enter_space(const struct task *task) {
  task_announce(task);
  write_cr3(task->space->root);
}

/* The old memory is kept until the new one is whole: whatever goes wrong before, the program never knows. */
static long change_space(struct loader *loader, const struct exec_request *request, struct frame *frame) {
  struct task *task = loader->task;
  struct address_space *old = task->space, fresh = { .root = paging_create_root() };
  char old_name[TASK_NAME_SIZE];
  long result;
  if (fresh.root == 0) return fail(loader, -ERROR_NOMEM, "memory is too small");
  init_layout(&fresh, loader->program.wide);
  memcpy(old_name, task->name, sizeof old_name);
  task_set_name(task, request->argument_count ? text_base_name(request->arguments[0]) : request->name);
  task->space = &fresh;
  enter_space(task);
  result = map_program(loader, request, frame);
  task->space = old;
  if (result < 0) {
    task_set_name(task, old_name);
    if (old->root) enter_space(task);
    user_free_space(&fresh);
    return result;
  }
  if (old->root) task_release_space(task);
  task->own_space = fresh;
  task->space = &task->own_space;
  thread_state_init(&task->thread, fresh.wide);
  thread_state_load(&task->thread);
  return 0;
}

static long read_program(struct loader *loader) {
  long count = inode_read(loader->inode, 0, loader->piece, PIECE);
  if (count < 0) return fail(loader, -ERROR_ACCES, "not a regular file");
  loader->wrong = elf_read(loader->piece, (size_t)count, inode_size(loader->inode), &loader->program);
  return loader->wrong ? -ERROR_NOEXEC : 0;
}

long exec_load(struct task *task, const struct exec_request *request, struct frame *frame,
               const char **wrong) {
  struct loader loader = { .task = task, .inode = request->inode, .piece = heap_take(PIECE) };
  long result;
  if (!loader.piece) return fail(&loader, -ERROR_NOMEM, *wrong = "memory is too small");
  result = read_program(&loader);
  if (result == 0) result = change_space(&loader, request, frame);
  heap_return(loader.piece, PIECE);
  *wrong = loader.wrong;
  return result;
}
