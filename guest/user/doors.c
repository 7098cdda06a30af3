/* The doors by name, and the registers for a call through one. */
#include "doors.h"

#include <string.h>
#include <sys/auxv.h>

#define FLAGS_PLAIN 0x202

door_procedure door_int80, door_syscall, door_call_gate, door_ud2, door_lock_nop, door_stack, door_block;
#ifndef __x86_64__
door_procedure door_sysenter;
#endif
void door_enter(door_procedure *enter, struct registers *registers);

static const struct door doors[] = {
#ifdef __x86_64__
  { "int80", door_int80, true },
#else
  { "int80", door_int80, false },      { "sysenter", door_sysenter, false },
#endif
  { "syscall", door_syscall, false },  { "callgate", door_call_gate, false }, { "ud2", door_ud2, false },
  { "locknop", door_lock_nop, false }, { "stack", door_stack, false },        { "block", door_block, false },
};

const struct door *door_find(const char *name) {
#ifndef __x86_64__
  static struct door stub = { "stub", NULL, false };
  if (strcmp(name, stub.name) == 0) {
    stub.enter = (door_procedure *)getauxval(AT_SYSINFO);
    return stub.enter ? &stub : NULL;
  }
#endif
  for (unsigned i = 0; i < sizeof doors / sizeof doors[0]; i++)
    if (strcmp(name, doors[i].name) == 0) return &doors[i];
  return NULL;
}

void door_pass(const struct door *door, struct registers *registers) {
  door_enter(door->enter, registers);
}

void door_prepare(struct registers *registers, long number, const uintptr_t argument[6]) {
#ifdef __x86_64__
  static const uint8_t place[6] = { RDI, RSI, RDX, R10, R8, R9 };
#else
  static const uint8_t place[6] = { RBX, RCX, RDX, RSI, RDI, RBP };
#endif
  registers->general[RAX] = (uintptr_t)number;
  for (unsigned i = 0; i < 6; i++)
    registers->general[place[i]] = argument[i];
  registers->flags = FLAGS_PLAIN;
}

long door_number(const struct door *door, long native, long narrow) {
  return door->narrow_numbers ? narrow : native;
}
