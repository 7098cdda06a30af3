/* Loading a program: its segments, its arguments, and the limit of its code. */
#include "program.h"

#include "bits.h"
#include "console.h"
#include "descriptors.h"
#include "elf_file.h"
#include "layout.h"
#include "options.h"
#include "paging.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

static _Noreturn void no_memory(void) {
  console_refuse("memory is too small for the program");
}

/* Into the memory of a task that does not run, by way of its pages: the kernel's segments do not reach
 * further. */
static void put(const struct task *task, uint32_t offset, const void *bytes, uint32_t size) {
  const char *from = bytes;
  while (size > 0) {
    uint32_t room = PAGE_SIZE - offset % PAGE_SIZE, piece = size < room ? size : room;
    char *page = paging_page(CLASSIC_TASK_BASE(task->number) + offset);
    if (!page) no_memory();
    memcpy(page + offset % PAGE_SIZE, from, piece);
    offset += piece, from += piece, size -= piece;
  }
}

static void put_word(const struct task *task, uint32_t offset, uint32_t word) {
  put(task, offset, &word, sizeof word);
}

/* Pages beyond the file's bytes come as zeros when they are touched. */
static uint32_t load_segments(const struct task *task, const char *file, const struct elf_program *program,
                              const char *name) {
  uint32_t code_size = 0;
  for (unsigned i = 0; i < program->segment_count; i++) {
    const struct elf_segment *segment = &program->segments[i];
    uint64_t end = segment->address + segment->memory_size;
    if (end > CLASSIC_TASK_SIZE) console_refuse("%s: a segment outside the 64 MiB of a task", name);
    put(task, (uint32_t)segment->address, file + segment->file_offset, (uint32_t)segment->file_size);
    if (segment->protection & USER_EXECUTE && end > code_size) code_size = (uint32_t)end;
  }
  if (program->entry >= code_size) console_refuse("%s: the entry point lies outside its code", name);
  return code_size;
}

/* Strings from `offset` down, and a list of where they are below `list`, which ends with 0. */
static uint32_t put_strings(const struct task *task, uint32_t offset, uint32_t list, char *const *strings,
                            unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    uint32_t size = strlen(strings[i]) + 1;
    offset -= size;
    put(task, offset, strings[i], size);
    put_word(task, list + i * 4, offset);
  }
  put_word(task, list + count * 4, 0);
  return offset;
}

static uint32_t size_of(char *const *strings, unsigned count) {
  uint32_t size = 0;
  for (unsigned i = 0; i < count; i++)
    size += strlen(strings[i]) + 1;
  return size;
}

/* At the end of the task's memory, from high to low addresses: the strings, both lists of pointers, and the
 * arguments of main: argc, argv, environment. */
static uint32_t put_arguments(const struct task *task, const struct options *options) {
  uint32_t strings = CLASSIC_TASK_SIZE;
  uint32_t bytes = size_of(options->arguments, options->argument_count) +
                   size_of(options->environment, options->environment_count);
  uint32_t environment = ((strings - bytes) & ~15u) - 4 * (options->environment_count + 1);
  uint32_t arguments = environment - 4 * (options->argument_count + 1);
  strings = put_strings(task, strings, arguments, options->arguments, options->argument_count);
  put_strings(task, strings, environment, options->environment, options->environment_count);
  put_word(task, arguments - 4, environment);
  put_word(task, arguments - 8, arguments);
  put_word(task, arguments - 12, options->argument_count);
  return arguments - 12;
}

void program_load(struct task *task, const void *file, size_t size, const struct options *options) {
  struct elf_program program;
  const char *name = options->arguments[0], *wrong = elf_read(file, size, size, &program);
  if (!wrong && program.relocates) wrong = "a position-independent program; a task's begins at 0";
  if (wrong) console_refuse("%s: %s", name, wrong);
  descriptors_fill_ldt(task, load_segments(task, file, &program, name));
  task->tss.eip = (uint32_t)program.entry;
  task->tss.esp = put_arguments(task, options);
}
