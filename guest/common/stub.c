/* Choosing the entry instruction of programs and mapping the stub that holds it. */
#include "stub.h"

#include "bits.h"
#include "console.h"
#include "layout.h"
#include "processor.h"
#include "task.h"
#include "text.h"
#include "trap_calls.h"
#include "user_memory.h"

#define STUB(name) extern const char stub_##name[], stub_##name##_end[];
STUB(int80)
STUB(sysenter)
STUB(syscall)
STUB(callgate)
STUB(ud2)
STUB(locknop)

/* What an entry needs beyond a 32-bit program. */
enum need { NEEDS_NOTHING, NEEDS_SYSENTER, NEEDS_SYSCALL };

/* The stub, a shared object of at most a page, by the word that chooses it; best first. */
static const struct stub {
  const char *word, *image, *end;
  enum need need;
  bool for_wide; /* 64-bit programs may enter so, without a stub */
} stubs[] = {
  { "syscall", stub_syscall, stub_syscall_end, NEEDS_SYSCALL, true },
  { "sysenter", stub_sysenter, stub_sysenter_end, NEEDS_SYSENTER, false },
  { "int80", stub_int80, stub_int80_end, NEEDS_NOTHING, false },
  { "callgate", stub_callgate, stub_callgate_end, NEEDS_NOTHING, false },
  { "ud2", stub_ud2, stub_ud2_end, NEEDS_NOTHING, true },
  { "locknop", stub_locknop, stub_locknop_end, NEEDS_NOTHING, true },
};

static const struct stub *chosen;

static bool available(const struct stub *stub) {
  if (stub->need == NEEDS_SYSENTER) return processor.sysenter;
  return stub->need == NEEDS_NOTHING || processor.syscall32;
}

/* Of `auto` the first that is available. */
static const struct stub *find(const char *entry) {
  bool automatic = text_equals(entry, "auto");
  for (const struct stub *stub = stubs; stub < stubs + sizeof stubs / sizeof *stubs; stub++)
    if (automatic ? available(stub) : text_equals(entry, stub->word)) return stub;
  console_refuse("entry=%s: expected auto, syscall, sysenter, int80, callgate, ud2 or locknop", entry);
}

void stub_choose(const char *entry, bool wide_program) {
  chosen = find(entry);
  trap_calls_choose(chosen->word);
  if (wide_program) {
    if (!chosen->for_wide && !text_equals(entry, "auto"))
      console_refuse("entry=%s: 64-bit programs enter by syscall, or by ud2 or locknop", entry);
    if (!available(chosen)) chosen = find("auto"); /* for a 32-bit program that it executes */
  } else if (!available(chosen)) {
    console_refuse(
        chosen->need == NEEDS_SYSENTER
            ? "entry=sysenter: 32-bit programs have it on Intel processors only"
            : "entry=syscall: 32-bit programs have it on AMD processors under the x86-64 kernel only");
  }
}

bool stub_map(struct task *task) {
  return user_map(task, USER32_STUB, PAGE_SIZE, USER_READ | USER_WRITE) == 0 &&
         copy_to_user(USER32_STUB, chosen->image, (size_t)(chosen->end - chosen->image)) &&
         user_protect(task, USER32_STUB, PAGE_SIZE, USER_READ | USER_EXECUTE) == 0;
}
