#!/usr/bin/env bash
# Bare machines print on QEMU what they print on Ringside, and end alike.
#
# usage: prints_as_on_ringside.sh GUEST-DIRECTORY NAME... (as tests/golden/cases has them)
set -u
here=$(dirname "$0")
. "$here/qemu.sh"
guests=$1
shift

for name; do
  golden=$here/../golden/$name.txt status=0 probe=${name%-*}
  output=$(timeout 60 qemu-system-x86_64 -accel tcg -kernel "$guests/probes/boot_${probe//-/_}-${name##*-}" \
    -debugcon stdio -display none -monitor none -serial none -device isa-debug-exit,iobase=0xf4,iosize=4 -no-reboot \
    -net none </dev/null 2>/dev/null) || status=$?
  expected=$(sed -n '/^== output$/,/^== exit status/{/^==/!p}' "$golden")
  [ "$output" = "$expected" ] || fail "$name: output '$output', on Ringside '$expected'"
  grep -qx "== exit status $status" "$golden" || fail "$name: exit status $status"
done
finish
