#!/usr/bin/env bash
# Each door of guest/README.md leads into the kernels on QEMU as well, and nothing but the result comes out of it.
#
# usage: doors_lead_in.sh GUEST-FOLDER
set -euo pipefail
. "$(dirname "$0")/qemu.sh"

guest=$1

door() { # KERNEL CLASS WORDS DOOR
  local entry=auto
  case $4 in ud2 | locknop) entry=$4 ;; esac
  expect "$4 in $2 under $1 $3" 0 "^by $4"$'\n?$' "$guest/kernel-$1" Haswell "entry=$entry $3" \
    "$guest/user/entries-$2" "$4"
  expect "registers after $4 in $2 under $1 $3" 0 '0 changed' "$guest/kernel-$1" Haswell "entry=$entry $3" \
    "$guest/user/registers-$2" "$4"
}

for pair in i386:i386 x86_64:i386 x86_64:x86_64; do
  for name in callgate ud2 locknop block; do door "${pair%:*}" "${pair#*:}" '' $name; done
  for check in mapping range; do
    expect "kernel pointers by $check, ${pair#*:} under ${pair%:*}" 0 'all refused' "$guest/kernel-${pair%:*}" Haswell \
      "user_pointers=$check" "$guest/user/hostile-${pair#*:}" pointers stack
  done
done
door x86_64 x86_64 leave=sysret stack
door x86_64 x86_64 leave=iret syscall
door i386 i386 leave=iret callgate
finish
