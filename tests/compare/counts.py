"""Counts the JSON Lines of two runs, and holds a comparison's figures against that.

usage: counts.py COMPARISON.json A.jsonl B.jsonl

The lines are of level instructions, so that nothing here knows how a comparison counts instructions.
"""
import collections
import json
import re
import sys

ITEMS = [("page-table entry", "page_entries_read"), ("accessed and dirty", "page_entries_marked"),
         ("IDT gate", "descriptors"), ("GDT descriptor", "descriptors"), ("LDT descriptor", "descriptors"),
         ("upper half", "descriptors"), ("TSS descriptor's", None), ("TSS ", "tss_fields"),
         ("saved in the old TSS", "tss_fields"), ("read from the new TSS", "tss_fields"), ("pushed ", "pushed"),
         ("popped ", "popped"), ("parameter on", "popped")]


def count_step(count, step):
    if step["kind"] == "check":
        count["checks"] += 1
        count["checks_failed"] += not step["passed"]
    elif step["item"] == "register":
        count["registers_written"] += step["kind"] == "write"
        count["msrs"] += step["kind"] == "read" and step["register"].startswith("IA32_")
    else:
        key = next((key for prefix, key in ITEMS if step["item"].startswith(prefix)), None)
        count[key] += 1
        if key and key.startswith("page"):
            return
        count["memory_" + step["kind"] + "s"] += 1
    count["steps"] += 1


def is_step_of_walk(step):
    return step.get("item", "").startswith(("page-table entry", "accessed and dirty"))


def count_transition(count, event, calls):
    count["transitions"] += 1
    count[event["mechanism"].replace(" ", "_")] += 1
    count["exceptions"] += event.get("interrupt", {}).get("source") == "exception" and event["mechanism"] == "interrupt"
    steps = sum(not is_step_of_walk(step) for step in event["steps"])
    calls[event["number"]] = (event["instructions"], steps)
    answered = re.search(r" #(\d+) = [^#]*$", event["text"])
    if answered:
        began, entry_steps = calls[int(answered.group(1))]
        count["calls"] += 1
        count["call_instructions"] += event["instructions"] - began
        count["call_entry_steps"] += entry_steps
        count["call_return_steps"] += steps


def count_run(name):
    count, calls, last = collections.Counter(), {}, None
    with open(name, encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            kind = event["type"]
            if kind == "transition":
                count_transition(count, event, calls)
            elif kind == "refused":
                count["refused"] += 1
            elif kind == "operation":
                count["operations"] += 1
            elif kind == "macro":
                count["macro_steps"] += 1
            # One whose access was refused does not move the clock.
            if kind in ("instruction", "end"):
                if last and event["instructions"] > last["instructions"]:
                    count["instructions_user" if last["from"]["cpl"] == 3 else "instructions_kernel"] += 1
                last = event
            if kind in ("transition", "refused"):
                for step in event["steps"]:
                    count_step(count, step)
    return count


def main(comparison, *runs):
    with open(comparison, encoding="utf-8") as file:
        told = json.load(file)
    wrong = 0
    for side, name in zip("ab", runs):
        counted = count_run(name)
        for key, value in told[side].items():
            if isinstance(value, (str, bool)):
                continue
            expected = counted[key]
            if key.startswith("call_"):
                expected = expected / counted["calls"]
            if abs(value - expected) > 1e-6:
                print(f"{side}: {key} is told as {value} and counted as {expected}")
                wrong += 1
        if counted["transitions"] == 0 or counted["steps"] == 0:
            print(f"{name}: nothing to count")
            wrong += 1
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
