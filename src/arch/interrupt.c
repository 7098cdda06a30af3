/* Delivery through the IDT in protected, virtual-8086 and IA-32e mode. */
#include "arch/interrupt.h"

#include "arch/descriptor.h"
#include "arch/exception.h"
#include "arch/gate.h"
#include "arch/perform.h"
#include "arch/segment.h"
#include "arch/stack.h"
#include "arch/task.h"
#include "arch/tss.h"

/* A delivery under way, in the order of [SDM2 "INT n/INTO/INT3/INT1"]. */
struct delivery {
  const struct rs_interrupt_request *request;
  bool long_mode, v86;
  uint32_t idt_error; /* names the gate in an error code */
  struct gate gate;
  struct descriptor code;
  uint8_t ring;         /* of the handler */
  bool inner;           /* a more privileged ring, hence a new stack */
  struct descriptor ss; /* when `inner`: the new one, null in IA-32e mode */
  struct stack stack;
};

static bool delivery_read_gate(struct builder *b, struct delivery *d) {
  const struct rs_table_register *idtr = &b->after->idtr;
  uint8_t size = d->long_mode ? 16 : 8;
  uint32_t offset = (uint32_t)d->request->vector * size;
  union rs_value value;
  if (!check(b, RS_CHECK_GATE_WITHIN_IDT, offset + size - 1 <= idtr->limit, d->request->vector, offset,
             idtr->limit, 0))
    return fault_code(b, VECTOR_GP, d->idt_error);
  if (!system_read(b, idtr->base + offset, size, RS_ITEM_IDT_GATE, VECTOR_GP, d->idt_error, &value))
    return false;
  d->gate = gate_decode(value.word[0], value.word[1], d->long_mode);
  return true;
}

static bool gate_type_is_valid(uint8_t type, bool long_mode) {
  if (type == SYSTEM_INTERRUPT_GATE || type == SYSTEM_TRAP_GATE) return true;
  return !long_mode &&
         (type == SYSTEM_INTERRUPT_GATE_16 || type == SYSTEM_TRAP_GATE_16 || type == SYSTEM_TASK_GATE);
}

static bool delivery_check_gate(struct builder *b, const struct delivery *d) {
  const struct gate *gate = &d->gate;
  if (!check(b, RS_CHECK_GATE_TYPE, gate_type_is_valid(gate->type, d->long_mode), gate->type, d->long_mode, 0,
             0))
    return fault_code(b, VECTOR_GP, d->idt_error);
  if (d->request->source == RS_SOURCE_SOFTWARE &&
      !check(b, RS_CHECK_GATE_DPL, gate->dpl >= b->before->cpl, gate->dpl, b->before->cpl, 0, 0))
    return fault_code(b, VECTOR_GP, d->idt_error);
  if (!check(b, RS_CHECK_GATE_PRESENT, gate->present, gate->present, 0, 0, 0))
    return fault_code(b, VECTOR_NP, d->idt_error);
  return true;
}

/* In IA-32e mode every handler is 64-bit code [SDM3 "64-Bit Mode IDT"]. */
static bool handler_is_64_bit(struct builder *b, const struct rs_segment *code) {
  bool l = code->attributes & SEGMENT_L, d = code->attributes & SEGMENT_DB;
  return check(b, RS_CHECK_HANDLER_64_BIT, l && !d, code->selector, l, d, 0);
}

static bool delivery_find_code(struct builder *b, struct delivery *d) {
  uint16_t selector = d->gate.selector;
  uint32_t error = selector_error(selector);
  const struct rs_segment *code = &d->code.segment;
  if (!check(b, RS_CHECK_HANDLER_SELECTOR_NOT_NULL, !selector_is_null(selector), selector, 0, 0, 0))
    return fault_code(b, VECTOR_GP, 0);
  if (!descriptor_load(b, selector, VECTOR_GP, &d->code)) return false;
  if (!check(b, RS_CHECK_HANDLER_IS_CODE, segment_is_code(code), selector, code->attributes, 0, 0) ||
      !check(b, RS_CHECK_HANDLER_DPL, segment_dpl(code) <= b->before->cpl, segment_dpl(code), b->before->cpl,
             0, 0) ||
      (d->long_mode && !handler_is_64_bit(b, code)))
    return fault_code(b, VECTOR_GP, error);
  bool present = segment_is_present(code);
  return check(b, RS_CHECK_HANDLER_PRESENT, present, selector, present, 0, 0) ||
         fault_code(b, VECTOR_NP, error);
}

/* A conforming handler runs in the ring of the interrupted code, any other in that of its DPL. */
static bool delivery_find_ring(struct builder *b, struct delivery *d) {
  const struct rs_segment *code = &d->code.segment;
  bool conforming = segment_is_conforming(code);
  uint8_t dpl = segment_dpl(code);
  if (d->v86 && !check(b, RS_CHECK_V86_HANDLER_RING_0, !conforming && dpl == 0, conforming, dpl, 0, 0))
    return fault_code(b, VECTOR_GP, selector_error(code->selector));
  d->ring = conforming ? b->before->cpl : dpl;
  d->inner = d->ring < b->before->cpl;
  return true;
}

/* In IA-32e mode the frame starts at a multiple of 16, and the stack changes for an IST entry even within a
 * ring, without SS [SDM3 "Stack Switching in IA-32e Mode"]. */
static bool delivery_find_stack_64(struct builder *b, struct delivery *d) {
  struct tss_stack found = { d->ring, b->before->general[RS_RSP - RS_RAX] };
  if (d->gate.ist ? !tss_interrupt_stack(b, d->gate.ist, d->ring, &found)
                  : d->inner && !tss_stack_for_ring(b, d->ring, &found))
    return false;
  d->ss.segment = d->inner ? segment_null(found.ss, d->ring) : b->before->segment[RS_SEGMENT_INDEX(RS_SS)];
  d->stack = stack_at(&d->ss.segment, found.sp & ~UINT64_C(15), true, 8, d->ring);
  d->stack.loaded = d->gate.ist || d->inner;
  return true;
}

static bool delivery_find_stack_32(struct builder *b, struct delivery *d) {
  uint8_t word = gate_is_16_bit(&d->gate) ? 2 : 4;
  uint64_t sp;
  if (!d->inner) {
    d->stack = stack_current(b->before, word);
    return true;
  }
  if (!segment_load_inner_stack(b, d->ring, &d->ss, &sp)) return false;
  d->stack = stack_at(&d->ss.segment, sp, false, word, d->ring);
  return true;
}

/* Words of the frame: IP, CS, flags; SP and SS of an outer ring; four data segments of virtual-8086 code. */
static unsigned delivery_frame_words(const struct delivery *d) {
  return 3U + (d->inner || d->long_mode ? 2 : 0) + (d->v86 ? 4 : 0) + d->request->has_error_code;
}

static bool delivery_find_stack(struct builder *b, struct delivery *d) {
  if (!(d->long_mode ? delivery_find_stack_64(b, d) : delivery_find_stack_32(b, d))) return false;
  uint32_t error = d->inner ? selector_error(d->ss.segment.selector) : 0;
  return stack_has_room(b, &d->stack, delivery_frame_words(d), error);
}

static bool delivery_check_target(struct builder *b, const struct delivery *d) {
  uint64_t offset = d->gate.offset;
  uint32_t limit = d->code.segment.limit;
  bool passed = d->long_mode ? check(b, RS_CHECK_HANDLER_CANONICAL, address_is_canonical(b->after, offset),
                                     offset, 0, 0, 0)
                             : check(b, RS_CHECK_HANDLER_WITHIN_LIMIT, offset <= limit, offset, limit, 0, 0);
  return passed || fault_code(b, VECTOR_GP, 0);
}

/* RF as [SDM3 "Instruction-Breakpoint Exception Condition"] has it: faults push it set; software interrupts
 * found it cleared when they began. Between two iterations of a string instruction it is set in the processor
 * already. */
static uint64_t delivery_pushed_flags(const struct builder *b, const struct rs_interrupt_request *request) {
  uint64_t flags = b->before->rflags;
  if (request->source == RS_SOURCE_SOFTWARE || request->source == RS_SOURCE_PRIVILEGED_SOFTWARE)
    return flags & ~RFLAGS_RF;
  bool fault = request->source == RS_SOURCE_EXCEPTION &&
               (exception_is_fault(request->vector) || request->dr6 & DR6_BD);
  return fault ? flags | RFLAGS_RF : flags;
}

static bool push_segment(struct builder *b, struct stack *stack, enum rs_item item, enum rs_register reg) {
  return stack_push(b, stack, item, reg, b->before->segment[RS_SEGMENT_INDEX(reg)].selector);
}

static bool delivery_push_v86_segments(struct builder *b, struct stack *stack) {
  return push_segment(b, stack, RS_ITEM_PUSHED_DATA_SEGMENT, RS_GS) &&
         push_segment(b, stack, RS_ITEM_PUSHED_DATA_SEGMENT, RS_FS) &&
         push_segment(b, stack, RS_ITEM_PUSHED_DATA_SEGMENT, RS_DS) &&
         push_segment(b, stack, RS_ITEM_PUSHED_DATA_SEGMENT, RS_ES);
}

static bool delivery_push_frame(struct builder *b, struct delivery *d) {
  const struct rs_interrupt_request *request = d->request;
  struct stack *stack = &d->stack;
  if (d->v86 && !delivery_push_v86_segments(b, stack)) return false;
  if (d->inner || d->long_mode) {
    if (!push_segment(b, stack, RS_ITEM_PUSHED_SS, RS_SS) ||
        !stack_push(b, stack, RS_ITEM_PUSHED_SP, RS_RSP, b->before->general[RS_RSP - RS_RAX]))
      return false;
  }
  if (!stack_push(b, stack, RS_ITEM_PUSHED_FLAGS, RS_RFLAGS, delivery_pushed_flags(b, request)) ||
      !push_segment(b, stack, RS_ITEM_PUSHED_CS, RS_CS) ||
      !stack_push(b, stack, RS_ITEM_PUSHED_IP, RS_RIP, request->return_rip))
    return false;
  return !request->has_error_code ||
         stack_push(b, stack, RS_ITEM_PUSHED_ERROR_CODE, RS_NO_REGISTER, request->error_code);
}

/* Only an interrupt gate clears IF [SDM3 "Flag Usage By Exception- or Interrupt-Handler Procedure"]. */
static uint64_t delivery_handler_flags(const struct builder *b, const struct gate *gate) {
  uint64_t cleared = RFLAGS_TF | RFLAGS_NT | RFLAGS_VM | RFLAGS_RF;
  bool is_interrupt_gate = !(gate->type & 1);
  return b->before->rflags & ~(cleared | (is_interrupt_gate ? RFLAGS_IF : 0));
}

static void delivery_write_segments(struct builder *b, const struct delivery *d) {
  const struct rs_segment null = segment_null(0, 0);
  struct rs_segment code = d->code.segment;
  code.selector = (uint16_t)(selector_error(code.selector) | d->ring);
  for (enum rs_register reg = RS_ES; d->v86 && reg <= RS_GS; reg++)
    if (reg != RS_CS && reg != RS_SS) write_segment(b, reg, &null);
  if (d->inner) write_segment(b, RS_SS, &d->ss.segment);
  write_register(b, RS_RSP, d->stack.pointer);
  write_segment(b, RS_CS, &code);
  if (d->inner) write_register(b, RS_CPL, d->ring);
}

/* Its handler is to reach the debug registers, whatever raised #DB, INT1 included; INT 1 does not raise it
 * [SDM3 "Debug Control Register (DR7)"], [SDM2 "INT n/INTO/INT3/INT1"]. */
static bool is_debug_exception(const struct rs_interrupt_request *request) {
  return request->source == RS_SOURCE_PRIVILEGED_SOFTWARE ||
         (request->source == RS_SOURCE_EXCEPTION && request->vector == VECTOR_DB);
}

void interrupt_write_side_effects(struct builder *b, const struct rs_interrupt_request *request) {
  bool debug = is_debug_exception(request);
  if (request->has_cr2) write_register(b, RS_CR2, request->cr2);
  if (request->dr6) write_register(b, RS_DR6, b->before->dr6 | request->dr6);
  if (debug && b->before->dr7 & DR7_GD) write_register(b, RS_DR7, b->before->dr7 & ~DR7_GD);
  if (request->source == RS_SOURCE_NMI) write_register(b, RS_NMI_BLOCKED, 1);
  if (b->before->halted) write_register(b, RS_HALTED, 0);
}

/* [SDM3 "Interrupt Tasks"] */
static bool delivery_to_task(struct builder *b, const struct delivery *d) {
  const struct task_switch s = { .cause = TASK_INTERRUPT,
                                 .selector = d->gate.selector,
                                 .return_ip = d->request->return_rip,
                                 .flags = delivery_pushed_flags(b, d->request),
                                 .request = d->request };
  return task_switch(b, &s);
}

bool interrupt_enter(struct builder *b, const struct rs_interrupt_request *request) {
  struct delivery d = { .request = request,
                        .long_mode = cpu_is_long_mode(b->before),
                        .v86 = cpu_is_v86(b->before),
                        .idt_error = (uint32_t)request->vector * 8 + ERROR_IDT };
  if (!(b->before->cr0 & CR0_PE)) return interrupt_enter_real_mode(b, request);
  b->ext = request->source == RS_SOURCE_SOFTWARE ? 0 : ERROR_EXT;
  if (!delivery_read_gate(b, &d) || !delivery_check_gate(b, &d)) return false;
  if (d.gate.type == SYSTEM_TASK_GATE) return delivery_to_task(b, &d);
  if (!delivery_find_code(b, &d) || !delivery_find_ring(b, &d) || !delivery_find_stack(b, &d) ||
      !delivery_check_target(b, &d) || !descriptor_mark_accessed(b, &d.code) || !delivery_push_frame(b, &d))
    return false;
  interrupt_write_side_effects(b, request);
  delivery_write_segments(b, &d);
  write_register(b, RS_RFLAGS, delivery_handler_flags(b, &d.gate));
  jump_to(b, d.gate.offset);
  return true;
}

enum rs_outcome interrupt_deliver(const struct rs_cpu *before, const struct guest_memory *memory,
                                  const struct rs_interrupt_request *request, struct rs_transition *out) {
  struct builder b;
  out->cause.mechanism = RS_MECHANISM_INTERRUPT;
  out->cause.interrupt = *request;
  builder_start(&b, before, memory, out);
  interrupt_enter(&b, request);
  return out->outcome;
}
