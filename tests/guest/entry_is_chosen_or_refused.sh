#!/usr/bin/env bash
# Every way in, on every kernel, for every vendor: taken when it is there, refused with a reason when not.
#
# usage: entry_is_chosen_or_refused.sh GUEST-FOLDER
set -euo pipefail
. "$(dirname "$0")/qemu.sh"

guest=$1 refused=125
stub=$guest/probes/stub_write-i386 wide=$guest/probes/syscall_write-x86_64

choice() { # KERNEL CPU ENTRY PROGRAM STATUS PATTERN
  expect "$3 under $1 on $2 for ${4##*/}" "$5" "$6" "$guest/kernel-$1" "$2" "entry=$3" "$4"
}

for kernel in x86_64 i386; do
  for cpu in Haswell EPYC; do
    choice $kernel $cpu auto "$stub" 0 '^by the stub page$'
    choice $kernel $cpu int80 "$stub" 0 '^by the stub page$'
    choice $kernel $cpu nonsense "$stub" $refused 'entry=nonsense: expected'
  done
  choice $kernel Haswell sysenter "$stub" 0 '^by the stub page$'
  choice $kernel EPYC sysenter "$stub" $refused 'on Intel processors only'
  choice $kernel Haswell syscall "$stub" $refused 'on AMD processors under the x86-64 kernel only'
done
choice x86_64 EPYC syscall "$stub" 0 '^by the stub page$'
choice i386 EPYC syscall "$stub" $refused 'on AMD processors under the x86-64 kernel only'
for entry in auto syscall; do choice x86_64 Haswell $entry "$wide" 0 '^by syscall$'; done
for entry in int80 sysenter; do choice x86_64 Haswell $entry "$wide" $refused '64-bit programs enter by syscall'; done
choice i386 Haswell auto "$wide" $refused 'which the i386 kernel cannot run'
finish
