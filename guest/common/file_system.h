/* What the root directory holds before the program runs. */
#ifndef GUEST_FILE_SYSTEM_H
#define GUEST_FILE_SYSTEM_H

struct boot_info;
struct inode;

/* Makes /dev, /proc/self/exe and /tmp, and fills the root from the modules behind the first. One whose text
 * is "file=PATH mode=OCTAL", percent-encoded, becomes that file, with the directories on the way; every other
 * is a cpio archive. Refuses a module that is neither. Last, the program appears as /NAME, unless the
 * archives brought one of that name. */
void file_system_create(const struct boot_info *info);

/* The program: the first module. */
struct inode *file_system_program(const struct boot_info *info, const char *name);

#endif
