/* The system calls, numbered as Linux 0.12 has them. */
#ifndef GUEST_CLASSIC_SYSCALLS_H
#define GUEST_CLASSIC_SYSCALLS_H

#include <stdint.h>

/* Each takes EBX, ECX and EDX as far as it wants them, and returns a result or a negative error number.
 * Pointers are offsets in the program's data segment. */
long sys_exit(uint32_t code);
long sys_fork(void);
long sys_read(uint32_t descriptor, uint32_t buffer, int32_t count);
long sys_write(uint32_t descriptor, uint32_t buffer, int32_t count);
long sys_open(uint32_t name, uint32_t flags, uint32_t mode);
long sys_close(uint32_t descriptor);
long sys_waitpid(int32_t pid, uint32_t status_offset, uint32_t options);
long sys_creat(uint32_t name, uint32_t mode);
long sys_lseek(uint32_t descriptor, int32_t offset, uint32_t whence);
long sys_getpid(void);
long sys_dup(uint32_t descriptor);
long sys_pipe(uint32_t descriptors);
long sys_getppid(void);

#endif
