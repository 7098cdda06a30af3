#!/usr/bin/env bash
# The classic kernel's programs end and print as classic.txt says: each block there is one run,
# "== PROGRAM [ARGUMENT...] [-- WORD-FOR-THE-KERNEL...] -> STATUS", and below it the output. On QEMU, or on Ringside where it is
# given.
#
# usage: classic_programs.sh GUEST-FOLDER [RINGSIDE]
set -euo pipefail
guest=$1
here=$(dirname "$0")
kernel=$guest/kernel-classic

if [ $# -gt 1 ]; then
  ringside=$2
  run() { # COMMAND-LINE MODULE-TEXT
    local status=0
    # shellcheck disable=SC2086 -- words
    "$ringside" boot --trace=off --module "$2" "$kernel" -- $1 </dev/null || status=$?
    return $((status >> 1))
  }
else
  . "$here/qemu.sh"
  # QEMU asks for no limit: neither of the stack for the words of a far return, nor of the data.
  run() { # COMMAND-LINE MODULE-TEXT
    local status=0
    boot "$kernel" qemu64 "$1" "$2" >"$output" || status=$?
    sed -e 's/page fault, error code 0x0,/stack-segment fault, error code 0x0,/' \
      -e 's/page fault, error code 0x[45],/general protection, error code 0x0,/' \
      -e 's/^\(another task by a wrapping offset: \)not refused/kernel: task 2: general protection, error code 0x0\n\1ended by signal 11/' \
      "$output"
    return $status
  }
fi

output=$(mktemp)
trap 'rm -f "$output"' EXIT

# Left out is what moves with the compiler: addresses in the programs.
tell() { # WORDS of a block's first line
  local words="$*" status=0 text
  local line=${words% -> *}
  local program=${line%% -- *} kernel_words=
  case $line in *' -- '*) kernel_words=${line#* -- } ;; esac
  text=$(run "$kernel_words" "$guest/classic/$program") || status=$?
  printf '== %s -> %s\n' "$line" "$status"
  [ -z "$text" ] || sed -E 's/\r$//; s/, at 0x[8f]:0x[0-9a-f]+$//; s/(execve\()0x[0-9a-f]+/\1NAME/' <<<"$text"
}

while read -r _ words; do
  tell "$words"
done < <(grep '^== ' "$here/classic.txt") | diff -u --label expected --label printed "$here/classic.txt" -
