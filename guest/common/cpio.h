/* Unpacking a cpio archive into the root directory. */
#ifndef GUEST_CPIO_H
#define GUEST_CPIO_H

#include <stddef.h>

/* Takes the "new ASCII" format, 070701 [cpio(5)]. Files' bytes stay where they are in the archive until they
 * are written to. NULL, or a sentence that says what is wrong, and *at the offset where. What was unpacked
 * before stays. */
const char *cpio_unpack(const void *archive, size_t size, size_t *at);

#endif
