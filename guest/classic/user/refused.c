/* What the kernel refuses a call, and what the processor refuses a program: each of the latter in a child of
 * its own. */
#include "library.h"

#define SEGMENT_END ((char *)0x4000000)
#define NOT_REFUSED 99

int main(void);

void load_kernel_data(void);
void jump_to_kernel_code(void);
void jump_to_task(void);
void use_kernel_gate(void);
void return_to_ring_0(void);
void return_to_no_task(void);
void stop_interrupts(void);
void write_port(void);
void load_another_ldt(void);
void jump_past_code(void);
void return_past_stack(void);
void read_past_data(void);
void read_kernel(void);
void read_another_task(void);

static void told(const char *what, int result) {
  if (result < 0)
    print("%s: -1, errno %u\n", what, errno);
  else
    print("%s: %u\n", what, result);
}

static void try_calls(int nothing) {
  told("no such number", no_such_call());
  told("a call that is not there", execve("hello", 0, 0));
  told("descriptor out of range", write(20, "x", 1));
  told("descriptor not open", write(19, "x", 1));
  told("descriptor for reading", write(0, "x", 1));
  told("close what is closed", close(19));
  told("negative count", write(nothing, SEGMENT_END, -1));
  told("file that does not exist", open("nowhere", O_RDONLY, 0));
}

/* A null pointer is the program's first byte: the segment begins there. */
static void try_pointers(int nothing) {
  told("from the segment's first byte", write(nothing, (char *)0, 1));
  told("to the segment's last byte", write(nothing, SEGMENT_END - 4, 4));
  told("across the segment's end", write(nothing, SEGMENT_END - 4, 5));
  told("from the segment's end", write(nothing, SEGMENT_END, 1));
  told("with an end that wraps", write(nothing, (char *)-1, 2));
  told("read across the segment's end", read(0, SEGMENT_END - 1, 2));
  told("a name past the segment's end", open(SEGMENT_END, O_RDONLY, 0));
  told("pipe past the segment's end", pipe((int *)(SEGMENT_END - 4)));
}

static void try_in_child(const char *what, void (*attempt)(void)) {
  int status;
  if (fork() == 0) {
    attempt();
    exit(NOT_REFUSED);
  }
  waitpid(-1, &status, 0);
  if (ENDED_BY_SIGNAL(status))
    print("%s: ended by signal %u\n", what, ENDED_BY_SIGNAL(status));
  else
    print("%s: not refused\n", what);
}

static void try_processor(void) {
  try_in_child("the kernel's data segment", load_kernel_data);
  try_in_child("the kernel's code by a jump", jump_to_kernel_code);
  try_in_child("the kernel's code by a return", return_to_ring_0);
  try_in_child("the kernel's task", jump_to_task);
  try_in_child("a gate of the kernel's", use_kernel_gate);
  try_in_child("a return to a task before it", return_to_no_task);
  try_in_child("the interrupt flag", stop_interrupts);
  try_in_child("a port", write_port);
  try_in_child("another LDT", load_another_ldt);
  try_in_child("a jump past the end of the code", jump_past_code);
  try_in_child("a return by words past the end of the stack", return_past_stack);
}

/* Only the limit of the data segment forbids these. Emulators do not check it at every access: there, pages
 * stop the first two, and nothing the last. */
static void try_limits(void) {
  try_in_child("bytes past the end of the data", read_past_data);
  try_in_child("the kernel by a wrapping offset", read_kernel);
  try_in_child("another task by a wrapping offset", read_another_task);
}

int main(void) {
  int nothing = open("/dev/null", O_WRONLY, 0);
  try_calls(nothing);
  try_pointers(nothing);
  try_processor();
  try_limits();
  return 0;
}
