/* The help texts, word for word. */
#include "cli/cli.h"

#define COMMON_OPTIONS                                                                                       \
  "Trace:\n"                                                                                                 \
  "  --trace=LEVEL       off, macro, transitions (default), steps or instructions:\n"                        \
  "                      macro         the steps of a system call that the guest's own symbols name, and\n"  \
  "                                    nothing else (docs/macro-steps.md)\n"                                 \
  "                      transitions   one line for each ring transition and fault\n"                        \
  "                      steps         beneath it every check, read and write, with the manual's\n"          \
  "                                    section, the stacks, and the operations that keep the ring\n"         \
  "                      instructions  every instruction as well, with what it changed\n"                    \
  "  --format=FORMAT     text (default), jsonl, one JSON object a line (docs/jsonl.md), ring, a log for\n"   \
  "                      ringside show (docs/log-format.md), or perfetto, slices on tracks for\n"            \
  "                      ui.perfetto.dev (docs/perfetto.md); ring and perfetto need -o\n"                    \
  "  -o, --output=FILE   write the trace to FILE instead of standard error; FILE.ring: as a log;\n"          \
  "                      FILE.pftrace: for Perfetto; both with steps unless --trace says otherwise\n"        \
  "  --color=WHEN        auto (default: on terminals), always or never\n"                                    \
  "  --symbols=FILE      more symbols, from an ELF file or an nm-style map; may be repeated\n"               \
  "\n"                                                                                                       \
  "Machine:\n"                                                                                               \
  "  --cpu=MODEL         intel (default) or amd, where their manuals differ\n"                               \
  "  --memory=SIZE       RAM: 4M to 3G in whole MiB (default 256M)\n"                                        \
  "  --limit=N           end with status 124 after N instructions\n"                                         \
  "  --witness           let the engine execute returns, far transfers, segment loads and task switches\n"   \
  "                      itself, and end with 125 where its outcome is not the predicted one and that is\n"  \
  "                      no known error of its own (docs/witness.md)\n"                                      \
  "  -h, --help          this text\n"                                                                        \
  "\n"

const char help_head[] =
    "usage: ringside COMMAND [options] [ARGUMENT...]\n"
    "\n"
    "Front-row seats to x86 privilege transitions: runs real i386 and x86-64 code and tells each\n"
    "way into and out of the kernel check by check.\n"
    "\n"
    "Commands:\n";

const char help_foot[] =
    "\n"
    "  ringside help COMMAND   what it does and all its options; also ringside COMMAND --help\n"
    "  ringside --version      the version\n"
    "  ringside                three commands to try\n";

const char help_run[] =
    "usage: ringside run [options] PROGRAM [ARG...]\n"
    "\n"
    "Runs a static Linux program (ELF64 or ELF32, also static PIE) as a user program of the in-guest\n"
    "kernel of its class, and ends with the program's own exit status.\n"
    "\n"
    "  ringside run ./hello                         one line for each transition\n"
    "  ringside run --trace=steps -o hello.txt ./hello\n"
    "  ringside run --entry=sysenter ./hello-i386   the same program by another door\n"
    "\n"
    "Program:\n"
    "  --kernel=KERNEL     i386 or x86_64 (default: the program's class); a 32-bit program on the\n"
    "                      x86_64 kernel runs in compatibility mode. classic: a segmented kernel as\n"
    "                      Linux 0.12 was, for programs linked at 0\n"
    "  --entry=ENTRY       what the kernel's stub page uses: auto (default), syscall, int80, sysenter,\n"
    "                      callgate, ud2, locknop. 64-bit programs: syscall, and with ud2 and locknop\n"
    "                      these instructions, too. 32-bit programs: sysenter with --cpu=intel, syscall\n"
    "                      with --cpu=amd on the x86_64 kernel, the others everywhere. auto takes\n"
    "                      syscall, else sysenter, else int80\n"
    "  --leave=WAY         how the kernel goes back: auto (default: by what matches the entry), iret, or\n"
    "                      sysret (x86_64 kernel: to 64-bit programs after int, too)\n"
    "  --user-pointers=CHECK\n"
    "                      how the kernel checks pointers of programs beyond their range: fixup (default: a\n"
    "                      fault ends the copy), mapping (page tables are walked first), range (not at all:\n"
    "                      a fault ends the program)\n"
    "  --env NAME=VALUE    an environment variable; may be repeated (default: an empty environment)\n"
    "  --epoch=SECONDS     the time at the start, in seconds since 1970 (default 1767225600)\n"
    "  --initrd=ARCHIVE    fill the guest's root directory from a cpio archive (cpio -o -H newc); may be\n"
    "                      repeated\n"
    "  --file HOST=GUEST   give the guest one file under the path GUEST; may be repeated. The guest sees\n"
    "                      no other file of the host's than those and PROGRAM, which is /NAME there\n"
    "\n" COMMON_OPTIONS
    "Exit status: the program's, 0 to 255; 128 + signal when a fault killed it; 122 HLT that nothing\n"
    "can end; 123 shutdown (triple fault); 124 the limit; 125 Ringside itself;\n"
    "128 + signal when one ended Ringside (130: Ctrl-C).\n";

const char help_boot[] =
    "usage: ringside boot [options] IMAGE [-- COMMAND LINE]\n"
    "\n"
    "Starts a kernel image: multiboot 1 in the state that it defines; a plain ELF32 in flat protected\n"
    "mode; a plain ELF64 in long mode with an identity map below 4 GiB. A byte v written to port 0xF4\n"
    "ends the machine with status (v << 1) | 1; port 0xE9 and COM1 write to standard output.\n"
    "System calls are told with Linux's names, whatever the image takes their numbers for.\n"
    "\n"
    "  ringside boot --trace=steps kernel.elf\n"
    "  ringside boot --module initrd.img kernel.elf -- console=ttyS0\n"
    "\n"
    "Image:\n"
    "  --module FILE       a multiboot module; may be repeated. \"FILE TEXT\" gives it a string\n"
    "\n" COMMON_OPTIONS
    "Exit status: the guest's by port 0xF4; 122 HLT that nothing can end; 123 shutdown (triple fault);\n"
    "124 the limit; 125 Ringside itself;\n"
    "128 + signal when one ended Ringside (130: Ctrl-C).\n";

#define FILTER_OPTIONS                                                                                       \
  "Only what passes all of these, and the end:\n"                                                            \
  "  --from=N, --to=N    transitions #N and later, or up to #N, and what follows each of them\n"             \
  "  --ring=N            what happens in ring N, enters or leaves it\n"                                      \
  "  --pid=N             what the guest's process N does, where its kernel tells of processes\n"             \
  "  --vector=N          interrupts and exceptions of this vector, and what raised it\n"                     \
  "  --mechanism=NAME    interrupt, iret, syscall, sysret, sysenter, sysexit, \"far transfer\",\n"           \
  "                      \"task switch\", shutdown or operation\n"                                           \
  "  --only-faults       exceptions, and what raised them; shutdown\n"                                       \
  "  -h, --help          this text\n"                                                                        \
  "\n"

const char help_show[] =
    "usage: ringside show [options] FILE.ring\n"
    "\n"
    "Prints a log that run or boot has written with -o FILE.ring: what they would have printed.\n"
    "\n"
    "  ringside run --trace=steps -o hello.ring ./hello\n"
    "  ringside show --trace=transitions hello.ring\n"
    "  ringside show --only-faults --from=100 hello.ring\n"
    "\n"
    "Trace:\n"
    "  --trace=LEVEL       off, macro, transitions, steps or instructions (default: as it was recorded)\n"
    "  --format=FORMAT     text (default), jsonl or perfetto\n"
    "  -o, --output=FILE   write to FILE instead of standard output; FILE.pftrace: for Perfetto\n"
    "  --color=WHEN        auto (default: on terminals), always or never\n"
    "\n" FILTER_OPTIONS
    "Exit status: 0; 125 for a file that is no log, or one that is damaged or cut off: what is whole\n"
    "of it has been printed then.\n";

const char help_timeline[] =
    "usage: ringside timeline [options] FILE.ring\n"
    "\n"
    "Draws a log from top to bottom: a lane for each ring (and for virtual-8086 and real mode, where they\n"
    "occur), every transition as an arrow between them, and how many instructions ran in between, and in\n"
    "which functions.\n"
    "\n"
    "  ringside run --trace=steps -o hello.ring ./hello\n"
    "  ringside timeline hello.ring\n"
    "  ringside timeline --at=4 hello.ring                  one transition from the inside\n"
    "  ringside timeline --from=3 --to=8 --svg=hello.svg hello.ring\n"
    "\n"
    "What it shows:\n"
    "  --trace=LEVEL       macro (macro-steps alone), transitions (default), steps or instructions:\n"
    "                      steps         on the boundary each check, read and write, the stacks and changed\n"
    "                                    registers beside them; operations and macro-steps in their lanes\n"
    "                      instructions  also how many instructions each function had\n"
    "  --at=N              transition #N from the inside: --from=N --to=N --trace=steps\n"
    "\n"
    "Where and how:\n"
    "  --svg=FILE          a picture for slides and print, of at most 200 transitions, or 16 with their "
    "steps;\n"
    "                      it says how many it leaves out, which --from and --to can show\n"
    "  -o, --output=FILE   write to FILE instead of standard output\n"
    "  --width=N           columns, 60 to 400 (default: the terminal's, else 100)\n"
    "  --ascii             no box drawing, nothing beyond ASCII\n"
    "  --color=WHEN        auto (default: on terminals), always or never\n"
    "\n" FILTER_OPTIONS
    "Exit status: 0; 125 for a file that is no log, or one that is damaged or cut off: what is whole\n"
    "of it has been drawn then.\n";

const char help_compare[] =
    "usage: ringside compare [options] A.ring B.ring\n"
    "\n"
    "Holds two logs against each other: what each run is and does, in figures; the micro-steps of one\n"
    "transition of each, aligned; and where the runs first differ.\n"
    "\n"
    "  ringside run --entry=int80 -o a.ring ./hello-i386\n"
    "  ringside run --entry=sysenter -o b.ring ./hello-i386\n"
    "  ringside compare a.ring b.ring\n"
    "  ringside compare --diff a.ring b.ring && echo the same run\n"
    "\n"
    "  --at=N,M            transition #N of the first log beside #M of the second; --at=N: #N of both\n"
    "                      (default: of the way into the kernel that each uses most, the first call that\n"
    "                      was answered, and then its return)\n"
    "  --diff              only where they first differ, and exit status 1 if they do. Between logs of two\n"
    "                      levels only what both levels tell is compared\n"
    "  --format=FORMAT     text (default), or json, one object (docs/compare.md)\n"
    "  -o, --output=FILE   write to FILE instead of standard output\n"
    "  --width=N           columns, 60 to 400 (default: the terminal's, else 100)\n"
    "  --color=WHEN        auto (default: on terminals), always or never\n"
    "  -h, --help          this text\n"
    "\n"
    "In the columns < is what only the first one does, > what only the second does, | what both do with\n"
    "other values.\n"
    "\n"
    "Exit status: 0; 1 with --diff where they differ; 125 for a file that is no log, or one that is damaged\n"
    "or cut off: what is whole of it has been compared then.\n";

const char help_explain[] =
    "usage: ringside explain [options] FILE.ring\n"
    "\n"
    "Explains in words why a run that was logged with -o FILE.ring went wrong: the check that failed, what "
    "it\n"
    "looked at, who wrote that last and what it was made of, the section of the manual, the usual mistakes.\n"
    "\n"
    "  ringside boot --trace=instructions -o kernel.ring kernel.elf\n"
    "  ringside explain kernel.ring\n"
    "  ringside explain --at=12 kernel.ring\n"
    "\n"
    "A log at --trace=steps has the writes of transitions and of the operations that keep the ring (WRMSR, "
    "LGDT,\n"
    "MOV to CR3 ...), one at --trace=instructions those of every instruction.\n"
    "\n"
    "  --at=N              explain transition #N: an exception, a double fault, the shutdown, or a system "
    "call\n"
    "                      that returned -EFAULT (default: what ended the run badly: the shutdown, else a "
    "fault\n"
    "                      that nothing returned from, else the last -EFAULT; where that happened in the "
    "handler\n"
    "                      of another fault of the kernel's, the first of those)\n"
    "  --format=FORMAT     text (default), or json, one object (docs/explain.md)\n"
    "  -o, --output=FILE   write to FILE instead of standard output\n"
    "  --color=WHEN        auto (default: on terminals), always or never\n"
    "  -h, --help          this text\n"
    "\n"
    "Exit status: 0, also when nothing went wrong; 125 for a file that is no log, or one that is damaged or "
    "cut\n"
    "off: what is whole of it has been explained then.\n";
const char help_view[] =
    "usage: ringside view [options] FILE.ring\n"
    "\n"
    "Shows a log in a window: the rings, the registers, both stacks, what is read and written, check by\n"
    "check, forward and back. ? in the window lists the keys (docs/viewer.md).\n"
    "\n"
    "  ringside run --trace=instructions -o hello.ring ./hello\n"
    "  ringside view hello.ring\n"
    "  ringside view --at=4 --step=9 --screenshot=step.png hello.ring\n"
    "\n"
    "Where to begin:\n"
    "  --at=N              at transition #N (default: the first one)\n"
    "  --step=K            when K of its micro-steps have been made (default: none)\n"
    "\n"
    "Looks:\n"
    "  --theme=THEME       dark (default) or light\n"
    "  --font=FILE         a monospaced font (default: DejaVu Sans Mono or one like it)\n"
    "  --size=WxH          of the window or the picture, in pixels (default: most of the screen; 1280x720)\n"
    "  --screenshot=FILE   write a PNG file instead of opening a window; needs no display\n"
    "  -h, --help          this text\n"
    "\n"
    "Exit status: 0; 125 for a file that is no log, or where there is no display.\n";
