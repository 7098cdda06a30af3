# Completion for bash, by the bash-completion library. The words are the binary's own: ringside --complete.

# Fills COMPREPLY with the lines of standard input that begin with `cur`, blanks in them quoted.
_ringside_words() {
  local word
  while IFS= read -r word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$word")")
  done
}

# What may stand for the value of an option, or, of "--", for what is no option.
_ringside_values() { # RINGSIDE COMMAND OPTION
  local kind
  kind=$("$1" --complete "$2" "$3" 2>/dev/null)
  case $kind in
    '@file .'*) _filedir "${kind#@file .}" ;;
    @file) _filedir ;;
    *) [[ -z $kind ]] || _ringside_words <<<"$kind" ;;
  esac
}

# Whether the program, image or log was named before the word at hand; what follows run's and boot's is theirs.
_ringside_named() { # RINGSIDE COMMAND
  local options i
  options=$'\n'$("$1" --complete "$2" 2>/dev/null | cut -f 1)$'\n'
  for ((i = 2; i < cword; i++)); do
    case ${words[i]} in
      --) return 0 ;;
      -o) ((i++)) ;;
      --*=*) ;;
      --*) [[ $options != *$'\n'"${words[i]}="$'\n'* ]] || ((i++)) ;;
      -*) ;;
      *) return 0 ;;
    esac
  done
  return 1
}

_ringside() {
  local cur prev words cword split
  _init_completion -s || return
  local ringside=${1/#\~/$HOME} command=${words[1]}
  if ((cword == 1)); then
    _ringside_words < <("$ringside" --complete 2>/dev/null | cut -f 1; printf '%s\n' --help --version)
  elif [[ $command == help ]]; then
    ((cword > 2)) || _ringside_words < <("$ringside" --complete 2>/dev/null | cut -f 1 | grep -vx help)
  elif _ringside_named "$ringside" "$command"; then
    case $command in
      run | boot) _filedir ;;
      *) _ringside_values "$ringside" "$command" -- ;;
    esac
  elif [[ $split == true || $prev == -o ]] ||
    [[ $prev == --* && $'\n'$("$ringside" --complete "$command" 2>/dev/null | cut -f 1)$'\n' == *$'\n'"$prev="$'\n'* ]]; then
    _ringside_values "$ringside" "$command" "$prev"
  elif [[ $cur == -* ]]; then
    _ringside_words < <("$ringside" --complete "$command" 2>/dev/null | cut -f 1)
    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
  else
    _ringside_values "$ringside" "$command" --
  fi
} && complete -F _ringside ringside
