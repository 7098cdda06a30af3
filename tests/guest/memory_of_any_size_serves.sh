#!/usr/bin/env bash
# The kernels run programs in little memory and in 3 GiB, and say so when memory runs out.
#
# usage: memory_of_any_size_serves.sh GUEST-FOLDER
set -euo pipefail
. "$(dirname "$0")/qemu.sh"

guest=$1

for pair in x86_64:x86_64 x86_64:i386 i386:i386; do
  for size in 16M 3G; do
    qemu_options=(-m $size)
    expect "allocate-${pair#*:} under ${pair%:*} in $size" 0 '^checksum [0-9a-f]*[1-9a-f].*mappings right.*too much refused$' \
      "$guest/kernel-${pair%:*}" qemu64 "" "$guest/user/allocate-${pair#*:}"
  done
done
for size in 4M 3G; do
  qemu_options=(-m $size)
  expect "the classic kernel in $size" 1 '^hi$' "$guest/kernel-classic" qemu64 "" "$guest/classic/hello"
done
qemu_options=(-m 2M)
expect 'the classic kernel in 2M' 0 'exit code: 7' "$guest/kernel-classic" qemu64 "" "$guest/classic/two_tasks"
finish
