# Compares two runs of the conformance guest and holds every difference against the reviewed list.
#
# usage: awk -f compare.awk -v peer=NAME -v guest=CLASS -v cpu=MODEL -v whole=0|1 differences.txt OURS THEIRS
#
# A line is "ID: FIELD=VALUE FIELD=VALUE [STACK WORDS]". Each field that differs needs an entry of the list. Prints one line
# that counts, one for each entry that was needed, and every unexplained difference; exits 1 when there was one, or when the
# list has a faulty entry, or (whole=1) one that nothing needed any more. The last line is a row of the table whose head
# scripts/conform prints.

BEGIN { rules = 0; ours_count = theirs_count = agreed = unexplained = faults = 0; part = "rules" }

FNR == 1 { file++; part = file == 1 ? "rules" : file == 2 ? "ours" : "theirs" }

function fault(text) { printf "differences.txt:%d: %s\n", FNR, text; faults++ }

# --- the list: stanzas of "key: value"

function rule_end() {
  if (!open_rule) return
  open_rule = 0
  if (!(("case", rules) in rule) || !(("field", rules) in rule) || !(("peer", rules) in rule)) fault("an entry needs peer, case and field")
  if (rule["verdict", rules] !~ /^(ours|theirs|either|undefined)$/) fault("a verdict is ours, theirs, either or undefined")
  if (rule["because", rules] !~ /\[(SDM[1-4]|APM[1-5]) "[^"]+"\]/) fault("an entry cites a manual")
}

part == "rules" && /^#/ { next }
part == "rules" && /^[ \t]*$/ { rule_end(); next }
part == "rules" && /^[ \t]/ { sub(/^[ \t]+/, " "); rule[last_key, rules] = rule[last_key, rules] $0; next }
part == "rules" {
  if (!match($0, /^(peer|guest|cpu|case|field|ours|theirs|verdict|because): +/)) { fault("not an entry: " $0); next }
  if (!open_rule) { open_rule = 1; rules++; used[rules] = 0 }
  last_key = substr($0, 1, index($0, ":") - 1)
  rule[last_key, rules] = substr($0, RLENGTH + 1)
  next
}

# --- the runs

part == "ours" { rule_end(); if (split_line($0)) { ours[id] = outcome; order[++ours_count] = id }; next }
part == "theirs" { if (split_line($0)) { if (id in theirs) fault_line("twice", id); theirs[id] = outcome; theirs_count++ }; next }

function split_line(text,    at) {
  at = index(text, ": v=")
  if (!at) return 0
  id = substr(text, 1, at - 1)
  outcome = substr(text, at + 2)
  return 1
}

function fault_line(what, text) { printf "  %s: %s\n", what, text; faults++ }

# fields[NAME] = VALUE, names[] in order; the stack's words are one field
function fields_split(text, fields, names,    n, i, words, at, name) {
  delete fields
  n = 0
  if (match(text, /\[[^]]*\]/)) {
    fields["stack"] = substr(text, RSTART, RLENGTH)
    names[++n] = "stack"
    text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
  }
  at = split(text, words, " ")
  for (i = 1; i <= at; i++) {
    name = words[i]
    sub(/=.*/, "", name)
    fields[name] = substr(words[i], length(name) + 2)
    names[++n] = name
  }
  return n
}

function matches(value, pattern) { return pattern == "" || match(value, "^(" pattern ")$") }

function rule_applies(r, name, mine, other) {
  return matches(peer, rule["peer", r]) && matches(guest, rule["guest", r]) && matches(cpu, rule["cpu", r]) &&
         matches(name, rule["field", r]) && matches(id, rule["case", r]) &&
         matches(mine, rule["ours", r]) && matches(other, rule["theirs", r])
}

# The entry for one field, or for all of the outcome ("*"), else 0.
function rule_find(name, mine, other,    r) {
  for (r = 1; r <= rules; r++)
    if (rule_applies(r, name, mine, other)) return r
  return 0
}

function value_of(fields, name) { return name in fields ? fields[name] : "-" }

# True when every differing field is explained; the entries used are in needed[].
function line_explained(mine, other,    n, m, i, name, r) {
  delete needed
  r = rule_find("*", mine, other)
  if (r) { needed[r] = 1; return 1 }
  kind = ""
  n = fields_split(mine, mine_fields, mine_names)
  m = fields_split(other, other_fields, other_names)
  for (i = 1; i <= n + m; i++) {
    name = i <= n ? mine_names[i] : other_names[i - n]
    if (value_of(mine_fields, name) == value_of(other_fields, name)) continue
    r = rule_find(name, value_of(mine_fields, name), value_of(other_fields, name))
    if (r) needed[r] = 1
    else if (index(kind, " " name " ") == 0) kind = kind " " name " "
  }
  return kind == ""
}

function compare_one(    r) {
  if (ours[id] == theirs[id]) { agreed++; return }
  if (line_explained(ours[id], theirs[id])) {
    for (r in needed) used[r]++
    verdict_count()
    return
  }
  unexplained++
  unexplained_keep()
}

# A line that several entries explain counts where it is least to our credit.
function verdict_count(    r, verdict) {
  verdict = "ours"
  for (r in needed)
    if (rule["verdict", r] == "theirs" || (verdict == "ours" && rule["verdict", r] != "ours")) verdict = rule["verdict", r]
  count[verdict == "undefined" ? "either" : verdict]++
}

# Alike are those of a group with the same vectors and the same fields unexplained.
function unexplained_keep(    group) {
  group = substr(id, 1, index(id " ", " ") - 1)
  kind = group " " value_of(mine_fields, "v") "/" value_of(other_fields, "v") kind
  if (!(kind in alike)) kinds[++kind_count] = kind
  alike[kind]++
  example[kind] = sprintf("    %s\n      ringside: %s\n      %-8s: %s", id, ours[id], peer, theirs[id])
}

END {
  for (i = 1; i <= ours_count; i++) {
    id = order[i]
    if (id in theirs) compare_one()
    else if (r = rule_find("*", ours[id], "-")) {
      delete needed
      needed[r] = 1
      used[r]++
      spared++
      verdict_count()
    }
    else if (++missing <= 5) fault_line("not told by " peer, id)
  }
  if (theirs_count > ours_count - missing - spared) fault_line("told by " peer " alone", theirs_count - ours_count + missing + spared " cases")
  if (ours_count == 0 && whole) fault_line("told by nobody", "no case was made")
  for (i = 1; i <= kind_count; i++)
    printf "  %6d  UNEXPLAINED, such as\n%s\n", alike[kinds[i]], example[kinds[i]]
  for (r = 1; r <= rules; r++) {
    if (used[r]) printf "  %6d  %-9s %s\n", used[r], rule["verdict", r], rule["because", r]
    else if (whole && matches(peer, rule["peer", r]) && matches(guest, rule["guest", r]) && matches(cpu, rule["cpu", r]))
      fault_line("no longer needed", rule["case", r] " " rule["field", r] ": " rule["because", r])
  }
  printf "%-6s  %-5s  %-5s  %6d  %6d  %13d  %6d  %6d  %11d\n", guest, cpu, peer, ours_count, agreed, count["ours"],
    count["theirs"], count["either"], unexplained + missing
  exit unexplained + missing + faults > 0
}
