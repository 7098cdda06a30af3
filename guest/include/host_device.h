/* Ports that the guests know, shared by assembler, C and the host: the host device of `ringside run`, and the
 * classic debugging ports that QEMU has too. Plain #defines only: the assembler reads this file. */
#ifndef GUEST_HOST_DEVICE_H
#define GUEST_HOST_DEVICE_H

/* The host device. Absent (reads as all ones) under `ringside boot` and on QEMU; look at the signature first.
 *
 *   port          width  access  meaning
 *   SIGNATURE     32     in      HOST_SIGNATURE
 *   STDOUT        8      out     a byte of standard output (OUTSB with REP writes many)
 *   STDERR        8      out     a byte of standard error
 *   STDIN         16     in      the next byte of standard input, or HOST_STDIN_END for ever at its end
 *   EXIT          8      out     the run ends; the byte is its exit status
 */
#define HOST_PORT_SIGNATURE 0x5250
#define HOST_PORT_STDOUT 0x5254
#define HOST_PORT_STDERR 0x5255
#define HOST_PORT_STDIN 0x5256
#define HOST_PORT_EXIT 0x5258

#define HOST_SIGNATURE 0x44495352 /* "RSID", little endian */
#define HOST_STDIN_END 0x100

/* A write of v to the isa-debug-exit port ends the machine with status (v << 1) | 1. */
#define DEBUG_EXIT_PORT 0xf4
#define DEBUG_CONSOLE_PORT 0xe9 /* a byte out is shown; reads as 0xe9 */
#define COM1_PORT 0x3f8

#endif
