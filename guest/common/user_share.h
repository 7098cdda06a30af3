/* Address spaces as wholes: shared page by page until one side writes, and given up. */
#ifndef GUEST_USER_SHARE_H
#define GUEST_USER_SHARE_H

#include <stdbool.h>
#include <stdint.h>

struct address_space;
struct task;

/* Makes `to` a copy of the running task's `from`: pages that can be written become read-only in both until a
 * write copies them. False when memory is out; then there is no copy. */
bool user_share_space(struct address_space *to, const struct address_space *from);

/* Lets the running program write where a fault at `address` says that it did; false when it may not. */
bool user_copy_on_write(const struct address_space *space, uintptr_t address);

/* Makes good what a page was not yet: a page of the stack is mapped, one that is copied when it is written to
 * is copied. False when the program may not have it so. */
bool user_mend_page(struct task *task, uintptr_t address, bool present, bool write);

/* Makes a page that is in use the space's own, with the rights that it has; false when memory is out. */
bool user_own_page(const struct address_space *space, uintptr_t address);

/* Frees all pages and tables of a space; where the processor uses them, it has the kernel's own tables then.
 */
void user_free_space(struct address_space *space);

#endif
