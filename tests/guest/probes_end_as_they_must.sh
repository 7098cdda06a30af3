#!/usr/bin/env bash
# Runs each probe on QEMU: what is refused ends with the right signal, error code and address, the rest writes its line.
#
# Not asked of QEMU 7.2, which has them otherwise than the manuals: the error code of INT in long mode, #SS for a
# non-canonical stack, INT1, SYSCALL in compatibility mode on Intel.
#
# usage: probes_end_as_they_must.sh GUEST-FOLDER
set -euo pipefail
. "$(dirname "$0")/qemu.sh"

guest=$1

probe() { # NAME STATUS PATTERN KERNEL:CLASS...
  local name=$1 status=$2 pattern=$3 pair
  shift 3
  for pair; do
    expect "$name-${pair#*:} under ${pair%:*}" "$status" "$pattern" \
      "$guest/kernel-${pair%:*}" Haswell "" "$guest/probes/$name-${pair#*:}"
  done
}

wide=x86_64:x86_64 compat=x86_64:i386 narrow=i386:i386
all=("$wide" "$compat" "$narrow")

probe ud2 4 'invalid opcode, error code 0x0' "${all[@]}"
probe divide 8 'divide error, error code 0x0' "${all[@]}"
probe int3 5 'breakpoint, error code 0x0' "${all[@]}"
probe into 11 'overflow, error code 0x0' "$compat" "$narrow"
probe bound 11 'bound range exceeded, error code 0x0' "$compat" "$narrow"
for name in cli hlt port_in wrmsr mov_cr3 lgdt sysexit; do
  probe "$name" 11 'general protection, error code 0x0' "${all[@]}"
done
for name in swapgs sysret non_canonical; do
  probe "$name" 11 'general protection, error code 0x0' "$wide"
done
probe int_kernel_gate 11 'general protection, error code 0x6a' "$narrow"
probe int_no_gate 11 'general protection, error code 0x482' "$narrow"
probe load_kernel_segment 11 'general protection, error code 0x18' "${all[@]}"
probe iret_to_kernel 11 'general protection, error code 0x10' "${all[@]}"
probe page_read 11 'page fault at 0x10, error code 0x4,' "${all[@]}"
probe page_write 11 'page fault at 0x401000, error code 0x7,' "$wide"
probe page_write 11 'page fault at 0x8049000, error code 0x7,' "$compat" "$narrow"
probe page_execute 11 'page fault at 0x10, error code 0x14,' "${all[@]}"
probe page_no_execute 11 'page fault at 0x7fff[0-9a-f]*, error code 0x15,' "$wide"
probe read_kernel 11 'page fault at 0xffffffff80101000, error code 0x5,' "$wide"
probe read_kernel 11 'page fault at 0xc0101000, error code 0x5,' "$narrow"
probe step_syscall 5 'debug exception, .* pc 0x4010' "$wide"
probe step_sysenter 5 'debug exception' "$compat" "$narrow"
probe syscall_write 0 '^by syscall$' "$wide"
probe int80_write 0 '^by int 0x80$' "${all[@]}"
probe sysenter_write 0 '^by sysenter$' "$compat" "$narrow"
probe stub_write 0 '^by the stub page$' "$compat" "$narrow"
expect 'syscall32_write on AMD' 0 '^by syscall from 32-bit code$' \
  "$guest/kernel-x86_64" EPYC "" "$guest/probes/syscall32_write-i386"
finish
