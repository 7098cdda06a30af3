/* Linux system calls as its two x86 ABIs number them: names, and what each argument is. */
#ifndef TRACE_LINUX_H
#define TRACE_LINUX_H

#include <stdint.h>

/* `arguments` has one letter for each argument, and ends with "=x" when the result is an address:
 *
 *   a  directory fd, AT_FDCWD by name    O  flags of open          s  string
 *   b  bytes, counted by the next one    o  octal                  u  unsigned, as wide as a register
 *   d  int                               P  PROT_*                 x  hexadecimal
 *   f  file descriptor                   p  pointer                z  size
 *   l  long                              S  signal
 *   A  AT_* flags                        C  clock
 *   c  ARCH_*                            G  GRND_*
 *   W  whence of a seek
 *   M  MAP_*                             m  octal, only there when the argument before says O_CREAT
 *
 * NULL: not known; all six registers are shown. */
struct linux_call {
  const char *name;
  const char *arguments;
};

/* NULL for numbers that are not in use. */
const struct linux_call *linux_x86_64_call(uint64_t number);
const struct linux_call *linux_i386_call(uint64_t number);
const struct linux_call *linux_shared_call(uint64_t number); /* what the two ask at last */

/* "EFAULT", "SIGSEGV"; NULL for numbers that are not in use. Both ABIs have the same. */
const char *linux_errno_name(uint64_t number);
const char *linux_signal_name(uint64_t number);

/* "CLOCK_MONOTONIC", "SEEK_SET", "ARCH_SET_FS"; NULL for others. */
const char *linux_clock_name(uint64_t number);
const char *linux_whence_name(uint64_t number);
const char *linux_arch_prctl_name(uint64_t code);

#endif
