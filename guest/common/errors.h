/* Linux's error numbers, as system calls return them negated. */
#ifndef GUEST_ERRORS_H
#define GUEST_ERRORS_H

enum error_number {
  ERROR_PERM = 1,
  ERROR_NOENT = 2,
  ERROR_SRCH = 3,
  ERROR_INTR = 4,
  ERROR_IO = 5,
  ERROR_NXIO = 6,
  ERROR_TOO_BIG = 7,
  ERROR_NOEXEC = 8,
  ERROR_BADF = 9,
  ERROR_CHILD = 10,
  ERROR_AGAIN = 11,
  ERROR_NOMEM = 12,
  ERROR_ACCES = 13,
  ERROR_FAULT = 14,
  ERROR_BUSY = 16,
  ERROR_EXIST = 17,
  ERROR_NODEV = 19,
  ERROR_NOTDIR = 20,
  ERROR_ISDIR = 21,
  ERROR_INVAL = 22,
  ERROR_NFILE = 23,
  ERROR_MFILE = 24,
  ERROR_NOTTY = 25,
  ERROR_FBIG = 27,
  ERROR_NOSPC = 28,
  ERROR_SPIPE = 29,
  ERROR_PIPE = 32,
  ERROR_RANGE = 34,
  ERROR_NAMETOOLONG = 36,
  ERROR_NOSYS = 38,
  ERROR_NOTEMPTY = 39,
  ERROR_LOOP = 40,
  ERROR_INTR_ALWAYS = 513, /* the kernel's own: ERROR_INTR, also where a handler lets calls begin anew */
};

#endif
