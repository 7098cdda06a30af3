/* A program's memory: mapping, protecting and moving its pages, and copying to and from it. */
#ifndef GUEST_USER_MEMORY_H
#define GUEST_USER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

/* Linux's numbers of PROT_. */
enum { USER_READ = 1, USER_WRITE = 2, USER_EXECUTE = 4 };

/* Whether [start, start + size) lies within the program's addresses. */
bool user_range_fits(const struct task *task, uintptr_t start, uint64_t size);

/* All below take whole pages within the program's range, and return 0 or a negative error number. */

/* Maps fresh zeroed pages where nothing is mapped; at -ENOMEM nothing is. */
long user_map(struct task *task, uintptr_t start, size_t size, unsigned protection);
void user_unmap(struct task *task, uintptr_t start, size_t size);
long user_protect(struct task *task, uintptr_t start, size_t size, unsigned protection);

/* Fills pages with zeros, whatever their protection. */
long user_clear(struct task *task, uintptr_t start, size_t size);

/* Moves mapped pages to where nothing is mapped. */
long user_move(struct task *task, uintptr_t from, uintptr_t to, size_t size);

/* Whether any, or every, page of a range is in use. */
bool user_any_mapped(struct task *task, uintptr_t start, size_t size);
bool user_all_mapped(struct task *task, uintptr_t start, size_t size);

/* The highest free stretch of `size` bytes below the task's mmap_top; 0 when there is none. */
uintptr_t user_find_gap(struct task *task, size_t size);

/* Maps a page of the stack that a fault at `address` asks for; false when it is not the stack's. */
bool user_grow_stack(struct task *task, uintptr_t address);

/* How the program's pointers are checked: user_pointers=fixup, range or mapping; refuses other words. All
 * three refuse what lies outside the program's addresses.
 *
 *   fixup    then the copy is made, and a fault ends it through the exception table
 *   mapping  then the page tables are walked first, and nothing faults
 *   range    nothing more: a fault ends the program */
void user_pointers_choose(const char *word);

/* Whether a fault of the kernel at `pc` is due to a pointer of which the range alone was checked. */
bool user_pointer_trusted(uintptr_t pc);

/* Copies for the running task; false when a part of the range is not the program's or not mapped so. */
bool copy_from_user(void *to, uintptr_t from, size_t size);
bool copy_to_user(uintptr_t to, const void *from, size_t size);

/* Copies as far as it goes; how many bytes went. */
size_t copy_some_from_user(void *to, uintptr_t from, size_t size);
size_t copy_some_to_user(uintptr_t to, const void *from, size_t size);

/* Copies a terminated string of less than `size` bytes: its length, -EFAULT or -ENAMETOOLONG. */
long copy_string_from_user(char *to, uintptr_t from, size_t size);

#endif
