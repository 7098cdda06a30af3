/* Dispatch by number, and what the calls share to read and write words of either size. */
#include "calls.h"

#include "errors.h"
#include "user_memory.h"

long calls_dispatch(const struct call_table *table, uintptr_t number, struct call *call) {
  if (number >= table->count) return -ERROR_NOSYS;
  return table->handler[number](call);
}

long sys_unknown(struct call *call) {
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

bool call_get_word(const struct call *call, uintptr_t address, unsigned index, uint64_t *out) {
  *out = 0;
  return copy_from_user(out, address + index * call->word_size, call->word_size);
}
