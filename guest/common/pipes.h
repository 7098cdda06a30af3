/* Pipes: bytes that one side writes and another reads, in order. */
#ifndef GUEST_PIPES_H
#define GUEST_PIPES_H

struct file;

/* Makes one: files[0] reads, files[1] writes, each with one reference; 0 or -ENOMEM. */
long pipe_create(struct file *files[2], unsigned flags);

#endif
