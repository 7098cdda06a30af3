#!/usr/bin/env bash
# The x86-64 kernel's multiboot header says that the file is one flat piece: every segment must agree, and nothing of the
# machine that built a kernel may be in it.
#
# usage: image_is_one_flat_piece.sh GUEST-FOLDER SOURCE-FOLDER
set -euo pipefail

deltas=$(readelf -lW "$1/kernel-x86_64" | while read -r type offset _ physical _; do
  [ "$type" != LOAD ] || echo $((physical - offset))
done | sort -u)
[ "$deltas" = $((0x100000 - 0x1000)) ] || { echo "segments differ in address minus file offset"; exit 1; }
for kernel in "$1"/kernel-x86_64 "$1"/kernel-i386 "$1"/kernel-classic; do
  ! grep -qaF "$2" "$kernel" || { echo "$kernel names the folder it was built from"; exit 1; }
  ! readelf -nW "$kernel" | grep -q 'Build ID' || { echo "$kernel has a build identifier"; exit 1; }
done
