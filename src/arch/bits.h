/* Bits and numbers by the names that the manuals give them. */
#ifndef ARCH_BITS_H
#define ARCH_BITS_H

#include <stdint.h>

/* [SDM3 "Control Registers"] */
#define CR0_PE (UINT64_C(1) << 0)
#define CR0_MP (UINT64_C(1) << 1)
#define CR0_EM (UINT64_C(1) << 2)
#define CR0_TS (UINT64_C(1) << 3)
#define CR0_ET (UINT64_C(1) << 4)
#define CR0_NE (UINT64_C(1) << 5)
#define CR0_WP (UINT64_C(1) << 16)
#define CR0_AM (UINT64_C(1) << 18)
#define CR0_NW (UINT64_C(1) << 29)
#define CR0_CD (UINT64_C(1) << 30)
#define CR0_PG (UINT64_C(1) << 31)

#define CR4_VME (UINT64_C(1) << 0)
#define CR4_PVI (UINT64_C(1) << 1)
#define CR4_TSD (UINT64_C(1) << 2)
#define CR4_DE (UINT64_C(1) << 3)
#define CR4_PSE (UINT64_C(1) << 4)
#define CR4_PAE (UINT64_C(1) << 5)
#define CR4_MCE (UINT64_C(1) << 6)
#define CR4_PGE (UINT64_C(1) << 7)
#define CR4_PCE (UINT64_C(1) << 8)
#define CR4_OSFXSR (UINT64_C(1) << 9)
#define CR4_OSXMMEXCPT (UINT64_C(1) << 10)
#define CR4_UMIP (UINT64_C(1) << 11)
#define CR4_LA57 (UINT64_C(1) << 12)
#define CR4_VMXE (UINT64_C(1) << 13)
#define CR4_SMXE (UINT64_C(1) << 14)
#define CR4_FSGSBASE (UINT64_C(1) << 16)
#define CR4_PCIDE (UINT64_C(1) << 17)
#define CR4_OSXSAVE (UINT64_C(1) << 18)
#define CR4_SMEP (UINT64_C(1) << 20)
#define CR4_SMAP (UINT64_C(1) << 21)
#define CR4_PKE (UINT64_C(1) << 22)
#define CR4_CET (UINT64_C(1) << 23)

/* [SDM3 "Debug Control Register (DR7)"] */
#define DR7_ENABLED(index) (UINT64_C(3) << 2 * (index)) /* L and G */
#define DR7_LOCAL UINT64_C(0x55)                        /* L0 to L3: a task switch clears them */
#define DR7_GD (UINT64_C(1) << 13)
#define DR7_ONES UINT64_C(0x400)                      /* reads as 1 */
#define DR7_CONDITION_SHIFT(index) (16 + 4 * (index)) /* R/W in bits 1:0, LEN in bits 3:2 */

/* [SDM3 "Extended Feature Enable Register"], [APM2 "Extended Feature Enable Register (EFER)"] */
#define EFER_SCE (UINT64_C(1) << 0)
#define EFER_LME (UINT64_C(1) << 8)
#define EFER_LMA (UINT64_C(1) << 10)
#define EFER_NXE (UINT64_C(1) << 11)
#define EFER_TCE (UINT64_C(1) << 15) /* AMD */

/* [SDM3 "Enabling or Disabling the Local APIC"]: IA32_APIC_BASE */
#define APIC_BASE_ENABLED (UINT64_C(1) << 11)

/* [SDM3 "Debug Status Register (DR6)"] */
#define DR6_B(index) (UINT32_C(1) << (index))
#define DR6_BD (UINT32_C(1) << 13)
#define DR6_BS (UINT32_C(1) << 14)
#define DR6_ONES UINT64_C(0xffff0ff0) /* read as 1 */
#define DR6_BT (UINT32_C(1) << 15)

/* [SDM1 "EFLAGS Register"] */
#define RFLAGS_CF (UINT64_C(1) << 0)
#define RFLAGS_FIXED (UINT64_C(1) << 1)
#define RFLAGS_PF (UINT64_C(1) << 2)
#define RFLAGS_AF (UINT64_C(1) << 4)
#define RFLAGS_ZF (UINT64_C(1) << 6)
#define RFLAGS_SF (UINT64_C(1) << 7)
#define RFLAGS_TF (UINT64_C(1) << 8)
#define RFLAGS_IF (UINT64_C(1) << 9)
#define RFLAGS_DF (UINT64_C(1) << 10)
#define RFLAGS_OF (UINT64_C(1) << 11)
#define RFLAGS_IOPL_SHIFT 12
#define RFLAGS_IOPL (UINT64_C(3) << RFLAGS_IOPL_SHIFT)
#define RFLAGS_NT (UINT64_C(1) << 14)
#define RFLAGS_RF (UINT64_C(1) << 16)
#define RFLAGS_VM (UINT64_C(1) << 17)
#define RFLAGS_AC (UINT64_C(1) << 18)
#define RFLAGS_VIF (UINT64_C(1) << 19)
#define RFLAGS_VIP (UINT64_C(1) << 20)
#define RFLAGS_ID (UINT64_C(1) << 21)
#define RFLAGS_DEFINED UINT64_C(0x3f7fd7) /* every flag that exists, with bit 1 */

/* [SDM3 "Exception and Interrupt Vectors"] */
enum vector {
  VECTOR_DE = 0,
  VECTOR_DB = 1,
  VECTOR_NMI = 2,
  VECTOR_BP = 3,
  VECTOR_OF = 4,
  VECTOR_BR = 5,
  VECTOR_UD = 6,
  VECTOR_NM = 7,
  VECTOR_DF = 8,
  VECTOR_TS = 10,
  VECTOR_NP = 11,
  VECTOR_SS = 12,
  VECTOR_GP = 13,
  VECTOR_PF = 14,
  VECTOR_MF = 16,
  VECTOR_AC = 17,
  VECTOR_MC = 18,
  VECTOR_XM = 19,
  VECTOR_CP = 21,
};

/* [SDM3 "Error Code"] for selectors and gates */
#define ERROR_EXT UINT32_C(1)
#define ERROR_IDT UINT32_C(2)
#define ERROR_TI UINT32_C(4)

/* [SDM3 "Page-Fault Exceptions"] */
#define PF_PRESENT UINT32_C(1)
#define PF_WRITE UINT32_C(2)
#define PF_USER UINT32_C(4)
#define PF_RESERVED UINT32_C(8)
#define PF_FETCH UINT32_C(16)
#define PF_PROTECTION_KEY UINT32_C(32)

/* Segment attributes, in the layout of struct rs_segment. */
#define SEGMENT_TYPE UINT32_C(0x0f)
#define SEGMENT_ACCESSED UINT32_C(0x01)
#define SEGMENT_WRITABLE UINT32_C(0x02) /* data; readable, of code */
#define SEGMENT_READABLE UINT32_C(0x02)
#define SEGMENT_EXPAND_DOWN UINT32_C(0x04) /* data; conforming, of code */
#define SEGMENT_CONFORMING UINT32_C(0x04)
#define SEGMENT_CODE UINT32_C(0x08)
#define SEGMENT_S UINT32_C(0x10) /* code or data, not system */
#define SEGMENT_DPL_SHIFT 5
#define SEGMENT_DPL UINT32_C(0x60)
#define SEGMENT_P UINT32_C(0x80)
#define SEGMENT_UNUSABLE UINT32_C(0x100)
#define SEGMENT_AVL UINT32_C(0x1000)
#define SEGMENT_L UINT32_C(0x2000)
#define SEGMENT_DB UINT32_C(0x4000)
#define SEGMENT_G UINT32_C(0x8000)

/* MSRs that are views of other state; the rest is in RS_MODEL_SPECIFIC_REGISTERS. */
#define MSR_TSC UINT32_C(0x10)
#define MSR_FS_BASE UINT32_C(0xc0000100)
#define MSR_GS_BASE UINT32_C(0xc0000101)

#define SELECTOR_RPL UINT16_C(3)
#define SELECTOR_TI UINT16_C(4)
#define SELECTOR_INDEX UINT16_C(0xfff8)

#endif
