#!/usr/bin/env bash
# Files that are no programs, or hostile ones: one line that says what is wrong, and status 125.
#
# usage: bad_programs_are_refused.sh GUEST-FOLDER
set -euo pipefail
. "$(dirname "$0")/qemu.sh"

guest=$1 folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# The first program header of the class that is PT_LOAD is number 0 in a probe: one segment holds all.
declare -A field=([i386:offset]=$((52 + 4)) [i386:address]=$((52 + 8)) [i386:file_size]=$((52 + 16))
  [i386:memory_size]=$((52 + 20)) [x86_64:offset]=$((64 + 8)) [x86_64:address]=$((64 + 16))
  [x86_64:file_size]=$((64 + 32)) [x86_64:memory_size]=$((64 + 40)))

refuses() { # TITLE PATTERN FILE KERNEL
  expect "$1 under $4" 125 "^kernel: [^ ]*: $2" "$guest/kernel-$4" qemu64 "" "$3"
}

patch() { # FILE OFFSET BYTES (as printf has them) -> a copy with the bytes there
  cp "$1" "$folder/patched"
  printf "$3" | dd of="$folder/patched" bs=1 seek="$2" conv=notrunc status=none
  echo "$folder/patched"
}

patched() { # CLASS OFFSET BYTES: a probe
  patch "$guest/probes/int80_write-$1" "$2" "$3"
}

# The first segment of the classic kernel's programs is their code.
classic() { # TITLE PATTERN FIELD BYTES
  refuses "$1" "$2" "$(patch "$guest/classic/hello" "${field[i386:$3]}" "$4")" classic
}

for class in x86_64 i386; do
  printf 'MZ' >"$folder/short"
  refuses 'two bytes' 'too short for an ELF file' "$folder/short" $class
  refuses 'a script' 'not an ELF file' "$0" $class
  head -c 100 "$guest/user/hello-$class" >"$folder/headers"
  refuses 'a truncated file' 'truncated in its program headers' "$folder/headers" $class
  head -c 200000 "$guest/user/hello-$class" >"$folder/half"
  refuses 'half a file' 'truncated in a segment' "$folder/half" $class
  refuses 'another class' 'neither ELF32 nor ELF64' "$(patched $class 4 '\7')" $class
  refuses 'another byte order' 'made for another processor' "$(patched $class 5 '\2')" $class
  refuses 'another machine' 'made for another processor' "$(patched $class 18 '\50')" $class
  refuses 'an object file' 'not an executable program' "$(patched $class 16 '\1')" $class
  refuses 'a segment at null' 'a segment outside the addresses of programs' \
    "$(patched $class ${field[$class:address]} '\0\0\0\0')" $class
  refuses 'a segment past its file' 'truncated in a segment' \
    "$(patched $class $((field[$class:offset] + 3)) '\177')" $class
  refuses 'more in the file than in memory' 'a segment larger in the file than in memory' \
    "$(patched $class ${field[$class:memory_size]} '\1\0\0\0')" $class
done
refuses 'a segment in the kernel' 'a segment outside the addresses of programs' \
  "$(patched i386 ${field[i386:address]} '\0\0\20\300')" i386
refuses 'a segment that wraps' 'a segment outside the addresses of programs' \
  "$(patched i386 ${field[i386:memory_size]} '\377\377\377\377')" i386
refuses 'a segment in the kernel' 'a segment outside the addresses of programs' \
  "$(patched x86_64 ${field[x86_64:address]} '\0\0\20\200\377\377\377\377')" x86_64
refuses 'a segment that wraps' 'a segment outside the addresses of programs' \
  "$(patched x86_64 ${field[x86_64:memory_size]} '\377\377\377\377\377\377\377\377')" x86_64
refuses 'a segment beyond memory' 'memory is too small' \
  "$(patched x86_64 ${field[x86_64:memory_size]} '\377\377\377\377')" x86_64
refuses 'a dynamic executable' 'a dynamic executable' "$(command -v env)" x86_64
classic 'a segment past 64 MiB' 'a segment outside the 64 MiB of a task' address '\0\0\0\4'
classic 'a segment that wraps' 'a segment outside the 64 MiB of a task' memory_size '\377\377\377\377'
classic 'a segment past its file' 'truncated in a segment' offset '\0\0\0\177'
classic 'code that begins after the entry point' 'the entry point lies outside its code' memory_size '\0\0\0\0'
expect 'no program for the classic kernel' 125 'no program' "$guest/kernel-classic" qemu64 "" ""
expect 'no program' 125 'no program' "$guest/kernel-i386" qemu64 "" ""
finish
