/* Processor bits by the manuals' names, as the kernels use them; for assembler and C. */
#ifndef GUEST_BITS_H
#define GUEST_BITS_H

/* [SDM3 "Control Registers"] */
#define CR0_PE 0x1
#define CR0_MP 0x2
#define CR0_EM 0x4
#define CR0_TS 0x8
#define CR0_ET 0x10
#define CR0_NE 0x20
#define CR0_WP 0x10000
#define CR0_AM 0x40000
#define CR0_NW 0x20000000
#define CR0_CD 0x40000000
#define CR0_PG 0x80000000
#define CR4_TSD 0x4
#define CR4_DE 0x8
#define CR4_PSE 0x10
#define CR4_PAE 0x20
#define CR4_PGE 0x80
#define CR4_PCE 0x100
#define CR4_OSFXSR 0x200
#define CR4_OSXMMEXCPT 0x400
#define CR4_UMIP 0x800
#define CR4_LA57 0x1000
#define CR4_FSGSBASE 0x10000
#define CR4_PCIDE 0x20000
#define CR4_SMEP 0x100000
#define CR4_SMAP 0x200000

/* [SDM4 "Model-Specific Registers (MSRs)"] */
#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_FMASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define EFER_SCE 0x1
#define EFER_LME 0x100
#define EFER_LMA 0x400
#define EFER_NXE 0x800

/* [SDM1 "EFLAGS Register"] */
#define FLAGS_FIXED 0x2
#define FLAGS_TF 0x100
#define FLAGS_IF 0x200
#define FLAGS_DF 0x400
#define FLAGS_IOPL 0x3000
#define FLAGS_NT 0x4000
#define FLAGS_RF 0x10000
#define FLAGS_VM 0x20000
#define FLAGS_AC 0x40000

/* [SDM3 "Paging"]; the bits that software may use hold what the kernel knows of a page. */
#define PAGE_SIZE 0x1000
#define PAGE_PRESENT 0x1
#define PAGE_WRITE 0x2
#define PAGE_USER 0x4
#define PAGE_LARGE 0x80
#define PAGE_DIRTY 0x40
#define PAGE_GLOBAL 0x100
#define PAGE_NO_EXECUTE (1ull << 63)
#define PAGE_HELD 0x200 /* the address is in use, present or not */
#define PAGE_COPY 0x400 /* a write gets a copy of its own */
#define PAGE_FAULT_PRESENT 0x1
#define PAGE_FAULT_WRITE 0x2

/* [SDM2 "CPUID"] */
#define CPUID_1_EDX_PSE (1u << 3)
#define CPUID_1_EDX_SEP (1u << 11)
#define CPUID_1_EDX_PGE (1u << 13)
#define CPUID_1_EDX_FXSR (1u << 24)
#define CPUID_7_EBX_FSGSBASE (1u << 0)
#define CPUID_7_EBX_SMEP (1u << 7)
#define CPUID_7_EBX_SMAP (1u << 20)
#define CPUID_7_ECX_UMIP (1u << 2)
#define CPUID_7_ECX_LA57 (1u << 16)
#define CPUID_EXTENDED_EDX_NX (1u << 20)
#define CPUID_EXTENDED_EDX_LM (1 << 29)

#define VECTOR_DB 1
#define VECTOR_NMI 2
#define VECTOR_BP 3
#define VECTOR_OF 4
#define VECTOR_UD 6
#define VECTOR_DF 8
#define VECTOR_GP 13
#define VECTOR_PF 14
#define VECTOR_TIMER 0x20    /* IRQ 0 */
#define VECTOR_SPURIOUS 0x27 /* IRQ 7, which nobody asked for */

#endif
