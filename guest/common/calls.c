/* Dispatch by number, and what the calls share to read and write words of either size. */
#include "calls.h"

#include "console.h"
#include "errors.h"
#include "task.h"
#include "text.h"
#include "trace/linux.h"
#include "user_memory.h"

#define CALL_TEXT_SIZE 192
#define TOLD_CALLS 512 /* what lies above shares a place with what lies below */

long calls_dispatch(const struct call_table *table, uintptr_t number, struct call *call) {
  call->number = number;
  return number < table->count ? table->handler[number](call) : sys_unknown(call);
}

static const struct linux_call *find_name(const struct call *call) {
#ifdef __x86_64__
  if (call->word_size == sizeof(uint64_t)) return linux_x86_64_call(call->number);
#endif
  return linux_i386_call(call->number);
}

static unsigned argument_count(const struct linux_call *known) {
  unsigned count = 0;
  if (!known || !known->arguments) return 6;
  while (known->arguments[count] && known->arguments[count] != '=')
    count++;
  return count;
}

/* "name(0x1, 0x2)", or "999(...)" of a number that Linux does not have either. */
static void tell(const struct call *call) {
  const struct linux_call *known = find_name(call);
  char text[CALL_TEXT_SIZE];
  size_t length = known ? text_put(text, sizeof text, "%s(", known->name)
                        : text_put(text, sizeof text, "%u(", (unsigned)call->number);
  for (unsigned i = 0; i < argument_count(known); i++)
    length += text_put(text + length, sizeof text - length, i ? ", %x" : "%x", call->argument[i]);
  console_say("%s: this kernel has no %s); the answer is -ENOSYS", call->task->name, text);
}

/* Each is told once: a program that tries again has been told of. */
long sys_unknown(struct call *call) {
  static uint32_t told[TOLD_CALLS / 32];
  uint32_t *word = &told[call->number % TOLD_CALLS / 32], bit = UINT32_C(1) << call->number % 32;
  if (!(*word & bit)) tell(call);
  *word |= bit;
  return -ERROR_NOSYS;
}

/* For calls that programs try and do well without. */
long sys_absent(struct call *call) {
  (void)call;
  return -ERROR_NOSYS;
}

/* For calls that ask for nothing that one program alone could notice. */
long sys_accepted(struct call *call) {
  (void)call;
  return 0;
}

bool call_put_word(const struct call *call, uintptr_t address, uint64_t value) {
  return copy_to_user(address, &value, call->word_size); /* little endian: the low part is first */
}

bool call_put_pair(unsigned word_size, uintptr_t address, uint64_t first, uint64_t second) {
  return copy_to_user(address, &first, word_size) && copy_to_user(address + word_size, &second, word_size);
}

bool call_get_pair(unsigned word_size, uintptr_t address, uint64_t out[2]) {
  out[0] = out[1] = 0;
  return copy_from_user(&out[0], address, word_size) &&
         copy_from_user(&out[1], address + word_size, word_size);
}

bool call_get_word(const struct call *call, uintptr_t address, unsigned index, uint64_t *out) {
  *out = 0;
  return copy_from_user(out, address + index * call->word_size, call->word_size);
}
