/* How the kernel goes back to programs, as the command line chose it. */
#ifndef GUEST_LEAVE_H
#define GUEST_LEAVE_H

enum leave {
  LEAVE_AS_ENTERED, /* by the instruction that matches the entry, where it can */
  LEAVE_BY_IRET,    /* always: what came by SYSCALL, SYSENTER or a gate, too */
  LEAVE_BY_SYSRET,  /* 64-bit programs, also after INT: RCX and R11 change then */
};

/* leave=auto, iret or sysret; refuses other words, and what the kernel cannot do. */
void leave_choose(const char *word);
enum leave leave_chosen(void);

#endif
