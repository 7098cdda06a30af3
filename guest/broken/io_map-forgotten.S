/* The I/O map is filled with ones, and nobody has cleared the bits of the program's ports. */
#define IO_MAP_PROGRAM 0xff
#include "protected.inc"

	culprit = io_map_program
