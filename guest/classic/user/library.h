/* The library of the classic kernel's programs. */
#ifndef GUEST_CLASSIC_LIBRARY_H
#define GUEST_CLASSIC_LIBRARY_H

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100

/* What waitpid tells of an end. */
#define ENDED_BY_SIGNAL(status) ((status)&0x7f)
#define EXIT_CODE(status) ((status) >> 8)

extern int errno;

_Noreturn void exit(int code);
int fork(void);
int read(int descriptor, void *bytes, int count);
int write(int descriptor, const void *bytes, int count);
int open(const char *name, int flags, int mode);
int close(int descriptor);
int waitpid(int pid, int *status, int options);
int execve(const char *name, char *const *arguments, char *const *environment);
int lseek(int descriptor, int offset, int whence);
int getpid(void);
int dup(int descriptor);
int pipe(int descriptors[2]);
int getppid(void);
int no_such_call(void);

/* Formats a line (%s, %u) and writes it to standard output by one call. */
void print(const char *format, ...);

#endif
