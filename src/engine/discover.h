/* Walks the instructions of a piece of code: their lengths, and which of them are sensitive. */
#ifndef ENGINE_DISCOVER_H
#define ENGINE_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/instruction.h"

enum { DISCOVER_MAX = 512 }; /* instructions in one block: the library's own limit */

/* A sensitive instruction of a block. */
struct site {
  uint16_t offset;
  struct rs_instruction instruction;
};

struct discovery {
  unsigned count;    /* instructions walked */
  unsigned accesses; /* to memory, by the instructions that make many: ENTER, PUSHA, POPA */
  unsigned site_count;
  bool complete; /* the walk ended exactly at `size`: every length was known */
  bool repeats;  /* the first instruction is a repeated string instruction */
  uint16_t offset[DISCOVER_MAX];
  struct site site[DISCOVER_MAX];
};

/* How an instruction continues elsewhere. */
enum branch { BRANCH_NONE, BRANCH_JUMP, BRANCH_CALL, BRANCH_RETURN };

struct operands {
  bool modifies;         /* its memory operand is read and written */
  bool stack_based;      /* its memory operand is addressed by RSP or RBP in the stack segment */
  bool uses_stack;       /* it pushes or pops, beside any operand */
  enum branch branch;    /* near ones */
  uint8_t operand_size;  /* of a near branch's stack use, in bytes */
  uint16_t return_bytes; /* RET n's immediate */
};

struct discoverer;

struct discoverer *discoverer_open(void); /* NULL: no memory */
void discoverer_close(struct discoverer *d);

/* Walks the block of `size` bytes at `bytes`. `available` bytes may be read: the last instruction may be
 * longer than the library looked at. */
void discover_block(struct discoverer *d, const uint8_t *bytes, size_t size, size_t available,
                    enum code_size code, struct discovery *out);

/* The length of the instruction at `bytes`; 0 when it is not complete within `count` or not known. */
unsigned discover_length(struct discoverer *d, const uint8_t *bytes, size_t count, enum code_size code);

/* True for MOVS, STOS, LODS, CMPS and SCAS with a repeat prefix: each repetition comes as an execution. */
bool discover_repeats(const uint8_t *bytes, size_t count, enum code_size code);

/* True when a prefix names another segment than the instruction's own. */
bool discover_overrides(const uint8_t *bytes, size_t count, enum code_size code);

enum { DISCOVER_REFERENCES = 3 };

/* What a register adds to an address beside base and index. */
enum reference_addend { ADDEND_NONE, ADDEND_AL, ADDEND_BITS };

/* An access to memory: `operand` says where, see reference_offset. */
struct reference {
  struct rs_instruction operand;
  uint16_t size;
  uint8_t alignment; /* that counts for #AC: 1, 2, 4 or 8 */
  bool writes;
  bool stack;             /* SS says how many bits of the address count */
  bool repeated;          /* by a string instruction: none while its count is zero */
  uint8_t addend;         /* enum reference_addend */
  uint8_t added_register; /* of ADDEND_BITS: the number of a bit, in units of `size` bytes */
};

/* Those of a plain instruction, the stack's among them; how many. */
unsigned discover_references(struct discoverer *d, const uint8_t *bytes, size_t count, enum code_size code,
                             struct reference references[DISCOVER_REFERENCES]);

/* The address size of an instruction, in bytes: 2, 4 or 8. */
unsigned discover_address_size(const uint8_t *bytes, size_t count, enum code_size code);

/* What delivering a fault must know of the instruction that raised it; all false when it is not known. */
struct operands discover_operands(struct discoverer *d, const uint8_t *bytes, size_t count,
                                  enum code_size code);

#endif
