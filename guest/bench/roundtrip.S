/* A multiboot 1 image that does COUNT round trips between ring 3 and ring 0 of long mode, or COUNT iterations of a
 * ring-3 loop, and exits through the isa-debug-exit port with DONE; with UNEXPECTED when anything else came.
 *
 * Command line: how=int80|syscall|loop3|loop8|loop30 n=COUNT (1 to 2^32-1). */
#include "host_device.h"
#include "loops.inc"
#include "parameters.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_INFO_COMMAND_LINE 16

#define KERNEL_CS 0x08
#define KERNEL_SS 0x10
#define SYSRET_BASE 0x18 /* SYSRET takes SS = base + 8 and CS = base + 16 [SDM2 "SYSRET"] */
#define USER_SS (SYSRET_BASE + 8 + 3)
#define USER_CS (SYSRET_BASE + 16 + 3)
#define TSS_SELECTOR 0x30

#define PAGE_PRESENT 1
#define PAGE_WRITABLE 2
#define PAGE_USER 4
#define PAGE_SIZE 4096

#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_FMASK 0xc0000084
#define EFER_SCE_LME 0x101
#define CR0_PG_WP 0x80010000
#define CR4_PAE 0x20

#define VECTOR_SYSTEM_CALL 0x80
#define VECTOR_DONE 0x81
#define INTERRUPT_GATE 0x8e00
#define USER_INTERRUPT_GATE 0xee00

    .section .multiboot, "a"
    .balign 4
    .long MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC

    .text
    .code32
    .global start
start:
    movl $boot_stack_top, %esp
    movl MULTIBOOT_INFO_COMMAND_LINE(%ebx), %ebp
    pushl %ebp
    call parameter_how
    movl %eax, how
    call parameter_count
    movl %eax, count
    call fill_page_tables
    call fill_idt
    call enable_long_mode
    lgdt gdt_register
    lidt idt_register
    ljmp $KERNEL_CS, $start64

/* Identity for the first 2 MiB in 4 KiB pages; only what lies from user_start to user_end is for ring 3. */
fill_page_tables:
    movl $pdpt + PAGE_PRESENT + PAGE_WRITABLE + PAGE_USER, pml4
    movl $pd + PAGE_PRESENT + PAGE_WRITABLE + PAGE_USER, pdpt
    movl $pt + PAGE_PRESENT + PAGE_WRITABLE + PAGE_USER, pd
    xorl %eax, %eax
    movl $pt, %edi
1:
    movl %eax, %edx
    orl $PAGE_PRESENT + PAGE_WRITABLE, %edx
    cmpl $user_start, %eax
    jb 2f
    cmpl $user_end, %eax
    jae 2f
    orl $PAGE_USER, %edx
2:
    movl %edx, (%edi)
    addl $8, %edi
    addl $PAGE_SIZE, %eax
    cmpl $512 * PAGE_SIZE, %eax
    jb 1b
    ret

fill_idt:
    movl $idt, %edi
    movl $256, %ecx
1:
    movl $unexpected, %eax
    movl $INTERRUPT_GATE, %edx
    call write_gate
    addl $16, %edi
    loop 1b
    movl $idt + 16 * VECTOR_SYSTEM_CALL, %edi
    movl $entry_int80, %eax
    movl $USER_INTERRUPT_GATE, %edx
    call write_gate
    movl $idt + 16 * VECTOR_DONE, %edi
    movl $done, %eax
    movl $USER_INTERRUPT_GATE, %edx
    call write_gate
    ret

/* EDI: the gate; EAX: the handler; EDX: the gate's type, DPL and P. The upper half stays zero. */
write_gate:
    movw %ax, (%edi)
    movw $KERNEL_CS, 2(%edi)
    movw %dx, 4(%edi)
    shrl $16, %eax
    movw %ax, 6(%edi)
    ret

enable_long_mode:
    movl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $pml4, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_SCE_LME, %eax
    wrmsr
    movl %cr0, %eax
    orl $CR0_PG_WP, %eax
    movl %eax, %cr0
    ret

    .code64
start64:
    movl $KERNEL_SS, %eax
    movl %eax, %ss
    movl %eax, %ds
    movl %eax, %es
    movl $TSS_SELECTOR, %eax
    ltr %ax
    movl $MSR_STAR, %ecx
    xorl %eax, %eax
    movl $SYSRET_BASE << 16 | KERNEL_CS, %edx
    wrmsr
    movl $MSR_LSTAR, %ecx
    movl $entry_syscall, %eax
    xorl %edx, %edx
    wrmsr
    movl $MSR_FMASK, %ecx
    movl $0x700, %eax
    wrmsr
    movl $how, %edi
    movl (%rdi), %eax
    movl 4(%rdi), %ebx
    movl $user_data, %esi
    movl $user_stack_top, %edx
    pushq $USER_SS
    pushq %rdx
    pushq $2
    pushq $USER_CS
    movl $user_entry, %edi
    movl (%rdi,%rax,4), %eax
    pushq %rax
    iretq

entry_int80:
    iretq

entry_syscall:
    sysretq

unexpected:
    movl $UNEXPECTED, %eax
    outl %eax, $DEBUG_EXIT_PORT
done:
    movl $DONE, %eax
    outl %eax, $DEBUG_EXIT_PORT
1:
    hlt
    jmp 1b

    .section .user, "ax"
    .balign PAGE_SIZE
user_start:
user_int80:
    int $VECTOR_SYSTEM_CALL
    decl %ebx
    jnz user_int80
    int $VECTOR_DONE

user_syscall:
    syscall
    decl %ebx
    jnz user_syscall
    int $VECTOR_DONE

user_loop3:
    movl %ebx, %ecx
    loop3_body
    int $VECTOR_DONE

user_loop8:
    movl %ebx, %ecx
    loop8_body
    int $VECTOR_DONE

user_loop30:
    movl %ebx, %ecx
    loop30_body
    int $VECTOR_DONE

user_unknown:
    ud2

    .section .user_data, "aw"
    .balign PAGE_SIZE
user_data:
    .skip PAGE_SIZE
user_stack:
    .skip PAGE_SIZE
user_stack_top:
user_end:

    .data
    .balign 8
user_entry:
    .long user_int80, user_syscall, user_loop3, user_loop8, user_loop30, user_unknown
gdt:
    .quad 0
    .quad 0x00af9a000000ffff /* KERNEL_CS: 64-bit code */
    .quad 0x00cf92000000ffff /* KERNEL_SS: data */
    .quad 0x00cffa000000ffff /* SYSRET_BASE: 32-bit code, DPL 3 */
    .quad 0x00cff2000000ffff /* USER_SS: data, DPL 3 */
    .quad 0x00affa000000ffff /* USER_CS: 64-bit code, DPL 3 */
    .word tss_end - tss - 1  /* TSS_SELECTOR: an available 64-bit TSS; the image lies at 1 MiB */
    .word tss_low
    .byte tss_middle, 0x89, 0, 0
    .quad 0
gdt_end:
    .balign 4
    .word 0
gdt_register:
    .word gdt_end - gdt - 1
    .long gdt
    .balign 4
    .word 0
idt_register:
    .word 256 * 16 - 1
    .long idt
    .balign 16
    .global tss
tss: /* RSP0 at offset 4; the I/O map's base lies past the limit: no port for ring 3 */
    .long 0
    .long kernel_stack_top, 0
    .skip 90
    .word tss_end - tss
tss_end:

    .bss
how:
    .skip 4
count:
    .skip 4
    .balign PAGE_SIZE
pml4:
    .skip PAGE_SIZE
pdpt:
    .skip PAGE_SIZE
pd:
    .skip PAGE_SIZE
pt:
    .skip PAGE_SIZE
idt:
    .skip PAGE_SIZE
kernel_stack:
    .skip PAGE_SIZE
kernel_stack_top:
boot_stack:
    .skip PAGE_SIZE
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
