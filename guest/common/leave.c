/* How the kernel goes back to programs, as the command line chose it. */
#include "leave.h"

#include "console.h"
#include "text.h"

static enum leave chosen;

void leave_choose(const char *word) {
  if (text_equals(word, "auto"))
    chosen = LEAVE_AS_ENTERED;
  else if (text_equals(word, "iret"))
    chosen = LEAVE_BY_IRET;
#ifdef __x86_64__
  else if (text_equals(word, "sysret"))
    chosen = LEAVE_BY_SYSRET;
  else
    console_refuse("leave=%s: expected auto, iret or sysret", word);
#else
  else
    console_refuse("leave=%s: expected auto or iret", word);
#endif
}

enum leave leave_chosen(void) {
  return chosen;
}
