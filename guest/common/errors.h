/* Linux's error numbers, as system calls return them negated. */
#ifndef GUEST_ERRORS_H
#define GUEST_ERRORS_H

enum error_number {
  ERROR_PERM = 1,
  ERROR_NOENT = 2,
  ERROR_SRCH = 3,
  ERROR_INTR = 4,
  ERROR_BADF = 9,
  ERROR_NOMEM = 12,
  ERROR_ACCES = 13,
  ERROR_FAULT = 14,
  ERROR_NODEV = 19,
  ERROR_INVAL = 22,
  ERROR_MFILE = 24,
  ERROR_NOTTY = 25,
  ERROR_SPIPE = 29,
  ERROR_RANGE = 34,
  ERROR_NAMETOOLONG = 36,
  ERROR_NOSYS = 38,
};

#endif
