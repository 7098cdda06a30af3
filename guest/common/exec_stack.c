/* Building a program's first stack, as Linux's ABI has it [System V ABI "Initial Process Stack"]:
 *
 *   stack_top   a null word
 *               the name of the program (AT_EXECFN), the strings of environment and arguments, platform, 16
 * random bytes padding to 16 bytes auxiliary vector, pairs of words, ended by AT_NULL pointers to the
 * environment, NULL; pointers to the arguments, NULL SP          the number of arguments */
#include "exec_stack.h"

#include <elf.h>

#include "bits.h"
#include "elf_file.h"
#include "exec.h"
#include "layout.h"
#include "processor.h"
#include "random.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

#define SPARE 0x10000 /* mapped below the first stack pointer; more comes with faults */
#define STRINGS_LIMIT 0x200000
#define AUXILIARY_WORDS 48
#define CLOCK_TICKS 100
#define SIGNAL_STACK 2048

struct builder {
  uintptr_t at; /* the next word, or the lowest string */
  unsigned word_size;
  bool failed; /* to write what was mapped for it: memory is out */
};

static void write(struct builder *builder, uintptr_t to, const void *bytes, size_t size) {
  if (!copy_to_user(to, bytes, size)) builder->failed = true;
}

static uintptr_t push_bytes(struct builder *builder, const void *bytes, size_t size) {
  builder->at -= size;
  write(builder, builder->at, bytes, size);
  return builder->at;
}

static uintptr_t push_string(struct builder *builder, const char *text) {
  return push_bytes(builder, text, strlen(text) + 1);
}

static void put_word(struct builder *builder, uint64_t value) {
  write(builder, builder->at, &value, builder->word_size);
  builder->at += builder->word_size;
}

static void put_pair(struct builder *builder, uint64_t first, uint64_t second) {
  put_word(builder, first);
  put_word(builder, second);
}

static size_t strings_size(char *const *list, unsigned count) {
  size_t size = 0;
  for (unsigned i = 0; i < count; i++)
    size += strlen(list[i]) + 1;
  return size;
}

/* NULL, or what is wrong. */
static const char *map_stack(struct task *task, const struct elf_program *program,
                             const struct exec_request *request) {
  struct address_space *space = task->space;
  size_t strings = strings_size(request->arguments, request->argument_count) +
                   strings_size(request->environment, request->environment_count);
  size_t words =
      (request->argument_count + request->environment_count + 8 + AUXILIARY_WORDS) * sizeof(uint64_t);
  size_t size = (strings + words + SPARE + 2 * PAGE_SIZE) & ~(size_t)(PAGE_SIZE - 1);
  if (strings > STRINGS_LIMIT) return "its arguments and environment are too long";
  space->stack_protection = USER_READ | USER_WRITE | (program->executable_stack ? USER_EXECUTE : 0u);
  if (user_map(task, space->stack_top - size, size, space->stack_protection) != 0)
    return "memory is too small for its stack";
  return NULL;
}

static void put_auxiliary(struct builder *builder, const struct elf_program *program,
                          const struct exec_addresses *addresses, const uintptr_t strings[3]) {
  if (!program->wide) {
    put_pair(builder, AT_SYSINFO, USER32_STUB_ENTRY);
    put_pair(builder, AT_SYSINFO_EHDR, USER32_STUB);
  }
  put_pair(builder, AT_HWCAP, processor.hwcap);
  put_pair(builder, AT_PAGESZ, PAGE_SIZE);
  put_pair(builder, AT_CLKTCK, CLOCK_TICKS);
  put_pair(builder, AT_PHDR, addresses->headers);
  put_pair(builder, AT_PHENT, program->header_size);
  put_pair(builder, AT_PHNUM, program->header_count);
  put_pair(builder, AT_BASE, 0);
  put_pair(builder, AT_FLAGS, 0);
  put_pair(builder, AT_ENTRY, addresses->entry);
  put_pair(builder, AT_UID, 0);
  put_pair(builder, AT_EUID, 0);
  put_pair(builder, AT_GID, 0);
  put_pair(builder, AT_EGID, 0);
  put_pair(builder, AT_SECURE, 0);
  put_pair(builder, AT_RANDOM, strings[0]);
  put_pair(builder, AT_PLATFORM, strings[1]);
  put_pair(builder, AT_MINSIGSTKSZ, SIGNAL_STACK);
  put_pair(builder, AT_EXECFN, strings[2]);
  put_pair(builder, AT_NULL, 0);
}

/* Pointers to strings that lie one after the other from `string`. */
static void put_pointers(struct builder *builder, char *const *list, unsigned count, uintptr_t string) {
  for (unsigned i = 0; i < count; i++) {
    put_word(builder, string);
    string += strlen(list[i]) + 1;
  }
  put_word(builder, 0);
}

static uintptr_t push_list(struct builder *builder, char *const *list, unsigned count) {
  for (unsigned i = count; i > 0; i--)
    push_string(builder, list[i - 1]);
  return builder->at;
}

uintptr_t exec_build_stack(struct task *task, const struct elf_program *program,
                           const struct exec_addresses *addresses, const struct exec_request *request,
                           const char **wrong) {
  struct builder builder = { task->space->stack_top - sizeof(uint64_t), program->wide ? 8 : 4, false };
  const uint64_t random[2] = { random_next(), random_next() };
  uintptr_t environment, arguments, stack, strings[3];
  size_t words = 1 + request->argument_count + 1 + request->environment_count + 1 + AUXILIARY_WORDS;
  *wrong = map_stack(task, program, request);
  if (*wrong) return 0;
  strings[2] = push_string(&builder, request->name);
  environment = push_list(&builder, request->environment, request->environment_count);
  arguments = push_list(&builder, request->arguments, request->argument_count);
  strings[1] = push_string(&builder, program->wide ? "x86_64" : "i686");
  strings[0] = push_bytes(&builder, random, sizeof random);
  stack = (builder.at - words * builder.word_size) & ~(uintptr_t)15;
  builder.at = stack;
  put_word(&builder, request->argument_count);
  put_pointers(&builder, request->arguments, request->argument_count, arguments);
  put_pointers(&builder, request->environment, request->environment_count, environment);
  put_auxiliary(&builder, program, addresses, strings);
  if (builder.failed) *wrong = "memory is too small for its stack";
  return builder.failed ? 0 : stack;
}
