/* System calls on thread-local storage: i386 keeps its base in a descriptor of the GDT. */
#include "calls.h"
#include "descriptors.h"
#include "errors.h"
#include "selectors.h"
#include "user_memory.h"

/* struct user_desc */
struct user_descriptor {
  uint32_t entry, base, limit, flags;
};

/* Bits of user_descriptor.flags, in Linux's order. */
enum {
  USER_32BIT = 0x01,
  USER_CONTENTS = 0x06,
  USER_READ_ONLY = 0x08,
  USER_LIMIT_IN_PAGES = 0x10,
  USER_NOT_PRESENT = 0x20,
  USER_USEABLE = 0x40,
};

static bool empty(const struct user_descriptor *user) {
  return (user->base == 0 && user->limit == 0 && (user->flags & (USER_READ_ONLY | USER_NOT_PRESENT))) ||
         (user->base == 0 && user->limit == 0 && user->flags == 0);
}

/* A data segment of DPL 3, accessed [SDM3 "Segment Descriptors"]. */
static uint64_t encode(const struct user_descriptor *user) {
  uint64_t base = user->base, limit = user->limit & 0xfffff;
  uint64_t type =
      0x71 | (user->flags & USER_READ_ONLY ? 0 : 0x02) | (uint64_t)(user->flags & USER_CONTENTS) << 1;
  uint64_t present = user->flags & USER_NOT_PRESENT ? 0 : 0x80;
  uint64_t high = (user->flags & USER_32BIT ? 0x4 : 0) | (user->flags & USER_LIMIT_IN_PAGES ? 0x8 : 0) |
                  (user->flags & USER_USEABLE ? 0x1 : 0);
  if (empty(user)) return 0;
  return (limit & 0xffff) | (base & 0xffffff) << 16 | (type | present) << 40 | (limit >> 16) << 48 |
         high << 52 | (base >> 24) << 56;
}

/* The slot that an entry number names; -1 as an entry asks for a free one. */
static int slot_of(uint32_t entry) {
  if (entry == UINT32_MAX) {
    for (unsigned slot = 0; slot < TLS_SLOTS; slot++)
      if (descriptors_tls(slot) == 0) return (int)slot;
    return -1;
  }
  entry -= descriptors_tls_first();
  return entry < TLS_SLOTS ? (int)entry : -1;
}

/* Only data segments are let in: code segments of a program's making would reach nothing new, and serve
 * nobody. */
long sys_set_thread_area(struct call *call) {
  struct user_descriptor user;
  int slot;
  if (!copy_from_user(&user, call->argument[0], sizeof user)) return -ERROR_FAULT;
  slot = slot_of(user.entry);
  if (slot < 0) return user.entry == UINT32_MAX ? -ERROR_SRCH : -ERROR_INVAL;
  if (!empty(&user) && (user.flags & USER_CONTENTS) > 0x02) return -ERROR_INVAL;
  if (user.entry == UINT32_MAX) {
    user.entry = descriptors_tls_first() + (unsigned)slot;
    if (!copy_to_user(call->argument[0], &user.entry, sizeof user.entry)) return -ERROR_FAULT;
  }
  descriptors_set_tls((unsigned)slot, encode(&user));
  return 0;
}

long sys_get_thread_area(struct call *call) {
  struct user_descriptor user = { 0, 0, 0, 0 };
  uint64_t raw;
  int slot;
  if (!copy_from_user(&user.entry, call->argument[0], sizeof user.entry)) return -ERROR_FAULT;
  slot = user.entry == UINT32_MAX ? -1 : slot_of(user.entry);
  if (slot < 0) return -ERROR_INVAL;
  raw = descriptors_tls((unsigned)slot);
  user.base = (uint32_t)(raw >> 16 & 0xffffff) | (uint32_t)(raw >> 56) << 24;
  user.limit = (uint32_t)(raw & 0xffff) | (uint32_t)(raw >> 48 & 0xf) << 16;
  user.flags = (raw >> 54 & 1 ? USER_32BIT : 0) | (uint32_t)(raw >> 41 & USER_CONTENTS) |
               (raw >> 41 & 1 ? 0 : USER_READ_ONLY) | (raw >> 55 & 1 ? USER_LIMIT_IN_PAGES : 0) |
               (raw >> 47 & 1 ? 0 : USER_NOT_PRESENT) | (raw >> 52 & 1 ? USER_USEABLE : 0);
  return copy_to_user(call->argument[0], &user, sizeof user) ? 0 : -ERROR_FAULT;
}
