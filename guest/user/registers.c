/* Looks whether a system call keeps the registers it has to keep, and whether anything of the kernel's leaks
 * through those it may change. */
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>

#ifdef __x86_64__
#define COUNT 15 /* rbx rcx rdx rsi rdi rbp r8 to r15, flags */
#define RCX 1
#define R11 9
#define FLAGS 14

/* A call that the kernel does not know must change nothing but RAX, RCX (where it returns to) and R11 (the
 * flags). */
static void call_with_marks(uint64_t *after) {
  __asm__ volatile("pushq %%rbp\n\t"
                   "pushq %0\n\t"
                   "xorl %%eax, %%eax\n\t movl $5000, %%eax\n\t"
                   "movq $101, %%rbx\n\t movq $103, %%rdx\n\t movq $104, %%rsi\n\t movq $105, %%rdi\n\t"
                   "movq $106, %%rbp\n\t movq $107, %%r8\n\t movq $108, %%r9\n\t movq $109, %%r10\n\t"
                   "movq $111, %%r12\n\t movq $112, %%r13\n\t movq $113, %%r14\n\t movq $114, %%r15\n\t"
                   "syscall\n"
                   "1:\tmovq (%%rsp), %%rax\n\t"
                   "movq %%rbx, (%%rax)\n\t movq %%rdx, 16(%%rax)\n\t movq %%rsi, 24(%%rax)\n\t"
                   "movq %%rdi, 32(%%rax)\n\t movq %%rbp, 40(%%rax)\n\t movq %%r8, 48(%%rax)\n\t"
                   "movq %%r9, 56(%%rax)\n\t movq %%r10, 64(%%rax)\n\t movq %%r12, 80(%%rax)\n\t"
                   "movq %%r13, 88(%%rax)\n\t movq %%r14, 96(%%rax)\n\t movq %%r15, 104(%%rax)\n\t"
                   "leaq 1b(%%rip), %%rdx\n\t subq %%rdx, %%rcx\n\t movq %%rcx, 8(%%rax)\n\t"
                   "movq %%r11, 72(%%rax)\n\t pushfq\n\t popq 112(%%rax)\n\t"
                   "popq %%rax\n\t"
                   "popq %%rbp"
                   : "+D"(after)
                   :
                   : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                     "cc", "memory");
}
#else
#define COUNT 7 /* ebx ecx edx esi edi ebp flags */

static void call_with_marks(uint32_t *after) {
  __asm__ volatile("pushl %%ebx\n\t pushl %%ebp\n\t pushl %0\n\t"
                   "xorl %%eax, %%eax\n\t movl $5000, %%eax\n\t"
                   "movl $101, %%ebx\n\t movl $102, %%ecx\n\t movl $103, %%edx\n\t movl $104, %%esi\n\t"
                   "movl $105, %%edi\n\t movl $106, %%ebp\n\t"
                   "int $0x80\n\t"
                   "movl (%%esp), %%eax\n\t"
                   "movl %%ebx, (%%eax)\n\t movl %%ecx, 4(%%eax)\n\t movl %%edx, 8(%%eax)\n\t"
                   "movl %%esi, 12(%%eax)\n\t movl %%edi, 16(%%eax)\n\t movl %%ebp, 20(%%eax)\n\t"
                   "pushfl\n\t popl 24(%%eax)\n\t"
                   "popl %%eax\n\t popl %%ebp\n\t popl %%ebx"
                   : "+D"(after)
                   :
                   : "eax", "ecx", "edx", "esi", "cc", "memory");
}
#endif

int main(void) {
  uintptr_t after[COUNT] = { 0 };
  call_with_marks(after);
  for (unsigned i = 0; i < COUNT; i++)
    printf("%u: %lu\n", i, (unsigned long)after[i]);
  return 0;
}
