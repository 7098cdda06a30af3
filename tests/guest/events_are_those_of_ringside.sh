#!/usr/bin/env bash
# The bare machines that are interrupted print on QEMU what they print on Ringside, and end alike.
#
# usage: events_are_those_of_ringside.sh GUEST-DIRECTORY
set -u
here=$(dirname "$0")
. "$here/qemu.sh"
guests=$1

for name in irq-i386 timer-i386 nmi-i386 nmi-x86_64 apic-x86_64 debug-i386 debug-x86_64; do
  golden=$here/../golden/$name.txt status=0
  output=$(timeout 60 qemu-system-x86_64 -accel tcg -kernel "$guests/probes/boot_$name" -debugcon stdio -display none \
    -monitor none -serial none -device isa-debug-exit,iobase=0xf4,iosize=4 -no-reboot -net none </dev/null 2>/dev/null) ||
    status=$?
  expected=$(sed -n '/^== output$/,/^== exit status/{/^==/!p}' "$golden")
  [ "$output" = "$expected" ] || fail "$name: output '$output', on Ringside '$expected'"
  grep -qx "== exit status $status" "$golden" || fail "$name: exit status $status"
done
finish
