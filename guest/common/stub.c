/* Choosing the entry instruction of 32-bit programs and mapping the stub that holds it. */
#include "stub.h"

#include "bits.h"
#include "console.h"
#include "layout.h"
#include "processor.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

extern const char stub_int80[], stub_int80_end[];
extern const char stub_sysenter[], stub_sysenter_end[];
extern const char stub_syscall[], stub_syscall_end[];

/* A shared object of at most a page. */
struct stub {
  const char *image, *end;
};

static const struct stub by_int80 = { stub_int80, stub_int80_end };
static const struct stub by_sysenter = { stub_sysenter, stub_sysenter_end };
static const struct stub by_syscall = { stub_syscall, stub_syscall_end };

static const struct stub *chosen = &by_int80;

static const struct stub *best(void) {
  if (processor.syscall32) return &by_syscall;
  return processor.sysenter ? &by_sysenter : &by_int80;
}

void stub_choose(const char *entry, bool wide_program) {
  bool automatic = text_equals(entry, "auto");
  if (wide_program) {
    if (!automatic && !text_equals(entry, "syscall"))
      console_refuse("entry=%s: 64-bit programs enter by syscall", entry);
  } else if (automatic) {
    chosen = best();
  } else if (text_equals(entry, "int80")) {
    chosen = &by_int80;
  } else if (text_equals(entry, "sysenter")) {
    if (!processor.sysenter)
      console_refuse("entry=sysenter: 32-bit programs have it on Intel processors only");
    chosen = &by_sysenter;
  } else if (text_equals(entry, "syscall")) {
    if (!processor.syscall32)
      console_refuse("entry=syscall: 32-bit programs have it on AMD processors under the x86-64 kernel only");
    chosen = &by_syscall;
  } else {
    console_refuse("entry=%s: expected auto, syscall, int80 or sysenter", entry);
  }
}

bool stub_map(struct task *task) {
  return user_map(task, USER32_STUB, PAGE_SIZE, USER_READ | USER_WRITE) == 0 &&
         copy_to_user(USER32_STUB, chosen->image, (size_t)(chosen->end - chosen->image)) &&
         user_protect(task, USER32_STUB, PAGE_SIZE, USER_READ | USER_EXECUTE) == 0;
}
