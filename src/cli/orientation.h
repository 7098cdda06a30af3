/* What `ringside` alone says: what it is, and what to try first. */
#ifndef CLI_ORIENTATION_H
#define CLI_ORIENTATION_H

#include <stdio.h>

/* Names commands that work here and now, as `self`, argv[0], is called; returns the exit status, 0. */
int orientation_print(const char *self, FILE *file);

#endif
