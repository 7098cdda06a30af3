# Holds what a program does in the guest against its native run; sourced by tests that have a directory $work.

failures=0 compared=0

# record NAME COMMAND...: output, errors and status as $work/NAME.*; it reads $input, and its output is a pipe, as in the
# guest.
record() {
  local kept=$work/$1
  shift
  printf '%b' "$input" | "$@" 2>"$kept.errors" | cat >"$kept.output"
  echo "${PIPESTATUS[1]}" >"$kept.status"
}

# hold NATIVE WHAT: whether $work/guest.* is $work/NATIVE.*. What the kernels say is none of the program's.
hold() {
  local file
  sed -i '/^kernel: .* killed by signal/d; /^kernel: .* this kernel has no/d; /^kernel: .* its signal frame asks/d' \
    "$work/guest.errors"
  compared=$((compared + 1))
  for file in output errors status; do
    diff -a "$work/$1.$file" "$work/guest.$file" >"$work/difference" && continue
    printf '%s: the %s differs from the native run\n' "$2" "$file"
    head -n 10 "$work/difference"
    failures=$((failures + 1))
  done
}

# held ABSENT: how it came out; with 77, and that line, when nothing was compared.
held() {
  [ "$compared" -gt 0 ] || { echo "$1"; exit 77; }
  printf '%d runs compared, %d differences\n' "$compared" "$failures"
  [ "$failures" -eq 0 ]
}
