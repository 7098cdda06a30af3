/* Ends by a signal, in the way that its argument names. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_null(void) {
  __asm__ volatile("mov 16, %%eax" : : : "eax");
}

static void write_constant(void) {
  static const int constant = 1;
  *(volatile int *)(uintptr_t)&constant = 2;
}

/* A page that holds data cannot be run where the processor can say so; 32-bit paging without NX cannot. */
static void run_null(void) {
  ((void (*)(void))16)();
}

static void divide(void) {
  __asm__ volatile("xor %%ecx, %%ecx; div %%ecx" : : : "eax", "ecx", "edx");
}

static void undefined(void) {
  __asm__ volatile("ud2");
}

static void breakpoint(void) {
  __asm__ volatile("int3");
}

static void step(void) {
#ifdef __x86_64__
  __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop" : : : "memory");
#else
  __asm__ volatile("pushfl; orl $0x100, (%%esp); popfl; nop" : : : "memory");
#endif
}

static void clear_interrupts(void) {
  __asm__ volatile("cli");
}

static void halt(void) {
  __asm__ volatile("hlt");
}

static void read_port(void) {
  __asm__ volatile("inb $0x80, %%al" : : : "eax");
}

static void gate_of_the_kernel(void) {
  __asm__ volatile("int $13");
}

static void gate_that_is_none(void) {
  __asm__ volatile("int $0x90");
}

static void write_register(void) {
  __asm__ volatile("wrmsr" : : "a"(0), "c"(0x174), "d"(0));
}

static void read_kernel(void) {
#ifdef __x86_64__
  uintptr_t address = 0xffffffff80101000;
#else
  uintptr_t address = 0xffffd000;
#endif
  *(volatile char *)address;
}

static void raise_user_signal(void) {
  raise(SIGUSR1);
}

static const struct {
  const char *name;
  void (*run)(void);
} ways[] = {
  { "read-null", read_null },
  { "write-constant", write_constant },
  { "run-null", run_null },
  { "divide", divide },
  { "undefined", undefined },
  { "breakpoint", breakpoint },
  { "step", step },
  { "cli", clear_interrupts },
  { "hlt", halt },
  { "port", read_port },
  { "gate", gate_of_the_kernel },
  { "no-gate", gate_that_is_none },
  { "wrmsr", write_register },
  { "read-kernel", read_kernel },
  { "abort", abort },
  { "signal", raise_user_signal },
};

int main(int count, char **arguments) {
  for (unsigned i = 0; count == 2 && i < sizeof ways / sizeof ways[0]; i++) {
    if (strcmp(arguments[1], ways[i].name) != 0) continue;
    puts(ways[i].name);
    fflush(stdout);
    ways[i].run();
  }
  return 1;
}
