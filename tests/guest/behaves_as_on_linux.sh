#!/usr/bin/env bash
# Runs the user programs under a kernel of ours on QEMU and on this machine's Linux: output and exit status must agree.
#
# usage: behaves_as_on_linux.sh GUEST-FOLDER KERNEL CLASS CPU ENTRY
set -euo pipefail
. "$(dirname "$0")/qemu.sh"

guest=$1 kernel=$1/kernel-$2 class=$3 cpu=$4 entry=$5
variable='NAME=a b,c%d=e'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# argv[0] is the base name and the environment one variable, as under our kernels.
natively() { # PROGRAM [ARGUMENT...]
  perl -e '%ENV = split /=/, shift, 2; my $path = shift; exec { $path } $path =~ s|.*/||r, @ARGV' \
    "$variable" "$@" </dev/null 2>&1 | cat
  return "${PIPESTATUS[0]}"
}

compare() { # NAME [ARGUMENT...]
  local program=$guest/user/$1-$class title=$* expected output status=0 got=0
  shift
  expected=$(natively "$program" "$@") || status=$?
  output=$(boot "$kernel" "$cpu" "entry=$entry env=$(encode "$variable")" "$program" "$@") || got=$?
  output=$(sed '/^kernel: .* killed by signal/d; /^kernel: .* this kernel has no/d; /^kernel: .* its signal frame asks/d' <<<"$output")
  [ "$got" -eq $((status & 127)) ] || fail "$title: status $got, on Linux $status"
  [ "$output" = "$expected" ] || fail "$title: $(diff <(echo "$expected") <(echo "$output") || true)"
}

"$guest/user/hello-$class" >/dev/null 2>&1 || [ $? -eq 1 ] || { echo "Linux runs no $class programs here"; exit 77; }

compare hello
compare hello one two three
compare hello-pie one
compare arguments '' 'two words' 'a,b' '100%' $'line\nbreak' 'ü'
compare copy
compare allocate
compare refused
compare registers
compare files
compare processes
compare execute
compare signals
compare times
compare forged
for way in read-null write-constant run-null divide undefined breakpoint step cli hlt port gate no-gate wrmsr \
  read-kernel abort signal; do
  compare die "$way"
done
finish
