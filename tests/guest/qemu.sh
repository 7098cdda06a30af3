# Booting a kernel of ours on QEMU, for the tests beside this file. Sourced; sets nothing but functions and `failures`.

failures=0

command -v qemu-system-x86_64 >/dev/null || { echo 'qemu-system-x86_64 is not installed'; exit 77; }

fail() { # WORDS...
  printf 'not so: %s\n' "$*"
  failures=$((failures + 1))
}

# Ends the test; its status says whether anything failed.
finish() {
  [ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
}

# A word as the kernels decode it. QEMU would split at commas.
encode() { # WORD
  local word=${1//%/%25}
  word=${word// /%20}
  word=${word//,/%2c}
  printf '%s' "${word//$'\n'/%0a}"
}

# Runs a program under a kernel: its output goes to standard output, its exit status modulo 128 is returned, as the
# debug exit port keeps no more of it; 128 when QEMU ended otherwise.
boot() { # KERNEL CPU COMMAND-LINE PROGRAM [ARGUMENT...], and QEMU's own options in the array qemu_options
  local kernel=$1 cpu=$2 line=$3 text=$4 status=0 word
  shift 4
  for word; do text+=" $(encode "$word")"; done
  timeout 60 qemu-system-x86_64 -accel tcg -kernel "$kernel" -initrd "$text" -append "$line" -cpu "$cpu" \
    -display none -monitor none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 -no-reboot -net none \
    "${qemu_options[@]}" </dev/null 2>/dev/null || status=$?
  [ $((status & 1)) -eq 1 ] || return 128
  return $((status >> 1))
}

# Boots and compares: the exit status, and a pattern that the output has to match.
expect() { # TITLE STATUS PATTERN KERNEL CPU COMMAND-LINE PROGRAM [ARGUMENT...]
  local title=$1 status=$2 pattern=$3 output got=0
  shift 3
  output=$(boot "$@") || got=$?
  [ "$got" -eq "$status" ] || fail "$title: status $got, expected $status: $output"
  [[ $output =~ $pattern ]] || fail "$title: output '$output', expected $pattern"
}

qemu_options=()
