/* The two 8259 interrupt controllers: all interrupts are masked until somebody wants one. */
#include "descriptors.h"
#include "instructions.h"

#define MASTER 0x20
#define SLAVE 0xa0
#define VECTOR_BASE 0x20

static void init_controller(uint16_t port, uint8_t vector_base, uint8_t cascade) {
  port_out8(port, 0x11); /* ICW1: edge, cascaded, ICW4 follows */
  port_out8((uint16_t)(port + 1), vector_base);
  port_out8((uint16_t)(port + 1), cascade);
  port_out8((uint16_t)(port + 1), 0x01); /* ICW4: 8086 mode */
  port_out8((uint16_t)(port + 1), 0xff);
}

void interrupts_mask_all(void) {
  init_controller(MASTER, VECTOR_BASE, 0x04);
  init_controller(SLAVE, VECTOR_BASE + 8, 0x02);
}
