/* The local APIC of the one processor: priorities, self-interrupts, the local vector table, the timer. */
#ifndef MACHINE_APIC_H
#define MACHINE_APIC_H

#include "machine/bus.h"
#include "machine/timeline.h"
#include "machine/wire.h"
#include "ringside/transition.h"

#define APIC_BASE UINT64_C(0xfee00000)

/* The registers, by their offset from APIC_BASE [SDM3 "The Local APIC Block Diagram"]. */
enum apic_register {
  APIC_ID = 0x20,
  APIC_VERSION = 0x30,
  APIC_TPR = 0x80,
  APIC_PPR = 0xa0,
  APIC_EOI = 0xb0,
  APIC_LDR = 0xd0,
  APIC_DFR = 0xe0,
  APIC_SVR = 0xf0,
  APIC_ISR = 0x100,
  APIC_TMR = 0x180,
  APIC_IRR = 0x200,
  APIC_ESR = 0x280,
  APIC_ICR_LOW = 0x300,
  APIC_ICR_HIGH = 0x310,
  APIC_LVT_TIMER = 0x320,
  APIC_LVT_LINT0 = 0x350,
  APIC_LVT_LINT1 = 0x360,
  APIC_LVT_ERROR = 0x370,
  APIC_INITIAL_COUNT = 0x380,
  APIC_CURRENT_COUNT = 0x390,
  APIC_DIVIDE = 0x3e0,
};

enum apic_lvt { APIC_TIMER, APIC_LINT0, APIC_LINT1, APIC_ERROR, APIC_LVT_COUNT };

/* A set of the vectors 0 to 255. */
struct apic_vectors {
  uint32_t word[8];
};

struct apic {
  struct timeline *timeline;
  bool enabled; /* IA32_APIC_BASE.EN; software's own enable is in the SVR */
  uint8_t tpr;
  uint32_t svr, ldr, dfr, icr_low, icr_high;
  uint32_t errors, esr; /* found since ESR was written; found before */
  uint32_t lvt[APIC_LVT_COUNT];
  struct apic_vectors irr, isr, tmr;
  struct rs_interrupt_origin origin[256]; /* of what is in the IRR */
  bool pin[2];                            /* LINT0 and LINT1 are high */
  bool nmi;
  struct rs_interrupt_origin nmi_origin;
  uint32_t initial_count, divide;
  bool running;
  uint64_t start; /* when the count under way began */
};

/* Puts the APIC on the bus as it is after reset.
 *
 * What one processor can do with it: interrupts sent to itself (fixed, lowest priority, NMI; INIT, SMI and
 * start-up are not delivered to it), the timer (one-shot and periodic, a bus clock being an instruction), and
 * the pins, of which LINT0 is the 8259's. Four local vectors; no TSC deadline, no x2APIC, no other base. */
void apic_attach(struct apic *apic, struct bus *bus, struct timeline *timeline);

/* Virtual wire mode of the MultiProcessor Specification, in which firmware leaves it: enabled, the 8259
 * connected through LINT0, NMI by LINT1.
 */
void apic_start_virtual_wire(struct apic *apic);

/* IA32_APIC_BASE.EN. While it is off the processor's INTR is the 8259's output. */
void apic_set_enabled(struct apic *apic, bool enabled);

/* The wire that leads to LINT0 or LINT1. */
struct wire apic_pin(struct apic *apic, unsigned pin);

/* CR8 is bits 7 to 4 of the TPR, and clears the others [SDM3 "Interaction of Task Priorities between CR8 and
 * APIC"]. */
uint8_t apic_cr8(const struct apic *apic);
void apic_set_cr8(struct apic *apic, uint8_t cr8);

/* Whether a vector is above the processor's priority; whether the 8259 is let through. */
bool apic_interrupt_pending(const struct apic *apic);
bool apic_external_pending(const struct apic *apic);

/* The processor takes the vector of the highest priority; one is pending. */
uint8_t apic_acknowledge(struct apic *apic, struct rs_interrupt_origin *origin);

/* The processor takes the NMI that is pending. */
struct rs_interrupt_origin apic_take_nmi(struct apic *apic);

/* The timer: lets it fire, if it is time; when it fires next; whether firing would change anything. */
void apic_advance(struct apic *apic);
uint64_t apic_next_fire(const struct apic *apic);
bool apic_timer_matters(const struct apic *apic);

#endif
