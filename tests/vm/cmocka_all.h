/* cmocka with everything it needs included before it. */
#ifndef TESTS_VM_CMOCKA_ALL_H
#define TESTS_VM_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
