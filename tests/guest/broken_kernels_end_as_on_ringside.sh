#!/usr/bin/env bash
# Boots every N-th broken kernel of rows.txt on QEMU: it ends by the same exception, or by a triple fault, as on Ringside.
#
# Not asked of QEMU 7.2, whose processor is AMD's: to refuse a non-canonical LSTAR or a null DS; to take SYSRET's #GP in
# ring 0 and refuse SYSCALL to 32-bit code, as Intel's do; to mark a descriptor as accessed by IRET; to use all of RSP
# for an IRETD in 64-bit mode; to deliver an interrupt without a TSS, for which it aborts.
#
# usage: broken_kernels_end_as_on_ringside.sh GUEST-FOLDER ROWS K/N
set -euo pipefail
. "$(dirname "$0")/qemu.sh"

kernels=$1/broken rows=$2 turn=${3%/*} turns=${3#*/}
not_asked=':lstar-typing :lstar-left_over --cpu=amd:user_segments-kept :user_segments-lost :sysret_address-signal :'
not_asked+='sysret_address-joined :operand_size-sysret :write_protected-sealed :operand_size-iret :task_register-timer :'

triple_fault=123
end() { # KERNEL
  local status=0
  timeout 60 qemu-system-x86_64 -accel tcg -icount shift=1,sleep=off -cpu max -kernel "$1" \
    -display none -monitor none -serial none -device isa-debug-exit,iobase=0xf4,iosize=4 -no-reboot -net none \
    </dev/null 2>/dev/null || status=$?
  [ $status -ne 0 ] || status=$triple_fault
  echo $status
}

count=0
while read -r name status _ _ options; do
  count=$((count + 1))
  [ $((count % turns)) -eq $((turn % turns)) ] || continue
  [[ $not_asked != *":$name $options:"* ]] || continue
  ended=$(end "$kernels/$name")
  [ "$ended" = "$status" ] || fail "$name $options: ended with $ended, expected $status"
done < <(grep '^[a-z]' "$rows")
[ $count -gt 0 ] || fail "no rows"
finish
