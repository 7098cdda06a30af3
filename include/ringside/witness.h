/* What a witnessed run found: where the engine's own execution left another state than the one predicted. */
#ifndef RINGSIDE_WITNESS_H
#define RINGSIDE_WITNESS_H

#include "ringside/cpu.h"
#include "ringside/instruction.h"

/* The engine's known errors, which a witnessed run allows (docs/witness.md): X(NAME, name, what the engine
 * does, where the manual says otherwise). */
#define RS_ENGINE_ERRORS(X)                                                                                  \
  X(TRANSFER_ACCESSED, "transfer-accessed",                                                                  \
    "far transfers and returns leave the accessed bits of segments clear",                                   \
    "SDM3 \"Code- and Data-Segment Descriptor Types\"")                                                      \
  X(RETURN_NULL_SS, "return-null-ss", "a return to a null SS makes it a flat one",                           \
    "SDM2 \"IRET/IRETD/IRETQ\"")                                                                             \
  X(NULL_SS_CPL, "null-ss-cpl", "loading a null SS in ring 1 or 2 makes CPL 0", "SDM2 \"MOV\"")              \
  X(IRET_VIF, "iret-vif", "IRET in ring 0 does not pop VIF and VIP", "SDM2 \"IRET/IRETD/IRETQ\"")            \
  X(IRET_VM, "iret-vm", "IRET pops VM in rings 1 and 2, too, and enters virtual-8086 mode",                  \
    "SDM2 \"IRET/IRETD/IRETQ\"")                                                                             \
  X(IRET_V86_RF, "iret-v86-rf", "IRET to virtual-8086 mode does not pop RF", "SDM2 \"IRET/IRETD/IRETQ\"")    \
  X(LLDT_NULL, "lldt-null", "LLDT of a null selector leaves LDTR usable, with a limit of 0",                 \
    "SDM2 \"LLDT\"")                                                                                         \
  X(SYSRET_SS, "sysret-ss", "SYSRET loads all of SS on AMD, too, where the selector alone changes",          \
    "APM3 \"SYSRET\"")                                                                                       \
  X(SYSRET_R11, "sysret-r11", "SYSRET takes RF and VM from R11, and not VIF and VIP", "SDM2 \"SYSRET\"")     \
  X(SYSRET_FLAGS, "sysret-flags",                                                                            \
    "SYSRET takes the flags from R11 in compatibility mode, too, where it sets IF alone", "APM3 \"SYSRET\"") \
  X(SYSEXIT_D, "sysexit-d", "SYSEXIT to 64-bit code sets CS.D together with CS.L", "SDM2 \"SYSEXIT\"")       \
  X(SYSEXIT_WIDE, "sysexit-wide", "SYSEXIT to 32-bit code takes all 64 bits of RDX and RCX",                 \
    "SDM2 \"SYSEXIT\"")                                                                                      \
  X(SYSENTER_CS, "sysenter-cs", "IA32_SYSENTER_CS has 16 bits", "SDM4 \"Model-Specific Registers (MSRs)\"")  \
  X(FAR_WIDE, "far-wide", "far JMP and CALL to compatibility code do not cut the offset to 32 bits",         \
    "SDM2 \"JMP—Jump\"")                                                                                     \
  X(CALL_LIMIT, "call-limit", "far CALL holds the offset against the limit of 64-bit code",                  \
    "SDM2 \"CALL—Call Procedure\"")                                                                          \
  X(GATE_CONFORMING, "gate-conforming", "a call gate to conforming code leaves DPL as the RPL of CS",        \
    "SDM2 \"CALL—Call Procedure\"")                                                                          \
  X(GATE_STACK_16, "gate-stack-16",                                                                          \
    "a call gate to an inner 16-bit stack keeps bits 31:16 of the outer ESP",                                \
    "SDM2 \"CALL—Call Procedure\"")                                                                          \
  X(TASK_CONFORMING, "task-conforming", "a task switch refuses conforming code with DPL < RPL",              \
    "SDM3 \"Task Switching\"")                                                                               \
  X(TASK_SELF, "task-self", "a task that returns to itself is read before it has been saved",                \
    "SDM3 \"Task Switching\"")                                                                               \
  X(TASK_16, "task-16", "a task switch has the layout of 16-bit TSSs wrong",                                 \
    "SDM3 \"16-Bit Task-State Segment (TSS)\"")

enum rs_engine_error {
  RS_ENGINE_ERROR_NONE,
#define X(name, text, what, citation) RS_ENGINE_ERROR_##name,
  RS_ENGINE_ERRORS(X)
#undef X
      RS_ENGINE_ERROR_COUNT
};

const char *rs_engine_error_name(enum rs_engine_error error); /* "sysret-ss" */
const char *rs_engine_error_text(enum rs_engine_error error);
const char *rs_engine_error_citation(enum rs_engine_error error);

enum { RS_WITNESS_NOTES = 16 };

/* The run goes on from the prediction, whatever the engine made of the instruction. */
struct rs_witness {
  uint64_t compared;
  uint64_t known[RS_ENGINE_ERROR_COUNT]; /* differences that are known errors of the engine */
  uint64_t disagreed;                    /* instructions with other differences */
  unsigned noted; /* the first of these, each place and register once, at most RS_WITNESS_NOTES */
  struct rs_witness_note {
    uint64_t rip;
    enum rs_operation operation;
    bool refused; /* the engine raised `vector` instead */
    uint8_t vector;
    enum rs_register reg; /* RS_NO_REGISTER: the aligned 8 bytes of memory at `physical` */
    uint64_t physical;
    union rs_value predicted, engine;
  } note[RS_WITNESS_NOTES];
};

#endif
